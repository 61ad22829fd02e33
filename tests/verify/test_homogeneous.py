"""Leaky ReLU and the absolute value: runs, names, certificates, their re-verification, and what is refused."""

from __future__ import annotations

import copy
import doctest
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import flint
import numpy as np
import pytest
from click.testing import CliRunner
from homogeneous_network import POINTS, TEACHER, WEIGHTS, exact
from mpmath import mp

from numerics import Population, Problem, gradient_flow, initial_weights, polish
from numerics.kernels import HOMOGENEOUS
from numerics.newton import evaluate
from numerics.precision import from_ball
from theory.slopes import Homogeneous
from verify.cells import make_cell
from verify.certificates.document import certificate_document
from verify.certificates.rectified.network import AtPoint, Setting
from verify.certification import certify
from verify.cli.main import group
from verify.matching import match
from verify.one_neuron import compare
from verify.recheck import Unreadable, digest, recheck, statement
from verify.recheck.rectified.network import Network
from verify.recheck.rectified.units import units
from verify.rectified.one_neuron import one_neuron_minima
from verify.runs import Task, run_task

Document = dict[str, Any]
PAGE = Path(__file__).parents[2] / "docs" / "leaky-relu-and-abs.md"


def _contains(ball: Any, value: mp.mpf) -> bool:
    return abs(from_ball(ball) - value) <= mp.mpf(float(ball.rad())) + mp.mpf(10) ** -35


@pytest.mark.parametrize("activation", ["leaky-relu:0.2", "abs"])
@pytest.mark.parametrize("name", ["generic", "antiparallel", "against it"])
def test_balls_of_both_sides_hold_the_quadrature(activation: str, name: str) -> None:
    theta = POINTS[name]
    n, width = theta.shape
    with mp.workdps(45), flint.ctx.workprec(160):
        loss, gradient, hessian = exact(activation, name)
        point = [[flint.arb(float(x)) for x in row[:-1]] for row in theta]
        search = AtPoint(Setting.of(theta[:, -1], TEACHER, WEIGHTS, HOMOGENEOUS[activation]), point)
        # What the re-verification reads of a certificate.
        given = SimpleNamespace(
            dim=width - 1,
            units=units(activation),
            teacher=[[flint.arb(float(x)) for x in row] for row in TEACHER],
            outgoing=[flint.arb(float(x)) for x in WEIGHTS],
            student_outgoing=[flint.arb(float(x)) for x in theta[:, -1]],
        )
        again = Network(given, point)  # type: ignore[arg-type]
        assert _contains(search.loss(), loss)
        assert _contains(again.loss(), loss)
        for i in range(n):
            for x in range(width - 1):
                assert _contains(search.gradient()[i][x], gradient[i][x])
                assert _contains(again.gradient()[i * (width - 1) + x], gradient[i][x])
        mine, theirs = search.hessian(), again.hessian()
        order = n * (width - 1)
        keep = [i for i in range(n * width) if i % width < width - 1]
        second = np.array([[float(hessian[i, j]) for j in keep] for i in keep])
        # Entries that hold a direction known between -1 and 1 only are as wide as the root of the precision.
        assert np.all(np.abs(mine.mid - second) <= mine.rad + 1e-13)
        assert float(mine.rad.max()) < 1e-12 or name != "generic"
        for i in range(order):
            for j in range(order):
                assert abs(float(theirs[i, j].mid()) - second[i, j]) <= float(theirs[i, j].rad()) + 1e-13


#: One that copies or averages, one with collinear neurons, one with a dead neuron.
ENDS = [("leaky-relu", (4, 2, 3)), ("abs", (0, 2, 3))]


@pytest.mark.parametrize(("activation", "seeds"), ENDS)
def test_runs_end_where_it_is_predicted_and_their_certificates_are_accepted(
    activation: str, seeds: tuple[int, ...]
) -> None:
    n, k = 2, 4
    cell = make_cell(Problem(n, k, activation=activation), 30)
    for seed in seeds:
        run = run_task(Task(n, k, k + 1, activation, "glorot", seed, 30, document=True))
        cell.runs[seed] = run
        certified = run.record["certified"]
        assert certified["identity"] is True
        assert all(one["stays"] for one in certified["dead"])
        assert certified["basin"] is (None if run.record["dead"] else True)
        assert run.document is not None
        found = recheck(run.document)
        assert found.accepted, found.reasons
    assert cell.verdict == "agrees"
    assert cell.exit_status() == 0
    whole, collinear, dead = (cell.runs[seed].record for seed in seeds)
    assert (whole["neurons"], collinear["collinear"], dead["dead"]) == (2, [[0, 1]], [1])


@pytest.mark.parametrize(
    ("activation", "k", "expected"),
    [
        ("leaky-relu", 1, {"copy-average", "against-average"}),
        ("leaky-relu:0.2", 2, {"copy-average", "against-average"}),
        ("leaky-relu", 3, {"copy-average", "all-dead"}),
        ("abs", 3, {"scaled-copy", "all-dead"}),
    ],
)
def test_one_neuron_ends_at_each_of_the_minima_of_the_theory(activation: str, k: int, expected: set[str]) -> None:
    cell = make_cell(Problem(1, k, activation=activation), 30)
    for seed in range(3):
        cell.runs[seed] = run_task(Task(1, k, k + 1, activation, "glorot", seed, 30))
    records = cell.records()
    assert all(record["one_neuron"]["agrees"] for record in records)
    assert {record["structure"] for record in records} == expected
    assert cell.exit_status() == 0


def test_the_absolute_value_copies_one_teacher_and_not_the_average() -> None:
    best, dead = one_neuron_minima(4, "abs", dps=30)
    assert (best.structure, best.teachers, best.certified, dead.structure) == ("scaled-copy", 1, True, "all-dead")
    with mp.workdps(40):
        assert mp.almosteq(best.coordinate, 1 + 6 / mp.pi, mp.mpf(10) ** -30)
        # The neuron along the sum of all teachers is a saddle, and no structure.
        u = mp.mpf(1) / 2
        pull = 4 * 2 / mp.pi * (mp.sqrt(1 - u * u) + u * mp.asin(u))
        theta = np.full((1, 6), mp.mpf(0), dtype=object)
        theta[0, :4], theta[0, -1] = pull * u, mp.mpf(1)
    problem = Problem(1, 4, activation="abs")
    point = evaluate(problem, theta, dps=30)
    assert certify(problem, point, dps=30).index == 3
    assert match(problem, point).structure == "unclassified"
    found = compare(problem, point, converged=True)
    assert found is not None
    assert found["agrees"] is False


def test_names_do_not_depend_on_the_side_of_an_even_neuron() -> None:
    length = (np.pi + 6) / (np.pi + 2)
    rows = [[0, -length, 0, 0, 0, 1.0], [0, 0, length / 2, 0, 0, 2.0]]
    found = match(Problem(2, 4, activation="abs"), rows)
    assert (found.structure, found.assignment) == ("scaled-copy", ((1,), (2,)))
    assert found.distance is not None
    assert found.distance < 1e-12
    assert match(Problem(2, 4, activation="leaky-relu"), rows).structure == "unclassified"


@pytest.fixture(scope="module")
def document() -> Document:
    run = run_task(Task(1, 2, 3, "leaky-relu:0.2", "glorot", 0, 30, document=True))
    assert run.document is not None
    assert recheck(run.document).accepted
    return run.document


def _resealed(document: Document, change: Any) -> Document:
    """A changed document whose text and digest fit the change."""
    wrong = copy.deepcopy(document)
    change(wrong)
    wrong["theorem"]["text"] = statement(wrong)
    return {**wrong, "digest": digest(wrong)}


@pytest.mark.parametrize("other", ["relu", "abs", "leaky-relu", "leaky-relu:0.2000001"])
def test_a_certificate_of_another_activation_is_rejected(document: Document, other: str) -> None:
    wrong = _resealed(document, lambda d: d["system"].update(activation=other))
    assert not recheck(wrong).accepted


def test_a_wrong_constant_in_the_search_is_caught_by_the_quadrature_and_by_the_recheck(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Homogeneous, "shift", property(lambda self: self.right * self.left))
    # No other test uses this slope: nothing wrong is kept.
    problem = Problem(1, 2, activation="leaky-relu:0.31")
    point = polish(problem, gradient_flow(problem, initial_weights(problem, seed=1)).theta, dps=30)
    found = certify(problem, point, dps=30)
    assert found.status.name == "UNIQUE"
    document = certificate_document(problem, found)
    assert document is not None
    assert not recheck(document).accepted
    theta = POINTS["generic"]
    wrong = Population(Problem(4, 3, activation="abs", teacher=TEACHER, teacher_outgoing=WEIGHTS)).loss(theta)
    with mp.workdps(45):
        assert abs(wrong - float(exact("abs", "generic")[0])) > 1


@pytest.mark.parametrize("other", ["tanh", "leaky-relu:0", "leaky-relu:1.5", "leaky-relu:", "leaky-relu:1/0", 3])
def test_activations_that_no_certificate_is_of(document: Document, other: object) -> None:
    wrong = copy.deepcopy(document)
    wrong["system"]["activation"] = other
    with pytest.raises(Unreadable, match=r"system\.activation"):
        statement(wrong)


def test_a_dead_neuron_is_not_at_rest_by_signs_where_the_activation_changes_sign(document: Document) -> None:
    for activation, rests in (("abs", True), ("leaky-relu", False)):
        problem = Problem(1, 2, activation=activation)
        certificate = certify(problem, np.array([[0.0, 0.0, 0.0, -1.0]]))
        (one,) = certificate.resting  # type: ignore[attr-defined]
        assert (one.method == "sign") is rests


@pytest.mark.parametrize(
    ("command", "needs"),
    [
        (["verify", "-n", "1", "-k", "1", "--activation", "leaky-relu:2"], "slope between 0 and 1, both excluded"),
        (["verify", "-n", "1", "-k", "1", "--activation", "leaky-relu:1"], "that is linear"),
        (["certify", "-n", "1", "-k", "1", "--activation", "leaky-relu:x"], "slope between 0 and 1"),
        (["sweep", "-k", "1", "--store", "none", "--activation", "relu,leaky-relu:7"], "slope between 0 and 1"),
        (["sweep", "-k", "1", "--store", "none", "--activation", "relu,leaky"], "got 'leaky', known are abs"),
        (["boundaries", "-k", "3", "--activation", "gelu"], "known are erf, relu, leaky-relu, abs"),
    ],
)
def test_refusals(command: list[str], needs: str) -> None:
    result = CliRunner().invoke(group, command)
    assert result.exit_code == 2
    assert needs in result.output


@pytest.mark.skipif(not PAGE.exists(), reason="the page is in the source tree only")
def test_the_page_is_true() -> None:
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried >= 9
    assert failed == 0


def test_tables_and_certificates_from_the_command_line(tmp_path: Path) -> None:
    target = tmp_path / "table.json"
    assert (
        CliRunner().invoke(group, ["boundaries", "-k", "3", "--activation", "abs", "--json", str(target)]).exit_code
        == 0
    )
    table = json.loads(target.read_text())
    assert table["activation"] == "abs"
    assert [row["structure"] for row in table["rows"][0]["families"]] == ["copy-average", "scaled-copy"]
    target = tmp_path / "certificate.json"
    command = ["certify", "-n", "2", "-k", "3", "--activation", "abs", "--out", str(target)]
    assert CliRunner().invoke(group, command).exit_code == 0
    certificate = json.loads(target.read_text())
    assert recheck(certificate).accepted
    # Claim abs-copies: the lowest eigenvalue is 2 (1 - 2 / pi) / rho.
    low, high = (m * mp.mpf(2) ** e for m, e in certificate["states"]["smallest"])
    rho = (mp.pi + 4) / (mp.pi + 2)
    assert low <= 2 * (1 - 2 / mp.pi) / rho <= high

"""Runs of ReLU networks from the seed to the record: named, certified, with their dead and collinear neurons."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from mpmath import mp

from numerics import Population, Problem, pack
from numerics.rectified.structures import structures
from verify.cells import AGREES, Cell, judge, make_cell
from verify.certificates.rectified.certify import certify_rectified
from verify.cli.main import main
from verify.documents import verify_document
from verify.matching import match
from verify.names import UNCLASSIFIED
from verify.prediction import Prediction, read_prediction
from verify.rectified.identity import identical
from verify.report import ended, exceptions, summary
from verify.runs import Task, run_task

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "fates.py"


def _cell(n: int, k: int, seeds: range, init: str = "glorot") -> Cell:
    task = Task(n, k, k + 1, "relu", init, 0, 40)
    cell = make_cell(task.problem(), 40, certified=True)
    for seed in seeds:
        cell.runs[seed] = run_task(replace(task, seed=seed))
    return cell


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    """Deaths for good (1, 3), a revival to a collinear pair (2, 3) seed 2, collinear pairs (3, 6) seed 0."""
    return [_cell(1, 3, range(3)), _cell(2, 3, range(5)), _cell(3, 6, range(2)), _cell(2, 3, range(3), "gaussian")]


def test_every_run_is_converged_named_and_certified(cells: list[Cell]) -> None:
    for cell in cells:
        assert cell.verdict == AGREES
        assert cell.exit_status() == 0
        for record in cell.records():
            assert record["converged"]
            assert record["structure"] != UNCLASSIFIED
            assert record["index"] == 0
            assert record["certificate"] == "unique"
            assert record["certified"]["index"] == 0
            assert record["certified"]["identity"] is True
            assert mp.mpf(record["grad_inf"]) <= mp.mpf(10) ** -40
            assert mp.mpf(record["distance"]) < mp.mpf(10) ** -35


def test_the_document_obeys_the_schema(cells: list[Cell]) -> None:
    written = json.loads(
        json.dumps(verify_document(cells, activation="relu", init="glorot", dps=40, interrupted=False))
    )
    schema = json.loads((files("verify") / "schema" / "documents.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(written, schema)


def test_dead_and_collinear_neurons_are_what_the_weights_say(cells: list[Cell]) -> None:
    seen = {"dead": 0, "collinear": 0}
    for cell in cells:
        for seed, run in cell.runs.items():
            record = run.record
            theta = np.array([[float(x) for x in row] for row in run.theta])
            lengths = np.linalg.norm(theta[:, :-1], axis=1)
            assert record["dead"] == [int(i) for i in np.flatnonzero(lengths == 0)], seed
            for group in record["collinear"]:
                directions = theta[group, :-1] / lengths[group, None]
                # Unit vectors to rounding.
                assert np.abs(directions - directions[0]).max() < 1e-14
            merged = cell.problem.n - len(record["dead"]) - sum(len(g) - 1 for g in record["collinear"])
            assert record["neurons"] == merged
            seen["dead"] += len(record["dead"])
            seen["collinear"] += len(record["collinear"])
            # The loss of the record is that of the weights, to double precision.
            assert Population(cell.problem).loss(theta) == pytest.approx(float(record["loss"]), rel=1e-13)
    assert seen["dead"] >= 1
    assert seen["collinear"] >= 2


def test_events_keep_the_balance_of_the_initial_point(cells: list[Cell]) -> None:
    count = 0
    for cell in cells:
        for run in cell.runs.values():
            for event in run.record["events"]:
                start = run.theta0[event["neuron"]]
                balance = start[-1] ** 2 - start[:-1] @ start[:-1]
                # The flow's tolerance over some hundred steps.
                assert event["balance"] == pytest.approx(balance, rel=1e-4)
                assert balance > 0
                assert event["event"] in ("died", "revived")
                assert (event["margin"] >= 0) == (event["event"] == "died") or event["event"] == "died"
                count += 1
    assert count >= 3


def test_one_neuron_dies_exactly_if_its_weight_is_negative_and_longer() -> None:
    for seed in range(12):
        run = run_task(Task(1, 3, 4, "relu", "glorot", seed, 30, certify=False))
        a, w = run.theta0[0, -1], np.linalg.norm(run.theta0[0, :-1])
        assert bool(run.record["dead"]) == bool(a < 0 and abs(a) > w)


def test_predictions_hold_only_with_the_room_they_have() -> None:
    fewer = Prediction("copy-average", (3,), mp.mpf("0.48"), neurons=1, dead=(-1,), collinear=(("average", -1),))
    record: dict[str, Any] = {
        "structure": "copy-average",
        "partition": [3],
        "neurons": 1,
        "spare": {"dead": [-1], "collinear": []},
    }
    assert fewer.holds(record)
    assert not fewer.holds({**record, "spare": {"dead": [1], "collinear": []}})
    assert not fewer.holds({**record, "spare": {"dead": [], "collinear": [{"role": "average", "sign": 1}]}})
    assert not fewer.holds({**record, "spare": {"dead": [], "collinear": [{"role": "copy", "sign": -1}]}})
    assert fewer.holds({**record, "spare": {"dead": [], "collinear": [{"role": "average", "sign": -1}]}})
    assert not fewer.holds({**record, "neurons": 2})
    assert read_prediction(json.loads(json.dumps(fewer.document(20)))).document(20) == fewer.document(20)


def test_a_run_elsewhere_is_not_agreement(cells: list[Cell]) -> None:
    cell = cells[1]
    record = cell.records()[0]
    assert judge(record, cell.predicted) == AGREES
    assert judge({**record, "certified": {**record["certified"], "identity": None}}, cell.predicted) != AGREES
    assert judge({**record, "structure": UNCLASSIFIED, "partition": None}, cell.predicted) != AGREES
    assert judge(record, [p for p in cell.predicted if p.structure != record["structure"]]) != AGREES


def test_identity_needs_the_symmetry() -> None:
    problem = Problem(2, 3, activation="relu")
    point = next(p for p in structures(2, 3, dps=40) if p.name == "perturbed-copy-average")
    C, signs = point.doubles()
    W = np.zeros((2, 4))
    W[:, :3] = C
    found = certify_rectified(problem, pack(W, signs), dps=40)
    named = match(problem, pack(W, signs))
    assert identical(problem, found, named, dps=40) is True
    moved = found.point.copy()
    moved[1, 1] += mp.mpf("1e-2")
    assert identical(problem, replace(found, point=moved), named, dps=40) is None
    aside = found.point.copy()
    aside[0, 3] += mp.mpf("1e-2")
    assert identical(problem, replace(found, point=aside), named, dps=40) is None


def test_matching_is_invariant_under_rescaling_permutation_and_splitting() -> None:
    problem = Problem(3, 6, activation="relu")
    point = next(p for p in structures(3, 6, dps=30) if p.name == "perturbed-copy-average")
    C, signs = point.doubles()
    W = np.zeros((3, 7))
    W[:, :6] = C
    scale = np.array([0.5, 2.0, 3.0])
    theta = pack(W * scale[:, None], signs / scale)[[2, 0, 1]]
    found = match(problem, theta)
    assert found.structure == "perturbed-copy-average"
    assert float(found.distance) < 1e-14
    wide = Problem(5, 6, activation="relu")
    split = np.vstack([theta, theta[0] * [*[1.0] * 7, -0.25], np.zeros(8)])
    split[0, -1] *= 1.25
    split[4, -1] = -1.0
    merged = match(wide, split)
    assert merged.structure == "perturbed-copy-average"
    assert [company.neurons for company in merged.naming.companies] == [(0, 3)]
    assert (merged.naming.companies[0].same, merged.naming.companies[0].opposite) == (0, 1)
    assert (merged.naming.dead, merged.naming.dead_signs) == ((4,), (-1,))
    assert merged.assignment[4] == ()
    assert merged.assignment[0] == merged.assignment[3]


def test_words(cells: list[Cell]) -> None:
    assert exceptions(cells[:3]) == []
    assert "Neurons died" in summary(cells, interrupted=False)
    assert ended(cells[1].records()[2]) == "CA 3, 1 collinear"
    assert ended(cells[0].records()[0]) == "all dead"


@pytest.mark.parametrize("option", [["--flow-dps", "30"], ["--prove-flow"]])
def test_what_only_erf_has_is_refused(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "-n", "1", "-k", "2", "--activation", "relu", *option]) == 2
    error = capsys.readouterr().err.strip()
    assert "needs erf" in error
    assert len(error.splitlines()) == 1


def test_a_trained_network_is_matched(tmp_path: Path, cells: list[Cell], capsys: pytest.CaptureFixture[str]) -> None:
    theta = np.array([[float(x) for x in row] for row in cells[1].runs[2].theta])
    np.savez(tmp_path / "net.npz", W=theta[:, :-1] + 1e-4, a=theta[:, -1])
    arguments = ["match", str(tmp_path / "net.npz"), "-k", "3", "--activation", "relu", "--json", "-"]
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["structure"], found["partition"], found["collinear"]) == ("copy-average", [3], [[0, 1]])
    assert found["certified"]["identity"] is True


def test_certificates_of_runs_are_accepted_by_the_checker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = ["-n", "2", "-k", "3", "--activation", "relu", "--seeds", "3", "--jobs", "1"]
    assert main(["verify", *common, "--certificates", str(tmp_path)]) == 0
    written = sorted(map(str, tmp_path.glob("*.json")))
    assert len(written) == 3
    assert main(["recheck", *written]) == 0
    assert capsys.readouterr().out.count("accepted") == 3


def test_the_table_of_fates_counts_each_run_once(cells: list[Cell]) -> None:
    spec = importlib.util.spec_from_file_location("fates", SCRIPT)
    fates = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fates)
    written = verify_document(cells[:3], activation="relu", init="glorot", dps=40, interrupted=False)
    counts = fates.count([written, written])
    assert counts["glorot", 1, 3]["runs"] == 3
    assert counts["glorot", 1, 3]["all dead"] == counts["glorot", 1, 3]["died"] == 2
    assert counts["glorot", 2, 3]["came back"] == 1
    assert counts["glorot", 3, 6]["collinear"] >= 1
    assert "all" in fates.table(counts)
    with pytest.raises(ValueError, match="needs the JSON"):
        fates.count([{**written, "activation": "erf"}])


def test_one_teacher_a_neuron_turns_against_it_and_shrinks_for_ever() -> None:
    """n = k = 1: a G vanishes against the teacher, so that the neuron tends to zero without getting there."""
    cell = _cell(1, 1, range(1))
    (record,) = cell.records()
    assert (record["structure"], record["dead"], record["events"]) == ("all-dead", [0], [])
    assert cell.verdict == AGREES


def test_one_teacher_a_flow_creeps_past_a_degenerate_saddle() -> None:
    """n = k = 1, seed 3: the neuron points against the teacher with an outgoing weight of 1e-6 until time 1e7."""
    run = run_task(Task(1, 1, 2, "relu", "glorot", 3, 30, certify=False))
    assert (run.record["structure"], run.record["dead"]) == ("copy-average", [])
    assert run.record["flow_time"] > 1e6

"""Certificates proved again: true ones are accepted, lies are refused, and what is no certificate is unreadable."""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import certificates as made
import flint
import numpy as np
import pytest
from mpmath import mp

import verify.recheck
from verify.recheck import Unreadable, canonical, digest, number, read, recheck, statement, to_ball
from verify.recheck.network import Network
from verify.recheck.reduced import Dual, equations
from verify.recheck.schema import contents
from verify.recheck.smoothness import smoothness
from verify.recheck.spectra import inertia, least_eigenvalue

Document = dict[str, Any]
CA_IDENTITY = {"structure": "copy-average", "partition": [1, 2], "assignment": [[2], [0, 1]], "signs": [1, -1]}


@pytest.fixture(scope="module", autouse=True)
def _digits() -> Iterator[None]:
    with mp.workdps(60):
        yield


def shifted(point: made.Point, by: float) -> made.Point:
    return [[x + mp.mpf(by) * ((i + j) % 3 - 1) for j, x in enumerate(row)] for i, row in enumerate(point)]


def exactly(array: np.ndarray) -> made.Point:
    """Doubles as mpmath numbers: products of two doubles would be rounded."""
    return [[mp.mpf(x) for x in row] for row in array.tolist()]


@pytest.fixture(scope="module")
def ca_point(_digits: None) -> made.Point:
    return made.copy_average([[2], [0, 1]], [1, -1], 4)


@pytest.fixture(scope="module")
def minimum(ca_point: made.Point) -> Document:
    """Copy-average at (2, 3): a minimum with identity, basin and line."""
    # On the line: one neuron that averages two teachers adds rank 1, negative for shares in (0, 1).
    line = {"splits": [{"student": 1, "share": made.exact(0.25)}], "rank": 11, "index": 1}
    return made.full_document(
        ca_point, made.axes(3, 4), [1] * 3, identity=CA_IDENTITY, start=shifted(ca_point, 2e-5), line=line
    )


@pytest.fixture(scope="module")
def saddle(_digits: None) -> Document:
    """Copy-average with sizes 2 + 2 at (2, 4)."""
    identity = {"structure": "copy-average", "partition": [2, 2], "assignment": [[0, 3], [1, 2]], "signs": [1, 1]}
    point = made.copy_average([[0, 3], [1, 2]], [1, 1], 5)
    return made.full_document(point, made.axes(4, 5), [1] * 4, identity=identity, method="box")


@pytest.fixture(scope="module")
def perturbed(_digits: None, oracles: dict[str, Any]) -> made.Point:
    """Perturbed copy at (9, 10), with students in another order and a sign."""
    entry = oracles["perturbed_copy_erf"][0]
    x = [mp.mpf(entry[name]) for name in ("alpha", "beta", "gamma", "a")]
    copied, signs = [3, 1, 2, 0, 4, 5, 6, 9, 8], [1, -1, 1, 1, 1, 1, 1, 1, 1]
    return made.newton(made.perturbed_copy(x, copied, signs, 10, 11), made.axes(10, 11), [1] * 10)


@pytest.fixture(scope="module")
def reduced(_digits: None) -> Document:
    x = made.restricted_solution([0.628, -0.0266, 0.0386, 2.17], 10, 20)
    return made.reduced_document(x, 10, 20, made.restricted_loss(x, 10, 20))


def refused(document: Document) -> str:
    verdict = recheck(document)
    assert not verdict.accepted
    assert verdict.reasons
    return " ".join(verdict.reasons)


def accepted(document: Document) -> dict[str, str | int]:
    verdict = recheck(document)
    assert verdict.accepted, verdict.reasons
    assert not verdict.reasons
    return verdict.facts


# Accepted.


def test_a_minimum_with_identity_basin_and_line(minimum: Document) -> None:
    facts = accepted(minimum)
    assert facts["line_rank"] == 11
    assert facts["line_index"] == 1
    # Close to the double-precision eigenvalue, not only below it.
    assert float(facts["lambda_min"]) == pytest.approx(0.0075348, rel=1e-4)


def test_a_minimum_and_a_saddle_by_box(minimum: Document, saddle: Document) -> None:
    assert accepted(saddle)["index"] == 2
    document = copy.deepcopy(minimum)
    document["proof"], document["states"]["basin"] = {"method": "box"}, None
    document["states"]["uniqueness_radius"] = number(2.0**-20)
    accepted(made.finished(document))
    document["states"]["basin"] = minimum["states"]["basin"]
    assert "basin needs a proof by convexity" in refused(made.finished(document))


def test_a_perturbed_copy_with_line(perturbed: made.Point) -> None:
    teacher, b = made.axes(10, 11), [1] * 10
    copied, signs = [3, 1, 2, 0, 4, 5, 6, 9, 8], [1, -1, 1, 1, 1, 1, 1, 1, 1]
    identity = {"structure": "perturbed-copy", "partition": None, "assignment": [[j] for j in copied], "signs": signs}
    # Two shares outside (0, 1) and one inside; rank and index by eigenvalues of the split network.
    shares = {1: 0.25, 4: -1.0}
    split = [list(row) for row in perturbed]
    for student, share in shares.items():
        split.append([*split[student][:-1], split[student][-1] * (1 - share)])
        split[student][-1] *= share
    # Split neurons are parallel to each other but not equal to any other, so the interaction is smooth.
    values = np.linalg.eigvalsh(made.float_hessian(split, teacher, b)[0])
    rank, index = int((abs(values) > 1e-9).sum()), int((values < -1e-9).sum())
    splits = [{"student": i, "share": made.exact(t)} for i, t in shares.items()]
    line = {"splits": splits, "rank": rank, "index": index}
    document = made.full_document(perturbed, teacher, b, identity=identity, line=line)
    accepted(document)
    for wrong in ({**line, "rank": rank + 1}, {**line, "index": index - 1}, {**line, "splits": splits[:1]}):
        document["states"]["line"] = wrong
        assert "Hessian on the line" in refused(made.finished(document))
    # The same numbers, another teacher named for a student.
    document["states"]["line"] = None
    document["states"]["identity"]["assignment"][0] = [7]
    assert "not shown to have a solution near" in refused(made.finished(document))
    document["states"]["identity"]["assignment"][0] = [3]
    document["states"]["identity"]["signs"][1] = 1
    assert "perturbed-copy point is not shown to lie in" in refused(made.finished(document))


def test_other_teachers_and_signs() -> None:
    rng = np.random.default_rng(3)
    teacher, b = exactly(rng.normal(size=(2, 2))), [mp.mpf(1.5), mp.mpf(-0.75)]
    start = [[*row, x] for row, x in zip(teacher, b, strict=True)]
    # n = k: the teacher itself, with loss 0.
    document = made.full_document(start, teacher, b, radius=mp.mpf(10) ** -40)
    accepted(document)
    document["states"]["identity"] = {
        "structure": "copy-average",
        "partition": [1, 1],
        "assignment": [[0], [1]],
        "signs": [1, 1],
    }
    assert "orthonormal" in refused(made.finished(document))
    # Signed axes: b v is what counts.
    teacher, b = [[0, -1, 0], [1, 0, 0], [0, 0, 1]], [1, -1, -1]
    plain = made.copy_average([[0, 1], [2]], [1, -1], 3)
    u = [[b[j] * x for x in teacher[j]] for j in range(3)]
    point = [[mp.fsum(row[j] * u[j][x] for j in range(3)) for x in range(3)] + [row[-1]] for row in plain]
    identity = {"structure": "copy-average", "partition": [1, 2], "assignment": [[0, 1], [2]], "signs": [1, -1]}
    accepted(made.full_document(point, teacher, b, identity=identity))


def test_the_reduced_equations(reduced: Document, oracles: dict[str, Any]) -> None:
    facts = accepted(reduced)
    assert float(facts["loss"]) == pytest.approx(float(oracles["perturbed_copy_erf"][1]["loss"]), rel=1e-5)


def test_reduced_equations_for_very_many_neurons() -> None:
    # Half as many students as teachers, doubled from about (12, 24) up; beta and gamma fall about as 1/k.
    k, x = mp.mpf(50000) / 2048, made.restricted_solution([0.628, -0.0266, 0.0386, 2.17], 10, 20)
    while k <= 50000:
        x = made.restricted_solution(x, k / 2, k)
        last, k = x, 2 * k
        x = [x[0], x[1] / 2, x[2] / 2, x[3]]
    loss = made.restricted_loss(last, 25000, 50000)
    accepted(made.reduced_document(last, 25000, 50000, loss))
    # The scales of beta and alpha differ by 10^7, so boxes much wider than beta hold no proof.
    assert "exactly one" in refused(made.reduced_document(last, 25000, 50000, loss, uniqueness_radius=1e-4))


# Refused: text and digest.


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name, entry in value.items():
            yield from _leaves(entry, (*path, name))
    elif isinstance(value, list) and value:
        for place, entry in enumerate(value):
            yield from _leaves(entry, (*path, place))
    else:
        yield path


def _changed(document: Document, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Document:
    document = copy.deepcopy(document)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = change(place[path[-1]])
    return document


def _another(value: Any) -> Any:
    if isinstance(value, str):
        return value + "!"
    if isinstance(value, list):
        return ["another"]
    return [] if value is None else -value if value == 1 else value + 1


@pytest.mark.parametrize("which", ["minimum", "saddle", "reduced"])
def test_no_stated_field_changes_alone(which: str, request: pytest.FixtureRequest) -> None:
    document = request.getfixturevalue(which)
    count = 0
    for part in ("schema", "theorem", "system", "point", "states"):
        for path in _leaves(document[part], (part,)):
            changed = _changed(document, path, _another)
            with pytest.MonkeyPatch.context() as patch:
                # No mathematics: digest and text have to notice.
                patch.setattr("verify.recheck.verdict._full", None)
                patch.setattr("verify.recheck.verdict._reduced", None)
                for attempt in (changed, made.sealed(changed)):
                    try:
                        verdict = recheck(attempt)
                    except Unreadable:
                        continue
                    assert not verdict.accepted, path
                    assert "digest" in verdict.reasons[0] or "text" in verdict.reasons[0]
            count += 1
    assert count > 20


def test_a_changed_proof_or_version_changes_the_digest(minimum: Document) -> None:
    for path in (("versions", "tests"), ("proof", "rho", 0), ("proof", "metric", 0, 0, 1)):
        assert "digest" in refused(_changed(minimum, path, _another))


# Refused: mathematics, with text and digest to match.


def _num(factor: float) -> Callable[[Any], Any]:
    """The number times a power of two."""
    return lambda num: [num[0], num[1] + factor]


LIES: dict[str, tuple[tuple[Any, ...], Callable[[Any], Any], str]] = {
    "smaller radius": (("states", "radius"), _num(-60), "gradient"),
    "larger uniqueness": (("states", "uniqueness_radius"), _num(2), "ellipsoid"),
    "radius beyond uniqueness": (("states", "radius"), lambda _: [1, 0], "larger than uniqueness_radius"),
    "negative radius": (("states", "radius"), lambda num: [-num[0], num[1]], "radius is negative"),
    "no uniqueness": (("states", "uniqueness_radius"), lambda _: [0, 0], "not positive"),
    "another index": (("states", "index"), lambda _: 1, "index 0"),
    "absurd index": (("states", "index"), lambda _: 99, "number of parameters"),
    "larger lambda_min": (("states", "lambda_min"), lambda num: number(1.02 * num[0] * 2.0 ** num[1]), "lambda_min"),
    "lambda_min zero": (("states", "lambda_min"), lambda _: [0, 0], "not positive"),
    "loss above": (("states", "loss"), lambda ends: [ends[1], [1, 0]], "loss"),
    "loss below": (("states", "loss"), lambda ends: [[0, 0], ends[0]], "loss"),
    "loss empty": (("states", "loss"), lambda ends: ends[::-1], "empty"),
    "another partition": (("states", "identity", "partition"), lambda _: [2, 2], "partition"),
    "no partition": (("states", "identity", "partition"), lambda _: [], "partition"),
    "other groups": (("states", "identity", "assignment"), lambda _: [[0], [1, 2]], "copy-average point"),
    "groups that overlap": (("states", "identity", "assignment"), lambda _: [[1], [0, 1]], "twice"),
    "an empty group": (("states", "identity", "assignment"), lambda _: [[], [0, 1, 2]], "empty"),
    "a missing teacher": (("states", "identity", "assignment"), lambda _: [[2], [0]], "cover"),
    "an unknown teacher": (("states", "identity", "assignment"), lambda _: [[2], [0, 3]], "not there"),
    "another sign": (("states", "identity", "signs"), lambda _: [1, 1], "copy-average point"),
    "start too far": (("states", "basin", "start", 0, 0), lambda num: [*number(1.01)], "gradient flow"),
    "another rank": (("states", "line", "rank"), lambda _: 14, "rank 11"),
    "another line index": (("states", "line", "index"), lambda _: 0, "index 1"),
    "no splits": (("states", "line", "splits"), lambda _: [], "no splits"),
    "a split twice": (("states", "line", "splits"), lambda splits: splits * 2, "twice"),
    "a split of nobody": (("states", "line", "splits", 0, "student"), lambda _: 2, "not there"),
    "share 1": (("states", "line", "splits", 0, "share"), lambda _: [1, 0], "0 or 1"),
    "share 0": (("states", "line", "splits", 0, "share"), lambda _: [0, 0], "0 or 1"),
    "share beyond 1": (("states", "line", "splits", 0, "share"), lambda _: [3, 0], "index 0"),
    "another point": (("point", 1, 0), lambda _: number(-0.4), "gradient"),
    "a point off by 1e-40": (("point", 1, 1), lambda num: [num[0] + 2**70, num[1]], "gradient"),
    "another teacher": (("system", "teacher", 0, 1), lambda _: number(1e-3), "gradient"),
    "another outgoing": (("system", "teacher_outgoing", 2), lambda _: [-1, 0], "positive definite"),
    "rho too large": (("proof", "rho"), _num(2), "M rho < 1"),
    "rho too small": (("proof", "rho"), _num(-8), "ellipsoid"),
    "rho negative": (("proof", "rho"), lambda num: [-num[0], num[1]], "positive"),
    "metric zero": (("proof", "metric", 0, 1), lambda _: [0, 0], "positive"),
    "useless metric": (("proof", "metric", 0, 1), _num(30), "metric"),
}


@pytest.mark.parametrize("name", LIES)
def test_lies_are_refused(minimum: Document, name: str) -> None:
    path, change, reason = LIES[name]
    assert reason in refused(made.finished(_changed(minimum, path, change)))


@pytest.mark.parametrize(
    ("path", "change", "reason"),
    [
        (("states", "radius"), _num(-60), "within radius"),
        (("states", "uniqueness_radius"), lambda _: number(0.01), "nonsingular"),
        (("states", "index"), lambda _: 1, "2 negative"),
        (("states", "lambda_min"), lambda num: number(1.02 * num[0] * 2.0 ** num[1]), "lambda_min"),
        (("states", "loss"), lambda ends: [ends[1], [1, 0]], "loss"),
        (("point", 0, 0), lambda num: [num[0] + 2**70, num[1]], "within radius"),
        (("states", "identity", "signs"), lambda _: [1, -1], "copy-average point"),
    ],
)
def test_lies_about_a_saddle_are_refused(
    saddle: Document, path: tuple[Any, ...], change: Callable[[Any], Any], reason: str
) -> None:
    assert reason in refused(made.finished(_changed(saddle, path, change)))


@pytest.mark.parametrize(
    ("path", "change", "reason"),
    [
        (("states", "radius"), _num(-200), "exactly one"),
        (("states", "uniqueness_radius"), lambda _: number(0.5), "exactly one"),
        (("states", "loss"), lambda ends: [ends[1], [1, 0]], "loss"),
        (("states", "loss"), lambda ends: [[0, 0], ends[0]], "loss"),
        (("states", "loss"), lambda ends: ends[::-1], "empty"),
        (("point", 3), lambda num: [num[0] + 2**120, num[1]], "exactly one"),
        (("system", "n"), lambda _: 11, "exactly one"),
        (("system", "k"), lambda _: 21, "exactly one"),
        (("system", "k"), lambda _: 10, "2 <= n < k"),
        (("states", "radius"), lambda _: [1, 0], "larger than uniqueness_radius"),
    ],
)
def test_lies_about_the_reduced_equations_are_refused(
    reduced: Document, path: tuple[Any, ...], change: Callable[[Any], Any], reason: str
) -> None:
    assert reason in refused(made.finished(_changed(reduced, path, change)))


def test_a_proof_by_convexity_at_a_saddle_is_refused(minimum: Document, saddle: Document) -> None:
    document = copy.deepcopy(saddle)
    document["proof"] = copy.deepcopy(minimum["proof"])
    document["states"]["index"] = 0
    assert "positive definite" in refused(made.finished(document))


def test_dormant_neurons_are_refused(minimum: Document) -> None:
    # An outgoing weight and a vector of 0, and two equal neurons: singular Hessians.
    zero = _changed(minimum, ("point", 0), lambda row: [[0, 0]] * len(row))
    double = _changed(minimum, ("point", 0), lambda _: minimum["point"][1])
    for document in (zero, double):
        refused(made.finished(document))
        document["proof"], document["states"]["basin"] = {"method": "box"}, None
        refused(made.finished(document))


# Unreadable.


BROKEN: dict[str, tuple[tuple[Any, ...], Callable[[Any], Any], str]] = {
    "schema": (("schema",), lambda _: "copy-average/certificate/2", "schema: got 'copy-average/certificate/2'"),
    "schema type": (("schema",), lambda _: 1, "schema: got another type"),
    "bool for int": (("states", "index"), lambda _: True, "states.index: needs an integer"),
    "bool in number": (("states", "radius"), lambda _: [True, 0], "states.radius: needs a number"),
    "float": (("point", 0, 0), lambda _: 0.5, r"point\[0\]\[0\]: needs a number"),
    "string": (("point", 0, 0), lambda _: ["1", 0], r"point\[0\]\[0\]: needs a number"),
    "short row": (("point", 1), lambda row: row[:-1], r"point\[1\]: needs an array of length 5"),
    "missing row": (("system", "teacher"), lambda rows: rows[1:], "system.teacher: needs an array of length 3"),
    "exponent": (("states", "radius"), lambda _: [1, -(10**6)], "states.radius: the exponent"),
    "mantissa": (("states", "radius"), lambda _: [1 << 100_001, 0], "states.radius: the mantissa"),
    "size": (("system", "n"), lambda _: 10**9, "system.n: needs an integer from 1"),
    "order": (("system", "dim"), lambda _: 5999, "system: 12000 parameters"),
    "activation": (("system", "activation"), lambda _: "relu", "system.activation"),
    "kind": (("system", "kind"), lambda _: "half", "system.kind"),
    "status": (("states", "status"), lambda _: "empty", "states.status"),
    "method": (("proof", "method"), lambda _: "hope", "proof.method"),
    "structure": (("states", "identity", "structure"), lambda _: [], "states.identity.structure"),
    "signs": (("states", "identity", "signs"), lambda _: [1, 2], "states.identity.signs"),
    "group": (("states", "identity", "assignment", 0), lambda _: [-1], r"assignment\[0\]\[0\]"),
    "extra": (("states",), lambda states: {**states, "more": 1}, "states: unknown field 'more'"),
    "missing": (("states",), lambda _: {"status": "unique"}, "states: the field 'radius' is missing"),
    "assumptions": (("theorem", "assumptions"), lambda _: [1], "theorem.assumptions"),
    "text": (("theorem", "text"), lambda _: None, "theorem.text"),
    "versions": (("versions",), lambda _: {"python": 3}, "versions.'python'"),
    "escapes": (("theorem", "assumptions"), lambda _: ["\x1b[2J"], r"assumptions\[0\]: needs a string of printable"),
    "surrogates": (("theorem", "text"), lambda _: "\ud800", "theorem.text: needs a string of printable"),
    "digest": (("digest",), lambda _: 5, "digest: needs a string"),
    "system": (("system",), lambda _: None, "system.kind"),
    "line": (("states", "line"), lambda _: 3, "states.line"),
    "basin": (("states", "basin"), lambda _: [], "states.basin"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_certificate_is_unreadable(minimum: Document, name: str) -> None:
    path, change, message = BROKEN[name]
    with pytest.raises(Unreadable, match=message) as caught:
        recheck(_changed(minimum, path, change))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("document", [None, [], 3, {}, {"schema": "copy-average/certificate/1"}])
def test_other_json_is_unreadable(document: Any) -> None:
    with pytest.raises(Unreadable, match="the document: "):
        recheck(document)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON: .* in line 1"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[]", "needs a JSON object"),
        (b'{"a": NaN}', "holds NaN"),
        (b'{"a": -Infinity}', "holds -Infinity"),
        (b'{"a": 1, "a": 2}', "'a' occurs twice"),
        (b'{"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested too deeply"),
        (b'{"a": ' + b"7" * 40_000 + b"}", "too many digits"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, text: bytes, message: str) -> None:
    file = tmp_path / "certificate.json"
    file.write_bytes(text)
    with pytest.raises(Unreadable, match=message):
        read(file)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(Unreadable, match=r"no such file|is a directory"):
            read(path)


# The format.


def test_numbers_are_exact() -> None:
    for value in (0.1, -3.5, 5e-324, 1.7976931348623157e308, 0.0, -0.0):
        mantissa, exponent = number(value)
        assert mp.ldexp(mantissa, exponent) == value
        assert to_ball([mantissa, exponent]) == flint.arb(value)
    assert number(12) == [3, 2]
    assert number((3 << 300, -400)) == [3, -100]
    assert number(flint.arb(0.1)) == number(0.1)
    for bad in (True, float("nan"), float("inf"), flint.arb(1, 1), flint.arb("nan"), "1", None, (1, 2, 3), (1.0, 2)):
        with pytest.raises(ValueError, match="value: got"):
            number(bad)
    # Longer than any working precision, and still exact.
    ball = to_ball([3**500, -900])
    assert int(ball.man_exp()[0]) == 3**500


def test_long_numbers_survive_a_file(tmp_path: Path, minimum: Document) -> None:
    # Beyond the limit that Python sets by default for integers in decimal.
    before = sys.get_int_max_str_digits()
    document = made.finished(_changed(minimum, ("states", "loss", 1), lambda _: [(1 << 99_000) + 1, -98_999]))
    file = tmp_path / "long.json"
    file.write_bytes(canonical(document))
    assert digest(read(file)) == document["digest"]
    accepted(read(file))
    assert sys.get_int_max_str_digits() == before


def test_the_digest_is_that_of_the_canonical_form(minimum: Document) -> None:
    import hashlib

    rest = {name: value for name, value in minimum.items() if name != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    assert minimum["digest"] == "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    shuffled = json.loads(json.dumps(dict(reversed(list(minimum.items()))), indent=1))
    assert digest(shuffled) == minimum["digest"]
    assert statement(shuffled) == minimum["theorem"]["text"]


def test_the_statement_reads(minimum: Document, reduced: Document) -> None:
    text = minimum["theorem"]["text"]
    assert "\n" not in text
    for part in ("exactly one critical point", "1*2^-2", "converges to x*", "rank 11", "teachers 0, 1", "machine"):
        assert part in text
    assert "n = 10" in reduced["theorem"]["text"]


# The mathematics, against derivations that share nothing with it.


def test_gradient_loss_and_hessian_are_right_and_narrow() -> None:
    rng = np.random.default_rng(1)
    point, teacher, b = exactly(rng.normal(size=(3, 5))), exactly(rng.normal(size=(2, 4))), [mp.mpf(0.5), mp.mpf(-2)]
    document = made.full_document(point, teacher, b, method="box")
    certificate = contents(document)
    with flint.ctx.workprec(200):
        sharp = Network(certificate, flint.arb(0))
        exact = made.complex_step_gradient(point, teacher, b)
        for ball, value in zip(sharp.gradient(), exact, strict=True):
            # The reference has 60 digits less those that sums lose.
            assert abs(ball - to_ball(made.exact(value))) < 1e-55
        assert abs(sharp.loss() - to_ball(made.exact(made.mp_loss(point, teacher, b)))) < 1e-55
        H = sharp.hessian()
        step = mp.mpf(10) ** -20
        for place in range(15):
            ahead = [list(row) for row in point]
            ahead[place // 5][place % 5] += step
            back = [list(row) for row in point]
            back[place // 5][place % 5] -= step
            pairs = zip(
                made.complex_step_gradient(ahead, teacher, b),
                made.complex_step_gradient(back, teacher, b),
                strict=True,
            )
            for row, (up, down) in enumerate(pairs):
                # Central differences: an error of step^2 = 1e-40 times third derivatives.
                assert abs(H[row, place] - to_ball(made.exact((up - down) / (2 * step)))) < 1e-36
        for i in range(3):
            block, S = sharp.residual_block(i), made.float_hessian(point, teacher, b)[1][i]
            assert max(abs(float(block[x, y]) - S[x, y]) for x in range(5) for y in range(5)) < 1e-12


def test_boxes_hold_all_their_points() -> None:
    rng = np.random.default_rng(2)
    theta, teacher, b = rng.normal(size=(2, 4)), exactly(rng.normal(size=(2, 3))), [1, -2]
    radius = 2.0**-12

    def network(point: Any, width: float) -> Network:
        return Network(contents(made.full_document(exactly(point), teacher, b, method="box")), flint.arb(width))

    with flint.ctx.workprec(128):
        wide = network(theta, radius)
        H, S = wide.hessian(), [wide.residual_block(i) for i in range(2)]
        for _ in range(20):
            inside = network(theta + radius * rng.choice([-1, 1, 0.5], size=theta.shape), 0.0)
            assert wide.loss().contains(inside.loss())
            assert all(x.contains(y) for x, y in zip(wide.gradient(), inside.gradient(), strict=True))
            assert H.contains(inside.hessian())
            assert all(block.contains(inside.residual_block(i)) for i, block in enumerate(S))
        assert max(float(x.rad()) for x in H.entries()) < 1e3 * radius


@pytest.mark.parametrize("p", [0.0, 0.05, 1 / 3, 1.0, 2.0])
@pytest.mark.parametrize("m", [1, 2, 3])
def test_smoothness_bounds_the_worst_direction(m: int, p: float) -> None:
    worst = made.brute_smoothness(m, p, 91, nodes=100)
    bound = float(smoothness(m, flint.arb(p), flint.arb(p)))
    # A bound, equal where the worst direction is along an axis, and never far away.
    assert worst * (1 - 1e-9) <= bound <= 1.3 * worst
    wide = float(smoothness(m, flint.arb(max(p - 0.1, 0.0)), flint.arb(p + 0.1)))
    inside = [float(smoothness(m, flint.arb(q), flint.arb(q))) for q in np.linspace(max(p - 0.1, 0), p + 0.1, 41)]
    # Over an interval: no less than at its points and, by bisection, hardly more.
    assert max(inside) <= wide * (1 + 1e-12) <= 1.01 * max(inside)


def test_the_reduced_equations_are_derivatives_of_the_restricted_loss() -> None:
    x, n, k = [mp.mpf(t) for t in ("0.7", "-0.03", "0.05", "1.6")], 6, 11
    with flint.ctx.workprec(220):
        F = equations([Dual.variable(to_ball(made.exact(t)), i) for i, t in enumerate(x)], n, k)
        gradient = made.restricted_gradient(x, n, k)
        for row, value, copies in zip(F, gradient, (1, n - 1, k - n, None), strict=True):
            factor = 4 * n / flint.arb.pi() * (1 if copies is None else copies * to_ball(made.exact(x[3])))
            assert abs(factor * row.value - to_ball(made.exact(value))) < 1e-52
        h = mp.mpf(10) ** -20
        for j in range(4):
            ends = [
                equations([Dual.constant(to_ball(made.exact(t + s * h * (i == j)))) for i, t in enumerate(x)], n, k)
                for s in (1, -1)
            ]
            for row, up, down in zip(F, *ends, strict=True):
                assert abs(row.slopes[j] - (up.value - down.value) / to_ball(made.exact(2 * h))) < 1e-34


def test_eigenvalues_are_bounded_from_the_right_side() -> None:
    rng = np.random.default_rng(5)
    for order in (1, 2, 7, 30):
        A = rng.normal(size=(order, order))
        A = A + A.T
        values = np.linalg.eigvalsh(A)
        with flint.ctx.workprec(128):
            M = flint.arb_mat(order, order, A.ravel().tolist())
            # Doubles know eigenvalues to about 1e-14 here.
            assert values[0] - 1e-10 < float(least_eigenvalue(M)) < values[0] + 1e-13
            found = inertia(M)
            assert found is not None
            assert found.proved
            assert found.negatives == (values < 0).sum()
            assert float(found.gap()) == pytest.approx(np.abs(values).min(), rel=1e-6)
            blurred = flint.arb_mat([[x + flint.arb(0, 1e-3) for x in row] for row in M.tolist()])
            # All matrices in the blur, the worst of which is lower by its norm.
            assert float(least_eigenvalue(blurred)) < values[0] - 0.9e-3
    nothing = flint.arb_mat([[flint.arb.nan()]])
    assert inertia(nothing) is None
    assert not least_eigenvalue(nothing) > -(10**9)
    singular = inertia(flint.arb_mat([[1, 1], [1, 1]]))
    assert singular is not None
    assert not singular.proved


# Independence, and the command.


def test_it_shares_no_code_with_the_rest() -> None:
    allowed = {"flint", "numpy", "scipy", *sys.stdlib_module_names}
    files = sorted(Path(verify.recheck.__file__).parent.rglob("*.py"))
    assert len(files) > 10
    for file in files:
        assert len(file.read_text(encoding="utf-8").splitlines()) < 250
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= allowed, file
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                assert node.level == 0
                assert module.split(".")[0] in allowed or f"{module}.".startswith("verify.recheck."), file
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"__import__", "eval", "exec", "compile"}, file


def test_it_loads_nothing_else_of_the_project() -> None:
    code = (
        "import sys, verify.recheck; print([m for m in sys.modules if m.split('.')[0] in ('theory', 'numerics', "
        "'sympy', 'mpmath') or (m.startswith('verify.') and not m.startswith('verify.recheck'))])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command(tmp_path: Path, minimum: Document, reduced: Document) -> None:
    def run(*files: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "verify", "recheck", *map(str, files)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    good, other, bad, broken = (tmp_path / name for name in ("good.json", "other.json", "bad.json", "broken.json"))
    good.write_text(json.dumps(minimum), encoding="utf-8")
    other.write_text(json.dumps(reduced, indent=1), encoding="utf-8")
    lie = made.finished(_changed(minimum, ("states", "line", "rank"), lambda _: 14))
    bad.write_text(json.dumps(lie), encoding="utf-8")
    broken.write_text("{", encoding="utf-8")
    done = run(good, other)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert minimum["theorem"]["text"] in done.stdout
    assert done.stdout.count("accepted in") == 2
    done = run(bad)
    assert done.returncode == 1
    assert "refused" in done.stdout
    assert "rank 11, stated is 14" in done.stdout
    assert lie["theorem"]["text"] not in done.stdout
    done = run(broken)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "not JSON" in done.stderr
    assert run(good, broken).returncode == 2
    assert run(broken, bad, good).returncode == 1
    assert run().returncode == 2

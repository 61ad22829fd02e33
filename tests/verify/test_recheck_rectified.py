"""Certificates of ReLU networks proved again: true ones are accepted, lies and altered files are refused."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import certificates as made
import flint
import numpy as np
import pytest
from mpmath import mp

from verify.recheck import Unreadable, number, recheck, to_ball
from verify.recheck.rectified.network import Network
from verify.recheck.rectified.relu import angle, between, unit
from verify.recheck.rectified.schema import Rectified
from verify.recheck.rectified.units import units
from verify.recheck.schema import contents

Document = dict[str, Any]
Rows = list[list[Any]]


# A little search of its own, in mpmath: nothing of what is proved here comes from the project's search.


def interaction(w: Any, z: Any) -> Any:
    p, q, s = (mp.fsum(a * b for a, b in zip(u, v, strict=True)) for u, v in ((w, w), (z, z), (w, z)))
    u = min(max(s / mp.sqrt(p * q), mp.mpf(-1)), mp.mpf(1))
    return mp.sqrt(p * q) * (mp.sqrt(1 - u * u) + u * (mp.pi - mp.acos(u))) / (2 * mp.pi)


def loss(point: Rows, s: list[Any], teacher: Rows, b: list[Any]) -> Any:
    Z, c = [*point, *teacher], [*s, *(-x for x in b)]
    return mp.fsum(c[i] * c[j] * interaction(Z[i], Z[j]) for i in range(len(Z)) for j in range(len(Z)))


def average(k: int) -> Rows:
    """The one neuron that averages k unit vectors: equal cosines, and the length that makes the loss stationary."""
    u = 1 / mp.sqrt(k)
    length = k * (mp.sqrt(1 - u * u) + u * (mp.pi - mp.acos(u))) / mp.pi
    return [[length * u] * k + [mp.mpf(0)]]


def document(
    point: Rows,
    s: list[int],
    teacher: Rows,
    *,
    values: tuple[float, float],
    index: int = 0,
    trained: bool = True,
    **stated: Any,
) -> Document:
    """A certificate; ``values`` are the least and the least absolute eigenvalue, known from elsewhere."""
    with mp.workdps(60):
        value = loss(point, s, teacher, [1] * len(teacher)) if point else stated.pop("loss")
    margin = mp.mpf(10) ** -45
    states = {
        "status": "unique",
        "radius": made.exact(2.0**-120),
        "uniqueness_radius": made.exact(2.0**-8),
        "index": index,
        "lambda_min": made.exact(values[1] * (1 - 1e-9)) if point else None,
        "smallest": [made.exact(values[0] - 1e-9), made.exact(values[0] + 1e-9)] if point else None,
        "loss": [made.exact(value - margin), made.exact(value + margin)],
        "families": stated.get("families", []),
        "resting": stated.get("resting", []),
        "basin": stated.get("basin"),
    }
    proof = {
        "method": "ball",
        "region": stated.get("region"),
        "shares": stated.get("shares"),
        "resting": stated.get("proofs", []),
    }
    found = {
        "schema": "copy-average/certificate/1",
        "versions": {"tests": "0"},
        "theorem": {"text": "", "assumptions": ["the arithmetic of this machine is correct"]},
        "system": {
            "kind": "rectified",
            "activation": "relu",
            "trained": trained,
            "n": len(point),
            "k": len(teacher),
            "dim": len(teacher[0]),
            "teacher": [[made.exact(x) for x in row] for row in teacher],
            "teacher_outgoing": [made.exact(1)] * len(teacher),
            "student_outgoing": [made.exact(x) for x in s],
        },
        "point": [[made.exact(x) for x in row] for row in point],
        "states": states,
        "proof": proof,
    }
    return made.finished(found)


def eigenvalues(k: int) -> tuple[float, float]:
    """Of the Hessian at the average, 1 along it: I + 2 S, S from its k pairs with teachers, in closed form.

    Every pair has cosine 1/sqrt k and adds -(sin / (pi r)) (1 + [in the plane across]); across the average within the
    span of the teachers the planes make the identity times k / (k - 1), by symmetry.
    """
    u = k**-0.5
    sine = np.sqrt(1 - u * u)
    r = k * (sine + u * (np.pi - np.arccos(u))) / np.pi
    across = 1 - sine / (np.pi * r) * (k + k / (k - 1))
    outside = 1 - sine / (np.pi * r) * k
    return min(1.0, across, outside), min(1.0, abs(across), abs(outside))


@pytest.fixture(scope="module")
def merged() -> Document:
    """One average of three, in place of which are two of its sign and one of the other, and two dead neurons."""
    with mp.workdps(60):
        return document(
            average(3),
            [1],
            made.axes(3, 4),
            values=eigenvalues(3),
            # All of S is negative: each further neuron of the sign adds dim - 1 = 3, of the other sign nothing.
            index=3,
            families=[{"neuron": 0, "same": 2, "opposite": 1, "index": 3}],
            resting=[{"sign": -1, "count": 2}, {"sign": 0, "count": 1}],
            proofs=[
                {"method": "sphere", "classes": [[0, 1, 2]], "caps": [made.exact(0.25)]},
                {"method": "zero", "classes": [], "caps": []},
            ],
        )


@pytest.fixture(scope="module")
def minimum() -> Document:
    """The same network alone, with a flow that ends there."""
    with mp.workdps(60):
        start = [[x * (mp.mpf(2) ** -1) + mp.mpf(2) ** -14 for x in average(3)[0]] + [mp.mpf(2)]]
    basin = {"start": [[made.exact(x) for x in row] for row in start]}
    with mp.workdps(60):
        return document(
            average(3), [1], made.axes(3, 4), values=eigenvalues(3), basin=basin, region=made.exact(2.0**-9)
        )


@pytest.fixture(scope="module")
def continuum() -> Document:
    """An average as a pair of opposite signs, 5/4 and -1/4 of it, and a flow that ends among such pairs."""
    with mp.workdps(60):
        (x,) = average(3)
        first = [t * mp.mpf(1.25) + mp.mpf(2) ** -30 for t in x] + [mp.mpf(1)]
        second = [t / 8 - mp.mpf(2) ** -30 for t in x] + [mp.mpf(-2)]
        return document(
            average(3),
            [1],
            made.axes(3, 4),
            values=eigenvalues(3),
            families=[{"neuron": 0, "same": 1, "opposite": 1, "index": 0}],
            basin={"start": [[made.exact(t) for t in row] for row in (first, second)]},
            region=made.exact(2.0**-7),
            shares=[made.exact(1.25), made.exact(0.25)],
        )


@pytest.fixture(scope="module")
def nothing() -> Document:
    """All dead: the zero function."""
    with mp.workdps(60):
        value = mp.fsum(interaction(u, v) for u in made.axes(3, 4) for v in made.axes(3, 4))
        resting, proofs = [{"sign": -1, "count": 2}], [{"method": "sign", "classes": [], "caps": []}]
        return document([], [], made.axes(3, 4), values=(0, 0), loss=value, resting=resting, proofs=proofs)


def refused(found: Document) -> str:
    verdict = recheck(found)
    assert not verdict.accepted
    return " ".join(verdict.reasons)


def changed(found: Document, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Document:
    found = copy.deepcopy(found)
    place = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = change(place[path[-1]])
    return found


@pytest.mark.parametrize("name", ["merged", "minimum", "nothing", "continuum"])
def test_true_certificates_are_accepted(name: str, request: pytest.FixtureRequest) -> None:
    verdict = recheck(request.getfixturevalue(name))
    assert verdict.accepted, verdict.reasons


def test_the_oracle(merged: Document, oracles: dict[str, Any]) -> None:
    """The loss stated there against a value computed elsewhere, for five teachers."""
    (entry,) = [x for x in oracles["relu_one_neuron"] if x["k"] == 5]
    with mp.workdps(60):
        point = average(5)
        found = document(point, [1], made.axes(5, 6), values=eigenvalues(5))
        assert recheck(found).accepted
        assert abs(loss(point, [1], made.axes(5, 6), [1] * 5) - mp.mpf(entry["loss"])) < mp.mpf(10) ** -35
        assert abs(point[0][0] * mp.sqrt(5) - mp.mpf(entry["a_times_r"])) < mp.mpf(10) ** -35


def scaled(factor: float) -> Callable[[Any], Any]:
    return lambda num: _moved(num, factor=factor)


def _moved(num: Any, factor: float = 1.0, by: float = 0.0) -> Any:
    with flint.ctx.workprec(600):
        return number((to_ball(num) * flint.arb(factor) + flint.arb(by)).mid())


LIES: dict[str, tuple[str, tuple[Any, ...], Callable[[Any], Any], str]] = {
    "point": ("minimum", ("point", 0, 0), scaled(1 + 2.0**-30), "within radius"),
    "radius": ("minimum", ("states", "radius"), scaled(2.0**-150), "within radius"),
    "uniqueness": ("minimum", ("states", "uniqueness_radius"), scaled(2.0**8), "uniqueness_radius"),
    "outgoing": ("minimum", ("system", "student_outgoing", 0), lambda _: number(2.0), "signs"),
    "fixed": ("merged", ("system", "trained"), lambda _: False, "trained"),
    "other sign": ("minimum", ("system", "student_outgoing", 0), lambda _: number(-1.0), ""),
    "teacher": ("minimum", ("system", "teacher", 0, 0), scaled(1.5), "within radius"),
    "teacher weight": ("minimum", ("system", "teacher_outgoing", 0), scaled(1.5), "within radius"),
    "index": ("minimum", ("states", "index"), lambda _: 1, "index is 0"),
    "lambda_min": ("minimum", ("states", "lambda_min"), scaled(1.01), "lambda_min"),
    "smallest low": ("minimum", ("states", "smallest", 0), lambda x: _moved(x, by=2e-9), "smallest"),
    "smallest high": ("minimum", ("states", "smallest", 1), lambda x: _moved(x, by=-2e-9), "smallest"),
    "loss low": ("minimum", ("states", "loss", 0), lambda x: _moved(x, by=1e-40), "loss"),
    "loss high": ("minimum", ("states", "loss", 1), lambda x: _moved(x, by=-1e-40), "loss"),
    "family index": ("merged", ("states", "families", 0, "index"), lambda _: 0, "adds 3"),
    "family same": ("merged", ("states", "families", 0, "same"), lambda _: 3, "adds 6"),
    "family total": ("merged", ("states", "index"), lambda _: 0, "index is 3"),
    "basin start": ("minimum", ("states", "basin", "start", 0, 0), scaled(1.01), "flow"),
    "basin sign": ("minimum", ("states", "basin", "start", 0, 4), scaled(-1.0), "another sign"),
    "region": ("minimum", ("proof", "region"), scaled(2.0**-6), "flow"),
    "region too large": ("minimum", ("proof", "region"), scaled(4.0), "flow"),
    "dead sign": ("merged", ("states", "resting", 0, "sign"), lambda _: 1, "negative"),
    "dead zero": ("merged", ("states", "resting", 1, "sign"), lambda _: 1, "outgoing weight 0"),
    "dead cap": ("merged", ("proof", "resting", 0, "caps", 0), lambda _: number(0.9), "caps"),
    "dead classes": ("merged", ("proof", "resting", 0, "classes"), lambda _: [[0, 1]], "classes"),
    "dead by sign": ("merged", ("proof", "resting", 0, "method"), lambda _: "sign", "one sign"),
    "family start": ("continuum", ("states", "basin", "start", 0, 0), scaled(1.01), "flow"),
    "family sign": ("continuum", ("states", "basin", "start", 0, 4), scaled(-1.0), "shares and signs"),
    "family shares": ("continuum", ("proof", "shares", 0), scaled(1.125), "shares and signs"),
    "family region": ("continuum", ("proof", "region"), scaled(64.0), "positive in the region"),
    "family region too small": ("continuum", ("proof", "region"), scaled(2.0**-20), "flow"),
    "family balances": ("continuum", ("states", "basin", "start", 1, 4), scaled(2.0**-30), "flow"),
    "family of other signs": ("continuum", ("states", "families", 0, "same"), lambda _: 2, "length 3"),
    "all dead, alive": ("nothing", ("states", "resting", 0, "sign"), lambda _: 1, "one sign"),
    "all dead index": ("nothing", ("states", "index"), lambda _: 1, "index 0"),
    "all dead loss": ("nothing", ("states", "loss", 0), lambda x: _moved(x, by=1e-40), "loss"),
}


@pytest.mark.parametrize("name", LIES)
def test_lies_are_refused(name: str, request: pytest.FixtureRequest) -> None:
    which, path, change, reason = LIES[name]
    lie = changed(request.getfixturevalue(which), path, change)
    try:
        verdict = recheck(made.finished(lie))
    except Unreadable as error:
        assert reason in str(error)  # noqa: PT017
        return
    assert not verdict.accepted
    assert reason in " ".join(verdict.reasons)


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for name, part in value.items() for leaf in _leaves(part, (*path, name))]
    if isinstance(value, list):
        return [leaf for i, part in enumerate(value) for leaf in _leaves(part, (*path, i))]
    return [path]


@pytest.mark.parametrize("which", ["merged", "minimum", "nothing", "continuum"])
def test_an_altered_file_is_refused(which: str, request: pytest.FixtureRequest) -> None:
    """Every leaf, changed alone: by the digest; with a new digest, by the text for all that the theorem speaks of."""
    found = request.getfixturevalue(which)
    for path in _leaves({name: found[name] for name in ("system", "point", "states")}):
        lie = changed(found, path, lambda x: not x if isinstance(x, bool) else x + 1 if isinstance(x, int) else "no")
        for forged in (lie, made.sealed(lie)):
            try:
                assert not recheck(forged).accepted, path
            except Unreadable:
                continue


def test_what_is_no_certificate_is_unreadable(merged: Document, minimum: Document, nothing: Document) -> None:
    cases: list[tuple[Document, tuple[Any, ...], Any, str]] = [
        (minimum, ("system", "activation"), "erf", "needs 'relu'"),
        (minimum, ("system", "trained"), 1, "true or false"),
        (minimum, ("system", "n"), 2, "length 2"),
        (minimum, ("states", "lambda_min"), None, "lambda_min"),
        (minimum, ("states", "basin"), None, "proof.region"),
        (minimum, ("proof", "method"), "box", "needs 'ball'"),
        (minimum, ("proof", "shares"), [[1, 0]], "proof.shares"),
        (nothing, ("states", "smallest"), [[1, 0], [1, 0]], "null"),
        (merged, ("states", "families", 0, "neuron"), 1, "from 0 to 0"),
        (merged, ("states", "families", 0, "same"), 0, "from 1"),
        (merged, ("states", "resting", 0, "sign"), 2, "-1, 0 or 1"),
        (merged, ("proof", "resting"), [], "length 2"),
        (merged, ("proof", "resting", 0, "classes"), [[0, 1, 2], []], "not empty"),
        (merged, ("proof", "resting", 0, "method"), "luck", "'sign', 'zero' or 'sphere'"),
    ]
    for found, path, value, message in cases:
        with pytest.raises(Unreadable, match=message) as raised:
            recheck(changed(found, path, lambda _, value=value: value))
        assert "\n" not in str(raised.value)


def test_the_statement_reads(merged: Document, nothing: Document, minimum: Document, continuum: Document) -> None:
    text = merged["theorem"]["text"]
    for part in (
        "max(0, t)",
        "exactly one critical point",
        "3 neurons of its direction",
        "2 dead neurons",
        "index is 3",
    ):
        assert part in text
    assert "zero function" in nothing["theorem"]["text"]
    assert "Along gradient flow" in minimum["theorem"]["text"]
    assert "converges to a point of that continuum" in continuum["theorem"]["text"]
    fixed = changed(minimum, ("system", "trained"), lambda _: False)
    fixed["states"]["basin"], fixed["proof"]["region"] = None, None
    assert "held fixed" in made.finished(fixed)["theorem"]["text"]
    assert recheck(made.finished(fixed)).accepted


def test_the_command(tmp_path: Path, merged: Document) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(merged), encoding="utf-8")
    bad.write_text(json.dumps(made.finished(changed(merged, ("states", "index"), lambda _: 0))), encoding="utf-8")
    for file, status, word in ((good, 0, "accepted"), (bad, 1, "refused")):
        command = [sys.executable, "-P", "-m", "verify", "recheck", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == status
        assert word in done.stdout
        assert done.stderr == ""


# The enclosures.


def test_derivatives_are_right_and_narrow() -> None:
    """Against differences of the loss in mpmath, with exactly parallel and antiparallel vectors among them."""
    rng = np.random.default_rng(3)
    for trial in range(6):
        n, k, dim = 2, 2, 3
        V = rng.integers(1, 6, size=(k, dim)).astype(float)
        W = rng.integers(-6, 7, size=(n, dim)).astype(float) + 0.5
        if trial % 3:
            W[0] = (2.0 if trial % 3 == 1 else -0.5) * V[0]
        s = rng.normal(size=n)
        found = contents(_bare(W, s, V))
        assert isinstance(found, Rectified)
        with mp.workdps(90), flint.ctx.workprec(250):
            exact = [[[mp.mpf(x) for x in row] for row in rows.tolist()] for rows in (W, V)]
            weights = [mp.mpf(x) for x in s.tolist()]
            here = Network(found, found.point)
            value = loss(exact[0], weights, exact[1], [1] * k)
            assert abs(here.loss() - _ball(value)) < 1e-60
            gradient, H = here.gradient(), here.hessian()
            h = mp.mpf(10) ** -25
            for x in range(n * dim):
                ends, slopes = [], []
                for sign in (1, -1):
                    moved = [list(row) for row in exact[0]]
                    moved[x // dim][x % dim] += sign * h
                    ends.append(loss(moved, weights, exact[1], [1] * k))
                    balls = [[_ball(y) for y in row] for row in moved]
                    slopes.append(Network(found, balls).gradient())
                # Errors h^2 of values; h of slopes where third derivatives jump.
                assert abs(gradient[x] - _ball((ends[0] - ends[1]) / (2 * h))) < 1e-40
                for y in range(n * dim):
                    assert abs(H[x, y] - (slopes[0][y] - slopes[1][y]) / _ball(2 * h)) < 1e-20


def _bare(W: np.ndarray, s: np.ndarray, V: np.ndarray) -> Document:
    """A document whose statements do not matter."""
    with mp.workdps(60):
        base = document(average(3), [1], made.axes(3, 4), values=(1.0, 1.0), trained=False)
    base["system"].update(
        n=len(W),
        k=len(V),
        dim=V.shape[1],
        teacher=[[number(x) for x in row] for row in V.tolist()],
        teacher_outgoing=[number(1)] * len(V),
        student_outgoing=[number(x) for x in s.tolist()],
    )
    base["point"] = [[number(x) for x in row] for row in W.tolist()]
    return base


def _ball(x: Any) -> Any:
    return to_ball(made.exact(x))


def test_the_hessian_changes_by_no_more_than_stated() -> None:
    """Along the worst direction of one pair, where the constant is attained, and at random."""
    rng = np.random.default_rng(4)
    for trial in range(20):
        n, dim = 1 + trial % 3, 2 + trial % 2
        W, V, move, size = rng.normal(size=(n, dim)), rng.normal(size=(2, dim)), rng.normal(size=(n, dim)), 1e-6
        if trial == 0:
            # The first teacher alone, at 60 degrees; the second is zero.
            W, V = np.array([[1.0, 0.0]]), np.array([[0.5, np.sqrt(0.75)], [0.0, 0.0]])
            move = V[:1]
        move = move * size / np.linalg.norm(move)
        found, further = (contents(_bare(X, np.ones(n), V)) for X in (W, W + move))
        assert isinstance(found, Rectified)
        assert isinstance(further, Rectified)
        with flint.ctx.workprec(128):
            here, there = Network(found, found.point), Network(further, further.point)
            constant = float(here.third(flint.arb(size)))
            change = np.array((there.hessian() - here.hessian()).tolist(), dtype=float)
            slope = np.linalg.norm(change, 2) / size
            assert slope <= constant * (1 + 1e-9)
            assert trial or slope >= 0.999 * constant
    with flint.ctx.workprec(64):
        assert not here.third(flint.arb(100)).is_finite()


@pytest.mark.parametrize(
    ("activation", "ends"),
    [
        ("relu", ((1, 0.5, 0.5), (-1, 0, 0), (2, 1.0, 0.5), (-3, 0, 0))),
        ("abs", ((1, 1, 1), (-1, 1, -1), (2, 2, 1), (-3, 3, -1))),
        # (1 + 1/25) / 2 and 1/5.
        ("leaky-relu:1/5", ((1, 0.52, 0.52), (-1, -0.2, 0.2), (2, 1.04, 0.52), (-3, -0.6, 0.2))),
    ],
)
def test_angles_and_their_function_at_the_ends(activation: str, ends: tuple[tuple[float, float, float], ...]) -> None:
    kind = units(activation)
    with flint.ctx.workprec(64):
        e = unit([flint.arb(3), flint.arb(4)])
        same, opposite = angle(e, e, kind), angle(e, [-x for x in e], kind)
        # The slopes at both ends, times two pi.
        for found, (_, _, slope) in ((same, ends[0]), (opposite, ends[1])):
            expected = 2 * flint.arb.pi() * flint.arb(slope)
            assert abs(found.turn - expected) < 1e-7
            assert found.turn.overlaps(expected + flint.arb(0, 1e-15))
        for u, value, slope in ends:
            found = between(flint.arb(u), kind)
            assert abs(found[0] - value) < 1e-15
            assert abs(found[1] - slope) < 1e-15
        middle = between(flint.arb(0.5), units("relu"))
        assert abs(middle[0] - float(interaction([1, 0], [0.5, mp.sqrt(0.75)]))) < 1e-12

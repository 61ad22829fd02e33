"""Critical points of ReLU networks: what is proved of them holds, and what is false or undecidable is not proved.

Critical points come from scipy's root finder; a check takes the modules, so that ``test_rectified_mutations`` can run
it on versions that lack an error term.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

import flint
import numpy as np
import pytest
import scipy.optimize
from exact_truth import Array, Check
from mpmath import mp

from numerics import Problem, gradient_flow, initial_weights, polish
from numerics.population import Population
from verify import certificate_document, certify
from verify.certificates.definite import diagonalise
from verify.certificates.existence import Status
from verify.certificates.midrad import MidRad
from verify.certificates.rectified import basin, collinear, continuum, dead, existence, network, sphere
from verify.certificates.rectified.certify import RectifiedCertificate
from verify.recheck import recheck

MODULES = SimpleNamespace(
    existence=existence, network=network, collinear=collinear, dead=dead, sphere=sphere, continuum=continuum
)
BITS = 200


@dataclass(frozen=True, eq=False)
class Critical:
    """A critical point in double precision, with its Hessian."""

    problem: Problem
    point: Array
    values: Array
    vectors: Array


def floats(problem: Problem, point: Array) -> tuple[Array, Array]:
    """Gradient and Hessian by the incoming weights, by the code for simulations."""
    assert problem.fixed_outgoing is not None
    theta = np.column_stack([point.reshape(problem.n, problem.dim), problem.fixed_outgoing])
    population, free = Population(problem), problem.free
    return population.gradient(theta).ravel()[free], population.hessian(theta)[np.ix_(free, free)]


def solved(problem: Problem, start: Array) -> Critical | None:
    """The critical point that scipy finds from here, if it is not degenerate."""
    found = scipy.optimize.root(
        lambda x: floats(problem, x)[0], start.ravel(), jac=lambda x: floats(problem, x)[1], tol=1e-14
    )
    point = found.x.reshape(problem.n, problem.dim)
    gradient, H = floats(problem, point)
    values, vectors = np.linalg.eigh(H)
    lengths = np.linalg.norm(point, axis=1)
    if np.abs(gradient).max() > 1e-12 or lengths.min() < 0.2 or np.abs(values).min() < 1e-2:
        return None
    unit = point / lengths[:, None]
    if problem.n > 1 and (unit @ unit.T)[np.triu_indices(problem.n, 1)].max() > 0.99:
        return None
    return Critical(problem, point, values, vectors)


#: Seeds from which scipy finds points that are not degenerate: minima, then saddles.
SEEDS = (37, 91, 97, 99, 61, 129, 253)


def general(seed: int) -> Critical | None:
    """A critical point for a general teacher and outgoing weights 1 and -1."""
    rng = np.random.default_rng(seed)
    n, k, dim = 1 + seed % 3, 2 + seed % 2, 2 + seed % 2
    problem = Problem(
        n,
        k,
        activation="relu",
        teacher=rng.normal(size=(k, dim)),
        teacher_outgoing=rng.normal(size=k),
        fixed_outgoing=rng.choice([-1.0, 1.0], size=n),
    )
    return solved(problem, rng.normal(size=(n, dim)))


@cache
def critical_points() -> list[Critical]:
    """Minima and saddles with general teachers, and averages of unit vectors."""
    found = []
    for k in (2, 4):
        problem = Problem(1, k, dim=k + 1, activation="relu", fixed_outgoing=[1.0])
        found.append(solved(problem, np.where(np.arange(k + 1) < k, 1.5, 0.0)[None]))
    found += [general(seed) for seed in SEEDS]
    points = [one for one in found if one is not None]
    assert len(points) == len(found)
    assert any(one.values[0] < 0 for one in points)
    return points


def setting(m: Any, problem: Problem) -> Any:
    return m.network.Setting.of(problem.fixed_outgoing, problem.teacher, problem.teacher_outgoing)


def search(m: Any, one: Critical, point: Array) -> Any:
    rows = [[flint.arb(x) for x in row] for row in point.tolist()]
    return m.existence.Search(setting(m, one.problem), rows, BITS)


@cache
def nearby() -> list[tuple[Critical, Array, float]]:
    """Points next to critical ones along the softest and the stiffest direction, at parts of the largest distance."""
    found = []
    for one in critical_points():
        soft, stiff = (int(f(np.abs(one.values))) for f in (np.argmin, np.argmax))
        here = search(MODULES, one, one.point)
        reach = float(np.abs(one.values).min() / here.third(flint.arb(0.05)))
        for part in (1e-3, 0.3):
            for direction in (soft, stiff):
                for sign in (1.0, -1.0):
                    move = sign * part * reach * one.vectors[:, direction]
                    found.append((one, one.point + move.reshape(one.point.shape), part * reach))
    return found


def check_radius(m: Any) -> list[str]:
    """The critical point is within the radius, and within it only."""
    found = []
    for one, point, distance in nearby():
        result = search(m, one, point).any_radius()
        if result.status is Status.UNIQUE and float(result.radius) < distance - 1e-13:
            found.append(f"{distance} is not within {result.radius}")
    return found


def check_radius_given(m: Any) -> list[str]:
    found = []
    for one, point, distance in nearby():
        for part in (0.3, 0.9, 0.97):
            result = search(m, one, point).given(flint.arb(part * distance))
            if result.status is Status.UNIQUE:
                found.append(f"none within {part} of {distance}")
    return found


def check_empty(m: Any) -> list[str]:
    found = []
    for one, point, distance in nearby():
        for part in (1.001, 1.1, 2.0):
            if search(m, one, point).given(flint.arb(part * distance)).status is Status.EMPTY:
                found.append(f"one at {distance}")
    return found


def check_nonsingular(m: Any) -> list[str]:
    """Where one critical point is stated, no eigenvalue changes its sign in the ball: that is how it is proved."""
    found = []
    rng = np.random.default_rng(9)
    for one in critical_points():
        here = search(m, one, one.point)
        for part in (0.99, 0.5, 0.1, 0.01):
            radius = part * float(here.shortest())
            result = here.given(flint.arb(radius))
            if result.status is not Status.UNIQUE:
                continue
            for _ in range(15):
                move = rng.normal(size=one.point.shape)
                move *= radius / np.linalg.norm(move)
                negative = (np.linalg.eigvalsh(floats(one.problem, one.point + move)[1]) < 0).sum()
                if negative != result.signs.negative:
                    found.append(f"index {negative} within {radius}")
    return found


def check_smallest(m: Any) -> list[str]:
    """The smallest eigenvalue of each matrix in an interval, in bases that are far from orthonormal."""
    found = []
    rng = np.random.default_rng(10)
    for trial in range(40):
        order = 2 + trial % 4
        A = rng.normal(size=(order, order))
        mid = A + A.T + (trial % 3 - 1) * 6 * np.eye(order)
        rad = np.abs(rng.normal(size=(order, order))) * float(rng.choice([0.0, 1e-3, 0.1]))
        rad = np.tril(rad) + np.tril(rad, -1).T
        Q = np.linalg.eigh(mid)[1] * (1 + 0.04 * (trial % 5 - 2))
        frame = diagonalise(MidRad(mid, rad), Q)
        assert frame is not None
        low, high = m.existence.smallest_eigenvalue(frame)
        for sign in (1, -1, 0):
            value = np.linalg.eigvalsh(mid + sign * rad)[0]
            if not low - 1e-13 <= value <= high + 1e-13:
                found.append(f"{value} is not between {low} and {high}")
    return found


def check_smallest_wide(m: Any) -> list[str]:
    """At the critical point, not only at the point near by."""
    found = []
    for one, point, _ in nearby():
        result = search(m, one, point).any_radius()
        if result.status is Status.UNIQUE:
            low, high = (float(x) for x in result.smallest)
            if not low - 1e-13 <= one.values[0] <= high + 1e-13:
                found.append(f"{one.values[0]} is not between {low} and {high}")
            if np.abs(one.values).min() < result.signs.smallest - 1e-13:
                found.append(f"{np.abs(one.values).min()} is not {result.signs.smallest}")
            if (one.values < 0).sum() != result.signs.negative:
                found.append(f"index {result.signs.negative}")
    return found


#: Parts of a neuron of sign s and length l: signed lengths over s l, summing to 1.
SPLITS = ((0.25, 0.75), (1.5, -0.5), (0.5, 0.25, 0.25), (0.75, 0.75, -0.5), (2.0, -0.5, -0.5))


def check_families(m: Any) -> list[str]:
    """Index and nullity of the network with all collinear neurons in place, from its Hessian in doubles."""
    found = []
    for one in critical_points():
        assert one.problem.fixed_outgoing is not None
        here = search(m, one, one.point)
        radius = here.any_radius().radius
        for split in SPLITS:
            members = [(sum(t > 0 for t in split), sum(t < 0 for t in split))]
            members += [(1, 0)] * (one.problem.n - 1)
            (family,) = m.collinear.families(here, radius, members)
            if family.index is None:
                continue
            s = np.append(np.sign(split) * one.problem.fixed_outgoing[0], one.problem.fixed_outgoing[1:])
            whole = Problem(
                len(s),
                one.problem.k,
                activation="relu",
                teacher=one.problem.teacher,
                teacher_outgoing=one.problem.teacher_outgoing,
                fixed_outgoing=s,
            )
            rows = np.vstack([np.abs(split)[:, None] * one.point[0], one.point[1:]])
            gradient, H = floats(whole, rows)
            values = np.linalg.eigvalsh(H)
            assert np.abs(gradient).max() < 1e-11
            # Eigenvalues that are zero are so to 1e-14, others at least 1e-4 here.
            index, null = int((values < -1e-6).sum()), int((np.abs(values) <= 1e-6).sum())
            if index != int((one.values < 0).sum()) + family.index or null != len(split) - 1:
                found.append(f"index {index}, nullity {null}, proved {family.index} of {split}")
    return found


def _pull(problem: Problem, point: Array, e: Array) -> float:
    """E[max(e.x, 0) (f - f*)], from the cosines: right to half of the digits."""
    Z = np.vstack([point.reshape(-1, problem.dim), problem.teacher])
    outgoing = problem.fixed_outgoing if len(point) else np.zeros(0)
    c = np.concatenate([outgoing, -problem.teacher_outgoing])
    lengths = np.linalg.norm(Z, axis=1)
    u = np.clip(Z @ e / lengths / np.linalg.norm(e), -1, 1)
    phi = (np.sqrt(1 - u**2) + u * (np.pi - np.arccos(u))) / (2 * np.pi)
    return float(c @ (lengths * phi) * np.linalg.norm(e))


def check_dead(m: Any) -> list[str]:
    """Where dead neurons are proved to stay so no direction is downhill; where not, the one named is."""
    found = []
    rng = np.random.default_rng(11)
    nothing = Problem(1, 3, activation="relu", fixed_outgoing=[1.0])
    mixed = Problem(1, 2, activation="relu", teacher_outgoing=[1.0, -1.0], fixed_outgoing=[1.0])
    for one in [*critical_points(), Critical(nothing, np.zeros((0, 4)), np.zeros(0), np.zeros((0, 0))),
                Critical(mixed, np.zeros((0, 3)), np.zeros(0), np.zeros((0, 0)))]:  # fmt: skip
        if len(one.point):
            here = search(m, one, one.point)
        else:
            empty = m.network.Setting.of(np.zeros(0), one.problem.teacher, one.problem.teacher_outgoing)
            here = m.existence.Search(empty, [], BITS)
        for answer in m.dead.resting(here, here.any_radius(), [-1, 1, 1, 0]):
            if answer.stays is False and answer.sign * _pull(one.problem, one.point, np.array(answer.direction)) >= 0:
                found.append(f"sign {answer.sign}: {answer.direction} is not downhill")
            if answer.stays:
                ways = np.vstack([rng.normal(size=(300, one.problem.dim)), one.problem.teacher, -one.problem.teacher])
                least = min(answer.sign * _pull(one.problem, one.point, e) for e in ways)
                if least < -1e-7:
                    found.append(f"sign {answer.sign}: {least}")
    return found


def _means(small: Any, t: Array) -> float:
    """The function of means over classes, in doubles."""

    def phi(u: Any) -> Any:
        u = np.clip(u, -1, 1)
        return (np.sqrt(1 - u * u) + u * (np.pi - np.arccos(u))) / (2 * np.pi)

    total = sum(m * float(b) * phi(x) for m, b, x in zip(small.sizes, small.weights, t, strict=True))
    for gamma, way in zip(small.students, small.ways, strict=True):
        total -= float(gamma) * phi(sum(float(x) * y for x, y in zip(way, t, strict=True)))
    return float(total)


def check_boxes(m: Any) -> list[str]:
    """Where boxes show that a function is positive outside caps it is so at all points, next to caps, too."""
    found = []
    rng = np.random.default_rng(15)
    for trial in range(60):
        sizes = [int(x) for x in rng.integers(1, 5, size=1 + trial % 2)]
        way = rng.uniform(0.2, 1, size=len(sizes)) * np.where(rng.random(len(sizes)) < 0.2, -1, 1)
        way /= np.sqrt(sum(x * x * s for x, s in zip(way, sizes, strict=True)))
        cap = float(rng.uniform(0.02, 0.6))
        ways = [[flint.arb(float(s * x)) for s, x in zip(sizes, way, strict=True)]]
        weights = [flint.arb(1)] * len(sizes)
        at = _means(m.sphere._Small(sizes, weights, [], []), way)
        # Zero at the student's direction, or a little below or above.
        gamma = 2 * at * float(rng.choice([0.8, 0.97, 1.0, 1.03]))
        small = m.sphere._Small(sizes, weights, [flint.arb(gamma)], ways)
        with pytest.MonkeyPatch.context() as patch, flint.ctx.workprec(80):
            patch.setattr(m.sphere, "BOXES", 400)
            if m.sphere.positive(small, [flint.arb(cap)]) is None:
                continue
        points = rng.normal(size=(400, len(sizes))) * 10.0 ** rng.uniform(-2, 0, size=(400, 1)) + way
        points /= np.sqrt(points**2 @ np.array(sizes))[:, None] * np.where(rng.random(400) < 0.5, 1, 1.1)[:, None]
        for t in points:
            cosine = sum(float(x) * y for x, y in zip(ways[0], t, strict=True))
            if cosine < 1 - cap * cap / 2 - 1e-9 and _means(small, t) < -1e-12:
                found.append(f"{_means(small, t)} at {t} of {sizes}")
    return found


def check_caps(m: Any) -> list[str]:
    """In a cap around a student's direction a dead neuron with negative outgoing weight finds no descent."""
    found = []
    rng = np.random.default_rng(16)
    for one in critical_points():
        here = search(m, one, one.point)
        caps = m.sphere._caps(here, here.any_radius())
        for cap, w in zip(caps or [], one.point, strict=False):
            e = w / np.linalg.norm(w)
            for part in (0.1, 0.5, 0.99):
                for move in rng.normal(size=(20, len(e))):
                    across = move - (move @ e) * e
                    chord = part * float(cap)
                    way = (1 - chord**2 / 2) * e
                    way += np.sqrt(1 - (way @ way)) * across / np.linalg.norm(across)
                    # The values are right to half of the digits at least where the vectors are nearly parallel.
                    if -_pull(one.problem, one.point, way) < -1e-9:
                        found.append(f"{_pull(one.problem, one.point, way)} at {chord}")
    return found


def check_metric(m: Any) -> list[str]:
    """Bounds on the metric against the weights themselves, for lengths up to the ends of the range."""
    found = []
    rng = np.random.default_rng(14)
    for _ in range(50):
        a, r = rng.uniform(0.1, 3, size=2)
        shift = float(rng.uniform(0, 0.5) * a * r)
        balance = a * a - r * r
        low, high = m.continuum.metric([flint.arb(a * r)], [flint.arb(balance)], flint.arb(shift))
        for length in (a * r - shift, a * r, a * r + shift):
            square = (balance + np.hypot(balance, 2 * length)) / 2
            if not (low <= square + 1e-12 and high >= 2 * square - balance - 1e-12):
                found.append(f"a = {a}, |w| = {r}, within {shift}")
    return found


def check_continuum(m: Any) -> list[str]:
    """No flow is said to end on a family that is no minimum, even if it starts there."""
    found = []
    for one in critical_points():
        here = search(m, one, one.point)
        result = here.any_radius()
        assert one.problem.fixed_outgoing is not None
        for split in SPLITS:
            signs = [*(np.sign(split) * one.problem.fixed_outgoing[0]), *one.problem.fixed_outgoing[1:]]
            rows = np.vstack([np.abs(split)[:, None] * one.point[0], one.point[1:]])
            groups = (tuple(range(len(split))), *((len(split) + i,) for i in range(one.problem.n - 1)))
            start = [[flint.arb(x) for x in [*row, s]] for row, s in zip(rows.tolist(), signs, strict=True)]
            members = [(sum(t > 0 for t in split), sum(t < 0 for t in split)), *[(1, 0)] * (one.problem.n - 1)]
            (family,) = collinear.families(here, result.radius, members)
            minimum = family.index == 0 and one.values[0] > 0
            if m.continuum.continuum(here, result, groups, start).proved and not minimum:
                found.append(f"{split} of {one.values}")
    return found


CHECKS: dict[str, Check] = {
    name.removeprefix("check_"): value for name, value in list(globals().items()) if name.startswith("check_")
}


@pytest.mark.parametrize("name", CHECKS)
def test_what_is_proved_holds(name: str) -> None:
    assert CHECKS[name](MODULES) == []


def test_the_checks_meet_what_they_speak_of() -> None:
    """Or they would find nothing because nothing was proved."""
    statuses = [search(MODULES, one, point).any_radius().status for one, point, _ in nearby()]
    assert statuses.count(Status.UNIQUE) >= len(statuses) // 3
    given = [search(MODULES, one, point).given(flint.arb(2 * d)).status for one, point, d in nearby()]
    assert Status.UNIQUE in given
    smaller = [search(MODULES, one, point).given(flint.arb(0.5 * d)).status for one, point, d in nearby()]
    assert smaller.count(Status.EMPTY) >= len(smaller) // 3
    indices = {collinear.tangent(search(MODULES, one, one.point), 0, flint.arb(0)) for one in critical_points()}
    assert {(x.negative > 0, x.positive > 0) for x in indices if x is not None} >= {(True, False), (False, True)}
    caps = [
        sphere._caps(here, here.any_radius())
        for one in critical_points()
        for here in [search(MODULES, one, one.point)]
    ]
    assert any(caps)
    assert not all(caps)


# Whole theorems.


def safran_shamir(oracles: dict[str, Any]) -> tuple[Problem, Array]:
    entry = oracles["relu_spurious_minimum_safran_shamir"]
    theta = np.zeros((7, 9))
    theta[:, :7] = entry["w_ij (i!=j>1)"]
    theta[np.arange(7), np.arange(7)] = entry["w_ii (i>1)"]
    theta[0, 1:7], theta[1:, 0] = entry["w_1j (j>1)"], entry["w_i1 (i>1)"]
    theta[0, 0], theta[:, -1] = entry["w_11"], 1.0
    return Problem(7, 7, activation="relu", fixed_outgoing=np.ones(7)), theta


def refined(problem: Problem, theta: Array, bits: int = 240) -> Any:
    """The critical point next to a point, to many digits."""
    assert problem.fixed_outgoing is not None
    own = network.Setting.of(problem.fixed_outgoing, problem.teacher, problem.teacher_outgoing)
    rows = existence.refined(own, [[flint.arb(x) for x in row] for row in theta[:, :-1].tolist()], bits)
    with mp.workprec(bits):
        numbers = [
            [mp.mpf(int(x.man_exp()[0])) * mp.mpf(2) ** int(x.man_exp()[1]) for x in [*row, flint.arb(s)]]
            for row, s in zip(rows, theta[:, -1].tolist(), strict=True)
        ]
    return np.array(numbers, dtype=object)


def test_the_published_spurious_minimum(oracles: dict[str, Any]) -> None:
    problem, theta = safran_shamir(oracles)
    found = certify(problem, theta, start=theta)
    assert isinstance(found, RectifiedCertificate)
    assert (found.status, found.index, found.basin) == (Status.UNIQUE, 0, True)
    # Ten decimals were published: half a unit of the last in each of 56 entries.
    assert float(found.radius) < 1e-7
    low, high = found.loss
    published = float(oracles["relu_spurious_minimum_safran_shamir"]["full_mse"])
    assert float(low) <= published + 5e-14
    assert float(high) >= published - 5e-14
    # Both sides, against the eigenvalues in doubles at the published point.
    values = np.linalg.eigvalsh(floats(problem, theta[:, :-1])[1])
    low, high = found.smallest
    assert float(low) <= values[0] <= float(high)
    assert float(high - low) < 1e-4 * values[0]
    assert 0 < float(found.lambda_min) <= values[0]


def test_fifty_digits_of_it(oracles: dict[str, Any]) -> None:
    problem, theta = safran_shamir(oracles)
    own = network.Setting.of(np.ones(7), problem.teacher, problem.teacher_outgoing)
    rows = existence.refined(own, [[flint.arb(x) for x in row] for row in theta[:, :-1].tolist()], 240)
    found = existence.Search(own, rows, 240).any_radius()
    assert found.status is Status.UNIQUE
    assert found.radius < 1e-50
    assert found.uniqueness > 1e-4
    low, high = (float(x) for x in found.smallest)
    assert 0.02811802636 < low <= high < 0.02811802637


def test_three_answers(oracles: dict[str, Any]) -> None:
    problem, theta = safran_shamir(oracles)
    assert certify(problem, theta, radius="1e-4").status is Status.UNIQUE
    away = theta.copy()
    away[0, 0] += 1e-3
    empty = certify(problem, away, radius="1e-5")
    assert empty.status is Status.EMPTY
    assert empty.index is None
    assert empty.loss is None
    wide = certify(problem, theta, radius="0.01")
    assert wide.status is Status.UNKNOWN
    assert "singular" in str(wide.why)
    zero = certify(problem, theta, radius="1")
    assert zero.status is Status.UNKNOWN
    assert "zero" in str(zero.why)
    far = theta.copy()
    far[:, :-1] += 0.02
    assert certify(problem, far).status is Status.UNKNOWN
    # Too few digits: the point is right to three.
    assert certify(problem, np.round(theta, 3)).status is Status.UNKNOWN
    dead_neuron = theta.copy()
    dead_neuron[2, :-1] = 0
    assert "zero" in str(certify(problem, dead_neuron).why)


def test_singular_points_are_not_decided() -> None:
    """Two students that share the work of one: a continuum."""
    problem = Problem(2, 1, activation="relu", fixed_outgoing=[1.0, 1.0])
    theta = np.array([[0.25, 0.0, 1.0], [0.75, 0.0, 1.0]])
    found = certify(problem, theta)
    assert found.status is Status.UNKNOWN
    assert "nonsingular" in str(found.why)


def test_starts_outside_the_basin_are_not_claimed(oracles: dict[str, Any]) -> None:
    problem, theta = safran_shamir(oracles)
    near, far = theta.copy(), theta.copy()
    near[:, :-1] += 1e-6
    far[:, :-1] += 1e-3
    assert certify(problem, theta, start=near).basin is True
    found = certify(problem, theta, start=far)
    assert found.basin is False
    assert "away" in str(found.why_no_basin)


def test_a_saddle_has_no_basin() -> None:
    one = next(one for one in critical_points() if one.values[0] < 0)
    theta = np.column_stack([one.point, one.problem.fixed_outgoing])
    found = certify(one.problem, theta, start=theta)
    assert isinstance(found, RectifiedCertificate)
    assert found.index == (one.values < 0).sum()
    assert found.basin is False
    assert "not a strict minimum" in str(found.why_no_basin)
    assert float(found.smallest[1]) < 0


def test_flows_with_the_signs_of_another_network_are_not_claimed() -> None:
    rows = [[flint.arb(1), flint.arb(2), flint.arb(-1)]]
    assert basin.gauge([flint.arb(1)], rows, trained=True) is None
    assert basin.gauge([flint.arb(-1)], rows, trained=True) == [[1, 2]]
    assert basin.gauge([flint.arb(3)], [[flint.arb(1)]], trained=False) == [[1]]


# Trained outgoing weights.


def run(n: int, k: int, seed: int) -> tuple[Problem, Any, RectifiedCertificate]:
    problem = Problem(n, k, activation="relu")
    flow = gradient_flow(problem, initial_weights(problem, seed=seed))
    found = certify(problem, polish(problem, flow.theta), start=flow.theta)
    assert isinstance(found, RectifiedCertificate)
    return problem, flow, found


def accepted(problem: Problem, found: RectifiedCertificate) -> dict[str, Any]:
    document = certificate_document(problem, found)
    assert document is not None
    verdict = recheck(document)
    assert verdict.accepted, verdict.reasons
    return document


def test_a_flow_to_a_minimum() -> None:
    problem, flow, found = run(2, 3, 0)
    assert (found.status, found.index, found.basin, found.stationary) == (Status.UNIQUE, 0, True, True)
    assert float(found.radius) < 1e-50
    assert float(found.loss[1] - found.loss[0]) < 1e-50
    assert accepted(problem, found)["states"]["basin"] is not None
    # The gauge: the same network with its weights rescaled is the same point of the quotient.
    scaled = flow.theta * np.array([[2.0] * 4 + [0.5], [0.25] * 4 + [4.0]])
    again = certify(problem, scaled)
    assert isinstance(again, RectifiedCertificate)
    assert np.abs((again.point - found.point).astype(float)).max() < 1e-14
    assert again.index == 0


def test_a_flow_to_a_family() -> None:
    """Two neurons of opposite signs that act as one: a continuum of minima, and the flow ends on it."""
    problem, flow, found = run(2, 3, 2)
    assert (found.status, found.index, found.merged_index, found.basin) == (Status.UNIQUE, 0, 0, True)
    (family,) = found.families
    assert (family.same, family.opposite) == (1, 1)
    document = accepted(problem, found)
    assert len(document["states"]["basin"]["start"]) == 2
    # The same pair with the other of equal sign is a saddle: each of dim - 1 = 3 directions counts.
    split = np.array([[*found.point[0, :-1].astype(float) * t, 1.0] for t in (0.25, 0.75)])
    saddle = certify(problem, split, start=split)
    assert isinstance(saddle, RectifiedCertificate)
    assert (saddle.index, saddle.merged_index, saddle.basin) == (3, 0, False)
    assert "not a minimum" in str(saddle.why_no_basin)
    accepted(problem, saddle)
    # Far along the family the flow is not known.
    away = flow.theta.copy()
    away[0, :-1] *= 1.1
    far = certify(problem, flow.theta, start=away)
    assert far.basin is False
    assert far.why_no_basin
    other = flow.theta.copy()
    other[0, -1] *= -1
    assert "another sign" in str(certify(problem, flow.theta, start=other).why_no_basin)


def test_all_dead() -> None:
    problem, flow, found = run(1, 3, 0)
    assert not flow.theta[:, :-1].any()
    assert (found.status, found.index, found.stationary, found.basin) == (Status.UNIQUE, 0, True, True)
    assert found.lambda_min is None
    assert found.smallest is None
    assert float(found.loss[1] - found.loss[0]) < 1e-50
    accepted(problem, found)
    # With a positive outgoing weight it does not stay there, and nothing is stated in a file.
    alive = certify(problem, [[0.0] * 4 + [1.0]])
    assert isinstance(alive, RectifiedCertificate)
    assert alive.stationary is False
    assert certificate_document(problem, alive) is None


def test_a_dead_neuron_beside_an_average() -> None:
    """With negative outgoing weight it stays dead, proved over the sphere; with a positive one it leaves."""
    problem = Problem(2, 4, activation="relu")
    one = critical_points()[1]
    assert one.problem.k == 4
    for outgoing, stays, method in ((-1.5, True, "sphere"), (2.0, False, "direction"), (0.0, True, "zero")):
        theta = np.array([[*one.point[0], 1.0], [*np.zeros(5), outgoing]])
        found = certify(problem, theta, start=theta)
        assert isinstance(found, RectifiedCertificate)
        assert [(x.stays, x.method) for x in found.resting] == [(stays, method)]
        assert found.stationary is stays
        assert found.basin is False
        if stays:
            accepted(problem, found)
    half = np.array([[*one.point[0], 1.0], [0.1, 0.2, 0.0, 0.0, 0.0, 0.0]])
    assert "outgoing weight of neuron 1 is zero" in str(certify(problem, half).why)

"""ReLU enclosures against mpmath, which shares nothing with them: random, parallel, antiparallel and tiny vectors.

A check takes the modules, so that ``test_rectified_mutations`` can run it on versions that lack an error term.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import flint
import numpy as np
import pytest
from exact_truth import Array, Check
from mpmath import mp

from verify.certificates.rectified import network as network_module
from verify.certificates.rectified import pairs as pairs_module

Point = list[list[Any]]
#: Digits of the truth. Differences of step H have errors of about H (third derivatives jump at parallel vectors).
DPS, H = 160, mp.mpf(10) ** -40
#: Bits of the enclosures: few, so that no error term hides behind another's rounding, and many.
BITS = (20, 40, 192)

MODULES = SimpleNamespace(pairs=pairs_module, network=network_module)


def interaction(w: list[Any], z: list[Any]) -> Any:
    """E[max(w.x, 0) max(z.x, 0)] by the arc cosine, with so many digits that those it loses do not matter."""
    p, q, s = (mp.fsum(a * b for a, b in zip(u, v, strict=True)) for u, v in ((w, w), (z, z), (w, z)))
    u = min(max(s / mp.sqrt(p * q), mp.mpf(-1)), mp.mpf(1))
    return mp.sqrt(p * q) * (mp.sqrt(1 - u * u) + u * (mp.pi - mp.acos(u))) / (2 * mp.pi)


def pull(w: list[Any], z: list[Any]) -> list[Any]:
    """Derivative of the interaction by w, by hand: (|z| sin w / |w| + (pi - angle) z) / (2 pi)."""
    p, q, s = (mp.fsum(a * b for a, b in zip(u, v, strict=True)) for u, v in ((w, w), (z, z), (w, z)))
    u = min(max(s / mp.sqrt(p * q), mp.mpf(-1)), mp.mpf(1))
    along, psi = mp.sqrt(q / p) * mp.sqrt(1 - u * u), mp.pi - mp.acos(u)
    return [(along * x + psi * y) / (2 * mp.pi) for x, y in zip(w, z, strict=True)]


def loss(point: Point, outgoing: list[Any], teacher: Point, weights: list[Any]) -> Any:
    Z, c = point + teacher, outgoing + [-b for b in weights]
    return mp.fsum(c[i] * c[j] * interaction(Z[i], Z[j]) for i in range(len(Z)) for j in range(len(Z)))


def gradient(point: Point, outgoing: list[Any], teacher: Point, weights: list[Any]) -> list[Any]:
    Z, c = point + teacher, outgoing + [-b for b in weights]
    flat = []
    for i, w in enumerate(point):
        rows = [[c[j] * x for x in pull(w, z)] for j, z in enumerate(Z)]
        flat += [2 * c[i] * mp.fsum(column) for column in zip(*rows, strict=True)]
    return flat


def hessian(point: Point, outgoing: list[Any], teacher: Point, weights: list[Any]) -> list[list[Any]]:
    """Central differences of the gradient."""
    rows = []
    for i, w in enumerate(point):
        for x in range(len(w)):
            ends = []
            for sign in (1, -1):
                moved = [list(row) for row in point]
                moved[i][x] += sign * H
                ends.append(gradient(moved, outgoing, teacher, weights))
            rows.append([(u - v) / (2 * H) for u, v in zip(*ends, strict=True)])
    return rows


@dataclass(frozen=True, eq=False)
class Case:
    """A network and its derivatives, to many digits."""

    name: str
    point: Array
    outgoing: Array
    teacher: Array
    weights: Array
    loss: Any
    gradient: list[Any]
    hessian: list[list[Any]]


def _case(name: str, point: Array, outgoing: Array, teacher: Array, weights: Array) -> Case:
    with mp.workdps(DPS):
        numbers = [[[mp.mpf(x) for x in row] for row in rows.tolist()] for rows in (point, teacher)]
        a, b = ([mp.mpf(x) for x in row.tolist()] for row in (outgoing, weights))
        found = [f(numbers[0], a, numbers[1], b) for f in (loss, gradient, hessian)]
    return Case(name, point, outgoing, teacher, weights, *found)


@cache
def cases() -> list[Case]:
    """Small numbers of few bits, so that vectors can be exactly parallel; lengths from 1e-8 to 1e3."""
    rng = np.random.default_rng(5)
    found = []

    def integers(shape: tuple[int, ...]) -> Array:
        rows = rng.integers(-6, 7, size=shape).astype(float)
        rows[..., 0] += 7.5  # none of them zero
        return rows

    for trial in range(10):
        n, k, dim = 1 + trial % 3, 1 + trial % 2, 1 + trial % 4
        lengths = 2.0 ** rng.integers(-3, 3, size=(n, 1))
        found.append(
            _case(
                f"random {trial}",
                integers((n, dim)) * lengths,
                rng.normal(size=n),
                integers((k, dim)),
                rng.normal(size=k),
            )
        )
    for trial, factor in enumerate([2.0, 0.25, -1.0, -4.0, 1.0, -(2.0**-20)]):
        teacher = integers((2, 3))
        point = np.vstack([factor * teacher[0], integers((1, 3))])
        found.append(_case(f"parallel to a teacher {trial}", point, rng.normal(size=2), teacher, rng.normal(size=2)))
        point = np.vstack([point[0], 0.5 * np.sign(factor) * point[0]])
        found.append(_case(f"all parallel {trial}", point, rng.normal(size=2), teacher[:1], rng.normal(size=1)))
    for trial, distance in enumerate([2.0**-6, 2.0**-12, 2.0**-24, 2.0**-45]):
        for sign in (1.0, -1.0):
            teacher = integers((1, 2 + trial % 2))
            point = np.vstack([sign * teacher[0], integers((1, teacher.shape[1]))])
            point[0, 1] += distance
            found.append(
                _case(f"within {distance} of {sign}", point, rng.normal(size=2), teacher, rng.normal(size=1))
            )
    for trial in range(3):
        point = np.vstack([integers((1, 3)) * 2.0**-27, integers((1, 3)) * 2.0**8])
        found.append(_case(f"tiny and long {trial}", point, rng.normal(size=2), integers((2, 3)), rng.normal(size=2)))
    return found


def at(m: Any, case: Case) -> Any:
    setting = m.network.Setting.of(case.outgoing, case.teacher, case.weights)
    return m.network.AtPoint(setting, [[flint.arb(x) for x in row] for row in case.point.tolist()])


def _ball(x: Any) -> Any:
    """An mpmath number as an exact ball."""
    sign, mantissa, exponent, _ = x._mpf_
    return flint.arb((-int(mantissa) if sign else int(mantissa), int(exponent)))


def _apart(ball: Any, truth: Any, slack: float = 0.0) -> bool:
    with flint.ctx.workdps(DPS):
        return bool(abs(ball - _ball(truth)) > flint.arb(slack))


def check_values(m: Any) -> list[str]:
    found = []
    for case in cases():
        for bits in BITS:
            with flint.ctx.workprec(bits):
                here = at(m, case)
                value, slopes = here.loss(), [g for row in here.gradient() for g in row]
            if _apart(value, case.loss):
                found.append(f"{case.name}: loss with {bits} bits")
            found += [
                f"{case.name}: slope {i} with {bits} bits"
                for i, (g, truth) in enumerate(zip(slopes, case.gradient, strict=True))
                if _apart(g, truth)
            ]
    return found


def check_hessian(m: Any) -> list[str]:
    found = []
    for case in cases():
        # Of the differences of the truth: third derivatives of size |z| / |w|^2 < 1e18, times 1e-40.
        for bits in BITS:
            with flint.ctx.workprec(bits):
                matrix = at(m, case).hessian()
            for i, j in np.ndindex(*matrix.shape):
                mid, rad = float(matrix.mid[i, j]), float(matrix.rad[i, j])
                if np.isfinite(rad) and _apart(flint.arb(mid), case.hessian[i][j], rad + 1e-20):
                    found.append(f"{case.name}: entry {i}, {j} with {bits} bits")
    return found


def check_supplement(m: Any) -> list[str]:
    """The angle of balls that decide nothing holds every angle; of others, what it should."""
    found = []
    rng = np.random.default_rng(6)
    for _ in range(200):
        theta, length = rng.uniform(0, np.pi), 2.0 ** rng.integers(-40, 40)
        spread = float(rng.choice([1e-12, 1e-3, 0.3, 2.0]))
        with flint.ctx.workprec(60):
            centre = [length * float(f(theta)) for f in (np.sin, np.cos)]
            root, inner = (flint.arb(x, spread * length) for x in centre)
            ball = m.pairs.supplement_of(m.pairs.root_of(root * root), inner)
            # Of the centre and of other points of the box that are possible: roots are not negative.
            for u, v in rng.uniform(-1, 1, size=(6, 2)) * spread * length:
                possible = abs(centre[0] + u)
                angle = np.arctan2(possible, centre[1] + v)
                if possible <= centre[0] + spread * length and _apart(ball, mp.mpf(np.pi - angle), 1e-13):
                    found.append(f"{theta} at {length} within {spread}")
    return found


def check_third(m: Any) -> list[str]:
    """The Hessian changes by no more than stated, also where that is nearly attained.

    For one student and one teacher the largest third derivative is along a direction with a quarter of its square
    along w, in the plane, at the angle of 60 degrees: the constant itself.
    """
    found = []
    rng = np.random.default_rng(7)
    with flint.ctx.workprec(120):
        for trial in range(60):
            n, k, dim = 1 + trial % 3, 1 + trial % 2, 2 + trial % 3
            W, V = rng.normal(size=(n, dim)), rng.normal(size=(k, dim)) * 10.0 ** rng.uniform(-1, 1)
            s, b = rng.normal(size=n), rng.normal(size=k)
            move = rng.normal(size=(n, dim))
            size = 1e-6
            if trial < 6:
                n, W, V, s, b = 1, np.array([[1.0, 0.0]]), np.array([[0.5, np.sqrt(0.75)]]), np.ones(1), np.ones(1)
                move, size = np.array([[0.5, np.sqrt(0.75)]]) * (1 if trial % 2 else -1), 10.0 ** -(1 + trial)
            elif trial < 20:
                # Two students of one length and no teacher to speak of, one turned within the plane.
                angle = np.pi * (trial - 5) / 16
                n, W = 2, np.array([[1.0, 0.0], [np.cos(angle), np.sin(angle)]])
                V, s, b = np.array([[1.0, 1.0]]), np.ones(2), np.zeros(1)
                move = np.array([[0.0, 1.0], [np.sin(angle), -np.cos(angle)]])
            if 20 <= trial < 30:
                # To and fro across a parallel vector, and far.
                V[0], size = 2 * W[0], float(rng.choice([1e-6, 1e-2, 0.3]))
                W[0] += 0.5 * size * move[0] / np.linalg.norm(move)
            move *= size / np.linalg.norm(move)
            setting = m.network.Setting.of(s, V, b)
            ends = [
                m.network.AtPoint(setting, [[flint.arb(x) for x in row] for row in rows.tolist()])
                for rows in (W, W + move)
            ]
            # As much farther as addition rounds.
            constant = ends[0].third(flint.arb(size * (1 + 1e-9)))
            if not constant.is_finite():
                continue
            change = ends[1].hessian().mid - ends[0].hessian().mid
            if np.linalg.norm(change, 2) > float(constant) * size * (1 + 1e-8) + 1e-14:
                found.append(f"trial {trial}: {np.linalg.norm(change, 2) / size} > {float(constant)}")
    return found


def check_over(m: Any) -> list[str]:
    """Balls that hold parallel vectors and such that do not: values at random points of them, and at their ends."""
    found = []
    rng = np.random.default_rng(17)
    for case in cases():
        length = float(np.linalg.norm(case.point, axis=1).min())
        for size in (1e-7 * length, 0.05 * length, 0.4 * length):
            with flint.ctx.workprec(80):
                here = at(m, case)
                slopes = [g for row in here.gradient_over(flint.arb(size)) for g in row]
                matrix = here.hessian_over(flint.arb(size))
                for _ in range(3):
                    move = rng.normal(size=case.point.shape)
                    move *= size * (1 - 1e-12) / np.linalg.norm(move)
                    there = at(m, replace(case, point=case.point + move))
                    truth, other = there.hessian(), [g for row in there.gradient() for g in row]
                    # Additions of the point round.
                    slack = 1e-13 * (1 + np.abs(truth.mid).max())
                    if (np.abs(truth.mid - matrix.mid) > truth.rad + matrix.rad + slack).any():
                        found.append(f"{case.name}: Hessian within {size}")
                    if any(abs(g.mid() - f).lower() > 1e-13 for f, g in zip(slopes, other, strict=True)):
                        found.append(f"{case.name}: gradient within {size}")
    return found


def check_root(m: Any) -> list[str]:
    """Roots of balls, also of those that say less than is known: finite, and of every member that is not negative."""
    found = []
    rng = np.random.default_rng(12)
    for trial in range(200):
        square = 2.0 ** rng.integers(-60, 60) * float(rng.integers(0, 5))
        spread = square * float(rng.choice([0.0, 1e-3, 1.0, 3.0])) + (trial % 2) * 2.0 ** rng.integers(-60, 0)
        with flint.ctx.workprec(53):
            root = m.pairs.root_of(flint.arb(square, spread) - (trial % 3) * spread)
        for part in rng.uniform(-1, 1, size=8):
            member = square + part * spread - (trial % 3) * spread
            # What the doubles here round.
            slack = 1e-7 * float(np.sqrt(square + 4 * spread))
            if member >= 0 and (not root.is_finite() or abs(root - float(np.sqrt(member))) > slack):
                found.append(f"{member} of {square} within {spread}")
    return found


def check_pair(m: Any) -> list[str]:
    """Pairs of a vector and of all in a small ball, some of which are parallel to it."""
    found = []
    rng = np.random.default_rng(13)
    for trial in range(120):
        dim = 2 + trial % 3
        w, across = rng.normal(size=dim), rng.normal(size=dim)
        across -= (across @ w) / (w @ w) * w
        distance, spread = (float(10.0 ** rng.uniform(-9, 0)) for _ in range(2))
        z = (-1.0 if trial % 2 else 1.5) * w + distance * across
        with flint.ctx.workprec(80):
            balls = [flint.arb(x, spread) for x in z.tolist()]
            exactly = [flint.arb(x) for x in w.tolist()]
            both = m.pairs.pair(exactly, balls, m.pairs.dot(exactly, exactly), m.pairs.dot(balls, balls))
        for move in rng.uniform(-1, 1, size=(6, dim)):
            y = z + spread * move
            left = y - (y @ w) / (w @ w) * w
            root = np.linalg.norm(w) * np.linalg.norm(left)
            truth = [root, y @ w, root / np.linalg.norm(w) / np.linalg.norm(y), *(left / np.linalg.norm(left))]
            # Doubles leave the direction of ``left`` right to 1e-16 over its length.
            slack = [1e-13] * 3 + [1e-14 / np.linalg.norm(left)] * dim
            balls = [both.root, both.inner, both.sine, *both.across]
            if any(
                ball.is_finite() and _apart(ball, mp.mpf(float(t)), e)
                for ball, t, e in zip(balls, truth, slack, strict=True)
            ):
                found.append(f"trial {trial}: {distance}, within {spread}")
    return found


def check_narrow(m: Any) -> list[str]:
    """With 192 bits 50 digits of values, and doubles' precision of Hessians, also of parallel vectors."""
    found = []
    for case in cases():
        with flint.ctx.workprec(192):
            here = at(m, case)
            scale = max(1.0, float(np.abs(case.teacher).max()), float(np.abs(case.point).max())) ** 2
            for ball in (here.loss(), *(g for row in here.gradient() for g in row)):
                if not ball.rad() < 1e-50 * scale:
                    found.append(f"{case.name}: value {ball}")
            matrix = here.hessian()
        if not matrix.rad.max() <= 64 * 2.0**-53 * (1 + np.abs(matrix.mid).max()):
            found.append(f"{case.name}: Hessian within {matrix.rad.max()}")
    # Parallel but for the rounding of a third to 192 bits.
    with flint.ctx.workprec(192):
        teacher = np.array([[3.0, 5.0, 7.0]])
        third = [[(flint.arb(x) / 3).mid() for x in teacher[0].tolist()]]
        here = m.network.AtPoint(m.network.Setting.of(np.ones(1), teacher, np.ones(1)), third)
        found += [f"a third: {g}" for g in here.gradient()[0] if not g.rad() < 1e-50]
    wide = m.pairs.pair(
        [flint.arb(1), flint.arb(0)], [flint.arb(1), flint.arb(1e-3, 4e-4)], flint.arb(1), flint.arb(1)
    )
    found += [f"entry {x} of a unit vector" for x in wide.across if not x.rad() < 1.01]
    return found


CHECKS: dict[str, Check] = {
    name.removeprefix("check_"): value for name, value in list(globals().items()) if name.startswith("check_")
}


@pytest.mark.parametrize("name", CHECKS)
def test_every_value_is_held(name: str) -> None:
    assert CHECKS[name](MODULES) == []


def test_the_constants_are_nearly_attained() -> None:
    """No constant is far from the truth for one pair: a bound that is attained cannot be too small by accident."""
    W, V = np.array([[1.0, 0.0]]), np.array([[0.5, np.sqrt(0.75)]])
    setting = network_module.Setting.of(np.ones(1), V, np.ones(1))
    move = 1e-6 * np.array([[0.5, np.sqrt(0.75)]])
    with flint.ctx.workprec(120):
        ends = [
            network_module.AtPoint(setting, [[flint.arb(x) for x in row] for row in rows.tolist()])
            for rows in (W, W + move)
        ]
        change = np.linalg.norm(ends[1].hessian().mid - ends[0].hessian().mid, 2)
        assert change / 1e-6 >= 0.999 * float(ends[0].third(flint.arb(0)))


def test_what_may_be_zero_is_not_bounded() -> None:
    setting = network_module.Setting.of(np.ones(1), np.eye(2), np.ones(2))
    here = network_module.AtPoint(setting, [[flint.arb(0.5), flint.arb(0)]])
    assert here.third(flint.arb(0.49)).is_finite()
    assert not here.third(flint.arb(0.5)).is_finite()
    zero = network_module.AtPoint(setting, [[flint.arb(0), flint.arb(0)]])
    with np.errstate(all="ignore"):
        assert not zero.hessian().known()


def test_zero_teachers_contribute_nothing() -> None:
    point = [[flint.arb(1), flint.arb(2)]]
    with_zero = network_module.Setting.of(np.ones(1), np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([1.0, 3.0]))
    without = network_module.Setting.of(np.ones(1), np.array([[1.0, 0.0]]), np.ones(1))
    ends = [network_module.AtPoint(setting, point).loss() for setting in (with_zero, without)]
    assert ends[0].overlaps(ends[1])
    assert ends[0].rad() < 1e-13

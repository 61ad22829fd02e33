"""Hessians over boxes of parameters against ball arithmetic with 60 digits, which shares only the kernels.

A check takes the module, so that ``test_mutations`` can run it on versions that lack a radius.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import flint
import numpy as np
import pytest
from exact_truth import Array, Check

from numerics.precision import digits, to_ball
from numerics.problem import Problem
from verify.certificates import hessian as hessian_module
from verify.certificates.hessian import curvature
from verify.enclosures import Enclosures

DPS = 60


@dataclass(frozen=True, eq=False)
class Box:
    """Parameters around a point, and the true Hessians of some of them with their residual blocks."""

    name: str
    problem: Problem
    theta: Array
    radius: Array | float
    hessians: list[Any]
    residuals: list[Any]


def _problem(rng: np.random.Generator, n: int, k: int, dim: int) -> Problem:
    return Problem(n, k, teacher=rng.normal(size=(k, dim)), teacher_outgoing=rng.normal(size=k))


def _truth(problem: Problem, theta: Array, radius: Array | float, place: Array) -> tuple[Any, Any]:
    """Hessian at ``theta + place * radius``, and its residual blocks.

    A neuron and its double are different vectors, so nothing of the residual is in their common block: what the
    Hessian of the neuron has besides that block is residual.
    """
    wide = problem.dim + 1
    spread = np.broadcast_to(radius, theta.shape)
    with digits(DPS) as arithmetic:
        rows = [
            [to_ball(x) + to_ball(t) * to_ball(r) for x, t, r in zip(*lines, strict=True)]
            for lines in zip(theta, place, spread, strict=True)
        ]
        H = Enclosures(problem, arithmetic).hessian(rows)
        doubled = Problem(
            2 * problem.n, problem.k, teacher=problem.teacher, teacher_outgoing=problem.teacher_outgoing
        )
        D = Enclosures(doubled, arithmetic).hessian(rows + rows)
        residual = [
            [
                [H[i * wide + x][i * wide + y] - D[i * wide + x][(problem.n + i) * wide + y] for y in range(wide)]
                for x in range(wide)
            ]
            for i in range(problem.n)
        ]
    return H, residual


def _box(rng: np.random.Generator, name: str, problem: Problem, theta: Array, radius: Array | float) -> Box:
    shape = theta.shape
    places = [np.ones(shape), -np.ones(shape), rng.choice([-1.0, 1.0], size=shape), rng.uniform(-1, 1, size=shape)]
    if not np.any(radius):
        places = [np.zeros(shape)]
    truths = [_truth(problem, theta, radius, place) for place in places]
    return Box(name, problem, theta, radius, [H for H, _ in truths], [R for _, R in truths])


@cache
def boxes() -> list[Box]:
    """Random teachers that are neither orthogonal nor of norm one, outgoing weights of both signs."""
    rng = np.random.default_rng(1)
    found = []
    for n, k, dim in ((1, 1, 1), (1, 2, 3), (2, 2, 2), (3, 2, 2), (2, 1, 3)):
        problem = _problem(rng, n, k, dim)
        theta = rng.normal(size=problem.shape)
        for radius in (0.0, 1e-13, 1e-9, 1e-6, 1e-3):
            found.append(_box(rng, f"{n, k, dim} within {radius}", problem, theta, radius))
    # Radii of single parameters: what one radius misses no other covers.
    for trial in range(16):
        n, k, dim = [(1, 1, 1), (1, 1, 2), (2, 1, 1), (2, 1, 2)][trial % 4]
        problem = _problem(rng, n, k, dim)
        theta = rng.normal(size=problem.shape) * 10.0 ** rng.uniform(-1.5, 0.7, size=problem.shape)
        for row, column in ((0, 0), (0, dim), (n - 1, 0), (n - 1, dim)):
            radius = np.zeros(problem.shape)
            radius[row, column] = 1e-7
            found.append(_box(rng, f"trial {trial}: only {row, column}", problem, theta, radius))
    for trial in range(48):
        # Coordinates that are zero, so that single terms are left over; some that the teacher has nothing of.
        n, k = 1 + trial % 2, 1 + trial % 3
        teacher = rng.normal(size=(k, 2)) * 10.0 ** rng.uniform(-1, 1, size=(k, 2))
        teacher[:, 0] *= trial % 4 > 1
        problem = Problem(n, k, teacher=teacher, teacher_outgoing=rng.normal(size=k))
        theta = rng.normal(size=problem.shape) * 10.0 ** rng.uniform(-1, 1, size=problem.shape)
        theta[:, 0] *= trial % 8 > 3
        radius = np.zeros(problem.shape)
        radius[rng.integers(n), rng.integers(3)] = 1e-7
        found.append(_box(rng, f"sparse {trial}", problem, theta, radius))
    for trial in range(24):
        problem = _problem(rng, 2, 1 + trial % 2, 3)
        theta = rng.normal(size=problem.shape)
        theta[:, :3] *= rng.random((2, 3)) > 0.4
        radius = np.zeros(problem.shape)
        radius[rng.integers(2), rng.integers(4)] = 1e-7
        found.append(_box(rng, f"sparse in three dimensions {trial}", problem, theta, radius))
    for trial in range(8):
        # Neurons next to the teacher's, next to each other, and small: differences that cancel.
        problem = _problem(rng, 2, 2, 2)
        theta = np.column_stack([problem.teacher, problem.teacher_outgoing]) + 1e-3 * rng.normal(size=problem.shape)
        if trial % 2:
            theta[1, :2] = theta[0, :2]
        if trial % 3 == 0:
            theta[0] *= 1e-6
        found.append(_box(rng, f"near the teacher {trial}", problem, theta, 1e-8))
    for trial in range(4):
        # Neurons far out, where everything is small but the factors are not.
        problem = Problem(2, 1, teacher=1e3 * rng.normal(size=(1, 2)), teacher_outgoing=[1e3])
        found.append(
            _box(rng, f"far out {trial}", problem, 1e3 * rng.normal(size=problem.shape), 10.0 ** -(3 + trial))
        )
    return found


def beyond(ball: Any, mid: Any, rad: Any) -> bool:
    """Whether a number is certainly outside an interval."""
    if not (np.isfinite(mid) and np.isfinite(rad)):
        return False
    with flint.ctx.workdps(DPS):
        return bool(abs(ball - float(mid)) > flint.arb(float(rad)))


def check_hessian(m: Any) -> list[str]:
    found = []
    for box in boxes():
        H = m.curvature(box.problem, box.theta, box.radius).hessian
        for truth in box.hessians:
            for i, j in np.ndindex(*H.shape):
                if beyond(truth[i][j], H.mid[i, j], H.rad[i, j]):
                    found.append(f"{box.name}: entry {i}, {j}")
    return found


def check_residual(m: Any) -> list[str]:
    found = []
    for box in boxes():
        R = m.curvature(box.problem, box.theta, box.radius).residual
        for truth in box.residuals:
            for i, x, y in np.ndindex(*R.shape):
                if beyond(truth[i][x][y], R.mid[i, x, y], R.rad[i, x, y]):
                    found.append(f"{box.name}: neuron {i}, entry {x}, {y}")
    return found


def check_symmetric(m: Any) -> list[str]:
    """The mean of two intervals that hold the same number holds it, at the ends of both."""
    rng = np.random.default_rng(2)
    found = []
    cases = []
    for _ in range(300):
        h, odd = rng.uniform(1, 2), 2.0**-1074 * rng.integers(1, 1000)
        step, tiny = 2.0**-52 * rng.integers(-4, 5, size=2), 2.0**-1074 * rng.integers(-4, 5, size=2)
        # Around the number, among subnormals, and around zero with the number at the end of both.
        cases.append((h, h + step, np.abs(step)))
        cases.append((odd, odd + tiny, np.abs(tiny)))
        cases.append((h, np.abs(step), h - np.abs(step)))
    for h, middle, radii in cases:
        mid = np.array([[1.0, middle[0]], [middle[1], 1.0]])
        rad = np.array([[0.0, radii[0]], [radii[1], 0.0]])
        result = m._symmetric(mid, rad)
        for i, j in ((0, 1), (1, 0)):
            if beyond(flint.arb(h), result.mid[i, j], result.rad[i, j]):
                found.append(f"{h} in {mid} +- {rad}")
        if not (np.array_equal(result.mid, result.mid.T) and np.array_equal(result.rad, result.rad.T)):
            found.append("not symmetric")
    return found


CHECKS: dict[str, Check] = {
    name.removeprefix("check_"): value for name, value in list(globals().items()) if name.startswith("check_")
}


@pytest.mark.parametrize("name", CHECKS)
def test_every_hessian_of_the_box_is_held(name: str) -> None:
    assert CHECKS[name](hessian_module) == []


@pytest.mark.parametrize("radius", [0.0, 1e-13, 1e-10, 1e-6, 1e-4])
def test_hessians_are_narrow(radius: float) -> None:
    rng = np.random.default_rng(3)
    for n, k, dim in ((1, 2, 3), (2, 3, 3), (3, 3, 4)):
        problem = _problem(rng, n, k, dim)
        theta = rng.normal(size=problem.shape)
        found = curvature(problem, theta, radius)
        assert found.hessian.known()
        assert found.residual.known()
        # Third derivatives and dependency: a thousand radii at most; rounding: a thousand units of the largest entry.
        most = 1e3 * radius + 1e3 * 2.0**-53 * np.abs(found.hessian.mid).max()
        assert found.hessian.rad.max() <= most
        assert found.residual.rad.max() <= most


def test_wider_boxes_hold_narrower_ones() -> None:
    rng = np.random.default_rng(4)
    problem = _problem(rng, 2, 2, 3)
    theta = rng.normal(size=problem.shape)
    last = curvature(problem, theta, 0.0).hessian
    for radius in (1e-14, 1e-10, 1e-5, 1e-3):
        wider = curvature(problem, theta, radius).hessian
        assert (np.abs(wider.mid - last.mid) + last.rad <= wider.rad * (1 + 1e-12)).all()
        last = wider


@pytest.mark.parametrize("radius", [1.0, 1e6, np.inf, np.nan])
def test_boxes_that_leave_the_domain_are_not_known(radius: float) -> None:
    problem = Problem(2, 2)
    theta = np.array([[1.0, 0.2, 0.0, 1.0], [0.1, 0.9, 0.0, 1.0]])
    found = curvature(problem, theta, radius)
    assert not found.hessian.known()
    # One parameter is enough.
    single = np.zeros(theta.shape)
    single[0, 0] = max(radius, 1e3) if np.isfinite(radius) else radius
    assert not curvature(problem, theta, single).hessian.known()


def test_points_beyond_the_range_of_doubles_are_not_known() -> None:
    problem = Problem(1, 1)
    for theta in ([[1e200, 0.0, 1.0]], [[1e160, 1e160, 1.0]], [[np.nan, 0.0, 1.0]], [[1.0, np.inf, 1.0]]):
        assert not curvature(problem, np.array(theta), 0.0).hessian.known()

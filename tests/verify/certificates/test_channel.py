"""Certificates of limits of channels: enclosures that hold the truth, and three answers."""

from __future__ import annotations

from dataclasses import replace

import flint
import numpy as np
import pytest
from mpmath import mp
from scipy.optimize import least_squares

from numerics import Problem, gradient_flow, initial_weights
from numerics.channel import ChannelLimit, LimitPoint, solve_limit
from numerics.channel_pair import ball_arrays, pair_hessian
from numerics.precision import digits, to_ball
from verify import settle
from verify.certificates.channel import certify_limit, limit_curvature
from verify.certificates.existence import Status
from verify.enclosures import Enclosures


def _found(n: int, k: int, seed: int) -> tuple[ChannelLimit, LimitPoint]:
    problem = Problem(n, k)
    end = settle(problem, gradient_flow(problem, initial_weights(problem, seed=seed)))
    limit, pair = ChannelLimit(problem), end.channel.pair
    return limit, solve_limit(limit, limit.of_network(end.flow.theta, pair.first, pair.second, pair.sign))


@pytest.mark.parametrize(("n", "k"), [(2, 3), (4, 4), (5, 7)])
def test_intervals_hold_the_hessian_in_balls(n: int, k: int) -> None:
    limit = ChannelLimit(Problem(n, k))
    x = np.random.default_rng(n).normal(size=limit.size)
    within = 1e-6
    enclosed = limit_curvature(limit, x, within)
    with digits(40) as arithmetic:
        m = ball_arrays(arithmetic)
        for sign in (-1, 0, 1):
            point = np.array([to_ball(z) + sign * flint.arb(within) for z in x], dtype=object)
            parts = limit._parts(point, m)
            exact = pair_hessian(parts, limit.others, m)
            if limit.others:
                rows = [list(row) for row in limit.unpack(point)[0]]
                first = limit.others * (limit.dim + 1)
                rest = Enclosures(limit.problem.with_neurons(limit.others), arithmetic).hessian(rows)
                exact[:first, :first] += np.array(rest, dtype=object)
            for i in range(limit.size):
                for j in range(limit.size):
                    gap = abs(exact[i, j] - flint.arb(float(enclosed.mid[i, j])))
                    assert gap.lower() <= flint.arb(float(enclosed.rad[i, j]))
    # Narrow, too: derivatives of the Hessian are of order 100 here.
    assert enclosed.rad.max() < 1e3 * within


# The limit losses as extrapolated from the flows alone, L(t) = L_inf + const t^(-1/2), good to about 1e-8.
@pytest.mark.parametrize(
    ("n", "k", "seed", "loss"), [(8, 8, 1, 0.0205921), (10, 10, 1, 0.0196048), (11, 12, 1, 0.0378639)]
)
def test_the_limit_of_a_channel_is_certified(n: int, k: int, seed: int, loss: float) -> None:
    limit, point = _found(n, k, seed)
    found = certify_limit(limit, point)
    assert found.status is Status.UNIQUE
    assert found.index == 0
    assert found.outward is True
    assert found.attracting
    assert found.loss[0] <= point.loss <= found.loss[1]
    assert found.loss[1] - found.loss[0] < mp.mpf(10) ** -45
    assert abs(found.loss[0] - loss) < 1e-7
    assert 0 < found.lambda_min < np.linalg.eigvalsh(limit.hessian(np.array([float(z) for z in point.x])))[0]
    assert found.radius < 1e-45 < 1e-8 < found.uniqueness_radius


def test_a_point_that_is_not_critical_is_never_certified() -> None:
    limit, point = _found(8, 8, 1)
    moved = point.x.copy()
    moved[0] += mp.mpf("0.001")
    found = certify_limit(limit, replace(point, x=moved))
    assert found.status is not Status.UNIQUE
    unknown = certify_limit(limit, replace(point, converged=False))
    assert unknown.status is Status.UNKNOWN
    assert "does not contract" in unknown.why


# Critical points found by least squares on the gradient, which ends at any index.
@pytest.mark.parametrize(("n", "k", "seed", "index", "outward"), [(3, 3, 10, 2, False), (2, 3, 37, 0, False)])
def test_limits_that_attract_nothing(n: int, k: int, seed: int, index: int, outward: bool) -> None:
    limit = ChannelLimit(Problem(n, k, dim=k))
    start = 0.8 * np.random.default_rng(seed).normal(size=limit.size)
    near = least_squares(limit.gradient, start, jac=limit.hessian, xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=400)
    point = solve_limit(limit, near.x)
    assert point.converged
    found = certify_limit(limit, point)
    assert found.status is Status.UNIQUE
    assert found.index == index == (np.linalg.eigvalsh(limit.hessian(near.x)) < 0).sum()
    assert found.outward is outward
    assert not found.attracting

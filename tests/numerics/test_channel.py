"""The limit problem of a channel: derivatives, and that networks of the channel tend to it as they should."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp

from numerics import Population, Problem, gradient_flow, initial_weights
from numerics.channel import ChannelLimit, solve_limit
from numerics.channel_pair import ball_arrays
from numerics.precise import PrecisePopulation
from numerics.precision import digits, from_ball, to_ball
from verify.ends.settle import settle

SIZES = [(2, 2), (3, 3), (5, 6)]


def _random(n: int, k: int) -> tuple[ChannelLimit, np.ndarray]:
    limit = ChannelLimit(Problem(n, k))
    return limit, np.random.default_rng(n).normal(size=limit.size)


@pytest.mark.parametrize(("n", "k"), SIZES)
def test_gradient_and_hessian_are_derivatives(n: int, k: int) -> None:
    limit, x = _random(n, k)
    # Central differences in 60 digits: their error is of order h^2 = 1e-40, beyond double precision.
    with digits(60) as arithmetic:
        m = ball_arrays(arithmetic)
        point = np.array([to_ball(z) for z in x], dtype=object)
        h = to_ball(mp.mpf(10) ** -20)
        for i in range(limit.size):
            step = np.array([h if j == i else to_ball(0.0) for j in range(limit.size)], dtype=object)
            slope = (limit.value(point + step, m) - limit.value(point - step, m)) / (2 * h)
            # A loss of order 10, a dozen terms in double precision.
            assert abs(float(slope) - limit.gradient(x)[i]) < 1e-12
            change = (limit.gradient(point + step, m) - limit.gradient(point - step, m)) / (2 * h)
            assert np.abs(np.array([float(z) for z in change]) - limit.hessian(x)[i]).max() < 1e-11


@pytest.mark.parametrize(("n", "k"), SIZES)
def test_networks_of_the_channel_tend_to_the_limit(n: int, k: int) -> None:
    limit, x = _random(n, k)
    with digits(80) as arithmetic:
        m = ball_arrays(arithmetic)
        point = np.array([to_ball(z) for z in x], dtype=object)
        population = PrecisePopulation(limit.problem, arithmetic)
        gaps = []
        for power in (8, 10):
            network = limit.network(point, to_ball(mp.mpf(2) ** -power))
            loss, _, _ = population.loss_and_gradient([list(r[:-1]) for r in network], [r[-1] for r in network])
            gaps.append(from_ball(loss) - from_ball(limit.value(point, m)))
    # L - L_inf = K eps^2 + O(eps^4): a fourfold smaller eps makes it 16 times smaller, up to eps^2 = 1e-5.
    assert abs(gaps[0] / gaps[1] - 16) < 0.02


def test_the_coefficient_of_the_approach() -> None:
    # At a critical point of the limit problem the coefficient of eps^2 is the closed form.
    problem = Problem(8, 8)
    end = settle(problem, gradient_flow(problem, initial_weights(problem, seed=1)))
    assert end.channel is not None
    limit, pair = ChannelLimit(problem), end.channel.pair
    start = limit.of_network(end.flow.theta, pair.first, pair.second, pair.sign)
    found = solve_limit(limit, start, dps=40)
    assert found.converged
    assert found.grad_inf < mp.mpf(10) ** -40
    x = np.array([float(z) for z in found.x])
    # The flow is eps^2 = 1e-2 from it, times a small constant.
    assert np.abs(x - start).max() < 1e-3
    with digits(80) as arithmetic:
        point = np.array([to_ball(z) for z in found.x], dtype=object)
        population = PrecisePopulation(problem, arithmetic)
        eps = mp.mpf(2) ** -12
        network = limit.network(point, to_ball(eps))
        loss, _, _ = population.loss_and_gradient([list(r[:-1]) for r in network], [r[-1] for r in network])
        measured = (from_ball(loss) - from_ball(limit.value(point, ball_arrays(arithmetic)))) / eps**2
    # The next term is of relative order eps^2 = 6e-8.
    assert abs(float(measured) / limit.coefficient(x) - 1) < 1e-6


def test_a_network_and_back() -> None:
    limit, x = _random(4, 5)
    network = limit.network(x, 0.125)
    assert Population(limit.problem).loss(network) > 0
    assert np.abs(limit.of_network(network, 2, 3) - x).max() < 1e-14
    turned = network.copy()
    turned[3] *= -1
    assert np.abs(limit.of_network(turned, 2, 3, sign=-1) - x).max() < 1e-14


def test_no_contraction_is_not_convergence() -> None:
    limit, x = _random(3, 3)
    found = solve_limit(limit, 50 * x)
    assert not found.converged
    assert [float(z) for z in found.x] == list(50 * x)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="two students at least"):
        ChannelLimit(Problem(1, 2))
    with pytest.raises(ValueError, match="trained outgoing weights"):
        ChannelLimit(Problem(3, 3, fixed_outgoing=np.ones(3)))

"""The reduced equations against the whole problem, and the catalogue against formulas by hand."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp

from numerics.inertia import inertia
from numerics.patterns.catalogue import alone, catalogue, groups, partitions, solved
from numerics.patterns.reduced import Reduced
from numerics.population import Population
from numerics.precise import precise_population
from numerics.precision import digits, to_ball


def test_derivatives_of_the_reduced_loss() -> None:
    for activation in ("exp", "cos", "cube"):
        reduced = Reduced(activation, groups((1, 1, 2), 1))
        x = np.random.default_rng(2).normal(size=reduced.size) / 2
        held = np.setdiff1d(np.arange(reduced.size), reduced.free)
        step = 1e-5
        for i in reduced.free:
            move = np.zeros(reduced.size)
            move[i] = step
            # Central differences: errors of third order times the step squared, some 1e-9 here, and rounding 1e-11.
            slope = (reduced.loss(x + move) - reduced.loss(x - move)) / (2 * step)
            assert slope == pytest.approx(reduced.gradient(x)[i], rel=1e-6, abs=1e-7)
            curve = (reduced.gradient(x + move) - reduced.gradient(x - move)) / (2 * step)
            assert np.abs(curve - reduced.hessian(x)[:, i])[reduced.free].max() < 1e-5 * (1 + np.abs(curve).max())
        assert not reduced.gradient(x)[held].any()


@pytest.mark.parametrize("activation", ["exp", "hermite3", "cos"])
def test_solutions_are_critical_points_of_the_whole_problem(activation: str) -> None:
    for member in catalogue(activation, 2, 4):
        found = member.solution(40)
        assert found is not None
        problem = member.reduced.problem
        with digits(60) as arithmetic:
            W = [[to_ball(x) for x in row] for row in found.coordinates]
            _, grad_W, grad_a = precise_population(problem, arithmetic).loss_and_gradient(
                W, [to_ball(x) for x in found.outgoing]
            )
            entries = [grad_W[i, j] for i in range(2) for j in range(4)] + grad_a
            assert all(abs(float(value)) < 1e-39 for value in entries)
        assert float(found.loss) == pytest.approx(Population(problem).loss(member.theta), abs=1e-10)


def test_one_neuron_alone_in_closed_form() -> None:
    # erf and with it the normal cdf: coordinates 1/sqrt(m(2m - 1)), outgoing m (the paper). Plane waves: the mean of
    # the teachers, outgoing m exp(+-(1 - 1/m)/2), by hand from N(r)^2/H(r).
    for m in (2, 3, 5):
        expected = {
            "normal-cdf": ((m * (2 * m - 1)) ** -0.5, m),
            "sin": (1 / m, m * np.exp(-(1 - 1 / m) / 2)),
            "cos": (1 / m, m * np.exp(-(1 - 1 / m) / 2)),
            "exp": (1 / m, m * np.exp((1 - 1 / m) / 2)),
        }
        for activation, pair in expected.items():
            assert alone(activation, m) == pytest.approx(pair, rel=1e-9), activation
        assert alone("hermite3", m) == pytest.approx((m**-0.5, m**-0.5), rel=1e-9)


def test_which_averages_are_exact() -> None:
    for activation, exact in (("sin", True), ("exp", True), ("normal-cdf", True), ("tanh", False), ("cube", False)):
        (member,) = [m for m in catalogue(activation, 2, 3) if m.sizes == (1, 2)]
        assert member.exact == exact, activation
    copies = solved("hermite3", (1, 1), 2)
    assert copies is not None
    # He3 has norm 3!, and nothing of the two ignored teachers is seen.
    assert copies.exact
    assert copies.loss == pytest.approx(12.0)
    perturbed = solved("exp", (1, 1), 2)
    assert perturbed is not None
    assert not perturbed.exact


def test_unequal_copies_lie_below_a_saddle() -> None:
    found = {(m.ignored, m.unequal): m for m in catalogue("cos", 2, 4) if m.ignored}
    alike, unequal = found[2, False], found[2, True]
    assert inertia(alike.reduced.problem, alike.theta).negative == 1
    assert inertia(unequal.reduced.problem, unequal.theta).minimum
    assert unequal.loss < alike.loss


def test_partitions_are_all_of_them() -> None:
    assert list(partitions(3, 7)) == [(1, 1, 5), (1, 2, 4), (1, 3, 3), (2, 2, 3)]
    assert (1,) * 9 + (11,) in list(partitions(10, 20))


def test_digits_are_those_of_the_kernel() -> None:
    member = solved("softplus", (1, 1))
    assert member is not None
    found = member.solution(50)
    assert found is not None
    assert found.dps < 50
    assert abs(found.loss) < mp.mpf(10) ** -found.dps

"""Polishing: to any number of digits where Newton's method contracts, and no claim where it does not."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp

from numerics import Problem, copy_average_point, gradient_flow, initial_weights, pack, polish
from numerics.newton import evaluate
from numerics.precision import infinity_norm

PROBLEM = Problem(2, 3)


def _near(scale: float = 1e-5) -> np.ndarray:
    C, a = copy_average_point([1, 2]).doubles()
    theta = pack(np.column_stack([C, np.zeros(2)]), a)
    return theta + scale * np.random.default_rng(0).normal(size=theta.shape)


@pytest.mark.parametrize("dps", [15, 50, 400])
def test_any_number_of_digits(dps: int) -> None:
    polished = polish(PROBLEM, _near(), dps=dps)
    assert polished.converged
    assert polished.grad_inf <= mp.mpf(10) ** -dps
    assert polished.contraction < 0.05
    assert 1e-6 < polished.moved < 1e-4
    exact = copy_average_point([1, 2], dps=dps)
    with mp.workdps(dps + 20):
        # lambda_min is 7.5e-3: an error of at most 10^-dps / 7.5e-3 in each direction, ten of them.
        gap = infinity_norm(polished.theta[:, :3] - exact.coordinates)
        assert gap < mp.mpf(10) ** (4 - dps)
        assert abs(polished.loss - exact.loss) < mp.mpf(10) ** (2 - dps)


def test_decimal_strings_carry_all_digits() -> None:
    polished = polish(PROBLEM, _near(), dps=40)
    text = polished.decimal()[1][1]
    with mp.workdps(60):
        assert abs(mp.mpf(text) - 1 / mp.sqrt(6)) < mp.mpf(10) ** -38
    assert len(text) >= 40


def test_a_channel_and_a_degenerate_line_are_not_polished() -> None:
    problem = Problem(2, 2)
    # Exactly on a line of critical points: a copy shared by two students and nobody for the other teacher.
    merged = copy_average_point([2]).doubles()
    W = np.column_stack([np.repeat(merged[0], 2, axis=0), np.zeros(2)])
    on_line = pack(W, [0.7, 1.3])
    polished = polish(problem, on_line + 1e-3 * np.random.default_rng(1).normal(size=(2, 4)))
    assert not polished.converged
    # The starting point is returned, exactly.
    assert np.array_equal(polished.double(), on_line + 1e-3 * np.random.default_rng(1).normal(size=(2, 4)))


def test_far_from_any_critical_point_there_is_no_claim() -> None:
    polished = polish(PROBLEM, initial_weights(PROBLEM, seed=0))
    assert not polished.converged
    assert polished.moved == 0


def test_evaluate_says_whether_a_point_is_critical() -> None:
    exact = copy_average_point([1, 2], dps=50)
    zero = np.full((2, 1), mp.mpf(0), dtype=object)
    theta = np.column_stack([exact.coordinates, zero, exact.outgoing])
    assert evaluate(PROBLEM, theta, dps=45).converged
    with mp.workdps(60):
        theta[0, 0] += mp.mpf("1e-20")
    assert not evaluate(PROBLEM, theta, dps=45).converged


def test_flow_and_polish_at_the_flattest_small_case() -> None:
    # The gradient is small long before the point is right: (1, 12) is still 6e-4 off at 5e-8.
    problem = Problem(1, 12)
    flow = gradient_flow(problem, initial_weights(problem, seed=0), rtol=1e-8)
    polished = polish(problem, flow.theta)
    assert polished.converged
    assert polished.moved > 1e-5
    exact = copy_average_point([12])
    with mp.workdps(70):
        assert abs(abs(polished.theta[0, -1]) - exact.outgoing[0]) < mp.mpf(10) ** -40


def test_refusals() -> None:
    with pytest.raises(ValueError, match="dps: got 14, needs an integer of at least 15"):
        polish(PROBLEM, _near(), dps=14)
    with pytest.raises(ValueError, match="theta: got shape"):
        polish(PROBLEM, np.zeros((3, 5)))

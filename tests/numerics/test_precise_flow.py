"""Trajectories to many digits: against more digits, another integrator and another method; estimates that hold."""

from __future__ import annotations

import flint
import numpy as np
import pytest
from mpmath import mp
from scipy.integrate import solve_ivp

from numerics import Population, Problem, gradient_flow, initial_weights, polish, precise_flow
from numerics.flow.chebyshev_series import Grid, basis, derivative
from numerics.precision import digits, infinity_norm

TIMES = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)


def distance(x: np.ndarray, y: np.ndarray) -> mp.mpf:
    with mp.workdps(100):
        return mp.sqrt(mp.fsum((a - b) ** 2 for a, b in zip(x.ravel(), y.ravel(), strict=True)))


@pytest.fixture(scope="module")
def problem() -> Problem:
    return Problem(1, 3, dim=4)


@pytest.fixture(scope="module")
def flows(problem: Problem) -> tuple:
    theta = initial_weights(problem, seed=0)
    return tuple(precise_flow(problem, theta, dps=dps, grad_tol=tol) for dps, tol in ((25, "1e-20"), (45, "1e-40")))


def test_the_error_estimate_holds_against_more_digits(flows: tuple) -> None:
    coarse, fine = flows
    for time in TIMES:
        true = distance(coarse.at(time), fine.at(time))
        # The other flow's own error is 1e-20 of this one's.
        assert true <= coarse.error_at(time) <= mp.mpf("1e-23")
        assert fine.error_at(time) < mp.mpf("1e-43")


def test_it_ends_where_newtons_method_does(problem: Problem, flows: tuple) -> None:
    _, fine = flows
    assert fine.reached
    assert fine.grad_inf < mp.mpf("1e-40")
    point = polish(problem, fine.at(fine.time).astype(float), dps=50)
    with mp.workdps(60):
        gap = infinity_norm(fine.at(fine.time) - point.theta)
    # The smallest eigenvalue is 3.8e-3: the gradient is at least that times the distance, in the 2-norm.
    assert gap < mp.mpf("1e-40") / mp.mpf("3.8e-3") * mp.sqrt(5)


def test_another_integrator_agrees(problem: Problem, flows: tuple) -> None:
    population = Population(problem)

    def field(_: float, y: np.ndarray) -> np.ndarray:
        return -population.value_and_gradient(y.reshape(problem.shape))[1].ravel()

    theta = initial_weights(problem, seed=0)
    found = solve_ivp(field, (0, 10), theta.ravel(), "DOP853", rtol=1e-12, atol=1e-13, t_eval=[0.1, 1.0, 10.0])
    for time, y in zip(found.t, found.y.T, strict=True):
        # Tolerance per step, some dozens of steps.
        assert np.abs(flows[1].at(float(time)).astype(float).ravel() - y).max() < 1e-10


def test_the_double_flow_is_as_good_as_its_tolerance(problem: Problem, flows: tuple) -> None:
    from verify.course import correct_digits

    flow = gradient_flow(problem, initial_weights(problem, seed=0))
    found, when = correct_digits(flows[1], flow.trajectory)
    # rtol is 1e-6 per step: fewer than 4 or more than 10 digits would show a mistake in one of the two.
    assert 4 < found < 10
    assert 0 < when <= flow.time


def test_the_order_is_that_of_the_degree(problem: Problem) -> None:
    # With m = 12 points the defect is of order 12 in the length of pieces: tolerances that differ by 10^6 make
    # pieces shorter by about 10^(6/12).
    theta = initial_weights(problem, seed=1)
    counts = [
        len(precise_flow(problem, theta, dps=dps, degree=12, grad_tol="1e-3", max_time=5).pieces) for dps in (15, 21)
    ]
    assert 2.2 < counts[1] / counts[0] < 4.5


def test_at_and_its_refusal(flows: tuple) -> None:
    coarse, _ = flows
    assert distance(coarse.at(0.0), np.array(initial_weights(Problem(1, 3, dim=4), seed=0))) < mp.mpf("1e-24")
    with pytest.raises(ValueError, match=r"time: got 1e\+99, needs a number from 0 to"):
        coarse.at(1e99)
    with pytest.raises(ValueError, match="time: got -1"):
        coarse.at(-1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dps": 3}, "dps: got 3"),
        ({"grad_tol": "-1"}, "grad_tol: got '-1'"),
        ({"max_time": 0.0}, "max_time: got 0.0"),
    ],
)
def test_refusals(problem: Problem, arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        precise_flow(problem, initial_weights(problem, seed=0), **arguments)


def test_fixed_outgoing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs trained ones"):
        precise_flow(Problem(1, 2, fixed_outgoing=[1.0]), np.ones((1, 4)))


def test_time_limit_and_pieces(problem: Problem) -> None:
    theta = initial_weights(problem, seed=0)
    short = precise_flow(problem, theta, dps=15, max_time=0.5)
    assert (short.time, short.reached, short.stop) == (0.5, False, "the time limit was reached")
    one = precise_flow(problem, theta, dps=15, max_pieces=1)
    assert len(one.pieces) == 1
    assert "limit on the number of pieces" in one.stop


def test_chebyshev_series() -> None:
    with digits(40):
        grid = Grid(9)
        # x^7 - 2 x^3 and its derivative, exactly represented at degree 9.
        values = flint.arb_mat([[x**7 - 2 * x**3] for x in grid.points])
        C = grid.transform * values
        x = flint.arb("0.3")
        assert abs((basis(9, x) * C)[0, 0] - (x**7 - 2 * x**3)).mid() < flint.arb("1e-38")
        assert abs((basis(9, x) * derivative(C))[0, 0] - (7 * x**6 - 6 * x**2)).mid() < flint.arb("1e-37")
        slopes = grid.differentiation * values
        gaps = [abs(slopes[j, 0] - (7 * y**6 - 6 * y**2)) for j, y in enumerate(grid.points)]
        assert all(gap.mid() < flint.arb("1e-36") for gap in gaps)


@pytest.mark.slow
def test_fifty_digits_at_two_three() -> None:
    problem = Problem(2, 3)
    theta = initial_weights(problem, seed=0)
    fifty, eighty = (precise_flow(problem, theta, dps=dps, grad_tol="1e-45") for dps in (50, 80))
    assert fifty.reached
    assert fifty.grad_inf < mp.mpf("1e-45")
    for time in (*TIMES, 5000.0, 10000.0):
        assert distance(fifty.at(time), eighty.at(time)) <= fifty.error_at(time) < mp.mpf("1e-49")

"""The multistep formulas: order, agreement with another method, stability and few factorisations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from numerics import Population, Problem, Stop, gradient_flow, initial_weights
from numerics.flow.field import GradientField
from numerics.flow.multistep import ALPHA, ERROR, GAMMA, MAX_ORDER, STABLE, Multistep
from numerics.flow.tolerance import Tolerance

pytest.importorskip("numba", reason="the formulas run on compiled kernels")

PROBLEM = Problem(5, 10)


def _points(start: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Points of a tight solution by another code, flat."""
    population = Population(PROBLEM)
    solution = solve_ivp(
        lambda _, y: -population.gradient(y.reshape(PROBLEM.shape)).ravel(),
        (0.0, times[-1]),
        start.ravel(),
        method="DOP853",
        t_eval=times,
        rtol=1e-13,
        atol=1e-14,
    )
    return solution.y.T


def _error(order: int, steps: int, time: float) -> float:
    """Error at a time of steps of one length and order, begun on exact points of the past."""
    h = time / steps
    # At these orders the differences need as many points before the first step as the order.
    times = np.arange(order + steps + 1) * h + (0.5 - order * h)
    exact = _points(initial_weights(PROBLEM, seed=0), np.concatenate([[0.0], times]))[1:]
    field = GradientField(PROBLEM)
    # So tight that Newton's method is exact beside the error of the formula, and not beyond rounding.
    tight = 1e-9 if order < 3 else 1e-11
    method = Multistep(field, Tolerance(field, tight, tight))
    state = field.state(exact[order])
    assert method.start(state, h) is not None
    differences = exact[: order + 1]
    for row in range(order + 1):
        method._D[row] = differences[-1]
        differences = np.diff(differences, axis=0)
    method._order, method._h = order, h
    for _ in range(steps):
        attempt = method.attempt(state, h)
        assert attempt is not None
        new = field.state(attempt[0])
        method.accepted(state, new, 1.0)
        # Neither order nor step length may change here.
        method._order, method._equal = order, 0
        state = new
    return float(np.abs(state.y - exact[-1]).max())


@pytest.mark.parametrize("order", range(1, MAX_ORDER + 1))
def test_order_of_convergence(order: int) -> None:
    errors = [_error(order, steps, 0.5) for steps in (40, 80, 160)]
    rates = np.log2(np.array(errors[:-1]) / errors[1:])
    # The next term of the error falls as fast again: what is left of it at the finer pair of steps is below 5 %.
    assert abs(rates[-1] - order) < 0.05 * order, rates
    assert abs(rates[-1] - order) < abs(rates[0] - order) + 0.02, rates


def test_the_error_estimate_is_the_leading_term_of_the_local_error() -> None:
    # y = t^(q+1): differences of order q + 1 are constant, (q+1)! h^(q+1), and the formula's error is the estimate.
    for order in range(1, MAX_ORDER + 1):
        power = order + 1
        past = np.arange(-order, 1.0) ** power
        new, slope = 1.0, power * 1.0
        table, differences = past, []
        for _ in range(order + 1):
            differences.append(table[-1])
            table = np.diff(table)
        predicted = sum(differences)
        # The formula with h = 1: sum_j gamma_j nabla^j y_new ... = alpha (new - predicted) + past part = slope.
        history = sum(GAMMA[j] * differences[j] for j in range(1, order + 1))
        numerical = predicted + (slope - history) / ALPHA[order]
        correction = numerical - predicted
        # What remains of the exact value: the estimate, up to the factor 1/(1 - kappa) gamma of the implicit part.
        assert new - numerical == pytest.approx(-ERROR[order] / ALPHA[order] * (new - predicted), rel=1e-12), order
        assert correction != 0


def test_the_flow_ends_where_another_method_ends_and_passes_the_same_points() -> None:
    problem = Problem(8, 32)
    start = initial_weights(problem, seed=3)
    ours = gradient_flow(problem, start, grad_tol=1e-7)
    other = gradient_flow(problem, start, grad_tol=1e-7, method="Rodas5P")
    assert ours.method == "RKC2+NDF"
    assert ours.stop is other.stop is Stop.GRADIENT
    # Both at a tolerance of 1e-6 per step, and read between steps by straight lines: errors of some 1e-4.
    times = np.geomspace(3.0, min(ours.time, other.time) / 2, 40)
    first, second = (np.interp(times, flow.trajectory.time, flow.trajectory.loss) for flow in (ours, other))
    assert np.abs(first / second - 1).max() < 1e-3
    assert ours.loss == pytest.approx(other.loss, rel=1e-7)
    assert ours.hessians < ours.steps / 10 < other.hessians


def test_it_is_refused_where_the_flow_is_unstable_on_the_scale_of_a_step() -> None:
    field = GradientField(PROBLEM)
    method = Multistep(field, Tolerance(field, 1e-6, 1e-8))
    # Small weights lie near the saddle at the origin, whose negative eigenvalues are of order one.
    state = field.state(1e-2 * initial_weights(PROBLEM, seed=0).ravel())
    lowest = float(np.linalg.eigvalsh(field.hessian(state.y))[0])
    assert lowest < -0.1
    assert method.start(state, 1.01 * STABLE / -lowest) is None
    assert method.start(state, 0.99 * STABLE / -lowest) is not None


def test_points_from_elsewhere_and_problems_without_kernels_are_refused() -> None:
    field = GradientField(PROBLEM)
    method = Multistep(field, Tolerance(field, 1e-6, 1e-8))
    with pytest.raises(RuntimeError, match="call start first"):
        method.attempt(field.state(initial_weights(PROBLEM, seed=0).ravel()), 0.1)
    small = GradientField(Problem(2, 3))
    with pytest.raises(ValueError, match="without compiled kernels"):
        Multistep(small, Tolerance(small, 1e-6, 1e-8))

"""The integrators: order, stability, agreement with another code, and the reasons to stop."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from numerics import Population, Problem, Stop, gradient_flow, initial_weights
from numerics.flow.chebyshev import Chebyshev
from numerics.flow.field import GradientField
from numerics.flow.finish import ConvexFinish, straightened
from numerics.flow.rosenbrock import ARGUMENTS, COUPLINGS, GAMMA, LONGEST_UNSTABLE, RESULT, Rosenbrock
from numerics.flow.tolerance import error_norm
from verify.ends.settle import continue_flow

PROBLEM = Problem(2, 3)
START = initial_weights(PROBLEM, seed=0)


def _reference(problem: Problem, start: np.ndarray, time: float) -> np.ndarray:
    """The point at a time by an explicit method of order 8 at tight tolerance: another code altogether."""
    population = Population(problem)
    solution = solve_ivp(
        lambda _, y: -population.gradient(y.reshape(start.shape)).ravel(),
        (0, time),
        start.ravel(),
        method="DOP853",
        rtol=1e-13,
        atol=1e-14,
    )
    return solution.y[:, -1].reshape(start.shape)


def _fixed_steps(kind: type, steps: int, time: float, problem: Problem, start: np.ndarray) -> np.ndarray:
    field = GradientField(problem)
    stepper = kind(field)
    state = field.state(start.ravel())
    for _ in range(steps):
        attempt = stepper.attempt(state, time / steps)
        assert attempt is not None
        state = field.state(attempt[0])
    return state.y.reshape(start.shape)


@pytest.mark.parametrize(
    ("kind", "order", "steps", "n", "k"),
    [(Rosenbrock, 5, 8, 2, 3), (Chebyshev, 2, 32, 2, 3), (Rosenbrock, 5, 32, 5, 10), (Chebyshev, 2, 64, 5, 10)],
    ids=["Rodas5P by numpy", "RKC2 by numpy", "Rodas5P compiled", "RKC2 compiled"],
)
def test_order_of_convergence(kind: type, order: int, steps: int, n: int, k: int) -> None:
    time, problem = 1.0, Problem(n, k)
    start = initial_weights(problem, seed=0)
    reference = _reference(problem, start, time)
    errors = [
        np.abs(_fixed_steps(kind, count, time, problem, start) - reference).max()
        for count in (steps, 2 * steps, 4 * steps)
    ]
    rates = np.log2(np.array(errors[:-1]) / errors[1:])
    # Where the next term of the error is small the measured order is the theoretical one to 3 %.
    assert np.all(np.abs(rates - order) < 0.03 * order), rates


def test_the_coefficients_satisfy_the_order_conditions_of_the_quadrature() -> None:
    # In untransformed form b = m Gamma with Gamma^-1 = diag(1/gamma) - C; sum b = 1, sum b alpha = 1/2 and
    # sum b alpha^2 = 1/3 hold for any Rosenbrock method of order 3 (autonomous form with Gamma's row sums).
    stages = len(RESULT)
    C, A = np.zeros((stages, stages)), np.zeros((stages, stages))
    for i, (argument, coupling) in enumerate(zip(ARGUMENTS, COUPLINGS, strict=True), start=1):
        A[i, :i], C[i, :i] = argument, coupling
    gamma_matrix = np.linalg.inv(np.eye(stages) / GAMMA - C)
    b = RESULT @ gamma_matrix
    alpha = (A @ gamma_matrix).sum(axis=1)
    beta = alpha + gamma_matrix.sum(axis=1)
    assert abs(b.sum() - 1) < 1e-13
    assert abs(b @ beta - 1 / 2) < 1e-13
    assert abs(b @ alpha**2 - 1 / 3) < 1e-13
    assert abs(b @ alpha**3 - 1 / 4) < 1e-13
    assert abs(b @ alpha**4 - 1 / 5) < 1e-13


def test_the_stability_function_keeps_its_sign_where_steps_are_allowed() -> None:
    def amplification(z: float) -> float:
        increments: list[float] = [z / (1 / GAMMA - z)]
        for argument, coupling in zip(ARGUMENTS, COUPLINGS, strict=True):
            increments.append((z * (1 + argument @ increments) + coupling @ increments) / (1 / GAMMA - z))
        return float(1 + RESULT @ increments)

    for z in np.linspace(0, LONGEST_UNSTABLE, 50):
        assert abs(amplification(z) / np.exp(z) - 1) < 0.04
    assert amplification(2.9) < 0, "the reason for the bound is gone"
    # L-stable: stiff components die out.
    assert abs(amplification(-1e8)) < 1e-6


def test_a_whole_trajectory_agrees_with_a_tight_one_at_every_snapshot() -> None:
    problem = Problem(6, 12)
    start = initial_weights(problem, seed=0)
    flow = gradient_flow(problem, start, max_time=200.0)
    tight = start
    for time, before, point in zip(
        flow.trajectory.snapshot_time[1:], flow.trajectory.snapshot_time, flow.trajectory.snapshots[1:], strict=False
    ):
        tight = _reference(problem, tight, time - before)
        # Some hundred steps with local errors of 1e-6 of each neuron, which grow while the flow leaves the origin.
        assert np.abs(point - tight).max() < 2e-4


@pytest.mark.parametrize("method", ["Rodas5P", "RKC2"])
def test_trajectories_agree_with_another_code(method: str) -> None:
    for time in (1.0, 30.0, 300.0):
        flow = gradient_flow(PROBLEM, START, max_time=time, method=method)
        assert flow.stop is Stop.TIME
        assert flow.time == time
        # Local tolerance 1e-6 on values of order one; a second-order method makes some tens of steps here, and
        # their errors add up as long as the flow does not contract.
        assert np.abs(flow.theta - _reference(PROBLEM, START, time)).max() < 3e-5


@pytest.mark.parametrize(("n", "k", "method"), [(2, 3, "auto"), (6, 6, "auto"), (3, 4, "RKC2"), (1, 5, "auto")])
def test_the_loss_never_increases(n: int, k: int, method: str) -> None:
    problem = Problem(n, k)
    flow = gradient_flow(problem, initial_weights(problem, seed=1), method=method, grad_tol=1e-5)
    assert flow.stop is Stop.GRADIENT
    trajectory = flow.trajectory
    # Twice the bound on rounding: 16 eps times the square of the sum of all outgoing weights.
    scale = (np.abs(trajectory.snapshots[:, :, -1]).sum(axis=1).max() + k) ** 2
    assert np.diff(trajectory.loss).max() <= 16 * np.finfo(float).eps * scale
    assert np.all(np.diff(trajectory.time) > 0)
    assert trajectory.loss[-1] == flow.loss
    assert trajectory.grad_inf[-1] == flow.grad_inf <= 1e-5
    assert np.array_equal(trajectory.snapshots[0], initial_weights(problem, seed=1))
    assert np.array_equal(trajectory.snapshots[-1], flow.theta)


def test_methods_end_at_the_same_point() -> None:
    ends = [gradient_flow(PROBLEM, START, method=method, grad_tol=1e-9).theta for method in ("Rodas5P", "RKC2")]
    # The smallest eigenvalue is 7.5e-3: a gradient of 1e-9 leaves at most 1e-9 / 7.5e-3, over all directions.
    assert np.abs(ends[0] - ends[1]).max() < 1e-6


def test_large_systems_change_method_by_cost() -> None:
    problem = Problem(9, 40)
    flow = gradient_flow(problem, initial_weights(problem, seed=0), grad_tol=1e-5)
    assert flow.method == "RKC2+NDF"
    assert flow.stop is Stop.GRADIENT
    # That is what the multistep formulas are for: a factorisation for some ten steps.
    assert flow.hessians < flow.steps / 10


def test_reasons_to_stop_and_continuation() -> None:
    short = gradient_flow(PROBLEM, START, max_steps=20)
    assert short.stop is Stop.STEPS
    assert short.steps + short.rejected == 20
    whole = continue_flow(PROBLEM, short, grad_tol=5e-8)
    assert whole.stop is Stop.GRADIENT
    assert whole.steps > short.steps
    assert whole.trajectory.time[0] == 0
    assert np.all(np.diff(whole.trajectory.time) > 0)
    assert gradient_flow(PROBLEM, whole.theta, grad_tol=1e-3).steps == 0


def test_held_outgoing_weights_stay() -> None:
    problem = Problem(2, 3, fixed_outgoing=[1.0, 1.0])
    flow = gradient_flow(problem, initial_weights(problem, seed=0), grad_tol=1e-7)
    assert np.array_equal(flow.theta[:, -1], [1.0, 1.0])
    assert flow.stop is Stop.GRADIENT


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"theta0": np.zeros((3, 3))}, r"theta0: got shape \(3, 3\), needs \(2, 5\)"),
        ({"theta0": np.full((2, 5), np.nan)}, "theta0: got NaN"),
        ({"theta0": np.full((2, 5), 1e200)}, "theta0: the loss is not finite"),
        ({"grad_tol": 0.0}, "grad_tol: got 0.0, needs a positive number"),
        ({"grad_tol": "small"}, "grad_tol: got 'small', needs a number"),
        ({"rtol": -1e-6}, "rtol: got -1e-06"),
        ({"method": "euler"}, "method: got 'euler', known are auto, Rodas5P, RKC2"),
        ({"max_steps": 1.5}, "max_steps: got 1.5"),
        ({"first_step": 0.0}, "first_step: got 0.0"),
    ],
)
def test_refusals(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gradient_flow(PROBLEM, **{"theta0": START, **arguments})
    held = Problem(2, 3, fixed_outgoing=[1.0, 1.0])
    with pytest.raises(ValueError, match="last column differs from fixed_outgoing"):
        gradient_flow(held, START)


def test_the_error_norm_is_invariant_under_rotations_of_the_inputs() -> None:
    rng = np.random.default_rng(3)
    error, old, new = rng.normal(size=(3, 4, 6))
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0]

    def turned(theta: np.ndarray) -> np.ndarray:
        return np.column_stack([theta[:, :-1] @ turn, theta[:, -1]])

    straight = error_norm(error, old, new, 1e-6, 1e-8)
    assert error_norm(turned(error), turned(old), turned(new), 1e-6, 1e-8) == pytest.approx(straight, rel=1e-12)
    # A root mean square: one component that errs by its tolerance, among 24.
    single = np.zeros((4, 6))
    single[2, -1] = 1e-8 + 1e-6 * max(abs(old[2, -1]), abs(new[2, -1]))
    assert error_norm(single, old, new, 1e-6, 1e-8) == pytest.approx(24**-0.5, rel=1e-12)


@pytest.mark.parametrize(("n", "k"), [(1, 6), (2, 3), (5, 6), (4, 8), (6, 6), (3, 20)])
def test_an_early_finish_names_the_end_of_the_pure_flow(n: int, k: int) -> None:
    for seed in range(3):
        problem = Problem(n, k)
        start = initial_weights(problem, seed=seed)
        early = gradient_flow(problem, start, early_finish=True)
        assert early.stop is Stop.EARLY
        assert early.grad_inf > 5e-8
        # Smallest eigenvalues here are above 1e-5: a gradient of 1e-12 leaves an error below 1e-7.
        end = gradient_flow(problem, start, grad_tol=1e-12, rtol=1e-8)
        assert np.abs(early.minimum - end.theta).max() < 1e-6
        assert Population(problem).loss(early.minimum) <= early.loss


def test_straightened_derivatives_against_differences() -> None:
    rng = np.random.default_rng(5)
    problem = Problem(3, 4)
    population, theta = Population(problem), rng.normal(size=problem.shape)
    a = theta[:, -1].copy()
    x = np.column_stack([np.abs(a)[:, None] * theta[:, :-1], np.log(np.abs(a))])

    def weights(x: np.ndarray) -> np.ndarray:
        stretch = np.exp(x[:, -1:])
        return np.hstack([x[:, :-1] / stretch, np.sign(a)[:, None] * stretch])

    def slope_at(x: np.ndarray) -> np.ndarray:
        there = weights(x)
        return straightened(there, population.gradient(there), population.hessian(there))[0]

    slope, curvature = straightened(theta, population.gradient(theta), population.hessian(theta))
    h = 1e-5
    for i in range(3):
        for j in range(6):
            step = np.zeros(x.shape)
            step[i, j] = h
            # Central differences: errors of order h^2 and of rounding over h.
            difference = (population.loss(weights(x + step)) - population.loss(weights(x - step))) / (2 * h)
            assert slope[i, j] == pytest.approx(difference, abs=1e-8)
            row = (slope_at(x + step) - slope_at(x - step)).ravel() / (2 * h)
            assert np.abs(curvature[6 * i + j] - row).max() < 1e-7


def test_no_early_finish_where_the_loss_is_not_convex_or_has_no_minimum() -> None:
    problem = Problem(2, 3)
    field = GradientField(problem)
    start = field.state(initial_weights(problem, seed=0).ravel())
    assert ConvexFinish(field).attempt(start, field.hessian(start.y)) is None
    # A channel to infinity: Newton's method runs along it and does not arrive.
    problem = Problem(10, 10)
    flow = gradient_flow(problem, initial_weights(problem, seed=1), early_finish=True)
    assert flow.stop is Stop.GRADIENT
    assert flow.minimum is None

"""Courses: ends are the flow's own numbers, times are log-spaced, powers of time come out exactly."""

from __future__ import annotations

import numpy as np
import pytest

from numerics import Problem, gradient_flow, initial_weights
from numerics.flow.result import Trajectory
from verify.sweep.course import POINTS, course


def _trajectory(time: np.ndarray, loss: np.ndarray, grad: np.ndarray) -> Trajectory:
    return Trajectory(time, loss, grad, time, time)


def test_a_flow_in_a_hundred_points() -> None:
    problem = Problem(3, 5)
    flow = gradient_flow(problem, initial_weights(problem, seed=2))
    time, loss, grad = found = course(flow.trajectory)
    assert found.shape == (3, POINTS)
    assert (time[0], loss[0], grad[0]) == (0.0, flow.trajectory.loss[0], flow.trajectory.grad_inf[0])
    assert (time[-1], loss[-1], grad[-1]) == (flow.time, flow.loss, flow.grad_inf)
    assert time[1] == flow.trajectory.time[1]
    steps = np.diff(np.log(time[1:]))
    # Logarithms of numbers up to 1e4 in doubles: differences good to a few 1e-15.
    assert np.ptp(steps) < 1e-13
    # The loss decreases along a flow, and so along anything linear between its steps.
    assert (np.diff(loss) <= 1e-15).all()


def test_powers_of_time_are_reproduced() -> None:
    time = np.concatenate([[0.0], np.geomspace(1e-3, 1e5, 7)])
    safe = np.maximum(time, 1e-3)
    found = course(_trajectory(time, safe**-0.5, safe**-0.75))
    # exp and log are good to an ulp of arguments up to 12 in size: relative 12 * 2.2e-16, twice.
    assert found[1, 1:] == pytest.approx(found[0, 1:] ** -0.5, rel=1e-14)
    assert found[2, 1:] == pytest.approx(found[0, 1:] ** -0.75, rel=1e-14)


def test_losses_that_rounding_made_negative_are_not_lost() -> None:
    found = course(_trajectory(np.array([0.0, 1, 10, 100]), np.array([1, 1e-3, -2e-16, -1e-16]), np.ones(4)))
    assert np.isfinite(found).all()
    assert found[1, -1] == -1e-16
    assert found[1, 1:].min() == pytest.approx(-2e-16, abs=1e-17)


def test_no_step_one_step_and_a_repeated_time() -> None:
    assert course(_trajectory(np.zeros(1), np.ones(1), np.ones(1))).tolist() == [[0.0], [1.0], [1.0]]
    one = course(_trajectory(np.array([0.0, 2.0]), np.array([1.0, 0.5]), np.array([1.0, 0.25])))
    assert one.shape == (3, POINTS)
    assert set(one[0, 1:]) == {2.0}
    twice = course(_trajectory(np.array([0.0, 1, 1, 2]), np.array([4.0, 3, 3, 2]), np.ones(4)))
    assert twice[0, -1] == 2.0
    assert np.isfinite(twice).all()

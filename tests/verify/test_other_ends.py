"""Ends of smooth activations that are no isolated points: each recognised by its limit and rate, and not without."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from mpmath import mp

from numerics import Population, Problem, gradient_flow, initial_weights
from numerics.channel_any import extrapolated_limit
from numerics.cubic_channel import cubes, tensor_loss
from numerics.flat import polish_flat
from numerics.flat_precise import polish_flat_precise
from numerics.flow.result import Flow, Stop
from verify import End, settle
from verify.cells import make_cell
from verify.ends.channel import other_channel
from verify.ends.cubic import second_channel
from verify.ends.degenerate import degenerate
from verify.ends.limit import limit_end
from verify.ends.waking import wake
from verify.runs import Task, run_task


@lru_cache(maxsize=8)
def _settled(activation: str, n: int, seed: int, k: int = 4) -> tuple[Problem, End]:
    problem = Problem(n, k, activation=activation)
    return problem, settle(problem, gradient_flow(problem, initial_weights(problem, seed=seed)))


def _status(activation: str, n: int, seed: int) -> tuple[dict, int]:
    cell = make_cell(Problem(n, 4, activation=activation), 30)
    cell.runs[seed] = run_task(Task(n, 4, 5, activation, "glorot", seed, 30))
    return cell.runs[seed].record, cell.exit_status()


def _slower(flow: Flow) -> Flow:
    """The same course with another clock: no rate is right then."""
    return replace(flow, trajectory=replace(flow.trajectory, snapshot_time=3 * flow.trajectory.snapshot_time))


def test_a_degenerate_minimum_is_approached_at_the_rate_of_its_quartic() -> None:
    problem, end = _settled("hermite2", 2, 3)
    found = end.degenerate
    assert found is not None
    # One direction a_1 w_1 w_1' + a_2 w_2 w_2' of rank one: 2 |M - M*|^2 = 2 * 3.
    assert float(found.point.loss) == pytest.approx(6, abs=1e-25)
    # With a_1 e_1 |w_1| + a_2 e_2 |w_2| = 0 beside the span, M grows by (a_1 e_1^2 + a_2 e_2^2) there; the trace
    # costs nothing, because the sum of the outgoing weights moves along: Q s^4 = 2 (...)^2 with |e| = s.
    (w1, a1), (w2, a2) = ((np.linalg.norm(row[:-1]) * np.sign(row[0]), row[-1]) for row in found.point.double())
    e = np.array([a2 * w2, -a1 * w1]) / np.hypot(a2 * w2, a1 * w1)
    assert found.quartic == pytest.approx(2 * (a1 * e[0] ** 2 + a2 * e[1] ** 2) ** 2, rel=1e-3)
    # Corrections are of order s^2 and of the start over the end of the span.
    assert found.rate == pytest.approx(1, abs=0.01)
    assert degenerate(problem, _slower(end.flow), dps=30) is None
    # Before the valley; and at an ordinary continuum.
    early = gradient_flow(problem, initial_weights(problem, seed=3), max_steps=30)
    assert degenerate(problem, early, dps=30) is None
    assert _settled("hermite2", 2, 0)[1].degenerate is None
    record, status = _status("hermite2", 2, 3)
    assert (record["structure"], record["converged"], status) == ("degenerate-minimum", True, 0)


def test_a_dormant_neuron_is_woken_where_its_slow_manifold_leads() -> None:
    problem = Problem(4, 4, activation="hermite4")
    asleep = gradient_flow(problem, initial_weights(problem, seed=4), grad_tol=2e-13)
    woken = wake(problem, asleep, dps=40)
    assert woken is not None
    assert abs(woken.outgoing) < 1e-9
    # h = -24 (w.v)^4 for the teacher that the others leave, by hand; the wait is the integral of G dh / 4 |grad h|^2.
    left = int(np.argmin(np.abs(np.delete(asleep.theta, woken.neuron, axis=0)[:, :4]).max(axis=0)))
    pull = asleep.theta[woken.neuron, left]
    assert woken.slope == pytest.approx(24 * pull**4, rel=1e-6)
    assert np.abs(woken.theta[woken.neuron, left]) > 10 * abs(pull)
    others = np.delete(np.arange(5), left)
    assert np.abs(woken.theta[woken.neuron, others] - asleep.theta[woken.neuron, others]).max() < 1e-3
    end = settle(problem, asleep)
    assert end.converged
    assert end.polished.loss == 0
    assert [saddle.woken is not None for saddle in end.saddles] == [True]
    # Nobody sleeps; and a neuron beside others that fit everything is driven nowhere.
    assert wake(problem, end.flow, dps=40) is None
    idle = replace(end.flow, theta=np.vstack([end.flow.theta[:3], [[0.1, 0.2, 0.3, 0.4, 0.5, 0.0]]]))
    three = Problem(
        4,
        4,
        activation="hermite4",
        teacher=end.polished.double()[[0, 1, 2, 0], :5],
        teacher_outgoing=[1, 1, 1, 1e-300],
    )
    assert wake(three, idle, dps=40) is None


def test_a_continuum_beside_another_needs_many_digits() -> None:
    problem, end = _settled("hermite4", 4, 6)
    assert end.continuum is not None
    flat = end.continuum.flat
    # Two teachers are left: 24 each. Three neurons make He_4 of one direction: dimension 3, and 1 out of it.
    assert float(flat.point.loss) == pytest.approx(48, abs=1e-25)
    assert (flat.dimension, flat.negative) == (4, 0)
    assert flat.point.grad_inf < mp.mpf(10) ** -45
    assert polish_flat(problem, end.flow.theta, dps=30) is None
    # A point where no continuum is: an isolated minimum, and a point that is not critical.
    sine, isolated = _settled("sin", 1, 0)
    assert polish_flat_precise(sine, isolated.flow.theta, dps=20) is None
    assert polish_flat_precise(problem, initial_weights(problem, seed=0), dps=20) is None


def test_a_channel_of_second_order_of_cubes() -> None:
    problem = Problem(3, 4, activation="cube")
    theta = np.random.default_rng(0).normal(size=problem.shape)
    tensor = cubes(theta[:, :-1], theta[:, -1]) - cubes(problem.teacher, problem.teacher_outgoing)
    assert tensor_loss(tensor) == pytest.approx(Population(problem).loss(theta), rel=1e-13)
    flow = gradient_flow(problem, initial_weights(problem, seed=5))
    assert flow.stop is Stop.STEP_SIZE
    found = second_channel(problem, flow)
    assert found is not None
    assert found.limit.minimum
    # Better than two cubes, worse than the three of other seeds.
    two, three = _settled("cube", 2, 0)[1].polished.loss, _settled("cube", 3, 0)[1].polished.loss
    assert float(three) < found.limit.loss < float(two)
    assert found.growth == pytest.approx(2 / 3, abs=0.01)
    assert found.rate == pytest.approx(1, abs=0.02)
    # The loss as it falls in the trajectory itself: extrapolated like t^(-2/3), within a part of what is left.
    time, loss = flow.trajectory.time, flow.trajectory.loss
    early = np.searchsorted(time, time[-1] / 10)
    parts = time[early] ** (-2 / 3), time[-1] ** (-2 / 3)
    limit = loss[-1] - (loss[early] - loss[-1]) * parts[1] / (parts[0] - parts[1])
    assert limit == pytest.approx(found.limit.loss, abs=0.05 * (loss[-1] - found.limit.loss))
    assert second_channel(problem, _slower(flow)) is None
    assert second_channel(problem, _settled("cube", 3, 0)[1].flow) is None
    record, status = _status("cube", 3, 5)
    assert (record["structure"], record["converged"], status) == ("channel-to-infinity", False, 0)


def test_the_extrapolated_limit_of_a_channel_is_that_of_the_limit_problem() -> None:
    problem = Problem(10, 10)
    end = settle(problem, gradient_flow(problem, initial_weights(problem, seed=1)))
    assert end.channel is not None
    exact = limit_end(problem, end.flow, end.channel, dps=20, prove=False)
    pair = end.channel.pair
    found = extrapolated_limit(
        problem, end.flow.theta, pair.first, pair.second, sign=pair.sign, outgoing_sign=pair.outgoing_sign
    )
    assert exact is not None
    assert found is not None
    # Separations 0.1 and 0.05: C e^4 is left of the loss, and e^2 of C.
    assert found.loss == pytest.approx(float(exact.point.loss), abs=1e-4 * exact.coefficient)
    assert found.coefficient == pytest.approx(exact.coefficient, rel=0.01)
    # The same evidence names it as one of another activation would be named, and not with another clock or loss.
    other = other_channel(problem, end.flow)
    assert other is not None
    assert other.rate == pytest.approx(1, abs=0.02)
    assert other_channel(problem, _slower(end.flow)) is None
    assert other_channel(problem, replace(end.flow, loss=end.flow.loss + 1e-6)) is None
    minimum, copies = _settled("sin", 3, 0)
    assert other_channel(minimum, copies.flow) is None


@pytest.mark.slow
def test_a_soft_minimum_is_polished_past_the_rounding_of_newton_steps() -> None:
    # Smallest eigenvalue 3.6e-7: rounding of the gradient moves the point by 1e-10, which is no divergence.
    _, end = _settled("sigmoid", 4, 8)
    assert end.converged
    assert end.polished.grad_inf < mp.mpf(10) ** -24
    assert end.inertia is not None
    assert end.inertia.minimum

"""Flows of rectified units: deaths located against another code, revivals, and what the flow conserves."""

from __future__ import annotations

import numpy as np
import pytest
from rectified_flow import deaths

from numerics import Population, Problem, Stop, gradient_flow, initial_weights
from numerics.kernels.rectified import directions
from numerics.rectified.sphere import Residual, lowest

#: Size, initialisation and seeds of runs with one death, perhaps revived later. With the case below these are all
#: deaths in the first twenty seeds of CELLS.
DEATHS = [
    (1, 3, "glorot", (0, 2, 4, 9, 12, 13, 14, 16, 18)),
    (1, 3, "gaussian", (0, 2, 18)),
    (2, 3, "glorot", (2,)),
    (2, 3, "gaussian", (13, 22)),
    (3, 3, "glorot", (0,)),
    (5, 10, "gaussian", (13,)),
]
CASES = [(n, k, init, seed, 1.0) for n, k, init, seeds in DEATHS for seed in seeds]
#: This neuron hovers about zero for two units of time before it arrives: what moves the crossing of its pull through
#: zero by one part moves its arrival by some ten.
CASES.append((5, 10, "glorot", 8, 20.0))
CELLS = [(1, 3), (2, 3), (3, 6), (5, 10)]


def _setting(n: int, k: int, init: str, seed: int) -> tuple[Problem, np.ndarray]:
    problem = Problem(n, k, activation="relu")
    return problem, initial_weights(problem, init=init, seed=seed)


def _rounding(problem: Problem, points: np.ndarray) -> float:
    """Sixteen units in the last place of the terms that cancel in the loss, at the worst point."""
    return 16 * float(np.finfo(float).eps) * max(Population(problem).magnitude(theta) for theta in points) ** 2


@pytest.mark.parametrize(("n", "k", "init", "seed", "hovers"), CASES)
def test_deaths_agree_with_an_independent_integration(n: int, k: int, init: str, seed: int, hovers: float) -> None:
    problem, start = _setting(n, k, init, seed)
    ((neuron, time),), point = deaths(start, problem.teacher, 1, 100.0)
    for rtol, bound in ((1e-6, 2e-5), (1e-9, 5e-8)):
        flow = gradient_flow(problem, start, rtol=rtol, atol=rtol / 100, max_time=1.01 * time)
        event = next(event for event in flow.events if event.kind == "died")
        assert event.neuron == neuron
        # A step's local error is within tolerance; some tens of steps, and a contraction or expansion of order ten.
        assert event.time == pytest.approx(time, rel=hovers * bound)
        there = gradient_flow(problem, start, rtol=rtol, atol=rtol / 100, max_time=event.time)
        assert np.abs(there.theta - point).max() < 10 * hovers * bound


@pytest.mark.slow
@pytest.mark.parametrize(("n", "k"), CELLS)
@pytest.mark.parametrize("init", ["glorot", "gaussian"])
def test_no_other_neuron_dies(n: int, k: int, init: str) -> None:
    found = []
    for seed in range(20):
        flow = gradient_flow(*_setting(n, k, init, seed))
        died = [event for event in flow.events if event.kind == "died"]
        assert len(died) <= 1
        found += [(n, k, init, seed)] * len(died)
    assert found == [case[:4] for case in CASES if case[:3] == (n, k, init) and case[3] < 20]


@pytest.mark.parametrize(("n", "k"), [(1, 3), (2, 3), (3, 6), (3, 3)])
@pytest.mark.parametrize("init", ["glorot", "gaussian"])
def test_the_balance_is_kept_and_the_loss_never_increases(n: int, k: int, init: str) -> None:
    for seed in range(2):
        problem, start = _setting(n, k, init, seed)
        flow = gradient_flow(problem, start)
        assert flow.stop is Stop.GRADIENT
        assert flow.grad_inf <= 5e-8
        assert np.diff(flow.trajectory.loss).max() <= _rounding(problem, flow.trajectory.snapshots)
        assert np.all(np.diff(flow.trajectory.time) >= 0)
        # Local errors of 1e-6 of a neuron over a hundred steps, mostly in directions that contract.
        assert flow.balance_drift is not None
        assert flow.balance_drift < 1e-4
        if seed == 0:
            assert gradient_flow(problem, start, rtol=1e-8, atol=1e-10).balance_drift < 1e-6
        balance = (start[:, -1] ** 2 - (start[:, :-1] ** 2).sum(axis=1))[list(flow.dead)]
        assert np.all(balance > 0)
        assert np.abs(flow.theta[list(flow.dead), -1] ** 2 - balance).max(initial=0.0) < 1e-4


@pytest.mark.parametrize("init", ["glorot", "gaussian"])
def test_a_single_neuron_dies_exactly_if_its_outgoing_weight_is_negative_and_longer(init: str) -> None:
    for seed in range(10):
        problem, start = _setting(1, 3, init, seed)
        flow = gradient_flow(problem, start)
        dies = start[0, -1] < -np.linalg.norm(start[0, :-1])
        assert flow.dead == ((0,) if dies else ())
        assert [event.kind for event in flow.events] == (["died"] if dies else [])
        if dies:
            # The teacher alone: sum of g(v_i, v_j) = k/2 + k (k - 1) / (2 pi).
            assert flow.loss == pytest.approx(1.5 + 3 / np.pi, rel=1e-14)
            assert not flow.theta[0, :-1].any()
            assert flow.events[0].margin > 0


def test_a_dead_neuron_revives_when_the_rule_fails() -> None:
    problem, start = _setting(2, 3, "glorot", 2)
    flow = gradient_flow(problem, start)
    died, revived = flow.events
    assert (died.kind, revived.kind) == ("died", "revived")
    assert died.neuron == revived.neuron
    assert died.time < revived.time
    assert died.margin > 0
    assert revived.outgoing == died.outgoing
    rng = np.random.default_rng(0)
    samples = directions(rng.standard_normal((4000, problem.dim)))[0]
    for part in (0.2, 0.5, 0.9, 0.999):
        time = died.time + part * (revived.time - died.time)
        theta = gradient_flow(problem, start, max_time=time).theta
        assert not theta[died.neuron, :-1].any()
        # Until then no direction decreases the loss: sampled, and by the descent from many starts.
        margin = abs(died.outgoing) * lowest(problem, theta, -1.0)[1]
        assert margin > 0
        sampled = died.outgoing * Residual.of(problem, theta).value(samples)
        assert margin - 1e-12 < sampled.min()
    later = gradient_flow(problem, start, max_time=revived.time * 1.05).theta
    # Without its revival the dead neuron would now have a direction in which the loss decreases.
    buried = later.copy()
    buried[died.neuron, :-1] = 0
    assert abs(died.outgoing) * lowest(problem, buried, -1.0)[1] < -1e-6
    assert later[died.neuron, :-1].any()
    assert flow.dead == ()


def test_the_crossing_converges_with_the_tolerance() -> None:
    problem, start = _setting(2, 3, "glorot", 2)
    flows = [gradient_flow(problem, start, rtol=rtol, atol=rtol / 100, max_time=5.0) for rtol in (1e-6, 1e-8, 1e-9)]
    errors = [abs(flow.events[1].time / flows[-1].events[1].time - 1) for flow in flows]
    assert errors[0] < 1e-5
    assert errors[1] < 1e-7
    # And so does where the neuron has got to since, though it set out from nothing.
    distances = [np.abs(flow.theta - flows[-1].theta).max() for flow in flows]
    assert distances[0] < 5e-5
    assert distances[1] < 5e-6


def test_a_neuron_that_dies_may_leave_at_once_in_another_direction() -> None:
    problem, start = _setting(5, 10, "glorot", 8)
    flow = gradient_flow(problem, start, max_time=26.0)
    died, revived = flow.events
    assert (died.kind, revived.kind) == ("died", "revived")
    assert died.neuron == revived.neuron
    assert died.time == revived.time
    assert died.margin < 0
    # It arrives along a local minimiser with a positive value, and leaves along another with a negative one.
    assert died.direction @ revived.direction < 0.5
    assert np.linalg.norm(flow.theta[died.neuron, :-1]) > 1e-5
    assert flow.dead == ()


def test_a_flow_that_begins_with_a_dead_neuron() -> None:
    problem, start = _setting(2, 3, "glorot", 0)
    # With a positive outgoing weight it leaves at once: teachers are missing everywhere.
    start[1] = [0, 0, 0, 0, 0.5]
    flow = gradient_flow(problem, start)
    assert [(event.kind, event.time) for event in flow.events] == [("revived", 0.0)]
    assert flow.dead == ()
    # With a negative one it stays, while the other neuron, alone, learns too little.
    start[1, -1] = -0.5
    early = gradient_flow(problem, start, max_time=0.1)
    assert early.dead == (1,)
    assert early.events == ()
    assert early.theta[1, -1] == -0.5


def test_a_neuron_whose_outgoing_weight_is_held_dies_too() -> None:
    problem = Problem(1, 3, activation="relu", fixed_outgoing=[-1.0])
    start = initial_weights(problem, seed=0)
    flow = gradient_flow(problem, start)
    assert flow.stop is Stop.GRADIENT
    assert flow.events[0].kind == "died"
    assert flow.events[0].neuron == 0
    assert flow.balance_drift is None
    assert np.array_equal(flow.theta, [[0, 0, 0, 0, -1.0]])


def test_the_time_limit_is_kept_on_the_way_to_zero() -> None:
    problem, start = _setting(1, 3, "glorot", 0)
    end = gradient_flow(problem, start).events[0].time
    for part in (0.9, 0.99, 1 - 1e-6):
        flow = gradient_flow(problem, start, max_time=part * end)
        assert flow.stop is Stop.TIME
        assert flow.time == part * end
        assert flow.dead == ()
        # It arrives at a velocity of order one: what is left is in proportion to the time left.
        assert 0 < np.linalg.norm(flow.theta[0, :-1]) < 3 * (1 - part) * end
        rest = gradient_flow(problem, flow.theta, start_time=flow.time)
        assert rest.events[0].time == pytest.approx(end, rel=1e-5)

"""Ends that are not isolated critical points: found, named with evidence, never called CA or PC."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp

from numerics import Population, Problem, gradient_flow, initial_weights
from theory.duplication import split_quartic
from verify import End, settle
from verify.ends.pairs import close_pairs
from verify.runs import Task, run_task


def _settle(n: int, k: int, seed: int) -> tuple[Problem, End]:
    problem = Problem(n, k)
    return problem, settle(problem, gradient_flow(problem, initial_weights(problem, seed=seed)))


def _record(n: int, k: int, seed: int) -> dict:
    return run_task(Task(n, k, k + 1, "erf", "glorot", seed, 50)).record


@pytest.mark.parametrize(("n", "k", "seed"), [(10, 10, 1), (11, 12, 1)])
def test_a_channel_to_infinity(n: int, k: int, seed: int) -> None:
    _, end = _settle(n, k, seed)
    found = end.channel
    assert not end.converged
    assert found is not None
    # The asymptotic rate is 1/4; corrections are of relative order 1/a.
    assert abs(found.growth - 0.25) < 0.01
    assert found.one_minus_cosine < 1e-4
    assert found.outgoing[0] * found.outgoing[1] < 0
    assert min(map(abs, found.outgoing)) > 9
    # The loss is above its limit and has nearly reached it: c t^(-1/2) at t of order 1e9.
    assert 0 < end.flow.loss - found.limit_loss < 1e-6
    # The rate of the loss, seen in the trajectory itself: L - L_inf falls like t^(-1/2).
    time, loss = end.flow.trajectory.time, end.flow.trajectory.loss
    early = np.searchsorted(time, time[-1] / 30)
    slope = np.log((loss[-1] - found.limit_loss) / (loss[early] - found.limit_loss)) / np.log(time[-1] / time[early])
    assert abs(slope + 0.5) < 0.03
    record = _record(n, k, seed)
    assert record["structure"] == "channel-to-infinity"
    assert record["converged"] is False
    assert record["stop"].startswith("channel to infinity")
    assert record["distance"] is None
    assert record["evidence"]["growth_exponent"] == found.growth
    limit = record["evidence"]["limit"]
    # The certified limit loss is what the flow's own losses extrapolate to.
    assert limit["certified"] is True
    assert abs(float(limit["loss"]) - found.limit_loss) < 1e-8
    low, high = map(mp.mpf, limit["loss_bounds"])
    assert low <= mp.mpf(limit["loss"]) <= high
    assert limit["index"] == 0
    assert limit["outward"] is True
    # The claim's constants: b^4/(4 C t) tends to 1 and (L - L_inf) b^2/C too, both up to a few times 1/b^2 < 0.01.
    half = (found.outgoing[0] - found.outgoing[1]) / 2
    assert abs(limit["rate"] - 1) < 0.01
    assert abs((end.flow.loss - float(limit["loss"])) * half**2 / limit["coefficient"] - 1) < 0.01


@pytest.mark.parametrize(("seed", "zeros"), [(58, 6), (163, 6), (464, 5)])
def test_a_duplicated_neuron(seed: int, zeros: int) -> None:
    problem, end = _settle(4, 4, seed)
    found = end.duplicated
    assert end.converged
    assert found is not None
    (pair,) = found.pairs
    assert found.match.structure == "copy-average"
    assert found.match.partition == (1, 1, 2)
    assert found.shrinking > 0.3
    assert found.distance < 0.02
    assert end.polished.grad_inf < mp.mpf(10) ** -50
    # The line: moving outgoing weight from one to the other changes neither loss nor gradient.
    assert end.inertia.zero == zeros
    theta = end.polished.double()
    theta[pair.first, -1] += 0.1
    theta[pair.second, -1] -= 0.1 * pair.sign
    loss, gradient = Population(problem).value_and_gradient(theta)
    assert abs(loss - float(end.polished.loss)) < 1e-15
    assert np.abs(gradient).max() < 1e-15
    record = _record(4, 4, seed)
    assert record["structure"] == "duplicated"
    assert record["partition"] == [1, 1, 2]
    assert record["collinear"] == [[pair.first, pair.second]]
    assert record["optimal"] is False
    groups = run_task(Task(4, 4, 5, "erf", "glorot", seed, 30)).assignment
    assert len(groups) == 4
    assert groups[pair.first] == groups[pair.second]
    assert sorted(set().union(*groups)) == [0, 1, 2, 3]


def test_a_channel_without_certificates_has_its_limit_unproved() -> None:
    record = run_task(Task(8, 8, 9, "erf", "glorot", 1, 50, certify=False)).record
    assert record["evidence"]["limit"]["certified"] is None
    assert record["evidence"]["limit"]["loss"].startswith("0.02059210528222")


@pytest.mark.parametrize(("seed", "group", "others"), [(58, 1, [1, 2]), (464, 2, [1, 1])])
def test_a_duplicated_line_is_approached_at_the_rate_of_the_claim(seed: int, group: int, others: list[int]) -> None:
    _, end = _settle(4, 4, seed)
    (pair,), (share,) = end.duplicated.pairs, end.duplicated.shares
    axis = end.polished.double()[pair.first, :-1]
    path = end.flow.trajectory
    gaps = (path.snapshots[:, pair.first, :-1] - pair.sign * path.snapshots[:, pair.second, :-1]) @ axis
    gaps /= np.linalg.norm(axis)
    early = np.searchsorted(path.snapshot_time, path.snapshot_time[-1] / 1.6)
    growth = (gaps[-1] ** -2 - gaps[early] ** -2) / (path.snapshot_time[-1] - path.snapshot_time[early])
    square = share**2 + (1 - share) ** 2
    Q = float(split_quartic(group, others))
    # 1/|D|^2 grows by 2K in unit time; what else is in the gap dies like a small power of time: 3 % and 11 % here.
    assert growth == pytest.approx(2 * (group * share * (1 - share)) ** 2 * Q / square, rel=0.15)
    loss = 0.25 * (group * share * (1 - share)) ** 2 * Q * gaps[-1] ** 4
    assert end.flow.loss - float(end.polished.loss) == pytest.approx(loss, rel=0.15)


def test_a_dormant_neuron_is_not_called_converged() -> None:
    # At a gradient of 1e-15 the others are copy-average; the dormant neuron makes it a degenerate saddle.
    record = _record(4, 4, 125)
    assert record["structure"] == "dormant"
    assert record["converged"] is False
    assert abs(record["evidence"]["outgoing"]) < 1e-6
    assert record["evidence"]["others_partition"] == [1, 1, 2]


@pytest.mark.parametrize(
    ("n", "k", "seed", "structure"), [(3, 4, 182, "copy-average"), (11, 12, 111, "perturbed-copy")]
)
def test_a_flow_that_is_passing_a_saddle_is_run_on(n: int, k: int, seed: int, structure: str) -> None:
    problem = Problem(n, k)
    flow = gradient_flow(problem, initial_weights(problem, seed=seed))
    # At the tolerance of the contract the flow is at a saddle: some Hessian eigenvalue is negative.
    assert flow.grad_inf <= 5e-8
    assert np.linalg.eigvalsh(Population(problem).hessian(flow.theta))[0] < -1e-7
    end = settle(problem, flow)
    assert end.inertia.minimum
    assert end.flow.time > 5 * flow.time
    assert end.flow.loss < flow.loss - 1e-4
    assert _record(n, k, seed)["structure"] == structure


def test_close_pairs() -> None:
    theta = np.array([[1.0, 0, 1], [-1.01, 0, 2], [0, 1, 1], [0.3, 0.8, 1]])
    (pair,) = close_pairs(theta)
    assert (pair.first, pair.second, pair.sign) == (0, 1, -1)
    assert pair.gap == pytest.approx(0.01 / 1.005)
    assert close_pairs(theta, odd=False) == ()
    # Each student is in one pair at most.
    assert len(close_pairs(np.ones((3, 3)))) == 1


def test_a_run_that_reaches_its_limit_is_reported_and_not_dropped() -> None:
    record = run_task(Task(3, 5, 6, "erf", "glorot", 0, 30, max_steps=10)).record
    assert record["converged"] is False
    assert record["structure"] == "unclassified"
    assert "limit on the number of steps" in record["stop"]
    assert record["distance"] is None

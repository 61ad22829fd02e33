"""The second opinion on where a flow ends."""

from dataclasses import replace

import numpy as np
import pytest

import verify.runs
from numerics import Problem, gradient_flow, initial_weights
from verify.cells import judge
from verify.confirm import second_opinion
from verify.ends.settle import End, settle
from verify.prediction import predict
from verify.runs import Task, run_task


def ended(problem: Problem, theta0: np.ndarray) -> End:
    return settle(problem, gradient_flow(problem, theta0), dps=20)


def test_the_same_start_is_confirmed_and_another_basin_is_not() -> None:
    problem = Problem(2, 3)
    start, other = (initial_weights(problem, seed=seed) for seed in (0, 1))
    end = ended(problem, start)
    assert second_opinion(problem, start, end, rtol=1e-6, grad_tol=5e-8).same
    # The mirrored start ends at the mirrored minimum: as good a structure, but another point.
    assert not second_opinion(problem, -start, end, rtol=1e-6, grad_tol=5e-8).same
    assert not second_opinion(problem, other, end, rtol=1e-6, grad_tol=5e-8).same


def test_channels_are_compared_by_their_students() -> None:
    problem = Problem(8, 8)
    start = initial_weights(problem, seed=1)
    end = ended(problem, start)
    assert end.channel is not None
    assert second_opinion(problem, start, end, rtol=1e-6, grad_tol=5e-8).same
    shifted = replace(end, channel=replace(end.channel, pair=replace(end.channel.pair, first=99)))
    assert not second_opinion(problem, start, shifted, rtol=1e-6, grad_tol=5e-8).same


def test_an_unconfirmed_run_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task(2, 3, 4, "erf", "glorot", 0, 20, certify=False, confirm=True)
    predicted = predict(task.problem(), dps=20, certified=False)
    assert judge(run_task(task).record, predicted) == "agrees"
    honest = verify.runs.second_opinion

    def mirrored(problem: Problem, theta0: np.ndarray, end: End, **how: float) -> object:
        return honest(problem, -theta0, end, **how)

    monkeypatch.setattr("verify.runs.second_opinion", mirrored)
    record = run_task(task).record
    assert [event["structure"] for event in record["events"]] == ["copy-average"]
    assert judge(record, predicted) == "unknown"

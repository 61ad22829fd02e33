"""Runs over processes: the same results for every number of them."""

from __future__ import annotations

import multiprocessing
import time

import pytest

from verify import pool
from verify.runs import Run, Task

TASKS = [Task(2, 4, 5, "erf", "glorot", seed, 30) for seed in range(3)]


def _records(jobs: int) -> dict[int, Run]:
    return {task.seed: run for task, run in pool.runs(TASKS, jobs=jobs)}


def test_results_do_not_depend_on_the_number_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = _records(1)
    monkeypatch.setattr(pool, "SMALL", 0.0)
    shared = _records(2)
    assert alone.keys() == shared.keys() == {0, 1, 2}
    for seed, run in alone.items():
        assert run.record == shared[seed].record
        assert (run.theta == shared[seed].theta).all()
        assert (run.theta0 == shared[seed].theta0).all()


def test_small_work_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(pool, "over_processes", refuse)
    assert len(list(pool.runs(TASKS[:1], jobs=2))) == 1


def test_stopping_to_listen_stops_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SMALL", 0.0)
    results = pool.runs(TASKS * 3, jobs=2)
    next(results)
    results.close()
    # A child's end of the pipe closes a moment before the child can be reaped: ask again until a deadline.
    deadline = time.monotonic() + 20
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert multiprocessing.active_children() == []

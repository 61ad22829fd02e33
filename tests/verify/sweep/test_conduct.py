"""The loop of a sweep: a run that raises costs no other; nothing is done twice; any executor will do."""

from __future__ import annotations

from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from verify.runs import Task
from verify.sweep import conduct, engines
from verify.sweep.conduct import Broken, Sweep
from verify.sweep.engines import Engine, Here, local
from verify.sweep.outcome import Outcome
from verify.sweep.store import Store, open_store


class Watcher:
    def __init__(self) -> None:
        self.done: list[Task] = []
        self.raised: list[Task] = []

    def theory(self, done: int, total: int) -> None:
        assert 0 < done <= total

    def run(self, task: Task, record: dict[str, Any], *, before: dict[str, Any] | None) -> None:
        self.done.append(task)

    def failed(self, task: Task, error: BaseException) -> None:
        self.raised.append(task)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    with open_store(tmp_path / "runs.db") as opened:
        opened.begin("test")
        yield opened


def _tasks(outcomes: list[Outcome]) -> list[Task]:
    return [outcome.task for outcome in outcomes]


@pytest.fixture
def ready(outcomes: list[Outcome], monkeypatch: pytest.MonkeyPatch) -> list[tuple[Task, Outcome | None]]:
    """Runs are taken from those done already; returns what was asked for."""
    asked: list[tuple[Task, Outcome | None]] = []
    known = {outcome.task: outcome for outcome in outcomes}

    def look_up(job: tuple[Task, Outcome | None]) -> Outcome:
        asked.append(job)
        task, before = job
        found = known[replace(task, max_steps=20_000)]
        return found if before is None else replace(found, parts=before.parts + 1)

    monkeypatch.setattr(engines, "carry_out", look_up)
    return asked


def test_a_run_that_raises_costs_no_other(store: Store, ready: list[Any], outcomes: list[Outcome]) -> None:
    bad = replace(outcomes[0].task, seed=99)
    watcher, sweep = Watcher(), Sweep(store, [bad, *_tasks(outcomes)])
    with local(1) as engine:
        sweep.carry_out(engine, watcher)
    assert watcher.raised == [bad]
    assert [task for task, _ in sweep.failures] == [bad]
    assert watcher.done == _tasks(outcomes)
    assert sweep.left() == [bad]


def test_threads_of_one_process_take_turns(store: Store, ready: list[Any], outcomes: list[Outcome]) -> None:
    with ThreadPoolExecutor(4) as executor:
        Sweep(store, _tasks(outcomes)).carry_out(Engine(executor, 8), Watcher())
    assert len(store.states()) == len(outcomes)


def test_what_another_process_did_meanwhile_is_not_done_again(
    store: Store, ready: list[Any], outcomes: list[Outcome]
) -> None:
    class Other(Watcher):
        def run(self, task: Task, record: dict[str, Any], *, before: dict[str, Any] | None) -> None:
            super().run(task, record, before=before)
            with open_store(store.path) as other:
                other.begin("the other")
                for outcome in outcomes:
                    other.add(outcome)

    with local(1) as engine:
        Sweep(store, _tasks(outcomes)).carry_out(engine, Other())
    # One at a time, and the next is chosen before the last is reported.
    assert len(ready) <= 2
    assert len(store.states()) == len(outcomes)


def test_only_unconverged_runs_are_gone_on_with(store: Store, ready: list[Any], outcomes: list[Outcome]) -> None:
    ends = ({"converged": False, "structure": "dormant"}, {"converged": False, "structure": "channel-to-infinity"})
    for outcome, end in zip(outcomes, (*ends, {}, {}, {}, {}), strict=True):
        store.add(replace(outcome, record={**outcome.record, **end}))
    tasks = [replace(task, max_steps=7) for task in _tasks(outcomes)]
    with local(1) as engine:
        Sweep(store, tasks).carry_out(engine, Watcher())
        assert ready == []
        Sweep(store, tasks, go_on=True).carry_out(engine, Watcher())
    ((task, before),) = ready
    assert (task, before.task.seed, before.record["structure"]) == (tasks[0], 0, "dormant")
    assert store.outcome(task).parts == 2


def test_a_scheduler_that_has_gone_is_named(store: Store, outcomes: list[Outcome]) -> None:
    class Gone(Executor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    with pytest.raises(CancelledError):
        Gone().submit(print).result()
    with pytest.raises(Broken, match="the scheduler has gone away"):
        Sweep(store, _tasks(outcomes)).carry_out(Engine(Gone(), 2), Watcher())


def test_doing_it_here_hands_on_what_is_raised() -> None:
    future = Here().submit(int, "x")
    assert isinstance(future.exception(), ValueError)
    assert Here().submit(int, "7").result() == 7
    assert conduct.theory_key(Task(2, 3, 4, "erf", "glorot", 0, 30)) == ("erf", 2, 3, 4, 30, True)

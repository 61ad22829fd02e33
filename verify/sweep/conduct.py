"""Carrying out a sweep: what is left of a plan goes through an engine, each run into the store as it finishes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any, Protocol

from verify.pool import finished
from verify.runs import Task
from verify.sweep.engines import Engine, run_job, theory_job
from verify.sweep.outcome import Outcome, key
from verify.sweep.rows import State
from verify.sweep.store import Store


class Broken(Exception):
    """A worker process was killed; the message is a clause. Exact."""


class Watcher(Protocol):
    """Who is told how a sweep goes."""

    def theory(self, done: int, total: int) -> None:
        """Predictions of cells."""

    def run(self, task: Task, record: dict[str, Any], *, before: dict[str, Any] | None) -> None:
        """A run is in the store (in the place of an unfinished one)."""

    def failed(self, task: Task, error: BaseException) -> None:
        """A run raised; it is not in the store."""


@dataclass(eq=False)
class Sweep:
    """One sweep over a store. Approximation.

    Attributes
    ----------
    store : Store
    tasks : list of Task
        The plan.
    go_on : bool
        Whether runs that have not converged are gone on with.
    failures : list of (Task, str)
        Runs that raised.
    """

    store: Store
    tasks: Sequence[Task]
    go_on: bool = False
    failures: list[tuple[Task, str]] = field(default_factory=list)

    def cells(self) -> list[Task]:
        """One task for each cell whose predictions are not yet stored."""
        firsts = {(t.activation, t.n, t.k, t.dim): t for t in self.tasks}
        return [t for t in firsts.values() if self.store.theory(*theory_key(t)) is None]

    def carry_out(self, engine: Engine, watcher: Watcher) -> None:
        """Do what is left, committing each run as it finishes.

        Raises
        ------
        Broken
            If a worker process of this machine was killed.
        StoreError
            If the store cannot be written.
        """
        self._theory(engine, watcher)
        states = self.store.states()
        for job, future in self._all(engine, run_job, self._jobs(states)):
            task, before = job
            error = _error(future)
            if error is not None:
                self._excuse(task, error, watcher)
                continue
            outcome = future.result()
            self.store.add(outcome)
            watcher.run(task, outcome.record, before=before.record if before is not None else None)

    def _theory(self, engine: Engine, watcher: Watcher) -> None:
        missing = self.cells()
        for done, (task, future) in enumerate(self._all(engine, theory_job, missing), start=1):
            error = _error(future)
            if error is not None:
                self._excuse(task, error, watcher)
                continue
            self.store.add_theory(*theory_key(task), future.result())
            watcher.theory(done, len(missing))

    def _jobs(self, states: dict[tuple[Any, ...], State]) -> Iterator[tuple[Task, Outcome | None]]:
        """What is left, asked for one by one: another process may have done a run in the meantime."""
        for task in self.tasks:
            state = states.get(key(task))
            if state is not None and self.go_on and state.may_go_on:
                before = self.store.outcome(task)
                if before is not None and before.parts == state.parts:
                    yield task, before
            elif state is None and not self.store.has(task):
                yield task, None

    def _all(self, engine: Engine, work: Any, jobs: Any) -> Iterator[tuple[Any, Future[Any]]]:
        try:
            yield from finished(engine.executor, jobs, work, ahead=engine.ahead)
        except BrokenProcessPool:
            raise Broken("a worker process was killed, perhaps for want of memory") from None

    def _excuse(self, task: Task, error: BaseException, watcher: Watcher) -> None:
        """One run that raises does not cost the others."""
        if isinstance(error, BrokenProcessPool):
            raise Broken("a worker process was killed, perhaps for want of memory") from None
        if not isinstance(error, Exception):
            raise error
        self.failures.append((task, " ".join(str(error).split()) or type(error).__name__))
        watcher.failed(task, error)

    def left(self) -> list[Task]:
        """Runs of the plan that are not in the store."""
        states = self.store.states()
        return [task for task in self.tasks if key(task) not in states]


def _error(future: Future[Any]) -> BaseException | None:
    """What a task raised."""
    try:
        return future.exception()
    except CancelledError:
        raise Broken("the scheduler has gone away") from None


def theory_key(task: Task) -> tuple[str, int, int, int, int, bool]:
    """What identifies the predictions of a cell. Exact."""
    return task.activation, task.n, task.k, task.dim, task.dps, task.certify

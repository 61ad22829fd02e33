"""Where runs are carried out: executors of one interface, in this process, in others, or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from threadpoolctl import threadpool_limits

from verify.pool import AHEAD, processes
from verify.prediction import Prediction, predict
from verify.runs import Task
from verify.sweep.outcome import Outcome, carry_out

#: Working precisions belong to the process: a worker with several threads does one run at a time.
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, eq=False)
class Engine:
    """An executor, and how many tasks to have in its hands. Exact."""

    executor: Executor
    ahead: int


class Here(Executor):
    """Carries out each task in this process, at once. Exact."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it now."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def local(jobs: int) -> Iterator[Engine]:
    """This process for one job, else worker processes."""
    if jobs == 1:
        with threadpool_limits(limits=1):
            yield Engine(Here(), 1)
        return
    with processes(jobs) as executor:
        yield Engine(executor, jobs * AHEAD)


def run_job(job: tuple[Task, Outcome | None]) -> Outcome:
    """One run, wherever this is: one BLAS thread, one run at a time in each process."""
    with _ONE_AT_A_TIME, threadpool_limits(limits=1):
        return carry_out(job)


def theory_job(task: Task) -> tuple[Prediction, ...]:
    """The predictions of the cell of a run."""
    with _ONE_AT_A_TIME, threadpool_limits(limits=1):
        return predict(task.problem(), dps=task.dps, certified=task.certify)

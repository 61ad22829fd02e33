"""Many runs over processes, one BLAS thread each, with results that do not depend on their number."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from threading import Thread
from typing import TypeVar

from threadpoolctl import threadpool_limits

from verify.runs import Run, Task, run_task

T = TypeVar("T")
R = TypeVar("R")

#: Work below this many seconds is done in this process: starting others costs about as much.
SMALL = 3.0
#: Tasks handed out ahead per worker, so that a large grid never lies in memory whole.
AHEAD = 3


def estimated_seconds(task: Task) -> float:
    """Rough cost of one run on one core, from the order of its system; only scheduling depends on it."""
    order = task.n * (task.dim + 1)
    return float(0.15 * (1 + (order / 80) ** 1.5))


def runs(tasks: Sequence[Task], *, jobs: int) -> Iterator[tuple[Task, Run]]:
    """Carry out runs, yielding each as it finishes, the longest first. Approximation.

    Parameters
    ----------
    tasks : sequence of Task
    jobs : int
        Processes at most; small work is done in this one.

    Yields
    ------
    (Task, Run)
    """
    order = sorted(tasks, key=estimated_seconds, reverse=True)
    total = sum(map(estimated_seconds, tasks))
    with threadpool_limits(limits=1):
        if jobs == 1 or total < SMALL or len(order) < 2:
            for task in order:
                yield task, run_task(task)
            return
    yield from over_processes(order, run_task, min(jobs, len(order)))


def _start_worker() -> None:
    """Worker start-up: one BLAS thread, for the life of the process, which ends with its parent's."""
    import scipy.linalg  # noqa: F401  (the limit holds for libraries that are loaded)

    threadpool_limits(limits=1)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent is gone, were it by kill -9: nobody would ever fetch what it computes."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _shielded() -> Iterator[None]:
    """Hold Ctrl-C back while processes start: they inherit the mask, so that only this process answers it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def processes(jobs: int) -> Iterator[Executor]:
    """An executor of worker processes, which are ended at once where the caller gives up. Exact."""
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(jobs, mp_context=context, initializer=_start_worker)
    try:
        yield executor
        executor.shutdown()
    except BaseException:
        # Ctrl-C, or the caller has stopped listening: nothing that still runs is wanted.
        executor.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            with suppress(OSError):
                process.terminate()
        raise


def finished(
    executor: Executor, tasks: Iterable[T], work: Callable[[T], R], *, ahead: int
) -> Iterator[tuple[T, Future[R]]]:
    """Hand tasks to any executor, a bounded number ahead, yielding each with its future as it finishes. Exact.

    Parameters
    ----------
    executor : Executor
    tasks : iterable
        Taken from one by one, so that the choice of the next may depend on what has finished.
    work : callable
    ahead : int
        Tasks that are in the executor's hands at any time.

    Yields
    ------
    (task, Future)
    """
    waiting = iter(tasks)
    pending: dict[Future[R], T] = {}

    def submit() -> bool:
        try:
            task = next(waiting)
        except StopIteration:
            return False
        with _shielded():
            pending[executor.submit(work, task)] = task
        return True

    while len(pending) < ahead and submit():
        pass
    while pending:
        done, _ = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            task = pending.pop(future)
            submit()
            yield task, future


def over_processes(tasks: Sequence[T], work: Callable[[T], R], jobs: int) -> Iterator[tuple[T, R]]:
    """Do work over processes, yielding each task with what came of it as it finishes. Exact."""
    with processes(jobs) as executor:
        for task, future in finished(executor, tasks, work, ahead=jobs * AHEAD):
            yield task, future.result()

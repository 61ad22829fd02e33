"""Many runs over processes, one BLAS thread each, with results that do not depend on their number."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
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


def _one_thread() -> None:
    """Worker start-up: one BLAS thread, for the life of the process."""
    import scipy.linalg  # noqa: F401  (the limit holds for libraries that are loaded)

    threadpool_limits(limits=1)


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


def over_processes(tasks: Sequence[T], work: Callable[[T], R], jobs: int) -> Iterator[tuple[T, R]]:
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(jobs, mp_context=context, initializer=_one_thread)
    waiting = iter(tasks)
    pending: dict[Future[R], T] = {}

    def submit() -> bool:
        task = next(waiting, None)
        if task is None:
            return False
        with _shielded():
            pending[executor.submit(work, task)] = task
        return True

    try:
        while len(pending) < jobs * AHEAD and submit():
            pass
        while pending:
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                task = pending.pop(future)
                submit()
                yield task, future.result()
        executor.shutdown()
    except BaseException:
        # Ctrl-C, or the caller has stopped listening: nothing that still runs is wanted.
        executor.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            with suppress(OSError):
                process.terminate()
        raise

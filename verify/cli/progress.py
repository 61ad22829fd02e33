"""How a sweep goes, on standard error: a bar where somebody watches, else a line a minute."""

from __future__ import annotations

import sys
import time
from collections import Counter
from types import TracebackType
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from verify import report
from verify.runs import Task
from verify.sweep.plan import expected_seconds

#: Seconds between two lines, where there is no bar.
EVERY = 60.0


def name_of(record: dict[str, Any]) -> str:
    """Short name of where a run ended, without its partition unless it is not the optimal one."""
    if not record["converged"] and record["structure"] not in report.SHORT:
        return "not converged"
    name = report.SHORT.get(record["structure"], record["structure"])
    return f"{name}, not optimal" if name == "CA" and not record["optimal"] else name


class Bar:
    """Done, left, time left and counts by structure. Time left follows the expected cost of what is left.

    Parameters
    ----------
    tasks : list of Task
        The plan.
    records : dict
        Those that are done already, by task.
    again : set of Task
        Of these the ones that will be gone on with.
    """

    def __init__(self, tasks: list[Task], records: dict[Task, dict[str, Any]], again: set[Task]) -> None:
        self._total = len(tasks)
        self._done = len(records) - len(again)
        self._counts = Counter(name_of(record) for record in records.values())
        self._failed = 0
        self._cost = sum(expected_seconds(task) for task in tasks if task not in records or task in again)
        self._paid = 0.0
        self._begun = self._said = time.monotonic()
        self._watched = sys.stderr.isatty()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[runs]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[counts]}"),
            console=Console(stderr=True),
            transient=True,
            disable=not self._watched,
        )
        self._bar = self._progress.add_task(
            "flows", total=max(self._cost, 1e-9), runs=self._runs(), counts=self.counts()
        )

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def counts(self) -> str:
        """Counts by structure."""
        counted = ", ".join(f"{count} {name}" for name, count in self._counts.most_common())
        return counted + (f", {self._failed} failed" if self._failed else "")

    def _runs(self) -> str:
        return f"{self._done}/{self._total} done, {self._total - self._done} left"

    def theory(self, done: int, total: int) -> None:
        """Predictions come first."""
        runs = f"predictions {done}/{total}"
        self._progress.update(self._bar, description="theory" if done < total else "flows", runs=runs)

    def run(self, task: Task, record: dict[str, Any], *, before: dict[str, Any] | None) -> None:
        """One run more."""
        if before is not None:
            self._counts[name_of(before)] -= 1
            self._counts += Counter()
        self._counts[name_of(record)] += 1
        self._done += 1
        self._advance(task)

    def failed(self, task: Task, error: BaseException) -> None:
        """One run raised."""
        self._failed += 1
        reason = " ".join(str(error).split()) or type(error).__name__
        line = f"copy-average: (n, k) = ({task.n}, {task.k}), {task.init}, seed {task.seed} failed: {reason}"
        self._progress.console.print(line, soft_wrap=True, markup=False, highlight=False)
        self._advance(task)

    def _advance(self, task: Task) -> None:
        self._paid += expected_seconds(task)
        self._progress.update(self._bar, completed=self._paid, runs=self._runs(), counts=self.counts())
        now = time.monotonic()
        if self._watched or now - self._said < EVERY:
            return
        self._said = now
        left = (now - self._begun) * max(self._cost - self._paid, 0.0) / max(self._paid, 1e-9)
        click.echo(f"copy-average: {self._runs()}, about {duration(left)} to go; {self.counts()}", err=True)


def duration(seconds: float) -> str:
    """A time in words.

    Examples
    --------
    >>> duration(42.1), duration(600), duration(10_000)
    ('42 s', '10 min', '2.8 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

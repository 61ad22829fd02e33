"""A line on standard error that shows how far a long trajectory has come, if somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from verify.course import Progress
from verify.runs import Task


@contextmanager
def watched(task: Task) -> Iterator[Progress | None]:
    """Yield what to call with time and gradient, or None where nothing takes long or nobody watches."""
    if not sys.stderr.isatty() or (task.flow_dps is None and not task.prove_flow):
        yield None
        return
    with Console(stderr=True).status("flow") as status:

        def show(time: float, gradient: float) -> None:
            status.update(f"flow: time {time:.6g}, gradient {gradient:.1e}")

        yield show

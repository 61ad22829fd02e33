"""A line on standard error that shows how far long work has come, if somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from verify.course import Progress


@contextmanager
def watched(title: str, *, wanted: bool = True) -> Iterator[Progress]:
    """Yield what to call with lines; they go nowhere if nobody watches."""
    if not wanted or not sys.stderr.isatty():
        yield lambda line: None
        return
    with Console(stderr=True).status(title) as status:
        yield status.update

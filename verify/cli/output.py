"""Opening the targets of results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from numerics.kernels.compiled import first_use, large
from numerics.problem import Problem
from verify import report
from verify.documents import Target


@contextmanager
def open_target(name: str | None, option: str = "--json") -> Iterator[Target | None]:
    """The target of an option, checked before any work is done and given up if nothing was written."""
    if name is None:
        yield None
        return
    target = _checked(name, option)
    try:
        yield target
    finally:
        target.discard()


def _checked(name: str, option: str) -> Target:
    try:
        return Target(name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise click.BadParameter(
            f"cannot write {name!r} ({reason}), needs a file in a folder that can be written, or -",
            param_hint=option,
        ) from None


def print_rows(rows: Iterable[tuple[str, Any]]) -> None:
    """What was found, a name and a value in each line."""
    out = report.console()
    for name, value in rows:
        out.print(f"{name:20}{value}", soft_wrap=True)


def announce_compilation(problems: Iterable[Problem]) -> None:
    """A remark on standard error where the first flows wait for the compiler, once in an installation's life."""
    if any(map(large, problems)) and first_use():
        click.echo("copy-average: compiling kernels for large systems, once, in about half a minute", err=True)

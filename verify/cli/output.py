"""Opening the targets of results."""

from __future__ import annotations

import click

from verify.documents import Target


def open_target(name: str | None) -> Target | None:
    """The target of ``--json``, checked before any work is done."""
    if name is None:
        return None
    try:
        return Target(name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise click.BadParameter(
            f"cannot write {name!r} ({reason}), needs a file in a folder that can be written, or -",
            param_hint="--json",
        ) from None

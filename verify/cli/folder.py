"""Folders of results; that of certificates has one file per run, each written whole as soon as its run is done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.documents import Target

if TYPE_CHECKING:
    from verify.runs import Run, Task


class Folder:
    """Where certificates go; created if need be. Checked before any work is done.

    Raises
    ------
    click.BadParameter
        With one line, if it is no folder that can be written, or certificates were declined.
    """

    def __init__(self, name: str, *, certifying: bool) -> None:
        if not certifying:
            raise click.BadParameter(
                "got a folder and --no-certify; needs one or the other", param_hint="--certificates"
            )
        self._path = Path(name)
        try:
            self._path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = "it is a file" if self._path.exists() else (error.strerror or str(error)).lower()
            raise click.BadParameter(
                f"cannot use {name!r} ({reason}), needs a folder", param_hint="--certificates"
            ) from None
        if not os.access(self._path, os.W_OK | os.X_OK):
            raise click.BadParameter(f"cannot write in {name!r}, needs a folder", param_hint="--certificates")

    def add(self, task: Task, run: Run) -> None:
        """Write the certificate of a run, if it has one."""
        if run.document is not None:
            self.put(f"n{task.n}-k{task.k}-seed{task.seed}.json", run.document)

    def put(self, name: str, document: dict[str, Any]) -> None:
        """Write one certificate."""
        target = Target(str(self._path / name))
        try:
            target.write(document)
        finally:
            target.discard()


def open_folder(name: str | None, *, certifying: bool) -> Folder | None:
    """The folder that was asked for, if any."""
    return None if name is None else Folder(name, certifying=certifying)


def output_folder(target: str) -> Path:
    """The folder of --out, made if need be and checked before any work is done."""
    folder = Path(target)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "it is a file" if folder.exists() else (error.strerror or str(error)).lower()
        raise click.BadParameter(f"cannot use {target!r} ({reason}), needs a folder", param_hint="--out") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise click.BadParameter(
            f"cannot write in {target!r}, needs a folder that can be written", param_hint="--out"
        )
    return folder

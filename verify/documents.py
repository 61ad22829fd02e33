"""JSON documents of the command line: built, written beside and renamed."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from verify.cells import Cell
from verify.versions import versions


def verify_document(
    cells: Sequence[Cell], *, activation: str, init: str, dps: int, interrupted: bool
) -> dict[str, Any]:
    """The document of ``copy-average verify``. Approximation."""
    return {
        "schema": "copy-average/verify/1",
        "versions": versions(),
        "activation": activation,
        "init": init,
        "dps": dps,
        "interrupted": interrupted,
        "cells": [cell.document() for cell in cells],
    }


class Target:
    """Where a document goes: a file that is replaced whole, or standard output for ``-``.

    Opening one checks that it can be written before any work is done; the old content stays until
    :meth:`write` has everything on disk.

    Raises
    ------
    OSError
        If the folder does not exist or cannot be written, or the target is a folder.
    """

    def __init__(self, name: str) -> None:
        self._path = None if name == "-" else Path(name)
        self._beside: Path | None = None
        if self._path is None:
            return
        if self._path.is_dir():
            raise IsADirectoryError(21, "it is a directory", name)
        if self._path.exists() and not os.access(self._path, os.W_OK):
            raise PermissionError(13, "it cannot be written", name)
        handle, beside = tempfile.mkstemp(prefix=f".{self._path.name}.", dir=self._path.parent)
        os.close(handle)
        self._beside = Path(beside)

    def write(self, document: dict[str, Any]) -> None:
        """Write the document and put it in place."""
        text = json.dumps(document, indent=1, allow_nan=False, default=_plain) + "\n"
        if self._path is None or self._beside is None:
            sys.stdout.write(text)
            sys.stdout.flush()
            return
        with self._beside.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes private files; a result is as readable as any other file of the user's.
        mask = os.umask(0)
        os.umask(mask)
        self._beside.chmod(0o666 & ~mask)
        self._beside.replace(self._path)
        self._beside = None

    def discard(self) -> None:
        """Remove what was prepared, if nothing was written."""
        if self._beside is not None:
            self._beside.unlink(missing_ok=True)
            self._beside = None


def _plain(value: object) -> object:
    """numpy scalars as plain numbers."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"cannot write {type(value).__name__} to JSON")

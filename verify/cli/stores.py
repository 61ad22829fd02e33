"""Stores as arguments of the command line: refused in one line, before any work is done."""

from __future__ import annotations

import os
from pathlib import Path

import click

from verify.sweep.guard import StoreError
from verify.sweep.store import Store, open_store


def reading(name: str, hint: str = "STORE") -> Store:
    """A store to read from.

    Raises
    ------
    click.BadParameter
        With one line, if it cannot be used; the file is untouched.
    """
    try:
        return Store(Path(name))
    except StoreError as error:
        raise refused(name, error, hint) from None


def writing(name: str, hint: str = "--store") -> Store:
    """A store to write in, made if there is none.

    Raises
    ------
    click.BadParameter
        With one line, if it cannot be used; an existing file is untouched.
    """
    path = Path(name)
    folder = path.absolute().parent
    if not folder.is_dir():
        raise refused(name, StoreError("its folder does not exist"), hint)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise refused(name, StoreError("its folder cannot be written"), hint)
    try:
        return open_store(path)
    except StoreError as error:
        raise refused(name, error, hint) from None


def refused(name: str, error: StoreError, hint: str) -> click.BadParameter:
    """The refusal of a store in one line."""
    needs = "needs a store that copy-average sweep wrote" + (", or the name of a new one" if hint != "STORE" else "")
    return click.BadParameter(f"cannot use {name!r} ({error}), {needs}", param_hint=hint)

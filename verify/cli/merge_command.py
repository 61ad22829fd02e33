"""``copy-average merge``: the stores of several sweeps in one."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

import click

from verify.cli.stores import reading, refused, writing
from verify.sweep.guard import StoreError, has_log
from verify.sweep.merge import Merged, merge
from verify.sweep.store import Store

EXAMPLES = """\b
Example:
  copy-average merge part-*.db --store all.db"""


@click.command("merge", epilog=EXAMPLES)
@click.argument("sources", metavar="STORE...", nargs=-1, required=True)
@click.option("--store", "name", metavar="FILE", required=True, help="Where they go, made if there is none.")
def merge_command(sources: tuple[str, ...], name: str) -> int:
    """Join stores, for instance those of the shards of one sweep, in another, all or nothing.

    A run that several hold is taken once: from the one in which it was gone on with most often, else from the first.
    Stores that say of the same run that it ends in different places are not joined.
    """
    target = Path(name)
    for source in sources:
        if target.exists() and Path(source).exists() and target.samefile(source):
            raise click.BadParameter(
                f"got {source!r} as source and target, needs another target", param_hint="--store"
            )
    with ExitStack() as stack:
        opened = [stack.enter_context(reading(source)) for source in sources]
        try:
            found = _into(name, opened) if os.path.lexists(target) else _into_new(target, opened)
        except StoreError as error:
            raise refused(name, error, "--store") from None
    again = f", {found.continued} gone on with" if found.continued else ""
    click.echo(f"{name}: {found.added} runs added{again}, {found.known} were there already")
    return 0


def _into(name: str, sources: list[Store]) -> Merged:
    with writing(name) as store:
        return merge(store, sources)


def _into_new(target: Path, sources: list[Store]) -> Merged:
    """Joined beside and linked into place, so that a failure leaves nothing."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.absolute().parent)
    except OSError as error:
        raise StoreError((error.strerror or str(error)).lower()) from None
    with folder:
        beside = Path(folder.name) / target.name
        found = _into(str(beside), sources)
        if has_log(beside):
            raise StoreError("its log could not be emptied into it; the disk may be full")
        with suppress(FileExistsError):
            os.link(beside, target)
            return found
    raise StoreError("another process has just made it")

"""``copy-average recheck``: prove the theorems of certificate files again."""

from __future__ import annotations

import sys

import click

from verify.recheck import Unreadable, Verdict, read, recheck

REFUSED = 1
UNREADABLE = 2


@click.command("recheck")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def recheck_command(files: tuple[str, ...]) -> int:
    """Prove the theorems of certificate files again, from their numbers alone.

    Each FILE holds a statement about one critical point, the point, and what its proof needs. The proof is done
    again in ball arithmetic by code that shares nothing with what wrote the file.

    Exit status: 0 all accepted, 1 one was refused, 2 one could not be read.
    """
    status = 0
    for file in files:
        try:
            document = read(file)
            verdict = recheck(document)
        except Unreadable as error:
            line = " ".join(str(error).split())
            sys.stderr.write(f"copy-average recheck: error: cannot read {file!r}: {line}\n")
            status = status or UNREADABLE
            continue
        _show(file, str(document["theorem"]["text"]), verdict)
        if not verdict.accepted:
            status = REFUSED
    return status


def _show(file: str, text: str, verdict: Verdict) -> None:
    """Verdict first; the text of a refused certificate is not printed, for it is not to be believed."""
    if verdict.accepted:
        click.echo(f"{file}: accepted in {verdict.seconds:.2f} s")
        click.echo(text)
    else:
        click.echo(f"{file}: refused in {verdict.seconds:.2f} s: {'; '.join(verdict.reasons)}")
    if verdict.facts:
        click.echo("recomputed: " + ", ".join(f"{name} {value}" for name, value in verdict.facts.items()))

"""``copy-average claims``: the ledger, or one claim with its steps."""

from __future__ import annotations

import sys

import click
from rich.console import Console
from rich.table import Table

from verify import report
from verify.cli.options import json_option
from verify.cli.output import open_target
from verify.ledger import Entry, all_claims, check, document, exit_status, ledger, remembered


@click.command("claims")
@click.argument("claim_id", metavar="[ID]", required=False)
@click.option("--fresh", is_flag=True, help="Check everything again, ignoring what an identical installation found.")
@click.option("--fault", metavar="STEP:KIND", help="Plant a fault in a step of ID, to see it caught.")
@json_option
def claims_command(claim_id: str | None, fresh: bool, fault: str | None, json_target: str | None) -> int:
    """List every claim with its standing, or show one with its steps.

    PROVED: every step was checked symbolically, for symbolic sizes. CERTIFIED: so were all steps but some that ball
    arithmetic decided. REFUTED: a step is false. UNKNOWN: a step could
    be neither proved nor refuted. Exit status 1 if a theorem is refuted, 3 if one is unknown.
    """
    if fault is not None and claim_id is None:
        raise click.BadParameter("needs the ID of a claim", param_hint="--fault")
    with open_target(json_target) as target:
        entries = (_one(claim_id, fault, fresh),) if claim_id is not None else _all(fresh)
        if target is not None:
            target.write(document(entries))
    if json_target != "-":
        _show(entries, whole=claim_id is not None)
    return exit_status(entries)


def _all(fresh: bool) -> tuple[Entry, ...]:
    if not sys.stderr.isatty():
        return ledger(fresh=fresh)
    with Console(stderr=True).status("checking") as status:
        return ledger(fresh=fresh, progress=lambda name: status.update(f"checking {name}"))


def _one(claim_id: str, fault: str | None, fresh: bool) -> Entry:
    claims = {claim.id: claim for claim in all_claims()}
    if claim_id not in claims:
        raise click.BadParameter(f"got {claim_id!r}, known are {', '.join(claims)}", param_hint="ID")
    if fault is None and not fresh:
        # One claim is checked alone where the whole ledger is not remembered.
        found = next((entry for entry in remembered() or () if entry.id == claim_id), None)
        if found is not None:
            return found
    claim = claims[claim_id]
    if fault is not None:
        step, _, kind = fault.partition(":")
        try:
            claim = claim.with_fault(step, kind or "constant")
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--fault") from None
    return check(claim)


def _show(entries: tuple[Entry, ...], *, whole: bool) -> None:
    out = report.console()
    if whole:
        for entry in entries:
            _show_one(out, entry)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("claim", "standing", "sizes", "seconds", "statement"):
        table.add_column(name, justify="right" if name == "seconds" else "left", overflow="fold")
    for entry in entries:
        table.add_row(entry.id, entry.standing, entry.sizes, f"{entry.seconds:.2f}", entry.statement)
    out.print(table)
    counts = {
        name: sum(e.standing == name for e in entries) for name in ("PROVED", "CERTIFIED", "REFUTED", "UNKNOWN")
    }
    out.print(f"{len(entries)} claims: " + ", ".join(f"{n} {name}" for name, n in counts.items() if n))


def _show_one(out: Console, entry: Entry) -> None:
    rows = (
        ("claim", f"{entry.id} ({entry.kind}), {entry.standing} in {entry.seconds:.2f} s"),
        ("statement", entry.statement),
        ("formula", entry.latex),
        ("sizes", entry.sizes),
        ("simulation", entry.simulation),
        ("certificate", entry.certificate),
    )
    for name, value in rows:
        out.print(f"{name:12}{value}", soft_wrap=True, markup=False)
    for number, step in enumerate(entry.steps, start=1):
        out.print(f"\n{number:2}. {step.name}: {step.verdict}", markup=False)
        out.print(f"    {step.statement}", soft_wrap=True, markup=False)
        out.print(f"    {step.left}", soft_wrap=True, markup=False)
        out.print(f"    [{step.relation}] {step.right}", soft_wrap=True, markup=False)
        if step.verdict != "HOLDS":
            out.print(f"    what remains: {step.difference}", soft_wrap=True, markup=False)

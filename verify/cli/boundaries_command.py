"""``copy-average boundaries``: phase boundaries of erf for each k, certified, and their laws; structures of ReLU."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from mpmath import mp
from rich.console import Console
from rich.progress import track
from rich.table import Table

from numerics.asymptotics import DPS, Law, laws
from numerics.branch import End, branch_end
from numerics.curves import BOUNDARIES
from numerics.precision import decimal, short
from verify import report
from verify.certificates.curves import CriticalEnclosure, certify_critical
from verify.certificates.phases import Boundaries, boundaries
from verify.cli.options import Sizes, WithStructures, json_option
from verify.cli.output import open_target
from verify.cli.rectified_boundaries import rectified_boundaries
from verify.figures.phase import FORMATS
from verify.versions import versions

COLUMNS = ("pc_minimum_from", "pc_lower_from", "ca_minimum_up_to")
INTERRUPTED = 130


@click.command("boundaries")
@click.option("-k", "k", type=Sizes(), required=True, help="Teacher neurons, each at least 3.")
@click.option(
    "--plot",
    "picture",
    metavar="FILE",
    default=None,
    help="Draw the phase diagram (pdf, png or svg); needs matplotlib.",
)
@click.option(
    "--real",
    is_flag=True,
    help="Add the real n at which each boundary crosses k, enclosed; with --plot, the curves too.",
)
@click.option("--branch-end", "ends", is_flag=True, help="Add where in real n the branch of PC ends, and how.")
@click.option(
    "--activation",
    type=WithStructures(),
    default="erf",
    show_default=True,
    help="relu and its kind: for each structure the n at which it exists, is a minimum, and is lowest; indices "
    "certified.",
)
@json_option
def boundaries_command(
    k: tuple[int, ...], picture: str | None, real: bool, ends: bool, activation: str, json_target: str | None
) -> int:
    """Print for each k from where the perturbed copy (PC) is a strict minimum, from where its loss is below that of
    the optimal copy-average point (CA), and up to where CA is a strict minimum, over 2 <= n <= k - 1.

    CA is decided exactly; PC by certificates of its reduced equations and of the blocks of its Hessian, for every n
    up to k = 64; above, each boundary is certified at n and at n - 1. The laws for large k have the standing of their
    claims (copy-average claims).

    With --activation relu, leaky-relu or abs: every named structure of these networks for 1 <= n <= k <= 20, where it
    exists, is a minimum (its index certified) and is the lowest one; for a single k with all losses.
    """
    if min(k) < 3:
        raise click.BadParameter(
            f"got {min(k)}, needs at least 3, so that there is an n with 2 <= n <= k - 1", param_hint="-k"
        )
    if activation != "erf":
        if picture is not None or real or ends:
            raise click.UsageError("--plot, --real and --branch-end are for --activation erf")
        return rectified_boundaries(k, activation, json_target)
    if picture is not None:
        _check_picture(picture)
    rows: list[Row] = []
    interrupted = False
    with open_target(json_target) as target:
        try:
            for size in track(
                k, description="k", console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
            ):
                rows.append(_row(size, real, ends))
        except KeyboardInterrupt:
            interrupted = True
        if target is not None:
            target.write(_document(rows, interrupted))
    if picture is not None and rows:
        _draw([row.integer for row in rows], picture, real)
    if json_target != "-":
        _show(rows)
    return INTERRUPTED if interrupted else 0


@dataclass(frozen=True)
class Row:
    """What is known at one k."""

    integer: Boundaries
    real: dict[str, CriticalEnclosure] | None
    end: End | None


def _row(k: int, real: bool, ends: bool) -> Row:
    curves = {name: certify_critical(name, k) for name in BOUNDARIES} if real else None
    return Row(boundaries(k), curves, branch_end(k) if ends else None)


def _check_picture(picture: str) -> None:
    """Refuse before any work what could not be drawn after it."""
    path = Path(picture)
    if path.suffix.lstrip(".").lower() not in FORMATS:
        raise click.BadParameter(
            f"got {picture!r}, needs a file ending in .{', .'.join(FORMATS)}", param_hint="--plot"
        )
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK) or path.is_dir():
        raise click.BadParameter(
            f"cannot write {picture!r}, needs a file in a folder that can be written", param_hint="--plot"
        )
    if find_spec("matplotlib") is None:
        raise click.BadParameter("needs matplotlib: pip install 'copy-average[plot]'", param_hint="--plot")


def _draw(rows: list[Boundaries], picture: str, real: bool) -> None:
    """Draw beside and rename."""
    from verify.figures.phase import draw_phase_diagram, real_curves

    path = Path(picture)
    beside = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        sizes = [row.k for row in rows]
        draw_phase_diagram(rows, beside, real_curves(min(sizes), max(sizes)) if real else None)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _document(rows: list[Row], interrupted: bool) -> dict[str, Any]:
    return {
        "schema": "copy-average/boundaries/1",
        "versions": versions(),
        "interrupted": interrupted,
        "rows": [
            {
                "k": row.integer.k,
                **{name: getattr(row.integer, name) for name in COLUMNS},
                "every_n": row.integer.every,
                "undecided": list(row.integer.undecided),
                **_real(row),
                **_end(row),
            }
            for row in rows
        ],
        "asymptotics": {name: _law(law) for name, law in laws().items()},
    }


def _real(row: Row) -> dict[str, Any]:
    """Real critical n as decimal strings, with the interval that was proved to hold them."""
    if row.real is None:
        return {}
    return {"real": {name: _enclosed(found) for name, found in row.real.items()}}


def _enclosed(found: CriticalEnclosure) -> dict[str, Any]:
    if found.n is None:
        return {"n": None, "certificate": found.status.name.lower(), "integer": None}
    low, high = found.n
    with mp.workdps(4 * found.dps):
        # The radius of the enclosure is far below the last digit shown.
        return {
            "n": decimal((low + high) / 2, found.dps),
            "radius": short((high - low) / 2),
            "certificate": found.status.name.lower(),
            "integer": found.integer,
        }


def _end(row: Row) -> dict[str, Any]:
    if row.end is None:
        return {}
    names = ("alpha", "beta", "gamma", "a")
    return {
        "branch_end": {
            "ending": row.end.ending.name.lower(),
            "n": decimal(row.end.n, DPS),
            **{name: decimal(value, DPS) for name, value in zip(names, row.end.coefficients, strict=True)},
        }
    }


def _law(law: Law) -> dict[str, Any]:
    return {
        "n_over_k": decimal(law.limit, DPS - 5),
        "exponent": law.exponent,
        "constant": decimal(law.constant, DPS - 5),
        "correction_exponent": law.next_exponent,
        "correction": decimal(law.correction, DPS - 5),
        "law": "n/k = n_over_k + constant * k^exponent + correction * k^correction_exponent + ...",
        "standing": law.standing,
        "claim": law.claim,
        "remark": law.remark,
    }


def _show(rows: list[Row]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    names = ["k", "PC minimum from n", "PC lower from n", "CA minimum up to n", "checked"]
    if rows and rows[0].real is not None:
        names[1:4] = [f"{name} (real)" for name in names[1:4]]
    if rows and rows[0].end is not None:
        names.append("branch ends")
    for name in names:
        table.add_column(name, justify="left" if name in ("checked", "branch ends") else "right")
    for row in rows:
        cells = [_cell(row, name, curve) for name, curve in zip(COLUMNS, BOUNDARIES, strict=True)]
        ending = [] if row.end is None else [f"{row.end.ending.name.lower()} at n = {decimal(row.end.n, 12)}"]
        table.add_row(str(row.integer.k), *cells, _checked(row.integer), *ending)
    out = report.console()
    out.print(table)
    for name, law in laws().items():
        limit, constant, correction = (decimal(x, 10) for x in (law.limit, law.constant, law.correction))
        terms = f"{limit} + ({constant}) k^({law.exponent}) + ({correction}) k^({law.next_exponent})"
        out.print(f"{name}: n/k = {terms} + ...   [{law.standing}]", markup=False)


def _cell(row: Row, name: str, curve: str) -> str:
    """The integer boundary, and the real one behind it."""
    value = getattr(row.integer, name)
    text = "-" if value is None else str(value)
    if row.real is None:
        return text
    found = row.real[curve].n
    return f"{text} ({'-' if found is None else decimal(found[0], 12)})"


def _checked(row: Boundaries) -> str:
    text = "every n" if row.every else "n and n - 1"
    missing = row.undecided
    return f"{text} but {', '.join(map(str, missing))} (branch ends)" if missing else text

"""``copy-average boundaries``: the phase boundaries of erf for each k, certified, and their laws for large k."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from numerics.asymptotics import DPS, Law, laws
from numerics.precision import decimal
from verify import report
from verify.certificates.phases import Boundaries, boundaries
from verify.cli.options import Sizes, json_option
from verify.cli.output import open_target
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
@json_option
def boundaries_command(k: tuple[int, ...], picture: str | None, json_target: str | None) -> int:
    """Print for each k from where the perturbed copy (PC) is a strict minimum, from where its loss is below that of
    the optimal copy-average point (CA), and up to where CA is a strict minimum, over 2 <= n <= k - 1.

    CA is decided exactly; PC by certificates of its reduced equations and of the blocks of its Hessian, for every n
    up to k = 64; above, each boundary is certified at n and at n - 1.
    """
    if min(k) < 3:
        raise click.BadParameter(
            f"got {min(k)}, needs at least 3, so that there is an n with 2 <= n <= k - 1", param_hint="-k"
        )
    if picture is not None:
        _check_picture(picture)
    rows: list[Boundaries] = []
    interrupted = False
    with open_target(json_target) as target:
        try:
            for size in track(
                k, description="k", console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
            ):
                rows.append(boundaries(size))
        except KeyboardInterrupt:
            interrupted = True
        if target is not None:
            target.write(_document(rows, interrupted))
    if picture is not None and rows:
        _draw(rows, picture)
    if json_target != "-":
        _show(rows)
    return INTERRUPTED if interrupted else 0


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


def _draw(rows: list[Boundaries], picture: str) -> None:
    """Draw beside and rename."""
    from verify.figures.phase import draw_phase_diagram

    path = Path(picture)
    beside = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        draw_phase_diagram(rows, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _document(rows: list[Boundaries], interrupted: bool) -> dict[str, Any]:
    return {
        "schema": "copy-average/boundaries/1",
        "versions": versions(),
        "interrupted": interrupted,
        "rows": [
            {
                "k": row.k,
                **{name: getattr(row, name) for name in COLUMNS},
                "every_n": row.every,
                "undecided": list(row.undecided),
            }
            for row in rows
        ],
        "asymptotics": {name: _law(law) for name, law in laws().items()},
    }


def _law(law: Law) -> dict[str, str]:
    return {
        "n_over_k": decimal(law.limit, DPS - 5),
        "exponent": law.exponent,
        "constant": decimal(law.constant, DPS - 5),
        "law": "n/k = n_over_k + constant * k^exponent + ...",
        "standing": law.standing,
    }


def _show(rows: list[Boundaries]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("k", "PC minimum from n", "PC lower from n", "CA minimum up to n", "checked"):
        table.add_column(name, justify="left" if name == "checked" else "right")
    for row in rows:
        values = [getattr(row, name) for name in COLUMNS]
        table.add_row(
            str(row.k),
            *("-" if value is None else str(value) for value in values),
            _checked(row),
        )
    out = report.console()
    out.print(table)
    for name, law in laws().items():
        limit, constant = decimal(law.limit, 10), decimal(law.constant, 10)
        out.print(f"{name}: n/k = {limit} + ({constant}) k^({law.exponent}) + ...   [{law.standing}]", markup=False)


def _checked(row: Boundaries) -> str:
    text = "every n" if row.every else "n and n - 1"
    missing = row.undecided
    return f"{text} but {', '.join(map(str, missing))} (branch ends)" if missing else text

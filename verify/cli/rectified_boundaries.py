"""``copy-average boundaries --activation relu``: which structure is a minimum and which lowest, for each k."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from numerics.precision import decimal
from verify import report
from verify.cli.output import open_target
from verify.rectified.matching import label
from verify.rectified.survey import Cell, boundary_row, ranges, spans, survey
from verify.versions import versions

#: Up to this k the structures of every n take minutes together at most.
LARGEST = 20
INTERRUPTED = 130


def rectified_boundaries(sizes: Sequence[int], activation: str, json_target: str | None) -> int:
    """Print the table, or write the document; returns the exit status."""
    if max(sizes) > LARGEST:
        raise click.BadParameter(
            f"got {max(sizes)}, needs at most {LARGEST} with --activation {activation}, where every n is solved",
            param_hint="-k",
        )
    rows: list[tuple[Cell, ...]] = []
    interrupted = False
    with open_target(json_target) as target:
        try:
            for k in track(
                sizes, description="k", console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
            ):
                rows.append(survey(k, activation=activation))
        except KeyboardInterrupt:
            interrupted = True
        if target is not None:
            target.write(
                {
                    "schema": "copy-average/boundaries/1",
                    "versions": versions(),
                    "activation": activation,
                    "interrupted": interrupted,
                    "rows": [boundary_row(row) for row in rows],
                }
            )
    if json_target != "-":
        _show(rows)
    return INTERRUPTED if interrupted else 0


def _show(rows: Sequence[Sequence[Cell]]) -> None:
    out = report.console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("k", "structure", "exists for n", "minimum for n", "lowest for n"):
        table.add_column(name, justify="right" if name == "k" else "left")
    for row in rows:
        for number, found in enumerate(ranges(row)):
            cells = (spans(found.exists), spans(found.minimum), spans(found.lowest))
            table.add_row(str(row[0].k) if number == 0 else "", found.structure, *cells)
    out.print(table)
    if len(rows) == 1:
        out.print()
        out.print(_each(rows[0]))
    every = all(all(cell.certified) for row in rows for cell in row)
    proof = "every index certified" if every else "indices certified but those with a star, in double precision"
    out.print(
        "Structures of n living neurons, no two collinear; minimum: on the quotient by rescaling; lowest: among the "
        f"minima of n neurons; {proof}."
    )


def _each(cells: Sequence[Cell]) -> Table:
    """Every structure of one k, with index and loss."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("n", "structure", "index", "loss"):
        table.add_column(name, justify="left" if name == "structure" else "right")
    for cell in cells:
        for number, (point, index, proved) in enumerate(zip(cell.points, cell.indices, cell.certified, strict=True)):
            shown = "?" if index is None else str(index) if proved else f"{index}*"
            table.add_row(str(cell.n) if number == 0 else "", label(point), shown, decimal(point.loss, 12))
    return table

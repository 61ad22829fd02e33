"""For each activation where flows end with n - 1 copies and one average, and whether that is lowest or a minimum."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from verify.figures.style import SMALL, styled, write
from verify.universality.answer import Answer, CellAnswer

#: Panels in a row, and their size in inches.
ACROSS, WIDE, HIGH = 6, 1.25, 1.3
#: Marks: lowest, a minimum but not lowest, a saddle.
MARKS = {"lowest": ("o", "full"), "minimum": ("o", "none"), "saddle": ("x", "full")}


def draw_universality(answers: Sequence[Answer], path: Path) -> None:
    """Draw one panel for each activation. Approximation.

    Parameters
    ----------
    answers : sequence of Answer
    path : Path
        A PDF, PNG or SVG file.

    Raises
    ------
    ImportError
        Without matplotlib.
    """
    from matplotlib.figure import Figure

    shown = [answer for answer in answers if answer.under]
    rows = max(1, -(-len(shown) // ACROSS))
    with styled():
        figure = Figure(figsize=(ACROSS * WIDE, rows * HIGH + 0.3), layout="constrained")
        grid = figure.subplots(rows, ACROSS, squeeze=False)
        image = None
        for place, axes in enumerate(grid.ravel()):
            if place >= len(shown):
                axes.set_axis_off()
                continue
            image = _panel(axes, shown[place], left=place % ACROSS == 0, low=place + ACROSS >= len(shown))
        if image is not None:
            bar = figure.colorbar(image, ax=grid.ravel().tolist(), shrink=0.8, pad=0.01)
            bar.set_label("part of the flows", fontsize=SMALL)
        write(figure, path)


def _panel(axes: Any, answer: Answer, *, left: bool, low: bool) -> Any:
    import numpy as np

    cells = answer.under
    ks, ns = sorted({cell.k for cell in cells}), sorted({cell.n for cell in cells})
    parts = np.full((len(ks), len(ns)), np.nan)
    for cell in cells:
        parts[ks.index(cell.k), ns.index(cell.n)] = cell.reached / cell.runs if cell.runs else np.nan
    # No cell, as n is not below k: grey.
    axes.set_facecolor("0.85")
    image = axes.imshow(parts, vmin=0, vmax=1, cmap="Blues", aspect="auto")
    for cell in cells:
        kind = _kind(cell)
        if kind is not None:
            marker, fill = MARKS[kind]
            dark = cell.runs > 0 and cell.reached > 0.6 * cell.runs
            axes.plot(ns.index(cell.n), ks.index(cell.k), marker, fillstyle=fill, color="white" if dark else "black")
    axes.set_title(answer.activation, fontsize=SMALL, pad=3)
    axes.set_xticks(range(len(ns)), [str(n) for n in ns])
    axes.set_yticks(range(len(ks)), [str(k) for k in ks])
    if low:
        axes.set_xlabel("n", labelpad=1)
    if left:
        axes.set_ylabel("k", labelpad=1)
    return image


def _kind(cell: CellAnswer) -> str | None:
    if cell.one_average is None:
        return None
    return "lowest" if cell.lowest else "minimum" if cell.minimum else "saddle"

"""How figures look: one column wide, colours and marks that colour-blind readers and grey prints tell apart."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.names import (
    AGAINST_AVERAGE,
    AGAINST_TEACHER,
    ALL_DEAD,
    CHANNEL,
    COPY_AVERAGE,
    DORMANT,
    DUPLICATED,
    NEGATIVE_CORRECTOR,
    PERTURBED_COPY,
    PERTURBED_COPY_AVERAGE,
    REFLECTED_COPY,
    SCALED_COPY,
)

#: Width of a column, in inches, and sizes of letters in points.
WIDTH = 3.4
LETTERS, SMALL = 8.0, 7.0


@dataclass(frozen=True)
class Look:
    """How runs of one structure are drawn. Exact.

    Colours are Okabe and Ito's, chosen so that their grey levels differ, too; marks, dashes and hatches differ.
    """

    label: str
    colour: str
    marker: str
    dashes: Any
    hatch: str


LOOKS = {
    COPY_AVERAGE: Look("CA", "#0072B2", "o", "-", ""),
    PERTURBED_COPY: Look("PC", "#E69F00", "^", "--", "////"),
    PERTURBED_COPY_AVERAGE: Look("PC + average", "#56B4E9", "v", (0, (3, 1, 1, 1)), "\\\\\\\\"),
    AGAINST_TEACHER: Look("against", "#D55E00", "<", "-.", "++++"),
    NEGATIVE_CORRECTOR: Look("corrector", "#F0E442", "p", ":", "--"),
    REFLECTED_COPY: Look("reflected", "#7F3C8D", "h", "-.", "||||"),
    SCALED_COPY: Look("scaled copy", "#8C5A2B", ">", (0, (5, 1)), "\\\\//"),
    AGAINST_AVERAGE: Look("against average", "#2F4B7C", "d", (0, (1, 2)), "-\\"),
    ALL_DEAD: Look("all dead", "#555555", "*", ":", "****"),
    CHANNEL: Look("channel", "#000000", "x", ":", "xxxx"),
    DUPLICATED: Look("duplicated", "#009E73", "s", "-.", "...."),
    DORMANT: Look("dormant", "#CC79A7", "D", "-.", "oooo"),
}
OTHER = Look("other", "#999999", "+", ":", "")

RULES: Any = {
    "font.size": LETTERS,
    "axes.labelsize": LETTERS,
    "axes.titlesize": LETTERS,
    "legend.fontsize": SMALL,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "axes.linewidth": 0.6,
    "lines.linewidth": 0.9,
    "lines.markersize": 3.0,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "legend.handlelength": 1.8,
    "mathtext.fontset": "cm",
    # Letters stay letters in PDF.
    "pdf.fonttype": 42,
}


def look(structure: str) -> Look:
    """How a structure is drawn."""
    return LOOKS.get(structure, OTHER)


@contextmanager
def styled() -> Iterator[None]:
    """The rules above, for as long as figures are made and written."""
    import matplotlib

    with matplotlib.rc_context(RULES):
        yield


def new_figure(height: float) -> Any:
    """An empty figure of one column."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH, height), layout="constrained")


def whole_numbers(axis: Any) -> None:
    """Ticks at integers only, for an axis of n."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def write(figure: Any, path: Path) -> None:
    """Write beside and rename; no date, so that the same figure gives the same bytes."""
    kind = path.suffix.lstrip(".")
    # Font files without a date, like matplotlib's own, are remarked on at every letter.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    beside = path.with_name(f".{path.name}.part.{kind}")
    try:
        figure.savefig(beside, dpi=300, metadata={"CreationDate": None} if kind == "pdf" else None)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)

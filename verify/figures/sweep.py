"""The figures of the derivation document: where flows ended, and the phase diagram, the same bytes each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from verify.cells import Cell
from verify.certificates.phases import boundaries
from verify.figures.phase import draw_phase_diagram
from verify.names import COPY_AVERAGE, PERTURBED_COPY

#: Sizes of the phase diagram.
DIAGRAM = (4, 5, 6, 8, 10, 12, 16, 20)
#: What makes element ids of SVG the same each time.
_REPRODUCIBLE: Any = {"svg.hashsalt": "copy-average", "svg.fonttype": "path"}
_MARKERS = {COPY_AVERAGE: ("o", "#0072B2", "flows that ended at CA"), PERTURBED_COPY: ("s", "#D55E00", "at PC")}


def draw_sweep(cells: Sequence[Cell], path: Path) -> None:
    """Losses of the predicted minima over n, and where flows ended. Approximation."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.0, 3.0), layout="constrained")
    axes = figure.subplots()
    for structure, (marker, colour, words) in _MARKERS.items():
        lines = [(c.problem.n, p.loss) for c in cells for p in c.predicted if p.structure == structure]
        axes.plot([n for n, _ in lines], [float(v) for _, v in lines], color=colour, linewidth=0.9, linestyle="--")
        ends = Counter(
            (c.problem.n, round(float(r["loss"]), 12))
            for c in cells
            for r in c.records()
            if r["structure"] == structure
        )
        axes.scatter(
            [n for n, _ in ends],
            [loss for _, loss in ends],
            s=[14 * count for count in ends.values()],
            marker=marker,
            color=colour,
            label=words,
            zorder=3,
        )
    axes.set_xlabel("student neurons $n$")
    axes.set_ylabel("loss")
    axes.set_xticks([c.problem.n for c in cells])
    axes.legend(frameon=False, fontsize=8)
    with rc_context(_REPRODUCIBLE):
        figure.savefig(path, dpi=200, metadata=_no_date(path))


def _no_date(path: Path) -> dict[str, None]:
    return {"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(path.suffix.lstrip("."), {})


def draw_diagram(path: Path) -> None:
    """The phase diagram for small k, from certified boundaries. Enclosure."""
    from matplotlib import rc_context

    with rc_context(_REPRODUCIBLE):
        draw_phase_diagram([boundaries(k) for k in DIAGRAM], path)

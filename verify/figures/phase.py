"""The phase diagram: which of copy-average and perturbed copy is a minimum, and which is lower, over n/k and k."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mpmath import mp

from numerics.asymptotics import Law, laws
from numerics.curves import critical_n
from verify.certificates.phases import Boundaries

#: Endings of the files that can be written.
FORMATS = ("pdf", "png", "svg")
#: Name, colour (distinct for colour-blind readers, and in grey), marker and label of each boundary.
CURVES = (
    ("ca_minimum_up_to", "ca_minimum", "#0072B2", "s", "CA is a minimum below"),
    ("pc_lower_from", "pc_lower", "#D55E00", "o", "PC is lower above"),
    ("pc_minimum_from", "pc_minimum", "#009E73", "^", "PC is a minimum above"),
)


def real_curves(smallest: int, largest: int, points: int = 40) -> dict[str, list[tuple[float, float]]]:
    """The boundaries as curves in real n over log-spaced real k, by name. Approximation.

    Parameters
    ----------
    smallest, largest : int
        First and last k.
    points : int

    Returns
    -------
    dict
        Of lists of pairs (k, n); k without such an n is left out.

    Examples
    --------
    >>> (k, n), *_ = real_curves(20, 20, 1)["pc_lower"]
    >>> f"{k:.0f} {n:.6f}"
    '20 14.995608'
    """
    curves: dict[str, list[tuple[float, float]]] = {}
    for _, name, *_ in CURVES:
        found = ((k, critical_n(name, mp.mpf(float(k)), dps=15)) for k in np.geomspace(smallest, largest, points))
        curves[name] = [(float(k), float(point.n)) for k, point in found if point is not None]
    return curves


def draw_phase_diagram(
    rows: Sequence[Boundaries], path: str | Path, curves: dict[str, list[tuple[float, float]]] | None = None
) -> None:
    """Draw the certified boundaries as n/k against k, with their laws. Approximation.

    Parameters
    ----------
    rows : sequence of Boundaries
    path : str or Path
        A PDF, PNG or SVG file.
    curves : dict, optional
        As ``real_curves`` gives them, drawn as solid lines.

    Raises
    ------
    ValueError
        If the ending of the path is another.
    ImportError
        Without matplotlib.
    """
    kind = Path(path).suffix.lstrip(".").lower()
    if kind not in FORMATS:
        raise ValueError(f"path: got the ending {kind!r}, needs one of {', '.join(FORMATS)}")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.4, 3.6), layout="constrained")
    axes = figure.subplots()
    sizes, law = np.array([row.k for row in rows]), laws()
    for attribute, name, colour, marker, label in CURVES:
        _curve(axes, rows, attribute, law[name], colour, marker, label)
        line = np.array((curves or {}).get(name, [])).reshape(-1, 2)
        axes.plot(line[:, 0], line[:, 1] / line[:, 0], color=colour, linewidth=1.1)
    if curves is not None:
        axes.plot([], [], color="0.3", linewidth=1.1, label="critical real $n$")
    if len(rows) > 1:
        axes.plot([], [], color="0.3", linewidth=0.9, linestyle="--", label="laws for large $k$, two terms")
    axes.set_xscale("log")
    axes.set_xlim(sizes.min() * 0.95, sizes.max() * 1.05)
    axes.set_ylim(0, 1)
    axes.set_xlabel("teacher neurons $k$")
    axes.set_ylabel("student neurons over teacher neurons, $n/k$")
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    # No date: the same boundaries give the same bytes.
    metadata = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(kind, {})
    figure.savefig(path, dpi=200, metadata=metadata)


def _curve(
    axes: Any, rows: Sequence[Boundaries], attribute: str, law: Law, colour: str, marker: str, label: str
) -> None:
    """Certified points of one boundary, and its law where that lies inside."""
    found = [(row.k, getattr(row, attribute)) for row in rows]
    k = np.array([size for size, value in found if value is not None], dtype=float)
    n = np.array([value for _, value in found if value is not None], dtype=float)
    axes.plot(k, n / k, linestyle="none", marker=marker, markersize=3.5, color=colour, label=label)
    if len(rows) < 2:
        return
    line = np.geomspace(min(row.k for row in rows), max(row.k for row in rows), 200)
    ratio = np.array([float(law.at(float(size))) / size for size in line])
    inside = (ratio > 0) & (ratio < 1)
    axes.plot(line[inside], ratio[inside], color=colour, linewidth=0.9, linestyle="--")

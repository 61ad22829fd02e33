"""Figures over the number n of students: loss, fractions of structures, gradient norms."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from mpmath import mp

from numerics.kernels import HOMOGENEOUS
from numerics.patterns.catalogue import solved
from numerics.structures import copy_average_point, perturbed_copy_numbers, perturbed_copy_point
from verify.certificates.phases import Boundaries, boundaries
from verify.figures.groups import Group
from verify.figures.picture import Picture
from verify.figures.rectified import curves
from verify.figures.style import look, new_figure, whole_numbers
from verify.figures.taught import draw_taught_loss
from verify.names import COPY_AVERAGE, PERTURBED_COPY, PERTURBED_COPY_AVERAGE, SCALED_COPY
from verify.universality.beyond import strict_minimum

#: Boundary, what it says, where it lies from its n, and its dashes.
LINES = (
    ("pc_minimum_from", "PC minimum from", -0.5, ":"),
    ("pc_lower_from", "PC lower from", -0.5, "--"),
    ("ca_minimum_up_to", "CA minimum up to", 0.5, "-"),
)


#: Up to this k the structures of smooth activations other than erf are solved for a figure.
LARGEST_SOLVED = 12

#: A structure's losses by n, and the n at which it is a strict minimum.
Curve = dict[int, tuple[float, bool]]


@cache
def _curves(activation: str, k: int) -> dict[str, Curve]:
    """Losses of the structures that are drawn as curves, where their branches reach. Approximation."""
    if activation in HOMOGENEOUS:
        return curves(k, activation)
    found: dict[str, Curve] = {COPY_AVERAGE: {}, PERTURBED_COPY: {}}
    if activation != "erf":
        return _solved_curves(activation, k, found) if k <= LARGEST_SOLVED else found
    phases = boundaries(k) if k >= 3 else None
    last = k if phases is None else phases.ca_minimum_up_to or 0
    first = k if phases is None else phases.pc_minimum_from or k
    for n in range(1, k + 1):
        loss = copy_average_point([1] * (n - 1) + [k - n + 1], dps=20).loss
        found[COPY_AVERAGE][n] = float(loss), phases is not None and n <= last
        if 1 < n < k and perturbed_copy_numbers(n, k, dps=20) is not None:
            point = perturbed_copy_point(n, k, dps=20)
            if point is not None:
                found[PERTURBED_COPY][n] = float(point.loss), n >= first
    return found


def _solved_curves(activation: str, k: int, found: dict[str, Curve]) -> dict[str, Curve]:
    """The same for other smooth activations, exact or perturbed."""
    for n in range(1, k + 1):
        for name, sizes, ignored in (
            (COPY_AVERAGE, (1,) * (n - 1) + (k - n + 1,), 0),
            (PERTURBED_COPY, (1,) * n, k - n),
        ):
            member = solved(activation, sizes, ignored) if name == COPY_AVERAGE or 1 < n < k else None
            if member is not None:
                found[name][n] = member.loss, strict_minimum(activation, member, n, k)
    return found


def _phases(group: Group) -> Boundaries | None:
    """The exact boundaries, where the theory has them."""
    known = group.setting["activation"] == "erf" and group.k >= 3 and group.teacher is None
    return boundaries(group.k) if known else None


def draw_loss(group: Group) -> Picture:
    """Loss of every seed against n, with the curves of the structures, and its distance from one. Approximation."""
    if group.teacher is not None:
        return draw_taught_loss(group)
    figure = new_figure(3.3)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    relu = group.setting["activation"] in HOMOGENEOUS
    theory = _curves(group.setting["activation"], group.k)
    scaled = relu and HOMOGENEOUS[group.setting["activation"]].even
    main = SCALED_COPY if scaled else PERTURBED_COPY_AVERAGE if relu else COPY_AVERAGE
    short = "SC" if scaled else "PC+A" if relu else "CA"
    average = {n: loss for n, (loss, _) in theory[main].items()}
    for structure, curve in theory.items():
        _curve(top, bottom, structure, curve, average)
    for structure in group.structures():
        runs = [(n, r) for (n, _), r in group.records.items() if r["structure"] == structure]
        n = np.array([n for n, _ in runs], dtype=float)
        loss = np.array([_end_loss(r) for _, r in runs])
        marks: dict[str, Any] = {
            "linestyle": "none",
            "color": look(structure).colour,
            "marker": look(structure).marker,
        }
        marks |= {"fillstyle": "none", "markeredgewidth": 0.7, "label": f"{look(structure).label}, seeds"}
        top.plot(n, loss, **marks)
        inner = np.array([x < group.k and int(x) in average for x in n], dtype=bool)
        bottom.plot(n[inner], _over(n[inner], loss[inner], average), **marks)
    top.set_ylabel("loss $L$")
    bottom.set_ylabel(rf"$L / L_\mathrm{{{short}}} - 1$ (%)")
    bottom.set_xlabel("student neurons $n$")
    whole_numbers(bottom.xaxis)
    if relu:
        handles, labels = top.get_legend_handles_labels()
        # Three columns of longer labels are wider than a column of text.
        columns = 3 if max(map(len, labels), default=0) < 20 else 2
        figure.legend(handles, labels, loc="outside upper center", ncols=columns, columnspacing=1.0)
    else:
        top.legend(loc="upper right", ncols=2)
    top.set_ylim(bottom=0)
    smooth = ERF_LOSS if group.setting["activation"] == "erf" else SMOOTH_LOSS
    return Picture("loss", group, figure, SCALED_LOSS if scaled else RELU_LOSS if relu else smooth)


ERF_LOSS = (
    "Above: loss at the end of every run against n, with the losses of the optimal copy-average point (CA) and "
    "of the perturbed copy (PC). Below: the same relative to CA, for n < k. Curves are thick where the structure "
    "is a strict minimum (certified boundaries), thin where it is a saddle; PC starts where its branch does. "
    "Runs in a channel to infinity stand at the loss that they fall to."
)
SMOOTH_LOSS = (
    "Above: loss at the end of every run against n, with the losses of n - 1 copies and one average (CA, exact or "
    "perturbed) and of (perturbed) copies of n teachers (PC). Below: the same relative to CA, for n < k. Curves are "
    "thick where the structure is a strict minimum (Hessian in double precision), thin where it is a saddle."
)
RELU_LOSS = (
    "Above: loss at the end of every run against n, with the losses of the perturbed copy (PC) and of n - 1 "
    "perturbed copies and an average (PC + average; at n = 1 the average of all teachers), all neurons alive. Below: "
    "the same relative to the latter, for n < k. Curves are thick where the structure is a strict minimum on the "
    "quotient by rescaling (Hessian in double precision), thin where it is a saddle. Runs above the curves have dead "
    "or collinear neurons, or another structure."
)


SCALED_LOSS = (
    "Above: loss at the end of every run against n, with the loss of n scaled copies (SC; at n = k of copies), all "
    "neurons alive. Below: the same relative to it, for n < k. The curve is thick where the structure is a strict "
    "minimum on the quotient by rescaling (Hessian in double precision). Runs above the curve have dead or collinear "
    "neurons."
)


def _end_loss(record: dict[str, Any]) -> float:
    """The loss of a run; where it falls for ever, the limit that it falls to."""
    evidence = record["evidence"] or {}
    return float(evidence.get("limit_loss", record["loss"]))


def _over(n: Any, loss: Any, average: dict[int, float]) -> Any:
    # Of the identity every loss is zero.
    with np.errstate(all="ignore"):
        return 100 * (loss / np.array([average[int(x)] for x in n]) - 1)


def _curve(top: Any, bottom: Any, structure: str, curve: Curve, average: dict[int, float]) -> None:
    """A structure's loss: thin where it is a saddle, thick where it is a minimum."""
    if not curve:
        return
    n = np.array(sorted(curve))
    loss = np.array([curve[x][0] for x in n])
    minimum = np.array([curve[x][1] for x in n], dtype=bool)
    inner = np.array([x < max(average) and x in average for x in n], dtype=bool)
    for axes, values, keep in ((top, loss, n > 0), (bottom, None, inner)):
        shown = _over(n[keep], loss[keep], average) if values is None else values[keep]
        style = {"color": look(structure).colour, "linestyle": look(structure).dashes}
        thick = np.where(minimum[keep], shown, np.nan)
        axes.plot(n[keep], shown, linewidth=0.5, **style)
        axes.plot(n[keep], thick, linewidth=1.4, label=look(structure).label if minimum.any() else None, **style)


#: What became of a run's neurons, and how it is drawn.
FATES = (
    ("all alive, all different", "#0072B2", ""),
    ("collinear", "#56B4E9", "////"),
    ("dead", "#E69F00", "...."),
    ("dead and collinear", "#000000", "xxxx"),
)


def draw_fates(group: Group) -> Picture | None:
    """Fractions of seeds that end with dead or collinear neurons, against n (ReLU). Approximation."""
    records = {key: r for key, r in group.records.items() if "spare" in r and r["converged"]}
    if not records:
        return None
    figure = new_figure(2.6)
    axes = figure.subplots()
    sizes = np.array(sorted({n for n, _ in records}))
    fates = {key: 2 * bool(r["dead"]) + bool(r["collinear"]) for key, r in records.items()}
    totals = np.array([sum(1 for m, _ in records if m == n) for n in sizes])
    bottom = np.zeros(len(sizes))
    for number, (name, colour, hatch) in enumerate(FATES):
        share = np.array([sum(1 for (m, _), f in fates.items() if m == n and f == number) for n in sizes]) / totals
        axes.bar(sizes, share, 1.0, bottom, color=colour, hatch=hatch, edgecolor="white", linewidth=0.0, label=name)
        bottom += share
    axes.set_xlim(sizes.min() - 0.5, sizes.max() + 0.5)
    axes.set_ylim(0, 1)
    axes.set_xlabel("student neurons $n$")
    whole_numbers(axes.xaxis)
    axes.set_ylabel("fraction of converged seeds")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=2, columnspacing=1.0)
    text = (
        "Fraction of the seeds that converged whose end has dead neurons (incoming vector zero), neurons of one "
        "direction, both, or neither, against n."
    )
    return Picture("fates", group, figure, text)


def draw_fractions(group: Group) -> Picture:
    """Fractions of seeds by structure against n, with the exact phase boundaries. Approximation."""
    figure = new_figure(2.6)
    axes = figure.subplots()
    sizes = np.array(group.sizes)
    totals = np.array([sum(group.counts(n).values()) for n in sizes])
    bottom = np.zeros(len(sizes))
    for structure in group.structures():
        share = np.array([group.counts(n)[structure] for n in sizes]) / totals
        style = look(structure)
        axes.bar(
            sizes, share, 1.0, bottom, color=style.colour, hatch=style.hatch, edgecolor="white", linewidth=0.0,
            label=style.label,
        )  # fmt: skip
        bottom += share
    phases = _phases(group)
    for attribute, label, shift, dashes in LINES:
        n = None if phases is None else getattr(phases, attribute)
        if n is not None:
            # White under black: visible on bars of any shade.
            axes.axvline(n + shift, color="white", linewidth=2.2)
            axes.axvline(n + shift, color="black", linewidth=1.0, linestyle=dashes, label=f"{label} {n}")
    axes.set_xlim(sizes.min() - 0.5, sizes.max() + 0.5)
    axes.set_ylim(0, 1)
    axes.set_xlabel("student neurons $n$")
    whole_numbers(axes.xaxis)
    axes.set_ylabel("fraction of seeds")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=3, columnspacing=1.0)
    text = "Fraction of seeds that end in each structure, against n."
    if phases is not None:
        text += (
            f" Lines: the perturbed copy (PC) is a strict minimum from n = {phases.pc_minimum_from} on and lower "
            f"than the optimal copy-average point (CA) from n = {phases.pc_lower_from} on; CA is a strict minimum up "
            f"to n = {phases.ca_minimum_up_to} (2 <= n <= k - 1, certified: copy-average boundaries -k {group.k})."
        )
    if group.k in sizes:
        text += " At n = k every neuron copies, which counts as CA."
    return Picture("fractions", group, figure, text)


def draw_gradients(group: Group) -> Picture:
    """Gradient norms of every run at the end of the flow and after polishing, against n. Approximation."""
    figure = new_figure(3.0)
    top, bottom = figure.subplots(2, 1, sharex=True)
    for structure in group.structures():
        style = look(structure)
        runs = [(n, r) for (n, _), r in group.records.items() if r["structure"] == structure]
        marks: dict[str, Any] = {"linestyle": "none", "color": style.colour, "marker": style.marker}
        marks |= {"fillstyle": "none", "markeredgewidth": 0.7, "label": style.label}
        top.plot([n for n, _ in runs], [r["flow_grad_inf"] for _, r in runs], **marks)
        # Far below the least double: their logarithms are drawn.
        polished = [
            (n, float(mp.log10(mp.mpf(r["grad_inf"]))))
            for n, r in runs
            if r["converged"] and mp.mpf(r["grad_inf"]) > 0
        ]
        bottom.plot([n for n, _ in polished], [x for _, x in polished], **marks)
    top.set_yscale("log")
    top.axhline(group.setting["grad_tol"], color="0.4", linewidth=0.8, linestyle="--")
    top.set_ylabel(r"$\|\nabla L\|_\infty$, end of flow")
    bottom.set_ylabel(r"$\log_{10} \|\nabla L\|_\infty$, polished")
    bottom.set_xlabel("student neurons $n$")
    whole_numbers(bottom.xaxis)
    figure.legend(*top.get_legend_handles_labels(), loc="outside upper center", ncols=4, columnspacing=1.0)
    text = (
        "Infinity norm of the gradient of the full mean squared error for every run. Above: at the last point of the "
        f"flow; dashed: the tolerance {group.setting['grad_tol']:g}"
        + (", which flows that finish early need not reach" if group.setting["early"] else "")
        + f". Below: at the polished point, to {group.setting['dps']} digits, for runs that converged."
    )
    return Picture("gradients", group, figure, text)

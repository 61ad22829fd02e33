"""Figures of single cells and runs: networks beside predictions, courses, paths in the teachers' plane."""

from __future__ import annotations

from typing import Any

import numpy as np

from numerics.flow.integrate import gradient_flow
from numerics.kernels import HOMOGENEOUS
from numerics.patterns.catalogue import solved
from numerics.problem import Array
from numerics.rectified.structures import structures
from numerics.structures import Point, copy_average_point, perturbed_copy_point
from verify.figures.groups import Group
from verify.figures.picture import Picture
from verify.figures.rectified import in_place
from verify.figures.style import look, new_figure, whole_numbers
from verify.names import COPY_AVERAGE, PERTURBED_COPY, PERTURBED_COPY_AVERAGE
from verify.report import label
from verify.sweep.outcome import Outcome

#: Directions of the plane through three teachers: v_1 upwards.
PLANE = np.array([[0.0, -1.0, 1.0], [2.0, -1.0, -1.0]]) / np.array([[2**0.5], [6**0.5]])


def predicted_point(outcome: Outcome) -> Point | None:
    """The structure of the theory that a run was matched with, or None."""
    record, task = outcome.record, outcome.task
    if task.activation != "erf":
        # Their structures have the same names, and other numbers.
        return None
    if record["structure"] == COPY_AVERAGE:
        return copy_average_point(sorted(record["partition"]), dps=20)
    return perturbed_copy_point(task.n, task.k, dps=20) if record["structure"] == PERTURBED_COPY else None


def _sorted_network(outcome: Outcome) -> tuple[Array, Array]:
    """Inner products with the teachers and outgoing weights: signs and permutations undone, copies first."""
    theta = np.array([[float(x) for x in row] for row in outcome.theta])
    theta *= np.where(theta[:, -1:] < 0, -1.0, 1.0)
    taken = outcome.assignment or ()
    students = sorted(range(len(taken)), key=lambda i: (len(taken[i]), taken[i]))
    teachers = [j for i in students for j in taken[i]]
    teachers += [j for j in range(outcome.task.k) if j not in set(teachers)]
    return theta[np.ix_(students, teachers)], theta[students, -1]


def draw_weights(group: Group, outcome: Outcome) -> Picture | None:
    """The student's weights as cosines with norms and outgoing weights, beside the prediction. Approximation."""
    if outcome.assignment is None:
        return None
    relu = outcome.task.activation in HOMOGENEOUS
    pair = _rectified_pair(outcome) if relu else _smooth_pair(outcome)
    if pair is None:
        return None
    found, theory = pair
    n, k = len(found[1]), outcome.task.k
    height = 2.4 * min(max(n / k, 0.12), 1.0)
    figure = new_figure(2 * height + 1.1)
    axes = figure.subplots(3, 2, width_ratios=(3, 1), height_ratios=(height, height, 0.12), squeeze=False)
    image = None
    for row, (C, a), title in zip(axes, (found, theory), ("simulation", "prediction"), strict=False):
        norms = np.linalg.norm(C, axis=1)
        # Counted from 1, as in the paper.
        edges = (0.5, k + 0.5, n + 0.5, 0.5)
        shown = {"cmap": "cividis", "vmin": -0.1, "vmax": 1, "aspect": "auto", "interpolation": "none"}
        image = row[0].imshow(C / norms[:, None], extent=edges, **shown)
        row[0].set_ylabel("student $i$")
        row[0].set_title(title, pad=3)
        for axis in (row[0].xaxis, row[0].yaxis):
            whole_numbers(axis)
        _neurons(row[1], norms, a, (r"$|a_i| |w_i|$", "sign of $a_i$") if relu else ("$|w_i|$", "$a_i$"))
    for upper in axes[0]:
        upper.tick_params(labelbottom=False)
    axes[1, 0].set_xlabel("teacher $j$")
    figure.colorbar(image, cax=axes[2, 0], orientation="horizontal", label="cosine $u_{ij}$")
    axes[2, 1].axis("off")
    handles = axes[0, 1].get_legend_handles_labels()
    axes[2, 1].legend(*handles, loc="center", handlelength=0.8)
    name = label(outcome.record["structure"], outcome.record["partition"])
    right = (
        "norms |a_i| |w_i| and signs of outgoing weights, dead neurons left out, collinear ones merged. Permutations"
        if relu
        else "norms of incoming vectors and outgoing weights. Permutations and signs"
    )
    text = (
        f"Student with n = {outcome.task.n} of k = {k} teachers, seed {outcome.task.seed}: {name}. Left: cosines "
        f"between incoming vectors and teachers; right: {right} undone. "
        f"Distance between the two (infinity norm): {outcome.record['distance']}."
    )
    kind = look(outcome.record["structure"]).label.replace(" + ", "-and-").replace(" ", "-")
    return Picture(f"weights-{kind}", group, figure, text, ((outcome.task.n, outcome.task.seed),))


def _smooth_pair(outcome: Outcome) -> tuple[tuple[Array, Array], tuple[Array, Array]] | None:
    """Coordinates and outgoing weights of a network and of its structure."""
    point = predicted_point(outcome)
    if point is None:
        return None
    found, theory = _sorted_network(outcome), point.doubles()
    theta = np.array([[float(x) for x in row] for row in outcome.theta])
    length = np.sort(np.linalg.norm(theta[:, :-1], axis=1))
    assert np.allclose(length, np.sort(np.linalg.norm(theory[0], axis=1)), atol=1e-6)
    return found, theory


def _rectified_pair(outcome: Outcome) -> tuple[tuple[Array, Array], tuple[Array, Array]] | None:
    """The same in the gauge."""
    found = in_place(outcome)
    return None if found is None else ((found.coordinates, found.signs), found.point.doubles())


def _neurons(axes: Any, norms: Array, outgoing: Array, names: tuple[str, str]) -> None:
    """Norm and outgoing weight of each student, on the rows of the matrix beside."""
    rows = np.arange(1, len(norms) + 1)
    axes.plot(norms, rows, linestyle="none", marker="o", color="#0072B2", label=names[0])
    axes.plot(outgoing, rows, linestyle="none", marker="s", fillstyle="none", color="#D55E00", label=names[1])
    low, high = min(norms.min(), outgoing.min()), max(norms.max(), outgoing.max())
    if low > 0 and high > 5 * low:
        axes.set_xscale("log")
        axes.set_xlim(low / 2, high * 2)
        axes.minorticks_off()
    else:
        axes.set_xlim(low - 0.3 * abs(high), high + 0.3 * abs(high))
    axes.set_ylim(len(norms) + 0.5, 0.5)
    axes.tick_params(labelleft=False)
    whole_numbers(axes.yaxis)


def draw_courses(group: Group, n: int, outcomes: list[Outcome]) -> Picture:
    """Loss and gradient norm of every seed against time. Approximation."""
    figure = new_figure(3.3)
    top, bottom = figure.subplots(2, 1, sharex=True)
    named: set[str] = set()
    for outcome in sorted(outcomes, key=lambda o: o.task.seed):
        structure = outcome.record["structure"]
        style = look(structure)
        time, loss, gradient = outcome.course
        line: dict[str, Any] = {"color": style.colour, "linestyle": style.dashes, "linewidth": 0.7}
        end: dict[str, Any] = {"color": style.colour, "marker": style.marker, "fillstyle": "none"}
        positive = (time > 0) & (loss > 0)
        top.plot(time[positive], loss[positive], label=None if structure in named else style.label, **line)
        bottom.plot(time[time > 0], gradient[time > 0], **line)
        for axes, value in ((top, loss[-1]), (bottom, gradient[-1])):
            axes.plot(time[-1:], [value] if value > 0 else [np.nan], **end)
        named.add(structure)
    for axes in (top, bottom):
        axes.set_xscale("log")
        axes.set_yscale("log")
    _few_ticks(top)
    top.set_ylabel("loss $L$")
    bottom.set_ylabel(r"$\|\nabla L\|_\infty$")
    bottom.set_xlabel("time $t$ of gradient flow")
    top.legend(loc="lower left")
    seeds = tuple((n, outcome.task.seed) for outcome in outcomes)
    early = (
        " Flows that finished early end where the loss is convex down to the minimum."
        if group.setting["early"]
        else ""
    )
    text = (
        f"Loss (above) and infinity norm of its gradient (below) along gradient flow at n = {n}, k = {group.k}, for "
        f"every seed; the mark is the last point of the flow.{early}"
    )
    return Picture("courses", group, figure, text, seeds)


def _few_ticks(axes: Any) -> None:
    """Plain numbers where an axis spans less than two decades."""
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

    low, high = axes.get_ylim()
    if high < 100 * low:
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(ScalarFormatter())
        axes.yaxis.set_minor_formatter(NullFormatter())


def draw_plane(group: Group, outcomes: list[Outcome]) -> Picture | None:
    """(2, 3): the paths of the incoming vectors, projected on the plane through the teachers. Approximation.

    The store keeps courses, not paths: the flows are integrated again, from the stored initial points to the gradient
    tolerance. A path is drawn if it ends at the stored end point.
    """
    relu = group.setting["activation"] in HOMOGENEOUS
    wanted = PERTURBED_COPY_AVERAGE if relu else COPY_AVERAGE
    # Neurons that die or lie along each other have another end.
    paths = [
        (o, _path(o))
        for o in outcomes
        if o.record["structure"] == wanted and o.assignment is not None and o.record.get("neurons", 2) == 2
    ]
    runs = [(outcome, path) for outcome, path in paths if path is not None]
    if not runs:
        return None
    figure = new_figure(3.1)
    axes = figure.subplots()
    corners = PLANE @ np.eye(3)
    axes.plot(*corners[:, [0, 1, 2, 0]], color="0.7", linewidth=0.7, zorder=0)
    for count, (_, path) in enumerate(runs):
        letters = ("$|a_1| w_1$", "$|a_2| w_2$") if relu else ("$w_1$", "$w_2$")
        for i, colour, dashes, name in ((0, "#0072B2", "-", letters[0]), (1, "#E69F00", "--", letters[1])):
            x, y = path[i]
            axes.plot(x, y, color=colour, linestyle=dashes, linewidth=0.7, label=None if count else name)
            axes.plot(x[:1], y[:1], color=colour, marker=".", markersize=3)
    C = _plane_places(group.setting["activation"])
    for place, marker, text in ((C[0], "o", "copy"), (C[1], "s", "average")):
        x, y = PLANE @ place
        style = {"markersize": 6, "fillstyle": "none", "color": "black", "linestyle": "none", "zorder": 4}
        axes.plot(x, y, marker=marker, label=text, **style)
    for j, (corner, shift) in enumerate(zip(corners.T, ((11, 7), (-9, -7), (9, -7)), strict=True), start=1):
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8}
        axes.annotate(
            f"$v_{j}$", corner, shift, textcoords="offset points", ha="center", va="center", bbox=behind, zorder=5
        )
    axes.set_aspect("equal")
    axes.set_xlabel(r"$(v_3 - v_2) / \sqrt{2}$")
    axes.set_ylabel(r"$(2 v_1 - v_2 - v_3) / \sqrt{6}$")
    axes.margins(0.08)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=4, columnspacing=1.0)
    vectors = "vectors |a_i| w_i" if relu else "incoming vectors w_i"
    signs = "" if relu else ", signs undone by the final sign of the outgoing weight"
    text = (
        f"Paths of the {vectors}, of which the first comes to copy v_1 and the second averages v_2 and v_3, at "
        f"n = 2, k = 3, projected on the plane through the teachers; teachers and students permuted{signs}. Dots: "
        "initial points. Open marks: the predicted copy and average. "
        "The grey triangle joins the teachers. Integrated again from the stored initial points to the gradient "
        "tolerance."
    )
    return Picture("plane", group, figure, text, tuple((2, outcome.task.seed) for outcome, _ in runs))


def _plane_places(activation: str) -> Array:
    """Where the copy and the average are, in the teachers' basis."""
    if activation not in HOMOGENEOUS:
        member = solved(activation, (1, 2))
        assert member is not None, "runs were matched with it"
        return member.doubles()[0]
    point = next(p for p in structures(2, 3, dps=20, activation=activation) if p.name == PERTURBED_COPY_AVERAGE)
    return point.doubles()[0]


def _path(outcome: Outcome) -> Array | None:
    """The copying and the averaging vector over time, in the plane; None if they do not go where the run ended."""
    task = outcome.task
    flow = gradient_flow(task.problem(), outcome.theta0, grad_tol=task.grad_tol, rtol=task.rtol)
    end = np.array([[float(x) for x in row] for row in outcome.theta])
    # At a gradient of 5e-8 the flow is within 1e-3 of this minimum, and others are 0.1 away.
    if np.abs(flow.theta - end).max() > 0.01:
        return None
    taken = outcome.assignment or ()
    students = sorted((0, 1), key=lambda i: len(taken[i]))
    teachers = [j for i in students for j in taken[i]]
    path = flow.trajectory.snapshots
    relu = task.activation in HOMOGENEOUS
    signed = path * (np.abs(path[:, :, -1:]) if relu else np.sign(end[:, -1])[:, None])
    return np.array([PLANE @ signed[:, i][:, teachers].T for i in students])

"""Hessian spectra at the ends of runs, beside the predicted ones."""

from __future__ import annotations

import numpy as np
from mpmath import mp

from numerics.average_blocks import copy_average_blocks
from numerics.blocks import perturbed_copy_blocks
from numerics.kernels import HOMOGENEOUS
from numerics.population import Population
from numerics.problem import Array
from numerics.structures import SCALAR, perturbed_copy_numbers
from verify.figures.groups import Group
from verify.figures.picture import Picture
from verify.figures.rectified import in_place, quotient_spectrum
from verify.figures.style import look, new_figure
from verify.names import COPY_AVERAGE, PERTURBED_COPY
from verify.sweep.outcome import Outcome

#: Parameters up to which a Hessian is diagonalised.
MOST = 3000
#: Ticks on an axis that shows both ends of a spectrum; the usual labels would lie on each other.
QUANTILES = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)


def spectrum_at_end(outcome: Outcome) -> Array | None:
    """The eigenvalues of the Hessian at the end of a run, for ReLU on the quotient, ascending. Approximation."""
    if outcome.task.activation in HOMOGENEOUS:
        found = in_place(outcome)
        return (
            None
            if found is None
            else quotient_spectrum(found.omega, found.signs, outcome.task.k, outcome.task.activation)
        )
    theta = np.array([[float(mp.mpf(x)) for x in row] for row in outcome.theta])
    return np.asarray(np.linalg.eigvalsh(Population(outcome.task.problem()).hessian_unchecked(theta)))


def predicted_spectrum(outcome: Outcome) -> Array | None:
    """The eigenvalues of the Hessian at the predicted structure, ascending; erf: from its blocks. Approximation."""
    record, task = outcome.record, outcome.task
    if task.activation in HOMOGENEOUS:
        found = in_place(outcome)
        if found is None:
            return None
        coordinates, signs = found.point.doubles()
        omega = np.zeros((len(signs), task.dim))
        omega[:, : task.k] = coordinates
        return quotient_spectrum(omega, signs, task.k, task.activation)
    if task.activation != "erf":
        return None
    if record["structure"] == COPY_AVERAGE:
        blocks = copy_average_blocks(sorted(record["partition"]), SCALAR, dim=task.dim)
        parts = [np.repeat(np.linalg.eigvalsh(np.array(rows, dtype=float)), times) for _, rows, times in blocks]
        return np.sort(np.concatenate(parts))
    numbers = perturbed_copy_numbers(task.n, task.k, dps=20) if record["structure"] == PERTURBED_COPY else None
    if numbers is None:
        return None
    split = perturbed_copy_blocks([float(x) for x in numbers], task.n, task.k, SCALAR, dim=task.dim)
    parts = [np.linalg.eigvalsh(np.array(split.trivial, dtype=float))]
    parts.append(np.repeat(np.linalg.eigvalsh(np.array(split.standard, dtype=float)), task.n - 1))
    parts += [np.repeat(float(value), times) for value, times in split.scalars.values()]
    return np.sort(np.concatenate(parts))


def draw_spectrum(group: Group, outcomes: list[Outcome]) -> Picture | None:
    """Hessian spectra at the ends of runs, one for each structure, beside the predicted ones. Approximation."""
    runs = [(o, predicted_spectrum(o)) for o in outcomes if o.task.n * (o.task.dim + 1) <= MOST]
    known = [(o, predicted) for o, predicted in runs if predicted is not None]
    if not known:
        return None
    figure = new_figure(2.8)
    axes = figure.subplots()
    worst = 0.0
    for outcome, predicted in known:
        values = spectrum_at_end(outcome)
        if values is None:
            continue
        style = look(outcome.record["structure"])
        count = len(values)
        rank = (np.arange(count) + 0.5) / count
        worst = max(worst, float(np.abs(values - predicted).max() / values[-1]))
        shown = {"color": style.colour}
        axes.plot(rank, predicted, linestyle=style.dashes, label=f"{style.label}, prediction", **shown)
        # Evenly on the axis, which shows both ends.
        spread = np.linspace(np.log(rank[0] / (1 - rank[0])), np.log(rank[-1] / (1 - rank[-1])), 30)
        few = np.unique(np.clip((count / (1 + np.exp(-spread)) - 0.5).round().astype(int), 0, count - 1))
        shown |= {"linestyle": "none", "marker": style.marker, "fillstyle": "none"}
        axes.plot(rank[few], values[few], label=f"{style.label}, seed {outcome.task.seed}", **shown)
    axes.set_xscale("logit")
    low, high = axes.get_xlim()
    shown_ticks = [x for x in QUANTILES if low <= x <= high]
    axes.set_xticks(shown_ticks, [f"{x:g}" for x in shown_ticks])
    axes.minorticks_off()
    axes.set_yscale("log")
    axes.set_xlabel("fraction of eigenvalues below")
    relu = group.setting["activation"] in HOMOGENEOUS
    axes.set_ylabel(r"eigenvalue of $\nabla^2 F_s$" if relu else r"eigenvalue of $\nabla^2 L$")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=2, columnspacing=1.0)
    n = known[0][0].task.n
    text = (
        f"Hessian eigenvalues in ascending order at the polished ends of runs at n = {n}, k = {group.k} (marks: "
        "about 30 of them, evenly on the axis; double precision), and as predicted "
        + ("at the structures, both on the quotient by rescaling" if relu else "from the blocks into which ")
        + ("" if relu else "symmetry splits the Hessian")
        + " (lines). "
        f"Largest difference over all eigenvalues, relative to the largest one: {worst:.1e}."
    )
    return Picture("spectrum", group, figure, text, tuple((n, o.task.seed) for o, _ in known))

"""Figures of sweeps with a teacher from a file: where flows end, without curves of structures of another teacher."""

from __future__ import annotations

from verify.figures.groups import Group
from verify.figures.picture import Picture
from verify.figures.style import look, new_figure, whole_numbers

TAUGHT_LOSS = (
    "Loss at the end of every run against n, with a teacher from a file (in the store). No curves of structures are "
    "drawn: they would be those of the first k unit vectors."
)


def draw_taught_loss(group: Group) -> Picture:
    """Loss of every seed against n. Approximation."""
    figure = new_figure(2.2)
    axes = figure.subplots()
    for structure in group.structures():
        runs = [(n, float(r["loss"])) for (n, _), r in group.records.items() if r["structure"] == structure]
        style = look(structure)
        axes.plot(
            [n for n, _ in runs],
            [loss for _, loss in runs],
            linestyle="none",
            color=style.colour,
            marker=style.marker,
            fillstyle="none",
            markeredgewidth=0.7,
            label=f"{style.label}, seeds",
        )
    axes.set_ylabel("loss $L$")
    axes.set_xlabel("student neurons $n$")
    whole_numbers(axes.xaxis)
    axes.legend(loc="upper right")
    axes.set_ylim(bottom=0)
    return Picture("loss", group, figure, TAUGHT_LOSS)

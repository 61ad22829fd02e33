r"""What a reader sees of a checked step: its relation in lines, and how it was checked.

Everything shown is made from the sides, the variable, the domain and the abbreviations that the check uses.
"""

from __future__ import annotations

import sympy as sp

from theory.derivation import Relation, Step
from theory.latex.layout import Display, Layout
from theory.prose import Sentence, defined, sentence

#: How each relation is checked, in the words of the documents.
CHECKS = {
    Relation.EQUAL: "difference reduced to zero",
    Relation.DERIVATIVE: "differentiated",
    Relation.INTEGRAL: "integrated",
    Relation.POSITIVE: "positivity proved",
    Relation.INCREASING: "value at the end and slope proved",
    Relation.LIMIT: "limit computed",
}


def step_display(step: Step, layout: Layout) -> Display:
    r"""The checked relation of a step in lines. Exact.

    Parameters
    ----------
    step : Step
    layout : Layout

    Returns
    -------
    Display

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> print(step_display(Step("s", "", x**2, 2 * x, Relation.DERIVATIVE, x), Layout(300)).latex)
    \frac{d}{d x} x^{2} = 2 x
    """
    display = _DISPLAYS[step.relation](step, layout)
    return _with_abbreviations(step, layout, display) if step.where else display


def check_words(step: Step) -> Sentence:
    """How the step was checked, in words. Exact.

    Examples
    --------
    >>> print(check_words(Step("s", "", sp.S.One, sp.S.One)))
    difference reduced to zero
    """
    changes = [defined(z, v) for z, v in step.through]
    return sentence(CHECKS[step.relation] + (" in " + ", ".join("{}" for _ in changes) if changes else ""), *changes)


def is_evident(step: Step) -> bool:
    """Whether both sides are the same expression as they stand: then only its value is worth showing. Exact."""
    return step.relation is Relation.EQUAL and step.left == step.right


def _equal(step: Step, layout: Layout) -> Display:
    return layout.relation(step.left, "=", step.right)


def _derivative(step: Step, layout: Layout) -> Display:
    return layout.relation(sp.Derivative(step.left, step.variable), "=", step.right)


def _integral(step: Step, layout: Layout) -> Display:
    return layout.relation(sp.Integral(step.left, (step.variable, -sp.oo, sp.oo)), "=", step.right)


def _limit(step: Step, layout: Layout) -> Display:
    return layout.relation(sp.Limit(step.left, step.variable, sp.oo, dir="-"), "=", step.right)


def _positive(step: Step, layout: Layout) -> Display:
    return layout.relation(step.left, ">", sp.S.Zero, _domain(step, layout))


def _increasing(step: Step, layout: Layout) -> Display:
    ((variable, lower, _),) = step.domain
    start = layout.relation(sp.Limit(step.left, variable, lower), "=", sp.S.Zero, ",")
    slope = layout.relation(sp.Derivative(step.left, variable), "=", step.right, " > 0" + _domain(step, layout))
    return Display((*start.lines, *slope.lines), (*start.names, *slope.names))


def _domain(step: Step, layout: Layout) -> str:
    """The open intervals of an inequality."""
    if not step.domain:
        return ""
    parts = []
    for variable, low, high in step.domain:
        above = "" if high == sp.oo else f" < {layout.latex(high)}"
        letter = layout.latex(variable)
        parts.append(f"{letter} > {layout.latex(low)}" if not above else f"{layout.latex(low)} < {letter}{above}")
    return r"\quad (" + r",\; ".join(parts) + ")"


def _with_abbreviations(step: Step, layout: Layout, display: Display) -> Display:
    """What the letters of a step stand for, below it."""
    items = [layout.relation(z, "=", value) for z, value in step.where]
    names: list[str] = []
    for item in items:
        text = item.lines[0].replace("§", "", 1)
        joined = names[-1] + r",\quad " + text if names else ""
        if names and len(item.lines) == 1 and layout.fits(r"\qquad" + joined):
            names[-1] = joined
        else:
            names.append((r"\text{with } " if not names else r"\quad ") + text)
            names += [r"\qquad " + line.replace("§", "", 1) for line in item.lines[1:]]
    return Display(display.lines, (*display.names, *names))


_DISPLAYS = {
    Relation.EQUAL: _equal,
    Relation.DERIVATIVE: _derivative,
    Relation.INTEGRAL: _integral,
    Relation.POSITIVE: _positive,
    Relation.INCREASING: _increasing,
    Relation.LIMIT: _limit,
}

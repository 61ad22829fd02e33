r"""How claims and structures show themselves in notebooks, whose pages typeset formulas between dollar signs."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import sympy as sp

from theory.latex.layout import Layout
from theory.latex.steps import check_words, step_display

if TYPE_CHECKING:
    from theory.claim import Claim
    from theory.structure import Structure

#: Width of a line in a notebook's cell, in points at a font size of ten.
LINE = 600.0


def claim_latex(claim: Claim) -> str:
    """The formulas of a claim's statement. Exact."""
    layout = Layout(LINE, claim.notation)
    formulas = claim.formulas()
    if not formulas:
        return rf"$\displaystyle {claim.latex}$"
    lines = [f"{layout.latex(f.left)} &{f.sign} {layout.latex(f.right)}" for f in formulas]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$$"


def claim_html(claim: Claim) -> str:
    """A claim's statement and derivation; the steps are shown, not checked. Exact."""
    layout = Layout(LINE, claim.notation)
    rows = []
    for step in claim.steps():
        body = step_display(step, layout).latex.replace("\n", " ")
        rows.append(
            f"<tr><td><code>{escape(step.name)}</code></td><td>{escape(check_words(step))}</td>"
            f"<td style='text-align:left'>$\\begin{{aligned}}{escape(body)}\\end{{aligned}}$</td></tr>"
        )
    statement = escape(claim.text or claim.statement)
    return (
        f"<p><b>{escape(claim.title or claim.id)}.</b> {statement}</p>{escape(claim_latex(claim))}"
        f"<details><summary>{len(rows)} steps, not checked here</summary><table>"
        f"<tr><th>step</th><th>to check</th><th>relation</th></tr>{''.join(rows)}</table></details>"
    )


def structure_latex(structure: Structure) -> str:
    r"""A structure's loss, and its groups with norm, cosine and outgoing weight. Exact.

    Examples
    --------
    >>> from theory import copy_average
    >>> print(structure_latex(copy_average([1, 2])).splitlines()[1])
    L &= \frac{2}{3} - \frac{8}{\pi} \arcsin\left(\frac{1}{4}\right) \\
    """
    layout = Layout(LINE)
    lines = [f"L &= {layout.latex(structure.loss)}"]
    for group in structure.groups:
        values = zip(("r", "u", "a"), (group.norm, group.cosine, group.outgoing), strict=True)
        words = r"\text{ of size }" if group.multiplicity == sp.S.One else r"\text{ each of size }"
        lines.append(
            f"{layout.latex(group.multiplicity)} {words} {layout.latex(group.size)} &: "
            + r",\quad ".join(f"{letter} = {layout.latex(value)}" for letter, value in values)
        )
    return "$$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$$"

r"""How claims and structures show themselves in notebooks, whose pages typeset formulas between dollar signs."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import sympy as sp

from theory.latex.layout import Layout
from theory.latex.printer import SIGNS
from theory.latex.steps import check_words, step_display
from theory.latex.words import sentence_latex

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
        return rf"$\displaystyle {claim.latex}$" if claim.latex else ""
    lines = [f"{layout.latex(f.left)} &{SIGNS.get(f.sign, f.sign)} {layout.latex(f.right)}" for f in formulas]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$$"


def formula_latex(claim: Claim) -> str:
    """What is claimed, in one line: printed from the formulas, or as it was given where there are none. Exact."""
    layout = Layout(LINE, claim.notation)
    formulas = [
        f"{layout.latex(f.left)} {SIGNS.get(f.sign, f.sign)} {layout.latex(f.right)}" for f in claim.formulas()
    ]
    return claim.latex or r",\quad ".join(formulas)


def claim_html(claim: Claim) -> str:
    """A claim's statement and derivation; the steps are shown, not checked. Exact."""
    layout = Layout(LINE, claim.notation)
    rows = []
    for step in claim.steps():
        body = step_display(step, layout).latex.replace("\n", " ")
        check = escape(sentence_latex(check_words(step), layout))
        rows.append(
            f"<tr><td><code>{escape(step.name)}</code></td><td>{check}</td>"
            f"<td style='text-align:left'>$\\begin{{aligned}}{escape(body)}\\end{{aligned}}$</td></tr>"
        )
    statement = escape(sentence_latex(claim.text or claim.statement, layout))
    title = escape(sentence_latex(claim.title or claim.id, layout))
    return (
        f"<p><b>{title}.</b> {statement}</p>{escape(claim_latex(claim))}"
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

r"""Sentences in LaTeX: words as they stand, formulas printed from their objects between dollar signs."""

from __future__ import annotations

import re
from typing import Any

from theory.derivation import Step
from theory.latex.layout import Layout
from theory.latex.printer import SIGNS
from theory.latex.steps import step_display
from theory.prose import Assertion, Assumption, Definition, Own, Quantity, Sentence

#: Brackets without anything tall in them, which may be broken over lines when they do not stretch.
_FLAT = re.compile(r"\\left(\(|\[)((?:(?!\\left|\\right|\\frac|\\binom|\\sum|\\begin).)*)\\right(\)|\])")
#: What a document says after a sentence whose formulas somebody typed.
TYPED = " (The formulas in this sentence were typed, and are not checked.)"


def sentence_latex(words: Sentence | str, layout: Layout, step: Step | None = None) -> str:
    r"""A sentence with its formulas between dollar signs. Exact.

    Parameters
    ----------
    words : Sentence or str
        A plain string of one's own passes as it is; if it holds a formula, it is said that nobody checked it.
    layout : Layout
        With the claim's notation.
    step : Step, optional
        The step whose sides the sentence may show.

    Examples
    --------
    >>> import sympy as sp
    >>> from theory.prose import asserted, sentence
    >>> c = sp.Symbol("c")
    >>> print(sentence_latex(sentence("since {}", asserted(c / 2, ">", sp.Rational(1, 2))), Layout(400)))
    since $\frac{c}{2} > \frac{1}{2}$
    """
    if isinstance(words, str):
        return words + TYPED if "$" in words else words
    return "".join(piece if isinstance(piece, str) else f"${_inline(piece, layout, step)}$" for piece in words.pieces)


def inline(expression: Any, layout: Layout) -> str:
    """An expression as it stands in a sentence: brackets that do not have to stretch do not. Exact."""
    text, before = layout.latex(expression), ""
    while text != before:
        before, text = text, _FLAT.sub(r"\1\2\3", text)
    return text


def _inline(piece: Any, layout: Layout, step: Step | None) -> str:
    if isinstance(piece, Quantity):
        return inline(piece.value, layout)
    if isinstance(piece, Definition):
        letter = inline(piece.letter, layout)
        return f"{letter} = {inline(piece.value, layout)}" if piece.shown else letter
    if isinstance(piece, Assumption | Assertion):
        text = inline(piece.terms[0], layout)
        for sign, term in zip(piece.signs, piece.terms[1:], strict=True):
            text += f" {SIGNS.get(sign, sign)} {inline(term, layout)}"
        return text
    if step is None:
        raise ValueError(f"{{{piece.value}}}: got no step, needs the sentence of a step")
    if piece is Own.relation:
        return step_display(step, Layout(1e6)).latex
    return inline(step.left if piece is Own.left else step.right, layout)

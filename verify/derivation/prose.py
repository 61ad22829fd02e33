r"""Sentences of claims and steps in LaTeX, HTML and Markdown.

A sentence is plain text with formulas between dollar signs. Names of claims become references to them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection

_FORMULA = re.compile(r"(\$[^$]+\$)")
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "{": r"\{",
    "}": r"\}",
    "<": r"$<$",
    ">": r"$>$",
}


def pieces(text: str) -> list[tuple[bool, str]]:
    """A sentence in pieces: whether it is a formula, and what it is without dollar signs. Exact.

    Examples
    --------
    >>> pieces("with $x$")
    [(False, 'with '), (True, 'x')]
    """
    return [
        (part.startswith("$"), part.strip("$") if part.startswith("$") else part)
        for part in _FORMULA.split(text)
        if part
    ]


def escaped(text: str) -> str:
    r"""Plain text for LaTeX. Exact.

    Examples
    --------
    >>> escaped("n_c at 50%")
    'n\\_c at 50\\%'
    """
    return "".join(_SPECIAL.get(character, character) for character in text)


def _with_names(text: str, known: Collection[str], plain: Callable[[str], str], name: Callable[[str], str]) -> str:
    if not known:
        return plain(text)
    found = re.compile(
        r"(?<![\w-])(" + "|".join(map(re.escape, sorted(known, key=len, reverse=True))) + r")(?![\w-])"
    )
    return "".join(name(part) if part in known else plain(part) for part in found.split(text))


def latex_prose(text: str, known: Collection[str] = (), *, linked: bool = False) -> str:
    r"""A sentence in LaTeX. Exact.

    Parameters
    ----------
    text : str
    known : collection of str
        Names of claims, set in typewriter.
    linked : bool
        Whether those are sections of the same document, to link to.
    """

    def name(claim: str) -> str:
        shown = rf"\texttt{{{escaped(claim)}}}"
        return rf"\hyperref[claim:{claim}]{{{shown}}}" if linked else shown

    # A formula in a sentence may break only where TeX sees it fit; narrow enough, it moves to the next line whole.
    return "".join(
        f"${part}$" if formula else _with_names(part, known, escaped, name) for formula, part in pieces(text)
    )


def html_prose(text: str, formula: Callable[[str], str], known: Collection[str] = ()) -> str:
    """A sentence in HTML. Exact."""

    def name(claim: str) -> str:
        return f'<a href="#{claim}"><code>{claim}</code></a>'

    return "".join(
        formula(part) if is_formula else _with_names(part, known, html.escape, name)
        for is_formula, part in pieces(text)
    )


def markdown_prose(text: str, known: Collection[str] = ()) -> str:
    """A sentence in Markdown. Exact."""

    def plain(part: str) -> str:
        return re.sub(r"([*_<>])", r"\\\1", part)

    return "".join(
        f"${part}$" if formula else _with_names(part, known, plain, lambda claim: f"[`{claim}`](#{claim})")
        for formula, part in pieces(text)
    )

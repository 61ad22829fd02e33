"""The sentences of the documents' templates that hold formulas, printed from objects like those of the claims."""

from __future__ import annotations

import sympy as sp

from theory.latex.layout import Layout
from theory.latex.words import sentence_latex
from theory.notation import Norm
from theory.prose import given, sentence
from theory.symbols import k, n

_LAYOUT = Layout(1e6)


def wording(sizes: tuple[int, int] | None, teachers: int | None) -> dict[str, str]:
    """Sentences by name, with formulas between dollar signs. Exact.

    Parameters
    ----------
    sizes : (int, int), optional
        The n and k asked for.
    teachers : int, optional
        The k of the sweep.
    """
    sentences = {
        "network": sentence("A student network with {} hidden neurons learns a teacher with {}.", n, k),
        "students": sentence("{}", n),
        "least": sentence("least {}", Norm(sp.Symbol("lambda"))),
        "phase": sentence("from and up to which {} the two structures are minima, certified for each {} drawn", n, k),
    }
    if sizes is not None:
        sentences["at"] = sentence("{}", given((n, k), "=", sizes))
    if teachers is not None:
        sentences["each"] = sentence("for each {} at {}", n, given(k, "=", teachers))
        sentences["flows"] = sentence("Flows at {}", given(k, "=", teachers))
    absent = dict.fromkeys(("at", "each", "flows"), "")
    return absent | {name: sentence_latex(words, _LAYOUT) for name, words in sentences.items()}

"""The letters that occur throughout, with what they mean."""

from __future__ import annotations

from dataclasses import dataclass

from theory.interactions import interaction
from theory.latex.printer import latex, letter
from theory.neuron import group
from theory.symbols import k, m, p, q, r1, s


@dataclass(frozen=True)
class Letter:
    """One entry: a letter in LaTeX, and words with formulas between dollar signs."""

    letter: str
    meaning: str


def nomenclature() -> tuple[Letter, ...]:
    """The entries, values printed from the theory's own objects. Exact."""
    star = group(m)
    own = interaction("erf", 1, 1, 1)
    return (
        Letter(r"x", "input, standard normal in $d$ dimensions"),
        Letter(letter("w_i"), "incoming vector of student $i$, $i = 1, \\dots, n$"),
        Letter(letter("a_i"), "its outgoing weight"),
        Letter(letter("v_j"), "incoming vector of teacher $j$, $j = 1, \\dots, k$, orthonormal"),
        Letter(letter("b_j"), "its outgoing weight, $1$ where not said otherwise"),
        Letter(letter("r_i"), "norm of $w_i$"),
        Letter(r"u_{ij}", "cosine between $w_i$ and $v_j$"),
        Letter(r"\sigma", "activation function"),
        Letter(r"g_\sigma(w, v)", "interaction function $E[\\sigma(w \\cdot x)\\,\\sigma(v \\cdot x)]$"),
        Letter(
            ", ".join(map(latex, (s, p, q))),
            "$w \\cdot v$, $|w|^2$ and $|v|^2$ of the two vectors of an interaction",
        ),
        Letter(r"G(s, p, q)", "interaction function of these; indices are derivatives"),
        Letter("L", "population loss $E[(f - f^*)^2]$, the full mean squared error"),
        Letter(
            r"L^*_{\mathrm{erf}}(m)",
            f"loss of one neuron that averages $m$ teachers; a copy has ${latex(group(1).loss)}$, "
            f"an idle teacher ${latex(own)}$",
        ),
        Letter(latex(m), f"size of a group of teachers; its neuron has norm ${latex(star.norm)}$"),
        Letter(f"{latex(k)}, n, d", "numbers of teachers and students, input dimension"),
        Letter(
            r"N, c, \tau, \nu, h, P",
            "functions of a group's size in the spectrum at copy-average points, defined where they first occur",
        ),
        Letter(latex(r1), "first norm of an interaction"),
    )[:-1]

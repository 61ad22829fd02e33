"""The letters that occur throughout, with what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from theory import names
from theory.interactions import interaction
from theory.latex.layout import Layout
from theory.latex.words import inline, sentence_latex
from theory.neuron import group
from theory.notation import Dot, Mean, Range
from theory.prose import Sentence, given, sentence
from theory.symbols import k, m, n, p, q, s

#: No formula of a sentence is broken by us: TeX does.
_LAYOUT = Layout(1e6)


@dataclass(frozen=True)
class Letter:
    """One entry: letters in LaTeX, and words with formulas between dollar signs, all printed from objects."""

    letter: str
    meaning: str


def _entry(letters: Any, meaning: Sentence | str) -> Letter:
    letters = letters if isinstance(letters, tuple) else (letters,)
    return Letter(", ".join(inline(letter, _LAYOUT) for letter in letters), sentence_latex(meaning, _LAYOUT))


def nomenclature() -> tuple[Letter, ...]:
    """The entries, values printed from the theory's own objects. Exact."""
    star = group(m)
    sigma_w, sigma_v = names.sigma(names.pre(names.w)), names.sigma(names.pre(names.v))
    residual = names.f - names.f_star
    spectrum = sp.symbols("N c tau nu h P")
    return (
        _entry(names.x, sentence("input, standard normal in {} dimensions", names.d)),
        _entry(names.w_i, sentence("incoming vector of student {}, {}", names.i, given(names.i, "=", Range(1, n)))),
        _entry(names.a_i, "its outgoing weight"),
        _entry(
            names.v_j,
            sentence("incoming vector of teacher {}, {}, orthonormal", names.j, given(names.j, "=", Range(1, k))),
        ),
        _entry(names.b_j, sentence("its outgoing weight, {} where not said otherwise", 1)),
        _entry(sp.Symbol("r_i"), sentence("norm of {}", names.w_i)),
        _entry(sp.Symbol("u_i,j"), sentence("cosine between {} and {}", names.w_i, names.v_j)),
        _entry(names.sigma_letter, "activation function"),
        _entry(names.g(names.w, names.v), sentence("interaction function {}", Mean(sigma_w * sigma_v))),
        _entry(
            (s, p, q),
            sentence(
                "{}, {} and {} of the two vectors of an interaction",
                Dot(names.w, names.v),
                names.square(names.w),
                names.square(names.v),
            ),
        ),
        _entry(sp.Function("G")(s, p, q), "interaction function of these; indices are derivatives"),
        _entry(names.L, sentence("population loss {}, the full mean squared error", Mean(residual**2))),
        _entry(
            names.L_star(m),
            sentence(
                "loss of one neuron that averages {} teachers; a copy has {}, an idle teacher {}",
                m,
                group(1).loss,
                interaction("erf", 1, 1, 1),
            ),
        ),
        _entry(m, sentence("size of a group of teachers; its neuron has norm {}", star.norm)),
        _entry((k, n, names.d), "numbers of teachers and students, input dimension"),
        _entry(
            spectrum,
            "functions of a group's size in the spectrum at copy-average points, defined where they first occur",
        ),
    )

"""Claims on interaction functions in closed form of activations other than erf."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from theory import names
from theory.activations import activation
from theory.claim import Claim, Formula, Kind
from theory.derivation import Step
from theory.notation import Dot, Norm
from theory.prose import given, sentence
from theory.symbols import p, q, s

#: The activations, what they are in words.
WORDS = {
    "normal-cdf": "the normal distribution function",
    "gelu": "GELU, the argument times the normal distribution function",
    "linear": "the identity",
    "square": "the square",
    "cube": "the cube",
    "hermite2": "the second Hermite polynomial",
    "hermite3": "the third Hermite polynomial",
    "hermite4": "the fourth Hermite polynomial",
    "sin": "the sine",
    "cos": "the cosine",
    "exp": "the exponential",
    "leaky-relu": "leaky ReLU, whose slope is one hundredth on the negative side",
    "abs": "the absolute value",
    "sign": "the sign",
    "step": "the step",
}


_LETTERS = sentence(
    "with {}, {}, {}",
    given(s, "=", Dot(names.w, names.v)),
    given(p, "=", Norm(names.w) ** 2),
    given(q, "=", Norm(names.v) ** 2),
)


def _steps(name: str) -> Callable[[], tuple[Step, ...]]:
    def derive() -> tuple[Step, ...]:
        found = activation(name).derive
        return () if found is None else found().steps

    return derive


def _formulas(name: str) -> Callable[[], tuple[Formula, ...]]:
    def formulas() -> tuple[Formula, ...]:
        found = activation(name).derive
        if found is None:
            return ()
        derivation = found()
        G = sp.Function("G")(s, p, q)
        established = derivation.steps[-1]
        step = established.name if established.right == derivation.result else ""
        return (Formula(G, "=", derivation.result, step, tail=_LETTERS),)

    return formulas


def _claim(name: str) -> Claim:
    words = WORDS[name]
    return Claim(
        f"{name}-interaction",
        Kind.THEOREM,
        f"The interaction function of {words} in closed form",
        "",
        sentence("all {}, {}", names.w, names.v) + ("" if name not in ("sign", "step") else ", non-zero"),
        _steps(name),
        "values, gradients and Hessians agree with quadrature to thirty digits",
        "nothing further",
        title=f"Interaction function of {words.split(',')[0]}",
        text=f"The interaction function of {words} is",
        formulas=_formulas(name),
    )


CLAIMS = tuple(map(_claim, WORDS))

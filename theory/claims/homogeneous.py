"""Claims on activations that are linear on both sides of zero: their interaction function, from that of ReLU."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.claims.relu_interaction import order_parameters
from theory.derivation import Step
from theory.homogeneous import c1, c2, general_steps, own_step
from theory.notation import Dot
from theory.prose import given, sentence
from theory.rectified import derivatives, v, w
from theory.symbols import p, s

sigma, g_sigma, g_relu = sp.Function("sigma"), sp.Function("g_sigma"), sp.Function("g_relu")
positive = sp.Function("max")
x = sp.Symbol("x")


@cache
def _interaction() -> tuple[Step, ...]:
    exact = derivatives()
    scale, shift = (c1 + c2) ** 2, -c1 * c2
    value, d_s, d_p = (scale * exact[name] for name in ("value", "d_s", "d_p"))
    return (
        *general_steps(),
        own_step(),
        Step("homogeneous", "It is homogeneous of degree one in a vector, which is all that conservation and rescaling need (claims relu-balance and relu-gauge): its slope along the vector is its value", s * (d_s + shift) + 2 * p * d_p, value + shift * s),
    )  # fmt: skip


def _formulas() -> tuple[Formula, ...]:
    norms = sentence("with {}, {}, {}", *order_parameters())
    return (
        Formula(sigma(x), "=", c1 * positive(x, 0) + c2 * positive(-x, 0), tail="then"),
        Formula(g_sigma(w, v), "=", (c1 + c2) ** 2 * g_relu(w, v) - c1 * c2 * Dot(w, v), tail=norms),
    )


CLAIMS = (
    Claim(
        "homogeneous-interaction",
        Kind.THEOREM,
        "An activation that is linear on both sides of zero has the interaction function of ReLU times the square of the sum of its two "
        "slopes, the slope on the negative side that of minus the argument, and less their product times the inner product",
        "",
        sentence("all {}, {}, {}", c1, c2, names.d),
        _interaction,
        "values, gradients and Hessians agree with quadrature to thirty digits, also at parallel and antiparallel vectors",
        "nothing: it is an identity",
        title="Leaky ReLU, the absolute value and their kind",
        text=sentence(
            "With slopes {} and {}, for leaky ReLU {} and {} minus its slope, for the absolute value both {}, let",
            c1,
            c2,
            given(c1, "=", 1),
            c2,
            1,
        ),
        formulas=_formulas,
    ),
)

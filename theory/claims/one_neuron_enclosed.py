"""Claim on one neuron with activations that have no simple interaction function: equal cosines, by enclosures.

The condition of claim ``one-neuron-equal-cosines`` is a sign on a rectangle of norms and cosines, which balls decide
(``verify.certificates.equal_cosines``).
"""

from __future__ import annotations

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Step
from theory.prose import given, sentence
from theory.symbols import k, n, p, q, s
from theory.unevaluated import at

_Z = sp.Symbol("z", real=True)

#: Largest norm of the neuron for each activation.
NORMS = {
    "tanh": sp.S.One,
    "sigmoid": sp.Rational(3, 2),
    "softplus": sp.Rational(3, 2),
    "silu": sp.Rational(3, 2),
    "gelu": sp.Rational(3, 2),
}
#: What is left to balls, by the names of the activations.
BALL_WORDS = {
    name: sentence(
        "{} and {} are positive for norms {} up to {} and all cosines",
        names.G_s,
        names.G_s - s * names.G_ss,
        sp.sqrt(p),
        norm,
    )
    for name, norm in NORMS.items()
}


def _steps() -> tuple[Step, ...]:
    slope = sp.Function("h")
    quotient = slope(_Z) / _Z
    return (
        Step(
            "quotient",
            sentence(
                "By claim one-neuron-equal-cosines {}, the slope of the interaction over the inner product, is the same for "
                "all teachers. It has the slope",
                quotient,
            ),
            sp.Derivative(quotient, _Z),
            -(slope(_Z) - _Z * sp.Derivative(slope(_Z), _Z)) / _Z**2,
        ),
        Step(
            "ends",
            sentence(
                "So where the bracket is positive it decreases, from either side of zero, and if {} is positive, too, it has the "
                "sign of {}: it takes no value twice. No cosine is zero, since there the other side of the condition would "
                "be. Times {} it is, at zero,",
                slope(_Z),
                _Z,
                _Z,
            ),
            at(_Z * quotient, {_Z: 0}),
            slope(0),
        ),
    )


def _formulas() -> tuple[Formula, ...]:
    tail = sentence("for all inner products {} up to the neuron's norm, {} being one.", s, q)
    return (Formula(names.G_s, ">", sp.S.Zero, tail="and"), Formula(names.G_s, ">", s * names.G_ss, tail=tail))


CLAIMS = (
    Claim(
        "one-neuron-equal-cosines-series",
        Kind.THEOREM,
        sentence(
            "A neuron with a non-zero outgoing weight has equal cosines with all orthonormal teachers with equal outgoing weights "
            "if its norm is at most {} for tanh, and at most {} for sigmoid, softplus, SiLU and GELU",
            NORMS["tanh"],
            NORMS["gelu"],
        ),
        "",
        sentence("{}, all {}", given(n, "=", 1), k),
        _steps,
        "flows of one neuron end with equal cosines where the norm is in that range",
        "nothing further",
        balls="two signs on the rectangle of norms and cosines, for each activation",
        title="One neuron: equal cosines for tanh and others",
        formulas=_formulas,
    ),
)

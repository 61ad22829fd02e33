"""Claims on one neuron with activations other than erf: when its cosines are equal, and where it ends."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from theory import names
from theory.activation.neuron import Solution, closed_solution, one_neuron_loss_of
from theory.claim import Claim, Formula, Kind
from theory.claims.interactions import WORDS
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.prose import Sentence, given, sentence
from theory.symbols import a, n, p, q, r, s, u
from theory.unevaluated import at

_Z = sp.Symbol("z", real=True)
_B, _MU = sp.Symbol("b_j", positive=True), sp.Symbol("mu", real=True)
#: Real number of teachers.
_K = sp.Symbol("k", positive=True)
#: 2k - 1, so that all roots are of positive numbers.
_ODD = sp.Symbol("o", positive=True)

#: Activations in words.
INTERACTION_OF = {"erf": "erf", **WORDS}
_INSIDE = sentence("positive, since {}: the cosines are equal", given(_Z**2, "<=", p))
_SUBSETS = sentence("negative for {}: cosines are zero or of one size, so subsets of teachers", given(_Z, ">", 0))

#: G_s - z G_ss at s = z, q = 1, with what it says.
_CONDITIONS: dict[str, tuple[sp.Expr, Sentence | str]] = {
    "erf": (
        4 / sp.pi * (1 + p - _Z**2) / (2 * (1 + p) - _Z**2) ** sp.Rational(3, 2),
        _INSIDE,
    ),
    "normal-cdf": (
        (1 + p - _Z**2) / sp.pi / (2 * (1 + p) - _Z**2) ** sp.Rational(3, 2),
        _INSIDE,
    ),
    "linear": (sp.S.One, "positive: the cosines are equal"),
    "exp": (
        sp.exp(_Z + (p + 1) / 2) * (1 - _Z),
        sentence("positive for {}; two values are possible beyond", given(_Z, "<", 1)),
    ),
    "sin": (
        sp.exp(-(p + 1) / 2) * (sp.cosh(_Z) - _Z * sp.sinh(_Z)),
        sentence("positive where {}; two values are possible beyond", given(_Z * sp.tanh(_Z), "<", 1)),
    ),
    "cube": (
        9 * p - 18 * _Z**2,
        sentence(
            "positive where {}; two values are possible beyond, with the product {}",
            given(names.u_j**2, "<", sp.Rational(1, 2)),
            sp.Rational(1, 2),
        ),
    ),
    "square": (sp.S.Zero, "zero: all directions are alike, a continuum"),
    "hermite2": (sp.S.Zero, "zero: all directions are alike, a continuum"),
    "hermite3": (-18 * _Z**2, "negative: cosines are zero or one value, so subsets of teachers"),
    "hermite4": (-192 * _Z**3, _SUBSETS),
    "cos": (
        sp.exp(-(p + 1) / 2) * (sp.sinh(_Z) - _Z * sp.cosh(_Z)),
        _SUBSETS,
    ),
}


def _equal() -> tuple[Step, ...]:
    G = sp.Function("G")
    lagrangian = -2 * a * _B * G(r * u) + _MU * u**2
    slope = sp.Function("h")
    steps = [
        Step(
            "stationary",
            sentence(
                "On the sphere of cosines with the multiplier {}, the loss and {} times the sum of squared cosines depend "
                "on one of them, {}, through this, whose derivative is to vanish",
                _MU,
                _MU,
                u,
            ),
            sp.Derivative(lagrangian, u),
            -2 * a * _B * r * at(sp.Derivative(G(_Z), _Z), {_Z: r * u}) + 2 * _MU * u,
        ),
        Step(
            "ratio",
            sentence(
                "so a cosine over {}, the slope of the interaction there, is {} times a common factor: for equal outgoing "
                "weights the same number for all teachers, for positive unequal ones in their proportion. The slope of "
                "this quotient as a function of {} has the sign of the numerator",
                slope(r * u),
                _B,
                _Z,
            ),
            sp.Derivative(_Z / slope(_Z), _Z),
            (slope(_Z) - _Z * sp.Derivative(slope(_Z), _Z)) / slope(_Z) ** 2,
        ),
    ]
    for name, (value, words) in _CONDITIONS.items():
        exact = pair(name)
        there = {s: _Z, q: sp.S.One}
        steps.append(
            Step(
                f"{name}",
                f"For {INTERACTION_OF[name]} it is " + words,
                at(exact.d_s, there) - _Z * at(exact.d_ss, there),
                value,
            )
        )
    t = sp.Symbol("t", real=True)
    steps += [
        Step(
            "monotone-exp",
            sentence("For the exponential, below {}", 1),
            1 - _Z,
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((_Z, sp.S.Zero, sp.S.One),),
        ),
        Step(
            "monotone-erf",
            sentence(
                "For erf and the normal distribution function with {}, {} between zero and one",
                given(_Z, "=", t * sp.sqrt(p)),
                t,
            ),
            1 + p - p * t**2,
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((t, sp.S.Zero, sp.S.One),),
        ),
        Step(
            "fall-sin",
            sentence("For the sine {} falls where {}", sp.cosh(_Z) - _Z * sp.sinh(_Z), given(_Z, ">", 0)),
            sp.cosh(_Z) - _Z * sp.sinh(_Z),
            -_Z * sp.cosh(_Z),
            Relation.DERIVATIVE,
            _Z,
        ),
        Step(
            "at-one-sin",
            sentence("and is positive still at {}", given(_Z, "=", 1)),
            at(sp.cosh(_Z) - _Z * sp.sinh(_Z), {_Z: sp.S.One}),
            sp.exp(-1),
        ),
    ]
    return tuple(steps)


def _condition() -> tuple[Formula, ...]:
    tail = sentence(
        "for every inner product {} up to the norm of the neuron, {} and {} being taken at {}",
        s,
        names.G_s,
        names.G_ss,
        given(q, "=", 1),
    )
    return (Formula(names.G_s, ">", s * names.G_ss, tail=tail),)


def _star(name: str) -> Solution:
    found = closed_solution(name, _K)
    if found is None:
        raise RuntimeError(f"{name} has no closed form")
    return found


def _solution(name: str) -> Callable[[], tuple[Step, ...]]:
    def derive() -> tuple[Step, ...]:
        star = _star(name)
        loss = one_neuron_loss_of(name, _K, star.teachers)
        values = {a: star.outgoing, r: star.norm}
        there = {s: sp.S.Zero, p: r**2, q: sp.S.One}
        through = ((_K, (1 + _ODD) / 2),) if name == "normal-cdf" else ()
        steps = [
            Step(
                "outgoing",
                sentence("At the solution the loss is stationary in {}", a),
                at(sp.Derivative(loss, a), values),
                sp.S.Zero,
                through=through,
            ),
            Step(
                "norm",
                sentence("and in {}", r),
                at(sp.Derivative(loss, r), values),
                sp.S.Zero,
                through=through,
            ),
            Step("loss", "The loss there", at(loss, values), star.loss, through=through),
        ]
        if star.teachers == 1:
            steps.append(
                Step(
                    "others",
                    "Teachers with the cosine zero do not pull: the slope of the interaction vanishes there",
                    at(pair(name).d_s, there),
                    sp.S.Zero,
                )
            )
        return tuple(steps)

    return derive


def _formulas(name: str) -> Callable[[], tuple[Formula, ...]]:
    def formulas() -> tuple[Formula, ...]:
        star = _star(name)
        return (
            Formula(sp.Symbol("r"), "=", star.norm),
            Formula(sp.Symbol("a"), "=", star.outgoing),
            Formula(sp.Symbol("L"), "=", star.loss, "loss"),
        )

    return formulas


_FREE = {
    "": "",
    "scale": ", up to the scale of the neuron",
    "direction": ", and in every other direction in the span of the teachers",
    "scale and direction": ", up to the scale of the neuron and in every other direction in the span of the teachers",
}


def _claim(name: str) -> Claim:
    star = _star(name)
    words = INTERACTION_OF[name].split(",")[0]
    where = "one teacher copied" if star.teachers == 1 else "equal cosines"
    return Claim(
        f"{name}-one-neuron",
        Kind.THEOREM,
        f"One neuron with {words} as activation has a critical point with {where}{_FREE[star.free]}",
        "",
        sentence("{}, all {}", given(n, "=", 1), _K),
        _solution(name),
        "flows of one neuron end there",
        "the point in a uniqueness box" if not star.free else "nothing: it is not isolated",
        title=f"One neuron: {words}",
        formulas=_formulas(name),
    )


CLAIMS = (
    Claim(
        "one-neuron-equal-cosines",
        Kind.THEOREM,
        "A neuron with a non-zero outgoing weight has equal cosines with all orthonormal teachers if the slope of the "
        "interaction in the inner product exceeds the inner product times the slope of that, up to the neuron's norm; for "
        "each activation, where it does",
        "",
        sentence("{}, all {}", given(n, "=", 1), _K),
        _equal,
        "flows of one neuron end with equal cosines where the condition holds",
        "nothing further",
        title="One neuron: when all cosines are equal",
        text="All cosines of a neuron with a non-zero outgoing weight and orthonormal teachers are equal if",
        formulas=_condition,
        references=("simsek2023",),
    ),
    *map(_claim, ("normal-cdf", "linear", "square", "cube", "hermite2", "hermite3", "hermite4", "sin", "exp")),
)

"""Claims on one neuron with activations other than erf: when its cosines are equal, and where it ends."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from theory.activation.neuron import Solution, closed_solution, one_neuron_loss_of
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.symbols import a, p, q, r, s, u
from theory.unevaluated import at

_Z = sp.Symbol("z", real=True)
_B, _MU = sp.Symbol("b_j", positive=True), sp.Symbol("mu", real=True)
#: Real number of teachers.
_K = sp.Symbol("k", positive=True)
#: 2k - 1, so that all roots are of positive numbers.
_ODD = sp.Symbol("o", positive=True)

#: G_s - z G_ss at s = z, q = 1, with what it says.
_CONDITIONS: dict[str, tuple[sp.Expr, str]] = {
    "erf": (
        4 / sp.pi * (1 + p - _Z**2) / (2 * (1 + p) - _Z**2) ** sp.Rational(3, 2),
        "positive, since $z^2 \\le p$: the cosines are equal",
    ),
    "normal-cdf": (
        (1 + p - _Z**2) / sp.pi / (2 * (1 + p) - _Z**2) ** sp.Rational(3, 2),
        "positive, since $z^2 \\le p$: the cosines are equal",
    ),
    "linear": (sp.S.One, "positive: the cosines are equal"),
    "exp": (sp.exp(_Z + (p + 1) / 2) * (1 - _Z), "positive for $z < 1$; two values are possible beyond"),
    "sin": (
        sp.exp(-(p + 1) / 2) * (sp.cosh(_Z) - _Z * sp.sinh(_Z)),
        "positive where $z \\tanh z < 1$; two values are possible beyond",
    ),
    "cube": (
        9 * p - 18 * _Z**2,
        "positive where $u_j^2 < 1/2$; two values are possible beyond, with the product $1/2$",
    ),
    "square": (sp.S.Zero, "zero: all directions are alike, a continuum"),
    "hermite2": (sp.S.Zero, "zero: all directions are alike, a continuum"),
    "hermite3": (-18 * _Z**2, "negative: cosines are zero or one value, so subsets of teachers"),
    "hermite4": (-192 * _Z**3, "negative for $z > 0$: cosines are zero or of one size, so subsets of teachers"),
    "cos": (
        sp.exp(-(p + 1) / 2) * (sp.sinh(_Z) - _Z * sp.cosh(_Z)),
        "negative for $z > 0$: cosines are zero or of one size, so subsets of teachers",
    ),
}


def _equal() -> tuple[Step, ...]:
    G = sp.Function("G")
    lagrangian = -2 * a * _B * G(r * u) + _MU * u**2
    slope = sp.Function("h")
    steps = [
        Step(
            "stationary",
            r"On the sphere $\sum_j u_j^2 = 1$ with the multiplier $\mu$, $L + \mu \sum_j u_j^2$ depends on $u_j$ through "
            r"$-2 a b_j G(r u_j) + \mu u_j^2$, whose derivative is to vanish",
            sp.Derivative(lagrangian, u),
            -2 * a * _B * r * at(sp.Derivative(G(_Z), _Z), {_Z: r * u}) + 2 * _MU * u,
        ),
        Step(
            "ratio",
            r"so $u_j / h(r u_j)$ with $h = G_s$ is $a r b_j / \mu$: for equal $b_j$ the same number for all $j$; for positive "
            r"unequal ones in their proportion. The slope of $z / h(z)$ has the sign of $h - z h'$",
            sp.Derivative(_Z / slope(_Z), _Z),
            (slope(_Z) - _Z * sp.Derivative(slope(_Z), _Z)) / slope(_Z) ** 2,
        ),
    ]
    for name, (value, words) in _CONDITIONS.items():
        exact = pair(name)
        there = {s: _Z, q: sp.S.One}
        steps.append(Step(f"{name}", rf"{name}: {words}", at(exact.d_s, there) - _Z * at(exact.d_ss, there), value))
    t = sp.Symbol("t", real=True)
    steps += [
        Step(
            "monotone-exp",
            r"For the exponential, on $(0, 1)$",
            1 - _Z,
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((_Z, sp.S.Zero, sp.S.One),),
        ),
        Step(
            "monotone-erf",
            r"For erf and the normal distribution function with $z = t \sqrt p$, $t$ on $(0, 1)$",
            1 + p - p * t**2,
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((t, sp.S.Zero, sp.S.One),),
        ),
        Step(
            "fall-sin",
            r"For the sine $\cosh z - z \sinh z$ falls on $z > 0$,",
            sp.cosh(_Z) - _Z * sp.sinh(_Z),
            -_Z * sp.cosh(_Z),
            Relation.DERIVATIVE,
            _Z,
        ),
        Step(
            "at-one-sin",
            r"and is positive still at $z = 1$",
            at(sp.cosh(_Z) - _Z * sp.sinh(_Z), {_Z: sp.S.One}),
            sp.exp(-1),
        ),
    ]
    return tuple(steps)


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
                r"$\partial L / \partial a = 0$ at the solution",
                at(sp.Derivative(loss, a), values),
                sp.S.Zero,
                through=through,
            ),
            Step(
                "norm",
                r"$\partial L / \partial r = 0$ there",
                at(sp.Derivative(loss, r), values),
                sp.S.Zero,
                through=through,
            ),
            Step("loss", r"The loss there", at(loss, values), star.loss, through=through),
        ]
        if star.teachers == 1:
            steps.append(
                Step(
                    "others",
                    r"Teachers with the cosine 0 do not pull: $G_s(0, p, 1) = 0$",
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
    where = "one teacher copied" if star.teachers == 1 else "equal cosines"
    return Claim(
        f"{name}-one-neuron",
        Kind.THEOREM,
        f"One neuron with the activation {name} has a critical point with {where}{_FREE[star.free]}",
        rf"r = {sp.latex(star.norm)},\ a = {sp.latex(star.outgoing)},\ L = {sp.latex(star.loss)}",
        "n = 1, all k",
        _solution(name),
        "flows of one neuron end there",
        "the point in a uniqueness box" if not star.free else "nothing: it is not isolated",
        title=f"One neuron: {name}",
        formulas=_formulas(name),
    )


CLAIMS = (
    Claim(
        "one-neuron-equal-cosines",
        Kind.THEOREM,
        "A neuron with a non-zero outgoing weight has equal cosines with all orthonormal teachers if G_s(z) - z G_ss(z) is "
        "positive for |z| <= r; for each activation, where it is",
        r"G_s(z, p, 1) > z\,G_{ss}(z, p, 1) \text{ for } |z| \le r \implies u_1 = \dots = u_k",
        "n = 1, all k",
        _equal,
        "flows of one neuron end with equal cosines where the condition holds",
        "nothing further",
        title="One neuron: when all cosines are equal",
        references=("simsek2023",),
    ),
    *map(_claim, ("normal-cdf", "linear", "square", "cube", "hermite2", "hermite3", "hermite4", "sin", "exp")),
)

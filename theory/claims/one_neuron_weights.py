"""Claim on one erf neuron and orthonormal teachers with any outgoing weights: exactly one critical point."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.notation import Total, root
from theory.prose import asserted, called, defined, given, sentence
from theory.symbols import a, k, n, p, q, s
from theory.unevaluated import at

#: Outgoing weight of a teacher; twice the arcsine of its part of the pull, and of all; what the other teachers add.
b, alpha = sp.symbols("b_j alpha_j", positive=True)
X, y, z, c, t = sp.symbols("X y_j z c t", positive=True)
P, T = sp.symbols("P T", positive=True)
F = sp.Function("F")
#: Beyond a half, so that it is inside.
_INSIDE = ((X, sp.S.Zero, sp.Rational(11, 20)),)
_UNIT = ((z, sp.S.Zero, sp.S.One),)
#: A lower bound of arcsin(X) sqrt(1 - X^2).
_BELOW = X - X**3 / 3 - X**5 / 5
_BRACKET = sp.Symbol("B", positive=True)


def _equations() -> tuple[Step, ...]:
    exact = pair("erf")
    inside = c + 1 - sp.cos(alpha)
    return (
        Step("pull", sentence("As in claim erf-one-neuron-unique the incoming vector is in the span of the teachers and not zero. By the signs of teachers all {} are positive. With {} and {} the interactions with the teachers are", b, defined(X, p / (1 + p)), given(y, "=", z / root(2 * (1 + p)))), at(exact.value, {s: y * sp.sqrt(2 * (1 + p)), q: sp.S.One}), 2 / sp.pi * sp.asin(y)),
        Step("own", "and that of the neuron with itself", at(exact.value, {s: p, q: p}), 2 / sp.pi * sp.asin(p / (1 + p))),
        Step("stationary", sentence("With {} twice the arcsine of {} the loss is a constant and {} times {}, where {}: coordinates in which nothing is left out. With {} what the other teachers add to {}, the slope in one of them is, times the same,", alpha, y, 2 / sp.pi, a**2 * sp.asin(X) - a * Total(b * alpha, names.j), given(X, "=", Total(1 - sp.cos(alpha), names.j)), c, X), sp.Derivative(a**2 * sp.asin(inside) - a * b * alpha, alpha), a**2 * sp.sin(alpha) / sp.sqrt(1 - inside**2) - a * b),
        Step("outgoing", sentence("So {}, for a common {}, and by the sign of the neuron both it and all {} are positive. The slope in the outgoing weight is", given(sp.sin(alpha), "=", b * t), given(t, "=", sp.sqrt(1 - X**2) / a), alpha), sp.Derivative(a**2 * sp.asin(X) - a * T, a), 2 * a * sp.asin(X) - T),
        Step("one-equation", sentence("with {} for the sum of {}. Both vanish where {} is zero, the sum being that of {} over the teachers, and {}. As a function of {} the weights of the teachers are, with {},", T, b * alpha, Total(alpha * sp.sin(alpha) / 2, names.j) - P, alpha * sp.sin(alpha) / 2, given(P, "=", sp.sqrt(1 - X**2) * sp.asin(X)), y, called(F(z), sp.sqrt(1 - z**2) * sp.asin(z) / z)), sp.asin(y) * sp.sin(2 * sp.asin(y)), 2 * y**2 * (sp.sqrt(1 - y**2) * sp.asin(y) / y)),
    )  # fmt: skip


def _range_steps() -> tuple[Step, ...]:
    angle = sp.asin(z) - z * sp.sqrt(1 - z**2)
    return (
        Step("decreasing-slope", sentence("so that the mean of {}, with weights {} that add up to {}, equals {}. Its slope is", F(y), 2 * y**2, X, F(X)), sp.Derivative(sp.sqrt(1 - z**2) * sp.asin(z) / z, z), -angle / (z**2 * sp.sqrt(1 - z**2))),
        Step("decreasing", sentence("negative, since {}: so the largest {} is at least {}. As {} is at least {}, both are at most {}. Near {} the difference is negative, and where {} all {} are at most {}, so that it is not: there is a zero", asserted(angle, ">", 0), y, X, X, 2 * y**2, sp.S.Half, given(t, "=", 0), given(X, "=", sp.S.Half), y, X), angle, 2 * z**2 / sp.sqrt(1 - z**2), Relation.INCREASING, domain=_UNIT),
        Step("term", sentence("There is no other if the difference increases at each. As {} changes, {} times the derivative of {} is its tangent, and of a term of the sum", t, t, alpha), sp.tan(alpha) * sp.Derivative(alpha * sp.sin(alpha) / 2, alpha), alpha * sp.sin(alpha) / 2 + sp.sin(alpha) * sp.tan(alpha) / 2),
        Step("own-term", sentence("while {} has the slope", P), sp.Derivative(sp.sqrt(1 - X**2) * sp.asin(X), X), 1 - X * sp.asin(X) / sp.sqrt(1 - X**2)),
        Step("derivative", sentence("With {} now the sum of {}, at a zero the derivative times {} is", T, sp.sin(alpha) * sp.tan(alpha), t), P + T / 2 - (1 - X * P / (1 - X**2)) * T, P - (1 - 2 * P * X / (1 - X**2)) * T / 2),
    )  # fmt: skip


def _bound_steps() -> tuple[Step, ...]:
    excess = z - sp.asin(z) * sp.sqrt(1 - z**2) - z**3 / 3
    cosine = sp.Symbol("C", positive=True)
    bound = P - (1 - 2 * P * X / (1 - X**2)) * (X + 3 * (X - P) / (1 - X))
    return (
        Step("split", sentence("In {}, with {} the cosine, a term is", T, cosine), (1 - cosine**2) / cosine, 2 * (1 - cosine) + (1 - cosine) ** 2 / cosine),
        Step("excess-slope", sentence("To bound the last of these: with {} this has the derivative", given(z, "=", y)), sp.Derivative(excess, z), z * angle_over(z)),
        Step("excess", sentence("positive, {} being the bracket of before: so {}", _BRACKET, given(sp.asin(z) * sp.sqrt(1 - z**2), "<", z - z**3 / 3)), z * _BRACKET / sp.sqrt(1 - z**2), sp.S.Zero, Relation.POSITIVE, domain=_UNIT),
        Step("half-angle", sentence("Times {}, and as {}, this says that {} is at most three times {}, a sum over the teachers of which is {} at a zero. With {}, what is left out of {} is at most", 4 * z, given(1 - cosine, "=", 2 * z**2), (1 - cosine) ** 2, 2 * (1 - cosine) - alpha * sp.sin(alpha), 2 * (X - P), given(cosine, ">=", 1 - X), T), 4 * z**4 - 3 * (4 * z**2 - 4 * z * (z - z**3 / 3)), sp.S.Zero),
        Step("bound", sentence("{}: the derivative is at least the following, if the bracket before {} is positive, else it is positive without more", 6 * (X - P) / (1 - X), T / 2), at(P - (1 - 2 * P * X / (1 - X**2)) * T / 2, {T: 2 * X + 6 * (X - P) / (1 - X)}), bound),
        Step("increasing", sentence("It increases in {}, which is at most {}, since its derivative is", P, X), sp.Derivative(bound, P), 1 + 2 * X / (1 - X**2) * (X + 3 * (X - P) / (1 - X)) + 3 * (1 - 2 * P * X / (1 - X**2)) / (1 - X)),
        Step("lower", sentence("and {} is at least {}, since this vanishes at zero and increases", P, _BELOW), sp.asin(X) - _BELOW / sp.sqrt(1 - X**2), X**4 * (sp.Rational(1, 3) - sp.Rational(4, 5) * X**2) / (1 - X**2) ** sp.Rational(3, 2), Relation.INCREASING, domain=_INSIDE),
        Step("positive", sentence("where the bound is positive: there is exactly one zero"), bound.subs(P, _BELOW), sp.S.Zero, Relation.POSITIVE, domain=_INSIDE),
    )  # fmt: skip


def angle_over(variable: sp.Symbol) -> sp.Expr:
    """The bracket of the decreasing function over the cosine. Exact."""
    root_of = sp.sqrt(1 - variable**2)
    return (sp.asin(variable) - variable * root_of) / root_of


@cache
def _steps() -> tuple[Step, ...]:
    return (*_equations(), *_range_steps(), *_bound_steps())


def _formulas() -> tuple[Formula, ...]:
    total = Total(alpha * sp.sin(alpha) / 2, names.j)
    return (
        Formula(sp.sin(alpha), "=", names.b_j * sp.sqrt(1 - X**2) / sp.Symbol("a")),
        Formula(X, "=", Total(1 - sp.cos(alpha), names.j)),
        Formula(total, "=", sp.sqrt(1 - X**2) * sp.asin(X), tail=sentence("with the inner products {}, where {}.", sp.sin(alpha / 2) * root(2 * (1 + p)), given(p, "=", X / (1 - X)))),
    )  # fmt: skip


CLAIMS = (
    Claim(
        "erf-one-neuron-weights",
        Kind.THEOREM,
        "One neuron and orthonormal teachers with outgoing weights of any size and sign have exactly one critical point with "
        "a non-zero outgoing weight, up to the sign of the neuron",
        "",
        sentence("{}, all {}, {}, all {} but zero", given(n, "=", 1), k, given(names.d, ">=", k), names.b_j),
        _steps,
        "flows of one neuron that converge with a non-zero outgoing weight end there",
        "the point in a uniqueness box",
        title="One neuron: teachers with unequal outgoing weights",
        formulas=_formulas,
        references=("simsek2023",),
    ),
)  # fmt: skip

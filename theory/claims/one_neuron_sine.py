"""Claim on one sine neuron and orthonormal teachers with any outgoing weights: exactly one critical point."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.notation import Total
from theory.prose import called, given, sentence
from theory.symbols import k, n, x
from theory.unevaluated import at

#: Inner product with a teacher, its hyperbolic tangent, that of the squared norm; the squared norm itself.
z, t, T, p = sp.symbols("z_j t T p", positive=True)
b, tau, Q, q, y = sp.symbols("b_j tau Q q y", positive=True)
F = sp.Function("F")
_TEACHER = ((t, sp.S.Zero, sp.Rational(77, 100)),)
_NORM = ((T, sp.S.Zero, sp.Rational(5, 7)),)


def _bounds(argument: sp.Symbol) -> tuple[sp.Expr, sp.Expr]:
    """Bounds of the inverse hyperbolic tangent from below and above."""
    start = argument + argument**3 / 3
    return start + argument**5 / (5 - sp.Rational(25, 7) * argument**2), start + argument**5 / (5 * (1 - argument**2))


def _condition_steps() -> tuple[Step, ...]:
    rate = z / (1 - z * sp.tanh(z))
    return (
        Step("condition", sentence("By the steps of claim sin-one-neuron-unique, which hold for unequal weights, all {} are positive up to the sign of the neuron and of teachers, {}, and {} is at most {}. Put into the sum {} this gives terms, over {} and with their weight,", z, given(b * sp.cosh(z) / z, "=", tau), z * sp.tanh(z), sp.tanh(p), given(tau * sp.tanh(p), "=", Total(b * sp.sinh(z), names.j)), tau), at(b * sp.sinh(z) / tau, {b: tau * z / sp.cosh(z)}), z * sp.tanh(z)),
        Step("rate", sentence("so that {} vanishes: the mean of {}, with the weights {} whose sum is {}, equals {}. As {} decreases, the largest {} is at least {}, and {} at least {}: both are at most one. As {} falls, the left side of its condition does, whose logarithm, at equal {}, has the slope", Total(z * sp.tanh(z), names.j) - sp.tanh(p), F(z), z**2, p, F(p), called(F(x), sp.tanh(x) / x), z, p, p, z**2, tau, b), sp.Derivative(sp.log(sp.cosh(z) / z), z), sp.tanh(z) - 1 / z),
        Step("own", sentence("so that, in minus the logarithm of {}, {} has the slope {}. The difference is negative for small {}, where {} is smaller than they, and not negative at {}, where they are at most that: there is a zero. For the derivative at it, the slope in {} is", tau, z, rate, z, p, given(p, "=", 1), p), sp.Derivative(sp.tanh(p), p), 1 - sp.tanh(p) ** 2),
        Step("term", sentence("and with {} the part of a teacher is", given(T, "=", sp.tanh(p))), (sp.Derivative(z * sp.tanh(z), z) - 2 * z * (1 - T**2)) * rate, z * sp.tanh(z) - z**2 * (1 - 2 * T**2) / (1 - z * sp.tanh(z))),
        Step("split", sentence("The first terms add up to {} at a zero. For the others, with {},", T, given(q, "=", z * sp.tanh(z))), z**2 / (1 - q), z**2 + z**2 * q / (1 - q)),
    )  # fmt: skip


def _bound_steps() -> tuple[Step, ...]:
    form = 3 * (y - t) * (1 + y * t / 6) - y**2 * t
    low, high = _bounds(t)
    upper = _bounds(T)[1]
    most = p + 3 * (p - T) * (1 + T / 6) / (1 - T)
    final = T - (1 - 2 * T**2) * most
    return (
        Step("concave", sentence("Here {} is at most {}: with {} and {} the difference over {} is the following, concave in {}, as its second derivative is", z**2 * q, 3 * (z**2 - q) * (1 + q / 6), given(t, "=", sp.tanh(z)), given(y, "=", z), y, y), sp.Derivative(form, (y, 2)), -t),
        Step("from-below", sentence("and {}, the inverse hyperbolic tangent, is at least {}, since this vanishes at zero and increases", y, low), sp.atanh(t) - low, sp.factor(1 / (1 - t**2) - sp.diff(low, t)), Relation.INCREASING, domain=_TEACHER),
        Step("from-above", sentence("and at most {}, for the same reason", high), high - sp.atanh(t), 2 * t**6 / (5 * (1 - t**2) ** 2), Relation.INCREASING, domain=_TEACHER),
        Step("at-lower", "The difference is positive at the lower of these", sp.factor(form.subs(y, low)), sp.S.Zero, Relation.POSITIVE, domain=_TEACHER),
        Step("at-upper", sentence("and at the upper one, and so between them; and {} is below {}, {} being at most one", t, sp.Rational(77, 100), z), sp.factor(form.subs(y, high)), sp.S.Zero, Relation.POSITIVE, domain=_TEACHER),
        Step("sum", sentence("As {} adds up to {}, {} to {}, and no {} is above {}, the sum {} of {} is at most {}. If {} is positive, the derivative is at least", z**2, p, q, T, q, T, Q, z**2 / (1 - q), most, 1 - 2 * T**2), at(T - (1 - 2 * T**2) * Q, {Q: most}), final),
        Step("root", sentence("and else it is positive without more. The last of these falls with {}: it has the slope", p), sp.Derivative(final, p), -(1 - 2 * T**2) * (1 + 3 * (1 + T / 6) / (1 - T))),
        Step("positive", sentence("and for {} the bound from above it is positive, {} being below {} in this case: there is exactly one zero", p, T, sp.Rational(5, 7)), sp.factor(final.subs(p, upper)), sp.S.Zero, Relation.POSITIVE, domain=_NORM),
    )  # fmt: skip


@cache
def _steps() -> tuple[Step, ...]:
    return (*_condition_steps(), *_bound_steps())


def _formulas() -> tuple[Formula, ...]:
    return (
        Formula(names.b_j * sp.cosh(names.z_j), "=", sp.Symbol("tau") * names.z_j),
        Formula(Total(names.z_j * sp.tanh(names.z_j), names.j), "=", sp.tanh(Total(names.z_j**2, names.j)), tail=sentence("with the inner products {}.", names.z_j)),
    )  # fmt: skip


CLAIMS = (
    Claim(
        "sin-one-neuron-weights",
        Kind.THEOREM,
        "One neuron with the sine and orthonormal teachers with outgoing weights of any size and sign have exactly one critical "
        "point with a non-zero outgoing weight, up to the sign of the neuron",
        "",
        sentence("{}, all {}, {}, all {} but zero", given(n, "=", 1), k, given(names.d, ">=", k), names.b_j),
        _steps,
        "flows of one neuron that converge with a non-zero outgoing weight end there",
        "the point in a uniqueness box",
        title="One neuron: the sine and unequal outgoing weights",
        formulas=_formulas,
    ),
)

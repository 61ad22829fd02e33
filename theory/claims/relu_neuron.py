"""Claims on one ReLU neuron and k orthonormal teachers: every critical point, and which are minima."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.notation import Dot, EitherSign, Primed, Total
from theory.prose import given, sentence
from theory.rectified import profile, theta
from theory.rectified_neuron import curvature, length, loss, opposite_steps, pull, teacher_loss
from theory.symbols import a, k, n, u
from theory.unevaluated import at

#: Length of the gauge-fixed neuron, its teachers' pull, their own loss, tangents, an arcsine, one cosine.
rho, T, tau, A, y = sp.symbols("rho T tau A y", positive=True)
C, t = sp.symbols("C t", real=True)
kappa = sp.Symbol("kappa", positive=True)
d = sp.Symbol("d", integer=True, positive=True)
#: Vectors, cosines and functions, as sentences name them.
e, w, x, j, v_j, u_j, n_j, Lambda = sp.symbols("e w x j v_j u_j n_j Lambda")
sigma, gamma, gamma_letter = sp.Function("sigma"), sp.Function("gamma"), sp.Symbol("gamma")
#: Above this tangent of half the arcsine the bound of the arcsine by a right angle is enough.
SPLIT = sp.Rational(18, 25)


def _ratio(cosine: sp.Expr) -> sp.Expr:
    """The profile's slope over the cosine: the same number for every teacher at a critical point."""
    return (sp.pi - sp.acos(cosine)) / (2 * sp.pi * cosine)


def _length_steps() -> tuple[Step, ...]:
    sign = sp.Symbol("s", real=True)
    form = rho**2 / 2 - 2 * sign * rho * T + C
    return (
        Step("length", sentence("With the gauge fixed (claim relu-gauge) the neuron is {}; the loss has the slope, in {},", sign * sigma(rho * Dot(e, x)), rho), sp.Derivative(form, rho), rho - 2 * sign * T),
        Step("negative", sentence("which is positive for {}, since the pull is not negative: there is no critical point with a negative outgoing weight and an incoming vector that is not zero", given(sign, "=", -1)), at(rho - 2 * sign * T, {sign: -1}), sp.S.Zero, Relation.POSITIVE),
        Step("positive", sentence("For {} the length is twice the pull", given(sign, "=", 1)), at(rho - 2 * sign * T, {sign: 1, rho: 2 * T}), sp.S.Zero),
        Step("loss-there", "and the loss", at(form, {sign: 1, rho: 2 * T}), C - 2 * T**2),
    )  # fmt: skip


def _direction_steps() -> tuple[Step, ...]:
    above = 2 * kappa / (1 + kappa**2)
    gap = 3 * sp.sqrt(2) * sp.pi / 4 * above - sp.pi / 2 - 2 * sp.atan(kappa)
    slope = 3 * sp.sqrt(2) * sp.pi / 2 * (1 - kappa**2) / (1 + kappa**2) ** 2 - 2 / (1 + kappa**2)
    root = sp.sqrt(1 - u**2)
    return (
        Step("slope", sentence("The direction is critical for the sum of the profiles {} on the sphere, whose slopes are", gamma(u_j)), sp.Derivative(profile(u), u), (sp.pi - sp.acos(u)) / (2 * sp.pi)),
        Step("slope-positive", sentence("By Lagrange {} for all {}, with {}, and {} times every component off the teachers vanishes. The slope is a share of the angle, positive unless {}. So {} vanishes only if {} and the neuron is against the teacher: then {}, no critical point", given(Primed(gamma_letter, 1, u_j), "=", Lambda * u_j), j, given(Lambda, "=", Total(Primed(gamma_letter, 1, u_j) * u_j, j)), Lambda, given(u_j, "=", -1), Lambda, given(k, "=", 1), given(T, "=", 0)), (sp.pi - theta) / (2 * sp.pi), sp.S.Zero, Relation.POSITIVE, domain=((theta, sp.S.Zero, sp.pi),)),
        Step("not-zero", sentence("Else there is no component off the teachers, and no {} vanishes, since the slope at zero does not: all have the sign of {}, and {} is the same for all", u_j, Lambda, Primed(gamma_letter, 1, u) / u), at((sp.pi - sp.acos(u)) / (2 * sp.pi), {u: 0}), sp.Rational(1, 4)),
        Step("ratio-slope", "Positive cosines: this ratio has the slope", sp.Derivative(_ratio(u), u), -(sp.pi - sp.acos(u) - u / root) / (2 * sp.pi * u**2)),
        Step("decreasing", sentence("With {} and {} the arcsine, a right angle less the arccosine, the bracket is positive up to {}, where the ratio decreases", given(tau, "=", u / root), A, 1 / sp.sqrt(2)), sp.pi / 2 + A - tau, sp.S.Zero, Relation.POSITIVE, domain=((tau, sp.S.Zero, sp.S.One),)),
        Step("there", "to the value", at(_ratio(u), {u: 1 / sp.sqrt(2)}), 3 * sp.sqrt(2) / 8),
        Step("above", sentence("Above {} it is smaller than that: times {} the difference is, with {} the tangent of half the arcsine,", 1 / sp.sqrt(2), 2 * sp.pi * u, kappa), gap, slope, Relation.INCREASING, domain=((kappa, sp.sqrt(2) - 1, SPLIT),)),
        Step("above-half-angle", "(this stands for the cosine", sp.sin(2 * sp.atan(kappa)), above),
        Step("at-root", "which is at the lower end", at(above, {kappa: sp.sqrt(2) - 1}), 1 / sp.sqrt(2)),
        Step("near-one", "and beyond the upper end the arcsine is at most a right angle, the cosine at least its value there)", 3 * sp.sqrt(2) * sp.pi / 4 * at(above, {kappa: SPLIT}) - sp.pi, sp.S.Zero, Relation.POSITIVE),
        Step("equal", sentence("Two different positive cosines cannot both be at most {}, where the ratio decreases. If one is above, the others are below, since their squares sum to at most one: there the ratio is larger. So positive cosines are equal. Negative cosines {}: the ratio has the slope", 1 / sp.sqrt(2), -y), sp.Derivative(sp.acos(y) / y, y), -(y / sp.sqrt(1 - y**2) + sp.acos(y)) / y**2),
        Step("negative-decreasing", sentence("with {} and {} the arccosine it decreases: negative cosines are equal, too", given(tau, "=", y / sp.sqrt(1 - y**2)), A), tau + A, sp.S.Zero, Relation.POSITIVE),
    )  # fmt: skip


@cache
def _critical() -> tuple[Step, ...]:
    return (
        *_length_steps(),
        *_direction_steps(),
        Step("average-length", sentence("So {}. Along the sum of the teachers twice the pull is", given(e, "=", EitherSign(Total(v_j, j) / sp.sqrt(k)))), 2 * pull(k), length(k)),
        Step("antipode-slope", "At the opposite direction the arccosines are those that make up pi: they add up to a constant", sp.Derivative(sp.acos(-u) + sp.acos(u), u), sp.S.Zero),
        Step("antipode", "which is", at(sp.acos(-u) + sp.acos(u), {u: 0}), sp.pi),
        Step("opposite-length", sentence("and against it, for {} (for one teacher there is no critical point),", given(k, ">=", 2)), 2 * pull(k, -1), length(k, -1)),
        Step("average-loss", "with the losses", at(C - 2 * T**2, {C: teacher_loss(k), T: length(k) / 2}), loss(k)),
        Step("opposite-loss", "and", at(C - 2 * T**2, {C: teacher_loss(k), T: length(k, -1) / 2}), loss(k, -1)),
    )  # fmt: skip


def _hessian_steps() -> tuple[Step, ...]:
    sine, squares = sp.symbols("S Q", positive=True)
    form = 1 - sine / (sp.pi * rho) * (k + squares)
    value = sp.sqrt(k - 1) / sp.sqrt(k)
    inside = {squares: 1 / value**2, sine: value}
    return (
        Step("radial", "Along the neuron the second derivative is", sp.Derivative(rho**2 / 2 - 2 * rho * T + C, (rho, 2)), sp.S.One),
        Step("transverse", sentence("Across it, in a unit direction {}, it is {} by claim relu-smoothness, {} being the sine of the angle to each teacher, with {} and {}. Inside the teachers' span {} is one over the square of the sine: for the average", x, form, sine, given(squares, "=", Total(Dot(n_j, x) ** 2, j)), given(n_j, "=", (v_j - u_j * e) / sine), squares), at(form, {**inside, rho: length(k)}), curvature(k, inside=True)),
        Step("transverse-outside", "and outside it is zero", at(form, {squares: 0, sine: value, rho: length(k)}), curvature(k, inside=False)),
        Step("opposite-inside", "For the opposite direction inside", at(form, {**inside, rho: length(k, -1)}), curvature(k, -1, inside=True)),
        Step("opposite-outside", "and outside", at(form, {squares: 0, sine: value, rho: length(k, -1)}), curvature(k, -1, inside=False)),
    )  # fmt: skip


def _sign_steps() -> tuple[Step, ...]:
    angle = sp.Symbol("phi", positive=True)
    root = sp.sqrt(k - 1)
    known = {sp.acos(1 / sp.sqrt(k)): angle}
    scale = {sign: sp.pi * length(k, sign) / sp.sqrt(k) for sign in (1, -1)}
    return (
        Step("inside-bracket", sentence("Times {}, with {} the arccosine of {}, below a right angle, the average inside has", sp.pi * rho / sp.sqrt(k), angle, 1 / sp.sqrt(k)), (scale[1] * curvature(k, inside=True)).subs(known), sp.pi - angle - 1 / root),
        Step("inside-positive", sentence("which is positive for {}, with {} and {} the rest to a right angle,", given(k, ">=", 2), given(tau, "=", root), A), sp.pi / 2 + A - 1 / tau, sp.S.Zero, Relation.POSITIVE, domain=((tau, sp.Rational(9, 10), sp.oo),)),
        Step("outside-bracket", "and outside", (scale[1] * curvature(k, inside=False)).subs(known), sp.pi - angle),
        Step("outside-positive", "positive, too: the average is a strict minimum with the gauge fixed, and the coordinates that the teacher ignores vanish there", sp.pi / 2 + A, sp.S.Zero, Relation.POSITIVE),
        *opposite_steps(tau),
        Step("opposite-inside-bracket", "and so scaled the second derivative inside is", (scale[-1] * curvature(k, -1, inside=True)).subs(known), -angle - 1 / root),
        Step("opposite-outside-bracket", "outside", (scale[-1] * curvature(k, -1, inside=False)).subs(known), -angle),
        Step("opposite-negative", "all negative, since minus the first is", angle + 1 / tau, sp.S.Zero, Relation.POSITIVE),
        Step("index", "a saddle whose index counts all transverse directions", at(k - 1 + y, {y: d - k}), d - 1),
    )  # fmt: skip


def _dead_steps() -> tuple[Step, ...]:
    a, b, r, G = sp.symbols("a b r G", real=True)
    change = 2 * a * r * G + a**2 * r**2 / 2
    return (
        Step("dead", sentence("A dead neuron changes the loss by {} as its norm rises from zero to {}, with {}: for {} at the slope", change, r, given(G, "=", -T), given(a, "=", -b)), at(sp.Derivative(change, r), {r: 0, a: -b, G: -T}), 2 * b * T),
        Step("dead-minimum", sentence("positive for {}, as {} is for {} (claim relu-death-one-neuron): critical for {}, and a minimum for {} by claim relu-dead-rule", given(b, ">", 0), T, given(k, ">=", 2), given(a, "<=", 0), given(a, "<", 0)), 2 * A * T, sp.S.Zero, Relation.POSITIVE),
        Step("dead-zero", sentence("At {}, {} it is no minimum: with {} and {} the loss falls by {} times", given(a, "=", 0), given(w, "=", 0), given(a, "=", r), given(r**2, "=", y * T), r**2), -at(change, {a: r, G: -T}) / r**2, 2 * T - r**2 / 2),
        Step("dead-zero-positive", sentence("positive for {}", given(y, "<", 1)), 2 * T - y * T / 2, sp.S.Zero, Relation.POSITIVE, domain=((y, sp.S.Zero, sp.S.One),)),
        Step("outgoing-zero", sentence("and {} with {} is not critical: the slope in the outgoing weight is there", given(a, "=", 0), given(w, "!=", 0)), at(sp.Derivative(change, a), {a: 0, G: -T}), -2 * r * T),
    )  # fmt: skip


@cache
def _minimum() -> tuple[Step, ...]:
    return (*_hessian_steps(), *_sign_steps(), *_dead_steps())


def _critical_formulas() -> tuple[Formula, ...]:
    a, total = sp.Symbol("a"), Total(v_j, j) / sp.sqrt(k)
    up, down = sp.symbols("rho_along rho_against", positive=True)
    other = sentence("or, for {},", given(k, ">=", 2))
    return (
        Formula(a * w, "=", up * total, tail=other),
        Formula(a * w, "=", -down * total, tail="with"),
        Formula(up, "=", length(k), "average-length", tail="and the loss"),
        Formula(sp.Symbol("L"), "=", loss(k), "average-loss", tail="or with"),
        Formula(down, "=", length(k, -1), "opposite-length", tail="and the loss"),
        Formula(sp.Symbol("L"), "=", loss(k, -1), "opposite-loss"),
    )


def _minimum_formulas() -> tuple[Formula, ...]:
    return (
        Formula(sp.Symbol("lambda_in"), "=", curvature(k, inside=True), "transverse", tail="and"),
        Formula(sp.Symbol("lambda_out"), "=", curvature(k, inside=False), "transverse-outside"),
    )


CLAIMS = (
    Claim(
        "relu-one-neuron",
        Kind.THEOREM,
        sentence(
            "A ReLU neuron with {} orthonormal teachers, {} and {} not zero, is critical exactly in two directions up to rescaling, along the sum of the teachers and, for {}, against it: all cosines are equal",
            k,
            w,
            a,
            given(k, ">=", 2),
        ),
        "",
        sentence("{}, all {}, {}", given(n, "=", 1), k, given(names.d, ">=", k)),
        _critical,
        "flows of one neuron end in the first of them or dead",
        "the point in a uniqueness box with the outgoing weight fixed",
        title="One ReLU neuron: its critical points",
        text=sentence(
            "A ReLU neuron with {} orthonormal teachers that is neither dead nor silent is critical exactly if its outgoing weight is "
            "positive and",
            k,
        ),
        formulas=_critical_formulas,
        references=("simsek2023",),
    ),
    Claim(
        "relu-one-neuron-minimum",
        Kind.THEOREM,
        sentence(
            "For {}, with the gauge fixed, the neuron along the sum of the teachers is a strict minimum and the one against it a saddle of index {}; a dead neuron is critical exactly if {}, and a minimum if {}; there is no other critical point",
            given(k, ">=", 2),
            d - 1,
            given(a, "<=", 0),
            given(a, "<", 0),
        ),
        "",
        sentence("{}, {}, {}", given(n, "=", 1), given(k, ">=", 2), given(names.d, ">=", k)),
        _minimum,
        "flows of one neuron end at the minimum or dead with a negative outgoing weight",
        "the index with the outgoing weight fixed",
        title="One ReLU neuron: which are minima",
        text=sentence(
            "For {}, with the gauge fixed, the neuron along the sum of the teachers is a strict minimum, with one eigenvalue {} and inside "
            "and outside the span of the teachers the eigenvalues below; the one against it is a saddle of index {}. A dead neuron is "
            "critical exactly if its outgoing weight is not positive, and a minimum if that is negative; there is no other critical point",
            given(k, ">=", 2),
            1,
            d - 1,
        ),
        formulas=_minimum_formulas,
        references=("simsek2023",),
    ),
)

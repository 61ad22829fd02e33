"""Claims on one neuron of leaky ReLU and k orthonormal teachers: every critical point, and which are minima."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.homogeneous_neuron import leaky_length, leaky_loss, leaky_profile, leaky_pull, leaky_teacher_loss, own
from theory.notation import EitherSign, Primed, Total
from theory.prose import given, sentence
from theory.rectified import theta
from theory.rectified_neuron import pull
from theory.symbols import a, k, n, u
from theory.unevaluated import at

#: The slope on the negative side and its complement to one; length, tangent, an angle, one cosine.
alpha, b, rho, tau, A, y = sp.symbols("alpha b rho tau A y", positive=True)
T, C, P, s = sp.symbols("T C P s", real=True)
g0 = sp.Symbol("g_0", positive=True)
d = sp.Symbol("d", integer=True, positive=True)
e, w, j, v_j, u_j, Lambda = sp.symbols("e w j v_j u_j Lambda")
gamma, gamma_letter = sp.Function("gamma"), sp.Symbol("gamma")
#: The angle to every teacher of the sum of the teachers, its sine, and the tangent of the angle.
ANGLE, SINE, ROOT = sp.acos(1 / sp.sqrt(k)), sp.sqrt(k - 1) / sp.sqrt(k), sp.sqrt(k - 1)


@cache
def _critical() -> tuple[Step, ...]:
    form = g0 * rho**2 - 2 * s * rho * T + C
    slope = (1 - alpha) ** 2 * (sp.pi - sp.acos(u)) / (2 * sp.pi) + alpha
    return (
        Step("own", sentence("With the gauge fixed (claim relu-gauge) the neuron is of length {} in the direction {}, with the sign {}. The interaction {} of a unit vector with itself is", rho, e, s, g0), (1 - alpha) ** 2 / 2 + alpha, own(alpha)),
        Step("length", sentence("and {} being the pull of the teachers and {} their own loss, the loss has the slope, in {},", T, C, rho), sp.Derivative(form, rho), 2 * g0 * rho - 2 * s * T),
        Step("loss-there", sentence("So {} is the sign of {}, and {} the modulus over {}; there is no critical point where the pull vanishes. The loss there is", s, T, rho, g0), at(form, {rho: s * T / g0}), C - s**2 * T**2 / g0),
        Step("slope", sentence("The direction is critical for the sum of the profiles {} on the sphere, whose slopes are", gamma(u_j)), sp.Derivative(leaky_profile(u, alpha), u), slope),
        Step("slope-positive", sentence("By Lagrange {} for all {}, and {} times every component off the teachers vanishes. The slope, {} being the angle and {}, is positive: {} does not vanish, there is no component off the teachers, and all cosines have the sign of {}", given(Primed(gamma_letter, 1, u_j), "=", Lambda * u_j), j, Lambda, theta, given(b, "=", 1 - alpha), Lambda, Lambda), b**2 * (sp.pi - theta) / (2 * sp.pi) + alpha, sp.S.Zero, Relation.POSITIVE, domain=((theta, sp.S.Zero, sp.pi),)),
        Step("ratio", sentence("The slope over the cosine is the same number for all. It is a multiple of that of ReLU, and {}, whose slope is", alpha / u), sp.Derivative(alpha / u, u), -alpha / u**2),
        Step("decreasing", "negative: where the former decreases or is smaller the sum does so, too, and as for ReLU (claim relu-one-neuron) positive cosines are equal. Times the square of the cosine what it falls by is", alpha, sp.S.Zero, Relation.POSITIVE),
        Step("negative", sentence("For negative cosines {} the modulus of the ratio has the slope", -y), sp.Derivative((b**2 * sp.acos(y) / (2 * sp.pi) + alpha) / y, y), -(b**2 * (y / sp.sqrt(1 - y**2) + sp.acos(y)) / (2 * sp.pi) + alpha) / y**2),
        Step("negative-decreasing", sentence("with {} and {} the arccosine it decreases: negative cosines are equal, too", given(tau, "=", y / sp.sqrt(1 - y**2)), A), b**2 * (tau + A) / (2 * sp.pi) + alpha, sp.S.Zero, Relation.POSITIVE),
        Step("average", sentence("So {}. Along the sum of the teachers the pull is", given(e, "=", EitherSign(Total(v_j, j) / sp.sqrt(k)))), at(k * leaky_profile(u, alpha), {u: 1 / sp.sqrt(k)}), leaky_pull(k, alpha)),
        Step("opposite", sentence("and against it, {} being that of ReLU (claim relu-one-neuron),", P), at((1 - alpha) ** 2 * P + k * alpha * u, {u: -1 / sp.sqrt(k)}), (1 - alpha) ** 2 * P - alpha * sp.sqrt(k)),
        Step("average-loss", "with the losses", at(C - T**2 / g0, {C: leaky_teacher_loss(k, alpha), T: leaky_pull(k, alpha), g0: own(alpha)}), leaky_loss(k, alpha)),
        Step("opposite-loss", "and", at(C - T**2 / g0, {C: leaky_teacher_loss(k, alpha), T: leaky_pull(k, alpha, -1), g0: own(alpha)}), leaky_loss(k, alpha, -1)),
    )  # fmt: skip


@cache
def _minimum() -> tuple[Step, ...]:
    S, Q, r, G = sp.symbols("S Q r G", real=True)
    form = 2 * g0 - s * b**2 * S * (k + Q) / (sp.pi * rho)
    inside = {S: SINE, Q: 1 / SINE**2, b: 1 - alpha}
    outside = {S: SINE, Q: 0, b: 1 - alpha}
    bracket = 2 * sp.pi * T - b**2 * S * (k + Q)
    change = 2 * a * r * G + a**2 * g0 * r**2
    up, down = leaky_pull(k, alpha), leaky_pull(k, alpha, -1)
    return (
        Step("radial", "Along the neuron the second derivative is", sp.Derivative(g0 * rho**2 - 2 * s * rho * T + C, (rho, 2)), 2 * g0),
        Step("transverse", sentence("positive. Across it the second derivatives are those of ReLU (claim relu-one-neuron-minimum) times {}, {} being the sine of the angle to each teacher and {} one over its square inside the span of the teachers and zero outside: with the length {}, {} being a sign,", given(b**2, "=", (1 - alpha) ** 2), S, Q, given(rho, "=", s * T / g0), s), at(form, {rho: s * T / g0}), g0 / (sp.pi * T) * bracket),
        Step("inside", "For the average the bracket is, inside,", at(bracket, {T: up, **inside}), sp.sqrt(k) * ((1 - alpha) ** 2 * (sp.pi - ANGLE - 1 / ROOT) + 2 * sp.pi * alpha)),
        Step("inside-positive", sentence("positive for {} as for ReLU, with {} and {} the rest to a right angle,", given(k, ">=", 2), given(tau, "=", ROOT), A), b**2 * (sp.pi / 2 + A - 1 / tau) + 2 * sp.pi * alpha, sp.S.Zero, Relation.POSITIVE, domain=((tau, sp.Rational(9, 10), sp.oo),)),
        Step("outside", "and outside", at(bracket, {T: up, **outside}), sp.sqrt(k) * ((1 - alpha) ** 2 * (sp.pi - ANGLE) + 2 * sp.pi * alpha)),
        Step("outside-positive", "positive, too: a strict minimum", b**2 * (sp.pi / 2 + A) + 2 * sp.pi * alpha, sp.S.Zero, Relation.POSITIVE),
        Step("against-inside", "Against the sum of the teachers it is, inside,", at(bracket, {T: down, **inside}), -sp.sqrt(k) * ((1 - alpha) ** 2 * (ANGLE + 1 / ROOT) + 2 * sp.pi * alpha)),
        Step("against-outside", "and outside", at(bracket, {T: down, **outside}), -sp.sqrt(k) * ((1 - alpha) ** 2 * ANGLE + 2 * sp.pi * alpha)),
        Step("against-negative", sentence("both negative, since minus that is larger than this. So where the pull is positive this is a saddle of index {}, and where it is negative, and with it the outgoing weight, a strict minimum", d - 1), 2 * sp.pi * alpha, sp.S.Zero, Relation.POSITIVE),
        Step("sign", sentence("The pull there has, times {}, the value", 2 * sp.pi / sp.sqrt(k)), 2 * sp.pi / sp.sqrt(k) * down, (1 - alpha) ** 2 * (ROOT - ANGLE) - 2 * sp.pi * alpha),
        Step("one-teacher", "always negative for one teacher", at((1 - alpha) ** 2 * (ROOT - ANGLE) - 2 * sp.pi * alpha, {k: 1}), -2 * sp.pi * alpha),
        Step("dead", sentence("A dead neuron changes the loss by {} as its norm rises from zero to {}, with {}: for {} at the slope", change, r, given(G, "=", -T), given(a, "=", -y)), at(sp.Derivative(change, r), {r: 0, a: -y, G: -T}), 2 * y * T),
        Step("dead-minimum", "which is nowhere negative exactly if the least pull is not. That is the one against the sum of the teachers, since there are no other critical directions and the one along the sum is the greatest: their difference is, with what the two for ReLU differ by,", leaky_pull(k, alpha) - ((1 - alpha) ** 2 * (pull(k) - A) - alpha * sp.sqrt(k)), (1 - alpha) ** 2 * A + 2 * alpha * sp.sqrt(k)),
    )  # fmt: skip


def _critical_formulas() -> tuple[Formula, ...]:
    out, total = sp.Symbol("a"), Total(v_j, j) / sp.sqrt(k)
    up, down = sp.symbols("rho_along rho_against")
    return (
        Formula(out * w, "=", up * total, tail="or"),
        Formula(out * w, "=", -down * total, tail="with"),
        Formula(up, "=", leaky_length(k, alpha), tail="and"),
        Formula(down, "=", leaky_length(k, alpha, -1), tail="and the losses"),
        Formula(sp.Symbol("L_along"), "=", leaky_loss(k, alpha), "average-loss", tail="and"),
        Formula(sp.Symbol("L_against"), "=", leaky_loss(k, alpha, -1), "opposite-loss"),
    )


def _minimum_formulas() -> tuple[Formula, ...]:
    return (Formula((1 - alpha) ** 2 * (ROOT - ANGLE), "<", 2 * sp.pi * alpha),)


_SLOPE = given(0, "<", alpha, "<", 1)

CLAIMS = (
    Claim(
        "leaky-relu-one-neuron",
        Kind.THEOREM,
        sentence(
            "A neuron of leaky ReLU with {} orthonormal teachers, {} and {} not zero, is critical exactly in two directions up to rescaling, along the sum of the teachers and, where the pull does not vanish, against it: all cosines are equal",
            k,
            w,
            a,
        ),
        "",
        sentence("{}, all {}, {}, {}", given(n, "=", 1), k, given(names.d, ">=", k), _SLOPE),
        _critical,
        "flows of one neuron end in one of them or dead",
        "the point in a uniqueness box with the outgoing weight fixed",
        title="One neuron of leaky ReLU: its critical points",
        text=sentence(
            "A neuron of leaky ReLU with the slope {} and {} orthonormal teachers that is neither dead nor silent is critical exactly if",
            alpha,
            k,
        ),
        formulas=_critical_formulas,
    ),
    Claim(
        "leaky-relu-one-neuron-minimum",
        Kind.THEOREM,
        sentence(
            "With the gauge fixed the neuron of leaky ReLU along the sum of the teachers is a strict minimum. The one against it is a second one, with a negative outgoing weight, where its pull is negative, for one teacher always; where the pull is positive it is a saddle of index {}, and dead neurons with negative outgoing weights are minima instead",
            d - 1,
        ),
        "",
        sentence("{}, all {}, {}, {}", given(n, "=", 1), k, given(names.d, ">=", k), _SLOPE),
        _minimum,
        "flows of one neuron end at these minima",
        "the index with the outgoing weight fixed",
        title="One neuron of leaky ReLU: which are minima",
        text=sentence(
            "With the gauge fixed the neuron of leaky ReLU along the sum of the teachers is a strict minimum; the one against it is a "
            "second one, with a negative outgoing weight, exactly if this holds (else, unless both sides are equal, it is a saddle of "
            "index {}, and a dead neuron with a negative outgoing weight is a minimum)",
            d - 1,
        ),
        formulas=_minimum_formulas,
    ),
)

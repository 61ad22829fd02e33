"""Claims on dead ReLU neurons (w = 0): when they stay dead, and why the set of limits of gradients does not say it."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import interaction
from theory.notation import Dot, Mean, Total
from theory.prose import given, sentence
from theory.rectified_neuron import length, opposite_steps, pull
from theory.symbols import a, k, n, r1, r2, u
from theory.unevaluated import at

#: E[sigma(e.x) r] without the neuron, its length, residual and activation, one over the length.
G, R, S = sp.symbols("G R S", real=True)
rho, N = sp.symbols("rho N", positive=True)
#: Vectors and the activation, as sentences name them.
e, w, x = sp.symbols("e w x")
sigma = sp.Function("sigma")
#: |a|, |a G|, pulls towards the sum of the teachers and against it, a share, tangent of an angle.
b, gain, forward, backward = sp.symbols("b g T_forward T_backward", positive=True)
share = sp.Symbol("lambda", real=True)
kappa = sp.Symbol("kappa", positive=True)


@cache
def _rule() -> tuple[Step, ...]:
    change = 2 * a * rho * G + a**2 * rho**2 / 2
    return (
        Step("expansion", sentence("With {}, {} being the residual without the neuron and {} its activation {}, the loss is the expectation of", given(w, "=", rho * e), R, S, sigma(Dot(e, x))), (R + a * rho * S) ** 2, R**2 + 2 * a * rho * R * S + a**2 * rho**2 * S**2),
        Step("activation", sentence("where the mean of the square of {} is", S), at(interaction("relu"), {r1: 1, r2: 1, u: 1}), sp.Rational(1, 2)),
        Step("slope", sentence("So with {} the loss rises by {}. Over the length, as {} grows, uniformly in the direction, that tends to a slope, and zero is a regular subgradient exactly if this is nowhere negative", given(G, "=", Mean(R * S)), change, given(N, "=", 1 / rho)), at(change, {rho: 1 / N}) * N, 2 * a * G, Relation.LIMIT, N),
        Step("minimum", sentence("Then, with {} the modulus of {} or zero and {} that of the outgoing weight, the rise is positive wherever this is not zero, also for outgoing weights near it, whose sign is the same: the neuron is at a minimum in its own parameters", gain, a * G, b), 2 * gain * rho + b**2 * rho**2 / 2, sp.S.Zero, Relation.POSITIVE),
        Step("leaving", sentence("Where {} is negative, say {}, the norm grows from zero along that direction at the rate minus twice that", a * G, -gain), at(-2 * a * G, {G: -gain / a}), 2 * gain),
        Step("outgoing", "The slope in the outgoing weight vanishes at a dead neuron, so it keeps its outgoing weight", at(2 * rho * G + a * rho**2, {rho: 0}), sp.S.Zero),
    )  # fmt: skip


@cache
def _filippov() -> tuple[Step, ...]:
    rest = sp.Symbol("A", positive=True)
    weighted = share * forward - (1 - share) * backward
    value = backward / (forward + backward)
    return (
        Step("forward", sentence("One neuron and {} orthonormal teachers, or all other neurons dead. By symmetry the gradient of the teachers' pull at the direction of their sum lies along it, and by Euler its length is the pull {}, half of", k, forward), 2 * pull(k), length(k)),
        Step("antipode-slope", "At the opposite direction the arccosines are those that make up pi: they add up to a constant", sp.Derivative(sp.acos(-u) + sp.acos(u), u), sp.S.Zero),
        Step("antipode", "which is", at(sp.acos(-u) + sp.acos(u), {u: 0}), sp.pi),
        Step("backward", sentence("There it lies against that direction, of length {}, half of", backward), 2 * pull(k, -1), length(k, -1)),
        *opposite_steps(kappa),
        Step("one-teacher", sentence("For {} it vanishes, where zero itself is a limit of gradients", given(k, "=", 1)), at(length(k, -1), {k: 1}), sp.S.Zero),
        Step("convex", sentence("Limits of gradients at the zero vector from these two directions have zero as a convex combination, with the share {} of the first: Filippov's set contains zero", share), at(weighted, {share: value}), sp.S.Zero),
        Step("share-below", "less than one", 1 - value, sp.S.Zero, Relation.POSITIVE),
        Step("descent", sentence("But for {} the loss falls along the sum of the teachers, at the slope", given(a, ">", 0)), at(2 * a * G, {G: -pull(k)}), -a * length(k)),
        Step("descent-positive", sentence("which is negative: in the bracket stands, with {} and {} being the rest of the arccosine to a right angle, what is positive. So both staying dead and leaving along this direction, where the flow is smooth, are solutions in the sense of Filippov", given(kappa, "=", sp.sqrt(k - 1)), rest), kappa + sp.pi / 2 + rest, sp.S.Zero, Relation.POSITIVE),
        Step("leaving", "the second at the rate", at(-2 * a * (a * rho / 2 - pull(k)), {rho: 0}), a * length(k)),
    )  # fmt: skip


def _rule_formulas() -> tuple[Formula, ...]:
    f, f_star = sp.symbols("f f*")
    pull_of = sp.Function("G")(e)
    words = sentence("for all unit {}, with {}", e, given(pull_of, "=", Mean(sigma(Dot(e, x)) * (f - f_star))))
    return (Formula(a * pull_of, r"\ge", sp.S.Zero, tail=words),)


def _filippov_formulas() -> tuple[Formula, ...]:
    L, (j, v_j) = sp.Function("L"), sp.symbols("j v_j")
    slope = at(sp.Derivative(L(rho * e, a), rho), {rho: 0})
    words = sentence("for {}, while", given(e, "=", Total(v_j, j) / sp.sqrt(k)))
    return (
        Formula(slope, "=", -a * length(k), "descent", tail=words),
        Formula(share * forward - (1 - share) * backward, "=", sp.S.Zero, tail="with"),
        Formula(share, "=", backward / (forward + backward)),
        Formula(forward, "=", length(k) / 2),
        Formula(backward, "=", length(k, -1) / 2),
    )


CLAIMS = (
    Claim(
        "relu-dead-rule",
        Kind.THEOREM,
        sentence(
            "At a dead neuron zero is in the regular subdifferential of the loss exactly if {} is nowhere negative; it is then at a minimum in its own parameters if {} is not zero",
            a * sp.Function("G")(e),
            a,
        ),
        "",
        sentence("all {}, {}, {}, every teacher", n, k, names.d),
        _rule,
        "dead neurons stay dead exactly as long as this holds",
        sentence("a lower bound of {} on the sphere", a * sp.Function("G")(e)),
        title="The rule for dead neurons",
        text="At a dead neuron zero is in the regular subdifferential of the loss exactly if the following holds; the neuron is then at a minimum "
        "in its own parameters, unless its outgoing weight is zero",
        formulas=_rule_formulas,
        references=("rockafellar1998",),
    ),
    Claim(
        "relu-dead-filippov",
        Kind.THEOREM,
        sentence(
            "At a dead neuron Filippov's set may contain zero while the loss has a direction of descent, so that its solutions are not unique: for {} and {} orthonormal teachers that no other neuron fits",
            given(a, ">", 0),
            k,
        ),
        "",
        sentence("all {}, {}, all other neurons dead", k, given(names.d, ">=", k)),
        _filippov,
        "flows leave such points",
        "nothing further",
        title="Filippov's set is not enough",
        text=sentence(
            "At a dead neuron the convex hull of limits of gradients may contain zero while the loss has a direction of descent, so that "
            "Filippov's solutions are not unique. For {} and {} orthonormal teachers that no other neuron fits",
            given(a, ">", 0),
            k,
        ),
        formulas=_filippov_formulas,
        references=("filippov1988",),
    ),
)

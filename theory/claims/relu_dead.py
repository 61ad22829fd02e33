"""Claims on dead ReLU neurons (w = 0): when they stay dead, and why the set of limits of gradients does not say it."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import interaction
from theory.rectified_neuron import length, pull
from theory.symbols import a, k, r1, r2, u
from theory.unevaluated import at, quantity

#: E[sigma(e.x) r] without the neuron, its length, residual and activation, one over the length.
G, R, S = sp.symbols("G R S", real=True)
rho, N = sp.symbols("rho N", positive=True)
#: |a|, |a G|, pulls towards the sum of the teachers and against it, a share, tangent of an angle.
b, gain, forward, backward = sp.symbols("b g T_+ T_-", positive=True)
share = sp.Symbol("lambda", real=True)
kappa = sp.Symbol("kappa", positive=True)


@cache
def _rule() -> tuple[Step, ...]:
    change = 2 * a * rho * G + a**2 * rho**2 / 2
    return (
        Step("expansion", r"With $w = \rho e$, R the residual without the neuron and $S = \sigma(e \cdot x)$, the loss is the expectation of", (R + a * rho * S) ** 2, R**2 + 2 * a * rho * R * S + a**2 * rho**2 * S**2),
        Step("activation", "where the mean of the square of S is", at(interaction("relu"), {r1: 1, r2: 1, u: 1}), sp.Rational(1, 2)),
        Step("slope", r"So with $G = E[R S]$ the loss rises by $2 a \rho G + \frac12 a^2 \rho^2$. Over the length, as $N = 1/\rho$ grows, uniformly in the direction, that tends to a slope, and zero is a regular subgradient exactly if this is nowhere negative", at(change, {rho: 1 / N}) * N, 2 * a * G, Relation.LIMIT, N),
        Step("minimum", "Then, with g the modulus of aG or zero, the rise is positive wherever the outgoing weight is not zero, also for outgoing weights near it, whose sign is the same: the neuron is at a minimum in its own parameters", 2 * gain * rho + b**2 * rho**2 / 2, sp.S.Zero, Relation.POSITIVE),
        Step("leaving", "Where aG is negative, say minus g, the norm grows from zero along that direction at the rate minus twice it", at(-2 * a * G, {G: -gain / a}), 2 * gain),
        Step("outgoing", "The slope in the outgoing weight vanishes at a dead neuron, so it keeps its outgoing weight", at(2 * rho * G + a * rho**2, {rho: 0}), sp.S.Zero),
    )  # fmt: skip


@cache
def _filippov() -> tuple[Step, ...]:
    weighted = share * forward - (1 - share) * backward
    value = backward / (forward + backward)
    return (
        Step("forward", "One neuron and k orthonormal teachers, or all other neurons dead. By symmetry the gradient of the teachers' pull at the direction of their sum lies along it, and by Euler it is the pull, half of", 2 * pull(k), length(k)),
        Step("antipode-slope", "At the opposite direction the arccosines are those that make up pi: they add up to a constant", sp.Derivative(sp.acos(-u) + sp.acos(u), u), sp.S.Zero),
        Step("antipode", "which is", at(sp.acos(-u) + sp.acos(u), {u: 0}), sp.pi),
        Step("backward", "There it lies against that, and is half of", 2 * pull(k, -1), length(k, -1)),
        Step("backward-positive", r"which is positive for $k \ge 2$: with $\kappa = \sqrt{k-1}$, up to a factor,", kappa - sp.acos(1 / sp.sqrt(1 + kappa**2)), kappa**2 / (1 + kappa**2), Relation.INCREASING, domain=((kappa, sp.S.Zero, sp.oo),)),
        Step("one-teacher", "and vanishes for k = 1, where zero itself is a limit of gradients", at(length(k, -1), {k: 1}), sp.S.Zero),
        Step("convex", "Limits of gradients at the zero vector from these two directions have zero as a convex combination: Filippov's set contains zero, with the share of the first", at(weighted, {share: value}), sp.S.Zero),
        Step("share-below", "less than one", 1 - value, sp.S.Zero, Relation.POSITIVE),
        Step("descent", "But for a > 0 the loss falls along the sum of the teachers, at the slope", at(2 * a * G, {G: -pull(k)}), -a * length(k)),
        Step("descent-positive", "(the bracket of the length is at least half of pi). So both staying dead and leaving along this direction, where the flow is smooth, are solutions in the sense of Filippov", sp.pi - sp.pi / 2, sp.S.Zero, Relation.POSITIVE),
        Step("leaving", "the second at the rate", at(-2 * a * (a * rho / 2 - pull(k)), {rho: 0}), a * length(k)),
    )  # fmt: skip


def _rule_formulas() -> tuple[Formula, ...]:
    e = quantity("e")
    return (
        Formula(
            a * sp.Function("G")(e),
            r"\ge",
            sp.S.Zero,
            tail=r"for all unit $e$, $G(e) = E[\sigma(e \cdot x)(f - f^*)]$",
        ),
    )


def _filippov_formulas() -> tuple[Formula, ...]:
    slope = quantity(r"\lim_{\rho \to 0} \frac{L(\rho e, a) - L(0, a)}{\rho}")
    return (
        Formula(slope, "=", -a * length(k), "descent", tail=r"for $e = \sum_j v_j / \sqrt k$, while"),
        Formula(share * forward - (1 - share) * backward, "=", sp.S.Zero, tail="with"),
        Formula(share, "=", backward / (forward + backward)),
        Formula(forward, "=", length(k) / 2),
        Formula(backward, "=", length(k, -1) / 2),
    )


CLAIMS = (
    Claim(
        "relu-dead-rule",
        Kind.THEOREM,
        "At a dead neuron zero is in the regular subdifferential of the loss exactly if a G(e) is nowhere negative; it is then at a minimum in its own parameters if a is not zero",
        r"0 \in \hat\partial_w L(0) \iff a\,G(e) \ge 0\ \text{for all unit } e",
        "all n, k, d, every teacher",
        _rule,
        "dead neurons stay dead exactly as long as this holds",
        "a lower bound of a G on the sphere",
        title="The rule for dead neurons",
        text="At a dead neuron zero is in the regular subdifferential of the loss exactly if the following holds; the neuron is then at a minimum "
        "in its own parameters, unless its outgoing weight is zero",
        formulas=_rule_formulas,
        references=("rockafellar1998",),
    ),
    Claim(
        "relu-dead-filippov",
        Kind.THEOREM,
        "At a dead neuron Filippov's set may contain zero while the loss has a direction of descent, so that its solutions are not unique: for a > 0 and k orthonormal teachers that no other neuron fits",
        r"0 \in \overline{\mathrm{co}}\,\lim \nabla_w L,\quad \min_e 2 a\,G(e) < 0",
        "all k, d >= k, all other neurons dead",
        _filippov,
        "flows leave such points",
        "nothing further",
        title="Filippov's set is not enough",
        text="At a dead neuron the convex hull of limits of gradients may contain zero while the loss has a direction of descent, so that Filippov's "
        "solutions are not unique. For $a > 0$ and $k$ orthonormal teachers that no other neuron fits",
        formulas=_filippov_formulas,
        references=("filippov1988",),
    ),
)

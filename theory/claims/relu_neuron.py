"""Claims on one ReLU neuron and k orthonormal teachers: every critical point, and which are minima."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.rectified import profile, theta
from theory.rectified_neuron import curvature, length, loss, pull, teacher_loss
from theory.symbols import k, u
from theory.unevaluated import at, quantity

#: Length of the gauge-fixed neuron, its teachers' pull, their own loss, tangents, an arcsine, one cosine.
rho, T, tau, A, y = sp.symbols("rho T tau A y", positive=True)
C, t = sp.symbols("C t", real=True)
kappa = sp.Symbol("kappa", positive=True)
d = sp.Symbol("d", integer=True, positive=True)
#: Above this tangent of half the arcsine the bound of the arcsine by a right angle is enough.
SPLIT = sp.Rational(18, 25)


def _ratio(cosine: sp.Expr) -> sp.Expr:
    """The profile's slope over the cosine: the same number for every teacher at a critical point."""
    return (sp.pi - sp.acos(cosine)) / (2 * sp.pi * cosine)


def _length_steps() -> tuple[Step, ...]:
    sign = sp.Symbol("s", real=True)
    form = rho**2 / 2 - 2 * sign * rho * T + C
    return (
        Step("length", r"With the gauge fixed (claim relu-gauge) the loss of $s\,\sigma(\rho e \cdot x)$ has, in $\rho$, the slope", sp.Derivative(form, rho), rho - 2 * sign * T),
        Step("negative", "which is positive for s = -1, since the pull is not negative: there is no critical point with a < 0 and w not zero", at(rho - 2 * sign * T, {sign: -1}), sp.S.Zero, Relation.POSITIVE),
        Step("positive", "For s = 1 the length is twice the pull", at(rho - 2 * sign * T, {sign: 1, rho: 2 * T}), sp.S.Zero),
        Step("loss-there", "and the loss", at(form, {sign: 1, rho: 2 * T}), C - 2 * T**2),
    )  # fmt: skip


def _direction_steps() -> tuple[Step, ...]:
    above = 2 * kappa / (1 + kappa**2)
    gap = 3 * sp.sqrt(2) * sp.pi / 4 * above - sp.pi / 2 - 2 * sp.atan(kappa)
    slope = 3 * sp.sqrt(2) * sp.pi / 2 * (1 - kappa**2) / (1 + kappa**2) ** 2 - 2 / (1 + kappa**2)
    root = sp.sqrt(1 - u**2)
    return (
        Step("slope", r"The direction is critical for the sum of the profiles $\gamma(u_j)$ on the sphere, whose slopes are", sp.Derivative(profile(u), u), (sp.pi - sp.acos(u)) / (2 * sp.pi)),
        Step("slope-positive", r"By Lagrange $\gamma'(u_j) = \Lambda u_j$ for all j, with $\Lambda = \sum_j \gamma'(u_j) u_j$, and $\Lambda$ times every component off the teachers vanishes. The slope is a share of the angle, positive unless $u_j = -1$. So $\Lambda = 0$ only if k = 1 and the neuron is against the teacher: then T = 0, no critical point", (sp.pi - theta) / (2 * sp.pi), sp.S.Zero, Relation.POSITIVE, domain=((theta, sp.S.Zero, sp.pi),)),
        Step("not-zero", r"Else there is no component off the teachers, and no $u_j$ vanishes, since the slope at 0 does not: all have the sign of $\Lambda$, and $\gamma'(u)/u$ is the same for all", at((sp.pi - sp.acos(u)) / (2 * sp.pi), {u: 0}), sp.Rational(1, 4)),
        Step("ratio-slope", "Positive cosines: this ratio has the slope", sp.Derivative(_ratio(u), u), -(sp.pi - sp.acos(u) - u / root) / (2 * sp.pi * u**2)),
        Step("decreasing", r"With $\tau = u/\sqrt{1-u^2}$ and A the arcsine, a right angle less the arccosine, the bracket is positive up to $u = 1/\sqrt2$, where the ratio decreases", sp.pi / 2 + A - tau, sp.S.Zero, Relation.POSITIVE, domain=((tau, sp.S.Zero, sp.S.One),)),
        Step("there", "to the value", at(_ratio(u), {u: 1 / sp.sqrt(2)}), 3 * sp.sqrt(2) / 8),
        Step("above", r"Above $1/\sqrt2$ it is smaller than that: times $2\pi u$ the difference is, with the tangent of half the arcsine,", gap, slope, Relation.INCREASING, domain=((kappa, sp.sqrt(2) - 1, SPLIT),)),
        Step("above-half-angle", "(this stands for the cosine", sp.sin(2 * sp.atan(kappa)), above),
        Step("at-root", "which is at the lower end", at(above, {kappa: sp.sqrt(2) - 1}), 1 / sp.sqrt(2)),
        Step("near-one", "and beyond the upper end the arcsine is at most a right angle, the cosine at least its value there)", 3 * sp.sqrt(2) * sp.pi / 4 * at(above, {kappa: SPLIT}) - sp.pi, sp.S.Zero, Relation.POSITIVE),
        Step("equal", r"Two different positive cosines cannot both be at most $1/\sqrt2$, where the ratio decreases. If one is above, the others are below, since their squares sum to at most 1: there the ratio is larger. So positive cosines are equal. Negative cosines $-y$: the ratio has the slope", sp.Derivative(sp.acos(y) / y, y), -(y / sp.sqrt(1 - y**2) + sp.acos(y)) / y**2),
        Step("negative-decreasing", r"with $\tau = y/\sqrt{1-y^2}$ and A the arccosine it decreases: negative cosines are equal, too", tau + A, sp.S.Zero, Relation.POSITIVE),
    )  # fmt: skip


@cache
def _critical() -> tuple[Step, ...]:
    return (
        *_length_steps(),
        *_direction_steps(),
        Step("average-length", r"So $e = \pm \sum_j v_j/\sqrt k$. Along the sum of the teachers twice the pull is", 2 * pull(k), length(k)),
        Step("antipode-slope", "At the opposite direction the arccosines are those that make up pi: they add up to a constant", sp.Derivative(sp.acos(-u) + sp.acos(u), u), sp.S.Zero),
        Step("antipode", "which is", at(sp.acos(-u) + sp.acos(u), {u: 0}), sp.pi),
        Step("opposite-length", r"and against it, for $k \ge 2$ (no critical point for k = 1),", 2 * pull(k, -1), length(k, -1)),
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
        Step("transverse", r"Across it, in a unit direction $x$, it is $1 - \frac{\sin\theta}{\pi\rho}(k + Q)$ by claim relu-smoothness, with $Q = \sum_j (n_j \cdot x)^2$, $n_j = (v_j - u_j e)/\sin\theta$. Inside the teachers' span Q is one over the square of the sine: for the average", at(form, {**inside, rho: length(k)}), curvature(k, inside=True)),
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
        Step("inside-bracket", r"Times $\pi\rho/\sqrt k$, with $\varphi$ the arccosine of $1/\sqrt k$, below a right angle: the average inside", (scale[1] * curvature(k, inside=True)).subs(known), sp.pi - angle - 1 / root),
        Step("inside-positive", r"is positive for $k \ge 2$, with $\tau = \sqrt{k-1}$ and A the rest to a right angle,", sp.pi / 2 + A - 1 / tau, sp.S.Zero, Relation.POSITIVE, domain=((tau, sp.Rational(9, 10), sp.oo),)),
        Step("outside-bracket", "and outside it is", (scale[1] * curvature(k, inside=False)).subs(known), sp.pi - angle),
        Step("outside-positive", "positive, too: the average is a strict minimum with the gauge fixed, and the coordinates that the teacher ignores vanish there", sp.pi / 2 + A, sp.S.Zero, Relation.POSITIVE),
        Step("opposite-length-positive", r"Against the sum the length is positive for $k \ge 2$, times $\pi/\sqrt k$ with $\tau = \sqrt{k-1}$", tau - sp.acos(1 / sp.sqrt(1 + tau**2)), tau**2 / (1 + tau**2), Relation.INCREASING, domain=((tau, sp.S.Zero, sp.oo),)),
        Step("opposite-inside-bracket", "and so scaled the second derivative inside is", (scale[-1] * curvature(k, -1, inside=True)).subs(known), -angle - 1 / root),
        Step("opposite-outside-bracket", "outside", (scale[-1] * curvature(k, -1, inside=False)).subs(known), -angle),
        Step("opposite-negative", "all negative, since minus the first is", angle + 1 / tau, sp.S.Zero, Relation.POSITIVE),
        Step("index", "a saddle whose index counts all transverse directions", at(k - 1 + y, {y: d - k}), d - 1),
    )  # fmt: skip


def _dead_steps() -> tuple[Step, ...]:
    a, b, r, G = sp.symbols("a b r G", real=True)
    change = 2 * a * r * G + a**2 * r**2 / 2
    return (
        Step("dead", r"A dead neuron changes the loss by $2 a r G + \frac12 a^2 r^2$ as its norm rises from 0 to r, with $G = -T$: for a = -b at the slope", at(sp.Derivative(change, r), {r: 0, a: -b, G: -T}), 2 * b * T),
        Step("dead-minimum", r"positive for b > 0, as T is for $k \ge 2$ (claim relu-death-one-neuron): critical for $a \le 0$, and a minimum for a < 0 by claim relu-dead-rule", 2 * A * T, sp.S.Zero, Relation.POSITIVE),
        Step("dead-zero", r"At a = 0 = w it is no minimum: with $a = r$, $r^2 = yT$ the loss falls by $r^2$ times", -at(change, {a: r, G: -T}) / r**2, 2 * T - r**2 / 2),
        Step("dead-zero-positive", "positive for y < 1", 2 * T - y * T / 2, sp.S.Zero, Relation.POSITIVE, domain=((y, sp.S.Zero, sp.S.One),)),
        Step("outgoing-zero", r"and a = 0 with $w \ne 0$ is not critical: the slope in a is there", at(sp.Derivative(change, a), {a: 0, G: -T}), -2 * r * T),
    )  # fmt: skip


@cache
def _minimum() -> tuple[Step, ...]:
    return (*_hessian_steps(), *_sign_steps(), *_dead_steps())


def _critical_formulas() -> tuple[Formula, ...]:
    j = sp.Symbol("j", integer=True, positive=True)
    product, total = quantity("a w"), sp.Sum(sp.IndexedBase("v")[j], (j, 1, k)) / sp.sqrt(k)
    up, down = sp.symbols("rho_+ rho_-", positive=True)
    return (
        Formula(product, "=", up * total, tail=r"or $- \rho_{-} \sum_j v_j / \sqrt k$ ($k \ge 2$),"),
        Formula(up, "=", length(k), "average-length"),
        Formula(down, "=", length(k, -1), "opposite-length"),
        Formula(sp.Symbol("L"), "=", teacher_loss(k) - sp.Symbol("rho_\\pm") ** 2 / 2),
    )


def _minimum_formulas() -> tuple[Formula, ...]:
    return (
        Formula(quantity(r"\lambda_{\mathrm{in}}"), "=", curvature(k, inside=True), "transverse", tail="and"),
        Formula(quantity(r"\lambda_{\mathrm{out}}"), "=", curvature(k, inside=False), "transverse-outside"),
    )


CLAIMS = (
    Claim(
        "relu-one-neuron",
        Kind.THEOREM,
        "A ReLU neuron with k orthonormal teachers and w, a not zero is critical exactly in two directions up to rescaling, along the sum of the teachers and, for k >= 2, against it: all cosines are equal",
        r"\nabla L = 0,\ w, a \ne 0 \implies a w = \rho_+ \tfrac{1}{\sqrt k}\textstyle\sum_j v_j\ \text{or}\ -\rho_- \tfrac{1}{\sqrt k}\sum_j v_j,\ a > 0",
        "n = 1, all k, d >= k",
        _critical,
        "flows of one neuron end in the first of them or dead",
        "the point in a uniqueness box with the outgoing weight fixed",
        title="One ReLU neuron: its critical points",
        text="A ReLU neuron with $k$ orthonormal teachers that is neither dead nor silent is critical exactly if its outgoing weight is positive "
        "and",
        formulas=_critical_formulas,
        references=("simsek2023",),
    ),
    Claim(
        "relu-one-neuron-minimum",
        Kind.THEOREM,
        "For k >= 2, with the gauge fixed, the neuron along the sum of the teachers is a strict minimum and the one against it a saddle of index d - 1; a dead neuron is critical exactly if a <= 0, and a minimum if a < 0; there is no other critical point",
        r"\lambda_{\mathrm{in}}, \lambda_{\mathrm{out}} > 0\ \text{at}\ \rho_+,\quad \lambda_{\mathrm{in}}, \lambda_{\mathrm{out}} < 0\ \text{at}\ \rho_-;\quad w = 0,\ a < 0",
        "n = 1, k >= 2, all d >= k",
        _minimum,
        "flows of one neuron end at the minimum or dead with a < 0",
        "the index with the outgoing weight fixed",
        title="One ReLU neuron: which are minima",
        text="For $k \\ge 2$, with the gauge fixed, the neuron along the sum of the teachers is a strict minimum, with one eigenvalue $1$ and inside "
        "and outside the span of the teachers the eigenvalues below; the one against it is a saddle of index $d - 1$. A dead neuron is "
        "critical exactly if its outgoing weight is not positive, and a minimum if that is negative; there is no other critical point",
        formulas=_minimum_formulas,
        references=("simsek2023",),
    ),
)

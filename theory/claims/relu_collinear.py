"""Claims on ReLU neurons in one direction: they act as one, and signs decide whether their family is a minimum."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.rectified import profile
from theory.rectified_neuron import length
from theory.symbols import k, p, q, s
from theory.unevaluated import at, quantity, quantity_of

#: Signed lengths of two neurons (or groups of them), of the merged one; lengths; what one is longer by.
P1, P2 = sp.symbols("P_1 P_2", real=True)
l1, l2, gap = sp.symbols("l_1 l_2 epsilon", positive=True)
#: Signs, variations across the direction times the signs, their sum, what is left; eigenvalue of M; pre-activation.
sign, mu, y, Y, D = sp.symbols("s mu y Y D", real=True)
N = sp.Symbol("N", positive=True)
#: Numbers of neurons of the merged neuron's sign and of the other, input dimension.
same, other, d = sp.symbols("m_+ m_- d", integer=True, positive=True)
t, rho = sp.symbols("t rho", positive=True)


def splitting(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """What splitting a neuron into two signed lengths multiplies M by."""
    return (first + second) / (first * second)


def _family_steps() -> tuple[Step, ...]:
    exact = pair("relu")
    angle = sp.Symbol("theta", positive=True)
    G = sp.Function("G")
    first, second = P1 / (P1 + P2) * Y + D, P2 / (P1 + P2) * Y - D
    return (
        Step("merge", "With the gauge fixed, neurons in one direction are one, whose signed length is the sum of theirs, since for lengths the activation is linear", (l1 * (y + sp.Abs(y)) + sign * l2 * (y + sp.Abs(y))) / 2, (l1 + sign * l2) * (y + sp.Abs(y)) / 2),
        Step("own", "Among themselves: the interaction less half the inner product, in lengths and angle,", l1 * l2 * (sp.sin(angle) + (sp.pi - angle) * sp.cos(angle)) / (2 * sp.pi) - l1 * l2 * sp.cos(angle) / 2, l1 * l2 * (sp.sin(angle) - angle * sp.cos(angle)) / (2 * sp.pi)),
        Step("third-order", "is of third order in the angle, so to second order they enter the loss by half the square of the sum of their signed vectors, as one neuron does", (sp.sin(1 / N) - sp.cos(1 / N) / N) * N**3, sp.Rational(1, 3), Relation.LIMIT, N),
        Step("parallel-slope", "(at parallel vectors the slope in the inner product is one half)", at(exact.d_s, {s: p, q: p}), sp.Rational(1, 2)),
        Step("across", r"Let h be the sum of the interactions with all others, $h = |w|\, G(e)$. Its second derivative across a neuron of length $\rho$ is a matrix M, the same for all of them, over the length: in the angle t", at(sp.Derivative(sp.sqrt(rho**2 + y**2) * G(sp.atan(y / rho)), (y, 2)), {y: 0}), (sp.Subs(sp.Derivative(G(y), (y, 2)), y, 0) + G(0)) / rho),
        Step("split", r"So along an eigenvector of M with the eigenvalue $\mu$, two neurons (or groups) of signed lengths $P_1, P_2$ have the form $\frac12 Y^2 + \mu (z_1^2/P_1 + z_2^2/P_2)$, z being variations times signs, $Y = z_1 + z_2$. It splits into that of the merged neuron, of length $P_1 + P_2$, and a part in what is left", first**2 / P1 + second**2 / P2, Y**2 / (P1 + P2) + splitting(P1, P2) * D**2),
        Step("sum", "where the variations add up to Y", first + second, Y),
    )  # fmt: skip


@cache
def _collinear() -> tuple[Step, ...]:
    return (
        *_family_steps(),
        Step("same-sign", "For lengths of one sign s the factor of M is a positive number over s, which is s", splitting(sign * l1, sign * l2), (1 / l1 + 1 / l2) / sign),
        Step("opposite-sign", "for opposite signs, s being that of the longer neuron, it is, over s, minus", splitting(sign * l1, -sign * l2), -(1 / l2 - 1 / l1) / sign),
        Step("opposite-positive", "a positive number", at(1 / l2 - 1 / l1, {l1: l2 + gap}), sp.S.Zero, Relation.POSITIVE),
        Step("further", "More neurons are merged one by one, first those of the merged sign: each of these adds a positive multiple of sM. Then the others, each of them minus a positive multiple, since the sum keeps its sign: from a length to a shorter one", -at(splitting(P1, P2), {P1: l2 + gap, P2: -l2}), gap / (l2 * (l2 + gap))),
        Step("further-positive", "a positive number", gap / (l2 * (l2 + gap)), sp.S.Zero, Relation.POSITIVE),
        Step("count", "With the directions along the neurons (one of the merged neuron, the rest the family itself, where the loss is constant) all are counted. Where none but the family's is null, an index of zero makes it a minimum, the loss being twice continuously differentiable there", d + (same - 1) * (d - 1) + other * (d - 1) + (same + other - 1), (same + other) * d),
    )  # fmt: skip


@cache
def _average() -> tuple[Step, ...]:
    sine, squares = sp.symbols("S Q", positive=True)
    value = sp.sqrt(k - 1) / sp.sqrt(k)
    form = -sine / (2 * sp.pi) * (k + squares)
    inside = at(form, {squares: 1 / sine**2})
    return (
        Step("pull", r"Students in the direction of the average of all k teachers (claim relu-one-neuron) meet $h = -\sum_j g(\cdot, v_j)$. By claim relu-smoothness M is in a unit direction $x$ the number $-\frac{\sin\theta}{2\pi}(k + Q)$, $Q = \sum_j (n_j \cdot x)^2$, $n_j = (v_j - u_j e)/\sin\theta$: inside the teachers' span", inside, -(k * sine**2 + 1) / (2 * sp.pi * sine)),
        Step("inside", "that is", at(-(k * sine**2 + 1) / (2 * sp.pi * sine), {sine: value}), -(sp.sqrt(k) ** 3) / (2 * sp.pi * sp.sqrt(k - 1))),
        Step("inside-negative", "negative for two and more teachers,", (k * sine**2 + 1) / (2 * sp.pi * sine), sp.S.Zero, Relation.POSITIVE),
        Step("outside", "and outside", at(form, {squares: 0, sine: value}), -sp.sqrt(k) * sp.sqrt(k - 1) / (2 * sp.pi)),
        Step("outside-negative", "negative, too", k * sine / (2 * sp.pi), sp.S.Zero, Relation.POSITIVE),
        Step("merged", "The merged neuron is a minimum and of positive sign, its length being", 2 * k * at(profile(s), {s: 1 / sp.sqrt(k)}), length(k)),
        Step("index", "So by claim relu-collinear each further neuron of positive sign adds d - 1 negative directions, each of negative sign none", (same - 1) * (d - 1) + other * 0, same * (d - 1) - (d - 1)),
    )  # fmt: skip


def _collinear_formulas() -> tuple[Formula, ...]:
    merged, M, ind = quantity("sM"), quantity("M"), quantity_of(r"\mathrm{ind}")
    index = quantity(r"\mathrm{index}_1") + (same - 1) * ind(merged) + other * ind(-merged)
    return (
        Formula(
            quantity(r"\kappa M"), "=", splitting(P1, P2) * M, tail="so that, with the index of the merged point,"
        ),
        Formula(quantity(r"\mathrm{index}"), "=", index),
    )


def _average_formulas() -> tuple[Formula, ...]:
    return (Formula(quantity(r"\mathrm{index}"), "=", (same - 1) * (d - 1)),)


CLAIMS = (
    Claim(
        "relu-collinear",
        Kind.THEOREM,
        "ReLU neurons in one direction act as one; a critical point with m of them is a family of m - 1 dimensions, whose index is that of the merged point, and for each further neuron that of sM if it has the merged sign s, of -sM if not, M being the second derivative of the others' pull across the direction",
        r"\mathrm{index} = \mathrm{index}_{\mathrm{merged}} + (m_+ - 1)\, \mathrm{ind}(sM) + m_-\, \mathrm{ind}(-sM)",
        "all n, k, d, every teacher, signed lengths that do not add up to zero",
        _collinear,
        "an opposite-sign pair can be a degenerate minimum where a same-sign pair is a saddle",
        "the merged point certified, the inertia of M",
        title="Collinear neurons",
        text="ReLU neurons in one direction act as one. A critical point with $m$ of them, $m_+$ of the sign $s$ of the merged neuron and $m_-$ of the "
        "other, is a family of $m - 1$ dimensions. With $M$ the second derivative of the others' pull across the direction, a neuron "
        "of signed length $P_1$ beside one of $P_2$ brings",
        formulas=_collinear_formulas,
    ),
    Claim(
        "relu-collinear-average",
        Kind.THEOREM,
        "Students that all point along the sum of k >= 2 orthonormal teachers are a family of critical points of index (m_+ - 1)(d - 1): a degenerate minimum exactly if one of them has a positive outgoing weight and the others negative ones",
        r"\mathrm{index} = (m_+ - 1)(d - 1)",
        "all n, k >= 2, d >= k",
        _average,
        "flows of several neurons end in such families of opposite signs",
        "the inertia of M",
        title="Collinear neurons that average",
        text="Students that all point along the sum of $k \\ge 2$ orthonormal teachers, $m_+$ of them with positive outgoing weights and the others with "
        "negative ones, are a family of critical points: a degenerate minimum exactly if $m_+ = 1$, since",
        formulas=_average_formulas,
    ),
)

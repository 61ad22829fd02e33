"""Claims on ReLU neurons in one direction: they act as one, and signs decide whether their family is a minimum."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.claims.relu_interaction import mixed_form, mixed_hessian
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.notation import Dot, Norm, Total
from theory.prose import given, sentence
from theory.rectified import profile
from theory.rectified_neuron import length
from theory.symbols import k, n, p, q, r1, s
from theory.unevaluated import at

#: Signed lengths of two neurons (or groups of them), of the merged one; lengths; what one is longer by.
P1, P2 = sp.symbols("P_1 P_2", real=True)
l1, l2, gap = sp.symbols("l_1 l_2 epsilon", positive=True)
#: Signs, variations across the direction times the signs, their sum, what is left; eigenvalue of M; pre-activation.
sign, mu, y, Y, D = sp.symbols("s mu y Y D", real=True)
N = sp.Symbol("N", positive=True)
#: The others' second derivative across the direction, vectors and functions, as sentences name them.
M, e, w, x, j, z1, z2, v_j, u_j, n_j = sp.symbols("M e w x j z_1 z_2 v_j u_j n_j")
h = sp.Function("h")
#: Numbers of neurons of the merged neuron's sign and of the other, input dimension.
same, other, d = sp.symbols("m_same m_other d", integer=True, positive=True)
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
        Step("others", "The mixed second derivative with another neuron does not depend on the length, so the others meet the sum of the signed variations only, as of one neuron", at(mixed_form(exact), {r1: rho}), mixed_hessian()),
        Step("across", sentence("Let {} be the sum of the interactions with all others, {}. Its second derivative across a neuron of length {} is, in the plane of an angle, the following; over all planes it is a matrix {}, the same for all of the neurons, over the length", h(w), given(h(w), "=", Norm(w) * G(e)), rho, M), at(sp.Derivative(sp.sqrt(rho**2 + y**2) * G(sp.atan(y / rho)), (y, 2)), {y: 0}), (sp.Subs(sp.Derivative(G(y), (y, 2)), y, 0) + G(0)) / rho),
        Step("split", sentence("So along an eigenvector of {} with the eigenvalue {}, two neurons (or groups) of signed lengths {} and {} have the form {}, the variations across the direction times the signs being {} and {}, with the sum {}. It splits into that of the merged neuron, of length {}, and a part in what is left", M, mu, P1, P2, Y**2 / 2 + mu * (z1**2 / P1 + z2**2 / P2), z1, z2, given(Y, "=", z1 + z2), P1 + P2), first**2 / P1 + second**2 / P2, Y**2 / (P1 + P2) + splitting(P1, P2) * D**2),
        Step("sum", sentence("where the variations add up to {}", Y), first + second, Y),
    )  # fmt: skip


@cache
def _collinear() -> tuple[Step, ...]:
    return (
        *_family_steps(),
        Step("same-sign", sentence("For lengths of one sign {} the factor of {} is a positive number over the sign", sign, M), splitting(sign * l1, sign * l2), (1 / l1 + 1 / l2) / sign),
        Step("opposite-sign", sentence("for opposite signs, {} being that of the longer neuron, it is, over the sign, minus", sign), splitting(sign * l1, -sign * l2), -(1 / l2 - 1 / l1) / sign),
        Step("opposite-positive", "a positive number", at(1 / l2 - 1 / l1, {l1: l2 + gap}), sp.S.Zero, Relation.POSITIVE),
        Step("further", sentence("More neurons are merged one by one, first those of the merged sign: each of these adds a positive multiple of {}. Then the others, each of them minus a positive multiple, since the sum keeps its sign: from a length to a shorter one", sign * M), -at(splitting(P1, P2), {P1: l2 + gap, P2: -l2}), gap / (l2 * (l2 + gap))),
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
        Step("pull", sentence("Students in the direction of the average of all {} teachers (claim relu-one-neuron) meet minus the sum of their interactions with these. By claim relu-smoothness {} is in a unit direction {} the number {}, {} being the sine of the angle to each teacher, with {} and {}: inside the teachers' span", k, M, x, form, sine, given(squares, "=", Total(Dot(n_j, x) ** 2, j)), given(n_j, "=", (v_j - u_j * e) / sine)), inside, -(k * sine**2 + 1) / (2 * sp.pi * sine)),
        Step("inside", "that is", at(-(k * sine**2 + 1) / (2 * sp.pi * sine), {sine: value}), -(sp.sqrt(k) ** 3) / (2 * sp.pi * sp.sqrt(k - 1))),
        Step("inside-negative", "negative for two and more teachers,", (k * sine**2 + 1) / (2 * sp.pi * sine), sp.S.Zero, Relation.POSITIVE),
        Step("outside", "and outside", at(form, {squares: 0, sine: value}), -sp.sqrt(k) * sp.sqrt(k - 1) / (2 * sp.pi)),
        Step("outside-negative", "negative, too", k * sine / (2 * sp.pi), sp.S.Zero, Relation.POSITIVE),
        Step("merged", "The merged neuron is a minimum and of positive sign, its length being", 2 * k * at(profile(s), {s: 1 / sp.sqrt(k)}), length(k)),
        Step("index", sentence("So by claim relu-collinear each further neuron of positive sign adds {} negative directions, each of negative sign none", d - 1), (same - 1) * (d - 1) + other * 0, same * (d - 1) - (d - 1)),
    )  # fmt: skip


def _collinear_formulas() -> tuple[Formula, ...]:
    index, merged, ind = sp.Symbol("index"), sp.Symbol("index_merged"), sp.Function("index")
    total = merged + (same - 1) * ind(sign * M) + other * ind(-sign * M)
    return (
        Formula(sp.Symbol("kappa") * M, "=", splitting(P1, P2) * M, tail="to the second derivative, so that"),
        Formula(index, "=", total),
    )


def _average_formulas() -> tuple[Formula, ...]:
    return (Formula(sp.Symbol("index"), "=", (same - 1) * (d - 1)),)


CLAIMS = (
    Claim(
        "relu-collinear",
        Kind.THEOREM,
        sentence(
            "ReLU neurons in one direction act as one; a critical point with {} of them is a family of {} dimensions, whose index is that of the merged point, and for each further neuron that of {} if it has the merged sign {}, of {} if not, {} being the second derivative of the others' pull across the direction",
            same + other,
            same + other - 1,
            sign * M,
            sign,
            -sign * M,
            M,
        ),
        "",
        sentence("all {}, {}, {}, every teacher, signed lengths that do not add up to zero", n, k, names.d),
        _collinear,
        "an opposite-sign pair can be a degenerate minimum where a same-sign pair is a saddle",
        sentence("the merged point certified, the inertia of {}", M),
        title="Collinear neurons",
        text=sentence(
            "ReLU neurons in one direction act as one. A critical point with {} of them, {} of the sign {} of the merged neuron and {} of the "
            "other, is a family of {} dimensions. With {} the second derivative of the others' pull across the direction, a neuron "
            "of signed length {} beside one of {} brings",
            same + other,
            same,
            sign,
            other,
            same + other - 1,
            M,
            P1,
            P2,
        ),
        formulas=_collinear_formulas,
    ),
    Claim(
        "relu-collinear-average",
        Kind.THEOREM,
        sentence(
            "Students that all point along the sum of two or more orthonormal teachers, {} of them with positive outgoing weights, are a family of critical points of index {}: a degenerate minimum exactly if one of them has a positive outgoing weight and the others negative ones",
            same,
            (same - 1) * (d - 1),
        ),
        "",
        sentence("all {}, {}, {}", n, given(k, ">=", 2), given(names.d, ">=", k)),
        _average,
        "flows of several neurons end in such families of opposite signs",
        sentence("the inertia of {}", M),
        title="Collinear neurons that average",
        text=sentence(
            "Students that all point along the sum of two or more orthonormal teachers, {} of them with positive outgoing weights and the "
            "others with negative ones, are a family of critical points: a degenerate minimum exactly if {}, since",
            same,
            given(same, "=", 1),
        ),
        formulas=_average_formulas,
    ),
)

"""Claims on the absolute value: one neuron copies one teacher, several copy one each, and nobody averages."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.claims.relu_interaction import E2, EO, X, Z, mixed_hessian, own_hessian
from theory.derivation import Relation, Step
from theory.homogeneous_neuron import abs_profile, abs_teacher_loss, copy_length, copy_loss
from theory.notation import Total
from theory.prose import given, sentence
from theory.symbols import k, n, r1, r2, u
from theory.unevaluated import at

rho, tau, y, t = sp.symbols("rho tau y t", positive=True)
T, C, G = sp.symbols("T C G", real=True)
#: The number two over pi, the arccosine.
beta, c = sp.Symbol("beta", positive=True), sp.Symbol("c", real=True)
d = sp.Symbol("d", integer=True, positive=True)
w, v_j, u_j, j, i, omega, x_j = sp.symbols("w v_j u_j j i omega x_j")
gamma = sp.Function("gamma")
TWO_OVER_PI = 2 / sp.pi


def _profile_steps() -> tuple[Step, ...]:
    rectified = (sp.sqrt(1 - u**2) + u * (sp.pi - c)) / (2 * sp.pi)
    return (
        Step("right-angle-slope", "Arccosine and arcsine add up to a constant, since their sum has the slope", sp.Derivative(sp.acos(u) + sp.asin(u), u), sp.S.Zero),
        Step("right-angle", "a right angle", at(sp.acos(u) + sp.asin(u), {u: 0}), sp.pi / 2),
        Step("profile", sentence("So by claim homogeneous-interaction, {} being the arccosine, two unit vectors have the interaction {}, here", c, gamma(u)), at(4 * rectified - u, {c: sp.pi / 2 - sp.asin(u)}), abs_profile(u)),
        Step("slope", "with the slope", sp.Derivative(abs_profile(u), u), 2 * sp.asin(u) / sp.pi),
    )  # fmt: skip


@cache
def _one_neuron() -> tuple[Step, ...]:
    squared = abs_profile(sp.sqrt(y))
    return (
        *_profile_steps(),
        Step("square", sentence("As a function of the squared cosine, {}, it has the slope", y), sp.Derivative(squared, y), sp.asin(sp.sqrt(y)) / (sp.pi * sp.sqrt(y))),
        Step("ratio", "The arcsine over its argument has the slope", sp.Derivative(sp.asin(y) / y, y), (y / sp.sqrt(1 - y**2) - sp.asin(y)) / y**2),
        Step("convex", sentence("positive: with the tangent {} of the arcsine the bracket is this. So the interaction is strictly convex in the squared cosine", tau), tau - sp.atan(tau), tau**2 / (1 + tau**2), Relation.INCREASING, domain=((tau, sp.S.Zero, sp.oo),)),
        Step("maximum", sentence("With the gauge fixed (claim relu-gauge) the loss of a neuron of length {} is {}, {} being the pull of the teachers, the sum of the interactions, which is positive; so the sign is positive and the slope", rho, rho**2 - 2 * rho * T + C, T), sp.Derivative(rho**2 - 2 * rho * T + C, rho), 2 * rho - 2 * T),
        Step("loss", sentence("and the loss is, at {},", given(rho, "=", T)), at(rho**2 - 2 * rho * T + C, {rho: T}), C - T**2),
        Step("one", sentence("The squared cosines fill the simplex {}; every direction on the sphere comes from there. On it the pull is strictly convex, so it has local maxima at corners only. At a corner with one teacher the slope of the interaction with this one is", given(Total(x_j, j), "<=", 1)), at(sp.asin(sp.sqrt(y)) / (sp.pi * sp.sqrt(y)), {y: 1}), sp.Rational(1, 2)),
        Step("other", sentence("and with another one, for {} growing,", given(t, "=", 1 / sp.sqrt(y))), t * sp.asin(1 / t) / sp.pi, 1 / sp.pi, Relation.LIMIT, t),
        Step("strict", "which is less: a strict local maximum. At the corner without teachers all slopes are positive: a minimum of the pull", sp.Rational(1, 2) - 1 / sp.pi, sp.S.Zero, Relation.POSITIVE),
        Step("length", "So the pull is", at(abs_profile(u), {u: 1}) + (k - 1) * at(abs_profile(u), {u: 0}), copy_length(1, k)),
        Step("copy-loss", "and the loss", at(C - T**2, {C: abs_teacher_loss(k), T: copy_length(sp.Integer(1), k)}), copy_loss(sp.Integer(1), k)),
        Step("dead", "The least pull is positive: so dead neurons with negative outgoing weights are minima, and with positive ones they are not (as in claim relu-dead-rule)", at(k * abs_profile(u), {u: 0}), 2 * k / sp.pi),
    )  # fmt: skip


@cache
def _copies() -> tuple[Step, ...]:
    form = n * rho**2 * (1 + (n - 1) * beta) - 2 * rho * n * (1 + (k - 1) * beta) + C
    there = {beta: TWO_OVER_PI, rho: copy_length(n, k)}
    pairs = 2 / rho + 2 * beta * (1 - 1 / rho)
    inner = X[0] * Z[0] + X[1] * Z[1] + EO
    room = (k - n) * beta - (rho - 1) * (n * beta + 1 - beta)
    return (
        Step("orthogonal", sentence("Orthogonal unit vectors have the interaction {}, of slope zero in the cosine: no neuron is pulled across its teacher", given(beta, "=", TWO_OVER_PI)), at(sp.Derivative(abs_profile(u), u), {u: 0}), sp.S.Zero),
        Step("along", sentence("With all lengths {} the loss is {}, of the slope", rho, form), sp.Derivative(form, rho), 2 * n * (rho * (1 + (n - 1) * beta) - 1 - (k - 1) * beta)),
        Step("length", "which vanishes at the length claimed; by symmetry so do the slopes in the single lengths", at(rho * (1 + (n - 1) * beta) - 1 - (k - 1) * beta, there), sp.S.Zero),
        Step("loss", "The loss there", at(form, {**there, C: abs_teacher_loss(k)}), copy_loss(n, k)),
        Step("own", sentence("Second derivatives at orthogonal vectors (claims relu-smoothness and homogeneous-interaction), {} being the component of the displacement towards the other vector and {} the square of what is off the plane: in one vector", X[1], E2), at(4 * own_hessian(), {u: 0}), 2 * r2 * (2 * X[1] ** 2 + E2) / (sp.pi * r1)),
        Step("mixed", "and in both", at(4 * mixed_hessian() - inner, {u: 0}), TWO_OVER_PI * (X[0] * Z[1] + X[1] * Z[0])),
        Step("transverse", "Across its teacher a neuron has by its own square, the other students and the teachers, in a direction that no teacher uses,", at(2 + 2 * beta * (n - 1) - 2 * beta * (k - 1) / rho, there), at(2 / rho, there)),
        Step("uncopied", "towards a teacher that is not copied, with what that one adds,", 2 / rho - 2 * beta / rho, 2 * (1 - beta) / rho),
        Step("pair", "towards the teacher of another student, with the mixed derivative of the two as they turn towards each other, the lower eigenvalue", pairs - 2 * beta, 2 * (1 - beta) / rho),
        Step("pair-upper", "and the upper one", pairs + 2 * beta, 2 * (1 - beta) / rho + 4 * beta),
        Step("radial", "Along the teachers twice the identity and the mixed derivatives, with equal changes", 2 + 2 * beta * (n - 1), 2 * (1 - beta) + 2 * beta * n),
        Step("positive", "and with changes that add up to zero this. All of them are positive", at(2 * (1 - beta), {beta: TWO_OVER_PI}), sp.S.Zero, Relation.POSITIVE),
        Step("dead", sentence("A dead neuron with a negative outgoing weight stays so where the teachers' pull exceeds that of the students. By convexity (claim abs-one-neuron) the interaction is at least that of orthogonal vectors, and at most the chord between that and one in the squared cosine, so the difference is at least", ), at(room, there), sp.S.Zero),
    )  # fmt: skip


def _one_neuron_formulas() -> tuple[Formula, ...]:
    a = sp.Symbol("a")
    return (
        Formula(a * w, "=", rho * v_j, tail=sentence("or minus that, with one of the teachers {}, and", v_j)),
        Formula(rho, "=", 1 + (k - 1) * TWO_OVER_PI, tail="and the loss"),
        Formula(sp.Symbol("L"), "=", copy_loss(sp.Integer(1), k), "copy-loss"),
    )


def _copies_formulas() -> tuple[Formula, ...]:
    a_i, w_i, v_i = sp.symbols("a_i w_i v_i")
    return (
        Formula(a_i * w_i, "=", rho * v_i, tail="with"),
        Formula(rho, "=", copy_length(n, k), tail="is a strict minimum of the loss"),
        Formula(sp.Symbol("L"), "=", copy_loss(n, k), "loss"),
    )


CLAIMS = (
    Claim(
        "abs-one-neuron",
        Kind.THEOREM,
        sentence(
            "With the absolute value a neuron that is neither dead nor silent is a minimum exactly if it points along one of the {} orthonormal teachers or against it: one neuron copies, it does not average",
            k,
        ),
        "",
        sentence("{}, all {}, {}", given(n, "=", 1), k, given(names.d, ">=", k)),
        _one_neuron,
        "flows of one neuron end there or dead with a negative outgoing weight",
        "the point in a uniqueness box with the outgoing weight fixed",
        title="One neuron with the absolute value",
        text=sentence(
            "With the absolute value as activation and {} orthonormal teachers a neuron that is neither dead nor silent is a minimum exactly if",
            k,
        ),
        formulas=_one_neuron_formulas,
    ),
    Claim(
        "abs-copies",
        Kind.THEOREM,
        sentence(
            "With the absolute value {} students along as many of the {} orthonormal teachers, of one length, are a strict minimum with the gauge fixed; dead neurons with negative outgoing weights beside them stay dead",
            n,
            k,
        ),
        "",
        sentence("all {}, {}", given(n, "<=", k), given(names.d, ">=", k)),
        _copies,
        "flows end at such copies, of all students or of some with the others dead or collinear",
        "the point in a uniqueness box with outgoing weights fixed to their signs, of index zero",
        title="Copies with the absolute value",
        text=sentence(
            "With the absolute value as activation {} students, each along another of {} orthonormal teachers, are critical, and a strict "
            "minimum up to rescaling, if",
            n,
            k,
        ),
        formulas=_copies_formulas,
    ),
)

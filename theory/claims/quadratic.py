"""Claims on linear and quadratic networks with any number of neurons: the loss of all their local minima.

A quadratic network is one matrix M, so that its critical points follow from the spectra of two commuting matrices;
which of them are minima is a matter of the signs of the outgoing weights.
"""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.notation import Dot, Norm, Total
from theory.prose import Sentence, given, sentence
from theory.symbols import n, p, q, r1, r2, s, u
from theory.unevaluated import at

#: Matrices, vectors and numbers that sentences name.
M, P, R, N, y, i, c_i, n_plus = sp.symbols("M P R N y i c_i n_plus")
w_i, a_i = names.w_i, names.a_i
#: Squared norms of R and N, trace of their product, their traces; a number that joins them in the Hermite case.
Q, S, B, tau, nu, h = sp.symbols("Q S B tau nu h", real=True)
#: Small steps, an eigenvalue, an angle, entries of vectors, a neuron's component, entries of a unit vector.
epsilon, t, mu, theta, omega, xi, kappa, value, v, e1, e2 = sp.symbols("epsilon t mu theta omega xi kappa lambda v e_1 e_2", real=True)  # fmt: skip
a, c = sp.symbols("a c", real=True, nonzero=True)
e = sp.Symbol("e", positive=True)
#: Eigenvalues of M inside and outside the teachers' span, teachers that are left, teachers, students that count.
inside, outside = sp.symbols("alpha beta", nonnegative=True)
left, k, m = sp.symbols("l k m", positive=True)
#: The trace of the residual at critical points of the square.
TRACE = -2 * (k - inside) / (inside + outside + 2)

#: An interaction function in lengths and the cosine.
_LENGTHS = {s: r1 * r2 * u, p: r1**2, q: r2**2}
_FREE = given(Total(c_i * w_i, i), "=", 0)


def square_loss(teachers: sp.Expr, students: sp.Expr) -> sp.Expr:
    """Loss of minima of the square, so many students having the teachers' sign. Exact."""
    return (teachers + 2) * (teachers - students) / (students + 2) * 2


def hermite2_loss(teachers: sp.Expr, students: sp.Expr) -> sp.Expr:
    """The same for the second Hermite polynomial. Exact."""
    return 2 * (teachers - students)


def _grown(trace: sp.Expr) -> sp.Expr:
    """The loss when kappa times the square of a unit vector, on which R is minus one, is added to R."""
    return 2 * (Q - 2 * kappa * epsilon + (kappa * epsilon) ** 2) + (trace + kappa * epsilon) ** 2


def _linear() -> tuple[Step, ...]:
    x, z = sp.symbols("x z", real=True)
    return (
        Step("interaction", "The interaction function is the inner product, so a network is one vector, the sum of the incoming vectors times the outgoing weights, and the loss the squared distance from that of the teacher,", at(pair("linear").value, _LENGTHS), r1 * r2 * u),
        Step("slope", sentence("a sum over entries. In an entry of {} it has the slope", w_i), sp.Derivative((a * x - z) ** 2, x), 2 * a * (a * x - z)),
        Step("zero", "so that at a critical point with an outgoing weight that is not zero all differences vanish, and with them the loss", at((a * x - z) ** 2, {z: a * x}), sp.S.Zero),
    )  # fmt: skip


def _square_setting() -> tuple[Step, ...]:
    whole = 2 * (Q + 2 * epsilon * B + epsilon**2 * S) + (tau + epsilon * nu) ** 2
    slope = 4 * R + 2 * tau
    return (
        Step("interaction", sentence("A network is the quadratic form of {}, the sum over neurons of {} times the square of {}, the teacher that of the projection {} onto its vectors' span. The interaction function is this: so the loss is twice the squared norm of {} and the square of its trace {}", M, a_i, w_i, P, given(R, "=", M - P), tau), at(pair("square").value, _LENGTHS), r1**2 * r2**2 * (1 + 2 * u**2)),
        Step("gradient", sentence("With the squared norms {} and {} of {} and another matrix {}, the trace {} of their product and the trace {} of the latter, the slope along it is this, the product with {}", Q, S, R, N, B, nu, slope), at(sp.Derivative(whole, epsilon), {epsilon: 0}), 4 * B + 2 * tau * nu),
    )  # fmt: skip


@cache
def _square() -> tuple[Step, ...]:
    gap = {k: inside + left}
    slope = 4 * R + 2 * tau
    final = {inside: m, outside: 0}
    return (
        *_square_setting(),
        Step("critical", sentence("So at a critical point without vanishing outgoing weights {}, hence {}. Then {} and {} commute, and an eigenvalue of {} in the teachers' span is zero or makes this vanish,", given(slope * w_i, "=", 0), given(slope * M, "=", 0), M, P, M), at(4 * (value - 1) + 2 * tau, {value: 1 - tau / 2}), sp.S.Zero),
        Step("critical-outside", "one outside is zero or makes this vanish", at(4 * value + 2 * tau, {value: -tau / 2}), sp.S.Zero),
        Step("trace", sentence("With {} of the former kind and {} of the latter, {} is determined", inside, outside, tau), at(inside * (1 - tau / 2) - outside * tau / 2 - k, {tau: TRACE}), TRACE),
        Step("positive", sentence("While teachers are left, {}, it is negative, so that all eigenvalues of {} but zero are positive", given(k, "=", inside + left), M), -at(TRACE, gap), sp.S.Zero, Relation.POSITIVE),
        Step("negative", sentence("and on the kernel of {} the form of {} is negative, outside the teachers' span as {} is, inside by this", M, slope, tau), 4 - 2 * at(TRACE, gap), sp.S.Zero, Relation.POSITIVE),
        Step("turn", sentence("Turning an eigenvector outside, of the eigenvalue {}, by an angle {} towards a vector of the span in the kernel changes nothing but the trace of the product with {}, which grows to this; the loss falls by four times as much. So at a minimum {}", mu, theta, P, given(outside, "=", 0)), mu - mu * sp.cos(theta) ** 2, mu * sp.sin(theta) ** 2),
        Step("move", sentence("The kernel of {} is the range of {}, so the incoming vectors span no more than that. For numbers with {} add {} times a unit vector of the teachers' span in the kernel, with entries {} and {}, to each {}. The part of a neuron in an entry of {} becomes", slope, M, _FREE, t * c_i / a_i, e1, e2, w_i, M), a * (omega + c * t * e1 / a) * (xi + c * t * e2 / a), a * omega * xi + t * (c * omega * e2 + c * xi * e1) + t**2 * (c**2 / a) * e1 * e2),
        Step("grow", sentence("whose middle terms add up to zero: {} grows by {} times the square of that vector. Growing by {} times it the loss has at the beginning the slope", M, t**2 * Total(c_i**2 / a_i, i), kappa * epsilon), at(sp.Derivative(_grown(tau), epsilon), {epsilon: 0}), kappa * (2 * tau - 4)),
        Step("form", sentence("a fall for positive {}. The form {} of all numbers has {} positive squares, as many as there are positive outgoing weights. At sums of the numbers {} and those with {} it is this", kappa, Total(c_i**2 / a_i, i), n_plus, a_i * Dot(w_i, y), _FREE), (a * omega + c) ** 2 / a, a * omega**2 + 2 * c * omega + c**2 / a),
        Step("loss", sentence("whose middle terms add up to zero. On the former it is the form of {}, nondegenerate with {} positive squares, so that on the latter {} are left: at a minimum none. Hence {} is the smaller of {} and {}, written {}, and the loss is", M, inside, n_plus - inside, inside, n_plus, k, m), 2 * ((k - m) + m * (at(TRACE, final) / 2) ** 2) + at(TRACE, final) ** 2, square_loss(k, m)),
    )  # fmt: skip


@cache
def _hermite2() -> tuple[Step, ...]:
    own = sp.Symbol("p", real=True)
    slope = 4 * R + 2 * h
    return (
        Step("interaction", sentence("With {} and {} as in claim square-minima the loss is, by this, twice the squared norm of {} and the square of {}, the sum over students of {}", M, P, R, h, a_i * (Norm(w_i) ** 2 - 1)), at(pair("hermite2").value, _LENGTHS), (r1**2 - 1) * (r2**2 - 1) + 2 * r1**2 * r2**2 * u**2),
        Step("outgoing", sentence("At a critical point without vanishing outgoing weights {}. In the outgoing weight of a student of the squared norm {}, on which the form of {} is {}, the slope is", given(slope * w_i, "=", 0), own, R, B), at(sp.Derivative(4 * B * epsilon + (h + epsilon * (own - 1)) ** 2, epsilon), {epsilon: 0}), 4 * B + 2 * h * own - 2 * h),
        Step("projection", sentence("the form of {} less {}. So {} vanishes, {}, and eigenvalues of {} are zero or, in the teachers' span, one: a number with", slope, 2 * h, h, given(R * M, "=", 0), M), at(value * (value - 1), {value: 1}), sp.S.Zero),
        Step("shear", sentence("Let {} be a unit vector outside the span. Add {} times {}, {} times a unit vector of the span in the kernel of {} with entries {} and {}, to every {}. The part of a neuron in an entry of {} changes by", y, t, given(v, "=", Dot(w_i, y)), v, M, e1, e2, w_i, M), a * (omega + t * v * e1) * (xi + t * v * e2) - a * omega * xi, t * (a * omega * v * e2 + a * xi * v * e1) + t**2 * a * v**2 * e1 * e2),
        Step("grow", sentence("and all these sums are zero, as {}: neither {} nor {} changes, nor the loss. But {} times the new {} is minus {} times that vector, so that where {} is not zero the loss falls from points as near as one likes. At a minimum the incoming vectors span no more than the range of {}, and as for the square, numbers with {} are free to make it grow. The loss has then at the beginning the slope", given(M * y, "=", 0), M, h, R, w_i, t * v, v, M, _FREE), at(sp.Derivative(_grown(sp.S.Zero), epsilon), {epsilon: 0}), -4 * kappa),
        Step("loss", sentence("and again there is a positive {} unless {} has the smaller rank of {} and {}, written {}. With this many eigenvalues of one the loss is", kappa, M, n_plus, k, m), at(2 * (m * (value - 1) ** 2 + (k - m)), {value: 1}), hermite2_loss(k, m)),
    )  # fmt: skip


@cache
def _hermite3() -> tuple[Step, ...]:
    exact = pair("hermite3")
    alone = exact.value.subs({s: t**2 * e, p: t**2 * e, q: t**2 * e}, simultaneous=True)
    return (
        Step("value", "A neuron with the incoming vector zero contributes nothing, and each teacher costs", at(exact.value, {s: 1, p: 1, q: 1}), sp.Integer(6)),
        Step("slope", "With a teacher a neuron has at zero this slope in the inner product,", at(exact.d_s, {s: 0, p: 0, q: 1}), sp.S.Zero),
        Step("radial", "this one in its squared norm", at(exact.d_p, {s: 0, p: 0, q: 1}), sp.S.Zero),
        Step("mixed", "and this second derivative: their interaction is of third order in the incoming vector, and the point is critical for every outgoing weight", at(exact.d_ss, {s: 0, p: 0, q: 1}), sp.S.Zero),
        Step("alone", sentence("With itself it has, in the direction of a vector of squared norm {}, the second derivative", e), at(sp.Derivative(alone, (t, 2)), {t: 0}), 18 * e),
        Step("minimum", "so that for an outgoing weight that is not zero the loss is at a minimum, strict but for the outgoing weight", 18 * e * a**2, sp.S.Zero, Relation.POSITIVE),
    )  # fmt: skip


def _formula(value: sp.Expr) -> tuple[Formula, ...]:
    return (Formula(names.L, "=", value),)


def _minima(kind: str, loss: sp.Expr) -> tuple[Sentence, Sentence]:
    """Statement, and text that the formula follows."""
    of = f"Every local minimum of a network of {kind} whose outgoing weights do not vanish has"
    smaller = sentence("the smaller of {} and the number of positive outgoing weights", k)
    return (
        sentence(of + " the loss {} with {} ", loss, m) + smaller,
        sentence(of + ", with {} ", m) + smaller + ", the loss",
    )


_SIZES = sentence("all {}, {}, {}", n, k, given(names.d, ">=", k))

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "linear-minima",
        Kind.THEOREM,
        "A linear network with an outgoing weight that is not zero is critical only with loss zero",
        "",
        sentence("all {}, {}, {}, every teacher", n, k, names.d),
        _linear,
        "flows of linear networks end with loss zero, on a continuum",
        "the outgoing weights that do not vanish",
        title="Linear networks",
        text="A linear network with an outgoing weight that is not zero is critical only with",
        formulas=lambda: _formula(sp.S.Zero),
    ),
    Claim(
        "square-minima",
        Kind.THEOREM,
        _minima("squares", square_loss(k, m))[0],
        "",
        _SIZES,
        _square,
        "flows of networks of squares end on continua of this loss",
        "the signs of the outgoing weights and the loss",
        title="Networks of squares",
        text=_minima("squares", square_loss(k, m))[1],
        formulas=lambda: _formula(square_loss(k, m)),
    ),
    Claim(
        "hermite2-minima",
        Kind.THEOREM,
        _minima("second Hermite polynomials", hermite2_loss(k, m))[0],
        "",
        _SIZES,
        _hermite2,
        "flows of networks of second Hermite polynomials end on continua of this loss",
        "the signs of the outgoing weights and the loss",
        title="Networks of second Hermite polynomials",
        text=_minima("second Hermite polynomials", hermite2_loss(k, m))[1],
        formulas=lambda: _formula(hermite2_loss(k, m)),
    ),
    Claim(
        "hermite3-zero",
        Kind.THEOREM,
        sentence("One neuron of the third Hermite polynomial with the incoming vector zero is at a minimum of loss {} for every outgoing weight that is not zero, strict but for that weight", 6 * k),
        "",
        sentence("{}, all {}, {}", given(n, "=", 1), k, names.d),
        _hermite3,
        "flows of one neuron that has died end there",
        "the incoming vector and the loss",
        title="A dead neuron of the third Hermite polynomial",
        text="One neuron of the third Hermite polynomial with the incoming vector zero is at a minimum, strict but for its outgoing weight, which may have any value but zero, with",
        formulas=lambda: _formula(6 * k),
    ),
)  # fmt: skip

"""Claims on one neuron with activations other than erf: that the averaging point is the only critical one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import sympy as sp

from theory import names
from theory.activation.neuron import closed_solution
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.notation import Total
from theory.prose import Sentence, called, defined, given, sentence
from theory.symbols import a, k, n, p, q, s
from theory.unevaluated import at

#: Inner product with a teacher, its outgoing weight; what the other teachers add to the squared norm and to the pull.
z, b = sp.symbols("z_j b_j", positive=True)
c, T = sp.symbols("c T", positive=True)
S, N, H = sp.symbols("S N H", positive=True)
K = sp.Symbol("k", positive=True)
x, y, u = sp.symbols("x y u", positive=True)
Steps: TypeAlias = Callable[[], tuple[Step, ...]]
Formulas: TypeAlias = Callable[[], tuple[Formula, ...]]
_ONE = ((z, sp.S.Zero, sp.S.One),)
_OUTSIDE = (
    "; as it is never zero, the incoming vector has no part outside the span of the teachers, and no critical neuron "
    "that contributes has the incoming vector zero"
)


def _opening(pull: sp.Expr, total: sp.Expr, own: sp.Expr) -> Sentence:
    return sentence(
        "The slope of the interaction with a teacher is never zero, so that the incoming vector is in the span of the "
        "teachers and not zero. All {} are positive. With {} and {} the loss is {} and a constant, where {} is",
        b, given(S, "=", Total(pull, names.j)), given(N, "=", total), a**2 * H - 2 * a * N, H,
    )  # fmt: skip


def _exp() -> tuple[Step, ...]:
    exact = pair("exp")
    factor, own = sp.exp((z**2 + c + 1) / 2), sp.exp(2 * (z**2 + c))
    pull = b * sp.exp(z) + T
    E, D = sp.symbols("E D", positive=True)
    return (
        Step("own", _opening(b * sp.exp(z), sp.exp((p + 1) / 2) * S, H), at(exact.value, {s: p, q: p}), sp.exp(2 * p)),
        Step("pull-slope", sentence("With {} and {} the squared norm and the weight of the other teachers the slopes in {} are", c, T, z), sp.Derivative(factor * pull, z), factor * (b * sp.exp(z) + z * pull)),
        Step("own-slope", "and", sp.Derivative(own, z), 4 * z * own),
        Step("critical", sentence("With {} the slope of the loss vanishes where twice the first, times {}, is the second times {}. Over twice their factors {} and {} the difference is", given(a, "=", N / H), H, N, E, D), (2 * E * (b * sp.exp(z) + z * S) * D - E * S * 4 * z * D) / (2 * E * D), b * sp.exp(z) - z * S),
        Step("sum", sentence("So {}, and {} is positive. The sum over the teachers gives {}: no {} is above one. There {} has the slope", given(b * sp.exp(z), "=", z * S), z, given(Total(z, names.j), "=", 1), z, z * sp.exp(-z)), sp.Derivative(z * sp.exp(-z), z), (1 - z) * sp.exp(-z)),
        Step("increasing", sentence("positive below one: {} is a function of {} that increases from zero. So the sum of all {} decreases as {} grows, from at least one, where the largest is one, to zero: there is one {}, and equal weights have equal {}", z, b / S, z, S, S, z), 1 - z, sp.S.Zero, Relation.POSITIVE, domain=_ONE),
        Step("outgoing", "The outgoing weight is", sp.exp((p + 1) / 2) * S / sp.exp(2 * p), S * sp.exp((1 - 3 * p) / 2)),
        Step("equal", sentence("and for equal weights, where {},", given(S, "=", K * sp.exp(1 / K))), at(S * sp.exp((1 - 3 * p) / 2), {S: K * sp.exp(1 / K), p: 1 / K}), K * sp.exp((1 - 1 / K) / 2)),
    )  # fmt: skip


def _sin() -> tuple[Step, ...]:
    exact = pair("sin")
    factor, own = sp.exp(-(z**2 + c + 1) / 2), sp.exp(-(z**2 + c)) * sp.sinh(z**2 + c)
    pull = b * sp.sinh(z) + T
    E = sp.Symbol("E", positive=True)
    ratio = sp.tanh(x) / x
    v = sp.Symbol("v", positive=True)
    return (
        Step("own", _opening(b * sp.sinh(z), sp.exp(-(p + 1) / 2) * S, H), at(exact.value, {s: p, q: p}), sp.exp(-p) * sp.sinh(p)),
        Step("pull-slope", sentence("With {} and {} the squared norm and the weight of the other teachers the slopes in {} are", c, T, z), sp.Derivative(factor * pull, z), factor * (b * sp.cosh(z) - z * pull)),
        Step("own-slope", "and", sp.Derivative(own, z), 2 * z * sp.exp(-2 * (z**2 + c))),
        Step("critical", sentence("With {} the slope of the loss vanishes where twice the first, times {}, is the second times {}. Over twice the factor {} the difference is, with the exponential of minus {} taken out,", given(a, "=", N / H), H, N, E, p), sp.exp(p) * (2 * E * (b * sp.cosh(z) - z * S) * sp.exp(-p) * sp.sinh(p) - E * S * 2 * z * sp.exp(-2 * p)) / (2 * E), b * sp.cosh(z) * sp.sinh(p) - z * S * sp.cosh(p)),
        Step("below-one", sentence("So {}: all {} have the sign of {}, say that they are positive. Then {} is at least {}, and {} is at most {}, less than one as the difference of its parts is", given(b * sp.cosh(z) * sp.tanh(p), "=", z * S), z, S, S, b * sp.sinh(z), z * sp.tanh(z), sp.tanh(p)), sp.cosh(p) - sp.sinh(p), sp.exp(-p)),
        Step("slope", sentence("a positive number. There {} decreases, since it has the slope", sp.cosh(z) / z), sp.Derivative(sp.cosh(z) / z, z), sp.cosh(z) * (z * sp.tanh(z) - 1) / z**2),
        Step("ratio-slope", sentence("so that {} is a function of {}: equal weights have equal {}. Then {}, and both sides over {} are {}, which has the slope", z, b * sp.tanh(p) / S, z, given(sp.tanh(K * z**2), "=", K * z * sp.tanh(z)), K * z**2, ratio), sp.Derivative(ratio, x), -(sp.sinh(x) * sp.cosh(x) - x) / (x**2 * sp.cosh(x) ** 2)),
        Step("ratio-decreasing", sentence("where the bracket is, with {},", given(v, "=", sp.exp(2 * x))), sp.sinh(x) * sp.cosh(x) - x, (sp.exp(2 * x) - sp.exp(-2 * x)) / 4 - x),
        Step("bracket", "positive, as it vanishes at one and increases", (v - 1 / v) / 4 - sp.log(v) / 2, (v - 1) ** 2 / (4 * v**2), Relation.INCREASING, domain=((v, sp.S.One, sp.oo),)),
        Step("equal", sentence("It decreases, so that {} and {} are equal. The norm is then {}, and the outgoing weight", K * z**2, z, 1 / sp.sqrt(K)), at(K * sp.exp(-(p + 1) / 2) * sp.sinh(p) / (sp.exp(-p) * sp.sinh(p)), {p: 1 / K}), K * sp.exp((1 / K - 1) / 2)),
    )  # fmt: skip


def _cube() -> tuple[Step, ...]:
    exact = pair("cube")
    m, rest = sp.symbols("m l", positive=True)
    lam = sp.Symbol("Lambda", positive=True)
    return (
        Step("slope", sentence("The neuron's scale costs nothing: let {}. The slope of the interaction with a teacher is then, with {} the cosine, as follows" + _OUTSIDE, given(p, "=", 1), u), at(exact.d_s, {s: u, p: 1, q: 1}), 9 + 18 * u**2),
        Step("two-values", sentence("By Lagrange it is a common multiple {} of {}, for equal outgoing weights: all cosines have its sign, say that they are positive. Two that are different, {} and {}, fulfil", lam * u, u, x, y), y * (9 + 18 * x**2) - x * (9 + 18 * y**2), 9 * (y - x) * (1 - 2 * x * y)),
        Step("square", sentence("so that {}. If {} teachers have {} and the {} others {}, the squares add up to one. With {} their sum, less one, is, times {},", given(y, "=", 1 / (2 * x)), m, x, rest, 1 / (2 * x), given(u, "=", x**2), 4 * u), 4 * u * (m * u + rest / (4 * u) - 1), 4 * m * (u - 1 / (2 * m)) ** 2 + (m * rest - 1) / m),
        Step("none", sentence("As {} and {} are at least one it vanishes only for {}, where {}", m, rest, given(m * rest, "=", 1), given(u, "=", sp.S.Half)), at(1 / (2 * sp.sqrt(u)), {u: sp.S.Half}), 1 / sp.sqrt(2)),
        Step("outgoing", sentence("and both values are the same after all: the cosines are equal. The outgoing weight is then"), at(K * exact.value / 15, {s: 1 / sp.sqrt(K), p: 1, q: 1}), (3 * K + 2) / (5 * sp.sqrt(K))),
    )  # fmt: skip


def _linear() -> tuple[Step, ...]:
    exact = pair("linear")
    B = sp.Symbol("B", positive=True)
    return (
        Step("slope", sentence("By Lagrange, with {} and the cosine {}, {} is {} times the slope of the interaction, over a common number. The slope is as follows" + _OUTSIDE, given(p, "=", 1), u, u, b), at(exact.d_s, {s: u, p: 1, q: 1}), sp.S.One),
        Step("pull", sentence("so {} with {}, up to the sign of the neuron. The pull of all teachers is then", given(u, "=", b / B), given(B**2, "=", Total(b**2, names.j))), at(S / B, {S: B**2}), B),
        Step("loss", "and the loss, all interactions being inner products, is", at(a**2 - 2 * a * B + B**2, {a: B}), sp.S.Zero),
    )  # fmt: skip


def _normal_cdf() -> tuple[Step, ...]:
    exact = pair("normal-cdf")
    F = sp.Function("F")
    weight2 = (1 - X2**2) / (4 * y**2 * (1 - y**2))
    return (
        Step("pull", sentence("The slope of the interaction is that of erf over four, so that the cosines are equal as in claim erf-one-neuron-unique. With {} and {} the interaction with a teacher is", given(y, "=", s / sp.sqrt(2 * (1 + p))), defined(X2, p / (1 + p))), at(exact.value, {s: y * sp.sqrt(2 * (1 + p)), q: sp.S.One}), sp.Rational(1, 4) + sp.asin(y) / (2 * sp.pi)),
        Step("own", sentence("and of the neuron with itself, {} being {},", X2, 2 * K * y**2), at(exact.value, {s: p, q: p}), sp.Rational(1, 4) + sp.asin(p / (1 + p)) / (2 * sp.pi)),
        Step("outgoing", sentence("The slope in the norm gives the outgoing weight as there; squared, and with {} in terms of {}, it is", X2, y), at(weight2, {X2: 2 * K * y**2}), (1 - 4 * K**2 * y**4) / (4 * y**2 * (1 - y**2))),
        Step("falls", sentence("which falls as {} grows: with {} its derivative is, without the sign and a square,", y, given(x, "=", y**2)), -4 * x**2 * (1 - x) ** 2 * sp.Derivative((1 - 4 * K**2 * x**2) / (4 * x * (1 - x)), x), 1 - 2 * x + 4 * K**2 * x**2),
        Step("falls-sign", sentence("positive, as {} is at most a half with {} below one", x, X2), 1 - 2 * x + 4 * K**2 * x**2, sp.S.Zero, Relation.POSITIVE, domain=((x, sp.S.Zero, sp.S.Half),)),
        Step("there", sentence("At {} the square is", given(y, "=", 1 / (2 * K))), at((1 - 4 * K**2 * y**4) / (4 * y**2 * (1 - y**2)), {y: 1 / (2 * K)}), K**2),
        Step("means", sentence("The slope in {} vanishes with the sum of {} and {}. The first has the sign of {}. By the steps of that claim, with {} decreasing, so has the other: the quotient of its terms is", a, (a - K) / 4, (a * sp.asin(X2) - K * sp.asin(y)) / (2 * sp.pi), 1 / (2 * K) - y, called(F(x), sp.sqrt(1 - x**2) * sp.asin(x) / x)), at(sp.sqrt(1 - X2**2) / (2 * y * sp.sqrt(1 - y**2)) * sp.asin(X2) / (K * sp.asin(y)), {X2: 2 * K * y**2}), at((sp.sqrt(1 - X2**2) * sp.asin(X2) / X2) / (sp.sqrt(1 - y**2) * sp.asin(y) / y), {X2: 2 * K * y**2})),
        Step("negative", sentence("greater than one where {} is. For cosines of the other sign {} and {} are negative, and the sum is, with {} for {}, a negative multiple of what follows, and of a positive number: it does not vanish", 1 / (2 * K) - y, a, y, y, -y), (a + K) / 4 + (a * sp.asin(X2) - K * sp.asin(y)) / (2 * sp.pi), a * (sp.Rational(1, 4) + sp.asin(X2) / (2 * sp.pi)) + K * (sp.pi / 2 - sp.asin(y)) / (2 * sp.pi)),
        Step("root", sentence("So both vanish at once, and {} is", p), at(X2 / (1 - X2), {X2: 1 / (2 * K)}), 1 / (2 * K - 1)),
    )  # fmt: skip


#: p / (1 + p).
X2 = sp.Symbol("X", positive=True)


def _formulas_equal(name: str) -> tuple[Formula, ...]:
    star = closed_solution(name, sp.Symbol("k", integer=True, positive=True))
    if star is None:
        raise RuntimeError(f"{name} has no closed form")
    return (
        Formula(names.u_j, "=", star.cosine),
        Formula(sp.Symbol("r"), "=", star.norm),
        Formula(sp.Symbol("a"), "=", star.outgoing, tail=sentence("for equal outgoing weights of one.")),
    )


def _formulas_exp() -> tuple[Formula, ...]:
    total = sp.Symbol("S")
    return (
        Formula(names.b_j * sp.exp(names.z_j), "=", names.z_j * total),
        Formula(Total(names.z_j, names.j), "=", sp.S.One),
        Formula(sp.Symbol("a"), "=", total * sp.exp((1 - 3 * p) / 2), "", tail=sentence("with {} the inner products and {} the squared norm.", names.z_j, p)),
    )  # fmt: skip


def _formulas_linear() -> tuple[Formula, ...]:
    return (
        Formula(sp.Symbol("a") * names.w, "=", Total(names.b_j * names.v_j, names.j)),
        Formula(names.L, "=", sp.S.Zero, "loss", tail="up to the scale of the neuron."),
    )


def _claim(name: str, statement: str, sizes: Sentence, steps: Steps, formulas: Formulas, title: str) -> Claim:
    return Claim(
        f"{name}-one-neuron-unique",
        Kind.THEOREM,
        statement,
        "",
        sizes,
        steps,
        "flows of one neuron that converge with non-zero weights end there",
        "nothing further",
        title=title,
        formulas=formulas,
    )


_ALL = sentence("{}, all {}, {}", given(n, "=", 1), k, given(names.d, ">=", k))
CLAIMS = (
    _claim("exp", "One neuron with the exponential has exactly one critical point with a non-zero outgoing weight for orthonormal teachers with positive outgoing weights", sentence("{}, all {}, {}, all {}", given(n, "=", 1), k, given(names.d, ">=", k), given(names.b_j, ">", 0)), _exp, _formulas_exp, "One neuron: the exponential, no other critical point"),
    _claim("sin", "One neuron with the sine has, up to its sign, exactly one critical point with a non-zero outgoing weight", _ALL, _sin, lambda: _formulas_equal("sin"), "One neuron: the sine, no other critical point"),
    _claim("cube", "One neuron with the cube has, up to its sign and scale, exactly one critical point with non-zero weights", _ALL, _cube, lambda: _formulas_equal("cube"), "One neuron: the cube, no other critical point"),
    _claim("linear", "One neuron with the identity has, up to its sign and scale, exactly one critical point with non-zero weights, for teachers with outgoing weights of any size and sign", sentence("{}, all {}, {}, all {} but zero", given(n, "=", 1), k, given(names.d, ">=", k), names.b_j), _linear, _formulas_linear, "One neuron: the identity, no other critical point"),
    _claim("normal-cdf", "One neuron with the normal distribution function has exactly one critical point with a non-zero outgoing weight, that of claim normal-cdf-one-neuron", _ALL, _normal_cdf, lambda: _formulas_equal("normal-cdf"), "One neuron: the normal distribution function, no other critical point"),
)  # fmt: skip

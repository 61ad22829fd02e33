"""Claims on one neuron whose cosines need not be equal: at most two values, or subsets of the teachers."""

from __future__ import annotations

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.notation import Total
from theory.prose import given, sentence
from theory.symbols import a, k, n, p, q, s, x
from theory.unevaluated import at

#: Inner product with a teacher, its outgoing weight; what other teachers add to the squared norm and to the pull.
z, b = sp.symbols("z_j b_j", positive=True)
c, T = sp.symbols("c T", positive=True)
S, N, H, B, E = sp.symbols("S N H B E", positive=True)
K, m = sp.symbols("k m", positive=True)
omega, rho = sp.symbols("omega rho", positive=True)
i = sp.Symbol("i", positive=True)


def _two_values() -> tuple[Step, ...]:
    term = m * (m - 2) * (m - 3)
    exact = pair("sin")
    scaled = {s: omega * rho * s, p: omega**2 * p, q: rho**2 * q}
    return (
        Step("term", sentence("By claim one-neuron-equal-cosines {} over {} is the same for all cosines that are not zero, with {} the inner product with a teacher. If no coefficient of the interaction's series in {} is negative, this quotient is a sum, with coefficients that are not negative, of powers with {} at least one, times {}, whose second derivatives are", names.G_s, z, z, s, m, m), sp.Derivative(m * z ** (m - 2), (z, 2)), term * z ** (m - 4)),
        Step("first", sentence("For {} the factor is", given(m, "=", 1)), at(term, {m: 1}), sp.Integer(2)),
        Step("third", sentence("for two and three it vanishes, and beyond, with {}, it is positive. So the quotient is convex for positive {}, strictly where one of these terms is there, and takes a value at most twice", given(m, "=", 3 + i), z), at(term, {m: 3 + i}), sp.S.Zero, Relation.POSITIVE),
        Step("sines", sentence("The condition holds for erf, the exponential, the cube and the normal distribution function by their closed forms, and for sums of sines with positive coefficients, since sines of the frequencies {} and {} have the interaction", omega, rho), at(exact.value, scaled), sp.exp(-(omega**2 * p + rho**2 * q) / 2) * sp.sinh(omega * rho * s)),
        Step("tanh", sentence("so for tanh, an integral of sines with the weights {}, positive as the hyperbolic sine increases from zero, since it has the derivative", 1 / sp.sinh(sp.pi * omega / 2)), sp.sinh(x), sp.cosh(x), Relation.DERIVATIVE, x),
    )  # fmt: skip


def _cos() -> tuple[Step, ...]:
    exact = pair("cos")
    factor, own = sp.exp(-(z**2 + c + 1) / 2), sp.exp(-(z**2 + c)) * sp.cosh(z**2 + c)
    pull = b * sp.cosh(z) + T
    return (
        Step("own", sentence("With {} and {} the loss is {} and a constant, where {} is", given(S, "=", Total(b * sp.cosh(z), names.j)), given(N, "=", sp.exp(-(p + 1) / 2) * S), a**2 * H - 2 * a * N, H), at(exact.value, {s: p, q: p}), sp.exp(-p) * sp.cosh(p)),
        Step("pull-slope", sentence("With {} and {} the squared norm and the weight of the other teachers the slopes in {} are", c, T, z), sp.Derivative(factor * pull, z), factor * (b * sp.sinh(z) - z * pull)),
        Step("own-slope", "and", sp.Derivative(own, z), -2 * z * sp.exp(-2 * (z**2 + c))),
        Step("critical", sentence("With {} the slope of the loss vanishes where twice the first, times {}, is the second times {}. Over twice the factor {} the difference is, with the exponential of minus {} taken out,", given(a, "=", N / H), H, N, E, p), sp.exp(p) * (2 * E * (b * sp.sinh(z) - z * S) * sp.exp(-p) * sp.cosh(p) + E * S * 2 * z * sp.exp(-2 * p)) / (2 * E), b * sp.sinh(z) * sp.cosh(p) - z * S * sp.sinh(p)),
        Step("slope", sentence("For a coordinate outside the span of the teachers the weight is zero, so that it vanishes. Along a teacher the difference is zero for {}, and else where {}. This quotient is even; its slope for positive {} is", given(z, "=", 0), given(sp.sinh(z) / z, "=", S * sp.tanh(p) / b), z), sp.Derivative(sp.sinh(z) / z, z), (z * sp.cosh(z) - sp.sinh(z)) / z**2),
        Step("bracket", "where the bracket vanishes at zero and has the positive derivative of the following, so that the quotient increases: for equal outgoing weights the cosines that are not zero are of one size", z * sp.cosh(z) - sp.sinh(z), z * sp.sinh(z), Relation.DERIVATIVE, z),
        Step("all", sentence("With {} of {} teachers, {} and {}, the condition is {}. At {} the left side is one and the right side zero, and for large {} the right side is larger: each subset has such a point. For all teachers it is where {} vanishes: at {} it is", m, K, given(p, "=", m * z**2), given(b, "=", 1), given(sp.sinh(z) / z, "=", (m * sp.cosh(z) + K - m) * sp.tanh(m * z**2)), given(z, "=", 0), z, sp.sinh(z) / z - K * sp.cosh(z) * sp.tanh(K * z**2), given(z, "=", 1 / K)), at(sp.sinh(z) / z - K * sp.cosh(z) * sp.tanh(K * z**2), {z: 1 / K}), sp.S.Zero),
        Step("outgoing", "with the outgoing weight", at(K * sp.exp(-(p + 1) / 2) * sp.cosh(p) / (sp.exp(-p) * sp.cosh(p)), {p: 1 / K}), K * sp.exp((1 / K - 1) / 2)),
    )  # fmt: skip


def _hermite3() -> tuple[Step, ...]:
    exact = pair("hermite3")
    r = sp.sqrt(p)
    own = 6 * p**3 + 9 * p * (p - 1) ** 2
    return (
        Step("pull", "The interaction with a teacher is", at(exact.value, {q: 1}), 6 * s**3),
        Step("slope", sentence("By Lagrange its slope, times {}, is a common multiple of {}, not zero, so that there is no part outside the span of the teachers: {} is zero, or the following is common, so that {} with {} over the subset", b, z, z, given(z, "=", r / (b * sp.sqrt(B))), given(B, "=", Total(1 / b**2, names.j))), b * at(sp.Derivative(6 * s**3, s), {s: z}) / z, 18 * b * z),
        Step("part", "A teacher of the subset pulls by", at(6 * b * z**3, {z: r / (b * sp.sqrt(B))}), 6 * p ** sp.Rational(3, 2) / (b**2 * B ** sp.Rational(3, 2))),
        Step("own", sentence("all together by {}. The neuron's interaction with itself is", 6 * p ** sp.Rational(3, 2) / sp.sqrt(B)), at(exact.value, {s: p, q: p}), own),
        Step("norm", sentence("and the loss falls by the square of the pull over that, {} times a function with the slope", 36 / B), sp.Derivative(p**3 / own, p), 18 * p**3 * (1 - p) / own**2),
        Step("gain", sentence("which vanishes for {} alone. There the loss falls by", given(p, "=", 1)), at(36 / B * p**3 / own, {p: 1}), 6 / B),
        Step("outgoing", "and the outgoing weight is", at(6 * p ** sp.Rational(3, 2) / sp.sqrt(B) / own, {p: 1}), 1 / sp.sqrt(B)),
    )  # fmt: skip


def _hermite4() -> tuple[Step, ...]:
    exact = pair("hermite4")
    own = 24 * p**4 + 72 * p**2 * (p - 1) ** 2 + 9 * (p - 1) ** 4
    return (
        Step("pull", "The interaction with a teacher is", at(exact.value, {q: 1}), 24 * s**4),
        Step("slope", sentence("By Lagrange its slope, times {}, is a common multiple of {}, not zero, so that there is no part outside the span of the teachers: {} is zero, or the following is common, so that outgoing weights of the subset have one sign, say that it is positive, and {} with {} over the subset", b, z, z, given(z**2, "=", p / (b * B)), given(B, "=", Total(1 / b, names.j))), b * at(sp.Derivative(24 * s**4, s), {s: z}) / z, 96 * b * z**2),
        Step("part", "A teacher of the subset pulls by", at(24 * b * z**4, {z: sp.sqrt(p / (b * B))}), 24 * p**2 / (b * B**2)),
        Step("own", sentence("all together by {}. The neuron's interaction with itself is", 24 * p**2 / B), at(exact.value, {s: p, q: p}), own),
        Step("norm", sentence("and the loss falls by the square of the pull over that, {} times a function with the slope", (24 / B) ** 2), sp.Derivative(p**4 / own, p), 36 * p**3 * (1 - p) * (4 * p**2 + (p - 1) ** 2) / own**2),
        Step("norm-sign", sentence("whose last factor is the following, positive, so that it vanishes for {} alone", given(p, "=", 1)), 4 * p**2 + (p - 1) ** 2, 5 * (p - sp.Rational(1, 5)) ** 2 + sp.Rational(4, 5)),
        Step("gain", "There the loss falls by", at((24 / B) ** 2 * p**4 / own, {p: 1}), 24 / B**2),
        Step("outgoing", "and the outgoing weight is", at(24 * p**2 / B / own, {p: 1}), 1 / B),
    )  # fmt: skip


def _hermite_formulas(order: int) -> tuple[Formula, ...]:
    weight = 1 / names.b_j**2 if order == 3 else 1 / names.b_j
    letter = sp.Symbol("B")
    outgoing, gain = (1 / sp.sqrt(letter), 6 / letter) if order == 3 else (1 / letter, 24 / letter**2)
    C = sp.Symbol("C")
    return (
        Formula(letter, "=", Total(weight, names.j)),
        Formula(sp.Symbol("r"), "=", sp.S.One),
        Formula(sp.Symbol("a"), "=", outgoing),
        Formula(
            names.L, "=", C - gain, tail=sentence("with {} the loss without a neuron, the sum over the subset.", C)
        ),
    )


def _cos_formulas() -> tuple[Formula, ...]:
    left, letter = sp.Symbol("z"), sp.Symbol("k")
    size = sp.Symbol("m")
    right = (size * sp.cosh(left) + letter - size) * sp.tanh(size * left**2)
    tail = sentence("with {} the inner product with each of the {} teachers.", left, size)
    return (Formula(sp.sinh(left) / left, "=", right, tail=tail),)


def _two_formulas() -> tuple[Formula, ...]:
    multiplier = sp.Symbol("mu")
    tail = sentence("has at most two positive roots {}, for any {} and norm.", names.z_j, multiplier)
    return (Formula(names.G_s, "=", multiplier * names.z_j, tail=tail),)


def _subsets(name: str, statement: str, words: str, sizes: object, steps: object, formulas: object) -> Claim:
    return Claim(
        f"{name}-one-neuron-subsets",
        Kind.THEOREM,
        statement,
        "",
        sizes,  # type: ignore[arg-type]
        steps,  # type: ignore[arg-type]
        "flows of one neuron end at one of these points",
        "each point in a uniqueness box, with its index",
        title=f"One neuron: subsets of the teachers, {words}",
        formulas=formulas,  # type: ignore[arg-type]
    )


_ALL = sentence("{}, all {}", given(n, "=", 1), k)
_WEIGHTS = sentence("{}, all {}, all {} but zero", given(n, "=", 1), k, names.b_j)
CLAIMS = (
    Claim(
        "one-neuron-two-values",
        Kind.THEOREM,
        "The positive cosines of a neuron with a non-zero outgoing weight take at most two values if no coefficient of the "
        "interaction's series in the inner product is negative, for orthonormal teachers with equal outgoing weights and an "
        "interaction that is no combination of the square and cube of the inner product",
        "",
        _ALL,
        _two_values,
        "flows of one neuron end with at most two different positive cosines",
        "nothing further",
        title="One neuron: at most two values of the cosines",
        formulas=_two_formulas,
    ),
    _subsets("cos", "One neuron with the cosine as activation has critical points for every subset of the teachers, equal cosines with these up to signs and none with the others, and no others with an incoming vector that is not zero", "the cosine", _ALL, _cos, _cos_formulas),
    _subsets("hermite3", "The critical points of one neuron with the third Hermite polynomial that contribute are one for each subset of the teachers, up to the sign of the neuron, for outgoing weights of any size and sign", "third Hermite polynomial", _WEIGHTS, _hermite3, lambda: _hermite_formulas(3)),
    _subsets("hermite4", "The critical points of one neuron with the fourth Hermite polynomial that contribute are one, up to signs of cosines, for each subset of teachers whose outgoing weights have one sign", "fourth Hermite polynomial", _WEIGHTS, _hermite4, lambda: _hermite_formulas(4)),
)  # fmt: skip

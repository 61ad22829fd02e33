"""Claims on channels to infinity (erf): the limit network, its loss, and the rates of gradient flow towards it."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.channel import LimitPair, c, displaced, displaced_own, e, eta, l, limit_pair, t, zeta
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import Pair, pair
from theory.notation import Dot, Mean, Nabla, PartialOperator, PlusMinus, Primed, Rest, Total
from theory.prose import Sentence, defined, given, sentence
from theory.symbols import k, n, p, q, s
from theory.unevaluated import at

#: delta.x, and the residual without the pair.
y, R = sp.symbols("y R", real=True)
#: The activation and its derivatives at w.x.
S = sp.symbols("S_0:6", real=True)
eps, b, T, C = sp.symbols("epsilon b tau C", positive=True)
B = sp.Symbol("B", positive=True)
root = sp.Symbol("rho", positive=True)
#: What sentences name: a direction; both neurons of a pair; derivatives of the activation; the residual and its second
#: order; means of it; operators; the limit loss.
delta, S_j, A_j, A_1, A_2 = sp.symbols("delta S_j A_j A_1 A_2")
a_12, w_12 = sp.Symbol("a_1,2"), sp.Symbol("w_1,2")
names_r, r_2, OPERATOR, T_1, T_2, L_INF = sp.symbols("r r_2 T T_1 T_2 L_inf")
QUARTER = sp.Rational(1, 4)


def _pair_steps() -> tuple[Step, ...]:
    first, second = c / 2 + 1 / eps, c / 2 - 1 / eps

    def taylor(h: sp.Expr) -> sp.Expr:
        return sum(derivative * h**j / sp.factorial(j) for j, derivative in enumerate(S))

    return (
        Step(
            "sum",
            sentence(
                "A pair with the outgoing weights {} and the vectors {} has the sum of weights",
                given(a_12, "=", PlusMinus(c / 2, 1 / eps)),
                given(w_12, "=", PlusMinus(names.w, eps / 2 * delta)),
            ),
            at(b + B, {b: first, B: second}),
            c,
        ),
        Step(
            "moment",
            sentence("and the first moment {} about {} (along any direction)", delta, names.w),
            first * eps * y / 2 - second * eps * y / 2,
            y,
        ),
        Step(
            "even",
            sentence(
                "Turning {} round exchanges the two neurons, so everything is even in {}: the first weight becomes the second",
                eps,
                eps,
            ),
            at(first, {eps: -eps}),
            second,
        ),
        Step(
            "expansion",
            sentence(
                "With {} for the derivatives of the activation and {}, to fifth order in Taylor's series, the pair is, up to {},",
                defined(S_j, Primed(names.sigma_letter, names.j, names.pre(names.w))),
                given(y, "=", names.pre(delta)),
                Rest(eps**4),
            ),
            first * taylor(eps * y / 2) + second * taylor(-eps * y / 2),
            c * S[0]
            + y * S[1]
            + eps**2 * (c * y**2 * S[2] / 8 + y**3 * S[3] / 24)
            + eps**4 * (c * y**4 * S[4] / 384 + y**5 * S[5] / 1920),
        ),
        Step(
            "limit",
            sentence("Its limit, with {}, as {} grows", given(b, "=", 1 / eps), b),
            sp.expand(first * taylor(eps * y / 2) + second * taylor(-eps * y / 2)).subs(eps, 1 / b),
            c * S[0] + y * S[1],
            Relation.LIMIT,
            b,
        ),
    )


def opened(value: sp.Expr) -> sp.Expr:
    """The same with what is under roots multiplied out, so that (1+p)^2 - p^2 becomes 1 + 2p. Exact."""
    return value.replace(lambda z: z.is_Pow and not z.exp.is_integer, lambda z: sp.expand(z.base) ** z.exp)


def _own_slope(exact: Pair) -> sp.Expr:
    """The derivative in eta of g(w + eta delta, w + zeta delta), by the chain rule."""
    return (l + zeta * e) * displaced_own(exact.d_s) + (2 * l + 2 * eta * e) * displaced_own(exact.d_p)


def _interaction_steps(exact: Pair, limit: LimitPair) -> tuple[Step, ...]:
    weight = 2 / sp.pi * (1 + 2 * p) ** sp.Rational(-1, 2)
    slope = -2 / sp.pi * (1 + 2 * p) ** sp.Rational(-3, 2)
    second = 2 * (e * (1 + 2 * p) - 2 * l**2) / (sp.pi * (1 + 2 * p) ** sp.Rational(3, 2))
    first = 2 * l / (sp.pi * (1 + p) * sp.sqrt(1 + 2 * p))

    def at_zero(value: sp.Expr) -> sp.Expr:
        return opened(value.subs({eta: 0, zeta: 0}))

    G = sp.Function("G")(s, p)
    return (
        Step(
            "mixed",
            sentence(
                "The mean {} is the derivative of {} at {}, as its argument's is: by the chain rule, with {} and {},",
                Mean(
                    names.pre(delta)
                    * Primed(names.sigma_letter, 1, names.pre(names.w))
                    * names.sigma(names.pre(names.v))
                ),
                names.g(names.w + eta * delta, names.v),
                given(eta, "=", 0),
                given(t, "=", Dot(delta, names.v)),
                given(l, "=", Dot(delta, names.w)),
            ),
            at(sp.Derivative(displaced(G), eta), {eta: 0}),
            t * sp.Derivative(G, s) + 2 * l * sp.Derivative(G, p),
        ),
        Step(
            "own-first",
            sentence("and with the pair's own {}", names.sigma(names.pre(names.w))),
            at_zero(_own_slope(exact)),
            first,
        ),
        Step(
            "own-second",
            sentence(
                "The pair's slope with itself is the second mixed derivative of {}, with {},",
                names.g(names.w + eta * delta, names.w + zeta * delta),
                given(e, "=", names.square(delta)),
            ),
            at_zero(sp.diff(_own_slope(exact), zeta)),
            second,
        ),
        Step(
            "heat",
            sentence(
                "Independently, {} has by the heat equation, {} being twice the slope of {} in {} for {} of variance {}, half of",
                Mean(Primed(names.sigma_letter, 1, names.pre(names.w)) ** 2),
                Mean(Primed(sp.Symbol("h"), 2, y)),
                Mean(sp.Function("h")(y)),
                p,
                y,
                p,
            ),
            weight,
            slope,
            Relation.DERIVATIVE,
            p,
        ),
        Step(
            "stein",
            sentence(
                "and {} is {} for any {}, which gives the same",
                Mean(names.pre(delta) ** 2 * sp.Function("h")(names.pre(names.w))),
                e * Mean(sp.Symbol("h")) + l**2 * Mean(Primed(sp.Symbol("h"), 2)),
                sp.Symbol("h"),
            ),
            e * at_zero(exact.d_s.subs({s: p, q: p}, simultaneous=True)) + 2 * l**2 * slope,
            second,
        ),
        Step(
            "own",
            sentence(
                "So the pair with itself has, with {} and {} for the operator {} in either argument,",
                T_1,
                T_2,
                c + Dot(delta, Nabla(names.w)),
            ),
            c**2 * at(exact.value, {s: p, q: p}) + 2 * c * first + second,
            limit.own,
        ),
        Step(
            "loss",
            sentence(
                "and the limit loss is, with {} summed over the other students and the teachers ({}),",
                2 * OPERATOR * names.c_j * names.g(names.w, names.z_j),
                given(names.c_j, "=", -names.b_j),
            )
            + sentence(" the expectation of"),
            (c * S[0] + y * S[1] + R) ** 2,
            c**2 * S[0] ** 2 + 2 * c * y * S[0] * S[1] + y**2 * S[1] ** 2 + 2 * R * (c * S[0] + y * S[1]) + R**2,
        ),
    )


def _own_third_steps(exact: Pair, limit: LimitPair) -> tuple[Step, ...]:
    # p through the root of 1 + 2p, and one step for each monomial, so that sides are rational in one variable.
    def coefficients(value: sp.Expr) -> dict[tuple[int, ...], sp.Expr]:
        cleared = opened(value).subs(p, (root**2 - 1) / 2) * root**7 * (root**2 + 1) ** 3 * sp.pi
        return dict(sp.Poly(sp.cancel(sp.together(cleared)), c, e, l).terms())

    slope = _own_slope(exact)
    derived = coefficients((c * slope + sp.diff(slope, zeta)).subs(zeta, 0).diff(eta, 2).subs(eta, 0))
    stated = coefficients(limit.own_third)
    start = sentence(
        "and of the pair with itself, from {} by three derivatives in {} and by {} in the other, with {}, times {}: ",
        names.g(names.w + eta * delta, names.w + zeta * delta),
        eta,
        c + PartialOperator(zeta),
        given(root**2, "=", 1 + 2 * p),
        sp.pi * root**7 * (1 + root**2) ** 3,
    )

    def words(powers: tuple[int, ...], index: int) -> Sentence:
        term = sentence("the coefficient of {}", c ** powers[0] * e ** powers[1] * l ** powers[2])
        return start + term if index == 1 else term

    return tuple(
        Step(
            f"third-own-{i}",
            words(powers, i),
            derived.get(powers, sp.S.Zero),
            stated.get(powers, sp.S.Zero),
        )
        for i, powers in enumerate(sorted(set(derived) | set(stated)), start=1)
    )


def _coefficient_steps(exact: Pair, limit: LimitPair) -> tuple[Step, ...]:
    along, across = sp.symbols("L_w L_delta", real=True)
    second, third = sp.symbols("A_2 A_3", real=True)
    mixed = sp.diff(t * displaced(exact.d_s) + (2 * l + 2 * eta * e) * displaced(exact.d_p), eta, 2).subs(eta, 0)

    # q through the root of (1+p)(1+q) - s^2, for rational expressions.
    def rational(value: sp.Expr) -> sp.Expr:
        return sp.expand(value.subs(q, (root**2 + s**2) / (1 + p) - 1))

    return (
        Step(
            "next",
            sentence(
                "The loss at {} is {}, so the coefficient of {} is {}, with {}",
                eps,
                Mean((names_r + eps**2 * r_2) ** 2) + Rest(eps**4),
                eps**2,
                2 * Mean(names_r * r_2),
                given(r_2, "=", c * y**2 * S[2] / 8 + y**3 * S[3] / 24),
            ),
            at(sp.Derivative((R + T * (c * y**2 * S[2] / 8 + y**3 * S[3] / 24)) ** 2, T), {T: 0}),
            R * (c * y**2 * S[2] / 4 + y**3 * S[3] / 12),
        ),
        Step(
            "stationary",
            sentence(
                "With {} the slopes of the limit loss are {} in {} and {} in {}; where both vanish they leave only {}",
                given(A_j, "=", Mean(names_r * names.pre(delta) ** names.j * Primed(names.sigma_letter, names.j))),
                2 * (c * A_1 + A_2),
                names.w,
                2 * A_1,
                delta,
                third / 12,
            ),
            c * second / 4 + third / 12,
            third / 12 + c / 8 * (along - c * across),
            where=((second, (along - c * across) / 2),),
        ),
        Step(
            "third-mixed",
            sentence(
                "The third of these in closed form: the third derivative of {} along {}, with {}",
                names.g(names.w, names.v),
                delta,
                given(root**2, "=", (1 + p) * (1 + q) - s**2),
            ),
            rational(mixed),
            rational(limit.mixed_third),
        ),
        *_own_third_steps(exact, limit),
    )


@cache
def _limit() -> tuple[Step, ...]:
    return (*_pair_steps(), *_interaction_steps(pair("erf"), limit_pair("erf")))


@cache
def _coefficient() -> tuple[Step, ...]:
    return _coefficient_steps(pair("erf"), limit_pair("erf"))


def _limit_formulas() -> tuple[Formula, ...]:
    words = sentence(
        "is the pair with itself in the limit loss, with {} for {} in either argument; with the others it is {}.",
        OPERATOR,
        c + Dot(delta, Nabla(names.w)),
        2 * OPERATOR * Total(names.c_j * names.g(names.w, names.z_j), names.j),
    )
    return (Formula(T_1 * T_2 * names.g(names.w, names.w), "=", limit_pair("erf").own, "own", tail=words),)


def _coefficient_formulas() -> tuple[Formula, ...]:
    limit = sp.Symbol("f_inf")
    bent = Primed(names.sigma_letter, 3, names.pre(names.w))
    third = Mean((limit - names.f_star) * names.pre(delta) ** 3 * bent)
    return (Formula(C, "=", third / 12),)


CLAIMS = (
    Claim(
        "erf-channel-limit",
        Kind.THEOREM,
        sentence(
            "Two students whose outgoing weights run to plus and minus infinity while they become parallel act like {}, and the loss "
            "tends to that of this network, in closed form",
            c * names.sigma(names.pre(names.w))
            + names.pre(delta) * Primed(names.sigma_letter, 1, names.pre(names.w)),
        ),
        "",
        sentence("all {}, {}, {}", given(n, ">=", 2), k, names.d),
        _limit,
        "the loss of a channel falls to the limit loss",
        "the critical point of the limit problem in a box, its value enclosed",
        title="Channels to infinity: the limit network",
        text="",
        formulas=_limit_formulas,
    ),
    Claim(
        "erf-channel-coefficient",
        Kind.THEOREM,
        sentence(
            "At a critical point of the limit problem the loss is {}, with {} in closed form",
            L_INF + C * eps**2 + Rest(eps**4),
            C,
        ),
        "",
        sentence("all {}, {}, {}", given(n, ">=", 2), k, names.d),
        _coefficient,
        sentence("{} over {} tends to {} along a channel", names.L - L_INF, eps**2, C),
        sentence("an enclosure of {} that excludes zero", C),
        title="How the loss falls along a channel",
        text=sentence(
            "At a critical point of the limit problem the loss is {}, with {} in closed form:",
            L_INF + C * eps**2 + Rest(eps**4),
            C,
        ),
        formulas=_coefficient_formulas,
    ),
)

"""Claim on the n from which the perturbed copy has the lower loss, for large k (erf)."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory import normalised as normal
from theory.claim import Claim, Formula, Kind
from theory.claims.copying import BEND, HALF, PHI, SOFT, X
from theory.claims.optimum import LOSS, M
from theory.derivation import Relation, Step
from theory.normalised import U, V, t
from theory.notation import Decimal, Rest
from theory.prose import asserted, called, defined, given, sentence
from theory.regular import (
    eta,
    f,
    kappa,
    omega,
)
from theory.symbols import a, k, n
from theory.unevaluated import at

#: n/k, and 1/k.
c = sp.Symbol("c", positive=True)
eps = sp.Symbol("epsilon", positive=True)
#: What sentences name: the arcsine's excess, the order 1/k, the limit of n/k.
F, W = sp.Function("f"), sp.Function("W")
STAR = sp.Symbol("c*")
#: First corrections at n = ck: t = 1/2 + t_1/k, a = 1 + a_1/k, U = U_1/k, V = V_1/k; those of t and a further on.
t1, a1, U1, V1, t2, a2, over_a = sp.symbols("t_1 a_1 U_1 V_1 t_2 a_2 o", real=True)
LINEAR = (1 - c) / (2 * c**2)
#: phi = f'(1/2), the second derivative f''(1/2), and psi_aa = 2 f(1/2) at the copies, as letters: what follows from
#: them is rational in them.
phi, bend, soft = sp.symbols("phi beta A", positive=True)
CONSTANTS = {phi: PHI, bend: BEND, soft: SOFT}
DET = soft * (8 * bend - 4) - 4 * phi**2
RATIO = phi / (phi + soft)


@cache
def _orders() -> list[sp.Expr]:
    r"""Coefficients of 1, eps, eps^2 in eps times the energy less :math:`(k-n)(\frac\pi6-\frac12)`, at n = c/eps."""
    scaled = sp.expand(_scaled())
    return [scaled.coeff(eps, i) for i in range(3)]


@cache
def _scaled() -> sp.Expr:
    """The energy so, with what is known of its terms to second order."""
    inner, outgoing = HALF + eps * t1 + eps**2 * t2, 1 + eps * a1 + eps**2 * a2
    # 1/a to the same order.
    inverse = 1 - eps * a1 + eps**2 * (a1**2 - a2)
    at = {t: inner, a: 1 / over_a, U: eps * U1, V: eps * V1, n: c / eps, k: 1 / eps}
    z = normal.normalised()

    def cut(name: str, by: sp.Expr, order: int) -> sp.Expr:
        value = sp.expand(sp.expand(getattr(z, name).subs(at, simultaneous=True) / by).subs(over_a, inverse))
        return sp.Add(*(value.coeff(eps, i) * eps**i for i in range(order + 1)))

    x = {"own": cut("own", sp.S.One, 2), "Q": cut("Q", sp.S.One, 2)}
    x |= {name: cut(name, eps, 0) for name in ("pair", "B", "G")}
    # r = 1/6 + x^2 (...): its remainder is of an order that is not looked at.
    sixth = sp.Rational(1, 6)

    def taylor(near_half: sp.Expr) -> sp.Expr:
        """f about 1/2, to second order: what follows is of an order that is not looked at."""
        step = near_half - HALF
        return soft / 2 + phi * step + bend * step**2 / 2

    return (
        c * outgoing**2 * taylor(x["own"])
        - 2 * c * outgoing * taylor(x["Q"])
        + c * soft / 2
        + eps**2 * c * (c - eps) * outgoing**2 * x["pair"] ** 3 * sixth
        - 2 * eps**2 * c * outgoing * ((c - eps) * x["B"] ** 3 + (1 - c) * x["G"] ** 3) * sixth
        + eps**2 * (c * U1**2 + (1 - c) * V1**2) / 2
    )


def _next_order() -> tuple[sp.Expr, sp.Expr]:
    """The energy's order 1/k as a function of the first corrections, and its value where it is stationary. Exact."""
    stiff = (8 * bend - 4) * t1**2 + 4 * phi * t1 * a1 + soft * a1**2
    constant = c**2 * LINEAR**3 / 6 + c * bend * LINEAR**2 / 2 - (1 - c) / (24 * c**2)
    forces = (1 - c) / c * (bend * t1 + phi * V1)
    value = constant - phi**2 * (1 - c) / (2 * c**2) - soft * bend**2 * (1 - c) ** 2 / (2 * c**3 * DET)
    return constant + forces + (c * stiff + c * U1**2 + (1 - c) * V1**2) / 2, value


def _lower() -> tuple[Step, ...]:
    _, first, second = _orders()
    scaled = _scaled()
    order, value = _next_order()
    force = (1 - c) / c**2 * bend
    star = {t1: -soft * force / DET, a1: 2 * phi * force / DET, U1: 0, V1: -phi / c}
    leading = (phi * (1 - c) / c - soft) / sp.pi
    correction = 2 / sp.pi * value + 1 / (24 * sp.pi * (1 - c))
    c1 = sp.Symbol("c_1", real=True)
    shift_in_c = correction / (phi / (sp.pi * c**2))
    shift = shift_in_c.subs(c, RATIO)
    return (
        Step(
            "letter-phi",
            sentence("The slope of {} at {}, below {},", called(F(X), f(X)), HALF, called(phi, PHI)),
            at(sp.Derivative(f(X), X), {X: HALF}),
            PHI,
        ),
        Step(
            "letter-beta",
            sentence("its second derivative {},", called(bend, BEND)),
            at(sp.Derivative(f(X), (X, 2)), {X: HALF}),
            BEND,
        ),
        Step("letter-A", sentence("and twice its value, {}:", called(soft, SOFT)), at(2 * f(X), {X: HALF}), SOFT),
        Step(
            "leading",
            sentence(
                "At {} the branch of claim erf-pc-branch is analytic in {}, with {}, {} and {}. There {} times {} has no constant "
                "term,",
                given(n, "=", c * k),
                given(eps, "=", 1 / k),
                given(eta, "=", eps / (2 * c**2)),
                given(omega, "=", eps / c),
                given(kappa, "=", eps**2 / (48 * c**5)),
                eps,
                sp.pi / 2 * names.L - (k - n) * (sp.pi / 6 - HALF),
            ),
            at(scaled, {eps: 0}),
            sp.S.Zero,
        ),
        Step(
            "fluctuations",
            sentence("and the linear one is the same whatever the corrections of {} and {}", t, a),
            first,
            phi * (1 - c) / (2 * c),
        ),
        Step(
            "order",
            sentence("The quadratic one holds the first corrections only"),
            second.subs(CONSTANTS),
            order.subs(CONSTANTS),
        ),
        *(
            Step(
                f"stationary-{x.name}",
                sentence("and is stationary in {}", x),
                at(sp.Derivative(order, x), star),
                sp.S.Zero,
            )
            for x in (t1, a1, U1, V1)
        ),
        Step("value", sentence("where it is {}", called(W(c), value)), at(order, star), value),
        Step(
            "average",
            sentence(
                "Copy-average has {}, less its linear part {} analytic in {}, at {}; the first term of that times {}",
                called(names.L_star(M), LOSS),
                (sp.Rational(1, 3) - 1 / sp.pi) * M,
                1 / M,
                given(M, "=", (1 - c) * k + 1),
                M,
            ),
            sp.expand(M**2 * (LOSS / M - sp.Rational(1, 3) + 1 / sp.pi)),
            -1 / (24 * sp.pi),
            Relation.LIMIT,
            M,
        ),
        Step(
            "equal",
            sentence(
                "So the difference {} of the losses tends to {}, which vanishes at {}",
                sp.Symbol("L_PC") - sp.Symbol("L_CA"),
                leading,
                defined(STAR, RATIO),
            ),
            at(leading, {c: RATIO}),
            sp.S.Zero,
        ),
        Step(
            "slope",
            sentence("and nowhere else: its derivative"),
            sp.Derivative(leading, c),
            -phi / (sp.pi * c**2),
        ),
        Step(
            "falls",
            sentence("is negative, as {}", asserted(phi / (sp.pi * c**2), ">", 0)),
            phi / (sp.pi * c**2),
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "near-k",
            sentence(
                "For {} close to {} the limit is not uniform for copy-average, but {} increases with {} (claim "
                "erf-average-increasing) and is positive at {}, while the perturbed copy's excess tends to zero",
                n,
                k,
                names.L_star(M) - (sp.Rational(1, 3) - 1 / sp.pi) * (M - 1),
                M,
                given(M, "=", 2),
            ),
            sp.Rational(2, 3) - 8 / sp.pi * sp.asin(sp.Rational(1, 4)) - (sp.Rational(1, 3) - 1 / sp.pi),
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "shift",
            sentence(
                "At the next order the difference has {} over {}, so by the implicit function theorem the boundary is {} up to {} "
                "with {}",
                2 / sp.pi * W(c) + 1 / (24 * sp.pi * (1 - c)),
                k,
                STAR * k + c1,
                Rest(1 / k),
                given(c1 * phi / (sp.pi * STAR**2), "=", 2 / sp.pi * W(STAR) + 1 / (24 * sp.pi * (1 - STAR))),
            ),
            at(c1 * phi / (sp.pi * c**2), {c1: correction * sp.pi * c**2 / phi}),
            correction,
        ),
        *_digits("ratio", STAR, RATIO.subs(CONSTANTS), "0.766230818252163187700843440548"),
        *_digits("constant", sp.Symbol("c_1"), shift.subs(CONSTANTS), "-1.490331854253671268322793"),
    )


def _digits(name: str, what: sp.Symbol, value: sp.Expr, text: str) -> tuple[Step, ...]:
    """That a number agrees with a decimal string but for a unit in its last place. Exact."""
    places = len(text.partition(".")[2])
    middle, unit = sp.Rational(text), sp.Rational(1, 10**places)
    return (
        Step(
            f"{name}-above",
            sentence(
                "The number {} is enclosed: {}",
                called(what, value),
                asserted(what, ">", Decimal(middle - unit, places)),
            ),
            value - middle + unit,
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            f"{name}-below",
            sentence("and {}", asserted(what, "<", Decimal(middle + unit, places))),
            middle + unit - value,
            sp.S.Zero,
            Relation.POSITIVE,
        ),
    )


def _lower_formulas() -> tuple[Formula, ...]:
    first, rest, star = sp.Symbol("c_1"), Rest(1 / k), STAR
    return (
        Formula(sp.Symbol("n"), "=", star * k + first + rest, tail="with"),
        Formula(star, "=", RATIO.subs(CONSTANTS)),
    )


CLAIMS = (
    Claim(
        "erf-pc-lower-law",
        Kind.THEOREM,
        sentence(
            "For every {} and large {} the perturbed copy has a lower loss than optimal copy-average exactly for {} above {}, among "
            "{}",
            given(sp.Symbol("c_0"), ">", 0),
            k,
            n,
            STAR * k + sp.Symbol("c_1") + Rest(1 / k),
            given(sp.Symbol("c_0") * k, "<=", n, "<", k),
        ),
        "",
        sentence("{} to infinity, {}", k, given(n, ">=", sp.Symbol("c_0") * k)),
        _lower,
        "nothing further",
        "enclosures of both losses on both sides of the boundary",
        title="Where the perturbed copy is lower",
        text=sentence(
            "For every {} and large {} the perturbed copy has a lower loss than optimal copy-average exactly for {} above the "
            "following, among {}",
            given(sp.Symbol("c_0"), ">", 0),
            k,
            n,
            given(sp.Symbol("c_0") * k, "<=", n, "<", k),
        ),
        formulas=_lower_formulas,
    ),
)

"""Claims on the perturbed copy for large k (erf): its normal form, its branch, and from where its loss is lower."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import normalised as normal
from theory.claim import Claim, Formula, Kind
from theory.claims.optimum import LOSS, M
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.normalised import U, V, slope, t
from theory.regular import (
    dependent,
    eta,
    excess_slope,
    f,
    in_parameters,
    kappa,
    named,
    omega,
    psi,
    regular_equations,
    rho,
    u,
    v,
    whole,
)
from theory.symbols import a, k, n, p, q, s
from theory.unevaluated import at, quantity, quantity_of

D, E, X = sp.symbols("D E X", positive=True)
x = sp.Symbol("x", positive=True)
Q, B, G, N = sp.symbols("Q B G N", real=True)
#: n/k, and 1/k.
c = sp.Symbol("c", positive=True)
eps = sp.Symbol("epsilon", positive=True)
HALF = sp.Rational(1, 2)
PHI = 2 / sp.sqrt(3) - 1
SOFT = sp.pi / 3 - 1
BEND = 4 / (3 * sp.sqrt(3))


def _normal_form() -> tuple[Step, ...]:
    z = normal.normalised()
    exact = pair("erf")
    squared = Q**2 + (n - 1) * B**2 + N * G**2
    products = 2 * Q * B + (n - 2) * B**2 + N * G**2
    star = {Q: z.Q, B: z.B, G: z.G, N: k - n}
    loss, (in_t, in_a, in_U, in_V) = normal.energy(), normal.equations()
    return (
        Step(
            "arcsine",
            r"With $w = \sqrt{2D}\,q$, $D = 1 + |w|^2$, two students interact by $\frac2\pi \arcsin(2 q_i \cdot q_l)$",
            at(exact.value, {s: 2 * sp.sqrt(D * E) * s, p: D - 1, q: E - 1}),
            2 / sp.pi * sp.asin(2 * s),
        ),
        Step(
            "teacher",
            r"and a student with a teacher by $\frac2\pi \arcsin q_{ij}$",
            at(exact.value, {s: sp.sqrt(2 * D) * s, p: D - 1, q: 1}),
            2 / sp.pi * sp.asin(s),
        ),
        Step(
            "scale",
            r"where $2 |q|^2 = |w|^2/D$, so that $D = 1/(1 - 2|q|^2)$ and every $q$ with $|q|^2 < \frac12$ occurs",
            (D - 1) / D,
            1 - 1 / D,
        ),
        Step("norm", r"$2 |q_i|^2$ in the unknowns $t, a, U, V$", at(2 * squared, star), z.own),
        Step("product", r"and $2 q_i \cdot q_l$", at(2 * products, star), z.pair),
        Step(
            "linear",
            r"With $\arcsin x = x + f(x)$ the linear terms are $\frac12 (n U^2 + N V^2) - \frac k2$",
            normal.energy(whole(named())) - _without_linear_part(),
            (n * U**2 + (k - n) * V**2) / 2 - k / 2 + k * sp.pi / 6,
        ),
        Step("slope-t", "The derivative in $t$", sp.Derivative(loss, t), 2 * a * (n - 1) * in_t),
        Step("slope-U", "in $U$", sp.Derivative(loss, U), n * in_U),
        Step("slope-V", "and in $V$", sp.Derivative(loss, V), (k - n) * in_V),
        Step(
            "slope-a",
            "In $a$, where $b$ and $G$ move with $a$",
            sp.Derivative(loss, a),
            2 * n * in_a - (n * (1 + U) * in_U + (k - n) * (1 + V) * in_V) / a,
        ),
    )


def _without_linear_part() -> sp.Expr:
    """The energy's terms in f = arcsin x - x."""
    z, left = normal.normalised(), named()
    students = left.arc("own") + (n - 1) * z.pair**3 * left.cubic("pair")
    teachers = left.arc("Q") + (n - 1) * z.B**3 * left.cubic("B") + (k - n) * z.G**3 * left.cubic("G")
    return n * a**2 * students - 2 * n * a * teachers


def regular_steps() -> tuple[Step, ...]:
    """The equations in parameters in which they are analytic at infinity. Exact."""
    symbols = named()
    left = [in_parameters(e) for e in normal.equations(whole(symbols))]
    right = [dependent(e) for e in regular_equations(symbols)]
    over = [sp.S.One, sp.S.One, 2 * eta / omega, 2 * eta / omega]
    names = ("t", "a", "u", "v")
    return (
        Step(
            "remainder",
            r"$\arcsin' x - 1 = x^2 g(x)$ with $g = 1/(S(1+S))$, $S = \sqrt{1-x^2}$, analytic at 0",
            at(slope(x) - 1, {x: 1 / (1 + X)}),
            at(x**2 * excess_slope(x), {x: 1 / (1 + X)}),
        ),
        Step(
            "sixth",
            r"and $\arcsin x - x = x^3 r(x)$ with $r$ analytic and $r(0) = \frac16$",
            X**3 * f(1 / X),
            sp.Rational(1, 6),
            Relation.LIMIT,
            X,
        ),
        *(
            Step(
                f"regular-{name}",
                rf"The equation of ${name}$ in $\omega = 1/n$, $\rho = n/k$, $\eta = k/(2n^2)$, $\kappa = k^3/(48n^5)$ and "
                r"$U = \rho u$, $V = \rho v$: no negative power is left",
                over[i] * left[i],
                right[i],
            )
            for i, name in enumerate(names)
        ),
        Step(
            "kappa",
            r"where $\kappa = \eta^3/(6\omega)$",
            at(eta**3 / (6 * omega), {eta: k / (2 * n**2), omega: 1 / n}),
            k**3 / (48 * n**5),
        ),
    )


def _branch() -> tuple[Step, ...]:
    limit = [at(e, {eta: 0, omega: 0, kappa: 0}) for e in regular_equations(named())]
    # At the limit what is left of the arcsine at `own` and `Q` is known: 2t^2 and t.
    known = {"f_own": f(2 * t**2), "f_Q": f(t), "F_own": slope(2 * t**2) - 1, "F_Q": slope(t) - 1}
    letters = {sp.Symbol(name): value for name, value in known.items()}
    energy = psi()
    copies = {t: HALF, a: 1}
    hessian = [[sp.diff(energy, x, y).subs(copies) for y in (t, a)] for x in (t, a)]
    start = [e.subs({t: HALF, a: 1, U: 0}, simultaneous=True).subs(n, k) for e in normal.equations()]
    return (
        *regular_steps(),
        Step(
            "limit-t",
            r"At $\eta = \omega = \kappa = 0$, for every $\rho$, they are $\psi_t = 0$ with $\psi = a^2 f(2t^2) - 2 a f(t)$",
            2 * a * limit[0],
            sp.Derivative(energy, t),
            where=tuple(letters.items()),
        ),
        Step(
            "limit-a",
            r"$\psi_a = 0$, but for terms in $u$ and $v$,",
            2 * limit[1],
            sp.Derivative(energy, a) + (rho * u * (1 + rho * u) + (1 - rho) * v * (1 + rho * v)) / a,
            where=tuple(letters.items()),
        ),
        Step("limit-u", r"and $u = 0$", limit[2], u),
        Step("limit-v", r"and $v = 0$", limit[3], v),
        Step(
            "copies-t",
            r"Copies, $(t, a) = (\frac12, 1)$, solve them",
            at(sp.Derivative(energy, t), copies),
            sp.S.Zero,
        ),
        Step("copies-a", r"both", at(sp.Derivative(energy, a), copies), sp.S.Zero),
        Step(
            "hessian",
            r"and are not degenerate: $\det \psi'' = (\frac\pi3 - 1)(\frac{32}{3\sqrt3} - 4) - 4\varphi^2$, $\varphi = "
            r"\frac2{\sqrt3} - 1$",
            hessian[0][0] * hessian[1][1] - hessian[0][1] ** 2,
            SOFT * (8 * BEND - 4) - 4 * PHI**2,
        ),
        Step(
            "regular",
            r"is not zero. So by the implicit function theorem there are $\delta > 0$ and one analytic solution $(t, a, u, v)$ "
            r"near $(\frac12, 1, 0, 0)$ for $\kappa, \eta, \omega < \delta$ and all $\rho$ in $[0, 1]$",
            SOFT * (8 * BEND - 4) - 4 * PHI**2,
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        *(
            Step(
                f"start-{name}",
                r"At $n = k$ that solution is the exact copy, so it is the branch that starts there",
                start[i],
                sp.S.Zero,
            )
            for i, name in enumerate("taU")
        ),
    )


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
        Step("letter-phi", r"With $\varphi = f'(\frac12)$,", at(sp.Derivative(f(X), X), {X: HALF}), PHI),
        Step("letter-beta", r"$\beta = f''(\frac12)$,", at(sp.Derivative(f(X), (X, 2)), {X: HALF}), BEND),
        Step("letter-A", r"$A = 2 f(\frac12)$:", at(2 * f(X), {X: HALF}), SOFT),
        Step(
            "leading",
            r"At $n = ck$ the branch of claim erf-pc-branch is analytic in $\varepsilon = 1/k$: $\eta = \varepsilon/(2c^2)$, "
            r"$\omega = \varepsilon/c$, $\kappa = \varepsilon^2/(48c^5)$. There $\varepsilon (\frac\pi2 L - (k-n)(\frac\pi6 - \frac12))$ "
            r"has no constant term,",
            at(scaled, {eps: 0}),
            sp.S.Zero,
        ),
        Step(
            "fluctuations",
            r"and the linear one is $\varphi \frac{1-c}{2c}$, whatever the corrections of $t$ and $a$",
            first,
            phi * (1 - c) / (2 * c),
        ),
        Step(
            "order",
            r"The quadratic one holds the first corrections only",
            second.subs(CONSTANTS),
            order.subs(CONSTANTS),
        ),
        *(
            Step(
                f"stationary-{x.name}",
                rf"and is stationary in ${x.name}$",
                at(sp.Derivative(order, x), star),
                sp.S.Zero,
            )
            for x in (t1, a1, U1, V1)
        ),
        Step("value", r"where it is $W(c)$", at(order, star), value),
        Step(
            "average",
            r"Copy-average has $L^*(m) = (\frac13 - \frac1\pi) m - \frac{1}{24\pi m} + \dots$, analytic in $1/m$, $m = (1-c)k + 1$",
            sp.expand(M**2 * (LOSS / M - sp.Rational(1, 3) + 1 / sp.pi)),
            -1 / (24 * sp.pi),
            Relation.LIMIT,
            M,
        ),
        Step(
            "equal",
            r"So $L_{PC} - L_{CA} \to \frac\varphi\pi \frac{1-c}c - "
            r"(\frac13 - \frac1\pi)$, which vanishes at $c^* = \varphi/(\varphi + \frac\pi3 - 1)$",
            at(leading, {c: RATIO}),
            sp.S.Zero,
        ),
        Step(
            "slope",
            r"and nowhere else: its derivative $-\varphi/(\pi c^2)$",
            sp.Derivative(leading, c),
            -phi / (sp.pi * c**2),
        ),
        Step("falls", r"is negative", phi / (sp.pi * c**2), sp.S.Zero, Relation.POSITIVE),
        Step(
            "near-k",
            r"For $n$ close to $k$ the limit is not uniform for copy-average, but $L^*(m) - (\frac13 - \frac1\pi)(m-1)$ increases "
            r"with $m$ (claim erf-average-increasing) and is positive at $m = 2$, while the perturbed copy's excess tends to 0",
            sp.Rational(2, 3) - 8 / sp.pi * sp.asin(sp.Rational(1, 4)) - (sp.Rational(1, 3) - 1 / sp.pi),
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "shift",
            r"At the next order $L_{PC} - L_{CA} = \dots + \frac1k (\frac2\pi W + \frac1{24\pi(1-c)})$, so by the implicit function "
            r"theorem $n = c^* k + c_1 + O(1/k)$ with $c_1 \varphi/(\pi c^{*2}) = \frac2\pi W(c^*) + \frac1{24\pi(1-c^*)}$",
            at(c1 * phi / (sp.pi * c**2), {c1: correction * sp.pi * c**2 / phi}),
            correction,
        ),
        *_digits("ratio", r"$c^*$", RATIO.subs(CONSTANTS), "0.766230818252163187700843440548"),
        *_digits("constant", r"$c_1$", shift.subs(CONSTANTS), "-1.490331854253671268322793"),
    )


def _digits(name: str, what: str, value: sp.Expr, text: str) -> tuple[Step, ...]:
    """That a number agrees with a decimal string but for a unit in its last place. Exact."""
    middle, unit = sp.Rational(text), sp.Rational(1, 10 ** len(text.partition(".")[2]))
    return (
        Step(
            f"{name}-above",
            f"{what} is above {text} less a unit in the last place",
            value - middle + unit,
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(f"{name}-below", "and below it and one more", middle + unit - value, sp.S.Zero, Relation.POSITIVE),
    )


def _normal_formulas() -> tuple[Formula, ...]:
    i, h, j = sp.symbols("i l j", integer=True, positive=True)
    weights, inner = sp.IndexedBase("a"), sp.IndexedBase("q")
    own = sp.Sum(weights[i] * weights[h] * sp.asin(2 * quantity(r"q_i \cdot q_l")), (i, 1, n), (h, 1, n))
    mixed = sp.Sum(weights[i] * sp.asin(inner[i, j]), (i, 1, n), (j, 1, k))
    whole = own - 2 * mixed + sp.pi * k / 6
    return (Formula(sp.pi / 2 * sp.Symbol("L"), "=", whole, tail=r"with $q = w/\sqrt{2(1+|w|^2)}$."),)


def _branch_formulas() -> tuple[Formula, ...]:
    words = r"is the loss per student in the limit; exact copies, $(t, a) = (\frac12, 1)$, are its critical point."
    return (Formula(quantity_of(r"\psi")(t, a), "=", psi(), tail=words),)


def _lower_formulas() -> tuple[Formula, ...]:
    first, rest, star = quantity("c_1"), quantity(r"O(k^{-1})"), quantity("c^*")
    return (
        Formula(sp.Symbol("n"), "=", star * k + first + rest, tail="with"),
        Formula(star, "=", RATIO.subs(CONSTANTS)),
    )


CLAIMS = (
    Claim(
        "erf-normal-form",
        Kind.THEOREM,
        "In normalised coordinates the loss is an arcsine form, and only the sums over students are stiff",
        r"\tfrac\pi2 L = \textstyle\sum_{il} a_i a_l \arcsin(2 q_i\cdot q_l) - 2\sum_{ij} a_i \arcsin q_{ij} + \tfrac{\pi k}6, "
        r"\quad q = w/\sqrt{2(1+|w|^2)}",
        "all n <= k",
        _normal_form,
        "nothing: it is an identity",
        "nothing: it is an identity",
        title="The loss in normalised coordinates",
        formulas=_normal_formulas,
    ),
    Claim(
        "erf-pc-branch",
        Kind.THEOREM,
        "There are M and k_0 so that for k >= k_0 the perturbed copy exists for all real n in [M k^(3/5), k], continued from "
        "n = k, and tends to exact copies as k^3/n^5 and k/n^2 tend to zero",
        r"(t, a) \to (\tfrac12, 1) \quad (k^3/n^5 \to 0,\; k/n^2 \to 0)",
        "k to infinity, n >= M k^(3/5)",
        _branch,
        "nothing further",
        "the reduced equations in a uniqueness box",
        title="The perturbed copy for large $k$",
        text=r"There are $M$ and $k_0$ so that for $k \ge k_0$ the perturbed copy exists for all real $n$ in $[M "
        r"k^{3/5}, k]$, continued from $n = k$, and tends to exact copies as $k^3/n^5$ and $k/n^2$ tend to zero",
        formulas=_branch_formulas,
    ),
    Claim(
        "erf-pc-lower-law",
        Kind.THEOREM,
        "For every c_0 > 0 and large k the perturbed copy has a lower loss than optimal copy-average exactly for n above "
        "c* k + c_1 + O(1/k), among c_0 k <= n < k",
        r"n = c^* k + c_1 + O(1/k), \quad c^* = \frac{\varphi}{\varphi + \pi/3 - 1} = 0.7662308\ldots,\; \varphi = \tfrac2{\sqrt3} - 1",
        "k to infinity, n >= c_0 k",
        _lower,
        "nothing further",
        "enclosures of both losses on both sides of the boundary",
        title="Where the perturbed copy is lower",
        text=r"For every $c_0 > 0$ and large $k$ the perturbed copy has a lower loss than optimal copy-average exactly "
        r"for $n$ above the following, among $c_0 k \le n < k$",
        formulas=_lower_formulas,
    ),
)

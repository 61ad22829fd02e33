"""Claims on channels to infinity (erf): the limit network, its loss, and the rates of gradient flow towards it."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.channel import LimitPair, c, displaced, displaced_own, e, eta, l, limit_pair, t, zeta
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import Pair, pair
from theory.symbols import p, q, s
from theory.unevaluated import at, quantity

#: delta.x, and the residual without the pair.
y, R = sp.symbols("y R", real=True)
#: The activation and its derivatives at w.x.
S = sp.symbols("S_0:6", real=True)
eps, b, T, C = sp.symbols("epsilon b tau C", positive=True)
B = sp.Symbol("B", positive=True)
root = sp.Symbol("rho", positive=True)


def _pair_steps() -> tuple[Step, ...]:
    first, second = c / 2 + 1 / eps, c / 2 - 1 / eps

    def taylor(h: sp.Expr) -> sp.Expr:
        return sum(derivative * h**j / sp.factorial(j) for j, derivative in enumerate(S))

    return (
        Step("sum", r"The pair $a_{1,2} = \frac c2 \pm \frac1\varepsilon$, $w_{1,2} = w \pm \frac\varepsilon2 \delta$ has $a_1 + a_2 = c$", at(b + B, {b: first, B: second}), c),
        Step("moment", r"and $a_1 (w_1 - w) + a_2 (w_2 - w) = \delta$ (along any direction)", first * eps * y / 2 - second * eps * y / 2, y),
        Step("even", r"Turning $\varepsilon$ round exchanges the two neurons, so everything is even in $\varepsilon$: $a_1(-\varepsilon) = a_2(\varepsilon)$", at(first, {eps: -eps}), second),
        Step(
            "expansion",
            r"With $S_j = \sigma^{(j)}(w \cdot x)$ and $y = \delta \cdot x$, to order 5 in Taylor's series, the pair is "
            r"$c S_0 + y S_1 + \varepsilon^2 (\frac c8 y^2 S_2 + \frac1{24} y^3 S_3) + O(\varepsilon^4)$",
            first * taylor(eps * y / 2) + second * taylor(-eps * y / 2),
            c * S[0] + y * S[1] + eps**2 * (c * y**2 * S[2] / 8 + y**3 * S[3] / 24) + eps**4 * (c * y**4 * S[4] / 384 + y**5 * S[5] / 1920),
        ),
        Step(
            "limit",
            r"Its limit, with $b = 1/\varepsilon \to \infty$",
            sp.expand(first * taylor(eps * y / 2) + second * taylor(-eps * y / 2)).subs(eps, 1 / b),
            c * S[0] + y * S[1],
            Relation.LIMIT,
            b,
        ),
    )  # fmt: skip


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
            r"$E[(\delta \cdot x)\, \sigma'(w \cdot x)\, \sigma(v \cdot x)] = \delta \cdot \nabla_w g(w, v) = G_s\, (\delta \cdot v) + 2 G_p\, (\delta \cdot w)$: "
            r"the derivative of $g(w + \eta \delta, v)$ at $\eta = 0$",
            at(sp.Derivative(displaced(G), eta), {eta: 0}),
            t * sp.Derivative(G, s) + 2 * l * sp.Derivative(G, p),
        ),
        Step("own-first", r"and with the pair's own $\sigma(w \cdot x)$", at_zero(_own_slope(exact)), first),
        Step("own-second", r"The pair's slope with itself is the second mixed derivative of $g(w + \eta\delta, w + \zeta\delta)$", at_zero(sp.diff(_own_slope(exact), zeta)), second),
        Step("heat", r"Independently, $I(p) = E[\sigma'(w \cdot x)^2] = G_s(p, p, p)$ and, with $E[h''(y)] = 2\, dE[h(y)]/dp$ for $y$ of variance $p$,", weight, slope, Relation.DERIVATIVE, p),
        Step("stein", r"$E[(\delta \cdot x)^2 h(w \cdot x)] = e\, E[h] + l^2 E[h'']$ gives the same", e * at_zero(exact.d_s.subs({s: p, q: p}, simultaneous=True)) + 2 * l**2 * slope, second),
        Step("own", r"So the pair with itself is $T_1 T_2\, g$ with $T = c + \delta \cdot \nabla$", c**2 * at(exact.value, {s: p, q: p}) + 2 * c * first + second, limit.own),
        Step(
            "loss",
            r"and the limit loss is $T_1 T_2\, g(w, w) + 2 T \sum_j c_j\, g(w, z_j) + L_{\mathrm{others}}$, sums over the other students and the teachers ($c_j = -b_j$): expectation of",
            (c * S[0] + y * S[1] + R) ** 2,
            c**2 * S[0] ** 2 + 2 * c * y * S[0] * S[1] + y**2 * S[1] ** 2 + 2 * R * (c * S[0] + y * S[1]) + R**2,
        ),
    )  # fmt: skip


def _own_third_steps(exact: Pair, limit: LimitPair) -> tuple[Step, ...]:
    # p through the root of 1 + 2p, and one step for each monomial, so that sides are rational in one variable.
    def coefficients(value: sp.Expr) -> dict[tuple[int, ...], sp.Expr]:
        cleared = opened(value).subs(p, (root**2 - 1) / 2) * root**7 * (root**2 + 1) ** 3 * sp.pi
        return dict(sp.Poly(sp.cancel(sp.together(cleared)), c, e, l).terms())

    slope = _own_slope(exact)
    derived = coefficients((c * slope + sp.diff(slope, zeta)).subs(zeta, 0).diff(eta, 2).subs(eta, 0))
    stated = coefficients(limit.own_third)
    return tuple(
        Step(
            f"third-own-{i}",
            r"and of the pair with itself, $\partial_\eta^3 (c + \partial_\zeta)$ of $g(w + \eta\delta, w + \zeta\delta)$ with $\rho^2 = 1 + 2p$ (times $\pi \rho^7 (1+\rho^2)^3$): "
            f"the coefficient of ${sp.latex(c ** powers[0] * e ** powers[1] * l ** powers[2])}$",
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
            r"$L(\varepsilon) = E[(r + \varepsilon^2 r_2 + \dots)^2]$, so the coefficient of $\varepsilon^2$ is $2 E[r r_2]$, $r_2 = \frac c8 y^2 S_2 + \frac1{24} y^3 S_3$",
            at(sp.Derivative((R + T * (c * y**2 * S[2] / 8 + y**3 * S[3] / 24)) ** 2, T), {T: 0}),
            R * (c * y**2 * S[2] / 4 + y**3 * S[3] / 12),
        ),
        Step(
            "stationary",
            r"With $A_j = E[r (\delta \cdot x)^j \sigma^{(j)}]$ the slopes of the limit loss along $\delta$, $L_w = 2 (c A_1 + A_2)$ in $w$ and $L_\delta = 2 A_1$ in $\delta$, leave only $A_3/12$ where both vanish",
            c * second / 4 + third / 12,
            third / 12 + c / 8 * (along - c * across),
            where=((second, (along - c * across) / 2),),
        ),
        Step("third-mixed", r"$A_3$ in closed form: $(\delta \cdot \nabla_w)^3 g(w, v)$, with $\rho^2 = (1+p)(1+q) - s^2$", rational(mixed), rational(limit.mixed_third)),
        *_own_third_steps(exact, limit),
    )  # fmt: skip


@cache
def _limit() -> tuple[Step, ...]:
    return (*_pair_steps(), *_interaction_steps(pair("erf"), limit_pair("erf")))


@cache
def _coefficient() -> tuple[Step, ...]:
    return _coefficient_steps(pair("erf"), limit_pair("erf"))


def _dynamics_steps() -> tuple[Step, ...]:
    in_c, in_b, in_delta, A, kappa, P, X, h = sp.symbols("L_c L_b L_delta A kappa P X h", real=True)
    first, second = in_c + in_b / 2, in_c - in_b / 2
    return (
        Step("clock", r"In $a_{1,2} = \frac c2 \pm b$, $w_{1,2} = m \pm h$ the slopes are $L_{a_{1,2}} = L_c \pm \frac12 L_b$, so $\dot b = \frac12 (\dot a_1 - \dot a_2) = -\frac12 L_b$", at((-b + B) / 2, {b: first, B: second}), -in_b / 2),
        Step("metric", r"and $|\nabla L|^2$ holds $L_{a_1}^2 + L_{a_2}^2 = 2 L_c^2 + 2 \dot b^2$", first**2 + second**2, 2 * in_c**2 + 2 * (in_b / 2) ** 2),
        Step("stiff", r"With $\delta = 2bh$ the part of $h$, $\frac12 |L_h|^2$, is $2 b^2 |L_\delta|^2$: $\delta$ relaxes fast", at(h**2 / 2, {h: 2 * b * in_delta}), 2 * b**2 * in_delta**2),
        Step("drift", r"and $\dot b = -\frac12 L_b|_\delta - h \cdot L_\delta$ by the chain rule, here for a loss $b^{-2} C + \delta L_\delta$", -sp.Derivative(C / b**2 + 2 * b * h * in_delta, b) / 2, C / b**3 - h * in_delta),
        Step("slow", r"At the non-degenerate minimum in the other unknowns (a function of $\varepsilon^2 = b^{-2}$, by the implicit function theorem) the loss is $\varphi(\varepsilon^2) = L_\infty + C \varepsilon^2 + O(\varepsilon^4)$, and $-\frac12 \varphi_b = \varphi' \varepsilon^3$", -sp.Derivative(C / b**2, b) / 2, C / b**3),
        Step("excess", r"$E = L - \varphi$ is of the order of the squared distance $|z|^2$ from there and $\dot E = -|\nabla L|^2 - \varphi' (\varepsilon^2)^\cdot$ with $(\varepsilon^2)^\cdot = -2 \varepsilon^3 \dot b$", sp.Derivative(1 / b**2, b) * X, -2 * X / b**3),
        Step("square", r"With $P = \varphi' \varepsilon^3$ and $\dot b = P + \kappa$, $\kappa = O(\varepsilon^3 |z| + \varepsilon |L_\delta|)$: $-2 \dot b^2 + 2 P \dot b \le -2 P \kappa$", at(-2 * X**2 + 2 * P * X, {X: P + kappa}), -2 * P * kappa - 2 * kappa**2),
        Step("young", r"where $A \varepsilon^4 |L_\delta| \le 2 \varepsilon^{-2} |L_\delta|^2 + \frac18 A^2 \varepsilon^{10}$, so $\dot E \le -\mu |z|^2 + A' \varepsilon^6 |z| + B \varepsilon^{10}$: for large K and small $\varepsilon$ the region $E \le K \varepsilon^{10}$ is never left, and $\kappa = O(\varepsilon^6)$", 2 * in_delta**2 / eps**2 - A * eps**4 * in_delta + A**2 * eps**10 / 8, 2 * (in_delta / eps - A * eps**5 / 4) ** 2),
        Step("turned", r"($\varepsilon^{10}$ itself changes at the rate $-10\, C \varepsilon^{14}$ only)", sp.Derivative(b**-10, b) * C / b**3, -10 * C * b**-14),
    )  # fmt: skip


def _rate_steps() -> tuple[Step, ...]:
    half, start = sp.Rational(1, 2), sp.Symbol("B", positive=True)
    far = {b: (4 * C * T) ** sp.Rational(1, 4)}
    return (
        Step("outgoing", r"So $\dot b = C b^{-3} (1 + O(b^{-2}))$ and $(b^4)^\cdot = 4C (1 + O(b^{-2}))$: with $C > 0$ the outgoing weights run away", sp.Derivative(b**4, b) * C / b**3, 4 * C),
        Step("quarter", r"$b / \tau^{1/4} \to (4C)^{1/4}$ from any start $B$", (4 * C + start / T) ** sp.Rational(1, 4), (4 * C) ** sp.Rational(1, 4), Relation.LIMIT, T),
        Step("loss", r"$L - L_\infty = C/b^2 = \frac12 (C/\tau)^{1/2}$", at(C / b**2, far), half * C**half * T**-half),
        Step("slope", r"which falls at the rate $-|\nabla L|^2$, so $|\nabla L|^2 = \frac14 C^{1/2} \tau^{-3/2}$", -half * C**half * T**-half, half**2 * C**half * T ** (-3 * half), Relation.DERIVATIVE, T),
        Step("gradient", r"as it should: $|\nabla L|^2 = 2 \dot b^2 = 2 C^2 b^{-6}$", at(2 * C**2 / b**6, far), half**2 * C**half * T ** (-3 * half)),
        Step("largest", r"and its largest component, in both outgoing weights, is $C b^{-3} = C^{1/4} (4\tau)^{-3/4}$", at(C / b**3, far), C ** sp.Rational(1, 4) * (4 * T) ** sp.Rational(-3, 4)),
        Step("gap", r"The vectors draw together like $|\delta|/b$", at(y / b, far), y * (4 * C * T) ** sp.Rational(-1, 4)),
    )  # fmt: skip


@cache
def _rates() -> tuple[Step, ...]:
    return (*_dynamics_steps(), *_rate_steps())


def _limit_formulas() -> tuple[Formula, ...]:
    words = (
        r"is the pair with itself in the limit loss, $T = c + \delta \cdot \nabla_w$; with the others it is "
        r"$2T \sum_j c_j\, g_\sigma(w, z_j)$."
    )
    return (Formula(quantity(r"T_1 T_2\, g_\sigma(w, w)"), "=", limit_pair("erf").own, "own", tail=words),)


def _coefficient_formulas() -> tuple[Formula, ...]:
    third = quantity(r"E[(f_\infty - f^*)\, (\delta \cdot x)^3\, \sigma'''(w \cdot x)]")
    return (Formula(C, "=", third / 12),)


def _rate_formulas() -> tuple[Formula, ...]:
    half = sp.Rational(1, 2)
    return (
        Formula(quantity(r"\tfrac12 (a_1 - a_2)"), r"\sim", (4 * C * T) ** sp.Rational(1, 4)),
        Formula(quantity(r"L - L_\infty"), r"\sim", half * C**half * T**-half, "loss"),
        Formula(quantity(r"|\nabla L|^2"), r"\sim", half**2 * C**half * T ** (-3 * half), "slope"),
    )


CLAIMS = (
    Claim(
        "erf-channel-limit",
        Kind.THEOREM,
        "Two students whose outgoing weights run to plus and minus infinity while they become parallel act like c sigma(w.x) + (delta.x) sigma'(w.x), and the loss tends to that of this network, in closed form",
        r"a_{1,2} = \tfrac c2 \pm \tfrac1\varepsilon,\ w_{1,2} = w \pm \tfrac\varepsilon2\delta:\quad L \to T_1T_2\,g(w,w) + 2T\textstyle\sum_j c_j\,g(w,z_j) + L_{\mathrm{others}},\quad T = c + \delta\cdot\nabla_w",
        "all n >= 2, k, d",
        _limit,
        "the loss of a channel falls to the limit loss",
        "the critical point of the limit problem in a box, its value enclosed",
        title="Channels to infinity: the limit network",
        text=r"Two students whose outgoing weights run to $\pm\infty$ while they become parallel act like $c\, \sigma(w "
        r"\cdot x) + (\delta \cdot x)\, \sigma'(w \cdot x)$, and the loss tends to that of this network, in closed "
        r"form",
        formulas=_limit_formulas,
    ),
    Claim(
        "erf-channel-coefficient",
        Kind.THEOREM,
        "At a critical point of the limit problem the loss is L_inf + C eps^2 + O(eps^4), with C in closed form",
        r"C = \tfrac1{12} E[(f_\infty - f^*)\,(\delta\cdot x)^3\sigma'''(w\cdot x)]",
        "all n >= 2, k, d",
        _coefficient,
        "L - L_inf over eps^2 tends to C along a channel",
        "an enclosure of C that excludes 0",
        title="How the loss falls along a channel",
        text=r"At a critical point of the limit problem the loss is $L_\infty + C \varepsilon^2 + O(\varepsilon^4)$, "
        r"with $C$ in closed form:",
        formulas=_coefficient_formulas,
    ),
    Claim(
        "erf-channel-rates",
        Kind.THEOREM,
        "At a non-degenerate minimum of the limit problem with C > 0 an open set of flows runs to infinity: outgoing weights like t^(1/4), loss to its limit like t^(-1/2), gradient like t^(-3/4), with these constants (C < 0: the loss rises outwards)",
        r"\tfrac{a_1 - a_2}2 \sim (4Ct)^{1/4},\quad L - L_\infty \sim \tfrac12 (C/t)^{1/2},\quad |\nabla L|_2 \sim \tfrac12 C^{1/4} t^{-3/4}",
        "all n >= 2, k, d",
        _rates,
        "b^4/(4 C t) tends to 1 along a channel",
        "index 0 of the limit problem and C > 0",
        title="Rates along a channel",
        text="At a non-degenerate minimum of the limit problem with $C > 0$ an open set of flows runs to infinity, with"
        " these constants ($C < 0$: the loss rises outwards)",
        formulas=_rate_formulas,
    ),
)

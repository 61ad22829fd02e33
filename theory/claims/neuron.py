"""Claims on a student with one neuron (erf): its non-trivial critical point, and that there is no other."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.neuron import group, one_neuron_derivation
from theory.symbols import a, m, p, q, s, u
from theory.unevaluated import at, quantity, quantity_of

#: Real number of teachers: the theorems on L* hold between the integers too.
K = sp.Symbol("k", positive=True)
z = sp.Symbol("z", real=True)
P = sp.Symbol("p", positive=True)
T = sp.Symbol("t", real=True)
_UNIT = ((z, sp.S.Zero, sp.S.One),)


def _critical() -> tuple[Step, ...]:
    return one_neuron_derivation().steps


def _unique() -> tuple[Step, ...]:
    rho = sp.sqrt(P / (2 * (1 + P)))
    pull = sp.asin(rho * u)
    angle = sp.asin(z) - z * sp.sqrt(1 - z**2)
    ratio = sp.sqrt(1 - z**2) * sp.asin(z) / z
    x = P / (1 + P)
    own, mixed = sp.asin(x), sp.asin(sp.sqrt(P / (2 * K * (1 + P))))
    y = sp.Symbol("y", positive=True)
    X = sp.Symbol("x", positive=True)
    at_origin = {s: 0, p: 0, q: 1}
    slope_x, slope_y = sp.symbols("xi_x xi_y", positive=True)
    return (
        Step(
            "origin",
            r"At $w = 0$ the gradient along each $v_j$ is $-2 a G_s(0, 0, 1)$, not zero for $a \ne 0$: so $r > 0$ from here on",
            -2 * a * at(pair("erf").d_s, at_origin),
            -2 * sp.sqrt(2) * a / sp.pi,
        ),
        Step(
            "pull",
            r"$L_{u_j} = -\frac{4a}{\pi} \rho / \sqrt{1 - \rho^2 u_j^2}$ with $\rho^2 = \frac{p}{2(1+p)}$, never zero for "
            r"$a \ne 0$, $r > 0$: by the conditions in order parameters the cosines are on the boundary, $\sum u_j^2 = 1$, and "
            r"$u_j \sqrt{1 - \rho^2 u_j^2}$ is the same number for all $j$",
            sp.Derivative(pull, u) ** 2,
            rho**2 / (1 - rho**2 * u**2),
        ),
        Step(
            "monotone-slope",
            r"$\varphi(u) = u\sqrt{1 - \rho^2 u^2}$ has the slope",
            sp.Derivative(u * sp.sqrt(1 - rho**2 * u**2), u),
            (1 - 2 * rho**2 * u**2) / sp.sqrt(1 - rho**2 * u**2),
        ),
        Step(
            "monotone",
            r"which is positive on $(0, 1)$: $\varphi$ is odd and increasing, so all cosines are equal, $\pm 1/\sqrt k$",
            (1 - 2 * rho**2 * u**2) / sp.sqrt(1 - rho**2 * u**2),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((u, sp.S.Zero, sp.S.One),),
        ),
        Step(
            "own-slope",
            r"With $x = p/(1+p)$: $\partial_p \arcsin x$",
            sp.Derivative(own, P) ** 2,
            (1 / ((1 + P) ** 2 * sp.sqrt(1 - x**2))) ** 2,
        ),
        Step(
            "mixed-slope",
            r"With $y^2 = x/(2k)$: $\partial_p \arcsin y$ is $\partial_p x / (4 k y \sqrt{1 - y^2})$",
            sp.Derivative(mixed, P) ** 2,
            (1 / (1 + P) ** 2 / (4 * K)) ** 2 / (x / (2 * K) * (1 - x / (2 * K))),
        ),
        Step(
            "eliminate",
            r"$L_p = 0$ reads $a\, \partial_p \arcsin x = 2k\, \partial_p \arcsin y$, and with these slopes gives $a$",
            at(
                2 * K * slope_y / slope_x,
                {slope_y: 1 / (4 * K * y * sp.sqrt(1 - y**2)), slope_x: 1 / sp.sqrt(1 - X**2)},
            ),
            sp.sqrt(1 - X**2) / (2 * y * sp.sqrt(1 - y**2)),
        ),
        Step(
            "one-equation",
            r"With $L_a = 0$, $a \arcsin x = k \arcsin y$, it leaves $2 k y \sqrt{1-y^2} \arcsin y = \sqrt{1-x^2} \arcsin x$; with $x = 2 k y^2$ "
            r"that is $F(y) = F(x)$ for $F(z) = \sqrt{1-z^2}\arcsin(z)/z$",
            at(2 * K * y * sp.sqrt(1 - y**2) * sp.asin(y) / X, {X: 2 * K * y**2}),
            sp.sqrt(1 - y**2) * sp.asin(y) / y,
        ),
        Step(
            "decreasing-slope",
            r"$F'(z) = -\frac{1}{z^2\sqrt{1-z^2}} (\arcsin z - z\sqrt{1-z^2})$",
            sp.Derivative(ratio, z),
            -angle / (z**2 * sp.sqrt(1 - z**2)),
        ),
        Step(
            "decreasing",
            r"$\arcsin z - z\sqrt{1-z^2}$ vanishes at 0 and has a positive derivative, so $F$ decreases and $y = x$",
            angle,
            2 * z**2 / sp.sqrt(1 - z**2),
            Relation.INCREASING,
            domain=_UNIT,
        ),
        Step(
            "root",
            r"$y = x$ and $x = 2ky^2$ give $x = 1/(2k)$, that is $p = 1/(2k - 1)$",
            at(x, {P: 1 / (2 * K - 1)}),
            1 / (2 * K),
        ),
        Step(
            "outgoing",
            r"and $L_a = 0$ gives $a = k \arcsin y / \arcsin x = k$: the solution and its image under $(w, a) \to (-w, -a)$",
            at(K * mixed / own, {P: 1 / (2 * K - 1)}),
            K,
        ),
    )


def _trivial() -> tuple[Step, ...]:
    exact = pair("erf")
    inner = {s: T, q: 1}
    term = at(exact.value, inner)
    c, g = sp.symbols("c g", real=True)
    return (
        Step(
            "slope",
            r"$L = k/3 - 2a\sum_j g(w, v_j) + a^2 g(w, w)$, so at $a = 0$ with $t_j = w \cdot v_j$, $p = |w|^2$ the slope is "
            r"$-\partial_a L = \frac4\pi \sum_j \arcsin\frac{t_j}{\sqrt{2(1+p)}}$ and $\nabla_w L = 0$: critical exactly where the "
            r"sum vanishes",
            2 * term,
            4 / sp.pi * sp.asin(T / sp.sqrt(2 * (1 + p))),
        ),
        Step(
            "mixed-derivative",
            r"There $\partial_a \nabla_w L = -2 \sum_j G_s (v_j - \frac{t_j}{1+p} w)$, since $2 G_p = -\frac{t}{1+p} G_s$",
            2 * at(exact.d_p, inner),
            -T / (1 + p) * at(exact.d_s, inner),
        ),
        Step(
            "root",
            r"with $G_s > 0$: its root is $2(1+p) - t^2 = (2 + p) + (p - t^2)$, and $t^2 \le p$",
            at((1 + p) * (1 + q) - s**2, inner),
            sp.Add(2 + p, p - T**2, evaluate=False),
        ),
        Step(
            "root-positive",
            r"which is at least $2 + p > 0$. If the mixed derivative vanished, every $t_j$ would be a positive multiple of one and "
            r"the same number, non-zero, against the vanishing sum (at $w = 0$ it is $-2\sum_j G_s v_j \ne 0$)",
            2 + p,
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "saddle",
            r"$\nabla^2_w L = 0$ at $a = 0$; in a direction where the mixed derivative is $c \ne 0$ and in $a$ the Hessian has the "
            r"determinant $-c^2 < 0$: a strict saddle",
            sp.Determinant(sp.Matrix([[0, c], [c, 2 * g]])),
            -(c**2),
        ),
    )


def _critical_formulas() -> tuple[Formula, ...]:
    star = group(m)
    return (
        Formula(quantity_of(r"L^*_{\mathrm{erf}}")(m), "=", star.loss, "loss", tail="at"),
        Formula(sp.Symbol("r"), "=", star.norm),
        Formula(quantity("u_j"), "=", star.cosine),
        Formula(sp.Symbol("a"), "=", star.outgoing),
    )


def _unique_formulas() -> tuple[Formula, ...]:
    j = sp.Symbol("j", integer=True, positive=True)
    star = group(sp.Symbol("k", integer=True, positive=True))
    w = star.norm * star.cosine * sp.Sum(sp.IndexedBase("v")[j], (j, 1, star.size))
    return (Formula(sp.Symbol("w"), "=", w), Formula(sp.Symbol("a"), "=", star.outgoing))


def _trivial_formulas() -> tuple[Formula, ...]:
    j, count = sp.Symbol("j", integer=True, positive=True), sp.Symbol("k", integer=True, positive=True)
    total = sp.Sum(sp.asin(sp.IndexedBase("t")[j] / sp.sqrt(2 * (1 + p))), (j, 1, count))
    return (Formula(total, "=", sp.S.Zero, tail=r"with $t_j = w \cdot v_j$, $p = |w|^2$."),)


CLAIMS = (
    Claim(
        "erf-one-neuron-critical",
        Kind.THEOREM,
        "The one-neuron student has the critical point with equal cosines, norm 1/sqrt(2k - 1) and outgoing weight k",
        r"u_j = \tfrac{1}{\sqrt k},\ r = \tfrac{1}{\sqrt{2k-1}},\ a = k,\ "
        r"L^*_{\mathrm{erf}}(k) = \tfrac k3 - \tfrac2\pi k^2\arcsin\tfrac{1}{2k}",
        "n = 1, all k",
        _critical,
        "flows of one neuron that converge with a non-zero outgoing weight end there",
        "the point in a uniqueness box",
        title="One neuron: the critical point",
        text="One neuron that learns $m$ orthonormal teachers has a critical point with equal cosines, whose loss is",
        formulas=_critical_formulas,
        references=("simsek2023",),
    ),
    Claim(
        "erf-one-neuron-unique",
        Kind.THEOREM,
        "With a non-zero outgoing weight it is the only critical point of one neuron, up to the sign of the neuron",
        r"\nabla L = 0,\ a \ne 0 \implies (w, a) = \pm\left(\tfrac{1}{\sqrt{k(2k-1)}}\textstyle\sum_j v_j,\ k\right)",
        "n = 1, all k, d >= k",
        _unique,
        "flows of one neuron that converge with a non-zero outgoing weight end there",
        "nothing further",
        title="One neuron: no other critical point",
        formulas=_unique_formulas,
        references=("simsek2023",),
    ),
    Claim(
        "erf-one-neuron-trivial",
        Kind.THEOREM,
        "A neuron with outgoing weight 0 is critical where its interactions with the teachers sum to zero; these points are "
        "strict saddles of loss k/3",
        r"a = 0,\ \textstyle\sum_j \arcsin\tfrac{t_j}{\sqrt{2(1+p)}} = 0 \implies \nabla L = 0,\ \lambda_{\min} < 0",
        "n = 1, all k, d >= k",
        _trivial,
        "nothing: flows end at saddles from exceptional starting points only",
        "nothing further",
        title="One neuron: outgoing weight zero",
        text="A neuron with outgoing weight $0$ is critical where its interactions with the teachers sum to zero; these"
        " points are strict saddles of loss $k/3$",
        formulas=_trivial_formulas,
    ),
)

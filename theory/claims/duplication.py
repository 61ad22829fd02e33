"""Claims on duplicated neurons (erf): lines of critical points, why they are degenerate, and where they are stable."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.duplication import H, gram, split_cubic, split_curvature, t
from theory.interactions import pair
from theory.symbols import a, m, p, q, s
from theory.unevaluated import at, quantity

#: Variations: of the two vectors (along any direction), of the two outgoing weights; D.x; time; constants.
X1, X2, A1, A2, y, X = sp.symbols("X_1 X_2 A_1 A_2 y X", real=True)
T, Q, K = sp.symbols("tau Q K", positive=True)
S = sp.symbols("S_0:5", real=True)
d = sp.Symbol("d", integer=True, positive=True)
#: 2m - 1, positive, so that roots are of positive numbers.
odd = sp.Symbol("o", positive=True)
PULL = sp.sqrt(2 / sp.pi)
#: Sums of a displacement's components and of their cubes over a group; another variable; a number of directions.
P1, P3, z = sp.symbols("P_1 P_3 z", real=True)
dims = sp.Symbol("N", real=True)


ODD = ((m, (1 + odd) / 2),)


@cache
def _line() -> tuple[Step, ...]:
    g, N, dim = sp.symbols("g n d", real=True)
    mean, gap = t * X1 + (1 - t) * X2, X1 - X2
    return (
        Step("function", r"Split into $(w, ta)$ and $(w, (1-t)a)$ a neuron is the same function", t * a * S[0] + (1 - t) * a * S[0], a * S[0]),
        Step("incoming", r"With $g = E[(f - f^*)\, \sigma'(w \cdot x)\, x]$ the slopes $2 (ta) g$ and $2 ((1-t)a) g$ are parts of the slope $2ag$ before, which vanishes; the slopes in the outgoing weights are both the one before", 2 * t * a * g + 2 * (1 - t) * a * g, 2 * a * g),
        Step("first-order", r"The network's first variation sees the mean $M = t\,dw_1 + (1-t)\,dw_2$ and $da_1 + da_2$ only", t * a * X1 * S[1] + (1 - t) * a * X2 * S[1] + A1 * S[0] + A2 * S[0], a * mean * S[1] + (A1 + A2) * S[0]),
        Step("second-order", r"Its second variation is that of one neuron at M and $a t(1-t) (D \cdot x)^2 \sigma''$, $D = dw_1 - dw_2$ (products $da_i\, dw_i$ meet the residual in $E[r \sigma' x] = 0$, $a \ne 0$)", t * X1**2 + (1 - t) * X2**2, mean**2 + t * (1 - t) * gap**2),
        Step("coordinates", r"(M, D) are coordinates: the determinant is $-1$. So the Hessian is congruent to $H_{n-1} \oplus t(1-t)\, S \oplus 0$, $S = 2a E[r \sigma'' x x^\top]$", sp.Determinant(sp.Matrix([[t, 1 - t], [1, -1]])), sp.Integer(-1)),
        Step("count", r"of sizes $(n-1)(d+1)$, $d$ and 1", (N - 1) * (dim + 1) + dim + 1, N * (dim + 1)),
        Step("outside", r"$S$ vanishes in directions orthogonal to all vectors, since $\sigma''(y) = -y\, \sigma'(y)$ and $E[r y \sigma'] = 0$", PULL * sp.exp(-(y**2) / 2), -y * PULL * sp.exp(-(y**2) / 2), Relation.DERIVATIVE, y),
    )  # fmt: skip


def _cubic_steps() -> tuple[Step, ...]:
    total, cubes = P1, P3
    w, norm2 = 1 / sp.sqrt(odd * (odd + 1) / 2), 1 / odd
    size = (1 + odd) / 2
    slope, third = PULL / sp.sqrt(1 + p), -PULL / sp.sqrt(1 + p) ** 3
    taylor = [1, X, X**2 / 2, X**3 / 6, X**4 / 24]

    shifted = sum(S[j] * taylor[j] for j in range(5))

    return (
        Step("expansion", r"To fourth order $t\,\sigma(y_1) + (1-t)\,\sigma(y_2)$ at $y_1 = M + (1-t)D$, $y_2 = M - tD$ is", t * at(shifted, {X: (1 - t) * X}) + (1 - t) * at(shifted, {X: -t * X}), (S[0] + t * (1 - t) * (X**2 * S[2] / 2 + (1 - 2 * t) * X**3 * S[3] / 6 + (1 - 3 * t + 3 * t**2) * X**4 * S[4] / 24))),
        Step("slope", r"$E[\sigma'(y)] = \sqrt{2/\pi}\,(1+p)^{-1/2}$ for $y$ of variance $p$", PULL * sp.exp(-(y**2) / 2) * sp.exp(-(y**2) / (2 * p)) / sp.sqrt(2 * sp.pi * p), slope, Relation.INTEGRAL, y),
        Step("third", r"$E[\sigma''']$ is twice its derivative in $p$ (heat equation)", 2 * slope, third, Relation.DERIVATIVE, p),
        Step("linear", r"The residual of another group has no linear part: $m E[\sigma'(w \cdot x)]\, w_j = E[\sigma'(v_j \cdot x)]$", size * w * at(slope, {p: norm2}), at(slope, {p: 1})),
        Step("mean", r"and odd parts only, so at a copy $S = 2 E[\sigma'' \cdot]$ meets $E[r_g] = E[r_g x_i x_j] = 0$, $E[r_g x_j] = 0$: $S = 0$, and all $d$ directions of D are null, with the line $d + 1$: for each, $\sigma''$ is odd, too", at(-y * PULL * sp.exp(-(y**2) / 2), {y: -z}), z * PULL * sp.exp(-(z**2) / 2)),
        Step("cubic-moment", r"$E[r_g (D \cdot x)^3] = m (w \cdot D)^3 E[\sigma'''(w \cdot x)] - \sum_j D_j^3 E[\sigma'''(v_j \cdot x)]$, with $P_i = \sum_j D_j^i$ over the group", size * (w * total) ** 3 * at(third, {p: norm2}) - cubes * at(third, {p: 1}), -PULL / (2 * sp.sqrt(2)) * (4 * total**3 / (1 + odd) ** 2 - cubes)),
        Step("cubic", r"So at a copy the loss has the third order $2 \cdot \frac16 t(1-t)(1-2t)\, E[\sigma'''(v \cdot x)]\, E[r_g (D \cdot x)^3]$, summed over groups", t * (1 - t) * (1 - 2 * t) / 3 * at(third, {p: 1}) * (-PULL / (2 * sp.sqrt(2))) * (total**3 / m**2 - cubes), split_cubic(t, m, total, cubes)),
    )  # fmt: skip


@cache
def _copy() -> tuple[Step, ...]:
    size = sp.Symbol("mu", real=True)
    return (
        *_cubic_steps(),
        Step("one-direction", r"Along one teacher of the group, $P_1 = P_3 = 1$, it is $-\frac{t(1-t)(1-2t)}{12\pi} \frac{m^2 - 1}{m^2}$", at(split_cubic(t, m, P1, P3), {P1: 1, P3: 1}), -t * (1 - t) * (1 - 2 * t) / (12 * sp.pi) * (m**2 - 1) / m**2),
        Step("not-zero", r"with $(m^2-1)/m^2 > 0$ for $m \ge 2$: of one sign in D and of the other in $-D$. Where $t \notin \{0, \frac12, 1\}$ there is lower loss in every neighbourhood, and the other three are limits of such points with the same loss", (size**2 - 1) / size**2, sp.S.Zero, Relation.POSITIVE, domain=((size, sp.Integer(1), sp.oo),)),
    )  # fmt: skip


def _own(f: sp.Expr) -> sp.Expr:
    norm2 = 1 / (2 * m - 1)
    return at(f, {s: norm2, p: norm2, q: norm2})


def _teacher(f: sp.Expr) -> sp.Expr:
    return at(f, {s: 1 / sp.sqrt(m * (2 * m - 1)), p: 1 / (2 * m - 1), q: 1})


@cache
def _average() -> tuple[Step, ...]:
    exact = pair("erf")
    rho = sp.Symbol("rho", positive=True)
    size, share = sp.Symbol("mu", real=True), sp.Symbol("theta", real=True)
    norm2, inner = 1 / (2 * m - 1), 1 / sp.sqrt(m * (2 * m - 1))
    (argument,) = exact.value.atoms(sp.asin).pop().args
    density = PULL * sp.exp(-(y**2) / 2)
    return (
        Step("sum-zero", r"In the group, for unit $u \perp w$, $u^\top S u = 2a \sum_j c_j G_{ss} (z_j \cdot u)^2 = -2m\, G_{ss}$ at the teachers", -2 * m * _teacher(exact.d_ss), split_curvature(m), through=ODD),
        Step("radial", r"(the terms in $G_p$ cancel over the group)", m * _own(exact.d_p), m * _teacher(exact.d_p), through=ODD),
        Step("negative", r"which is negative: so for $0 < t < 1$ there are $m - 1$ negative directions, for $t < 0$ or $t > 1$ as many positive ones", -split_curvature(size), sp.S.Zero, Relation.POSITIVE, domain=((size, sp.Integer(1), sp.oo),)),
        Step("same-signs", r"$t(1-t) > 0$ for $0 < t < 1$", share * (1 - share), sp.S.Zero, Relation.POSITIVE, domain=((share, sp.S.Zero, sp.S.One),)),
        Step("opposite-signs", r"and $-t(1-t) > 0$ for $t > 1$ ($t < 0$ exchanges the two)", share * (share - 1), sp.S.Zero, Relation.POSITIVE, domain=((share, sp.S.One, sp.oo),)),
        Step("null", r"Null are $d - (m-1)$ directions of D and the line", at(dims - (m - 1), {dims: d + 1}), d + 2 - m),
        Step("silent", r"The residual of the group is orthogonal to $\sigma(\rho\, w \cdot x)$ for every $\rho$ (arguments of the arcsines, squared), so $E[r y^j \sigma'(y)] = 0$ for all odd $j$, $y = w \cdot x$", at(argument, {s: rho * norm2, p: rho**2 * norm2, q: norm2}) ** 2, at(argument, {s: rho * inner, p: rho**2 * norm2, q: 1}) ** 2, through=ODD),
        Step("third-derivative", r"$\sigma'''(y) = (y^2 - 1) \sigma'$ and", -y * density, (y**2 - 1) * density, Relation.DERIVATIVE, y),
        Step("fourth-derivative", r"$\sigma''''(y) = (3y - y^3) \sigma'$: with the others copies, every third and fourth order of the residual vanishes on the null directions $D = \alpha w + D_o$, $D_o \perp$ the group ($E[r\, y^j (D_o \cdot x)^i \sigma^{(j+i)}]$ has odd powers of y with $\sigma'$, or odd i)", (y**2 - 1) * density, (3 * y - y**3) * density, Relation.DERIVATIVE, y),
        Step("fourth-order", r"What remains is $E[(\frac{a}{2} t(1-t) (D \cdot x)^2 \sigma'' + h)^2]$, $h$ being what the other parameters do, positive by linear independence: for $t < 0$, $t > 1$ a degenerate minimum, if the merged point is a strict one", at(X**2, {X: a * t * (1 - t) / 2}), a**2 * t**2 * (1 - t) ** 2 / 4),
    )  # fmt: skip


def _moment_steps() -> tuple[Step, ...]:
    b = sp.Symbol("b", positive=True)
    normal = sp.exp(-(X**2) / 2) / sp.sqrt(2 * sp.pi)
    r = sp.sqrt(p)
    sigma, density = sp.erf(r * X / sp.sqrt(2)), PULL * sp.exp(-p * X**2 / 2)
    weight = sp.exp(-p * X**2 / 2)
    first = PULL / ((1 + p) * sp.sqrt(1 + 2 * p))
    chain = [
        (1 + b) ** sp.Rational(-1, 2),
        (1 + b) ** sp.Rational(-3, 2),
        3 * (1 + b) ** sp.Rational(-5, 2),
        15 * (1 + b) ** sp.Rational(-7, 2),
    ]
    names = ("second", "fourth", "sixth")
    half = sp.Rational(-1, 2)
    return (
        Step("even-moments", r"Along its own direction, $w \cdot x = rX$, $X^2 \sigma'' = -rX^3 \sigma'$. Moments of X under $e^{-bX^2/2}$:", sp.exp(-b * X**2 / 2) * normal, chain[0], Relation.INTEGRAL, X),
        *(Step(f"{name}-moment", rf"the {name} is minus twice the derivative in b of the one before", chain[j], half * chain[j + 1], Relation.DERIVATIVE, b) for j, name in enumerate(names)),
        Step("by-parts", r"By parts, $(1+p)\, E[X e^{-pX^2/2} \sigma] = r\, E[e^{-pX^2/2} \sigma']$", -weight * sigma * normal, ((1 + p) * X * sigma - r * density) * weight * normal, Relation.DERIVATIVE, X),
        Step("by-parts-again", r"and $(1+p)\, E[X^3 e^{-pX^2/2} \sigma] = 2 E[X e^{-pX^2/2} \sigma] + r\, E[X^2 e^{-pX^2/2} \sigma']$", -(X**2) * weight * sigma * normal, ((1 + p) * X**3 * sigma - 2 * X * sigma - r * X**2 * density) * weight * normal, Relation.DERIVATIVE, X),
        Step("overlap", r"so that $E[X^2 \sigma'' \sigma] / r^2$ is", at(-PULL * (2 * X1 + PULL * X2) / (1 + p), {X1: first, X2: chain[1].subs(b, 2 * p)}), gram(p, H)[0, 1]),
        Step("size", r"and $E[(X^2 \sigma'')^2] / r^2$", 2 / sp.pi * at(chain[3], {b: 2 * p}), gram(p, H)[0, 0]),
    )  # fmt: skip


@cache
def _approach() -> tuple[Step, ...]:
    z, c2, stiff, tau = sp.symbols("z c_2 q_i tau_i", positive=True)
    square = t**2 + (1 - t) ** 2
    rate = a**2 * t**2 * (1 - t) ** 2 * Q / square
    gap = (2 * K * T) ** sp.Rational(-1, 2)
    u, v = sp.symbols("u v", real=True)
    return (
        *_moment_steps(),
        Step("others", r"The others move along w at the cost of $\frac2\pi \tau_i y_i^2$ each and add $z X$, $z = \sqrt{2/\pi} \sum_i q_i y_i$: at least $z^2/H$, $H = \sum_i q_i^2/\tau_i = \sum_i h(m_i)$ (one of them)", at(2 / sp.pi * tau * y**2, {y: z / (PULL * stiff)}), z**2 / (stiff**2 / tau)),
        Step("relaxed", r"Relaxed in u a quadratic $v^2 + 2 b u + a u^2$ is its Schur complement, so $Q = p \det \Gamma_4 / \det \Gamma_3$ with the Gram matrices of $X^2\sigma''$ and $\sigma, X\sigma', X$ (its last entry with $1/H$)", c2 * u**2 + 2 * z * u + v**2, c2 * (u + z / c2) ** 2 + v**2 - z**2 / c2),
        Step("metric", r"With M relaxed, $\dot D = -2 L_D + (1-2t) L_M$ and $0 = (t^2 + (1-t)^2) L_M + (2t-1) L_D$ give $\dot D = -L_D/(t^2 + (1-t)^2)$", -2 * v + (1 - 2 * t) * (-(2 * t - 1) * v / square), -v / square),
        Step("flow", r"so with $L = L^* + \frac14 a^2 t^2 (1-t)^2 Q D^4$ the gap shrinks like $\dot D = -K D^3$", -sp.Derivative(a**2 * t**2 * (1 - t) ** 2 * Q * X**4 / 4, X) / square, -rate * X**3),
        Step("gap", r"$D = (2 K \tau)^{-1/2}$ solves it: its derivative is $-K D^3$", gap, -K * gap**3, Relation.DERIVATIVE, T),
        Step("loss", r"$L - L^* = \frac14 K (t^2 + (1-t)^2) D^4$", at(K * square * X**4 / 4, {X: gap}), square / (16 * K) * T**-2),
        Step("gradient", r"which falls at the rate $-|\nabla L|^2$, so the gradient goes like $\tau^{-3/2}$", square / (16 * K) * T**-2, -square / (8 * K) * T**-3, Relation.DERIVATIVE, T),
    )  # fmt: skip


def _line_formulas() -> tuple[Formula, ...]:
    hessian = quantity(r"H_{n-1} \oplus t(1-t)\, S \oplus 0")
    words = r"with $S = 2a\, E[(f - f^*)\, \sigma''(w \cdot x)\, xx^\top]$."
    return (Formula(quantity(r"\nabla^2 L"), r"\cong", hessian, tail=words),)


def _copy_formulas() -> tuple[Formula, ...]:
    words = r"is what a group of $m$ teachers adds at third order, with $P_i = \sum_{j} D_j^i$ over it."
    return (Formula(quantity("L_3"), "=", split_cubic(t, m, P1, P3), "cubic", tail=words),)


def _average_formulas() -> tuple[Formula, ...]:
    words = r"for unit vectors $u$ of sum zero in the group; $S$ vanishes elsewhere."
    return (Formula(quantity(r"u^\top S u"), "=", split_curvature(m), "sum-zero", tail=words),)


def _approach_formulas() -> tuple[Formula, ...]:
    square = t**2 + (1 - t) ** 2
    gap = quantity("|D|", positive=True)
    return (
        Formula(quantity("L - L^*"), r"\sim", a**2 * t**2 * (1 - t) ** 2 * Q * gap**4 / 4),
        Formula(gap, r"\sim", (2 * K * T) ** sp.Rational(-1, 2), tail="with"),
        Formula(K, "=", a**2 * t**2 * (1 - t) ** 2 * Q / square),
    )


CLAIMS = (
    Claim(
        "erf-duplicated-line",
        Kind.THEOREM,
        "Splitting a neuron of a critical network with n - 1 neurons gives a line of critical points, whose Hessian is that of the n - 1 neurons, t(1-t) S and one zero",
        r"(w, ta), (w, (1-t)a):\quad \nabla L = 0,\quad \nabla^2 L \cong H_{n-1} \oplus t(1-t)\,S \oplus 0,\quad S = 2a\,E[(f-f^*)\,\sigma''(w\cdot x)\,xx^\top]",
        "all n >= 2, k, d",
        _line,
        "the gradient of a split point is rounding",
        "the merged point certified, the rank on the line",
        title="Duplicated neurons: lines of critical points",
        text="Splitting a neuron $(w, a)$ of a critical network with $n - 1$ neurons into $(w, ta)$ and $(w, (1-t)a)$ "
        "gives a line of critical points; their Hessian is congruent to that of the $n - 1$ neurons, a block and "
        "one zero",
        formulas=_line_formulas,
    ),
    Claim(
        "erf-duplicated-copy",
        Kind.THEOREM,
        "Splitting a copy of a copy-average point with some average leaves the Hessian null in d + 1 directions, and no point of the line is a minimum: the third order does not vanish",
        r"S = 0,\quad L = L^* + \tfrac{t(1-t)(1-2t)}{12\pi}\textstyle\sum_g\bigl(m_g^{-2}(\sum_{j\in g}D_j)^3 - \sum_{j\in g}D_j^3\bigr) + O(D^4)",
        "all partitions with a group of m >= 2, all d >= k",
        _copy,
        "zero eigenvalues of the Hessian at a split copy: d + 1",
        "the rank on the line",
        title="A duplicated copy",
        text="Splitting a copy of a copy-average point with some average leaves the Hessian null in $d + 1$ directions,"
        " and no point of the line is a minimum: the third order does not vanish",
        formulas=_copy_formulas,
    ),
    Claim(
        "erf-duplicated-average",
        Kind.THEOREM,
        "Splitting an average of m teachers into neurons with outgoing weights of one sign gives a saddle with m - 1 negative directions; into opposite signs, at an optimal copy-average point that is a strict minimum, a degenerate minimum",
        r"S = -\tfrac4\pi m^2 (2m-1)^{-1/2}(2m+1)^{-3/2}\,(I - 11^\top/m)\ \text{on the group},\ 0\ \text{elsewhere}",
        "all m >= 2, all d >= k",
        _average,
        "index m - 1 for 0 < t < 1, m - 1 more positive eigenvalues else",
        "rank and index on the line",
        title="A duplicated average",
        text="Splitting an average of $m$ teachers into neurons with outgoing weights of one sign gives a saddle with "
        "$m - 1$ negative directions; into opposite signs, at an optimal copy-average point that is a strict "
        "minimum, a degenerate minimum",
        formulas=_average_formulas,
    ),
    Claim(
        "erf-duplicated-approach",
        Kind.THEOREM,
        "Along the split neuron's own direction the loss around the line grows like the fourth power of the gap, with Q > 0 in closed form; flows in that direction shrink the gap like t^(-1/2), the loss like t^(-2), the gradient like t^(-3/2) (that flows settle into that direction is seen, not proved)",
        r"L = L^* + \tfrac14 a^2t^2(1-t)^2\,Q\,|D|^4,\quad |D| \sim (2K\tau)^{-1/2},\quad K = \frac{a^2t^2(1-t)^2\,Q}{t^2+(1-t)^2}",
        "all partitions, to leading order in the gap",
        _approach,
        "1/|D|^2 grows by 2K in unit time",
        "nothing further",
        title="How flows approach the line",
        text=r"Along the split neuron's own direction the loss around the line grows like the fourth power of the gap, "
        r"with $Q > 0$ in closed form; flows in that direction shrink the gap like $\tau^{-1/2}$, the loss like "
        r"$\tau^{-2}$, the gradient like $\tau^{-3/2}$ (that flows settle into that direction is seen, not proved)",
        formulas=_approach_formulas,
    ),
)

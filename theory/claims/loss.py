"""Claims on the interaction function, the population loss and its critical-point conditions (erf)."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Formula, Kind
from theory.derivation import Step
from theory.interactions import interaction, interaction_derivation, pair
from theory.symbols import k, n, p, q, r1, r2, s, u
from theory.unevaluated import at, quantity, quantity_of


def _arcsine_law() -> tuple[Step, ...]:
    return interaction_derivation("erf").steps


def _loss_in_weights() -> tuple[Step, ...]:
    a, sigma = sp.MatrixSymbol("a", n, 1), sp.MatrixSymbol("S", n, 1)
    b, tau = sp.MatrixSymbol("b", k, 1), sp.MatrixSymbol("T", k, 1)
    residual = a.T * sigma - b.T * tau
    square = a.T * sigma * sigma.T * a - a.T * sigma * tau.T * b - b.T * tau * sigma.T * a + b.T * tau * tau.T * b
    exact = pair("erf")
    return (
        Step(
            "square",
            r"With $S_i = \sigma(w_i \cdot x)$ and $T_j = \sigma(v_j \cdot x)$, $(f - f^*)^2$ is a quadratic form in the "
            r"outgoing weights; its expectation replaces each product by $g$",
            residual * residual.T,
            square,
        ),
        Step(
            "symmetry",
            r"$g(w, v) = g(v, w)$, so the two mixed terms are equal",
            at(exact.value, {p: q, q: p}),
            exact.value,
        ),
    )


def _loss_in_order_parameters() -> tuple[Step, ...]:
    exact = pair("erf")
    order = {s: r1 * r2 * u, p: r1**2, q: r2**2}
    return (
        Step(
            "substitution",
            r"$w \cdot v = r_1 r_2 u$, $|w|^2 = r_1^2$, $|v|^2 = r_2^2$ in every pair",
            at(exact.value, order),
            2 / sp.pi * sp.asin(r1 * r2 * u / sp.sqrt((1 + r1**2) * (1 + r2**2))),
        ),
        Step(
            "unit-teacher",
            r"$g(v_j, v_j) = 1/3$ for a unit vector",
            at(interaction("erf"), {r1: 1, r2: 1, u: 1}),
            sp.Rational(1, 3),
        ),
        Step(
            "orthogonal-teachers",
            r"$g(v_i, v_j) = 0$ for orthogonal vectors",
            at(interaction("erf"), {r1: 1, r2: 1, u: 0}),
            sp.S.Zero,
        ),
    )


def _gradient() -> tuple[Step, ...]:
    d = sp.Symbol("d", integer=True, positive=True)
    i = sp.Symbol("i", integer=True, positive=True)
    j = sp.Symbol("j", integer=True, positive=True)
    w, v = sp.IndexedBase("w", real=True), sp.IndexedBase("v", real=True)
    within = sp.Piecewise((1, j <= d), (0, True))

    def slope(expression: sp.Expr) -> sp.Expr:
        return sp.Derivative(expression, w[j])

    exact = pair("erf")
    root = (1 + p) * (1 + q) - s**2
    return (
        Step(
            "inner-product",
            r"$\partial (w \cdot v) / \partial w_j = v_j$ in any dimension $d$",
            slope(sp.Sum(w[i] * v[i], (i, 1, d))),
            within * v[j],
        ),
        Step(
            "squared-norm",
            r"$\partial |w|^2 / \partial w_j = 2 w_j$ in any dimension $d$",
            slope(sp.Sum(w[i] ** 2, (i, 1, d))),
            2 * within * w[j],
        ),
        Step(
            "slope-in-s",
            r"$G_s^2 = (2/\pi)^2 / ((1+p)(1+q) - s^2)$, positive root",
            sp.Derivative(exact.value, s) ** 2,
            4 / sp.pi**2 / root,
        ),
        Step(
            "slope-in-p",
            r"$G_p = -\frac{s}{2(1+p)} G_s$",
            sp.Derivative(exact.value, p) / sp.Derivative(exact.value, s),
            -s / (2 * (1 + p)),
        ),
    )


def _equivalence() -> tuple[Step, ...]:
    # Derivatives of the loss in the order parameters at a point; S = sum_j u_j L_{u_j}.
    L_r, L_u, S, mu, c = sp.symbols("L_r L_u S mu c", real=True)
    r = sp.Symbol("r", positive=True)
    U = sp.Symbol("U", real=True)  # sum of u_j^2
    along = L_r * u + (L_u - u * S) / r
    across = c * (L_r - S / r)
    return (
        Step(
            "chain-rule-norm",
            r"In $\nabla_w L = L_r \hat w + \sum_j L_{u_j} (v_j - u_j \hat w)/r$, the component along $\hat w$: the sum "
            r"over $j$ of $u_j$ times the component along $v_j$, plus $c^2 (L_r - S/r)$, $c^2 = 1 - \sum u_j^2$",
            L_r * U + (S - U * S) / r + (1 - U) * (L_r - S / r),
            L_r,
        ),
        Step(
            "inside",
            r"Where $c \ne 0$, the component off the teachers' span gives $L_r = S/r$, and then each component along "
            r"$v_j$ is $L_{u_j}/r$: all $L_{u_j} = 0$, so $S = 0$ and $L_r = 0$ (multiplier $\mu = 0$)",
            at(along, {L_r: S / r}),
            L_u / r,
        ),
        Step("inside-norm", r"With $S = 0$, $L_r = S/r$ vanishes", at(S / r, {S: 0}), sp.S.Zero),
        Step(
            "boundary",
            r"Where $c = 0$, $L_r = 0$ and the component along $v_j$ vanishes exactly if $L_{u_j} + 2\mu u_j = 0$ with "
            r"the multiplier $\mu = -S/2$",
            at(r * along, {L_r: 0}),
            at(L_u + 2 * mu * u, {mu: -S / 2}),
        ),
        Step("boundary-across", r"There nothing remains off the span", at(across, {c: 0}), sp.S.Zero),
    )


def _interaction_formulas() -> tuple[Formula, ...]:
    name = quantity(r"E[\sigma(w \cdot x)\,\sigma(v \cdot x)]")
    return (Formula(name, "=", pair("erf").value, tail=r"with $s = w \cdot v$, $p = |w|^2$, $q = |v|^2$."),)


def _loss_formulas() -> tuple[Formula, ...]:
    i, j = sp.symbols("i j", integer=True, positive=True)
    a, b, w, v = (sp.IndexedBase(letter) for letter in "abwv")
    g = quantity_of(r"g_\sigma")
    own = sp.Sum(a[i] * a[j] * g(w[i], w[j]), (i, 1, n), (j, 1, n))
    mixed = sp.Sum(a[i] * b[j] * g(w[i], v[j]), (i, 1, n), (j, 1, k))
    teacher = sp.Sum(b[i] * b[j] * g(v[i], v[j]), (i, 1, k), (j, 1, k))
    return (Formula(sp.Symbol("L"), "=", own - 2 * mixed + teacher),)


def _order_formulas() -> tuple[Formula, ...]:
    return (Formula(quantity(r"g_\sigma(w, v)"), "=", interaction("erf"), "substitution"),)


def _gradient_formulas() -> tuple[Formula, ...]:
    i, j = sp.symbols("i j", integer=True, positive=True)
    a, w, c, z = (sp.IndexedBase(letter) for letter in ("a", "w", "c", "z"))
    in_s, in_p = quantity("G_s"), quantity("G_p")
    exact = pair("erf")
    return (
        Formula(
            quantity(r"\nabla_{w_i} L"),
            "=",
            2 * a[i] * sp.Sum(c[j] * (in_s * z[j] + 2 * in_p * w[i]), (j, 1, n + k)),
            tail=r"over all students ($z_j = w_j$, $c_j = a_j$) and teachers ($z_j = v_j$, $c_j = -b_j$), with",
        ),
        Formula(in_s, "=", exact.d_s),
        Formula(in_p, "=", exact.d_p),
    )


def _condition_formulas() -> tuple[Formula, ...]:
    j = sp.Symbol("j", integer=True, positive=True)
    mu, cosines = sp.Symbol("mu"), sp.IndexedBase("u")
    return (
        Formula(sp.Symbol("L_r"), "=", sp.S.Zero, "inside-norm"),
        Formula(quantity("L_{u_j}") + 2 * mu * cosines[j], "=", sp.S.Zero),
        Formula(mu * (1 - sp.Sum(cosines[j] ** 2, (j, 1, k))), "=", sp.S.Zero),
    )


CLAIMS = (
    Claim(
        "erf-interaction",
        Kind.THEOREM,
        "The interaction function of erf is an arcsine, by Price's theorem",
        r"E[\sigma(w\cdot x)\sigma(v\cdot x)] = \frac{2}{\pi}\arcsin\frac{w\cdot v}{\sqrt{(1+|w|^2)(1+|v|^2)}}",
        "all d",
        _arcsine_law,
        "the loss agrees with quadrature over the input",
        "nothing: it is an identity",
        title="The interaction function of erf",
        formulas=_interaction_formulas,
        references=(
            "price1958",
            "williams1996",
        ),
    ),
    Claim(
        "erf-loss-weights",
        Kind.THEOREM,
        "The population loss is a quadratic form of interactions in the outgoing weights",
        r"L = \sum_{ij} a_i a_j g(w_i, w_j) - 2\sum_{ij} a_i b_j g(w_i, v_j) + \sum_{ij} b_i b_j g(v_i, v_j)",
        "all n, k, d",
        _loss_in_weights,
        "the loss agrees with quadrature over the input",
        "nothing: it is an identity",
        title="The loss in weights",
        formulas=_loss_formulas,
    ),
    Claim(
        "erf-loss-order-parameters",
        Kind.THEOREM,
        "For an orthonormal teacher the loss depends on norms and cosines alone",
        r"g = \frac{2}{\pi}\arcsin\frac{r_1 r_2 u}{\sqrt{(1+r_1^2)(1+r_2^2)}}",
        "all n, k, d",
        _loss_in_order_parameters,
        "rotating the input changes no loss",
        "nothing: it is an identity",
        title="The loss in order parameters",
        formulas=_order_formulas,
    ),
    Claim(
        "erf-gradient",
        Kind.THEOREM,
        "Critical-point conditions in weights",
        r"\partial_{w_i} L = 2 a_i \sum_j c_j (G_s z_j + 2 G_p w_i), \quad G_p = -\frac{s}{2(1+p)} G_s",
        "all n, k, d",
        _gradient,
        "gradients agree with differences of the loss",
        "nothing: it is an identity",
        title="The gradient",
        text="A point is critical in the incoming vectors exactly where the following vanishes for every student",
        formulas=_gradient_formulas,
    ),
    Claim(
        "erf-order-parameter-conditions",
        Kind.THEOREM,
        "For one neuron, a point is critical in weights exactly if it is critical in order parameters under "
        "the constraint that the squared cosines sum to at most 1",
        r"\nabla_w L = 0 \iff L_r = 0,\ L_{u_j} + 2\mu u_j = 0,\ \mu (1 - \sum_j u_j^2) = 0",
        "n = 1, all k, d >= k, w != 0",
        _equivalence,
        "end points of flows satisfy the conditions",
        "the multiplier",
        title="Conditions in order parameters",
        formulas=_condition_formulas,
        references=("simsek2023",),
    ),
)

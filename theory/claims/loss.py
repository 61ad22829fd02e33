"""Claims on the interaction function, the population loss and its critical-point conditions (erf)."""

from __future__ import annotations

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Step
from theory.interactions import interaction, interaction_derivation, pair
from theory.notation import Dot, Gradient, Hat, Mean, Slope, Total
from theory.prose import asserted, called, defined, given, sentence
from theory.symbols import k, n, p, q, r1, r2, s, u
from theory.unevaluated import at


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
            sentence(
                "With {} for the students and {} for the teachers, the squared residual is a quadratic form in the outgoing "
                "weights; its expectation replaces each product by {}",
                defined(sp.Symbol("S_i"), names.sigma(names.pre(names.w_i))),
                defined(sp.Symbol("T_j"), names.sigma(names.pre(names.v_j))),
                names.g(names.w, names.v),
            ),
            residual * residual.T,
            square,
        ),
        Step(
            "symmetry",
            sentence(
                "The interaction {} does not change when the two are exchanged, so the two mixed terms are equal",
                names.g(names.w, names.v),
            ),
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
            sentence(
                "In every pair {}, {} and {}",
                given(s, "=", r1 * r2 * u),
                given(p, "=", r1**2),
                given(q, "=", r2**2),
            ),
            at(exact.value, order),
            2 / sp.pi * sp.asin(r1 * r2 * u / sp.sqrt((1 + r1**2) * (1 + r2**2))),
        ),
        Step(
            "unit-teacher",
            sentence("A unit vector with itself has {}", called(names.g(names.v_j, names.v_j), sp.Rational(1, 3))),
            at(interaction("erf"), {r1: 1, r2: 1, u: 1}),
            sp.Rational(1, 3),
        ),
        Step(
            "orthogonal-teachers",
            sentence("and orthogonal vectors have {}", called(names.g(names.v_i, names.v_j), sp.S.Zero)),
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
            sentence("The slope of {} in a component of {}, in any dimension {}", Dot(names.w, names.v), names.w, d),
            slope(sp.Sum(w[i] * v[i], (i, 1, d))),
            within * v[j],
        ),
        Step(
            "squared-norm",
            sentence("that of {}", names.square(names.w)),
            slope(sp.Sum(w[i] ** 2, (i, 1, d))),
            2 * within * w[j],
        ),
        Step(
            "slope-in-s",
            sentence(
                "The interaction {} has the slope {} in {}, positive: its square is",
                called(names.G, exact.value),
                asserted(names.G_s, "=", exact.d_s, through=()),
                s,
            ),
            sp.Derivative(exact.value, s) ** 2,
            4 / sp.pi**2 / root,
        ),
        Step(
            "slope-in-p",
            sentence(
                "and in {} the slope {}", p, asserted(names.G_p, "=", -s / (2 * (1 + p)) * names.G_s, by="slope-in-p")
            ),
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
    L_uj, S_letter = Slope(names.L, names.u_j), S
    return (
        Step(
            "chain-rule-norm",
            sentence(
                "By the chain rule the gradient {} is {}, and a component of it along {} is {}, with {} and {}. The component "
                "along {} adds up, over {}, {} times the component along {}, and {} times that off the teachers' span",
                Gradient(names.L, names.w),
                L_r * Hat(names.w) + Total(L_uj * (names.v_j - names.u_j * Hat(names.w)) / r, names.j),
                names.v_j,
                along,
                defined(S_letter, Total(names.u_j * L_uj, names.j)),
                called(U, Total(names.u_j**2, names.j)),
                Hat(names.w),
                names.j,
                names.u_j,
                names.v_j,
                1 - U,
            ),
            L_r * U + (S - U * S) / r + (1 - U) * (L_r - S / r),
            L_r,
        ),
        Step(
            "inside",
            sentence(
                "Where {} the component off the teachers' span vanishes only if {}, and then each component along {} is {}: all "
                "these slopes vanish, so {} does and with it {} (the multiplier {} is zero)",
                given(c, "!=", 0),
                given(L_r, "=", S / r),
                names.v_j,
                L_u / r,
                S,
                L_r,
                mu,
            ),
            at(along, {L_r: S / r}),
            L_u / r,
        ),
        Step("inside-norm", sentence("With {}, {} vanishes", given(S, "=", 0), L_r), at(S / r, {S: 0}), sp.S.Zero),
        Step(
            "boundary",
            sentence(
                "Where {} and {}, the component along {} vanishes exactly if {} does, with the multiplier {}",
                given(c, "=", 0),
                given(L_r, "=", 0),
                names.v_j,
                L_uj + 2 * mu * names.u_j,
                given(mu, "=", -S / 2),
            ),
            at(r * along, {L_r: 0}),
            at(L_u + 2 * mu * u, {mu: -S / 2}),
        ),
        Step("boundary-across", r"There nothing remains off the span", at(across, {c: 0}), sp.S.Zero),
    )


def _interaction_formulas() -> tuple[Formula, ...]:
    name = Mean(names.sigma(names.pre(names.w)) * names.sigma(names.pre(names.v)))
    letters = sentence(
        "with {}, {}, {}.",
        given(s, "=", Dot(names.w, names.v)),
        given(p, "=", names.square(names.w)),
        given(q, "=", names.square(names.v)),
    )
    return (Formula(name, "=", pair("erf").value, tail=letters),)


def _loss_formulas() -> tuple[Formula, ...]:
    i, j = sp.symbols("i j", integer=True, positive=True)
    a, b, w, v = (sp.IndexedBase(letter) for letter in "abwv")
    g = names.g
    own = sp.Sum(a[i] * a[j] * g(w[i], w[j]), (i, 1, n), (j, 1, n))
    mixed = sp.Sum(a[i] * b[j] * g(w[i], v[j]), (i, 1, n), (j, 1, k))
    teacher = sp.Sum(b[i] * b[j] * g(v[i], v[j]), (i, 1, k), (j, 1, k))
    return (Formula(sp.Symbol("L"), "=", own - 2 * mixed + teacher),)


def _order_formulas() -> tuple[Formula, ...]:
    return (Formula(names.g(names.w, names.v), "=", interaction("erf"), "substitution"),)


def _gradient_formulas() -> tuple[Formula, ...]:
    i, j = sp.symbols("i j", integer=True, positive=True)
    a, w, c, z = (sp.IndexedBase(letter) for letter in ("a", "w", "c", "z"))
    in_s, in_p = names.G_s, names.G_p
    exact = pair("erf")
    return (
        Formula(
            Gradient(names.L, names.w_i),
            "=",
            2 * a[i] * sp.Sum(c[j] * (in_s * z[j] + 2 * in_p * w[i]), (j, 1, n + k)),
            tail=sentence(
                "over all students ({}, {}) and teachers ({}, {}), with",
                given(names.z_j, "=", names.w_j),
                given(names.c_j, "=", sp.Symbol("a_j")),
                given(names.z_j, "=", names.v_j),
                given(names.c_j, "=", -names.b_j),
            ),
        ),
        Formula(in_s, "=", exact.d_s),
        Formula(in_p, "=", exact.d_p),
    )


def _condition_formulas() -> tuple[Formula, ...]:
    j = sp.Symbol("j", integer=True, positive=True)
    mu, cosines = sp.Symbol("mu"), sp.IndexedBase("u")
    return (
        Formula(sp.Symbol("L_r"), "=", sp.S.Zero, "inside-norm"),
        Formula(Slope(names.L, names.u_j) + 2 * mu * cosines[j], "=", sp.S.Zero),
        Formula(mu * (1 - sp.Sum(cosines[j] ** 2, (j, 1, k))), "=", sp.S.Zero),
    )


CLAIMS = (
    Claim(
        "erf-interaction",
        Kind.THEOREM,
        "The interaction function of erf is an arcsine, by Price's theorem",
        "",
        sentence("all {}", names.d),
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
        "",
        sentence("all {}, {}, {}", n, k, names.d),
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
        "",
        sentence("all {}, {}, {}", n, k, names.d),
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
        "",
        sentence("all {}, {}, {}", n, k, names.d),
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
        "the constraint that the squared cosines sum to at most one",
        "",
        sentence(
            "{}, all {}, {}, {}",
            given(n, "=", 1),
            k,
            given(names.d, ">=", k),
            given(names.w, "!=", 0),
        ),
        _equivalence,
        "end points of flows satisfy the conditions",
        "the multiplier",
        title="Conditions in order parameters",
        formulas=_condition_formulas,
        references=("simsek2023",),
    ),
)

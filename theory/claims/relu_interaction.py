"""Claims on the interaction function of ReLU and how smooth it is."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Step
from theory.interactions import Pair, interaction, interaction_derivation, pair
from theory.notation import Dot, Norm
from theory.prose import Assumption, given, sentence
from theory.rectified import AREA, angle, theta, v, w
from theory.symbols import p, q, r1, r2, s, u
from theory.unevaluated import at

#: Sine of the angle.
SINE = sp.sqrt(1 - u**2)
REST = sp.pi - sp.acos(u)
#: Components of two displacements along w, across it in the plane of w and v, and along a unit vector off the plane.
X = sp.symbols("x_1:4", real=True)
Z = sp.symbols("z_1:4", real=True)
#: Squared norm of what a displacement has off the plane, and the inner product of two such parts.
E2, EO = sp.symbols("E O", real=True)
t = sp.Symbol("t", real=True)


def framed(value: sp.Expr) -> sp.Expr:
    """An expression in inner products, in norms and cosine. Exact."""
    order = {AREA: r1 * r2 * SINE, 1 / AREA: 1 / (r1 * r2 * SINE), angle(): sp.acos(u)}
    return value.xreplace(order).subs({s: r1 * r2 * u, p: r1**2, q: r2**2}, simultaneous=True)


def _slopes(of: tuple[sp.Expr, ...]) -> tuple[sp.Expr, sp.Expr]:
    """Slopes of s and p as w moves along (x_1, x_2) in the plane."""
    along, across = of[:2]
    return r2 * (u * along + SINE * across), 2 * r1 * along


def own_form(exact: Pair) -> sp.Expr:
    """Second derivative of g(w + t x, v) at t = 0, by the chain rule."""
    in_s, in_p = _slopes(X)
    square = X[0] ** 2 + X[1] ** 2 + E2
    second = exact.d_ss * in_s**2 + 2 * exact.d_sp * in_s * in_p + exact.d_pp * in_p**2 + 2 * exact.d_p * square
    return framed(second)


def mixed_form(exact: Pair) -> sp.Expr:
    """Second derivative of g(w + t x, v + t' z) at 0, by the chain rule."""
    in_s, in_p = _slopes(X)
    # v has the components (u, SINE) in the frame of w.
    other_s, other_q = r1 * Z[0], 2 * r2 * (u * Z[0] + SINE * Z[1])
    product = X[0] * Z[0] + X[1] * Z[1] + EO
    return framed(
        exact.d_ss * in_s * other_s
        + exact.d_sq * in_s * other_q
        + exact.d_sp * in_p * other_s
        + exact.d_pq * in_p * other_q
        + exact.d_s * product
    )


def reflection() -> sp.Matrix:
    """The reflection in the plane that exchanges the two directions, in the frame of the first."""
    return sp.Matrix([[u, SINE], [SINE, -u]])


def own_hessian() -> sp.Expr:
    """The second derivative in w, in closed form."""
    return r2 * SINE / (2 * sp.pi * r1) * (2 * X[1] ** 2 + E2)


def mixed_hessian() -> sp.Expr:
    """The mixed second derivative, in closed form."""
    R = reflection()
    turned = sum(R[i, j] * X[i] * Z[j] for i in range(2) for j in range(2))
    return (REST * (X[0] * Z[0] + X[1] * Z[1] + EO) + SINE * turned) / (2 * sp.pi)


def _moved(e: sp.Matrix, f: sp.Matrix, sine: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Both forms over their factors for directions e and f with that sine of their angle; without the angle's term."""
    x, z = sp.Matrix(X), sp.Matrix(Z)
    cosine = e.dot(f)
    n = (f - cosine * e) / sine
    own = sine * (x.dot(z) - x.dot(e) * z.dot(e) + x.dot(n) * z.dot(n))
    ends = x.dot(e) * z.dot(f) + x.dot(f) * z.dot(e) - cosine * (x.dot(e) * z.dot(e) + x.dot(f) * z.dot(f))
    return own, ends / sine


def _third_steps() -> tuple[Step, ...]:
    first, second = sp.Matrix([1, 0, 0]), sp.Matrix([u, SINE, 0])
    turned = sp.Matrix([sp.cos(t), sp.sin(t), 0]), SINE * sp.cos(t) - u * sp.sin(t)
    lifted = sp.Matrix([sp.cos(t), 0, sp.sin(t)]), sp.sqrt(1 - u**2 * sp.cos(t) ** 2)
    other = sp.Matrix([u * sp.cos(t), SINE * sp.cos(t), sp.sin(t)]), sp.sqrt(1 - u**2 * sp.cos(t) ** 2)
    nn, ee = X[1] * Z[1], X[0] * Z[0]
    mm, nm = X[2] * Z[2], X[1] * Z[2] + X[2] * Z[1]
    en, em = X[0] * Z[1] + X[1] * Z[0], X[0] * Z[2] + X[2] * Z[0]
    product = ee + nn + mm

    def slope(form: sp.Expr) -> sp.Expr:
        return at(sp.Derivative(form, t), {t: 0})

    R = reflection()
    turned_form = R[0, 0] * ee + R[0, 1] * en + R[1, 1] * nn
    quarter = -SINE * ee + u * en + SINE * nn
    return (
        Step("third-mixed-turn", "Third derivatives off the parallel vectors: the mixed one as the first direction turns towards the second (times two pi)", slope(t * product + _moved(turned[0], second, turned[1])[1]), product - u * turned_form + SINE * quarter),
        Step("third-mixed-lift", "and as it turns out of the plane", slope(_moved(lifted[0], second, lifted[1])[1]), nm),
        Step("third-own-turn", "The own one (times two pi, for unit vectors) as the first direction turns towards the second", slope(_moved(turned[0], second, turned[1])[0]), -u * (2 * nn + mm) - 2 * SINE * en),
        Step("third-own-lift", "as it turns out of the plane", slope(_moved(lifted[0], second, lifted[1])[0]), -u * nm - SINE * em),
        Step("third-own-other", "and as the second direction turns out of it. All of them are bounded, so the second derivatives, continuous across parallel vectors, are Lipschitz along every segment that keeps away from zero vectors", slope(_moved(first, other[0], other[1])[0]), nm),
    )  # fmt: skip


@cache
def _smooth() -> tuple[Step, ...]:
    exact = pair("relu")
    in_s, in_p = _slopes(X)
    limit = X[0] * Z[0] + X[1] * Z[1] + EO
    circle = sp.sin(t) + (sp.pi - t) * sp.cos(t)
    return (
        Step("slope-in-s", "The derivatives of the interaction in inner products", sp.Derivative(exact.value, s), exact.d_s),
        Step("slope-in-p", "in the squared norm", sp.Derivative(exact.value, p), exact.d_p),
        Step("second-ss", "and of these again", sp.Derivative(exact.d_s, s), exact.d_ss),
        Step("second-sp", "with the squared norm", sp.Derivative(exact.d_s, p), exact.d_sp),
        Step("second-sq", "of either vector", sp.Derivative(exact.d_s, q), exact.d_sq),
        Step("second-pp", "twice the same", sp.Derivative(exact.d_p, p), exact.d_pp),
        Step("second-pq", "or one each", sp.Derivative(exact.d_p, q), exact.d_pq),
        Step("gradient", sentence("Gradient: the first vector moves with components {} along itself and {} across it towards the second", X[0], X[1]), framed(exact.d_s * in_s + exact.d_p * in_p), r2 / (2 * sp.pi) * (SINE * X[0] + REST * (u * X[0] + SINE * X[1]))),
        Step("own", sentence("Second derivative in the first vector, {} being the squared norm of the displacement off the plane of the two, in any dimension", E2), own_form(exact), own_hessian()),
        Step("mixed", sentence("Mixed second derivative, {} being the inner product of what the displacements have off the plane", EO), mixed_form(exact), mixed_hessian()),
        Step("reflection", "In it stands a reflection, which changes no norm", (reflection()[0, :] * sp.Matrix(Z[:2]))[0] ** 2 + (reflection()[1, :] * sp.Matrix(Z[:2]))[0] ** 2, Z[0] ** 2 + Z[1] ** 2),
        Step("parallel", "So at parallel vectors the mixed derivative tends to half the identity", at(mixed_hessian(), {u: 1}), limit / 2),
        Step("antiparallel", "at antiparallel ones to zero", at(mixed_hessian(), {u: -1}), sp.S.Zero),
        Step("own-parallel", "and the own one to zero at both", at(own_hessian(), {u: 1}) + at(own_hessian(), {u: -1}), sp.S.Zero),
        *_third_steps(),
        Step("third", "No more is true. Along the circle the function is even in the angle, and its third derivative jumps from minus this to this at parallel vectors (times two pi)", at(sp.Derivative(circle, (t, 3)), {t: 0}), sp.Integer(2)),
        Step("third-antiparallel", "and from this to minus this at antiparallel ones", at(sp.Derivative(circle, (t, 3)), {t: sp.pi}), sp.Integer(-2)),
    )  # fmt: skip


def order_parameters() -> tuple[Assumption, ...]:
    """What the letters of the interaction function are, for sentences."""
    return given(Norm(w), "=", r1), given(Norm(v), "=", r2), given(Dot(w, v), "=", r1 * r2 * u)


def _interaction_formulas() -> tuple[Formula, ...]:
    g, G = sp.Function("g_sigma"), sp.Function("G")
    norms = sentence("with {}, {}, {}, and", *order_parameters())
    return (
        Formula(g(w, v), "=", interaction("relu"), "value", tail=norms),
        Formula(G(s, p, q), "=", (AREA + s * (sp.pi - theta)) / (2 * sp.pi), tail="with the angle"),
        Formula(theta, "=", sp.acos(s / sp.sqrt(p * q))),
    )


def _smooth_formulas() -> tuple[Formula, ...]:
    x, z = sp.symbols("x z")
    second, mixed = sp.Function("g_w,w"), sp.Function("g_w,v")
    return (
        Formula(second(x, x), "=", own_hessian(), "own", tail="and"),
        Formula(mixed(x, z), "=", mixed_hessian(), "mixed"),
    )


CLAIMS = (
    Claim(
        "relu-interaction",
        Kind.THEOREM,
        "The interaction function of ReLU in closed form, by polar coordinates and again by Price's theorem",
        "",
        sentence("all {}", names.d),
        lambda: interaction_derivation("relu").steps,
        "the loss agrees with quadrature over the input",
        "nothing: it is an identity",
        title="The interaction function of ReLU",
        text="With the norms and the cosine of two vectors, or with their inner products, the interaction function of ReLU is",
        formulas=_interaction_formulas,
        references=("cho2009", "price1958"),
    ),
    Claim(
        "relu-smoothness",
        Kind.THEOREM,
        "Where both vectors are non-zero the ReLU interaction is twice continuously differentiable with Lipschitz second "
        "derivatives, also at parallel and antiparallel vectors; there it is not three times differentiable",
        "",
        sentence("all {}, both vectors non-zero", names.d),
        _smooth,
        "second derivatives agree with differences of gradients at parallel vectors",
        "Lipschitz bounds instead of third derivatives where vectors may be parallel",
        title="How smooth the interaction is",
        text="Where both vectors are non-zero the interaction function is twice continuously differentiable with Lipschitz second "
        "derivatives, also at parallel and antiparallel vectors; there it is not three times differentiable. With "
        "components along the first vector, across it in the plane of the two, and off the plane, the second derivatives are",
        formulas=_smooth_formulas,
        references=("safran2018",),
    ),
)

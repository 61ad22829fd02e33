"""Error function, normal distribution function and GELU: interactions through Price's theorem and arcsines."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import gaussian
from theory.activation.kind import Activation
from theory.derivation import Derivation, Relation, Step
from theory.symbols import p, q, s, x, y
from theory.unevaluated import at, quantity

#: Its root occurs in all interactions of this family; positive for all s^2 <= p q.
ROOM = (1 + p) * (1 + q) - s**2
ARCSINE = sp.asin(s / sp.sqrt((1 + p) * (1 + q)))


def _distribution(z: sp.Expr) -> sp.Expr:
    """The normal distribution function."""
    return (1 + sp.erf(z / sp.sqrt(2))) / 2


def _density(z: sp.Expr) -> sp.Expr:
    return sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)


def _slope_product(slope: sp.Expr, d_s: sp.Expr, words: str) -> tuple[Step, ...]:
    r"""The steps from :math:`\sigma' = c\, e^{-x^2/2}` to :math:`E[\sigma'(X)\sigma'(Y)]`."""
    A, B, C, K = gaussian.A, gaussian.B, gaussian.C, gaussian.K
    det = gaussian.DETERMINANT
    form = ((A, 1 + q / det), (B, s / det), (C, 1 + p / det))
    squared = sp.simplify(slope**2 * sp.exp(x**2))
    front = squared / (2 * sp.pi * sp.sqrt(det))
    # 2 pi front / sqrt(A K) with A K = A C - B^2, cleared of the common factor 1/det; both sides are
    # positive, so that equal squares are equal values.
    planar = 2 * sp.pi * front / sp.sqrt(A * C - B**2)
    return (
        Step(
            "integrand",
            r"$\sigma'(x)\sigma'(y)\varphi(x, y)$ is the exponential of a quadratic form with "
            r"$A = 1 + q/\Delta$, $B = s/\Delta$, $C = 1 + p/\Delta$, $\Delta = pq - s^2$",
            sp.powsimp(slope * slope.subs(x, y) * gaussian.density()),
            front * sp.exp(-(A * x**2 - 2 * B * x * y + C * y**2) / 2),
            where=form,
        ),
        *gaussian.quadratic_steps(),
        Step(
            "completed-square",
            r"$AK = AC - B^2 = ((1+p)(1+q) - s^2)/\Delta$",
            A * K,
            ROOM / det,
            where=((K, (C - B**2 / A).subs(dict(form))), *form),
        ),
        Step(
            "covariance-derivative",
            rf"${words}$ (squares of positive numbers)",
            planar**2,
            d_s**2,
            where=form,
        ),
    )


@cache
def erf_derivation() -> Derivation:
    r"""The arcsine law: :math:`G = \frac{2}{\pi}\arcsin\frac{s}{\sqrt{(1+p)(1+q)}}`. Exact."""
    sigma = ERF.expression
    d_s = 2 / (sp.pi * sp.sqrt(ROOM))
    value = 2 / sp.pi * ARCSINE
    slope = sp.sqrt(2 / sp.pi) * sp.exp(-(x**2) / 2)
    steps = (
        Step("slope", r"$\sigma'(x)$", sigma, slope, Relation.DERIVATIVE, x),
        gaussian.price_step(),
        *_slope_product(slope, d_s, r"\partial_s g = \frac{2}{\pi} ((1+p)(1+q) - s^2)^{-1/2}"),
        Step(
            "odd",
            r"$\sigma$ is odd, so $g = 0$ at $s = 0$ (independent factors of mean 0)",
            at(sigma, {x: -y}),
            -ERF.at(y),
        ),
        Step("origin", r"The arcsine vanishes at $s = 0$", at(value, {s: 0}), sp.S.Zero),
        # The derivative of the arcsine, squared: both sides positive on s^2 < (1 + p)(1 + q).
        Step("antiderivative", r"Integrate over $s$ from $0$", sp.Derivative(value, s) ** 2, d_s**2),
    )
    return Derivation("erf-interaction", steps, value)


@cache
def normal_cdf_derivation() -> Derivation:
    r""":math:`G = \frac14 + \frac{1}{2\pi}\arcsin\frac{s}{\sqrt{(1+p)(1+q)}}`. Exact."""
    sigma = NORMAL_CDF.expression
    value = sp.Rational(1, 4) + ARCSINE / (2 * sp.pi)
    d_s = 1 / (2 * sp.pi * sp.sqrt(ROOM))
    steps = (
        Step("slope", r"$\sigma'(x)$ is the normal density", sigma, _density(x), Relation.DERIVATIVE, x),
        gaussian.price_step(),
        *_slope_product(_density(x), d_s, r"\partial_s g = \frac{1}{2\pi} ((1+p)(1+q) - s^2)^{-1/2}"),
        Step(
            "mean",
            r"$\sigma(-x) = 1 - \sigma(x)$: each factor has the mean $\frac12$, and $g = \frac14$ at $s = 0$",
            at(sigma, {x: -y}),
            1 - NORMAL_CDF.at(y),
        ),
        Step("origin", r"The value at $s = 0$", at(value, {s: 0}), sp.Rational(1, 4)),
        Step("antiderivative", r"Integrate over $s$ from $0$", sp.Derivative(value, s) ** 2, d_s**2),
    )
    return Derivation("normal-cdf-interaction", steps, value)


def gelu_value() -> sp.Expr:
    r"""Interaction function of GELU. Exact.

    .. math:: G = \frac s4 + \frac{s}{2\pi} \arcsin\frac{s}{\sqrt{(1+p)(1+q)}}
              + \frac{1}{2\pi\sqrt{D}}\left(pq + s^2 - \frac{p s^2}{1+p} - \frac{q s^2}{1+q}\right),
              \quad D = (1+p)(1+q) - s^2
    """
    rest = p * q + s**2 - p * s**2 / (1 + p) - q * s**2 / (1 + q)
    return s / 4 + s / (2 * sp.pi) * ARCSINE + rest / (2 * sp.pi * sp.sqrt(ROOM))


@cache
def gelu_derivation() -> Derivation:
    r"""From :math:`E[X F] = p E[F_x] + s E[F_y]` (Stein), used until only known expectations are left. Exact."""
    both, mixed, left, right = (
        quantity(name, real=True) for name in (r"E[\Phi\Phi]", r"E[\phi\phi]", r"E[\phi'\Phi]", r"E[\Phi\phi']")
    )
    phi = gaussian.density()
    F, H = y * _distribution(x) * _distribution(y), _density(x) * _distribution(y)
    mirrored = _distribution(x) * _density(y)
    known = 1 / (2 * sp.pi * sp.sqrt(ROOM))
    value = gelu_value()
    steps = (
        Step("activation", r"$\sigma(x) = x \Phi(x)$", GELU.expression, x * _distribution(x)),
        Step(
            "stein",
            r"The density obeys $p\,\partial_x\varphi + s\,\partial_y\varphi = -x\varphi$, hence by parts "
            r"$E[X F(X, Y)] = p E[F_x] + s E[F_y]$",
            sp.simplify((p * sp.diff(phi, x) + s * sp.diff(phi, y)) / phi),
            -x,
        ),
        Step(
            "first-factor",
            r"With $F = y\,\Phi(x)\Phi(y)$, $E[X Y \Phi\Phi]$ is the expectation of",
            p * sp.Derivative(F, x) + s * sp.Derivative(F, y),
            p * y * H + s * _distribution(x) * _distribution(y) + s * y * mirrored,
        ),
        Step(
            "second-factor",
            r"The same for $Y$: $E[Y \phi(X) \Phi(Y)]$ is the expectation of",
            q * sp.Derivative(H, y) + s * sp.Derivative(H, x),
            q * _density(x) * _density(y) - s * x * H,
        ),
        Step(
            "third-factor",
            r"and $E[Y \Phi(X) \phi(Y)]$ that of",
            q * sp.Derivative(mirrored, y) + s * sp.Derivative(mirrored, x),
            -q * y * mirrored + s * _density(x) * _density(y),
        ),
        Step("curvature", r"$\phi'(x) = -x \phi(x)$", _density(x), -x * _density(x), Relation.DERIVATIVE, x),
        Step(
            "curved",
            r"so $E[\phi'(X)\Phi(Y)] = -E[X \phi(X)\Phi(Y)] = -p\,E[\phi'(X)\Phi(Y)] - s\,E[\phi(X)\phi(Y)]$, whose solution is",
            at(left + p * left + s * mixed, {left: -s * mixed / (1 + p)}),
            sp.S.Zero,
        ),
        *_slope_product(_density(x), known, r"E[\phi(X)\phi(Y)] = \frac{1}{2\pi} ((1+p)(1+q) - s^2)^{-1/2}"),
        Step(
            "assemble",
            r"With $E[\Phi\Phi]$ from the normal distribution function and $E[\phi\phi]$ as computed",
            p * (q * mixed + s * left) + s * both + s * (q * right + s * mixed),
            value,
            where=(
                (both, sp.Rational(1, 4) + ARCSINE / (2 * sp.pi)),
                (mixed, known),
                (left, -s * known / (1 + p)),
                (right, -s * known / (1 + q)),
            ),
        ),
    )
    return Derivation("gelu-interaction", steps, value)


@cache
def sign_derivation() -> Derivation:
    r"""The sign as the limit of :math:`\mathrm{erf}(c x/\sqrt2)`: :math:`G = \frac2\pi\arcsin\frac{s}{\sqrt{pq}}`. Exact."""
    c, z = sp.Symbol("c", positive=True), sp.Symbol("z", real=True)
    value = 2 / sp.pi * sp.asin(s / sp.sqrt(p * q))
    inside = s / sp.sqrt((1 / c + p) * (1 / c + q))
    steps = (
        Step(
            "scaled",
            r"$\mathrm{erf}(\sqrt c\, x/\sqrt 2)$ is bounded by 1 and tends to the sign for $c \to \infty$; its interaction is that "
            r"of erf at $cs, cp, cq$, whose arcsine has the argument",
            at(sp.sin(ARCSINE), {s: c * s, p: c * p, q: c * q}),
            inside,
        ),
        Step("limit", r"which tends to", inside, s / sp.sqrt(p * q), Relation.LIMIT, c),
        Step(
            "value",
            r"so that, by dominated convergence, $g$ is $\frac2\pi$ times its arcsine",
            at(2 / sp.pi * sp.asin(z), {z: s / sp.sqrt(p * q)}),
            value,
        ),
    )
    return Derivation("sign-interaction", steps, value)


@cache
def step_derivation() -> Derivation:
    r"""The step :math:`(1 + \mathrm{sign})/2`: :math:`G = \frac14 + \frac{1}{2\pi}\arcsin\frac{s}{\sqrt{pq}}`. Exact."""
    one, sign_x, sign_y = sp.S.One, quantity(r"\mathrm{sign}(X)", real=True), quantity(r"\mathrm{sign}(Y)", real=True)
    product = quantity(r"E[\mathrm{sign}(X)\,\mathrm{sign}(Y)]", real=True)
    value = sp.Rational(1, 4) + sp.asin(s / sp.sqrt(p * q)) / (2 * sp.pi)
    steps = (
        Step(
            "split",
            r"The step is $(1 + \mathrm{sign})/2$",
            (one + sign_x) / 2 * (one + sign_y) / 2,
            (1 + sign_x + sign_y + sign_x * sign_y) / 4,
        ),
        Step(
            "value",
            r"The sign has the mean 0, and its interaction is known",
            (1 + product) / 4,
            value,
            where=((product, sign_derivation().result),),
        ),
    )
    return Derivation("step-interaction", steps, value)


ERF = Activation("erf", sp.erf(x / sp.sqrt(2)), odd=True, derive=erf_derivation)
NORMAL_CDF = Activation("normal-cdf", _distribution(x), odd=False, derive=normal_cdf_derivation)
GELU = Activation("gelu", x * _distribution(x), odd=False, derive=gelu_derivation)

_JUMP = (
    "its loss is not differentiable where a student is parallel to a teacher or to another student, which is where "
    "descent ends"
)
SIGN = Activation("sign", sp.sign(x), odd=True, derive=sign_derivation, degree=0, obstacle=_JUMP)
STEP = Activation("step", sp.Heaviside(x), odd=False, derive=step_derivation, degree=0, obstacle=_JUMP)

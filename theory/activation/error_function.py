"""Error function, normal distribution function and GELU: interactions through Price's theorem and arcsines."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import gaussian, names
from theory.activation.kind import Activation
from theory.derivation import Derivation, Relation, Step
from theory.notation import Mean, Partial, Primed
from theory.prose import Sentence, asserted, called, given, sentence
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


def _slope_product(slope: sp.Expr, d_s: sp.Expr, words: Sentence) -> tuple[Step, ...]:
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
            sentence(
                "The integrand {}, with {} the density, is the exponential of a quadratic form",
                Primed(names.sigma_letter, 1, x) * Primed(names.sigma_letter, 1, y) * sp.Symbol("phi"),
                sp.Symbol("phi"),
            ),
            sp.powsimp(slope * slope.subs(x, y) * gaussian.density()),
            front * sp.exp(-(A * x**2 - 2 * B * x * y + C * y**2) / 2),
            where=form,
        ),
        *gaussian.quadratic_steps(),
        Step(
            "completed-square",
            sentence("The square that completing leaves, since {}", asserted(A * K, "=", A * C - B**2)),
            A * K,
            ROOM / det,
            where=((K, (C - B**2 / A).subs(dict(form))), *form),
        ),
        Step(
            "covariance-derivative",
            words,
            planar**2,
            d_s**2,
            where=form,
        ),
    )


_g = sp.Symbol("g")


def _slope_in_s(value: sp.Expr, d_s: sp.Expr) -> Sentence:
    """What the slope of an interaction in s is."""
    return sentence(
        "So the slope of the interaction {} in {} (squares of positive numbers) is {}",
        called(_g, value),
        s,
        asserted(Partial(_g, s), "=", d_s),
    )


@cache
def erf_derivation() -> Derivation:
    r"""The arcsine law: :math:`G = \frac{2}{\pi}\arcsin\frac{s}{\sqrt{(1+p)(1+q)}}`. Exact."""
    sigma = ERF.expression
    d_s = 2 / (sp.pi * sp.sqrt(ROOM))
    value = 2 / sp.pi * ARCSINE
    slope = sp.sqrt(2 / sp.pi) * sp.exp(-(x**2) / 2)
    steps = (
        Step(
            "slope",
            sentence("The activation {} has the slope", called(names.sigma(x), sigma)),
            sigma,
            slope,
            Relation.DERIVATIVE,
            x,
        ),
        gaussian.price_step(),
        *_slope_product(slope, d_s, _slope_in_s(value, d_s)),
        Step(
            "odd",
            sentence(
                "The activation is odd, so {} is zero at {} (independent factors of mean zero)", _g, given(s, "=", 0)
            ),
            at(sigma, {x: -y}),
            -ERF.at(y),
        ),
        Step("origin", sentence("The arcsine vanishes at {}, too", given(s, "=", 0)), at(value, {s: 0}), sp.S.Zero),
        # The derivative of the arcsine, squared: both sides positive on s^2 < (1 + p)(1 + q).
        Step("antiderivative", sentence("Integrate over {} from {}", s, 0), sp.Derivative(value, s) ** 2, d_s**2),
    )
    return Derivation("erf-interaction", steps, value)


@cache
def normal_cdf_derivation() -> Derivation:
    r""":math:`G = \frac14 + \frac{1}{2\pi}\arcsin\frac{s}{\sqrt{(1+p)(1+q)}}`. Exact."""
    sigma = NORMAL_CDF.expression
    value = sp.Rational(1, 4) + ARCSINE / (2 * sp.pi)
    d_s = 1 / (2 * sp.pi * sp.sqrt(ROOM))
    steps = (
        Step(
            "slope", "The slope of the activation is the normal density", sigma, _density(x), Relation.DERIVATIVE, x
        ),
        gaussian.price_step(),
        *_slope_product(_density(x), d_s, _slope_in_s(value, d_s)),
        Step(
            "mean",
            sentence(
                "At the opposite argument the activation is what is missing to {}: each factor has the mean {}, and {} "
                "is {} at {}",
                1,
                sp.Rational(1, 2),
                _g,
                sp.Rational(1, 4),
                given(s, "=", 0),
            ),
            at(sigma, {x: -y}),
            1 - NORMAL_CDF.at(y),
        ),
        Step("origin", sentence("The value at {}", given(s, "=", 0)), at(value, {s: 0}), sp.Rational(1, 4)),
        Step("antiderivative", sentence("Integrate over {} from {}", s, 0), sp.Derivative(value, s) ** 2, d_s**2),
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
    both, mixed, left, right = sp.symbols("m_b m_d m_l m_r", real=True)
    phi = gaussian.density()
    exponent = -(q * x**2 - 2 * s * x * y + p * y**2) / (2 * gaussian.DETERMINANT)
    _phi, _F, _X, _Y = sp.symbols("phi F X Y")
    F, H = y * _distribution(x) * _distribution(y), _density(x) * _distribution(y)
    mirrored = _distribution(x) * _density(y)
    known = 1 / (2 * sp.pi * sp.sqrt(ROOM))
    value = gelu_value()
    steps = (
        Step(
            "stein",
            sentence(
                "The density {} obeys {}, since its exponent does this, hence by parts {} is the mean of {} times the slope of {} in {} and of {} "
                "times that in {}",
                called(_phi, phi),
                asserted(p * Partial(_phi, x) + s * Partial(_phi, y), "=", -x * _phi),
                Mean(_X * _F),
                p,
                _F,
                _X,
                s,
                _Y,
            ),
            p * sp.Derivative(exponent, x) + s * sp.Derivative(exponent, y),
            -x,
        ),
        Step(
            "first-factor",
            "The mean of the product of both activations, the first factor taken out, is the expectation of",
            p * sp.Derivative(F, x) + s * sp.Derivative(F, y),
            p * y * H + s * _distribution(x) * _distribution(y) + s * y * mirrored,
        ),
        Step(
            "second-factor",
            sentence(
                "The same for {}: that of {} times the density at {} and the distribution function at {} is the "
                "expectation of",
                _Y,
                _Y,
                _X,
                _Y,
            ),
            q * sp.Derivative(H, y) + s * sp.Derivative(H, x),
            q * _density(x) * _density(y) - s * x * H,
        ),
        Step(
            "third-factor",
            "and the other way round that of",
            q * sp.Derivative(mirrored, y) + s * sp.Derivative(mirrored, x),
            -q * y * mirrored + s * _density(x) * _density(y),
        ),
        Step(
            "curvature", "The slope of the normal density is", _density(x), -x * _density(x), Relation.DERIVATIVE, x
        ),
        Step(
            "curved",
            sentence(
                "so {}, the mean of the density's slope at the first and the distribution function at the second, obeys "
                "a linear equation in which {}, the mean of both densities, stands; its solution makes this zero",
                left,
                mixed,
            ),
            at(left + p * left + s * mixed, {left: -s * mixed / (1 + p)}),
            sp.S.Zero,
        ),
        *_slope_product(_density(x), known, sentence("So {} is known (squares of positive numbers)", mixed)),
        Step(
            "assemble",
            sentence(
                "With {}, the mean of both distribution functions, from their own interaction, {} as computed, {} as "
                "solved for, and {} by symmetry",
                both,
                mixed,
                left,
                right,
            ),
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
            sentence(
                "The error function of an argument scaled by {} is bounded and tends to the sign as {} grows; its "
                "interaction is that of erf at {}, {}, {}, whose arcsine has the argument",
                sp.sqrt(c),
                c,
                c * s,
                c * p,
                c * q,
            ),
            at(sp.sin(ARCSINE), {s: c * s, p: c * p, q: c * q}),
            inside,
        ),
        Step("limit", "which tends to", inside, s / sp.sqrt(p * q), Relation.LIMIT, c),
        Step(
            "value",
            sentence("so that, by dominated convergence, the interaction is {} times its arcsine", 2 / sp.pi),
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
            "The step is half of one plus the sign",
            (one + sign_x) / 2 * (one + sign_y) / 2,
            (1 + sign_x + sign_y + sign_x * sign_y) / 4,
        ),
        Step(
            "value",
            "The sign has the mean zero, and its interaction is known",
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

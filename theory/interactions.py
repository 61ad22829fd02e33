"""The interaction function g(w, v) = E[sigma(w.x) sigma(v.x)], derived from the activation.

In the variables of this module, ``s = w.v``, ``p = |w|^2`` and ``q = |v|^2``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

import sympy as sp

from theory import gaussian, names, rectified
from theory.activations import activation as find_activation
from theory.derivation import Derivation, Relation, Step
from theory.notation import Partial, Primed
from theory.prose import asserted, called, given, sentence
from theory.symbols import p, q, r1, r2, s, u, x, y
from theory.unevaluated import at


class Interaction(Protocol):
    """An interaction function in (s, p, q) and its first derivatives, as expressions. Exact."""

    @property
    def value(self) -> sp.Expr:
        """G, symmetric in p and q."""

    @property
    def d_s(self) -> sp.Expr:
        """Its derivative in s = w.v."""

    @property
    def d_p(self) -> sp.Expr:
        """Its derivative in p = w.w."""


@dataclass(frozen=True)
class Kernel:
    r"""An interaction function that is given, not derived. Exact.

    Attributes
    ----------
    value, d_s, d_p : sympy.Expr
        :math:`G(s, p, q)` and its derivatives in the symbols of ``theory.symbols``; :math:`G` is symmetric in
        :math:`p` and :math:`q`. They have to be given in a form that is regular at :math:`s = p = q`.

    Examples
    --------
    >>> square = Kernel(p * q + 2 * s**2, 4 * s, q)  # sigma(x) = x^2
    """

    value: sp.Expr
    d_s: sp.Expr
    d_p: sp.Expr


@dataclass(frozen=True)
class Pair:
    """The interaction function in inner products, with its derivatives. Exact.

    Attributes
    ----------
    value, d_s, d_p : sympy.Expr
        ``G(s, p, q)`` and its first derivatives; ``G`` is symmetric in ``p`` and ``q``.
    d_ss, d_sp, d_sq, d_pp, d_pq : sympy.Expr
        The second derivatives that gradients in ``w`` and ``v`` need.
    """

    value: sp.Expr
    d_s: sp.Expr
    d_p: sp.Expr
    d_ss: sp.Expr
    d_sp: sp.Expr
    d_sq: sp.Expr
    d_pp: sp.Expr
    d_pq: sp.Expr


@cache
def interaction_derivation(activation: str = "erf") -> Derivation:
    r"""Derive the interaction function, that of erf by Price's theorem. Exact.

    .. math:: g_{\mathrm{erf}} = \frac{2}{\pi} \arcsin\frac{s}{\sqrt{(1+p)(1+q)}}, \qquad
              g_{\mathrm{relu}} = \frac{\sqrt{pq - s^2} + s(\pi - \theta)}{2\pi}

    Returns
    -------
    Derivation
        Its result is ``G(s, p, q)``; every step holds when checked.

    Raises
    ------
    ValueError
        If the activation is not known.

    References
    ----------
    Williams, *Computing with infinite networks*, 1996.

    Examples
    --------
    >>> all(interaction_derivation("erf").check())
    True
    """
    sigma = find_activation(activation)
    if sigma.name == "relu":
        return rectified.derivation()
    slope = sp.diff(sigma.expression, x)
    integrand = slope * slope.subs(x, y) * gaussian.density()
    A, B, C, K = gaussian.A, gaussian.B, gaussian.C, gaussian.K
    det = gaussian.DETERMINANT
    form = ((A, 1 + q / det), (B, s / det), (C, 1 + p / det))
    front = 1 / (sp.pi**2 * sp.sqrt(det))
    phi, g = sp.Symbol("phi"), sp.Symbol("g")
    d_s = 2 / (sp.pi * sp.sqrt((1 + p) * (1 + q) - s**2))
    value = 2 / sp.pi * sp.asin(s / sp.sqrt((1 + p) * (1 + q)))
    # 2 pi front / sqrt(A K) with A K = A C - B^2, cleared of the common factor 1/det; both sides are
    # positive, so that equal squares are equal values.
    planar = 2 * sp.pi * front / sp.sqrt(A * C - B**2)
    steps = (
        Step(
            "slope",
            sentence("The activation {} has the slope", called(names.sigma(x), sigma.expression)),
            sigma.expression,
            sp.sqrt(2 / sp.pi) * sp.exp(-(x**2) / 2),
            Relation.DERIVATIVE,
            x,
        ),
        gaussian.price_step(),
        Step(
            "integrand",
            sentence(
                "The integrand {}, with {} the density, is the exponential of a quadratic form",
                Primed(names.sigma_letter, 1, x) * Primed(names.sigma_letter, 1, y) * phi,
                phi,
            ),
            sp.powsimp(integrand),
            front * sp.exp(-(A * x**2 - 2 * B * x * y + C * y**2) / 2),
            where=form,
        ),
        *gaussian.quadratic_steps(),
        Step(
            "completed-square",
            sentence("The square that completing leaves, since {}", asserted(A * K, "=", A * C - B**2)),
            A * K,
            ((1 + p) * (1 + q) - s**2) / det,
            where=((K, (C - B**2 / A).subs(dict(form))), *form),
        ),
        Step(
            "covariance-derivative",
            sentence(
                "So the slope of the interaction {} in {} (squares of positive numbers) is {}",
                called(g, value),
                s,
                asserted(Partial(g, s), "=", d_s),
            ),
            planar**2,
            d_s**2,
            where=form,
        ),
        Step(
            "odd",
            sentence(
                "The activation is odd, so {} is zero at {} (independent factors of mean zero)", g, given(s, "=", 0)
            ),
            at(sigma.expression, {x: -y}),
            -sigma.at(y),
        ),
        Step("origin", sentence("The arcsine vanishes at {}, too", given(s, "=", 0)), at(value, {s: 0}), sp.S.Zero),
        # The derivative of the arcsine, squared: both sides positive on s^2 < (1 + p)(1 + q).
        Step("antiderivative", sentence("Integrate over {} from {}", s, 0), sp.Derivative(value, s) ** 2, d_s**2),
    )
    return Derivation(f"{activation}-interaction", steps, value)


@cache
def pair(activation: str = "erf") -> Pair:
    """The interaction function and its derivatives in (s, p, q). Exact.

    The derivatives are those of :func:`interaction_derivation`. For erf they are written without the arcsine and
    without nested radicals, so that code generated from them does not cancel; for relu see
    :func:`theory.rectified.derivatives`, whose second derivatives are infinite at parallel vectors.
    """
    derivation = interaction_derivation(activation)
    if activation == "relu":
        return Pair(**rectified.derivatives())
    d_s = 2 / (sp.pi * sp.sqrt((1 + p) * (1 + q) - s**2))
    d_p = -s / (2 * (1 + p)) * d_s

    def derivative(of: sp.Expr, by: sp.Symbol) -> sp.Expr:
        return sp.factor_terms(sp.diff(of, by))

    return Pair(
        derivation.result,
        d_s,
        d_p,
        d_ss=derivative(d_s, s),
        d_sp=derivative(d_s, p),
        d_sq=derivative(d_s, q),
        d_pp=derivative(d_p, p),
        d_pq=derivative(d_p, q),
    )


def interaction_of(activation: str, inner: sp.Expr, norm2_w: sp.Expr, norm2_v: sp.Expr) -> sp.Expr:
    """Interaction function at given inner product and squared norms. Exact."""
    value = pair(activation).value
    return value.subs({s: inner, p: norm2_w, q: norm2_v}, simultaneous=True)


def interaction(activation: str, r1: sp.Expr = r1, r2: sp.Expr = r2, u: sp.Expr = u) -> sp.Expr:
    r"""Interaction function of two neurons with norms r1, r2 and cosine u. Exact.

    .. math:: g_{\mathrm{erf}}(r_1, r_2, u) = \frac{2}{\pi}\arcsin\frac{r_1 r_2 u}{\sqrt{(1+r_1^2)(1+r_2^2)}}, \qquad
              g_{\mathrm{relu}} = \frac{r_1 r_2}{2\pi}\left(\sqrt{1-u^2} + u(\pi - \arccos u)\right)

    Parameters
    ----------
    activation : str
        Name of the activation.
    r1, r2 : sympy.Expr or int
        Norms of the two incoming vectors, exact numbers or expressions.
    u : sympy.Expr or int
        Their cosine.

    Returns
    -------
    sympy.Expr
        :math:`E[\\sigma(w.x)\\sigma(v.x)]` for standard normal x.

    Raises
    ------
    ValueError
        If the activation is not known, or a float is passed (floats are not exact).

    Examples
    --------
    >>> interaction("erf", 1, 1, 1), interaction("relu", 2, 1, 0)
    (1/3, 1/pi)
    """
    arguments = [sp.sympify(z) for z in (r1, r2, u)]
    if any(z.has(sp.Float) for z in arguments):
        raise ValueError("interaction: got a floating-point number, needs exact numbers or expressions")
    first, second, cosine = arguments
    if find_activation(activation).name == "relu":
        return first * second * rectified.profile(cosine)
    return interaction_of(activation, first * second * cosine, first**2, second**2)

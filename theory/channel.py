r"""The limit network of a channel to infinity, and how the loss of a pair of neurons approaches it.

Two students with outgoing weights :math:`c/2 \pm 1/\varepsilon` and incoming vectors
:math:`w \pm \varepsilon\delta/2` act for :math:`\varepsilon \to 0` like
:math:`c\,\sigma(w\cdot x) + (\delta\cdot x)\,\sigma'(w\cdot x)`. Everything about that limit follows from the
interaction function :math:`g(w, v) = E[\sigma(w\cdot x)\sigma(v\cdot x)]` by differentiating it along
:math:`\delta`. Inner products: ``s = w.v``, ``t = delta.v``, ``l = w.delta``, ``p = |w|^2``, ``e = |delta|^2``,
``q = |v|^2``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sympy as sp

from theory.interactions import pair
from theory.symbols import p, q, s

#: Outgoing weight of the pair, and the inner products with delta.
c, t, l = sp.symbols("c t l", real=True)  # noqa: E741  (the letter of the paper-to-be)
e = sp.Symbol("e", positive=True)
#: Displacements along delta of the first and of the second vector.
eta, zeta = sp.symbols("eta zeta", real=True)


@dataclass(frozen=True)
class LimitPair:
    r"""Interactions of the pair :math:`T = c + \delta\cdot\nabla_w` in the limit. Exact.

    Attributes
    ----------
    mixed : sympy.Expr
        :math:`T g(w, v)` with another neuron v; a function of (c, s, t, p, l, q).
    own : sympy.Expr
        :math:`T_1 T_2\, g(w, w)`, the pair with itself; a function of (c, p, l, e).
    mixed_third, own_third : sympy.Expr
        :math:`(\delta\cdot\nabla_w)^3` of g with another neuron, and of :math:`T_2\, g` with the pair itself.
    """

    mixed: sp.Expr
    own: sp.Expr
    mixed_third: sp.Expr
    own_third: sp.Expr


def displaced(value: sp.Expr) -> sp.Expr:
    r""":math:`g(w + \eta\delta, v)` from G(s, p, q). Exact."""
    return value.subs({s: s + eta * t, p: p + 2 * eta * l + eta**2 * e}, simultaneous=True)


def displaced_own(value: sp.Expr) -> sp.Expr:
    r""":math:`g(w + \eta\delta, w + \zeta\delta)` from G(s, p, q). Exact."""
    inner = p + (eta + zeta) * l + eta * zeta * e
    norms = {p: p + 2 * eta * l + eta**2 * e, q: p + 2 * zeta * l + zeta**2 * e}
    return value.subs({s: inner, **norms}, simultaneous=True)


@cache
def limit_pair(activation: str = "erf") -> LimitPair:
    r"""The interactions of a pair in a channel, in the limit. Exact.

    .. math:: T_1 T_2\, g(w, w) = \tfrac2\pi\Bigl(c^2 \arcsin\tfrac{p}{1+p} + \tfrac{2 c l}{(1+p)\sqrt{1+2p}}
              + \tfrac{e (1 + 2p) - 2 l^2}{(1+2p)^{3/2}}\Bigr)

    Parameters
    ----------
    activation : str

    Returns
    -------
    LimitPair

    Examples
    --------
    A pair with c = 0 and delta orthogonal to w is the function (delta.x) sigma'(w.x), here with |w| = |delta| = 1:

    >>> limit_pair().own.subs({c: 0, l: 0, p: 1, e: 1})
    2*sqrt(3)/(3*pi)
    """
    exact = pair(activation)
    P, Q, R = 1 + p, 1 + q, 2 * p + 1
    D = P * Q - s**2
    root = sp.sqrt(R)
    mixed = c * exact.value + t * exact.d_s + 2 * l * exact.d_p
    own = (
        c**2 * exact.value.subs({s: p, q: p}, simultaneous=True)
        + 4 * c * l / (sp.pi * P * root)
        + 2 * (e * R - 2 * l**2) / (sp.pi * root**3)
    )
    mixed_third = (
        2 * (D + 3 * s**2) * t**3
        - 18 * s * Q * t**2 * l
        + 18 * Q**2 * t * l**2
        - 6 * D * Q * t * e
        - 2 * s * (15 * D**2 + 10 * D * s**2 + 3 * s**4) * l**3 / P**3
        + 6 * D * s * (3 * D + s**2) * l * e / P**2
    ) / (sp.pi * sp.sqrt(D) ** 5)
    own_third = (
        6 * c * e * l * (3 * p**2 - 1) / (P**2 * root**3)
        - 4 * c * l**3 * (9 * p**3 - 3 * p**2 - 13 * p - 5) / (P**3 * root**5)
        - 6 * e**2 * P / root**3
        + 24 * e * l**2 * (p + 2) / root**5
        - 24 * l**4 * (p + 3) / root**7
    ) / sp.pi
    return LimitPair(mixed, own, mixed_third, own_third)

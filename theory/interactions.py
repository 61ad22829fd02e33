"""The interaction function g(w, v) = E[sigma(w.x) sigma(v.x)], derived from the activation.

In the variables of this module, ``s = w.v``, ``p = |w|^2`` and ``q = |v|^2``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

import sympy as sp

from theory.activation.error_function import ARCSINE, ROOM
from theory.activations import activation as find_activation
from theory.activations import closed
from theory.derivation import Derivation
from theory.homogeneous import derivatives, form_of, profile
from theory.symbols import p, q, r1, r2, s, u


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
    r"""Derive the interaction function of an activation. Exact.

    For erf, by Price's theorem,

    .. math:: g = \frac{2}{\pi} \arcsin\frac{s}{\sqrt{(1+p)(1+q)}}

    Returns
    -------
    Derivation
        Its result is ``G(s, p, q)``; every step holds when checked.

    Raises
    ------
    ValueError
        If the activation is not known, or has no interaction function in closed form.

    References
    ----------
    Williams, *Computing with infinite networks*, 1996.

    Examples
    --------
    >>> all(interaction_derivation("erf").check())
    True
    """
    sigma = find_activation(activation)
    if sigma.derive is None:
        raise ValueError(
            f"activation: got {activation!r}, which has no interaction function in closed form; "
            f"{', '.join(sorted(closed()))} have"
        )
    return sigma.derive()


@cache
def pair(activation: str = "erf") -> Pair:
    """The interaction function and its derivatives in (s, p, q). Exact.

    Written without nested radicals (and for erf without the arcsine in derivatives), so that code generated from
    them does not cancel. Those of relu and its kind (:mod:`theory.homogeneous`) are infinite at parallel vectors.

    Raises
    ------
    ValueError
        As :func:`interaction_derivation`.
    """
    value = interaction_derivation(activation).result
    form = form_of(activation)
    if form is not None:
        return Pair(**derivatives(form))
    if activation == "erf":
        d_s = 2 / (sp.pi * sp.sqrt((1 + p) * (1 + q) - s**2))
        d_p = -s / (2 * (1 + p)) * d_s
        second = {
            order: sp.factor_terms(sp.diff(d_s if order[0] == "s" else d_p, *_symbols(order[1:])))
            for order in _SECOND
        }
        return Pair(value, d_s, d_p, **{f"d_{order}": f for order, f in second.items()})
    first = {z: _differentiated(value, z) for z in (s, p)}
    second = {order: _differentiated(first[_symbols(order)[0]], _symbols(order)[1]) for order in _SECOND}
    return Pair(value, first[s], first[p], **{f"d_{order}": f for order, f in second.items()})


#: The second derivatives that a :class:`Pair` has.
_SECOND = ("ss", "sp", "sq", "pp", "pq")


def _symbols(order: str) -> tuple[sp.Symbol, ...]:
    return tuple({"s": s, "p": p, "q": q}[letter] for letter in order)


def _differentiated(expression: sp.Expr, by: sp.Symbol) -> sp.Expr:
    """A derivative in which that of the arcsine of the probit family has no nested radicals."""
    angle = sp.Function("angle")(s, p, q)
    root = sp.sqrt(ROOM)
    slopes = {s: 1 / root, p: -s / (2 * (1 + p) * root), q: -s / (2 * (1 + q) * root)}
    slope = sp.diff(expression.subs(ARCSINE, angle), by)
    return sp.factor_terms(slope.subs({sp.Derivative(angle, z): f for z, f in slopes.items()}).subs(angle, ARCSINE))


def interaction_of(activation: str, inner: sp.Expr, norm2_w: sp.Expr, norm2_v: sp.Expr) -> sp.Expr:
    """Interaction function at given inner product and squared norms. Exact."""
    value = pair(activation).value
    return value.subs({s: inner, p: norm2_w, q: norm2_v}, simultaneous=True)


def interaction(activation: str, r1: sp.Expr = r1, r2: sp.Expr = r2, u: sp.Expr = u) -> sp.Expr:
    r"""Interaction function of two neurons with norms r1, r2 and cosine u. Exact.

    .. math:: g_{\mathrm{erf}}(r_1, r_2, u) = \frac{2}{\pi}\arcsin\frac{r_1 r_2 u}{\sqrt{(1+r_1^2)(1+r_2^2)}}

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
    >>> interaction("erf", 1, 1, 1)
    1/3
    """
    arguments = [sp.sympify(z) for z in (r1, r2, u)]
    if any(z.has(sp.Float) for z in arguments):
        raise ValueError("interaction: got a floating-point number, needs exact numbers or expressions")
    first, second, cosine = arguments
    form = form_of(activation)
    if form is not None:
        # Regular at parallel vectors, too.
        return first * second * profile(form, cosine)
    return interaction_of(activation, first * second * cosine, first**2, second**2)

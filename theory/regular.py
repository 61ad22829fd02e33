r"""The perturbed copy for large k: its equations in parameters in which they are regular at infinity (erf).

With :math:`\omega = 1/n`, :math:`\rho = n/k`, :math:`\eta = k/(2n^2)`, :math:`\kappa = k^3/(48 n^5)` and
:math:`U = \rho u, V = \rho v`, the equations of ``theory.normalised`` contain no negative power of these four: they
are analytic near :math:`\eta = \omega = 0`, for every :math:`\rho` in [0, 1] and :math:`\kappa \ge 0`. There they say
that (t, a) is a critical point of :math:`\psi(t, a) + \kappa a^{-4}`, with :math:`\psi = a^2 f(2t^2) - 2 a f(t)`,
:math:`f(x) = \arcsin x - x` (if :math:`\rho\kappa = 0`, which is so in the limit, since :math:`48 \kappa \rho^3 =
\omega^2`). Where that critical point is not degenerate, the implicit function theorem continues it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from theory.normalised import Functions, U, V, normalised, slope, t
from theory.symbols import a, k, n

#: The four parameters, and the unknowns beside t and a.
omega, rho, eta, kappa = sp.symbols("omega rho eta kappa", positive=True)
u, v = sp.symbols("u v", real=True)
#: arcsin x = x + x^3 r(x), with r analytic and r(0) = 1/6.
r = sp.Function("r")


def excess_slope(x: sp.Expr) -> sp.Expr:
    r""":math:`(\arcsin' x - 1)/x^2 = 1/(S(1+S))`, :math:`S = \sqrt{1-x^2}`: regular at 0, where it is 1/2. Exact."""
    S = sp.sqrt(1 - x**2)
    return 1 / (S * (1 + S))


def f(x: sp.Expr) -> sp.Expr:
    r""":math:`\arcsin x - x`. Exact."""
    return sp.asin(x) - x


def psi() -> sp.Expr:
    """Error of one student on its teacher when the linear part costs nothing. Exact."""
    return a**2 * f(2 * t**2) - 2 * a * f(t)


@dataclass(frozen=True)
class Regular:
    """The coordinates of the perturbed copy in the four parameters. Exact.

    Attributes
    ----------
    pair, own, Q, B, G : sympy.Expr
        As in ``theory.normalised``.
    square, cube : sympy.Expr
        ``pair**2/rho`` and ``pair**3/omega``, without negative powers.
    """

    pair: sp.Expr
    own: sp.Expr
    Q: sp.Expr
    B: sp.Expr
    G: sp.Expr
    square: sp.Expr
    cube: sp.Expr


@dataclass(frozen=True)
class Remainders:
    """What is left of the arcsine and its derivative at a coordinate after their first term. Exact.

    By the coordinate's name: ``arc`` and ``slope`` are what is left of arcsin x and arcsin' x after x and 1 (at
    ``own`` and ``Q``), ``cubic`` and ``quadratic`` the same over x^3 and x^2 (at ``pair``, ``B`` and ``G``, which
    tend to zero).
    """

    arc: Callable[[str], sp.Expr]
    slope: Callable[[str], sp.Expr]
    cubic: Callable[[str], sp.Expr]
    quadratic: Callable[[str], sp.Expr]


def explicit(z: Regular) -> Remainders:
    """The functions themselves. Exact."""
    return Remainders(
        lambda name: f(getattr(z, name)),
        lambda name: slope(getattr(z, name)) - 1,
        lambda name: r(getattr(z, name)),
        lambda name: excess_slope(getattr(z, name)),
    )


def named() -> Remainders:
    """One symbol for each value. Exact."""
    return Remainders(*(lambda name, kind=kind: sp.Symbol(f"{kind}_{name}") for kind in "fFrg"))


def regular() -> Regular:
    """The coordinates. Exact."""
    P = 2 * t**2
    M = (rho * (1 + rho * u) ** 2 + (1 - rho) * (1 + rho * v) ** 2) / a**2
    pair = eta * M - P * omega
    B = omega * ((1 + rho * u) / (2 * a) - t)
    square = 12 * kappa * M**2 - 4 * eta**2 * M * P + 2 * eta * omega * P**2
    cube = 6 * kappa * M**3 - 3 * eta**2 * M**2 * P + 3 * eta * omega * M * P**2 - omega**2 * P**3
    return Regular(pair, P + pair, t + B, B, omega * (1 + rho * v) / (2 * a), square, cube)


def regular_equations(remainders: Remainders | None = None) -> tuple[sp.Expr, ...]:
    r"""The four equations without negative powers; the last two over :math:`\rho`. Exact."""
    z = regular()
    at = remainders or explicit(z)
    pull = 2 * eta * at.slope("own") + (1 - omega) * z.square * at.quadratic("pair")
    tilt, lean = (1 + rho * u) / (2 * a) - t, (1 + rho * v) / (2 * a)
    outgoing = a * (at.arc("own") + (1 - omega) * z.cube * at.cubic("pair")) - at.arc("Q")
    outgoing -= (1 - omega) * omega**2 * tilt**3 * at.cubic("B")
    outgoing -= 2 * (1 - rho) * eta * omega * lean**3 * at.cubic("G")
    outgoing += (rho * u * (1 + rho * u) + (1 - rho) * v * (1 + rho * v)) / (2 * a)
    own = 2 * t * a * (at.slope("own") - z.pair**2 * at.quadratic("pair"))
    copied = 2 * eta * at.slope("Q") + 2 * (1 - omega) * eta * omega * tilt**2 * at.quadratic("B")
    return (
        own - at.slope("Q") + z.B**2 * at.quadratic("B"),
        outgoing,
        u * (1 + rho * pull) + pull - copied,
        v * (1 + rho * pull) + pull - 2 * eta * omega * lean**2 * at.quadratic("G"),
    )


def in_parameters(expression: sp.Expr) -> sp.Expr:
    r"""An expression of ``theory.normalised`` with n, k, U, V in terms of :math:`\omega, \eta, u, v`. Exact."""
    ratio = omega / (2 * eta)
    at = {n: 1 / omega, k: 2 * eta / omega**2, U: ratio * u, V: ratio * v}
    return expression.subs(at, simultaneous=True)


def dependent(expression: sp.Expr) -> sp.Expr:
    r"""An expression with :math:`\rho = \omega/(2\eta)` and :math:`\kappa = \eta^3/(6\omega)` put in. Exact."""
    return expression.subs({rho: omega / (2 * eta), kappa: eta**3 / (6 * omega)}, simultaneous=True)


def whole(remainders: Remainders) -> Functions:
    """The arcsine and its derivative from their remainders, at the coordinates of ``theory.normalised``. Exact."""
    z = normalised()
    small = ("pair", "B", "G")

    def arc(name: str) -> sp.Expr:
        x = getattr(z, name)
        return x + (x**3 * remainders.cubic(name) if name in small else remainders.arc(name))

    def first(name: str) -> sp.Expr:
        return 1 + (getattr(z, name) ** 2 * remainders.quadratic(name) if name in small else remainders.slope(name))

    def second(name: str) -> sp.Expr:
        raise AssertionError("the equations hold no second derivative")

    return Functions(arc, first, second)

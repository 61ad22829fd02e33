r"""The perturbed copy in normalised coordinates, in which the loss is an arcsine form and nothing else (erf).

With :math:`q = w / \sqrt{2(1+|w|^2)}`, so that :math:`|q|^2 < 1/2`, the loss of any network on an orthonormal teacher
is

.. math:: \tfrac\pi2 L = \sum_{il} a_i a_l F(2 q_i\cdot q_l) - 2 \sum_{ij} a_i F(q_{ij}) + \tfrac{\pi k}6,
   \quad F = \arcsin.

Its linear part is :math:`2 \sum_j (y_j - \frac12)^2 - \frac k2` with :math:`y = \sum_i a_i q_i`, so the stiff
directions are those of y alone. For the perturbed copy, :math:`q_i` is Q on its own teacher, B on the other copied
ones and G on the uncopied ones; the unknowns are

.. math:: t = Q - B, \quad a, \quad 1 + U = 2 n a b, \quad 1 + V = 2 n a G, \qquad b = \tfrac{Q + (n-1) B}n.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import sympy as sp

from theory.symbols import a, k, n

#: Unknowns beside a: difference of the two copied coordinates, and what is missing in the linear part.
t, U, V = sp.symbols("t U V", real=True)


@dataclass(frozen=True)
class Normalised:
    """The normalised coordinates and inner products of a perturbed copy. Exact.

    Attributes
    ----------
    Q, B, G : sympy.Expr
        Coordinates along the own, the other copied and the uncopied teachers.
    own, pair : sympy.Expr
        Twice the squared norm, and twice the inner product of two students: the arguments of the arcsine.
    """

    Q: sp.Expr
    B: sp.Expr
    G: sp.Expr
    own: sp.Expr
    pair: sp.Expr


def slope(x: sp.Expr) -> sp.Expr:
    """The arcsine's derivative. Exact."""
    return 1 / sp.sqrt(1 - x**2)


def curve(x: sp.Expr) -> sp.Expr:
    """The arcsine's second derivative. Exact."""
    return x / (1 - x**2) ** sp.Rational(3, 2)


@cache
def normalised() -> Normalised:
    """The coordinates for symbolic n and k, as functions of the four unknowns. Exact."""
    b, G = (1 + U) / (2 * n * a), (1 + V) / (2 * n * a)
    pair = 2 * (n * b**2 + (k - n) * G**2) - 2 * t**2 / n
    return Normalised(b + (n - 1) * t / n, b - t / n, G, 2 * t**2 + pair, pair)


@dataclass(frozen=True)
class Functions:
    """The arcsine and its derivatives at the coordinates ``"own"``, ``"pair"``, ``"Q"``, ``"B"``, ``"G"``. Exact.

    By name, so that derivations may put in what they know of them, a series with its remainder, say.
    """

    arc: Callable[[str], sp.Expr]
    slope: Callable[[str], sp.Expr]
    curve: Callable[[str], sp.Expr]


def explicit() -> Functions:
    """The functions themselves. Exact."""
    z = normalised()
    return Functions(
        lambda name: sp.asin(getattr(z, name)),
        lambda name: slope(getattr(z, name)),
        lambda name: curve(getattr(z, name)),
    )


def energy(functions: Functions | None = None) -> sp.Expr:
    r""":math:`\frac\pi2 L` of the perturbed copy in the unknowns (t, a, U, V). Exact.

    Parameters
    ----------
    functions : Functions, optional
        Default: the arcsine and its derivatives themselves.

    Examples
    --------
    >>> energy().subs({t: sp.Rational(1, 2), a: 1, U: 0, V: 0}).subs(n, k).simplify()
    0
    """
    arc = (functions or explicit()).arc
    students = arc("own") + (n - 1) * arc("pair")
    teachers = arc("Q") + (n - 1) * arc("B") + (k - n) * arc("G")
    return n * a**2 * students - 2 * n * a * teachers + k * sp.pi / 6


def equations(functions: Functions | None = None) -> tuple[sp.Expr, ...]:
    r"""Four expressions that vanish together exactly at the critical points of the energy. Exact.

    The derivatives in t, U, V over :math:`2a(n-1)`, n and k - n, so that they stay regular at n = 1 and n = k, and
    the derivative in a at fixed coordinates over 2n.
    """
    at = functions or explicit()
    mean = (at.slope("own") + (n - 1) * at.slope("pair")) / n
    students = at.arc("own") + (n - 1) * at.arc("pair")
    return (
        2 * t * a * (at.slope("own") - at.slope("pair")) - at.slope("Q") + at.slope("B"),
        a * students - at.arc("Q") - (n - 1) * at.arc("B") - (k - n) * at.arc("G"),
        (1 + U) * mean - (at.slope("Q") + (n - 1) * at.slope("B")) / n,
        (1 + V) * mean - at.slope("G"),
    )


def standard_form(
    x: sp.Expr,
    b: sp.Expr,
    y: sp.Expr,
    z: sp.Expr,
    g: sp.Expr,
    functions: Functions | None = None,
    coordinates: Normalised | None = None,
) -> sp.Expr:
    r"""The Hessian's quadratic form on the standard component, per unit of :math:`2 \sum_i \tau_i^2`. Exact.

    The perturbation is :math:`dq_{ii} = x \tau_i`, :math:`da_i = b \tau_i`, :math:`dq_{ij} = y \tau_i + z \tau_j`,
    :math:`dq_{iu} = g \tau_i` with :math:`\sum_i \tau_i = 0`.
    """
    c, at = coordinates or normalised(), functions or explicit()
    N, rest = k - n, x - y - z
    own = c.Q * x + (n - 1) * c.B * y - c.B * z + N * c.G * g
    pair = c.B * x + (c.Q + (n - 2) * c.B) * y + (c.Q - 2 * c.B) * z + N * c.G * g
    norm = rest**2 + 2 * rest * (y + z) + n * (y**2 + z**2) + N * g**2
    products = 2 * x * y - 2 * (n - 1) * x * z + (n - 2) * (y**2 + 2 * y * z - (n - 1) * z**2) + N * g**2
    first = at.slope("own") * (2 * a**2 * norm + 8 * a * b * own) + at.slope("pair") * (
        4 * a * b * (n - 2) * pair - 2 * a**2 * products
    )
    second = 8 * a**2 * at.curve("own") * own**2 + 4 * a**2 * (n - 2) * at.curve("pair") * pair**2
    outgoing = b**2 * (at.arc("own") - at.arc("pair"))
    copied = 2 * b * ((n - 1) * y - z) * at.slope("B") + a * at.curve("B") * ((n - 1) * (y**2 + z**2) - 2 * y * z)
    teachers = 2 * b * (x * at.slope("Q") + N * g * at.slope("G")) + a * (
        at.curve("Q") * x**2 + N * at.curve("G") * g**2
    )
    return first + second + outgoing - copied - teachers


def standard_block() -> sp.Matrix:
    """The symmetric matrix of :func:`standard_form` in the order (x, b, y, z, g). Exact.

    Singular exactly where the Hessian is, on the standard component (n >= 3).
    """
    vector = sp.symbols("x b y z g")
    form = standard_form(*vector)
    return sp.Matrix(5, 5, lambda i, j: sp.diff(form, vector[i], vector[j]) / 2)

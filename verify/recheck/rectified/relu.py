r"""Two homogeneous neurons in balls, from unit vectors and their sum and difference.

Let e, f be unit vectors at the angle theta, x = |e - f| = 2 sin(theta/2), y = |e + f| = 2 cos(theta/2), and d, m the
unit vectors of e - f and e + f. Then sin theta = x y / 2, cos theta = (y^2 - x^2) / 4, and theta = 2 atan(x / y),
psi = pi - theta = 2 atan(y / x). For w = r e, z = t f the interaction E[max(w.x, 0) max(z.x, 0)] is

    g = r t (sin theta + psi cos theta) / (2 pi),       g_w = (t sin theta e + psi z) / (2 pi),
    g_wz = (psi I + sin theta (m m' - d d')) / (2 pi),  g_ww = t sin theta / (2 pi r) (I - 2 e e' + m m' + d d').

(In the plane of e and f, m m' + d d' is 1 and m m' - d d' exchanges e and f; g_ww annihilates e and has the
eigenvalue 2 t sin theta / (2 pi r) across it in the plane.) Where d or m may be 0/0 its entries lie in [-1, 1], and
the factor sin theta is as small as what was divided.

*p max(0, t) + q max(0, -t)* is a sum of two such units, of w and of -w, and E is the same for x and -x. The pair of w
and -z has the angle psi, so its value is r t (sin theta - theta cos theta) / (2 pi): with p^2 + q^2 times the above
and 2 p q times this

    g = r t ((p + q)^2 sin theta + T cos theta) / (2 pi),    T = (p^2 + q^2) psi - 2 p q theta,

and likewise in all derivatives, sin theta has the factor (p + q)^2 and T stands for psi.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint

from verify.recheck.numbers import Ball
from verify.recheck.rectified.units import Units

Vector = list[Ball]


@dataclass(frozen=True, eq=False)
class Angle:
    """Angle of two unit vectors: its sine and cosine, (p + q)^2 times the sine, T, and the unit vectors d and m."""

    sine: Ball
    cosine: Ball
    bend: Ball
    turn: Ball
    d: Vector
    m: Vector


def length(v: Vector) -> Ball:
    """Euclidean norm, for whatever balls: never the root of something negative."""
    square = sum((x * x for x in v), flint.arb(0))
    return root(square)


def root(square: Ball) -> Ball:
    """Root of what is known to be at least 0."""
    if not square.is_finite():
        return flint.arb.nan()
    top = square.upper()
    if not top > 0:
        return flint.arb(0)
    bottom = square.lower()
    return square.sqrt() if bottom > 0 else top.sqrt().upper().union(flint.arb(0))


def unit(v: Vector) -> Vector:
    """v / |v|, where that is not known the ball from -1 to 1 for each entry."""
    norm = length(v)
    if not norm > 0:
        return [flint.arb(0, 1)] * len(v)
    entries = [x / norm for x in v]
    return [x if x.is_finite() and x.rad() < 1 else flint.arb(0, 1) for x in entries]


def angle(e: Vector, f: Vector, units: Units) -> Angle:
    """The angle of two unit vectors, and what the activation makes of it."""
    difference = [x - y for x, y in zip(e, f, strict=True)]
    total = [x + y for x, y in zip(e, f, strict=True)]
    x, y = length(difference), length(total)
    sine = x * y / 2
    return Angle(sine, (y * y - x * x) / 4, units.whole * sine, _turn(x, y, units), unit(difference), unit(total))


def _turn(x: Ball, y: Ball, units: Units) -> Ball:
    """T from the lengths of difference and sum."""
    pi = flint.arb.pi()
    if x > 1:
        psi = 2 * (y / x).atan()
        return units.both * psi - units.mixed * (pi - psi)
    theta = 2 * (x / y).atan()
    return units.both * (pi - theta) - units.mixed * theta


def between(u: Ball, units: Units) -> tuple[Ball, Ball]:
    """g and its derivative by the cosine, for unit vectors of cosine u, extended by tangents beyond [-1, 1].

    g is convex there, for its derivative T / (2 pi) increases from -p q to (p^2 + q^2) / 2; so it is with the
    tangents.
    """
    over, two_pi = flint.arb(0), 2 * flint.arb.pi()
    inside = u
    if u >= 1:
        over, inside = (u - 1) * units.both / 2, flint.arb(1)
    elif u <= -1:
        over, inside = -(u + 1) * units.mixed / 2, flint.arb(-1)
    x, y = root(2 - 2 * inside), root(2 + 2 * inside)
    turn = _turn(x, y, units)
    return (units.whole * x * y / 2 + turn * inside) / two_pi + over, turn / two_pi

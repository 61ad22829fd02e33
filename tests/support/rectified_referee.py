"""Rectified units by quadrature: one angle in the plane of two vectors, the radius and the rest in closed form.

For x = rho (cos t, sin t) in the plane, E[rho^2] of homogeneous integrands is 2: expectations of degree two are
(1 / pi) times an integral over the angle, of a smooth piece: the arc where both units are on. Imports nothing of the
project; vectors are tuples of mpmath numbers. Results are kept, so the working precision must not change.
"""

from __future__ import annotations

from functools import cache

from mpmath import mp

Vector = tuple[mp.mpf, ...]


def dot(v: Vector, w: Vector) -> mp.mpf:
    """Inner product."""
    return mp.fsum(x * y for x, y in zip(v, w, strict=True))


@cache
def plane(w: Vector, z: Vector) -> tuple[Vector, Vector, mp.mpf, mp.mpf]:
    """Orthonormal e1, e2 with w along e1, and the coordinates of z; e2 is zero for parallel vectors."""
    length = mp.sqrt(dot(w, w))
    e1 = tuple(x / length for x in w)
    z1 = dot(z, e1)
    rest = [x - z1 * y for x, y in zip(z, e1, strict=True)]
    z2 = mp.sqrt(dot(rest, rest))
    # Parallel up to the working precision.
    if z2 <= mp.eps * 100 * mp.sqrt(dot(z, z)):
        return e1, tuple(mp.mpf(0) for _ in w), z1, mp.mpf(0)
    return e1, tuple(x / z2 for x in rest), z1, z2


@cache
def moments(w: Vector, z: Vector) -> tuple[mp.mpf, mp.mpf, mp.mpf, mp.mpf]:
    """E[1 1 x1 x1], E[1 1 x1 x2], E[1 1 x2 x2] in the plane, and the probability E[1 1] that both units are on."""
    _, _, z1, z2 = plane(w, z)
    # t = 0 along w, z in the upper half plane.
    arc = [max(mp.atan2(z2, z1), mp.mpf(0)) - mp.pi / 2, mp.pi / 2]
    return (
        mp.quad(lambda t: mp.cos(t) ** 2, arc) / mp.pi,
        mp.quad(lambda t: mp.cos(t) * mp.sin(t), arc) / mp.pi,
        mp.quad(lambda t: mp.sin(t) ** 2, arc) / mp.pi,
        (arc[1] - arc[0]) / (2 * mp.pi),
    )


@cache
def half_line(power: int) -> mp.mpf:
    """E[s^power for s > 0] of a standard normal variable."""
    return mp.quad(lambda s: s**power * mp.exp(-s * s / 2), [0, 4, 8, 16]) / mp.sqrt(2 * mp.pi)


def _absent(w: Vector, z: Vector) -> bool:
    return dot(w, w) == 0 or dot(z, z) == 0


def value(w: Vector, z: Vector) -> mp.mpf:
    """E[relu(w.x) relu(z.x)]."""
    if _absent(w, z):
        return mp.mpf(0)
    _, _, z1, z2 = plane(w, z)
    cc, cs, _, _ = moments(w, z)
    return mp.sqrt(dot(w, w)) * (z1 * cc + z2 * cs)


def gradient(w: Vector, z: Vector) -> Vector:
    """Its gradient in w: E[1(w.x > 0) relu(z.x) x]."""
    if _absent(w, z):
        return tuple(mp.mpf(0) for _ in w)
    e1, e2, z1, z2 = plane(w, z)
    cc, cs, ss, _ = moments(w, z)
    return tuple((z1 * cc + z2 * cs) * x + (z1 * cs + z2 * ss) * y for x, y in zip(e1, e2, strict=True))


def _rest(e1: Vector, e2: Vector, i: int, j: int) -> mp.mpf:
    """Entry of the projection on what is orthogonal to both."""
    return (i == j) - e1[i] * e1[j] - e2[i] * e2[j]


def second_in_first(w: Vector, z: Vector) -> mp.matrix:
    """Second derivatives in w: E[delta(w.x) relu(z.x) x x'], over the hyperplane orthogonal to w."""
    d = len(w)
    if _absent(w, z):
        return mp.zeros(d)
    e1, e2, _, z2 = plane(w, z)
    weight = z2 / mp.sqrt(dot(w, w)) / mp.sqrt(2 * mp.pi)
    entry = lambda i, j: weight * (half_line(1) * _rest(e1, e2, i, j) + half_line(3) * e2[i] * e2[j])  # noqa: E731
    return mp.matrix([[entry(i, j) for j in range(d)] for i in range(d)])


def second_mixed(w: Vector, z: Vector) -> mp.matrix:
    """Second derivatives, one in w and one in z: E[1(w.x > 0) 1(z.x > 0) x x']."""
    d = len(w)
    if _absent(w, z):
        return mp.zeros(d)
    e1, e2, z1, z2 = plane(w, z)
    if z2 == 0:
        # One half space, or two disjoint ones.
        return mp.eye(d) / 2 if z1 > 0 else mp.zeros(d)
    cc, cs, ss, both = moments(w, z)

    def entry(i: int, j: int) -> mp.mpf:
        inner = cc * e1[i] * e1[j] + ss * e2[i] * e2[j] + cs * (e1[i] * e2[j] + e2[i] * e1[j])
        return both * _rest(e1, e2, i, j) + inner

    return mp.matrix([[entry(i, j) for j in range(d)] for i in range(d)])

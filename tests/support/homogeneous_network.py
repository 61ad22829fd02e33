"""Networks of homogeneous units by quadrature, at generic points and at corners; imports nothing of the project.

With x = max(x, 0) - max(-x, 0) a unit p max(x, 0) + q max(-x, 0) is a sum of two rectified ones, w and -w.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import rectified_referee as referee
from mpmath import mp

TEACHER = np.array([[1.0, 0.5, -0.25, 0.0], [-0.5, 1.0, 0.75, 0.5], [0.25, -0.5, 1.0, 1.0]])
WEIGHTS = np.array([1.0, -0.5, 1.5])
GENERIC = np.array(
    [
        [0.75, -0.5, 1.0, 0.25, 1.5],
        [-1.0, 0.5, 0.25, 1.0, -0.75],
        [0.5, 1.25, -0.5, 0.75, 1.0],
        [1.0, 1.0, 0.5, -0.5, 0.5],
    ]
)
#: p and q of each activation as fractions (numerator, denominator).
SLOPES = {
    "relu": ((1, 1), (0, 1)),
    "leaky-relu": ((1, 1), (-1, 100)),
    "leaky-relu:0.2": ((1, 1), (-1, 5)),
    "abs": ((1, 1), (1, 1)),
}


def _points() -> dict[str, np.ndarray]:
    """Every row but the special ones is generic; powers of two keep parallels exactly parallel."""
    points = {name: GENERIC.copy() for name in ("generic", "parallel", "antiparallel", "to a teacher", "against it")}
    points["parallel"][1, :4] = 2 * GENERIC[0, :4]
    points["antiparallel"][1, :4] = -0.5 * GENERIC[0, :4]
    points["to a teacher"][2, :4] = 4 * TEACHER[1]
    points["against it"][2, :4] = -2 * TEACHER[1]
    for sign, name in ((1, "nearly parallel"), (-1, "nearly antiparallel")):
        points[name] = GENERIC.copy()
        # Orthogonal to the first row: an angle of 1e-9.
        points[name][1, :4] = sign * (GENERIC[0, :4] + 1e-9 * np.array([0.5, 0.75, 0.25, -1.0]))
    for exponent in (-150, -300):
        points[f"1e{exponent}"] = GENERIC.copy()
        points[f"1e{exponent}"][3, :4] *= 10.0**exponent
    points["dead"] = GENERIC.copy()
    points["dead"][3, :4] = 0
    return points


POINTS = _points()

Vector = tuple[mp.mpf, ...]


class Units:
    """Interaction of two units with its derivatives, from four pairs of rectified ones."""

    def __init__(self, activation: str) -> None:
        right, left = (mp.mpf(a) / b for a, b in SLOPES[activation])
        # As x and -x are equally likely, a pair and its opposite have the same expectations.
        self.same, self.opposite = right**2 + left**2, right * left

    def value(self, w: Vector, z: Vector) -> mp.mpf:
        """E[sigma(w.x) sigma(z.x)]."""
        found = self.same * referee.value(w, z)
        if self.opposite:
            found += self.opposite * (referee.value(w, _minus(z)) + referee.value(_minus(w), z))
        return found

    def gradient(self, w: Vector, z: Vector) -> Vector:
        """Its gradient in w."""
        found = [self.same * x for x in referee.gradient(w, z)]
        if self.opposite:
            here, there = referee.gradient(w, _minus(z)), referee.gradient(_minus(w), z)
            found = [f + self.opposite * (x - y) for f, x, y in zip(found, here, there, strict=True)]
        return tuple(found)

    def second_in_first(self, w: Vector, z: Vector) -> mp.matrix:
        """Its second derivatives in w."""
        found = self.same * referee.second_in_first(w, z)
        if self.opposite:
            others = referee.second_in_first(w, _minus(z)) + referee.second_in_first(_minus(w), z)
            found += self.opposite * others
        return found

    def second_mixed(self, w: Vector, z: Vector) -> mp.matrix:
        """Its second derivatives, one in w and one in z."""
        found = self.same * referee.second_mixed(w, z)
        if self.opposite:
            found -= self.opposite * (referee.second_mixed(w, _minus(z)) + referee.second_mixed(_minus(w), z))
        return found


def _minus(z: Vector) -> Vector:
    return tuple(-x for x in z)


@cache
def exact(activation: str, name: str) -> tuple[mp.mpf, list[list[mp.mpf]], mp.matrix]:
    """Loss, gradient and Hessian at a point by quadrature at the working precision."""
    units = Units(activation)
    theta = POINTS[name]
    n, width = theta.shape
    W = [tuple(mp.mpf(float(x)) for x in row[:-1]) for row in theta]
    a = [mp.mpf(float(row[-1])) for row in theta]
    Z = W + [tuple(mp.mpf(float(x)) for x in row) for row in TEACHER]
    c = a + [-mp.mpf(float(b)) for b in WEIGHTS]
    N = len(Z)
    loss = mp.fsum(c[i] * c[j] * units.value(Z[i], Z[j]) for i in range(N) for j in range(N))
    gradient, hessian = [], mp.zeros(n * width)
    for i in range(n):
        pulls = [units.gradient(W[i], z) for z in Z]
        h = mp.fsum(cj * units.value(W[i], z) for cj, z in zip(c, Z, strict=True))
        total = [mp.fsum(cj * pull[x] for cj, pull in zip(c, pulls, strict=True)) for x in range(width - 1)]
        gradient.append([*(2 * a[i] * t for t in total), 2 * h])
        own = mp.zeros(width - 1)
        for cj, z in zip(c, Z, strict=True):
            own += cj * units.second_in_first(W[i], z)
        for m in range(n):
            block = 2 * a[i] * a[m] * units.second_mixed(W[i], W[m]) + (2 * a[i] * own if m == i else 0 * own)
            for x in range(width - 1):
                for y in range(width - 1):
                    hessian[i * width + x, m * width + y] = block[x, y]
                cross = 2 * a[i] * pulls[m][x] + (2 * total[x] if m == i else 0)
                hessian[i * width + x, m * width + width - 1] = cross
                hessian[m * width + width - 1, i * width + x] = cross
            hessian[i * width + width - 1, m * width + width - 1] = 2 * units.value(W[i], W[m])
    return loss, gradient, hessian

r"""Loss, gradient and Hessian of a homogeneous network with given outgoing weights, and how fast it changes.

With partners z_j (students, then teachers) and coefficients c_j, L = sum_ij c_i c_j g(z_i, z_j), dL/dw_i =
2 c_i sum_j c_j g_w(w_i, z_j), and the Hessian has the blocks 2 c_i c_j g_wz off the diagonal, (p^2 + q^2) c_i^2 I +
S_i on it, S_i = 2 c_i sum_{j != i} c_j g_ww(w_i, z_j). (Of a neuron with itself: g = (p^2 + q^2) |w|^2 / 2.)

*Third derivatives.* First for ReLU. For unit vectors e, f let T = 2 pi times the third derivative of g by its first
vector at e. It is symmetric, T[e, e, .] = 0 and T[e, t, t] = -sin theta (1 + p^2), T[t, t, t] = -cos theta
(3 p - p^3) for a unit tangent t with the part p in the plane of e and f. So on v = c e + s t, |T[v, v, v]| <=
6 |c| s^2 sin theta + 2 |s|^3 |cos theta| <= 2 s^2 (9 c^2 + s^2)^(1/2) <= 3 sqrt(3) / 2. And g_wz has a derivative by
e of norm at most 2 / (2 pi). By homogeneity

    |g_www| <= 3 sqrt(3) |z| / (4 pi |w|^2),    |g_wwz| <= 1 / (pi |w|).

Second derivatives are continuous where w and z are parallel, so these are Lipschitz constants, as long as no vector
vanishes. Summed with |u_i|^2 |u_j| for u = (u_i), |u| = 1: |D^3 L[u, u, u]| <= max_i (A_i + |B_i|), where
A_i = 2 |c_i| sum_{j != i} |c_j| * (bound of g_www), B_ij = 2 |c_i c_j| * 3 * (bound of g_wwz) over students j != i,
because sum_i |u_i|^2 sum_j B_ij |u_j| <= max_i |B_i|. By Banach's theorem the Hessian changes by at most that times
the distance, in the spectral norm.

Of p max(0, t) + q max(0, -t): g is (p + q)^2 times that of ReLU and a bilinear form in w and z, so the bounds are
(p + q)^2 times those.
"""

from __future__ import annotations

from functools import cached_property

import flint

from verify.recheck.numbers import Ball
from verify.recheck.rectified.relu import Angle, Vector, angle, length, root, unit
from verify.recheck.rectified.schema import Rectified
from verify.recheck.spectra import greatest

Rows = list[list[Ball]]


class Network:
    """Values at one point, given by exact numbers or balls, at the precision of its creation. Enclosure."""

    def __init__(self, certificate: Rectified, point: Rows) -> None:
        self.n, self.dim, self.of = len(point), certificate.dim, certificate.units
        alive = [j for j, z in enumerate(certificate.teacher) if any(x != 0 for x in z)]
        self.Z: Rows = point + [[x + 0 for x in certificate.teacher[j]] for j in alive]
        self.c = [x + 0 for x in certificate.student_outgoing] + [-certificate.outgoing[j] for j in alive]
        self.lengths = [length(z) for z in self.Z]
        self.units = [unit(z) for z in self.Z]

    @cached_property
    def angles(self) -> list[list[Angle | None]]:
        """Of each student with every partner but itself."""
        return [
            [None if i == j else angle(self.units[i], f, self.of) for j, f in enumerate(self.units)]
            for i in range(self.n)
        ]

    def loss(self) -> Ball:
        """Full mean squared error."""
        total = flint.arb(0)
        for i, c in enumerate(self.c):
            total += self.of.both * c * c * self.lengths[i] ** 2 / 2
            for j in range(i):
                both = angle(self.units[i], self.units[j], self.of)
                scale = c * self.c[j] * self.lengths[i] * self.lengths[j]
                total += scale * (both.bend + both.turn * both.cosine) / flint.arb.pi()
        return total

    def gradient(self) -> Vector:
        """Gradient by the incoming weights, in row-major order."""
        flat: Vector = []
        for i in range(self.n):
            row = [self.of.both * self.c[i] * x / 2 for x in self.Z[i]]
            for j, both in enumerate(self.angles[i]):
                if both is not None:
                    along, pull = self.lengths[j] * both.bend, both.turn
                    scale = self.c[j] / (2 * flint.arb.pi())
                    parts = zip(row, self.units[i], self.Z[j], strict=True)
                    row = [r + scale * (along * e + pull * z) for r, e, z in parts]
            flat += [2 * self.c[i] * x for x in row]
        return flat

    def hessian(self) -> flint.arb_mat:
        """Hessian by the incoming weights; symmetric entries are the same ball."""
        d = self.dim
        H: Rows = [[flint.arb(0)] * (self.n * d) for _ in range(self.n * d)]
        for i in range(self.n):
            own = self.residual(i).tolist()
            for x in range(d):
                own[x][x] += self.of.both * self.c[i] ** 2
                H[i * d + x][i * d : (i + 1) * d] = own[x]
            for j in range(i):
                block = self._mixed(i, j)
                for x in range(d):
                    for y in range(d):
                        H[i * d + x][j * d + y] = H[j * d + y][i * d + x] = block[x][y]
        return flint.arb_mat(H)

    def residual(self, i: int) -> flint.arb_mat:
        """S_i, the residual's part of the diagonal block of student i; symmetric entries are the same ball."""
        d, e = self.dim, self.units[i]
        S: Rows = [[flint.arb(0)] * d for _ in range(d)]
        for j, both in enumerate(self.angles[i]):
            if both is None:
                continue
            weight = self.c[i] * self.c[j] * self.lengths[j] * both.bend / (flint.arb.pi() * self.lengths[i])
            for x in range(d):
                for y in range(x + 1):
                    entry = both.m[x] * both.m[y] + both.d[x] * both.d[y] - 2 * e[x] * e[y] + int(x == y)
                    S[x][y] += weight * entry
        for x in range(d):
            for y in range(x):
                S[y][x] = S[x][y]
        return flint.arb_mat(S)

    def _mixed(self, i: int, j: int) -> Rows:
        both = self.angles[i][j]
        assert both is not None
        weight = self.c[i] * self.c[j] / flint.arb.pi()
        d, m = both.d, both.m
        return [
            [weight * (both.bend * (m[x] * m[y] - d[x] * d[y]) + int(x == y) * both.turn) for y in range(self.dim)]
            for x in range(self.dim)
        ]

    def third(self, distance: Ball) -> Ball:
        """Lipschitz constant of the Hessian within a distance; not a number if a neuron may vanish there."""
        bounds, pi = [flint.arb(0)], flint.arb.pi()
        for i in range(self.n):
            low = self.lengths[i] - distance
            if not low > 0:
                return flint.arb.nan()
            A, B = flint.arb(0), flint.arb(0)
            for j, c in enumerate(self.c):
                if j == i:
                    continue
                long = self.lengths[j] + distance if j < self.n else self.lengths[j]
                A += 2 * abs(self.c[i] * c) * 3 * flint.arb(3).sqrt() * long / (4 * pi * low**2)
                if j < self.n:
                    B += (6 * self.c[i] * c / (pi * low)) ** 2
            bounds.append((self.of.whole * (A + root(B))).upper())
        return greatest(bounds)

r"""The loss of a homogeneous network with outgoing weights held fixed, with its derivatives, enclosed at a point.

With partners :math:`z_j` (students, then teachers) and coefficients :math:`c_j` (outgoing weights s; those of
teachers negative), :math:`F_s(\omega) = \sum_{ij} c_i c_j\, g(z_i, z_j)`. The pair functions come from
``verify.certificates.rectified.pairs``: scalars and unit vectors in balls, once per pair; matrices are assembled of
them in midpoint-radius arithmetic.

How far the Hessian can be from that at the point is bounded in the spectral norm, by the third derivative

.. math:: |D^3 F_s[u, u, u]| \le \sum_i \alpha_i |u_i|^3 + \sum_{i \ne l} \beta_{il} |u_i|^2 |u_l| \le
          \max_i \Big( \alpha_i + \big(\textstyle\sum_l \beta_{il}^2\big)^{1/2} \Big) |u|^3, \qquad
          \alpha_i = \sum_{j \ne i} \frac{3 \sqrt 3}{2 \pi} \frac{|s_i c_j| |z_j|}{|\omega_i|^2}, \quad
          \beta_{il} = \frac{6 |s_i s_l|}{\pi |\omega_i|}

for ReLU, and :math:`(p + q)^2` times that for :math:`p \max(x, 0) + q \max(-x, 0)` (a symmetric trilinear form is as
large on three vectors as on one, so this is a Lipschitz constant of the Hessian in the Euclidean and spectral norms,
on every convex set that keeps away from :math:`\omega_i = 0`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import flint
import numpy as np

from numerics.kernels.homogeneous import RELU, Homogeneous
from verify.certificates.hessian import symmetrised
from verify.certificates.midrad import UNIT, Array, MidRad, from_arb
from verify.certificates.rectified.pairs import Ball, Pair, dot, exactly, pair, root_of

Rows = list[list[Ball]]


@dataclass(frozen=True, eq=False)
class Setting:
    """A teacher and the outgoing weights of a student: everything but the student's incoming weights.

    Attributes
    ----------
    outgoing : list of exact balls, n of them
    teacher : list of rows of exact balls
    teacher_outgoing : list of exact balls
    dim : int
    form : Homogeneous
        The activation.
    """

    outgoing: list[Ball]
    teacher: Rows
    teacher_outgoing: list[Ball]
    dim: int
    form: Homogeneous = RELU

    @classmethod
    def of(cls, outgoing: Array, teacher: Array, teacher_outgoing: Array, form: Homogeneous = RELU) -> Setting:
        """From doubles, taken as exact numbers. Exact."""
        rows = [[flint.arb(float(x)) for x in row] for row in teacher]
        weights = [flint.arb(float(x)) for x in teacher_outgoing]
        return cls([flint.arb(float(x)) for x in outgoing], rows, weights, teacher.shape[1], form)

    @property
    def n(self) -> int:
        return len(self.outgoing)

    @property
    def order(self) -> int:
        """Number of unknowns."""
        return self.n * self.dim


class AtPoint:
    """Loss, gradient and Hessian at one point, at the precision of its creation. Enclosure.

    Parameters
    ----------
    setting : Setting
    point : rows of balls, n of them
        None of them zero, else nothing is finite. Exact balls or narrow ones: how far values can be elsewhere is
        answered by :meth:`third`.
    """

    def __init__(self, setting: Setting, point: Rows) -> None:
        self.setting, self.point = setting, point
        # Teachers that are zero contribute nothing.
        kept = [j for j, z in enumerate(setting.teacher) if any(x != 0 for x in z)]
        self.Z = [*point, *(setting.teacher[j] for j in kept)]
        self.c = [*setting.outgoing, *(-setting.teacher_outgoing[j] for j in kept)]
        with flint.ctx.workprec(2 * flint.ctx.prec + 64):
            squares = [dot(z, z) for z in self.Z]
        self.squares = [x + 0 for x in squares]

    @cached_property
    def pairs(self) -> list[list[Pair | None]]:
        """For every student its pairs with all partners, None with itself."""
        return [
            [None if i == j else self._pair(w, z, self.squares[i], self.squares[j]) for j, z in enumerate(self.Z)]
            for i, w in enumerate(self.point)
        ]

    def _pair(self, w: list[Ball], z: list[Ball], p: Ball, q: Ball) -> Pair:
        return pair(w, z, p, q, self.setting.form)

    def lengths(self) -> list[Ball]:
        """Norms of all partners."""
        return [root_of(x) for x in self.squares]

    def loss(self) -> Ball:
        """Full mean squared error. Enclosure."""
        own = exactly(self.setting.form.own)
        total = own * sum((c * c * p for c, p in zip(self.c, self.squares, strict=True)), flint.arb(0))
        for i in range(len(self.Z)):
            for j in range(i):
                # Of teachers among themselves no other use is made.
                both = (
                    self.pairs[j][i]
                    if j < self.setting.n
                    else self._pair(self.Z[j], self.Z[i], self.squares[j], self.squares[i])
                )
                assert both is not None
                total += 2 * self.c[i] * self.c[j] * both.value()
        return total

    def gradient(self) -> Rows:
        """Gradient, row i for the incoming weights of student i. Enclosure."""
        rows = []
        for i, w in enumerate(self.point):
            own, pulls = 2 * flint.arb.pi() * exactly(self.setting.form.own) * self.c[i], []
            for j, both in enumerate(self.pairs[i]):
                if both is not None:
                    own += self.c[j] * both.root / self.squares[i]
                    pulls.append((self.c[j] * both.supplement, self.Z[j]))
            scale = self.c[i] / flint.arb.pi()
            rows.append(
                [scale * (own * x + sum((t * z[y] for t, z in pulls), flint.arb(0))) for y, x in enumerate(w)]
            )
        return rows

    def pull(self, i: int) -> Ball:
        r"""Half the derivative by the outgoing weight, :math:`\sum_j c_j g(\omega_i, z_j)`. Enclosure."""
        total = exactly(self.setting.form.own) * self.c[i] * self.squares[i]
        for j, both in enumerate(self.pairs[i]):
            if both is not None:
                total += self.c[j] * both.value()
        return total

    def hessian(self) -> MidRad:
        """Hessian, of order n dim, in the row-major order of the point. Enclosure."""
        n, dim = self.setting.n, self.setting.dim
        mid, rad = np.zeros((n, dim, n, dim)), np.zeros((n, dim, n, dim))
        eye = MidRad(np.eye(dim))
        for i in range(n):
            own = self.residual(i) + MidRad(*_scalar(2 * exactly(self.setting.form.own) * self.c[i] ** 2)) * eye
            mid[i, :, i, :], rad[i, :, i, :] = own.mid, own.rad
            for j in range(i):
                block = self._cross(i, j)
                mid[i, :, j, :], rad[i, :, j, :] = block.mid, block.rad
                mid[j, :, i, :], rad[j, :, i, :] = block.mid.T, block.rad.T
        order = n * dim
        return symmetrised(MidRad(mid.reshape(order, order), rad.reshape(order, order)))

    def hessian_over(self, radius: Ball) -> MidRad:
        """Hessians of all points within a Euclidean distance, entry by entry. Enclosure.

        No entry changes by more than the spectral norm does.
        """
        here = self.hessian()
        _, change = from_arb(flint.arb(0, (self.third(radius) * radius).upper()))
        return MidRad(here.mid, (here.rad + change) * (1 + 4 * UNIT))

    def gradient_over(self, radius: Ball) -> Rows:
        """Gradients of all points within a Euclidean distance, entry by entry. Enclosure.

        By Taylor's theorem: the Hessian times the way, and half of what it changes.
        """
        steepest = row_norms(self.hessian())
        change = self.third(radius) * radius / 2
        rows, place = [], 0
        for row in self.gradient():
            far = [((steepest[place + x] + change) * radius).upper() for x in range(len(row))]
            rows.append([g + flint.arb(0, r) for g, r in zip(row, far, strict=True)])
            place += len(row)
        return rows

    def residual(self, i: int) -> MidRad:
        r"""The residual in a diagonal block, :math:`2 s_i \sum_j c_j \nabla^2_w g(\omega_i, z_j)`. Enclosure."""
        shares, ways = [], []
        for j, both in enumerate(self.pairs[i]):
            if both is not None:
                shares.append(self.c[i] * self.c[j] * both.root / (flint.arb.pi() * self.squares[i]))
                ways.append(both.across)
        dim = self.setting.dim
        e = self.direction(i)
        total = MidRad(*_scalar(sum(shares, flint.arb(0))))
        block = total * (MidRad(np.eye(dim)) - _outer(e, e))
        if not ways:
            return block
        N, weights = _matrix(ways), _matrix([shares])
        return block + (N.T * weights) @ N

    def _cross(self, i: int, j: int) -> MidRad:
        """Derivatives by two students: 2 s_i s_j times the mixed second derivative."""
        both = self.pairs[i][j]
        assert both is not None
        weight = self.c[i] * self.c[j] / flint.arb.pi()
        straight = MidRad(*_scalar(weight * both.bend * both.cosine))
        mixed = MidRad(*_scalar(weight * both.bend * both.sine))
        e, across = self.direction(i), _matrix([both.across])[0]
        around = _outer(e, across)
        block = straight * (_outer(e, e) - _outer(across, across)) + mixed * (around + around.T)
        return block + MidRad(*_scalar(weight * both.supplement)) * MidRad(np.eye(self.setting.dim))

    def direction(self, i: int) -> MidRad:
        """The unit vector of student i. Enclosure."""
        length = root_of(self.squares[i])
        return _matrix([[x / length for x in self.point[i]]])[0]

    def third(self, radius: Ball) -> Ball:
        """Lipschitz constant of the Hessian within a Euclidean distance; infinite if there is none. Enclosure."""
        n, c, lengths = self.setting.n, self.c, self.lengths()
        pi, best, scale = flint.arb.pi(), flint.arb(0), exactly(self.setting.form.scale)
        long = [x + radius if j < n else x for j, x in enumerate(lengths)]
        for i in range(n):
            low = lengths[i] - radius
            if not low > 0:
                return flint.arb.pos_inf()
            others = [j for j in range(len(c)) if j != i]
            pulls = sum((abs(c[j]) * long[j] for j in others), flint.arb(0))
            alpha = 3 * flint.arb(3).sqrt() / (2 * pi) * abs(c[i]) * pulls / low**2
            beta = 6 * abs(c[i]) / (pi * low) * root_of(sum((c[j] ** 2 for j in others if j < n), flint.arb(0)))
            best = _greater(best, (scale * (alpha + beta)).upper())
        return best


def _greater(x: Ball, y: Ball) -> Ball:
    """The greater of two exact balls, not finite if one of them is not."""
    if not y.is_finite():
        return flint.arb.pos_inf()
    return y if y > x else x


def row_norms(matrix: MidRad) -> list[Ball]:
    """Upper bounds on the Euclidean norms of the rows of an interval matrix. Enclosure."""
    return [
        root_of(sum((flint.arb(x) ** 2 for x in row), flint.arb(0))).upper() for row in matrix.magnitude().tolist()
    ]


def _scalar(ball: Ball) -> tuple[Array, Array]:
    mid, rad = from_arb(ball)
    return np.array(mid), np.array(rad)


def _matrix(rows: Sequence[Sequence[Ball]]) -> MidRad:
    """Balls as intervals of doubles."""
    entries = np.array([[from_arb(x) for x in row] for row in rows])
    return MidRad(entries[:, :, 0].copy(), entries[:, :, 1].copy())


def _outer(x: MidRad, y: MidRad) -> MidRad:
    return MidRad(x.mid[:, None], x.rad[:, None]) * y

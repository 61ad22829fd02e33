r"""The reduced equations of rectified-linear networks that are constant on blocks, to any number of digits.

In the gauge :math:`\omega_i = |a_i| w_i`, with signs :math:`s_i`, a network with unit-orthonormal teachers is
critical if :math:`\nabla h(\omega_i) = 0` for all i, where

.. math:: 2 \pi \nabla h(\omega) = \sum_{i'} s_{i'} (|\omega_{i'}| \sin\theta_{i'}\, \omega / |\omega|
          + (\pi - \theta_{i'})\, \omega_{i'}) - \sum_j (\sin\theta_j\, \omega / |\omega| + (\pi - \theta_j)\, v_j).

On a block pattern all sums are over a few relations between classes, with their sizes as factors; sizes may be real.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np

from numerics.rectified.pattern import Pattern, Slot

Number = Any


@dataclass(frozen=True)
class _Partners:
    """Neurons that stand in one relation to a given one. Approximation."""

    sign: int
    count: Number
    square: Number
    """Squared norm of each."""
    overlap: Number
    """Inner product of each with the given neuron."""
    along: Any
    """Sum of their inner products with a teacher, as a function of the slot that the teacher is to the given one."""


class Blocks:
    """A block pattern with the numbers that do not depend on the unknowns, in balls. Approximation.

    Parameters
    ----------
    pattern : Pattern

    Examples
    --------
    One neuron on two teachers, near its critical point:

    >>> blocks = Blocks(Pattern((1,), ((0, 1),), ((0, 2),)))
    >>> x = flint.arb("1.51081832985837432137886613866064385026") / flint.arb(2).sqrt()
    >>> float(abs(blocks.gradient([x])[0])) < 1e-15, round(float(blocks.loss([x])), 10)
    (True, 0.1770238733)
    """

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.sizes = [flint.arb(size) for size in pattern.frames]
        self.widths = [flint.arb(width) for _, width in pattern.teachers]
        self.place: dict[Slot, int] = {slot: i for i, slot in enumerate(pattern.slots)}

    def own(self, x: Sequence[Number], p: int, q: int) -> Number:
        """Coefficient of a student of class p with its own teachers of class q (the only one, if not split)."""
        return x[self.place.get((p, q, True), self.place[p, q, False])]

    def other(self, x: Sequence[Number], p: int, q: int) -> Number:
        """Coefficient of a student of class p with the teachers of class q that are not its own."""
        return x[self.place[p, q, False]]

    def on_split(self, p: int, q: int) -> bool:
        """Whether own teachers of class q are told from the others of it, by students of class p."""
        return (p, q, True) in self.place

    def overlap(self, x: Sequence[Number], p: int, r: int, same: bool) -> Number:
        """Inner product of two students, of classes p and r, with the same element of a common frame or not."""
        total = flint.arb(0)
        shared = self.pattern.students[p][0] == self.pattern.students[r][0]
        for q, (frame, _) in enumerate(self.pattern.teachers):
            m, width = self.sizes[frame], self.widths[q]
            po, pe = self.own(x, p, q), self.other(x, p, q)
            ro, re = self.own(x, r, q), self.other(x, r, q)
            if shared and same:
                term = po * ro + (m - 1) * pe * re
            elif shared:
                term = po * re + pe * ro + (m - 2) * pe * re
            else:
                # At most one of the two tells its own from the others here.
                term = po * ro + (m - 1) * pe * re
            total += width * term
        return total

    def _students(self, x: Sequence[Number], p: int) -> Iterator[_Partners]:
        """All students as seen by one of class p, itself excepted."""
        frame = self.pattern.students[p][0]
        for r, (other, sign) in enumerate(self.pattern.students):
            square = self.overlap(x, r, r, True)
            if other != frame:
                yield _Partners(
                    sign, self.sizes[other], square, self.overlap(x, p, r, False), self._apart(x, r, other)
                )
                continue
            if r != p:
                yield _Partners(sign, flint.arb(1), square, self.overlap(x, p, r, True), self._same(x, r))
            if self.pattern.split[frame]:
                count = self.sizes[frame] - 1
                yield _Partners(sign, count, square, self.overlap(x, p, r, False), self._different(x, r, frame))

    def _apart(self, x: Sequence[Number], r: int, frame: int) -> Any:
        """Sums over a class of students on another frame."""
        m = self.sizes[frame]
        return lambda q, own: self.own(x, r, q) + (m - 1) * self.other(x, r, q)

    def _same(self, x: Sequence[Number], r: int) -> Any:
        """The coordinate of a student with the same element."""
        return lambda q, own: self.own(x, r, q) if own or not self.on_split(r, q) else self.other(x, r, q)

    def _different(self, x: Sequence[Number], r: int, frame: int) -> Any:
        """Sums over the students with the other elements of the frame."""
        m = self.sizes[frame]

        def along(q: int, own: bool) -> Number:
            if own or not self.on_split(r, q):
                return (m - 1) * self.other(x, r, q)
            return self.own(x, r, q) + (m - 2) * self.other(x, r, q)

        return along

    def _teachers(self, x: Sequence[Number], p: int) -> Iterator[_Partners]:
        """All teachers as seen by a student of class p."""
        one = flint.arb(1)
        for q, (frame, _) in enumerate(self.pattern.teachers):
            if not self.on_split(p, q):
                count = self.sizes[frame] * self.widths[q]
                yield _Partners(-1, count, one, self.other(x, p, q), self._only(q, None))
                continue
            for own, number in ((True, one), (False, self.sizes[frame] - 1)):
                coordinate = self.own(x, p, q) if own else self.other(x, p, q)
                yield _Partners(-1, number * self.widths[q], one, coordinate, self._only(q, own))

    @staticmethod
    def _only(q: int, kind: bool | None) -> Any:
        """The sum over a relation of teachers of their inner products with one of a given slot."""
        return lambda other, own: int(other == q and (kind is None or kind == own))

    def gradient(self, x: Sequence[Number]) -> list[Number]:
        """Inner product of the gradient of h at a student with a teacher, for each slot."""
        found: list[Number] = []
        for p in range(len(self.pattern.students)):
            square = self.overlap(x, p, p, True)
            partners = [*self._students(x, p), *self._teachers(x, p)]
            radial = flint.arb(0)
            turned = []
            for partner in partners:
                area, angle = _pair(square, partner.square, partner.overlap)
                # |omega'| sin(theta) / |omega| = area / |omega|^2.
                radial += partner.sign * partner.count * area / square
                turned.append(partner.sign * (flint.arb.pi() - angle))
            itself = self.pattern.students[p][1]
            for slot in self.pattern.slots:
                if slot[0] == p:
                    coordinate = x[self.place[slot]]
                    total = radial * coordinate + itself * flint.arb.pi() * coordinate
                    for partner, weight in zip(partners, turned, strict=True):
                        total += weight * partner.along(slot[1], slot[2])
                    found.append((total / (2 * flint.arb.pi())).mid())
        return found

    def loss(self, x: Sequence[Number]) -> Number:
        """The full mean squared error."""
        k = sum(
            (self.sizes[f] * w for (f, _), w in zip(self.pattern.teachers, self.widths, strict=True)), flint.arb(0)
        )
        total = teacher_loss(k)
        for p, (frame, sign) in enumerate(self.pattern.students):
            square = self.overlap(x, p, p, True)
            here = square / 2
            for partner in self._students(x, p):
                here += sign * partner.sign * partner.count * _interaction(square, partner.square, partner.overlap)
            for partner in self._teachers(x, p):
                here -= 2 * sign * partner.count * _interaction(square, partner.square, partner.overlap)
            total += self.sizes[frame] * here
        return total.mid()

    def jacobian(self, x: Sequence[Number], *, digits: int = 15) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Derivatives of the gradient by differences, right to about as many digits as the step has."""
        step = flint.arb(10) ** -digits
        base = self.gradient(x)
        columns = []
        for i in range(len(x)):
            moved = [value + step if j == i else value for j, value in enumerate(x)]
            columns.append([float((a - b) / step) for a, b in zip(self.gradient(moved), base, strict=True)])
        return np.array(columns, dtype=np.float64).T


def teacher_loss(k: Number) -> Number:
    """The loss without students, E[f*^2], at the working precision of balls. Approximation."""
    return flint.arb(k) / 2 + flint.arb(k) * (k - 1) / (2 * flint.arb.pi())


def _pair(square: Number, other: Number, overlap: Number) -> tuple[Number, Number]:
    """Area of the parallelogram of two vectors, and the angle between them."""
    discriminant = (square * other - overlap * overlap).mid()
    # Parallel vectors: rounding may leave it below zero.
    area = discriminant.sqrt().mid() if discriminant > 0 else flint.arb(0)
    return area, flint.arb.atan2(area, overlap).mid()


def _interaction(square: Number, other: Number, overlap: Number) -> Number:
    """E[relu(w.x) relu(v.x)] from squared norms and inner product."""
    area, angle = _pair(square, other, overlap)
    return (area + overlap * (flint.arb.pi() - angle)) / (2 * flint.arb.pi())

r"""The reduced equations of homogeneous networks that are constant on blocks, to any number of digits.

In the gauge :math:`\omega_i = |a_i| w_i`, with signs :math:`s_i`, a network with unit-orthonormal teachers is
critical if :math:`\nabla h(\omega_i) = 0` for all i, where

.. math:: 2 \pi \nabla h(\omega) = \sum_{i'} s_{i'} (|\omega_{i'}| \sin\theta_{i'}\, \omega / |\omega|
          + (\pi - \theta_{i'})\, \omega_{i'}) - \sum_j (\sin\theta_j\, \omega / |\omega| + (\pi - \theta_j)\, v_j).

This is for ReLU; for :math:`p \max(x, 0) + q \max(-x, 0)` the sines have the factor :math:`\beta = (p + q)^2`, and
:math:`\beta(\pi - \theta) - 2\pi p q` stands for :math:`\pi - \theta` (``numerics.kernels.homogeneous``).

On a block pattern all sums are over a few relations between classes, with their sizes as factors; sizes may be real.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from numerics.kernels.homogeneous import RELU, Homogeneous
from numerics.rectified.pattern import Pattern, Slot

Number = Any
#: A sum of multiples of unknowns, by their places; None is the number one.
Linear = tuple[tuple[Number, int | None], ...]
#: A sum of multiples of products of two unknowns.
Bilinear = tuple[tuple[Number, int, int], ...]


@dataclass(frozen=True)
class _Partners:
    """Neurons that stand in one relation to a student of a given class. Approximation."""

    sign: int
    count: Number
    kind: int | None
    """Their class, if they are students."""
    overlap: Bilinear
    """Inner product of each with the student; of teachers, ``own`` is the place of it."""
    own: int
    along: tuple[Linear, ...]
    """Sum of their inner products with a teacher, by the slots of the student's class."""


class Blocks:
    """The reduced equations of a block pattern, at the working precision of balls. Approximation.

    Parameters
    ----------
    pattern : Pattern
    form : Homogeneous
        The activation.

    Examples
    --------
    One neuron on two teachers, near its critical point:

    >>> blocks = Blocks(Pattern((1,), ((0, 1),), ((0, 2),)))
    >>> x = flint.arb("1.51081832985837432137886613866064385026") / flint.arb(2).sqrt()
    >>> float(abs(blocks.gradient([x])[0])) < 1e-15, round(float(blocks.loss([x])), 10)
    (True, 0.1770238733)
    """

    def __init__(self, pattern: Pattern, form: Homogeneous = RELU) -> None:
        self.pattern, self.form = pattern, form
        self._scale, self._shift, self._itself = map(rational, (form.scale, form.shift, form.own))
        self._sizes = [flint.arb(size) for size in pattern.frames]
        self._widths = [flint.arb(width) for _, width in pattern.teachers]
        self._place: dict[Slot, int] = {slot: i for i, slot in enumerate(pattern.slots)}
        classes = range(len(pattern.students))
        self._squares = [self._overlap(p, p, same=True) for p in classes]
        self._slots = [[i for i, slot in enumerate(pattern.slots) if slot[0] == p] for p in classes]
        self._partners = [(*self._students(p), *self._teachers(p)) for p in classes]

    def _own(self, p: int, q: int) -> int:
        """Place of the coefficient of a student of class p with its own teachers of class q (the only one, if so)."""
        return self._place.get((p, q, True), self._place[p, q, False])

    def _other(self, p: int, q: int) -> int:
        """Place of the coefficient of a student of class p with the teachers of class q that are not its own."""
        return self._place[p, q, False]

    def _apart(self, p: int, q: int) -> bool:
        """Whether own teachers of class q are told from the others of it, by students of class p."""
        return (p, q, True) in self._place

    def _overlap(self, p: int, r: int, *, same: bool) -> Bilinear:
        """Inner product of two students, of classes p and r, with the same element of a common frame or not."""
        terms: list[tuple[Number, int, int]] = []
        shared = self.pattern.students[p][0] == self.pattern.students[r][0]
        for q, (frame, _) in enumerate(self.pattern.teachers):
            m, width = self._sizes[frame], self._widths[q]
            po, pe, ro, re = self._own(p, q), self._other(p, q), self._own(r, q), self._other(r, q)
            if shared and not same:
                terms += [(width, po, re), (width, pe, ro), (width * (m - 2), pe, re)]
            else:
                # On different frames at most one of the two tells its own teachers from the others.
                terms += [(width, po, ro), (width * (m - 1), pe, re)]
        return tuple(terms)

    def _students(self, p: int) -> Iterator[_Partners]:
        """All students as seen by one of class p, itself excepted."""
        frame = self.pattern.students[p][0]
        for r, (other, sign) in enumerate(self.pattern.students):
            if other != frame:
                yield self._relation(p, r, sign, self._sizes[other], "elsewhere")
                continue
            if r != p:
                yield self._relation(p, r, sign, flint.arb(1), "same")
            if self.pattern.split[frame]:
                yield self._relation(p, r, sign, self._sizes[frame] - 1, "different")

    def _relation(self, p: int, r: int, sign: int, count: Number, relation: str) -> _Partners:
        along = tuple(self._sum(r, relation, *self.pattern.slots[i][1:]) for i in self._slots[p])
        return _Partners(sign, count, r, self._overlap(p, r, same=relation == "same"), 0, along)

    def _sum(self, r: int, relation: str, q: int, own: bool) -> Linear:
        """Sum over students of class r of their coefficients with a teacher of class q, own or not."""
        m, one = self._sizes[self.pattern.students[r][0]], flint.arb(1)
        mine, others = self._own(r, q), self._other(r, q)
        if relation == "elsewhere":
            return (one, mine), (m - 1, others)
        if relation == "same":
            return ((one, mine if own or not self._apart(r, q) else others),)
        if own or not self._apart(r, q):
            return ((m - 1, others),)
        # A teacher that is not the student's own is that of one of the other elements.
        return (one, mine), (m - 2, others)

    def _teachers(self, p: int) -> Iterator[_Partners]:
        """All teachers as seen by a student of class p."""
        for q, (frame, _) in enumerate(self.pattern.teachers):
            for own in (True, False) if self._apart(p, q) else (None,):
                others = self._sizes[frame] - int(self._apart(p, q))
                number = flint.arb(1) if own else others
                place = self._own(p, q) if own else self._other(p, q)
                along = tuple(
                    ((flint.arb(1), None),) if slot[1] == q and own in (None, slot[2]) else ()
                    for slot in (self.pattern.slots[i] for i in self._slots[p])
                )
                yield _Partners(-1, number * self._widths[q], None, (), place, along)

    def squares(self, x: Sequence[Number]) -> list[Number]:
        """Squared norms of the students' vectors, by class."""
        return [_bilinear(terms, x) for terms in self._squares]

    def _seen(self, x: Sequence[Number], squares: list[Number], p: int) -> Iterator[tuple[_Partners, Number, Number]]:
        """Every relation of a student, with what stands for the vectors' area and for pi less their angle."""
        for partners in self._partners[p]:
            if partners.kind is None:
                yield partners, *self._pair(squares[p], flint.arb(1), x[partners.own])
            else:
                yield partners, *self._pair(squares[p], squares[partners.kind], _bilinear(partners.overlap, x))

    def _pair(self, square: Number, other: Number, overlap: Number) -> tuple[Number, Number]:
        area, angle = _pair(square, other, overlap)
        pi = flint.arb.pi()
        return self._scale * area, self._scale * (pi - angle) + 2 * pi * self._shift

    def gradient(self, x: Sequence[Number]) -> list[Number]:
        """Inner product of the gradient of h at a student with a teacher, for each slot."""
        pi, squares = flint.arb.pi(), self.squares(x)
        found: list[Number] = [flint.arb(0)] * len(x)
        for p, (_, itself) in enumerate(self.pattern.students):
            radial = flint.arb(0)
            sums = [flint.arb(0)] * len(self._slots[p])
            for partners, area, turn in self._seen(x, squares, p):
                # |omega'| sin(theta) / |omega| = area / |omega|^2.
                radial += partners.sign * partners.count * area
                turned = partners.sign * turn
                sums = [
                    total + turned * _linear(terms, x) if terms else total
                    for total, terms in zip(sums, partners.along, strict=True)
                ]
            radial = radial / squares[p] + itself * 2 * pi * self._itself
            for i, total in zip(self._slots[p], sums, strict=True):
                found[i] = ((radial * x[i] + total) / (2 * pi)).mid()
        return found

    def loss(self, x: Sequence[Number]) -> Number:
        """The full mean squared error."""
        squares = self.squares(x)
        widths = zip(self.pattern.teachers, self._widths, strict=True)
        total = teacher_loss(
            sum((self._sizes[frame] * width for (frame, _), width in widths), flint.arb(0)), self.form
        )
        for p, (frame, sign) in enumerate(self.pattern.students):
            here = squares[p] * self._itself
            for partners, area, turn in self._seen(x, squares, p):
                overlap = x[partners.own] if partners.kind is None else _bilinear(partners.overlap, x)
                # Pairs of students are met twice, those of a student and a teacher once.
                times = 2 if partners.kind is None else 1
                value = (area + overlap * turn) / (2 * flint.arb.pi())
                here += times * sign * partners.sign * partners.count * value
            total += self._sizes[frame] * here
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


def rational(number: Fraction) -> Number:
    """A rational number at the working precision of balls. Approximation."""
    return flint.arb(flint.fmpq(*number.as_integer_ratio())).mid()


def teacher_loss(k: Number, form: Homogeneous = RELU) -> Number:
    """The loss without students, E[f*^2], at the working precision of balls. Approximation."""
    pairs = flint.arb(k) * (k - 1) / (2 * flint.arb.pi())
    return flint.arb(k) * rational(form.own) + rational(form.scale) * pairs


def _pair(square: Number, other: Number, overlap: Number) -> tuple[Number, Number]:
    """Area of the parallelogram of two vectors, and the angle between them."""
    discriminant = (square * other - overlap * overlap).mid()
    # Parallel vectors: rounding may leave it below zero.
    area = discriminant.sqrt().mid() if discriminant > 0 else flint.arb(0)
    return area, flint.arb.atan2(area, overlap).mid()


def _bilinear(terms: Bilinear, x: Sequence[Number]) -> Number:
    total = flint.arb(0)
    for factor, i, j in terms:
        total += factor * x[i] * x[j]
    return total


def _linear(terms: Linear, x: Sequence[Number]) -> Number:
    total = flint.arb(0)
    for factor, i in terms:
        total += factor if i is None else factor * x[i]
    return total

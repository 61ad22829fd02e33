"""Loss and gradient of homogeneous units to any number of digits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import flint

from numerics.kernels import HOMOGENEOUS
from numerics.precise import Matrix
from numerics.problem import Problem

#: A ball (python-flint ships no types).
Ball = Any


def _root(value: Ball) -> Ball:
    """Square root of the midpoint of a sum of squares."""
    middle = value.mid()
    return middle.sqrt().mid() if middle > 0 else flint.arb(0)


def _direction(vector: list[Ball]) -> tuple[list[Ball], Ball]:
    """Unit vector and length; zero for a zero vector."""
    length = _root(sum((x * x for x in vector), flint.arb(0)))
    if length == 0:
        return vector, length
    return [(x / length).mid() for x in vector], length


class PreciseRectified:
    """Loss and gradient of one problem in ball midpoints; as ``numerics.precise.PrecisePopulation``. Approximation.

    Angles come from chords of unit vectors, so that they lose no digits where vectors are parallel.

    Parameters
    ----------
    problem : Problem
    arithmetic : SimpleNamespace
        What ``numerics.precision.digits`` yields.
    """

    def __init__(self, problem: Problem, arithmetic: SimpleNamespace) -> None:
        self._problem = problem
        self._pi = arithmetic.pi
        form = HOMOGENEOUS[problem.activation]
        self._scale, self._shift = (arithmetic.rational(*x.as_integer_ratio()) for x in (form.scale, form.shift))
        self._V = [[flint.arb(float(x)) for x in row] for row in problem.teacher]
        self._b = [flint.arb(float(x)) for x in problem.teacher_outgoing]
        self._teachers = [_direction(v) for v in self._V]
        self._teacher_loss = flint.arb(0)
        for b, (e, r) in zip(self._b, self._teachers, strict=True):
            for c, (f, R) in zip(self._b, self._teachers, strict=True):
                self._teacher_loss += b * c * r * R * self._pair(e, f)[0]

    def _pair(self, e: list[Ball], f: list[Ball]) -> tuple[Ball, Ball, Ball]:
        """Value for two unit vectors, and what stands for sine and pi minus the angle, over 2 pi."""
        zero = flint.arb(0)
        x = _root(sum(((s - t) * (s - t) for s, t in zip(e, f, strict=True)), zero))
        y = _root(sum(((s + t) * (s + t) for s, t in zip(e, f, strict=True)), zero))
        phi = 2 * flint.arb.atan2(y, x)
        sine, cosine = x * y / 2, (x * x - y * y) / 4
        around = 2 * self._pi
        # cosine is that of phi, minus that of the angle.
        sine, phi = self._scale * sine, self._scale * phi + around * self._shift
        return (sine - phi * cosine) / around, sine / around, phi / around

    def loss_and_gradient(self, W: list[list[Ball]], a: list[Ball]) -> tuple[Ball, Matrix, list[Ball]]:
        """Loss, gradient in W (n, dim) and gradient in a (n); zero in W for a zero vector."""
        n, k, dim = self._problem.n, self._problem.k, self._problem.dim
        students = [_direction(w) for w in W]
        units = students + self._teachers
        vectors = W + self._V
        c = a + [-b for b in self._b]
        zero, own = flint.arb(0), self._scale / 2 + self._shift
        loss, grad_a = self._teacher_loss, []
        pulls, radial = flint.arb_mat(n, n + k), []
        for i, (e, r) in enumerate(students):
            sum_all, sum_teachers, along = zero, zero, zero
            for j, (f, R) in enumerate(units):
                if r == 0 or R == 0:
                    continue
                value, sine, phi = self._pair(e, f) if i != j else (own, zero, own)
                term = c[j] * r * R * value
                sum_all += term
                sum_teachers += term if j >= n else 0
                along += c[j] * R * sine
                pulls[i, j] = 2 * a[i] * c[j] * phi
            loss += a[i] * (sum_all + sum_teachers)
            grad_a.append(2 * sum_all)
            radial.append(2 * a[i] * along)
        grad_W = pulls * flint.arb_mat(vectors)
        for i in range(n):
            for x in range(dim):
                grad_W[i, x] += radial[i] * students[i][0][x]
        if self._problem.fixed_outgoing is not None:
            grad_a = [zero] * n
        # Midpoints only: radii would accumulate over iterations.
        return loss.mid(), grad_W.mid(), [g.mid() for g in grad_a]

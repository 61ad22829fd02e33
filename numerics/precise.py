"""Loss and gradient to any number of digits, from the same generated kernels as in double precision."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Protocol, TypeAlias

import flint
import numpy as np

from numerics.kernels import ACTIVATIONS, HOMOGENEOUS
from numerics.problem import Problem

#: A matrix of balls (python-flint ships no types).
Matrix: TypeAlias = Any


class PreciseLoss(Protocol):
    """Loss and gradient of one problem in ball midpoints. Approximation."""

    def loss_and_gradient(
        self, W: list[list[flint.arb]], a: list[flint.arb]
    ) -> tuple[flint.arb, Matrix, list[flint.arb]]:
        """Loss, gradient in W (n, dim) and gradient in a (n)."""


def precise_population(problem: Problem, arithmetic: SimpleNamespace) -> PreciseLoss:
    """Loss and gradient of a problem in ball midpoints, by its activation. Approximation.

    Parameters
    ----------
    problem : Problem
    arithmetic : SimpleNamespace
        What ``numerics.precision.digits`` yields.
    """
    if problem.activation in HOMOGENEOUS:
        from numerics.rectified.precise import PreciseRectified

        return PreciseRectified(problem, arithmetic)
    return PrecisePopulation(problem, arithmetic)


class PrecisePopulation:
    """Loss and gradient of one problem in ball midpoints. Approximation.

    To be created and used inside ``numerics.precision.digits``; the pair functions cost O(n (n + k)) ball
    operations and the rest is two matrix products.

    Parameters
    ----------
    problem : Problem
    arithmetic : SimpleNamespace
        What ``digits`` yields.
    """

    def __init__(self, problem: Problem, arithmetic: SimpleNamespace) -> None:
        self._problem = problem
        self._m = arithmetic
        self._kernel = ACTIVATIONS[problem.activation]
        self._V = [[flint.arb(float(x)) for x in row] for row in problem.teacher]
        self._b = [flint.arb(float(x)) for x in problem.teacher_outgoing]
        teacher = flint.arb_mat(self._V)
        inner = teacher * teacher.transpose()
        k = problem.k
        self._q = [inner[j, j] for j in range(k)]
        self._teacher_loss = flint.arb(0)
        for i in range(k):
            for j in range(k):
                (value,) = self._kernel.value(inner[i, j], self._q[i], self._q[j], self._m)
                self._teacher_loss += self._b[i] * self._b[j] * value

    def loss_and_gradient(
        self, W: list[list[flint.arb]], a: list[flint.arb]
    ) -> tuple[flint.arb, Matrix, list[flint.arb]]:
        """Loss, gradient in W (n, dim) and gradient in a (n).

        The loss is summed exactly as in double precision; see ``numerics.population``.
        """
        n, k = self._problem.n, self._problem.k
        Z = flint.arb_mat(W + self._V)
        inner = flint.arb_mat(W) * Z.transpose()
        p = [inner[i, i] for i in range(n)]
        q = p + self._q
        c = a + [-b for b in self._b]
        zero = flint.arb(0)
        loss = self._teacher_loss
        grad_a = []
        pulls = flint.arb_mat(n, n + k)
        radial = []
        for i in range(n):
            sum_all, sum_teachers, sum_radial = zero, zero, zero
            for j in range(n + k):
                # The pair (i, j) of students is the pair (j, i) with p and q exchanged: not reused, because
                # only G and G_s are symmetric.
                value, d_s, d_p = self._kernel.first(inner[i, j], p[i], q[j], self._m)
                term = c[j] * value
                sum_all += term
                if j >= n:
                    sum_teachers += term
                sum_radial += c[j] * d_p
                pulls[i, j] = 2 * a[i] * c[j] * d_s
            loss += a[i] * (sum_all + sum_teachers)
            grad_a.append(2 * sum_all)
            radial.append(4 * a[i] * sum_radial)
        grad_W = pulls * Z
        for i in range(n):
            for x in range(self._problem.dim):
                grad_W[i, x] += radial[i] * W[i][x]
        if self._problem.fixed_outgoing is not None:
            grad_a = [zero] * n
        # Midpoints only: radii would accumulate over iterations.
        return loss.mid(), grad_W.mid(), [g.mid() for g in grad_a]


def scaled_gradient(grad_W: Matrix, grad_a: list[flint.arb]) -> tuple[np.ndarray, flint.arb]:
    """The gradient as doubles of size at most 1 and the factor taken out, so that 1e-400 survives."""
    n, dim = grad_W.nrows(), grad_W.ncols()
    entries = [[*(grad_W[i, x] for x in range(dim)), grad_a[i]] for i in range(n)]
    norm = flint.arb(0)
    for row in entries:
        for entry in row:
            size = abs(entry)
            if size > norm:
                norm = size
    if norm == 0 or not norm.is_finite():
        fill = 0.0 if norm.is_finite() else np.nan
        return np.full((n, dim + 1), fill), norm
    return np.array([[float(entry / norm) for entry in row] for row in entries]), norm

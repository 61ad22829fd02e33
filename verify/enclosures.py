"""Loss, gradient and Hessian as enclosures: for theta in balls, balls that hold every value they take there.

The pair functions are the generated kernels, evaluated in ball arithmetic; sums and products are python-flint's.
Slow (each entry is a Python operation) and simple: what faster certificates are to be tested against.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, TypeAlias

import flint

from numerics.kernels import ACTIVATIONS
from numerics.problem import Problem

Ball: TypeAlias = Any
Rows: TypeAlias = list[list[Ball]]


class Enclosures:
    """Enclosures for one problem with trained outgoing weights. Enclosure.

    To be created and used inside ``numerics.precision.digits``. The teacher's doubles are taken as exact numbers.

    **Proves:** for every theta in the given balls, the value lies in the ball returned.
    """

    def __init__(self, problem: Problem, arithmetic: SimpleNamespace) -> None:
        self._problem, self._m = problem, arithmetic
        self._kernel = ACTIVATIONS[problem.activation]
        self._V = [[flint.arb(float(x)) for x in row] for row in problem.teacher]
        self._b = [flint.arb(float(x)) for x in problem.teacher_outgoing]

    def _pairs(self, theta: Rows) -> tuple[Rows, list[Ball], list[Ball], Rows, list[Ball]]:
        """Partners Z, coefficients c, squared norms, inner products, outgoing weights."""
        W, a = [row[:-1] for row in theta], [row[-1] for row in theta]
        Z = W + self._V
        inner = flint.arb_mat(Z) * flint.arb_mat(Z).transpose()
        products = [[inner[i, j] for j in range(len(Z))] for i in range(len(Z))]
        return Z, a + [-b for b in self._b], [products[j][j] for j in range(len(Z))], products, a

    def loss(self, theta: Rows) -> Ball:
        """Full mean squared error."""
        Z, c, q, s, _ = self._pairs(theta)
        total = flint.arb(0)
        for i in range(len(Z)):
            for j in range(len(Z)):
                total += c[i] * c[j] * self._kernel.value(s[i][j], q[i], q[j], self._m)[0]
        return total

    def gradient(self, theta: Rows) -> list[Ball]:
        """Gradient, flat in the row-major order of theta."""
        Z, c, q, s, a = self._pairs(theta)
        n, dim = self._problem.n, self._problem.dim
        pulls = flint.arb_mat(n, len(Z))
        radial, outgoing = [], []
        for i in range(n):
            first = [self._kernel.first(s[i][j], q[i], q[j], self._m) for j in range(len(Z))]
            for j, f in enumerate(first):
                pulls[i, j] = 2 * a[i] * c[j] * f[1]
            radial.append(4 * a[i] * sum((c[j] * f[2] for j, f in enumerate(first)), flint.arb(0)))
            outgoing.append(2 * sum((c[j] * f[0] for j, f in enumerate(first)), flint.arb(0)))
        incoming = pulls * flint.arb_mat(Z)
        return [
            g for i in range(n) for g in (*(incoming[i, x] + radial[i] * Z[i][x] for x in range(dim)), outgoing[i])
        ]

    def hessian(self, theta: Rows) -> Rows:
        """Hessian, rows and columns in the row-major order of theta; see ``numerics.population`` for the formula."""
        Z, c, q, s, a = self._pairs(theta)
        n, dim = self._problem.n, self._problem.dim
        wide = dim + 1
        H: Rows = [[flint.arb(0)] * (n * wide) for _ in range(n * wide)]
        for i in range(n):
            for j in range(len(Z)):
                second = self._kernel.second(s[i][j], q[i], q[j], self._m)
                self._add_pair(H, i, j, Z, c, a, second)
                if j < n:
                    (value,) = self._kernel.value(s[i][j], q[i], q[j], self._m)
                    H[i * wide + dim][j * wide + dim] += 2 * value
        return H

    def _add_pair(self, H: Rows, i: int, j: int, Z: Rows, c: list[Ball], a: list[Ball], second: Any) -> None:
        n, dim = self._problem.n, self._problem.dim
        wide, w, z = dim + 1, Z[i], Z[j]
        d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq = (2 * a[i] * c[j] * f for f in second)
        for x in range(dim):
            row = H[i * wide + x]
            # Twice in w_i: coefficients of z_y and w_y for this x. Once in w_i and once in w_j, both as different
            # vectors: shared with w_y, and the coefficient of z_y.
            shared, of_w = d_ss * z[x] + 2 * d_sp * w[x], 2 * d_sp * z[x] + 4 * d_pp * w[x]
            to_z = 2 * d_sq * z[x] + 4 * d_pq * w[x]
            for y in range(dim):
                row[i * wide + y] += shared * z[y] + of_w * w[y]
                if j < n:
                    row[j * wide + y] += shared * w[y] + to_z * z[y]
            row[i * wide + x] += 2 * d_p
            pull = 2 * (second[0] * z[x] + 2 * second[1] * w[x])
            self._add_mixed(H, i * wide + x, i * wide + dim, c[j] * pull)
            if j < n:
                row[j * wide + x] += d_s
                self._add_mixed(H, i * wide + x, j * wide + dim, a[i] * pull)

    @staticmethod
    def _add_mixed(H: Rows, row: int, column: int, value: Ball) -> None:
        H[row][column] += value
        H[column][row] += value

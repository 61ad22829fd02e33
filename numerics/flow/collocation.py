r"""Collocation at Chebyshev's points, solved by Newton's method in mixed precision. Approximation.

The equations :math:`p'(t_j) = -\nabla L(p(t_j))`, j = 1..m, for a polynomial of degree m with a given beginning. A
first guess comes from linearly implicit Euler steps, Newton's method in doubles brings it to rounding, and a few more
steps with residuals in balls and the last factorisation in doubles to all digits. Where a piece moves by less than
doubles resolve, the flow linearised at its beginning is the guess, however little it moves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log10
from typing import Any

import flint
import numpy as np
import scipy.linalg as sla

from numerics.flow.chebyshev_series import Grid, Matrix
from numerics.population import Population
from numerics.precise import PrecisePopulation
from numerics.problem import Array, Problem

#: Iterations of Newton's method in doubles at most.
ROUGH_ITERATIONS = 12
#: Chebyshev coefficients below this part of the largest are noise in doubles.
RESOLVED = 1e-12
#: A piece whose last coefficients promise to be this much too large is not refined.
HOPELESS = 1e6
#: Pieces that move less than this start from the linearised flow, which doubles resolve however little it moves.
LINEAR = 1e-5


@dataclass(frozen=True, eq=False)
class Solved:
    """A solved piece, before its error is known. Approximation.

    Attributes
    ----------
    values, coefficients : arb_mat, shape (m + 1, N)
    tail : float
        The last coefficients over what is asked for: above 1 the piece is too long.
    least : list of float
        Smallest Hessian eigenvalues, here and there.
    """

    values: Matrix
    coefficients: Matrix
    tail: float
    least: list[float] = field(default_factory=list)


class Collocation:
    """Solves one piece at a time; lives inside ``numerics.precision.digits``. Approximation.

    Parameters
    ----------
    problem : Problem
    arithmetic : SimpleNamespace
        What ``digits`` yields.
    dps, degree : int
    """

    def __init__(self, problem: Problem, arithmetic: Any, dps: int, degree: int) -> None:
        self._problem, self._dps = problem, dps
        self._exact = PrecisePopulation(problem, arithmetic)
        self._rough = Population(problem)
        self.grid = Grid(degree)
        self._D = self.grid.float_differentiation()
        self._points = np.array([float(x) for x in self.grid.points])
        self._order = int(np.prod(problem.shape))
        self.gradients = 0

    def gradient(self, flat: list[Any]) -> list[Any]:
        """The gradient at a point, as midpoints."""
        self.gradients += 1
        wide = self._problem.dim + 1
        rows = [flat[i : i + wide] for i in range(0, len(flat), wide)]
        _, grad_W, grad_a = self._exact.loss_and_gradient([row[:-1] for row in rows], [row[-1] for row in rows])
        out: list[Any] = []
        for i, row in enumerate(grad_W.tolist()):
            out.extend(row)
            out.append(grad_a[i])
        return out

    def gradient_rough(self, flat: Array) -> Array:
        """The gradient at a point in doubles."""
        return self._rough.value_and_gradient(flat.reshape(self._problem.shape))[1].ravel()

    def solve(self, y: list[Any], length: Any) -> Solved | None:
        """The collocation polynomial, or None if Newton's method does not converge."""
        h, origin = float(length), np.array([float(x) for x in y])
        rough = self._march(origin, h)
        if rough is None:
            return None
        if np.abs(rough - origin).max() < LINEAR:
            moves, factor, least, scale = self._linear(y, origin, h)
        else:
            rough, factor, least = self._newton(origin, rough, h)
            moves, scale = rough - origin, 0
        if factor is None:
            return None
        tail = self._tail(moves, scale)
        if tail > HOPELESS:
            return Solved(None, None, tail)
        values = self._refine(y, moves, scale, length, factor)
        if values is None:
            return None
        coefficients = (self.grid.transform * values).mid()
        return Solved(values, coefficients, self._precise_tail(coefficients), least)

    def _linear(self, y: list[Any], origin: Array, h: float) -> tuple[Array, Any, list[float], int]:
        """Collocation of the flow linearised at y: moves over 2**scale, however small they are."""
        m, N = self.grid.degree, self._order
        slope, scale = _as_doubles(flint.arb_mat([self.gradient(y)]), 0)
        H = self._rough.hessian_unchecked(origin.reshape(self._problem.shape))
        J = np.kron(self._D[1:, 1:] * (2 / h), np.eye(N)) + np.kron(np.eye(m), H)
        factor = sla.lu_factor(J, check_finite=False)
        moves = -sla.lu_solve(factor, np.tile(slope[0], m), check_finite=False).reshape(m, N)
        return np.vstack([np.zeros(N), moves]), factor, [float(np.linalg.eigvalsh(H)[0])], scale

    def _march(self, origin: Array, h: float) -> Array | None:
        """A first guess: linearly implicit Euler from point to point."""
        rows, current = [origin], origin
        for step in np.diff(self._points) * (h / 2):
            H = self._rough.hessian_unchecked(current.reshape(self._problem.shape))
            H[np.diag_indices(self._order)] += 1 / step
            try:
                current = current - sla.solve(H, self.gradient_rough(current), check_finite=False)
            except (sla.LinAlgError, ValueError):
                return None
            rows.append(current)
        guess = np.array(rows)
        return guess if np.isfinite(guess).all() else None

    def _newton(self, origin: Array, values: Array, h: float) -> tuple[Array, Any, list[float]]:
        """Newton's method in doubles; also the factorised Jacobian at the end, and eigenvalues."""
        m, N = self.grid.degree, self._order
        D = self._D * (2 / h)
        best, factor = np.inf, None
        for _ in range(ROUGH_ITERATIONS):
            gradients = np.array([self.gradient_rough(row) for row in values[1:]])
            residual = D[1:] @ values + gradients
            hessians = [self._rough.hessian_unchecked(row.reshape(self._problem.shape)) for row in values[1:]]
            J = np.kron(D[1:, 1:], np.eye(N)).reshape(m, N, m, N)
            for j, H in enumerate(hessians):
                J[j, :, j, :] += H
            try:
                factor = sla.lu_factor(J.reshape(m * N, m * N), check_finite=False)
            except (sla.LinAlgError, ValueError):
                return values, None, []
            move = sla.lu_solve(factor, residual.ravel(), check_finite=False).reshape(m, N)
            size = float(np.abs(move).max())
            if not np.isfinite(size) or size > 1e3:
                return values, None, []
            values = np.vstack([origin, values[1:] - move])
            if size < 1e-9 or (size < 1e-7 and size > 0.25 * best):
                least = [float(np.linalg.eigvalsh(H)[0]) for H in (hessians[0], hessians[m // 2], hessians[-1])]
                return values, factor, least
            best = min(best, size)
        return values, None, []

    def _tail(self, moves: Array, scale: int) -> float:
        """What the last coefficients will be over what is asked for, extrapolated from those that doubles resolve."""
        m = self.grid.degree
        angles = np.pi * np.arange(m, -1, -1) / m
        weights = np.ones(m + 1)
        weights[[0, -1]] = 0.5
        sizes = np.array([np.abs((weights * np.cos(j * angles)) @ moves).max() * 2 / m for j in range(1, m)])
        seen = np.flatnonzero(sizes < max(RESOLVED * sizes.max(), 1e-15 if scale == 0 else 0.0))
        last = int(seen[0]) + 1 if len(seen) else m - 1
        # Geometric decay from the first coefficient to the last that is resolved.
        logs = np.log10(np.maximum(sizes[[0, last - 1]], 1e-300))
        rate = (logs[1] - logs[0]) / max(last - 1, 1)
        return float(10.0 ** np.clip(logs[0] + rate * (m - 1) + scale * log10(2) + self._dps, -300, 300))

    def _refine(self, y: list[Any], moves: Array, scale: int, length: Any, factor: Any) -> Matrix | None:
        """Newton's method with residuals in balls and the factor in doubles."""
        m, N = self.grid.degree, self._order
        unit = flint.arb((1, scale))
        values = flint.arb_mat([[x + float(u) * unit for x, u in zip(y, row, strict=True)] for row in moves]).mid()
        D = self.grid.differentiation * (2 / length)
        before = np.inf
        for _ in range(4 + self._dps // 6):
            rows = values.tolist()
            gradients = flint.arb_mat([[flint.arb(0)] * N] + [self.gradient(row) for row in rows[1:]])
            residual = (D * values + gradients).mid()
            scaled, power = _as_doubles(residual, 1)
            move = sla.lu_solve(factor, scaled.ravel(), check_finite=False).reshape(m, N)
            size = log10(max(float(np.abs(move).max()), 1e-300)) + power * log10(2)
            if not np.isfinite(size) or (size > -6 and size > before):
                return None
            step = flint.arb_mat([[flint.arb(0)] * N] + [[flint.arb(float(x)) for x in row] for row in move])
            values = (values - step * flint.arb((1, power))).mid()
            if size < -self._dps - 3 or size > before - 1:
                return values if size < -self._dps + 3 else None
            before = size
        return None

    def _precise_tail(self, coefficients: Matrix) -> float:
        """Last coefficients over what is asked for."""
        m = self.grid.degree
        largest = flint.arb(0)
        for k in (m - 1, m):
            for x in range(self._order):
                size = abs(coefficients[k, x])
                if size > largest:
                    largest = size
        ratio = largest * flint.arb(10) ** self._dps
        return float(ratio) if ratio < flint.arb(10) ** 300 else np.inf


def _as_doubles(matrix: Matrix, skip: int) -> tuple[Array, int]:
    """Rows from ``skip`` on as doubles of size at most 1, and the power of two that was taken out."""
    entries = matrix.tolist()[skip:]
    exponents = [x.man_exp() for row in entries for x in row if x != 0]
    scale = max((abs(int(man)).bit_length() + int(exp) for man, exp in exponents), default=0)
    factor = flint.arb((1, -scale))
    return np.array([[float(x * factor) for x in row] for row in entries]), scale

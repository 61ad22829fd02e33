"""Polynomials on [-1, 1] in Chebyshev's basis, as matrices of ball midpoints: values, coefficients, derivatives.

Points are the m + 1 extrema of T_m, from -1 to 1. A trajectory's piece is a matrix of m + 1 rows, one column for each
parameter. To be used inside ``numerics.precision.digits``; everything here is an approximation.
"""

from __future__ import annotations

from typing import Any

import flint
import numpy as np

from numerics.problem import Array

#: A matrix of balls (python-flint ships no types).
Matrix = Any


class Grid:
    """Points, differentiation and transform of one degree, at the working precision of its creation. Approximation.

    Attributes
    ----------
    degree : int
    points : list of m + 1 balls
        Increasing.
    differentiation : arb_mat, shape (m + 1, m + 1)
        Values to values of the derivative.
    transform : arb_mat, shape (m + 1, m + 1)
        Values to Chebyshev coefficients.
    """

    def __init__(self, degree: int) -> None:
        m = self.degree = degree
        # cos(pi j / m) for all j at once: one period serves every product of indices below.
        period = [flint.arb.cos_pi_fmpq(flint.fmpq(j, m)).mid() for j in range(2 * m)]
        self.points = [-period[j] for j in range(m + 1)]
        self.differentiation = _differentiation(self.points)
        rows = []
        for i in range(m + 1):
            scale = flint.arb(flint.fmpq(1 if i in (0, m) else 2, m))
            # The points run from -1 to 1, against the usual order.
            row = [scale * period[i * (m - j) % (2 * m)] for j in range(m + 1)]
            row[0], row[m] = row[0] / 2, row[m] / 2
            rows.append(row)
        self.transform = flint.arb_mat(rows).mid()

    def float_differentiation(self) -> Array:
        """The differentiation matrix in double precision."""
        entries = [float(x) for x in self.differentiation.entries()]
        return np.array(entries).reshape(self.degree + 1, self.degree + 1)


def _differentiation(points: list[Any]) -> Matrix:
    """Barycentric formula; the diagonal is minus the sum of the rest of its row."""
    m = len(points) - 1
    weight = [flint.arb((-1) ** j * (1 if j in (0, m) else 2)) for j in range(m + 1)]
    rows = []
    for i, x in enumerate(points):
        row = [flint.arb(0) if j == i else weight[j] / weight[i] / (x - y) for j, y in enumerate(points)]
        row[i] = -sum(row, flint.arb(0))
        rows.append(row)
    return flint.arb_mat(rows).mid()


def basis(degree: int, tau: Any) -> Matrix:
    """The row T_0(tau) .. T_m(tau). Approximation.

    Parameters
    ----------
    degree : int
    tau : ball

    Returns
    -------
    arb_mat, shape (1, degree + 1)
    """
    row = [flint.arb(1), tau]
    while len(row) <= degree:
        row.append(2 * tau * row[-1] - row[-2])
    return flint.arb_mat([row[: degree + 1]])


def derivative(coefficients: Matrix) -> Matrix:
    """Coefficients of the derivative by tau; the last row is zero. Approximation."""
    m, columns = coefficients.nrows() - 1, coefficients.ncols()
    rows = coefficients.tolist()
    out = [[flint.arb(0)] * columns for _ in range(m + 2)]
    for k in range(m, 0, -1):
        # c'_{k-1} = c'_{k+1} + 2 k c_k
        out[k - 1] = [x + 2 * k * y for x, y in zip(out[k + 1], rows[k], strict=True)]
    out[0] = [x / 2 for x in out[0]]
    return flint.arb_mat(out[: m + 1])

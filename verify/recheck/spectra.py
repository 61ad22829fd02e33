"""Eigenvalues of ball matrices: a lower bound, and exact inertia. The factors are untrusted floats, then checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flint
import numpy as np
import scipy.linalg as sla
from numpy.typing import NDArray

from verify.recheck.numbers import Ball

Array = NDArray[np.float64]


def approximate(M: flint.arb_mat) -> Array:
    """Midpoints as doubles; an approximation only."""
    return np.array([float(x) for x in M.entries()], dtype=np.float64).reshape(M.nrows(), M.ncols())


def exact(A: Array) -> flint.arb_mat:
    """The doubles as balls of radius zero."""
    return flint.arb_mat(A.shape[0], A.shape[1], A.ravel().tolist())


def _gridded(A: Any) -> Array:
    """The nearest multiples of one power of two, 52 bits below the largest entry.

    Factors are free to choose, and products of such integers are more than twice as fast.
    """
    rough = np.asarray(A, dtype=np.float64)
    largest = float(np.abs(rough).max(initial=0.0))
    if not 1e-200 < largest < 1e200:
        return rough
    step = float(2.0 ** (np.ceil(np.log2(largest)) - 52))
    return np.asarray(np.rint(rough / step) * step, dtype=np.float64)


def row_sums(M: flint.arb_mat) -> list[Ball]:
    """Upper bounds on the sums of the absolute values of rows."""
    absolute = flint.arb_mat(M.nrows(), M.ncols(), [x.abs_upper() for x in M.entries()])
    sums = absolute * flint.arb_mat(M.ncols(), 1, [1] * M.ncols())
    return [x.upper() for x in sums.entries()]


def greatest(values: list[Ball]) -> Ball:
    """The greatest of exact balls; not a number if one of them is none."""
    if not values:
        return flint.arb(0)
    top = values[0]
    for x in values:
        # A comparison with what is not a number is False, so it would vanish here.
        if not x.is_finite():
            return flint.arb.nan()
        if x > top:
            top = x
    return top


def least_eigenvalue(M: flint.arb_mat) -> Ball:
    """Exact lower bound on the eigenvalues of every symmetric matrix in M. Enclosure.

    **Proves:** for any number c and any matrix F, M = c I + F F' + R with R computed in balls, and F F' >= 0, so
    every eigenvalue is at least c - |R|, the norm bounded by the largest row sum. Not a number where that fails.
    """
    middle = approximate(M)
    if not np.isfinite(middle).all():
        return flint.arb.nan()
    values = sla.eigvalsh(middle)
    slack = 8 * len(middle) * np.finfo(float).eps * float(np.abs(values).max()) + 1e-300
    for _ in range(3):
        c = float(values[0]) - slack
        try:
            F = exact(_gridded(np.linalg.cholesky(middle - c * np.eye(len(middle)))))
        except np.linalg.LinAlgError:
            slack *= 16
            continue
        remainder = M - F * F.transpose() - _diagonal(c, len(middle))
        return (flint.arb(c) - greatest(row_sums(remainder))).lower()
    return flint.arb.nan()


def _diagonal(c: float, order: int) -> flint.arb_mat:
    A = np.zeros((order, order))
    np.fill_diagonal(A, c)
    return exact(A)


@dataclass(frozen=True, eq=False)
class Inertia:
    """Nearly diagonal form B = Q' M Q of a symmetric ball matrix M. Enclosure.

    Attributes
    ----------
    Q : arb_mat
        Exact, with |I - Q'Q| <= skew.
    diagonal : list of exact balls
        Midpoints of the diagonal of B.
    discs : list of exact balls
        Bounds on (rad B_ii + sum_{j != i} |B_ij|) / |diagonal_i|; infinite or no number where that is undefined.
    skew, alpha : exact balls
        ``alpha`` is the greatest of ``discs``.
    """

    Q: flint.arb_mat
    diagonal: list[Ball]
    discs: list[Ball]
    skew: Ball
    alpha: Ball

    @property
    def proved(self) -> bool:
        """Whether every symmetric matrix in M is nonsingular with the signs of ``diagonal``."""
        return bool(self.skew < 1) and bool(self.alpha < 1)

    @property
    def negatives(self) -> int:
        """Number of negative eigenvalues, where ``proved``."""
        return sum(bool(x < 0) for x in self.diagonal)

    def gap(self) -> Ball:
        """Lower bound on the absolute values of the eigenvalues, where ``proved``."""
        lower = [abs(x) * (1 - disc) for x, disc in zip(self.diagonal, self.discs, strict=True)]
        return -greatest([(-x / (1 + self.skew)).upper() for x in lower])


def inertia(M: flint.arb_mat) -> Inertia | None:
    """Bring M to nearly diagonal form; None if its midpoints are not finite. Enclosure."""
    middle = approximate(M)
    if not np.isfinite(middle).all():
        return None
    vectors: Any = sla.eigh(middle)[1]
    Q = exact(_gridded(vectors))
    turned = Q.transpose()
    order = len(middle)
    skew = greatest(row_sums(turned * Q - _diagonal(1.0, order)))
    B = turned * (M * Q)
    diagonal = [B[i, i].mid() for i in range(order)]
    off = B - _diagonal_of(diagonal)
    discs = [(total / abs(x)).upper() for total, x in zip(row_sums(off), diagonal, strict=True)]
    return Inertia(Q, diagonal, discs, skew, greatest(discs))


def _diagonal_of(values: list[Ball]) -> flint.arb_mat:
    order = len(values)
    flat = [flint.arb(0)] * (order * order)
    flat[:: order + 1] = values
    return flint.arb_mat(order, order, flat)

"""Exact truth for interval arithmetic on doubles: rational numbers, and inertia by Descartes' rule of signs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import flint
import numpy as np

Array = np.ndarray
#: A check takes the module under test and returns what it found violated: nothing, if the module is right.
Check = Callable[[Any], list[str]]


def exact(x: Any) -> flint.fmpq:
    """A double as the rational number that it is."""
    return flint.fmpq(*float(x).as_integer_ratio())


def rational_matrix(A: Array) -> flint.fmpq_mat:
    return flint.fmpq_mat([[exact(x) for x in row] for row in A])


def member(mid: Array, rad: Array, signs: Array) -> flint.fmpq_mat:
    """The matrix ``mid + signs * rad``, without rounding."""
    rows, columns = mid.shape
    return flint.fmpq_mat(
        [[exact(mid[i, j]) + exact(signs[i, j]) * exact(rad[i, j]) for j in range(columns)] for i in range(rows)]
    )


def outside(mid: Any, rad: Any, truth: flint.fmpq) -> bool:
    """Whether a number is not in an interval; a radius that is infinite or NaN holds everything."""
    if not (np.isfinite(mid) and np.isfinite(rad)):
        return False
    return bool(abs(truth - exact(mid)) > exact(rad))


def inertia(A: flint.fmpq_mat) -> tuple[int, int, int]:
    """How many eigenvalues of a symmetric matrix are negative, zero and positive.

    All roots of its characteristic polynomial are real, so Descartes' rule counts them exactly.
    """
    coefficients = list(A.charpoly())
    zero = next(i for i, c in enumerate(coefficients) if c != 0)
    signs = [1 if c > 0 else -1 for c in coefficients if c != 0]
    positive = sum(a != b for a, b in pairwise(signs))
    return A.nrows() - zero - positive, zero, positive


def shifted(A: flint.fmpq_mat, by: flint.fmpq) -> flint.fmpq_mat:
    """``A - by * I``."""
    return A - by * identity(A.nrows())


def identity(order: int) -> flint.fmpq_mat:
    return flint.fmpq_mat([[int(i == j) for j in range(order)] for i in range(order)])


def symmetric(A: Array) -> Array:
    """The lower triangle, mirrored."""
    return np.tril(A) + np.tril(A, -1).T


def infinity_norm(A: flint.fmpq_mat) -> flint.fmpq:
    rows, columns = A.nrows(), A.ncols()
    return max(sum((abs(A[i, j]) for j in range(columns)), flint.fmpq(0)) for i in range(rows))

r"""Lower bounds on eigenvalues of symmetric interval matrices.

*Positive definite*: a floating-point Cholesky factor of :math:`A - cI` is only a proposal; the product is checked,
:math:`\lambda_{\min} \ge c - \|A - cI - L L^\top\|`.

*Indefinite*: with Q close to orthogonal, :math:`Q^\top A Q` has the signs of A by Sylvester's law of inertia, and
Gershgorin's discs count them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as sla

from verify.certificates.midrad import ETA, UNIT, Array, MidRad, row_sums, spectral_bound

#: Fractions of the estimated smallest eigenvalue that are tried as shifts.
SHIFTS = (1 - 1e-5, 0.99, 0.9, 0.5, 0.1)

#: Order up to which the smallest eigenvalue is computed rather than estimated.
SMALL = 200


def definite(matrix: MidRad, inverse: Array | None = None) -> float | None:
    """A positive lower bound on the smallest eigenvalue of every symmetric matrix in it. Enclosure.

    **Proves:** that all of them are positive definite, if the answer is not None.

    Parameters
    ----------
    matrix : MidRad, shape (N, N)
        Symmetric midpoints and radii.
    inverse : ndarray, shape (N, N), optional
        Approximate inverse of the midpoint, where it is known; only the choice of the shift depends on it.

    Returns
    -------
    float or None
        None where that was not proved.
    """
    if not matrix.known():
        return None
    if inverse is None:
        inverse = inverse_of_definite(matrix.mid)
    if inverse is None:
        return None
    if len(inverse) <= SMALL:
        estimate = float(sla.eigvalsh(matrix.mid, subset_by_index=[0, 0])[0])
    else:
        estimate = 1 / _largest_eigenvalue(inverse)
    blur = spectral_bound(matrix.rad)
    for shift in SHIFTS:
        bound = _shifted(matrix.mid, shift * estimate, blur)
        if bound is not None and bound > 0:
            return bound
    return None


def inverse_of_definite(A: Array) -> Array | None:
    """The inverse of a positive definite matrix, or None if Cholesky's method fails. Approximation."""
    factor, failed = sla.lapack.dpotrf(A, lower=1)
    if failed:
        return None
    inverse, failed = sla.lapack.dpotri(factor, lower=1)
    if failed:
        return None
    return np.asarray(np.tril(inverse) + np.tril(inverse, -1).T)


def _largest_eigenvalue(A: Array) -> float:
    """By the power method: near enough to choose a shift. Approximation."""
    v = np.cos(np.arange(1.0, len(A) + 1.0))  # no symmetry of the problem has it as an eigenvector
    v /= np.linalg.norm(v)
    value = 0.0
    for _ in range(200):
        image = A @ v
        last, value = value, float(v @ image)
        v = image / np.linalg.norm(image)
        if abs(value - last) <= 1e-7 * value:
            break
    return value


def _shifted(mid: Array, shift: float, blur: float) -> float | None:
    """Lower bound on the smallest eigenvalue from the Cholesky factor of the shifted midpoint."""
    order = len(mid)
    shifted = mid.copy()
    shifted[np.diag_indices(order)] -= shift
    factor, failed = sla.lapack.dpotrf(shifted, lower=1, clean=1)
    if failed:
        return None
    gap = np.abs(shifted - factor @ factor.T)
    size = np.abs(factor)
    # Rounding: of the difference, of the shifted diagonal, and of the product row by row.
    of_shift = UNIT * np.abs(np.diagonal(shifted)) * 2 + ETA
    of_product = (order + 2) * UNIT * (size @ (size.T @ np.ones(order))) * (1 + 4 * order * UNIT) + 4 * order * ETA
    rows = row_sums(gap * (1 + 4 * UNIT)) + of_shift + of_product
    bound = shift - (float(rows.max()) + blur) * (1 + 8 * UNIT)
    return bound - 4 * UNIT * shift if np.isfinite(bound) else None


@dataclass(frozen=True)
class Signs:
    """Eigenvalues of every symmetric matrix in an interval matrix, counted by sign. Enclosure.

    Attributes
    ----------
    negative : int
    smallest : float
        Lower bound on all absolute values.
    """

    negative: int
    smallest: float


@dataclass(frozen=True, eq=False)
class Diagonalised:
    """An interval matrix in a nearly orthogonal basis of eigenvectors. Enclosure.

    Attributes
    ----------
    basis : ndarray, shape (N, N)
    diagonal : ndarray, shape (N,)
        Midpoints of the diagonal of ``basis.T @ A @ basis``.
    spread : ndarray, shape (N,)
        Row by row an upper bound on what is off that diagonal, and on its radius.
    skew : float
        Upper bound on the infinity norm of ``I - basis.T @ basis``.
    """

    basis: Array
    diagonal: Array
    spread: Array
    skew: float

    def contraction(self) -> float:
        """Largest quotient of spread and diagonal; below 1, no matrix in the interval is singular."""
        with np.errstate(all="ignore"):
            ratios = self.spread / np.abs(self.diagonal) * (1 + 4 * UNIT)
        return float(ratios.max()) if np.isfinite(ratios).all() else np.inf

    def signs(self) -> Signs | None:
        """The count, or None if a disc meets zero or the basis may be singular."""
        room = (np.abs(self.diagonal) - self.spread) * (1 - 4 * UNIT)
        if not (self.skew < 1 and np.isfinite(self.spread).all() and bool((room > 0).all())):
            return None
        # A^-1 = Q B^-1 Q', hence |A^-1| <= |Q'Q| |B^-1|.
        smallest = float(room.min()) / (1 + self.skew) * (1 - 8 * UNIT)
        return Signs(int((self.diagonal < 0).sum()), smallest)


def diagonalise(matrix: MidRad, basis: Array | None = None) -> Diagonalised | None:
    """Bring a symmetric interval matrix near to diagonal form. Enclosure.

    Parameters
    ----------
    matrix : MidRad, shape (N, N)
    basis : ndarray, shape (N, N), optional
        Approximate eigenvectors as columns; default: of the midpoint.

    Returns
    -------
    Diagonalised or None
        None if the matrix holds infinite radii.
    """
    if not matrix.known():
        return None
    Q = sla.eigh(matrix.mid)[1] if basis is None else basis
    order = len(Q)
    thin = MidRad(Q)
    # The radii of the matrix enter by row sums, so that two products of radii are saved.
    B = thin.T @ (MidRad(matrix.mid) @ thin)
    size = np.abs(Q)
    blur = size.T @ (matrix.rad @ (size @ np.ones(order)))
    blur = blur * (1 + (6 * order + 16) * UNIT) + 8 * order * ETA
    diagonal = np.diagonal(B.mid).copy()
    off = np.abs(B.mid)
    off[np.diag_indices(order)] = 0.0
    spread = (row_sums(off + B.rad) + blur) * (1 + 8 * UNIT)
    gram = thin.T @ thin
    gap = np.abs(gram.mid - np.eye(order)) + gram.rad + 2 * UNIT
    return Diagonalised(Q, diagonal, spread, float(row_sums(gap).max()))

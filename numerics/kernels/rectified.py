r"""The interaction of homogeneous units by lengths and angles, formed so that no angle loses digits.

For ReLU, vectors w, z of lengths r, R and unit vectors e, f at the angle :math:`\theta = \pi - \varphi`,

.. math:: g(w, z) = \frac{rR}{2\pi} (\sin\varphi - \varphi\cos\varphi), \qquad
          \nabla_w g = \frac{R \sin\varphi\, e + \varphi\, z}{2\pi}.

With :math:`x = |e - f|` and :math:`y = |e + f|` (Kahan) :math:`\theta = 2\,\mathrm{atan2}(x, y)`,
:math:`\varphi = 2\,\mathrm{atan2}(y, x)` and :math:`\sin\varphi = xy/2`: accurate also at parallel and antiparallel
vectors, where the arccosine of the inner product loses half of its digits.

For :math:`p \max(x, 0) + q \max(-x, 0)` the same holds with :math:`\beta \sin\varphi` in place of the sine and
:math:`\beta\varphi + 2\pi\gamma` in place of :math:`\varphi`, where :math:`\beta = (p + q)^2` and
:math:`\gamma = -pq` (``numerics.kernels.homogeneous``).

Reference: Kahan, *How futile are mindless assessments of roundoff in floating-point computation?*, 2006, section 12.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.kernels.homogeneous import RELU, Homogeneous

Array = NDArray[np.float64]

#: Inner products of unit vectors beyond this give chords of half their digits: those are formed from the vectors.
STEEP = 0.5
#: Below this angle sin(phi) - phi cos(phi) is a series; at 1 the difference loses two bits, and twelve terms of the
#: series leave 1 / (25! / 24) < 2e-24.
SMALL = 1.0
SERIES = [(-1) ** (m + 1) * 2 * m / float(np.prod(np.arange(1.0, 2 * m + 2))) for m in range(1, 13)]
_TURN = 1 / (2 * np.pi)


def directions(vectors: Array) -> tuple[Array, Array]:
    """Unit vectors and lengths of the rows; a zero row has the direction zero. Approximation.

    Rows are scaled before they are squared, so that lengths down to 1e-300 keep their digits.
    """
    largest = np.abs(vectors).max(axis=1)
    scale = np.where(largest > 0, largest, 1.0)
    scaled = vectors / scale[:, None]
    norms = np.sqrt(np.einsum("ij,ij->i", scaled, scaled))
    lengths = scale * norms
    norms[norms == 0] = 1.0
    return scaled / norms[:, None], lengths


@dataclass(frozen=True, eq=False)
class Angles:
    """Chords and angles between two sets of unit vectors, all of shape (m, N). Approximation.

    Attributes
    ----------
    x, y : ndarray
        Lengths of the differences and of the sums.
    phi : ndarray
        Angles between the first vector and minus the second.
    sine : ndarray
    form : Homogeneous
        The activation.
    """

    x: Array
    y: Array
    phi: Array
    sine: Array
    form: Homogeneous = RELU

    @property
    def turn(self) -> Array:
        r"""What stands for the angle in the formulas, :math:`\beta\varphi + 2\pi\gamma`."""
        if self.form is RELU:
            return self.phi
        scale, shift = self.form.constants
        return np.asarray(scale * self.phi + 2 * np.pi * shift)

    @property
    def bend(self) -> Array:
        r"""What stands for the sine, :math:`\beta\sin\varphi`."""
        return self.sine if self.form is RELU else np.asarray(self.form.constants[0] * self.sine)

    def value(self) -> Array:
        """The interaction of the unit vectors. Approximation."""
        if self.form is RELU:
            return self._rectified()
        scale, shift = self.form.constants
        return np.asarray(scale * self._rectified() + (0.25 * shift) * (self.y * self.y - self.x * self.x))

    def _rectified(self) -> Array:
        """That of ReLU, (sin phi - phi cos phi) / 2 pi."""
        cosine = 0.25 * (self.x * self.x - self.y * self.y)
        value = self.sine - self.phi * cosine
        small = self.phi < SMALL
        if small.any():
            phi = self.phi[small]
            square, total = phi * phi, np.zeros_like(phi)
            for coefficient in reversed(SERIES):
                total = coefficient + square * total
            value[small] = phi * square * total
        value *= _TURN
        return value


def angles(E: Array, F: Array, form: Homogeneous = RELU) -> Angles:
    """Angles between all pairs of two sets of unit vectors. Approximation.

    Parameters
    ----------
    E, F : ndarray, shapes (m, dim) and (N, dim)
    form : Homogeneous
        The activation that values are of.

    Returns
    -------
    Angles
    """
    u = E @ F.T
    x, y = np.sqrt(np.maximum(2 - 2 * u, 0)), np.sqrt(np.maximum(2 + 2 * u, 0))
    i, j = np.nonzero(np.abs(u) > STEEP)
    # The shorter chord from the vectors, the longer one is accurate already.
    sign = np.where(u[i, j] > 0, 1.0, -1.0)
    difference = E[i] - sign[:, None] * F[j]
    shorter = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    near = sign > 0
    x[i[near], j[near]] = shorter[near]
    y[i[~near], j[~near]] = shorter[~near]
    return Angles(x, y, 2 * np.arctan2(y, x), 0.5 * x * y, form)


def normals(E: Array, F: Array, pairs: Angles) -> Array:
    """Parts of the unit vectors F orthogonal to E, shape (m, N, dim) and length ``sine``. Approximation.

    From the shorter of the two chords, so that they are orthogonal to E to rounding of their own size.
    """
    near = pairs.x < pairs.y
    sign = np.where(near, 1.0, -1.0)
    short = np.where(near, pairs.x, pairs.y)
    # f - (e.f) e = (f -+ e) +- (chord^2 / 2) e.
    chords = F[None] - sign[:, :, None] * E[:, None]
    chords += (sign * (0.5 * short * short))[:, :, None] * E[:, None]
    return np.asarray(chords)


def curvature(E: Array, F: Array, pairs: Angles, weights: Array) -> Array:
    r"""Second derivatives of :math:`\sum_j c_j g(e, f_j)` at each unit vector e, shape (m, dim, dim). Approximation.

    For ReLU they are
    :math:`\frac{1}{2\pi} \sum_j c_j \sin\varphi_j (I - e e' + n_j n_j')` with the unit vectors :math:`n_j`
    in the plane of e and :math:`f_j`, orthogonal to e.

    Parameters
    ----------
    E, F : ndarray, shapes (m, dim) and (N, dim)
    pairs : Angles
        Of E and F.
    weights : ndarray, shape (m, N)
        Coefficients times lengths of the second vectors.
    """
    weighted = _TURN * weights
    turning = weighted * pairs.bend
    N = normals(E, F, pairs)
    # The normals have the length of the sine.
    inverse = np.divide(pairs.form.constants[0], pairs.sine, out=np.zeros_like(pairs.sine), where=pairs.sine > 0)
    blocks = np.matmul(N.transpose(0, 2, 1) * (weighted * inverse)[:, None, :], N)
    total = turning.sum(axis=1)
    blocks -= (total[:, None] * E)[:, :, None] * E[:, None, :]
    diagonal = np.arange(E.shape[1])
    blocks[:, diagonal, diagonal] += total[:, None]
    return np.asarray(blocks)

r"""What a further neuron can do at a critical point: beside one that is there, or dead. Approximation.

With :math:`h(w) = E[\sigma(w \cdot x)(f - f^*)(x)]`, homogeneous of degree one, let M be its Hessian at a neuron's
unit vector e. Several neurons along e act as one; beside the Hessian of the merged network the family has, for each
further neuron of the same sign s as the merged one, the form of s M, and for each of the opposite sign that of -s M.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.kernels.rectified import angles, curvature, directions
from numerics.problem import Array

#: Eigenvalues of s M this near to zero, relative to the sum of all lengths, decide nothing.
FLAT = 1e-11
#: The field of a critical point vanishes at its neurons: rounding and the minimiser leave this much, relatively.
ZERO = 1e-12
#: Newton steps on the sphere, and the length of the longest.
DESCENTS = 60
LONGEST = 0.3


@dataclass(frozen=True)
class Room:
    """Which further neurons a critical point has room for, as a minimum. Approximation.

    Attributes
    ----------
    transverse : tuple of (float, float)
        For each neuron the least and the largest eigenvalue of s M.
    lowest, highest : float
        Least and largest value of h on the unit sphere found.
    scale : float
        Sum of all lengths, students' and teachers', to which the others are compared.
    """

    transverse: tuple[tuple[float, float], ...]
    lowest: float
    highest: float
    scale: float

    def same(self, i: int) -> bool:
        """Whether neurons of neuron i's own sign may lie along it."""
        return self.transverse[i][0] > FLAT * self.scale

    def opposite(self, i: int) -> bool:
        """Whether neurons of the opposite sign may lie along neuron i, which stays longer than all of them."""
        return self.transverse[i][1] < -FLAT * self.scale

    def dead(self, sign: int) -> bool:
        """Whether neurons with outgoing weights of this sign may be dead: a h >= 0 on the sphere."""
        return self.lowest >= -ZERO * self.scale if sign > 0 else self.highest <= ZERO * self.scale


def room(omega: Array, signs: NDArray[np.intp], teacher: Array) -> Room:
    """Find which further neurons a critical point has room for. Approximation.

    Parameters
    ----------
    omega : ndarray, shape (m, dim)
        Vectors ``|a_i| w_i`` of the neurons, none zero and no two collinear.
    signs : ndarray, shape (m,)
    teacher : ndarray, shape (k, dim)
        The teacher's vectors, with outgoing weights 1.

    Returns
    -------
    Room
        What is not checked: that the minimiser has met the least and the largest value on the sphere. It starts from
        all vectors, their opposites, their sum and differences.

    Examples
    --------
    One neuron on three teachers leaves room for shorter neurons of negative sign, along it or dead:

    >>> found = room(np.full((1, 4), 1.1461) * [1, 1, 1, 0], np.array([1]), np.eye(3, 4))
    >>> found.same(0), found.opposite(0), found.dead(1)
    (False, True, False)
    """
    Z = np.vstack([omega, teacher])
    F, lengths = directions(Z)
    weights = np.concatenate([signs, -np.ones(len(teacher))]) * lengths
    transverse = []
    for i in range(len(omega)):
        e = F[i : i + 1]
        M = curvature(e, F, _apart(e, F, i), weights[None])[0]
        values = np.linalg.eigvalsh(int(signs[i]) * _tangent(e[0]).T @ M @ _tangent(e[0]))
        transverse.append((float(values[0]), float(values[-1])))
    lowest, highest = (sign * _lowest(sign * weights, F) for sign in (1, -1))
    return Room(tuple(transverse), lowest, highest, float(np.abs(weights).sum()))


def _apart(e: Array, F: Array, i: int):  # type: ignore[no-untyped-def]
    """Angles of one unit vector with all, itself exactly parallel."""
    pairs = angles(e, F)
    pairs.x[0, i], pairs.y[0, i], pairs.sine[0, i], pairs.phi[0, i] = 0, 2, 0, np.pi
    return pairs


def _tangent(e: Array) -> Array:
    """An orthonormal basis of the space orthogonal to a unit vector, shape (dim, dim - 1)."""
    return np.linalg.svd(e[None])[2][1:].T


def _lowest(weights: Array, F: Array) -> float:
    """The least value of the field on the unit sphere that descent from many starts meets.

    Newton's method with the absolute values of the Hessian's eigenvalues, on all starts at once: it rests only where
    the field is stationary. Every value met is a value of the field, so the least one is above the true one.
    """
    dim = F.shape[1]
    total = weights @ F
    # A start at which the field is stationary by symmetry would stay there: all are moved off, by different amounts.
    bend = np.sin(np.arange(1, dim + 1) ** 2)
    starts = np.array([*F, *-F, total, -total, np.eye(dim)[-1]])
    starts += 0.05 * np.array([np.roll(bend, number) for number in range(len(starts))])
    E, least = directions(starts)[0], np.inf
    for _ in range(DESCENTS):
        pairs = angles(E, F)
        values = pairs.value() @ weights
        least = min(least, float(values.min()))
        gradient = ((pairs.sine @ weights)[:, None] * E + (pairs.phi * weights) @ F) / (2 * np.pi)
        gradient -= values[:, None] * E
        if float(np.abs(gradient).max()) < 1e-12 * float(np.abs(weights).sum()):
            break
        H = curvature(E, F, pairs, np.broadcast_to(weights, pairs.phi.shape)) - values[:, None, None] * np.eye(dim)
        curvatures, Q = np.linalg.eigh(H)
        along = np.einsum("sij,si->sj", Q, gradient) / np.maximum(np.abs(curvatures), 1e-3 * np.abs(curvatures).max())
        step = np.einsum("sij,sj->si", Q, along)
        step -= np.einsum("si,si->s", step, E)[:, None] * E
        length = np.linalg.norm(step, axis=1)
        E = directions(E - step * np.minimum(1.0, LONGEST / np.maximum(length, LONGEST))[:, None])[0]
    return least

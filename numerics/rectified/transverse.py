r"""What a further neuron can do at a critical point: beside one that is there, or dead. Approximation.

With :math:`h(w) = E[\sigma(w \cdot x)(f - f^*)(x)]`, homogeneous of degree one, let M be its Hessian at a neuron's
unit vector e. Several neurons along e act as one; beside the Hessian of the merged network the family has, for each
further neuron of the same sign s as the merged one, the form of s M, and for each of the opposite sign that of -s M.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.kernels.rectified import directions
from numerics.problem import Array, Problem
from numerics.rectified.sphere import Residual, lowest

#: Eigenvalues of s M this near to zero, relative to the sum of all lengths, decide nothing.
FLAT = 1e-11
#: The field of a critical point vanishes at its neurons: rounding and the minimiser leave this much, relatively.
ZERO = 1e-12


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


def room(omega: Array, signs: NDArray[np.intp], teacher: Array, activation: str = "relu") -> Room:
    """Find which further neurons a critical point has room for. Approximation.

    Parameters
    ----------
    omega : ndarray, shape (m, dim)
        Vectors ``|a_i| w_i`` of the neurons, none zero and no two collinear.
    signs : ndarray, shape (m,)
    teacher : ndarray, shape (k, dim)
        The teacher's vectors, with outgoing weights 1.
    activation : str
        A homogeneous one.

    Returns
    -------
    Room
        What is not checked: that the search on the sphere (``numerics.rectified.sphere``) has met the least and the
        largest value.

    Examples
    --------
    One neuron on three teachers leaves room for shorter neurons of negative sign, along it or dead:

    >>> found = room(np.full((1, 4), 1.1461) * [1, 1, 1, 0], np.array([1]), np.eye(3, 4))
    >>> found.same(0), found.opposite(0), found.dead(1)
    (False, True, False)
    """
    problem = Problem(max(len(omega), 1), len(teacher), activation=activation, dim=teacher.shape[1], teacher=teacher)
    theta = np.zeros(problem.shape)
    if len(omega):
        theta = np.column_stack([omega, signs.astype(np.float64)])
    residual = Residual.of(problem, theta)
    transverse = []
    if len(omega):
        E = directions(omega)[0]
        for e, sign, matrix in zip(E, signs, residual.tangent(E)[2], strict=True):
            basis = np.linalg.svd(e[None])[2][1:].T
            values = np.linalg.eigvalsh(int(sign) * basis.T @ matrix @ basis)
            transverse.append((float(values[0]), float(values[-1])))
    low, high = lowest(problem, theta, 1.0)[1], -lowest(problem, theta, -1.0)[1]
    return Room(tuple(transverse), low, high, residual.size)

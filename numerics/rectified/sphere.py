r"""The residual seen by one more unit, :math:`G(e) = E[\sigma(e \cdot x)(f - f^*)(x)]` on the unit sphere.

A neuron whose incoming vector is zero and whose outgoing weight is a may stay so exactly if :math:`a\,G(e) \ge 0` for
every unit vector e: then 0 is in the regular subdifferential of the loss. (The set-valued field of Filippov is no
guide: it may contain 0 while the loss decreases along some direction.) So what is asked for is the lowest value of
:math:`\pm G`. It is sought by Newton's method on the sphere from many starting points, followed from one step of a
flow to the next, and looked for anew wherever a starting point is lower than what was followed. A minimiser that no
starting point leads to is missed: this is a search and no proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from numerics.kernels import HOMOGENEOUS
from numerics.kernels.homogeneous import Homogeneous
from numerics.kernels.rectified import Angles, angles, curvature, directions
from numerics.problem import Array, Problem

_TURN = 1 / (2 * np.pi)
#: Random starting points beside the directions of all neurons and their opposites.
RANDOM_STARTS = 16
#: Starting points that Newton's method sets out from, the lowest ones; minimisers that are followed.
DESCENTS, FOLLOWED = 24, 6
#: Iterations at most, the longest step (in radians), and the step at which the value has more digits than are needed.
ITERATIONS, LONGEST, ARRIVED = 40, 0.5, 1e-7
#: Smallest curvature that a step divides by, over the largest.
FLATTEST = 1e-6
#: Unit vectors with a larger inner product are the same minimiser.
SAME = 1 - 1e-8
#: Rounding of a value, over the sum of the lengths that enter it.
ROUNDING = 64 * float(np.finfo(float).eps)


@cache
def _random_directions(dim: int) -> Array:
    return directions(np.random.default_rng(dim).standard_normal((RANDOM_STARTS, dim)))[0]


@dataclass(frozen=True, eq=False)
class Residual:
    """The residual of a network as a function of a unit vector. Approximation.

    Attributes
    ----------
    F : ndarray, shape (N, dim)
        Directions of all neurons that are not zero.
    weights : ndarray, shape (N,)
        Their outgoing weights (the teacher's with a minus sign) times their lengths.
    form : Homogeneous
        The activation.
    """

    F: Array
    weights: Array
    form: Homogeneous

    @classmethod
    def of(cls, problem: Problem, theta: Array) -> Residual:
        """The residual at a point. Approximation.

        Parameters
        ----------
        problem : Problem
        theta : ndarray, shape (n, dim + 1)
        """
        F, r = directions(np.vstack([theta[:, :-1], problem.teacher]))
        c = np.concatenate([theta[:, -1], -problem.teacher_outgoing])
        there = r > 0
        return cls(F[there], (c * r)[there], HOMOGENEOUS[problem.activation])

    @property
    def size(self) -> float:
        """Sum of the absolute weights: rounding errors of values are relative to it."""
        return float(np.abs(self.weights).sum())

    def value(self, E: Array) -> Array:
        """G at the rows of E. Approximation."""
        return np.asarray(angles(E, self.F, self.form).value() @ self.weights)

    def slope(self, E: Array, pairs: Angles | None = None) -> Array:
        """Gradient of the homogeneous function at unit vectors, radial part G included. Approximation."""
        pairs = angles(E, self.F, self.form) if pairs is None else pairs
        along = (pairs.bend @ self.weights)[:, None] * E
        return np.asarray(_TURN * (along + (pairs.turn * self.weights) @ self.F))

    def tangent(self, E: Array, pairs: Angles | None = None) -> tuple[Array, Array, Array]:
        """G, its gradient on the sphere and its Hessian there; the latter has E itself in its kernel. Approximation.

        Returns
        -------
        ndarrays of shapes (m,), (m, dim) and (m, dim, dim)
        """
        pairs = angles(E, self.F, self.form) if pairs is None else pairs
        value = pairs.value() @ self.weights
        slope = self.slope(E, pairs) - value[:, None] * E
        slope -= np.einsum("ij,ij->i", slope, E)[:, None] * E
        matrix = curvature(E, self.F, pairs, np.broadcast_to(self.weights, pairs.x.shape))
        matrix += (value[:, None] * E)[:, :, None] * E[:, None, :]
        diagonal = np.arange(E.shape[1])
        matrix[:, diagonal, diagonal] -= value[:, None]
        return value, slope, matrix

    def starts(self) -> Array:
        """Directions to look from: the neurons', their opposites, and fixed random ones. Approximation."""
        return np.vstack([self.F, -self.F, _random_directions(self.F.shape[1])])


def descend(residual: Residual, sign: float, E: Array) -> tuple[Array, Array]:
    """Local minimisers of ``sign`` times G from all rows of E at once. Approximation.

    Newton's method with the absolute values of the curvatures, which leads to minima only; no step increases the
    value.

    Parameters
    ----------
    residual : Residual
    sign : float
        1 or -1.
    E : ndarray, shape (m, dim)
        Unit vectors.

    Returns
    -------
    (ndarray (m, dim), ndarray (m,))
        Minimisers and the values of ``sign`` times G, in increasing order.
    """
    E, best = E.copy(), sign * residual.value(E)
    moving = np.arange(len(E))
    length = np.full(len(E), LONGEST)
    for _ in range(ITERATIONS):
        _, slope, matrix = residual.tangent(E[moving])
        step = _newton_step(E[moving], sign * slope, sign * matrix)
        size = np.sqrt(np.einsum("ij,ij->i", step, step))
        step *= np.minimum(1.0, length[moving] / np.maximum(size, 1e-300))[:, None]
        there = directions(E[moving] + step)[0]
        value = sign * residual.value(there)
        lower = value < best[moving]
        E[moving[lower]], best[moving[lower]] = there[lower], value[lower]
        # A shorter step where the value rose; where it fell the next may be long again.
        length[moving] = np.where(lower, LONGEST, np.minimum(size, length[moving]) / 4)
        going = (size > ARRIVED) & (length[moving] > ARRIVED)
        moving = moving[going]
        if len(moving) == 0:
            break
    order = np.argsort(best, kind="stable")
    return E[order], best[order]


def _newton_step(E: Array, slope: Array, matrix: Array) -> Array:
    """Steps by the inverse of the absolute value of the Hessian on the tangent space."""
    curvatures, axes = np.linalg.eigh(matrix)
    absolute = np.abs(curvatures)
    floor = FLATTEST * absolute.max(axis=1, keepdims=True)
    components = np.einsum("mij,mi->mj", axes, slope) / np.maximum(np.maximum(absolute, floor), 1e-300)
    step = -np.einsum("mij,mj->mi", axes, components)
    return np.asarray(step - np.einsum("ij,ij->i", step, E)[:, None] * E)


def _distinct(E: Array, values: Array, count: int) -> tuple[Array, Array]:
    """The first of each group of equal unit vectors, at most ``count``; values increase."""
    kept: list[int] = []
    for i in range(len(E)):
        if all(E[i] @ E[j] < SAME for j in kept):
            kept.append(i)
        if len(kept) == count:
            break
    return E[kept], values[kept]


class Lowest:
    """The lowest value of ``sign`` times G, followed along a flow. Approximation.

    Parameters
    ----------
    sign : float
        1 or -1: the sign of a neuron's outgoing weight.
    """

    def __init__(self, sign: float) -> None:
        self.sign = sign
        self._minima: Array | None = None

    def search(self, residual: Residual) -> tuple[Array, float]:
        """The lowest minimiser found from all starting points, and its value. Approximation."""
        starts = residual.starts()
        if self._minima is not None:
            starts = np.vstack([self._minima, starts])
        lowest = np.argsort(self.sign * residual.value(starts), kind="stable")[:DESCENTS]
        E, values = _distinct(*descend(residual, self.sign, starts[lowest]), FOLLOWED)
        self._minima = E
        return E[0], float(values[0])

    def follow(self, residual: Residual) -> tuple[Array, float]:
        """The same from the minimisers of the last time, unless a starting point is lower. Approximation."""
        if self._minima is None:
            return self.search(residual)
        E, values = descend(residual, self.sign, self._minima)
        probes = float((self.sign * residual.value(residual.starts())).min())
        if probes < values[0] - ROUNDING * residual.size:
            return self.search(residual)
        self._minima = E
        return E[0], float(values[0])


def lowest(problem: Problem, theta: Array, sign: float) -> tuple[Array, float]:
    r"""The unit vector e with the lowest ``sign`` :math:`G(e)` that was found, and that value. Approximation.

    Parameters
    ----------
    problem : Problem
    theta : ndarray, shape (n, dim + 1)
        Neurons with a zero incoming vector do not count.
    sign : float
        1 or -1.

    Returns
    -------
    (ndarray of shape (dim,), float)
    """
    return Lowest(sign).search(Residual.of(problem, theta))

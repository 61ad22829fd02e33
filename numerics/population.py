"""Population loss, gradient and Hessian in double precision: what every activation offers, and who computes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, cast

import numpy as np
from numpy.typing import ArrayLike

from numerics.kernels import HOMOGENEOUS
from numerics.problem import Array, Problem, finite_array

if TYPE_CHECKING:
    from numerics.kernels.compiled import Compiled


class Population:
    r"""Loss, gradient and Hessian of one problem. Approximation.

    .. math:: L = \sum_{ij} a_i a_j g(w_i, w_j) - 2 \sum_{ij} a_i b_j g(w_i, v_j) + \sum_{ij} b_i b_j g(v_i, v_j)

    An instance is a ``numerics.smooth_population.SmoothPopulation`` or a
    ``numerics.rectified.population.RectifiedPopulation``, by the problem's activation.

    Parameters
    ----------
    problem : Problem

    Notes
    -----
    Arrays ``theta`` have shape (n, dim + 1). Gradients have the same shape, Hessians are square of order
    ``n (dim + 1)`` in the row-major order of ``theta``. With ``fixed_outgoing`` the entries that belong to
    outgoing weights are zero. Each evaluation costs O(n (n + k) dim); the Hessian O(n^2 dim^2).
    """

    #: Compiled loops that do the same, where the problem has them.
    compiled: Compiled | None = None

    def __new__(cls, problem: Problem) -> Self:
        """The implementation for the problem's activation."""
        chosen: type[Population] = cls
        if cls is Population and problem.activation in HOMOGENEOUS:
            from numerics.rectified.population import RectifiedPopulation

            chosen = RectifiedPopulation
        elif cls is Population:
            from numerics.smooth_population import SmoothPopulation

            chosen = SmoothPopulation
        return cast(Self, super().__new__(chosen))

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def _check(self, theta: ArrayLike) -> Array:
        return finite_array("theta", theta, self.problem.shape)

    def loss(self, theta: ArrayLike) -> float:
        """Full mean squared error. Approximation.

        The relative error is a few units in the last place of the largest term, so that losses below about
        1e-15 times the teacher's norm are rounding noise.
        """
        return self.value_and_gradient(self._check(theta))[0]

    def value_and_gradient(self, theta: Array) -> tuple[float, Array]:
        """Loss and its gradient, shape (n, dim + 1). Approximation."""
        raise NotImplementedError

    def gradient(self, theta: ArrayLike) -> Array:
        """Gradient of the full mean squared error, shape (n, dim + 1). Approximation."""
        return self.value_and_gradient(self._check(theta))[1]

    def hessian(self, theta: ArrayLike) -> Array:
        """Hessian of the full mean squared error, symmetric of order n (dim + 1). Approximation."""
        return self.hessian_unchecked(self._check(theta))

    def hessian_unchecked(self, theta: Array) -> Array:
        """The Hessian of a ``theta`` known to be finite and of the right shape. Approximation."""
        raise NotImplementedError

    def hessian_vector(self, theta: Array, move: Array) -> Array:
        """The Hessian times a vector, both of shape (n, dim + 1). Approximation."""
        return np.asarray(self.hessian_unchecked(theta) @ move.ravel()).reshape(theta.shape)

    def magnitude(self, theta: Array) -> float:
        """Square root of the size of the terms that cancel in the loss: what its rounding is relative to."""
        raise NotImplementedError

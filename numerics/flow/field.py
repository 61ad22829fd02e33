"""The vector field of the flow on flat vectors, with its evaluations counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np

from numerics.population import Population
from numerics.problem import Array, Problem


@dataclass(frozen=True, eq=False)
class State:
    """A point of the trajectory: flat parameters, loss, gradient. Approximation."""

    y: Array
    loss: float
    gradient: Array

    @cached_property
    def grad_inf(self) -> float:
        """Infinity norm of the gradient."""
        return float(np.abs(self.gradient).max())

    @property
    def finite(self) -> bool:
        """Whether loss and gradient are finite numbers."""
        # A maximum passes on NaN and infinities.
        return isfinite(self.loss) and isfinite(self.grad_inf)


class GradientField:
    """Loss, gradient and Hessian on flat vectors of order n (dim + 1). Approximation."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.shape = problem.shape
        self.population = Population(problem)
        self.evaluations = 0
        self.hessians = 0

    def state(self, y: Array) -> State:
        """Loss and gradient at a point."""
        self.evaluations += 1
        loss, gradient = self.population.value_and_gradient(y.reshape(self.shape))
        return State(y, loss, gradient.ravel())

    def gradient(self, y: Array) -> Array:
        """Gradient at a point."""
        self.evaluations += 1
        return self.population.value_and_gradient(y.reshape(self.shape))[1].ravel()

    def chebyshev(self, state: State, h: float, first: float, rows: Array) -> Array:
        """The point after the stages of a Runge-Kutta-Chebyshev step; needs ``population.compiled``."""
        if self.population.compiled is None:
            raise RuntimeError("the stages are compiled only where the gradient is")
        self.evaluations += len(rows)
        start, slope = state.y.reshape(self.shape), state.gradient.reshape(self.shape)
        return self.population.compiled.chebyshev(start, slope, h, first, rows).ravel()

    def hessian(self, y: Array) -> Array:
        """Hessian at a point, a fresh array."""
        self.hessians += 1
        return self.population.hessian_unchecked(y.reshape(self.shape))

    def rounding(self, y: Array) -> float:
        """Bound on the rounding error of the loss at a point, from the size of the terms that cancel."""
        return 8 * float(np.finfo(float).eps) * self.population.magnitude(y.reshape(self.shape)) ** 2

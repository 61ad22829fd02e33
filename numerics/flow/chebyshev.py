"""RKC2: the second-order Runge-Kutta-Chebyshev method, explicit and stabilised.

The Hessian is symmetric, so the spectrum of the flow is real, and s stages allow steps of 0.65 s^2 / rho:
the cost of stiffness is its square root, without any linear algebra. Method and error estimate: Sommeijer,
Shampine and Verwer, *RKC: an explicit solver for parabolic PDEs*, J. Comput. Appl. Math. 88, 1998.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, sqrt

import numpy as np

from numerics.flow.field import GradientField, State
from numerics.flow.stepper import Stepper
from numerics.matrix_free import generic_direction
from numerics.problem import Array

DAMPING = 2 / 13
#: Beyond this many stages internal rounding grows noticeably.
MAX_STAGES = 1000
#: Length of the stability interval over the square of the number of stages.
REACH = 0.65
#: Accepted steps after which the spectral radius is estimated anew.
REFRESH = 25


@lru_cache(maxsize=512)
def coefficients(stages: int) -> tuple[float, Array]:
    """First coefficient and the rows (1 - mu - nu, mu, nu, mu~, gamma~) of stages 2..s. Approximation."""
    w0 = 1 + DAMPING / stages**2
    value, slope, curve = [1.0, w0], [0.0, 1.0], [0.0, 0.0]
    for j in range(2, stages + 1):
        value.append(2 * w0 * value[j - 1] - value[j - 2])
        slope.append(2 * value[j - 1] + 2 * w0 * slope[j - 1] - slope[j - 2])
        curve.append(4 * slope[j - 1] + 2 * w0 * curve[j - 1] - curve[j - 2])
    w1 = slope[stages] / curve[stages]
    b = [0.0, 0.0] + [curve[j] / slope[j] ** 2 for j in range(2, stages + 1)]
    b[0] = b[1] = b[2]
    rows = []
    for j in range(2, stages + 1):
        mu = 2 * b[j] * w0 / b[j - 1]
        nu = -b[j] / b[j - 2]
        mu_tilde = 2 * b[j] * w1 / b[j - 1]
        gamma_tilde = -(1 - b[j - 1] * value[j - 1]) * mu_tilde
        rows.append((1 - mu - nu, mu, nu, mu_tilde, gamma_tilde))
    return b[1] * w1, np.array(rows)


class Chebyshev(Stepper):
    """One step of RKC2 at a time, with the number of stages that stability asks for. Approximation."""

    name = "RKC2"
    #: Exponent of the step-size controller: the error estimate is of order 3.
    exponent = 1 / 3

    def __init__(self, field: GradientField) -> None:
        self._field = field
        self._radius = 0.0
        self._age = REFRESH
        self._direction = generic_direction(int(np.prod(field.shape)))

    def stages(self, state: State, h: float) -> int:
        """Stages that stability asks for at step length h."""
        if self._age >= REFRESH:
            self._radius = self._spectral_radius(state)
            self._age = 0
        return max(2, ceil(sqrt(1 + h * self._radius / REACH)))

    def longest_step(self, state: State, stages: int) -> float:
        """Longest stable step of a number of stages."""
        self.stages(state, 0.0)
        return REACH * (stages**2 - 1) / max(self._radius, 1e-300)

    def accepted(self, old: State, new: State, size: float) -> float:
        """Note an accepted step: the spectral radius ages."""
        self._age += 1
        return self.factor(size)

    def rejected(self) -> None:
        """Note a rejected step: the spectral radius may have grown."""
        self._age = REFRESH

    def attempt(self, state: State, h: float) -> tuple[Array, Array] | None:
        """New point and the error estimate's part that needs no gradient there."""
        first, rows = coefficients(self.stages(state, h))
        stages = self._field.chebyshev if self._field.population.compiled is not None else self._stages
        new = stages(state, h, first, rows)
        return new, 0.8 * (state.y - new) - 0.4 * h * state.gradient

    def _stages(self, state: State, h: float, first: float, rows: Array) -> Array:
        """The stages in numpy."""
        start = -state.gradient
        before, current = state.y, state.y + (first * h) * start
        for rest, mu, nu, mu_tilde, gamma_tilde in rows.tolist():
            following = (-mu_tilde * h) * self._field.gradient(current)
            following += mu * current
            following += nu * before
            following += rest * state.y
            following += (gamma_tilde * h) * start
            before, current = current, following
        return current

    def complete_error(self, error: Array, new: State, h: float) -> Array:
        """Add the part of the error estimate that needs the gradient at the new point."""
        return error - 0.4 * h * new.gradient

    def _spectral_radius(self, state: State) -> float:
        """Power iteration on differences of gradients, with a margin of 10 %."""
        vector, estimate = self._direction, 0.0
        width = 1e-6 * max(float(np.linalg.norm(state.y)), 1e-3)
        for iteration in range(60):
            vector = vector / np.linalg.norm(vector)
            image = (self._field.gradient(state.y + width * vector) - state.gradient) / width
            last, estimate = estimate, float(np.linalg.norm(image))
            if not np.isfinite(estimate) or estimate == 0.0:
                return max(last, 1.0)
            vector = image
            if iteration > 2 and abs(estimate - last) < 0.01 * estimate:
                break
        self._direction = vector
        return 1.1 * estimate

r"""NDF: variable-order numerical differentiation formulas, whose linear systems need hardly any factorisations.

Where a factorisation costs hundreds of gradients, a method of many stages pays for one at every step, since a
Rosenbrock method needs the exact Hessian. A multistep formula asks for one implicit equation,

.. math:: y - c\,f(y) = \ldots, \qquad (H + I/c)\,\delta = r \text{ in each of its Newton steps},

which conjugate gradients solve with exact products by the Hessian of the day, preconditioned by a Cholesky factor of
an older one: along the valleys of these flows the Hessian changes much in a few directions and little in all others,
and conjugate gradients need one iteration for each of the former. A factor serves for about ten steps.

The factor is that of H plus half of 1/h: it exists only where the flow is not unstable on the scale of a step, which
is where this method is used. (Multistep formulas misjudge how fast an unstable component too small to be seen grows.)

References: Shampine and Reichelt, *The MATLAB ODE suite*, SIAM J. Sci. Comput. 18, 1997, for the formulas and their
control; Brown and Hindmarsh, *Reduced storage matrix methods in stiff ODE systems*, Appl. Math. Comput. 31, 1989, for
preconditioned Krylov methods inside of them.
"""

from __future__ import annotations

import numpy as np

from numerics.flow.field import GradientField, State
from numerics.flow.stepper import Stepper
from numerics.flow.tolerance import Tolerance
from numerics.problem import Array

MAX_ORDER = 5
KAPPA = np.array([0, -0.1850, -1 / 9, -0.0823, -0.0415, 0])
GAMMA = np.hstack((0, np.cumsum(1 / np.arange(1, MAX_ORDER + 1))))
ALPHA = (1 - KAPPA) * GAMMA
#: Local error over the last difference, by order.
ERROR = KAPPA * GAMMA + 1 / np.arange(1, MAX_ORDER + 2)
#: Error of Newton's method over the tolerance of a step.
NEWTON_TOLERANCE = 0.05
NEWTON_STEPS = 5
#: Residual of a linear system, relative, in the norm of the preconditioner; iterations at most.
LINEAR_TOLERANCE, LINEAR_STEPS = 0.05, 8
#: A factor that needs this many iterations is old.
SLOW = 6
#: Shift of the factor times h: eigenvalues below -STABLE/h are refused.
STABLE = 0.5
#: A factor serves for steps up to this much longer than those for which it was made.
LONGER = 4.0
#: Steps grow only by at least this factor, since the differences have to be built anew.
GROWTH = 1.2
#: Part of the other methods' step with which this one starts.
START = 0.05


class Multistep(Stepper):
    """One step of the formulas at a time, with order and step length of their own. Approximation."""

    name = "NDF"

    def __init__(self, field: GradientField, tolerance: Tolerance) -> None:
        self._field, self._tolerance = field, tolerance
        compiled = field.population.compiled
        if compiled is None:
            raise ValueError("NDF: got a problem without compiled kernels, needs one with them")
        self._compiled = compiled
        self._D = np.zeros((MAX_ORDER + 3, int(np.prod(field.shape))))
        # The point from which the differences are taken.
        self._at: Array | None = None
        self._predicted = self._D[0]
        self._order, self._equal, self._h = 1, 0, 0.0
        self._factor: Array | None = None
        self._factor_h, self._old = 0.0, False
        #: Attempts without a step since the last step.
        self.failures = 0

    def start(self, state: State, h: float) -> float | None:
        """Begin at a point with order two, from the flow's second derivative.

        Returns the first step's length, from that of another method; None where the flow is not stable enough.
        """
        if not self._refactor(state.y, h):
            return None
        h *= START
        bend = h * h * self._product(state.y, state.gradient)
        self._D[:] = 0
        self._D[0], self._D[1], self._D[2] = state.y, -h * state.gradient - bend / 2, bend
        self._order, self._equal, self._h, self._at = 2, 0, h, state.y
        self.failures = 0
        return h

    def attempt(self, state: State, h: float) -> tuple[Array, Array] | None:
        """New point and local error estimate, or None if the implicit equation could not be solved."""
        if self._at is not state.y:
            raise RuntimeError("the formulas need the points before: call start first")
        if h != self._h:
            self._rescale(h / self._h)
        self.exponent = 1 / (self._order + 1)
        self._predicted = self._D[: self._order + 1].sum(axis=0)
        # Stability was seen for steps of this length.
        if self._old or h > LONGER * self._factor_h:
            self._factor = None
        while True:
            fresh = self._factor is None
            if fresh and not self._refactor(self._predicted, h):
                break
            correction = self._solve(self._predicted)
            if correction is not None:
                return self._predicted + correction, ERROR[self._order] * correction
            self._factor = None
            if fresh:
                break
        self.failures += 1
        return None

    def accepted(self, old: State, new: State, size: float) -> float:
        """Take the step into the differences; by how much to change the step length."""
        order, D = self._order, self._D
        correction = new.y - self._predicted
        D[order + 2] = correction - D[order + 1]
        D[order + 1] = correction
        self.failures = 0
        for i in range(order, -1, -1):
            D[i] += D[i + 1]
        self._at = D[0] = new.y
        self._equal += 1
        if self._equal <= order:
            return 1.0
        sizes = {order: size}
        if order > 1:
            sizes[order - 1] = self._tolerance.norm(ERROR[order - 1] * D[order], old.y, new.y)
        if order < MAX_ORDER:
            sizes[order + 1] = self._tolerance.norm(ERROR[order + 1] * D[order + 2], old.y, new.y)
        factors = {q: 0.9 * max(value, 1e-12) ** (-1 / (q + 1)) for q, value in sizes.items()}
        best = max(factors, key=lambda q: factors[q])
        if 0.8 < factors[best] < GROWTH:
            return 1.0
        self._order = best
        return float(min(8.0, factors[best]))

    def _rescale(self, ratio: float) -> None:
        """Differences for steps of another length: the interpolating polynomial read at other points."""
        order = self._order
        change = _differences(order, ratio) @ _differences(order, 1.0)
        self._D[: order + 1] = change.T @ self._D[: order + 1]
        self._h *= ratio
        self._equal = 0

    def _refactor(self, y: Array, h: float) -> bool:
        """Whether the Hessian has no eigenvalue below -STABLE/h at a point; if so, keep the factor."""
        self._factor = self._compiled.cholesky(self._field.hessian(y), STABLE / h)
        self._factor_h, self._old = h, False
        return self._factor is not None

    def _preconditioned(self, residual: Array) -> Array:
        if self._factor is None:
            raise RuntimeError("no factor yet")
        return self._compiled.solve(self._factor, residual)

    def _product(self, y: Array, vector: Array) -> Array:
        shape = self._field.shape
        self._field.evaluations += 1
        return self._compiled.hessian_vector(y.reshape(shape), vector.reshape(shape)).ravel()

    def _solve(self, predicted: Array) -> Array | None:
        """Newton's method for the correction to the predicted point."""
        order = self._order
        c = self._h / ALPHA[order]
        past = GAMMA[1 : order + 1] @ self._D[1 : order + 1] / ALPHA[order]
        correction = np.zeros_like(predicted)
        last = rate = 0.0
        for iteration in range(NEWTON_STEPS):
            y = predicted + correction
            residual = -self._field.gradient(y) - (past + correction) / c
            step = self._linear(y, residual, 1 / c)
            if step is None:
                return None
            size = self._tolerance.norm(step, predicted, y)
            if iteration:
                rate = size / last
            if not size < np.inf or rate >= 1:
                return None
            correction += step
            # What is left after a first step is not known: a tenth of it, as good as its linear system.
            left = size * (rate / (1 - rate) if iteration else 0.1)
            if left < NEWTON_TOLERANCE:
                return correction
            last = size
        return None

    def _linear(self, y: Array, residual: Array, shift: float) -> Array | None:
        """Conjugate gradients for (H + shift) x = residual; None where that is not positive or takes long."""
        step = np.zeros_like(y)
        z = self._preconditioned(residual)
        direction = z
        now = first = float(residual @ z)
        for iteration in range(1, LINEAR_STEPS + 1):
            image = self._product(y, direction)
            image += shift * direction
            curvature = float(direction @ image)
            if not curvature > 0:
                return None
            length = now / curvature
            step += length * direction
            residual = residual - length * image
            z = self._preconditioned(residual)
            before, now = now, float(residual @ z)
            if now <= LINEAR_TOLERANCE**2 * first:
                self._old = self._old or iteration >= SLOW
                return step
            direction = z + (now / before) * direction
        return None


def _differences(order: int, ratio: float) -> Array:
    """The matrix that turns backward differences into values of the polynomial, for a ratio of step lengths."""
    i, j = np.arange(1, order + 1)[:, None], np.arange(1, order + 1)
    rows = np.zeros((order + 1, order + 1))
    rows[0] = 1
    rows[1:, 1:] = (i - 1 - ratio * j) / i
    return np.asarray(np.cumprod(rows, axis=0))

"""Early finish: from where the loss is convex down to its minimum, Newton's method says where a flow must end.

The tail of a flow follows a flat valley for most of its time. As soon as the Hessian is positive definite at the
flow's point, damped Newton steps are tried, each of which must decrease the loss and end where the Hessian is
positive definite again. The loss was then seen to be convex from the flow's point down to the minimum; that the flow
ends there, too, is likely and not proved. (Proofs are a matter of ``verify``, whose basins are smaller.)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import lapack

from numerics.flow.field import GradientField, State
from numerics.problem import Array

#: Newton steps at most, and halvings of one.
MAX_STEPS = 60
MAX_HALVINGS = 8
#: Decrease of the loss that is asked for, over that of the linear model (Armijo).
ARMIJO = 1e-4
#: Newton's method has arrived when a step is shorter than this, relative to the largest weight.
ARRIVED = 1e-10


class ConvexFinish:
    """Damped Newton within the region where the Hessian is positive definite. Approximation."""

    def __init__(self, field: GradientField) -> None:
        self._field = field

    def attempt(self, state: State, hessian: Array) -> Array | None:
        """The minimum that Newton's method reaches from a point of the flow, or None.

        Parameters
        ----------
        state : State
        hessian : ndarray, shape (N, N)
            At that point; not changed.

        Returns
        -------
        ndarray, shape (N,), or None
            None if the Hessian is not positive definite at the point or at a later iterate, or the iteration does
            not arrive.
        """
        factor = _cholesky(hessian)
        for _ in range(MAX_STEPS):
            if factor is None:
                return None
            step = lapack.dpotrs(factor, -state.gradient, lower=1)[0]
            if not np.isfinite(step).all():
                return None
            if float(np.abs(step).max()) <= ARRIVED * max(1.0, float(np.abs(state.y).max())):
                return np.asarray(state.y + step)
            moved = self._move(state, step)
            if moved is None:
                return None
            state, factor = moved
        return None

    def _move(self, state: State, step: Array) -> tuple[State, Any] | None:
        """The longest of the halved steps that decreases the loss and stays where the loss is convex."""
        slope = float(state.gradient @ step)
        length = 1.0
        for _ in range(MAX_HALVINGS):
            new = self._field.state(state.y + length * step)
            allowed = state.loss + ARMIJO * length * slope + self._field.rounding(state.y)
            if new.finite and new.loss <= allowed:
                factor = _cholesky(self._field.hessian(new.y))
                if factor is not None:
                    return new, factor
            length /= 2
        return None


def _cholesky(hessian: Array) -> Any:
    """Lower Cholesky factor, or None if the matrix is not positive definite."""
    factor, failed = lapack.dpotrf(hessian.T, lower=1, overwrite_a=0, clean=0)
    return None if failed else factor

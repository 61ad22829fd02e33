r"""Early finish: from where the loss is convex down to its minimum, Newton's method says where a flow must end.

The tail of a flow follows a flat valley for most of its time: an averaging neuron shrinks while its outgoing weight
grows, at nearly constant product. In the coordinates :math:`u_i = |a_i| w_i`, :math:`s_i = \log |a_i|` of each neuron
that valley is nearly straight. As soon as the Hessian in these coordinates is positive definite at the flow's point,
damped Newton steps are tried, each of which must decrease the loss and end where that Hessian is positive definite
again. The loss was then seen to be convex from the flow's point down to the minimum; that the flow ends there, too,
is likely and not proved. (Proofs are a matter of ``verify``, whose basins are smaller.)
"""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
from scipy.linalg import lapack

from numerics.flow.choice import Choice
from numerics.flow.field import GradientField, State
from numerics.problem import Array

#: Part of the work that failed attempts at an early finish may be.
ATTEMPT_SHARE = 0.15
#: Newton steps at most, and halvings of one.
MAX_STEPS = 30
MAX_HALVINGS = 8
#: Decrease of the loss that is asked for, over that of the linear model (Armijo).
ARMIJO = 1e-4
#: Newton's method has arrived when a step in these coordinates is shorter than this.
ARRIVED = 1e-10
#: Outgoing weights below this have no useful logarithm.
SMALLEST = 1e-6


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
            With respect to the weights, at that point; not changed.

        Returns
        -------
        ndarray, shape (N,), or None
            None if the Hessian is not positive definite at the point or at a later iterate, or the iteration does
            not arrive.
        """
        shape = self._field.shape
        for _ in range(MAX_STEPS):
            theta, slope = state.y.reshape(shape), state.gradient.reshape(shape)
            if np.abs(theta[:, -1]).min() < SMALLEST:
                return None
            slope, curvature = straightened(theta, slope, hessian)
            factor, failed = lapack.dpotrf(curvature.T, lower=1, overwrite_a=1, clean=0)
            if failed:
                return None
            step = lapack.dpotrs(factor, -slope.ravel(), lower=1)[0].reshape(shape)
            if not np.isfinite(step).all():
                return None
            if float(np.abs(step).max()) <= ARRIVED:
                return np.asarray(_moved(theta, step).ravel())
            new = self._descend(state, theta, step, float((slope * step).sum()))
            if new is None:
                return None
            state, hessian = new, self._field.hessian(new.y)
        return None

    def _descend(self, state: State, theta: Array, step: Array, slope: float) -> State | None:
        """The first of the halved steps that decreases the loss."""
        length = 1.0
        for _ in range(MAX_HALVINGS):
            new = self._field.state(_moved(theta, length * step).ravel())
            if new.finite and new.loss <= state.loss + ARMIJO * length * slope + self._field.rounding(state.y):
                return new
            length /= 2
        return None


def _moved(theta: Array, step: Array) -> Array:
    """The weights after a step in u = |a| w and log |a|."""
    a = theta[:, -1:]
    stretch = np.exp(step[:, -1:])
    return np.hstack([(theta[:, :-1] + step[:, :-1] / np.abs(a)) / stretch, a * stretch])


def straightened(theta: Array, gradient: Array, hessian: Array) -> tuple[Array, Any]:
    r"""Gradient and Hessian in :math:`u_i = |a_i| w_i`, :math:`s_i = \log |a_i|`. Approximation.

    With :math:`w = u e^{-s}` and :math:`a = \pm e^s` the chain rule has the first derivatives :math:`e^{-s} I`,
    :math:`-w` and a, and the second ones :math:`-e^{-s} I` (mixed), w and a.

    Parameters
    ----------
    theta, gradient : ndarray, shape (n, dim + 1)
    hessian : ndarray, shape (N, N)

    Returns
    -------
    (ndarray, ndarray)
        Shapes (n, dim + 1) and (N, N).
    """
    n, width = theta.shape
    W, a, scale = theta[:, :-1], theta[:, -1], 1 / np.abs(theta[:, -1:])
    columns = np.hstack([np.broadcast_to(scale, W.shape), a[:, None]])
    H = hessian.reshape(n, width, n, width)
    right = H * columns
    right[:, :, :, -1] -= np.einsum("ixly,ly->ixl", H[:, :, :, :-1], W)
    both = right * columns[:, :, None, None]
    both[:, -1] -= np.einsum("ixly,ix->ily", right[:, :-1], W)
    incoming = gradient[:, :-1] * scale
    along = (gradient[:, :-1] * W).sum(axis=1)
    neuron = np.arange(n)
    both[neuron, :-1, neuron, -1] -= incoming
    both[neuron, -1, neuron, :-1] -= incoming
    both[neuron, -1, neuron, -1] += along + gradient[:, -1] * a
    slope = np.hstack([incoming, (a * gradient[:, -1] - along)[:, None]])
    return slope, both.reshape(n * width, n * width)


class EarlyFinish:
    """When to try an early finish: so seldom that failed attempts cost a fraction of the flow."""

    def __init__(self, field: GradientField, choice: Choice) -> None:
        self._field, self._choice = field, choice
        # A Hessian, its change of coordinates and a factorisation: about what a Rosenbrock step needs.
        self._cost = choice.cost
        self._finish = ConvexFinish(field) if isfinite(self._cost) else None
        self._share, self._spent = ATTEMPT_SHARE, 0.0
        self._last: State | None = None

    def attempt(self, state: State) -> Array | None:
        """The flow's minimum, if it is time to look for it and it is found."""
        if self._finish is None or state is self._last:
            return None
        done = self._field.evaluations + self._cost * self._field.hessians
        if self._spent + self._cost > self._share * done:
            return None
        self._last = state
        before = self._field.evaluations + self._cost * self._field.hessians
        minimum = self._finish.attempt(state, self._choice.implicit.hessian_at(state))
        self._spent += max(self._cost, self._field.evaluations + self._cost * self._field.hessians - before)
        return minimum

r"""The way of one rectified unit to a zero incoming vector, in an independent variable that never gets there.

Close to :math:`w_i = 0` the direction of :math:`w_i` turns faster and faster, at a rate of :math:`1 / |w_i|`. With
:math:`w_i = r e`, :math:`\rho = \log r` and :math:`dt = r\,ds` the flow is

.. math:: \frac{d\rho}{ds} = -2 a_i G(e), \quad \frac{de}{ds} = -2 a_i \nabla_S G(e), \quad
          \frac{dt}{ds} = r, \quad \frac{d\theta_l}{ds} = -r \nabla_l L \; (l \ne i, \text{and } a_i),

which is regular down to r = 0: e tends to a local minimiser of :math:`a_i G` with a positive value, r decreases
exponentially, and the time left, :math:`r / (2 a_i G)`, soon is below the resolution of the clock. The event is then
located to the accuracy of the integration, without any limit on steps in t.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.integrate import LSODA
from scipy.optimize import brentq

from numerics.flow.field import GradientField, State
from numerics.problem import Array

#: Relative tolerances, tried in this order: the loss must not increase on the way.
TOLERANCES = (1e-10, 1e-13)
#: The time left over the time of the clock, where the event is reached; and the resolution of a clock at 0.
RESOLUTION, EARLIEST = 4e-16, 1e-9
#: Where the length has shrunk by the exponential of this, the time left must be below this part of what it was.
SHRUNK, FOREVER = 4.0, 0.2
#: The way is given up if the time left grows beyond this multiple of the step that led here.
PATIENCE = 8.0
#: Internal steps at most; and those after which a neuron that is very short is taken to hover about zero.
MOST_STEPS, HOVERING = 5000, 300


@dataclass(frozen=True, eq=False)
class Arrival:
    """Where the way led. Approximation.

    Attributes
    ----------
    y : ndarray, shape (N,)
        Flat weights; those of the neuron are exactly zero if ``dead``.
    time : float
    dead : bool
        False where the neuron turned away, another is nearer to zero, or the time limit came first.
    direction : ndarray, shape (dim,)
        The neuron's last direction.
    forever : bool
        The neuron shrinks like an exponential in t: it does not get there in finite time. So it is where its
        direction tends to one in which :math:`a_i G` vanishes, against the teacher for n = k = 1.
    """

    y: Array
    time: float
    dead: bool
    direction: Array
    forever: bool = False


class _Way:
    """The flow in (theta with e in place of w_i, rho, t)."""

    def __init__(self, field: GradientField, neuron: int) -> None:
        self._field, self._i = field, neuron
        self._n, self._width = field.shape

    def pack(self, y: Array, time: float) -> Array:
        theta = y.reshape(self._field.shape).copy()
        r = float(np.linalg.norm(theta[self._i, :-1]))
        theta[self._i, :-1] /= r
        return np.concatenate([theta.ravel(), [np.log(r), time]])

    def weights(self, z: Array) -> Array:
        """Flat weights."""
        theta = z[:-2].reshape(self._field.shape).copy()
        e = theta[self._i, :-1]
        theta[self._i, :-1] = np.exp(z[-2]) * e / np.linalg.norm(e)
        return np.asarray(theta.ravel())

    def direction(self, z: Array) -> Array:
        """The neuron's direction."""
        e = z[:-2].reshape(self._field.shape)[self._i, :-1]
        return np.asarray(e / np.linalg.norm(e))

    def __call__(self, _: float, z: Array) -> Array:
        r, e = np.exp(z[-2]), self.direction(z)
        gradient = self._field.gradient(self.weights(z)).reshape(self._field.shape)
        own = gradient[self._i, :-1].copy()
        radial = float(own @ e)
        gradient *= r
        gradient[self._i, :-1] = own - radial * e
        return np.concatenate([-gradient.ravel(), [-radial, r]])


def radial_rates(state: State, shape: tuple[int, int]) -> tuple[Array, Array]:
    """Lengths of the incoming vectors and the rates at which they shrink, both of shape (n,). Approximation."""
    theta, gradient = state.y.reshape(shape), state.gradient.reshape(shape)
    W = theta[:, :-1]
    r = np.sqrt(np.einsum("ij,ij->i", W, W))
    rates = np.einsum("ij,ij->i", W, gradient[:, :-1]) / np.where(r > 0, r, 1.0)
    return r, rates


def times_left(field: GradientField, state: State) -> Array:
    r"""Time to :math:`w_i = 0` at the present rate for each neuron that can get there, else infinity. Approximation.

    With trained outgoing weights only neurons with :math:`|a_i| > |w_i|` can.
    """
    r, rates = radial_rates(state, field.shape)
    can = (r > 0) & (rates > 0)
    if field.problem.fixed_outgoing is None:
        can &= np.abs(state.y.reshape(field.shape)[:, -1]) > r
    return np.asarray(np.divide(r, rates, out=np.full(len(r), np.inf), where=can))


def approach(
    field: GradientField, state: State, time: float, neuron: int, h: float, max_time: float, short: float
) -> Arrival:
    """Follow the flow until a neuron's incoming vector is zero, or it is clear that it does not get there soon.

    Approximation.

    Parameters
    ----------
    field : GradientField
    state : State
    time : float
    neuron : int
        One whose ``times_left`` is finite and the least.
    h : float
        The step in time that would have been taken.
    max_time : float
    short : float
        Length below which nothing feels the neuron.

    Returns
    -------
    Arrival
    """
    for tolerance in TOLERANCES:
        arrival = _integrate(field, state, time, neuron, h, max_time, short, tolerance)
        loss = field.state(arrival.y).loss
        if loss <= state.loss + field.rounding(arrival.y) + field.rounding(state.y):
            break
    return arrival


def _integrate(
    field: GradientField,
    state: State,
    time: float,
    neuron: int,
    h: float,
    max_time: float,
    short: float,
    tolerance: float,
) -> Arrival:
    way = _Way(field, neuron)
    first: float | None = None
    begun = 0.0
    # Absolute errors of directions and logarithms are relative ones of the vectors.
    solver = LSODA(way, 0.0, way.pack(state.y, time), np.inf, rtol=tolerance, atol=tolerance)
    for count in range(MOST_STEPS):
        solver.step()
        z = solver.y
        if solver.status == "failed" or not np.isfinite(z).all():
            break
        if z[-1] >= max_time:
            return _at_time(way, solver, max_time)
        slope: Array = way(0.0, z)
        rate, r = -float(slope[-2]), float(np.exp(z[-2]))
        if rate > 0 and r / rate <= RESOLUTION * max(float(z[-1]), EARLIEST):
            return _dead(field, way, z, slope, r / rate, neuron)
        y = way.weights(z)
        left = times_left(field, State(y, 0.0, field.gradient(y)))
        if first is None:
            first, begun = float(left[neuron]), float(z[-2])
        elif z[-2] < begun - SHRUNK and left[neuron] > FOREVER * first:
            return Arrival(y, float(z[-1]), False, way.direction(z), forever=True)
        if not left[neuron] <= min(PATIENCE * h, float(left.min())) or (count > HOVERING and r < short):
            break
    return Arrival(way.weights(solver.y), float(solver.y[-1]), False, way.direction(solver.y))


def _at_time(way: _Way, solver: LSODA, time: float) -> Arrival:
    """The point at a time within the last step."""
    curve = solver.dense_output()
    s = float(brentq(lambda x: curve(x)[-1] - time, solver.t_old, solver.t, xtol=1e-15, rtol=1e-15))
    z: Array = curve(s)
    return Arrival(way.weights(z), time, False, way.direction(z))


def _dead(field: GradientField, way: _Way, z: Array, slope: Array, left: float, neuron: int) -> Arrival:
    """The rest of the way at constant velocity: shorter than the clock resolves."""
    theta = way.weights(z + slope * left / float(np.exp(z[-2]))).reshape(field.shape)
    theta[neuron, :-1] = 0.0
    return Arrival(np.asarray(theta.ravel()), float(z[-1]) + left, True, way.direction(z))

r"""Leaving the degenerate saddle of a dormant neuron, which double precision cannot integrate.

A neuron (w, a) with a near 0 beside others at a minimum of the smaller network: with R the residual of the others,
:math:`h(w) = E[\sigma(w\cdot x) R(x)]`, and G(w) > 0 half the second derivative in a with the others relaxed,

.. math:: L = L_0 + 2 a h(w) + a^2 G(w) + O(a^3).

a relaxes to :math:`-h/G` fast; on this slow manifold :math:`L = L_0 - h^2/G` and :math:`\dot w = 2 h \nabla h / G` to
leading order. Where h and its gradient vanish together, h grows from the square (or a higher power) of a tiny
distance, and the flow leaves in the end, at a time of order :math:`G / |\nabla h|^2`, however far beyond the
resolution of doubles. The *path* does not depend on that time: it is the ascent of :math:`h^2`, integrated here with
h and its gradient to many digits until a is of a size that the flow itself can follow.

Not checked: that w is accurate enough where the distance is near rounding; its size is reported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flint
import numpy as np

from numerics.flat import polish_flat
from numerics.flow.result import Flow
from numerics.newton import Polished, polish
from numerics.population import Population
from numerics.precise import PreciseLoss, precise_population
from numerics.precision import digits, to_ball
from numerics.problem import Array, Problem
from verify.ends.dormant import NEAR, vanished

#: Outgoing weight at which the flow takes over; the path neglects terms of this relative order.
AWAKE = 1e-4
#: Digits of h.
DIGITS = 60
#: Steps in the logarithm of h: a fourth-order method errs by 1e-5 of the distance in each.
STEP = 0.25
#: h below this is zero to all digits that matter.
NOTHING = 1e-45

#: h and its gradient at an incoming vector.
Drive = Callable[[Array], tuple[float, Array]]


@dataclass(frozen=True, eq=False)
class Woken:
    """A degenerate saddle that a flow passed with a dormant neuron. Approximation.

    Attributes
    ----------
    neuron : int
    outgoing : float
        Its outgoing weight when it slept.
    slope : float
        ``|h|``, half the derivative of the loss in its outgoing weight, to many digits.
    wait : float
        Flow time that passing takes, to leading order.
    moved : float
        Distance by which its incoming vector moved.
    pace : float
        Time in which the outgoing weight grows e-fold where the flow goes on.
    theta : ndarray, shape (n, dim + 1)
        Where it goes on.
    """

    neuron: int
    outgoing: float
    slope: float
    wait: float
    moved: float
    pace: float
    theta: Array


def wake(problem: Problem, flow: Flow, *, dps: int) -> Woken | None:
    """Follow the slow manifold of a dormant neuron until it is awake. Approximation.

    Returns
    -------
    Woken or None
        None if no neuron is dormant beside a critical point of the others, or nothing drives it away.
    """
    neuron = vanished(problem, flow)
    if neuron is None:
        return None
    others = _others(problem.with_neurons(problem.n - 1), np.delete(flow.theta, neuron, axis=0), dps)
    if others is None:
        return None
    start = flow.theta[neuron, :-1].copy()
    size = _relaxed_curvature(problem, _with(others.double(), neuron, start, 0.0), neuron)
    with digits(DIGITS) as arithmetic, np.errstate(all="ignore"):
        drive = _drive(problem, precise_population(problem, arithmetic), others, neuron)
        slope, _ = drive(start)
        if not size > 0 or not NOTHING < abs(slope) < AWAKE * size:
            return None
        w, wait = _ascend(drive, start, size)
        h, gradient = drive(w)
    # Here a is what was asked for up to the error of the steps, if h was regular on the way.
    if not 0.5 * AWAKE < abs(h) / size < 2 * AWAKE:
        return None
    return Woken(
        neuron,
        float(flow.theta[neuron, -1]),
        abs(slope),
        float(wait),
        float(np.linalg.norm(w - start)),
        float(size / (2 * gradient @ gradient)),
        _with(others.double(), neuron, w, -h / size),
    )


def _ascend(drive: Drive, start: Array, size: float) -> tuple[Array, float]:
    """The path in logarithmic time, h grad h / |grad h|^2, on which h grows e-fold; and the flow's time on it.

    By the classical Runge-Kutta method: the field is of the length of the distance to the saddle, so that its steps
    are a fixed part of that, however small it is.
    """
    logarithm = np.log(AWAKE * size / abs(drive(start)[0]))
    steps = int(np.ceil(logarithm / STEP))
    step = logarithm / steps

    def field(w: Array) -> tuple[Array, float]:
        h, gradient = drive(w)
        square = float(gradient @ gradient)
        return h * gradient / square, size / (2 * square)

    w, wait = start, 0.0
    for _ in range(steps):
        first, pace = field(w)
        second, middle = field(w + step / 2 * first)
        third, again = field(w + step / 2 * second)
        fourth, last = field(w + step * third)
        w = w + step / 6 * (first + 2 * second + 2 * third + fourth)
        wait += step / 6 * (pace + 2 * middle + 2 * again + last)
    return w, wait


def _others(smaller: Problem, theta: Array, dps: int) -> Polished | None:
    """The minimum of the other neurons' network, isolated or on a continuum, that is near by."""
    point = polish(smaller, theta, dps=dps)
    if not point.converged:
        flat = polish_flat(smaller, theta, dps=dps)
        if flat is None or flat.negative:
            return None
        point = flat.point
    return point if float(np.abs(point.double() - theta).max()) < NEAR else None


def _with(others: Array, neuron: int, w: Array, a: float) -> Array:
    """The whole network from the others and the dormant neuron."""
    return np.insert(others, neuron, np.append(w, a), axis=0)


def _drive(problem: Problem, population: PreciseLoss, others: Polished, neuron: int) -> Drive:
    """h and its gradient at w, from the gradient of the loss to many digits."""
    rows = [[to_ball(x) for x in row] for row in others.theta]

    W, a = [row[:-1] for row in rows], [row[-1] for row in rows]
    tiny = flint.arb(10) ** (-DIGITS // 2)

    def drive(w: Array) -> tuple[float, Array]:
        whole = [*W[:neuron], [flint.arb(float(x)) for x in w], *W[neuron:]]
        # The gradient in a at a = 0 is 2 h; that in w is 2 a grad h + O(a^2).
        _, _, along = population.loss_and_gradient(whole, [*a[:neuron], flint.arb(0), *a[neuron:]])
        _, across, _ = population.loss_and_gradient(whole, [*a[:neuron], tiny, *a[neuron:]])
        gradient = np.array([float(across[neuron, x] / (2 * tiny)) for x in range(problem.dim)])
        return float(along[neuron] / 2), gradient

    return drive


def _relaxed_curvature(problem: Problem, theta: Array, neuron: int) -> float:
    """G: half the second derivative in the dormant neuron's outgoing weight, the others relaxed."""
    n, width = problem.shape
    hessian = Population(problem).hessian(theta)
    place = neuron * width + width - 1
    rest = np.array([i for i in range(n * width) if i // width != neuron])
    mixed = hessian[place, rest]
    relaxed = np.linalg.lstsq(hessian[np.ix_(rest, rest)], mixed, rcond=1e-9)[0]
    return float((hessian[place, place] - mixed @ relaxed) / 2)

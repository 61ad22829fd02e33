r"""What of an activation decides whether averaging pays, and whether groups see each other. Approximation.

With the Hermite coefficients :math:`c_p(r) = E[\sigma(r z) h_p(z)]`, z standard normal, one neuron of norm r and
equal cosines with m orthonormal teachers has :math:`N = \sum_p c_p(r) c_p(1) m^{1 - p/2}` and
:math:`H = \sum_p c_p(r)^2`, and explains :math:`N^2 / H \le \sum_p c_p(1)^2 m^{2 - p}` of the teachers' mean square
(Cauchy and Schwarz). Only the mean (p = 0) and the linear part (p = 1) gain by averaging; without them no average
explains more than a copy of one teacher.

A vector :math:`w` meets one that is orthogonal to it with :math:`G = c_0 c_0`, :math:`G_s = c_1 c_1 / (r r')`: groups
of teachers do not see each other if each student has its group's mean and linear part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numerics.compile import FLOAT
from numerics.kernels import ACTIVATIONS, HOMOGENEOUS
from numerics.kernels.homogeneous import Homogeneous
from numerics.patterns.catalogue import alone
from numerics.patterns.reduced import Reduced
from numerics.rectified.pattern import Pattern

#: One neuron on two teachers, and the gradient over E[sigma^2] below which it is stationary.
AVERAGE, STATIONARY = Pattern((1,), ((0, 1),), ((0, 2),)), 1e-8


@dataclass(frozen=True)
class Criterion:
    """Numbers of one activation. Approximation.

    Attributes
    ----------
    mean, linear : float
        Parts of the mean square of sigma(z) in the mean and in the linear function.
    mean_left, linear_left : float or None
        What one neuron that averages two teachers, as if alone, leaves of their mean and linear part; of 1. None
        where there is no such part, or no norm of that neuron is the best.
    """

    mean: float
    linear: float
    mean_left: float | None
    linear_left: float | None


def criterion(activation: str) -> Criterion:
    """The numbers of an activation. Approximation.

    Examples
    --------
    >>> found = criterion("cube")
    >>> round(found.mean, 12), round(found.linear, 12)
    (0.0, 0.6)
    >>> abs(criterion("exp").linear_left) < 1e-9
    True
    """
    if activation in HOMOGENEOUS:
        return _rectified(HOMOGENEOUS[activation])
    kernel = ACTIVATIONS[activation]
    zero, one = np.zeros(1), np.ones(1)

    def at(s: np.ndarray, p: np.ndarray, q: np.ndarray) -> tuple[float, float]:
        value, slope, _ = kernel.first(s, p, q, FLOAT)
        return float(np.ravel(value)[0]), float(np.ravel(slope)[0])

    whole, _ = at(one, one, one)
    mean, linear = at(zero, one, one)
    coordinate, outgoing = alone(activation, 2)
    reduced = Reduced(activation, AVERAGE)
    if np.abs(reduced.gradient(np.array([coordinate, outgoing]))).max() > STATIONARY * whole:
        # No norm is the best.
        return Criterion(mean / whole, linear / whole, None, None)
    own = at(zero, np.array([2 * coordinate**2]), one)
    return Criterion(
        mean / whole,
        linear / whole,
        None if abs(mean) < 1e-12 * whole else 1 - outgoing * own[0] / (2 * mean),
        None if abs(linear) < 1e-12 * whole else 1 - outgoing * coordinate * own[1] / linear,
    )


def _rectified(form: Homogeneous) -> Criterion:
    """p max(z, 0) + q max(-z, 0): E[s] = (p + q)/sqrt(2 pi), E[z s] = (p - q)/2, E[s^2] = (p^2 + q^2)/2."""
    p, q, own = float(form.right), float(form.left), float(form.own)
    return Criterion((p + q) ** 2 / (2 * np.pi) / own, (p - q) ** 2 / 4 / own, None, None)

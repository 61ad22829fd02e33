r"""SiLU, softplus, sigmoid and tanh in doubles, at any norm: the logistic law is a mixture of normal laws.

With K the limit of Kolmogorov's statistic, :math:`1/(1 + e^{-x}) = E[\Phi(x / 2K)]`: the difference of two Gumbel
variables is :math:`2K` times a normal one. So SiLU is the mean of :math:`x\,\Phi(x/\tau)`, which is GELU in other
units, :math:`\tau = 2K`, and its interaction function

.. math:: G(s, p, q) = E\Big[\tau\kappa\,G_{GELU}\Big(\frac{s}{\tau\kappa}, \frac{p}{\tau^2}, \frac{q}{\kappa^2}
          \Big)\Big]

with independent :math:`\tau` and :math:`\kappa`: a sum over the nodes of a Gauss rule, each term closed, as exact for
large norms as for small ones. (The power series of ``logistic`` needs a number of terms that grows like the square
of the norm; it keeps what is more than double precision.)

*The rule.* In :math:`x = \log K` the density falls doubly exponentially on both sides, so that the trapezoidal rule
with step 1/10 is exact to 1e-18; Gauss rules of that discrete measure (Stieltjes' procedure) with 16 nodes are exact
to 1e-17 for G, which is analytic in x in a strip. ``tests/numerics/test_activations.py`` compares with quadrature.

References: Andrews and Mallows, *Scale mixtures of normal distributions*, Journal of the Royal Statistical Society B
36, 1974; Gautschi, *Orthogonal Polynomials: Computation and Approximation*, 2004, for Stieltjes' procedure.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

from numerics.compile import FLOAT
from numerics.kernels import gelu

Array = NDArray[np.float64]

#: Nodes of the Gauss rule.
NODES = 16
#: Where the trapezoidal rule in log K begins and ends, and its step.
_LOWEST, _HIGHEST, _STEP = -2.2, 1.8, 0.1
#: Terms of the series of Kolmogorov's law on either side of K = 1: the twelfth is below 1e-100.
_TERMS = np.arange(1, 12)


def kolmogorov_density(K: Array) -> Array:
    """Density of the limit law of Kolmogorov's statistic, by one of its two theta series. Approximation.

    Examples
    --------
    >>> bool(abs(kolmogorov_density(np.array([1.0]))[0] - 1.0719483) < 1e-6)
    True
    """
    K = np.asarray(K, dtype=np.float64)[:, None]
    below = np.minimum(K, 1.0)
    rates = (2 * _TERMS - 1) ** 2 * np.pi**2 / 8
    small = np.sqrt(2 * np.pi) * (np.exp(-rates / below**2) * (2 * rates / below**4 - 1 / below**2)).sum(axis=1)
    above = np.maximum(K, 1.0)
    signs = np.where(_TERMS % 2 == 1, 1.0, -1.0)
    large = 8 * (signs * _TERMS**2 * above * np.exp(-2 * _TERMS**2 * above**2)).sum(axis=1)
    return np.asarray(np.where(K[:, 0] <= 1, small, large))


@lru_cache(maxsize=8)
def rule(nodes: int = NODES) -> tuple[Array, Array]:
    r"""Scales and weights of a Gauss rule for the law of :math:`\tau = 2K`. Approximation.

    Examples
    --------
    >>> tau, weight = rule()
    >>> bool(abs(weight @ tau**2 - np.pi**2 / 3) < 1e-13)  # the variance of the logistic law
    True
    """
    x = np.arange(_LOWEST, _HIGHEST, _STEP)
    mass = kolmogorov_density(np.exp(x)) * np.exp(x)
    mass /= mass.sum()
    before, now = np.zeros_like(x), np.ones_like(x)
    diagonal: list[float] = []
    beside: list[float] = []
    norm = 1.0
    for _ in range(nodes):
        centre = float(mass @ (x * now**2)) / norm
        diagonal.append(centre)
        before, now = now, (x - centre) * now - (beside[-1] if beside else 0.0) * before
        norm, last = float(mass @ now**2), norm
        beside.append(norm / last)
    found, vectors = eigh_tridiagonal(np.array(diagonal), np.sqrt(beside[:-1]))
    weight = vectors[0] ** 2
    return 2 * np.exp(found), weight / weight.sum()


@lru_cache(maxsize=1)
def _shares() -> tuple[Array, Array, Array, Array]:
    """1/tau, 1/kappa, weight and tau kappa of all pairs of nodes."""
    tau, weight = rule()
    left, right = (z.ravel() for z in np.meshgrid(tau, tau, indexing="ij"))
    return 1 / left, 1 / right, np.outer(weight, weight).ravel(), left * right


def _scaled(s: Any, p: Any, q: Any) -> tuple[Any, ...]:
    """The arguments in the units of each pair of nodes, on a first axis of its own; the factors that go with it."""
    s, p, q = (np.asarray(z, dtype=np.float64) for z in (s, p, q))
    left, right, weight, size = _shares()
    shape = (-1,) + (1,) * max(s.ndim, p.ndim, q.ndim)
    x, y = left.reshape(shape), right.reshape(shape)
    return s * (x * y), p * x**2, q * y**2, left, right, weight * size


def _mean(weight: Array, values: Any) -> Any:
    return np.tensordot(weight, values, axes=(0, 0))


def value(s: Any, p: Any, q: Any) -> tuple[Any, ...]:
    """The interaction function of SiLU. Approximation."""
    return (first(s, p, q)[0],)


def first(s: Any, p: Any, q: Any) -> tuple[Any, ...]:
    """Value and derivatives in s and p. Approximation."""
    s, p, q = (np.asarray(z, dtype=np.float64) for z in (s, p, q))
    tau, weight = rule()
    shape = (-1,) + (1,) * max(s.ndim, p.ndim, q.ndim)
    # The closed form in A = p + tau^2, B = q + kappa^2 and D = AB - s^2, each factor on its own axis: a quarter of
    # the work of the generated one, in which flows of SiLU spend their time.
    T = (tau**2).reshape((*shape[:1], 1, *shape[1:]))
    K = (tau**2).reshape(shape)
    A, B = p + T, q + K
    square = s * s
    inverse = A * B
    inverse -= square
    np.sqrt(inverse, out=inverse)
    np.divide(1.0, inverse, out=inverse)
    angle = np.arctan(s * inverse)
    share = T / A + K / B
    # Sums of small terms where p or q is small: nothing of order one cancels there.
    numerator = square * (share - 1)
    numerator += p * q
    numerator *= inverse
    g = s * angle + numerator
    numerator *= inverse
    numerator *= -0.5 * B
    numerator -= square * (T / A**2 + 0.5 / A)
    numerator += q
    numerator *= inverse
    share += T * K * inverse**2
    share *= inverse
    angle += s * share
    both = np.outer(weight, weight).ravel() / (2 * np.pi)
    g, g_s, g_p = (both @ z.reshape(len(both), -1) for z in (g, angle, numerator))
    whole = np.broadcast(s, p, q).shape
    return g.reshape(whole) + s / 4, g_s.reshape(whole) + 0.25, g_p.reshape(whole)


def second(s: Any, p: Any, q: Any) -> tuple[Any, ...]:
    """Derivatives d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq. Approximation."""
    s, p, q, x, y, w = _scaled(s, p, q)
    d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq = gelu.second(s, p, q, FLOAT)
    return (
        _mean(w * x * y, d_s),
        _mean(w * x**2, d_p),
        _mean(w * (x * y) ** 2, d_ss),
        _mean(w * x**3 * y, d_sp),
        _mean(w * x * y**3, d_sq),
        _mean(w * x**4, d_pp),
        _mean(w * (x * y) ** 2, d_pq),
    )


class SmoothKernels:
    r"""The same for sigmoid, tanh and softplus, whose terms are closed in A, B and D alone. Approximation.

    With :math:`\Phi(x/\tau) = P(x + \tau\xi > 0)` and :math:`E[\max(0, x + \tau\xi)]`, whose mean over tau is
    softplus, they are the interaction functions of a step and of ReLU for vectors with one more component.

    Parameters
    ----------
    ramp : bool
        Softplus; else sigmoid.
    scale : int
        The kernel is that of sigmoid(scale x) times scale, without its mean 1/2 where scale is 2: tanh.
    """

    def __init__(self, *, ramp: bool, scale: int = 1) -> None:
        self._ramp, self._scale = ramp, scale

    def value(self, s: Any, p: Any, q: Any) -> tuple[Any, ...]:
        """The interaction function."""
        return self._means(0, 1, s, p, q)

    def first(self, s: Any, p: Any, q: Any) -> tuple[Any, ...]:
        """Value and derivatives in s and p."""
        return self._means(0, 3, s, p, q)

    def second(self, s: Any, p: Any, q: Any) -> tuple[Any, ...]:
        """Derivatives d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq."""
        return self._means(1, 8, s, p, q)

    def _means(self, begin: int, end: int, s: Any, p: Any, q: Any) -> tuple[Any, ...]:
        s, p, q = (self._scale**2 * np.asarray(z, dtype=np.float64) for z in (s, p, q))
        tau, weight = rule()
        shape = (-1,) + (1,) * max(s.ndim, p.ndim, q.ndim)
        A = p + (tau**2).reshape((*shape[:1], 1, *shape[1:]))
        B = q + (tau**2).reshape(shape)
        D = A * B - s * s
        root = np.sqrt(D)
        terms = (_ramp if self._ramp else _step)(s, A, B, D, root, end)[begin:end]
        both = np.outer(weight, weight).ravel() / (2 * np.pi)
        whole = np.broadcast(s, p, q).shape
        found = []
        for order, term in enumerate(terms, start=begin):
            mean = (both @ np.broadcast_to(term, D.shape).reshape(len(both), -1)).reshape(whole)
            # The constants that are odd parts: 1/4 of the step and s/4 of the ramp.
            if order == 0:
                mean = mean + (s / 4 if self._ramp else 0.25 if self._scale == 1 else 0.0)
            elif order == 1 and self._ramp:
                mean = mean + 0.25
            powers = 0 if order == 0 else 1 if order <= 2 else 2
            found.append(self._scale ** (2 + 2 * powers) * mean if self._scale > 1 else mean)
        return tuple(found)


def _step(s: Any, A: Any, B: Any, D: Any, root: Any, end: int) -> tuple[Any, ...]:
    """2 pi times interaction and derivatives of a step, without its mean."""
    if end == 1:
        return (np.arctan(s / root),)
    inverse = 1 / root
    first = (np.arctan(s * inverse), inverse, -0.5 * s * inverse / A)
    if end == 3:
        return first
    cube = inverse / D
    return (
        *first,
        s * cube,
        -0.5 * B * cube,
        -0.5 * A * cube,
        0.5 * s * (inverse / A**2 + 0.5 * B * cube / A),
        0.25 * s * cube,
    )


def _ramp(s: Any, A: Any, B: Any, D: Any, root: Any, end: int) -> tuple[Any, ...]:
    """2 pi times interaction and derivatives of max(0, x), without s/4."""
    angle = np.arctan(s / root)
    first = (root + s * angle, angle, 0.5 * root / A)
    if end <= 3:
        return first
    inverse = 1 / root
    return (
        *first,
        inverse,
        -0.5 * s * inverse / A,
        -0.5 * s * inverse / B,
        0.25 * B * inverse / A - 0.5 * root / A**2,
        0.25 * inverse,
    )


SIGMOID = SmoothKernels(ramp=False)
TANH = SmoothKernels(ramp=False, scale=2)
SOFTPLUS = SmoothKernels(ramp=True)

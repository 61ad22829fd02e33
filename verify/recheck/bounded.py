r"""Bounds on the derivatives of a neuron for activations other than erf: c_m >= |sigma^(m)(w.x) (omega.x)^m|_{L2}.

The normal distribution function is half of sigma(t) = erf(t/sqrt 2) and a constant, so its bounds are half of those
of ``smoothness``. If |sigma^(m)| <= B_m, then c_m = B_m sqrt((2m - 1)!!) will do, omega.x being a standard Gaussian.
For sine and cosine B_m = 1; derivatives of the logistic function f are polynomials in f, which is between 0 and 1,
and tanh x = 2 f(2x) - 1, (log(1 + e^x))' = f(x).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

import flint

from verify.recheck.logistic import in_powers
from verify.recheck.numbers import Ball
from verify.recheck.smoothness import greatest_value, smoothness
from verify.recheck.spectra import greatest

#: Activations with such bounds.
KNOWN = ("erf", "normal-cdf", "tanh", "sigmoid", "softplus", "sin", "cos")


def norms_of(activation: str) -> Callable[[int, Ball, Ball], Ball]:
    """Upper bounds on c_m, m = 1, 2, 3, for all squared norms of w between two numbers. Enclosure."""
    if activation == "erf":
        return smoothness
    if activation == "normal-cdf":
        return lambda m, low, high: (smoothness(m, low, high) / 2).upper()
    return lambda m, low, high: (_largest(activation, m) * flint.arb((1, 1, 3, 15)[m]).sqrt()).upper()


def _largest(activation: str, m: int) -> Ball:
    """B_m."""
    if activation == "tanh":
        return 2 ** (m + 1) * _of_logistic(m)
    if activation == "softplus":
        return _of_logistic(m - 1)
    return _of_logistic(m) if activation == "sigmoid" else flint.arb(1)


@lru_cache
def _of_logistic(m: int) -> Ball:
    """Upper bound on |f^(m)|."""
    with flint.ctx.workprec(64):
        terms = (Fraction(0), *map(Fraction, in_powers(m)))
        ends = flint.arb(0), flint.arb(1)
        return greatest([greatest_value(tuple(sign * x for x in terms), *ends) for sign in (1, -1)])

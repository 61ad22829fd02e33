"""Arithmetic beyond double precision: midpoints of python-flint balls, and exact decimal output.

Only midpoints are used here, so results are approximations; enclosures are the business of ``verify``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import flint
import numpy as np
from mpmath import libmp, mp
from numpy.typing import NDArray

#: Arrays of mpmath numbers.
Exact = NDArray[np.object_]

#: The arithmetic of balls, for the generated kernels.
BALL = SimpleNamespace(
    sqrt=lambda x: x.sqrt(),
    asin=lambda x: x.asin(),
    exp=lambda x: x.exp(),
    rational=lambda a, b: flint.arb(flint.fmpq(a, b)),
)


@contextmanager
def digits(dps: int) -> Iterator[SimpleNamespace]:
    """Work with balls of ``dps`` decimal digits; yields the arithmetic. Approximation.

    The working precision is restored on leaving, also after an exception.
    """
    with flint.ctx.workdps(dps):
        # pi depends on the precision, so it belongs to the context and not to the module.
        yield SimpleNamespace(**vars(BALL), pi=flint.arb.pi())


def to_ball(value: object) -> flint.arb:
    """The ball of radius zero around a double or an mpmath number. Exact conversion, no rounding."""
    if isinstance(value, mp.mpf) and not mp.isfinite(value):
        # Their mantissa is 0: nothing must take them for it.
        return flint.arb(float(value))
    if isinstance(value, mp.mpf):
        sign, mantissa, exponent, _ = value._mpf_
        # A ball with an exact midpoint, whatever the working precision.
        return flint.arb((-int(mantissa) if sign else int(mantissa), int(exponent)))
    return flint.arb(float(value))  # type: ignore[arg-type]


def from_ball(ball: flint.arb) -> mp.mpf:
    """The midpoint of a ball as an mpmath number, without rounding. Approximation."""
    if not ball.is_finite():
        return mp.mpf("nan")
    mantissa, exponent = ball.mid().man_exp()
    return mp.make_mpf(libmp.from_man_exp(int(mantissa), int(exponent)))


def decimal(value: mp.mpf, dps: int) -> str:
    """A number as a decimal string of ``dps`` significant digits. Approximation.

    Examples
    --------
    >>> decimal(mp.mpf("0.5"), 5)
    '0.5'
    """
    return str(libmp.to_str(value._mpf_, dps, strip_zeros=True, min_fixed=-5, max_fixed=dps))


def short(value: mp.mpf) -> str:
    """A small quantity as a decimal string of two digits, for distances and norms. Approximation."""
    return str(libmp.to_str(value._mpf_, 2, min_fixed=-2, max_fixed=4))


def to_double(array: Exact) -> NDArray[np.float64]:
    """The nearest doubles. Approximation."""
    return np.array([[float(x) for x in row] for row in array], dtype=np.float64)


def to_exact(array: NDArray[np.float64]) -> Exact:
    """The doubles of a matrix as mpmath numbers, without rounding. Exact conversion."""
    return np.array([[mp.mpf(x) for x in row] for row in array], dtype=object)


def infinity_norm(values: Exact) -> mp.mpf:
    """The largest absolute value of an array of mpmath numbers. Approximation."""
    return max((abs(x) for x in values.ravel()), default=mp.mpf(0))

r"""Midpoint-radius arithmetic on arrays of doubles, with rounding errors bounded a priori.

Round to nearest throughout, no switching of rounding modes. With :math:`u = 2^{-53}` an operation errs by at most
u times its result, plus :data:`ETA` where it can underflow; a matrix product by at most :math:`n u |A| |B|` plus n
:data:`ETA`, for any order of summation, with or without fused operations. Radii are computed in floating point too,
so each is enlarged by more than its own rounding can amount to.

References
----------
Jeannerod and Rump, *Improved error bounds for inner products in floating-point arithmetic*, 2013.
Rump, *Fast and parallel interval arithmetic*, 1999.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeAlias

import flint
import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

#: Unit roundoff.
UNIT = 2.0**-53
#: More than the absolute error of one operation whose result is subnormal.
ETA = 2.0**-1073
#: Radii come out of at most eight operations.
_GROW = 1.0 + 16 * UNIT


class MidRad:
    """An array of intervals: everything within ``rad`` of ``mid``. Enclosure.

    Parameters
    ----------
    mid, rad : ndarray
        Of the same shape; ``rad`` non-negative. Where nothing is known ``rad`` is infinite.
    """

    __slots__ = ("mid", "rad")
    #: Keeps numpy arrays from taking over the reflected operations.
    __array_ufunc__ = None

    def __init__(self, mid: Array, rad: Array | None = None) -> None:
        self.mid = np.asarray(mid, dtype=np.float64)
        self.rad = np.zeros(self.mid.shape) if rad is None else rad

    @property
    def shape(self) -> tuple[int, ...]:
        return self.mid.shape

    @property
    def T(self) -> MidRad:
        return MidRad(self.mid.T, self.rad.T)

    def __getitem__(self, key: Any) -> MidRad:
        return MidRad(self.mid[key], self.rad[key])

    def magnitude(self) -> Array:
        """The largest absolute value of each interval, rounded up."""
        return (np.abs(self.mid) + self.rad) * _GROW

    def __neg__(self) -> MidRad:
        return MidRad(-self.mid, self.rad)

    def __add__(self, other: MidRad | Array | float) -> MidRad:
        other = _lift(other)
        mid = self.mid + other.mid
        return MidRad(mid, _rounded(mid, self.rad + other.rad))

    __radd__ = __add__

    def __sub__(self, other: MidRad | Array | float) -> MidRad:
        return self + (-_lift(other))

    def __rsub__(self, other: MidRad | Array | float) -> MidRad:
        return _lift(other) + (-self)

    def __mul__(self, other: MidRad | Array | float) -> MidRad:
        other = _lift(other)
        mid = self.mid * other.mid
        spread = np.abs(self.mid) * other.rad + self.rad * (np.abs(other.mid) + other.rad)
        return MidRad(mid, _rounded(mid, spread))

    __rmul__ = __mul__

    def __truediv__(self, other: MidRad | Array | float) -> MidRad:
        other = _lift(other)
        mid = self.mid / other.mid
        room = (np.abs(other.mid) - other.rad) * (1 - 4 * UNIT)
        # (a + e)/(b + f) - a/b = (e - (a/b) f)/(b + f)
        spread = np.where(room > 0, (self.rad + (np.abs(mid) * _GROW + ETA) * other.rad + ETA) / room, np.inf)
        return MidRad(mid, _rounded(mid, spread))

    def __rtruediv__(self, other: MidRad | Array | float) -> MidRad:
        return _lift(other) / self

    def __matmul__(self, other: MidRad) -> MidRad:
        """Matrix product, also of stacks of matrices."""
        terms = self.shape[-1]
        mid = self.mid @ other.mid
        left, right = np.abs(self.mid), np.abs(other.mid)
        rad = left @ (other.rad + (terms + 2) * UNIT * right + ETA)
        if self.rad.any():
            rad = rad + self.rad @ (right + other.rad)
        return MidRad(mid, _bounded(mid, rad * (1 + (2 * terms + 16) * UNIT) + (4 * terms + 4) * ETA))

    def sqrt(self) -> MidRad:
        """Square root; nothing is known where the interval meets zero or negative numbers."""
        inside = self.mid * (1 - 4 * UNIT) > self.rad
        mid = np.sqrt(np.where(inside, self.mid, 1.0))
        # |sqrt x - sqrt a| = |x - a|/(sqrt x + sqrt a)
        return MidRad(mid, np.where(inside, _rounded(mid, self.rad / mid), np.inf))

    def sum(self, axis: int) -> MidRad:
        terms = self.shape[axis]
        mid = self.mid.sum(axis=axis)
        spread = (self.rad + terms * UNIT * np.abs(self.mid)).sum(axis=axis)
        return MidRad(mid, _bounded(mid, spread * (1 + (2 * terms + 16) * UNIT) + ETA))

    def known(self) -> bool:
        """Whether every interval is bounded."""
        return bool(np.isfinite(self.mid).all() and np.isfinite(self.rad).all())


def _lift(value: MidRad | Array | float) -> MidRad:
    return value if isinstance(value, MidRad) else MidRad(np.asarray(value, dtype=np.float64))


def _rounded(mid: Array, spread: Array) -> Array:
    """Radius of an operation: what its operands' radii amount to, and its own rounding."""
    return np.asarray((spread + UNIT * np.abs(mid)) * _GROW + 8 * ETA)


def _bounded(mid: Array, rad: Array) -> Array:
    """Nothing is known of a result that has overflowed."""
    return np.asarray(np.where(np.isfinite(mid), rad, np.inf))


def arcsine(x: MidRad) -> MidRad:
    """Inverse sine, entry by entry in ball arithmetic. Enclosure."""
    return by_balls(x, lambda ball: ball.asin())


def exponential(x: MidRad) -> MidRad:
    """Exponential, entry by entry in ball arithmetic. Enclosure."""
    return by_balls(x, lambda ball: ball.exp())


def by_balls(x: MidRad, function: Callable[[Any], Any]) -> MidRad:
    """A function of one variable, entry by entry in ball arithmetic. Enclosure."""
    mid, rad = np.empty(x.shape), np.empty(x.shape)
    with flint.ctx.workprec(64):
        for place in np.ndindex(*x.shape):
            ball = function(flint.arb(float(x.mid[place]), float(x.rad[place])))
            mid[place], rad[place] = from_arb(ball)
    return MidRad(mid, rad)


def entrywise(function: Callable[..., tuple[Any, ...]], *arguments: MidRad) -> tuple[MidRad, ...]:
    """A function of several balls with several results, entry by entry of arrays that broadcast. Enclosure."""
    mids = np.broadcast_arrays(*(x.mid for x in arguments))
    rads = np.broadcast_arrays(*(x.rad for x in arguments))
    results: list[tuple[Array, Array]] = []
    with flint.ctx.workprec(64):
        for place in np.ndindex(*mids[0].shape):
            balls = function(*(flint.arb(float(m[place]), float(r[place])) for m, r in zip(mids, rads, strict=True)))
            results = results or [(np.empty(mids[0].shape), np.empty(mids[0].shape)) for _ in balls]
            for (mid, rad), ball in zip(results, balls, strict=True):
                mid[place], rad[place] = from_arb(ball)
    return tuple(MidRad(mid, rad) for mid, rad in results)


def from_arb(ball: flint.arb) -> tuple[float, float]:
    """Midpoint and radius in double precision of an interval that holds the ball. Enclosure."""
    if not ball.is_finite():
        return 0.0, np.inf
    mid = float(ball.mid())
    with flint.ctx.workprec(64):
        above = (ball - flint.arb(mid)).abs_upper()
        # float() rounds to nearest: one step up is above.
        return mid, float(np.nextafter(float(above), np.inf)) if above > 0 else 0.0


def rational(a: int, b: int) -> MidRad:
    """The quotient of two integers. Enclosure."""
    with flint.ctx.workprec(64):
        mid, rad = from_arb(flint.arb(flint.fmpq(a, b)))
    return MidRad(np.float64(mid), np.float64(rad))  # type: ignore[arg-type]


#: The arithmetic for the generated kernels.
MIDRAD = SimpleNamespace(
    sqrt=MidRad.sqrt,
    asin=arcsine,
    exp=exponential,
    entrywise=entrywise,
    rational=rational,
    # The double nearest to pi lies within its unit in the last place.
    pi=MidRad(np.float64(np.pi), np.float64(2.0**-52)),  # type: ignore[arg-type]
)


def row_sums(matrix: Array) -> Array:
    """Row sums of a matrix of non-negative doubles, rounded up."""
    return np.asarray(matrix.sum(axis=-1) * (1 + (matrix.shape[-1] + 4) * UNIT) + ETA)


def spectral_bound(radii: Array) -> float:
    r"""An upper bound on :math:`\|E\|_2` for every symmetric E with ``|E| <= radii``, itself symmetric. Enclosure.

    For non-negative matrices and any positive v the largest :math:`(R v)_i / v_i` bounds the spectral radius; a
    few steps of the power method make v good.
    """
    v = np.ones(len(radii))
    best = np.inf
    for _ in range(4):
        image = (radii @ v) * (1 + (2 * len(v) + 8) * UNIT) + len(v) * ETA
        ratio = float((image / v).max()) * _GROW
        if not np.isfinite(ratio):
            return np.inf if best == np.inf else best
        best = min(best, ratio)
        largest = float(image.max())
        if largest == 0 or largest < 1e-290:
            break
        # Kept away from zero, or a row that hardly couples would spoil the quotient.
        v = image / largest + 1e-3
    return best


class RoundingError(RuntimeError):
    """Arithmetic on this machine is not what the bounds assume."""


def self_test() -> None:
    """Refuse to prove anything where doubles do not behave as assumed.

    Raises
    ------
    RoundingError
        If rounding is not to nearest, subnormal numbers are flushed, or a matrix product errs by more than its
        bound (compared with exact arithmetic).
    """
    one, tiny = np.float64(1.0), np.float64(2.0**-1022)
    if one + UNIT != 1.0 or one + UNIT * (1 + 2.0**-20) == 1.0 or -one - UNIT != -1.0:
        raise RoundingError("rounding is not to nearest, to even")
    if tiny / 4 == 0.0 or (np.array([tiny]) * np.array([0.25]))[0] == 0.0:
        raise RoundingError("subnormal numbers are flushed to zero")
    A = np.sin(np.arange(1.0, 40.0 * 40.0 + 1.0)).reshape(40, 40)
    product = MidRad(A) @ MidRad(A.T.copy())
    exact = _exact_product(A)
    for i in range(0, 40, 7):
        for j in range(40):
            if not (abs(exact[i, j] - float(product.mid[i, j])) <= float(product.rad[i, j])):
                raise RoundingError("a matrix product errs by more than its bound")


def _exact_product(A: Array) -> flint.arb_mat:
    with flint.ctx.workprec(400):
        balls = flint.arb_mat([[float(x) for x in row] for row in A])
        return balls * balls.transpose()

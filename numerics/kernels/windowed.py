r"""The kernel of any smooth function of one variable: a window, a discrete Fourier transform, and Mehler's series.

Under a normal law of standard deviation r only :math:`|x| \le 8.6\,r` counts (the rest has the mass 1e-17). There the
function is multiplied by a smooth window that is 1 to rounding, continued periodically and expanded in a Fourier
series, whose Gaussian derivatives are sums of :math:`(i\omega)^j e^{-\omega^2 p/2}`.

*Approximation:* no bound is proved. :func:`numerics.own.check_activation` compares with quadrature; coefficients that
do not fall to rounding are refused. In balls the Fourier sum of double-precision coefficients is evaluated as it is:
points are polished for that function, which differs from the given one by rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import flint
import numpy as np
from scipy.special import erfc

from numerics.kernels.gaussian_series import LIMIT, Array, Moments, SeriesKernel, scales, sums_in_balls
from numerics.kernels.logistic import level_of

#: Digits to which points are polished: the function itself is known to about as many.
DIGITS = 15
#: Samples per period at most, and coefficients above this fraction of the largest at the highest frequencies.
SAMPLES, UNRESOLVED = 2**15, 1e-13
#: Coefficients below this fraction at the highest frequencies are rounding.
_NEGLIGIBLE = 3e-15
_REACH, _WINDOW = 8.6, 1.25
#: Terms of the series at most.
_TERMS = 4000


@dataclass(frozen=True, eq=False)
class Waves:
    """A Fourier series: real part of sum c_m exp(i omega_m x), for norms up to a level. Approximation."""

    omega: Array
    even: Array
    odd: Array
    terms: int


class Windowed:
    """Tables and sums for one function. Approximation.

    Parameters
    ----------
    function : callable
        Of arrays of doubles, elementwise.
    """

    def __init__(self, function: Callable[[Array], Array]) -> None:
        self._function = function
        self._waves = lru_cache(maxsize=16)(self._make)
        self._moments = lru_cache(maxsize=16)(self._make_moments)
        self._remembered: dict[tuple[Any, ...], list[Any]] = {}

    def _make(self, level: int) -> Waves:
        r = 2.0 ** (level / 4)
        width = _WINDOW * r
        half = _REACH * r + 12 * width
        samples = 256
        while True:
            x = (np.arange(samples) / samples * 2 - 1) * half
            with np.errstate(all="ignore"):
                values = np.asarray(self._function(x), dtype=np.float64)
                window = 0.5 * erfc((np.abs(x) - _REACH * r - 6 * width) / width)
                values = np.where(window > 0, values * window, 0.0)
            if values.shape != x.shape or not np.isfinite(values).all():
                raise ValueError(f"activation: got a function that is not finite for |x| up to {half:.3g}")
            # Samples begin at -half: a shift of phase by pi for each unit of frequency.
            spectrum = np.fft.rfft(values) / samples * (-1.0) ** np.arange(samples // 2 + 1)
            size = np.abs(spectrum)
            if size[-(samples // 8) :].max() <= UNRESOLVED * size.max():
                break
            if samples == SAMPLES:
                raise ValueError(
                    "activation: got a function whose Fourier series does not converge; needs one that is smooth "
                    "(twice differentiable without kinks is not enough)"
                )
            samples *= 2
        # Up to the last that is not rounding: what follows would only lengthen the series.
        kept = np.arange(np.flatnonzero(size > _NEGLIGIBLE * size.max())[-1] + 1)
        omega = np.pi * kept / half
        spectrum = 2 * spectrum[kept]
        if kept[0] == 0:
            spectrum[0] /= 2
        waves = Waves(omega, np.real(spectrum), -np.imag(spectrum), 0)
        return Waves(waves.omega, waves.even, waves.odd, self._count(waves, r))

    def _count(self, waves: Waves, r: float) -> int:
        """Terms after which nothing above rounding follows, at the largest norm."""
        table = self._table(waves, np.array([r * r]), _TERMS, self._sums(waves, r, _TERMS))[0]
        above = np.flatnonzero(np.abs(table) > 3e-16 * np.abs(table).max())
        return min(int(above[-1]) + 5, _TERMS)

    @staticmethod
    def _table(waves: Waves, p: Array, terms: int, moments: tuple[Moments, Moments]) -> Array:
        """gamma_j tau^j / sqrt(j!), shape (len(p), terms)."""
        tau, positive = scales(p), waves.omega > 0
        table = np.empty((len(p), terms))
        # Derivatives of cos and sin at 0: cos, -sin, -cos, sin.
        for place, (sums, weight) in enumerate(zip(moments, (waves.even, waves.odd), strict=True)):
            table[:, place::2] = sums(weight[positive], p, tau) * np.where(sums.j % 4 == place, 1.0, -1.0)
        if not positive[0]:
            table[:, 0] += waves.even[0]
        return table

    def _make_moments(self, level: int) -> tuple[Moments, Moments]:
        waves = self._waves(level)
        return self._sums(waves, 2.0 ** (level / 4), waves.terms + 4)

    @staticmethod
    def _sums(waves: Waves, scale: float, terms: int) -> tuple[Moments, Moments]:
        omega = waves.omega[waves.omega > 0]
        return Moments(omega, scale, 0, (terms + 1) // 2), Moments(omega, scale, 1, terms // 2)

    def table(self, p: Array, largest: float) -> Array:
        """As :class:`numerics.kernels.gaussian_series.Table`."""
        level = level_of(largest)
        waves = self._waves(level)
        found = self._table(waves, p.ravel(), waves.terms + 4, self._moments(level))
        return found.reshape((*p.shape, waves.terms + 4))

    def balls(self, orders: Sequence[tuple[int, int, int]], s: Any, p: Any, q: Any) -> tuple[Any, ...]:
        """The same sums at any precision, for the function that the double-precision coefficients define."""
        if not max(float(p), float(q)) <= LIMIT**2:
            return tuple(flint.arb("nan") for _ in orders)
        level = level_of(math.sqrt(max(float(p), float(q), 0.0)))
        terms = self._waves(level).terms
        return sums_in_balls(orders, self._orders(p, level, terms), self._orders(q, level, terms), s, terms)

    def _orders(self, p: Any, level: int, terms: int) -> list[Any]:
        key = (p.mid().man_exp(), level, flint.ctx.prec)
        if key not in self._remembered:
            if len(self._remembered) > 256:
                self._remembered.clear()
            waves = self._waves(level)
            omega = [flint.arb(float(w)) for w in waves.omega]
            decay = [(-(w * w) * p / 2).exp() for w in omega]
            even = [float(c) * d for c, d in zip(waves.even, decay, strict=True)]
            odd = [float(c) * d * w for c, d, w in zip(waves.odd, decay, omega, strict=True)]
            square = [-(w * w) for w in omega]
            found: list[Any] = []
            for j in range(terms):
                current = odd if j % 2 else even
                found.append(sum(current, flint.arb(0)).mid())
                current[:] = [(c * w).mid() for c, w in zip(current, square, strict=True)]
            self._remembered[key] = found
        return self._remembered[key]


def windowed_kernel(function: Callable[[Array], Array]) -> SeriesKernel:
    """The kernel of a smooth function. Approximation.

    Parameters
    ----------
    function : callable
        Of arrays of doubles, elementwise.
    """
    made = Windowed(function)
    return SeriesKernel(made.table, made.balls, digits=DIGITS, encloses=False)

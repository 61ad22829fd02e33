r"""Interactions as power series in s: the only things needed of an activation are its Gaussian derivatives.

With :math:`\gamma_j(p) = E[\sigma^{(j)}(\sqrt p\,\xi)]`, :math:`\xi` standard normal,

.. math:: G(s, p, q) = \sum_j \gamma_j(p) \gamma_j(q) \frac{s^j}{j!}, \qquad \gamma_j' = \tfrac12 \gamma_{j+2}

(Mehler's formula; the second is the heat equation), so that all derivatives of G are series of the same kind and
none of them is singular where vectors are parallel: :math:`|s| \le \sqrt{pq}` is inside the domain of convergence.
In doubles the terms are kept of order one as :math:`\Gamma_j(p) = \gamma_j(p) \tau^j / \sqrt{j!}` with
:math:`\tau^2 = p + \delta^2`; powers are of :math:`u = s / (\tau_p \tau_q)`.

Reference: Mehler, *Über die Entwicklung einer Function von beliebig vielen Variablen nach Laplaceschen Functionen
höherer Ordnung*, 1866.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import flint
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: delta: keeps the scale away from zero, and the terms of the series below one there.
FLOOR = 0.05


class Table(Protocol):
    """Scaled Gaussian derivatives of an activation in doubles. Approximation."""

    def __call__(self, p: Array, largest: float, /) -> Array:
        """Gamma_j(p), of shape ``p.shape + (terms,)``, the same number of terms for the same ``largest`` norm."""


def scales(p: Array) -> Array:
    """The scale tau for each squared norm. Approximation."""
    return np.asarray(np.sqrt(p + FLOOR**2))


#: Norms above this have the value NaN: the number of terms grows like the square of the norm. (In doubles.)
LIMIT = 8.0


class Moments:
    r"""Sums :math:`\sum_m c_m \omega_m^j \tau^j e^{-\omega_m^2 p/2} / \sqrt{j!}` for every second j. Approximation.

    In blocks of powers, so that only one exponential per block, frequency and norm is taken and nothing overflows.

    Parameters
    ----------
    omega : ndarray, shape (M,)
        Positive frequencies.
    scale : float
        The largest norm.
    first, count : int
        Powers j = first, first + 2, ..., ``count`` of them.
    """

    _BLOCK = 32

    def __init__(self, omega: Array, scale: float, first: int, count: int) -> None:
        self._omega, self._scale = omega, scale
        self.j = first + 2 * np.arange(count)
        self._half = 0.5 * np.array([math.lgamma(j + 1.0) for j in self.j])
        self._log = np.log(omega)
        self._blocks = []
        for start in range(0, count, self._BLOCK):
            part = slice(start, min(start + self._BLOCK, count))
            ahead = self.j[part] - self.j[start]
            fall = self._half[part] - self._half[start]
            self._blocks.append((start, part, ahead, np.exp(ahead * (self._log[:, None] + math.log(scale)) - fall)))

    def __call__(self, weight: Array, p: Array, tau: Array) -> Array:
        """For each of N norms, shape (N, count)."""
        found = np.empty((len(p), len(self.j)))
        decay = -0.5 * self._omega**2 * p[:, None]
        log = self._log + np.log(tau)[:, None]
        with np.errstate(under="ignore"):
            for start, part, ahead, powers in self._blocks:
                size = weight * np.exp(self.j[start] * log + decay - self._half[start])
                found[:, part] = (size @ powers) * (tau[:, None] / self._scale) ** ahead
        return found


class _Pairs:
    """Tables of both arguments and the powers of u, for arrays that broadcast against each other."""

    def __init__(self, table: Table, s: Any, p: Any, q: Any, spare: int) -> None:
        s, p, q = (np.asarray(z, dtype=np.float64) for z in (s, p, q))
        largest = float(np.sqrt(max(p.max(), q.max(), 0.0)))
        blank = np.nan if not largest <= LIMIT else 1.0
        p, q = (z if blank == 1.0 else np.ones_like(z) for z in (p, q))
        largest = largest if blank == 1.0 else 1.0
        self.P, self.Q = table(p, largest), table(q, largest)
        self.x, self.y = scales(p), scales(q)
        self.terms = self.P.shape[-1] - spare
        self.j = np.arange(self.terms, dtype=np.float64)
        self.power = blank * (s / (self.x * self.y) if blank == 1.0 else np.zeros_like(s))[..., None] ** self.j

    def sum(self, left: int, right: int, factor: Array | float = 1.0) -> Any:
        r"""Sum of factor_j Gamma_{j + left}(p) Gamma_{j + right}(q) u^j."""
        P = self.P[..., left : left + self.terms]
        Q = self.Q[..., right : right + self.terms] * factor
        return np.asarray((self.power * (P * Q)).sum(axis=-1))


def value_doubles(table: Table, s: Any, p: Any, q: Any) -> tuple[Any, ...]:
    """The interaction function on arrays of doubles. Approximation."""
    return (_Pairs(table, s, p, q, 0).sum(0, 0),)


def first_doubles(table: Table, s: Any, p: Any, q: Any) -> tuple[Any, ...]:
    """Value and derivatives in s and p. Approximation."""
    z = _Pairs(table, s, p, q, 2)
    j = z.j
    return (
        z.sum(0, 0),
        z.sum(1, 1, j + 1) / (z.x * z.y),
        0.5 * z.sum(2, 0, np.sqrt((j + 1) * (j + 2))) / z.x**2,
    )


def second_doubles(table: Table, s: Any, p: Any, q: Any) -> tuple[Any, ...]:
    """Derivatives d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq. Approximation."""
    z = _Pairs(table, s, p, q, 4)
    j, x, y = z.j, z.x, z.y
    two = np.sqrt((j + 1) * (j + 2))
    three = (j + 1) * np.sqrt((j + 2) * (j + 3))
    both = z.sum(2, 2, (j + 1) * (j + 2)) / (x * y) ** 2
    return (
        z.sum(1, 1, j + 1) / (x * y),
        0.5 * z.sum(2, 0, two) / x**2,
        both,
        0.5 * z.sum(3, 1, three) / (x**3 * y),
        0.5 * z.sum(1, 3, three) / (x * y**3),
        0.25 * z.sum(4, 0, np.sqrt((j + 1) * (j + 2) * (j + 3) * (j + 4))) / x**4,
        0.25 * both,
    )


#: For each derivative, the factor and how many derivatives fall on either side.
VALUE = ((1, 0, 0),)
FIRST = ((1, 0, 0), (1, 1, 1), (2, 2, 0))
SECOND = ((1, 1, 1), (2, 2, 0), (1, 2, 2), (2, 3, 1), (2, 1, 3), (4, 4, 0), (4, 2, 2))


def sums_in_balls(
    orders: Sequence[tuple[int, int, int]], P: Sequence[Any], Q: Sequence[Any], s: Any, terms: int
) -> tuple[Any, ...]:
    r"""Partial sums :math:`\frac1f \sum_j \gamma_{j+l}(p) \gamma_{j+r}(q) s^j / j!` in balls. Enclosure.

    Parameters
    ----------
    orders : sequence of (f, l, r)
    P, Q : sequences of balls
        Gaussian derivatives; those that are exactly zero are passed over.
    s : ball
    terms : int
        Terms with j + max(l, r) below this are summed.
    """
    zero = flint.arb(0)
    totals = [zero] * len(orders)
    weight = flint.arb(1)
    for j in range(terms):
        if j:
            weight = weight * s / j
        for i, (_, left, right) in enumerate(orders):
            if j + max(left, right) < terms:
                x, y = P[j + left], Q[j + right]
                if x is not None and y is not None:
                    totals[i] += x * y * weight
    return tuple(total / factor for total, (factor, _, _) in zip(totals, orders, strict=True))


#: Value, first and second derivatives as functions of (s, p, q) in doubles.
Doubles = Sequence[Callable[[Any, Any, Any], tuple[Any, ...]]]
#: The same from a table.
_BY_TABLE = (value_doubles, first_doubles, second_doubles)


class SeriesKernel:
    """A kernel from tables in doubles and sums in balls. Approximation or enclosure, as the arithmetic.

    Parameters
    ----------
    table : Table or None
        None where ``doubles`` are given.
    balls : callable
        ``balls(orders, s, p, q)`` gives enclosures (or, where ``encloses`` is false, midpoints) of the derivatives.
    scale : (fraction, fraction)
        ``c, f``: the kernel is that of ``c sigma(f x)``; so ``G = c^2 G_sigma(f^2 s, f^2 p, f^2 q)``.
    shift : float
        Constant added to the activation; it must be added to a function of mean zero.
    digits : int
        Digits to which points may be polished with it.
    encloses : bool
        Whether the balls are proved to hold the values.
    doubles : sequence of three functions of (s, p, q), optional
        In place of the table: ``value``, ``first`` and ``second`` of the activation itself, without the scale.
    """

    def __init__(
        self,
        table: Table | None,
        balls: Callable[[Sequence[tuple[int, int, int]], Any, Any, Any], tuple[Any, ...]],
        *,
        scale: tuple[tuple[int, int], tuple[int, int]] = ((1, 1), (1, 1)),
        shift: tuple[int, int] = (0, 1),
        digits: int = 25,
        encloses: bool = True,
        doubles: Doubles | None = None,
    ) -> None:
        self._balls = balls
        self._table, self._doubles = table, doubles
        (self._c, self._d), (self._f, self._g) = scale
        self._shift = shift
        self.digits, self.encloses = digits, encloses

    def value(self, s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
        """The interaction function."""
        return self._scaled(VALUE, 0, s, p, q, m)

    def first(self, s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
        """Value and first derivatives."""
        return self._scaled(FIRST, 1, s, p, q, m)

    def second(self, s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
        """First and second derivatives."""
        return self._scaled(SECOND, 2, s, p, q, m)

    def _scaled(self, orders: Any, which: int, s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
        entrywise = getattr(m, "entrywise", None)
        if entrywise is not None:
            results: tuple[Any, ...] = entrywise(lambda *z: self._in_balls(orders, *z), s, p, q)
            return results
        if isinstance(s, flint.arb):
            return self._in_balls(orders, s, p, q)
        if self._doubles is not None:
            return self._doubles[which](s, p, q)
        if self._table is None:
            raise RuntimeError("a kernel needs a table or functions of doubles")
        inner, outer, shift = (
            (self._f / self._g) ** 2,
            (self._c / self._d) ** 2,
            (self._shift[0] / self._shift[1]) ** 2,
        )
        found = _BY_TABLE[which](self._table, inner * s, inner * p, inner * q)
        return tuple(
            outer * inner ** ((left + right) // 2) * value + (shift if left == right == 0 else 0.0)
            for value, (_, left, right) in zip(found, orders, strict=True)
        )

    def _in_balls(self, orders: Any, s: Any, p: Any, q: Any) -> tuple[Any, ...]:
        inner = flint.arb(flint.fmpq(self._f, self._g)) ** 2
        outer, shift = flint.arb(flint.fmpq(self._c, self._d)) ** 2, flint.arb(flint.fmpq(*self._shift)) ** 2
        found = self._balls(orders, inner * s, inner * p, inner * q)
        return tuple(
            outer * inner ** ((left + right) // 2) * value + (shift if left == right == 0 else 0)
            for value, (_, left, right) in zip(found, orders, strict=True)
        )

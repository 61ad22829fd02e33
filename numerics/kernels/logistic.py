r"""Interaction kernels of tanh, sigmoid, softplus and SiLU, with a proved bound on their errors.

In doubles they are those of ``logistic_mixture``; here is what encloses them, and what gives more digits.

*One function.* With :math:`y = x/2`: sigmoid is :math:`\frac12 + \frac12\tanh y`, softplus is
:math:`y + \log(2\cosh y)` and SiLU is :math:`y + y\tanh y`; so all Gaussian derivatives are those of tanh,
:math:`t_j(p) = E[\tanh^{(j)}(\sqrt p\,\xi)]`: softplus has :math:`\gamma_j = t_{j-1}` and SiLU
:math:`\gamma_j = p\,t_{j+1} + j\,t_{j-1}` for even j, and both :math:`\gamma_1 = 1`.

*Its Fourier series.* :math:`\tanh x = \int_0^\infty \sin(\omega x) / \sinh(\pi\omega/2)\,d\omega`. By Poisson's
formula, the midpoint rule with step :math:`h = 2\pi/P` is the antiperiodic sum :math:`\sum_j (-1)^j \tanh(x - jP)`,
and :math:`E[\sin^{(j)}(\omega\sqrt p\,\xi)] = \pm\omega^j e^{-\omega^2 p/2}` for odd j: sums of positive numbers.

*The error* of a derivative of the interaction function has three parts (:class:`Series` computes their bounds):

1. for :math:`i \le 4`, :math:`|\tanh^{(i)} - \tanh_P^{(i)}| \le 3K e^{2|x| - 2P}` on :math:`|x| \le P/2`, where
   K = 4800 (the derivatives of the logistic function f are at most 150 f), and at most 11 elsewhere, where the normal
   law has the mass :math:`2e^{-P^2/8p}`;
2. frequencies above :math:`\omega_M` add at most their coefficients;
3. the power series is cut after J terms: a coefficient is at most
   :math:`h M B \max_t e^{-\pi t/2r} t^j e^{-t^2/2} / \sqrt{j!}`, with :math:`r^2 = p`, B bounding
   :math:`e^{\pi\omega/2}/\sinh(\pi\omega/2)`.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import flint
import numpy as np

from numerics.kernels import logistic_mixture
from numerics.kernels.gaussian_series import FLOOR, LIMIT, Array, Doubles, SeriesKernel, sums_in_balls

#: Digits to which points may be polished with these kernels: the work grows like the fourth power.
DIGITS = 25
_K = 4800.0
#: Balls in all tables of powers that are kept, and in one: about a gigabyte. Norms whose tables are larger (at the
#: digits of a polished point, of tanh above 3, of the others above 6) have no enclosure: runs get there on the way to
#: infinity.
LARGEST = 12_000_000
#: Parts of a unit in which norms are rounded up, so that few settings are needed.
_LEVELS = 4


@dataclass(frozen=True)
class Setting:
    """Period, frequencies and terms for norms up to a level. Exact."""

    period: float
    modes: int
    terms: int

    @property
    def step(self) -> float:
        return 2 * math.pi / self.period

    @property
    def balls(self) -> int:
        """Entries of its table of powers."""
        return self.modes * (self.terms // 2 + 4)

    @property
    def highest(self) -> float:
        """First frequency that is left out."""
        return self.step * (self.modes + 0.5)


@lru_cache(maxsize=256)
def setting(level: int, nats: float) -> Setting:
    """For norms up to 2^(level/4) and errors of about exp(-nats). Exact."""
    r = 2.0 ** (level / _LEVELS)
    more = nats + 16  # the constants in front: 3K, 11, powers of the period
    period = math.ceil(max(min(more, more / 2 + 2 * r * r), 4 * r * math.sqrt(more), 12.0))
    # What is left out is multiplied by a fourth power of the frequency.
    highest = 2 * (nats + 12 + 4 * math.log(nats + 12)) / math.pi
    modes = math.ceil(highest * period / (2 * math.pi))
    # The bound on what is left out counts, not what it is: its constants are worth another 30.
    many = more + 30
    terms = math.ceil(0.5 * (many * r / math.pi) ** 2 + 3 * many * r / math.pi + 16)
    return Setting(float(period), modes, terms + terms % 2)


def level_of(r: float) -> int:
    """The least level whose norm is at least r. Exact."""
    return max(-4, math.ceil(_LEVELS * math.log2(max(r, FLOOR)) - 1e-9))


@dataclass
class _Kept:
    """The tables last used, ``LARGEST`` balls in all."""

    tables: OrderedDict[tuple[int, int], tuple[Any, list[Any], list[Any], Setting]]

    def get(self, level: int, precision: int) -> tuple[Any, list[Any], list[Any], Setting]:
        key = (level, precision)
        if key not in self.tables:
            room = LARGEST - setting(level, precision * math.log(2)).balls
            while self.tables and sum(kept[-1].balls for kept in self.tables.values()) > room:
                self.tables.popitem(last=False)
            self.tables[key] = _powers(level, precision)
        self.tables.move_to_end(key)
        return self.tables[key]


_KEPT = _Kept(OrderedDict())


def _powers(level: int, precision: int) -> tuple[Any, list[Any], list[Any], Setting]:
    """Powers of the frequencies (modes x odd orders), frequencies and weights, in balls of a precision in bits."""
    found = setting(level, precision * math.log(2))
    step = 2 * flint.arb.pi() / int(found.period)
    omega = [step * (2 * i + 1) / 2 for i in range(found.modes)]
    weight = [step / (flint.arb.pi() * x / 2).sinh() for x in omega]
    rows = []
    for x in omega:
        square, power, row = x * x, x, []
        for i in range(found.terms // 2 + 4):  # as many as Setting.balls says
            row.append(power if i % 2 == 0 else -power)
            power = power * square
        rows.append(row)
    return flint.arb_mat(rows), omega, weight, found


_REMEMBERED: dict[tuple[Any, ...], tuple[list[Any], list[Any]]] = {}


def _odd_in_balls(p: Any, level: int) -> tuple[list[Any], list[Any]]:
    """t_1, t_3, ... of the truncated sine series as balls, and exp(-omega^2 p / 2) for each frequency."""
    precision = flint.ctx.prec
    key = (p.mid().man_exp(), p.rad().man_exp(), level, precision)
    if key not in _REMEMBERED:
        powers, omega, weight, _ = _KEPT.get(level, precision)
        decay = [(-(x * x) * p / 2).exp() for x in omega]
        row = flint.arb_mat([[w * d for w, d in zip(weight, decay, strict=True)]]) * powers
        if len(_REMEMBERED) > 256:
            _REMEMBERED.clear()
        _REMEMBERED[key] = ([row[0, i] for i in range(row.ncols())], decay)
    return _REMEMBERED[key]


def _above(ball: Any) -> float:
    """An upper bound in doubles."""
    return math.nextafter(float(ball.upper()), math.inf)


class Series:
    """Enclosures of one function of the family by its power series. Enclosure.

    Parameters
    ----------
    kind : str
        ``"tanh"``, ``"softplus"`` or ``"silu"``, the latter two in the variable y.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __call__(self, orders: Sequence[tuple[int, int, int]], s: Any, p: Any, q: Any) -> tuple[Any, ...]:
        """Derivatives of the interaction function, with everything that was left out in their radii."""
        tops = [_above(z) for z in (p, q)]
        if (
            not all(z.is_finite() for z in (s, p, q))
            or max(tops) > LIMIT**2
            or min(float(p.lower()), float(q.lower())) < -1e-3
        ):
            return tuple(flint.arb("nan") for _ in orders)
        radii = [math.sqrt(max(top, FLOOR**2)) * (1 + 1e-12) for top in tops]
        level = level_of(max(radii))
        found = setting(level, flint.ctx.prec * math.log(2))
        if found.balls > LARGEST:
            return tuple(flint.arb("nan") for _ in orders)
        terms, tail = self._cut(found, radii, (p, q), s)
        P, Q = self._orders(p, level, terms), self._orders(q, level, terms)
        sums = sums_in_balls(orders, P, Q, s, terms)
        error = flint.arb(0, flint.arb(tail + _of_function(found, *radii)).abs_upper())
        return tuple(total + error for total in sums)

    def _orders(self, p: Any, level: int, terms: int) -> list[Any]:
        """gamma_0, ..., gamma_{terms - 1}; None where exactly zero."""
        odd, decay = _odd_in_balls(p, level)
        found: list[Any] = [None] * terms
        if self._kind == "tanh":
            found[1::2] = odd[: len(found[1::2])]
            return found
        found[1] = flint.arb(1)
        if self._kind == "softplus":
            _, omega, weight, _ = _KEPT.get(level, flint.ctx.prec)
            parts = (w * (1 - d) / x for w, d, x in zip(weight, decay, omega, strict=True))
            found[0] = sum(parts, flint.arb(2).log())
        else:
            found[0] = p * odd[0]
        for j in range(2, terms, 2):
            lower = odd[j // 2 - 1]
            found[j] = lower if self._kind == "softplus" else p * odd[j // 2] + j * lower
        return found

    def _cut(self, found: Setting, radii: list[float], squares: tuple[Any, Any], s: Any) -> tuple[int, float]:
        """After how many terms to stop, and a bound on all that follow, for every order of derivatives."""
        omega, target = found.highest, math.exp(-flint.ctx.prec * math.log(2))
        front = found.step * found.modes * 2 * (1 + 2 / (math.pi * found.step))
        last = math.ceil(2 * (omega * max(radii)) ** 2) + 10
        j = np.arange(6, last + 1, dtype=np.float64)
        size = np.zeros_like(j)
        for r, square in zip(radii, squares, strict=True):
            spread = 0.5 * omega**2 * max(r * r - float(square.lower()), 0.0)
            size += math.log(front) + min(spread, 600.0) + _largest_coefficient(j - 5, r)
            size += np.log(2 * np.sqrt(j + 5) * r + 1)
        u = _above(abs(s)) / (radii[0] * radii[1])
        size += j * math.log(max(u, 1e-300)) + 2 * np.log(j + 4) + 4 * math.log(max(1.0, 1 / min(radii)))
        with np.errstate(over="ignore", under="ignore"):
            bounds = np.exp(np.minimum(size, 700.0)) * (1 + 1e-9)
        # After the last one each factor falls by the root of two at least, or more than powers of j can grow.
        tails = np.cumsum(bounds[::-1])[::-1] * (1 + 1e-9) + 8 * bounds[-1]
        place = int(np.argmax(tails < target)) if bool((tails < target).any()) else len(j) - 1
        terms = min(int(j[place]), found.terms)
        return terms, float(tails[terms - 6])


def _largest_coefficient(j: Array, r: float) -> Array:
    """log of max_t exp(-pi t / 2r) t^j exp(-t^2/2) / sqrt(j!), rounded up."""
    half = math.pi / (4 * r)
    t = np.sqrt(j + half * half) - half
    # Stirling from below: log j! >= j log j - j + log(2 pi j) / 2.
    factorial = j * np.log(j) - j + 0.5 * np.log(2 * np.pi * j)
    return np.asarray(-2 * half * t + j * np.log(t) - 0.5 * t * t - 0.5 * factorial + 1e-9 * (1 + j))


def _of_function(found: Setting, r: float, t: float) -> float:
    """What periodicity and the frequencies left out can do to a derivative of the interaction function."""
    P, h, omega = found.period, found.step, found.highest
    per_mode = (1 + h / omega) ** 4 * math.exp(-math.pi * h / 2)
    left_out = 2.1 * h * omega**4 * math.exp(-math.pi * omega / 2) / (1 - per_mode) if per_mode < 1 else math.inf

    def wrong(r: float) -> float:
        inside = 3 * _K * min(math.exp(-P), math.sqrt(2) * math.exp(min(4 * r * r - 2 * P, 0.0)))
        return (P / 2 + 4 + r) * (inside + 16 * math.exp(-((P / r) ** 2) / 16) + left_out)

    def norm(r: float) -> float:
        return 10 * (r + 4)

    return (wrong(r) * (norm(t) + wrong(t)) + norm(r) * wrong(t)) * (1 + 1e-9)


def _doubles(fast: Any) -> Doubles:
    return fast.value, fast.first, fast.second


TANH = SeriesKernel(None, Series("tanh"), digits=DIGITS, doubles=_doubles(logistic_mixture.TANH))
SIGMOID = SeriesKernel(
    None,
    Series("tanh"),
    scale=((1, 2), (1, 2)),
    shift=(1, 2),
    digits=DIGITS,
    doubles=_doubles(logistic_mixture.SIGMOID),
)
SOFTPLUS = SeriesKernel(
    None,
    Series("softplus"),
    scale=((1, 1), (1, 2)),
    digits=DIGITS,
    doubles=_doubles(logistic_mixture.SOFTPLUS),
)
SILU = SeriesKernel(None, Series("silu"), scale=((1, 1), (1, 2)), digits=DIGITS, doubles=_doubles(logistic_mixture))

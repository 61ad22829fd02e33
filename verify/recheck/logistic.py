r"""Expectations for tanh, sigmoid, softplus and SiLU: the trapezoidal rule in the plane, with a proved error.

All are made of the logistic function f(x) = 1/(1 + e^-x): f itself, tanh x = 2 f(2x) - 1, log(1 + e^x) with
derivative f, and x f(x); derivatives of f are polynomials in f, as f' = f - f^2.

*On the strip* |Im z| <= 13/5, |f| <= 1/sin 3 even 2/5 beyond it, where |1 + e^-z| >= sin 3; so by Cauchy
|f^(j)| <= j! (5/2)^j / sin 3. All sigma^(j) obey |sigma^(j)(z)| <= C_j (1 + |Re z|) there.

*Balls.* The rule is for one covariance matrix near the middle of the balls of s, p, q; from there to any point of
theirs the segment consists of covariance matrices, along which E_ij has the derivatives E_i+1,j+1 by s,
E_i+2,j / 2 by p and
E_i,j+2 / 2 by q: in mean value form, and these over the segment in terms of those in the middle and of
products of norms in L2. For the norms, f(x) - 1/2 = int_0^oo sin(w x) / sinh(pi w) dw, so that
|f^(j)| <= int w^j / sinh(pi w) dw = 2 (1 - 2^(-j-1)) j! zeta(j + 1) / pi^(j+1) on the line, j >= 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache, partial

import flint

from verify.recheck.numbers import Ball
from verify.recheck.trapezoid import STRIP, law

#: The family in words.
FORMULAS = {
    "tanh": "tanh(x)",
    "sigmoid": "1/(1 + exp(-x))",
    "softplus": "log(1 + exp(x))",
    "silu": "x/(1 + exp(-x))",
}
#: What is left beside the strip for Cauchy's estimate.
_BESIDE = flint.fmpq(2, 5)
#: Largest norm; beyond it the rule would be slow.
LONGEST = 64
_REMEMBERED = 4096


@lru_cache
def in_powers(j: int) -> tuple[int, ...]:
    """f^(j) as a polynomial in f: coefficients of f, f^2, ..., f^(j+1)."""
    if j == 0:
        return (1,)
    lower = in_powers(j - 1)
    out = [0] * (j + 1)
    for power, x in enumerate(lower, start=1):
        # (f^m)' = m f^m - m f^(m+1).
        out[power - 1] += power * x
        out[power] -= power * x
    return tuple(out)


def _on_line(j: int) -> Ball:
    """Upper bound on |f^(j)| on the real line."""
    if j == 0:
        return flint.arb(1)
    part = 1 - flint.arb(2) ** (-j - 1)
    return (2 * part * math.factorial(j) * flint.arb(j + 1).zeta() / flint.arb.pi() ** (j + 1)).upper()


def _on_strip(j: int) -> Ball:
    """Upper bound on |f^(j)| on the strip."""
    return (math.factorial(j) / flint.arb(_BESIDE) ** j / flint.arb(STRIP + _BESIDE).sin()).upper()


class Logistic:
    """E_ij of one activation of the family. Enclosure.

    Parameters
    ----------
    activation : str
    nats : int
        Errors of the rule are about exp(-nats), whatever the precision.
    """

    def __init__(self, activation: str, nats: int) -> None:
        self._name, self._nats = activation, nats
        self._known: dict[tuple[object, ...], list[list[Ball]]] = {}

    def __call__(self, orders: Sequence[tuple[int, int]], s: Ball, p: Ball, q: Ball) -> list[Ball]:
        """E_ij for each order (i, j)."""
        highest = 2 if max(max(order) for order in orders) <= 2 else 4
        names = [(z.mid().man_exp(), z.rad().man_exp()) for z in (s, p, q)]
        # The two roles exchanged is the transposed table.
        mirrored = names[2] < names[1]
        first, second = (q, p) if mirrored else (p, q)
        where = (flint.ctx.prec, names[0], *sorted(names[1:]))
        if (4, *where) in self._known:
            highest = 4
        if (highest, *where) not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[highest, *where] = self._table(highest, s, first, second)
        table = self._known[highest, *where]
        return [table[j][i] if mirrored else table[i][j] for i, j in orders]

    # What is special of each activation.

    def _columns(self, x: Ball, highest: int) -> list[Ball]:
        """What derivatives up to the highest are combinations of, at x."""
        f = 1 / (1 + (-self._rate() * x).exp())
        powers = [f]
        for _ in range(highest):
            powers.append(powers[-1] * f)
        if self._name == "silu":
            return powers + [x * z for z in powers]
        if self._name == "softplus":
            # log(1 + e^x) without the loss of digits of log(1 + e^-x) + x for very negative x.
            return [*powers, -(1 - f).log() if x < 0 else x - f.log()]
        return [*powers, flint.arb(1)]

    def _combinations(self, highest: int) -> flint.arb_mat:
        """Columns to derivatives: one column of this matrix for each order."""
        size = highest + 1
        width = 2 * size if self._name == "silu" else size + 1
        rows = [[flint.arb(0)] * size for _ in range(width)]
        for j in range(size):
            for place, x in enumerate(in_powers(j)):
                if self._name == "silu":
                    rows[size + place][j] += x
                    if j + 1 < size:
                        rows[place][j + 1] += (j + 1) * x
                elif self._name == "softplus":
                    if j + 1 < size:
                        rows[place][j + 1] += x
                else:
                    rows[place][j] += 2 ** (j + 1) * x if self._name == "tanh" else x
        if self._name == "softplus":
            rows[size][0] += 1
        if self._name == "tanh":
            rows[size][0] -= 1
        return flint.arb_mat(rows)

    def _rate(self) -> int:
        """The argument of f per unit of x."""
        return 2 if self._name == "tanh" else 1

    def _growth(self, j: int) -> Ball:
        """C_j: |sigma^(j)(z)| <= C_j (1 + |Re z|) on the strip."""
        bound = _on_strip(j)
        if self._name == "tanh":
            return 2 * flint.arb(2) ** j * bound + 1
        if self._name == "softplus":
            # |log(1 + e^z)| <= pi + max(log 2 + |x|, -log sin 3).
            return _on_strip(j - 1) if j else flint.arb(6)
        if self._name == "silu":
            return 3 * bound + (j * _on_strip(j - 1) if j else 0)
        return bound

    def _norm(self, j: int, length: Ball) -> Ball:
        """Upper bound on the L2 norm of sigma^(j)(X), X of standard deviation at most ``length``."""
        if self._name == "tanh":
            return 2 ** (j + 1) * _on_line(j) if j else flint.arb(1)
        if self._name == "softplus":
            return _on_line(j - 1) if j else flint.arb(2).log() + length
        if self._name == "silu":
            return length * _on_line(j) + (j * _on_line(j - 1) if j else 0)
        return _on_line(j)

    def _table(self, highest: int, s: Ball, p: Ball, q: Ball) -> list[list[Ball]]:
        """All E_ij with i and j up to the highest, for X of the variance p and Y of the variance q."""
        if not (p.is_finite() and q.is_finite() and s.is_finite() and p < LONGEST**2 and q < LONGEST**2):
            return [[flint.arb.nan()] * (highest + 1) for _ in range(highest + 1)]
        found = law(s, p, q)
        middle = found.covariance()
        away = [x - y for x, y in zip((s, p, q), middle, strict=True)]
        # Over balls that are not nearly numbers, one more order of Taylor's series.
        taylor = not all(x.abs_upper() < flint.arb(2) ** -100 for x in away)
        highest += 2 * taylor
        size = highest + 1
        growth = [self._growth(j) for j in range(size)]
        nats = self._nats + math.log(32 * float((growth[-1] ** 2 * (1 + p) * (1 + q)).upper()))
        combine = self._combinations(highest)
        sums, error = found.sums(partial(self._columns, highest=highest), self._rate(), nats)
        table: list[list[Ball]] = (combine.transpose() * sums * combine).tolist()
        lengths = [_larger(x.upper(), y.upper()).sqrt() for x, y in ((p, middle[1]), (q, middle[2]))]
        X, Y = ([self._norm(j, length).upper() for j in range(size + 2)] for length in lengths)
        ds, dp, dq = (x.abs_upper() for x in away)
        wide = [row[:] for row in table]
        for i in range(size):
            for j in range(size):
                table[i][j] += flint.arb(0, (growth[i] * growth[j] * error).upper())
                moved = ds * X[i + 1] * Y[j + 1] + (dp * X[i + 2] * Y[j] + dq * X[i] * Y[j + 2]) / 2
                wide[i][j] = table[i][j] + flint.arb(0, moved.upper())
        if not taylor:
            return wide
        (ds, dp, dq), kept = away, range(size - 2)
        return [
            [table[i][j] + ds * wide[i + 1][j + 1] + (dp * wide[i + 2][j] + dq * wide[i][j + 2]) / 2 for j in kept]
            for i in kept
        ]


def _larger(x: Ball, y: Ball) -> Ball:
    """The larger of two exact balls."""
    return x if x > y else y

r"""Expectations of products of powers, exponentials and normal distribution functions of two Gaussians.

A term is c x^n exp(alpha x^2 + beta x) Phi(x)^a with a = 0 or 1, and beta = 0 where a = 1; derivatives of terms are
sums of terms. Under the exponential factors the law of (X, Y) with covariance matrix S becomes normal again:
V = S (I - 2 D S)^(-1) for D = diag(alpha, alpha'), mean V (beta, beta'), and mass
exp((beta, beta') V (beta, beta')' / 2) / sqrt(R), R = det(I - 2 D S). The powers go by Stein's identity,

    E[(x - mean) F] = V_11 E[F_x] + V_12 E[F_y],

in which Phi' = phi is a term again. What is left is E[Phi(x)] = 1/2 for mean 0, and
E[Phi(x) Phi(y)] = 1/4 + asin(V_12 / sqrt((1 + V_11)(1 + V_22))) / (2 pi), the probability of a quadrant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import flint

from verify.recheck.numbers import Ball

#: Order of derivatives: four for the Hessian, and two more for its mean value form.
HIGHEST = 6


@dataclass(frozen=True, eq=False)
class Term:
    """c x^n exp(alpha x^2 + beta x) Phi(x)^a, with balls, real or complex."""

    c: Ball
    n: int
    alpha: Ball
    beta: Ball
    a: int = 0


def derivative(terms: Sequence[Term]) -> list[Term]:
    """Terms of the derivative. Exact."""
    out = []
    for t in terms:
        if t.n:
            out.append(replace(t, c=t.c * t.n, n=t.n - 1))
        # Undecided balls count as different from zero.
        if not t.alpha.is_zero():
            out.append(replace(t, c=2 * t.c * t.alpha, n=t.n + 1))
        if not t.beta.is_zero():
            out.append(replace(t, c=t.c * t.beta))
        if t.a:
            density = 1 / (2 * flint.arb.pi()).sqrt()
            out.append(replace(t, c=t.c * density, alpha=t.alpha - flint.arb(0.5), a=0))
    # Terms of the same exponentials, the same objects, are added up: else each order would have thrice as many.
    found: dict[tuple[int, ...], Term] = {}
    for t in out:
        key = t.n, id(t.alpha), id(t.beta), t.a
        found[key] = replace(t, c=found[key].c + t.c) if key in found else t
    return list(found.values())


class Expectations:
    """E_ij for a sum of terms. Enclosure.

    Parameters
    ----------
    terms : sequence of Term
        Of a real function.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms = list(terms)
        self._orders: dict[int, list[list[Term]]] = {}

    def _derivatives(self) -> list[list[Term]]:
        """Of all orders; at the working precision, which coefficients have to have."""
        precision = flint.ctx.prec
        if precision not in self._orders:
            found = [self._terms]
            for _ in range(HIGHEST):
                found.append(derivative(found[-1]))
            self._orders[precision] = found
        return self._orders[precision]

    def __call__(self, orders: Sequence[tuple[int, int]], s: Ball, p: Ball, q: Ball) -> list[Ball]:
        """E_ij for each order (i, j); over balls that are not numbers in mean value form, by Price's theorem."""
        if s.is_exact() and p.is_exact() and q.is_exact():
            return [self._at(i, j, s, p, q) for i, j in orders]
        mid = [z.mid() for z in (s, p, q)]
        away = [z - m for z, m in zip((s, p, q), mid, strict=True)]
        return [
            self._at(i, j, *mid)
            + away[0] * self._at(i + 1, j + 1, s, p, q)
            + (away[1] * self._at(i + 2, j, s, p, q) + away[2] * self._at(i, j + 2, s, p, q)) / 2
            for i, j in orders
        ]

    def _at(self, i: int, j: int, s: Ball, p: Ball, q: Ball) -> Ball:
        table = self._derivatives()
        return _product(table[i], table[j], s, p, q)


def _product(left: Sequence[Term], right: Sequence[Term], s: Ball, p: Ball, q: Ball) -> Ball:
    total = flint.arb(0)
    tilted: dict[tuple[int, int], _Law] = {}
    for x in left:
        for y in right:
            key = id(x.alpha), id(y.alpha)
            if key not in tilted:
                tilted[key] = _Law(x.alpha, y.alpha, s, p, q)
            total += x.c * y.c * tilted[key].expectation(x, y)
    return total.real if isinstance(total, flint.acb) else total


class _Law:
    """The normal law under two Gaussian factors."""

    def __init__(self, alpha: Ball, beta: Ball, s: Ball, p: Ball, q: Ball) -> None:
        first, second = 1 - 2 * alpha * p, 1 - 2 * beta * q
        self.room = first * second - 4 * alpha * beta * s * s
        self.xx = (p * second + 2 * beta * s * s) / self.room
        self.yy = (q * first + 2 * alpha * s * s) / self.room
        self.xy = s / self.room

    def expectation(self, x: Term, y: Term) -> Ball:
        """Of the product of two terms whose Gaussian factors this law holds, without their coefficients."""
        if x.a or y.a:
            return self._with_cdf(x.n, y.n, x.a, y.a) / self.room.sqrt()
        mean = self.xx * x.beta + self.xy * y.beta, self.xy * x.beta + self.yy * y.beta
        mass = ((x.beta * mean[0] + y.beta * mean[1]) / 2).exp() if not (x.beta.is_zero() and y.beta.is_zero()) else 1
        return self._powers(x.n, y.n, mean) * mass / self.room.sqrt()

    def _powers(self, n: int, m: int, mean: tuple[Ball, Ball]) -> Ball:
        """E[x^n y^m], row by row: first E[y^j], then one power of x after the other."""
        row = [flint.arb(1)]
        for j in range(m):
            row.append(mean[1] * row[j] + (self.yy * j * row[j - 1] if j else 0))
        before: list[Ball] = [flint.arb(0)] * (m + 1)
        for i in range(n):
            after = [
                mean[0] * row[j] + self.xx * i * before[j] + (self.xy * j * row[j - 1] if j else 0)
                for j in range(m + 1)
            ]
            before, row = row, after
        return row[m]

    def _with_cdf(self, n: int, m: int, a: int, b: int) -> Ball:
        """E[x^n y^m Phi(x)^a Phi(y)^b]."""
        if not n and not m:
            if not (a and b):
                return flint.arb(0.5) if a or b else flint.arb(1)
            return flint.arb(0.25) + (self.xy / ((1 + self.xx) * (1 + self.yy)).sqrt()).asin() / (2 * flint.arb.pi())
        if not n:
            return self._mirrored()._with_cdf(m, n, b, a)
        total = self.xx * (n - 1) * self._with_cdf(n - 2, m, a, b) if n > 1 else flint.arb(0)
        if m:
            total += self.xy * m * self._with_cdf(n - 1, m - 1, a, b)
        if a:
            total += self.xx * self._at_density(n - 1, m, b)
        if b:
            total += self.xy * self._mirrored()._at_density(m, n - 1, a)
        return total

    def _at_density(self, n: int, m: int, b: int) -> Ball:
        """E[x^n phi(x) y^m Phi(y)^b]."""
        law = _Law(flint.arb(-0.5), flint.arb(0), self.xy, self.xx, self.yy)
        return law._with_cdf(n, m, 0, b) / (2 * flint.arb.pi() * law.room).sqrt()

    def _mirrored(self) -> _Law:
        other = object.__new__(_Law)
        other.room, other.xx, other.yy, other.xy = self.room, self.yy, self.xx, self.xy
        return other

r"""The trapezoidal rule for expectations over the plane, with a proved error.

On a strip of half width d the rule of step h errs by at most 2 M / (exp(2 pi d / h) - 1), where M bounds the integral
of the absolute value along every line of the strip (Trefethen and Weideman, The exponentially convergent trapezoidal
rule, 2014, theorem 5.1). Functions of X and Y are to obey |F(z)| <= C (1 + |Re z|) on |rate Im z| <= ``STRIP``.

*Product*: X = r xi, Y = z zeta, xi and zeta standard normal with correlation u, sigma^2 = 1 - u^2. Given xi, zeta has
mean u xi and standard deviation sigma. First the rule for xi, with zeta integrated exactly, then that for zeta at the
nodes of xi. On a line at height d the density is exp(d^2 / 2 sigma^2) times as large, and with
E(1 + r|xi|)(1 + |u||xi|) <= (1 + r)(1 + |u|), E[1 + z|zeta| | xi] <= (1 + z)(1 + |u||xi|), all errors have the factor
(1 + r)(1 + z)(1 + |u|). Sums with steps h <= sigma instead of integrals are at most twice as large, for the monomials
have at most two humps. What is cut off beyond T is at most 2 (1 + r)(1 + |u|)(t + 1/t) phi(t), t = T - h > 2, of the
one and likewise of the other variable, as x^2 phi(x) falls there.

*Sheared*: X = r xi, Y = c xi + e eta with independent xi, eta, for nearly parallel vectors: sigma becomes 1 and u, z
become c, e, since |c xi + e eta| <= |c||xi| + e|eta|.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import flint

from verify.recheck.numbers import Ball

#: Half width of the strip on which functions are bounded.
STRIP = flint.fmpq(13, 5)

Columns = Callable[[Ball], list[Ball]]


@dataclass(frozen=True)
class Nodes:
    """A rule of one variable: nodes, weights without their normal density, and factors of its error. Enclosure.

    ``bound`` is for what is summed instead of integrated, ``cut`` for what is left out.
    """

    at: list[Ball]
    weight: Ball
    bound: Ball
    cut: Ball


def _nodes(scale: Ball, nats: float, sigma: Ball) -> Nodes:
    """For functions whose argument moves ``scale`` per unit (exact, not negative); errors of about exp(-nats)."""
    if scale.is_zero():
        return Nodes([flint.arb(0)], (2 * flint.arb.pi()).sqrt(), flint.arb(0), flint.arb(0))
    narrow = float(sigma.mid())
    free = math.sqrt(2 * nats) * narrow
    # Slightly less than the strip allows, whatever the roundings of these doubles.
    width = min(free, 2.6 * (1 - 2.0**-40) / float(scale)) if float(scale) * free > 2.6 else free
    size = min(2 * math.pi * width / (nats + (width / narrow) ** 2 / 2), narrow * (1 - 2.0**-40))
    count = math.ceil((math.sqrt(2 * nats) + 1) / size) + 1
    half, step = flint.arb(width), flint.arb(size)
    t = step * (count - 1)
    bound = 2 * ((half / sigma) ** 2 / 2).exp() / ((2 * flint.arb.pi() * half / step).exp() - 1)
    cut = (t + 1 / t) * _bell(t) * 2 / (2 * flint.arb.pi()).sqrt()
    fits = t > 2 and half > 0 and step <= sigma and half * scale <= flint.arb(STRIP)
    return Nodes([step * i for i in range(-count, count + 1)], step, bound.upper() if fits else flint.arb.nan(), cut)


def _bell(x: Ball) -> Ball:
    return (-x * x / 2).exp()


def _error(outer: Nodes, inner: Nodes, r: Ball, u: Ball, z: Ball) -> Ball:
    """Of the whole sum, for functions with C = 1."""
    parts = outer.bound + 2 * inner.bound + 2 * outer.cut + 2 * inner.cut
    return (1 + r) * (1 + abs(u)) * (1 + z) * parts


@dataclass(frozen=True)
class Product:
    """For vectors that are not nearly parallel; r, z, u exact, r and z not negative. Enclosure."""

    r: Ball
    z: Ball
    u: Ball

    def covariance(self) -> tuple[Ball, Ball, Ball]:
        """s, p, q."""
        return self.r * self.z * self.u, self.r**2, self.z**2

    def sums(self, columns: Columns, rate: int, nats: float) -> tuple[flint.arb_mat, Ball]:
        """E of each column at X times each column at Y, and the error of all of them."""
        u = self.u
        variance = 1 - u * u
        sigma = variance.sqrt()
        outer, inner = (_nodes(rate * length, nats, sigma) for length in (self.r, self.z))
        pull = (u * outer.weight * inner.weight / variance).exp() if len(outer.at) > 1 and len(inner.at) > 1 else 1
        n, m = len(outer.at) // 2, len(inner.at) // 2
        front = outer.weight * inner.weight / (2 * flint.arb.pi() * sigma)
        # A rule of one node is the whole integral of its variable; then u = 0.
        left = [(-x * x / (2 * variance)).exp() if n else sigma for x in outer.at]
        right = [(-x * x / (2 * variance)).exp() * front if m else front * sigma for x in inner.at]
        rows: list[list[Ball]] = []
        grown, factors = [flint.arb(1)] * (2 * m + 1), [flint.arb(pull) ** place for place in range(-m, m + 1)]
        for x in left[n:]:
            rows.append([x * (y * w) for y, w in zip(right, grown, strict=True)])
            grown = [w * f for w, f in zip(grown, factors, strict=True)]
        rows = [row[::-1] for row in rows[:0:-1]] + rows
        X, Y = (flint.arb_mat([columns(k * x) for x in nodes.at]) for k, nodes in ((self.r, outer), (self.z, inner)))
        return X.transpose() * (flint.arb_mat(rows) * Y), _error(outer, inner, self.r, u, self.z)


@dataclass(frozen=True)
class Sheared:
    """For nearly parallel vectors; r, c, e exact, r and e not negative. Enclosure."""

    r: Ball
    c: Ball
    e: Ball

    def covariance(self) -> tuple[Ball, Ball, Ball]:
        """s, p, q."""
        return self.r * self.c, self.r**2, self.c**2 + self.e**2

    def sums(self, columns: Columns, rate: int, nats: float) -> tuple[flint.arb_mat, Ball]:
        """E of each column at X times each column at Y, and the error of all of them."""
        most = self.r if self.r > abs(self.c) else abs(self.c)
        outer, inner = (_nodes(rate * scale, nats, flint.arb(1)) for scale in (most, self.e))
        root = (2 * flint.arb.pi()).sqrt()
        weights = flint.arb_mat([[inner.weight * _bell(eta) / root for eta in inner.at]])
        shifts = [self.e * eta for eta in inner.at]
        X, Y = [], []
        for xi in outer.at:
            X.append([outer.weight * _bell(xi) / root * f for f in columns(self.r * xi)])
            Y.append((weights * flint.arb_mat([columns(self.c * xi + y) for y in shifts])).entries())
        return flint.arb_mat(X).transpose() * flint.arb_mat(Y), _error(outer, inner, self.r, self.c, self.e)


def law(s: Ball, p: Ball, q: Ball) -> Product | Sheared:
    """A law with exact parameters near the middle of the balls of its covariance matrix."""
    r, z = (x.nonnegative_part().sqrt().mid() if x.upper() > 0 else flint.arb(0) for x in (p, q))
    u = (s.mid() / (r * z)).mid() if r * z > 0 else flint.arb(0)
    if abs(u) < _PARALLEL:
        return Product(r, z, u)
    c = (s.mid() / r).mid()
    left = (q.mid() - c * c).mid()
    # Parallel vectors leave rounding noise: one node does for it.
    noise = flint.arb(2) ** (20 - flint.ctx.prec) * (1 + q.mid())
    return Sheared(r, c, left.sqrt().mid() if left > noise else flint.arb(0))


#: Cosine from which on vectors are nearly parallel.
_PARALLEL = 0.99

r"""Bounds on how the Hessian changes, from the norms of single neurons alone.

Let u = (omega_i, alpha_i), |u| = 1, and f the network as an element of L2 of the inputs. With c_m >= the norm of
sigma^(m)(w.x) (omega.x)^m over unit omega (``smoothness``; for different arguments the norm is no larger, Banach's
theorem on symmetric forms), c_0 >= |sigma(w.x)|, A >= |a|, and [x, y] the greatest eigenvalue of ((x, y), (y, 0)),

    |Df u| <= J,  |D^2 f[u, u]| <= kappa,  |D^3 f[u, u, u]| <= kappa3,
    J^2 = sum c_0^2 + A^2 c_1^2,  kappa = max [A c_2, c_1],  kappa3 = max (A c_3 + 2 c_2 / sqrt 3).

L = |r|^2 gives |D^3 L[v, u, u]| <= K |v|, K = 6 J kappa + 2 |r| kappa3. Along a curve with v = p', c = p'',
v_i = (nu_i, beta_i), the second derivative of u' Hess L(p(t)) u is D^4 L[v, v, u, u] + D^3 L[c, u, u],

    D^4 L[v, v, u, u] = 2 <D^2 f[v, v], D^2 f[u, u]> + 4 |D^2 f[v, u]|^2 + 4 <Df v, D^3 f[v, u, u]>
                        + 4 <Df u, D^3 f[v, v, u]> + 2 <r, D^4 f[v, v, u, u]>,
    D^3 L[c, u, u] = 2 <Df c, D^2 f[u, u]> + 4 <Df u, D^2 f[c, u]> + 2 <r, D^3 f[c, u, u]>,

every factor again a sum over neurons.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import flint

from verify.recheck.numbers import Ball
from verify.recheck.smoothness import smoothness
from verify.recheck.spectra import greatest

#: Squared norms are widened to multiples of 1 / this, so that the bounds of few intervals serve all.
_STEPS = 32
#: Longer incoming vectors get no bounds.
_LONGEST = 2**20
_BITS = 64


@dataclass(frozen=True)
class Neuron:
    """Bounds on one neuron: greatest |a|, and c_0 .. c_4."""

    outgoing: Ball
    c: tuple[Ball, Ball, Ball, Ball, Ball]


@dataclass(frozen=True)
class Motion:
    """Bounds on the velocity or the acceleration of one neuron: of its incoming vector and its outgoing weight."""

    incoming: Ball
    outgoing: Ball


def neuron(shortest: Ball, longest: Ball, outgoing: Ball) -> Neuron:
    """The bounds for all lengths from ``shortest`` to ``longest`` (exact, not negative) of the incoming vector."""
    if not longest < _LONGEST:
        return Neuron(outgoing, (flint.arb.nan(),) * 5)
    low = int((shortest**2 * _STEPS).lower().floor().unique_fmpz())
    high = int((longest**2 * _STEPS).upper().ceil().unique_fmpz())
    p = flint.arb(flint.fmpq(high, _STEPS))
    c_0 = (2 * (p / (1 + p)).asin() / flint.arb.pi()).sqrt().upper()
    return Neuron(outgoing, (c_0, *_norms(low, high)))


@lru_cache(maxsize=4096)
def _norms(low: int, high: int) -> tuple[Ball, Ball, Ball, Ball]:
    with flint.ctx.workprec(_BITS):
        ends = [flint.arb(flint.fmpq(x, _STEPS)) for x in (low, high)]
        first, second, third, fourth = (smoothness(m, *ends) for m in (1, 2, 3, 4))
    return first, second, third, fourth


def _top(x: Ball, y: Ball) -> Ball:
    """The greatest eigenvalue of ((x, y), (y, 0))."""
    return ((x + (x * x + 4 * y * y).sqrt()) / 2).upper()


class Bounds:
    """The bounds over a region in which every neuron keeps its own. Enclosure."""

    def __init__(self, neurons: list[Neuron], residual: Ball) -> None:
        self._neurons, self._residual = neurons, residual
        self.slope = sum((one.c[0] ** 2 + (one.outgoing * one.c[1]) ** 2 for one in neurons), flint.arb(0))
        self.slope = self.slope.upper().sqrt().upper()
        self._bend = greatest([_top(one.outgoing * one.c[2], one.c[1]) for one in neurons])
        self._twist = greatest(
            [(one.outgoing * one.c[3] + 2 * one.c[2] / flint.arb(3).sqrt()).upper() for one in neurons]
        )

    def third(self) -> Ball:
        """K: the Hessian changes by at most K times the distance, in the spectral norm."""
        return (6 * self.slope * self._bend + 2 * self._residual * self._twist).upper()

    def second_along(self, velocity: list[Motion], acceleration: list[Motion]) -> Ball:
        """Upper bound on the second derivative by time of u' Hess L u, over unit u."""
        together, square, slope, third, mixed, fourth = (flint.arb(0) for _ in range(6))
        thirds, fourths = [], []
        for one, v in zip(self._neurons, velocity, strict=True):
            A, (c0, c1, c2, c3, c4) = one.outgoing, one.c
            nu, beta = v.incoming, v.outgoing
            slope += beta * c0 + A * c1 * nu
            together += A * c2 * nu**2 + 2 * beta * nu * c1
            square += (c1 * nu) ** 2 + (c1 * beta + A * c2 * nu) ** 2
            mixed += (A * c3 * nu**2 + 2 * beta * nu * c2) ** 2 + (c2 * nu**2) ** 2
            thirds.append(_top(A * c3 * nu + beta * c2, c2 * nu))
            fourths.append(_top(A * c4 * nu**2 + 2 * beta * c3 * nu, c3 * nu**2))
        third, fourth = greatest(thirds), greatest(fourths)
        quartic = (
            2 * together * self._bend
            + 4 * square
            + 4 * slope * third
            + 4 * self.slope * mixed.sqrt()
            + 2 * self._residual * fourth
        )
        return (quartic + self._third_along(acceleration)).upper()

    def _third_along(self, direction: list[Motion]) -> Ball:
        """Upper bound on |D^3 L[c, u, u]| over unit u."""
        slope, square, thirds = flint.arb(0), flint.arb(0), []
        for one, c in zip(self._neurons, direction, strict=True):
            A, (c0, c1, c2, c3, _) = one.outgoing, one.c
            nu, beta = c.incoming, c.outgoing
            slope += beta * c0 + A * c1 * nu
            square += (c1 * nu) ** 2 + (c1 * beta + A * c2 * nu) ** 2
            thirds.append(_top(A * c3 * nu + beta * c2, c2 * nu))
        return (
            2 * slope * self._bend + 4 * self.slope * square.sqrt() + 2 * self._residual * greatest(thirds)
        ).upper()

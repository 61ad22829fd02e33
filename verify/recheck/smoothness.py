r"""Bounds on the derivatives of a neuron as functions of the input: c_m(p) >= |sigma^(m)(w.x) (omega.x)^m|_{L2}.

For sigma(t) = erf(t / sqrt 2), sigma^(m)(t)^2 = (2/pi) He_{m-1}(t)^2 exp(-t^2). Under x ~ N(0, I), with p = |w|^2 and
omega = (cos phi, sin phi) along and across w, the factor exp(-t^2) turns the law of t = sqrt(p) tau into
tau ~ N(0, v) with v = 1 / (1 + 2 p), and gives sqrt(v):

    |...|^2 = (2/pi) sqrt(v) sum_j binom(2m, 2j) (2m-2j-1)!! cos^2j sin^(2m-2j) E[He_{m-1}(sqrt(p) tau)^2 tau^2j].

The last sum is a polynomial in Bernstein form, at most its greatest coefficient: the one over binom(m, j). Since
p v = (1 - v) / 2, each is sqrt(v) times a polynomial in v: a polynomial in q = sqrt(v), bounded by subdivision.
"""

from __future__ import annotations

import heapq
from fractions import Fraction
from functools import lru_cache
from math import comb

import flint

from verify.recheck.numbers import Ball
from verify.recheck.spectra import greatest

#: Coefficients of He_{m-1}.
_HERMITE = {1: [1], 2: [0, 1], 3: [-1, 0, 1], 4: [0, -3, 0, 1]}
_PIECES = 300


def _odd_factorial(r: int) -> int:
    """(2r - 1)!!, the moment E[t^2r] of a standard Gaussian."""
    return 1 if r <= 0 else (2 * r - 1) * _odd_factorial(r - 1)


def _product(a: list[Fraction], b: list[Fraction]) -> list[Fraction]:
    c = [Fraction(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            c[i + j] += x * y
    return c


@lru_cache
def coefficients(m: int, j: int) -> tuple[Fraction, ...]:
    """(pi/2) times the j-th Bernstein coefficient, as a polynomial in q = sqrt(v), constant term first."""
    hermite = [Fraction(x) for x in _HERMITE[m]]
    square = _product(hermite, hermite)
    total = [Fraction(0)] * (m + j + 1)
    for r in range(0, len(square), 2):
        # E[p^(r/2) tau^(r + 2j)] = (r + 2j - 1)!! (p v)^(r/2) v^j.
        term = [Fraction(0)] * j + [square[r] * _odd_factorial(r // 2 + j)]
        for _ in range(r // 2):
            term = _product(term, [Fraction(1, 2), Fraction(-1, 2)])
        for i, x in enumerate(term):
            total[i] += x
    factor = Fraction(comb(2 * m, 2 * j) * _odd_factorial(m - j), comb(m, j))
    in_q = [Fraction(0)] * (2 * len(total))
    in_q[1::2] = [factor * x for x in total]
    return tuple(in_q)


def greatest_value(terms: tuple[Fraction, ...], low: Ball, high: Ball) -> Ball:
    """Exact upper bound on a polynomial over [low, high], by bisection with the mean value theorem. Enclosure."""
    f = flint.arb_poly([flint.arb(flint.fmpq(x.numerator, x.denominator)) for x in terms])
    slope = f.derivative()

    def piece(a: Ball, b: Ball) -> tuple[Ball, Ball]:
        middle, whole = ((a + b) / 2).mid(), a.union(b)
        at = f(middle)
        return (at + slope(whole) * (whole - middle)).upper(), at.lower()

    top, best = piece(low, high)
    if not top.is_finite():
        return flint.arb.nan()
    # The heap orders by doubles, which is only the order of work; the bound is the greatest of all pieces.
    heap = [(-float(top), 0, low, high, top)]
    for count in range(1, _PIECES):
        _, _, a, b, top = heap[0]
        best = greatest([best, top]) if a == b else best
        if top <= best * (1 + flint.arb(2) ** -30):
            break
        heapq.heappop(heap)
        middle = ((a + b) / 2).mid()
        for part, (x, y) in enumerate(((a, middle), (middle, b))):
            bound, value = piece(x, y)
            best = greatest([best, value])
            heapq.heappush(heap, (-float(bound), 2 * count + part, x, y, bound))
    return greatest([entry[-1] for entry in heap])


def smoothness(m: int, low: Ball, high: Ball) -> Ball:
    """Upper bound on c_m(p) for all p with low <= p <= high, m = 1 .. 4. Enclosure."""
    ends = [(1 / (1 + 2 * p)).sqrt() for p in (high, low)]
    bounds = [greatest_value(coefficients(m, j), ends[0].lower(), ends[1].upper()) for j in range(m + 1)]
    return (2 * greatest(bounds) / flint.arb.pi()).sqrt().upper()

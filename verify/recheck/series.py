"""Polynomials in Chebyshev's basis with ball coefficients: rows are coefficients, columns are components. Enclosure.

|T_k| <= 1 on [-1, 1] and (r^k + r^-k) / 2 on the ellipse with foci -1, 1 and half axes of sum r > 1.
"""

from __future__ import annotations

from functools import lru_cache

import flint

from verify.recheck.numbers import Ball


def basis(degree: int, tau: Ball) -> list[Ball]:
    """T_0(tau) .. T_degree(tau)."""
    row = [flint.arb(1), tau]
    while len(row) <= degree:
        row.append(2 * tau * row[-1] - row[-2])
    return row[: degree + 1]


def derivative(C: flint.arb_mat) -> flint.arb_mat:
    """Coefficients of the derivative, of the same shape: c'_{k-1} = c'_{k+1} + 2 k c_k, half of it for k = 1."""
    rows, columns = C.tolist(), C.ncols()
    out = [[flint.arb(0)] * columns for _ in range(C.nrows() + 1)]
    for k in range(C.nrows() - 1, 0, -1):
        out[k - 1] = [x + 2 * k * y for x, y in zip(out[k + 1], rows[k], strict=True)]
    out[0] = [x / 2 for x in out[0]]
    return flint.arb_mat(out[: C.nrows()])


@lru_cache(maxsize=64)
def points(degree: int, precision: int) -> tuple[Ball, ...]:
    """The extrema cos(pi j / degree) of T_degree, j = 0 .. degree; the precision only names the cache's entry."""
    return tuple(flint.arb.cos_pi_fmpq(flint.fmpq(j, degree)) for j in range(degree + 1))


@lru_cache(maxsize=64)
def interpolation(degree: int, precision: int) -> flint.arb_mat:
    """Values at ``points`` to coefficients of the interpolating polynomial."""
    period = [flint.arb.cos_pi_fmpq(flint.fmpq(j, degree)) for j in range(2 * degree)]
    rows = []
    for i in range(degree + 1):
        scale = flint.arb(flint.fmpq(1 if i in (0, degree) else 2, degree))
        row = [scale * period[i * j % (2 * degree)] for j in range(degree + 1)]
        row[0], row[degree] = row[0] / 2, row[degree] / 2
        rows.append(row)
    return flint.arb_mat(rows)


@lru_cache(maxsize=64)
def halving(degree: int, right: bool, precision: int) -> flint.arb_mat:
    """Coefficients on [-1, 1] to those of the same polynomial on its left or right half, again as [-1, 1]."""
    at = [(x + (1 if right else -1)) / 2 for x in points(degree, precision)]
    values = flint.arb_mat([basis(degree, x) for x in at])
    return interpolation(degree, precision) * values


def norm(values: list[Ball]) -> Ball:
    """Upper bound on the Euclidean norm."""
    square = sum((x * x for x in values), flint.arb(0)).upper()
    return square.sqrt().upper() if square > 0 else (flint.arb(0) if square.is_finite() else square)


def total(norms: list[Ball]) -> Ball:
    """Upper bound on a polynomial's norm over [-1, 1] from the norms of its coefficients."""
    return sum(norms, flint.arb(0)).upper()


def on_ellipse(norms: list[Ball], r: Ball) -> Ball:
    """Upper bound over the ellipse of r on what is left without the constant term."""
    bound, power = flint.arb(0), flint.arb(1)
    for x in norms[1:]:
        power = power * r
        bound += x * (power + 1 / power) / 2
    return bound.upper()

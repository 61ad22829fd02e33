r"""Bounds :math:`c_m \ge \|\sigma^{(m)}(w\cdot x)\,(\omega\cdot x)^m\|` over unit :math:`\omega`, m = 1, 2, 3.

For erf, and the normal distribution function, which is half of it and a constant, in closed form. Where the
derivatives are bounded, :math:`|\sigma^{(m)}| \le B_m`, they are at most :math:`B_m \sqrt{(2m-1)!!}`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import flint

from verify.certificates.existence import largest

#: Activations whose constants the theorem on basins has.
SMOOTH = ("erf", "normal-cdf", "tanh", "sigmoid", "softplus", "sin", "cos")


def derivative_norm_of(activation: str) -> Callable[[int, Any], Any]:
    """The bound as a function of m and of the squared norm of w, a ball. Enclosure."""
    if activation == "erf":
        return derivative_norm
    if activation == "normal-cdf":
        return lambda m, p: derivative_norm(m, p) / 2
    return lambda m, p: _bounds(activation)[m - 1] * flint.arb(double_factorial(2 * m - 1)).sqrt()


def _bounds(activation: str) -> Sequence[Any]:
    """The greatest absolute values of the first three derivatives."""
    root = flint.arb(3).sqrt()
    if activation == "tanh":
        return flint.arb(1), 4 / (3 * root), flint.arb(2)
    # Of the logistic function: f(1 - f), and at 1 - 2f = 1/sqrt 3 and 0 the next two.
    logistic = flint.arb(0.25), root / 18, flint.arb(0.125)
    if activation == "sigmoid":
        return logistic
    return (flint.arb(1), *logistic[:2]) if activation == "softplus" else (flint.arb(1),) * 3


def derivative_norm(m: int, p: Any) -> Any:
    r"""The bound for erf. Enclosure.

    The m-th derivative is a Hermite polynomial times a Gaussian, which only shrinks the variance of
    :math:`\hat w \cdot x` to :math:`v = 1/(1 + 2p)`, :math:`p = |w|^2`. The square is a polynomial in the squared
    cosine of :math:`\omega` and w; its largest Bernstein coefficient bounds it.
    """
    v = 1 / (1 + 2 * p)
    squared = _hermite_square(m - 1)
    best = flint.arb(0)
    for j in range(m + 1):
        moment = sum(
            (c * p**i * double_factorial(2 * i + 2 * j - 1) * v ** (i + j) for i, c in squared), flint.arb(0)
        )
        weight = flint.fmpq(math.comb(2 * m, 2 * j) * double_factorial(2 * (m - j) - 1), math.comb(m, j))
        best = largest((best, flint.arb(weight) * moment))
    return (2 / flint.arb.pi() * v.sqrt() * best).sqrt()


def _hermite_square(order: int) -> list[tuple[int, int]]:
    """The square of a probabilists' Hermite polynomial: powers of t^2 and their coefficients."""
    polynomials = [flint.fmpz_poly([1]), flint.fmpz_poly([0, 1])]
    for degree in range(1, order):
        polynomials.append(polynomials[1] * polynomials[degree] - degree * polynomials[degree - 1])
    square = polynomials[order] ** 2
    return [(i // 2, int(square[i])) for i in range(0, square.degree() + 1, 2)]


def double_factorial(n: int) -> int:
    """n (n - 2) (n - 4) ... Exact."""
    return math.prod(range(n, 1, -2))

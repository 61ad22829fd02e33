"""The perturbed copy in normalised coordinates at real n and k: equations, conditions on them, and Newton's method.

Unknowns are (t, a, U, V) of ``theory.normalised`` and, where a condition is added to the four equations, n.
Derivatives of a condition come from power series of order one (``flint.arb_series``), so that the same function gives
values, derivatives and, on balls with a radius, enclosures of both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import flint

from numerics.kernels import normalised as kernel

Number = Any
Condition = Callable[[Sequence[Number], Number, SimpleNamespace], Number]
#: Most steps of Newton's method.
STEPS = 60


def five(x: Sequence[Number]) -> tuple[Number, Number, Number, Number, Number]:
    """The unknowns by name: t, a, U, V, n."""
    t, a, U, V, n = x
    return t, a, U, V, n


def equations(x: Sequence[Number], k: Number, m: SimpleNamespace) -> tuple[Number, ...]:
    """The four equations at x = (t, a, U, V, n)."""
    return kernel.equations(*five(x), k, m)


def birth(x: Sequence[Number], k: Number, m: SimpleNamespace) -> Number:
    """The determinant of the standard component's block, over its stiff diagonal entries and 1 - 2/n.

    It vanishes where the perturbed copy gains or loses its n - 1 negative directions. (At n = 2 one of the five
    coordinates means nothing and the determinant is zero; the stiff entries grow by powers of n, in which Newton's
    method would lose its way.)
    """
    flat = list(kernel.standard(*five(x), k, m))
    rows: list[list[Number]] = [[None] * 5 for _ in range(5)]
    for i in range(5):
        for j in range(i, 5):
            rows[i][j] = rows[j][i] = flat.pop(0)
    return _determinant(rows) / (rows[2][2] * rows[3][3] * rows[4][4] * (1 - 2 / x[4]))


def fold(x: Sequence[Number], k: Number, m: SimpleNamespace) -> Number:
    """The determinant of the equations in (t, a, U, V); it vanishes where the branch turns back in n."""
    flat = kernel.jacobian(*five(x), k, m)
    return _determinant([list(flat[5 * i : 5 * i + 4]) for i in range(4)])


def excess(x: Sequence[Number], k: Number, m: SimpleNamespace) -> Number:
    """By how much the loss is above that of the optimal copy-average point, continued to real n."""
    (loss,) = kernel.loss(*five(x), k, m)
    size = k - x[4] + 1
    # The one-neuron loss as in theory.neuron, for real sizes.
    average = size / 3 - 2 * size * size * m.asin(1 / (2 * size)) / m.pi
    return loss - average


def _determinant(rows: list[list[Number]]) -> Number:
    """By expansion in minors of the lower rows: no division, hence no pivot that a ball could not tell from zero."""
    order = len(rows)
    minors: dict[tuple[int, ...], Number] = {(j,): rows[-1][j] for j in range(order)}
    for row in reversed(rows[:-1]):
        larger: dict[tuple[int, ...], Number] = {}
        for columns, value in minors.items():
            for j in range(order):
                if j in columns:
                    continue
                place = sum(c < j for c in columns)
                term = row[j] * value
                key = tuple(sorted((*columns, j)))
                term = -term if place % 2 else term
                larger[key] = larger[key] + term if key in larger else term
        minors = larger
    return minors[tuple(range(order))]


def system(condition: Condition | None) -> Callable[[Sequence[Number], Number, SimpleNamespace], list[Number]]:
    """The four equations and a condition as one system in (t, a, U, V, n)."""

    def residuals(x: Sequence[Number], k: Number, m: SimpleNamespace) -> list[Number]:
        found = list(equations(x, k, m))
        return found if condition is None else [*found, condition(x, k, m)]

    return residuals


def derivatives(
    residuals: Callable[[Sequence[Number], Number, SimpleNamespace], list[Number]],
    x: Sequence[Number],
    k: Number,
    m: SimpleNamespace,
) -> tuple[list[Number], list[list[Number]]]:
    """Values and derivatives of a system by power series of order one. Enclosures if x are balls.

    Returns
    -------
    (list, list of rows)
        Residuals, and their derivatives, row by row.
    """
    columns = []
    values: list[Number] = []
    zero = flint.arb(0)
    for i in range(len(x)):
        moved = [flint.arb_series([value, int(i == j)], 2) for j, value in enumerate(x)]
        found = residuals(moved, k, m)
        columns.append([flint.arb_series(f, 2)[1] if isinstance(f, flint.arb_series) else zero for f in found])
        values = [f[0] if isinstance(f, flint.arb_series) else f for f in found]
    return values, [[column[row] for column in columns] for row in range(len(values))]


def newton(
    residuals: Callable[[Sequence[Number], Number, SimpleNamespace], list[Number]],
    start: Sequence[Number],
    k: Number,
    m: SimpleNamespace,
    tolerance: float,
) -> list[Number] | None:
    """Newton's method on midpoints; None unless relative steps fall below the tolerance. Approximation."""
    x = [flint.arb(value).mid() for value in start]
    for _ in range(STEPS):
        try:
            values, rows = derivatives(residuals, x, k, m)
            step = flint.arb_mat(rows).mid().solve(flint.arb_mat([[value.mid()] for value in values]))
        except (ZeroDivisionError, ValueError):
            return None
        moves = [step[i, 0].mid() for i in range(len(x))]
        if not all(move.is_finite() for move in moves):
            return None
        # U and V tend to zero: they count absolutely.
        sizes = [1.0 if i in (2, 3) else float(abs(value)) for i, value in enumerate(x)]
        if not all(sizes):
            return None
        size = max(float(abs(move)) / whole for move, whole in zip(moves, sizes, strict=True))
        # Far away the steps are shortened, so that no unknown changes its sign by a guess.
        damp = 1.0 if size < 0.5 else 0.5 / size
        x = [(value - flint.arb(damp) * move).mid() for value, move in zip(x, moves, strict=True)]
        if size < tolerance:
            return x
    return None

r"""The part of a pair of neurons in the loss of a channel's limit: inner products, derivatives, Hessian.

Written once for doubles, for intervals of doubles and for arrays of balls; ``m`` is the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import flint
import numpy as np

from numerics.compile import FLOAT
from numerics.kernels import channel as kernel
from numerics.problem import Array

#: Arguments of the pair with another neuron and with itself, as the kernel orders them.
MIXED, OWN = "cstplq", "cple"
#: Basis of the vectors that gradients are made of.
BASIS = "wdv"
#: What an inner product contributes to the gradient in a vector, along each vector of the basis, and how often.
SLOPES = {
    "w": (("p", 2), ("l", 1), ("s", 1)),
    "d": (("l", 1), ("e", 2), ("t", 1)),
    "v": (("s", 1), ("t", 1), ("q", 2)),
}
#: The inner product that two vectors make, and how often it comes twice differentiated.
PRODUCTS = {"ww": ("p", 2), "wd": ("l", 1), "dd": ("e", 2), "wv": ("s", 1), "dv": ("t", 1), "vv": ("q", 2)}


def _place(matrix: Array, rows: slice, columns: slice, block: Array) -> None:
    matrix[rows, columns] += block


#: The arithmetic of doubles.
FLOATS = SimpleNamespace(
    **vars(FLOAT),
    full=lambda value, shape: np.broadcast_to(np.asarray(value, dtype=np.float64), shape),
    stack=lambda parts, axis: np.stack(parts, axis),
    swap=lambda x: np.swapaxes(x, -1, -2),
    zeros=lambda order: np.zeros((order, order)),
    place=_place,
)


def ball_arrays(arithmetic: SimpleNamespace) -> SimpleNamespace:
    """The arithmetic of numpy arrays of balls, from what ``digits`` yields. Exact."""
    return SimpleNamespace(
        **{**vars(FLOATS), **vars(arithmetic)}
        | {
            "sqrt": np.frompyfunc(lambda x: x.sqrt(), 1, 1),
            "asin": np.frompyfunc(lambda x: x.asin(), 1, 1),
            "full": lambda value, shape: np.broadcast_to(np.asarray(value, dtype=object), shape),
            "zeros": lambda order: np.full((order, order), flint.arb(0), dtype=object),
        }
    )


def invariants(y: SimpleNamespace) -> dict[str, Any]:
    """The inner products by name, those with every partner as arrays, and c."""
    p, l, e = y.w @ y.w, y.w @ y.delta, y.delta @ y.delta  # noqa: E741
    products = {"s": y.Z @ y.w, "t": y.Z @ y.delta, "q": (y.Z * y.Z).sum(axis=1)}
    return {**products, "c": y.c, "p": p, "l": l, "e": e}


def at(function: Callable[..., Any], names: str, products: dict[str, Any], m: SimpleNamespace) -> Any:
    """A function of the kernel at the inner products that it takes."""
    return function(*(products[z] for z in names), m)


def named(arguments: str, derivatives: Any, shape: tuple[int, ...], m: SimpleNamespace) -> dict[str, Any]:
    """First and second derivatives by the names of their variables, in both orders."""
    names = [*arguments, *(x + y for i, x in enumerate(arguments) for y in arguments[i:])]
    found = {name: m.full(value, shape) for name, value in zip(names, derivatives, strict=True)}
    return found | {name[::-1]: value for name, value in found.items()}


def pair_hessian(y: SimpleNamespace, others: int, m: SimpleNamespace) -> Any:
    """Everything in the Hessian of the limit loss that the pair has part in, in the order of the unknowns.

    Parameters
    ----------
    y : SimpleNamespace
        ``w, delta, c``, the partners ``Z`` (the other students first) and their ``coefficients``.
    others : int
    m : SimpleNamespace
    """
    products = invariants(y)
    J, d = y.Z.shape
    D = named(MIXED, at(kernel.mixed_derivatives, MIXED, products, m), (J,), m)
    F = named(OWN, at(kernel.own_derivatives, OWN, products, m), (1,), m)
    B = m.stack([m.full(y.w, (J, d)), m.full(y.delta, (J, d)), y.Z], 1)
    B0 = m.stack([m.full(y.w, (1, d)), m.full(y.delta, (1, d))], 1)
    weight = 2 * y.coefficients
    first = others * (d + 1)
    place = {"w": slice(first, first + d), "d": slice(first + d, first + 2 * d), "c": slice(first + 2 * d, None)}
    H = m.zeros(first + 2 * d + 1)

    def symmetric(rows: slice, columns: slice, block: Any) -> None:
        m.place(H, rows, columns, block)
        if rows != columns:
            m.place(H, columns, rows, m.swap(block))

    for X, Y in ("ww", "wd", "dd"):
        block = (weight[:, None, None] * _block(X, Y, D, B, m)).sum(axis=0) + _block(X, Y, F, B0, m).sum(axis=0)
        symmetric(place[X], place[Y], block)
    for X in "wd":
        slope = (weight[:, None, None] * _slope(X, D, B, m, "c")).sum(axis=0) + _slope(X, F, B0, m, "c").sum(axis=0)
        symmetric(place["c"], place[X], slope)
    symmetric(place["c"], place["c"], m.full(F["cc"], (1, 1)))
    if others:
        _with_others(y, D, B, place, symmetric, others, m)
    return H


def _with_others(
    y: SimpleNamespace,
    D: dict[str, Any],
    B: Any,
    place: dict[str, slice],
    symmetric: Callable[[slice, slice, Any], None],
    others: int,
    m: SimpleNamespace,
) -> None:
    """The rows of the other students: with the pair, and what the pair adds to their own blocks."""
    d = y.Z.shape[1]
    mine = {name: value[:others] for name, value in D.items()}
    near = B[:others]
    twice = 2 * y.coefficients[:others, None, None]
    cross = {X: twice * m.swap(_block(X, "v", mine, near, m)) for X in "wd"}
    along = {X: 2 * _slope(X, mine, near, m) for X in "wdv"}
    own, with_c = twice * _block("v", "v", mine, near, m), twice * _slope("v", mine, near, m, "c")
    for j in range(others):
        rows, last = slice(j * (d + 1), j * (d + 1) + d), slice(j * (d + 1) + d, (j + 1) * (d + 1))
        for X in "wd":
            symmetric(rows, place[X], cross[X][j])
            symmetric(last, place[X], along[X][j])
        symmetric(rows, rows, own[j])
        symmetric(last, rows, along["v"][j])
        symmetric(place["c"], rows, with_c[j])
        symmetric(place["c"], last, m.full(2 * mine["c"][j], (1, 1)))


def _block(X: str, Y: str, D: dict[str, Any], B: Any, m: SimpleNamespace) -> Any:
    """Second derivative in two vectors, one (d, d) block for each partner: X in rows, Y in columns."""
    count, basis, d = B.shape
    rows = []
    for a, left in SLOPES[X][:basis]:
        entries = [(left * right) * D[a + b] if a + b in D else None for b, right in SLOPES[Y][:basis]]
        rows.append(m.stack([m.full(0, (count,)) if entry is None else entry for entry in entries], 1))
    block = m.swap(B) @ (m.stack(rows, 1) @ B)
    name, times = PRODUCTS[X + Y]
    if name in D:
        block = block + (times * D[name])[:, None, None] * np.eye(d)
    return block


def _slope(X: str, D: dict[str, Any], B: Any, m: SimpleNamespace, by: str = "") -> Any:
    """First derivative in a vector (of the derivative ``by``), one (1, d) row for each partner."""
    count, basis, _ = B.shape
    entries = [times * D[by + a] if by + a in D else m.full(0, (count,)) for a, times in SLOPES[X][:basis]]
    return m.stack(entries, 1)[:, None, :] @ B

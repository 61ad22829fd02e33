r"""The limit problem of a channel to infinity: its loss, gradient, Hessian and critical points.

A pair of students acts in the limit like :math:`c\,\sigma(w\cdot x) + (\delta\cdot x)\,\sigma'(w\cdot x)`, the others
as ever. The unknowns are one vector: the other students row by row, then w, delta and c. The formulas are written
once for doubles, for intervals of doubles and for arrays of balls; ``m`` is the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import flint
import numpy as np
from mpmath import mp

from numerics.compile import FLOAT
from numerics.kernels import ACTIVATIONS
from numerics.kernels import channel as kernel
from numerics.newton import GUARD_DIGITS
from numerics.population import Population
from numerics.precision import Exact, digits, from_ball, to_ball
from numerics.problem import Array, Problem

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
#: Newton steps, at most; a step has to be shorter than this part of the one before.
STEPS, CONTRACTION = 30, 0.5


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


@dataclass(frozen=True, eq=False)
class LimitPoint:
    """A critical point of the limit problem. Approximation.

    Attributes
    ----------
    x : ndarray of mpmath numbers
        The unknowns; where Newton's method did not contract, what it began with.
    loss, grad_inf : mpmath number
    converged : bool
        Whether the gradient is below ``10**-dps``.
    """

    x: Exact
    loss: mp.mpf
    grad_inf: mp.mpf
    converged: bool


class ChannelLimit:
    r"""The loss of n - 2 neurons and a pair in the limit of a channel. Approximation.

    .. math:: L_\infty = E[(c\,\sigma(w\cdot x) + (\delta\cdot x)\,\sigma'(w\cdot x)
              + \textstyle\sum_i a_i \sigma(w_i\cdot x) - f^*)^2]

    Parameters
    ----------
    problem : Problem
        With the pair among its n >= 2 students, and trained outgoing weights.

    Raises
    ------
    ValueError
        If there is no pair, or outgoing weights are held fixed, or the activation has no limit problem.

    Examples
    --------
    >>> limit = ChannelLimit(Problem(3, 3))
    >>> limit.size, limit.pack(np.ones((1, 5)), np.ones(4), np.zeros(4), 1.0).shape
    (14, (14,))
    """

    def __init__(self, problem: Problem) -> None:
        if problem.n < 2 or problem.fixed_outgoing is not None or problem.activation != "erf":
            raise ValueError("problem: needs erf, two students at least and trained outgoing weights")
        self.problem = problem
        self.others = problem.n - 2
        self.dim = problem.dim
        self.size = self.others * (self.dim + 1) + 2 * self.dim + 1

    def pack(self, others: Any, w: Any, delta: Any, c: Any) -> Any:
        """The unknowns as one vector. Exact."""
        return np.concatenate([np.ravel(others), w, delta, [c]])

    def unpack(self, x: Any) -> tuple[Any, Any, Any, Any]:
        """The other students (n - 2, dim + 1), w, delta and c. Exact."""
        first, d = self.others * (self.dim + 1), self.dim
        return x[:first].reshape(self.others, d + 1), x[first : first + d], x[first + d : -1], x[-1]

    def of_network(self, theta: Array, first: int, second: int, sign: int = 1) -> Array:
        """The unknowns that two students of a network are near to. Approximation."""
        one, two = theta[first], theta[second] * sign
        w = (one[:-1] + two[:-1]) / 2
        delta = (one[-1] - two[-1]) / 2 * (one[:-1] - two[:-1])
        return np.asarray(self.pack(np.delete(theta, [first, second], axis=0), w, delta, one[-1] + two[-1]))

    def network(self, x: Any, separation: Any) -> Any:
        r"""The network of n students that tends to the limit, the pair last. Exact.

        Parameters
        ----------
        x : ndarray
        separation : number
            :math:`\varepsilon`: outgoing weights :math:`c/2 \pm 1/\varepsilon`, vectors
            :math:`w \pm \varepsilon\delta/2`.
        """
        others, w, delta, c = self.unpack(x)
        rows = [np.concatenate([w + sign * delta * separation / 2, [c / 2 + sign / separation]]) for sign in (1, -1)]
        return np.concatenate([others, np.stack(rows)])

    def _parts(self, x: Any, m: SimpleNamespace) -> SimpleNamespace:
        others, w, delta, c = self.unpack(x)
        V, b = self.problem.teacher, self.problem.teacher_outgoing
        if others.dtype == object:
            V, b = _balls(V), _balls(b)
        W, a = others[:, :-1], others[:, -1]
        Z = np.concatenate([W, V])
        return SimpleNamespace(W=W, a=a, w=w, delta=delta, c=c, Z=Z, coefficients=np.concatenate([a, -b]), V=V, b=b)

    def value(self, x: Any, m: SimpleNamespace = FLOATS) -> Any:
        """The limit loss, a number of the arithmetic. Approximation."""
        y = self._parts(x, m)
        products = invariants(y)
        ordinary = ACTIVATIONS[self.problem.activation]
        norms = products["q"]
        (among,) = ordinary.value(y.Z @ y.Z.T, norms[:, None], norms[None, :], m)
        (mixed,) = _at(kernel.mixed, MIXED, products, m)
        return (
            y.coefficients @ among @ y.coefficients
            + 2 * (y.coefficients @ mixed)
            + _at(kernel.own, OWN, products, m)[0]
        )

    def gradient(self, x: Any, m: SimpleNamespace = FLOATS) -> Any:
        """Gradient of the limit loss, in the order of the unknowns. Approximation."""
        y = self._parts(x, m)
        products = invariants(y)
        D = _named(MIXED, _at(kernel.mixed_derivatives, MIXED, products, m), y.coefficients.shape, m)
        F = _named(OWN, _at(kernel.own_derivatives, OWN, products, m), (), m)
        weight = 2 * y.coefficients
        radial, across = 2 * (weight @ D["p"] + F["p"]), weight @ D["l"] + F["l"]
        g_w = (weight * D["s"]) @ y.Z + radial * y.w + across * y.delta
        g_delta = (weight * D["t"]) @ y.Z + across * y.w + 2 * F["e"] * y.delta
        g_c = weight @ D["c"] + F["c"]
        return self.pack(self._others_gradient(y, products, D, m), g_w, g_delta, g_c)

    def _others_gradient(self, y: SimpleNamespace, products: dict[str, Any], D: dict[str, Any], m: Any) -> Any:
        r = self.others
        (pull,) = _at(kernel.mixed, MIXED, products, m)
        norms = products["q"]
        g, g_s, g_p = ACTIVATIONS[self.problem.activation].first(y.W @ y.Z.T, norms[:r, None], norms[None, :], m)
        c, twice = y.coefficients, 2 * y.a[:, None]
        incoming = (
            (g_s * c) @ y.Z
            + 2 * ((g_p * c).sum(axis=1) + D["q"][:r])[:, None] * y.W
            + D["s"][:r, None] * y.w
            + D["t"][:r, None] * y.delta
        )
        return np.concatenate([twice * incoming, 2 * ((g * c).sum(axis=1) + pull[:r])[:, None]], axis=1)

    def hessian(self, x: Array) -> Array:
        """Hessian of the limit loss in double precision. Approximation."""
        y = self._parts(x, FLOATS)
        H = pair_hessian(y, self.others, FLOATS)
        if self.others:
            first = self.others * (self.dim + 1)
            H[:first, :first] += Population(self.problem.with_neurons(self.others)).hessian(self.unpack(x)[0])
        return np.asarray(H)

    def coefficient(self, x: Any, m: SimpleNamespace = FLOATS) -> Any:
        r"""C in :math:`L = L_\infty + C \varepsilon^2 + O(\varepsilon^4)` at a critical point. Approximation.

        .. math:: C = \tfrac1{12} E[(f_\infty - f^*)\,(\delta\cdot x)^3 \sigma'''(w\cdot x)]
        """
        y = self._parts(x, m)
        products = invariants(y)
        (third,) = _at(kernel.mixed_third, "stpleq", products, m)
        return (_at(kernel.own_third, OWN, products, m)[0] + y.coefficients @ third) / 12


def invariants(y: SimpleNamespace) -> dict[str, Any]:
    """The inner products by name, those with every partner as arrays, and c."""
    p, l, e = y.w @ y.w, y.w @ y.delta, y.delta @ y.delta  # noqa: E741
    products = {"s": y.Z @ y.w, "t": y.Z @ y.delta, "q": (y.Z * y.Z).sum(axis=1)}
    return {**products, "c": y.c, "p": p, "l": l, "e": e}


def _at(function: Callable[..., Any], names: str, products: dict[str, Any], m: SimpleNamespace) -> Any:
    """A function of the kernel at the inner products that it takes."""
    return function(*(products[z] for z in names), m)


def _named(arguments: str, derivatives: Any, shape: tuple[int, ...], m: SimpleNamespace) -> dict[str, Any]:
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
    D = _named(MIXED, _at(kernel.mixed_derivatives, MIXED, products, m), (J,), m)
    F = _named(OWN, _at(kernel.own_derivatives, OWN, products, m), (1,), m)
    B = m.stack([m.full(y.w, (J, d)), m.full(y.delta, (J, d)), y.Z], 1)
    B0 = m.stack([m.full(y.w, (1, d)), m.full(y.delta, (1, d))], 1)
    weight = 2 * y.coefficients
    first = others * (d + 1)
    at = {"w": slice(first, first + d), "d": slice(first + d, first + 2 * d), "c": slice(first + 2 * d, None)}
    H = m.zeros(first + 2 * d + 1)

    def symmetric(rows: slice, columns: slice, block: Any) -> None:
        m.place(H, rows, columns, block)
        if rows != columns:
            m.place(H, columns, rows, m.swap(block))

    for X, Y in ("ww", "wd", "dd"):
        block = (weight[:, None, None] * _block(X, Y, D, B, m)).sum(axis=0) + _block(X, Y, F, B0, m).sum(axis=0)
        symmetric(at[X], at[Y], block)
    for X in "wd":
        slope = (weight[:, None, None] * _slope(X, D, B, m, "c")).sum(axis=0) + _slope(X, F, B0, m, "c").sum(axis=0)
        symmetric(at["c"], at[X], slope)
    symmetric(at["c"], at["c"], m.full(F["cc"], (1, 1)))
    if others:
        _with_others(y, D, B, at, symmetric, others, m)
    return H


def _with_others(
    y: SimpleNamespace,
    D: dict[str, Any],
    B: Any,
    at: dict[str, slice],
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
            symmetric(rows, at[X], cross[X][j])
            symmetric(last, at[X], along[X][j])
        symmetric(rows, rows, own[j])
        symmetric(last, rows, along["v"][j])
        symmetric(at["c"], rows, with_c[j])
        symmetric(at["c"], last, m.full(2 * mine["c"][j], (1, 1)))


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


def _balls(x: Any) -> Any:
    return np.frompyfunc(to_ball, 1, 1)(np.asarray(x))


def solve_limit(limit: ChannelLimit, start: Array, *, dps: int = 50) -> LimitPoint:
    """Refine a near-critical point of a limit problem by Newton's method. Approximation.

    Double precision first; then the last inverse Hessian with gradients of many digits.

    Parameters
    ----------
    limit : ChannelLimit
    start : ndarray
        Unknowns, for example from :meth:`ChannelLimit.of_network`.
    dps : int

    Returns
    -------
    LimitPoint
        ``converged`` is false where the steps do not contract.
    """
    with np.errstate(all="ignore"):
        near, inverse = _descend(limit, start)
    with digits(dps + GUARD_DIGITS) as arithmetic:
        m = ball_arrays(arithmetic)
        point = _balls(near if inverse is not None else start)
        target, last = flint.arb(10) ** -dps, None
        for _ in range(dps):
            gradient = limit.gradient(point, m)
            norm = max((abs(g).mid() for g in gradient), key=float)
            if inverse is None or norm <= target or not norm.is_finite() or (last is not None and norm > last / 2):
                break
            last = norm
            move = inverse @ np.array([float(g / norm) for g in gradient])
            point = np.array(
                [(x - to_ball(dx) * norm).mid() for x, dx in zip(point, move, strict=True)], dtype=object
            )
        gradient = limit.gradient(point, m)
        x = np.array([from_ball(z) for z in point], dtype=object)
        steepest = max(abs(from_ball(g)) for g in gradient)
        return LimitPoint(x, from_ball(limit.value(point, m)), steepest, bool(steepest <= mp.mpf(10) ** -dps))


def _descend(limit: ChannelLimit, x: Array) -> tuple[Array, Array | None]:
    """Newton to the end of double precision, and the inverse Hessian there; None where it does not contract."""
    last = np.inf
    for count in range(STEPS):
        hessian = limit.hessian(x)
        if not np.isfinite(hessian).all():
            return x, None
        try:
            inverse = np.asarray(np.linalg.inv(hessian))
        except np.linalg.LinAlgError:
            return x, None
        move = -inverse @ limit.gradient(x)
        length = float(np.abs(move).max())
        noise = 1e-11 * max(1.0, float(np.abs(x).max()))
        if not np.isfinite(length) or (count > 1 and length > max(CONTRACTION * last, noise)):
            return x, None
        x, last = x + move, length
        if length <= noise:
            return x, inverse
    return x, None

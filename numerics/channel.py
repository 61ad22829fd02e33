r"""The limit problem of a channel to infinity: its loss, gradient, Hessian and critical points.

A pair of students acts in the limit like :math:`c\,\sigma(w\cdot x) + (\delta\cdot x)\,\sigma'(w\cdot x)`, the others
as ever. The unknowns are one vector: the other students row by row, then w, delta and c. The formulas are written
once for doubles, for intervals of doubles and for arrays of balls; ``m`` is the arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import flint
import numpy as np
from mpmath import mp

from numerics.channel_pair import FLOATS, MIXED, OWN, at, ball_arrays, invariants, named, pair_hessian
from numerics.kernels import ACTIVATIONS
from numerics.kernels import channel as kernel
from numerics.newton import GUARD_DIGITS
from numerics.population import Population
from numerics.precision import Exact, digits, from_ball, to_ball
from numerics.problem import Array, Problem

#: Newton steps, at most; a step has to be shorter than this part of the one before.
STEPS, CONTRACTION = 30, 0.5


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
        (mixed,) = at(kernel.mixed, MIXED, products, m)
        return (
            y.coefficients @ among @ y.coefficients
            + 2 * (y.coefficients @ mixed)
            + at(kernel.own, OWN, products, m)[0]
        )

    def gradient(self, x: Any, m: SimpleNamespace = FLOATS) -> Any:
        """Gradient of the limit loss, in the order of the unknowns. Approximation."""
        y = self._parts(x, m)
        products = invariants(y)
        D = named(MIXED, at(kernel.mixed_derivatives, MIXED, products, m), y.coefficients.shape, m)
        F = named(OWN, at(kernel.own_derivatives, OWN, products, m), (), m)
        weight = 2 * y.coefficients
        radial, across = 2 * (weight @ D["p"] + F["p"]), weight @ D["l"] + F["l"]
        g_w = (weight * D["s"]) @ y.Z + radial * y.w + across * y.delta
        g_delta = (weight * D["t"]) @ y.Z + across * y.w + 2 * F["e"] * y.delta
        g_c = weight @ D["c"] + F["c"]
        return self.pack(self._others_gradient(y, products, D, m), g_w, g_delta, g_c)

    def _others_gradient(self, y: SimpleNamespace, products: dict[str, Any], D: dict[str, Any], m: Any) -> Any:
        r = self.others
        (pull,) = at(kernel.mixed, MIXED, products, m)
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
        (third,) = at(kernel.mixed_third, "stpleq", products, m)
        return (at(kernel.own_third, OWN, products, m)[0] + y.coefficients @ third) / 12


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

r"""GELU and SiLU networks with weights at infinity: rectified and linear neurons among ordinary ones.

Both are the mean of :math:`x\,\Phi(x/\tau)`, with :math:`\tau = 1` for GELU and that of ``logistic_mixture`` for
SiLU, and so :math:`x/2` plus an even function. A neuron :math:`a\,\sigma(w\cdot x)` has two limits at infinity:

- *rectified*: :math:`|w| \to \infty` with :math:`u = |a| w` fixed: :math:`\pm\max(0, u\cdot x)`;
- *linear*: :math:`|a| \to \infty` with :math:`m = a w` fixed: :math:`m\cdot x/2`.

With E[h | e.x = 0] the mean over the hyperplane, :math:`R = f - f^*` and :math:`e = u/|u|`, the loss near the limit
is

.. math:: L = L_\infty + \sum_{\text{rectified}} \frac{C_i}{|w_i|^2} + \sum_{\text{linear}} \frac{C_i}{a_i}, \qquad
          C_i = \mp\frac{|u_i| E[\tau^2]}{\sqrt{2\pi}} E[R \mid e_i\cdot x = 0], \quad
          C_i = \sigma''(0)\, E[R\,(m_i\cdot x)^2],

because :math:`r^{-1}\sigma(rz) - \max(0, z) \to -E[\tau^2]\,\delta(z) / 2r^2`. A flow runs outwards where these terms
of the loss are positive (for linear neurons: where :math:`C_i a_i > 0`), and then, all else being at rest,
:math:`|w|^4 = 8 C t` and :math:`|a|^3 = 3 |C| t`.

The unknowns of the limit problem are, neuron by neuron, the row (w, a) of a finite one, and u or m of the others: no
scale is left free, so that its minima can be isolated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.kernels import RAMPS, logistic_mixture
from numerics.problem import Array, Problem

FINITE, RECTIFIED, LINEAR = "finite", "rectified", "linear"
#: Newton steps at most, and how long each may be over the one before it: how far all together is the caller's care.
STEPS, CONTRACTION = 40, 1.5
#: A step this short, over the size of the unknowns, is rounding.
ARRIVED = 1e-11


def scales(activation: str) -> tuple[Array, Array]:
    r"""Values of :math:`\tau` and their weights. Approximation.

    Examples
    --------
    >>> scales("gelu")
    (array([1.]), array([1.]))
    """
    return logistic_mixture.rule() if activation == "silu" else (np.ones(1), np.ones(1))


@dataclass(frozen=True, eq=False)
class RampPoint:
    """A critical point of the limit problem. Approximation.

    Attributes
    ----------
    x : ndarray
        The unknowns.
    loss, grad_inf : float
    lowest : float
        Smallest eigenvalue of the Hessian.
    converged : bool
        Whether Newton's method contracted to rounding.
    """

    x: Array
    loss: float
    grad_inf: float
    lowest: float
    converged: bool


@dataclass(frozen=True, eq=False)
class _Units:
    """The units of a network at infinity: vectors, coefficients, their scales and whether they have an even part."""

    vectors: Array
    coefficients: Array
    finite: NDArray[np.bool_]
    even: NDArray[np.bool_]


class RampLimit:
    """The loss of a network with some neurons at infinity. Approximation.

    Parameters
    ----------
    problem : Problem
        Of GELU or SiLU, with trained outgoing weights.
    kinds : sequence of str
        For each neuron ``"finite"``, ``"rectified"`` or ``"linear"``.
    signs : sequence of int
        Signs of the outgoing weights; of the rectified ones only do they count.

    Raises
    ------
    ValueError
        If the activation has no such limits, outgoing weights are held, or a kind is unknown.

    Examples
    --------
    >>> limit = RampLimit(Problem(2, 2, activation="gelu"), ("rectified", "finite"), (1, 1))
    >>> limit.size  # u, and a row (w, a)
    7
    """

    def __init__(self, problem: Problem, kinds: Sequence[str], signs: Sequence[int]) -> None:
        if problem.activation not in RAMPS or problem.fixed_outgoing is not None:
            raise ValueError(f"problem: needs trained outgoing weights and one of {', '.join(RAMPS)}")
        if len(kinds) != problem.n or not set(kinds) <= {FINITE, RECTIFIED, LINEAR}:
            raise ValueError(f"kinds: got {tuple(kinds)}, needs {problem.n} of finite, rectified and linear")
        self.problem, self.kinds = problem, tuple(kinds)
        self.signs = np.array([1 if kind == LINEAR else sign for kind, sign in zip(kinds, signs, strict=True)])
        self.tau, self.weight = scales(problem.activation)
        self._widths = [problem.dim + (kind == FINITE) for kind in self.kinds]
        self.size = sum(self._widths)

    def of_network(self, theta: Array) -> Array:
        """The unknowns that a network is near to. Approximation."""
        rows = []
        for row, kind in zip(theta, self.kinds, strict=True):
            product = row[:-1] * row[-1]
            rows.append(row if kind == FINITE else product if kind == LINEAR else product * np.sign(row[-1]))
        return np.concatenate(rows)

    def rows(self, x: Array) -> list[Array]:
        """The unknowns neuron by neuron."""
        return np.split(x, np.cumsum(self._widths)[:-1])

    def loss(self, x: Array) -> float:
        """The limit loss. Approximation."""
        units = self._units(x)
        g, _, _ = self._pairs(units, units)
        return float(np.real(units.coefficients @ g @ units.coefficients))

    def gradient(self, x: Array) -> Array:
        """Its gradient, also for complex unknowns, of shape (size,). Approximation."""
        n, units = self.problem.n, self._units(x)
        g, g_s, g_p = self._pairs(units, units)
        c, V = units.coefficients, units.vectors
        pull = (g_s * c) @ V + 2 * ((g_p * c).sum(axis=1))[:, None] * V
        found = []
        for i in range(n):
            found.append(2 * c[i] * pull[i])
            if self.kinds[i] == FINITE:
                found.append(np.array([2 * (g[i] @ c)]))
        return np.concatenate(found)

    def hessian(self, x: Array) -> Array:
        """Its Hessian, by the complex step, square of order ``size``. Approximation."""
        h = 1e-30
        columns = [self.gradient(x + 1j * h * row).imag / h for row in np.eye(self.size)]
        matrix = np.array(columns)
        return np.asarray((matrix + matrix.T) / 2)

    def solve(self, start: Array) -> RampPoint:
        """Newton's method from a point near the limit. Approximation."""
        x, last, converged = start, np.inf, False
        with np.errstate(all="ignore"):
            for _ in range(STEPS):
                hessian, gradient = self.hessian(x), self.gradient(x)
                if not (np.isfinite(hessian).all() and np.isfinite(gradient).all()):
                    break
                move = np.linalg.lstsq(hessian, -gradient, rcond=None)[0]
                length = float(np.abs(move).max())
                converged = length <= ARRIVED * max(1.0, float(np.abs(x).max()))
                if converged or not length < max(CONTRACTION * last, ARRIVED):
                    break
                x, last = x + move, length
            if not converged:
                return RampPoint(start, self.loss(start), float(np.abs(self.gradient(start)).max()), np.nan, False)
            lowest = float(np.linalg.eigvalsh(self.hessian(x))[0])
        return RampPoint(x, self.loss(x), float(np.abs(self.gradient(x)).max()), lowest, True)

    def outward(self, x: Array) -> list[float]:
        """The coefficients C of the neurons that are not finite, in their order. Approximation."""
        units = self._units(x)
        found = []
        for i, kind in enumerate(self.kinds):
            if kind == RECTIFIED:
                found.append(self._on_hyperplane(units, i))
            elif kind == LINEAR:
                found.append(self._of_curvature(units, i))
        return found

    def _units(self, x: Array) -> _Units:
        """Students and teachers."""
        problem, rows = self.problem, self.rows(x)
        V = np.vstack([*(row[: problem.dim] for row in rows), problem.teacher])
        own = [
            row[-1] if kind == FINITE else sign for row, kind, sign in zip(rows, self.kinds, self.signs, strict=True)
        ]
        finite = np.array([kind == FINITE for kind in self.kinds] + [True] * problem.k)
        even = np.array([kind != LINEAR for kind in self.kinds] + [True] * problem.k)
        return _Units(V, np.array([*own, *(-problem.teacher_outgoing)]), finite, even)

    def _pairs(self, rows: _Units, columns: _Units) -> tuple[Array, Array, Array]:
        """Interactions of all pairs and their derivatives in s and in p."""
        S = rows.vectors @ columns.vectors.T
        p = (rows.vectors * rows.vectors).sum(axis=1)
        g, g_s, g_p = S / 4, np.full(S.shape, 0.25, dtype=S.dtype), np.zeros(S.shape, dtype=S.dtype)
        for left, right in ((True, True), (True, False), (False, True), (False, False)):
            one = np.flatnonzero((rows.finite == left) & rows.even)
            two = np.flatnonzero((columns.finite == right) & columns.even)
            if len(one) == 0 or len(two) == 0:
                continue
            block = np.ix_(one, two)
            T, x = self._nodes(left)
            K, y = self._nodes(right)
            parts = _even(S[block], p[one][:, None], p[two], T[:, None, None, None], K[:, None, None])
            for whole, part in zip((g, g_s, g_p), parts, strict=True):
                whole[block] += np.einsum("a,b,abij->ij", x, y, part)
        for i in np.flatnonzero(~rows.finite & rows.even):
            # A rectified neuron with itself: half its square, with D = 0 in the formulas above.
            g[i, i], g_s[i, i], g_p[i, i] = p[i] / 2, 0.5, 0.0
        return g, g_s, g_p

    def _nodes(self, finite: bool) -> tuple[Array, Array]:
        """tau squared and weights of a unit."""
        return (self.tau**2, self.weight) if finite else (np.zeros(1), np.ones(1))

    def _on_hyperplane(self, units: _Units, i: int) -> float:
        u = units.vectors[i]
        square = u @ u
        rest = np.maximum((units.vectors**2).sum(axis=1) - (units.vectors @ u) ** 2 / square, 0.0)
        rest[i] = 0.0
        means = np.zeros(len(rest))
        for finite in (True, False):
            which = np.flatnonzero((units.finite == finite) & units.even & (rest > 0))
            T, x = self._nodes(finite)
            means[which] = x @ (rest[which] / np.sqrt(2 * np.pi * (rest[which] + T[:, None])))
        residual = float(units.coefficients @ means)
        variance = float(self.weight @ self.tau**2)
        return float(-units.coefficients[i] * np.sqrt(square) * variance * residual / np.sqrt(2 * np.pi))

    def _of_curvature(self, units: _Units, i: int) -> float:
        m = units.vectors[i]
        square = m @ m
        along, q = (units.vectors @ m) ** 2, (units.vectors**2).sum(axis=1)
        means = np.zeros(len(q))
        for finite in (True, False):
            which = np.flatnonzero((units.finite == finite) & units.even)
            T, x = self._nodes(finite)
            root = np.sqrt(q[which] + T[:, None])
            zeroth, second = q[which] / root, (q[which] + 2 * T[:, None]) / root**3
            means[which] = x @ (square * zeroth + along[which] * second) / np.sqrt(2 * np.pi)
        curvature = 2 * float(self.weight @ (1 / self.tau)) / np.sqrt(2 * np.pi)
        return float(curvature * (units.coefficients @ means))


@np.errstate(all="ignore")
def _even(s: Any, p: Any, q: Any, T: Any, K: Any) -> tuple[Any, Any, Any]:
    r"""Interaction of the even parts of :math:`x\Phi(x/\tau)` and :math:`x\Phi(x/\kappa)`, and d_s and d_p.

    With A = p + tau^2, B = q + kappa^2, D = AB - s^2:
    2 pi G = s atan(s / sqrt D) + sqrt D (1 - tau^2/A - kappa^2/B) + tau^2 kappa^2 / sqrt D.
    """
    A, B = p + T, q + K
    D = A * B - s * s
    root = np.sqrt(D)
    angle, share = np.arctan(s / root), T / A + K / B
    TK = T * K
    g = s * angle + root * (1 - share) + TK / root
    g_s = angle + s / root * share + TK * s / root**3
    g_p = root / (2 * A) - B * share / (2 * root) + root * T / A**2 - TK * B / (2 * root**3)
    return g / (2 * np.pi), g_s / (2 * np.pi), g_p / (2 * np.pi)

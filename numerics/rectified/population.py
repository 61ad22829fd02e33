r"""The population loss of homogeneous units in double precision, in the vectors themselves.

A neuron whose incoming vector is zero contributes nothing. The loss is not differentiable there: by convention the
gradient's entries that belong to such a vector are zero, and so are all of the neuron's entries in the Hessian; the
derivative in its outgoing weight is zero by itself. What becomes of such a neuron is decided in
``numerics.rectified.sphere``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.kernels import HOMOGENEOUS
from numerics.kernels.compiled import rectified_loops, writable
from numerics.kernels.rectified import Angles, angles, curvature, directions
from numerics.population import Population
from numerics.problem import Array, Problem

_TURN = 1 / (2 * np.pi)


class RectifiedPopulation(Population):
    """Loss, gradient and Hessian for units that are positively homogeneous of degree one. Approximation.

    Parameters
    ----------
    problem : Problem

    Attributes
    ----------
    loops : module or None
        Compiled gradient and Hessian, where the problem is large enough to gain more than starting the compiler
        costs; set it to None to compute with numpy.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        n, dim = problem.n, problem.dim
        V, b = problem.teacher, problem.teacher_outgoing
        F, lengths = directions(V)
        self._form = HOMOGENEOUS[problem.activation]
        self._strength = float(np.abs(b) @ lengths)
        between = angles(F, F, self._form).value() * lengths[:, None] * lengths
        self._teacher_loss = float(b @ between @ b)
        self.loops = rectified_loops(problem)
        # Fresh arrays, so that the compiler sees one type whatever the caller's arrays were.
        trained = problem.fixed_outgoing is None
        self._setting = (np.array(V, order="C"), F, lengths, -b, trained, *self._form.constants)
        self._Z = np.vstack([np.zeros((n, dim)), V])
        self._F = np.vstack([np.zeros((n, dim)), F])
        self._r = np.concatenate([np.zeros(n), lengths])
        self._c = np.concatenate([np.zeros(n), -b])

    def _pairs(self, theta: Array) -> tuple[Array, Angles]:
        """Directions of the students and angles to all neurons; fills the buffers."""
        n = self.problem.n
        self._Z[:n] = theta[:, :-1]
        self._c[:n] = theta[:, -1]
        E, self._r[:n] = directions(theta[:, :-1])
        self._F[:n] = E
        pairs = angles(E, self._F, self._form)
        # A neuron and itself: exactly parallel.
        own = np.arange(n)
        pairs.x[own, own], pairs.y[own, own], pairs.sine[own, own], pairs.phi[own, own] = 0, 2, 0, np.pi
        return E, pairs

    def value_and_gradient(self, theta: Array) -> tuple[float, Array]:
        """Loss and its gradient, shape (n, dim + 1). Approximation."""
        if self.loops is not None:
            gradient = np.empty(theta.shape)
            loss = self.loops.gradient(writable(theta), *self._setting, gradient)
            return loss + self._teacher_loss, gradient
        n = self.problem.n
        E, pairs = self._pairs(theta)
        a, c, r = self._c[:n], self._c, self._r
        g = pairs.value() * (r[:n, None] * r)
        g_c = g @ c
        loss = float(a @ g_c + a @ (g[:, n:] @ c[n:])) + self._teacher_loss
        gradient = np.empty(theta.shape)
        inner = gradient[:, :-1]
        np.matmul(pairs.turn * c, self._Z, out=inner)
        inner += (pairs.bend @ (c * r))[:, None] * E
        inner *= np.where(r[:n] > 0, 2 * _TURN * a, 0.0)[:, None]
        gradient[:, -1] = 2 * g_c if self.problem.fixed_outgoing is None else 0.0
        return loss, gradient

    def hessian_unchecked(self, theta: Array) -> Array:
        """The Hessian of a ``theta`` known to be finite and of the right shape. Approximation."""
        n, dim = self.problem.n, self.problem.dim
        if self.loops is not None:
            full = np.empty((n, dim + 1, n, dim + 1))
            self.loops.hessian(writable(theta), *self._setting, full)
            return full.reshape(theta.size, theta.size)
        E, pairs = self._pairs(theta)
        H = np.zeros((n, dim + 1, n, dim + 1))
        alive = self._r[:n] > 0
        self._add_cross_blocks(H, E, pairs, alive)
        r = np.where(alive, self._r[:n], 1.0)
        weights = (np.where(alive, 2 * self._c[:n], 0.0) / r)[:, None] * (self._c * self._r)
        neuron = np.arange(n)
        H[neuron, :dim, neuron, :dim] += curvature(E, self._F, pairs, weights)
        if self.problem.fixed_outgoing is None:
            self._add_outgoing(H, E, pairs, alive)
        order = n * (dim + 1)
        flat = H.reshape(order, order)
        flat += flat.T.copy()
        flat *= 0.5
        return flat

    def _add_cross_blocks(self, H: Array, E: Array, pairs: Angles, alive: NDArray[np.bool_]) -> None:
        """Derivatives in w_i and w_l, seen as different vectors: for ReLU (phi I + sin R) / 2 pi times 2 a_i a_l.

        R is the reflection that exchanges the two directions, within their plane: in the unit vectors along their
        sum and their difference, of lengths y and x, it is diag(1, -1).
        """
        n, dim = E.shape
        a = np.where(alive, self._c[:n], 0.0)
        weight = 2 * _TURN * a[:, None] * a
        x, y = pairs.x[:, :n], pairs.y[:, :n]
        half = (0.5 * self._form.constants[0]) * weight
        ratio = half * np.divide(x, y, out=np.zeros_like(x), where=y > 0)
        inverse = half * np.divide(y, x, out=np.zeros_like(x), where=x > 0)
        S, D = E[:, None] + E[None], E[:, None] - E[None]
        block = (ratio[:, :, None] * S)[:, :, :, None] * S[:, :, None, :]
        block -= (inverse[:, :, None] * D)[:, :, :, None] * D[:, :, None, :]
        H[:, :dim, :, :dim] = block.transpose(0, 2, 1, 3)
        diagonal = np.arange(dim)
        H[:, diagonal, :, diagonal] += weight * pairs.turn[:, :n]

    def _add_outgoing(self, H: Array, E: Array, pairs: Angles, alive: NDArray[np.bool_]) -> None:
        """Derivatives in the outgoing weights."""
        n, dim = E.shape
        c, r, a = self._c, self._r, np.where(alive, self._c[:n], 0.0)
        phi, sine = pairs.turn, pairs.bend
        # d2L / dw_i da_l = 2 a_i grad_1 g(w_i, w_l), and for l = i also 2 sum_j c_j grad_1 g(w_i, z_j).
        mixed = (sine[:, :n] * r[:n])[:, :, None] * E[:, None] + phi[:, :n, None] * self._Z[None, :n]
        mixed *= 2 * _TURN * a[:, None, None]
        total = (phi * c) @ self._Z + (sine @ (c * r))[:, None] * E
        neuron = np.arange(n)
        mixed[neuron, neuron] += 2 * _TURN * np.where(alive, 1.0, 0.0)[:, None] * total
        H[:, :dim, :, dim] = mixed.transpose(0, 2, 1)
        H[:, dim, :, :dim] = mixed.transpose(1, 0, 2)
        among = Angles(pairs.x[:, :n], pairs.y[:, :n], pairs.phi[:, :n], pairs.sine[:, :n], self._form)
        H[:, dim, :, dim] = 2 * among.value() * (r[:n, None] * r[:n])

    def magnitude(self, theta: Array) -> float:
        """Square root of the size of the terms that cancel in the loss."""
        return float(np.abs(theta[:, -1]) @ directions(theta[:, :-1])[1]) + self._strength

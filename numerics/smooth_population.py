"""The population loss of smooth activations in double precision, vectorised over pairs of neurons.

Everything is assembled from the generated pair functions of the activation: with G(s, p, q) at s = w.v,
p = |w|^2, q = |v|^2,

    grad_w g      = G_s v + 2 G_p w
    d2g / dw dw   = G_ss v v' + 2 G_sp (v w' + w v') + 4 G_pp w w' + 2 G_p I
    d2g / dw dv   = G_s I + G_ss v w' + 2 G_sq v v' + 2 G_sp w w' + 4 G_pq w v'

(rows belong to w, columns to v), for any activation whose G is smooth there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numerics.compile import FLOAT
from numerics.kernels import ACTIVATIONS, WEIGHTED
from numerics.kernels.compiled import compiled
from numerics.population import Population
from numerics.problem import Array, Problem


class SmoothPopulation(Population):
    """Loss, gradient and Hessian from the generated kernels in inner products. Approximation.

    Parameters
    ----------
    problem : Problem

    Notes
    -----
    Where ``numerics.kernels.compiled`` has a kernel for the problem it is used, else numpy.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        n, dim = problem.n, problem.dim
        self._kernel = ACTIVATIONS[problem.activation]
        self._fast = WEIGHTED.get(problem.activation)
        self.compiled = compiled(problem)
        self._work = np.empty((2, n, n + problem.k))
        V, b = problem.teacher, problem.teacher_outgoing
        square = np.einsum("ij,ij->i", V, V)
        (between,) = self._kernel.value(V @ V.T, square[:, None], square, FLOAT)
        self._teacher_loss = float(b @ between @ b)
        self._Z = np.vstack([np.zeros((n, dim)), V])
        self._norm2 = np.concatenate([np.zeros(n), square])
        self._c = np.concatenate([np.zeros(n), -b])

    def _pairs(self, theta: Array) -> tuple[Array, Array, Array, Array]:
        """Inner products (n, n + k), squared norms p (n, 1), q (n + k,), and W; fills the buffers."""
        n = self.problem.n
        W = theta[:, :-1]
        self._Z[:n] = W
        self._c[:n] = theta[:, -1]
        S = W @ self._Z.T
        # The squared norms stand on the diagonal of the students' part.
        self._norm2[:n] = S.ravel()[:: S.shape[1] + 1][:n]
        return S, self._norm2[:n, None], self._norm2, W

    def loss(self, theta: ArrayLike) -> float:
        """Full mean squared error. Approximation.

        The relative error is a few units in the last place of the largest term, so that losses below about
        1e-15 times the teacher's norm are rounding noise.
        """
        S, p, q, _ = self._pairs(self._check(theta))
        (g,) = self._kernel.value(S, p, q, FLOAT)
        return self._loss_from(g, g @ self._c)

    def _loss_from(self, g: Array, g_c: Array) -> float:
        """Loss from the interactions (n, n + k) and their product with all coefficients (n,)."""
        n = self.problem.n
        a, c = self._c[:n], self._c
        return float(a @ g_c + a @ (g[:, n:] @ c[n:])) + self._teacher_loss

    def value_and_gradient(self, theta: Array) -> tuple[float, Array]:
        """Loss and its gradient, shape (n, dim + 1). Approximation."""
        if self.compiled is not None:
            loss, gradient = self.compiled.value_and_gradient(theta)
            return loss + self._teacher_loss, gradient
        n = self.problem.n
        S, p, q, W = self._pairs(theta)
        a, c = self._c[:n], self._c
        g, pulls, radial = self._weighted(S, p, q)
        g_c = g @ c
        loss = self._loss_from(g, g_c)
        gradient = np.empty(theta.shape)
        inner = gradient[:, :-1]
        np.matmul(pulls, self._Z, out=inner)
        inner += radial[:, None] * W
        inner *= 2 * a[:, None]
        if self.problem.fixed_outgoing is None:
            np.multiply(g_c, 2, out=gradient[:, -1])
        else:
            gradient[:, -1] = 0
        return loss, gradient

    def _weighted(self, S: Array, p: Array, q: Array) -> tuple[Array, Array, Array]:
        """Interactions, c times their derivatives in s, and 2 sum_j c_j times those in p."""
        if self._fast is not None:
            return self._fast(S, p, q, self._c, self._work)
        g, g_s, g_p = self._kernel.first(S, p, q, FLOAT)
        return g, g_s * self._c, 2 * (g_p @ self._c)

    def hessian_unchecked(self, theta: Array) -> Array:
        """The Hessian of a ``theta`` known to be finite and of the right shape. Approximation."""
        if self.compiled is not None:
            return self.compiled.hessian(theta)
        n, dim = self.problem.n, self.problem.dim
        S, p, q, W = self._pairs(theta)
        second = self._kernel.second(S, p, q, FLOAT)
        H = np.zeros((n, dim + 1, n, dim + 1))
        self._add_cross_blocks(H, W, second)
        self._add_diagonal_blocks(H, W, second)
        if self.problem.fixed_outgoing is None:
            (g,) = self._kernel.value(S[:, :n], p, q[:n], FLOAT)
            self._add_outgoing(H, W, second, g)
        order = n * (dim + 1)
        flat = H.reshape(order, order)
        flat += flat.T.copy()
        flat *= 0.5
        return flat

    def hessian_vector(self, theta: Array, move: Array) -> Array:
        """The Hessian times a vector; without forming the matrix where there is a compiled kernel. Approximation."""
        if self.compiled is not None:
            return self.compiled.hessian_vector(theta, move)
        return super().hessian_vector(theta, move)

    def _add_cross_blocks(self, H: Array, W: Array, second: tuple[Array, ...]) -> None:
        """Derivatives in w_i and w_l, both seen as different vectors: 2 a_i a_l d2g / dw dv."""
        n, dim = W.shape
        a = self._c[:n]
        weight = 2 * a[:, None] * a
        d_s, _, d_ss, d_sp, d_sq, _, d_pq = (weight * f[:, :n] for f in second)
        # v (G_ss w + 2 G_sq v)' + w (2 G_sp w + 4 G_pq v)': two broadcasts instead of four.
        from_v = d_ss[:, :, None] * W[:, None, :] + 2 * d_sq[:, :, None] * W[None, :, :]
        from_w = 2 * d_sp[:, :, None] * W[:, None, :] + 4 * d_pq[:, :, None] * W[None, :, :]
        block = H[:, :dim, :, :dim]
        np.multiply(W.T[None, :, :, None], from_v[:, None, :, :], out=block)
        block += W[:, :, None, None] * from_w[:, None, :, :]
        diagonal = np.arange(dim)
        H[:, diagonal, :, diagonal] += d_s[None, :, :]

    def _add_diagonal_blocks(self, H: Array, W: Array, second: tuple[Array, ...]) -> None:
        """Derivatives twice in w_i of the first argument: sum over all partners z_j."""
        n, dim = W.shape
        weight = 2 * self._c[:n, None] * self._c
        _, d_p, d_ss, d_sp, _, d_pp, _ = (weight * f for f in second)
        Z = self._Z
        blocks = np.matmul(Z.T[None] * d_ss[:, None, :], Z)
        mixed = 2 * (d_sp @ Z)
        outer = mixed[:, :, None] * W[:, None, :]
        blocks += outer + outer.transpose(0, 2, 1)
        blocks += (4 * d_pp.sum(axis=1))[:, None, None] * (W[:, :, None] * W[:, None, :])
        diagonal = np.arange(dim)
        blocks[:, diagonal, diagonal] += (2 * d_p.sum(axis=1))[:, None]
        neuron = np.arange(n)
        H[neuron, :dim, neuron, :dim] += blocks

    def _add_outgoing(self, H: Array, W: Array, second: tuple[Array, ...], g: Array) -> None:
        """Derivatives in the outgoing weights; written into the row blocks, symmetrised by doubling."""
        n, dim = W.shape
        a, c = self._c[:n], self._c
        d_s, d_p = second[0], second[1]
        # d2L / dw_i da_l = 2 a_i grad_1 g(w_i, w_l), and for l = i also 2 sum_j c_j grad_1 g(w_i, z_j).
        mixed = 2 * a[:, None, None] * (d_s[:, :n, None] * W[None] + 2 * d_p[:, :n, None] * W[:, None, :])
        total = 2 * ((d_s * c) @ self._Z + 2 * (d_p @ c)[:, None] * W)
        neuron = np.arange(n)
        mixed[neuron, neuron] += total
        H[:, :dim, :, dim] = mixed.transpose(0, 2, 1)
        H[:, dim, :, :dim] = mixed.transpose(1, 0, 2)
        H[:, dim, :, dim] = 2 * g

    def magnitude(self, theta: Array) -> float:
        """Square root of the size of the terms that cancel in the loss: interactions are at most 1."""
        return float(np.abs(theta[:, -1]).sum() + np.abs(self._c[self.problem.n :]).sum())

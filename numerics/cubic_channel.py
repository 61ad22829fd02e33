r"""The limit problem of a channel of second order for the cube: three neurons that become one direction.

A network of cubes is a symmetric tensor, :math:`T = \sum_i a_i w_i^{\otimes 3}`, and the set of sums of n cubes is
not closed: with outgoing weights in the ratio 1 : -2 : 1 that grow like B and directions :math:`w, w \pm u/\sqrt B`,
three cubes tend to

.. math:: (w\cdot x)^2 (\delta\cdot x) + \varsigma\,(w\cdot x)(u\cdot x)^2, \qquad \varsigma = \pm 1,

which is no sum of three cubes. (Tensors whose best approximation of a given rank does not exist: de Silva and Lim,
*Tensor rank and the ill-posedness of the best low-rank approximation problem*, 2008.) Here the loss of this form and
cubes of the other neurons, :math:`L_\infty = 6 |R|^2 + 9 |\mathrm{tr} R|^2` for the difference R of the tensors.

The form determines w, delta and u only up to two changes of scale and shear: at a strict minimum the Hessian has
exactly two null directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.problem import Array, Problem

#: Null directions of the form.
GAUGE = 2
#: Eigenvalues below this part of the largest are null.
NULL = 1e-9
#: Newton steps at most, and length over the size of the unknowns that is rounding.
STEPS, ARRIVED = 60, 1e-11


@dataclass(frozen=True, eq=False)
class CubicLimit:
    """A critical point of the limit problem. Approximation.

    Attributes
    ----------
    tensor : ndarray, shape (dim, dim, dim)
    loss, grad_inf : float
    null, negative : int
        Numbers of null and negative eigenvalues of the Hessian; ``GAUGE`` and 0 at a strict minimum.
    lowest : float
        Smallest eigenvalue that is not null.
    """

    tensor: Array
    loss: float
    grad_inf: float
    null: int
    negative: int
    lowest: float

    @property
    def minimum(self) -> bool:
        """Whether it is a strict minimum up to the gauge."""
        return self.null == GAUGE and self.negative == 0


def cubes(rows: Any, coefficients: Any) -> Any:
    """The tensor of a sum of cubes. Exact up to rounding.

    Examples
    --------
    >>> cubes(np.array([[2.0]]), np.array([0.5]))
    array([[[4.]]])
    """
    return np.einsum("n,ni,nj,nk->ijk", coefficients, rows, rows, rows)


def tensor_loss(difference: Any) -> Any:
    """E[(R . x x x)^2] for a symmetric tensor. Exact up to rounding."""
    trace = np.einsum("iij->j", difference)
    return 6 * np.einsum("ijk,ijk->", difference, difference) + 9 * (trace @ trace)


def solve_cubic_limit(problem: Problem, theta: Array, triple: tuple[int, int, int]) -> CubicLimit | None:
    """The critical point of the limit problem near a network with three nearly parallel neurons. Approximation.

    Parameters
    ----------
    problem : Problem
        Of the cube.
    theta : ndarray, shape (n, dim + 1)
    triple : (int, int, int)
        The neurons, that of the opposite sign first.

    Returns
    -------
    CubicLimit or None
        None if Newton's method does not converge.
    """
    limit = _Limit(problem, theta, triple)
    x = limit.start
    last = np.inf
    for _ in range(STEPS):
        hessian, gradient = limit.hessian(x), limit.gradient(x)
        move = np.linalg.lstsq(hessian, -gradient, rcond=NULL)[0]
        length = float(np.abs(move).max())
        if not np.isfinite(length) or length > 2 * last:
            return None
        x, last = x + move, length
        if length <= ARRIVED * max(1.0, float(np.abs(x).max())):
            values = np.linalg.eigvalsh(limit.hessian(x))
            null = np.abs(values) <= NULL * np.abs(values).max()
            return CubicLimit(
                limit.tensor(x),
                float(tensor_loss(limit.tensor(x) - limit.teacher)),
                float(np.abs(limit.gradient(x)).max()),
                int(null.sum()),
                int((values[~null] < 0).sum()),
                float(np.abs(values[~null]).min()),
            )
    return None


class _Limit:
    """The loss of a form of second order and cubes, in one vector: other rows (with their scale), w, delta, u."""

    def __init__(self, problem: Problem, theta: Array, triple: tuple[int, int, int]) -> None:
        self.teacher = cubes(problem.teacher, problem.teacher_outgoing)
        self.dim = problem.dim
        others = np.delete(theta, list(triple), axis=0)
        self.signs = np.sign(others[:, -1])
        rows = others[:, :-1] * np.cbrt(np.abs(others[:, -1:]))
        W, a = theta[list(triple), :-1], theta[list(triple), -1]
        w = W[0] / np.linalg.norm(W[0])
        along = W @ w
        beside = W - along[:, None] * w
        delta = (a @ along**3) * w + 3 * (a * along**2) @ beside
        values, vectors = np.linalg.eigh(3 * np.einsum("n,ni,nj->ij", a * along, beside, beside))
        place = int(np.abs(values).argmax())
        self.sign = float(np.sign(values[place]))
        self.start = np.concatenate([rows.ravel(), w, delta, np.sqrt(abs(values[place])) * vectors[:, place]])

    def _parts(self, x: Any) -> tuple[Any, Any, Any, Any]:
        d, m = self.dim, len(self.signs)
        return x[: m * d].reshape(m, d), x[m * d : (m + 1) * d], x[(m + 1) * d : (m + 2) * d], x[(m + 2) * d :]

    def tensor(self, x: Any) -> Any:
        rows, w, delta, u = self._parts(x)
        form = _symmetric(w, w, delta) + self.sign * _symmetric(w, u, u)
        return cubes(rows, self.signs) + form

    def gradient(self, x: Any) -> Any:
        """By the chain rule through the tensor."""
        rows, w, delta, u = self._parts(x)
        R = self.tensor(x) - self.teacher
        trace = np.einsum("iij->j", R)
        # d L / d T: 12 R + 18 sym(identity, trace), contracted with derivatives of T, which are symmetric.
        eye = np.eye(self.dim)
        G = 12 * R + 6 * sum(
            np.einsum(f"{p},{q}->ijk", eye, trace) for p, q in (("ij", "k"), ("ik", "j"), ("jk", "i"))
        )
        own = 3 * self.signs[:, None] * np.einsum("ijk,nj,nk->ni", G, rows, rows)
        by_w = 2 * np.einsum("ijk,j,k->i", G, w, delta) + self.sign * np.einsum("ijk,j,k->i", G, u, u)
        by_delta = np.einsum("ijk,j,k->i", G, w, w)
        by_u = 2 * self.sign * np.einsum("ijk,j,k->i", G, w, u)
        return np.concatenate([own.ravel(), by_w, by_delta, by_u])

    def hessian(self, x: Array) -> Array:
        """By the complex step, exact for polynomials up to rounding."""
        columns = [self.gradient(x + 1e-30j * row).imag / 1e-30 for row in np.eye(len(x))]
        matrix = np.array(columns)
        return np.asarray((matrix + matrix.T) / 2)


def _symmetric(p: Any, q: Any, r: Any) -> Any:
    """The symmetric tensor of (p.x)(q.x)(r.x)."""
    orders = ((p, q, r), (p, r, q), (q, p, r), (q, r, p), (r, p, q), (r, q, p))
    return sum(np.einsum("i,j,k->ijk", *order) for order in orders) / 6

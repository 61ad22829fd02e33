"""Newton steps and the lowest Hessian eigenvalues of systems whose Hessian is too large to store.

Near the structures of the theory the Hessian has few distinct eigenvalues (symmetry), so Krylov methods need few
products with it. Linear systems and eigenvalues are SciPy's (conjugate gradients, ARPACK); the products are ours.
SciPy's sparse part is imported on first use: small systems start without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from numerics.population import Population
from numerics.problem import Array

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

#: Largest order for which a dense Hessian is formed.
DENSE_LIMIT = 6000
#: Residual of a Newton step, relative.
TOLERANCE = 1e-12
#: Iterations at most of conjugate gradients.
MAX_ITERATIONS = 2000
#: Lanczos vectors kept, and relative accuracy of an eigenvalue of which the sign is wanted.
VECTORS, EIGENVALUE_TOLERANCE = 60, 1e-3


def generic_direction(order: int) -> Array:
    """A fixed vector of a length that no symmetry annihilates; not random, so that runs repeat. Approximation."""
    return np.cos(1 + np.arange(order, dtype=float) ** 1.5)


def hessian_operator(population: Population, theta: Array) -> LinearOperator:
    """The Hessian in the trained parameters at a point, as an operator. Approximation.

    Parameters
    ----------
    population : Population
    theta : ndarray, shape (n, dim + 1)
    """
    from scipy.sparse.linalg import LinearOperator

    free = population.problem.free

    def product(vector: Array) -> Array:
        move = np.zeros(theta.size)
        move[free] = vector.ravel()
        return population.hessian_vector(theta, move.reshape(theta.shape)).ravel()[free]

    return LinearOperator((len(free), len(free)), matvec=product, dtype=np.float64)


def newton_solver(population: Population, theta: Array) -> Callable[[Array], Array]:
    """Solves with the Hessian at a point by conjugate gradients; NaN where they do not converge. Approximation."""
    from scipy.sparse.linalg import cg

    operator = hessian_operator(population, theta)

    def solve(side: Array) -> Array:
        solution, failed = cg(operator, side, rtol=TOLERANCE, atol=0.0, maxiter=MAX_ITERATIONS)
        return np.full_like(side, np.nan) if failed else np.asarray(solution)

    return solve


def lowest_eigenvalues(operator: LinearOperator, count: int) -> Array | None:
    """The ``count`` lowest eigenvalues, increasing, or None where Lanczos does not converge. Approximation."""
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh

    vectors = min(operator.shape[0], max(VECTORS, 2 * count + 1))
    try:
        values = eigsh(
            operator,
            k=count,
            which="SA",
            ncv=vectors,
            tol=EIGENVALUE_TOLERANCE,
            v0=generic_direction(operator.shape[0]),
            return_eigenvectors=False,
        )
    except ArpackNoConvergence:
        return None
    return np.sort(values)


def largest_eigenvalue(operator: LinearOperator) -> float:
    """The largest eigenvalue to a few digits. Approximation."""
    from scipy.sparse.linalg import eigsh

    start = generic_direction(operator.shape[0])
    values = eigsh(operator, k=1, which="LA", tol=EIGENVALUE_TOLERANCE, v0=start, return_eigenvectors=False)
    return float(values[0])

"""Index of a critical point: the number of negative Hessian eigenvalues, in double precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as sla
from numpy.typing import ArrayLike

from numerics.kernels import HOMOGENEOUS
from numerics.matrix_free import DENSE_LIMIT, hessian_operator, largest_eigenvalue, lowest_eigenvalues
from numerics.population import Population
from numerics.problem import Array, Problem, finite_array

#: Eigenvalues below this fraction of the largest are taken to be zero.
RELATIVE_ZERO = 1e-11


@dataclass(frozen=True)
class Inertia:
    """Signs of the Hessian's eigenvalues. Approximation.

    Attributes
    ----------
    negative, zero : int
        Numbers of eigenvalues below ``-threshold`` and within ``threshold`` of zero.
    threshold : float
        ``1e-11`` times the largest absolute row sum (above order 6000 the largest eigenvalue); rounding of the
        Hessian is far below it.
    """

    negative: int
    zero: int
    threshold: float

    @property
    def minimum(self) -> bool:
        """Whether all eigenvalues are positive."""
        return self.negative == 0 and self.zero == 0


def inertia(problem: Problem, theta: ArrayLike) -> Inertia:
    """Inertia of the Hessian of the full mean squared error. Approximation.

    Parameters
    ----------
    problem : Problem
    theta : array_like, shape (n, dim + 1)

    Returns
    -------
    Inertia
        Over the trained parameters only. For ReLU at a critical point: on the quotient by rescaling, of the merged
        neurons, with what families of neurons of one direction add (``numerics.rectified.gauge``).

    Raises
    ------
    ValueError
        If ``theta`` has another shape or is not finite.
    RuntimeError
        If, above order 6000, Lanczos' method does not find the eigenvalues below the threshold.

    Examples
    --------
    >>> from numerics import Problem, pack
    >>> import numpy as np
    >>> inertia(Problem(2, 2), pack(np.eye(2, 3), [1, 1])).minimum
    True
    """
    free = problem.free
    theta = finite_array("theta", theta, problem.shape)
    if problem.activation in HOMOGENEOUS:
        from numerics.rectified.gauge import quotient_inertia

        return Inertia(*quotient_inertia(problem, theta))
    if len(free) > DENSE_LIMIT:
        return _inertia_by_lanczos(Population(problem), theta)
    hessian = Population(problem).hessian_unchecked(theta)
    if len(free) != hessian.shape[0]:
        hessian = hessian[np.ix_(free, free)]
    threshold = RELATIVE_ZERO * float(np.abs(hessian).sum(axis=1).max())
    # A factorisation that runs to its end settles the common case at a tenth of the price.
    shifted = hessian - threshold * np.eye(len(free))
    if sla.lapack.dpotrf(shifted, lower=1, overwrite_a=1, clean=0)[1] == 0:
        return Inertia(0, 0, threshold)
    values = sla.eigvalsh(hessian)
    negative = int((values < -threshold).sum())
    return Inertia(negative, int((np.abs(values) <= threshold).sum()), threshold)


def lowest_eigenvalue(problem: Problem, theta: ArrayLike) -> float:
    """The lowest Hessian eigenvalue over the trained parameters (ReLU: of the merged neurons). Approximation.

    Parameters
    ----------
    problem : Problem
    theta : array_like, shape (n, dim + 1)

    Raises
    ------
    ValueError
        If ``theta`` has another shape or is not finite.
    RuntimeError
        If, above order 6000, Lanczos' method does not converge.
    """
    free, theta = problem.free, finite_array("theta", theta, problem.shape)
    if problem.activation in HOMOGENEOUS:
        from numerics.rectified.gauge import lowest_quotient_eigenvalue

        return lowest_quotient_eigenvalue(problem, theta)
    population = Population(problem)
    if len(free) > DENSE_LIMIT:
        values = lowest_eigenvalues(hessian_operator(population, theta), 1)
        if values is None:
            raise RuntimeError(f"the lowest of {len(free)} eigenvalues was not found by Lanczos' method")
        return float(values[0])
    hessian = population.hessian_unchecked(theta)[np.ix_(free, free)]
    return float(sla.eigvalsh(hessian, subset_by_index=[0, 0])[0])


def _inertia_by_lanczos(population: Population, theta: Array) -> Inertia:
    """More and more of the lowest eigenvalues, until one is positive."""
    operator = hessian_operator(population, theta)
    threshold = RELATIVE_ZERO * largest_eigenvalue(operator)
    count = 1
    while count < operator.shape[0]:
        values = lowest_eigenvalues(operator, count)
        if values is None:
            break
        if values[-1] > threshold:
            return Inertia(int((values < -threshold).sum()), int((np.abs(values) <= threshold).sum()), threshold)
        count *= 4
    raise RuntimeError(f"the inertia of a Hessian of order {operator.shape[0]} was not found by Lanczos' method")

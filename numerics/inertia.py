"""Index of a critical point: the number of negative Hessian eigenvalues, in double precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as sla
from numpy.typing import ArrayLike

from numerics.population import Population
from numerics.problem import Problem, finite_array

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
        ``1e-11`` times the largest absolute row sum; rounding of the Hessian is far below it.
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
        Over the trained parameters only.

    Raises
    ------
    ValueError
        If ``theta`` has another shape or is not finite.

    Examples
    --------
    >>> from numerics import Problem, pack
    >>> import numpy as np
    >>> inertia(Problem(2, 2), pack(np.eye(2, 3), [1, 1])).minimum
    True
    """
    free = problem.free
    hessian = Population(problem).hessian_unchecked(finite_array("theta", theta, problem.shape))
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

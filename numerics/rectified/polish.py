"""Newton's method for rectified units: on the merged neurons, up to rescaling, and back."""

from __future__ import annotations

from math import ceil, log10
from types import SimpleNamespace

import numpy as np
from mpmath import mp

from numerics.newton import GUARD_DIGITS, Polished, balls, descend, finish, refine
from numerics.precise import precise_population
from numerics.precision import digits, from_ball, to_ball
from numerics.problem import Array, Problem
from numerics.rectified.gauge import Reduced, expand, reduced


def polish_rectified(problem: Problem, start: Array, *, dps: int) -> Polished:
    """As ``numerics.polish``, for a positively homogeneous activation. Approximation.

    Dead neurons keep a vector that is exactly zero. Whether they obey the rule of the flow at the point found is not
    checked here.

    Parameters
    ----------
    problem : Problem
    start : ndarray, shape (n, dim + 1)
    dps : int
    """
    point = reduced(problem, start)
    # Gradients in the weights are those of the merged neurons times these.
    largest = max(1.0, float(np.abs(start[:, -1]).max()), float(np.linalg.norm(start[:, :-1], axis=1).max()))
    inner = dps + 1 + ceil(log10(largest))
    with digits(inner + GUARD_DIGITS) as arithmetic:
        solved = _solve(point, inner, arithmetic)
        population = precise_population(problem, arithmetic)
        omega, contraction = solved
        if omega is None:
            return finish(population, start, balls(start), dps, contraction, converged=False)
        with mp.workdps(inner + GUARD_DIGITS):
            theta = expand(problem, start, point, omega)
        rows = [[to_ball(x) for x in row] for row in theta]
        found = finish(population, start, rows, dps, contraction, converged=True)
        if found.grad_inf <= mp.mpf(10) ** -dps:
            return found
        return finish(population, start, balls(start), dps, contraction, converged=False)


def _solve(point: Reduced, dps: int, arithmetic: SimpleNamespace) -> tuple[np.ndarray | None, float]:
    """Vectors of the merged neurons to many digits, or None, and the contraction."""
    if point.problem is None:
        return np.empty((0, point.omega.shape[1]), dtype=object), 0.0
    with np.errstate(all="ignore"):
        newton, near, contraction, trusted = descend(point.problem, point.theta())
    if not trusted:
        return None, contraction
    found, converged = refine(precise_population(point.problem, arithmetic), newton, balls(near), dps)
    if not converged:
        return None, contraction
    return np.array([[from_ball(x) for x in row[:-1]] for row in found], dtype=object), contraction

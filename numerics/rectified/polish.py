"""Newton's method for rectified units: on the merged neurons, up to rescaling, and back."""

from __future__ import annotations

from math import ceil, log10
from types import SimpleNamespace

import numpy as np
from mpmath import mp
from numpy.typing import NDArray

from numerics.newton import GUARD_DIGITS, Polished, balls, descend, finish, refine
from numerics.precise import precise_population
from numerics.precision import digits, from_ball, to_ball
from numerics.problem import Array, Problem
from numerics.rectified.gauge import Reduced, expand, reduced
from numerics.rectified.sphere import ROUNDING, Residual, lowest

#: Neurons this much shorter than their outgoing weight may be on their way to zero.
IDLE = 1e-6
#: A value on the sphere is negative by more than rounding below this multiple of it.
CLEARLY = 16.0


def polish_rectified(problem: Problem, start: Array, *, dps: int) -> Polished:
    """As ``numerics.polish``, for a positively homogeneous activation. Approximation.

    Dead neurons keep a vector that is exactly zero. Whether they obey the rule of the flow at the point found is not
    checked here, but for neurons that tend to zero without getting there in finite time: where Newton's method does
    not contract with them, they are put to zero if they may stay there.

    Parameters
    ----------
    problem : Problem
    start : ndarray, shape (n, dim + 1)
    dps : int
    """
    found = _polished(problem, start, start, dps)
    if found.converged or problem.fixed_outgoing is not None:
        return found
    length, a = np.linalg.norm(start[:, :-1], axis=1), np.abs(start[:, -1])
    idle = (length > 0) & (length < IDLE * a)
    if not idle.any():
        return found
    rest = start.copy()
    rest[idle, :-1] = 0.0
    again = _polished(problem, start, rest, dps)
    return again if again.converged and _stay(problem, again.double(), idle) else found


def _stay(problem: Problem, theta: Array, dead: NDArray[np.bool_]) -> bool:
    """Whether no direction in which these neurons could leave zero decreases the loss, beyond rounding."""
    bound = -CLEARLY * ROUNDING * Residual.of(problem, theta).size
    signs = {float(np.sign(a)) for a in theta[dead, -1]}
    return all(lowest(problem, theta, sign)[1] >= bound for sign in signs)


def _polished(problem: Problem, start: Array, place: Array, dps: int) -> Polished:
    """Newton's method from a place; what is returned says how far it is from the start."""
    point = reduced(problem, place)
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
            theta = expand(problem, place, point, omega)
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

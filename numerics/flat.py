"""Critical points that are not isolated: Newton's method across a continuum of them, with its directions left out."""

from __future__ import annotations

from dataclasses import dataclass

import flint
import numpy as np
import scipy.linalg as sla
from numpy.typing import ArrayLike

from numerics.kernels import digits_of
from numerics.newton import GUARD_DIGITS, Polished, finish, refine
from numerics.population import Population
from numerics.precise import PrecisePopulation
from numerics.precision import digits
from numerics.problem import Array, Problem, finite_array

#: Eigenvalues below this fraction of the largest are left out of Newton steps.
CUT = 1e-6
#: At a critical point, those below this fraction are null; between it and CUT nothing may lie.
NULL = 1e-9
#: Newton steps at most.
STEPS = 40
#: Length of the steps along null directions that must lead to critical points again, over the size of the point.
ALONG = 1e-3


@dataclass(frozen=True, eq=False)
class Flat:
    """A point of a continuum of critical points. Approximation.

    Attributes
    ----------
    point : Polished
    dimension : int
        Number of null directions of the Hessian; each was followed for a step and led to critical points of the
        same loss.
    negative : int
        Number of negative eigenvalues.
    moved : float
        Infinity norm of the way from the starting point.
    """

    point: Polished
    dimension: int
    negative: int
    moved: float


class _Across:
    """Newton steps with the inverse of the Hessian on its clearly non-null directions."""

    def __init__(self, problem: Problem) -> None:
        self.population = Population(problem)
        self.free = problem.free
        self.values: Array = np.zeros(0)
        self.vectors: Array = np.zeros((0, 0))

    def factor(self, theta: Array) -> bool:
        """Diagonalise at a point; false where that is impossible."""
        hessian = self.population.hessian(theta)[np.ix_(self.free, self.free)]
        if not np.isfinite(hessian).all():
            return False
        self.values, self.vectors = sla.eigh(hessian)
        return bool(np.abs(self.values).max() > 0)

    @property
    def kept(self) -> Array:
        """Which eigenvalues are clearly not null."""
        return np.asarray(np.abs(self.values) > CUT * np.abs(self.values).max())

    def step(self, theta: Array, gradient: Array) -> Array:
        """Newton step of the shape of theta."""
        step = np.zeros(theta.size)
        kept = self.kept
        coordinates = self.vectors[:, kept].T @ gradient.ravel()[self.free] / self.values[kept]
        step[self.free] = -(self.vectors[:, kept] @ coordinates)
        return step.reshape(theta.shape)

    def descend(self, theta: Array) -> Array | None:
        """To rounding, or None if the steps do not shrink."""
        last = np.inf
        for _ in range(STEPS):
            if not self.factor(theta):
                return None
            move = self.step(theta, self.population.gradient(theta))
            length = float(np.abs(move).max())
            if not np.isfinite(length) or length > max(2 * last, 1e-10):
                return None
            theta = theta + move
            if length <= 1e-12 * max(1.0, float(np.abs(theta).max())):
                return theta if self.factor(theta) else None
            last = length
        return None


def polish_flat(problem: Problem, theta: ArrayLike, *, dps: int = 50) -> Flat | None:
    """Refine a point near a continuum of critical points. Approximation.

    Parameters
    ----------
    problem : Problem
    theta : array_like, shape (n, dim + 1)
    dps : int

    Returns
    -------
    Flat or None
        None if Newton's method across the null directions does not converge, if the null directions are not clearly
        apart from the others, or if one of them does not lead along a continuum of critical points.

    Examples
    --------
    >>> from numerics import gradient_flow, initial_weights
    >>> problem = Problem(1, 2, activation="linear")
    >>> found = polish_flat(problem, gradient_flow(problem, initial_weights(problem, seed=0)).theta, dps=20)
    >>> found.dimension, found.negative  # (c w, a / c) for every c
    (1, 0)
    """
    start = finite_array("theta", theta, problem.shape)
    dps = min(dps, digits_of(problem.activation) or dps)
    across = _Across(problem)
    with np.errstate(all="ignore"):
        near = across.descend(start)
        if near is None:
            return None
        size = np.abs(across.values) / np.abs(across.values).max()
        null = size <= NULL
        if not null.any() or bool((~null & (size <= CUT)).any()) or not _continues(problem, near, across, null):
            return None
        negative = int((across.values[~null] < 0).sum())
    with digits(dps + GUARD_DIGITS) as arithmetic:
        population = PrecisePopulation(problem, arithmetic)
        balls = [[flint.arb(float(x)) for x in row] for row in near]
        point, converged = refine(population, across, balls, dps)
        if not converged:
            return None
        polished = finish(population, start, point, dps, 0.0, converged=True)
    return Flat(polished, int(null.sum()), negative, polished.moved)


def _continues(problem: Problem, theta: Array, across: _Across, null: Array) -> bool:
    """Whether a step along each null direction leads to critical points again, of the same loss."""
    population = across.population
    loss = population.loss(theta)
    scale = max(1.0, float(np.abs(theta).max()))
    for direction in across.vectors[:, null].T:
        aside = theta.copy().ravel()
        aside[across.free] += ALONG * scale * direction
        other = _Across(problem)
        near = other.descend(aside.reshape(theta.shape))
        if near is None:
            return False
        way = float(direction @ (near - theta).ravel()[across.free])
        if way < 0.5 * ALONG * scale or abs(population.loss(near) - loss) > 1e-11 * max(1.0, abs(loss)):
            return False
    return True

r"""The reduced equations of a block pattern, for any smooth activation. Approximation.

A network that is fixed by the permutations of its pattern is ``theta = P x`` with a few unknowns x: one for each slot
of the pattern and one for each class of students. As the permutations leave the loss L unchanged, a critical point of
``L(P x)`` is one of L.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flint
import numpy as np
import scipy.optimize as so
from mpmath import mp

from numerics.kernels import degree_of, digits_of
from numerics.newton import GUARD_DIGITS
from numerics.population import Population
from numerics.precise import precise_population
from numerics.precision import Exact, digits, from_ball
from numerics.problem import Array, Problem
from numerics.rectified.pattern import Pattern

#: Newton steps of a search, and the length below which, over the size of the point, one is rounding.
STEPS, ROUNDING = 40, 1e-11
#: Gradient at which a descent is left to Newton's method.
DESCENDED = 1e-7
#: Steps of a descent.
DESCENT = 400


@dataclass(frozen=True, eq=False)
class Solution:
    """A critical point of a block pattern to many digits. Approximation.

    Attributes
    ----------
    coordinates : ndarray of mpmath numbers, shape (n, k)
    outgoing : ndarray of mpmath numbers, shape (n,)
    loss : mpmath number
    dps : int
    """

    coordinates: Exact
    outgoing: Exact
    loss: mp.mpf
    dps: int


class Reduced:
    """The loss on the networks of a block pattern. Approximation.

    The unknowns are the coefficients by ``pattern.slots``, then the outgoing weights by ``pattern.students``. For a
    homogeneous activation the latter are held at what they are: only products count.

    Parameters
    ----------
    activation : str
        A smooth one.
    pattern : Pattern
        Of integer sizes.

    Examples
    --------
    Two neurons that average two teachers each, with an exponential:

    >>> reduced = Reduced("exp", Pattern((2,), ((0, 1),), ((0, 2),)))
    >>> x = reduced.search([0.45, 0.01, 2.5])
    >>> [round(float(value), 6) + 0.0 for value in x]
    [0.5, 0.0, 2.568051]
    """

    def __init__(self, activation: str, pattern: Pattern) -> None:
        self.pattern = pattern
        n, k = int(pattern.n), int(pattern.k)
        self.problem = Problem(n, k, activation=activation, dim=k)
        self.labels, self.classes = pattern.labels, pattern.student_class()
        self.slots = len(pattern.slots)
        places = np.column_stack([self.labels, self.slots + self.classes]).ravel()
        self.size = self.slots + len(pattern.students)
        self._spread = np.zeros((len(places), self.size))
        self._spread[np.arange(len(places)), places] = 1.0
        if degree_of(activation) is not None:
            self._spread[:, self.slots :] = 0.0
        self.free = np.flatnonzero(self._spread.any(axis=0))
        self._population = Population(self.problem)

    def theta(self, x: Sequence[float] | Array) -> Array:
        """The network, shape (n, k + 1), in an input dimension of k. Exact."""
        values = np.asarray(x, dtype=np.float64)
        return np.column_stack([values[: self.slots][self.labels], values[self.slots :][self.classes]])

    def unknowns(self, coordinates: Array, outgoing: Array) -> Array:
        """Means of a network's entries over the blocks. Approximation."""
        x = np.zeros(self.size)
        for place in range(self.slots):
            x[place] = coordinates[self.labels == place].mean()
        for place in range(self.size - self.slots):
            x[self.slots + place] = outgoing[self.classes == place].mean()
        return x

    def loss(self, x: Array) -> float:
        """The full mean squared error. Approximation."""
        return self._population.loss(self.theta(x))

    def gradient(self, x: Array) -> Array:
        """Derivatives of the loss in the unknowns. Approximation."""
        return np.asarray(self._spread.T @ self._population.gradient(self.theta(x)).ravel())

    def hessian(self, x: Array) -> Array:
        """Second derivatives of the loss in the unknowns. Approximation."""
        return np.asarray(self._spread.T @ self._population.hessian(self.theta(x)) @ self._spread)

    def search(self, start: Sequence[float] | Array, *, furthest: float = np.inf) -> Array | None:
        """Newton's method, or None unless its steps become rounding. Approximation.

        Parameters
        ----------
        start : sequence of float
        furthest : float
            Give up where an unknown moves further than this.
        """
        x = begin = np.array(start, dtype=np.float64)
        for _ in range(STEPS):
            try:
                with np.errstate(all="ignore"):
                    step = self._step(x)
            except (np.linalg.LinAlgError, ValueError):
                return None
            x = x - step
            size = max(1.0, float(np.abs(x).max()))
            if not np.isfinite(x).all() or np.abs(x - begin).max() > furthest or size > 1e6:
                return None
            if np.abs(step).max() <= ROUNDING * size:
                return x
        return None

    def _step(self, x: Array) -> Array:
        step = np.zeros(self.size)
        free = self.free
        step[free] = np.linalg.solve(self.hessian(x)[np.ix_(free, free)], self.gradient(x)[free])
        return step

    def descend(self, start: Sequence[float] | Array) -> Array | None:
        """Down to a minimum among the networks of the pattern, or None where none is reached. Approximation."""
        begin, free = np.array(start, dtype=np.float64), self.free

        def at(y: Array) -> Array:
            x = begin.copy()
            x[free] = y
            return x

        try:
            with np.errstate(all="ignore"):
                found = so.minimize(
                    lambda y: self.loss(at(y)),
                    begin[free],
                    jac=lambda y: self.gradient(at(y))[free],
                    hess=lambda y: self.hessian(at(y))[np.ix_(free, free)],
                    method="trust-exact",
                    options={"gtol": DESCENDED, "maxiter": DESCENT, "initial_trust_radius": 0.1},
                )
        except (np.linalg.LinAlgError, ValueError, IndexError):
            return None
        return self.search(at(found.x), furthest=0.1) if np.isfinite(found.x).all() else None

    def refine(self, x: Array, *, dps: int = 50) -> Solution | None:
        """A point that ``search`` has found to many digits, or None. Approximation.

        Frozen Newton steps with gradients of more digits, until the gradient is below ``10**-dps``; never more digits
        than the activation's kernel has.
        """
        dps = min(dps, digits_of(self.problem.activation) or dps)
        free = self.free
        # On a continuum the Hessian has no inverse; the smallest step will do.
        inverse = np.linalg.pinv(self.hessian(x)[np.ix_(free, free)], rcond=1e-11, hermitian=True)
        with digits(dps + GUARD_DIGITS) as arithmetic:
            population = precise_population(self.problem, arithmetic)
            values = [flint.arb(float(value)) for value in x]
            for _ in range(dps):
                W = [[values[place] for place in row] for row in self.labels]
                a = [values[self.slots + p] for p in self.classes]
                loss, grad_W, grad_a = population.loss_and_gradient(W, a)
                gradient = [flint.arb(0)] * self.size
                for i, row in enumerate(self.labels):
                    for j, place in enumerate(row):
                        gradient[place] += grad_W[i, j]
                    gradient[self.slots + self.classes[i]] += grad_a[i]
                left = [gradient[place].mid() for place in free]
                scale = max((abs(value) for value in left), key=float)
                if scale < flint.arb(10) ** -dps:
                    return self._solution(values, from_ball(loss), dps)
                step = inverse @ np.array([float(value / scale) for value in left])
                for place, move in zip(free, step, strict=True):
                    values[place] = (values[place] - flint.arb(float(move)) * scale).mid()
        return None

    def _solution(self, values: list[flint.arb], loss: mp.mpf, dps: int) -> Solution:
        numbers = np.array([from_ball(value) for value in values], dtype=object)
        loss = mp.mpf(0) if abs(loss) < mp.mpf(10) ** -dps else loss
        return Solution(numbers[: self.slots][self.labels], numbers[self.slots :][self.classes], loss, dps)

"""Continua of critical points whose softest directions only many digits tell from null ones.

The method of ``flat`` with everything in an arithmetic of ``dps`` digits and more: the Hessian by central
differences of the gradient, its eigenvalues by mpmath. Near a place where continua cross, eigenvalues of 1e-8 are as
certain there as the null ones of 1e-40.
"""

from __future__ import annotations

from typing import Any

from mpmath import mp
from numpy.typing import ArrayLike

from numerics.flat import Flat
from numerics.kernels import digits_of
from numerics.newton import finish
from numerics.precise import PreciseLoss, precise_population
from numerics.precision import digits, from_ball, to_ball
from numerics.problem import Problem, finite_array

#: Unknowns at most: the eigenvalues cost the third power of their number, a second for 24.
LARGEST = 40
#: Newton steps at most.
STEPS = 8
#: Parts of the largest eigenvalue: below the first ones are null at the end, above the second they are not.
NULL, NOT_NULL = mp.mpf(10) ** -30, mp.mpf(10) ** -14
#: Way along a null direction that must lead to critical points again; Newton's method with the Hessian kept contracts
#: by this over the smallest eigenvalue left.
ALONG = mp.mpf(10) ** -20


class _Loss:
    """Loss, gradient and Hessian of a flat vector of mpmath numbers."""

    def __init__(self, problem: Problem, population: PreciseLoss, dps: int) -> None:
        self.problem, self.population = problem, population
        # Differences of second order: errors of h^2.
        self.step = mp.mpf(10) ** (-dps // 2)

    def rows(self, x: Any) -> list[list[Any]]:
        n, width = self.problem.shape
        return [[to_ball(x[i * width + j]) for j in range(width)] for i in range(n)]

    def gradient(self, x: Any) -> tuple[Any, Any]:
        rows = self.rows(x)
        loss, W, a = self.population.loss_and_gradient([row[:-1] for row in rows], [row[-1] for row in rows])
        entries = [from_ball(z) for i in range(W.nrows()) for z in (*(W[i, c] for c in range(W.ncols())), a[i])]
        return from_ball(loss), mp.matrix(entries)

    def hessian(self, x: Any) -> Any:
        size = len(x)
        H = mp.matrix(size, size)
        for j in range(size):
            ahead, behind = x.copy(), x.copy()
            ahead[j] += self.step
            behind[j] -= self.step
            column = (self.gradient(ahead)[1] - self.gradient(behind)[1]) / (2 * self.step)
            for i in range(size):
                H[i, j] = column[i]
        return (H + H.T) / 2


class _Across:
    """The inverse of a Hessian on its directions that are not null."""

    def __init__(self, hessian: Any) -> None:
        values, self.vectors = mp.eigsy(hessian)
        self.values = list(values)
        order = sorted(range(len(self.values)), key=lambda i: abs(self.values[i]))
        sizes = [abs(self.values[i]) for i in order]
        self.largest = sizes[-1]
        # Null are those below the widest gap, if that is among the small ones.
        gaps = [sizes[i + 1] / max(sizes[i], mp.eps * self.largest) for i in range(len(sizes) - 1)]
        cut = max(range(len(gaps)), key=lambda i: gaps[i]) + 1
        self.null = order[:cut]
        self.kept = order[cut:]

    def step(self, gradient: Any) -> Any:
        move = mp.matrix(len(gradient), 1)
        for i in self.kept:
            part = -(self.vectors[:, i].T * gradient)[0] / self.values[i]
            move += part * self.vectors[:, i]
        return move

    @property
    def clear(self) -> bool:
        """Whether null and other eigenvalues are what they must be at the end."""
        null = max(abs(self.values[i]) for i in self.null)
        rest = min(abs(self.values[i]) for i in self.kept)
        return bool(null <= NULL * self.largest and rest >= NOT_NULL * self.largest)


def polish_flat_precise(problem: Problem, theta: ArrayLike, *, dps: int = 50) -> Flat | None:
    """Refine a point near a continuum of critical points, with null directions told apart to many digits.

    Approximation.

    Parameters
    ----------
    problem : Problem
        With at most 40 unknowns and an interaction function in closed form.
    theta : array_like, shape (n, dim + 1)
    dps : int

    Returns
    -------
    Flat or None
        None if Newton's method across the null directions does not converge, if no eigenvalues are clearly null, or
        if a null direction does not lead to critical points of the same loss.

    Examples
    --------
    >>> from numerics import gradient_flow, initial_weights
    >>> problem = Problem(1, 3, activation="cube")
    >>> found = polish_flat_precise(problem, gradient_flow(problem, initial_weights(problem, seed=0)).theta, dps=20)
    >>> found.dimension, found.negative  # (c w, a / c^3) for every c
    (1, 0)
    """
    start = finite_array("theta", theta, problem.shape)
    if start.size > LARGEST or problem.fixed_outgoing is not None or digits_of(problem.activation) is not None:
        return None
    more = max(2 * dps, 60)
    with mp.workdps(more), digits(more) as arithmetic:
        population = precise_population(problem, arithmetic)
        loss = _Loss(problem, population, more)
        x = mp.matrix([mp.mpf(float(z)) for z in start.ravel()])
        across = _converge(loss, x, dps)
        if across is None or not across.clear or not all(_continues(loss, x, across, i, dps) for i in across.null):
            return None
        negative = sum(across.values[i] < 0 for i in across.kept)
        rows = loss.rows(x)
        point = finish(population, start, rows, dps, 0.0, converged=True)
    return Flat(point, len(across.null), int(negative), point.moved)


def _converge(loss: _Loss, x: Any, dps: int) -> _Across | None:
    """Newton's method on x, in place; the last factorisation, or None."""
    last = mp.inf
    for _ in range(STEPS):
        across = _Across(loss.hessian(x))
        gradient = loss.gradient(x)[1]
        if mp.norm(gradient, mp.inf) < mp.mpf(10) ** (-dps - 5):
            return across
        move = across.step(gradient)
        length = mp.norm(move, mp.inf)
        if not length < last / 2:
            return None
        last = length
        for i in range(len(x)):
            x[i] += move[i]
    return None


def _continues(loss: _Loss, x: Any, across: _Across, direction: int, dps: int) -> bool:
    """Whether a step along a null direction leads to critical points of the same loss."""
    value, _ = loss.gradient(x)
    aside = x + ALONG * across.vectors[:, direction]
    for _ in range(STEPS):
        other, gradient = loss.gradient(aside)
        if mp.norm(gradient, mp.inf) < mp.mpf(10) ** (-dps - 5):
            way = (across.vectors[:, direction].T * (aside - x))[0]
            return bool(way > ALONG / 2 and abs(other - value) < mp.mpf(10) ** (-dps))
        aside = aside + across.step(gradient)
    return False

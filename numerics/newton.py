"""Newton's method to any number of digits from a point that a flow has reached.

One inverse Hessian in double precision and gradients in high precision are enough: each step of the frozen
iteration gains 16 digits less the condition number's. Nothing here changes the kind of critical point that
is found, so what counts is whether Newton's method *contracts* from the starting point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import flint
import numpy as np
import scipy.linalg as sla
from mpmath import mp
from numpy.typing import ArrayLike

from numerics.kernels import HOMOGENEOUS, digits_of
from numerics.matrix_free import DENSE_LIMIT, newton_solver
from numerics.population import Population
from numerics.precise import PreciseLoss, precise_population, scaled_gradient
from numerics.precision import Exact, decimal, digits, from_ball, infinity_norm, to_ball, to_double, to_exact
from numerics.problem import Array, Problem, finite_array

#: Newton's method is trusted if its first step is followed by one at most this fraction as long.
CONTRACTION = 0.25
#: Fraction of the step before, below which a Newton step keeps the factorisation.
FROZEN = 1e-2
#: Double-precision Newton steps at most.
MAX_NEWTON = 12
#: Units in the last place by which the terms of a gradient may be wrong.
ROUNDING = 4.0
#: Steps above this are no rounding: a Hessian that soft is singular to double precision.
FAINT = 1e-8
#: From this order on Newton steps are first tried without factorisations.
ITERATIVE_FROM = 1500
#: Working digits beyond those asked for.
GUARD_DIGITS = 15


@dataclass(frozen=True, eq=False)
class Polished:
    """A critical point to many digits. Approximation.

    Attributes
    ----------
    theta : ndarray of mpmath numbers, shape (n, dim + 1)
        The point; the starting point (exactly) where ``converged`` is false.
    loss : mpmath number
        Full mean squared error, to ``dps`` decimal places: below ``10**-dps`` it is zero.
    grad_inf : mpmath number
        Infinity norm of the gradient, below ``10**-dps`` where ``converged`` is true; for ReLU that of the neurons
        with a non-zero incoming vector.
    dps : int
        Digits asked for.
    converged : bool
        Whether Newton's method contracted from the starting point and reached ``10**-dps``.
    contraction : float
        Length of the second Newton step over that of the first; infinite where it was not defined.
    moved : float
        Infinity norm of the way from the starting point.
    """

    theta: Exact
    loss: mp.mpf
    grad_inf: mp.mpf
    dps: int
    converged: bool
    contraction: float
    moved: float

    def decimal(self) -> list[list[str]]:
        """The point as decimal strings of ``dps`` significant digits. Approximation."""
        return [[decimal(x, self.dps) for x in row] for row in self.theta]

    def double(self) -> Array:
        """The point in double precision, shape (n, dim + 1). Approximation."""
        return to_double(self.theta)


def _symmetric_solver(matrix: Array) -> Callable[[Array], Array] | None:
    """Solver with one factorisation, Cholesky's where it exists, or None if the matrix is singular."""
    # LAPACK is column-major; the transpose of the symmetric matrix is the matrix, without a slow copy by columns.
    triangle, failed = sla.lapack.dpotrf(matrix.T, lower=1, overwrite_a=0, clean=0)
    if not failed:

        def solve_definite(side: Array) -> Array:
            solution: Array = sla.lapack.dpotrs(triangle, side, lower=1)[0]
            return solution

        return solve_definite
    # The default workspace makes LAPACK work column by column.
    factor, pivots, failed = sla.lapack.dsytrf(matrix.T, lower=1, lwork=64 * len(matrix))
    if failed:
        return None

    def solve(side: Array) -> Array:
        solution: Array = sla.lapack.dsytrs(factor, pivots, side, lower=1)[0]
        return solution

    return solve


class Steps(Protocol):
    """Newton steps from the last factorisation. Approximation."""

    def step(self, theta: Array, gradient: Array, /) -> Array:
        """A step of the shape of theta."""


class _Newton:
    """Newton steps in the trained parameters, double precision."""

    def __init__(self, problem: Problem, *, iterative: bool) -> None:
        self.population = Population(problem)
        self.free = problem.free
        self.iterative = iterative
        self.solve: Callable[[Array], Array] | None = None

    def factor(self, theta: Array) -> bool:
        if self.iterative:
            self.solve = newton_solver(self.population, theta)
            return True
        hessian = self.population.hessian_unchecked(theta)
        if len(self.free) != hessian.shape[0]:
            hessian = hessian[np.ix_(self.free, self.free)]
        self.solve = _symmetric_solver(hessian) if np.isfinite(hessian).all() else None
        return self.solve is not None

    def step(self, theta: Array, gradient: Array) -> Array:
        """Newton step of the shape of theta, from the last factorisation."""
        if self.solve is None:
            raise RuntimeError("factor has to succeed before step")
        step = np.zeros(theta.size)
        step[self.free] = self.solve(-gradient.ravel()[self.free])
        return step.reshape(theta.shape)

    def rounding(self, theta: Array, move: Array) -> float:
        """How far rounding of the gradient can move a point in the softest direction, that of a last step."""
        # The inverse Hessian's norm to a factor of order one: rounding excites the softest direction most. The terms
        # of a gradient are of the size of the outgoing weights, and of their squares in incoming weights.
        if self.iterative:
            return 0.0
        direction = move / np.linalg.norm(move)
        softness = float(np.linalg.norm(self.step(theta, direction)))
        terms = float(np.abs(theta[:, -1]).sum() + np.abs(self.population.problem.teacher_outgoing).sum())
        return ROUNDING * float(np.finfo(float).eps) * softness * terms * max(1.0, float(np.abs(theta).max()))

    def descend(self, theta: Array) -> tuple[Array, float, bool]:
        """Newton to the end of double precision: the point, the contraction, whether it can be trusted."""
        steps: list[float] = []
        ratio = float("inf")
        frozen = False
        for _ in range(MAX_NEWTON):
            # Where a step is a small part of the one before, the Hessian has hardly changed.
            if not frozen and not self.factor(theta):
                return theta, ratio, False
            move = self.step(theta, self.population.value_and_gradient(theta)[1])
            length = float(np.abs(move).max())
            if not np.isfinite(length):
                return theta, ratio, False
            steps.append(length)
            if len(steps) == 2:
                ratio = steps[1] / steps[0] if steps[0] > 0 else 0.0
            # Past the first steps lengths are rounding errors, which need not shrink.
            noise = 1e-11 * max(1.0, float(np.abs(theta).max()))
            if len(steps) > 1 and length > max(CONTRACTION * steps[-2], noise):
                # Where the Hessian is nearly singular rounding of the gradient moves the point further.
                if length > min(self.rounding(theta, move), FAINT):
                    return theta, ratio, False
                return theta + move, ratio, True
            theta = theta + move
            frozen = len(steps) > 1 and length < FROZEN * steps[-2]
            if length <= noise:
                return theta, ratio if len(steps) > 1 else 0.0, True
        return theta, ratio, False


def polish(problem: Problem, theta: ArrayLike, *, dps: int = 50) -> Polished:
    r"""Refine a near-critical point by Newton's method. Approximation.

    Double-precision Newton steps first; if their lengths contract at least fourfold each, a frozen inverse
    Hessian with gradients of ``dps + 15`` digits until :math:`\|\nabla L\|_\infty \le 10^{-dps}`.

    For ReLU, whose critical points are never isolated, dead neurons are left out, neurons of one direction merged,
    and the scale of each is fixed; every neuron keeps its :math:`a_i^2 - |w_i|^2` and its part of a merged one
    (``numerics.rectified.gauge``).

    What is not checked: that gradient flow from ``theta`` ends at the point found. That needs a certified
    basin; contraction from the start makes it likely.

    Parameters
    ----------
    problem : Problem
    theta : array_like, shape (n, dim + 1)
        A point with a small gradient. If its gradient is already small enough it is returned unchanged.
    dps : int
        Digits, at least 15; at most those of ``numerics.kernels.digits_of`` are taken.

    Returns
    -------
    Polished
        With ``converged`` false where the iteration does not contract: at a degenerate critical point, in a
        channel to infinity, or too far from any critical point.

    Raises
    ------
    ValueError
        If ``theta`` has another shape or is not finite, or ``dps`` is below 15.

    Examples
    --------
    >>> from numerics import Problem, gradient_flow, initial_weights, polish
    >>> problem = Problem(2, 3)
    >>> flow = gradient_flow(problem, initial_weights(problem, seed=0))
    >>> polished = polish(problem, flow.theta, dps=30)
    >>> polished.converged, polished.grad_inf < mp.mpf(10) ** -30
    (True, True)
    """
    if isinstance(dps, bool) or not isinstance(dps, int) or dps < 15:
        raise ValueError(f"dps: got {dps!r}, needs an integer of at least 15")
    start = finite_array("theta", theta, problem.shape)
    if problem.activation in HOMOGENEOUS:
        from numerics.rectified.polish import polish_rectified

        return polish_rectified(problem, start, dps=dps)
    # No more than the interaction function is evaluated to.
    dps = min(dps, digits_of(problem.activation) or dps)
    with np.errstate(all="ignore"):
        newton, near, contraction, trusted = descend(problem, start)
    with digits(dps + GUARD_DIGITS) as arithmetic:
        population = precise_population(problem, arithmetic)
        if not trusted:
            return finish(population, start, balls(start), dps, contraction, converged=False)
        point, converged = refine(population, newton, balls(near), dps)
        if not converged:
            point = balls(start)
        return finish(population, start, point, dps, contraction, converged=converged)


def descend(problem: Problem, start: Array) -> tuple[_Newton, Array, float, bool]:
    """Newton in double precision, without factorisations where dear, with them where that fails. Approximation.

    The last factorisation, at a distance of rounding from the end, serves for the digits to come.
    """
    order = len(problem.free)
    if order > ITERATIVE_FROM:
        newton = _Newton(problem, iterative=True)
        near, contraction, trusted = newton.descend(start)
        if trusted or order > DENSE_LIMIT:
            return newton, near, contraction, trusted
    newton = _Newton(problem, iterative=False)
    return newton, *newton.descend(start)


def read_point(problem: Problem, theta: ArrayLike | Polished) -> tuple[Array, Exact]:
    """A point in double precision and to all the digits it carries. Approximation.

    Raises
    ------
    ValueError
        If ``theta`` has another shape or is not finite.
    """
    if isinstance(theta, Polished):
        return theta.double(), theta.theta
    rough = finite_array("theta", theta, problem.shape)
    return rough, to_exact(rough)


def evaluate(problem: Problem, theta: Exact, *, dps: int = 50) -> Polished:
    """Loss and gradient at a point given to many digits, as a :class:`Polished`. Approximation.

    Parameters
    ----------
    problem : Problem
    theta : ndarray of mpmath numbers, shape (n, dim + 1)
    dps : int
        Digits; 15 more are carried.
    """
    with digits(dps + GUARD_DIGITS) as arithmetic:
        population = precise_population(problem, arithmetic)
        balls = [[to_ball(x) for x in row] for row in theta]
        start = to_double(theta)
        result = finish(population, start, balls, dps, 0.0, converged=True)
    critical = bool(result.grad_inf <= mp.mpf(10) ** -dps)
    return Polished(result.theta, result.loss, result.grad_inf, dps, critical, 0.0, 0.0)


def balls(theta: Array) -> list[list[flint.arb]]:
    """The doubles of a matrix as balls of radius zero. Exact conversion."""
    return [[flint.arb(float(x)) for x in row] for row in theta]


def refine(
    population: PreciseLoss, newton: Steps, point: list[list[flint.arb]], dps: int
) -> tuple[list[list[flint.arb]], bool]:
    """Frozen Newton in high precision until the gradient is below 10**-dps. Approximation."""
    target = flint.arb(10) ** -dps
    last = None
    # One digit a step would be a bad sign; the bound only guards against stagnation.
    for _ in range(dps + 5):
        _, grad_W, grad_a = population.loss_and_gradient([row[:-1] for row in point], [row[-1] for row in point])
        gradient, norm = scaled_gradient(grad_W, grad_a)
        if norm <= target:
            return point, True
        if last is not None and not norm < last / 2:
            return point, False
        last = norm
        step = newton.step(gradient, gradient)
        point = [
            [(x + flint.arb(float(dx)) * norm).mid() for x, dx in zip(row, moves, strict=True)]
            for row, moves in zip(point, step, strict=True)
        ]
    return point, False


def finish(
    population: PreciseLoss,
    start: Array,
    point: list[list[flint.arb]],
    dps: int,
    contraction: float,
    *,
    converged: bool,
) -> Polished:
    """Loss and gradient of a point in balls, as a :class:`Polished`. Approximation."""
    loss, grad_W, grad_a = population.loss_and_gradient([row[:-1] for row in point], [row[-1] for row in point])
    entries = [[*(grad_W[i, x] for x in range(grad_W.ncols())), grad_a[i]] for i in range(grad_W.nrows())]
    gradient = np.array([[from_ball(g) for g in row] for row in entries], dtype=object)
    theta = np.array([[from_ball(x) for x in row] for row in point], dtype=object)
    moved = float(np.abs(to_double(theta) - start).max())
    # Terms of order one cancel: what is left below 10**-dps is their rounding.
    value = from_ball(loss)
    value = mp.mpf(0) if abs(value) < mp.mpf(10) ** -dps else value
    return Polished(theta, value, infinity_norm(gradient), dps, converged, contraction, moved)

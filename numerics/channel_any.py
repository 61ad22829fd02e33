r"""The limit of a channel to infinity for any smooth activation, by extrapolation in the separation.

Two neurons :math:`w \pm \varepsilon\delta/2` with outgoing weights :math:`c/2 \pm 1/\varepsilon` tend to
:math:`c\,\sigma(w\cdot x) + (\delta\cdot x)\,\sigma'(w\cdot x)`. At a fixed separation the network depends on
(w, delta, c) and the other neurons by an affine map, so that loss, gradient and Hessian are those of the full
problem, and the minimum over them is

.. math:: L(\varepsilon) = L_\infty + C\varepsilon^2 + O(\varepsilon^4),

even in the separation, because its sign only exchanges the two. Two separations give the limit and C.
(``numerics.channel`` has the limit problem itself, for erf.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numerics.population import Population
from numerics.problem import Array, Problem

#: The separation that is extrapolated from, and its half: what is left is of order 1e-5 times C.
SEPARATION = 0.1
#: Newton steps at most; length that is rounding, amplified by the softness of these valleys.
STEPS, ARRIVED = 40, 1e-7


@dataclass(frozen=True)
class ExtrapolatedLimit:
    """The limit of a channel. Approximation.

    Attributes
    ----------
    loss : float
        Extrapolated to a vanishing separation.
    coefficient : float
        C.
    grad_inf : float
        The largest gradient in the unknowns that was left.
    lowest : float
        Smallest eigenvalue of the Hessian in the unknowns, at the smaller separation.
    distance : float
        Infinity norm in the unknowns from where Newton's method began.
    """

    loss: float
    coefficient: float
    grad_inf: float
    lowest: float
    distance: float


def extrapolated_limit(
    problem: Problem, theta: Array, first: int, second: int, *, sign: int = 1, outgoing_sign: int = 1
) -> ExtrapolatedLimit | None:
    """The limit of a channel that a network has entered. Approximation.

    Parameters
    ----------
    problem : Problem
    theta : ndarray, shape (n, dim + 1)
    first, second : int
        The pair.
    sign, outgoing_sign : int
        By which incoming and outgoing weights of the second are multiplied to align it.

    Returns
    -------
    ExtrapolatedLimit or None
        None if Newton's method does not arrive at a minimum at both separations.
    """
    one, two = theta[first], np.append(theta[second, :-1] * sign, theta[second, -1] * outgoing_sign)
    if one[-1] < two[-1]:
        one, two = two, one
    half = (one[-1] - two[-1]) / 2
    others = np.delete(theta, [first, second], axis=0)
    start = np.concatenate([others.ravel(), (one + two)[:-1] / 2, half * (one - two)[:-1], [one[-1] + two[-1]]])
    losses, gradients, lowest, x = [], [], 0.0, start
    for separation in (SEPARATION, SEPARATION / 2):
        found = _minimum(problem, x, separation)
        if found is None:
            return None
        x, loss, gradient, lowest = found
        losses.append(loss)
        gradients.append(gradient)
    coefficient = (losses[0] - losses[1]) / (0.75 * SEPARATION**2)
    limit = (4 * losses[1] - losses[0]) / 3
    return ExtrapolatedLimit(limit, coefficient, max(gradients), lowest, float(np.abs(x - start).max()))


def _affine(problem: Problem, separation: float) -> tuple[Array, Array]:
    """The network (flat, the pair last) as a matrix times the unknowns plus a vector."""
    dim, rest = problem.dim, (problem.n - 2) * (problem.dim + 1)
    size = rest + 2 * dim + 1
    matrix, vector = np.zeros((problem.n * (dim + 1), size)), np.zeros(problem.n * (dim + 1))
    matrix[:rest, :rest] = np.eye(rest)
    for i, side in enumerate((1.0, -1.0)):
        place = rest + i * (dim + 1)
        matrix[place : place + dim, rest : rest + dim] = np.eye(dim)
        matrix[place : place + dim, rest + dim : rest + 2 * dim] = side * separation / 2 * np.eye(dim)
        matrix[place + dim, -1] = 0.5
        vector[place + dim] = side / separation
    return matrix, vector


def _minimum(problem: Problem, x: Array, separation: float) -> tuple[Array, float, float, float] | None:
    """Newton's method at a fixed separation: the unknowns, loss, gradient and smallest eigenvalue."""
    population = Population(problem)
    matrix, vector = _affine(problem, separation)
    last = np.inf
    for _ in range(STEPS):
        theta = (matrix @ x + vector).reshape(problem.shape)
        loss, gradient = population.value_and_gradient(theta)
        slope = matrix.T @ gradient.ravel()
        values, vectors = np.linalg.eigh(matrix.T @ population.hessian(theta) @ matrix)
        if not values[0] > 0:
            return None
        move = -vectors @ ((vectors.T @ slope) / values)
        length = float(np.abs(move).max())
        if length <= ARRIVED:
            return x + move, float(loss), float(np.abs(slope).max()), float(values[0])
        if not length < 2 * last:
            return None
        x, last = x + move, length
    return None

r"""Degenerate minima: neurons whose components beside the teachers' span vanish like t^(-1/2).

Reflecting an input that every teacher ignores is a symmetry, so that networks without components there are an
invariant set, with a smaller problem of their own, and at such a point the Hessian has no terms that mix the two.
Where the neurons are dependent (hermite2: more neurons than the rank they reach), the Hessian in those components
has a kernel although the point is a minimum: along the kernel the loss grows with the fourth power,

.. math:: V(s) = \min_{\text{others}} L(\theta^* + s\kappa + \dots) - L^* = Q s^4 + \dots, \qquad
          \dot s = -4 Q s^3, \qquad s^{-2} = 8 Q t + \text{const},

which no Newton step in doubles resolves. Asked for: a minimum of the smaller problem to many digits, a transverse
Hessian without negative eigenvalues, Q > 0, and a flow that comes down that valley at the rate of Q.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mp
from numpy.typing import NDArray

from numerics.flat import polish_flat
from numerics.flow.result import Flow
from numerics.newton import Polished, evaluate, polish
from numerics.population import Population
from numerics.problem import Array, Problem
from verify.ends.pairs import last_span

#: Components in ignored inputs above this have not vanished.
SMALL = 1e-2
#: How far the flow's other components may be from the smaller problem's minimum: s^2 and room.
NEAR = 1e-2
#: Transverse eigenvalues below this part of the largest are null; they are exact to rounding.
NULL = 1e-9
#: Length along the kernel at which V is measured: Q s^4 is 1e-8 over rounding of 1e-15, the next order is s^2.
LENGTH = 1e-2
#: Band for the measured over the derived growth of 1/s^2.
BAND = (0.75, 1.33)
#: Part of the flow's components that must be in the kernel.
ALONG = 0.9


@dataclass(frozen=True, eq=False)
class Degenerate:
    """Evidence for a degenerate minimum. Approximation.

    Attributes
    ----------
    point : Polished
        The critical point of the whole problem.
    dimension : int
        Of the continuum of minima of the smaller problem; 0 for an isolated one.
    kernel : int
        Null directions of the transverse Hessian.
    quartic : float
        Q, along the direction of the flow.
    size : float
        s at the end of the flow.
    rate : float
        Growth of 1/s^2 over 8 Q t, over the last span of time: 1 in the limit.
    """

    point: Polished
    dimension: int
    kernel: int
    quartic: float
    size: float
    rate: float


def degenerate(problem: Problem, flow: Flow, *, dps: int) -> Degenerate | None:
    """Recognise the approach to a degenerate minimum without components in ignored inputs. Approximation."""
    ignored = np.flatnonzero(~problem.teacher.any(axis=0))
    if problem.fixed_outgoing is not None or len(ignored) == 0:
        return None
    if float(np.abs(flow.theta[:, ignored]).max()) > SMALL or not flow.theta[:, ignored].any():
        return None
    found = _minimum(problem, flow.theta, ignored, dps)
    if found is None:
        return None
    point, dimension = found
    theta = point.double()
    hessian = Population(problem).hessian(theta)
    transverse = _places(problem, ignored)
    values, vectors = np.linalg.eigh(hessian[np.ix_(transverse, transverse)])
    null = np.abs(values) <= NULL * np.abs(hessian).max()
    if not null.any() or (values[~null] < 0).any():
        return None
    (time0, early), (time1, late) = last_span(flow)
    inner, outer = (vectors[:, null].T @ x.ravel()[transverse] for x in (early, late))
    size, before = float(np.linalg.norm(outer)), float(np.linalg.norm(inner))
    if size < ALONG * float(np.linalg.norm(late.ravel()[transverse])) or not 0 < size < before:
        return None
    direction = np.zeros(theta.size)
    direction[transverse] = vectors[:, null] @ outer / size
    quartic = _quartic(problem, theta, direction.reshape(theta.shape), hessian, transverse)
    if not quartic > 0:
        return None
    rate = (size**-2 - before**-2) / (8 * quartic * (time1 - time0))
    if not BAND[0] <= rate <= BAND[1]:
        return None
    return Degenerate(point, dimension, int(null.sum()), quartic, size, rate)


def _minimum(problem: Problem, theta: Array, ignored: NDArray[np.intp], dps: int) -> tuple[Polished, int] | None:
    """The minimum of the problem without the ignored inputs near a point, put back, and its dimension."""
    smaller = Problem(
        problem.n,
        problem.k,
        activation=problem.activation,
        teacher=np.delete(problem.teacher, ignored, axis=1),
        teacher_outgoing=problem.teacher_outgoing,
    )
    start = np.delete(theta, ignored, axis=1)
    inside, dimension = polish(smaller, start, dps=dps), 0
    if not inside.converged:
        flat = polish_flat(smaller, start, dps=dps)
        if flat is None or flat.negative:
            return None
        inside, dimension = flat.point, flat.dimension
    if float(np.abs(inside.double() - start).max()) > NEAR:
        return None
    whole = np.insert(inside.theta, ignored - np.arange(len(ignored)), mp.mpf(0), axis=1)
    point = evaluate(problem, whole, dps=inside.dps)
    return (point, dimension) if point.converged else None


def _places(problem: Problem, columns: NDArray[np.intp]) -> NDArray[np.intp]:
    """Places of some columns of theta in the flat vector."""
    index = np.arange(problem.n * (problem.dim + 1)).reshape(problem.shape)
    return np.asarray(index[:, columns].ravel())


def _quartic(problem: Problem, theta: Array, direction: Array, hessian: Array, transverse: NDArray[np.intp]) -> float:
    """Q: the loss at a short way along the kernel, the other unknowns relaxed by Newton's method, over s^4."""
    population = Population(problem)
    inside = np.setdiff1d(np.arange(theta.size), transverse)
    inverse = np.linalg.pinv(hessian[np.ix_(inside, inside)], rcond=NULL, hermitian=True)
    moved = theta + LENGTH * direction
    for _ in range(3):
        step = np.zeros(theta.size)
        step[inside] = -inverse @ population.gradient(moved).ravel()[inside]
        moved = moved + step.reshape(theta.shape)
    return float((population.loss(moved) - population.loss(theta)) / LENGTH**4)


def described(end: Degenerate) -> dict[str, Any]:
    """The evidence as it stands in a record. Approximation."""
    return {
        "dimension": end.dimension,
        "kernel": end.kernel,
        "quartic": end.quartic,
        "distance_along_kernel": end.size,
        "rate": end.rate,
    }

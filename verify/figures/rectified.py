"""What figures of rectified-linear networks show: the network in the gauge, beside the structure in its place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from numerics.initial import pack
from numerics.kernels import HOMOGENEOUS
from numerics.population import Population
from numerics.problem import Array, Problem
from numerics.rectified.gauge import reduced
from numerics.rectified.structures import Point, structure_named, structures
from verify.names import COPY_AVERAGE, PERTURBED_COPY, PERTURBED_COPY_AVERAGE, SCALED_COPY
from verify.rectified.matching import placed, upright
from verify.sweep.outcome import Outcome


@dataclass(frozen=True, eq=False)
class InPlace:
    """A network with dead neurons left out and collinear ones merged, sorted like its structure. Approximation.

    Attributes
    ----------
    point : Point
    coordinates : ndarray, shape (m, k)
        Of ``|a_i| w_i`` along the teachers, in the structure's order of students and teachers.
    signs : ndarray, shape (m,)
        Of the outgoing weights.
    omega : ndarray, shape (m, dim)
        Vectors in the structure's order of students.
    """

    point: Point
    coordinates: Array
    signs: Array
    omega: Array


def in_place(outcome: Outcome) -> InPlace | None:
    """The end of a run in its structure's order, or None if it has no name or no living neuron. Approximation."""
    problem = outcome.task.problem()
    theta = np.array([[float(x) for x in row] for row in outcome.theta])
    small = reduced(problem, theta)
    omega, signs = small.omega * upright(problem, small.omega)[:, None], small.signs.astype(np.intp)
    if not len(signs):
        return None
    name, partition = outcome.record["structure"], outcome.record["partition"]
    activation = problem.activation
    found = structure_named(
        name, tuple(partition) if partition else None, len(signs), problem.k, dps=20, activation=activation
    )
    if found is None:
        return None
    C = omega @ problem.teacher.T
    students, teachers = map(np.argsort, placed(C, signs, found))
    return InPlace(found, C[np.ix_(students, teachers)], signs[students].astype(np.float64), omega[students])


def quotient_spectrum(omega: Array, signs: Array, k: int, activation: str = "relu") -> Array:
    """Eigenvalues of the Hessian on the quotient by rescaling, ascending. Approximation.

    Parameters
    ----------
    omega : ndarray, shape (m, dim)
    signs : ndarray, shape (m,)
    k : int
        Teachers, along the first axes.
    activation : str
        A homogeneous one.
    """
    problem = Problem(len(signs), k, activation=activation, dim=omega.shape[1], fixed_outgoing=signs)
    hessian = Population(problem).hessian_unchecked(pack(omega, signs))
    return np.asarray(np.linalg.eigvalsh(hessian[np.ix_(problem.free, problem.free)]))


@cache
def curves(k: int, activation: str = "relu") -> dict[str, dict[int, tuple[float, bool]]]:
    """Loss of the structures of n neurons, and whether each is a strict minimum, by name and n. Approximation."""
    found: dict[str, dict[int, tuple[float, bool]]] = {}
    for n in range(1, k + 1):
        for point in structures(n, k, dps=20, activation=activation):
            if point.name in (COPY_AVERAGE, PERTURBED_COPY, PERTURBED_COPY_AVERAGE, SCALED_COPY):
                # One neuron along all teachers continues the average, n = k every copy.
                continued = SCALED_COPY if HOMOGENEOUS[activation].even else PERTURBED_COPY_AVERAGE if n == 1 else ""
                name = continued if point.name == COPY_AVERAGE and continued else point.name
                found.setdefault(name, {})[n] = float(point.loss), point.minimum
    return found

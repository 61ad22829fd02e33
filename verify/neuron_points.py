"""All critical points of one neuron that a systematic search finds, each polished and certified.

For orthonormal teachers with outgoing weights of any size and sign. The certificate is of the full problem, with one
coordinate that the teachers ignore.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from math import factorial, prod

import numpy as np
from mpmath import mp

from numerics.flat import polish_flat
from numerics.inertia import inertia
from numerics.initial import pack
from numerics.kernels import HOMOGENEOUS, degree_of, digits_of, parity
from numerics.newton import Polished, polish
from numerics.one_neuron import CriticalPoint, critical_points
from numerics.precision import infinity_norm, to_exact
from numerics.problem import ORTHONORMAL_TOLERANCE, Problem
from verify.certificates.existence import Status
from verify.certification import Certificate, certify
from verify.names import COPY_AVERAGE, PARTIAL_AVERAGE, UNEQUAL_COSINES, WEIGHTED_AVERAGE

#: Part of a coordinate by which equal ones may differ.
EQUAL = 1e-9


@dataclass(frozen=True, eq=False)
class NeuronPoint:
    """A critical point of one neuron. Approximation; its certificate is an enclosure.

    Attributes
    ----------
    problem : Problem
    structure : str
        ``copy-average`` (equal cosines with all teachers), ``partial-average`` (with some, none with the others),
        ``weighted-average`` (of teachers with unequal outgoing weights) or ``unequal-cosines``.
    teachers : int
        With a non-zero cosine.
    found : CriticalPoint
    exact : Polished
        In the teachers' basis.
    index : int
        Negative eigenvalues of the Hessian: as certified, else in double precision.
    dimension : int
        Of the continuum of critical points that it lies on; 0 if it is isolated.
    certificate : Certificate or None
        None on a continuum of directions; up to scale where that is free.
    copies : int
        Critical points that symmetries make of it, signs of neurons that are the same network not counted.
    """

    problem: Problem
    structure: str
    teachers: int
    found: CriticalPoint
    exact: Polished
    index: int
    dimension: int
    certificate: Certificate | None
    copies: int

    @property
    def free(self) -> str:
        """What can be changed at no cost: nothing, ``scale``, ``direction``, or ``scale and direction``."""
        if not self.dimension:
            return ""
        scale = degree_of(self.problem.activation) is not None
        turns = self.dimension > scale
        return "scale and direction" if scale and turns else "scale" if scale else "direction"

    @property
    def certified(self) -> bool:
        """Whether it was proved that there is a critical point of this index."""
        proof = self.certificate
        return proof is not None and proof.status is Status.UNIQUE and proof.index is not None


def why_not_one_neuron(problem: Problem) -> str | None:
    """Which hypothesis of the search fails, or None. Approximation."""
    gram = problem.teacher @ problem.teacher.T
    if problem.n != 1:
        return f"the student has {problem.n} neurons, not one"
    if problem.activation in HOMOGENEOUS:
        return f"{problem.activation} is not smooth"
    if np.abs(gram - np.eye(problem.k)).max() > ORTHONORMAL_TOLERANCE:
        return "the teacher's incoming weights are not orthonormal"
    if problem.fixed_outgoing is not None:
        return "the student's outgoing weights are held fixed"
    return None


@lru_cache(maxsize=32)
def neuron_points(activation: str, weights: tuple[float, ...], *, dps: int = 50) -> tuple[NeuronPoint, ...]:
    """The critical points of one neuron, the lowest loss first. Approximation; certificates are enclosures.

    Parameters
    ----------
    activation : str
    weights : tuple of float
        Outgoing weights of orthonormal teachers.
    dps : int

    Returns
    -------
    tuple of NeuronPoint

    Examples
    --------
    >>> [(p.structure, p.teachers, p.index, p.certified) for p in neuron_points("cos", (1.0, 1.0), dps=20)]
    [('partial-average', 1, 0, True), ('copy-average', 2, 1, True)]
    """
    problem = Problem(1, len(weights), activation=activation, teacher_outgoing=weights)
    points = (_point(problem, found, dps) for found in critical_points(activation, weights))
    kept: dict[object, NeuronPoint] = {}
    for place, point in enumerate(sorted((p for p in points if p is not None), key=lambda p: p.structure)):
        # Points of one continuum of directions are found again and again: that of equal cosines stands for all.
        turns = point.free.endswith("direction")
        kept.setdefault((mp.nstr(point.exact.loss, 12), point.index) if turns else place, point)
    return tuple(sorted(kept.values(), key=lambda p: (p.exact.loss, p.index)))


def _point(problem: Problem, found: CriticalPoint, dps: int) -> NeuronPoint | None:
    """The polished point with its certificate; None where Newton's method finds no critical point there."""
    start = pack([[*found.coordinates, found.outside]], [found.outgoing])
    structure, teachers = _kind(problem, found)
    exact = polish(problem, start, dps=min(dps, digits_of(problem.activation) or dps))
    critical = inertia(problem, exact.double()) if exact.converged else None
    if critical is not None and critical.zero == 0:
        proof = certify(problem, exact, dps=exact.dps)
        index = critical.negative if proof.index is None else proof.index
        return NeuronPoint(problem, structure, teachers, found, exact, index, 0, proof, _copies(problem, found))
    flat = polish_flat(problem, start, dps=exact.dps)
    if flat is None:
        return None
    copies = _copies(problem, found)
    point = NeuronPoint(problem, structure, teachers, found, flat.point, flat.negative, flat.dimension, None, copies)
    # Isolated but for its scale, which the certificate holds.
    return point if point.free != "scale" else replace(point, certificate=certify(problem, flat.point, dps=exact.dps))


def _kind(problem: Problem, found: CriticalPoint) -> tuple[str, int]:
    """Name, and number of teachers with a non-zero cosine."""
    weights = problem.teacher_outgoing
    parts = [(c, b) for c, b in zip(found.coordinates, weights, strict=True) if c]
    even = parity(problem.activation) == 1
    values = [abs(c) if even else c * (np.sign(b) if parity(problem.activation) else 1.0) for c, b in parts]
    if not parts or np.ptp(values) <= EQUAL * found.norm:
        return (COPY_AVERAGE if len(parts) == problem.k else PARTIAL_AVERAGE), len(parts)
    classes: dict[float, list[float]] = {}
    for value, (_, b) in zip(values, parts, strict=True):
        classes.setdefault(abs(b), []).append(value)
    alike = all(np.ptp(members) <= EQUAL * found.norm for members in classes.values())
    return (WEIGHTED_AVERAGE if alike and len(classes) > 1 else UNEQUAL_COSINES), len(parts)


def _copies(problem: Problem, found: CriticalPoint) -> int:
    """Permutations of teachers that are alike, and for even activations signs of cosines, w and -w one neuron."""
    rounded = [float(np.round(c / found.norm, 9)) for c in found.coordinates]
    weights = problem.teacher_outgoing.tolist()
    total = prod(map(factorial, Counter(weights).values()))
    total //= prod(map(factorial, Counter(zip(weights, rounded, strict=True)).values()))
    if parity(problem.activation) == 1:
        total *= 2 ** max(sum(c != 0 for c in rounded) - 1, 0)
    return total


def tolerance(problem: Problem, dps: int) -> mp.mpf:
    """Distance up to which a polished point is a critical point of exactly orthonormal teachers. Approximation.

    Half the digits, or 1e8 times the deviation of the teachers' doubles from orthonormality.
    """
    with mp.workdps(dps + 15):
        teacher = to_exact(problem.teacher)
        gram = teacher @ teacher.T
        defect = max(abs(gram[i, j] - (i == j)) for i in range(problem.k) for j in range(problem.k))
        return max(mp.mpf(10) ** (-dps / 2), mp.mpf(10) ** 8 * defect)


def distance(problem: Problem, point: Polished, other: NeuronPoint) -> mp.mpf:
    """Infinity norm between a network and a critical point, symmetries undone and scales made one. Approximation."""
    with mp.workdps(point.dps + 15):
        there = other.exact.theta[0]
        return infinity_norm(
            _standard(problem, *_in_basis(problem, point)) - _standard(problem, there[: problem.k], there[-2:])
        )


def _in_basis(problem: Problem, point: Polished) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates along the teachers; length of the part outside and outgoing weight."""
    teacher, row = to_exact(problem.teacher), point.theta[0]
    coordinates = teacher @ row[:-1]
    beside = row[:-1] - teacher.T @ coordinates
    return coordinates, np.array([mp.sqrt(sum(x * x for x in beside)), row[-1]], dtype=object)


def _standard(problem: Problem, coordinates: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Coordinates with signs undone, in order among teachers that are alike; part outside; outgoing weight."""
    z, outside, a = list(coordinates), abs(rest[0]), rest[1]
    even = parity(problem.activation)
    degree = degree_of(problem.activation)
    if degree is not None:
        scale = mp.sqrt(sum(x * x for x in z) + outside**2)
        z, outside, a = [x / scale for x in z], outside / scale, a * scale**degree
    if even == 1:
        z = [abs(x) for x in z]
    elif even == -1 and a < 0:
        z, a = [-x for x in z], -a
    weights = problem.teacher_outgoing
    for weight in set(weights.tolist()):
        alike = np.flatnonzero(weights == weight)
        for place, value in zip(alike, sorted((z[i] for i in alike), reverse=True), strict=True):
            z[place] = value
    return np.array([*z, outside, a], dtype=object)

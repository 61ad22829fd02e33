"""Matching a homogeneous network to the structures, in the gauge and modulo permutations. Approximation.

The network is given as its vectors ``omega_i = |a_i| w_i`` and signs, collinear neurons merged and dead ones left out
(``numerics.rectified.gauge``). Activations that are neither odd nor even leave no signs to undo; of even ones every
vector is turned so that its largest coordinate is positive.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import flint
import numpy as np
from mpmath import mp
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

from numerics.kernels import HOMOGENEOUS
from numerics.precision import Exact, digits, from_ball, to_ball, to_double, to_exact
from numerics.problem import Array, Problem
from numerics.rectified.description import describe
from numerics.rectified.structures import Point, structures
from verify.matching import MARGIN, ROUGH_TOLERANCE, Match
from verify.names import COPY_AVERAGE, UNCLASSIFIED, describe_partition

#: Rounds of assignments of students and teachers by turns; they end when nothing changes.
ROUNDS = 20
#: Starts of the turns, the first one without noise.
STARTS = 6
#: A different sign counts as much as coordinates this far apart.
SIGN = 1e3


def match_reduced(
    problem: Problem,
    omega: ArrayLike | Exact,
    signs: Sequence[int] | NDArray[np.intp],
    *,
    dps: int = 50,
    tolerance: float = ROUGH_TOLERANCE,
) -> Match:
    r"""Name the structure that a network in the gauge is at. Approximation.

    Parameters
    ----------
    problem : Problem
        With unit-orthonormal teacher, outgoing weights all 1 or all -1.
    omega : array_like or ndarray of mpmath numbers, shape (m, dim)
        Vectors :math:`|a_i| w_i` of the neurons, none zero, no two collinear.
    signs : sequence of int, shape (m,)
        Signs of the outgoing weights.
    dps : int
        Digits of the structures.
    tolerance : float
        Largest distance at which a structure is named.

    Returns
    -------
    Match
        ``distance`` is the infinity norm of the difference to the structure of m neurons, permutations undone; that
        of the runner-up an upper bound for it. ``"unclassified"`` with a description by classes in ``why``, if no
        structure is near enough, or the runner-up is not twice as far.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> problem = Problem(1, 2, activation="relu")
    >>> found = match_reduced(problem, [[1.0683, 1.0683, 0.0]], [1])
    >>> found.structure, found.partition, float(found.distance) < 1e-4
    ('copy-average', (2,), True)
    """
    return identified(problem, omega, signs, dps=dps, tolerance=tolerance)[0]


def identified(
    problem: Problem,
    omega: ArrayLike | Exact,
    signs: Sequence[int] | NDArray[np.intp],
    *,
    dps: int,
    tolerance: float,
) -> tuple[Match, NDArray[np.intp] | None]:
    """The same with the structure's neuron for each of the network's, None where it is not named. Approximation."""
    s = np.asarray(signs, dtype=np.intp)
    exact = _exact(omega, (len(s), problem.dim))
    why = why_no_rectified_theory(problem, len(s))
    if why is not None:
        return Match(UNCLASSIFIED, why=why), None
    b = int(np.sign(problem.teacher_outgoing[0]))
    s = s * b
    exact = turned_over(exact, upright(problem, to_double(exact).reshape(len(s), problem.dim)))
    coordinates = to_double(exact).reshape(len(s), problem.dim) @ problem.teacher.T
    ranked: list[tuple[mp.mpf, int, Point, NDArray[np.intp], NDArray[np.intp]]] = []
    for number, point in enumerate(structures(len(s), problem.k, dps=dps, activation=problem.activation)):
        students, teachers = placed(coordinates, s, point)
        ranked.append(
            (_distance(problem, exact, s, point, students, teachers, dps), number, point, students, teachers)
        )
    ranked.sort(key=lambda entry: entry[:2])
    if not ranked:
        return Match(UNCLASSIFIED, why=f"not yet named: {describe(coordinates, s)}"), None
    found = _conclude(ranked, coordinates, s, b, tolerance)
    return found, None if found.structure == UNCLASSIFIED else ranked[0][3]


def upright(problem: Problem, omega: Array) -> Array:
    """For each vector 1, or -1 where it is to be turned over (of even activations). Approximation.

    Parameters
    ----------
    problem : Problem
    omega : ndarray, shape (m, dim)

    Returns
    -------
    ndarray, shape (m,)
    """
    if not len(omega) or not HOMOGENEOUS[problem.activation].even:
        return np.ones(len(omega))
    coordinates = omega @ problem.teacher.T
    largest = np.abs(coordinates).argmax(axis=1)
    return np.where(coordinates[np.arange(len(omega)), largest] < 0, -1.0, 1.0)


def turned_over(omega: Exact, signs: Array) -> Exact:
    """Rows times signs, without rounding. Exact.

    Parameters
    ----------
    omega : ndarray of mpmath numbers, shape (m, dim)
    signs : ndarray, shape (m,)
        1 or -1.
    """
    found = omega.copy()
    for i in np.flatnonzero(signs < 0):
        found[i] = [mp.fneg(x, exact=True) for x in omega[i]]
    return found


def why_no_rectified_theory(problem: Problem, neurons: int) -> str | None:
    """Say which hypothesis of the structures fails, or None. Exact."""
    if problem.activation not in HOMOGENEOUS:
        return f"the activation is {problem.activation}"
    gram = problem.teacher @ problem.teacher.T
    if np.abs(gram - np.eye(problem.k)).max() > 1e-12:
        return "the teacher's incoming weights are not orthonormal"
    if np.abs(np.abs(problem.teacher_outgoing) - 1).max() > 1e-12:
        return "the teacher's outgoing weights are not all +1 or -1"
    if len(set(np.sign(problem.teacher_outgoing))) > 1:
        return "the teacher's outgoing weights have different signs"
    if neurons > problem.k:
        return f"the student has more neurons than the teacher ({neurons} > k = {problem.k})"
    return None


def label(point: Point) -> str:
    """A structure's name with its partition, if it has one. Exact."""
    return labelled(point.name, point.partition, point.n)


def labelled(name: str, partition: tuple[int, ...] | None, neurons: int) -> str:
    """The same of a name. Exact.

    Examples
    --------
    >>> labelled("copy-average", (1, 1, 3), 3), labelled("against-teacher", (1, 6), 7)
    ('copy-average 2 x 1 + 3', 'against-teacher 1 of 7')
    """
    if partition is None:
        return name
    if name == COPY_AVERAGE:
        return f"{name} {describe_partition(partition)}"
    return f"{name} {partition[0]} of {neurons}"


def _exact(omega: ArrayLike | Exact, shape: tuple[int, int]) -> Exact:
    array = np.asarray(omega)
    if array.size == 0:
        array = array.reshape(shape) if shape[0] == 0 else array
    if array.shape != shape:
        raise ValueError(f"omega: got shape {array.shape}, needs {shape}")
    if array.dtype == object:
        return array
    return to_exact(array.astype(np.float64)).reshape(shape)


def _conclude(
    ranked: list[tuple[mp.mpf, int, Point, NDArray[np.intp], NDArray[np.intp]]],
    coordinates: Array,
    s: NDArray[np.intp],
    b: int,
    tolerance: float,
) -> Match:
    distance, _, best, students, teachers = ranked[0]
    second = ranked[1] if len(ranked) > 1 else None
    if not distance <= tolerance or (second is not None and not distance * MARGIN <= second[0]):
        why = f"not yet named: {describe(coordinates, s)}"
        if distance <= tolerance and second is not None:
            why = f"{label(best)} and {label(second[2])} are equally near"
        return Match(UNCLASSIFIED, runner_up=label(best), runner_up_distance=distance, why=why)
    return Match(
        best.name,
        best.partition,
        _assignment(best, students, teachers),
        tuple(int(x) * b for x in s),
        distance,
        None if second is None else label(second[2]),
        None if second is None else second[0],
    )


def _assignment(point: Point, students: NDArray[np.intp], teachers: NDArray[np.intp]) -> tuple[tuple[int, ...], ...]:
    """Teachers of each neuron: those with which it has the largest coordinate in its row."""
    rows = point.coordinates[np.ix_(students, teachers)]
    return tuple(tuple(int(j) for j in np.flatnonzero(row == max(row))) for row in rows)


class Structure(Protocol):
    """What is put into place: a structure's coordinates and signs. Approximation."""

    @property
    def signs(self) -> NDArray[np.intp]:
        """Signs of the outgoing weights, shape (n,)."""

    def doubles(self) -> tuple[Array, Array]:
        """Coordinates, shape (n, k), and outgoing weights."""


def placed(
    coordinates: Array, signs: NDArray[np.intp], point: Structure
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """A structure's neurons and teachers for each of the network's, by assignments in turns. Approximation.

    Students are assigned by their coordinates in ascending order, which do not depend on the order of the teachers;
    then teachers for these students, students for these teachers, and so on. For a network near the structure that is
    the best permutation (students of one class may be exchanged with their teachers); else it is some permutation.

    Returns
    -------
    (ndarray, ndarray)
        Shapes (m,) and (k,): indices into the structure.
    """
    C, P = coordinates, point.doubles()[0]
    wrong = SIGN * (signs[:, None] != point.signs[None])
    best, least = (np.arange(len(C)), np.arange(C.shape[1])), np.inf
    if not len(C):
        return best
    generator = np.random.default_rng(0)
    alike = ((np.sort(C)[:, None] - np.sort(P)[None]) ** 2).sum(axis=2) + wrong
    for start in range(STARTS):
        noise = generator.random(alike.shape) * alike.mean() if start else 0.0
        students = linear_sum_assignment(alike + noise)[1]
        cost = np.inf
        for _ in range(ROUNDS):
            target = P[students]
            teachers = linear_sum_assignment(((C[:, :, None] - target[:, None, :]) ** 2).sum(axis=0))[1]
            target = P[:, teachers]
            students = linear_sum_assignment(((C[:, None] - target[None]) ** 2).sum(axis=2) + wrong)[1]
            new = float(((C - P[np.ix_(students, teachers)]) ** 2).sum())
            if not new < cost:
                break
            cost = new
        worst = float(np.abs(C - P[np.ix_(students, teachers)]).max())
        if worst < least:
            best, least = (students, teachers), worst
    return best


def _distance(
    problem: Problem,
    omega: Exact,
    signs: NDArray[np.intp],
    point: Point,
    students: NDArray[np.intp],
    teachers: NDArray[np.intp],
    dps: int,
) -> mp.mpf:
    """Infinity norm of the difference of all vectors and signs, to the digits of the network."""
    if not len(signs):
        return mp.mpf(0)
    worst = mp.mpf(int(np.abs(signs - point.signs[students]).max()))
    placed_rows = point.coordinates[np.ix_(students, teachers)]
    with digits(dps + 15):
        rows = flint.arb_mat([[to_ball(x) for x in row] for row in placed_rows])
        vectors = rows * flint.arb_mat([[to_ball(float(x)) for x in row] for row in problem.teacher])
        gaps = [abs(to_ball(omega[i, x]) - vectors[i, x]) for i in range(len(signs)) for x in range(problem.dim)]
        return max(worst, max(from_ball(gap) for gap in gaps))

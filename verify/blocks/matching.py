"""Matching a network of any smooth activation to block structures, modulo permutations, signs and scales.

The structures of ``numerics.patterns.catalogue`` know nothing of the network. A polished point that is none of them,
but is fixed by permutations of its own, is compared with the solution of the reduced equations of that pattern.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from mpmath import mp
from numpy.typing import ArrayLike, NDArray

from numerics.newton import Polished, read_point
from numerics.patterns.catalogue import alone, catalogue
from numerics.patterns.gauge import Gauged, in_gauge, why_no_gauge
from numerics.patterns.reduced import Reduced, Solution
from numerics.precision import Exact, to_exact
from numerics.problem import Array, Problem
from numerics.rectified.pattern import Pattern, detect
from verify.blocks.naming import roles, structure_of, structure_of_roles
from verify.matching import MARGIN, ROUGH_TOLERANCE, Match
from verify.names import UNCLASSIFIED, describe_partition
from verify.rectified.matching import placed

#: Entries of a polished point this near are taken to be equal.
LEVEL = 1e-7
#: Newton's method from a network's own rounded entries may not leave it by more.
AWAY = 0.1


@dataclass(frozen=True, eq=False)
class Named:
    """A structure put into place. Approximation.

    Attributes
    ----------
    name : str
    partition : tuple of int
    students, teachers : ndarray of int
        The structure's neuron for each of the network's.
    coordinates, outgoing : ndarrays of mpmath numbers
        In the order of the network.
    distance : mpmath number
        Of the gauged network, infinity norm.
    independent : bool
        Whether the structure was found without the network.
    pattern : Pattern
    """

    name: str
    partition: tuple[int, ...]
    coordinates: Exact
    outgoing: Exact
    distance: mp.mpf
    independent: bool
    pattern: Pattern
    students: NDArray[np.intp]
    teachers: NDArray[np.intp]

    def label(self) -> str:
        """Name and partition."""
        return f"{self.name} {describe_partition(self.partition)}"


@dataclass(frozen=True, eq=False)
class BlockMatch(Match):
    """The block structure of a network. Approximation.

    Attributes
    ----------
    words : tuple of str
        What each student does.
    named : Named or None
    gauged : Gauged or None
    """

    blocks: ClassVar[bool] = True
    words: tuple[str, ...] = ()
    named: Named | None = None
    gauged: Gauged | None = None


def match_blocks(
    problem: Problem, theta: ArrayLike | Polished, *, dps: int = 50, tolerance: float | None = None
) -> Match:
    """Name the block structure of a network of a smooth activation. Approximation.

    Parameters
    ----------
    problem : Problem
    theta : array_like, shape (n, dim + 1), or Polished
    dps, tolerance
        As of :func:`verify.match`.

    Returns
    -------
    Match
        ``distance`` is between the gauged networks (``numerics.patterns.gauge``), that of the runner-up an upper
        bound.
    """
    _, exact = read_point(problem, theta)
    polished = isinstance(theta, Polished) and theta.converged
    if isinstance(theta, Polished):
        dps = theta.dps
    if tolerance is None:
        tolerance = float(10.0 ** (-dps / 2)) if polished else ROUGH_TOLERANCE
    why = why_no_gauge(problem)
    if why is not None:
        return Match(UNCLASSIFIED, why=why)
    gauged = in_gauge(problem, exact, dps=dps)
    ranked = _ranked(problem, gauged, dps, tolerance)
    if polished and not (ranked and ranked[0].distance <= tolerance):
        own = _of_its_own(problem, gauged, dps)
        if own is not None:
            ranked.insert(0, own)
    return _conclude(ranked, gauged, tolerance)


def _ranked(problem: Problem, gauged: Gauged, dps: int, tolerance: float) -> list[Named]:
    """The structures of the catalogue in place, nearest first; the nearest one to all digits."""
    C, a = gauged.doubles()
    rough = []
    for number, member in enumerate(catalogue(problem.activation, problem.n, problem.k)):
        students, teachers = placed(C, np.where(a < 0, -1, 1).astype(np.intp), member)
        P, outgoing = member.doubles()
        gaps = np.abs(C - P[np.ix_(students, teachers)]).max(), np.abs(a - outgoing[students]).max()
        rough.append((float(max(*gaps, float(gauged.beside))), number, member, students, teachers))
    rough.sort(key=lambda entry: entry[:2])
    found = []
    for place, (distance, _, member, students, teachers) in enumerate(rough[:2]):
        solution = member.solution(dps) if place == 0 and distance < max(tolerance, 1e-6) else None
        if solution is None:
            P, outgoing = member.doubles()
            solution = Solution(to_exact(P), to_exact(outgoing[None])[0], mp.mpf(member.loss), 15)
        named = _placed(
            gauged, solution, students, teachers, structure_of(member), member.sizes, member.reduced.pattern, dps
        )
        found.append(named)
    return found


def _placed(
    gauged: Gauged,
    solution: Solution,
    students: NDArray[np.intp],
    teachers: NDArray[np.intp],
    name: str,
    partition: tuple[int, ...],
    pattern: Pattern,
    dps: int,
    *,
    independent: bool = True,
) -> Named:
    coordinates, outgoing = solution.coordinates[np.ix_(students, teachers)], solution.outgoing[students]
    with mp.workdps(dps + 15):
        gaps = [abs(x) for x in (gauged.coordinates - coordinates).ravel()]
        gaps += [abs(x) for x in gauged.outgoing - outgoing]
        distance = max(*gaps, gauged.beside)
    return Named(name, partition, coordinates, outgoing, distance, independent, pattern, students, teachers)


def _of_its_own(problem: Problem, gauged: Gauged, dps: int) -> Named | None:
    """The solution of the reduced equations of a network's own pattern, if it has one. Approximation."""
    C, a = gauged.doubles()
    levels = _levels(a)
    found = detect(C, levels, tolerance=LEVEL)
    if found.pattern is None:
        return None
    # What tells students apart is the outgoing weight, of which the pattern keeps the sign.
    order = np.argsort(found.students)
    first = np.cumsum([0, *found.classes[0]])[:-1]
    signs = [-1 if a[found.students[i]] < 0 else 1 for i in first]
    pattern = replace(
        found.pattern,
        students=tuple((frame, sign) for (frame, _), sign in zip(found.pattern.students, signs, strict=True)),
    )
    reduced = Reduced(problem.activation, pattern)
    own = reduced.unknowns(C[np.ix_(found.students, found.teachers)], a[found.students])
    does = roles(C, a)
    unequal = len(pattern.students) > len(set(map(len, does.assignment)))
    inverse = np.argsort(found.teachers)
    named = structure_of_roles(does, problem.k, unequal=unequal)
    ideal = _ideal(problem.activation, reduced, own)
    searches: tuple[tuple[bool, Callable[[], Array | None]], ...] = (
        (True, lambda: reduced.search(ideal)),
        (True, lambda: reduced.descend(ideal)),
        (False, lambda: reduced.search(own, furthest=AWAY)),
    )
    for independent, search in searches:
        x = search()
        solution = None if x is None or np.abs(x - own).max() > AWAY else reduced.refine(x, dps=dps)
        if solution is not None:
            return _placed(
                gauged, solution, order, inverse, named, does.partition, pattern, dps, independent=independent
            )
    return None


def _ideal(activation: str, reduced: Reduced, own: Array) -> Array:
    """Students as they would be with their groups alone; of the network's numbers only the signs are used."""
    start = np.zeros(reduced.size)
    for p in range(len(reduced.pattern.students)):
        slots = [place for place, (r, _, _) in enumerate(reduced.pattern.slots) if r == p]
        counts = [int((reduced.labels[reduced.classes == p][0] == place).sum()) for place in slots]
        main = max(range(len(slots)), key=lambda x: counts[x] * own[slots[x]] ** 2)
        coordinate, outgoing = alone(activation, counts[main])
        start[slots[main]] = coordinate * np.sign(own[slots[main]])
        start[reduced.slots + p] = outgoing * np.sign(own[reduced.slots + p])
    return start


def _levels(a: Array) -> list[int]:
    """Numbers of the groups of nearly equal outgoing weights."""
    order = np.argsort(a, kind="stable")
    steps = np.concatenate([[0], np.cumsum(np.diff(a[order]) > LEVEL)])
    levels = np.empty(len(a), dtype=np.intp)
    levels[order] = steps
    return [int(x) for x in levels]


def _conclude(ranked: list[Named], gauged: Gauged, tolerance: float) -> Match:
    C, a = gauged.doubles()
    does = roles(C, a)
    if not ranked:
        return BlockMatch(
            UNCLASSIFIED, why="no block structure was found to compare with", words=does.words(), gauged=gauged
        )
    best = ranked[0]
    second = ranked[1] if len(ranked) > 1 else None
    if not best.distance <= tolerance or (second is not None and not best.distance * MARGIN <= second.distance):
        why = f"the nearest block structure, {best.label()}, is further away than {tolerance:.2g}"
        if best.distance <= tolerance and second is not None:
            why = f"{best.label()} and {second.label()} are equally near"
        return BlockMatch(
            UNCLASSIFIED,
            runner_up=best.label(),
            runner_up_distance=best.distance,
            why=why,
            words=does.words(),
            gauged=gauged,
        )
    return BlockMatch(
        best.name,
        best.partition,
        roles(best.coordinates.astype(np.float64), best.outgoing.astype(np.float64)).assignment,
        tuple(int(s) for s in gauged.signs),
        best.distance,
        None if second is None else second.label(),
        None if second is None else second.distance,
        words=does.words(),
        named=best,
        gauged=gauged,
    )

r"""That a certified critical point has the symmetry of the structure that it was matched with, and is that structure.

The loss is invariant under permutations of the students and, for teachers along coordinate axes, of the teachers,
and under reflections of the coordinates that no teacher uses. A structure's coordinates are constant on the orbits of
a group of such permutations and reflections, all isometries of the infinity norm. If x is the only critical point
within R of :math:`\tilde x`, at a distance of at most r, and no element of the group moves :math:`\tilde x` by more
than :math:`\delta` with :math:`r + \delta < R`, then the image of x is a critical point within R, hence x itself: x
has the structure's pattern, and solves its reduced equations.
"""

from __future__ import annotations

import numpy as np
from mpmath import mp

from numerics.precision import Exact, digits, from_ball, to_ball
from numerics.problem import Problem
from numerics.rectified.structures import structure_named
from verify.certificates.existence import Status
from verify.certificates.identity import exactly_orthonormal
from verify.certificates.rectified.certify import RectifiedCertificate
from verify.matching import Match
from verify.names import UNCLASSIFIED
from verify.rectified.matching import placed, turned_over, upright


def identical(problem: Problem, certificate: RectifiedCertificate, found: Match, *, dps: int) -> bool | None:
    """Whether the certified point was proved to be the structure that it was matched with. Enclosure.

    **Proves:** with True, that the critical point has the structure's block pattern exactly, and that the numbers of
    the structure, a solution of its reduced equations to ``dps`` digits, lie in the box in which it is the only one.

    Parameters
    ----------
    problem : Problem
    certificate : RectifiedCertificate
    found : Match
    dps : int

    Returns
    -------
    bool or None
        None if that was not proved; never False, for the structure itself is known to so many digits only.
    """
    c = certificate
    if c.status is not Status.UNIQUE or c.point is None or c.radius is None or c.uniqueness_radius is None:
        return None
    if found.structure == UNCLASSIFIED or found.distance is None or not exactly_orthonormal(problem):
        return None
    if len(c.point) == 0:
        return True
    point = structure_named(
        found.structure, found.partition, len(c.point), problem.k, dps=dps, activation=problem.activation
    )
    if point is None:
        return None
    outgoing = np.array([int(x) for x in c.point[:, -1]]) * int(problem.teacher_outgoing[0])
    with digits(dps + 15), mp.workdps(dps + 15):
        # Of even activations: to turn vectors over is a symmetry, too.
        omega = c.point[:, :-1]
        coordinates, beside = _coordinates(problem, turned_over(omega, upright(problem, omega.astype(np.float64))))
        rough = coordinates.astype(np.float64).reshape(coordinates.shape)
        students, teachers = placed(rough, outgoing, point)
        if (point.signs[students] != outgoing).any():
            return None
        predicted = point.coordinates[np.ix_(students, teachers)]
        distance = max(beside, *(abs(x - y) for x, y in zip(coordinates.ravel(), predicted.ravel(), strict=True)))
        moved = max(2 * beside, _spread(coordinates, point.pattern.labels[np.ix_(students, teachers)]))
        # Factors for the rounding of these few operations, far below what the digits leave.
        if (c.radius + moved) * 1.01 < c.uniqueness_radius and (c.radius + distance) * 1.01 < c.uniqueness_radius:
            return True
    return None


def _coordinates(problem: Problem, omega: Exact) -> tuple[Exact, mp.mpf]:
    """Inner products with the teachers (axes), and the largest coordinate that no teacher uses."""
    axis = np.argmax(np.abs(problem.teacher), axis=1)
    signs = problem.teacher[np.arange(problem.k), axis]
    coordinates = np.array(
        [[from_ball(to_ball(row[x]) * int(s)) for x, s in zip(axis, signs, strict=True)] for row in omega],
        dtype=object,
    )
    rest = [x for x in range(problem.dim) if x not in set(axis.tolist())]
    beside = max((from_ball(abs(to_ball(row[x])).upper()) for row in omega for x in rest), default=mp.mpf(0))
    return coordinates, beside


def _spread(coordinates: Exact, labels: np.ndarray[tuple[int, int], np.dtype[np.intp]]) -> mp.mpf:
    """The most by which coordinates differ that the pattern makes equal: no symmetry moves one further."""
    worst = mp.mpf(0)
    for label in np.unique(labels):
        alike = coordinates[labels == label]
        worst = max(worst, max(alike) - min(alike))
    return worst

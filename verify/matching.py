"""Matching a network to the theory's structures, modulo every symmetry.

Symmetries of the problem: permutations of the students; permutations of the teachers (all alike); for an odd
activation the sign of each student, (w, a) -> (-w, -a), and of each teacher.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from mpmath import mp
from numpy.typing import ArrayLike

from numerics.kernels import HOMOGENEOUS
from numerics.newton import Polished, read_point
from numerics.problem import Problem
from verify.names import UNCLASSIFIED
from verify.placement import Candidate, Network

#: Largest distance at which an unpolished point still counts as a structure.
ROUGH_TOLERANCE = 0.05
#: A structure is named only if the runner-up is this many times as far.
MARGIN = 2


@dataclass(frozen=True, eq=False)
class Match:
    """The structure nearest to a network, and the runner-up. Approximation.

    Attributes
    ----------
    structure : str
        ``"copy-average"``, ``"perturbed-copy"`` or ``"unclassified"``.
    partition : tuple of int or None
        Sizes of the groups in ascending order, for copy-average.
    assignment : tuple of tuple of int, or None
        For each student, the teachers (0-based) that it copies or averages.
    signs : tuple of int, or None
        For each student, the sign by which its weights are multiplied to match.
    distance : mpmath number or None
        Infinity norm of the difference of all weights to the structure, symmetries undone.
    runner_up : str or None
        The next structure (the nearest one, if unclassified); with its partition if it is copy-average.
    runner_up_distance : mpmath number or None
    why : str or None
        Why no structure is claimed, if none is.
    blocks : bool
        Whether it is a ``verify.blocks.matching.BlockMatch``, of another activation than erf and ReLU.
    """

    structure: str
    partition: tuple[int, ...] | None = None
    assignment: tuple[tuple[int, ...], ...] | None = None
    signs: tuple[int, ...] | None = None
    distance: mp.mpf | None = None
    runner_up: str | None = None
    runner_up_distance: mp.mpf | None = None
    why: str | None = None
    blocks: ClassVar[bool] = False


def match(problem: Problem, theta: ArrayLike | Polished, *, dps: int = 50, tolerance: float | None = None) -> Match:
    r"""Name the structure of the theory that a network is at. Approximation.

    Parameters
    ----------
    problem : Problem
    theta : array_like, shape (n, dim + 1), or Polished
        The network; row i is ``(w_i, a_i)``. A polished point is compared to all its digits.
    dps : int
        Digits of the structures, for a ``theta`` in double precision.
    tolerance : float, optional
        Largest distance at which a structure is named. Default: 0.05 for a point in double precision; for a
        converged polished point ``10**(-dps/2)``, or 1e8 times the teacher's deviation from orthonormality.

    Returns
    -------
    Match
        Invariant under all symmetries. For ReLU and its kind up to rescaling, with collinear neurons merged and dead
        ones left out: ``assignment`` and ``signs`` are those of the merged neurons, ``distance`` is of ``|a| w``. If
        a hypothesis of the theory fails, ``"unclassified"`` and ``why``.

    Raises
    ------
    ValueError
        If ``theta`` has another shape or is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from numerics import Problem, pack
    >>> found = match(Problem(2, 2), pack([[0, -1, 0], [1, 0, 0]], [-1, 1]))
    >>> found.structure, found.assignment, found.signs, float(found.distance)
    ('copy-average', ((1,), (0,)), (-1, 1), 0.0)
    """
    if problem.activation in HOMOGENEOUS:
        # Imported here, for it is built on this module.
        from verify.rectified.network import match_rectified

        return match_rectified(problem, theta, dps=dps, tolerance=tolerance)
    if problem.activation != "erf":
        from verify.blocks.matching import match_blocks

        return match_blocks(problem, theta, dps=dps, tolerance=tolerance)
    rough, exact = read_point(problem, theta)
    if isinstance(theta, Polished):
        dps = theta.dps
        if tolerance is None:
            tolerance = _polished_tolerance(problem, dps) if theta.converged else ROUGH_TOLERANCE
    elif tolerance is None:
        tolerance = ROUGH_TOLERANCE
    why = problem.why_no_theory()
    if why is not None:
        return Match(UNCLASSIFIED, why=why)
    signs = np.where(rough[:, -1] < 0, -1, 1)
    network = Network(problem, signs, rough, exact, dps)
    ranked = sorted(((network.distance(c), i, c) for i, c in enumerate(network.candidates())), key=lambda x: x[:2])
    return _conclude(ranked, tuple(int(x) for x in signs), tolerance)


def _polished_tolerance(problem: Problem, dps: int) -> float:
    gram = problem.teacher @ problem.teacher.T
    defect = float(np.abs(gram - np.eye(problem.k)).max())
    exact = bool(np.array_equal(np.abs(problem.teacher).sum(axis=1), np.ones(problem.k))) and defect == 0
    return max(float(10.0 ** (-dps / 2)), 0.0 if exact else 1e8 * max(defect, 2.3e-16))


def _conclude(ranked: list[tuple[mp.mpf, int, Candidate]], signs: tuple[int, ...], tolerance: float) -> Match:
    if not ranked:
        return Match(UNCLASSIFIED, why="the theory has no structure here")
    distance, _, best = ranked[0]
    second = next(((d, c) for d, _, c in ranked[1:] if c.key() != best.key()), None)
    if not distance <= tolerance or (second is not None and not distance * MARGIN <= second[0]):
        why = f"the nearest structure, {best.label()}, is further away than {tolerance:.2g}"
        if distance <= tolerance:
            why = f"{best.label()} and {second[1].label()} are equally near" if second else why
        return Match(UNCLASSIFIED, runner_up=best.label(), runner_up_distance=distance, why=why)
    return Match(
        best.point.name,
        best.point.partition,
        best.assignment(),
        signs,
        distance,
        second[1].label() if second else None,
        second[0] if second else None,
    )

"""A rectified-linear network with dead and collinear neurons, matched by what is left of it. Approximation."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import ArrayLike

from numerics.newton import Polished, read_point
from numerics.problem import Problem
from numerics.rectified.gauge import Reduced, reduced
from verify.matching import Match
from verify.rectified.naming import Naming, name_point


@dataclass(frozen=True, eq=False)
class RectifiedMatch(Match):
    """The structure of the network that is left without dead neurons, collinear ones merged. Approximation.

    ``assignment`` and ``signs`` are those of the whole network: collinear neurons share their teachers, dead ones
    have none.

    Attributes
    ----------
    reduced : Reduced
    naming : Naming
    """

    reduced: Reduced = field(kw_only=True)
    naming: Naming = field(kw_only=True)


def match_rectified(
    problem: Problem, theta: ArrayLike | Polished, *, dps: int = 50, tolerance: float | None = None
) -> RectifiedMatch:
    """Name the structure of a rectified-linear network. Approximation.

    Parameters
    ----------
    problem : Problem
    theta : array_like, shape (n, dim + 1), or Polished
    dps, tolerance
        As of :func:`verify.match`.

    Returns
    -------
    RectifiedMatch
        Invariant under permutations and under ``(w_i, a_i) -> (c w_i, a_i / c)`` with c > 0.
    """
    naming = name_point(problem, theta, dps=dps, tolerance=tolerance)
    rough, _ = read_point(problem, theta)
    small = reduced(problem, rough)
    found = naming.match
    own = {entry.name: getattr(found, entry.name) for entry in fields(Match)}
    named = RectifiedMatch(**own, reduced=small, naming=naming)
    if found.assignment is None:
        return named
    whole: list[tuple[int, ...]] = [()] * problem.n
    living = [group for group in small.groups if not set(group) & set(naming.dead)]
    for group, teachers in zip(living, found.assignment, strict=True):
        for i in group:
            whole[i] = teachers
    signs = tuple(int(s) for s in np.sign(rough[:, -1]))
    return replace(named, assignment=tuple(whole), signs=signs)

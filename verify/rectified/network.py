"""A rectified-linear network with dead and collinear neurons, matched by what is left of it. Approximation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import flint
import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.newton import GUARD_DIGITS, Polished, read_point
from numerics.precision import Exact, digits, from_ball, to_ball
from numerics.problem import Array, Problem
from numerics.rectified.gauge import Reduced, reduced
from verify.matching import ROUGH_TOLERANCE, Match
from verify.rectified.naming import Naming, name_network


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


@dataclass(frozen=True, eq=False)
class _Merged:
    """The reduced network with its vectors to all digits."""

    signs: NDArray[np.intp]
    omega: Exact | Array
    groups: Sequence[Sequence[int]]
    dead: Sequence[int]


def merged(small: Reduced, exact: Exact, dps: int) -> Exact:
    """The vectors ``|a_i| w_i`` of the merged network, to all digits. Approximation.

    Parameters
    ----------
    small : Reduced
        Which neurons make up each.
    exact : ndarray of mpmath numbers, shape (n, dim + 1)
    dps : int

    Returns
    -------
    ndarray of mpmath numbers, shape (m, dim)
    """
    rows = np.empty(small.omega.shape, dtype=object)
    with digits(dps + GUARD_DIGITS):
        for number, (group, sign) in enumerate(zip(small.groups, small.signs, strict=True)):
            for x in range(exact.shape[1] - 1):
                terms = [to_ball(exact[i, -1]) * to_ball(exact[i, x]) for i in group]
                rows[number, x] = from_ball(sum(terms, flint.arb(0)) * int(sign))
    return rows


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
    rough, exact = read_point(problem, theta)
    if isinstance(theta, Polished):
        dps = theta.dps
        if tolerance is None and theta.converged:
            tolerance = float(10.0 ** (-dps / 2))
    small = reduced(problem, rough)
    omega = merged(small, exact, dps) if isinstance(theta, Polished) else small.omega
    within = ROUGH_TOLERANCE if tolerance is None else tolerance
    network = _Merged(small.signs.astype(np.intp), omega, small.groups, small.dead)
    naming = name_network(problem, network, rough[:, -1], dps=dps, tolerance=within)
    found = naming.match
    fields = {name: getattr(found, name) for name in Match.__dataclass_fields__}
    named = RectifiedMatch(**fields, reduced=small, naming=naming)
    if found.assignment is None:
        return named
    whole: list[tuple[int, ...]] = [()] * problem.n
    living = [group for group in small.groups if not set(group) & set(naming.dead)]
    for group, teachers in zip(living, found.assignment, strict=True):
        for i in group:
            whole[i] = teachers
    signs = tuple(int(s) for s in np.sign(rough[:, -1]))
    return replace(named, assignment=tuple(whole), signs=signs)

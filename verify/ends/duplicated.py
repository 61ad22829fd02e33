"""Duplicated neurons: two students have become one neuron, (w, a_1) and (w, a_2).

Sharing a_1 + a_2 in any way gives a line of critical points with a singular Hessian; flows approach it
algebraically in time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from mpmath import mp

from numerics.flow.integrate import gradient_flow
from numerics.flow.result import Flow
from numerics.newton import Polished, evaluate, polish
from numerics.precision import Exact
from numerics.problem import Array, Problem
from verify.ends.pairs import Pair, gap_exponent, pairs_of
from verify.matching import Match, match

#: How far a point may be from the line of critical points that it is said to approach.
NEAR_LINE = 0.15
#: Least exponent of time with which a gap shrinks that still counts as closing.
STILL_SHRINKING = 0.2


@dataclass(frozen=True, eq=False)
class Duplicated:
    """Evidence for a line of critical points. Approximation.

    Attributes
    ----------
    pairs : tuple of Pair
        The students that coincide in the limit.
    point : Polished
        A critical point on the line: the merged network to many digits, split as the flow had it.
    match : Match
        What the merged network (of fewer neurons) is.
    distance : float
        Infinity norm from the flow's end to that point.
    shrinking : float
        Exponent of time with which the gap between the students shrinks; NaN where no flow is known.
    merged : Polished
        The merged network's critical point.
    shares : tuple of float
        The part of each sum of outgoing weights that the first of the pair has.
    """

    pairs: tuple[Pair, ...]
    point: Polished
    match: Match
    distance: float
    shrinking: float
    merged: Polished
    shares: tuple[float, ...]


def duplicated(problem: Problem, flow: Flow, *, dps: int) -> Duplicated | None:
    """Recognise a flow's approach to a line of critical points. Approximation.

    Returns
    -------
    Duplicated or None
        Not None only if the pairs still draw together and :func:`merged_point` finds the line near by.
    """
    pairs = tuple(
        pair for pair in pairs_of(problem.activation, flow.theta) if gap_exponent(flow, pair) > STILL_SHRINKING
    )
    found = merged_point(problem, flow.theta, pairs, dps=dps)
    if found is None:
        return None
    return replace(found, shrinking=min(gap_exponent(flow, pair) for pair in pairs))


def merged_point(problem: Problem, theta: Array, pairs: tuple[Pair, ...], *, dps: int) -> Duplicated | None:
    """Merge pairs of students, find the smaller network's critical point, and split it again. Approximation.

    Parameters
    ----------
    problem : Problem
    theta : ndarray, shape (n, dim + 1)
    pairs : tuple of Pair
    dps : int

    Returns
    -------
    Duplicated or None
        None if there are no pairs, if the merged network does not polish, or if ``theta`` is not near the
        split point.
    """
    if not pairs or problem.fixed_outgoing is not None:
        return None
    merged, weights = _merge(theta, pairs)
    smaller = problem.with_neurons(problem.n - len(pairs))
    polished = polish(smaller, gradient_flow(smaller, merged).theta, dps=dps)
    if not polished.converged:
        return None
    with mp.workdps(dps + 20):
        whole = _split(polished, theta, pairs, weights)
    point = evaluate(problem, whole, dps=dps)
    distance = float(np.abs(point.double() - theta).max())
    if distance > NEAR_LINE or not point.converged:
        return None
    named = match(smaller, polished)
    return Duplicated(pairs, point, named, distance, float("nan"), polished, tuple(weights))


def unmerged(groups: tuple[tuple[int, ...], ...], pairs: tuple[Pair, ...]) -> tuple[tuple[int, ...], ...]:
    """The teachers of each student from those of the merged network's. Exact.

    Examples
    --------
    >>> unmerged(((0,), (1, 2)), (Pair(0, 1, 1, 0.0),))
    ((0,), (0,), (1, 2))
    """
    first_of = {pair.second: pair.first for pair in pairs}
    rest = iter(groups)
    taken = {i: next(rest) for i in range(len(groups) + len(pairs)) if i not in first_of}
    return tuple(taken[first_of.get(i, i)] for i in range(len(groups) + len(pairs)))


def _merge(theta: Array, pairs: tuple[Pair, ...]) -> tuple[Array, list[float]]:
    """Merged network (each pair in the place of its first) and the first one's share of each sum."""
    merged = theta.copy()
    shares = []
    for pair in pairs:
        first, second = theta[pair.first], pair.aligned(theta)
        total = first[-1] + second[-1]
        share = first[-1] / total if total != 0 else 0.5
        # The common vector weighted by the outgoing weights keeps the function to first order.
        inside = 0 <= share <= 1
        merged[pair.first, :-1] = (
            share * first[:-1] + (1 - share) * second[:-1] if inside else (first + second)[:-1] / 2
        )
        merged[pair.first, -1] = total
        shares.append(float(share))
    return np.delete(merged, [pair.second for pair in pairs], axis=0), shares


def _split(polished: Polished, theta: Array, pairs: tuple[Pair, ...], shares: list[float]) -> Exact:
    """The network of n neurons on the line of critical points, exactly as critical as the merged one."""
    # Runs at raised precision: mpmath rounds products, and even signs, to its context.
    kept = [i for i in range(len(theta)) if i not in {pair.second for pair in pairs}]
    full = np.empty(theta.shape, dtype=object)
    full[kept] = polished.theta
    for pair, share in zip(pairs, shares, strict=True):
        row = full[pair.first].copy()
        full[pair.second, :-1] = row[:-1] * pair.sign
        part = row[-1] * share
        full[pair.first, -1] = part
        full[pair.second, -1] = (row[-1] - part) * pair.outgoing_sign
    return full

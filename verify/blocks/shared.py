"""Students of one direction that do the work of a single one: the smaller network that computes the same function."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numerics.flat import polish_flat
from numerics.flow.integrate import gradient_flow
from numerics.initial import pack
from numerics.newton import Polished, polish
from numerics.patterns.catalogue import catalogue
from numerics.patterns.gauge import sign_symmetry, why_no_gauge
from numerics.problem import Array, Problem
from verify.blocks.matching import match_blocks
from verify.blocks.naming import structure_of
from verify.matching import Match

#: Sine of the angle below which two vectors have one direction, and relative difference of losses that are one.
ALIGNED, SAME_LOSS = 1e-6, 1e-9
#: Mean squares of a student below this, over the largest, are those of one that has died.
WEAK = 1e-12


@dataclass(frozen=True, eq=False)
class Shared:
    """A smaller network of the same loss. Approximation.

    Attributes
    ----------
    groups : tuple of tuple of int
        Students of one direction, where there are several.
    neurons : int
        Of the smaller network.
    match : Match
    """

    groups: tuple[tuple[int, ...], ...]
    neurons: int
    match: Match


def directions(problem: Problem, theta: Array) -> tuple[tuple[int, ...], ...]:
    """Students by direction; opposite vectors count as one for even and odd activations. Approximation."""
    both = sign_symmetry(problem.activation) != 0
    found: list[list[int]] = []
    for i, w in enumerate(theta[:, :-1]):
        for group in found:
            v = theta[group[0], :-1]
            size = float(np.linalg.norm(v) * np.linalg.norm(w))
            cosine = float(v @ w) / size if size > 0 else 0.0
            if (both or cosine > 0) and 1 - cosine * cosine < ALIGNED**2:
                group.append(i)
                break
        else:
            found.append([i])
    return tuple(tuple(group) for group in found)


def shared(problem: Problem, point: Polished, *, dps: int) -> Shared | None:
    """The smaller network of a point of a continuum, students of one direction merged. Approximation.

    Returns
    -------
    Shared or None
        None if no two students have one direction, or no network of merged students with the same directions is a
        critical point of the same loss.
    """
    theta = point.double()
    groups = directions(problem, theta)
    if len(groups) == problem.n:
        return None
    smaller = problem.with_neurons(len(groups))
    for norm in (1.0, None):
        W = np.array([_vector(theta, group, norm) for group in groups])
        a = np.array([_weight(problem, theta, group) for group in groups])
        end = gradient_flow(smaller, pack(W, a), max_steps=2000).theta
        merged = polish(smaller, end, dps=dps)
        if not merged.converged:
            flat = polish_flat(smaller, end, dps=dps)
            if flat is None:
                continue
            merged = flat.point
        near = abs(float(merged.loss - point.loss)) <= SAME_LOSS * max(1.0, float(point.loss))
        if near:
            several = tuple(group for group in groups if len(group) > 1)
            return Shared(several, smaller.n, match_blocks(smaller, merged, dps=dps))
    return None


@dataclass(frozen=True)
class SameLoss:
    """A block structure of as many or fewer students with the loss of a continuum. Approximation.

    Attributes
    ----------
    neurons : int
    structure : str
    partition : tuple of int
    """

    neurons: int
    structure: str
    partition: tuple[int, ...]


def same_loss(problem: Problem, loss: float) -> SameLoss | None:
    """The block structure of fewest students that has a loss, to 1e-9. Approximation.

    On a continuum of one function all points have its loss; that they compute it is not checked.

    Examples
    --------
    >>> same_loss(Problem(3, 3, activation="hermite2"), 0.0)
    SameLoss(neurons=3, structure='copy-average', partition=(1, 1, 1))
    """
    if why_no_gauge(problem) is not None:
        return None
    for neurons in range(1, problem.n + 1):
        for member in catalogue(problem.activation, neurons, problem.k):
            if abs(member.loss - loss) <= SAME_LOSS * max(1.0, loss):
                return SameLoss(neurons, structure_of(member), member.sizes)
    return None


def _vector(theta: Array, group: tuple[int, ...], norm: float | None) -> Array:
    strongest = max(group, key=lambda i: abs(theta[i, -1]) * float(np.linalg.norm(theta[i, :-1])))
    w: Array = theta[strongest, :-1]
    return w if norm is None else w * (norm / float(np.linalg.norm(w)))


def _weight(problem: Problem, theta: Array, group: tuple[int, ...]) -> float:
    """Sum of the outgoing weights, for odd activations with the signs that align the vectors."""
    first = theta[group[0], :-1]
    signs = (
        np.sign(theta[list(group), :-1] @ first) if sign_symmetry(problem.activation) == -1 else np.ones(len(group))
    )
    total = float((signs * theta[list(group), -1]).sum())
    return total if total != 0 else 1.0

"""Larger sizes without flows: up to which n one average is lower than copies alone, and a minimum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from numerics.inertia import inertia
from numerics.initial import pack
from numerics.kernels import HOMOGENEOUS, degree_of
from numerics.patterns.catalogue import Member, solved
from numerics.problem import Problem
from numerics.rectified.structures import structures
from verify.universality.criterion import Criterion
from verify.universality.known import is_one_average


@dataclass(frozen=True)
class Reach:
    """One k. Approximation.

    Attributes
    ----------
    k : int
    lower, minimum : int or None
        The largest n below k such that from n = 2 up to it n - 1 copies and one average have a lower loss than the
        (perturbed) copies of n teachers, and are a strict minimum up to scales; None if not at n = 2.
    """

    k: int
    lower: int | None
    minimum: int | None


def beyond(
    activation: str, criterion: Criterion, sizes: Sequence[int], *, tell: Callable[[str], None] = lambda line: None
) -> tuple[Reach, ...]:
    """The reach of one average at larger k. Approximation.

    Parameters
    ----------
    activation : str
    criterion : Criterion
        Of the activation: where no norm of an averaging neuron is the best there is nothing to solve.
    sizes : sequence of int
        Numbers of teachers.
    tell : callable, optional
        Called with a line on what is being solved.

    Returns
    -------
    tuple of Reach

    Examples
    --------
    >>> from verify.universality.criterion import criterion
    >>> beyond("sin", criterion("sin"), [5])
    (Reach(k=5, lower=3, minimum=4),)
    """
    found = []
    nothing = activation not in HOMOGENEOUS and criterion.linear_left is None and criterion.mean_left is None
    for k in sizes:
        lower, minimum = [], []
        for n in range(2, k):
            if nothing and criterion.linear > 0:
                break
            tell(f"{activation}, (n, k) = ({n}, {k})")
            is_lower, is_minimum = (
                _rectified(activation, n, k) if activation in HOMOGENEOUS else _smooth(activation, n, k)
            )
            lower.append(is_lower)
            minimum.append(is_minimum)
            if not (is_lower or is_minimum):
                break
        found.append(Reach(k, _last(lower), _last(minimum)))
    return tuple(found)


def _last(held: Sequence[bool]) -> int | None:
    """The n up to which something held without a gap, from 2 on."""
    count = next((place for place, yes in enumerate(held) if not yes), len(held))
    return count + 1 if count else None


def _smooth(activation: str, n: int, k: int) -> tuple[bool, bool]:
    average = solved(activation, (1,) * (n - 1) + (k - n + 1,))
    copies = solved(activation, (1,) * n, k - n)
    if average is None:
        return False, False
    return copies is None or average.loss < copies.loss, strict_minimum(activation, average, n, k)


def strict_minimum(activation: str, member: Member, n: int, k: int) -> bool:
    """Whether a structure is a strict minimum up to scales, in double precision. Approximation."""
    C, a = member.doubles()
    found = inertia(Problem(n, k, activation=activation), pack(np.pad(C, ((0, 0), (0, 1))), a))
    return found.negative == 0 and found.zero == (0 if degree_of(activation) is None else n)


def _rectified(activation: str, n: int, k: int) -> tuple[bool, bool]:
    points = structures(n, k, dps=20, activation=activation)
    average = [p for p in points if is_one_average(p.name, p.partition, n, k, activation)]
    if not average:
        return False, False
    others = [p.loss for p in points if p.name == "perturbed-copy"]
    return all(average[0].loss < loss for loss in others), average[0].minimum

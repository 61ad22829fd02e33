"""Names of block structures by what each student does with the teachers.

The group of a student are the teachers with the coefficient that makes up most of its squared length: it copies a
group of one and averages a larger one. A structure is *exact* if every student is what it would be with its own group
alone, else *perturbed*.

=============================  ======================================================================================
``copy-average``               the groups hold every teacher once; exact
``perturbed-copy-average``     the same, perturbed
``partial-average``            some teachers are in no group; exact. With groups of one: copies
``perturbed-copy``             some teachers are in no group, all groups of one; perturbed
``perturbed-partial-average``  the same with larger groups
``unequal-copy``               a perturbed copy of which some students copy more strongly than others
``reversed-copy``              a student of negative outgoing weight points against its group
``negative-corrector``         a student of negative outgoing weight points along its group
``against-teacher``            a student of positive outgoing weight points against its group
``shared-teacher``             two students have a teacher in common
``constant-neuron``            a student has no incoming weights
=============================  ======================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numerics.patterns.catalogue import Member
from numerics.problem import Array
from verify.names import (
    AGAINST_TEACHER,
    CONSTANT_NEURON,
    COPY_AVERAGE,
    NEGATIVE_CORRECTOR,
    PARTIAL_AVERAGE,
    PERTURBED_COPY,
    PERTURBED_COPY_AVERAGE,
    PERTURBED_PARTIAL_AVERAGE,
    REVERSED_COPY,
    SHARED_TEACHER,
    UNEQUAL_COPY,
)

#: Entries this near are taken to be equal, and vectors this short to be zero.
LEVEL = 1e-6


@dataclass(frozen=True)
class Roles:
    """What each student does. Approximation.

    Attributes
    ----------
    assignment : tuple of tuple of int
        The group of each student; empty without incoming weights.
    along : tuple of int
        Sign of the coefficient of its group.
    outgoing : tuple of int
        Sign of its outgoing weight.
    """

    assignment: tuple[tuple[int, ...], ...]
    along: tuple[int, ...]
    outgoing: tuple[int, ...]

    @property
    def partition(self) -> tuple[int, ...]:
        """Sizes of the groups, ascending."""
        return tuple(sorted(map(len, self.assignment)))

    def words(self) -> tuple[str, ...]:
        """One word for each student. Exact."""
        return tuple(
            _word(group, along, outgoing)
            for group, along, outgoing in zip(self.assignment, self.along, self.outgoing, strict=True)
        )


def _word(group: tuple[int, ...], along: int, outgoing: int) -> str:
    if not group:
        return "constant"
    what = "copy" if len(group) == 1 else f"average of {len(group)}"
    if outgoing < 0:
        return f"reversed {what}" if along < 0 else f"corrector along {len(group)}"
    return what if along > 0 else f"{what} against"


def roles(coordinates: Array, outgoing: Array) -> Roles:
    """What the students of a network in the gauge do. Approximation.

    Parameters
    ----------
    coordinates : ndarray, shape (n, k)
    outgoing : ndarray, shape (n,)

    Examples
    --------
    >>> roles(np.array([[1.0, 0.01, 0.01], [0.0, 0.4, 0.4]]), np.array([1.0, 2.0])).words()
    ('copy', 'average of 2')
    """
    found = [_group(row) for row in coordinates]
    return Roles(
        tuple(group for group, _ in found),
        tuple(sign for _, sign in found),
        tuple(-1 if a < 0 else 1 for a in outgoing),
    )


def _group(row: Array) -> tuple[tuple[int, ...], int]:
    """The teachers with the coefficient of the largest part of the squared length, and its sign."""
    size = float(np.abs(row).max(initial=0.0))
    if size < LEVEL:
        return (), 1
    best: tuple[float, tuple[int, ...], int] = (-1.0, (), 1)
    for value in row:
        group = np.flatnonzero(np.abs(row - value) <= LEVEL * max(1.0, size))
        part = len(group) * float(value) ** 2
        if part > best[0] * (1 + 1e-9):
            best = part, tuple(map(int, group)), -1 if value < 0 else 1
    return best[1:]


def structure_of(member: Member) -> str:
    """Name of a structure of the catalogue. Exact."""
    if member.unequal:
        return UNEQUAL_COPY
    return _of_groups(member.sizes, member.ignored, exact=member.exact)


def _of_groups(sizes: tuple[int, ...], ignored: int, *, exact: bool) -> str:
    if not ignored:
        return COPY_AVERAGE if exact else PERTURBED_COPY_AVERAGE
    if exact:
        return PARTIAL_AVERAGE
    return PERTURBED_COPY if max(sizes) == 1 else PERTURBED_PARTIAL_AVERAGE


def structure_of_roles(found: Roles, k: int, *, unequal: bool) -> str:
    """Name of a perturbed structure that is not in the catalogue. Exact.

    Parameters
    ----------
    found : Roles
    k : int
        Number of teachers.
    unequal : bool
        Whether students with groups of one size differ.
    """
    groups = found.assignment
    if not all(groups):
        return CONSTANT_NEURON
    pairs = list(zip(found.along, found.outgoing, strict=True))
    for pair, name in (((1, -1), NEGATIVE_CORRECTOR), ((-1, 1), AGAINST_TEACHER)):
        if pair in pairs:
            return name
    taken = [j for group in groups for j in group]
    if len(set(taken)) < len(taken):
        return SHARED_TEACHER
    if (-1, -1) in pairs:
        return REVERSED_COPY
    if unequal and max(map(len, groups)) == 1:
        return UNEQUAL_COPY
    return _of_groups(found.partition, k - len(taken), exact=False)

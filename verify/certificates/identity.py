"""Whether a certified critical point is the predicted one: the structures of the theory as balls, put into place."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import flint
import numpy as np

from numerics.kernels import structures as kernel
from numerics.problem import Problem
from verify.certificates.existence import Status
from verify.certificates.reduced import certify_perturbed_copy
from verify.enclosures import Rows
from verify.matching import Match
from verify.names import COPY_AVERAGE, PERTURBED_COPY


@dataclass(frozen=True)
class Identity:
    """The structure that a critical point was compared with. Exact.

    Attributes
    ----------
    structure : str
    partition : tuple of int or None
    assignment : tuple of tuple of int
        Teachers (0-based) of each student: those it averages, or the one it copies.
    signs : tuple of int
    """

    structure: str
    partition: tuple[int, ...] | None
    assignment: tuple[tuple[int, ...], ...]
    signs: tuple[int, ...]


def identity_of(found: Match) -> Identity | None:
    """What a match says, in the form that can be proved; None if it names no such structure. Exact."""
    if found.blocks:
        # Imported here, for it is built on this module.
        from verify.blocks.identity import block_identity
        from verify.blocks.matching import BlockMatch

        return block_identity(found) if isinstance(found, BlockMatch) else None
    if found.structure not in (COPY_AVERAGE, PERTURBED_COPY) or found.assignment is None or found.signs is None:
        return None
    return Identity(found.structure, found.partition, found.assignment, found.signs)


def enclose(problem: Problem, named: Identity, arithmetic: SimpleNamespace, dps: int) -> Rows | None:
    """The structure as balls, in the place that the identity says. Enclosure.

    **Proves:** that a critical point of the loss lies in these balls: for copy-average by the theorem
    ``erf-ca-critical``, for a perturbed copy by the certificate of its reduced equations. For other activations see
    ``verify.blocks.identity``.

    Parameters
    ----------
    problem : Problem
    named : Identity
    arithmetic : SimpleNamespace
        What ``numerics.precision.digits`` yields.
    dps : int

    Returns
    -------
    list of n rows of dim + 1 balls, or None
        None where a hypothesis of the theory does not hold exactly, or the reduced equations were not certified.
    """
    if not exactly_orthonormal(problem) or problem.fixed_outgoing is not None:
        return None
    if problem.activation != "erf":
        from verify.blocks.identity import BlockIdentity, enclose_blocks

        return enclose_blocks(problem, named, arithmetic, dps) if isinstance(named, BlockIdentity) else None
    if not _well_formed(problem, named):
        return None
    teacher = problem.teacher * problem.teacher_outgoing[:, None]
    signed = [[flint.arb(float(x)) for x in row] for row in teacher]
    found = _average if named.structure == COPY_AVERAGE else _perturbed
    coordinates = found(problem, named, arithmetic, dps)
    if coordinates is None:
        return None
    products = flint.arb_mat([row[:-1] for row in coordinates]) * flint.arb_mat(signed)
    rows = []
    for i, sign in enumerate(named.signs):
        row = [products[i, x] for x in range(problem.dim)] + [coordinates[i][-1]]
        rows.append([x * sign for x in row])
    return rows


def _well_formed(problem: Problem, named: Identity) -> bool:
    """Whether a claimed identity speaks of this problem at all."""
    sizes = tuple(sorted(len(group) for group in named.assignment))
    partition = sizes if named.structure == COPY_AVERAGE else None
    return (
        named.structure in (COPY_AVERAGE, PERTURBED_COPY)
        and len(named.assignment) == len(named.signs) == problem.n
        and all(sign in (1, -1) for sign in named.signs)
        and all(group and all(0 <= j < problem.k for j in group) for group in named.assignment)
        and named.partition == partition
    )


def _average(problem: Problem, named: Identity, arithmetic: SimpleNamespace, dps: int) -> Rows | None:
    covered = sorted(j for group in named.assignment for j in group)
    if covered != list(range(problem.k)):
        return None
    rows = []
    for group in named.assignment:
        coordinate, weight, _ = kernel.averaging(flint.arb(len(group)), arithmetic)
        row = [flint.arb(0)] * problem.k
        for j in group:
            row[j] = coordinate
        rows.append([*row, weight])
    return rows


def _perturbed(problem: Problem, named: Identity, arithmetic: SimpleNamespace, dps: int) -> Rows | None:
    copied = [group[0] for group in named.assignment]
    if len(set(copied)) != problem.n or any(len(group) != 1 for group in named.assignment):
        return None
    reduced = certify_perturbed_copy(problem.n, problem.k, dps=dps)
    if reduced.status is not Status.UNIQUE:
        return None
    alpha, beta, gamma, a = reduced.balls()
    rows = []
    for own in copied:
        row = [gamma] * problem.k
        for j in copied:
            row[j] = beta
        row[own] = alpha
        rows.append([*row, a])
    return rows


def compare(predicted: Rows, middle: Rows, radius: Any, uniqueness: Any) -> bool | None:
    """Whether the critical point is the predicted one: in the box of uniqueness, or certainly elsewhere. Enclosure.

    Parameters
    ----------
    predicted : rows of balls
        In which a critical point lies.
    middle : rows of balls
        The point that was certified.
    radius, uniqueness : exact balls

    Returns
    -------
    bool or None
        None if neither was proved.
    """
    inside = True
    for row, given in zip(predicted, middle, strict=True):
        for x, y in zip(row, given, strict=True):
            gap = x - y
            if gap.abs_lower() > radius:
                return False
            inside = inside and bool(gap.abs_upper() < uniqueness)
    return True if inside else None


def exactly_orthonormal(problem: Problem) -> bool:
    """Whether the teacher is orthonormal exactly and not to rounding: axes, and signs +1 or -1. Exact."""
    entries = np.abs(problem.teacher)
    axes = bool(np.isin(entries, (0.0, 1.0)).all()) and bool((entries.sum(axis=1) == 1).all())
    return axes and bool((entries.sum(axis=0) <= 1).all()) and bool((np.abs(problem.teacher_outgoing) == 1).all())

"""Whether a certified critical point is the block structure it was named after: the structure's own certificate."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import flint
import numpy as np
from mpmath import mp

from numerics.kernels import degree_of, encloses
from numerics.newton import GUARD_DIGITS
from numerics.patterns.gauge import sign_symmetry
from numerics.precision import Exact, to_ball, to_double, to_exact
from numerics.problem import Problem
from verify.blocks.matching import BlockMatch
from verify.certificates.existence import Searcher, Status
from verify.certificates.identity import Identity, exactly_orthonormal
from verify.enclosures import Rows


@dataclass(frozen=True, eq=False)
class BlockIdentity(Identity):
    """A block structure in the place of a network. Approximation.

    Attributes
    ----------
    found : BlockMatch
    """

    found: BlockMatch


def block_identity(found: BlockMatch) -> BlockIdentity | None:
    """The structure that a match names, where that was found without the network; else None. Exact."""
    named = found.named
    if named is None or not named.independent or found.assignment is None or found.signs is None:
        return None
    return BlockIdentity(named.name, named.partition, found.assignment, found.signs, found)


def placed_point(problem: Problem, found: BlockMatch, dps: int) -> Exact:
    """The structure as a network of the problem, shape (n, dim + 1): the gauge put back. Approximation.

    The rows of axes and signs leave its symmetries exact.
    """
    named, gauged = found.named, found.gauged
    assert named is not None, "it was matched before"
    assert gauged is not None, "it was matched before"
    with mp.workdps(dps + GUARD_DIGITS):
        signs = to_exact(gauged.signs[None].astype(np.float64))[0]
        teachers = to_exact(gauged.teachers[None].astype(np.float64))[0]
        W = (named.coordinates * signs[:, None] * teachers).dot(to_exact(problem.teacher))
        odd = sign_symmetry(problem.activation) == -1
        a = named.outgoing * (signs if odd else mp.mpf(int(np.sign(problem.teacher_outgoing[0]))))
        return np.column_stack([W, a])


def enclose_blocks(problem: Problem, named: BlockIdentity, arithmetic: SimpleNamespace, dps: int) -> Rows | None:
    """The structure as balls. Enclosure.

    **Proves:** that exactly one critical point of the loss is in a box around these balls' midpoints, and that it is
    in the balls. The midpoints are fixed by the permutations of the pattern and so is the box; hence the critical
    point has the symmetry of the pattern.

    Returns
    -------
    list of n rows of dim + 1 balls, or None
        None where the teacher is not orthonormal exactly, the activation is homogeneous or without enclosures, or
        nothing was proved.
    """
    activation = problem.activation
    if not exactly_orthonormal(problem) or degree_of(activation) is not None or not encloses(activation):
        return None
    point = placed_point(problem, named.found, dps)
    search = Searcher(problem, to_double(point), point, dps + GUARD_DIGITS)
    proved = search.minimum() or search.any_kind()
    if proved.status is not Status.UNIQUE:
        return None
    blur = flint.arb(0, proved.radius)
    return [[to_ball(x) + blur for x in row] for row in point]

r"""Lines of critical points that duplicated neurons make, and the rank of the Hessian on them.

Let neuron i of a critical network be split into (w, t a) and (w, (1 - t) a). Every t gives the same network, hence
the same loss, and a critical point: a line. In coordinates (weighted mean, difference) the Hessian is congruent to

.. math:: H \oplus t (1 - t) S \oplus 0, \qquad S = 2 a\, E[(f - f^*)\, \sigma''(w \cdot x)\, x x^\top],

with the Hessian H of the network before the split: the network is stationary in the difference, whose second
derivative has only the residual's part, and its first derivative in w vanishes. So one direction is null exactly; how
many more are is a matter of S, for erf with an orthonormal teacher:

- in directions orthogonal to all teachers S vanishes, since :math:`\sigma''(t) = -t \sigma'(t)` and the gradient
  is 0;
- at copy-average S vanishes outside the neuron's group of m teachers, and on it
  :math:`S = -\lambda (I - 1 1^\top/m)`, by symmetry and because the residual is orthogonal to
  :math:`\sigma(s\,w\cdot x)` for every s. So duplicates of a copy are degenerate in every direction, duplicates of
  an average in all but m - 1;
- at a perturbed copy S is tested on the teachers' span.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.problem import Problem
from verify.certificates.definite import diagonalise
from verify.certificates.hessian import symmetrised
from verify.certificates.midrad import MidRad
from verify.certification import Certificate
from verify.names import COPY_AVERAGE


@dataclass(frozen=True)
class Split:
    """A neuron of the merged network and the share of its outgoing weight that the first of two takes. Exact.

    Attributes
    ----------
    student : int
    share : float
        Not 0 and not 1.
    """

    student: int
    share: float


@dataclass(frozen=True, eq=False)
class Line:
    """A line (or plane) of critical points on which a network lies. Enclosure.

    Attributes
    ----------
    merged : Certificate
        Of the network with duplicates merged.
    splits : tuple of Split
    rank : int
        Of the Hessian at the network.
    order : int
        Number of parameters of the network; ``order - rank`` directions are null.
    index : int
        Negative eigenvalues there.
    """

    merged: Certificate
    splits: tuple[Split, ...]
    rank: int
    order: int
    index: int


def certify_line(smaller: Problem, merged: Certificate, splits: Sequence[Split]) -> Line | None:
    """Prove that a split network lies on a line of critical points, and count the Hessian's eigenvalues. Enclosure.

    **Proves:** that every choice of shares gives a critical point, and rank and index of the Hessian at the shares
    given.

    Parameters
    ----------
    smaller : Problem
        Of the merged network.
    merged : Certificate
        Unique, with its index and identity.
    splits : sequence of Split
        At most one for each student.

    Returns
    -------
    Line or None
        None where something was not proved.
    """
    found, named = merged.existence, merged.named
    if found is None or found.local is None or merged.index is None or merged.point is None:
        return None
    if not merged.identity or named is None or smaller.activation != "erf":
        return None
    if len({split.student for split in splits}) != len(splits) or any(s.share in (0.0, 1.0) for s in splits):
        return None
    rank, index = smaller.n * (smaller.dim + 1), merged.index
    axes = np.abs(smaller.teacher).argmax(axis=1)
    for split in splits:
        if abs(float(merged.point[split.student, -1])) <= 2 * float(found.within):
            return None
        block = found.local.residual[split.student]
        if named.structure == COPY_AVERAGE:
            group = named.assignment[split.student]
            signs = _averaging(block, [int(axes[j]) for j in group], smaller, group)
        else:
            signs = _on_span(block, axes)
        if signs is None:
            return None
        negative, positive = signs
        rank += negative + positive
        index += negative if 0 < split.share < 1 else positive
    return Line(merged, tuple(splits), rank, (smaller.n + len(splits)) * (smaller.dim + 1), index)


def _averaging(block: MidRad, places: list[int], smaller: Problem, group: tuple[int, ...]) -> tuple[int, int] | None:
    """Negative and positive eigenvalues of S for a neuron that averages: by the theorem one number decides."""
    if len(group) == 1:
        return 0, 0
    # In the teachers' own signs the group is symmetric.
    signed = [float(smaller.teacher[j, x] * smaller.teacher_outgoing[j]) for j, x in zip(group, places, strict=True)]
    (i, s), (j, t) = zip(places[:2], signed[:2], strict=True)
    value = block[i, i] - block[i, j] * (s * t)
    if not np.isfinite(value.rad) or abs(float(value.mid)) <= float(value.rad):
        return None
    return (len(group) - 1, 0) if value.mid < 0 else (0, len(group) - 1)


def _on_span(block: MidRad, axes: NDArray[np.intp]) -> tuple[int, int] | None:
    """The same by Sylvester's law, on the coordinates that have a teacher."""
    place = np.ix_(axes, axes)
    square = MidRad(block.mid[place], block.rad[place])
    seen = diagonalise(symmetrised(square))
    signs = None if seen is None else seen.signs()
    return None if signs is None else (signs.negative, len(axes) - signs.negative)

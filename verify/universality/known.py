"""What is known of a cell before any run: its structures, their losses and indices, and which are minima."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from numerics.inertia import inertia
from numerics.initial import pack
from numerics.kernels import HOMOGENEOUS, degree_of, encloses
from numerics.newton import polish
from numerics.patterns.catalogue import Member, catalogue
from numerics.problem import Problem
from numerics.rectified.structures import structures
from verify.blocks.naming import structure_of
from verify.certification import certify
from verify.names import COPY_AVERAGE, PERTURBED_COPY_AVERAGE, describe_partition

#: Names under which n - 1 students copy and one averages, given the partition.
ONE_AVERAGE = (COPY_AVERAGE, PERTURBED_COPY_AVERAGE)


@dataclass(frozen=True)
class Known:
    """A structure of a cell. Approximation; its index may be proved.

    Attributes
    ----------
    structure : str
    partition : tuple of int or None
    loss : float
    index : int or None
        Negative eigenvalues of the Hessian; of the scales of homogeneous activations nothing is counted.
    isolated : bool
        Whether no Hessian eigenvalue is zero, but for the scales of homogeneous activations.
    proved : bool
        Whether existence and index are certified.
    one_average : bool
        Whether n - 1 students copy and one averages all other teachers.
    """

    structure: str
    partition: tuple[int, ...] | None
    loss: float
    index: int | None
    isolated: bool
    proved: bool
    one_average: bool

    def label(self) -> str:
        """Name and partition."""
        return f"{self.structure} {describe_partition(self.partition)}" if self.partition else self.structure


def is_one_average(structure: str, partition: tuple[int, ...] | None, n: int, k: int, activation: str) -> bool:
    """Whether n - 1 students copy one teacher each and one averages the others. Exact.

    Examples
    --------
    >>> is_one_average("perturbed-copy-average", (1, 1, 3), 3, 5, "tanh")
    True
    >>> is_one_average("copy-average", (1, 2, 2), 3, 5, "erf")
    False
    """
    if n >= k or structure not in ONE_AVERAGE:
        return False
    if activation in HOMOGENEOUS and partition is None:
        return True
    return partition == (1,) * (n - 1) + (k - n + 1,)


@lru_cache(maxsize=1024)
def known(activation: str, n: int, k: int, *, dps: int = 30) -> tuple[Known, ...]:
    """The structures of a cell, lowest loss first. Approximation.

    Parameters
    ----------
    activation : str
    n, k : int
        With n <= k.
    dps : int
        Digits of the points that are certified.

    Examples
    --------
    >>> for one in known("sin", 2, 3):
    ...     print(one.label(), one.index, one.proved, one.one_average)
    copy-average 1 + 2 0 True True
    perturbed-copy 2 x 1 1 True False
    """
    if activation in HOMOGENEOUS:
        return _rectified(activation, n, k, dps)
    found = [_examined(member, activation, n, k, dps) for member in catalogue(activation, n, k)]
    return tuple(sorted(found, key=lambda one: one.loss))


def _rectified(activation: str, n: int, k: int, dps: int) -> tuple[Known, ...]:
    return tuple(
        Known(
            point.name,
            point.partition,
            float(point.loss),
            point.index,
            point.index is not None,
            False,
            is_one_average(point.name, point.partition, n, k, activation),
        )
        for point in structures(n, k, dps=dps, activation=activation)
    )


def _examined(member: Member, activation: str, n: int, k: int, dps: int) -> Known:
    """A structure with its index, certified where that can be done: in one input dimension more than teachers."""
    problem = Problem(n, k, activation=activation)
    C, a = member.doubles()
    theta = pack(np.pad(C, ((0, 0), (0, 1))), a)
    name = structure_of(member)
    numerical = inertia(problem, theta)
    index, proved = numerical.negative, False
    isolated = numerical.zero == (0 if degree_of(activation) is None else n)
    if degree_of(activation) is None and encloses(activation):
        point = polish(problem, theta, dps=dps)
        certificate = certify(problem, point, dps=point.dps) if point.converged else None
        if certificate is not None and certificate.index is not None:
            index, isolated, proved = certificate.index, True, True
    average = is_one_average(name, member.sizes, n, k, activation)
    return Known(name, member.sizes, member.loss, index, isolated, proved, average)

"""One neuron of GELU or SiLU: no norm is the best, the loss falls towards infinity, where it has two limits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from numerics.kernels import RAMPS
from numerics.problem import Problem
from numerics.ramps import LINEAR, RECTIFIED, RampLimit
from verify.ends.infinity import Unbounded
from verify.names import UNBOUNDED

#: Limit losses agree to this: both are solved to rounding.
AGREE = 1e-11


@dataclass(frozen=True)
class LimitLoss:
    """A strict minimum of one neuron's limit problem, towards which the loss falls. Approximation."""

    kind: str
    loss: float
    coefficient: float


@lru_cache(maxsize=64)
def one_neuron_limits(k: int, activation: str) -> tuple[LimitLoss, ...]:
    """The limits of one neuron with equal cosines to all teachers, the lowest first. Approximation.

    Parameters
    ----------
    k : int
        Orthonormal teachers with outgoing weights 1.
    activation : str
        ``"gelu"`` or ``"silu"``; empty for others.

    Returns
    -------
    tuple of LimitLoss
        Those that are strict minima of the limit problem with a loss that falls outwards: with a positive outgoing
        weight the rectified neuron, with a negative one the linear one.

    Examples
    --------
    >>> [(found.kind, round(found.loss, 6)) for found in one_neuron_limits(4, "gelu")]
    [('rectified', 0.508763), ('linear', 1.655816)]
    """
    if activation not in RAMPS:
        return ()
    problem = Problem(1, k, activation=activation)
    found = []
    # The odd part of the teacher is half the sum of its inputs: the linear neuron has it exactly.
    for kind, sign in ((RECTIFIED, 1), (LINEAR, -1)):
        limit = RampLimit(problem, (kind,), (sign,))
        start = np.zeros(limit.size)
        start[:k] = 1.0
        point = limit.solve(start)
        if point.converged and point.lowest > 0:
            coefficient = limit.outward(point.x)[0] * sign
            if coefficient > 0:
                found.append(LimitLoss(kind, point.loss, coefficient))
    return tuple(sorted(found, key=lambda one: one.loss))


def compare_at_infinity(problem: Problem, end: Unbounded | None) -> dict[str, Any] | None:
    """What a run of one neuron says of these limits, for its record. Approximation.

    Returns
    -------
    dict or None
        None if there are none. ``agrees`` is null where the run was not found to go to infinity.
    """
    limits = one_neuron_limits(problem.k, problem.activation)
    if not limits:
        return None
    found: dict[str, Any] = {
        "structure": UNBOUNDED,
        "teachers": problem.k,
        "limits": [{"kind": one.kind, "loss": one.loss, "coefficient": one.coefficient} for one in limits],
        "certified": False,
        "free": "",
        "agrees": None,
    }
    if end is None:
        return found
    gap = min((abs(one.loss - end.limit.loss) for one in limits if (one.kind,) == end.kinds), default=float("inf"))
    return {**found, "agrees": gap < AGREE, "loss_difference": gap}

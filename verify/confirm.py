"""A second opinion: does a flow end at the same point when it is integrated much more accurately?

Near a separatrix between two basins the end of a computed flow depends on the integrator's errors. A run is
confirmed if pure flow from the same start at a thousandth of the tolerances ends at the same critical point (or in
the same channel); otherwise it is undecided, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numerics.flow.integrate import gradient_flow
from numerics.flow.tolerance import ABSOLUTE
from numerics.problem import Array, Problem
from verify.ends.pairs import Pair
from verify.ends.settle import End, settle

#: Tolerances of the second flow, over those of the first; not below what double precision carries.
TIGHTER, TIGHTEST = 1e-3, 1e-12
#: Two polished points within this, relative to the largest weight, are the same one.
SAME = 1e-6
#: Digits of the second end point: it is only compared.
DPS = 20


@dataclass(frozen=True, eq=False)
class Opinion:
    """What the second flow says. Approximation.

    Attributes
    ----------
    same : bool
        Whether both ended at the same critical point, or both in a channel of the same students.
    end : End
        The second end.
    """

    same: bool
    end: End


def second_opinion(problem: Problem, theta0: Array, end: End, *, rtol: float, grad_tol: float) -> Opinion:
    """Integrate once more at a thousandth of the tolerances, without early finish, and compare. Approximation.

    Parameters
    ----------
    problem : Problem
    theta0 : ndarray, shape (n, dim + 1)
    end : End
        Where the first flow ended.
    rtol, grad_tol : float
        Of the first flow.

    Returns
    -------
    Opinion
    """
    flow = gradient_flow(
        problem,
        theta0,
        grad_tol=grad_tol,
        rtol=max(TIGHTER * rtol, TIGHTEST),
        atol=TIGHTER * ABSOLUTE,
        max_steps=1_000_000,
    )
    second = settle(problem, flow, dps=DPS)
    return Opinion(_same(end, second), second)


def _same(first: End, second: End) -> bool:
    if first.channel is not None and second.channel is not None:
        return _students(first.channel.pair) == _students(second.channel.pair)
    if first.converged != second.converged or not first.converged:
        return False
    if first.duplicated is not None and second.duplicated is not None:
        # Points of a line depend on every error of the flow: that they lie on the same one is what counts.
        return set(map(_students, first.duplicated.pairs)) == set(map(_students, second.duplicated.pairs))
    x, y = first.polished.double(), second.polished.double()
    return float(np.abs(x - y).max()) <= SAME * max(1.0, float(np.abs(x).max()))


def _students(pair: Pair) -> tuple[int, int, int]:
    return pair.first, pair.second, pair.sign

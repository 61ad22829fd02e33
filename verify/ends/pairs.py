"""Pairs of students whose incoming vectors draw together, and rates along a trajectory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numerics.flow.result import Flow
from numerics.kernels import parity
from numerics.problem import Array

#: Relative distance below which two incoming vectors may be becoming one.
CLOSE = 0.15
#: Factor in time over which exponents are measured.
SPAN = 10.0


@dataclass(frozen=True)
class Pair:
    """Two students that become parallel; the second is taken with the sign that aligns them. Approximation."""

    first: int
    second: int
    sign: int
    gap: float
    """|w_1 - sign w_2| over the mean norm."""
    even: bool = False
    """Whether the activation is even: then the sign is that of the incoming vector alone."""

    @property
    def outgoing_sign(self) -> int:
        """The sign with which the second's outgoing weight counts."""
        return 1 if self.even else self.sign

    def aligned(self, theta: Array) -> Array:
        """The second's row with the signs that align it."""
        row: Array = theta[self.second] * self.sign
        row[-1] = theta[self.second, -1] * self.outgoing_sign
        return row


def close_pairs(
    theta: Array, *, odd: bool = True, even: bool = False, closer_than: float = CLOSE
) -> tuple[Pair, ...]:
    """Pairs of students whose incoming vectors nearly coincide, up to sign, nearest first. Approximation.

    Each student is in at most one pair.

    Parameters
    ----------
    theta : ndarray, shape (n, dim + 1)
    odd, even : bool
        Whether opposite vectors count as coinciding, and whether outgoing weights keep their sign then.
    closer_than : float
        Bound on the relative gap.
    """
    W = theta[:, :-1]
    norms = np.linalg.norm(W, axis=1)
    found = []
    for i in range(len(W)):
        for j in range(i + 1, len(W)):
            sign = -1 if (odd or even) and W[i] @ W[j] < 0 else 1
            gap = float(np.linalg.norm(W[i] - sign * W[j]) / max(0.5 * (norms[i] + norms[j]), 1e-300))
            if gap < closer_than:
                found.append(Pair(i, j, sign, gap, even))
    taken: set[int] = set()
    pairs = []
    for pair in sorted(found, key=lambda pair: pair.gap):
        if not taken & {pair.first, pair.second}:
            pairs.append(pair)
            taken |= {pair.first, pair.second}
    return tuple(pairs)


def pairs_of(activation: str, theta: Array, *, closer_than: float = CLOSE) -> tuple[Pair, ...]:
    """The pairs with the signs that the activation allows. Approximation."""
    kind = parity(activation)
    return close_pairs(theta, odd=kind == -1, even=kind == 1, closer_than=closer_than)


def last_span(flow: Flow) -> tuple[tuple[float, Array], tuple[float, Array]]:
    """The last snapshot and one at most 1/SPAN of its time."""
    times, points = flow.trajectory.snapshot_time, flow.trajectory.snapshots
    early = max(int(np.searchsorted(times, times[-1] / SPAN, side="right")) - 1, 0)
    return (max(float(times[early]), 1e-300), points[early]), (float(times[-1]), points[-1])


def gap_exponent(flow: Flow, pair: Pair) -> float:
    """Minus the exponent of time in the gap of a pair, over the last factor SPAN in time."""
    early, late = last_span(flow)
    gaps = [np.linalg.norm(x[pair.first, :-1] - pair.sign * x[pair.second, :-1]) for x in (early[1], late[1])]
    return float(-np.log(gaps[1] / gaps[0]) / np.log(late[0] / early[0])) if min(gaps) > 0 else float("inf")

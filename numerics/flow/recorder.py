"""Collects the course of a flow."""

from __future__ import annotations

import numpy as np

from numerics.flow.field import State
from numerics.flow.result import Trajectory
from numerics.problem import Array

#: Snapshots are kept at times that grow by this factor.
SNAPSHOT_RATIO = 1.2


class Recorder:
    """Collects the trajectory. Approximation."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._rows: list[tuple[float, float, float]] = []
        self._snapshots: list[tuple[float, Array]] = []
        self._next = 0.0

    def add(self, time: float, state: State) -> None:
        """Note an accepted point; one at the time of the last replaces it, unless that is the first."""
        if len(self._rows) > 1 and time == self._rows[-1][0]:
            self._rows.pop()
            if self._snapshots[-1][0] == time:
                self._snapshots.pop()
                self._next = time
        self._rows.append((time, state.loss, state.grad_inf))
        if time >= self._next:
            self._snapshots.append((time, state.y))
            self._next = max(time * SNAPSHOT_RATIO, 1e-6)

    def finish(self, time: float, state: State) -> Trajectory:
        """The trajectory, with the end point as its last snapshot."""
        if self._snapshots[-1][0] != time:
            self._snapshots.append((time, state.y))
        elif len(self._snapshots) > 1:
            # Neurons that leave zero at the end have been put in their place since.
            self._snapshots[-1] = (time, state.y)
        rows = np.array(self._rows)
        points = np.array([y for _, y in self._snapshots]).reshape(-1, *self._shape)
        times = np.array([t for t, _ in self._snapshots])
        return Trajectory(rows[:, 0], rows[:, 1], rows[:, 2], times, points)


def balance_drift(points: Array) -> float:
    r"""Largest change of :math:`a_i^2 - |w_i|^2` along a trajectory, over all neurons. Approximation.

    Parameters
    ----------
    points : ndarray, shape (m, n, dim + 1)
    """
    balance = points[:, :, -1] ** 2 - (points[:, :, :-1] ** 2).sum(axis=2)
    return float(np.abs(balance - balance[0]).max())

"""The course of a flow in a hundred points: loss and gradient norm at times log-spaced from first step to last."""

from __future__ import annotations

import numpy as np

from numerics.flow.result import Trajectory
from numerics.problem import Array

#: Points of a stored course.
POINTS = 100


def course(trajectory: Trajectory) -> Array:
    r"""Time, loss and gradient norm at the initial point and at log-spaced times. Approximation.

    The first time is 0 (or that of the trajectory's beginning); the others run from the first accepted step to the
    last, :math:`t_i = t_1 (t_m / t_1)^{(i-1)/(m-1)}`. Between steps the values are linear in the logarithms (where a
    loss is not positive, by rounding, linear in the loss). Both ends are the trajectory's own numbers.

    Parameters
    ----------
    trajectory : Trajectory

    Returns
    -------
    ndarray, shape (3, 100)
        Shape (3, 1) for a flow that never took a step.

    Examples
    --------
    >>> one = np.array([0.0, 1.0, 100.0])
    >>> thinned = course(Trajectory(one, 1 / (1 + one), 1 / (1 + one), one, one))
    >>> thinned.shape, [float(x) for x in thinned[0, [0, 1, -1]]]
    ((3, 100), [0.0, 1.0, 100.0])
    """
    rows = np.array([trajectory.time, trajectory.loss, trajectory.grad_inf])
    if rows.shape[1] < 2:
        return rows
    # A continuation may repeat the time at which it began.
    rows = rows[:, np.concatenate([[True], np.diff(rows[0]) > 0])]
    if rows.shape[1] < 2:
        return rows
    first, last = rows[0, 1], rows[0, -1]
    time = np.geomspace(first, last, POINTS - 1)
    time[0], time[-1] = first, last
    values = [_interpolated(time, rows[0, 1:], row[1:]) for row in rows[1:]]
    return np.column_stack([rows[:, 0], np.array([time, *values])])


def _interpolated(time: Array, known: Array, values: Array) -> Array:
    """Values between steps, linear in log-log, or against the logarithm of time where one is not positive."""
    linear = np.interp(np.log(time), np.log(known), values)
    positive = values > 0
    logarithms = np.log(np.where(positive, values, 1.0))
    geometric = np.exp(np.interp(np.log(time), np.log(known), logarithms))
    after = np.clip(np.searchsorted(known, time), 1, len(known) - 1) if len(known) > 1 else np.zeros(len(time), int)
    safe = positive[after] & positive[after - 1]
    found = np.where(safe, geometric, linear)
    # exp(log x) is not x: steps themselves stand as they were.
    found[0], found[-1] = values[0], values[-1]
    return np.asarray(found)

"""What a gradient flow returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from numerics.problem import Array


class Stop(Enum):
    """Why an integration ended; the value is a sentence."""

    GRADIENT = "the gradient's infinity norm reached grad_tol"
    TIME = "the time limit was reached"
    STEPS = "the limit on the number of steps was reached"
    EARLY = "finished early: the loss is convex from here down to the minimum that Newton's method reaches"
    STEP_SIZE = "the step size fell below the resolution of the time"


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The course of a flow. Approximation.

    Attributes
    ----------
    time, loss, grad_inf : ndarray, shape (accepted steps + 1,)
        At the initial point and after every accepted step. ``loss`` never increases by more than rounding.
    snapshot_time : ndarray, shape (m,)
        Times of the stored points, thinned so that each is at least 1.2 times the one before.
    snapshots : ndarray, shape (m, n, dim + 1)
        The stored points; the first is the initial one and the last is the end point.
    """

    time: Array
    loss: Array
    grad_inf: Array
    snapshot_time: Array
    snapshots: Array


@dataclass(frozen=True, eq=False)
class Flow:
    """End point and course of a gradient flow. Approximation.

    Attributes
    ----------
    theta : ndarray, shape (n, dim + 1)
        End point.
    time : float
        Flow time at the end point, on the clock of ``d theta / dt = -grad L``.
    loss : float
        Full mean squared error at the end point.
    grad_inf : float
        Infinity norm of the gradient there.
    steps, rejected : int
        Accepted and rejected steps.
    evaluations, hessians : int
        Evaluations of the gradient and of the Hessian.
    method : str
        The integrators that ran, joined by ``+``: ``"Rodas5P"``, ``"RKC2"`` and ``"NDF"``.
    stop : Stop
        Why it ended.
    step_size : float
        The step that would have been tried next; ``first_step`` for a continuation.
    trajectory : Trajectory
    minimum : ndarray, shape (n, dim + 1), or None
        Where Newton's method arrived, if the flow finished early.
    """

    theta: Array
    time: float
    loss: float
    grad_inf: float
    steps: int
    rejected: int
    evaluations: int
    hessians: int
    method: str
    stop: Stop
    step_size: float
    trajectory: Trajectory
    minimum: Array | None = None

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
    FAR = "a weight grew beyond the size from which on it is asked where it runs"
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
class Event:
    r"""A neuron's incoming vector reached zero, or left it (ReLU). Approximation.

    Attributes
    ----------
    kind : str
        ``"died"`` or ``"revived"``.
    neuron : int
    time : float
    balance : float
        :math:`a_i^2 - |w_i|^2`, which the flow conserves; at the event :math:`a_i^2`.
    outgoing : float
        :math:`a_i` at the event.
    direction : ndarray, shape (dim,)
        Unit vector along which it arrived or leaves.
    margin : float
        The lowest value of :math:`a_i G(e)` over unit vectors e that was found, G being the residual that a unit in
        direction e sees: at least 0 as long as the neuron stays dead.
    """

    kind: str
    neuron: int
    time: float
    balance: float
    outgoing: float
    direction: Array
    margin: float


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
        The integrators that ran, joined by ``+``: ``"Rodas5P"``, ``"RKC2"`` and ``"NDF"``, and ``"LSODA"`` up to the
        death of a neuron.
    stop : Stop
        Why it ended.
    step_size : float
        The step that would have been tried next; ``first_step`` for a continuation.
    trajectory : Trajectory
    minimum : ndarray, shape (n, dim + 1), or None
        Where Newton's method arrived, if the flow finished early.
    events : tuple of Event
        Deaths and revivals in order of time (ReLU).
    dead : tuple of int
        Neurons with a zero incoming vector at the end point (ReLU).
    balance_drift : float or None
        Largest change of :math:`a_i^2 - |w_i|^2`, which the exact flow conserves, over all neurons and snapshots;
        None where it is no invariant (other activations, outgoing weights held).
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
    events: tuple[Event, ...] = ()
    dead: tuple[int, ...] = ()
    balance_drift: float | None = None

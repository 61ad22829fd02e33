"""Gradient flow with an integrator chosen by cost, until the gradient is small."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from numerics.flow.choice import Choice
from numerics.flow.field import GradientField, State
from numerics.flow.finish import EarlyFinish
from numerics.flow.recorder import Recorder, balance_drift
from numerics.flow.result import Flow, Stop
from numerics.flow.tolerance import ABSOLUTE, Tolerance
from numerics.kernels import HOMOGENEOUS, RAMPS
from numerics.problem import Array, Problem, finite_array
from numerics.rectified.events import Watch

METHODS = ("auto", "Rodas5P", "RKC2")
#: Norms of GELU and SiLU beyond which a flow stops, since such weights may grow for ever, and how much larger
#: outgoing weights may become: neurons differ by 1e-4 (rectified limit) and 1e-3 (linear) from their limits then.
FARTHEST, OUTGOING = 100.0, 10.0


def _positive(name: str, value: float, *, zero: bool = False) -> float:
    if not isinstance(value, int | float | np.floating | np.integer) or isinstance(value, bool):
        raise ValueError(f"{name}: got {value!r}, needs a number")
    if not (value > 0 or (zero and value == 0)):
        raise ValueError(f"{name}: got {value!r}, needs a positive number")
    return float(value)


def gradient_flow(
    problem: Problem,
    theta0: ArrayLike,
    *,
    grad_tol: float = 5e-8,
    rtol: float = 1e-6,
    atol: float = ABSOLUTE,
    max_time: float = 1e16,
    max_steps: int = 20_000,
    method: str = "auto",
    start_time: float = 0.0,
    first_step: float | None = None,
    early_finish: bool = False,
    farthest: float | None = None,
) -> Flow:
    r"""Integrate gradient flow until the gradient is small. Approximation.

    .. math:: \frac{d\theta}{dt} = -\nabla L(\theta), \qquad \text{until } \|\nabla L\|_\infty \le
              \texttt{grad\_tol}

    Small systems are integrated by Rodas5P with the exact Hessian, large ones by RKC2 with a change to NDF or
    Rodas5P (and back) where a step of it costs less. A step is accepted if its estimated error is within
    tolerance and the loss does not increase by more than the rounding of its evaluation.

    A small gradient is not convergence: this landscape is nearly flat around copy-average points, and there
    are channels to infinity along which the gradient tends to zero. Polish and match the end point.

    For ReLU, whose loss is not differentiable where an incoming vector is zero, the arrival of a neuron there is
    located as an event. The neuron stays, its outgoing weight frozen, as long as no direction in which it could leave
    decreases the loss, and else leaves along the lowest minimiser; see ``numerics.rectified.events``.

    Parameters
    ----------
    problem : Problem
    theta0 : array_like, shape (n, dim + 1)
        Initial point; row i is ``(w_i, a_i)``. With ``fixed_outgoing``, its last column must be that array.
    grad_tol : float
        Bound on the infinity norm of the gradient of the full mean squared error.
    rtol, atol : float
        Tolerances of the local error per step, relative and absolute, in the root mean square; relative to the
        length of each neuron's incoming vector and to each outgoing weight.
    max_time : float
        Bound on the flow time.
    max_steps : int
        Bound on the number of attempted steps.
    method : {"auto", "Rodas5P", "RKC2"}
        Integrator; ``"auto"`` chooses by the cost of a step.
    start_time : float
        Time at ``theta0``, for a continuation.
    first_step : float, optional
        First step to try; default from the size of the gradient.
    early_finish : bool
        Stop as soon as Newton's method, kept to where the loss is convex, says where the flow must end
        (``Stop.EARLY``, with that point in ``minimum``); see ``numerics.flow.finish``. Without effect where outgoing
        weights are held and for ReLU, whose critical points are never isolated.
    farthest : float, optional
        Stop (``Stop.FAR``) where an incoming vector's norm exceeds this or an outgoing weight ten times this. By
        default 100 for GELU and SiLU, some of whose neurons become rectified or linear at infinity
        (``numerics.ramps``), and no bound for the others.

    Returns
    -------
    Flow

    Raises
    ------
    ValueError
        If an argument is out of range, or the loss is not finite at ``theta0``.

    Examples
    --------
    >>> from numerics import Problem, gradient_flow, initial_weights
    >>> problem = Problem(2, 3)
    >>> flow = gradient_flow(problem, initial_weights(problem, seed=0))
    >>> flow.stop.name, f"{flow.loss:.10f}"
    ('GRADIENT', '0.0232216806')
    """
    for name, value in (("grad_tol", grad_tol), ("rtol", rtol), ("atol", atol), ("max_time", max_time)):
        _positive(name, value)
    if isinstance(max_steps, bool) or not isinstance(max_steps, int) or max_steps < 0:
        raise ValueError(f"max_steps: got {max_steps!r}, needs an integer of at least 0")
    if method not in METHODS:
        raise ValueError(f"method: got {method!r}, known are {', '.join(METHODS)}")
    theta = finite_array("theta0", theta0, problem.shape)
    if problem.fixed_outgoing is not None and not np.array_equal(theta[:, -1], problem.fixed_outgoing):
        raise ValueError("theta0: its last column differs from fixed_outgoing, needs those values")
    field = GradientField(problem)
    with np.errstate(all="ignore"):
        state = field.state(theta.ravel())
        if not state.finite:
            raise ValueError("theta0: the loss is not finite there, needs weights of moderate size")
        smooth = problem.activation not in HOMOGENEOUS
        h = 1e-3 / max(state.grad_inf, 1e-10) if first_step is None else _positive("first_step", first_step)
        tolerance = Tolerance(field, rtol, atol)
        farthest = far_from(problem) if farthest is None else farthest
        run = _Integration(
            field,
            Choice(field, tolerance, method),
            tolerance,
            _positive("start_time", start_time, zero=True),
            h,
            early_finish and problem.fixed_outgoing is None and smooth,
            None if smooth else Watch(field, state, rtol, atol),
            _positive("farthest", farthest),
        )
        return run.until(state, grad_tol, max_time, max_steps)


def far_from(problem: Problem) -> float:
    """The bound on norms that flows have by default. Exact."""
    return FARTHEST if problem.activation in RAMPS and problem.fixed_outgoing is None else float("inf")


class _Integration:
    """The loop over steps, with the step-size control."""

    def __init__(
        self,
        field: GradientField,
        choice: Choice,
        tolerance: Tolerance,
        time: float,
        h: float,
        early: bool,
        watch: Watch | None,
        farthest: float,
    ) -> None:
        self._field, self._choice, self._tolerance = field, choice, tolerance
        self._time, self._h = time, h
        self._steps = self._rejected = 0
        self._used: dict[str, None] = {}
        self._recorder = Recorder(field.shape)
        self._finish = EarlyFinish(field, choice) if early else None
        self._watch, self._farthest = watch, farthest

    def until(self, state: State, grad_tol: float, max_time: float, max_steps: int) -> Flow:
        self._recorder.add(self._time, state)
        if self._watch is not None:
            self._watch.rouse(state, self._time)
        while True:
            stop = self._reason_to_stop(state, grad_tol, max_time, max_steps)
            if stop is not None and self._watch is not None and self._watch.rouse(state, self._time):
                state = self._watch.lift(state)
                stop = self._reason_to_stop(state, grad_tol, max_time, max_steps)
            if stop is not None:
                return self._flow(state, stop)
            minimum = self._finish.attempt(state) if self._finish is not None else None
            if minimum is not None:
                return replace(self._flow(state, Stop.EARLY), minimum=minimum.reshape(self._field.shape))
            self._h = min(self._choice.limit(state, self._h), max_time - self._time)
            if self._watch is None:
                state = self._step(state)
                continue
            arrived = self._watch.approach(state, self._time, self._h, max_time)
            if arrived is None:
                state = self._step(state)
                continue
            state, self._time = arrived
            self._steps += 1
            self._used["LSODA"] = None
            self._recorder.add(self._time, state)
            if self._watch.events and self._watch.events[-1].time == self._time:
                self._watch.rouse(state, self._time)

    def _reason_to_stop(self, state: State, grad_tol: float, max_time: float, max_steps: int) -> Stop | None:
        if state.grad_inf <= grad_tol and (self._watch is None or self._watch.settled(state, grad_tol)):
            return Stop.GRADIENT
        if self._time >= max_time:
            return Stop.TIME
        if isfinite(self._farthest) and self._far(state):
            return Stop.FAR
        if self._steps + self._rejected >= max_steps:
            return Stop.STEPS
        if self._h <= 4e-16 * self._time or not isfinite(self._h) or self._h < 1e-290:
            return Stop.STEP_SIZE
        return None

    def _far(self, state: State) -> bool:
        """Whether an incoming vector or an outgoing weight is beyond the bound."""
        theta = state.y.reshape(self._field.shape)
        longest = np.einsum("ij,ij->i", theta[:, :-1], theta[:, :-1]).max()
        return bool(max(longest, (theta[:, -1] ** 2).max() / OUTGOING**2) > self._farthest**2)

    def _step(self, state: State) -> State:
        """Try one step; return the new state if accepted, else the old one with a shorter step set."""
        stepper = self._choice.current
        attempt = stepper.attempt(state, self._h)
        if attempt is None:
            return self._reject(state, 0.5)
        y, error = attempt
        new = self._field.state(y)
        if not new.finite:
            return self._reject(state, 0.25)
        error = stepper.complete_error(error, new, self._h)
        size = self._tolerance.norm(error, state.y, y)
        if not size <= 1:
            factor = stepper.factor(size)
            return self._reject(state, factor if isfinite(factor) else 0.2)
        if new.loss > state.loss and new.loss > state.loss + self._field.rounding(y) + self._field.rounding(state.y):
            return self._reject(state, 0.5)
        if self._watch is not None and self._watch.dead:
            done, new = self._part(state, new, self._watch)
        else:
            done = self._h
        self._time += done
        self._h *= stepper.accepted(state, new, size)
        self._steps += 1
        self._used[stepper.name] = None
        self._recorder.add(self._time, new)
        return new

    def _part(self, state: State, new: State, watch: Watch) -> tuple[float, State]:
        """The part of a step up to where a dead neuron leaves zero or one joins that has, and the state there."""
        stepper = self._choice.current

        def point(part: float) -> Array | None:
            attempt = stepper.attempt(state, part)
            return None if attempt is None else attempt[0]

        part = watch.shorten(new, self._h, point)
        if part < self._h:
            y = point(part)
            # A shorter step than one that could be made can be made.
            new = new if y is None else self._field.state(y)
            part = self._h if y is None else part
        return part, watch.after(new, self._time + part, part)

    def _reject(self, state: State, factor: float) -> State:
        self._rejected += 1
        self._h *= factor
        self._choice.current.rejected()
        return state

    def _flow(self, state: State, stop: Stop) -> Flow:
        trajectory = self._recorder.finish(self._time, state)
        invariant = self._watch is not None and self._field.problem.fixed_outgoing is None
        return Flow(
            theta=state.y.reshape(self._field.shape).copy(),
            time=self._time,
            loss=state.loss,
            grad_inf=state.grad_inf,
            steps=self._steps,
            rejected=self._rejected,
            evaluations=self._field.evaluations,
            hessians=self._field.hessians,
            method="+".join(sorted(self._used, reverse=True)) or self._choice.current.name,
            stop=stop,
            step_size=self._h,
            trajectory=trajectory,
            events=() if self._watch is None else tuple(self._watch.events),
            dead=() if self._watch is None else tuple(self._watch.dead),
            balance_drift=balance_drift(trajectory.snapshots) if invariant else None,
        )

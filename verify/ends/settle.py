"""From the end of a flow to what it converges to: polish, and where that fails, find out why.

A small gradient is not convergence. If Newton's method does not contract to a non-degenerate minimum, the
flow goes on below ``grad_tol``; it then leaves a saddle that it was passing, or shows that it approaches a
line of critical points or runs to infinity.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from numerics.flat_precise import polish_flat_precise
from numerics.flow.integrate import far_from, gradient_flow
from numerics.flow.result import Flow, Stop, Trajectory
from numerics.inertia import Inertia, inertia, lowest_eigenvalue
from numerics.kernels import HOMOGENEOUS
from numerics.newton import Polished, polish
from numerics.problem import Problem
from verify.ends.channel import Channel, OtherChannel, channel, other_channel
from verify.ends.continuum import NEAR, OWN_THEORY, Continuum, continuum
from verify.ends.cubic import SecondChannel, second_channel
from verify.ends.degenerate import Degenerate, degenerate
from verify.ends.dormant import Dormant, dormant
from verify.ends.duplicated import Duplicated, duplicated
from verify.ends.infinity import Unbounded, unbounded
from verify.ends.waking import Woken, wake

#: Each continuation asks for a gradient smaller by this factor.
STRIDE = 0.1
#: Tolerance of a continuation; looser, its noise in stiff directions hides the gradient of a channel.
TIGHT = 1e-7
#: The same for weights that grow further, where steps are short anyway.
LOOSE = 1e-6
#: Gradients below this are rounding noise.
FLOOR = 2e-13
#: Saddles that a flow may pass below that floor before it is given up.
MAX_SADDLES = 4
#: Gradient to which a flow is integrated after it has left a saddle.
RESUMED = 5e-9
#: Time given to the flow to leave a saddle, over the time scale of its instability.
PATIENCE = 40.0
#: Factor by which weights may grow further where they were found not to be on their way to infinity, and how far.
FARTHER, FARTHEST = 2.0, 1000.0


@dataclass(frozen=True)
class PassedSaddle:
    """The flow came so near to a saddle that its gradient fell below the floor. Approximation.

    Attributes
    ----------
    time : float
    grad_inf : float
        Gradient there; at or below rounding (about 1e-15) the side on which the flow leaves is not certain.
    lambda_min : float
        Smallest Hessian eigenvalue there.
    woken : Woken or None
        How the flow left it, where that eigenvalue is zero.
    """

    time: float
    grad_inf: float
    lambda_min: float
    woken: Woken | None = None


@dataclass(frozen=True, eq=False)
class End:
    """Where a flow ends. Approximation.

    Attributes
    ----------
    flow : Flow
        The flow, run on below ``grad_tol`` where that was needed.
    polished : Polished
        The critical point; the flow's end where none was found.
    inertia : Inertia or None
        Of the Hessian at the critical point.
    duplicated : Duplicated or None
    channel : Channel or None
    other_channel : OtherChannel or None
        The same with its limit, for other activations than erf.
    dormant : Dormant or None
    continuum : Continuum or None
    unbounded : Unbounded or None
    degenerate : Degenerate or None
    second_channel : SecondChannel or None
        A channel of three students (cube).
    saddles : tuple of PassedSaddle
        Saddles that the flow passed with a gradient below the floor of double precision.
    """

    flow: Flow
    polished: Polished
    inertia: Inertia | None = None
    duplicated: Duplicated | None = None
    channel: Channel | None = None
    dormant: Dormant | None = None
    continuum: Continuum | None = None
    unbounded: Unbounded | None = None
    degenerate: Degenerate | None = None
    other_channel: OtherChannel | None = None
    second_channel: SecondChannel | None = None
    saddles: tuple[PassedSaddle, ...] = field(default=())

    @property
    def converged(self) -> bool:
        """Whether a critical point was found that the flow converges to."""
        away = (self.channel, self.unbounded, self.second_channel)
        return self.polished.converged and all(run is None for run in away)


def settle(problem: Problem, flow: Flow, *, dps: int = 50) -> End:
    """Find what a flow converges to. Approximation.

    Parameters
    ----------
    problem : Problem
    flow : Flow
    dps : int
        Digits of the critical point.

    Returns
    -------
    End
        With a critical point that is a strict minimum if Newton's method contracts to one; else, with the flow
        run on as far as double precision goes, whatever was found.
    """
    saddles: list[PassedSaddle] = []
    if flow.minimum is not None:
        polished = polish(problem, flow.minimum, dps=dps)
        found = inertia(problem, polished.double()) if polished.converged else None
        if found is not None and found.minimum:
            return End(flow, polished, found)
        # Not what it looked like: the flow itself decides.
        flow = continue_flow(problem, flow, grad_tol=RESUMED)
    asked_for, farthest = flow.grad_inf, far_from(problem)
    # For ReLU duplicated neurons are collinear ones, which polish merges; its inertia is that on the quotient.
    smooth = problem.activation not in HOMOGENEOUS
    while True:
        polished = polish(problem, flow.theta, dps=dps)
        found = inertia(problem, polished.double()) if polished.converged else None
        if found is not None and found.minimum:
            return End(flow, polished, found, saddles=tuple(saddles))
        special = _not_isolated(problem, flow, polished, dps) if smooth else None
        if special is not None:
            return replace(special, saddles=tuple(saddles))
        if smooth and flow.grad_inf <= STRIDE * asked_for:
            # Looked for only after a continuation: the rates need room in time.
            line = duplicated(problem, flow, dps=dps)
            at = None if line is None else inertia(problem, line.point.double())
            # Beyond the ends of the stretch of minima lines of duplicates are of saddles: flows pass them.
            if line is not None and at is not None and (at.negative == 0 or problem.activation in OWN_THEORY):
                return End(flow, line.point, at, line, saddles=tuple(saddles))
            if problem.activation in OWN_THEORY:
                run = channel(flow, problem.activation)
                if run is not None:
                    return End(flow, polished, channel=run, saddles=tuple(saddles))
            else:
                other = other_channel(problem, flow)
                if other is not None:
                    return End(flow, polished, channel=other.channel, other_channel=other, saddles=tuple(saddles))
            valley = degenerate(problem, flow, dps=dps) if problem.activation not in OWN_THEORY else None
            if valley is not None:
                at = inertia(problem, valley.point.double())
                return End(flow, valley.point, at, degenerate=valley, saddles=tuple(saddles))
        if flow.stop is Stop.FAR and farthest < FARTHEST:
            farthest *= FARTHER
            flow = continue_flow(problem, flow, grad_tol=min(asked_for, RESUMED), rtol=LOOSE, farthest=farthest)
            continue
        if flow.stop is not Stop.GRADIENT:
            return End(flow, polished, found, saddles=tuple(saddles))
        if flow.grad_inf > FLOOR:
            flow = continue_flow(problem, flow, grad_tol=max(flow.grad_inf * STRIDE, FLOOR), farthest=farthest)
            continue
        saddle = _saddle(problem, flow) or (_degenerate(problem, flow, dps) if not polished.converged else None)
        if saddle is None or len(saddles) == MAX_SADDLES:
            crossing = _crossing(problem, flow, dps) if smooth and not polished.converged else None
            if crossing is not None:
                return replace(crossing, saddles=tuple(saddles))
            asleep = dormant(problem, flow, dps=dps) if smooth and not polished.converged else None
            return End(flow, polished, found, dormant=asleep, saddles=tuple(saddles))
        saddles.append(saddle)
        flow = _leave(problem, flow, saddle)


def _not_isolated(problem: Problem, flow: Flow, polished: Polished, dps: int) -> End | None:
    """An end on a continuum of critical points, or weights that grow for ever; None for erf and ReLU."""
    run = unbounded(problem, flow)
    if run is not None:
        return End(flow, polished, unbounded=run)
    three = second_channel(problem, flow)
    if three is not None:
        return End(flow, polished, second_channel=three)
    flat = continuum(problem, flow, dps=dps)
    if flat is None:
        return None
    return End(flow, flat.flat.point, inertia(problem, flat.flat.point.double()), continuum=flat)


def _crossing(problem: Problem, flow: Flow, dps: int) -> End | None:
    """An end on a continuum near where it meets another, which only many digits show; None for erf and ReLU."""
    if problem.activation in OWN_THEORY:
        return None
    flat = polish_flat_precise(problem, flow.theta, dps=dps)
    if flat is None or flat.negative or flat.moved > NEAR:
        return None
    at = inertia(problem, flat.point.double())
    return End(flow, flat.point, replace(at, zero=flat.dimension), continuum=Continuum(flat, False))


def _saddle(problem: Problem, flow: Flow) -> PassedSaddle | None:
    """The saddle at the end of a flow, or None if no Hessian eigenvalue is clearly negative."""
    lowest = lowest_eigenvalue(problem, flow.theta)
    if lowest > -inertia(problem, flow.theta).threshold:
        return None
    return PassedSaddle(flow.time, flow.grad_inf, lowest)


def _degenerate(problem: Problem, flow: Flow, dps: int) -> PassedSaddle | None:
    """The degenerate saddle of a dormant neuron, with the point where the flow leaves it; not for erf and ReLU."""
    woken = None if problem.activation in OWN_THEORY else wake(problem, flow, dps=dps)
    return None if woken is None else PassedSaddle(flow.time, flow.grad_inf, 0.0, woken)


def _leave(problem: Problem, flow: Flow, saddle: PassedSaddle) -> Flow:
    """Run on for as long as the instability needs to grow from rounding to size, then to a small gradient."""
    if saddle.woken is not None:
        # The clock goes on as if there had been no wait: times of its size could not hold the steps to come.
        flow = replace(flow, theta=saddle.woken.theta, step_size=1e-3 * saddle.woken.pace)
        until = flow.time + PATIENCE * saddle.woken.pace
    else:
        until = flow.time + PATIENCE / abs(saddle.lambda_min)
    gone = continue_flow(problem, flow, grad_tol=np.finfo(float).tiny, max_time=until)
    return continue_flow(problem, gone, grad_tol=RESUMED)


def continue_flow(
    problem: Problem,
    flow: Flow,
    *,
    grad_tol: float,
    max_time: float = 1e16,
    rtol: float = TIGHT,
    max_steps: int = 20_000,
    early_finish: bool = False,
    farthest: float | None = None,
) -> Flow:
    """Run a flow on to a smaller gradient, or from where it was stopped. Approximation.

    Parameters
    ----------
    problem : Problem
    flow : Flow
    grad_tol : float
    max_time : float
        Bound on the time, counted from the beginning of the whole flow.
    rtol, max_steps, early_finish, farthest
        As of :func:`numerics.gradient_flow`, for this part.

    Returns
    -------
    Flow
        With the counts and the trajectory of both parts.
    """
    more = gradient_flow(
        problem,
        flow.theta,
        grad_tol=grad_tol,
        rtol=rtol,
        start_time=flow.time,
        first_step=flow.step_size,
        max_time=max_time,
        max_steps=max_steps,
        early_finish=early_finish,
        farthest=farthest,
    )
    first, second = flow.trajectory, more.trajectory
    methods = dict.fromkeys([*flow.method.split("+"), *more.method.split("+")])
    return replace(
        more,
        events=flow.events + more.events,
        steps=flow.steps + more.steps,
        rejected=flow.rejected + more.rejected,
        evaluations=flow.evaluations + more.evaluations,
        hessians=flow.hessians + more.hessians,
        method="+".join(sorted(methods, reverse=True)),
        trajectory=Trajectory(
            np.concatenate([first.time, second.time[1:]]),
            np.concatenate([first.loss, second.loss[1:]]),
            np.concatenate([first.grad_inf, second.grad_inf[1:]]),
            np.concatenate([first.snapshot_time, second.snapshot_time[1:]]),
            np.concatenate([first.snapshots, second.snapshots[1:]]),
        ),
    )

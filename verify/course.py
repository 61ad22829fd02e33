"""The course of a flow beyond double precision: to many digits, at one time, and as a theorem. Approximation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mp

from numerics.flow.integrate import gradient_flow
from numerics.flow.precise import PreciseFlow, precise_flow
from numerics.flow.result import Trajectory
from numerics.inertia import lowest_eigenvalue
from numerics.precision import Exact, infinity_norm, short, to_double, to_exact
from numerics.problem import Array, Problem
from verify.certificates.attempt import Proof
from verify.certificates.flow import FlowProof, prove_flow, told
from verify.certification import Certificate, with_basin
from verify.ends.settle import End

#: Digits of the trajectory over those of the gradient at its end.
SPARE = 5
#: Times the duration of the simulated flow after which a trajectory to many digits is given up.
PATIENCE = 100.0
#: Tolerance of a flow in double precision to a time that was asked for.
TIGHT = 1e-10

Progress = Callable[[str], object]


@dataclass(frozen=True, eq=False)
class Course:
    """What is known of a flow's course. Approximation.

    Attributes
    ----------
    record : dict
        Fields for the record of a run.
    at : ndarray of mpmath numbers, or None
        The point at the time that was asked for.
    proof : FlowProof or None
    """

    record: dict[str, Any]
    at: Exact | None = None
    proof: FlowProof | None = None


def course(
    problem: Problem,
    theta0: Array,
    end: End,
    proof: Proof | None,
    *,
    flow_dps: int | None = None,
    at: float | None = None,
    prove: bool = False,
    progress: Progress = lambda line: None,
) -> Course:
    """Integrate a flow to many digits, and prove that it converges where the simulation says. Approximation.

    Parameters
    ----------
    problem : Problem
    theta0 : ndarray, shape (n, dim + 1)
    end : End
        Of the flow in double precision.
    proof : Proof or None
        What was proved of its end.
    flow_dps : int, optional
        Digits of the trajectory.
    at : float, optional
        Time of a point that is wanted.
    prove : bool
    progress : callable, optional
        Called with a line on how far the work has come.

    Returns
    -------
    Course
    """
    record: dict[str, Any] = {}
    point = None
    if flow_dps is not None:
        flow = _precise(problem, theta0, end, flow_dps, at, progress)
        record["precise"] = _described(flow, end, proof)
        if at is not None and at <= flow.time:
            point = flow.at(at)
            record["precise"]["error_at"] = short(flow.error_at(at))
    elif at is not None:
        point = _double(problem, theta0, at)
    found = None
    if prove:
        found = _proved(problem, theta0, end, proof, progress)
        record["flow_proof"] = _proof_record(found)
    return Course(record, point, found)


def _precise(
    problem: Problem, theta0: Array, end: End, dps: int, at: float | None, progress: Progress
) -> PreciseFlow:
    longest = end.flow.time
    if end.converged:
        # A simulation may have finished early: the digits asked for take their time at the slowest time scale.
        slowest = abs(lowest_eigenvalue(problem, end.polished.double()))
        longest = max(longest * PATIENCE, dps * 10 / max(slowest, 1e-12))
    flow = precise_flow(
        problem,
        theta0,
        dps=dps,
        grad_tol=f"1e-{dps - SPARE}",
        max_time=max(longest, at or 0.0),
        progress=told(progress),
    )
    if at is not None and at > flow.time:
        # Later than the gradient asks for: run on, for the sake of the point.
        flow = precise_flow(problem, theta0, dps=dps, grad_tol="1e-100000", max_time=at, progress=told(progress))
    return flow


def _double(problem: Problem, theta0: Array, at: float) -> Exact:
    """The point at a time, in double precision."""
    if at == 0:
        return to_exact(theta0)
    flow = gradient_flow(
        problem, theta0, grad_tol=1e-300, rtol=TIGHT, atol=TIGHT * 1e-2, max_time=at, max_steps=10**6
    )
    return to_exact(flow.theta)


def _described(flow: PreciseFlow, end: End, proof: Proof | None) -> dict[str, Any]:
    """The trajectory for a record."""
    digits, when = correct_digits(flow, end.flow.trajectory)
    entered = None if proof is None else _entrance(flow, proof.certificate)
    with mp.workdps(flow.dps):
        gap = infinity_norm(flow.at(flow.time) - end.polished.theta) if end.converged else None
    return {
        "dps": flow.dps,
        "method": f"collocation of degree {flow.degree}, Newton in mixed precision",
        "reached": flow.reached,
        "stop": flow.stop,
        "time": flow.time,
        "grad_inf": short(flow.grad_inf),
        "pieces": len(flow.pieces),
        "gradients": flow.gradients,
        "error": short(max((flow.error_at(piece.end) for piece in flow.pieces), default=mp.mpf(0))),
        "distance_to_point": None if gap is None else short(gap),
        "double_digits": digits,
        "double_digits_time": when,
        "in_basin_from": entered,
    }


def correct_digits(flow: PreciseFlow, trajectory: Trajectory) -> tuple[float | None, float | None]:
    """Fewest correct digits of a trajectory in double precision, and the time of them. Approximation.

    Relative to the largest weight, at the stored points of the trajectory that the precise one covers.
    """
    worst, when = None, None
    for time, theta in zip(trajectory.snapshot_time.tolist(), trajectory.snapshots, strict=True):
        if not 0 < time <= flow.time:
            continue
        exact = flow.at(time)
        gap = float(infinity_norm(exact - to_exact(theta)))
        digits = 17.0 if gap == 0 else float(-np.log10(gap / float(infinity_norm(exact))))
        if worst is None or digits < worst:
            worst, when = digits, time
    return (None if worst is None else round(worst, 1)), when


def _entrance(flow: PreciseFlow, certificate: Certificate) -> float | None:
    """First end of a piece that lies in the certified basin."""
    if certificate.ellipsoid is None:
        return None
    for piece in flow.pieces:
        if with_basin(certificate, to_double(flow.at(piece.end))).basin:
            return piece.end
    return None


def _proved(problem: Problem, theta0: Array, end: End, proof: Proof | None, progress: Progress) -> FlowProof:
    if proof is None or not end.converged or end.duplicated is not None:
        return FlowProof(False, "the flow did not end at an isolated critical point")
    return prove_flow(problem, theta0, proof.certificate, duration=end.flow.time, progress=progress)


def _proof_record(found: FlowProof) -> dict[str, Any]:
    """The proof for a record."""
    return {
        "proved": found.proved,
        "why": found.why,
        "time": found.time,
        "error": found.error,
        "growth": found.growth,
        "digits": found.digits,
        "pieces": found.pieces,
        "hessians": found.hessians,
    }

"""One run: flow from a seed, settled, matched and described as in the JSON contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.flow.integrate import gradient_flow
from numerics.flow.result import Flow
from numerics.initial import initial_weights
from numerics.precision import Exact, decimal, short
from numerics.problem import Array, Problem
from numerics.teacher import Teacher
from verify.blocks.record import block_fields
from verify.certificates.attempt import Proof, prove
from verify.certificates.described import certified, proof_document, status
from verify.confirm import second_opinion
from verify.continua import compare as compare_continuum
from verify.course import Progress, course
from verify.ends import cubic, degenerate, infinity
from verify.ends.duplicated import unmerged
from verify.ends.limit import described, limit_end
from verify.ends.settle import End, settle
from verify.matching import Match, match
from verify.names import (
    CHANNEL,
    CONTINUUM,
    COPY_AVERAGE,
    DEGENERATE,
    DORMANT,
    DUPLICATED,
    RAN_ON,
    UNBOUNDED,
    UNCLASSIFIED,
    UNDECIDED,
    UP_TO_SCALE,
)
from verify.one_neuron import compare
from verify.rectified.record import fields


@dataclass(frozen=True)
class Task:
    """What one run needs to know; a run depends on nothing else. Exact.

    Attributes
    ----------
    n, k, dim : int
    activation, init : str
    seed, dps : int
    grad_tol, rtol : float
    max_steps : int
    certify : bool
        Whether to prove where the run ends.
    document : bool
        Whether to keep the certificate as a file's document.
    early : bool
        Whether to finish early where the loss is convex down to the minimum.
    confirm : bool
        Whether to ask a second, much more accurate flow whether it ends at the same point.
    flow_dps : int or None
        Digits of the trajectory itself, beside the one in double precision.
    prove_flow : bool
        Whether to prove that the flow from the initial point converges to the end.
    at : float or None
        Time at which the point of the trajectory is wanted.
    teacher : Teacher or None
        Another teacher than the first k unit vectors; of the same k and dim.
    """

    n: int
    k: int
    dim: int
    activation: str
    init: str
    seed: int
    dps: int
    grad_tol: float = 5e-8
    rtol: float = 1e-6
    max_steps: int = 20_000
    certify: bool = True
    document: bool = False
    early: bool = False
    confirm: bool = False
    flow_dps: int | None = None
    prove_flow: bool = False
    at: float | None = None
    teacher: Teacher | None = None

    def problem(self) -> Problem:
        """The problem that the task speaks of."""
        if self.teacher is not None:
            return self.teacher.problem(self.n, self.activation)
        return Problem(self.n, self.k, dim=self.dim, activation=self.activation)


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run. Approximation.

    Attributes
    ----------
    record : dict
        The run as in the JSON contract.
    theta0 : ndarray, shape (n, dim + 1)
        Initial point.
    theta : ndarray of mpmath numbers, shape (n, dim + 1)
        Polished point; the end of the flow where there is none.
    assignment : tuple of tuple of int, or None
        The teachers of each student, where a structure was found.
    document : dict or None
        The certificate as a file's document, where one was asked for and proved.
    certificate_seconds : float
        Time of the certificate; not part of the record, which depends on nothing but its task.
    at : ndarray of mpmath numbers, or None
        The point at the time that was asked for.
    proof_seconds : float
        Time of the proof that the flow converges.
    """

    record: dict[str, Any]
    theta0: Array
    theta: Exact
    assignment: tuple[tuple[int, ...], ...] | None
    document: dict[str, Any] | None = None
    certificate_seconds: float = 0.0
    at: Exact | None = None
    proof_seconds: float = 0.0


def run_task(task: Task, progress: Progress = lambda line: None) -> Run:
    """Flow from a seed, find out where it ends, and match. Approximation.

    Parameters
    ----------
    task : Task
    progress : callable, optional
        Called with a line on how far work beyond double precision has come.

    Returns
    -------
    Run
    """
    theta0, flow = start(task)
    return finish(task, theta0, flow, progress).run


@dataclass(frozen=True, eq=False)
class Finished:
    """A finished run with what was thrown away from its record. Approximation.

    Attributes
    ----------
    run : Run
    end : End
    found : Match
    """

    run: Run
    end: End
    found: Match


def start(task: Task) -> tuple[Array, Flow]:
    """The initial point of a run, and its flow as far as the task asks. Approximation."""
    problem = task.problem()
    theta0 = initial_weights(problem, init=task.init, seed=task.seed)
    flow = gradient_flow(
        problem,
        theta0,
        grad_tol=task.grad_tol,
        rtol=task.rtol,
        max_steps=task.max_steps,
        early_finish=task.early,
    )
    return theta0, flow


def finish(task: Task, theta0: Array, flow: Flow, progress: Progress = lambda line: None) -> Finished:
    """Find out where a flow ends, match and prove. Approximation.

    Parameters
    ----------
    task : Task
    theta0 : ndarray, shape (n, dim + 1)
        Where the flow began.
    flow : Flow
    progress : callable, optional
        As in ``run_task``.

    Returns
    -------
    Finished
    """
    problem = task.problem()
    end = settle(problem, flow, dps=task.dps)
    found = _match(problem, end)
    doubt = _undecided(task, theta0, end) if task.confirm else []
    proof, document = None, None
    if task.certify:
        proof = prove(problem, end, found, dps=task.dps)
        end = proof.end
        if task.document:
            document = proof_document(problem, proof)
    record = {"seed": task.seed, **describe(problem, end, found, task.dps, proof)}
    record["events"] += doubt
    way = course(
        problem,
        theta0,
        end,
        proof,
        flow_dps=task.flow_dps,
        at=task.at,
        prove=task.prove_flow,
        progress=progress,
    )
    record |= way.record
    spent = 0.0
    if way.proof is not None:
        spent = way.proof.seconds_curve + way.proof.seconds_proof
        document = way.proof.document or document if task.document else None
    seconds = proof.certificate.seconds if proof is not None else 0.0
    run = Run(record, theta0, end.polished.theta, _assignment(end, found), document, seconds, way.at, spent)
    return Finished(run, end, found)


def _undecided(task: Task, theta0: Array, end: End) -> list[dict[str, Any]]:
    """An event where a more accurate flow ends elsewhere."""
    opinion = second_opinion(task.problem(), theta0, end, rtol=task.rtol, grad_tol=task.grad_tol)
    if opinion.same:
        return []
    other = _special_name(opinion.end) or _match(task.problem(), opinion.end).structure
    return [{"event": UNDECIDED, "time": opinion.end.flow.time, "structure": other}]


def _assignment(end: End, found: Match) -> tuple[tuple[int, ...], ...] | None:
    """Teachers of each student of the whole network: merged students share theirs."""
    if found.assignment is None or end.duplicated is None:
        return found.assignment
    return unmerged(found.assignment, end.duplicated.pairs)


def _match(problem: Problem, end: End) -> Match:
    if end.duplicated is not None:
        return end.duplicated.match
    if end.converged:
        return match(problem, end.polished)
    why = problem.why_no_theory() or "the flow has not converged to a critical point"
    return Match(UNCLASSIFIED, why=why)


def describe(problem: Problem, end: End, found: Match, dps: int, proof: Proof | None = None) -> dict[str, Any]:
    """The fields of the JSON contract for one run, without its seed. Approximation.

    Losses and points carry ``dps`` digits as decimal strings; small quantities two digits.
    """
    n, k = problem.n, problem.k
    partition = list(found.partition) if found.partition else None
    optimal = found.structure == COPY_AVERAGE and partition == [1] * (n - 1) + [k - n + 1]
    named = _special_name(end)
    collinear = [[p.first, p.second] for p in end.duplicated.pairs] if end.duplicated else []
    one = compare(problem, end.polished, end.converged, end.unbounded)
    flat = end.continuum is not None or end.degenerate is not None
    claimed = compare_continuum(problem, end.polished, end.converged) if flat else None
    record: dict[str, Any] = {
        **({} if one is None else {"one_neuron": one}),
        **({} if claimed is None else {"claimed": claimed}),
        "converged": end.converged,
        "stop": _stop(end),
        "method": end.flow.method,
        "flow_grad_inf": end.flow.grad_inf,
        "flow_time": end.flow.time,
        "steps": end.flow.steps,
        "evaluations": end.flow.evaluations,
        "loss": decimal(end.polished.loss, min(dps, end.polished.dps)),
        "grad_inf": short(end.polished.grad_inf),
        "structure": named or found.structure,
        "partition": partition,
        "optimal": optimal and named is None,
        "distance": None if found.distance is None else short(found.distance),
        "runner_up": found.runner_up,
        "runner_up_distance": None if found.runner_up_distance is None else short(found.runner_up_distance),
        "index": end.inertia.negative if end.inertia else None,
        "zero_eigenvalues": end.inertia.zero if end.inertia else None,
        "certificate": None if proof is None else status(proof),
        "certified": None if proof is None else certified(proof),
        "dead": [],
        "collinear": collinear,
        "events": [
            {"event": "passed a saddle", "time": s.time, "grad_inf": s.grad_inf, "lambda_min": s.lambda_min}
            if s.woken is None
            else {
                "event": "passed a degenerate saddle",
                "time": s.time,
                "grad_inf": s.grad_inf,
                "student": s.woken.neuron,
                "outgoing": s.woken.outgoing,
                "slope": s.woken.slope,
                "wait": s.woken.wait,
            }
            for s in end.saddles
        ]
        + _ran_on(proof),
        "evidence": _evidence(problem, end, dps, prove=proof is not None),
        "why": found.why,
    }
    special = fields(problem, found, end.polished.double(), end.flow)
    scaling = end.continuum is not None and end.continuum.scaling
    flat = end.continuum is not None and not scaling
    special |= block_fields(problem, found, end.polished, scaling=scaling, flat=flat, dps=dps)
    special["events"] = special.get("events", []) + record["events"]
    return {**record, **special}


def _ran_on(proof: Proof | None) -> list[dict[str, Any]]:
    if proof is None or not proof.ran_on:
        return []
    flow = proof.end.flow
    return [{"event": RAN_ON, "time": flow.time, "grad_inf": flow.grad_inf}]


def _special_name(end: End) -> str | None:
    if end.channel is not None or end.second_channel is not None:
        return CHANNEL
    if end.duplicated is not None:
        return DUPLICATED
    if end.unbounded is not None:
        return UNBOUNDED
    if end.continuum is not None:
        return UP_TO_SCALE if end.continuum.scaling else CONTINUUM
    if end.degenerate is not None:
        return DEGENERATE
    return DORMANT if end.dormant is not None else None


def _stop(end: End) -> str:
    """A sentence on why the run ended."""
    if end.channel is not None or end.second_channel is not None:
        return "channel to infinity: no critical point is near, although the gradient tends to zero"
    if end.unbounded is not None:
        return "weights grow for ever: no critical point is near, although the gradient tends to zero"
    if end.dormant is not None:
        return "a neuron has gone dormant: double precision does not show when the flow leaves this degenerate saddle"
    if not end.converged:
        return f"not converged: {end.flow.stop.value}, and Newton's method does not contract from there"
    return end.flow.stop.value


def _evidence(problem: Problem, end: End, dps: int, *, prove: bool) -> dict[str, Any] | None:
    """What shows that a run ended as it is named, for ends that are not isolated critical points."""
    if end.channel is not None:
        c = end.channel
        return {
            "students": [c.pair.first, c.pair.second],
            "outgoing": list(c.outgoing),
            "growth_exponent": c.growth,
            "one_minus_cosine": c.one_minus_cosine,
            "separation": c.separation,
            "limit_loss": c.limit_loss,
            "limit": described(limit_end(problem, end.flow, c, dps=dps, prove=prove), dps)
            if end.other_channel is None
            else end.other_channel.described(),
        }
    if end.duplicated is not None:
        d = end.duplicated
        return {
            "students": [[p.first, p.second] for p in d.pairs],
            "outgoing": [[float(x) for x in end.polished.theta[[p.first, p.second], -1]] for p in d.pairs],
            "merged_structure": d.match.structure,
            "distance_to_line": d.distance,
            "shrinking_exponent": d.shrinking,
        }
    if end.continuum is not None:
        return {"dimension": end.continuum.flat.dimension, "distance_to_continuum": end.continuum.flat.moved}
    if end.second_channel is not None:
        return cubic.described(end.second_channel)
    if end.degenerate is not None:
        return degenerate.described(end.degenerate)
    if end.unbounded is not None:
        return infinity.described(end.unbounded)
    if end.dormant is not None:
        s = end.dormant
        return {
            "student": s.neuron,
            "outgoing": s.outgoing,
            "others_structure": s.match.structure,
            "others_partition": list(s.match.partition) if s.match.partition else None,
            "others_distance": s.distance,
        }
    return None


def weights_as_rows(theta: Exact, dps: int) -> list[list[str]]:
    """A point as rows of decimal strings. Approximation."""
    return [[decimal(x, dps) for x in row] for row in np.asarray(theta, dtype=object)]

"""The certificate of a run: of its end point, of the way there, or of the line that it approaches."""

from __future__ import annotations

from dataclasses import dataclass, replace

from numerics.flow.result import Stop
from numerics.problem import Problem
from verify.certificates.existence import Status
from verify.certificates.identity import identity_of
from verify.certificates.line import Line, Split, certify_line
from verify.certificates.rectified.certify import RectifiedCertificate
from verify.certification import Certificate, certify, with_basin
from verify.ends.duplicated import Duplicated
from verify.ends.settle import End, continue_flow
from verify.matching import Match
from verify.names import FINISHED_EARLY
from verify.rectified.identity import identical

#: Gradients below this are rounding noise, to which a flow is not run on.
FLOOR = 1e-14
#: Times that a flow is run on towards the basin.
CONTINUATIONS = 5


@dataclass(frozen=True, eq=False)
class Proof:
    """What was proved of a run. Enclosure.

    Attributes
    ----------
    end : End
        The run's end, its flow run on until it was inside the certified basin.
    certificate : Certificate
        Of the end point; of the merged network, where there is a line.
    line : Line or None
    ran_on : bool
        Whether the flow was run on for the sake of the basin.
    """

    end: End
    certificate: Certificate
    line: Line | None = None
    ran_on: bool = False


def prove(problem: Problem, end: End, found: Match, *, dps: int) -> Proof:
    """Certify where a run ended, and that its flow goes there. Enclosure.

    Parameters
    ----------
    problem : Problem
    end : End
    found : Match
        What the end point was matched with.
    dps : int

    Returns
    -------
    Proof
    """
    if end.duplicated is not None:
        merged, line = prove_line(problem, end.duplicated, dps=dps)
        return Proof(end, merged, line)
    if end.continuum is not None and end.continuum.scaling:
        # Up to the scales of its neurons, which certify leaves out.
        return Proof(end, certify(problem, end.continuum.flat.point, dps=dps))
    if end.continuum is not None:
        size = end.continuum.flat.dimension
        why = f"the critical point lies on a continuum of dimension {size}: no box around it holds one only"
        return Proof(end, Certificate(Status.UNKNOWN, why=why))
    if end.degenerate is not None:
        why = "the critical point is degenerate: no box around it can be shown to hold one only"
        return Proof(end, Certificate(Status.UNKNOWN, why=why))
    if end.unbounded is not None or end.second_channel is not None or end.channel is not None:
        return Proof(end, Certificate(Status.UNKNOWN, why="weights grow for ever: there is no point to certify"))
    if not end.converged:
        return Proof(end, Certificate(Status.UNKNOWN, why="the flow has not converged to a critical point"))
    if end.flow.stop is Stop.EARLY:
        # To run on into the basin would be to integrate the tail after all.
        certificate = certify(problem, end.polished, dps=dps, named=identity_of(found))
        return Proof(end, replace(certificate, why_no_basin=FINISHED_EARLY))
    certificate = certify(problem, end.polished, dps=dps, start=end.flow.theta, named=identity_of(found))
    if isinstance(certificate, RectifiedCertificate):
        certificate = replace(certificate, identity=identical(problem, certificate, found, dps=dps))
    return _run_on(problem, end, certificate)


def _run_on(problem: Problem, end: End, certificate: Certificate) -> Proof:
    """Continue the flow until its last point lies in the certified basin."""
    flow, ran_on = end.flow, False
    for _ in range(CONTINUATIONS):
        distance, reach = certificate.distance, certificate.reach
        if certificate.basin or distance is None or reach is None or flow.grad_inf <= FLOOR:
            break
        # Near the end distance and gradient shrink together, in the softest direction.
        tolerance = max(flow.grad_inf * min(0.5, 0.5 * reach / distance), FLOOR)
        flow, ran_on = continue_flow(problem, flow, grad_tol=tolerance), True
        certificate = with_basin(certificate, flow.theta)
    return Proof(replace(end, flow=flow), certificate, ran_on=ran_on)


def prove_line(problem: Problem, found: Duplicated, *, dps: int) -> tuple[Certificate, Line | None]:
    """Certify the merged network of duplicated neurons, and the line that its splits make. Enclosure.

    Parameters
    ----------
    problem : Problem
        Of the network with the duplicates.
    found : Duplicated
    dps : int

    Returns
    -------
    (Certificate, Line or None)
    """
    smaller = problem.with_neurons(problem.n - len(found.pairs))
    merged = certify(smaller, found.merged, dps=dps, named=identity_of(found.match))
    if merged.status is not Status.UNIQUE:
        return merged, None
    removed = {pair.second for pair in found.pairs}
    place = {i: j for j, i in enumerate(i for i in range(problem.n) if i not in removed)}
    splits = [Split(place[pair.first], share) for pair, share in zip(found.pairs, found.shares, strict=True)]
    return merged, certify_line(smaller, merged, splits)

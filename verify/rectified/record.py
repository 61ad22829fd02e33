"""Fields of the JSON contract that only homogeneous networks have. Exact."""

from __future__ import annotations

from typing import Any

from numerics.flow.result import Event, Flow
from numerics.problem import Array, Problem
from numerics.rectified.description import describe
from verify.matching import Match
from verify.names import UNCLASSIFIED
from verify.rectified.matching import upright
from verify.rectified.naming import Naming
from verify.rectified.network import RectifiedMatch


def event_record(event: Event) -> dict[str, Any]:
    """A death or revival as in the JSON contract. Exact."""
    return {
        "event": event.kind,
        "time": event.time,
        "neuron": event.neuron,
        "balance": event.balance,
        "outgoing": event.outgoing,
        "direction": [float(x) for x in event.direction],
        "margin": event.margin,
    }


def _companions(naming: Naming) -> list[dict[str, Any]]:
    """One entry for each neuron beyond the first of a direction."""
    return [
        {"role": company.role, "sign": sign}
        for company in naming.companies
        for sign in [1] * company.same + [-1] * company.opposite
    ]


def fields(problem: Problem, found: Match, polished: Array, flow: Flow | None = None) -> dict[str, Any]:
    """What a record says of dead and collinear neurons; nothing for other activations. Exact.

    Parameters
    ----------
    problem : Problem
    found : Match
    polished : ndarray, shape (n, dim + 1)
    flow : Flow, optional
        For its events and the drift of the balances.

    Returns
    -------
    dict
        ``neurons``: those left with dead ones removed and collinear ones merged. ``spare``: signs of the outgoing
        weights of dead neurons, and for each further neuron of a direction what the merged one does in the structure
        and whether it has that one's sign.
    """
    if not isinstance(found, RectifiedMatch):
        return {}
    small, naming = found.reduced, found.naming
    evidence: dict[str, Any] | None = None
    if found.structure == UNCLASSIFIED and len(small.signs):
        omega = small.omega * upright(problem, small.omega)[:, None]
        evidence = {"description": describe(omega @ problem.teacher.T, small.signs.astype(int))}
    course: dict[str, Any] = {}
    if flow is not None:
        course = {"balance_drift": flow.balance_drift, "events": [event_record(event) for event in flow.events]}
    return {
        "neurons": naming.neurons,
        "dead": list(naming.dead),
        "collinear": [list(company.neurons) for company in naming.companies],
        "spare": {"dead": list(naming.dead_signs), "collinear": _companions(naming)},
        "balance": [float(row[-1] ** 2 - row[:-1] @ row[:-1]) for row in polished],
        "evidence": evidence,
        **course,
    }

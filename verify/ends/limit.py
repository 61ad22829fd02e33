"""The limit network of a channel that a flow has entered: found by Newton's method and, where asked, proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.channel import ChannelLimit, LimitPoint, solve_limit
from numerics.flow.result import Flow
from numerics.precision import decimal, short
from numerics.problem import Problem
from verify.certificates.channel import LimitCertificate, certify_limit
from verify.certificates.described import LOSS_DIGITS, rounded
from verify.certificates.existence import Status
from verify.ends.channel import Channel

#: How far the flow may be from the limit that it is said to approach; off by O(eps^2), eps^2 = 1/a^2 < 0.02.
NEAR_LIMIT = 0.05
#: Digits of bounds.
DIGITS = 4


@dataclass(frozen=True, eq=False)
class LimitEnd:
    """Where a channel leads. Approximation.

    Attributes
    ----------
    point : LimitPoint
        The critical point of the limit problem.
    distance : float
        Infinity norm from the flow's end, in the unknowns of the limit problem.
    outgoing, separation : float
        ``c`` and ``|delta|`` of the limit network.
    coefficient : float
        C in ``L = L_inf + C eps^2``.
    rate : float
        ``b^4 / (4 C t)`` with outgoing weights c/2 +- b at time t; 1 in the limit by the claim ``erf-channel-rates``.
    certificate : LimitCertificate or None
        None where it was not asked for.
    """

    point: LimitPoint
    distance: float
    outgoing: float
    separation: float
    coefficient: float
    rate: float
    certificate: LimitCertificate | None = None


def limit_end(problem: Problem, flow: Flow, found: Channel, *, dps: int, prove: bool) -> LimitEnd | None:
    """Find the limit network of a channel from the flow's last point. Approximation.

    Parameters
    ----------
    problem : Problem
    flow : Flow
    found : Channel
    dps : int
    prove : bool
        Whether to certify it.

    Returns
    -------
    LimitEnd or None
        None if Newton's method finds no critical point of the limit problem near the flow's end, and for other
        activations than erf, whose limit problem is not known.
    """
    if problem.activation != "erf":
        return None
    limit = ChannelLimit(problem)
    pair = found.pair
    start = limit.of_network(flow.theta, pair.first, pair.second, pair.sign)
    point = solve_limit(limit, start, dps=dps)
    x = np.array([float(z) for z in point.x])
    distance = float(np.abs(x - start).max())
    if not point.converged or distance > NEAR_LIMIT:
        return None
    coefficient = float(limit.coefficient(x))
    _, _, delta, c = limit.unpack(x)
    half = (found.outgoing[0] - found.outgoing[1]) / 2
    return LimitEnd(
        point,
        distance,
        float(c),
        float(np.linalg.norm(delta)),
        coefficient,
        half**4 / (4 * coefficient * flow.time),
        certify_limit(limit, point, dps=dps) if prove else None,
    )


def described(end: LimitEnd | None, dps: int) -> dict[str, Any] | None:
    """The limit as it stands in a record; ``certified`` is null where that was not asked for. Approximation."""
    if end is None:
        return None
    found: dict[str, Any] = {
        "loss": decimal(end.point.loss, dps),
        "grad_inf": short(end.point.grad_inf),
        "distance": end.distance,
        "outgoing": end.outgoing,
        "separation": end.separation,
        "coefficient": end.coefficient,
        "rate": end.rate,
        "certified": None,
    }
    c = end.certificate
    if c is None:
        return found
    proved = c.status is Status.UNIQUE and c.radius is not None and c.loss is not None
    found["certified"] = proved
    if proved and c.loss is not None and c.coefficient is not None:
        found |= {
            "radius": rounded(c.radius, DIGITS, up=True),
            "uniqueness_radius": rounded(c.uniqueness_radius, DIGITS, up=False),
            "loss_bounds": [rounded(x, LOSS_DIGITS, up=up) for x, up in zip(c.loss, (False, True), strict=True)],
            "index": c.index,
            "lambda_min": None if c.lambda_min is None else rounded(c.lambda_min, DIGITS, up=False),
            "coefficient_bounds": [
                rounded(x, DIGITS, up=up) for x, up in zip(c.coefficient, (False, True), strict=True)
            ],
            "outward": c.outward,
        }
    return found if c.why is None else {**found, "why": c.why}

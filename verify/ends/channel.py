"""Channels to infinity: parallel students whose outgoing weights run to plus and minus infinity.

The pair acts like c sigma(w.x) + (delta.x) sigma'(w.x) with delta = a (w_1 - w_2). The outgoing weights grow
like t^(1/4), the loss falls to its limit like t^(-1/2) and the gradient like t^(-3/4), so that it passes any
bound in the end; no critical point is near. For erf, whose rates are claims with a certified limit, the exponent of
growth is enough to recognise one; for other activations the limit problem must have a minimum near by, and loss and
growth must be those that follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.channel_any import ExtrapolatedLimit, extrapolated_limit
from numerics.flow.result import Flow
from numerics.problem import Problem
from verify.ends.pairs import SPAN, Pair, last_span, pairs_of

#: Band for the exponent of growth of the outgoing weights, 1/4 in the limit.
EXPONENTS = (0.2, 0.3)


@dataclass(frozen=True)
class Channel:
    """Evidence for a channel to infinity. Approximation.

    Attributes
    ----------
    pair : Pair
    outgoing : tuple of float
        The two outgoing weights at the end, aligned: of opposite sign.
    growth : float
        Exponent of time with which they grow, 1/4 in the limit.
    one_minus_cosine : float
    separation : float
        ``|delta|``: outgoing weight times the distance of the incoming vectors, finite in the limit.
    limit_loss : float
        Loss extrapolated to infinite time.
    """

    pair: Pair
    outgoing: tuple[float, float]
    growth: float
    one_minus_cosine: float
    separation: float
    limit_loss: float


#: Measured over derived excess of the loss and growth (other activations): 1 up to 1/b.
BAND = (0.75, 1.5)
#: How far the flow may be from the limit, in its unknowns, and growth below which none is looked for.
NEAR, GROWING = 0.05, 0.1


@dataclass(frozen=True)
class OtherChannel:
    """Evidence for a channel to infinity of another activation than erf. Approximation.

    Attributes
    ----------
    channel : Channel
    limit : ExtrapolatedLimit
    excess : float
        Loss above the limit's, times b^2 over C, with outgoing weights c/2 +- b: 1 in the limit.
    rate : float
        Growth of b^4 over 4 C t, over the last span of time: 1 in the limit.
    """

    channel: Channel
    limit: ExtrapolatedLimit
    excess: float
    rate: float

    def described(self) -> dict[str, Any]:
        """The limit as it stands in a record. Approximation."""
        return {
            "loss": self.limit.loss,
            "grad_inf": self.limit.grad_inf,
            "distance": self.limit.distance,
            "coefficient": self.limit.coefficient,
            "lambda_min": self.limit.lowest,
            "excess": self.excess,
            "rate": self.rate,
            "certified": None,
        }


def other_channel(problem: Problem, flow: Flow) -> OtherChannel | None:
    """Recognise a channel of an activation other than erf, by its limit problem. Approximation."""
    if problem.n < 2 or problem.fixed_outgoing is not None:
        return None
    (time0, early), (time1, late) = last_span(flow)
    if time1 < SPAN * 0.9 * time0:
        return None
    for pair in pairs_of(problem.activation, late):
        first, second = late[pair.first], pair.aligned(late)
        half = abs(first[-1] - second[-1]) / 2
        before = abs(early[pair.first, -1] - pair.outgoing_sign * early[pair.second, -1]) / 2
        growth = float(np.log(half / before) / np.log(time1 / time0)) if before > 0 and half > 0 else 0.0
        if first[-1] * second[-1] >= 0 or growth < GROWING:
            continue
        limit = extrapolated_limit(
            problem, late, pair.first, pair.second, sign=pair.sign, outgoing_sign=pair.outgoing_sign
        )
        if limit is None or limit.coefficient <= 0 or limit.distance > NEAR:
            continue
        excess = (flow.loss - limit.loss) * half**2 / limit.coefficient
        rate = (half**4 - before**4) / (4 * limit.coefficient * (time1 - time0))
        if BAND[0] <= excess <= BAND[1] and BAND[0] <= rate <= BAND[1]:
            cosine = first[:-1] @ second[:-1] / np.linalg.norm(first[:-1]) / np.linalg.norm(second[:-1])
            separation = half * np.linalg.norm(first[:-1] - second[:-1])
            weights = (float(first[-1]), float(second[-1]))
            found = Channel(pair, weights, growth, float(1 - cosine), float(separation), limit.loss)
            return OtherChannel(found, limit, float(excess), float(rate))
    return None


def channel(flow: Flow, activation: str = "erf") -> Channel | None:
    """Recognise a channel to infinity by its rates. Approximation.

    A pair of opposite outgoing weights that grow like a power of time near 1/4 while their incoming vectors
    draw together at the same rate, so that the separation stays finite.

    Returns
    -------
    Channel or None
    """
    (time0, early), (time1, late) = last_span(flow)
    if time1 < SPAN * 0.9 * time0:
        return None
    for pair in pairs_of(activation, late):
        first, second = late[pair.first], pair.aligned(late)
        before = np.abs([early[pair.first, -1], early[pair.second, -1]])
        after = np.abs([first[-1], second[-1]])
        if first[-1] * second[-1] >= 0 or before.min() <= 0:
            continue
        # The difference of the two grows; their sum stays.
        span0 = abs(early[pair.first, -1] - pair.outgoing_sign * early[pair.second, -1])
        growth = float(np.log(abs(first[-1] - second[-1]) / span0) / np.log(time1 / time0))
        if EXPONENTS[0] <= growth <= EXPONENTS[1] and after.min() > before.min():
            cosine = first[:-1] @ second[:-1] / np.linalg.norm(first[:-1]) / np.linalg.norm(second[:-1])
            separation = 0.5 * abs(first[-1] - second[-1]) * np.linalg.norm(first[:-1] - second[:-1])
            return Channel(
                pair,
                (float(first[-1]), float(second[-1])),
                growth,
                float(1 - cosine),
                float(separation),
                _limit_loss(flow),
            )
    return None


def _limit_loss(flow: Flow) -> float:
    """Extrapolate L(t) = L_inf + c t^(-1/2) from the last factor SPAN in time."""
    time, loss = flow.trajectory.time, flow.trajectory.loss
    early = int(np.searchsorted(time, time[-1] / SPAN, side="right")) - 1
    x0, x1 = time[early] ** -0.5, time[-1] ** -0.5
    return float(loss[-1] - (loss[early] - loss[-1]) * x1 / (x0 - x1))

r"""Channels of second order (cube): three neurons draw together, their outgoing weights grow in the ratio 1 : -2 : 1.

With the coefficients :math:`c_i = a_i |w_i|^3` of order B, the loss is :math:`L_\infty + C / B`, and B grows by

.. math:: \dot B = \frac{C}{B^2 K}, \qquad K = \sum_i \frac{(dc_i/dB)^2}{|w_i|^6 + 9 a_i^2 |w_i|^4}

(the neurons' own scales are all that has to move; their directions turn by less), K of order :math:`B^{-3/2}` and so
B like :math:`t^{2/3}`, norms like :math:`t^{1/6}`. Asked for: a strict minimum of the limit problem near by, and a
flow that grows by this law with the C that its own loss above the limit's has.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from numerics.cubic_channel import CubicLimit, cubes, solve_cubic_limit
from numerics.flow.result import Flow
from numerics.problem import Array, Problem
from verify.ends.pairs import last_span

#: Cosines of the three from this on; coefficients from this multiple of the tensor's norm on.
PARALLEL, LARGE = 0.99, 30.0
#: How far the outgoing weights may be from 1 : -2 : 1, relative: they are off by the separation.
RATIO = 0.1
#: Distance of the tensors over the norm of the limit's: of the order of the separation.
NEAR = 0.05
#: Band for the measured over the derived growth, 1 in the limit.
BAND = (0.75, 1.33)


@dataclass(frozen=True, eq=False)
class SecondChannel:
    """Evidence for a channel of second order. Approximation.

    Attributes
    ----------
    triple : tuple of int
        That of the opposite sign first.
    coefficients : tuple of float
        a |w|^3 of the three.
    growth : float
        Exponent of time with which they grow: 2/3 in the limit.
    one_minus_cosine : float
        The largest.
    limit : CubicLimit
    distance : float
        From the flow's tensor to the limit's, over its norm.
    rate : float
        Measured over derived growth of B^(3/2), over the last span of time: 1 in the limit.
    """

    triple: tuple[int, int, int]
    coefficients: tuple[float, ...]
    growth: float
    one_minus_cosine: float
    limit: CubicLimit
    distance: float
    rate: float


def second_channel(problem: Problem, flow: Flow) -> SecondChannel | None:
    """Recognise a channel of second order. Approximation."""
    if problem.activation != "cube" or problem.n < 3 or problem.fixed_outgoing is not None:
        return None
    (time0, early), (time1, late) = last_span(flow)
    triple = _triple(late)
    if triple is None or time0 <= 0:
        return None
    point = solve_cubic_limit(problem, late, triple)
    if point is None or not point.minimum or not flow.loss > point.loss:
        return None
    whole = cubes(late[:, :-1], late[:, -1])
    distance = float(np.linalg.norm(whole - point.tensor) / np.linalg.norm(point.tensor))
    before, after = _coefficients(early)[list(triple)], _coefficients(late)[list(triple)]
    inner, outer = abs(before[0]) / 2, abs(after[0]) / 2
    if distance > NEAR or not 0 < inner < outer:
        return None
    rows = late[list(triple)]
    norms, a = np.linalg.norm(rows[:, :-1], axis=1), rows[:, -1]
    inertia = float(((after / outer) ** 2 / (norms**6 + 9 * a**2 * norms**4)).sum())
    pace = 1.5 * (flow.loss - point.loss) / (outer**0.5 * inertia)
    rate = (outer**1.5 - inner**1.5) / (pace * (time1 - time0))
    if not BAND[0] <= rate <= BAND[1]:
        return None
    growth = float(np.log(outer / inner) / np.log(time1 / time0))
    return SecondChannel(triple, tuple(map(float, after)), growth, 1 - _cosine(rows), point, distance, float(rate))


def _coefficients(theta: Array) -> Array:
    return np.asarray(theta[:, -1] * np.linalg.norm(theta[:, :-1], axis=1) ** 3)


def _cosine(rows: Array) -> float:
    """The smallest absolute cosine of some neurons."""
    unit = rows[:, :-1] / np.linalg.norm(rows[:, :-1], axis=1)[:, None]
    return float(np.abs(unit @ unit.T).min())


def _triple(theta: Array) -> tuple[int, int, int] | None:
    """Three nearly parallel neurons with large coefficients in the ratio -2 : 1 : 1, signs undone."""
    size = float(np.linalg.norm(cubes(theta[:, :-1], theta[:, -1])))
    coefficients = _coefficients(theta)
    for i, j, m in permutations(range(len(theta)), 3):
        if j > m or _cosine(theta[[i, j, m]]) < PARALLEL:
            continue
        signs = np.sign(theta[[i, j, m], :-1] @ theta[i, :-1])
        c = coefficients[[i, j, m]] * signs
        if abs(c[0]) > LARGE * size and np.abs(c / c[0] - (1, -0.5, -0.5)).max() < RATIO:
            return i, j, m
    return None


def described(end: SecondChannel) -> dict[str, Any]:
    """The evidence as it stands in a record. Approximation."""
    return {
        "students": list(end.triple),
        "coefficients": list(end.coefficients),
        "growth_exponent": end.growth,
        "one_minus_cosine": end.one_minus_cosine,
        "limit_loss": end.limit.loss,
        "limit_grad_inf": end.limit.grad_inf,
        "limit_lambda_min": end.limit.lowest,
        "limit_distance": end.distance,
        "rate": end.rate,
    }

"""Weights that grow for ever (GELU, SiLU): the limit network, found by Newton's method, and how it is approached.

A large norm shows nothing. Three things are asked for: the limit problem of ``numerics.ramps`` has a strict minimum
near the flow's end; the loss falls outwards there, for each neuron at infinity; and the flow is on its way to it,
its loss above the limit's by what the neurons' distance from infinity accounts for, and its weights growing at the
rate that follows from that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.flow.result import Flow
from numerics.kernels import RAMPS
from numerics.problem import Array, Problem
from numerics.ramps import FINITE, LINEAR, RECTIFIED, RampLimit, RampPoint
from verify.ends.pairs import last_span

#: Norms and outgoing weights from which on neurons may be on their way to infinity, if they have grown by this factor
#: over the last span of time (for ever: 10^(1/4) and 10^(1/3)).
LARGE, GROWN = 10.0, 1.25
#: How far the flow may be from the limit, over the size of the unknowns: 1/100 for linear neurons, and room.
NEAR = 0.05
#: How far apart incoming vectors may be that become one, over their length.
SAME = 0.05
#: Bands for measured over derived, both 1 in the limit: what is left of order 1/|a|, and transients of the growth.
BAND, RATES = (0.75, 1.33), (0.5, 2.0)
#: Eigenvalues of the limit's Hessian must be above this part of the largest.
DEFINITE = 1e-9


@dataclass(frozen=True, eq=False)
class Unbounded:
    """Evidence that weights grow for ever. Approximation.

    Attributes
    ----------
    neurons : tuple of tuple of int
        Neurons that act as one at infinity: one each, or several that share an incoming vector.
    kinds : tuple of str
        ``"rectified"`` or ``"linear"``, for each of them.
    sizes : tuple of float
        Norms of rectified ones and (summed) outgoing weights of linear ones at the end of the flow.
    coefficients : tuple of float
        C of the loss terms C / size^2 and C / size.
    rates : tuple of float
        Growth of size^4 over 8 C t, and of size^3 over 3 C t (for each of the neurons in it), over the last span of
        time: 1 in the limit.
    limit : RampPoint
        The minimum of the limit problem.
    excess : float
        Loss above the limit's, over what the coefficients account for: 1 in the limit.
    distance : float
        Infinity norm from the flow's end, in the unknowns of the limit problem.
    """

    neurons: tuple[tuple[int, ...], ...]
    kinds: tuple[str, ...]
    sizes: tuple[float, ...]
    coefficients: tuple[float, ...]
    rates: tuple[float, ...]
    limit: RampPoint
    excess: float
    distance: float


def unbounded(problem: Problem, flow: Flow) -> Unbounded | None:
    """Recognise weights that grow for ever, and where that leads. Approximation.

    Returns
    -------
    Unbounded or None
    """
    if problem.activation not in RAMPS or problem.fixed_outgoing is not None:
        return None
    (time0, early), (time1, late) = last_span(flow)
    kinds = _kinds(early, late)
    if all(kind == FINITE for kind in kinds):
        return None
    groups = _groups(late, kinds)
    early, late = (np.array([_merged(x[list(group)]) for group in groups]) for x in (early, late))
    merged = [kinds[group[0]] for group in groups]
    limit = RampLimit(problem.with_neurons(len(groups)), merged, [int(x) for x in np.sign(late[:, -1])])
    start = limit.of_network(late)
    point = limit.solve(start)
    distance = float(np.abs(point.x - start).max())
    if not point.converged or distance > NEAR * max(1.0, float(np.abs(start).max())):
        return None
    if point.lowest <= DEFINITE * float(np.abs(limit.hessian(point.x)).max()):
        return None
    inner, outer = (_sizes(x, merged) for x in (early, late))
    coefficients = np.array(limit.outward(point.x)) * np.where(outer < 0, -1.0, 1.0)
    if (coefficients <= 0).any():
        return None
    away = [i for i, kind in enumerate(merged) if kind != FINITE]
    square = np.array([merged[i] == RECTIFIED for i in away])
    several = np.array([len(groups[i]) for i in away])
    inner, outer = np.abs(inner), np.abs(outer)
    accounted = float((coefficients / np.where(square, outer**2, outer)).sum())
    power, factor = np.where(square, 4, 3), np.where(square, 8, 3 * several)
    rates = (outer**power - inner**power) / (factor * coefficients * (time1 - time0))
    excess = (flow.loss - point.loss) / accounted
    if not (BAND[0] <= excess <= BAND[1] and all(RATES[0] <= x <= RATES[1] for x in rates)):
        return None
    return Unbounded(
        tuple(groups[i] for i in away),
        tuple(merged[i] for i in away),
        _floats(outer),
        _floats(coefficients),
        _floats(rates),
        point,
        excess,
        distance,
    )


def _kinds(early: Array, late: Array) -> tuple[str, ...]:
    """Which neurons are on their way to which kind of infinity."""
    before, after = (np.linalg.norm(x[:, :-1], axis=1) for x in (early, late))
    lower, upper = np.abs(early[:, -1]), np.abs(late[:, -1])
    rectified = (after > LARGE) & (after > GROWN * before)
    linear = (upper > LARGE) & (upper > GROWN * lower) & ~rectified
    return tuple(RECTIFIED if r else LINEAR if m else FINITE for r, m in zip(rectified, linear, strict=True))


def _groups(theta: Array, kinds: tuple[str, ...]) -> list[tuple[int, ...]]:
    """Neurons one by one, but together those that go to infinity with the same incoming vector and sign."""
    groups: list[tuple[int, ...]] = []
    for i, kind in enumerate(kinds):
        for place, group in enumerate(groups):
            first = theta[group[0]]
            same = np.linalg.norm(theta[i, :-1] - first[:-1]) < SAME * np.linalg.norm(first[:-1])
            if kind != FINITE and kinds[group[0]] == kind and same and theta[i, -1] * first[-1] > 0:
                groups[place] = (*group, i)
                break
        else:
            groups.append((i,))
    return groups


def _merged(rows: Array) -> Array:
    """Neurons with nearly the same incoming vector as one."""
    total = rows[:, -1].sum()
    return np.append(rows[:, -1] @ rows[:, :-1] / total, total)


def _sizes(theta: Array, kinds: Sequence[str]) -> Array:
    """Norms of the rectified neurons and outgoing weights of the linear ones, in their order."""
    return np.array(
        [
            np.linalg.norm(row[:-1]) if kind == RECTIFIED else row[-1]
            for row, kind in zip(theta, kinds, strict=True)
            if kind != FINITE
        ]
    )


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(float(x) for x in values)


def described(end: Unbounded) -> dict[str, Any]:
    """The evidence as it stands in a record. Approximation."""
    return {
        "students": [list(group) for group in end.neurons],
        "kinds": list(end.kinds),
        "sizes": list(end.sizes),
        "coefficients": list(end.coefficients),
        "rates": list(end.rates),
        "limit_loss": end.limit.loss,
        "limit_grad_inf": end.limit.grad_inf,
        "limit_lambda_min": end.limit.lowest,
        "limit_distance": end.distance,
        "loss_excess_ratio": end.excess,
    }

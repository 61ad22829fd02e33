"""Which flows end at what was certified of a ReLU network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import flint
import numpy as np

from numerics.problem import Array
from verify.certificates.existence import Status
from verify.certificates.rectified.basin import Basin, basin
from verify.certificates.rectified.certificate import RectifiedCertificate
from verify.certificates.rectified.continuum import Continuum, continuum
from verify.certificates.rectified.network import Rows
from verify.certificates.rectified.pairs import Ball

#: Why nothing is said of a basin.
OF_DEAD = "some neurons are dead: what a flow does near them is not proved"


def with_start(result: RectifiedCertificate, start: Array) -> RectifiedCertificate:
    """The same certificate with the answer whether the flow from a point converges there. Enclosure.

    Parameters
    ----------
    result : RectifiedCertificate
        With the status ``UNIQUE``.
    start : ndarray, shape (n, dim + 1)
    """
    if result.search is None or result.found is None or result.status is not Status.UNIQUE:
        return result
    if result.setting is not None and result.setting.n == 0:
        # All dead: a network at rest. With other starts nothing is proved.
        rest = not start[:, :-1].any() and result.stationary is True
        return replace(result, basin=rest, why_no_basin=None if rest else OF_DEAD, start=start)
    if result.resting:
        return replace(result, basin=False, why_no_basin=OF_DEAD, start=start)
    if result.turned is not None:
        # Of even activations: w and -w are one neuron, and so are the flows from both.
        start = np.column_stack([result.turned[:, None] * start[:, :-1], start[:, -1]]) + 0.0
    keep = start if result.trained else start[:, :-1]
    rows: list[list[Any]] = [[flint.arb(x) for x in row] for row in keep.tolist()]
    if result.families:
        answer: Basin = _on_continuum(result, rows)
    else:
        # Merged neurons come in the order of their first members.
        order = [group[0] for group in result.groups] or list(range(len(rows)))
        answer = basin(result.search, result.found, [rows[i] for i in order], trained=result.trained)
    return replace(
        result,
        basin=answer.proved,
        why_no_basin=answer.why,
        distance=answer.distance,
        reach=answer.reach,
        region=answer.radius,
        shares=answer.shares if isinstance(answer, Continuum) else (),
        start=start,
    )


def _on_continuum(result: RectifiedCertificate, rows: Rows) -> Basin:
    assert result.search is not None
    assert result.found is not None
    if result.index != 0:
        return Basin(False, why="it is not a minimum, or that was not proved")
    for family in result.families:
        group, s = result.groups[family.neuron], result.search.setting.outgoing[family.neuron]
        if sum(bool(s * rows[p][-1] > 0) for p in group) != family.same:
            return Basin(False, why="an outgoing weight of the start has another sign")
    if any(not s * rows[group[0]][-1] > 0 for group, s in _single(result)):
        return Basin(False, why="an outgoing weight of the start has another sign")
    return continuum(result.search, result.found, result.groups, rows)


def _single(result: RectifiedCertificate) -> list[tuple[tuple[int, ...], Ball]]:
    """Merged neurons that stand for one, with their signs."""
    assert result.search is not None
    pairs = zip(result.groups, result.search.setting.outgoing, strict=True)
    return [(group, s) for group, s in pairs if len(group) == 1]

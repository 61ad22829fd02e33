"""Claims on the stability of copy-average points (erf)."""

from __future__ import annotations

from theory.claim import Claim, Kind
from theory.derivation import Step
from theory.stability import copy_average_index_derivation


def _index() -> tuple[Step, ...]:
    return copy_average_index_derivation().steps


CLAIMS = (
    Claim(
        "erf-ca-index",
        Kind.THEOREM,
        "Copy-average points are non-degenerate, with their index in closed form for every partition",
        r"\mathrm{index} = \sum_{g : m_g \ge 2,\, P(m_g) < 1 + \sum_{i \ne g} h(m_i)} (m_g - 1), \quad "
        r"h(m) = N + 2m\sqrt N, \; P(m) = \frac{N^2 (N + (N-1) 2m/\sqrt N)}{N^2 + N - 1}, \; N = 4m^2 - 1",
        "all partitions, all d >= k",
        _index,
    ),
)

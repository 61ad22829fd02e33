"""The claims of the paper's core (erf), in the order in which they build on each other."""

from __future__ import annotations

from theory.claim import Claim
from theory.claims import averaging, birth, copying, loss, neuron, optimum, stability, threshold


def claims() -> tuple[Claim, ...]:
    """Every claim of this package. Exact.

    Examples
    --------
    >>> len({claim.id for claim in claims()}) == len(claims())
    True
    """
    return (
        *loss.CLAIMS,
        *neuron.CLAIMS,
        *averaging.CLAIMS,
        *optimum.CLAIMS,
        *stability.CLAIMS,
        *copying.CLAIMS,
        *birth.CLAIMS,
        *threshold.CLAIMS,
    )

"""The claims of the paper's core (erf), in the order in which they build on each other; then other activations."""

from __future__ import annotations

from theory.claim import Claim
from theory.claims import (
    averaging,
    birth,
    channel,
    copying,
    duplication,
    enclosure,
    interactions,
    loss,
    minimum,
    neuron,
    one_neuron,
    optimum,
    spectrum,
    stability,
    symmetry,
    threshold,
)


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
        *symmetry.CLAIMS,
        *averaging.CLAIMS,
        *optimum.CLAIMS,
        *stability.CLAIMS,
        *spectrum.CLAIMS,
        *minimum.CLAIMS,
        *copying.CLAIMS,
        *birth.CLAIMS,
        *threshold.CLAIMS,
        *duplication.CLAIMS,
        *channel.CLAIMS,
        *enclosure.CLAIMS,
        *interactions.CLAIMS,
        *one_neuron.CLAIMS,
    )

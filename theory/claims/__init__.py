"""The claims, those of erf and then those of ReLU, in the order in which they build on each other."""

from __future__ import annotations

from theory.claim import Claim
from theory.claims import (
    averaging,
    birth,
    channel,
    copying,
    duplication,
    enclosure,
    loss,
    minimum,
    neuron,
    optimum,
    relu_collinear,
    relu_dead,
    relu_death,
    relu_flow,
    relu_interaction,
    relu_neuron,
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
        *relu_interaction.CLAIMS,
        *relu_flow.CLAIMS,
        *relu_death.CLAIMS,
        *relu_dead.CLAIMS,
        *relu_neuron.CLAIMS,
        *relu_collinear.CLAIMS,
    )

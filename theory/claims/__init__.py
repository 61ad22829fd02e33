"""The claims of the paper's core (erf), those of ReLU, and of other activations, each building on those before."""

from __future__ import annotations

from theory.claim import Claim
from theory.claims import (
    abs_neuron,
    averaging,
    birth,
    channel,
    channel_rates,
    copying,
    copying_lower,
    duplication,
    duplication_gap,
    enclosure,
    groups,
    homogeneous,
    interactions,
    leaky_relu_neuron,
    loss,
    minimum,
    neuron,
    one_neuron,
    one_neuron_enclosed,
    one_neuron_sine,
    one_neuron_subsets,
    one_neuron_unique,
    one_neuron_weights,
    optimum,
    quadratic,
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
        *copying_lower.CLAIMS,
        *birth.CLAIMS,
        *threshold.CLAIMS,
        *duplication.CLAIMS,
        *duplication_gap.CLAIMS,
        *channel.CLAIMS,
        *channel_rates.CLAIMS,
        *enclosure.CLAIMS,
        *relu_interaction.CLAIMS,
        *relu_flow.CLAIMS,
        *relu_death.CLAIMS,
        *relu_dead.CLAIMS,
        *relu_neuron.CLAIMS,
        *relu_collinear.CLAIMS,
        *homogeneous.CLAIMS,
        *leaky_relu_neuron.CLAIMS,
        *abs_neuron.CLAIMS,
        *interactions.CLAIMS,
        *one_neuron.CLAIMS,
        *one_neuron_enclosed.CLAIMS,
        *one_neuron_unique.CLAIMS,
        *one_neuron_subsets.CLAIMS,
        *one_neuron_weights.CLAIMS,
        *one_neuron_sine.CLAIMS,
        *groups.CLAIMS,
        *quadratic.CLAIMS,
    )

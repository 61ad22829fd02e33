"""Exact derivations with sympy: interaction functions, losses, critical points. Exact.

Nothing here is floating point: two expressions are equal or they are not. Names are loaded on first use, so
that ``import theory`` does not load sympy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.activation.neuron import one_neuron_equation
    from theory.activations import register_activation
    from theory.averaging import copy_average, copy_average_derivation, optimal_copy_average
    from theory.block_constant import Reduction
    from theory.claim import Claim, Kind, Standing, faults
    from theory.copying import ReducedSystem, perturbed_copy
    from theory.derivation import Derivation, Outcome, Relation, Step, Verdict
    from theory.interactions import Kernel, interaction, interaction_derivation
    from theory.loss import loss_in_order_parameters, loss_in_weights
    from theory.neuron import one_neuron, one_neuron_derivation
    from theory.prose import Sentence, asserted, called, defined, given, sentence
    from theory.reduction import reduce_by_symmetry
    from theory.spectrum import HessianBlock, copy_average_spectrum
    from theory.stability import copy_average_index, optimal_is_minimum, optimal_minimum_condition
    from theory.stationarity import gradient_in_weights, one_neuron_conditions
    from theory.structure import Group, Structure

# No module may carry the name of a public function: importing it would hide the function.
_HOME = {
    "Claim": "theory.claim",
    "Kind": "theory.claim",
    "Standing": "theory.claim",
    "faults": "theory.claim",
    "Derivation": "theory.derivation",
    "Group": "theory.structure",
    "HessianBlock": "theory.spectrum",
    "Outcome": "theory.derivation",
    "Kernel": "theory.interactions",
    "ReducedSystem": "theory.copying",
    "Reduction": "theory.block_constant",
    "Relation": "theory.derivation",
    "Sentence": "theory.prose",
    "Step": "theory.derivation",
    "Structure": "theory.structure",
    "Verdict": "theory.derivation",
    "asserted": "theory.prose",
    "called": "theory.prose",
    "copy_average": "theory.averaging",
    "copy_average_derivation": "theory.averaging",
    "copy_average_index": "theory.stability",
    "copy_average_spectrum": "theory.spectrum",
    "defined": "theory.prose",
    "given": "theory.prose",
    "gradient_in_weights": "theory.stationarity",
    "interaction": "theory.interactions",
    "interaction_derivation": "theory.interactions",
    "loss_in_order_parameters": "theory.loss",
    "loss_in_weights": "theory.loss",
    "one_neuron": "theory.neuron",
    "one_neuron_conditions": "theory.stationarity",
    "one_neuron_derivation": "theory.neuron",
    "one_neuron_equation": "theory.activation.neuron",
    "optimal_copy_average": "theory.averaging",
    "optimal_is_minimum": "theory.stability",
    "optimal_minimum_condition": "theory.stability",
    "perturbed_copy": "theory.copying",
    "reduce_by_symmetry": "theory.reduction",
    "sentence": "theory.prose",
    "register_activation": "theory.activations",
}

__all__ = [
    "Claim",
    "Derivation",
    "Group",
    "HessianBlock",
    "Kernel",
    "Kind",
    "Outcome",
    "ReducedSystem",
    "Reduction",
    "Relation",
    "Sentence",
    "Standing",
    "Step",
    "Structure",
    "Verdict",
    "asserted",
    "called",
    "copy_average",
    "copy_average_derivation",
    "copy_average_index",
    "copy_average_spectrum",
    "defined",
    "faults",
    "given",
    "gradient_in_weights",
    "interaction",
    "interaction_derivation",
    "loss_in_order_parameters",
    "loss_in_weights",
    "one_neuron",
    "one_neuron_conditions",
    "one_neuron_derivation",
    "one_neuron_equation",
    "optimal_copy_average",
    "optimal_is_minimum",
    "optimal_minimum_condition",
    "perturbed_copy",
    "reduce_by_symmetry",
    "register_activation",
    "sentence",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'theory' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

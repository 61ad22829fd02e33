"""Gradient flow on population losses, in double precision and beyond. Approximation.

Everything here is floating point: results are close, never proved. Names are loaded on first use, so that
``import numerics`` is immediate.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numerics.flow.integrate import gradient_flow
    from numerics.flow.precise import PreciseFlow, precise_flow
    from numerics.flow.result import Event, Flow, Stop, Trajectory
    from numerics.initial import initial_weights, pack, unpack
    from numerics.newton import Polished, polish
    from numerics.population import Population
    from numerics.problem import Problem
    from numerics.structures import copy_average_point, perturbed_copy_point

_HOME = {
    "Event": "numerics.flow.result",
    "Flow": "numerics.flow.result",
    "Polished": "numerics.newton",
    "PreciseFlow": "numerics.flow.precise",
    "Population": "numerics.population",
    "Problem": "numerics.problem",
    "Stop": "numerics.flow.result",
    "Trajectory": "numerics.flow.result",
    "copy_average_point": "numerics.structures",
    "gradient_flow": "numerics.flow.integrate",
    "initial_weights": "numerics.initial",
    "pack": "numerics.initial",
    "perturbed_copy_point": "numerics.structures",
    "polish": "numerics.newton",
    "precise_flow": "numerics.flow.precise",
    "unpack": "numerics.initial",
}

__all__ = [
    "Event",
    "Flow",
    "Polished",
    "Population",
    "PreciseFlow",
    "Problem",
    "Stop",
    "Trajectory",
    "copy_average_point",
    "gradient_flow",
    "initial_weights",
    "pack",
    "perturbed_copy_point",
    "polish",
    "precise_flow",
    "unpack",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'numerics' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

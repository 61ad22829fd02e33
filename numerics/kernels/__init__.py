"""Interaction kernels generated from the theory, one module per activation."""

from __future__ import annotations

from types import ModuleType

from numerics.kernels import erf

#: Activations that have a kernel, by the name used on the command line.
ACTIVATIONS: dict[str, ModuleType] = {"erf": erf}

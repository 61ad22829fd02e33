"""Interaction kernels, one module per activation; beside one an arrangement for speed.

Kernels of smooth activations are generated from the theory, in inner products; that of ReLU, whose derivatives are
singular in these where vectors are parallel, is written in the vectors themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from numerics.kernels import erf, erf_arrays

#: Activations that have a kernel, by the name used on the command line.
ACTIVATIONS: dict[str, ModuleType] = {"erf": erf}
#: Where there is one, a faster evaluation of what the gradient needs.
WEIGHTED: dict[str, Callable[..., tuple[Any, Any, Any]]] = {"erf": erf_arrays.weighted}

#: Positively homogeneous activations, whose kernel is ``numerics.kernels.rectified``.
HOMOGENEOUS = ("relu",)
#: Every activation that has a population loss.
NAMES = (*ACTIVATIONS, *HOMOGENEOUS)

"""Interaction kernels by activation: generated from the theory, or by Fourier series; some arranged for speed beside.

A kernel has three functions of (s, p, q) and an arithmetic: ``value``, ``first`` and ``second``, as in the generated
modules. They are imported (or, for a user's own activation, made) when they are first asked for. That of ReLU and its
kind (``numerics.kernels.homogeneous``), whose derivatives are singular in inner products where vectors are parallel,
is written in the vectors themselves (``numerics.kernels.rectified``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, Protocol

from numerics.kernels import erf_arrays
from numerics.kernels.homogeneous import HOMOGENEOUS as HOMOGENEOUS


class Kernel(Protocol):
    """Interaction function and derivatives at arrays, balls or intervals. Approximation or enclosure, as those."""

    def value(self, s: Any, p: Any, q: Any, m: Any, /) -> tuple[Any, ...]:
        """The interaction function."""

    def first(self, s: Any, p: Any, q: Any, m: Any, /) -> tuple[Any, ...]:
        """Value and derivatives in s and p."""

    def second(self, s: Any, p: Any, q: Any, m: Any, /) -> tuple[Any, ...]:
        """Derivatives d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq."""


#: Generated modules, by activation.
_GENERATED = (
    "erf",
    "normal-cdf",
    "gelu",
    "linear",
    "square",
    "cube",
    "hermite2",
    "hermite3",
    "hermite4",
    "sin",
    "cos",
    "exp",
)


#: Kernels that are objects, not modules: module and name of the object.
_OBJECTS = {
    "tanh": ("numerics.kernels.logistic", "TANH"),
    "sigmoid": ("numerics.kernels.logistic", "SIGMOID"),
    "softplus": ("numerics.kernels.logistic", "SOFTPLUS"),
    "silu": ("numerics.kernels.logistic", "SILU"),
}


class Kernels(Mapping[str, Kernel]):
    """Kernels by the name used on the command line. Approximation."""

    def __init__(self) -> None:
        self._home = {name: (f"numerics.kernels.{name.replace('-', '_')}", "") for name in _GENERATED} | _OBJECTS
        self._made: dict[str, Kernel] = {}

    def __getitem__(self, name: str) -> Kernel:
        if name not in self._made:
            if name in self._home:
                home, attribute = self._home[name]
                module = import_module(home)
                self._made[name] = getattr(module, attribute) if attribute else module
            else:
                self._made[name] = import_module("numerics.own").kernel_of(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._home, *self._made)))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        return name in self._home or name in self._made

    def add(self, name: str, kernel: Kernel) -> None:
        """Keep a kernel made elsewhere under a name."""
        self._made[name] = kernel

    def find(self, name: str) -> Kernel:
        """The kernel of a name or of an expression in x.

        Raises
        ------
        ValueError
            If there is none, with one line that says why.
        """
        return self[name]


#: Activations that have a kernel, by the name used on the command line.
ACTIVATIONS = Kernels()
#: Where there is one, a faster evaluation of what the gradient needs.
WEIGHTED: dict[str, Callable[..., tuple[Any, Any, Any]]] = {"erf": erf_arrays.weighted}

#: Activations that tend to max(0, x) where incoming vectors are long, and to a line where they are short.
RAMPS = ("gelu", "silu")


def digits_of(activation: str) -> int | None:
    """Digits to which points may be polished with a kernel; None where there is no bound. Exact."""
    if activation in HOMOGENEOUS:
        return None
    found: int | None = getattr(ACTIVATIONS[activation], "digits", None)
    return found


def encloses(activation: str) -> bool:
    """Whether the kernel's balls are proved to hold its values. Exact."""
    return activation in HOMOGENEOUS or bool(getattr(ACTIVATIONS[activation], "encloses", True))


def built_in() -> tuple[str, ...]:
    """Names of the activations with a population loss that come with the project. Exact."""
    return (*_GENERATED, *_OBJECTS, *HOMOGENEOUS)


#: Homogeneous activations and their degrees, as in ``theory.activations``.
_DEGREES = {"linear": 1, "square": 2, "cube": 3}
_ODD = ("erf", "linear", "cube", "hermite3", "sin", "tanh")
_EVEN = ("square", "hermite2", "hermite4", "cos")


def degree_of(activation: str) -> int | None:
    """Degree of homogeneity, or None. Exact."""
    if activation in HOMOGENEOUS:
        return 1
    if activation in built_in():
        return _DEGREES.get(activation)
    found: int | None = getattr(_expression(activation), "degree", None)
    return found


def _expression(activation: str) -> Any:
    """What the theory knows of a user's expression; None for a function."""
    try:
        return import_module("theory.activations").activation(activation)
    except ValueError:
        return None


def parity(activation: str) -> int:
    """-1 for odd, +1 for even, 0 for other activations. Exact."""
    if activation in _ODD:
        return -1
    if activation in HOMOGENEOUS:
        return int(HOMOGENEOUS[activation].even)
    if activation in built_in():
        return 1 if activation in _EVEN else 0
    found = _expression(activation)
    return 0 if found is None else -1 if found.odd else 1 if found.even else 0

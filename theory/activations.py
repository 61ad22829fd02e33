"""Activation functions that the theory knows, as exact expressions, and those that a user adds."""

from __future__ import annotations

from theory.activation.error_function import ERF, GELU, NORMAL_CDF, SIGN, STEP
from theory.activation.exponential import EXPONENTIAL
from theory.activation.kind import Activation
from theory.activation.logistic import LOGISTIC
from theory.activation.rectified import RELU

__all__ = ["ERF", "Activation", "activation", "closed", "known"]

_KNOWN = {a.name: a for a in (ERF, NORMAL_CDF, GELU, *EXPONENTIAL, *LOGISTIC, RELU, SIGN, STEP)}


def known() -> tuple[str, ...]:
    """Names of all activations of the table. Exact."""
    return tuple(_KNOWN)


def closed() -> tuple[str, ...]:
    """Names of those with an interaction function in closed form. Exact."""
    return tuple(name for name, a in _KNOWN.items() if a.derive is not None)


def activation(name: str) -> Activation:
    """Look an activation up by name. Exact.

    Raises
    ------
    ValueError
        If no activation of that name is known.

    Examples
    --------
    >>> activation("erf").expression
    erf(sqrt(2)*x/2)
    """
    try:
        return _KNOWN[name]
    except KeyError:
        raise ValueError(f"activation: got {name!r}, known are {', '.join(sorted(_KNOWN))}") from None

"""Activation functions that the theory knows, as exact expressions."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from theory.symbols import x


@dataclass(frozen=True)
class Activation:
    """An activation function. Exact.

    Attributes
    ----------
    name : str
        The name used on the command line.
    expression : sympy.Expr
        :math:`\\sigma(x)` in the symbol ``theory.symbols.x``.
    odd : bool
        Whether :math:`\\sigma(-x) = -\\sigma(x)`: then ``(w, a)`` and ``(-w, -a)`` are the same neuron.
    """

    name: str
    expression: sp.Expr
    odd: bool

    def at(self, argument: sp.Expr) -> sp.Expr:
        """Value of the activation at an expression. Exact."""
        return self.expression.subs(x, argument)


ERF = Activation("erf", sp.erf(x / sp.sqrt(2)), odd=True)
RELU = Activation("relu", sp.Max(0, x), odd=False)

_KNOWN = {ERF.name: ERF, RELU.name: RELU}


def activation(name: str) -> Activation:
    """Look an activation up by name. Exact.

    Raises
    ------
    ValueError
        If no activation of that name has a derivation.

    Examples
    --------
    >>> activation("erf").expression
    erf(sqrt(2)*x/2)
    """
    try:
        return _KNOWN[name]
    except KeyError:
        raise ValueError(f"activation: got {name!r}, known are {', '.join(sorted(_KNOWN))}") from None

"""What the theory knows of an activation function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import sympy as sp

from theory.derivation import Derivation
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
    odd, even : bool
        Whether :math:`\\sigma(-x) = -\\sigma(x)`: then ``(w, a)`` and ``(-w, -a)`` are the same neuron; or
        :math:`\\sigma(-x) = \\sigma(x)`: then ``(w, a)`` and ``(-w, a)`` are.
    derive : callable, optional
        Gives the derivation of the interaction function in closed form; None where no closed form is claimed.
    degree : int, optional
        Of homogeneity: :math:`\\sigma(c x) = c^h \\sigma(x)` for c > 0. Then ``(c w, a / c^h)`` are one neuron, and
        no critical point with ``a``, ``w`` non-zero is isolated.
    obstacle : str
        Why no gradient flow is run with it; empty where flows are.
    """

    name: str
    expression: sp.Expr
    odd: bool
    even: bool = False
    derive: Callable[[], Derivation] | None = field(default=None, compare=False)
    degree: int | None = None
    obstacle: str = ""

    def at(self, argument: sp.Expr) -> sp.Expr:
        """Value of the activation at an expression. Exact."""
        return self.expression.subs(x, argument)

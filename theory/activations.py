"""Activation functions that the theory knows, as exact expressions, and those that a user adds."""

from __future__ import annotations

import sympy as sp

from theory.activation.error_function import ERF, GELU, NORMAL_CDF, SIGN, STEP
from theory.activation.exponential import EXPONENTIAL
from theory.activation.expression import is_name, own, parse
from theory.activation.kind import Activation
from theory.activation.logistic import LOGISTIC
from theory.activation.rectified import ABS, LEAKY_RELU, RELU, leaky_relu
from theory.slopes import has_slope
from theory.symbols import x

__all__ = ["ERF", "Activation", "activation", "closed", "known", "register_activation"]

_KNOWN = {a.name: a for a in (ERF, NORMAL_CDF, GELU, *EXPONENTIAL, *LOGISTIC, RELU, LEAKY_RELU, ABS, SIGN, STEP)}
_OWN: dict[str, Activation] = {}


def known() -> tuple[str, ...]:
    """Names of all activations of the table. Exact."""
    return tuple(_KNOWN)


def closed() -> tuple[str, ...]:
    """Names of those with an interaction function in closed form. Exact."""
    return tuple(name for name, a in _KNOWN.items() if a.derive is not None)


def activation(name: str) -> Activation:
    """Look an activation up by name, or read an expression in x. Exact.

    Raises
    ------
    ValueError
        If no activation of that name is known and it is no expression in x.

    Examples
    --------
    >>> activation("erf").expression, activation("x*exp(-x**2)").odd
    (erf(sqrt(2)*x/2), True)
    """
    found = _KNOWN.get(name) or _OWN.get(name)
    if found is not None:
        return found
    if has_slope(name):
        return leaky_relu(name)
    if is_name(name):
        raise ValueError(
            f"activation: got {name!r}, known are {', '.join(sorted(_KNOWN))}, or an expression in x like "
            "x*exp(-x**2)"
        )
    return own(name, parse(name))


def register_activation(name: str, expression: object) -> Activation:
    """Give a name to an activation of one's own. Exact.

    Parameters
    ----------
    name : str
        Letters, digits and hyphens; not one that is taken by another function.
    expression : sympy.Expr or str
        In one real variable, whatever its name, as text in x.

    Returns
    -------
    Activation
        With a derivation of its interaction function where it is a sum of powers times exponentials; else
        ``numerics`` evaluates it by Fourier series.

    Raises
    ------
    ValueError
        If the name is taken or the expression is not one of a single variable.

    Examples
    --------
    >>> register_activation("bump", "exp(-x**2)").even
    True
    """
    if not is_name(name):
        raise ValueError(f"name: got {name!r}, needs letters, digits and hyphens")
    made = own(name, parse(expression) if isinstance(expression, str) else _in_x(expression))
    taken = _KNOWN.get(name) or _OWN.get(name)
    if taken is not None and taken.expression != made.expression:
        raise ValueError(f"name: got {name!r}, which is taken by {taken.expression}")
    _OWN[name] = made
    return made


def _in_x(expression: object) -> sp.Expr:
    found = sp.sympify(expression)
    symbols = found.free_symbols
    if len(symbols) != 1:
        names = ", ".join(sorted(map(str, symbols))) or "no variable"
        raise ValueError(f"expression: got {found} with {names}, needs one variable")
    return found.subs(symbols.pop(), x)

r"""Operations that a reader should see before they are carried out.

sympy evaluates at once: ``f.subs(s, 0)`` is a number that no longer shows what was done. A step that holds its side
in one of these forms is displayed as it was meant, and evaluated when it is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef


def at(expression: sp.Expr, values: Mapping[Any, Any]) -> sp.Expr:
    """An expression at values of its symbols, not yet put in; all at once when they are. Exact.

    Examples
    --------
    >>> s = sp.Symbol("s")
    >>> at(s**2, {s: 3}), evaluated(at(s**2, {s: 3}))
    (Subs(s**2, s, 3), 9)
    """
    return sp.Subs(expression, tuple(values), tuple(values.values()))


_WRITTEN = (sp.Subs, sp.Derivative, sp.Integral, sp.Sum, sp.Limit, sp.Determinant)


def quantity(latex: str, **assumptions: bool) -> sp.Symbol:
    """A symbol for a quantity that a formula names, printed as given. Exact.

    Examples
    --------
    >>> quantity("E[x]").name
    '$E[x]'
    """
    return sp.Symbol("$" + latex, **assumptions)


def quantity_of(latex: str) -> type[sp.Function]:
    """The same for a function. Exact."""
    return sp.Function("$" + latex)  # type: ignore[no-any-return]


def evaluated(expression: Any) -> Any:
    """The same with everything carried out that was only written. Exact.

    Examples
    --------
    >>> p, q = sp.symbols("p q")
    >>> evaluated(at(p / q, {p: q, q: p})), evaluated(sp.Derivative(p**2, p) ** 2)
    (q/p, 4*p**2)
    """
    if isinstance(expression, sp.MatrixExpr) or not isinstance(expression, sp.Basic):
        return expression
    if not expression.has(*_WRITTEN):
        return expression
    if isinstance(expression, sp.Subs):
        inner = evaluated(expression.args[0])
        if inner.has(AppliedUndef):
            # A derivative of an unknown function at a point stays one.
            return expression.doit()
        # Subs.doit puts values in one after the other; they are meant at once.
        return inner.subs(dict(zip(*expression.args[1:], strict=True)), simultaneous=True)
    inside = expression.func(*map(evaluated, expression.args))
    return inside.doit() if isinstance(inside, _WRITTEN) else inside

"""A small sound prover for strict inequalities on boxes.

It never guesses: an expression is called positive only by one of four rules, each of which is a proof.

1. A symbol assumed positive, or a number whose sign shows in fifty digits (sympy's evaluation with error bounds).
2. A product of positive factors.
3. A real power of a positive base.
4. A rational function: each variable on (lo, hi) is replaced by (lo + hi t)/(1 + t) with t > 0 (by lo + t if hi is
   infinite); if all coefficients of numerator and denominator are then non-negative, and some are positive, the
   function is positive for all t > 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy.core.evalf import PrecisionExhausted

#: A variable and its open interval.
Interval = tuple[sp.Symbol, sp.Expr, sp.Expr]


def is_positive(expression: sp.Expr, domain: Sequence[Interval] = ()) -> bool:
    """Prove that an expression is positive on a box; False means that it was not proved. Exact.

    Parameters
    ----------
    expression : sympy.Expr
    domain : sequence of (symbol, lower, upper)
        Open intervals with rational or infinite ends; other symbols range over what they are assumed to.

    Examples
    --------
    >>> z = sp.Symbol("z", real=True)
    >>> is_positive(2 * z**2 / sp.sqrt(1 - z**2), [(z, 0, 1)]), is_positive(1 - 2 * z, [(z, 0, 1)])
    (True, False)
    """
    expression = sp.sympify(expression)
    if expression.is_positive and not expression.free_symbols & {z for z, _, _ in domain}:
        return True
    if not expression.free_symbols:
        return _number_is_positive(expression)
    if _rational_is_positive(expression, domain):
        return True
    if expression.is_Mul:
        return all(is_positive(factor, domain) for factor in expression.args)
    if expression.is_Pow and expression.exp.is_real:
        return is_positive(expression.base, domain)
    return False


def _number_is_positive(number: sp.Expr) -> bool:
    """From an evaluation that reaches its accuracy or gives up."""
    try:
        value = number.evalf(50, strict=True)
    except PrecisionExhausted:
        return False
    return bool(value.is_Float and value > 0)


def _rational_is_positive(expression: sp.Expr, domain: Sequence[Interval]) -> bool:
    substitution, fresh = {}, []
    for index, (symbol, lower, upper) in enumerate(domain):
        t = sp.Symbol(f"t_{index}", positive=True)
        fresh.append(t)
        substitution[symbol] = lower + t if upper == sp.oo else (lower + upper * t) / (1 + t)
    free = expression.free_symbols - {symbol for symbol, _, _ in domain}
    if not all(symbol.is_positive for symbol in free):
        return False
    variables = [*fresh, *sorted(free, key=lambda z: z.name)]
    if not variables or not expression.is_rational_function(*expression.free_symbols):
        return False
    parts = sp.fraction(sp.together(expression.subs(substitution, simultaneous=True)))
    signs = [_sign_of_coefficients(part, variables) for part in parts]
    return 0 not in signs and signs[0] == signs[1]


def _sign_of_coefficients(polynomial: sp.Expr, variables: Sequence[sp.Symbol]) -> int:
    """+1 or -1 if all non-zero coefficients have that sign, else 0."""
    try:
        coefficients = sp.Poly(sp.expand(polynomial), *variables).coeffs()
    except sp.PolynomialError:
        return 0
    if coefficients and all(c.is_positive for c in coefficients):
        return 1
    return -1 if coefficients and all(c.is_negative for c in coefficients) else 0

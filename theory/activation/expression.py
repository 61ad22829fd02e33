"""A user's own activation: an expression in x, read without evaluating anything else."""

from __future__ import annotations

import ast
import re
from functools import cache, partial

import sympy as sp

from theory.activation.exponential import exponential_derivation, exponential_value, terms_of
from theory.activation.kind import Activation
from theory.derivation import Derivation
from theory.symbols import x

#: Functions that an expression may use.
FUNCTIONS = {
    name: getattr(sp, name)
    for name in ("exp", "log", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "atan", "asinh", "erf", "erfc")
}
CONSTANTS = {"pi": sp.pi, "e": sp.E}
#: Longest expression that is read, and largest exponent.
LONGEST, HIGHEST = 500, 12
_NEEDS = f"an expression in x with + - * / ** and {', '.join(FUNCTIONS)}"


def parse(text: str) -> sp.Expr:
    """An expression in x from its text; decimals become rationals. Exact.

    Raises
    ------
    ValueError
        If it cannot be read, has another variable or an unknown function, or does not depend on x.

    Examples
    --------
    >>> parse("x*exp(-x**2/2)")
    x*exp(-x**2/2)
    """
    try:
        if len(text) > LONGEST:
            raise SyntaxError
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"activation: got {text[:60]!r}, needs {_NEEDS}") from None
    expression = _read(tree.body, text)
    if not expression.has(x):
        raise ValueError(f"activation: got {text!r}, which does not depend on x; needs {_NEEDS}")
    if expression.has(sp.Abs, sp.sign):
        raise ValueError(f"activation: got {text!r}, which is {expression}, with a kink; needs a smooth function")
    if expression.has(sp.oo, sp.zoo, sp.nan, sp.I):
        raise ValueError(f"activation: got {text!r}, which is not a finite real number everywhere; needs {_NEEDS}")
    return expression


def _read(node: ast.expr, text: str) -> sp.Expr:
    if isinstance(node, ast.Name):
        if node.id == "x":
            return x
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        raise ValueError(f"activation: got {text!r}, where {node.id} is not x, pi or e; needs {_NEEDS}")
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return sp.Rational(str(ast.get_source_segment(text.strip(), node)).replace("_", ""))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _read(node.operand, text)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        return _binary(node, text)
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1
    if named and not node.keywords and node.func.id in FUNCTIONS:  # type: ignore[attr-defined]
        return FUNCTIONS[node.func.id](_read(node.args[0], text))  # type: ignore[attr-defined]
    raise ValueError(f"activation: got {text!r}, needs {_NEEDS}")


def _binary(node: ast.BinOp, text: str) -> sp.Expr:
    left, right = _read(node.left, text), _read(node.right, text)
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    if isinstance(node.op, ast.Mult):
        return left * right
    if isinstance(node.op, ast.Div) and right != 0:
        return left / right
    if isinstance(node.op, ast.Pow) and right.is_Rational and abs(right) <= HIGHEST:
        return left**right
    raise ValueError(f"activation: got {text!r}, needs {_NEEDS}, with rational exponents up to {HIGHEST}")


@cache
def own(name: str, expression: sp.Expr) -> Activation:
    """An activation from an expression in x, with a derivation where it is a sum of powers times exponentials. Exact."""
    odd = sp.simplify(expression + expression.subs(x, -x)) == 0
    even = not odd and sp.simplify(expression - expression.subs(x, -x)) == 0
    terms = terms_of(expression)
    derive = None
    if terms is not None and _real(terms):
        derive = partial(_derivation, name, expression)
    return Activation(name, expression, odd=odd, even=even, derive=derive, degree=_degree(expression))


def _degree(expression: sp.Expr) -> int | None:
    """Of homogeneity: monomials."""
    coefficient, power = expression.as_coeff_exponent(x)
    return int(power) if not coefficient.has(x) and power.is_Integer and power > 0 else None


def _real(terms: tuple[object, ...]) -> bool:
    """Whether all exponents are real, or all imaginary: else the value would be left with complex exponentials."""
    linear = [t.linear for t in terms if t.linear != 0]  # type: ignore[attr-defined]
    return all(x.is_real for x in linear) or all(x.is_imaginary for x in linear)


@cache
def _derivation(name: str, expression: sp.Expr) -> Derivation:
    terms = terms_of(expression)
    if terms is None:
        raise RuntimeError(f"{name} is not a sum of powers times exponentials")
    return exponential_derivation(name, expression, terms, exponential_value(terms))


def is_name(text: str) -> bool:
    """Whether a text is meant as a name, not as an expression. Exact.

    Examples
    --------
    >>> is_name("soft-plus"), is_name("x**2"), is_name("x")
    (True, False, False)
    """
    return text != "x" and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*(-[A-Za-z]+)*", text) is not None

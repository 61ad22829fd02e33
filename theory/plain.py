"""Formulas in plain characters, for terminals and JSON."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.str import StrPrinter

from theory.derivation import Relation, Step
from theory.latex.printer import number_in_front, ordered_terms
from theory.prose import Assertion, Assumption, Definition, Own, Quantity, Sentence

_FUNCTIONS = {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}


class PlainPrinter(StrPrinter):  # type: ignore[misc]
    """Expressions as one would type them in a message: powers with ``^``, the paper's names. Exact."""

    def _print_Pow(self, expr: sp.Pow, rational: bool = False) -> str:
        return str(super()._print_Pow(expr, rational)).replace("**", "^")

    def _print_Symbol(self, expr: sp.Symbol) -> str:
        return str(expr.name.removeprefix("$").replace("*", "^*"))

    def _print_Function(self, expr: sp.Function) -> str:
        name = expr.func.__name__.removeprefix("$").replace("*", "^*")
        return f"{_FUNCTIONS.get(name, name)}({self.stringify(expr.args, ', ')})"

    def _print_Mul(self, expr: sp.Mul) -> str:
        number, rest = number_in_front(expr)
        if rest is None or number in (1, -1):
            return str(super()._print_Mul(expr))
        return f"{self._print(number)}*{self._print(rest) if rest.is_Mul else self.parenthesize(rest, 50)}"

    def _print_Add(self, expr: sp.Add, order: Any = None) -> str:
        if len(expr.args) > 1 and not expr.has(sp.MatrixExpr):
            text = ""
            for term in ordered_terms(expr):
                negative = term.as_coeff_Mul()[0].is_negative and not term.is_Add
                sign = "-" if negative else "+"
                text += f" {sign} {self.parenthesize(-term if negative else term, 40)}"
            return text[3:] if text.startswith(" + ") else "-" + text[3:]
        return str(super()._print_Add(expr, order))

    def _print_Subs(self, expr: sp.Subs) -> str:
        inner, olds, news = expr.args
        values = ", ".join(f"{self._print(o)} = {self._print(v)}" for o, v in zip(olds, news, strict=True))
        return f"[{self._print(inner)}] at {values}"

    def _print_Derivative(self, expr: sp.Derivative) -> str:
        below = " ".join(f"d{self._print(z)}" + ("" if n == 1 else f"^{n}") for z, n in expr.variable_count)
        order = sum(int(n) for _, n in expr.variable_count)
        return f"d{'' if order == 1 else f'^{order}'}/{below} [{self._print(expr.expr)}]"

    def _print_Sum(self, expr: sp.Sum) -> str:
        limits = ", ".join(f"{self._print(i)} = {self._print(a)}..{self._print(b)}" for i, a, b in expr.limits)
        return f"sum over {limits} of {self.parenthesize(expr.function, 50)}"

    def _print_Indexed(self, expr: Any) -> str:
        return f"{expr.base}_{self.stringify(expr.indices, ',')}"


def plain(expr: Any) -> str:
    """An expression in plain characters. Exact.

    Examples
    --------
    >>> m = sp.Symbol("m", positive=True)
    >>> plain(m / 3 - 2 * m**2 * sp.asin(1 / (2 * m)) / sp.pi)
    'm/3 - 2/pi*m^2*arcsin(1/(2*m))'
    """
    return str(PlainPrinter().doprint(expr))


def plain_relation(step: Step) -> str:
    """The relation of a step. Exact."""
    left, right = plain(step.left), plain(step.right)
    if step.relation in (Relation.POSITIVE, Relation.INCREASING):
        return f"{left} > 0"
    before = {Relation.DERIVATIVE: f"d/d{step.variable} ", Relation.INTEGRAL: "integral of ", Relation.LIMIT: "lim "}
    return f"{before.get(step.relation, '')}{left} = {right}"


def plain_words(words: Sentence, step: Step | None = None) -> str:
    """A sentence in plain characters; without its step, what it shows of that is named only. Exact."""
    return "".join(piece if isinstance(piece, str) else _inline(piece, step) for piece in words.pieces)


def _inline(piece: Any, step: Step | None) -> str:
    if isinstance(piece, Quantity):
        return plain(piece.value)
    if isinstance(piece, Definition):
        return f"{plain(piece.letter)} = {plain(piece.value)}" if piece.shown else plain(piece.letter)
    if isinstance(piece, Assumption | Assertion):
        text = plain(piece.terms[0])
        for sign, term in zip(piece.signs, piece.terms[1:], strict=True):
            text += f" {sign} {plain(term)}"
        return text
    if step is None:
        return f"[{piece.value}]"
    return {Own.left: plain(step.left), Own.right: plain(step.right)}.get(piece) or plain_relation(step)

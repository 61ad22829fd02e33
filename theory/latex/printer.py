r"""sympy's LaTeX printer with the notation of the paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.core.alphabets import greeks
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import precedence_traditional

from theory.latex.width import width

#: Points, at full size, from which on the values of a substitution go below each other.
LONG_VALUES = 120
#: Names of letters that are printed otherwise than sympy does.
_LETTERS = {
    "atan2": r"\operatorname{atan2}",
    "epsilon": r"\varepsilon",
    "phi": r"\varphi",
    "L_delta": r"L_\delta",
    "inf": r"\infty",
}
#: Relations in LaTeX, by what a keyboard has for them.
SIGNS = {
    "<=": r"\le", ">=": r"\ge", "!=": r"\ne", "->": r"\to", "~": r"\sim", "~=": r"\cong", "in": r"\in",
    "perp": r"\perp", ">>": r"\succ",
}  # fmt: skip
_GREEK = frozenset(greeks) | {
    name.capitalize() for name in ("gamma", "delta", "theta", "lambda", "xi", "sigma", "omega")
}
_SETTINGS = {
    "inv_trig_style": "full",
    "fold_frac_powers": True,
    "ln_notation": True,
    "mat_str": "matrix",
    "mul_symbol": None,
}


def letter(name: str) -> str:
    r"""A symbol's name in LaTeX: Greek letters, numbers below the line, words upright. Exact.

    Examples
    --------
    >>> letter("r_1"), letter("kappa_0"), letter("F_own"), letter("c_student,teacher,0")
    ('r_{1}', '\\kappa_{0}', 'F_{\\mathrm{own}}', 'c_{\\mathrm{student},\\mathrm{teacher},0}')
    """
    if name.startswith("$"):
        return name[1:]
    if name in _LETTERS:
        return _LETTERS[name]
    head, _, below = re.sub(r"^([A-Za-z]+)(\d+)$", r"\1_\2", name).partition("_")
    star = "^*" if head.endswith("*") else ""
    head = _piece(head.removesuffix("*")) + star
    if not below:
        return head
    return head + "_{" + ",".join(_piece(part) for part in re.split(r"[,_]", below)) + "}"


def _piece(text: str) -> str:
    if text in _LETTERS:
        return _LETTERS[text]
    if text in _GREEK:
        return "\\" + text
    return text if len(text) == 1 or text.isdigit() or not text.isalpha() else rf"\mathrm{{{text}}}"


class PaperPrinter(LatexPrinter):  # type: ignore[misc]
    r"""LaTeX of expressions: :math:`\arcsin`, fractions of numbers in front, the paper's letters. Exact.

    Parameters
    ----------
    notation : mapping of sympy.Expr to str
        What is printed for a symbol or a function instead of its name.
    """

    def __init__(self, notation: Mapping[Any, str] | None = None) -> None:
        super().__init__(_SETTINGS)
        self._notation = dict(notation or {})

    def doprint(self, expr: Any) -> str:
        text = str(super().doprint(expr))
        # `\arcsin{\left(x \right)}` without the group that only separates.
        return re.sub(r"\s+", " ", text.replace(r" \right)", r"\right)")).strip()

    def _print(self, expr: Any, **kwargs: Any) -> str:
        if isinstance(expr, sp.Basic) and expr in self._notation:
            return str(self._notation[expr])
        return str(super()._print(expr, **kwargs))

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        return letter(expr.name)

    def _print_Dummy(self, expr: sp.Dummy, style: str = "plain") -> str:
        return letter(expr.name)

    def _print_MatrixSymbol(self, expr: Any, style: str = "plain") -> str:
        return letter(expr.name)

    def _print_Tuple(self, expr: sp.Tuple) -> str:
        return rf"\left({', '.join(map(self._print, expr))}\right)"

    def _print_Indexed(self, expr: Any) -> str:
        return letter(str(expr.base)) + "_{" + ",".join(map(self._print, expr.indices)) + "}"

    def _print_MatAdd(self, expr: Any) -> str:
        text = ""
        for term in expr.args:
            coefficient, matrix = term.as_coeff_mmul()
            sign = "- " if coefficient.is_negative else "+ " if text else ""
            number = "" if abs(coefficient) == 1 else self._print(abs(coefficient)) + " "
            text += f" {sign}{number}{self._print(matrix)}"
        return text.strip()

    def _print_Transpose(self, expr: Any) -> str:
        return str(self.parenthesize(expr.arg, precedence_traditional(expr), True)) + r"^{\top}"

    def _print_Add(self, expr: sp.Add, order: str | None = None) -> str:
        terms = ordered_terms(expr)
        text = self._print(terms[0])
        for term in terms[1:]:
            sign, body = ("-", -term) if _is_negative(term) else ("+", term)
            printed = self._print(body)
            text += f" {sign} " + (rf"\left({printed}\right)" if body.is_Add else printed)
        return text

    def _needs_mul_brackets(self, expr: Any, first: bool = False, last: bool = False) -> bool:
        # A written sum reaches to the end of a product.
        if last and getattr(expr, "reaches_to_the_end", False):
            return False
        return bool(super()._needs_mul_brackets(expr, first=first, last=last))

    def _print_Mul(self, expr: sp.Mul) -> str:
        # An unevaluated product is printed as it was written.
        coefficient, rest = number_in_front(expr)
        if rest is None or coefficient == 1:
            return str(super()._print_Mul(expr))
        if coefficient == -1:
            return "- " + self._print(rest) if not rest.is_Add else rf"- \left({self._print(rest)}\right)"
        body = self._print(rest)
        if rest.is_Add:
            body = rf"\left({body}\right)"
        return f"{self._print(coefficient)} {body}"

    def _print_Pow(self, expr: sp.Pow) -> str:
        if isinstance(expr.base, sp.Subs | sp.Derivative) and expr.exp.is_positive:
            return rf"\left({self._print(expr.base)}\right)^{{{self._print(expr.exp)}}}"
        if expr.exp.is_Rational and expr.exp.q > 2 and expr.base.is_Symbol:
            return f"{self._print(expr.base)}^{{{expr.exp.p}/{expr.exp.q}}}"
        return str(super()._print_Pow(expr))

    def _print_AppliedUndef(self, expr: AppliedUndef, exp: str | None = None) -> str:
        name = str(self._notation.get(expr.func, letter(expr.func.__name__)))
        text = f"{name}\\left({', '.join(map(self._print, expr.args))}\\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"

    def _print_Function(self, expr: sp.Function, exp: str | None = None) -> str:
        known = hasattr(self, f"_print_{expr.func.__name__}") or expr.func.__name__ in (
            "asin",
            "atan",
            "acos",
            "erf",
            "sin",
            "cos",
            "tan",
        )
        if not known or isinstance(expr, AppliedUndef):
            text = self._print_AppliedUndef(expr)
            return text if exp is None else rf"{text}^{{{exp}}}"
        text = str(super()._print_Function(expr, exp))
        return re.sub(r"\{(\\left\(.*\\right\))\}$", r"\1", text, flags=re.DOTALL)

    def _print_Subs(self, expr: sp.Subs) -> str:
        inner, olds, news = expr.args
        if isinstance(inner, sp.Derivative) and len(olds) == 1 and isinstance(inner.expr, AppliedUndef):
            primes = inner.derivative_count
            if inner.expr.args == tuple(olds):
                name = str(self._notation.get(inner.expr.func, letter(inner.expr.func.__name__)))
                return name + "'" * int(primes) + rf"\left({self._print(news[0])}\right)"
        values = self.values(olds, news)
        body = self._print(inner)
        if inner.is_Add or (inner.is_Mul and (not _one_fraction(inner) or _is_negative(inner))):
            body = rf"\left[{body}\right]"
            return body + f"_{{{values}}}"
        return rf"\left.{body}\right|_{{{values}}}"

    def values(self, olds: Any, news: Any) -> str:
        """What is put in for what: in a row, or below each other where that would be long."""
        pieces = [f"{self._print(o)}={self._print(v)}" for o, v in zip(olds, news, strict=True)]
        row = r",\;".join(pieces)
        if width(row) < LONG_VALUES:
            return row
        return r"\substack{" + r" \\ ".join(pieces) + "}"

    def differential(self, expr: sp.Derivative) -> str:
        """The operator of a derivative, with a straight d where it acts on a function of one variable."""
        d = r"\partial" if len(expr.expr.free_symbols) > 1 else "d"
        order = sum(int(count) for _, count in expr.variable_count)
        below = " ".join(
            f"{d} {self._print(z)}" + ("" if count == 1 else f"^{{{count}}}")
            for z, count in reversed(expr.variable_count)
        )
        return rf"\frac{{{d if order == 1 else f'{d}^{{{order}}}'}}}{{{below}}}"

    def _print_Derivative(self, expr: sp.Derivative) -> str:
        inner = expr.expr
        body = self._print(inner)
        if not (inner.is_Symbol or inner.is_Function or inner.is_Pow):
            body = rf"\left[{body}\right]"
        return f"{self.differential(expr)} {body}"

    def _print_Limit(self, expr: sp.Limit) -> str:
        inner, variable, end = expr.args[:3]
        body = self._print(inner)
        if inner.is_Add:
            body = rf"\left({body}\right)"
        approach = "^+" if end == 0 else ""
        return rf"\lim_{{{self._print(variable)} \to {self._print(end)}{approach}}} {body}"

    def _print_Integral(self, expr: sp.Integral) -> str:
        ((variable, low, high),) = expr.limits
        inner = self._print(expr.function)
        return rf"\int_{{{self._print(low)}}}^{{{self._print(high)}}} {inner} \, d{self._print(variable)}"

    def _print_Determinant(self, expr: sp.Determinant) -> str:
        return r"\det " + self._print(expr.arg)

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        # An index in range: what it is there. Out of range there is no such component.
        return str(super()._print_Piecewise(expr))


def _is_negative(term: sp.Expr) -> bool:
    return bool(term.could_extract_minus_sign() and not term.is_Add and term.as_coeff_Mul()[0].is_negative)


def _is_remainder(term: sp.Expr) -> bool:
    """Whether a term is an order symbol, which stands last."""
    return bool(term.is_Symbol and term.name.startswith(("$O(", "$o(")))


def _one_fraction(expr: sp.Mul) -> bool:
    return bool(expr.as_numer_denom()[1] != 1)


def ordered_terms(expr: sp.Add) -> list[sp.Expr]:
    """The terms of a sum in the order in which they are read: sympy's, with a positive one in front. Exact."""
    terms = sorted(expr.as_ordered_terms(), key=_is_remainder)
    if expr.atoms(sp.Dummy):
        # sympy orders by the number of a dummy, which depends on what was computed before.
        terms = sorted(terms, key=lambda term: (_is_negative(term), str(term)))
    if _is_negative(terms[0]):
        first = next((i for i, term in enumerate(terms) if not _is_negative(term)), 0)
        terms.insert(0, terms.pop(first))
    return terms


def number_in_front(expr: sp.Mul) -> tuple[sp.Expr, sp.Expr | None]:
    r"""A product as (number, rest), where a function follows: :math:`\frac2\pi \arcsin x`. Exact."""
    numbers = [f for f in expr.args if f.is_number and not f.has(sp.Function)]
    rest = [f for f in expr.args if f not in numbers]
    if not numbers or not rest:
        return sp.S.One, None
    number = sp.Mul(*numbers)
    wide = [f for f in rest if (f.is_Function and not isinstance(f, sp.exp)) or f.is_Add]
    has_denominator = any(f.is_Pow and f.exp.could_extract_minus_sign() for f in rest)
    if not wide or has_denominator or number.is_Integer or sp.fraction(number)[1] == 1:
        return sp.S.One, None
    return number, sp.Mul(*rest)


def latex(expr: Any, notation: Mapping[Any, str] | None = None) -> str:
    r"""An expression in LaTeX with the notation of the paper. Exact.

    Parameters
    ----------
    expr : sympy object
    notation : mapping, optional
        What is printed for a symbol or a function instead of its name.

    Examples
    --------
    >>> s, p, q = sp.symbols("s p q")
    >>> print(latex(2 * sp.asin(s / sp.sqrt((1 + p) * (1 + q))) / sp.pi))
    \frac{2}{\pi} \arcsin\left(\frac{s}{\sqrt{\left(p + 1\right) \left(q + 1\right)}}\right)
    >>> print(latex(s * p, {s: r"w \cdot v"}))
    p w \cdot v
    """
    return PaperPrinter(notation).doprint(expr)

r"""Breaking formulas over lines: sums between terms, products between factors, and names for what recurs.

A line is broken where a reader would: first at the relation, then before the signs of a sum, then inside the factor
that is too wide. Brackets over several lines have a fixed size, so that every line is complete for TeX. What is still
longer than a few lines is written with names for subexpressions that occur more than once, which follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from theory.latex.printer import PaperPrinter, ordered_terms
from theory.latex.width import width

#: What the model of widths may be wrong by, as a part of a line.
RESERVE = 0.93
#: Lines of one relation from which on recurring subexpressions are named.
MANY_LINES = 5
_OPEN, _CLOSE = r"\Bigl(", r"\Bigr)"


@dataclass(frozen=True)
class Display:
    """A relation in lines. Exact.

    Attributes
    ----------
    lines : tuple of str
        Each with one ``§`` where it is aligned: an ampersand may be part of a matrix.
    names : tuple of str
        Lines that say what names stand for.
    """

    lines: tuple[str, ...]
    names: tuple[str, ...] = ()

    @property
    def latex(self) -> str:
        """All lines, as the body of ``split`` or ``aligned``, or as it is if it is one line."""
        lines = list(self.lines)
        if self.names:
            # All from the left: what names stand for would else begin at the relation, far to the right.
            lines = ["§" + line.replace("§", "", 1) for line in (*self.lines, *self.names)]
        if len(lines) == 1:
            return lines[0].replace("§", "", 1)
        return " \\\\\n".join(lines).replace("§", "&")

    @property
    def one_line(self) -> bool:
        """Whether it needs no alignment."""
        return len(self.lines) + len(self.names) == 1


class Layout:
    r"""Sets relations into lines of a given width. Exact.

    Parameters
    ----------
    line : float
        Width of a line in points, at a font size of ten.
    notation : mapping, optional
        What is printed for a symbol or a function instead of its name.

    Examples
    --------
    >>> x = sp.symbols("x1:9")
    >>> print(Layout(150).relation(["y"], "=", sp.Add(*x)).latex)
    y &= x_{1} + x_{2} + x_{3} + x_{4} + x_{5} \\
    &\quad {} + x_{6} + x_{7} + x_{8}
    """

    def __init__(self, line: float, notation: Mapping[Any, str] | None = None) -> None:
        self.line = line * RESERVE
        self._printer = PaperPrinter(notation)

    def latex(self, expr: Any) -> str:
        """An expression in one line."""
        return self._printer.doprint(expr)

    def fits(self, text: str) -> bool:
        """Whether a line is not too long."""
        return width(text) <= self.line

    def relation(self, left: Any, sign: str, right: Any, tail: str = "") -> Display:
        """``left sign right tail``, in as many lines as it needs.

        Parameters
        ----------
        left, right : sympy.Expr or list of str
            A list holds text that is already LaTeX.
        sign : str
            The relation.
        tail : str
            What follows on the last line, for example the domain.
        """
        display = self._relation(left, sign, right, tail)
        if len(display.lines) <= MANY_LINES:
            return display
        named = self._with_names(left, sign, right, tail)
        return named if named is not None and _size(named) < _size(display) else display

    def _relation(self, left: Any, sign: str, right: Any, tail: str) -> Display:
        whole = f"{self._text(left)} §{sign} {self._text(right)}{tail}"
        if width(whole) <= self.line:
            return Display((whole,))
        lefts = self.lines(left, self.line)
        rights = self.lines(right, self.line - 35)
        if len(lefts) == 1 and width(lefts[0]) < 0.3 * self.line:
            rights = self.lines(right, self.line - width(lefts[0]) - 35)
            lines = [f"{lefts[0]} §{sign} {rights[0]}", *(f"§\\quad {{}} {line}" for line in rights[1:])]
        else:
            lines = [f"§{lefts[0]}", *(f"§\\quad {{}} {line}" for line in lefts[1:])]
            lines += [f"§\\quad {sign} {rights[0]}", *(f"§\\qquad {{}} {line}" for line in rights[1:])]
        if tail:
            if width(lines[-1] + tail) <= self.line:
                lines[-1] += tail
            else:
                lines.append("§\\qquad" + tail)
        return Display(tuple(lines))

    def _text(self, side: Any) -> str:
        return " ".join(side) if isinstance(side, list) else self.latex(side)

    def lines(self, expr: Any, room: float) -> list[str]:
        """An expression in lines of at most the given width, as far as it can be broken."""
        if isinstance(expr, list):
            return [" ".join(expr)]
        text = self.latex(expr)
        if width(text) <= room or room < 40:
            return [text]
        if isinstance(expr, sp.Add):
            return self._sum(expr, room)
        if isinstance(expr, sp.Mul):
            return self._product(expr, room)
        if isinstance(expr, sp.Pow) and width(self.latex(expr.base)) > 0.5 * room:
            return self._bracketed("", expr.base, "^{" + self.latex(expr.exp) + "}", room)
        if isinstance(expr, sp.Derivative | sp.Subs | sp.Limit | sp.Integral):
            return self._operator(expr, room)
        if isinstance(expr, sp.Function) and len(expr.args) == 1:
            marker = sp.Symbol("x")
            name = self.latex(expr.func(marker)).split(r"\left(")[0]
            return self._bracketed(name, expr.args[0], "", room)
        return [text]

    def _bracketed(self, before: str, inner: sp.Expr, after: str, room: float) -> list[str]:
        """Brackets of a fixed size around an expression in lines, with what stands before and after them."""
        inside = self.lines(inner, room - 14)
        first = f"{before} {_OPEN} {inside[0]}".strip()
        if width(first) <= room:
            inside[0] = first
        else:
            inside = [f"{before} {_OPEN}".strip(), *inside]
        last = f"{inside[-1]} {_CLOSE}{after}"
        if width(last) <= room + 10:
            inside[-1] = last
        else:
            inside.append(f"{_CLOSE}{after}")
        return inside

    def _operator(self, expr: Any, room: float) -> list[str]:
        """An operation that is only written: what it does, around what it acts on."""
        before, after = "", ""
        if isinstance(expr, sp.Subs):
            after = rf"\Big|_{{{self._printer.values(expr.args[1], expr.args[2])}}}"
        elif isinstance(expr, sp.Derivative):
            before = self._printer.differential(expr)
        elif isinstance(expr, sp.Limit):
            before = rf"\lim_{{{self.latex(expr.args[1])} \to {self.latex(expr.args[2])}}}"
        else:
            (limits,) = expr.limits
            before = rf"\int_{{{self.latex(limits[1])}}}^{{{self.latex(limits[2])}}}"
            after = rf"\,d{self.latex(limits[0])}"
        return self._bracketed(before, expr.args[0], after, room)

    def _sum(self, expr: sp.Add, room: float) -> list[str]:
        lines: list[str] = []
        for index, term in enumerate(ordered_terms(expr)):
            negative = term.as_coeff_Mul()[0].is_negative and not term.is_Add
            body = -term if negative else term
            sign = "- " if negative else "+ " if index else ""
            pieces = self.lines(body, room - 12)
            if body.is_Add:
                pieces = self._bracketed("", body, "", room - 12)
            pieces[0] = sign + pieces[0]
            if lines and width(lines[-1] + " " + pieces[0]) <= room:
                lines[-1] += " " + pieces[0]
                lines += pieces[1:]
            else:
                lines += pieces
        return lines

    def _product(self, expr: sp.Mul, room: float) -> list[str]:
        numerator, denominator = sp.fraction(expr)
        if denominator != 1 and width(self.latex(denominator)) <= room - 14:
            if numerator.is_Mul or numerator.is_Add or numerator.is_Pow:
                front = rf"\frac{{1}}{{{self.latex(denominator)}}}"
                return self._after(front, numerator, room)
        elif denominator != 1:
            above = self.lines(numerator, room) if numerator != 1 else ["1"]
            if numerator.is_Add:
                above = self._bracketed("", numerator, "", room)
            below = self._bracketed(r"\cdot", denominator, "^{-1}", room)
            return above + below
        coefficient, _ = expr.as_coeff_Mul()
        if coefficient == -1:
            return self._after("-", -expr, room)
        lines = [""]
        for factor in expr.as_ordered_factors():
            pieces = self.lines(factor, room - 14)
            if factor.is_Add:
                plain = rf"\left({pieces[0]}\right)"
                fits = len(pieces) == 1 and width(plain) <= room - 14
                pieces = [plain] if fits else self._bracketed("", factor, "", room)
            if width(lines[-1] + " " + pieces[0]) <= room:
                lines[-1] = f"{lines[-1]} {pieces[0]}".strip()
                lines += pieces[1:]
            else:
                lines.append(r"\times " + pieces[0])
                lines += pieces[1:]
        return [line for line in lines if line]

    def _after(self, front: str, rest: sp.Expr, room: float) -> list[str]:
        if rest.is_Add:
            return self._bracketed(front, rest, "", room)
        pieces = self.lines(rest, room - width(front))
        if len(pieces) > 1:
            pieces = self.lines(rest, room - 14)
            if width(front + pieces[0]) > room:
                return [front, r"\times " + pieces[0], *pieces[1:]]
        pieces[0] = f"{front} {pieces[0]}"
        return pieces

    def _with_names(self, left: Any, sign: str, right: Any, tail: str) -> Display | None:
        """The relation with names for subexpressions that recur."""
        sides = [side for side in (left, right) if not isinstance(side, list)]
        if any(isinstance(node, sp.Subs | sp.Derivative) for side in sides for node in sp.preorder_traversal(side)):
            return None
        taken = {z.name[0] for side in sides for z in side.free_symbols}
        head = next((c for c in "XYZEW" if c not in taken), None)
        if head is None:
            return None
        names, reduced = _recurring(sides, head)
        if not names:
            return None
        rest = iter(reduced)
        new_left = left if isinstance(left, list) else next(rest)
        new_right = right if isinstance(right, list) else next(rest)
        body = self._relation(new_left, sign, new_right, tail)
        lines = list(body.lines)
        lines[-1] += ","
        where: list[str] = []
        for index, (name, value) in enumerate(names):
            item = self._relation(name, "=", value, "").lines
            text = item[0].replace("§", "", 1)
            if where and len(item) == 1 and width(where[-1] + r",\quad " + text) <= self.line - 40:
                where[-1] += r",\quad " + text
            else:
                if where:
                    where[-1] += ","
                where.append((r"\text{with } " if index == 0 else r"\quad ") + text)
                where += [r"\qquad " + line.replace("§", "", 1) for line in item[1:]]
        return Display(tuple(lines), tuple(where))


def _size(display: Display) -> float:
    return sum(map(width, display.lines)) + sum(map(width, display.names))


def _recurring(sides: list[sp.Expr], head: str) -> tuple[list[tuple[sp.Symbol, sp.Expr]], list[sp.Expr]]:
    """Names for subexpressions that occur more than once and are worth it."""
    symbols = (sp.Symbol(f"{head}_{index}") for index in range(1, 1000))
    found, reduced = sp.cse(sides, symbols=symbols, order="canonical")
    # Short ones are put back: a name for them would be one more thing to remember.
    names = list(found)
    changed = True
    while changed:
        changed = False
        for index, (name, value) in enumerate(names):
            if sp.count_ops(value) <= 4:
                back = {name: value}
                names = [(n, v.xreplace(back)) for i, (n, v) in enumerate(names) if i != index]
                reduced = [side.xreplace(back) for side in reduced]
                changed = True
                break
    fresh = {name: sp.Symbol(f"{head}_{index}") for index, (name, _) in enumerate(names, start=1)}
    return (
        [(fresh[name], value.xreplace(fresh)) for name, value in names],
        [side.xreplace(fresh) for side in reduced],
    )

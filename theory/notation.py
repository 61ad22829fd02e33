r"""Objects for what is written and not computed with: scalar products, expectations, gradients, order symbols.

They print themselves in LaTeX and in plain characters; checks see symbols in their places, or what
:meth:`Written.written_out` makes of them.
"""

from __future__ import annotations

from typing import Any, ClassVar

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.precedence import PRECEDENCE

from theory.latex.printer import letter


class Written(sp.Function):  # type: ignore[misc]
    """A written object: how it looks is all that is known of it. Exact.

    Attributes
    ----------
    latex_form, plain_form : str
        Format strings for the printed arguments.
    loose : bool
        Whether it needs brackets as a factor or a base.
    summed : tuple of int
        Arguments that need brackets if they are sums.
    """

    latex_form: ClassVar[str] = ""
    plain_form: ClassVar[str] = ""
    loose: ClassVar[bool] = False
    summed: ClassVar[tuple[int, ...]] = ()
    is_real = True

    @property
    def precedence(self) -> int:
        """For sympy's printers."""
        return int(PRECEDENCE["Add"] if self.loose else PRECEDENCE["Atom"])

    def written_out(self) -> sp.Basic:
        """What it is as an expression, where that can be computed. Exact."""
        return self

    def printed(self, form: str, printer: Any) -> str:
        """The arguments put into a format string."""
        texts = list(map(printer._print, self.args))
        for index in self.summed:
            if self.args[index].is_Add:
                texts[index] = f"({texts[index]})"
        return form.format(*texts)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = self.printed(self.latex_form, printer)
        if exp is None:
            return text
        return rf"\left({text}\right)^{{{exp}}}" if self.loose else rf"{text}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return self.printed(self.plain_form, printer)


class Dot(Written):
    """A scalar product."""

    latex_form, plain_form, loose = r"{} \cdot {}", "{}.{}", True
    summed = (0, 1)


class Norm(Written):
    """A norm."""

    latex_form, plain_form = "|{}|", "|{}|"


class Pairing(Written):
    """A scalar product in pointed brackets."""

    latex_form, plain_form = r"\langle {}, {}\rangle", "<{}, {}>"


class Mean(Written):
    """An expectation."""

    latex_form, plain_form = "E[{}]", "E[{}]"


class Rest(Written):
    """What is left, up to its order."""

    latex_form, plain_form = "O({})", "O({})"
    is_remainder = True


class SmallRest(Written):
    """What is left, of smaller order."""

    latex_form, plain_form = "o({})", "o({})"
    is_remainder = True


class Hat(Written):
    """A unit vector."""

    latex_form, plain_form = r"\hat {}", "{}^"


class Rate(Written):
    """A derivative in time."""

    latex_form, plain_form = r"\dot {}", "{}'"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        (inner,) = self.args
        body = printer._print(inner)
        text = rf"\dot {body}" if inner.is_Symbol else rf"({body})^{{\cdot}}"
        return text if exp is None else rf"{text}^{{{exp}}}"


class PlusMinus(Written):
    """Both signs."""

    latex_form, plain_form, loose = r"{} \pm {}", "{} +- {}", True


class EitherSign(Written):
    """Both signs of one quantity."""

    latex_form, plain_form, loose = r"\pm {}", "+-{}", True


class Range(Written):
    """A list that goes on to its last entry."""

    latex_form, plain_form = r"{}, \dots, {}", "{}, ..., {}"


class And(Written):
    """A list of two."""

    latex_form, plain_form = "{}, {}", "{}, {}"


class Closed(Written):
    """An interval with both ends."""

    latex_form, plain_form = "[{}, {}]", "[{}, {}]"


class Choices(Written):
    """A set by its elements."""

    latex_form, plain_form = r"\{{{}, {}, {}\}}", "{{{}, {}, {}}}"


class Congruent(Written):
    """Blocks of a matrix."""

    latex_form, plain_form, loose = r"{} \oplus {} \oplus {}", "{} (+) {} (+) {}", True


class Outer(Written):
    """The matrix of a vector with itself."""

    latex_form, plain_form = r"{0} {0}^{{\top}}", "{0} {0}^T"


class Quadratic(Written):
    """A quadratic form: the vector, and the matrix."""

    latex_form, plain_form = r"{0}^{{\top}} {1} {0}", "{0}^T {1} {0}"


class Diagonal(Written):
    """A diagonal matrix."""

    latex_form, plain_form = r"\mathrm{{diag}}({})", "diag({})"


class Hessian(Written):
    """The matrix of second derivatives."""

    latex_form, plain_form = r"\nabla^2 {}", "Hessian of {}"


class Gradient(Written):
    """A gradient, in a vector if one is given."""

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inner, *below = map(printer._print, self.args)
        text = r"\nabla" + (f"_{{{below[0]}}}" if below else "") + f" {inner}"
        return text if exp is None else rf"({text})^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        inner, *below = map(printer._print, self.args)
        return "grad" + (f"_{below[0]}" if below else "") + f" {inner}"


class Nabla(Written):
    """The gradient as an operator, in a vector."""

    latex_form, plain_form = r"\nabla_{{{}}}", "grad_{}"


class PartialOperator(Written):
    """A partial derivative as an operator."""

    latex_form, plain_form = r"\partial_{{{}}}", "d_{}"


class Slope(Written):
    """A derivative written below the line; computed where the function is an expression."""

    def written_out(self) -> sp.Basic:
        """The derivative, unless the function is a letter."""
        inner, *letters = self.args
        if inner.is_Symbol or isinstance(inner, Written):
            return self
        return sp.diff(inner, *letters)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inner, *below = map(printer._print, self.args)
        if isinstance(self.args[0], AppliedUndef):
            name, _, rest = inner.partition(r"\left")
            inner, after = name, rf"\left{rest}"
        else:
            after = ""
        text = f"{inner}_{{{' '.join(below)}}}{after}"
        return text if exp is None else rf"{text}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        inner, *below = map(printer._print, self.args)
        return f"{inner}_{''.join(below)}"


class Partial(Written):
    """A partial derivative as an operator before what it acts on."""

    latex_form, plain_form = r"\partial_{{{1}}} {0}", "d_{1} {0}"

    def written_out(self) -> sp.Basic:
        """The derivative, unless the function is a letter."""
        inner, variable = self.args
        return self if inner.is_Symbol or isinstance(inner, Written) else sp.diff(inner, variable)


class Total(Written):
    """A sum over an index, whose range the words tell."""

    loose = True
    reaches_to_the_end = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inner, index = self.args
        body = printer._print(inner)
        text = rf"\sum_{{{printer._print(index)}}} " + (rf"\left({body}\right)" if inner.is_Add else body)
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        inner, index = self.args
        return f"sum_{printer._print(index)} {printer.parenthesize(inner, PRECEDENCE['Mul'])}"


class Primed(Written):
    """A function's derivative of some order, with or without its argument."""

    def _marks(self, printer: Any) -> tuple[str, str]:
        function, order, *arguments = self.args
        name = letter(function.name) if hasattr(function, "name") else printer._print(function)
        marks = "'" * int(order) if order.is_Integer and order <= 4 else f"^{{({printer._print(order)})}}"
        return name + marks, ", ".join(map(printer._print, arguments))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        name, inside = self._marks(printer)
        text = name + (rf"\left({inside}\right)" if inside else "")
        # A power of a prime is two superscripts, but behind an argument.
        bare = exp is not None and not inside
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}" if bare else rf"{text}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        function, order, *arguments = self.args
        marks = "'" * int(order) if order.is_Integer else f"^({printer._print(order)})"
        inside = ", ".join(map(printer._print, arguments))
        return f"{printer._print(function)}{marks}" + (f"({inside})" if inside else "")


class TotalIn(Written):
    """A sum over the members of a set."""

    latex_form, plain_form, loose = r"\sum_{{{1} \in {2}}} {0}", "sum_({1} in {2}) {0}", True
    summed = (0,)
    reaches_to_the_end = True


def root(radicand: sp.Expr) -> sp.Expr:
    r"""A square root that stays one: sympy would split it over its factors. Exact.

    Examples
    --------
    >>> from theory.latex.printer import latex
    >>> x, k = sp.symbols("x k", positive=True)
    >>> print(latex(root(x / (2 * k))))
    \sqrt{\frac{x}{2 k}}
    """
    return sp.Pow(radicand, sp.S.Half, evaluate=False)


class LeastOver(Written):
    """The least value over all sizes that sum to a whole."""

    latex_form, plain_form, loose = r"\min_{{{1} = {2}}} {0}", "min over {1} = {2} of {0}", True


class Product(Written):
    """A product over an index, whose range the words tell."""

    latex_form, plain_form, loose = r"\prod_{{{1}}} {0}", "prod_{1} {0}", True
    summed = (0,)
    reaches_to_the_end = True


class Decimal(Written):
    """A number with a finite decimal expansion, and how many of its places are shown. Exact."""

    def written_out(self) -> sp.Basic:
        """The number."""
        return self.args[0]

    def _text(self) -> str:
        value, places = self.args[0], int(self.args[1])
        digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
        return ("-" if value < 0 else "") + f"{digits[:-places]}.{digits[-places:]}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return self._text() if exp is None else rf"({self._text()})^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return self._text()

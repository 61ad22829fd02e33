"""Activations as text: sums of powers times exponentials of at most quadratic polynomials, read into terms.

Nothing is evaluated but what is named here: numbers, pi, e, x, + - * / **, and exp, sin, cos, sinh, cosh of
polynomials, sqrt and log of constants. Decimals are exact. ``gelu`` and ``normal-cdf`` have no such text, but terms.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction

import flint

from verify.recheck.expectation import Term
from verify.recheck.numbers import Ball, Unreadable

#: The activations with names, in their own words.
BUILT_IN = {
    "normal-cdf": "Phi(x), the standard normal distribution function",
    "gelu": "x*Phi(x), Phi the standard normal distribution function",
    "linear": "x",
    "square": "x**2",
    "cube": "x**3",
    "hermite2": "x**2 - 1",
    "hermite3": "x**3 - 3*x",
    "hermite4": "x**4 - 6*x**2 + 3",
    "sin": "sin(x)",
    "cos": "cos(x)",
    "exp": "exp(x)",
}
#: Longest text, highest power, most terms.
LONGEST, HIGHEST, MOST = 500, 24, 60
#: Longest exponent of a decimal, with its sign.
_EXPONENT = 4
#: Precision of coefficients: that of every later use is below.
_BITS = 1024

Terms = list[Term]


def read_terms(activation: str) -> Terms:
    """The terms of an activation by name or expression. Enclosure.

    Raises
    ------
    Unreadable
        If it is not of the family, or grows like exp(c x^2), c > 0.
    """
    with flint.ctx.workprec(_BITS):
        if activation in ("normal-cdf", "gelu"):
            return [Term(flint.arb(1), int(activation == "gelu"), flint.arb(0), flint.arb(0), a=1)]
        text = BUILT_IN.get(activation, activation)
        if len(text) > LONGEST:
            raise _refused(activation)
        try:
            terms = _read(ast.parse(text.strip(), mode="eval").body, text.strip())
        except (SyntaxError, ValueError, RecursionError, MemoryError, ZeroDivisionError):
            raise _refused(activation) from None
        if not all(_finite(t) and bool(t.alpha <= 0) for t in terms) or not any(_depends(t) for t in terms):
            raise _refused(activation)
        return terms


def homogeneous_degree(activation: str) -> int | None:
    """The h of sigma(c x) = c^h sigma(x), c > 0, where the text is a monomial; else None. Exact.

    Examples
    --------
    >>> homogeneous_degree("cube"), homogeneous_degree("2*x**2"), homogeneous_degree("hermite2")
    (3, 2, None)
    """
    try:
        terms = read_terms(activation)
    except Unreadable:
        return None
    (t, *others) = terms
    monomial = not others and t.a == 0 and t.n > 0 and t.alpha.is_zero() and t.beta.is_zero() and bool(abs(t.c) > 0)
    return t.n if monomial else None


def _refused(activation: str) -> Unreadable:
    return Unreadable(
        f"system.activation: got {activation[:40]!r}, needs a name or a sum of powers times exponentials of x"
    )


def _finite(t: Term) -> bool:
    return all(flint.acb(z).is_finite() for z in (t.c, t.alpha, t.beta)) and not isinstance(t.alpha, flint.acb)


def _depends(t: Term) -> bool:
    # Undecided balls count as different from zero.
    return t.n > 0 or not (t.alpha.is_zero() and t.beta.is_zero())


def _constant(c: Ball) -> Terms:
    return [Term(c, 0, flint.arb(0), flint.arb(0))]


def _read(node: ast.expr, text: str) -> Terms:
    if isinstance(node, ast.Name):
        if node.id == "x":
            return [Term(flint.arb(1), 1, flint.arb(0), flint.arb(0))]
        if node.id == "pi":
            return _constant(flint.arb.pi())
        if node.id in ("e", "E"):
            return _constant(flint.arb(1).exp())
        raise ValueError
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        digits = str(ast.get_source_segment(text, node)).replace("_", "").lower()
        if len(digits.partition("e")[2]) > _EXPONENT:
            raise ValueError
        exact = Fraction(digits)
        return _constant(flint.arb(flint.fmpq(exact.numerator, exact.denominator)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        terms = _read(node.operand, text)
        return [Term(-t.c, t.n, t.alpha, t.beta) for t in terms] if isinstance(node.op, ast.USub) else terms
    if isinstance(node, ast.BinOp):
        return _binary(node, text)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords:
        return _function(node.func.id, _read(node.args[0], text))
    raise ValueError


def _binary(node: ast.BinOp, text: str) -> Terms:
    left, right = _read(node.left, text), _read(node.right, text)
    if isinstance(node.op, ast.Add):
        return _few(left + right)
    if isinstance(node.op, ast.Sub):
        return _few(left + [Term(-t.c, t.n, t.alpha, t.beta) for t in right])
    if isinstance(node.op, ast.Mult):
        return _times(left, right)
    if isinstance(node.op, ast.Div):
        return _times(left, _inverse(right))
    if isinstance(node.op, ast.Pow):
        return _power(left, right)
    raise ValueError


def _few(terms: Terms) -> Terms:
    """Without too many of them; equal ones are added up."""
    found: dict[tuple[int, str, str], Term] = {}
    for t in terms:
        key = t.n, _exactly(t.alpha), _exactly(t.beta)
        found[key] = Term(found[key].c + t.c, t.n, t.alpha, t.beta) if key in found else t
    kept = [t for t in found.values() if not t.c.is_zero()]
    if len(kept) > MOST or any(t.n > HIGHEST for t in kept):
        raise ValueError
    return kept or _constant(flint.arb(0))


def _exactly(z: Ball) -> str:
    """A name of a number that only equal balls share; balls that are not exact get one each."""
    whole = flint.acb(z)
    if whole.real.is_exact() and whole.imag.is_exact():
        return f"{whole.real.man_exp()} {whole.imag.man_exp()}"
    return f"{whole.real.mid().man_exp()} {whole.imag.mid().man_exp()} {id(z)}"


def _times(left: Terms, right: Terms) -> Terms:
    return _few([Term(a.c * b.c, a.n + b.n, a.alpha + b.alpha, a.beta + b.beta) for a in left for b in right])


def _inverse(terms: Terms) -> Terms:
    if len(terms) != 1 or terms[0].n or flint.acb(terms[0].c).contains(0):
        raise ValueError
    t = terms[0]
    return [Term(1 / t.c, 0, -t.alpha, -t.beta)]


def _number(terms: Terms) -> Ball | None:
    """The constant that the terms are, or None."""
    return terms[0].c if len(terms) == 1 and not _depends(terms[0]) else None


def _power(left: Terms, right: Terms) -> Terms:
    exponent, base = _number(right), _number(left)
    if exponent is None:
        raise ValueError
    if not (isinstance(exponent, flint.arb) and exponent.is_integer() and abs(exponent) <= HIGHEST):
        if base is None or not (isinstance(base, flint.arb) and base > 0):
            raise ValueError
        return _constant((base.log() * exponent).exp())
    whole = int(exponent.unique_fmpz())
    if whole < 0:
        left, whole = _inverse(left), -whole
    product = _constant(flint.arb(1))
    for _ in range(whole):
        product = _times(product, left)
    return product


def _exponential(terms: Terms, scale: Ball) -> Terms:
    """exp(scale * polynomial)."""
    if any(not (t.alpha.is_zero() and t.beta.is_zero()) or t.n > 2 for t in terms):
        raise ValueError
    parts = [sum((scale * t.c for t in terms if t.n == i), flint.arb(0)) for i in range(3)]
    return [Term(flint.arb(1) if parts[0].is_zero() else parts[0].exp(), 0, parts[2], parts[1])]


def _waves(over: Ball, scale: Ball, sign: int) -> Callable[[Terms], Terms]:
    """(exp(scale f) + sign exp(-scale f)) / over."""

    def made(terms: Terms) -> Terms:
        if any(t.n > 1 for t in terms):
            raise ValueError
        plus, minus = _exponential(terms, scale), _exponential(terms, -scale)
        return _few([Term(t.c / over, t.n, t.alpha, t.beta) for t in plus]
                    + [Term(sign * t.c / over, t.n, t.alpha, t.beta) for t in minus])  # fmt: skip

    return made


def _function(name: str, terms: Terms) -> Terms:
    if name in ("sqrt", "log"):
        constant = _number(terms)
        if constant is None or not (isinstance(constant, flint.arb) and constant > 0):
            raise ValueError
        return _constant(constant.sqrt() if name == "sqrt" else constant.log())
    i, two = flint.acb(0, 1), flint.arb(2)
    made: dict[str, Callable[[Terms], Terms]] = {
        "exp": lambda f: _exponential(f, flint.arb(1)),
        "cos": _waves(two, i, 1),
        "sin": _waves(2 * i, i, -1),
        "cosh": _waves(two, flint.arb(1), 1),
        "sinh": _waves(two, flint.arb(1), -1),
    }
    if name not in made:
        raise ValueError
    return made[name](terms)

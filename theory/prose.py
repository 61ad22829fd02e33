r"""Sentences whose formulas are objects: words with named places, and beside them what is printed there.

A sentence is written like a format string. What stands at a place says by its type how far it is to be trusted:

=============================  ===========================================================================
``s``, ``2 * m``               a quantity: an expression that is named, nothing is claimed
``defined(x, p / (1 + p))``    a definition: printed ``x = p/(1+p)``; from here on ``x`` is that, in checks too
``called(x, p / (1 + p))``     the same, but only ``x`` is printed
``given(n, "<", k)``           an assumption
``asserted(c, ">", 1)``        an assertion: checked, and a false one stops the document and refutes the claim
``{left} {right} {relation}``  the sides of the sentence's own step, or all of its relation
=============================  ===========================================================================

The words themselves hold no formula: no dollar sign, no backslash; single letters go into places, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from string import Formatter
from typing import TYPE_CHECKING, Any

import sympy as sp

if TYPE_CHECKING:
    from theory.derivation import Step
    from theory.inequality import Interval

#: Relations that a sentence may state, in words that a keyboard has. Those of the second line cannot be asserted.
CHECKABLE = ("=", "<", ">", "<=", ">=", "!=", "->")
SIGNS = (*CHECKABLE, "~", "~=", "in", "perp")


@dataclass(frozen=True)
class Quantity:
    """An expression that is named. Exact."""

    value: sp.Basic


@dataclass(frozen=True)
class Definition:
    """What a letter stands for, from here on. Exact.

    Attributes
    ----------
    letter : sympy.Basic
        A symbol, a function of symbols, or another object of :mod:`theory.notation`.
    value : sympy.Basic
    shown : bool
        Whether the value is printed, or the letter alone.
    """

    letter: sp.Basic
    value: sp.Basic
    shown: bool = True


@dataclass(frozen=True)
class Assumption:
    """A relation that is supposed: terms with signs between them. Exact."""

    terms: tuple[sp.Basic, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Assertion:
    """A relation that is claimed, and checked. Exact.

    Attributes
    ----------
    terms : tuple of sympy.Basic
    signs : tuple of str
        Between the terms, from ``CHECKABLE``.
    by : str
        Name of the step that shows it; the sentence's own where it is empty. What does not follow from that step as
        it stands is checked by itself.
    domain : tuple of (sympy.Symbol, sympy.Expr, sympy.Expr)
        Open intervals on which an inequality is stated.
    through : tuple of (sympy.Symbol, sympy.Expr)
        An invertible change of variables in which an equality is checked.
    variable : sympy.Symbol, optional
        What tends to infinity where the sign is ``->``.
    """

    terms: tuple[sp.Basic, ...]
    signs: tuple[str, ...]
    by: str = ""
    domain: tuple[Interval, ...] = ()
    through: tuple[tuple[sp.Symbol, sp.Expr], ...] = ()
    variable: sp.Symbol | None = None

    def false(self) -> Assertion:
        """The same with its last relation made wrong, to see it caught. Exact."""
        *first, left, right = self.terms
        if self.signs[-1] in ("=", "->"):
            return replace(self, terms=(*first, left, right + sp.Rational(1, 7)))
        if self.signs[-1] == "!=":
            return replace(self, terms=(*first, left, left))
        # An inequality the other way round, and false where both sides are equal, too.
        sign = {"<": ">", ">": "<", "<=": ">", ">=": "<"}[self.signs[-1]]
        return replace(self, signs=(*self.signs[:-1], sign))


class Own(Enum):
    """What a sentence shows of its own step."""

    left = "left"
    right = "right"
    relation = "relation"


Inline = Quantity | Definition | Assumption | Assertion | Own


@dataclass(frozen=True)
class Sentence:
    """Words and formulas, in the order in which they are read; made by :func:`sentence`. Exact.

    Attributes
    ----------
    pieces : tuple of str or inline formulas
    """

    pieces: tuple[str | Inline, ...]

    def __str__(self) -> str:
        return self.plain()

    def __add__(self, other: Sentence | str) -> Sentence:
        return Sentence((*self.pieces, *sentence(other).pieces))

    def __radd__(self, other: str) -> Sentence:
        return sentence(other) + self

    def plain(self, step: Step | None = None) -> str:
        """The sentence in plain characters, for terminals and JSON. Exact."""
        from theory.plain import plain_words

        return plain_words(self, step)

    def assertions(self) -> Iterator[Assertion]:
        """What it claims."""
        return (piece for piece in self.pieces if isinstance(piece, Assertion))

    def definitions(self) -> Iterator[Definition]:
        """The letters it introduces."""
        return (piece for piece in self.pieces if isinstance(piece, Definition))

    def with_false(self, index: int) -> Sentence:
        """The sentence with its assertion of that index made wrong. Exact."""
        wrong = list(self.assertions())[index]
        return Sentence(tuple(piece.false() if piece is wrong else piece for piece in self.pieces))


def sentence(words: str | Sentence, *places: Any, **named: Any) -> Sentence:
    """Words with formulas at their places, as in ``str.format``. Exact.

    Parameters
    ----------
    words : str
        Plain words; ``{}`` takes the next of ``places``, ``{name}`` one of ``named``. ``{left}``, ``{right}`` and
        ``{relation}`` are those of the step that the sentence belongs to.
    *places, **named : sympy.Basic, int, tuple, or what ``defined``, ``called``, ``given`` and ``asserted`` give

    Raises
    ------
    ValueError
        If the words hold a typed formula, or places and what is put there do not match.

    Examples
    --------
    >>> p, x, k = sp.symbols("p x k", positive=True)
    >>> line = sentence("With {} and {root} in {}", defined(x, p / (1 + p)), (0, 1), root=given(k, ">", 2))
    >>> print(line)
    With x = p/(p + 1) and k > 2 in (0, 1)
    >>> sentence("With $x$ in mind")
    Traceback (most recent call last):
    ValueError: words: got a typed formula in 'With $x$ in mind', needs plain words with formulas at {places}
    """
    if isinstance(words, Sentence):
        return words
    if "$" in words or "\\" in words:
        raise ValueError(f"words: got a typed formula in {words!r}, needs plain words with formulas at {{places}}")
    given_places, unused = iter(places), set(named)
    pieces: list[str | Inline] = []
    for text, field, _, _ in Formatter().parse(words):
        if text:
            pieces.append(text)
        if field is None:
            continue
        if field in named:
            unused.discard(field)
            pieces.append(_inline(named[field]))
        elif field in Own.__members__:
            pieces.append(Own[field])
        else:
            value = next(given_places, None) if not field else None
            if value is None:
                raise ValueError(f"words: got nothing for {{{field}}} in {words!r}, needs one object for each place")
            pieces.append(_inline(value))
    if unused or next(given_places, None) is not None:
        raise ValueError(f"words: got more objects than places in {words!r}, needs one object for each place")
    return Sentence(tuple(pieces))


def defined(letter: sp.Basic, value: Any) -> Definition:
    """A definition, printed ``letter = value``. Exact.

    Raises
    ------
    ValueError
        If the value holds the letter that it is to explain.
    """
    value = _object(value)
    if isinstance(letter, sp.Symbol) and letter in value.free_symbols:
        raise ValueError(f"letter: got {letter} in its own definition {value}, needs a value without it")
    return Definition(letter, value)


def called(letter: sp.Basic, value: Any) -> Definition:
    """A definition of which only the letter is printed. Exact."""
    return replace(defined(letter, value), shown=False)


def given(*terms: Any) -> Assumption:
    """A relation that is supposed: ``given(0, "<", x, "<", 1)``. Exact.

    Examples
    --------
    >>> x = sp.Symbol("x")
    >>> print(sentence("for {}", given(0, "<", x, "<", 1)))
    for 0 < x < 1
    """
    return Assumption(*_relation(terms, SIGNS))


def asserted(*terms: Any, **options: Any) -> Assertion:
    """A relation that is claimed and checked: ``asserted(c, ">", 1)``. Exact.

    Parameters
    ----------
    *terms : sympy.Basic or number, with signs between them
        Signs are ``=``, ``<``, ``>``, ``<=``, ``>=``, ``!=`` and ``->`` (the limit as ``variable`` grows).
    **options
        ``by``, ``domain``, ``through``, ``variable`` of :class:`Assertion`.
    """
    return Assertion(*_relation(terms, CHECKABLE), **options)


def _relation(terms: tuple[Any, ...], signs: tuple[str, ...]) -> tuple[tuple[sp.Basic, ...], tuple[str, ...]]:
    wrong = [sign for sign in terms[1::2] if not isinstance(sign, str) or sign not in signs]
    if len(terms) < 3 or len(terms) % 2 == 0 or wrong:
        raise ValueError(f"terms: got {terms!r}, needs objects with one of {', '.join(signs)} between them")
    return tuple(map(_object, terms[::2])), tuple(terms[1::2])


def _inline(value: Any) -> Inline:
    if isinstance(value, Quantity | Definition | Assumption | Assertion | Own):
        return value
    return Quantity(_object(value))


def _object(value: Any) -> sp.Basic:
    """A sympy object; a relation between two is none, since it must say whether it is claimed."""
    if isinstance(value, tuple | list):
        return sp.Tuple(*map(_object, value))
    if isinstance(value, str):
        raise ValueError(f"place: got the text {value!r}, needs an object: a symbol, an expression, a definition")
    made = sp.sympify(value)
    if isinstance(made, sp.core.relational.Relational | sp.logic.boolalg.Boolean) and not made.is_Symbol:
        raise ValueError(f"place: got the relation {made}, needs given(...) or asserted(...) to say what it is")
    return made

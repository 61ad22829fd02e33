"""Derivations as chains of steps that a machine can check.

A :class:`Step` says how its right-hand side follows from its left-hand side; a :class:`Derivation` is a
chain of steps with a result. Checking answers with a three-valued :class:`Outcome`, it never raises:
a derivation that fails is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

import sympy as sp

from theory.inequality import Interval, is_positive
from theory.unevaluated import evaluated

if TYPE_CHECKING:
    from theory.prose import Sentence


class Relation(Enum):
    """How the two sides of a step are related."""

    EQUAL = "equal as expressions"
    DERIVATIVE = "the right side is the derivative of the left side"
    INTEGRAL = "the right side is the integral of the left side over the whole line"
    POSITIVE = "the left side is positive on the domain"
    INCREASING = "the left side vanishes at the lower end and its derivative, the right side, is positive: so is it"
    LIMIT = "the right side is the limit of the left side as the variable tends to infinity"


class Verdict(Enum):
    """What a check found out."""

    HOLDS = "the step holds"
    FAILS = "the step is false"
    UNDECIDED = "the step could be neither proved nor refuted"


@dataclass(frozen=True)
class Outcome:
    """Result of checking one step. Exact.

    Attributes
    ----------
    step : str
        Name of the step.
    verdict : Verdict
        ``HOLDS`` only if the difference was reduced to zero symbolically; ``FAILS`` only if it is
        non-zero at a point of the domain.
    difference : sympy.Expr
        What remains of left minus right.
    """

    step: str
    verdict: Verdict
    difference: sp.Expr

    def __bool__(self) -> bool:
        return self.verdict is Verdict.HOLDS


def vanishes(expression: sp.Expr) -> tuple[Verdict, sp.Expr]:
    """Decide whether an expression is identically zero. Exact.

    Parameters
    ----------
    expression : sympy.Expr
        Its free symbols range over the reals, the positive reals or the positive integers, as assumed.

    Returns
    -------
    (Verdict, sympy.Expr)
        The verdict and the reduced expression. ``FAILS`` is claimed from a value of absolute size above
        1e-20 at a rational point, computed with 50 digits; a proof of zero is always symbolic.

    Examples
    --------
    >>> x = sp.Symbol("x", positive=True)
    >>> vanishes(sp.sqrt(x**2) - x)[0].name, vanishes(x - 2)[0].name
    ('HOLDS', 'FAILS')
    """
    difference = sp.expand(expression)
    if difference == 0:
        return Verdict.HOLDS, sp.S.Zero
    # A value refutes at once what simplification would take long to leave standing.
    if nonzero_somewhere(expression):
        return Verdict.FAILS, difference
    # A rational function vanishes with its numerator.
    if expression.is_rational_function() and sp.expand(sp.fraction(sp.together(expression))[0]) == 0:
        return Verdict.HOLDS, sp.S.Zero
    if expression.has(sp.I, sp.sinh, sp.cosh):
        # Trigonometric and hyperbolic functions meet exponentials only as exponentials.
        difference = sp.expand(expression.rewrite(sp.exp))
        if difference == 0:
            return Verdict.HOLDS, sp.S.Zero
    for rewrite in (sp.together, sp.radsimp):
        difference = sp.simplify(rewrite(difference))
        if difference == 0:
            return Verdict.HOLDS, sp.S.Zero
    return Verdict.UNDECIDED, difference


def nonzero_somewhere(expression: sp.Expr) -> bool:
    """Whether a value at a rational point shows that an expression is not identically zero. Exact."""
    expression = _values_as_letters(expression)
    symbols = sorted(expression.free_symbols, key=lambda z: z.name)
    for shift in range(3):
        # Rational points inside |s| < sqrt(p q) for the symbols used here: small, distinct, positive.
        point = {
            z: sp.Integer(3 + shift + i)
            if z.is_integer
            else sp.Rational(*Fraction(7 + 2 * i, 5 + 3 * shift + i).as_integer_ratio())
            for i, z in enumerate(symbols)
        }
        value = sp.N(expression.subs(point), 50)
        if value.is_number and value.is_finite and abs(value) > sp.Rational(1, 10**20):
            return True
    return False


def _values_as_letters(expression: sp.Expr) -> sp.Expr:
    """Values of functions of which nothing is known, at letters: they may be any numbers whatever."""
    values = [f for f in expression.atoms(sp.Function) if getattr(f, "nothing_known", False)]
    if not all(argument.is_Atom for f in values for argument in f.args):
        return expression
    ordered = sorted(values, key=sp.default_sort_key)
    return expression.xreplace({f: sp.Symbol(f"value_{i}", real=True) for i, f in enumerate(ordered)})


def _matrix_vanishes(expression: sp.MatrixExpr) -> tuple[Verdict, sp.Expr]:
    """Decide whether a 1 x 1 matrix expression of symbolic sizes is zero; it is refuted at sizes 1."""
    rest = sp.expand(expression).doit()
    if rest.is_ZeroMatrix:
        return Verdict.HOLDS, sp.S.Zero
    small = rest.subs({size: 1 for size in rest.free_symbols if size.is_integer})
    vectors = sorted(small.atoms(sp.MatrixSymbol), key=lambda x: x.name)
    value = small.subs({x: sp.Matrix([[sp.Rational(3 + i, 5)]]) for i, x in enumerate(vectors)}).doit()
    return (Verdict.FAILS if sp.Matrix(value)[0, 0] != 0 else Verdict.UNDECIDED), rest


def _positivity(expression: sp.Expr, domain: tuple[Interval, ...]) -> Verdict:
    """Proved, refuted at an interior point, or undecided."""
    if is_positive(expression, domain):
        return Verdict.HOLDS
    for part in (sp.Rational(1, 2), sp.Rational(1, 5), sp.Rational(6, 7)):
        point = {z: lo + part / (1 - part) if hi == sp.oo else lo + part * (hi - lo) for z, lo, hi in domain}
        value = sp.N(expression.subs(point).subs(dict.fromkeys(expression.free_symbols - set(point), 1)), 30)
        if value.is_number and value.is_real and value <= 0:
            return Verdict.FAILS
    return Verdict.UNDECIDED


@dataclass(frozen=True)
class Step:
    """One checked step of a derivation. Exact.

    Parameters
    ----------
    name : str
        Short, stable name.
    statement : Sentence or str
        What the step says, in words; with formulas as objects (:func:`theory.prose.sentence`), or plain.
    left, right : sympy.Expr
        The two sides. Operations that are only written (:mod:`theory.unevaluated`) are carried out when the step is
        checked.
    relation : Relation
        How they are related.
    variable : sympy.Symbol, optional
        The variable of differentiation or integration.
    where : tuple of (sympy.Symbol, sympy.Expr)
        Abbreviations, substituted in both sides before an equality is checked.
    domain : tuple of (sympy.Symbol, sympy.Expr, sympy.Expr)
        Open intervals on which an inequality is stated.
    through : tuple of (sympy.Symbol, sympy.Expr)
        An invertible change of variables in which an equality is checked: what is shown stays in the variables of
        the statement.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> bool(Step("square", "", x**2, 2 * x, Relation.DERIVATIVE, x).check())
    True
    """

    name: str
    statement: Sentence | str
    left: sp.Expr
    right: sp.Expr
    relation: Relation = Relation.EQUAL
    variable: sp.Symbol | None = None
    where: tuple[tuple[sp.Symbol, sp.Expr], ...] = field(default=())
    domain: tuple[Interval, ...] = field(default=())
    through: tuple[tuple[sp.Symbol, sp.Expr], ...] = field(default=())

    def words(self) -> str:
        """The statement in plain characters. Exact."""
        return self.statement if isinstance(self.statement, str) else self.statement.plain(self)

    def sides(self) -> tuple[sp.Expr, sp.Expr]:
        """Both sides, carried out and in the variables of the check. Exact."""
        left, right = evaluated(self.left), evaluated(self.right)
        if not self.through:
            return left, right
        change = dict(self.through)
        left, right = (side.subs(change, simultaneous=True) for side in (left, right))
        # A value that refutes the step spares the simplification of both sides.
        if self.relation is Relation.EQUAL and nonzero_somewhere(left - right):
            return left, right
        return sp.simplify(left), sp.simplify(right)

    def check(self) -> Outcome:
        """Check the step. Exact.

        Inequalities are proved by :func:`theory.inequality.is_positive` or not at all: what it cannot prove
        is undecided, and refuted only by a value that is not positive inside the domain.
        """
        left, right = self.sides()
        if self.relation is Relation.POSITIVE:
            return Outcome(self.name, _positivity(left, self.domain), left)
        if self.relation is Relation.INCREASING:
            ((variable, lower, _),) = self.domain
            at_end, rest = vanishes(sp.limit(left, variable, lower, "+"))
            if at_end is not Verdict.HOLDS:
                return Outcome(self.name, at_end, rest)
            slope, rest = vanishes(sp.diff(left, variable) - right)
            if slope is not Verdict.HOLDS:
                return Outcome(self.name, slope, rest)
            return Outcome(self.name, _positivity(right, self.domain), right)
        if self.relation is Relation.LIMIT:
            left = sp.limit(left, self.variable, sp.oo)
        if self.relation is Relation.DERIVATIVE:
            left = sp.diff(left, self.variable)
        elif self.relation is Relation.INTEGRAL:
            left = sp.integrate(left, (self.variable, -sp.oo, sp.oo))
        difference = left - right
        if isinstance(difference, sp.MatrixExpr):
            return Outcome(self.name, *_matrix_vanishes(difference))
        if self.where:
            difference = difference.subs(dict(self.where), simultaneous=True)
        verdict, rest = vanishes(difference)
        return Outcome(self.name, verdict, rest)


@dataclass(frozen=True)
class Derivation:
    """A named chain of steps and what it establishes. Exact.

    Parameters
    ----------
    name : str
        Stable name, for example ``"erf-interaction"``.
    steps : tuple of Step
        In the order in which they are read.
    result : sympy.Expr
        The formula that the last step establishes.
    """

    name: str
    steps: tuple[Step, ...]
    result: sp.Expr

    def check(self) -> tuple[Outcome, ...]:
        """Check every step; the derivation holds if all outcomes are true. Exact."""
        return tuple(step.check() for step in self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

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

import sympy as sp


class Relation(Enum):
    """How the two sides of a step are related."""

    EQUAL = "equal as expressions"
    DERIVATIVE = "the right side is the derivative of the left side"
    INTEGRAL = "the right side is the integral of the left side over the whole line"


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
    difference = expression
    for reduce in (sp.expand, lambda e: sp.simplify(sp.together(e)), lambda e: sp.simplify(sp.radsimp(e))):
        difference = reduce(difference)
        if difference == 0:
            return Verdict.HOLDS, sp.S.Zero
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
            return Verdict.FAILS, difference
    return Verdict.UNDECIDED, difference


@dataclass(frozen=True)
class Step:
    """One checked step of a derivation. Exact.

    Parameters
    ----------
    name : str
        Short, stable name.
    statement : str
        What the step says, in words; formulas in LaTeX between dollar signs.
    left, right : sympy.Expr
        The two sides.
    relation : Relation
        How they are related.
    variable : sympy.Symbol, optional
        The variable of differentiation or integration.
    where : tuple of (sympy.Symbol, sympy.Expr)
        Abbreviations, substituted in both sides before an equality is checked.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> bool(Step("square", "", x**2, 2 * x, Relation.DERIVATIVE, x).check())
    True
    """

    name: str
    statement: str
    left: sp.Expr
    right: sp.Expr
    relation: Relation = Relation.EQUAL
    variable: sp.Symbol | None = None
    where: tuple[tuple[sp.Symbol, sp.Expr], ...] = field(default=())

    def check(self) -> Outcome:
        """Check the step. Exact."""
        left = self.left
        if self.relation is Relation.DERIVATIVE:
            left = sp.diff(left, self.variable)
        elif self.relation is Relation.INTEGRAL:
            left = sp.integrate(left, (self.variable, -sp.oo, sp.oo))
        difference = left - self.right
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

r"""The relations of a derivation at given sizes: numbers beside the formulas.

A relation with symbolic sizes holds for each size; at (n, k) it is written with n, k and the size m = k - n + 1 of
the optimal point's average put in, checked again there, and its value given to twelve digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import sympy as sp

from theory.derivation import Outcome, Relation, Step, Verdict
from theory.latex.layout import Display, Layout
from theory.latex.printer import SIGNS
from theory.unevaluated import evaluated

if TYPE_CHECKING:
    from theory.claim import Claim, Formula

#: Digits of numbers beside formulas.
DIGITS = 12


class FailsThere(Exception):
    """A step that does not hold at given sizes, whatever was found for symbolic ones. Exact."""

    def __init__(self, step: Step, outcome: Outcome) -> None:
        super().__init__(f"step {step.name} fails at the given sizes: difference {outcome.difference}")
        self.step, self.outcome = step, outcome


@dataclass(frozen=True)
class Numbers:
    """A relation at given sizes. Exact, with its value as a decimal.

    Attributes
    ----------
    body : str
        LaTeX, in lines.
    value : str
        Both sides to twelve digits, or empty where letters remain.
    lines : int
    beside : bool
        Whether the value fits on the line.
    """

    body: str
    value: str
    lines: int
    beside: bool = True


@dataclass(frozen=True)
class Sizes:
    """The sizes asked for. Exact.

    Attributes
    ----------
    n, k : int
    """

    n: int
    k: int

    def values(self, claim: Claim, free: set[sp.Symbol]) -> dict[sp.Symbol, sp.Expr]:
        """What is put in for the sizes among some symbols: n, k, and m = k - n + 1 for one group."""
        known = {"n": self.n, "k": self.k, "m": self.k - self.n + 1}
        if str(claim.sizes).startswith("n = 1"):
            # One neuron alone: it averages as many teachers as the optimal point's average does.
            known = {"n": 1, "k": known["m"], "m": known["m"]}
        found = {z: sp.Integer(known[z.name]) for z in free if z.name in known and _is_size(z)}
        return dict(sorted(found.items(), key=lambda item: item[0].name))

    def step(self, claim: Claim, step: Step, layout: Layout) -> tuple[Numbers, ...]:
        """A step at these sizes, checked again there; nothing if it holds no size, or its variable is one.

        Raises
        ------
        FailsThere
            If it is false at these sizes.
        """
        from theory.latex.steps import step_display

        if step.relation not in (Relation.EQUAL, Relation.POSITIVE) or isinstance(step.left, sp.MatrixExpr):
            return ()
        bound = {z for z, _ in step.where} | {z for z, _, _ in step.domain}
        free = (step.left.free_symbols | sp.sympify(step.right).free_symbols) - bound
        values = self.values(claim, free)
        if not values:
            return ()
        left, right = (_put(side, values) for side in (step.left, step.right))
        there = Step(
            step.name,
            step.statement,
            left,
            right,
            step.relation,
            step.variable,
            tuple((z, _put(v, values)) for z, v in step.where),
            step.domain,
        )
        outcome = there.check()
        if outcome.verdict is Verdict.FAILS:
            raise FailsThere(there, outcome)
        # What simplification does not reach at these sizes stays proved by the symbolic step, and is not shown.
        if not outcome:
            return ()
        display = step_display(there, layout)
        return (_numbers(display, _decimal(left), layout),)

    def formula(self, claim: Claim, formula: Formula, layout: Layout) -> tuple[Numbers, ...]:
        """A formula of the statement at these sizes."""
        values = self.values(claim, set(formula.right.free_symbols) | set(formula.left.free_symbols))
        if not values:
            return ()
        left, right = (_put(side, values) for side in (formula.left, formula.right))
        display = layout.relation(left, SIGNS.get(formula.sign, formula.sign), right)
        return (_numbers(display, _decimal(right), layout),)


def _numbers(display: Display, value: str, layout: Layout) -> Numbers:
    lines = len(display.lines) + len(display.names)
    return Numbers(display.latex, value, lines, lines == 1 and layout.fits(rf"{display.latex} \quad [{value}]"))


def _is_size(symbol: sp.Symbol) -> bool:
    return bool(symbol.is_positive)


def _put(side: sp.Basic, values: dict[sp.Symbol, sp.Expr]) -> sp.Basic:
    return side.subs(values, simultaneous=True)


def _decimal(side: sp.Basic) -> str:
    """A number's first digits, rounded from an evaluation that knows its accuracy."""
    value = evaluated(side)
    if not isinstance(value, sp.Expr) or value.free_symbols or not value.is_number or value.is_Integer:
        return ""
    # Rounded once, from many more digits: half-way cases of an evaluation to twelve would be rounded twice.
    digits = sp.N(value, 3 * DIGITS)
    return format(Decimal(str(digits)), f".{DIGITS}g") if digits.is_real else ""

"""Whether what sentences assert is true: from the step that shows it, or by itself.

Letters that a claim's sentences define are put in before anything is compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from theory.derivation import Outcome, Relation, Step, Verdict, vanishes
from theory.inequality import is_positive
from theory.notation import Written
from theory.plain import plain
from theory.prose import Assertion, Definition, Sentence
from theory.unevaluated import evaluated

#: Definitions may rest on each other this deep.
DEEP = 12


class Scope:
    """What the letters of a claim stand for. Exact.

    Parameters
    ----------
    definitions : iterable of Definition
        Of all sentences of a claim.

    Examples
    --------
    >>> x, y, p = sp.symbols("x y p", positive=True)
    >>> scope = Scope([Definition(x, p / (1 + p)), Definition(y, x**2)])
    >>> scope.resolved(y + p)
    p**2/(p + 1)**2 + p
    """

    def __init__(self, definitions: Iterable[Definition] = ()) -> None:
        self._values: dict[sp.Basic, sp.Basic] = {}
        self.conflicts: list[Definition] = []
        for item in definitions:
            if self._values.setdefault(item.letter, item.value) != item.value:
                self.conflicts.append(item)

    def value(self, letter: sp.Basic) -> sp.Basic | None:
        """What a letter stands for, if it is defined."""
        return self._values.get(letter)

    def resolved(self, expression: Any) -> Any:
        """An expression with every defined letter replaced by what it stands for."""
        if not isinstance(expression, sp.Basic) or isinstance(expression, sp.MatrixExpr):
            return expression
        for _ in range(DEEP):
            before = expression
            expression = expression.xreplace({k: v for k, v in self._values.items() if not _is_function(k)})
            for letter, value in self._values.items():
                if _is_function(letter) and expression.has(letter.func):
                    expression = expression.replace(letter.func, _applied(letter, value))
            expression = expression.replace(lambda e: isinstance(e, Written), lambda e: e.written_out())
            if expression == before:
                break
        return evaluated(expression)


def _is_function(letter: sp.Basic) -> bool:
    return isinstance(letter, AppliedUndef)


def _applied(letter: AppliedUndef, value: sp.Basic) -> Any:
    return lambda *args: value.subs(dict(zip(letter.args, args, strict=True)), simultaneous=True)


def checked_sentences(
    sentences: Sequence[tuple[str, Any, Step | None]], steps: Sequence[Step]
) -> tuple[Outcome, ...]:
    """Outcomes of everything that a claim's sentences assert or define. Exact.

    Parameters
    ----------
    sentences : sequence of (name, sentence, step)
        The name says where it stands; plain strings assert nothing.
    steps : sequence of Step
        The claim's, for assertions that name one.

    Returns
    -------
    tuple of Outcome
        One for each assertion, named by the place and the relation; and one that fails for each letter that is
        defined twice, or otherwise than a step uses it.
    """
    written = [(name, words, step) for name, words, step in sentences if isinstance(words, Sentence)]
    scope = Scope(item for _, words, _ in written for item in words.definitions())
    by_name = {step.name: step for step in steps}
    outcomes = [_conflict(item, scope) for item in scope.conflicts]
    outcomes += [found for step in steps for found in _abbreviations(step, scope)]
    for name, words, step in written:
        for item in words.assertions():
            shown_by = by_name.get(item.by) if item.by else step
            if item.by and shown_by is None:
                raise ValueError(f"by: got {item.by!r} in {name}, the claim's steps are {', '.join(by_name)}")
            outcomes.append(_checked(name, item, scope, shown_by))
    return tuple(outcomes)


def told(name: str) -> tuple[str, str, str]:
    """The place of an assertion and its two sides, from the name of its outcome. Exact.

    Examples
    --------
    >>> told("norm, in its words: x < y = 2*z")
    ('norm', 'x', 'y = 2*z')
    """
    place, _, relation = name.rpartition(", in its words: ")
    left, *right = re.split(r" (?:=|<=|>=|!=|->|<|>) ", relation, maxsplit=1)
    return place, left, right[0] if right else ""


def _conflict(item: Definition, scope: Scope) -> Outcome:
    difference = scope.resolved(scope.value(item.letter)) - scope.resolved(item.value)
    verdict, rest = vanishes(difference)
    return Outcome(f"definition of {plain(item.letter)}", verdict, rest)


def _abbreviations(step: Step, scope: Scope) -> list[Outcome]:
    """A letter that a step abbreviates with and a sentence defines is the same in both."""
    found = []
    for letter, value in step.where:
        if scope.value(letter) is not None:
            # Abbreviations of one step may rest on each other, as its check puts them in.
            difference = scope.resolved(letter) - scope.resolved(value)
            verdict, rest = vanishes(difference.subs(dict(step.where), simultaneous=True))
            found.append(Outcome(f"{step.name}, in its words: definition of {plain(letter)}", verdict, rest))
    return found


def _checked(name: str, item: Assertion, scope: Scope, step: Step | None) -> Outcome:
    text = plain(item.terms[0]) + "".join(
        f" {sign} {plain(term)}" for sign, term in zip(item.signs, item.terms[1:], strict=True)
    )
    label = f"{name}, in its words: {text}"
    pairs = zip(item.terms, item.signs, item.terms[1:], strict=False)
    for left, sign, right in pairs:
        outcome = _pair(label, scope.resolved(left), sign, scope.resolved(right), item, scope, step)
        if not outcome:
            return outcome
    return Outcome(label, Verdict.HOLDS, sp.S.Zero)


def _pair(label: str, left: Any, sign: str, right: Any, item: Assertion, scope: Scope, step: Step | None) -> Outcome:
    if step is not None and follows(left, sign, right, step, scope):
        return Outcome(label, Verdict.HOLDS, sp.S.Zero)
    left, right = _opaque((left, right))
    if sign == "=":
        found = Step(label, "", left, right, through=item.through).check()
    elif sign == "->":
        found = Step(label, "", left, right, Relation.LIMIT, item.variable).check()
    else:
        found = _inequality(label, left, sign, right, item)
    return Outcome(label, found.verdict, found.difference)


def _inequality(label: str, left: sp.Expr, sign: str, right: sp.Expr, item: Assertion) -> Outcome:
    difference = left - right if sign in (">", ">=", "!=") else right - left
    if sign in (">=", "<=") and (difference.is_nonnegative or sp.expand(difference) == 0):
        return Outcome(label, Verdict.HOLDS, difference)
    if sign == "!=":
        apart = difference.is_zero is False or is_positive(-difference, item.domain)
        if apart:
            return Outcome(label, Verdict.HOLDS, difference)
    return Step(label, "", difference, sp.S.Zero, Relation.POSITIVE, domain=item.domain).check()


def follows(left: Any, sign: str, right: Any, step: Step, scope: Scope) -> bool:
    """Whether a relation is a step's own, turned round or multiplied by a number at most. Exact."""
    one, other = scope.resolved(step.left), scope.resolved(step.right)
    if isinstance(one, sp.MatrixExpr) or isinstance(other, sp.MatrixExpr):
        return bool({left, right} == {one, other}) and sign == "="
    difference = left - right
    if sign == "=" and step.relation is Relation.EQUAL:
        return _multiple(difference, one - other) is not None
    if step.relation is Relation.EQUAL and sign in ("<", ">", "<=", ">="):
        # An equality shows a sign where its right side has one as it stands, as a square has.
        larger = difference if sign in (">", ">=") else -difference
        signed = other.is_positive if sign in ("<", ">") else other.is_nonnegative
        return bool(signed) and _multiple(larger, one) == 1
    if sign == "->" and step.relation is Relation.LIMIT:
        return bool(sp.expand(left - one) == 0 and sp.expand(right - other) == 0)
    if step.relation in (Relation.POSITIVE, Relation.INCREASING) and sign in ("<", ">", "<=", ">=", "!="):
        factor = _multiple(difference if sign in (">", ">=", "!=") else -difference, one)
        return factor is not None and (sign == "!=" or bool(factor.is_positive))
    return False


def _multiple(difference: sp.Expr, other: sp.Expr) -> sp.Expr | None:
    """The number by which one expression is another, if it shows without effort."""
    if other == 0 or difference == 0:
        return sp.S.One if difference == other else None
    if sp.expand(difference - other) == 0:
        return sp.S.One
    if sp.expand(difference + other) == 0:
        return sp.S.NegativeOne
    ratio = difference / other
    return ratio if ratio.is_number and ratio != 0 else None


def _opaque(sides: Sequence[Any]) -> list[Any]:
    """A real symbol for each written object that remains: whatever it is, both sides hold the same."""
    names: Mapping[sp.Basic, sp.Symbol] = {}
    answer = []
    for side in sides:
        atoms = sorted(side.atoms(Written), key=sp.default_sort_key)
        names = {**{a: sp.Symbol(f"W_{len(names) + i}", real=True) for i, a in enumerate(atoms)}, **names}
    for side in sides:
        # The largest first, so that none is left with its inside replaced.
        for atom in sorted(names, key=lambda a: -a.count_ops(visual=False) if isinstance(a, sp.Expr) else 0):
            side = side.xreplace({atom: names[atom]})
        answer.append(side)
    return answer

"""The sentences of the theory's own claims: no formula typed in any of them, and each false assertion is named."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sympy as sp
from latex2mathml.converter import convert

from theory import Claim, Step, Verdict
from theory.claims import claims
from theory.latex.layout import Layout
from theory.latex.words import TYPED, sentence_latex
from theory.prose import Own, Sentence

CLAIMS = {claim.id: claim for claim in claims()}
#: What a typed formula would need: signs, digits, commands, or a letter that stands alone (but the articles).
FORMULA = re.compile(r"[$\\=<>^_+*/|\d]|(?<![\w'-])[b-zB-HJ-Z](?![\w'-])")


def own_words(words: Sentence | str) -> list[str]:
    """What was typed of a sentence."""
    return [words] if isinstance(words, str) else [piece for piece in words.pieces if isinstance(piece, str)]


def everything(claim: Claim) -> list[tuple[str, Sentence | str, Step | None]]:
    more = (("simulation", claim.simulation), ("certificate", claim.certificate), ("balls", claim.balls))
    return [*claim.sentences(claim.steps()), *((name, words, None) for name, words in more)]


@pytest.mark.parametrize("name", CLAIMS)
def test_no_formula_was_typed(name: str) -> None:
    claim = CLAIMS[name]
    assert not claim.latex, "the formula of the claim is printed from its formulas"
    assert not claim.notation, "letters are printed by their names"
    # Claims are referred to by their ids, which have hyphens and no digits.
    typed = [(place, words) for place, s, _ in everything(claim) for words in own_words(s) if FORMULA.search(words)]
    assert not typed


def test_a_typed_formula_would_be_seen() -> None:
    for text in ("so $x$", r"by \alpha", "with x large", "at n = 1", "n_c", "2 times", "a/b"):
        assert FORMULA.search(text), text
    for text in ("a group's own", "By the claim erf-ca-index, I", "sum-zero vectors"):
        assert not FORMULA.search(text), text


def symbols(claim: Claim) -> set[str]:
    """Names of all letters in what a claim shows."""
    shown = [x for formula in claim.formulas() for x in (formula.left, formula.right)]
    for _, words, _ in everything(claim):
        for piece in words.pieces if isinstance(words, Sentence) else ():
            if not isinstance(piece, str | Own):
                shown += [x for x in vars(piece).values() if isinstance(x, sp.Basic)] + list(
                    getattr(piece, "terms", ())
                )
    found = set().union(*(x.atoms(sp.Symbol, sp.core.function.AppliedUndef) for x in shown))
    return {x.name if isinstance(x, sp.Symbol) else x.func.__name__ for x in found}


@pytest.mark.parametrize("name", CLAIMS)
def test_no_letter_is_latex(name: str) -> None:
    # A symbol's name is a letter, perhaps with what stands below it: no formula hides in one.
    assert all(re.fullmatch(r"[A-Za-z]+\*?(_[A-Za-z0-9,-]+)?", letter) for letter in symbols(CLAIMS[name]))


@pytest.mark.parametrize("name", CLAIMS)
def test_what_sentences_assert_holds_and_its_false_twins_are_named(name: str) -> None:
    claim = CLAIMS[name]
    steps = claim.steps()
    assert all(claim.check_sentences(steps)), [o for o in claim.check_sentences(steps) if not o]
    for step in steps:
        asserted = list(step.statement.assertions()) if isinstance(step.statement, Sentence) else []
        for index in range(len(asserted)):
            wrong = replace(step, statement=step.statement.with_false(index))  # type: ignore[union-attr]
            planted = tuple(wrong if s.name == step.name else s for s in steps)
            broken = [o for o in claim.check_sentences(planted) if not o]
            assert [o.step.partition(",")[0] for o in broken] == [step.name], broken
            assert broken[0].verdict in (Verdict.FAILS, Verdict.UNDECIDED)


def test_enough_is_asserted() -> None:
    # Not for show: relations in sentences are checked in many claims, and letters defined in more.
    counts = {name: len(claim.check_sentences()) for name, claim in CLAIMS.items()}
    assert sum(counts.values()) >= 25
    assert sum(count > 0 for count in counts.values()) >= 10


@pytest.mark.parametrize("name", CLAIMS)
def test_every_sentence_prints_in_all_forms(name: str) -> None:
    claim = CLAIMS[name]
    layout = Layout(400)
    for _, words, step in everything(claim):
        latex = sentence_latex(words, layout, step)
        assert TYPED not in latex
        assert latex.count("$") % 2 == 0
        for formula in latex.split("$")[1::2]:
            # MathML, for pages without a network: every command is understood.
            assert "\\" not in convert(formula)
        plain = words if isinstance(words, str) else words.plain(step)
        assert "$" not in plain
        assert "\\" not in plain

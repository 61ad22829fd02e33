"""Steps and derivations: true ones hold, planted faults are caught by name, the undecidable is not claimed."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp

from theory import (
    Relation,
    Step,
    Verdict,
    copy_average_derivation,
    interaction_derivation,
    one_neuron_derivation,
)
from theory.derivation import vanishes

x = sp.Symbol("x", positive=True)

DERIVATIONS = {
    "interaction": interaction_derivation,
    "one neuron": one_neuron_derivation,
    "copy-average": copy_average_derivation,
}


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_step_holds(name: str) -> None:
    for outcome in DERIVATIONS[name]().check():
        assert outcome, f"{outcome.step}: {outcome.verdict.value}, {outcome.difference}"


def _steps() -> list[tuple[str, Step]]:
    return [(name, step) for name, derive in DERIVATIONS.items() for step in derive()]


@pytest.mark.parametrize("fault", ["factor", "shift"])
@pytest.mark.parametrize(("name", "step"), _steps(), ids=lambda value: getattr(value, "name", value))
def test_a_fault_planted_in_any_step_is_caught_by_its_name(name: str, step: Step, fault: str) -> None:
    # A factor leaves zero zero, so that steps with result 0 are shifted in both cases.
    wrong = (
        sp.Rational(3, 2) * step.right if fault == "factor" and step.right != 0 else step.right + sp.Rational(1, 7)
    )
    outcome = replace(step, right=wrong).check()
    assert outcome.verdict is Verdict.FAILS
    assert outcome.step == step.name


def test_the_three_verdicts() -> None:
    assert vanishes((x + 1) ** 2 - x**2 - 2 * x - 1)[0] is Verdict.HOLDS
    assert vanishes(x - sp.Rational(10**8 + 1, 10**8) * x)[0] is Verdict.FAILS
    # True identities that simplify does not prove must not count as proved, nor as refuted.
    hard = sp.Integral(sp.exp(-(sp.Symbol("t") ** 4) * x), (sp.Symbol("t"), 0, 1)) - sp.Integral(
        2 * sp.Symbol("u") * sp.exp(-(sp.Symbol("u") ** 8) * x), (sp.Symbol("u"), 0, 1)
    )
    assert vanishes(hard)[0] is not Verdict.FAILS


def test_relations() -> None:
    assert Step("d", "", sp.sin(x), sp.cos(x), Relation.DERIVATIVE, x).check()
    assert not Step("d", "", sp.sin(x), -sp.cos(x), Relation.DERIVATIVE, x).check()
    y = sp.Symbol("y", real=True)
    assert Step("i", "", sp.exp(-(y**2)), sp.sqrt(sp.pi), Relation.INTEGRAL, y).check()
    assert not Step("i", "", sp.exp(-(y**2)), sp.pi, Relation.INTEGRAL, y).check()

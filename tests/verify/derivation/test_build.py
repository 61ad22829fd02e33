"""A planted error in any step of any derivation stops the build, by name; parts show what was checked."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp

from theory import Claim, Kind, Relation, Step, faults
from theory.claims import claims
from verify.derivation import build
from verify.derivation.parts import Stopped, checked, label
from verify.derivation.prose import escaped, latex_prose
from verify.derivation.render import sizes

CLAIMS = {claim.id: claim for claim in claims()}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_planted_error_in_any_step_stops_the_build(name: str) -> None:
    claim = CLAIMS[name]
    for step in claim.steps():
        fault, wrong = next(iter(faults(step).items()))
        # The steps before it hold and are tested elsewhere: the build is given this one alone.
        alone = replace(claim, derive=lambda wrong=wrong: (wrong,))
        with pytest.raises(Stopped) as stopped:
            checked(alone, 420.0)
        broken = stopped.value.broken
        assert (broken.claim, broken.step, broken.label) == (name, step.name, f"eq:{name}:{step.name}"), fault
        assert broken.verdict in ("FAILS", "UNDECIDED")
        assert (broken.left, broken.right) == (str(wrong.left), str(wrong.right))
        assert broken.difference not in ("", "0")
        for part in (broken.label, broken.left, broken.right, broken.difference):
            assert part in str(stopped.value)


def test_the_whole_build_stops_at_a_fault_among_true_claims() -> None:
    with pytest.raises(Stopped, match="eq:erf-optimum:value: step value of erf-optimum is false"):
        build.build_parts(["erf-optimum"], 420.0, fault=("value", "constant"))


def test_a_false_assertion_in_a_sentence_stops_the_build() -> None:
    claim = CLAIMS["erf-optimum"].with_fault("lower", "words")
    with pytest.raises(Stopped, match="step lower, in its words: b \\+ t < a \\+ t - 1 of erf-optimum is false"):
        checked(claim, 420.0)


def test_processes_change_nothing() -> None:
    names = ["erf-copies-not-critical", "erf-loss-order-parameters", "erf-signed-teacher"]
    assert build.build_parts(names, 420.0, jobs=2) == build.build_parts(names, 420.0, jobs=1)


def test_a_claim_is_shown_with_label_check_and_standing() -> None:
    (part,) = build.build_parts(["erf-optimum"], 420.0)
    assert part.standing == "PROVED"
    assert [shown.label for shown in part.formulas] == ["eq:erf-optimum"]
    by_name = {step.name: step for step in part.steps}
    assert by_name["exchange"].check == "differentiated"
    assert by_name["exchange"].shown is not None
    assert by_name["exchange"].shown.label == label("erf-optimum", "exchange")


def test_a_step_that_cannot_be_decided_stops_the_build_too() -> None:
    z = sp.Symbol("z", real=True)
    unit = ((z, sp.S.Zero, sp.S.One),)
    # Positive, but none of the prover's rules shows it.
    hard = Step("hard", "", z**2 - 3 * z / 2 + sp.Rational(3, 5), sp.S.Zero, Relation.POSITIVE, domain=unit)
    claim = Claim("mine", Kind.THEOREM, "", "", "", lambda: (hard,))
    with pytest.raises(Stopped, match="step hard of mine was neither proved nor refuted"):
        checked(claim, 400.0)


def test_prose() -> None:
    assert escaped("a_b & 5%") == r"a\_b \& 5\%"
    assert latex_prose("by erf-optimum, $x_1$", ["erf-optimum"]) == r"by \texttt{erf-optimum}, $x_1$"
    linked = latex_prose("by erf-optimum", ["erf-optimum"], linked=True)
    assert linked == r"by \hyperref[claim:erf-optimum]{\texttt{erf-optimum}}"
    assert sizes("n = 1, all k, d >= k, w != 0") == r"$n = 1$, all $k$, $d \ge k$, $w \ne 0$"

"""Claims: proved for symbolic sizes, and every fault planted in any of their steps is caught by its name."""

from __future__ import annotations

import pytest
import sympy as sp

from theory import Claim, Kind, Relation, Standing, Step, Verdict, faults
from theory.claims import claims
from theory.inequality import is_positive
from theory.symbols import n

CLAIMS = {claim.id: claim for claim in claims()}
z = sp.Symbol("z", real=True)


def test_there_are_enough_claims() -> None:
    # That each is proved is an item of its own in this suite, made by the plugin, and is held here without it below.
    assert len(CLAIMS) >= 12
    # Whose steps leave something to balls is never proved by its steps.
    for claim in CLAIMS.values():
        if claim.balls:
            outcomes = claim.check()
            assert all(outcomes)
            assert claim.standing(outcomes) is Standing.UNKNOWN


@pytest.mark.parametrize("name", CLAIMS)
def test_every_planted_fault_is_caught_by_the_name_of_its_step(name: str) -> None:
    claim = CLAIMS[name]
    steps = claim.steps()
    outcomes = {step.name: step.check() for step in steps}
    assert all(outcomes.values()), [name for name, outcome in outcomes.items() if not outcome]
    assert (claim.standing(tuple(outcomes.values())) is Standing.PROVED) is not bool(claim.balls)
    for step in steps:
        planted = faults(step)
        assert planted, f"{step.name} cannot be wrong"
        for fault in planted:
            # The other steps are those that were checked already: `test_a_fault_changes_one_step` holds that.
            wrong = {**outcomes, step.name: planted[fault].check()}
            broken = [found for found, outcome in wrong.items() if not outcome]
            assert broken == [step.name], f"{step.name}: {fault} was not caught"
            assert claim.standing(tuple(wrong.values())) is not Standing.PROVED


@pytest.mark.parametrize("name", ["erf-optimum", "erf-ca-critical"])
def test_a_fault_changes_one_step(name: str) -> None:
    claim = CLAIMS[name]
    for step in claim.steps():
        fault, wrong = next(iter(faults(step).items()))
        pairs = zip(claim.steps(), claim.with_fault(step.name, fault).steps(), strict=True)
        assert [(before.name, after) for before, after in pairs if before != after] == [(step.name, wrong)]


@pytest.mark.parametrize(
    ("name", "step", "wrong"),
    [
        # Mistakes that a person would make: an exponent, a norm, a group size, a domain.
        ("erf-one-neuron-critical", "norm", {"left": sp.Symbol("m", positive=True) - 1}),
        ("erf-one-neuron-unique", "decreasing", {"domain": ((z, sp.S.Zero, sp.Integer(2)),)}),
        ("erf-one-neuron-unique", "root", {"right": 1 / sp.Symbol("k", positive=True)}),
        ("erf-average-increasing", "slope-positive", {"left": sp.Rational(1, 4) - 1 / sp.pi}),
        ("erf-average-concave", "coefficients-positive", {"left": sp.Symbol("j", integer=True, positive=True) - 2}),
        ("erf-optimum-minimum", "index", {"right": n}),
        ("erf-optimum-minimum", "copies", {"right": 3 - 2 * sp.sqrt(3)}),
        ("block-constant-critical", "orbit", {"right": sp.Symbol("g", real=True)}),
        ("erf-average-asymptotics", "correction", {"right": -1 / (12 * sp.pi)}),
    ],
)
def test_a_persons_mistakes_are_caught(name: str, step: str, wrong: dict) -> None:
    from dataclasses import replace

    claim = CLAIMS[name]
    steps = tuple(replace(s, **wrong) if s.name == step else s for s in claim.steps())
    broken = [s.name for s in steps if not s.check()]
    assert broken == [step]


def test_three_standings() -> None:
    def claim(*steps: Step) -> Claim:
        return Claim("mine", Kind.THEOREM, "", "", "", lambda: steps)

    m = sp.Symbol("m", positive=True)
    true, false = Step("t", "", (m + 1) ** 2, m**2 + 2 * m + 1), Step("f", "", m, m + 1)
    # True, but none of the prover's rules shows it: undecided, never proved.
    hard = Step(
        "h",
        "",
        z**2 - 3 * z / 2 + sp.Rational(3, 5),
        sp.S.Zero,
        Relation.POSITIVE,
        domain=((z, sp.S.Zero, sp.S.One),),
    )
    assert claim(true).standing(claim(true).check()) is Standing.PROVED
    assert claim(true, false).standing(claim(true, false).check()) is Standing.REFUTED
    assert claim(true, hard).standing(claim(true, hard).check()) is Standing.UNKNOWN
    assert claim().standing(claim().check()) is Standing.UNKNOWN


def test_the_prover_of_inequalities_never_proves_a_false_one() -> None:
    box = ((z, sp.S.Zero, sp.S.One),)
    p = sp.Symbol("p", positive=True)
    assert is_positive(1 - z**2, box)
    assert is_positive(2 * z**2 / sp.sqrt(1 - z**2), box)
    assert is_positive((1 + p - z * p) / (1 + p), box)
    assert is_positive(z - 3, ((z, sp.Integer(3), sp.oo),))
    for false in (1 - 2 * z, z - 1, -z, (2 * z - 1) ** 2, z**2 - p, sp.sqrt(1 - 4 * z**2), sp.sin(7 * z)):
        assert not is_positive(false, box), false
    # Without a domain a real symbol may be anything.
    assert not is_positive(1 + z)


def test_refusals() -> None:
    claim = CLAIMS["erf-optimum"]
    with pytest.raises(ValueError, match="step: got 'nothing'"):
        claim.with_fault("nothing", "sign")
    with pytest.raises(ValueError, match="fault: got 'typo', step exchange knows"):
        claim.with_fault("exchange", "typo")
    twice = Claim("twice", Kind.THEOREM, "", "", "", lambda: (Step("a", "", z, z), Step("a", "", z, z)))
    with pytest.raises(ValueError, match="two steps of one name"):
        twice.check()


def test_matrices_of_symbolic_size() -> None:
    n = sp.Symbol("n", integer=True, positive=True)
    a, b = sp.MatrixSymbol("a", n, 1), sp.MatrixSymbol("b", n, 1)
    assert Step("m", "", a.T * (a + b), a.T * a + a.T * b).check()
    assert Step("m", "", a.T * (a + b), a.T * a - a.T * b).check().verdict is Verdict.FAILS


def test_no_float_reaches_a_claim() -> None:
    for claim in CLAIMS.values():
        for step in claim.steps():
            for side in (step.left, step.right):
                assert not sp.sympify(side).has(sp.Float), f"{claim.id}, {step.name}"

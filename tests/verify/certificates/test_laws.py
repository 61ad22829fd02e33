"""What the laws leave to balls: findings that hold, and faults planted in the function, the root and the curve."""

from __future__ import annotations

from typing import Any

import flint
import pytest
from mpmath import mp

from numerics.asymptotics import birth_constants, laws, valley
from numerics.curves import critical_n
from numerics.precision import digits
from verify.certificates import laws as module
from verify.certificates.laws import birth_findings, enclose_birth
from verify.ledger import all_claims, check


def test_all_findings_hold() -> None:
    found = {finding.name: finding.holds for finding in birth_findings()}
    assert found == dict.fromkeys(("root", "definite", "crossing", "stiff", "path", "scale", "first"), True)


def test_enclosures_hold_the_constants_and_are_narrow() -> None:
    with digits(60) as m:
        found, numbers = enclose_birth(m), birth_constants()
        for ball, number in ((found.scale, numbers.scale), (found.first, numbers.first), (found.t, numbers.t)):
            assert ball.rad() < flint.arb("1e-25")
            assert abs(float(ball) - float(number)) < 1e-15
    # Independently: the curve at k = 10^50, where the next term is 30 k^(-2/5).
    k = 10**50
    with mp.workdps(60):
        n = critical_n("pc_minimum", k, dps=50).n
        scale = mp.mpf(k) ** (mp.mpf(3) / 5)
        assert (
            abs((n / scale / numbers.scale - 1) * mp.mpf(k) ** mp.mpf("0.2") - numbers.first) < 31 * mp.mpf(10) ** -10
        )


@pytest.mark.parametrize("part", [0, 1])
def test_a_fault_in_the_system_is_caught(monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    def faulty(*arguments: Any) -> tuple[Any, ...]:
        found = list(valley(*arguments))
        found[part] = found[part] + flint.arb("1e-12")
        return tuple(found)

    monkeypatch.setattr(module, "valley", faulty)
    # The numbers solve the honest system, and no root lies in the box around them.
    assert [finding.holds for finding in birth_findings()] == [None]


def test_a_curve_on_which_it_fails_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = module._on_curve
    monkeypatch.setattr(module, "_on_curve", lambda t, m: tuple(-value for value in honest(t, m)))
    found = {finding.name: finding.holds for finding in birth_findings()}
    assert found["definite"] is False
    assert found["stiff"] is False


def test_too_few_digits_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DPS", 8)
    assert not all(finding.holds for finding in birth_findings())


def test_positivity_has_three_answers() -> None:
    with digits(30):
        low, high = flint.arb(0), flint.arb(1)
        assert module._positive(lambda t: t * t + flint.arb("0.1"), low, high) is True
        assert module._positive(lambda t: t - flint.arb("0.3"), low, high) is False
        assert module._positive(lambda t: (t - flint.arb("0.5")) * (t - flint.arb("0.5")), low, high) is None


def test_the_standing_of_each_law_is_that_of_its_claim() -> None:
    claims = {claim.id: claim for claim in all_claims()}
    for law in laws().values():
        assert check(claims[law.claim]).standing == law.standing

"""Critical real n as certified roots: three answers, the oracle, sizes up to 10^30, and a wrong condition."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import flint
import pytest
from mpmath import mp

from numerics import curves as numbers
from numerics.curves import BOUNDARIES, critical_n
from verify.certificates import curves
from verify.certificates.curves import certify_critical
from verify.certificates.existence import Status
from verify.certificates.phases import boundaries


def test_the_thresholds_of_the_oracle(oracles: dict[str, Any]) -> None:
    for k, expected in oracles["erf_thresholds"]["values"].items():
        assert [certify_critical(name, int(k)).integer for name in BOUNDARIES] == expected


@pytest.mark.parametrize("k", [3, 5, 17, 50, 100, 4321, 10**5])
def test_the_integers_are_those_certified_one_by_one(k: int) -> None:
    found = boundaries(k)
    for name, value in zip(BOUNDARIES, ("pc_minimum_from", "pc_lower_from", "ca_minimum_up_to"), strict=True):
        integer = certify_critical(name, k).integer
        # n = k is outside: there every neuron copies.
        assert getattr(found, value) == (integer if 2 <= integer < k else None)


@pytest.mark.parametrize("name", BOUNDARIES)
@pytest.mark.parametrize("exponent", [1, 15, 30])
def test_enclosures_are_narrow_and_hold_the_number_to_more_digits(name: str, exponent: int) -> None:
    found = certify_critical(name, 10**exponent)
    assert found.status is Status.UNIQUE
    low, high = found.n
    assert 0 < high - low < mp.mpf(10) ** -28
    with mp.workdps(300):
        assert low < critical_n(name, 10**exponent, dps=120).n < high


def test_a_wrong_number_is_never_certified(monkeypatch: pytest.MonkeyPatch) -> None:
    right = critical_n("pc_minimum", 20)
    for shift in (mp.mpf("1e-3"), mp.mpf("-1e-9")):
        with mp.workdps(60):
            wrong = replace(right, n=right.n + shift)
        monkeypatch.setattr(curves, "critical_n", lambda *_, wrong=wrong, **__: wrong)
        found = certify_critical("pc_minimum", 20)
        # Not certified, or an enclosure that holds the right number all the same.
        assert found.status is Status.UNKNOWN or found.n[0] < right.n < found.n[1]
    monkeypatch.setattr(curves, "critical_n", lambda *_, **__: None)
    assert certify_critical("pc_minimum", 20).why == "no root was found"


def test_a_condition_with_a_fault_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    # Newton's method and balls agree on the root of a wrong condition: the oracle refutes it.
    honest = numbers.CURVES["pc_lower"].condition

    def faulty(x: Any, k: Any, m: Any) -> Any:
        return honest(x, k, m) + flint.arb(1) / 100

    monkeypatch.setitem(numbers.CURVES, "pc_lower", replace(numbers.CURVES["pc_lower"], condition=faulty))
    monkeypatch.setitem(numbers._ANCHORS, "pc_lower", {})
    found = certify_critical("pc_lower", 20)
    assert found.integer != 15


def test_an_interval_across_an_integer_decides_nothing() -> None:
    found = curves.CriticalEnclosure("pc_lower", mp.mpf(9), Status.UNIQUE, (mp.mpf("3.9"), mp.mpf("4.1")))
    assert found.integer is None
    assert curves.CriticalEnclosure("pc_lower", mp.mpf(9), Status.UNKNOWN).integer is None

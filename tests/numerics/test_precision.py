"""Conversions between mpmath numbers and balls lose nothing."""

from __future__ import annotations

import flint
import pytest
from mpmath import mp

from numerics.precision import decimal, digits, from_ball, short, to_ball


def test_round_trip_is_exact_at_any_context() -> None:
    with mp.workdps(80):
        value = mp.sqrt(2) * mp.mpf(10) ** -300
    for x in (value, mp.mpf(-0.1), mp.mpf(0), mp.mpf(2) ** 400):
        # mpmath compares without rounding; its arithmetic would round to 15 digits here.
        assert from_ball(to_ball(x)) == x


def test_precision_is_restored() -> None:
    before = flint.ctx.prec
    with digits(100):
        assert flint.ctx.prec > 330
    assert flint.ctx.prec == before

    def fail() -> None:
        with digits(100):
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        fail()
    assert flint.ctx.prec == before


def test_decimal_output() -> None:
    with mp.workdps(60):
        third = mp.mpf(1) / 3
    assert decimal(third, 30) == "0." + "3" * 30
    assert decimal(mp.mpf(0), 30) in ("0.0", "0")
    assert short(mp.mpf("1.234e-52")) == "1.2e-52"

"""The interaction function against quadrature at 30 digits and against independent values."""

from __future__ import annotations

import pytest
import sympy as sp
from mpmath import mp
from referee import erf_unit, expectation

import theory
from theory.interactions import pair
from theory.symbols import p, q, s

# Corners: nearly zero norm, large norm, parallel, antiparallel, orthogonal; and the middle.
GRID = [
    ("1/100", "1", "1/2"),
    ("1/100", "1/100", "-1"),
    ("1", "1", "1"),
    ("1", "1", "0"),
    ("1", "1", "-1"),
    ("3", "1/2", "9/10"),
    ("3", "3", "1"),
    ("7/10", "13/10", "-2/5"),
]


@pytest.mark.parametrize(("r1", "r2", "u"), GRID)
def test_against_quadrature_at_30_digits(r1: str, r2: str, u: str) -> None:
    exact = theory.interaction("erf", sp.Rational(r1), sp.Rational(r2), sp.Rational(u))
    with mp.workdps(40):
        a, b, c = (mp.mpf(z.p) / z.q for z in map(sp.Rational, (r1, r2, u)))
        side = mp.sqrt(1 - c**2)
        value = expectation(lambda x, y: erf_unit(a * x) * erf_unit(b * (c * x + side * y)), float(a**2 + b**2))
        assert abs(value - mp.mpf(str(sp.N(exact, 40)))) < mp.mpf(10) ** -30


def test_against_independent_values(oracles: dict) -> None:
    for row in oracles["interaction_erf_relu"]:
        exact = theory.interaction("erf", *(sp.Rational(row[name]) for name in ("r1", "r2", "u")))
        with mp.workdps(45):
            assert abs(mp.mpf(str(sp.N(exact, 45))) - mp.mpf(row["erf"])) < mp.mpf(10) ** -39


def test_the_derivatives_are_those_of_the_value() -> None:
    exact = pair("erf")
    at = {s: sp.Rational(3, 7), p: sp.Rational(5, 4), q: sp.Rational(2, 3)}
    for name, order in (
        ("d_s", (s,)),
        ("d_p", (p,)),
        ("d_ss", (s, s)),
        ("d_sp", (s, p)),
        ("d_sq", (s, q)),
        ("d_pp", (p, p)),
        ("d_pq", (p, q)),
    ):
        difference = sp.diff(exact.value, *order) - getattr(exact, name)
        # Both sides are algebraic over Q(pi): 60 digits of zero at a rational point.
        assert abs(sp.N(difference.subs(at), 70)) < sp.Float("1e-60"), name


def test_refusals() -> None:
    with pytest.raises(ValueError, match=r"activation: got 'tanh', which has no interaction function in closed form"):
        theory.interaction("tanh", 1, 1, 1)
    with pytest.raises(ValueError, match=r"activation: got 'tanhh', known are abs, cos, cube, erf"):
        theory.interaction("tanhh", 1, 1, 1)
    with pytest.raises(ValueError, match="needs exact numbers"):
        theory.interaction("erf", 0.5, 1, 1)

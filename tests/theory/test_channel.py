"""The limit pair of a channel: closed forms against quadrature that knows nothing of the project."""

from __future__ import annotations

import pytest
from mpmath import mp
from referee import erf_unit, expectation

from theory.channel import c, e, l, limit_pair, t
from theory.symbols import p, q, s

#: w along the first axis, delta and v in the plane: |w|, delta, v, c.
CASES = [("0.8", ("0.3", "-0.5"), ("0.6", "0.9"), "1.1"), ("1.2", ("-0.7", "0.2"), ("-0.1", "1.0"), "-0.4")]


def _slope(y: mp.mpf, order: int) -> mp.mpf:
    """Derivatives of the activation by hand: sigma' = sqrt(2/pi) exp(-y^2/2), and Hermite's polynomials."""
    first = mp.sqrt(2 / mp.pi) * mp.exp(-(y**2) / 2)
    return first * {1: 1, 3: y**2 - 1}[order]


@pytest.mark.parametrize(("norm", "delta", "v", "outgoing"), CASES)
def test_interactions_of_the_limit_pair(norm: str, delta: tuple[str, str], v: tuple[str, str], outgoing: str) -> None:
    with mp.workdps(36):
        r, a = mp.mpf(norm), mp.mpf(outgoing)
        d1, d2 = map(mp.mpf, delta)
        v1, v2 = map(mp.mpf, v)
        at = {c: a, s: r * v1, t: d1 * v1 + d2 * v2, p: r**2, l: r * d1, e: d1**2 + d2**2, q: v1**2 + v2**2}

        def pair(x: mp.mpf, y: mp.mpf) -> mp.mpf:
            return a * erf_unit(r * x) + (d1 * x + d2 * y) * _slope(r * x, 1)

        def third(x: mp.mpf, y: mp.mpf) -> mp.mpf:
            return (d1 * x + d2 * y) ** 3 * _slope(r * x, 3)

        def other(x: mp.mpf, y: mp.mpf) -> mp.mpf:
            return erf_unit(v1 * x + v2 * y)

        expected = {
            "mixed": lambda x, y: pair(x, y) * other(x, y),
            "own": lambda x, y: pair(x, y) ** 2,
            "mixed_third": lambda x, y: third(x, y) * other(x, y),
            "own_third": lambda x, y: third(x, y) * pair(x, y),
        }
        for name, function in expected.items():
            exact = mp.mpf(str(getattr(limit_pair(), name).subs(at).evalf(36)))
            # Quadrature is good to about 1e-33; the powers of x and y cost a few digits.
            assert abs(exact - expectation(function, 2 * float(r**2 + v1**2 + v2**2))) < mp.mpf(10) ** -28, name

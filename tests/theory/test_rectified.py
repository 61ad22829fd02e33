"""ReLU: the interaction function against quadrature at 30 digits, its derivation, and reduced systems with it."""

from __future__ import annotations

import pytest
import sympy as sp
from mpmath import mp

import theory
from theory import Kernel, interaction_derivation, reduce_by_symmetry
from theory.claim import faults
from theory.interactions import pair
from theory.rectified import derivatives
from theory.symbols import p, q, s

# Corners: nearly zero norms, exactly and nearly parallel and antiparallel, orthogonal; and the middle.
GRID = [
    ("1/1000000", "1", "1/2"),
    ("1/1000000", "1/1000000", "-1"),
    ("1/1000000", "1/1000000", "1"),
    ("1", "1", "1"),
    ("1", "1", "0"),
    ("1", "1", "-1"),
    ("3", "1/2", "999999/1000000"),
    ("3", "1/2", "-999999/1000000"),
    ("30", "3", "1"),
    ("7/10", "13/10", "-2/5"),
    ("7/10", "13/10", "2/5"),
]


def _half_normal(function) -> mp.mpf:  # type: ignore[no-untyped-def]
    """E[function(X); X > 0] for smooth functions on the half-line; the rest beyond 16 is below 1e-54."""
    return mp.quad(lambda x: function(x) * mp.npdf(x), [0, 1, 2, 4, 8, 16])


def _mean_of_positive_part(mean: mp.mpf, deviation: mp.mpf) -> mp.mpf:
    """E[max(0, Y)] of a normal variable, by the integral over where it is positive."""
    low = -mean / deviation
    # Beyond 10 the rest is below 1e-22, enough for the nested rule.
    return mp.quad(lambda y: (mean + deviation * y) * mp.npdf(y), [low, 10], method="gauss-legendre")


def _quadrature(r1: mp.mpf, r2: mp.mpf, u: mp.mpf, *, nested: bool) -> mp.mpf:
    """E[max(0, w.x) max(0, v.x)] with w along the first axis; the second variable by the normal law, or nested."""
    side = mp.sqrt(1 - u**2)

    def inner(x: mp.mpf) -> mp.mpf:
        mean, deviation = r2 * u * x, r2 * side
        if deviation == 0:
            return max(mean, mp.mpf(0))
        if nested:
            return _mean_of_positive_part(mean, deviation)
        z = mean / deviation
        return mean * mp.ncdf(z) + deviation * mp.npdf(z)

    if nested:
        return mp.quad(lambda x: r1 * x * inner(x) * mp.npdf(x), [0, 10], method="gauss-legendre")
    if side == 0 or abs(u) < 0.99:
        return _half_normal(lambda x: r1 * x * inner(x))
    # Nearly parallel: the inner mean turns from one regime to the other on the scale of the side.
    scale = side / abs(u)
    ends = [0, scale, 2 * scale, 4 * scale, 8 * scale, 16 * scale, 1, 2, 4, 8, 16]
    return mp.quad(lambda x: r1 * x * inner(x) * mp.npdf(x), ends)


@pytest.mark.parametrize(("r1", "r2", "u"), GRID)
def test_against_quadrature_at_30_digits(r1: str, r2: str, u: str) -> None:
    exact = theory.interaction("relu", sp.Rational(r1), sp.Rational(r2), sp.Rational(u))
    with mp.workdps(50):
        a, b, c = (mp.mpf(z.p) / z.q for z in map(sp.Rational, (r1, r2, u)))
        value = _quadrature(a, b, c, nested=False)
        # Relative to the norms, in which the function is homogeneous; the quadrature is good to 40 digits and more.
        assert abs(value - mp.mpf(str(sp.N(exact, 50)))) <= a * b * mp.mpf(10) ** -30


def test_against_quadrature_in_both_variables() -> None:
    with mp.workdps(20):
        value = _quadrature(mp.mpf(7) / 10, mp.mpf(13) / 10, mp.mpf(-2) / 5, nested=True)
        exact = theory.interaction("relu", sp.Rational(7, 10), sp.Rational(13, 10), sp.Rational(-2, 5))
        # Cut at 10 in both variables: 1e-21.
        assert abs(value - mp.mpf(str(sp.N(exact, 40)))) < mp.mpf(10) ** -18


def test_against_independent_values(oracles: dict) -> None:
    for row in oracles["interaction_erf_relu"]:
        exact = theory.interaction("relu", *(sp.Rational(row[name]) for name in ("r1", "r2", "u")))
        with mp.workdps(45):
            assert abs(mp.mpf(str(sp.N(exact, 45))) - mp.mpf(row["relu"])) < mp.mpf(10) ** -39


def test_in_inner_products_it_is_the_same_function() -> None:
    for r1, r2, u in GRID:
        a, b, c = map(sp.Rational, (r1, r2, u))
        inner = pair("relu").value.subs({s: a * b * c, p: a**2, q: b**2}, simultaneous=True)
        assert abs(sp.N(inner - theory.interaction("relu", a, b, c), 40)) < 1e-38 * float(a * b)


def test_the_derivation_holds_and_every_planted_fault_is_caught() -> None:
    for step in interaction_derivation("relu"):
        assert step.check(), step.name
        assert not any(wrong.check() for wrong in faults(step).values()), step.name


def test_the_derivatives_are_those_of_the_value() -> None:
    exact = pair("relu")
    for point in ((sp.Rational(3, 7), sp.Rational(5, 4), sp.Rational(2, 3)), (-sp.Rational(1, 2), sp.S(2), sp.S(3))):
        at = dict(zip((s, p, q), point, strict=True))
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
            # Both sides are algebraic in the point and the angle: 60 digits of zero.
            assert abs(sp.N(difference.subs(at), 70)) < sp.Float("1e-60"), name


@pytest.mark.parametrize("activation", ["relu", Kernel(*list(derivatives().values())[:3])])
def test_reduced_systems_are_regular_and_consistent(activation) -> None:  # type: ignore[no-untyped-def]
    system = reduce_by_symmetry(
        {"copy": ["pair"], "average": []},
        {"copied": ["pair"], "averaged": ["rest"]},
        {"pair": 2, "rest": 3},
        activation=activation,
    )
    values = {z: sp.Rational(3 + 2 * i, 7 + i) * (-1) ** (i // 3) for i, z in enumerate(system.unknowns)}
    for unknown, entry in system.gradient.items():
        slope = sp.N(sp.diff(system.loss, unknown).subs(values), 40)
        assert abs(slope - sp.N((system.parameters[unknown] * entry).subs(values), 40)) < sp.Float("1e-35")
    # The reduced loss is that of the network it stands for, by the definition in norms and cosines.
    inner, outgoing = (matrix.subs(values) for matrix in system.network())
    full = sum(
        outgoing[i] * outgoing[j] * _interaction(inner.row(i), inner.row(j))
        for i in range(inner.rows)
        for j in range(inner.rows)
    )
    eye = sp.eye(inner.cols)
    full -= 2 * sum(
        outgoing[i] * _interaction(inner.row(i), eye.row(j)) for i in range(inner.rows) for j in range(inner.cols)
    )
    full += sum(_interaction(eye.row(i), eye.row(j)) for i in range(inner.cols) for j in range(inner.cols))
    assert abs(mp.mpf(str(sp.N(system.loss.subs(values), 30))) - full) < 1e-20


def _interaction(w: sp.Matrix, v: sp.Matrix) -> mp.mpf:
    """From the definition of the wedge: the integral over the angles at which both are positive."""
    with mp.workdps(30):
        one, two = (mp.sqrt(mp.mpf(z.dot(z).p) / z.dot(z).q) for z in (w, v))
        product = sp.Rational(w.dot(v))
        angle = mp.acos(max(-1, min(1, mp.mpf(product.p) / product.q / (one * two))))
        wedge = mp.quad(lambda phi: mp.cos(phi) * mp.cos(phi - angle), [angle - mp.pi / 2, mp.pi / 2])
        return one * two * wedge / mp.pi


def test_refusals() -> None:
    with pytest.raises(ValueError, match="needs exact numbers"):
        theory.interaction("relu", 0.5, 1, 1)

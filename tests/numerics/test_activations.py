"""Every interaction kernel against quadrature in the plane: value, gradient and Hessian, with corners."""

from __future__ import annotations

import activation_referee as referee
import flint
import numpy as np
import pytest
from flint import arb

from numerics import Population, Problem
from numerics.compile import FLOAT
from numerics.kernels import ACTIVATIONS
from numerics.precision import digits

#: Norms and cosine: tiny, parallel, antiparallel, larger, general.
GRID = [
    ("0.01", "1", "0.5"),
    ("0.01", "0.01", "-1"),
    ("1", "1", "1"),
    ("1", "1", "-1"),
    ("1.5", "0.5", "0.9"),
    ("0.7", "1.3", "-0.4"),
]
CLOSED = [
    "erf",
    "normal-cdf",
    "gelu",
    "linear",
    "square",
    "cube",
    "hermite2",
    "hermite3",
    "hermite4",
    "sin",
    "cos",
    "exp",
]


def _vectors(r1: str, r2: str, u: str) -> tuple[tuple[arb, arb], tuple[arb, arb]]:
    first, second, cosine = (arb(z).mid() for z in (r1, r2, u))
    side = (1 - cosine * cosine).sqrt().mid() if abs(cosine) < 1 else arb(0)
    return (first, arb(0)), ((second * cosine).mid(), (second * side).mid())


def _assembled(name: str, w: tuple, v: tuple, m: object) -> list[object]:
    """Value, gradient in w, second derivatives as in ``numerics.population``, from a kernel."""
    s, p, q = w[0] * v[0] + w[1] * v[1], w[0] * w[0] + w[1] * w[1], v[0] * v[0] + v[1] * v[1]
    value, d_s, d_p = ACTIVATIONS[name].first(s, p, q, m)
    one_s, one_p, ss, sp, sq, pp, pq = ACTIVATIONS[name].second(s, p, q, m)
    gradient = [d_s * v[x] + 2 * d_p * w[x] for x in range(2)]
    assert float(abs(one_s - d_s)) < 1e-13
    assert float(abs(one_p - d_p)) < 1e-13
    own = [
        ss * v[x] * v[y] + 2 * sp * (v[x] * w[y] + w[x] * v[y]) + 4 * pp * w[x] * w[y] + 2 * d_p * (x == y)
        for x, y in ((0, 0), (0, 1), (1, 1))
    ]
    mixed = [
        d_s * (x == y) + ss * v[x] * w[y] + 2 * sq * v[x] * v[y] + 2 * sp * w[x] * w[y] + 4 * pq * w[x] * v[y]
        for x, y in ((0, 0), (0, 1), (1, 1))
    ]
    return [value, *gradient, *own, *mixed]


def _expected(name: str, w: tuple, v: tuple, digits_: int) -> list[object]:
    found = referee.expectations(name, w, v, digits_)
    own, mixed = found.own, found.mixed
    return [
        found.value,
        *found.gradient,
        *(own[0][0], own[0][1], own[1][1]),
        *(mixed[0][0], mixed[0][1], mixed[1][1]),
    ]


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize(("r1", "r2", "u"), GRID)
def test_closed_forms_against_quadrature_at_30_digits(name: str, r1: str, r2: str, u: str) -> None:
    with referee.precision(38):
        w, v = _vectors(r1, r2, u)
        expected = _expected(name, w, v, 38)
        with digits(50) as m:
            found = _assembled(name, w, v, m)
        # The rule is made for 1e-38; moments of the eighth degree at its cut are worth six digits.
        scale = max(1.0, *(abs(float(x)) for x in expected))
        assert max(abs(float(x - y)) for x, y in zip(found, expected, strict=True)) < 1e-30 * scale
        doubles = _assembled(name, tuple(map(float, w)), tuple(map(float, v)), FLOAT)
    # A few dozen operations; the Hessian of the arcsines has terms of size 10 that cancel.
    assert max(abs(float(x) - float(y)) for x, y in zip(doubles, expected, strict=True)) < 2e-14 * scale


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_loss_gradient_and_hessian_of_a_general_teacher(name: str) -> None:
    rng = np.random.default_rng(4)
    problem = Problem(3, 2, teacher=rng.normal(size=(2, 4)) / 2, teacher_outgoing=[0.7, -1.2], activation=name)
    theta, move = rng.normal(size=(3, 5)) / 2, rng.normal(size=(3, 5))
    population = Population(problem)

    def along(h: float) -> tuple[float, np.ndarray]:
        loss, gradient = population.value_and_gradient(theta + h * move)
        return loss, gradient

    # Differences of fourth order: h^4 is 1e-12, rounding 1e-15 / h is 1e-12 of the size of the terms.
    h = 1e-3
    stencil = [(along(h), 8), (along(-h), -8), (along(2 * h), -1), (along(-2 * h), 1)]
    slope = sum(c * f[0] for f, c in stencil) / (12 * h)
    curved = sum(c * f[1] for f, c in stencil) / (12 * h)
    exact = population.value_and_gradient(theta)[1]
    size = 1 + np.abs(population.hessian(theta)).max() * np.abs(move).max() ** 2
    assert abs((exact * move).sum() - slope) < 1e-9 * size
    assert np.abs(population.hessian_vector(theta, move) - curved).max() < 1e-9 * size


def test_balls_hold_doubles() -> None:
    for name in CLOSED:
        with digits(30) as m:
            wide = [arb("0.3", "1e-6"), arb("0.8", "1e-6"), arb("1.1", "1e-6")]
            for ball, at in zip(
                ACTIVATIONS[name].second(*wide, m), ACTIVATIONS[name].second(0.3, 0.8, 1.1, FLOAT), strict=True
            ):
                # Close and narrow: derivatives of the third order are below 100 here.
                assert abs(ball - at).abs_lower() == 0 or float(abs(ball - at)) < 1e-14, name
                assert float(flint.arb(ball).rad()) < 1e-3, name


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "silu"])
@pytest.mark.parametrize(("r1", "r2", "u"), GRID)
def test_series_against_quadrature_within_their_proved_errors(name: str, r1: str, r2: str, u: str) -> None:
    with referee.precision(26):
        w, v = _vectors(r1, r2, u)
        expected = _expected(name, w, v, 26)
        with digits(36) as m:
            found = _assembled(name, w, v, m)
        for ball, value in zip(found, expected, strict=True):
            # Narrow: 1e-25 is what polishing needs; and the quadrature, made for 1e-26, lies in it.
            assert float(ball.rad()) < 1e-25
            assert float(abs(ball - value).abs_lower()) < 1e-25
        doubles = _assembled(name, tuple(map(float, w)), tuple(map(float, v)), FLOAT)
    assert max(abs(float(x) - float(y)) for x, y in zip(doubles, expected, strict=True)) < 5e-15


def test_the_bound_of_the_series_is_a_bound() -> None:
    """Fewer digits: the radii grow with what is left out, and hold a more accurate value."""
    from numerics.kernels.logistic import Series

    orders = ((1, 0, 0), (1, 1, 1), (4, 4, 0))
    for kind in ("tanh", "softplus", "silu"):
        s, p, q = arb("1.2"), arb("1.7"), arb("0.9")
        with digits(40):
            accurate = Series(kind)(orders, s.mid(), p.mid(), q.mid())
        for few in (8, 16, 24):
            with digits(few):
                rough = Series(kind)(orders, s.mid(), p.mid(), q.mid())
            for left, right in zip(rough, accurate, strict=True):
                assert abs(left.mid() - right) < left.rad()
                assert float(left.rad()) < 10.0 ** (3 - few)

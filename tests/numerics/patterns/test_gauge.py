"""The gauge leaves the function alone, and symmetric networks have one gauge."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.initial import pack
from numerics.kernels import degree_of, parity
from numerics.own import register_callable
from numerics.patterns.gauge import in_gauge, sign_symmetry, why_no_gauge
from numerics.population import Population
from numerics.precision import to_exact
from numerics.problem import Array, Problem


def _teacher(odd: bool) -> tuple[Array, Array]:
    rotation = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    return rotation, np.array([1.0, -1.0, 1.0]) if odd else -np.ones(3)


@pytest.mark.parametrize("activation", ["sin", "cos", "exp", "cube", "square", "linear", "hermite4"])
def test_the_loss_is_unchanged(activation: str) -> None:
    teacher, b = _teacher(parity(activation) == -1)
    problem = Problem(2, 3, activation=activation, teacher=teacher, teacher_outgoing=b)
    theta = np.random.default_rng(5).normal(size=(2, 4))
    found = in_gauge(problem, to_exact(theta))
    C, a = found.doubles()
    standard = Problem(2, 3, activation=activation, dim=3)
    # Orthonormal teachers of the full space: nothing is left beside them but rounding of the rotation.
    assert float(found.beside) < 1e-14
    assert Population(standard).loss(pack(C, a)) == pytest.approx(Population(problem).loss(theta), rel=1e-12)
    if parity(activation) == -1:
        assert (a > 0).all()
    if degree_of(activation) is not None:
        assert np.array_equal(np.abs(a), np.ones(2))


@pytest.mark.parametrize("activation", ["sin", "cube", "square"])
def test_signs_and_scales_do_not_matter(activation: str) -> None:
    problem = Problem(2, 3, activation=activation, dim=3)
    theta = np.abs(np.random.default_rng(7).normal(size=(2, 4)))
    other = theta.copy()
    other[1] *= [-1, -1, -1, -1 if parity(activation) == -1 else 1]
    degree = degree_of(activation)
    if degree is not None:
        other[0] *= [2.0, 2.0, 2.0, 2.0**-degree]
    first, second = (in_gauge(problem, to_exact(x)).doubles() for x in (theta, other))
    assert np.abs(first[0] - second[0]).max() < 1e-14
    assert np.abs(first[1] - second[1]).max() < 1e-14


def test_the_sign_of_a_function_without_expression_is_seen_in_its_kernel() -> None:
    register_callable("root-sign", lambda x: x / np.sqrt(1 + x * x), lambda x: (1 + x * x) ** -1.5)
    register_callable("root-bowl", lambda x: np.sqrt(1 + x * x), lambda x: x / np.sqrt(1 + x * x))
    assert (sign_symmetry("root-sign"), sign_symmetry("root-bowl")) == (-1, 1)
    assert [sign_symmetry(name) for name in ("normal-cdf", "exp", "gelu")] == [0, 0, 0]


def test_what_is_beside_the_teachers_is_measured() -> None:
    problem = Problem(1, 2, activation="exp")
    assert float(in_gauge(problem, to_exact(np.array([[0.5, 0.5, -0.25, 1.0]]))).beside) == 0.25


def test_problems_without_a_gauge() -> None:
    mixed = Problem(1, 2, activation="exp", teacher_outgoing=[1.0, -1.0])
    assert "not odd" in str(why_no_gauge(mixed))
    assert why_no_gauge(Problem(1, 2, activation="sin", teacher_outgoing=[1.0, -1.0])) is None
    assert "orthonormal" in str(why_no_gauge(Problem(1, 2, activation="sin", teacher=[[1.0, 0.0], [0.6, 0.8]])))

"""Loss, gradient and Hessian in double precision: by quadrature, by balls, by symmetry."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from referee import erf_unit, expectation

import theory
from numerics import Population, Problem, initial_weights, pack, polish, unpack
from numerics.newton import evaluate


def _random(n: int, k: int, dim: int, seed: int) -> tuple[Problem, np.ndarray]:
    """A teacher that is neither orthonormal nor of outgoing weights 1."""
    rng = np.random.default_rng(seed)
    problem = Problem(n, k, teacher=rng.normal(size=(k, dim)), teacher_outgoing=rng.normal(size=k))
    return problem, rng.normal(size=(n, dim + 1))


def test_loss_against_quadrature() -> None:
    problem, theta = _random(2, 2, 2, seed=3)
    theta[:, :-1] *= 0.5
    W, a = unpack(theta)
    with mp.workdps(40):

        def squared_error(x: mp.mpf, y: mp.mpf) -> mp.mpf:
            f = mp.fsum(mp.mpf(c) * erf_unit(mp.mpf(w[0]) * x + mp.mpf(w[1]) * y) for c, w in zip(a, W, strict=True))
            rows = zip(problem.teacher_outgoing, problem.teacher, strict=True)
            g = mp.fsum(mp.mpf(c) * erf_unit(mp.mpf(v[0]) * x + mp.mpf(v[1]) * y) for c, v in rows)
            return (f - g) ** 2

        growth = 2 * max((W**2).sum(axis=1).max(), (problem.teacher**2).sum(axis=1).max())
        value = expectation(squared_error, float(growth))
    loss = Population(problem).loss(theta)
    # A dozen terms of order one, each to a few units in the last place.
    assert abs(loss - float(value)) < 1e-14
    exact = np.array([[mp.mpf(x) for x in row] for row in theta], dtype=object)
    assert abs(evaluate(problem, exact, dps=35).loss - value) < mp.mpf(10) ** -30


def test_gradient_against_the_exact_expression() -> None:
    problem, theta = _random(3, 2, 4, seed=5)
    W, a = unpack(theta)

    def exact(values: np.ndarray) -> list[sp.Rational]:
        return [sp.Rational(float(x)) for x in np.ravel(values)]

    in_w, in_a = theory.gradient_in_weights(
        sp.Matrix(3, 4, exact(W)), exact(a), sp.Matrix(2, 4, exact(problem.teacher)), exact(problem.teacher_outgoing)
    )
    expected = np.column_stack([np.array(in_w.evalf(25), dtype=float), np.array(in_a.evalf(25), dtype=float)])
    # Condition of the sums: terms of order ten.
    assert np.abs(Population(problem).gradient(theta) - expected).max() < 1e-13


@pytest.mark.parametrize("held", [False, True])
def test_hessian_against_differences_at_60_digits(held: bool) -> None:
    problem, theta = _random(3, 2, 3, seed=7)
    if held:
        problem = Problem(
            3, 2, teacher=problem.teacher, teacher_outgoing=problem.teacher_outgoing, fixed_outgoing=theta[:, -1]
        )
    hessian = Population(problem).hessian(theta)
    assert np.array_equal(hessian, hessian.T)
    from numerics.precise import PrecisePopulation
    from numerics.precision import digits, to_ball

    with digits(60) as arithmetic:
        population = PrecisePopulation(problem, arithmetic)
        width = to_ball(2.0**-80)

        def gradient(index: int, sign: int) -> np.ndarray:
            point = [[to_ball(x) for x in row] for row in theta]
            i, x = divmod(index, 4)
            point[i][x] += sign * width
            _, grad_W, grad_a = population.loss_and_gradient([row[:-1] for row in point], [row[-1] for row in point])
            return np.array([[*(grad_W[i, x] for x in range(3)), grad_a[i]] for i in range(3)], dtype=object).ravel()

        for index in range(theta.size):
            # Central differences: the error is of the order of the width squared, 1e-48.
            column = [float(d / (2 * width)) for d in gradient(index, 1) - gradient(index, -1)]
            if held and index % 4 == 3:
                column = [0.0] * theta.size
            assert np.abs(hessian[:, index] - column).max() < 1e-13


seeds = st.integers(0, 10**6)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_the_loss_is_invariant_under_permutations_signs_and_rotations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, k, dim = (int(x) for x in rng.integers(1, 6, size=3))
    problem, theta = _random(n, k, dim, seed)
    loss = Population(problem).loss(theta)
    scale = (np.abs(theta[:, -1]).sum() + np.abs(problem.teacher_outgoing).sum()) ** 2
    signs = rng.choice([-1.0, 1.0], size=n)
    rotation, _ = np.linalg.qr(rng.normal(size=(dim, dim)))
    order = rng.permutation(k)
    moved = Problem(n, k, teacher=problem.teacher[order] @ rotation, teacher_outgoing=problem.teacher_outgoing[order])
    W, a = unpack(theta)
    shuffled = rng.permutation(n)
    there = pack((W * signs[:, None] @ rotation)[shuffled], (a * signs)[shuffled])
    # Rounding of a sum of terms bounded by the square of all outgoing weights; rotations round at norm ~ 10.
    assert abs(Population(moved).loss(there) - loss) < 1e-13 * scale


def test_two_precisions_agree() -> None:
    problem = Problem(4, 6)
    theta = initial_weights(problem, seed=2)
    exact = np.array([[mp.mpf(x) for x in row] for row in theta], dtype=object)
    precise = evaluate(problem, exact, dps=40)
    loss, gradient = Population(problem).value_and_gradient(theta)
    assert abs(loss - float(precise.loss)) < 1e-14
    assert abs(np.abs(gradient).max() - float(precise.grad_inf)) < 1e-14


def test_a_polished_point_of_a_teacher_that_is_not_orthonormal() -> None:
    rng = np.random.default_rng(1)
    problem = Problem(2, 2, teacher=rng.normal(size=(2, 3)), teacher_outgoing=[1.0, 2.0])
    there = pack(problem.teacher, problem.teacher_outgoing)
    polished = polish(problem, there + 1e-4 * rng.normal(size=there.shape), dps=30)
    assert polished.converged
    assert abs(polished.loss) < mp.mpf(10) ** -30

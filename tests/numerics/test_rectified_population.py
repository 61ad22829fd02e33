"""Loss, gradient and Hessian of homogeneous units against quadrature, also at parallel and nearly zero vectors."""

from __future__ import annotations

import numpy as np
import pytest
from homogeneous_network import GENERIC, POINTS, TEACHER, WEIGHTS, exact
from mpmath import mp

from numerics import Population, Problem, initial_weights

#: For the other activations the corners: their terms are those of ReLU and one more.
CORNERS = ("parallel", "antiparallel", "against it", "nearly antiparallel", "1e-150", "dead")


CASES = [("relu", name, held) for name in POINTS for held in (False, True)]
CASES += [(activation, name, False) for activation in ("leaky-relu", "abs") for name in CORNERS]


@pytest.mark.parametrize(("activation", "name", "held"), CASES)
def test_against_quadrature_at_30_digits(activation: str, name: str, held: bool) -> None:
    theta = POINTS[name]
    n, width = theta.shape
    fixed = theta[:, -1] if held else None
    population = Population(
        Problem(n, 3, activation=activation, teacher=TEACHER, teacher_outgoing=WEIGHTS, fixed_outgoing=fixed)
    )
    # The referee needs the angle 1e-9 to 30 digits.
    with mp.workdps(45):
        loss, gradient, hessian = exact(activation, name)
        expected = np.array([[float(x) for x in row] for row in gradient])
        second = np.array([[float(hessian[i, j]) for j in range(n * width)] for i in range(n * width)])
    if held:
        expected[:, -1] = 0
        second[width - 1 :: width] = 0
        second[:, width - 1 :: width] = 0
    eps = float(np.finfo(float).eps)
    # The interaction of two unit vectors is at most 1/2, for the absolute value 1.
    size = 2.0 if activation == "abs" else 1.0
    # Seven terms of the size of a product of norms, outgoing weights included (at most 16), a few roundings each.
    assert abs(population.loss(theta) - float(loss)) < size * 7 * 7 * 16 * eps
    assert np.abs(population.gradient(theta) - expected).max() < size * 7 * 16 * eps
    found = population.hessian(theta)
    assert np.array_equal(found, found.T)
    # Entries grow like 1 / |w| in a neuron's own block: rounding is relative to the block.
    blocks = np.abs(second.reshape(n, width, n, width)).max(axis=(1, 3))
    errors = np.abs(found - second).reshape(n, width, n, width).max(axis=(1, 3))
    assert np.all(errors <= size * 7 * 16 * eps * np.maximum(blocks, 1.0)), errors / np.maximum(blocks, 1.0)


def test_a_dead_neuron_contributes_nothing() -> None:
    theta = POINTS["dead"]
    full = Population(Problem(4, 3, activation="relu", teacher=TEACHER, teacher_outgoing=WEIGHTS))
    rest = Population(Problem(3, 3, activation="relu", teacher=TEACHER, teacher_outgoing=WEIGHTS))
    assert full.loss(theta) == pytest.approx(rest.loss(theta[:3]), rel=1e-14)
    assert np.abs(full.gradient(theta)[:3] - rest.gradient(theta[:3])).max() < 1e-14
    assert not full.gradient(theta)[3].any()
    assert not full.hessian(theta)[15:].any()


def test_second_derivatives_are_those_of_the_gradient() -> None:
    problem = Problem(4, 3, activation="relu", teacher=TEACHER, teacher_outgoing=WEIGHTS)
    population = Population(problem)
    for theta in (GENERIC, initial_weights(problem, seed=1)):
        hessian = population.hessian(theta)
        h = 1e-5
        for i in range(theta.size):
            step = np.zeros(theta.size)
            step[i] = h
            move = step.reshape(theta.shape)
            column = (population.gradient(theta + move) - population.gradient(theta - move)).ravel() / (2 * h)
            # Central differences: h^2 times third derivatives of the size of a / |w|^2, and rounding over h.
            assert np.abs(hessian[i] - column).max() < 1e-8
            product = population.hessian_vector(theta, move) / h
            assert np.abs(product.ravel() - hessian[i]).max() < 1e-13


def test_the_interactions_of_the_oracles(oracles: dict) -> None:
    for row in oracles["interaction_erf_relu"]:
        r1, r2, u = (float(row[name]) for name in ("r1", "r2", "u"))
        teacher = [[r2 * u, r2 * np.sqrt(1 - u * u)]]
        population = Population(Problem(1, 1, activation="relu", teacher=teacher))
        # dL / da = 2 a g(w, w) - 2 g(w, v) at a = 0.
        slope = population.gradient([[r1, 0.0, 0.0]])[0, -1]
        assert -slope / 2 == pytest.approx(float(row["relu"]), rel=4e-15)


def test_the_published_spurious_minimum_is_critical(oracles: dict) -> None:
    entry = oracles["relu_spurious_minimum_safran_shamir"]
    W = np.full((7, 7), entry["w_ij (i!=j>1)"])
    np.fill_diagonal(W, entry["w_ii (i>1)"])
    W[:, 0] = entry["w_i1 (i>1)"]
    W[0] = entry["w_1j (j>1)"]
    W[0, 0] = entry["w_11"]
    population = Population(Problem(7, 7, activation="relu", dim=7, fixed_outgoing=np.ones(7)))
    theta = np.column_stack([W, np.ones(7)])
    # Ten published decimals, and a Hessian of norm below 10.
    assert np.abs(population.gradient(theta)).max() < 1e-8
    assert population.loss(theta) == pytest.approx(entry["full_mse"], abs=1e-12)


@pytest.mark.parametrize(("activation", "held"), [("relu", False), ("relu", True), ("abs", False)])
def test_compiled_loops_agree_with_numpy(activation: str, held: bool) -> None:
    rng = np.random.default_rng(0)
    for n, k, dim in ((7, 5, 9), (6, 10, 11)):
        problem = Problem(
            n,
            k,
            activation=activation,
            teacher=rng.normal(size=(k, dim)),
            teacher_outgoing=rng.normal(size=k),
            fixed_outgoing=rng.normal(size=n) if held else None,
        )
        fast, plain = Population(problem), Population(problem)
        assert fast.loops is not None
        plain.loops = None
        theta = rng.normal(size=problem.shape)
        theta[1, :-1] = 2 * theta[0, :-1]
        theta[2, :-1] = -0.5 * theta[0, :-1] * (1 + 1e-9)
        theta[3, :-1] = 0
        theta[4, :-1] = 3 * problem.teacher[0]
        theta[5, :-1] *= 1e-150
        theta.flags.writeable = False
        # Rounding of the terms that cancel.
        bound = 8 * float(np.finfo(float).eps) * plain.magnitude(theta)
        assert abs(fast.loss(theta) - plain.loss(theta)) < bound * plain.magnitude(theta)
        assert np.abs(fast.gradient(theta) - plain.gradient(theta)).max() < bound
        found, expected = fast.hessian(theta), plain.hessian(theta)
        assert np.array_equal(found, found.T)
        width = dim + 1
        size = np.abs(expected.reshape(n, width, n, width)).max(axis=(1, 3))
        error = np.abs(found - expected).reshape(n, width, n, width).max(axis=(1, 3))
        assert np.all(error <= bound * np.maximum(size, 1.0))


def test_small_problems_do_without_the_compiler() -> None:
    assert Population(Problem(3, 6, activation="relu")).loops is None

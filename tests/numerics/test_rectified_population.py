"""Loss, gradient and Hessian of rectified units against quadrature, also at parallel and nearly zero vectors."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import rectified_referee as referee
from mpmath import mp

from numerics import Population, Problem, initial_weights

TEACHER = np.array([[1.0, 0.5, -0.25, 0.0], [-0.5, 1.0, 0.75, 0.5], [0.25, -0.5, 1.0, 1.0]])
WEIGHTS = np.array([1.0, -0.5, 1.5])
GENERIC = np.array(
    [
        [0.75, -0.5, 1.0, 0.25, 1.5],
        [-1.0, 0.5, 0.25, 1.0, -0.75],
        [0.5, 1.25, -0.5, 0.75, 1.0],
        [1.0, 1.0, 0.5, -0.5, 0.5],
    ]
)


def _points() -> dict[str, np.ndarray]:
    """Every row but the special ones is generic; powers of two keep parallels exactly parallel."""
    points = {name: GENERIC.copy() for name in ("generic", "parallel", "antiparallel", "to a teacher", "against it")}
    points["parallel"][1, :4] = 2 * GENERIC[0, :4]
    points["antiparallel"][1, :4] = -0.5 * GENERIC[0, :4]
    points["to a teacher"][2, :4] = 4 * TEACHER[1]
    points["against it"][2, :4] = -2 * TEACHER[1]
    for sign, name in ((1, "nearly parallel"), (-1, "nearly antiparallel")):
        points[name] = GENERIC.copy()
        # Orthogonal to the first row: an angle of 1e-9.
        points[name][1, :4] = sign * (GENERIC[0, :4] + 1e-9 * np.array([0.5, 0.75, 0.25, -1.0]))
    for exponent in (-150, -300):
        points[f"1e{exponent}"] = GENERIC.copy()
        points[f"1e{exponent}"][3, :4] *= 10.0**exponent
    points["dead"] = GENERIC.copy()
    points["dead"][3, :4] = 0
    return points


POINTS = _points()


@cache
def _exact(name: str) -> tuple[mp.mpf, list[list[mp.mpf]], mp.matrix]:
    """Loss, gradient and Hessian by quadrature at the working precision."""
    theta = POINTS[name]
    n, width = theta.shape
    W = [tuple(mp.mpf(float(x)) for x in row[:-1]) for row in theta]
    a = [mp.mpf(float(row[-1])) for row in theta]
    Z = W + [tuple(mp.mpf(float(x)) for x in row) for row in TEACHER]
    c = a + [-mp.mpf(float(b)) for b in WEIGHTS]
    N = len(Z)
    loss = mp.fsum(c[i] * c[j] * referee.value(Z[i], Z[j]) for i in range(N) for j in range(N))
    gradient, hessian = [], mp.zeros(n * width)
    for i in range(n):
        pulls = [referee.gradient(W[i], z) for z in Z]
        h = mp.fsum(cj * referee.value(W[i], z) for cj, z in zip(c, Z, strict=True))
        total = [mp.fsum(cj * pull[x] for cj, pull in zip(c, pulls, strict=True)) for x in range(width - 1)]
        gradient.append([*(2 * a[i] * t for t in total), 2 * h])
        own = mp.zeros(width - 1)
        for cj, z in zip(c, Z, strict=True):
            own += cj * referee.second_in_first(W[i], z)
        for m in range(n):
            block = 2 * a[i] * a[m] * referee.second_mixed(W[i], W[m]) + (2 * a[i] * own if m == i else 0 * own)
            for x in range(width - 1):
                for y in range(width - 1):
                    hessian[i * width + x, m * width + y] = block[x, y]
                cross = 2 * a[i] * pulls[m][x] + (2 * total[x] if m == i else 0)
                hessian[i * width + x, m * width + width - 1] = cross
                hessian[m * width + width - 1, i * width + x] = cross
            hessian[i * width + width - 1, m * width + width - 1] = 2 * referee.value(W[i], W[m])
    return loss, gradient, hessian


@pytest.mark.parametrize("name", POINTS)
@pytest.mark.parametrize("held", [False, True], ids=["trained", "held"])
def test_against_quadrature_at_30_digits(name: str, held: bool) -> None:
    theta = POINTS[name]
    n, width = theta.shape
    fixed = theta[:, -1] if held else None
    population = Population(
        Problem(n, 3, activation="relu", teacher=TEACHER, teacher_outgoing=WEIGHTS, fixed_outgoing=fixed)
    )
    # The referee needs the angle 1e-9 to 30 digits.
    with mp.workdps(45):
        loss, gradient, hessian = _exact(name)
        expected = np.array([[float(x) for x in row] for row in gradient])
        second = np.array([[float(hessian[i, j]) for j in range(n * width)] for i in range(n * width)])
    if held:
        expected[:, -1] = 0
        second[width - 1 :: width] = 0
        second[:, width - 1 :: width] = 0
    eps = float(np.finfo(float).eps)
    # Seven terms of the size of a product of norms, outgoing weights included (at most 16), a few roundings each.
    assert abs(population.loss(theta) - float(loss)) < 7 * 7 * 16 * eps
    assert np.abs(population.gradient(theta) - expected).max() < 7 * 16 * eps
    found = population.hessian(theta)
    assert np.array_equal(found, found.T)
    # Entries grow like 1 / |w| in a neuron's own block: rounding is relative to the block.
    blocks = np.abs(second.reshape(n, width, n, width)).max(axis=(1, 3))
    errors = np.abs(found - second).reshape(n, width, n, width).max(axis=(1, 3))
    assert np.all(errors <= 7 * 16 * eps * np.maximum(blocks, 1.0)), errors / np.maximum(blocks, 1.0)


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


@pytest.mark.parametrize("held", [False, True], ids=["trained", "held"])
def test_compiled_loops_agree_with_numpy(held: bool) -> None:
    rng = np.random.default_rng(0)
    for n, k, dim in ((7, 5, 9), (6, 10, 11)):
        problem = Problem(
            n,
            k,
            activation="relu",
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

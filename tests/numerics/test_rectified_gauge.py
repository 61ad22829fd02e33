"""Rectified units up to rescaling: merging, Newton's method to many digits, the index on the quotient."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp

from numerics import Population, Problem, gradient_flow, initial_weights, pack, polish
from numerics.inertia import inertia, lowest_eigenvalue
from numerics.precise import precise_population
from numerics.precision import digits, to_ball
from numerics.rectified.gauge import reduced, residual_curvatures


def _one_neuron(k: int, dim: int, scale: float = 1.0) -> np.ndarray:
    """Near the minimum of one neuron: equal cosines, |w| = a."""
    problem = Problem(1, k, activation="relu", dim=dim)
    w = np.zeros(dim)
    w[:k] = 1 / np.sqrt(k)
    slope = Population(problem).gradient([[*w, 0.0]])[0, -1]
    # dL/da at a = 0 is -2 sum g(w, v), and g(w, w) = 1/2.
    return np.array([*(scale * w), -slope / scale])


@pytest.mark.parametrize("index", [0, 1, 2])
def test_one_neuron_to_many_digits(index: int, oracles: dict) -> None:
    row = oracles["relu_one_neuron"][index]
    k = row["k"]
    problem = Problem(1, k, activation="relu")
    for scale in (1.0, 0.25):
        start = _one_neuron(k, k + 1, scale)[None] * (1 + 1e-6)
        point = polish(problem, start, dps=38)
        assert point.converged
        assert point.grad_inf < mp.mpf(10) ** -38
        with mp.workdps(45):
            r = mp.sqrt(mp.fsum(x * x for x in point.theta[0, :-1]))
            assert abs(r * point.theta[0, -1] - mp.mpf(row["a_times_r"])) < mp.mpf(10) ** -36
            assert abs(point.loss / mp.mpf(row["loss"]) - 1) < mp.mpf(10) ** -36
            # The balance of the start, exactly.
            exact = [mp.mpf(float(x)) for x in start[0]]
            before = exact[-1] ** 2 - mp.fsum(x * x for x in exact[:-1])
            assert abs(point.theta[0, -1] ** 2 - r**2 - before) < mp.mpf(10) ** -36
        assert inertia(problem, point.double()).minimum


def test_the_published_spurious_minimum(oracles: dict) -> None:
    entry = oracles["relu_spurious_minimum_safran_shamir"]
    W = np.full((7, 7), entry["w_ij (i!=j>1)"])
    np.fill_diagonal(W, entry["w_ii (i>1)"])
    W[:, 0] = entry["w_i1 (i>1)"]
    W[0] = entry["w_1j (j>1)"]
    W[0, 0] = entry["w_11"]
    problem = Problem(7, 7, activation="relu", dim=7, fixed_outgoing=np.ones(7))
    point = polish(problem, pack(W, np.ones(7)))
    assert point.converged
    assert point.moved < 1e-9
    assert float(point.loss) == pytest.approx(entry["full_mse"], abs=1e-13)
    assert inertia(problem, point.double()).minimum
    assert lowest_eigenvalue(problem, point.double()) > 1e-3


def _families() -> list[tuple[str, np.ndarray, tuple[tuple[int, ...], ...]]]:
    """Splittings of the minimum of one neuron, k = 3: omega times (t_1, t_2, ...) with sum 1."""
    single = _one_neuron(3, 4)
    unit, product = single[:3] / np.linalg.norm(single[:3]), single[-1]

    def member(part: float, r: float) -> list[float]:
        return [*(r * unit), 0.0, part * product / r]

    return [
        ("same signs", np.array([member(0.75, 1.5), member(0.25, 0.5)]), ((0, 1),)),
        ("opposite signs", np.array([member(1.5, 1.5), member(-0.5, 0.25)]), ((0, 1),)),
        ("two and one", np.array([member(0.75, 1.0), member(0.75, 2.0), member(-0.5, 0.25)]), ((0, 1, 2),)),
        ("one and two", np.array([member(2.0, 1.0), member(-0.75, 2.0), member(-0.25, 0.25)]), ((0, 1, 2),)),
    ]


@pytest.mark.parametrize(
    ("name", "start", "groups"), _families(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_families_of_one_direction(name: str, start: np.ndarray, groups: tuple[tuple[int, ...], ...]) -> None:
    n = len(start)
    problem = Problem(n, 3, activation="relu")
    point = polish(problem, start)
    assert point.converged
    assert point.grad_inf < mp.mpf(10) ** -50
    theta = point.double()
    merged = reduced(problem, theta)
    assert merged.groups == groups
    assert merged.dead == ()
    # The split is kept.
    parts = start[:, -1] * np.linalg.norm(start[:, :-1], axis=1)
    found = theta[:, -1] * np.linalg.norm(theta[:, :-1], axis=1)
    assert np.allclose(found / found.sum(), parts / parts.sum(), rtol=1e-13, atol=0)
    # The Hessian in all weights: the same negative eigenvalues, and null directions by rescaling (n), along the
    # family (n - 1), and no others.
    values = np.linalg.eigvalsh(Population(problem).hessian(theta))
    found = inertia(problem, theta)
    assert found.zero == 0
    assert found.negative == int((values < -1e-9).sum())
    assert int((np.abs(values) <= 1e-9).sum()) == n + n - 1
    curvatures = residual_curvatures(merged, merged.omega[0])
    assert np.all(curvatures < 0), "the residual at the average of teachers is a maximum on the sphere"
    # So a family with a positive sum is a minimum exactly if all others are negative.
    expected = {"same signs": 3, "opposite signs": 0, "two and one": 3, "one and two": 0}
    assert found.negative == expected[name]
    assert found.minimum == (expected[name] == 0)


def test_an_end_of_a_flow_with_an_opposite_pair() -> None:
    problem = Problem(2, 3, activation="relu")
    flow = gradient_flow(problem, initial_weights(problem, seed=11))
    # The directions have not met yet.
    unit = flow.theta[:, :-1] / np.linalg.norm(flow.theta[:, :-1], axis=1)[:, None]
    assert 1e-13 < np.linalg.norm(unit[0] - unit[1]) < 1e-3
    point = polish(problem, flow.theta)
    assert point.converged
    assert reduced(problem, flow.theta).collinear == ((0, 1),)
    assert point.moved < 1e-4
    assert inertia(problem, point.double()).minimum
    one = Problem(1, 3, activation="relu")
    single = polish(one, _one_neuron(3, 4)[None])
    with mp.workdps(60):
        assert abs(point.loss - single.loss) < mp.mpf(10) ** -48


def test_generic_ends_have_only_the_null_directions_of_rescaling() -> None:
    problem = Problem(2, 3, activation="relu")
    flow = gradient_flow(problem, initial_weights(problem, seed=0))
    point = polish(problem, flow.theta)
    assert point.converged
    theta = point.double()
    assert reduced(problem, theta).groups == ((0,), (1,))
    values = np.linalg.eigvalsh(Population(problem).hessian(theta))
    assert inertia(problem, theta).minimum
    assert int((np.abs(values) < 1e-9).sum()) == 2
    assert values[2] > 0


def test_directions_that_only_happen_to_be_close_are_not_merged() -> None:
    problem = Problem(2, 2, activation="relu")
    # Far from critical; an angle of 1e-3.
    theta = [[1.0, 0.0, 0.0, 1.0], [1.0, 1e-3, 0.0, 1.0]]
    assert reduced(problem, theta).groups == ((0,), (1,))
    theta[1][1] = 1e-10
    assert reduced(problem, theta).groups == ((0, 1),)


def test_dead_neurons_stay_and_all_dead_is_an_end() -> None:
    problem = Problem(2, 3, activation="relu")
    single = _one_neuron(3, 4)
    point = polish(problem, [single, [0, 0, 0, 0, -0.5]])
    assert point.converged
    assert all(x == 0 for x in point.theta[1, :-1])
    assert point.theta[1, -1] == -0.5
    assert reduced(problem, point.double()).dead == (1,)
    assert inertia(problem, point.double()).minimum
    dead = polish(problem, [[0, 0, 0, 0, -1.0], [0, 0, 0, 0, -0.5]])
    assert dead.converged
    assert dead.grad_inf == 0
    with mp.workdps(60):
        assert abs(dead.loss - (mp.mpf(3) / 2 + 3 / mp.pi)) < mp.mpf(10) ** -49


def test_newton_does_not_converge_far_from_a_critical_point() -> None:
    problem = Problem(3, 6, activation="relu")
    start = initial_weights(problem, seed=0)
    point = polish(problem, start)
    assert not point.converged
    assert np.array_equal(point.double(), start)


def test_many_digits_agree_with_double_precision() -> None:
    problem = Problem(4, 3, activation="relu", teacher_outgoing=[1.0, -0.5, 2.0])
    theta = initial_weights(problem, seed=3)
    theta[1, :-1] = 2 * theta[0, :-1]
    theta[2, :-1] = -0.5 * theta[0, :-1]
    theta[3, :-1] = 0
    loss, gradient = Population(problem).value_and_gradient(theta)
    with digits(40) as arithmetic:
        rows = [[to_ball(x) for x in row] for row in theta]
        population = precise_population(problem, arithmetic)
        exact, grad_W, grad_a = population.loss_and_gradient([row[:-1] for row in rows], [row[-1] for row in rows])
        found = np.array([[*(float(grad_W[i, x]) for x in range(4)), float(grad_a[i])] for i in range(4)])
    # Seven terms of order one to ten.
    assert abs(loss - float(exact)) < 1e-14
    assert np.abs(gradient - found).max() < 1e-14

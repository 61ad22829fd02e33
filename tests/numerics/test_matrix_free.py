"""Polishing and inertia without a matrix, forced by lowering the order from which none is formed."""

from importlib import import_module

import numpy as np
import pytest

from numerics import Problem, gradient_flow, initial_weights, pack, polish
from numerics.inertia import inertia, lowest_eigenvalue

pytest.importorskip("numba")


@pytest.fixture
def _without_matrices(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("numerics.newton", "numerics.inertia"):
        monkeypatch.setattr(import_module(module), "DENSE_LIMIT", 0)
    monkeypatch.setattr(import_module("numerics.newton"), "ITERATIVE_FROM", 0)


@pytest.fixture(scope="module")
def flowed() -> tuple[Problem, np.ndarray]:
    problem = Problem(5, 8)
    return problem, gradient_flow(problem, initial_weights(problem, seed=0)).theta


def test_polish_finds_the_same_point(flowed: tuple[Problem, np.ndarray], request: pytest.FixtureRequest) -> None:
    problem, theta = flowed
    dense = polish(problem, theta, dps=40)
    request.getfixturevalue("_without_matrices")
    free = polish(problem, theta, dps=40)
    assert dense.converged
    assert free.converged
    # Both gradients are below 1e-40 and no Hessian eigenvalue there is below 1e-3: 1e-37 apart at most.
    assert float(np.abs(dense.theta - free.theta).max()) < 1e-36


@pytest.mark.usefixtures("_without_matrices")
def test_inertia_counts_negative_directions() -> None:
    # The average of 4 beside another average of 3: a saddle, by theory of index 3 + 2.
    from theory import copy_average_index

    problem = Problem(2, 7, dim=9)
    norms = [1 / np.sqrt(2 * m - 1) for m in (4, 3)]
    W = np.zeros((2, 9))
    W[0, :4], W[1, 4:7] = norms[0] / 2, norms[1] / np.sqrt(3)
    found = inertia(problem, pack(W, [4, 3]))
    assert (found.negative, found.zero) == (copy_average_index([4, 3]), 0)


def test_the_lowest_eigenvalue_needs_no_matrix(request: pytest.FixtureRequest) -> None:
    problem = Problem(3, 4, dim=30)
    theta = initial_weights(problem, seed=2)
    dense = lowest_eigenvalue(problem, theta)
    request.getfixturevalue("_without_matrices")
    # Lanczos stops at a relative accuracy of 1e-3.
    assert lowest_eigenvalue(problem, theta) == pytest.approx(dense, rel=2e-3)


@pytest.mark.usefixtures("_without_matrices")
def test_a_minimum_is_seen_as_one_and_a_line_as_degenerate() -> None:
    problem = Problem(3, 3, dim=20)
    copies = pack(np.eye(3, 20), np.ones(3))
    assert inertia(problem, copies).minimum
    split = Problem(4, 3, dim=20)
    W = np.vstack([np.eye(3, 20), np.eye(3, 20)[2:]])
    assert inertia(split, pack(W, [1, 1, 0.4, 0.6])).zero > 0


def test_a_point_far_from_any_minimum_is_not_trusted(
    flowed: tuple[Problem, np.ndarray], request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("_without_matrices")
    problem, _ = flowed
    assert not polish(problem, initial_weights(problem, seed=3), dps=20).converged

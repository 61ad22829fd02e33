"""Matching: every symmetry undone, by assignment, with an honest runner-up."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp

from numerics import Problem, copy_average_point, pack, perturbed_copy_point, polish
from numerics.structures import Point
from verify import match


def network(point: Point, problem: Problem, rng: np.random.Generator) -> np.ndarray:
    """A structure with its students and teachers permuted, signs flipped, for any orthonormal teacher."""
    coordinates, outgoing = point.doubles()
    coordinates = coordinates[:, rng.permutation(problem.k)]
    order, signs = rng.permutation(problem.n), rng.choice([-1.0, 1.0], size=problem.n)
    W = coordinates @ (problem.teacher * problem.teacher_outgoing[:, None])
    return pack((W * signs[:, None])[order], (outgoing * signs)[order])


partitions = st.lists(st.integers(1, 4), min_size=1, max_size=5).map(sorted)


@settings(max_examples=60, deadline=None)
@given(partitions, st.integers(0, 10**6))
def test_any_copy_average_is_recognised_under_all_symmetries(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    k = sum(sizes)
    rotation, _ = np.linalg.qr(rng.normal(size=(k + 1, k + 1)))
    problem = Problem(len(sizes), k, teacher=rotation[:k], teacher_outgoing=rng.choice([-1.0, 1.0], size=k))
    theta = network(copy_average_point(sizes), problem, rng)
    found = match(problem, theta + 1e-9 * rng.normal(size=theta.shape))
    assert found.structure == "copy-average"
    assert found.partition == tuple(sizes)
    assert float(found.distance) < 1e-8
    assert found.signs == tuple(np.where(theta[:, -1] < 0, -1, 1))
    assert sorted(j for group in found.assignment for j in group) == list(range(k))
    assert sorted(map(len, found.assignment)) == sizes
    # Each student has its largest inner products with its own teachers, signs undone.
    C = theta[:, :-1] @ (problem.teacher * problem.teacher_outgoing[:, None]).T * np.array(found.signs)[:, None]
    for i, group in enumerate(found.assignment):
        assert set(np.argsort(C[i])[-len(group) :]) == set(group)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([(2, 3), (4, 6), (9, 10), (5, 8)]), st.integers(0, 10**6))
def test_the_perturbed_copy_is_recognised_under_all_symmetries(size: tuple[int, int], seed: int) -> None:
    n, k = size
    rng = np.random.default_rng(seed)
    problem = Problem(n, k, teacher_outgoing=rng.choice([-1.0, 1.0], size=k))
    found = match(problem, network(perturbed_copy_point(n, k), problem, rng))
    assert found.structure == "perturbed-copy"
    assert float(found.distance) < 1e-14
    assert all(len(group) == 1 for group in found.assignment)
    assert len(set(found.assignment)) == n


def test_the_distance_is_the_least_over_all_permutations() -> None:
    # Brute force over permutations of students and teachers at a size where that is possible.
    n, k = 3, 4
    problem = Problem(n, k, dim=k)
    rng = np.random.default_rng(3)
    for name, point in (
        ("copy-average", copy_average_point([1, 1, 2])),
        ("perturbed-copy", perturbed_copy_point(n, k)),
    ):
        theta = network(point, problem, rng) + 0.01 * rng.normal(size=(n, k + 1))
        signs = np.where(theta[:, -1] < 0, -1, 1)
        W, a = theta[:, :-1] * signs[:, None], theta[:, -1] * signs
        C, outgoing = point.doubles()
        best = min(
            max(np.abs(W - C[np.ix_(rows, columns)]).max(), np.abs(a - outgoing[list(rows)]).max())
            for rows in permutations(range(n))
            for columns in permutations(range(k))
        )
        found = match(problem, theta, tolerance=1.0)
        assert found.structure == name
        assert float(found.distance) == pytest.approx(best, abs=1e-14)
        # The runner-up is another structure, and further away.
        assert found.runner_up is not None
        assert not found.runner_up.startswith(name) or name == "copy-average"
        assert found.runner_up_distance > found.distance


def test_polished_points_are_compared_to_all_their_digits() -> None:
    problem = Problem(2, 3, teacher_outgoing=[1, -1, 1])
    rng = np.random.default_rng(0)
    theta = network(copy_average_point([1, 2]), problem, rng) + 1e-6 * rng.normal(size=(2, 5))
    polished = polish(problem, theta, dps=60)
    found = match(problem, polished)
    assert found.structure == "copy-average"
    assert found.distance < mp.mpf(10) ** -55


def test_what_is_not_a_structure_is_unclassified() -> None:
    problem = Problem(2, 3)
    rng = np.random.default_rng(4)
    found = match(problem, rng.normal(size=(2, 5)))
    assert found.structure == "unclassified"
    assert found.distance is None
    assert found.runner_up is not None
    assert found.runner_up_distance > 0.05
    assert "further away" in found.why


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (Problem(2, 2, teacher=[[1.0, 0.2], [0.0, 1.0]]), "not orthonormal"),
        (Problem(2, 2, teacher_outgoing=[1.0, 3.0]), "not all"),
        (Problem(3, 2), "more neurons than the teacher"),
    ],
)
def test_no_structure_is_claimed_where_a_hypothesis_fails(problem: Problem, reason: str) -> None:
    found = match(problem, np.ones(problem.shape))
    assert found.structure == "unclassified"
    assert reason in found.why
    assert found.runner_up is None


def test_refusals() -> None:
    with pytest.raises(ValueError, match="theta: got shape"):
        match(Problem(2, 3), np.zeros((3, 5)))

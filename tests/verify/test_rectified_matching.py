"""Matching in the gauge: permuted, rotated and perturbed structures are found again; others are described."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp
from rectified_network import minimised

from numerics.problem import Problem
from numerics.rectified.structures import Point, structures
from verify.names import UNCLASSIFIED
from verify.rectified.matching import match_reduced


def every() -> list[tuple[int, int, Point]]:
    sizes = [(1, 3), (2, 3), (3, 6), (5, 6), (6, 6), (6, 9)]
    return [(n, k, point) for n, k in sizes for point in structures(n, k)]


@pytest.mark.parametrize(("n", "k", "point"), every(), ids=lambda x: x.name if isinstance(x, Point) else str(x))
def test_a_permuted_structure_is_named_to_all_digits(n: int, k: int, point: Point) -> None:
    generator = np.random.default_rng(n * k)
    rows, columns = generator.permutation(n), generator.permutation(k)
    omega = np.full((n, k + 1), mp.mpf(0), dtype=object)
    omega[:, :k] = point.coordinates[np.ix_(rows, columns)]
    problem = Problem(n, k, activation="relu")
    found = match_reduced(problem, omega, point.signs[rows])
    assert (found.structure, found.partition) == (point.name, point.partition)
    # Products of 65 digits.
    assert found.distance < mp.mpf(10) ** -63
    assert found.signs == tuple(point.signs[rows])
    assert found.runner_up is None or found.runner_up_distance > 1e-3
    # Each neuron's teachers are those with its largest coordinate.
    for i, teachers in enumerate(found.assignment):
        row = point.doubles()[0][np.ix_(rows, columns)][i]
        assert set(teachers) == set(np.flatnonzero(row > row.max() - 1e-9))


def test_the_distance_is_the_infinity_norm_also_for_turned_teachers_and_negative_ones() -> None:
    n, k, dim = 3, 5, 7
    point = structures(n, k)[0]
    generator = np.random.default_rng(3)
    turned = np.linalg.qr(generator.normal(size=(dim, dim)))[0][:k]
    move = np.zeros((n, dim))
    move[1, 2], move[2, 0] = 0.003, -0.002
    omega = point.doubles()[0] @ turned + move
    for b in (1, -1):
        problem = Problem(n, k, activation="relu", teacher=turned, teacher_outgoing=np.full(k, float(b)))
        found = match_reduced(problem, omega, b * point.signs)
        assert found.structure == point.name
        # QR leaves rounding in the teacher.
        assert abs(float(found.distance) - 0.003) < 1e-14
        assert found.signs == tuple(b * point.signs)


def test_a_minimum_without_a_name_is_described() -> None:
    # Half way between two structures: neither is near.
    first, second = structures(2, 3)[:2]
    mixed = np.zeros((2, 4))
    mixed[:, :3] = (first.doubles()[0] + second.doubles()[0]) / 2
    found = match_reduced(Problem(2, 3, activation="relu"), mixed, [1, 1])
    assert found.structure == UNCLASSIFIED
    assert found.why is not None
    assert found.why.startswith("not yet named: ")
    assert "1 neuron (+)" in found.why
    assert found.runner_up in (first.name, second.name)


def test_other_signs_are_no_match() -> None:
    point = structures(2, 3)[0]
    omega = np.hstack([point.doubles()[0], np.zeros((2, 1))])
    assert match_reduced(Problem(2, 3, activation="relu"), omega, [1, -1]).structure == UNCLASSIFIED


def test_what_scipy_finds_from_anywhere_has_a_name() -> None:
    n, k, hits = 3, 6, set()
    problem = Problem(n, k, activation="relu")
    for seed in range(6):
        start = np.random.default_rng(seed).normal(size=(n, k + 1)) / 2
        found, _ = minimised(start, np.ones(n), k)
        hits.add(match_reduced(problem, found, np.ones(n, dtype=int), tolerance=1e-4).structure)
    assert hits == {"perturbed-copy-average"}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"teacher_outgoing": [1.0, -1.0, 1.0]}, "different signs"),
        ({"teacher_outgoing": [1.0, 2.0, 1.0]}, "not all"),
        ({"teacher": np.eye(3, 4) + 0.1}, "not orthonormal"),
    ],
)
def test_where_the_theory_does_not_apply_it_says_so(options: dict[str, object], why: str) -> None:
    found = match_reduced(Problem(2, 3, activation="relu", **options), np.ones((2, 4)), [1, 1])
    assert found.structure == UNCLASSIFIED
    assert why in str(found.why)


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"omega: got shape \(2, 3\), needs \(2, 4\)"):
        match_reduced(Problem(2, 3, activation="relu"), np.ones((2, 3)), [1, 1])

"""Families over many sizes: what theory and other runs say of where they exist and where they are minima."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.rectified.families import FAMILIES, against_teacher, all_reflected, families, member, reflected
from numerics.rectified.pattern import Pattern
from numerics.rectified.solve import between, follow, search, solve
from numerics.rectified.structures import Point, structures


def of(n: int, k: int, name: str) -> list[Point]:
    return [point for point in structures(n, k, dps=20) if point.name == name]


def test_safran_and_shamirs_family_is_a_minimum_from_six_on() -> None:
    # They found spurious minima for 6 <= k <= 20 and none below.
    assert [
        k for k in range(3, 9) if any(p.minimum and p.partition[0] == 1 for p in of(k, k, "against-teacher"))
    ] == [
        6,
        7,
        8,
    ]


def test_two_neurons_against_teachers_are_a_minimum_from_eight_on() -> None:
    for k, expected in ((7, False), (8, True), (10, True)):
        (two,) = [p for p in of(k, k, "against-teacher") if p.partition == (2, k - 2)]
        assert two.minimum == expected, k


@pytest.mark.parametrize(("n", "k"), [(7, 7), (8, 9)])
def test_six_reflected_copies_are_a_minimum_and_fewer_are_not(n: int, k: int) -> None:
    found = {point.partition[0]: point.index for point in of(n, k, "reflected-copy")}
    assert sorted(found) == list(range(3, n + 1))
    assert all((index == 0) == (number >= 6) for number, index in found.items()), found


def test_reflections_keep_the_sum_of_their_teachers_nearly() -> None:
    (point,) = [p for p in of(8, 8, "reflected-copy") if p.partition == (8,)]
    C = point.doubles()[0]
    reflection = 2 / 8 - np.eye(8)
    # Exactly reflected copies have the teacher's linear part; the critical point is near them.
    assert np.abs(np.sort(C.ravel()) - np.sort(reflection.ravel())).max() < 0.01
    assert np.abs(C.sum(axis=0) - 1).max() < 0.02


def test_branches_that_meet_another_family_are_not_listed() -> None:
    # At n = 3 the neuron against a teacher has become one of three reflected copies.
    assert not of(3, 3, "against-teacher")
    assert of(3, 3, "reflected-copy")


def test_every_family_has_the_sizes_asked_for() -> None:
    for n, k in ((1, 4), (4, 7), (9, 9), (8, 12)):
        for family in families(n, k):
            found = member(family, n, k)
            if found is not None:
                pattern, x = found
                assert (pattern.n, pattern.k) == (n, k)
                assert len(x) == len(pattern.slots)
                assert all(isinstance(size, int) for size in pattern.frames)


def test_a_branch_that_ends_gives_nothing() -> None:
    # With a teacher left over the family of Safran and Shamir ends in a fold for few neurons, and goes on for many.
    family = against_teacher(1)
    assert member(family, 12, 12) is not None
    assert member(family, 12, 13) is None
    assert member(family, 20, 21) is not None
    assert member(FAMILIES[0], 2, 3) is None


def test_a_neuron_against_a_teacher_with_a_teacher_left_over_is_a_minimum() -> None:
    (first, *_) = [p for p in of(16, 17, "against-teacher") if p.partition == (1, 15)]
    assert first.minimum


def test_continuation_does_not_depend_on_its_first_step() -> None:
    make = FAMILIES[3].pattern
    start = search(make(4, 4 + 1e-6), (1.0, 0.0, 0.0, 0.0, 1.0))
    ends = [follow(make(4, 4 + 1e-6), start, make(4, 9), step=step) for step in (1.0, 0.25, 0.03)]
    for end in ends:
        # Newton's method ends with steps below 1e-22.
        assert np.abs(end - ends[0]).max() < 1e-14


def test_patterns_of_other_classes_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match="needs the classes and unknowns of"):
        between(FAMILIES[0].pattern(1, 2), FAMILIES[2].pattern(2, 3), 0.5)


def test_no_critical_point_near_gives_nothing() -> None:
    pattern = Pattern((1,), ((0, 1),), ((0, 2),))
    assert search(pattern, [0.0]) is None
    assert solve(pattern, [np.nan]) is None


def test_families_with_a_number_are_the_same_object_each_time() -> None:
    # The points are kept by family.
    assert against_teacher(2) is against_teacher(2)
    assert reflected(3) is reflected(3)
    assert all_reflected() is all_reflected()


@pytest.mark.parametrize(("n", "k"), [(2, 50), (5, 50), (12, 25)])
def test_branches_reach_far(n: int, k: int) -> None:
    found = {point.name: point for point in structures(n, k, dps=20) if point.partition is None}
    assert found["perturbed-copy-average"].minimum
    # Few neurons do not copy: one of them averages.
    assert found["perturbed-copy"].minimum == (n == 12)
    # Half of the teachers and less: the average lowers the loss but for n near k / 2.
    assert (found["perturbed-copy-average"].loss < found["perturbed-copy"].loss) == (n < 12)

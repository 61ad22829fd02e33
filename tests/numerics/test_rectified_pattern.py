"""Block patterns: found again after any permutation, and described."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.rectified.description import describe
from numerics.rectified.pattern import Pattern, detect

PATTERNS = (
    Pattern((1,), ((0, 1),), ((0, 4),)),
    Pattern((4, 1), ((0, 1),), ((0, 1), (1, 3))),
    Pattern((3, 1), ((0, 1), (1, 1)), ((0, 1), (1, 4))),
    Pattern((3, 1), ((0, 1), (1, 1), (1, -1)), ((0, 1), (1, 3))),
    Pattern((1, 5), ((0, 1), (1, 1)), ((0, 1), (1, 1))),
    Pattern((2, 1), ((0, 1),), ((0, 3), (1, 2))),
    # Copies with a corrector each, and two frames.
    Pattern((3, 2), ((0, 1), (0, -1), (1, 1)), ((0, 1), (1, 2))),
)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(PATTERNS), st.integers(0, 10**6))
def test_a_pattern_is_found_after_any_permutation(pattern: Pattern, seed: int) -> None:
    generator = np.random.default_rng(seed)
    # Values that differ by more than the tolerance, and noise below it.
    values = generator.permutation(np.linspace(-1, 2, len(pattern.slots)))
    C = values[pattern.labels]
    rows, columns = generator.permutation(C.shape[0]), generator.permutation(C.shape[1])
    given_C = C[np.ix_(rows, columns)] + 1e-9 * generator.normal(size=C.shape)
    found = detect(given_C, pattern.signs()[rows])
    assert found.pattern is not None
    assert (found.pattern.n, found.pattern.k) == C.shape
    assert len(found.values) == len(values)
    again = found.values[found.pattern.labels]
    assert np.abs(given_C[np.ix_(found.students, found.teachers)] - again).max() < 1e-8
    assert list(found.pattern.signs()) == list(pattern.signs()[rows][found.students])
    # As many elements and classes as were put in.
    assert sorted(f for f in found.pattern.frames if f > 1) == sorted(f for f in pattern.frames if f > 1)


def test_what_has_no_frames_is_said_to_have_none() -> None:
    # A cycle: each student attends to two neighbouring teachers of five; the group is dihedral.
    C = np.array([[1.0 if j in (i, (i + 1) % 5) else 0.0 for j in range(5)] for i in range(5)])
    found = detect(C, [1] * 5)
    assert found.pattern is None
    assert found.classes == ((5,), (5,))
    assert describe(C) == "no block pattern: classes of 5 (+) neurons and of 5 teachers"


def test_signs_separate_classes() -> None:
    C = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert detect(C, [1, 1]).classes == ((2,), (2,))
    assert detect(C, [1, -1]).classes == ((1, 1), (1, 1))


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (1, "4 neurons (+) copy one of 4 teachers each (1, others -0.1; 3 more: 0.5)"),
        (5, "2 neurons (+) average 3 of 6 teachers each (1, others -0.1; 2 more: 0.5)"),
    ],
)
def test_descriptions_say_what_each_class_does(index: int, text: str) -> None:
    pattern = PATTERNS[index]
    assert describe(np.array([1.0, -0.1, 0.5])[pattern.labels], pattern.signs()) == text


def test_of_two_students_the_larger_coefficient_is_the_own_one_whatever_its_sign() -> None:
    found = detect(np.array([[0.2, -0.7], [-0.7, 0.2]]), [1, 1])
    assert found.values.tolist() == [-0.7, 0.2]
    assert (
        describe([[0.2, -0.7], [-0.7, 0.2]])
        == "2 neurons (+) point against one of 2 teachers each (-0.7, others 0.2)"
    )


def test_networks_without_neurons_and_wrong_shapes() -> None:
    assert describe(np.zeros((0, 3))) == "no neuron is left"
    with pytest.raises(ValueError, match="coordinates: got shape"):
        describe([1.0, 2.0])
    with pytest.raises(ValueError, match="signs: got shape"):
        describe([[1.0, 2.0]], [1, 1])

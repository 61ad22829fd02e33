"""Problems and initial points: shapes, defaults, refusals, and the generator that fixes every seed."""

from __future__ import annotations

import numpy as np
import pytest

from numerics import Problem, initial_weights, pack, unpack


def test_defaults() -> None:
    problem = Problem(2, 3)
    assert problem.dim == 4
    assert np.array_equal(problem.teacher, np.eye(3, 4))
    assert np.array_equal(problem.teacher_outgoing, np.ones(3))
    assert problem.why_no_theory() is None
    with pytest.raises(AttributeError):
        problem.n = 3  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        problem.teacher[0, 0] = 2.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0, "k": 2}, "n: got 0"),
        ({"n": 1, "k": 2.0}, "k: got 2.0"),
        ({"n": 1, "k": True}, "k: got True"),
        ({"n": 1, "k": 3, "dim": 2}, "dim: got 2, needs at least k = 3"),
        ({"n": 1, "k": 2, "activation": "tanhh"}, "activation: got 'tanhh', known are abs, cos, cube, erf"),
        ({"n": 1, "k": 2, "teacher": np.eye(3)}, r"teacher: got shape \(3, 3\), needs \(2, 3\)"),
        ({"n": 1, "k": 2, "teacher": [[1, np.nan], [0, 1]]}, "teacher: got NaN"),
        ({"n": 1, "k": 2, "teacher": [["x", "y"], ["z", "w"]]}, "not an array of real numbers"),
        ({"n": 1, "k": 2, "teacher": np.eye(2) * 1j}, "not an array of real numbers"),
        ({"n": 1, "k": 2, "teacher_outgoing": [1.0]}, r"teacher_outgoing: got shape \(1,\), needs \(2,\)"),
        ({"n": 2, "k": 2, "fixed_outgoing": [1.0]}, r"fixed_outgoing: got shape \(1,\), needs \(2,\)"),
    ],
)
def test_refusals(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Problem(**arguments)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"teacher": [[1.0, 0, 0], [0.1, 1, 0]]}, "not orthonormal"),
        ({"teacher_outgoing": [1.0, 2.0]}, r"not all \+1 or -1"),
        ({"fixed_outgoing": [1.0, 1.0]}, "held fixed"),
    ],
)
def test_a_failing_hypothesis_is_named(arguments: dict, reason: str) -> None:
    import re

    assert re.search(reason, Problem(2, 2, **arguments).why_no_theory() or "")
    assert "n = 3 > k = 2" in (Problem(3, 2).why_no_theory() or "")


def test_initialisations_are_those_of_the_mission() -> None:
    problem = Problem(3, 5)
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(7, spawn_key=(3, 5))))
    W, a = generator.standard_normal((3, 6)), generator.standard_normal(3)
    assert np.array_equal(initial_weights(problem, init="gaussian", seed=7), np.column_stack([0.1 * W, 0.1 * a]))
    # fan_in + fan_out: d + n for the incoming, n + 1 for the outgoing layer.
    glorot = np.column_stack([W * np.sqrt(2 / 9), a * np.sqrt(2 / 4)])
    assert np.allclose(initial_weights(problem, seed=7), glorot, rtol=1e-15)


PINNED = [-0.6618491121512922, -0.41732315043059737]


def test_the_first_numbers_of_seed_0_never_change() -> None:
    # Pinned: every stored result depends on them.
    theta = initial_weights(Problem(2, 3), seed=0)
    assert np.allclose(theta[0, :2], PINNED, rtol=1e-15)


def test_held_outgoing_weights_and_refusals() -> None:
    problem = Problem(2, 3, fixed_outgoing=[1.0, -2.0])
    assert np.array_equal(initial_weights(problem, seed=1)[:, -1], [1.0, -2.0])
    for arguments, message in (
        ({"seed": -1}, "seed: got -1"),
        ({"seed": 0.5}, "seed: got 0.5"),
        ({"seed": 0, "init": "uniform"}, "init: got 'uniform', known are gaussian, glorot"),
    ):
        with pytest.raises(ValueError, match=message):
            initial_weights(problem, **arguments)


def test_pack_and_unpack_are_inverse() -> None:
    theta = np.arange(12.0).reshape(3, 4)
    assert np.array_equal(pack(*unpack(theta)), theta)
    with pytest.raises(ValueError, match=r"W: got shape \(3,\)"):
        pack([1, 2, 3], [1])
    with pytest.raises(ValueError, match=r"a: got shape \(1,\), needs \(2,\)"):
        pack([[1, 2], [3, 4]], [1])
    with pytest.raises(ValueError, match=r"theta: got shape \(3,\)"):
        unpack([1, 2, 3])

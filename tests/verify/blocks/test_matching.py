"""Networks of smooth activations are named, whatever their symmetries, and others are not."""

from __future__ import annotations

import numpy as np
import pytest

from numerics import Problem, gradient_flow, initial_weights, pack, polish
from numerics.flat import polish_flat
from numerics.patterns.catalogue import catalogue
from verify import match
from verify.blocks.matching import BlockMatch
from verify.blocks.shared import shared
from verify.runs import Task, run_task


def _end(activation: str, n: int, k: int, seed: int) -> tuple[Problem, object]:
    problem = Problem(n, k, activation=activation)
    return problem, polish(problem, gradient_flow(problem, initial_weights(problem, seed=seed)).theta, dps=30)


@pytest.mark.parametrize(
    ("activation", "n", "k", "seed", "structure", "partition", "assigned"),
    [
        ("sin", 2, 3, 0, "copy-average", (1, 2), 3),
        ("exp", 2, 4, 0, "copy-average", (1, 3), 4),
        ("cos", 2, 3, 0, "perturbed-copy", (1, 1), 2),
        ("cos", 2, 4, 0, "unequal-copy", (1, 1), 2),
        ("hermite4", 3, 3, 0, "copy-average", (1, 1, 1), 3),
        ("normal-cdf", 3, 3, 0, "reversed-copy", (1, 1, 1), 3),
        ("sigmoid", 2, 3, 0, "perturbed-copy-average", (1, 2), 3),
    ],
)
def test_ends_of_flows(
    activation: str, n: int, k: int, seed: int, structure: str, partition: tuple[int, ...], assigned: int
) -> None:
    problem, point = _end(activation, n, k, seed)
    found = match(problem, point)
    assert (found.structure, found.partition) == (structure, partition)
    assert isinstance(found, BlockMatch)
    assert found.named is not None
    assert found.named.independent
    assert found.distance < 1e-19
    assert sum(map(len, found.assignment)) == assigned
    assert len({j for group in found.assignment for j in group}) == assigned


@pytest.mark.parametrize("activation", ["sin", "cos", "exp", "cube"])
def test_symmetries_do_not_matter(activation: str) -> None:
    member = catalogue(activation, 2, 4)[0]
    C, a = member.doubles()
    generator = np.random.default_rng(1)
    rotation = np.linalg.qr(generator.normal(size=(5, 5)))[0]
    odd = activation in ("sin", "cube")
    b = np.array([1.0, -1.0, 1.0, -1.0]) if odd else np.ones(4)
    teacher = rotation[:4]
    problem = Problem(2, 4, activation=activation, teacher=teacher, teacher_outgoing=b)
    W = C[::-1][:, [2, 0, 3, 1]] @ (teacher * b[:, None])
    theta = pack(W, a[::-1])
    if odd:
        theta[0] *= -1
    elif activation == "cos":
        theta[0, :-1] *= -1
    if activation == "cube":
        theta[1] *= [2, 2, 2, 2, 2, 1 / 8]
    found = match(problem, theta)
    assert found.partition == member.sizes
    assert found.distance < 1e-13
    assert found.runner_up_distance > 0.1
    # Teacher j of the network stands where the structure has number [2, 0, 3, 1][j].
    assert found.assignment == ((0, 2, 3), (1,))


def test_a_network_that_is_no_structure() -> None:
    problem = Problem(2, 3, activation="sin")
    found = match(problem, initial_weights(problem, seed=0))
    assert found.structure == "unclassified"
    assert found.runner_up is not None
    assert "further away" in str(found.why)
    mixed = Problem(2, 3, activation="exp", teacher_outgoing=[1, -1, 1])
    assert "not odd" in str(match(mixed, initial_weights(mixed, seed=0)).why)


def test_a_copy_that_is_not_critical_is_no_structure() -> None:
    problem = Problem(2, 3, activation="hermite3")
    exact = match(problem, [[1, 0, 0, 0, 1], [0, 1, 0, 0, 1]])
    assert (exact.structure, float(exact.distance)) == ("partial-average", 0.0)
    near = match(problem, [[1.04, 0, 0, 0, 1], [0, 1, 0, 0, 1]])
    assert float(near.distance) == pytest.approx(0.04)
    assert match(problem, [[1.06, 0, 0, 0, 1], [0, 1, 0, 0, 1]]).structure == "unclassified"


def test_students_that_share_a_teacher() -> None:
    # He3: of two students along one teacher only a1 r1^3 + a2 r2^3 and the linear part count.
    problem = Problem(2, 3, activation="hermite3")
    flow = gradient_flow(problem, initial_weights(problem, seed=2))
    for seed in range(6):
        flow = gradient_flow(problem, initial_weights(problem, seed=seed))
        if flow.loss > 11:
            break
    flat = polish_flat(problem, flow.theta, dps=20)
    assert flat is not None
    found = shared(problem, flat.point, dps=20)
    assert found is not None
    assert (found.groups, found.neurons) == (((0, 1),), 1)
    assert found.match.partition == (1,)


def test_records_and_identity() -> None:
    record = run_task(Task(2, 3, 4, "exp", "glorot", 0, 30)).record
    assert (record["structure"], record["partition"], record["optimal"]) == ("copy-average", [1, 2], True)
    assert record["blocks"]["independent"] is True
    assert sorted(record["blocks"]["students"]) == ["average of 2", "copy"]
    assert record["certified"]["identity"] is True
    scaled = run_task(Task(2, 3, 4, "cube", "glorot", 0, 30)).record
    assert (scaled["structure"], scaled["blocks"]["structure"]) == ("isolated-up-to-scale", "perturbed-copy")

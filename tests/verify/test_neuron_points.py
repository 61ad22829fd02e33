"""All critical points of one neuron: searched, certified, named, and compared with runs, for unequal weights too."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp

from numerics import Problem
from numerics.newton import evaluate, polish
from numerics.one_neuron import critical_points
from numerics.precision import to_exact
from numerics.teacher import Teacher
from verify.cli.main import main
from verify.neuron_points import neuron_points, why_not_one_neuron
from verify.one_neuron import compare
from verify.runs import Task, run_task

#: Outgoing weights of three orthonormal teachers, and the teachers turned in their plane.
WEIGHTS = (1.0, 0.8, 0.3)
TURNED = Teacher(((0.6, 0.8, 0.0, 0.0), (-0.8, 0.6, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0)), WEIGHTS)


def test_subsets_of_teachers_where_cosines_need_not_be_equal() -> None:
    # cos: every subset, the fewer teachers the lower; a subset of m is a saddle of index m - 1.
    points = neuron_points("cos", (1.0,) * 3, dps=20)
    assert [(p.teachers, p.index, p.certified) for p in points] == [(1, 0, True), (2, 1, True), (3, 2, True)]
    # All k: norm 1/sqrt k and outgoing weight k exp((1/k - 1)/2), as sinh z/z = k cosh z tanh(k z^2) at z = 1/k.
    last = points[-1].exact.theta[0]
    with mp.workdps(25):
        assert abs(last[0] - mp.mpf(1) / 3) < mp.mpf(10) ** -20
        assert abs(last[-1] - 3 * mp.exp(-mp.mpf(1) / 3)) < mp.mpf(10) ** -20
    # Points of one class: binomials, and of each the signs of its cosines up to that of the neuron.
    assert [p.copies for p in points] == [3, 3 * 2, 1 * 4]


@pytest.mark.parametrize(
    ("activation", "norm", "outgoing", "below"),
    [
        # He_m, m > 2: b_j z_j^(m - 2) is the same for the teachers of the subset, the norm is 1.
        ("hermite3", 1.0, lambda b: np.sum(b**-2.0) ** -0.5, lambda b: 6 / np.sum(b**-2.0)),
        ("hermite4", 1.0, lambda b: 1 / np.sum(1 / b), lambda b: 24 / np.sum(1 / b) ** 2),
    ],
)
def test_every_subset_of_unequal_teachers_of_a_hermite_polynomial(activation, norm, outgoing, below) -> None:  # type: ignore[no-untyped-def]
    found = critical_points(activation, WEIGHTS)
    assert len(found) == 7
    subsets = {tuple(np.flatnonzero(point.coordinates)): point for point in found}
    for members, point in subsets.items():
        b = np.array(WEIGHTS)[list(members)]
        assert abs(point.norm - norm) < 1e-10
        assert abs(point.outgoing - outgoing(b)) < 1e-10
        assert abs(point.loss_below - below(b)) < 1e-9


def _lambert(b: np.ndarray) -> float:
    """By how much the loss of exp is lowered: z_j e^(-z_j) = b_j/S with sum z_j = 1, by bisection in S."""
    low, high = float(np.e * b.max()), 100.0
    for _ in range(200):
        S = (low + high) / 2
        z = np.array([_small(x / S) for x in b])
        low, high = (S, high) if z.sum() > 1 else (low, S)
    return float(np.e * S**2 * np.exp(-(z**2).sum()))


def _small(x: float) -> float:
    """The root of z e^-z = x in [0, 1], by bisection."""
    low, high = 0.0, 1.0
    for _ in range(200):
        z = (low + high) / 2
        low, high = (z, high) if z * np.exp(-z) < x else (low, z)
    return z


def test_unequal_weights_of_the_exponential_by_another_route() -> None:
    (point,) = critical_points("exp", WEIGHTS)
    assert abs(sum(point.coordinates) - 1) < 1e-10
    assert abs(point.loss_below - _lambert(np.array(WEIGHTS))) < 1e-9


def test_homogeneous_activations_up_to_scale() -> None:
    (line,) = critical_points("linear", WEIGHTS)
    assert np.allclose(line.cosines(), np.array(WEIGHTS) / np.linalg.norm(WEIGHTS), atol=1e-10)
    (cube,) = critical_points("cube", WEIGHTS)
    u = np.array(cube.cosines())
    # b_j (1 + 2 u_j^2)/u_j is the same for all teachers.
    ratio = np.array(WEIGHTS) * (1 + 2 * u**2) / u
    assert np.ptp(ratio) < 1e-8
    # Where the scale alone is free the certificate holds it.
    (exact,) = neuron_points("cube", WEIGHTS, dps=20)
    assert (exact.free, exact.index, exact.certified) == ("scale", 0, True)
    (square,) = neuron_points("square", (1.0, 1.0), dps=20)
    assert (square.structure, square.free, square.certified) == ("copy-average", "scale and direction", False)


def test_an_average_of_both_signs_is_its_mirror_image() -> None:
    (plain,), (mixed,) = critical_points("erf", WEIGHTS), critical_points("erf", (1.0, -0.8, 0.3))
    assert np.allclose(np.abs(mixed.coordinates), plain.coordinates, atol=1e-10)
    assert mixed.coordinates[1] < 0
    assert abs(mixed.loss_below - plain.loss_below) < 1e-12


@pytest.mark.parametrize("activation", ["erf", "exp"])
def test_runs_with_unequal_weights_end_where_one_neuron_does(activation: str) -> None:
    for teacher in (Teacher(tuple(map(tuple, np.eye(3, 4))), WEIGHTS), TURNED):
        one = run_task(Task(1, 3, 4, activation, "glorot", 0, 25, teacher=teacher)).record["one_neuron"]
        assert (one["structure"], one["teachers"], one["agrees"]) == ("weighted-average", 3, True)
        assert one["certified"] is True
        assert "ended_at" not in one


def test_a_run_that_ends_at_another_critical_point_is_named() -> None:
    copies = Problem(1, 3, activation="hermite3", teacher_outgoing=WEIGHTS)
    lesser = polish(copies, np.array([[0, 1, 0, 0, 0.8]]) + 1e-4, dps=20)
    one = compare(copies, lesser, True)
    assert one is not None
    assert (one["agrees"], one["loss"][:4]) == (True, "4.38")
    # 6 (1 + 0.8^2 + 0.3^2) - 6 * 0.8^2, in doubles of the weights.
    at = one["ended_at"]
    assert abs(float(at["loss"]) - 6.54) < 1e-14
    assert (at["structure"], at["teachers"], at["certified"], at["index"]) == ("partial-average", 1, True, 0)
    both = Problem(1, 2, activation="hermite3")
    saddle = polish(both, np.array([[0.5, 0.5, 0, 0.5]]) ** 0.5 + 1e-5, dps=20)
    one = compare(both, saddle, True)
    assert one is not None
    assert (one["agrees"], one["ended_at"]["structure"], one["ended_at"]["index"]) == (False, "copy-average", 1)
    nowhere = compare(both, evaluate(both, to_exact(np.array([[0.3, 0.5, 0, 1.0]])), dps=20), True)
    assert nowhere is not None
    assert (nowhere["agrees"], "ended_at" in nowhere) == (False, False)


def test_signs_are_a_symmetry_of_odd_activations_only() -> None:
    # cos with weights 1 and -1: the neuron copies either, with its sign, which is no symmetry of the two.
    problem = Problem(1, 2, activation="cos", teacher_outgoing=[1, -1])
    points = neuron_points("cos", (1.0, -1.0), dps=20)
    run = compare(problem, points[0].exact, True)
    assert run is not None
    assert run["agrees"] is True


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (Problem(2, 2), "2 neurons"),
        (Problem(1, 2, activation="relu"), "not smooth"),
        (Problem(1, 2, teacher=[[1, 0, 0], [1, 1, 0]]), "not orthonormal"),
        (Problem(1, 2, fixed_outgoing=[1]), "held fixed"),
    ],
)
def test_hypotheses_are_named(problem: Problem, words: str) -> None:
    assert words in str(why_not_one_neuron(problem))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["certify", *arguments])
        return (status, *capsys.readouterr())

    teacher = tmp_path / "teacher.json"
    teacher.write_text(json.dumps({"teacher": np.eye(3, 4).tolist(), "teacher_outgoing": list(WEIGHTS)}))
    skew = tmp_path / "skew.json"
    skew.write_text(json.dumps({"teacher": [[1, 0.5, 0], [0, 1.2, 0]]}))
    weights = tmp_path / "weights.npz"
    proof = tmp_path / "proof.json"
    status, out, _ = run("-n", "1", "-k", "2", "--activation", "cos", "--structure", "one-neuron", "--dps", "20")
    assert status == 0
    assert "minima: 1 of 2 critical points up to symmetry, saddles: index 1" in out
    status, out, _ = run("-n", "1", "--teacher", str(teacher), "--activation", "hermite4", "--out", str(proof))
    assert (status, "minima: 3 of 7" in out) == (0, True)
    assert main(["recheck", str(proof)]) == 0
    capsys.readouterr()
    # A network near the average of exp, as if trained elsewhere: polished, certified, in a file that recheck accepts.
    np.savez(weights, W=[[0.5361, 0.3594, 0.1044, 1e-5]], a=[2.7684])
    both = ("--weights", str(weights), "--teacher", str(teacher), "--activation", "exp", "--out", str(proof))
    status, out, _ = run(*both)
    assert (status, "no theorem" in out, "index               0" in out) == (0, True, True)
    assert main(["recheck", str(proof)]) == 0
    capsys.readouterr()
    for arguments, words in (
        (("-n", "1", "--teacher", str(teacher)), "not all +1 or -1"),
        (("-n", "1", "--teacher", str(skew), "--structure", "one-neuron"), "not orthonormal"),
        (("-n", "2", "-k", "3", "--activation", "tanh"), "2 neurons, not one"),
        (("-n", "1", "-k", "2", "--teacher", str(teacher)), "has k = 3"),
        (("-n", "1", "-k", "2", "--activation", "cos", "--structure", "copy-average"), "there is one-neuron"),
        (("--weights", str(weights), "--teacher", str(skew)), "got dimension 4"),
        (("--weights", str(weights), "--structure", "one-neuron"), "together with --weights"),
        (("-k", "2"), "Missing option '-n'"),
        (("-n", "1", "--teacher", str(tmp_path / "none.npy")), "cannot read"),
    ):
        status, out, errors = run(*arguments)
        assert (status, out, errors.count("\n")) == (2, "", 1), errors
        assert words in errors

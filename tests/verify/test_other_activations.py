"""Other activations and teachers from files: what runs end in, how it is named, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from numerics import Problem, gradient_flow, initial_weights
from numerics.flat import polish_flat
from numerics.teacher import read_teacher
from verify.cells import make_cell
from verify.cli.main import main
from verify.one_neuron import one_neuron_point
from verify.runs import Task, run_task


def _cell(n: int, k: int, activation: str, seeds: int = 2) -> list[dict]:
    cell = make_cell(Problem(n, k, activation=activation), 30)
    for seed in range(seeds):
        cell.runs[seed] = run_task(Task(n, k, k + 1, activation, "glorot", seed, 30))
    assert cell.verdict == "unpredicted"
    assert cell.exit_status() == 0
    return cell.records()


@pytest.mark.parametrize(
    ("activation", "loss", "structure"),
    [
        # Closed forms of one neuron at k = 3, worked out by hand from N^2/H.
        ("sin", 3 * np.sinh(1) / np.e - 9 * np.sinh(1 / 3) / np.e, "copy-average"),
        ("exp", 3 * np.e**2 + 6 * np.e - 9 * np.e ** (4 / 3), "copy-average"),
        ("hermite3", 12.0, "partial-average"),
        ("linear", 0.0, "isolated-up-to-scale"),
        ("cube", 45 - 0.2 * 121, "isolated-up-to-scale"),
        ("square", 20 / 3, "continuum"),
        ("hermite2", 4.0, "continuum"),
    ],
)
def test_one_neuron_ends_where_the_theory_says(activation: str, loss: float, structure: str) -> None:
    records = _cell(1, 3, activation, seeds=5)
    alive = [record for record in records if "why" not in record["one_neuron"]]
    # Some neurons vanish: with even activations those whose outgoing weight begins with the wrong sign.
    assert alive
    for record in alive:
        assert record["converged"]
        assert record["structure"] == structure
        assert record["one_neuron"]["agrees"] is True
        assert abs(float(record["loss"]) - loss) < 1e-12 * max(1.0, loss)
        assert record["certificate"] == ("unknown" if structure == "continuum" else "unique")
        assert record["certified"].get("up_to_scale", False) is (structure == "isolated-up-to-scale")


def test_a_wrong_one_neuron_is_noticed() -> None:
    from verify.one_neuron import compare

    problem = Problem(1, 3, activation="sin")
    # The copy of one teacher is critical in no order: an unconverged point says nothing, another point contradicts.
    from numerics.newton import evaluate
    from numerics.precision import to_exact

    elsewhere = evaluate(problem, to_exact(np.array([[1.0, 0.0, 0.0, 0.0, 1.0]])), dps=20)
    assert compare(problem, elsewhere, True)["agrees"] is False  # type: ignore[index]
    assert compare(problem, elsewhere, False)["agrees"] is None  # type: ignore[index]


def test_the_root_of_one_neuron_is_certified() -> None:
    found = one_neuron_point(2, "cos", dps=25)
    assert found is not None
    assert (found.structure, found.teachers, found.certified) == ("partial-average", 1, True)


def test_copies_and_an_average_for_the_exponential() -> None:
    for record in _cell(2, 3, "exp"):
        assert record["certificate"] == "unique"
        assert record["certified"]["index"] == 0
        # A copy, and the average of two: the one-neuron loss at k = 2.
        assert abs(float(record["loss"]) - (2 * np.e**2 + 2 * np.e - 4 * np.e**1.5)) < 1e-12


def test_dimensions_of_continua() -> None:
    # Identity: dim = 3 equations for n (dim + 1) = 8 unknowns. Square, n = 1, k = 3: scale and direction, 1 + 2.
    for activation, n, k, dimension in (("linear", 2, 2, 5), ("square", 1, 3, 3)):
        problem = Problem(n, k, activation=activation)
        flow = gradient_flow(problem, initial_weights(problem, seed=1))
        flat = polish_flat(problem, flow.theta, dps=20)
        assert flat is not None
        assert flat.negative == 0
        assert flat.point.grad_inf < 1e-20
        assert flat.dimension == dimension
    isolated = Problem(1, 2, activation="sin")
    assert polish_flat(isolated, gradient_flow(isolated, initial_weights(isolated, seed=1)).theta) is None


def _write(folder: Path, name: str, content: object) -> str:
    path = folder / name
    if name.endswith(".json"):
        path.write_text(json.dumps(content) if not isinstance(content, str) else content, encoding="utf-8")
    elif name.endswith(".npz") and isinstance(content, dict):
        np.savez(path, **content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        np.save(path, np.array(content, dtype=float))
    return str(path)


def test_teachers_are_read(tmp_path: Path) -> None:
    rows = [[1, 0.2, 0], [0, 1.5, 0.1]]
    for name, content in (
        ("a.npy", rows),
        ("a.npz", {"teacher": np.array(rows)}),
        ("a.json", {"teacher": rows}),
        ("list.json", rows),
    ):
        teacher = read_teacher(_write(tmp_path, name, content))
        assert np.array_equal(teacher.incoming, rows)
        assert teacher.outgoing == (1.0, 1.0)
    signed = read_teacher(_write(tmp_path, "b.json", {"teacher": rows, "teacher_outgoing": [1, -0.5]}))
    assert signed.problem(1, "erf").why_no_theory() == "the teacher's incoming weights are not orthonormal"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("zero.npy", [[1, 0], [0, 0]], "a zero vector as teacher 1"),
        ("nan.npy", [[1, np.nan], [0, 1]], "NaN or infinite numbers in teacher"),
        ("shape.npy", [1, 2, 3], "shape \\(3,\\), needs \\(k, d\\)"),
        ("text.npz", "hello", "neither .npy, .npz nor .json"),
        ("key.json", {"teachr": [[1]]}, "with teachr, needs teacher"),
        ("len.json", {"teacher": [[1, 0], [0, 1]], "teacher_outgoing": [1]}, "shape \\(1,\\), needs \\(2,\\)"),
        ("weight.json", {"teacher": [[1, 0]], "teacher_outgoing": [0]}, "the outgoing weight 0 as teacher 0"),
        ("ragged.json", {"teacher": [[1, 0], [0]]}, "not an array of real numbers"),
        ("broken.json", "{", "which is not JSON"),
    ],
)
def test_bad_teachers_are_refused(tmp_path: Path, name: str, content: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_teacher(_write(tmp_path, name, content))
    with pytest.raises(ValueError, match="cannot read"):
        read_teacher(str(tmp_path / "nothing.npy"))


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # In this process: starting others would take most of the time.
    good = _write(tmp_path, "good.json", {"teacher": [[1, 0.5, 0], [0, 1.2, 0.1]], "teacher_outgoing": [1, -0.5]})
    bad = _write(tmp_path, "bad.npy", [[1, 0], [0, 0]])
    base = ["verify", "-n", "1", "-k", "2", "--seeds", "1", "--jobs", "1"]
    assert main([*base, "--teacher", good, "--json", "-"]) == 0
    out, errors = capsys.readouterr()
    assert "not orthonormal" in errors
    (cell,) = json.loads(out)["cells"]
    assert cell["why_unpredicted"] == "the teacher's incoming weights are not orthonormal"
    assert cell["runs"][0]["certificate"] == "unique"
    for option, value, words in (("--teacher", bad, "a zero vector"), ("--activation", "x*y", "where y is not x")):
        assert main([*base, option, value]) == 2
        errors = capsys.readouterr().err
        assert words in errors
        assert errors.count("\n") == 1

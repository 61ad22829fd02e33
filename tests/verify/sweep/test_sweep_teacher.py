"""Sweeps with a teacher from a file: the store holds it, and takes no runs with another."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from sweeps import differing

from numerics.teacher import Teacher, read_teacher
from verify.cli.main import main
from verify.figures.atlas import pictures
from verify.runs import Task
from verify.sweep.guard import TEACHER, StoreError
from verify.sweep.outcome import carry_out
from verify.sweep.store import Store, open_store

#: Two orthogonal teachers with unequal outgoing weights.
TEACHERS = {"teacher": [[1, 0, 0], [0, 1, 0]], "teacher_outgoing": [1, 0.5]}


def _write(path: Path, document: object) -> str:
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


@pytest.fixture
def taught(tmp_path: Path) -> tuple[Path, Teacher]:
    """A store with one run, and the teacher of that."""
    teacher = read_teacher(_write(tmp_path / "teacher.json", TEACHERS))
    path = tmp_path / "runs.db"
    with open_store(path) as store:
        store.settle_teacher(teacher)
        store.begin("a test")
        store.add(carry_out((Task(1, 2, 2 + 1, "erf", "glorot", 0, 20, certify=False, teacher=teacher), None)))
    return path, teacher


def test_the_store_holds_the_teacher(taught: tuple[Path, Teacher]) -> None:
    path, teacher = taught
    with Store(path) as store:
        assert store.teacher() == teacher
        (outcome,) = store.outcomes()
    assert outcome.task.teacher == teacher
    # The loss of the end is that of this teacher: below that of no neuron, E[f*^2] = (1 + 1/4)/3.
    assert 0 < float(outcome.record["loss"]) < 1.25 / 3


def test_figures_have_no_curves_of_another_teacher(taught: tuple[Path, Teacher]) -> None:
    path, _ = taught
    with Store(path) as store:
        drawn = {picture.kind: picture for picture in pictures(store, kinds=("loss", "spectrum", "plane"))}
    assert set(drawn) == {"loss"}
    (axes,) = drawn["loss"].figure.axes
    # The run alone: its loss is that of the store.
    assert [len(line.get_xdata()) for line in axes.lines] == [1]
    assert "first k unit vectors" in drawn["loss"].text


def test_runs_with_another_teacher_are_refused(taught: tuple[Path, Teacher], tmp_path: Path) -> None:
    path, teacher = taught
    other = read_teacher(_write(tmp_path / "other.json", {**TEACHERS, "teacher_outgoing": [1, 0.6]}))
    plain = carry_out((Task(1, 2, 3, "erf", "glorot", 1, 20, certify=False), None))
    with open_store(path) as store:
        store.begin("a test")
        with pytest.raises(StoreError, match="its teacher, with k = 2, is another"):
            store.settle_teacher(other)
        with pytest.raises(StoreError, match="from a file"):
            store.add(plain)
        assert len(store.states()) == 1
    with open_store(tmp_path / "plain.db") as store:
        store.begin("a test")
        store.add(plain)
        with pytest.raises(StoreError, match="its teacher is the first k unit vectors"):
            store.settle_teacher(teacher)


@pytest.mark.parametrize("document", ["{}", "[[0, 0]]", "nonsense", '{"teacher": [[1, 0, 0], [0, 1, 0]]}'])
def test_a_change_of_the_teacher_is_found(taught: tuple[Path, Teacher], document: str) -> None:
    path, _ = taught
    connection = sqlite3.connect(path)
    connection.execute("UPDATE teacher SET document = ?", (document,))
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match=r"its teacher|digest"):
        Store(path)


def test_stores_of_version_1_are_gone_on_with(store_path: Path) -> None:
    connection = sqlite3.connect(store_path)
    connection.execute(f"DROP TABLE {TEACHER}")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    with Store(store_path, write=True) as store:
        before = store.states()
        store.begin("a test")
        store.add(carry_out((Task(1, 2, 3, "erf", "glorot", 0, 20, certify=False), None)))
        assert len(store.states()) == len(before) + 1
        with pytest.raises(StoreError, match="knew no other teacher"):
            store.settle_teacher(Teacher(((1.0, 0.0),), (2.0,)))


def test_the_command(taught: tuple[Path, Teacher], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        status = main([*arguments])
        return status, capsys.readouterr().err

    first = _write(tmp_path / "first.json", TEACHERS)
    second = _write(tmp_path / "second.json", {**TEACHERS, "teacher_outgoing": [1, 0.6]})
    whole, part = str(tmp_path / "whole.db"), str(tmp_path / "part.db")
    grid = ("sweep", "-n", "1", "-k", "2", "--seeds", "2", "--jobs", "1", "--dps", "20", "--teacher")
    status, errors = run(*grid, first, "--store", whole)
    assert (status, errors.count("not all +1 or -1")) == (0, 1)
    for shard in ("1/2", "2/2"):
        assert run(*grid, first, "--store", part, "--shard", shard)[0] == 0
    assert differing(Path(whole), Path(part)) == []
    for refused in (("--teacher", second), ("--teacher", second, "--dry-run"), ()):
        status, errors = run(*grid[:-1], *refused, "--store", whole)
        assert (status, errors.splitlines()[-1].count("its teacher")) == (2, 1), errors
    assert (
        "needs teachers that are not zero" in run(*grid, _write(tmp_path / "bad.json", [[0, 0]]), "--store", part)[1]
    )
    assert run(*grid, second, "--store", str(tmp_path / "other.db"))[0] == 0
    status, errors = run("merge", whole, str(tmp_path / "other.db"), "--store", str(tmp_path / "all.db"))
    assert (status, "other.db is another" in errors) == (2, True)
    assert not (tmp_path / "all.db").exists()
    assert run("merge", whole, part, "--store", str(tmp_path / "all.db"))[0] == 0
    with Store(tmp_path / "all.db") as store:
        assert store.teacher() == read_teacher(first)

"""The store: to the bit what was written; damage of any part is found; what is refused stays as it was."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from verify.prediction import predict
from verify.sweep import connection
from verify.sweep.guard import StoreError
from verify.sweep.outcome import Outcome, as_json, carry_out, from_bytes
from verify.sweep.store import Store, open_store


def _change(path: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(path) as other:
        other.execute(statement, values)
    other.close()


def test_runs_are_read_as_they_were_written(store_path: Path, outcomes: list[Outcome]) -> None:
    with Store(store_path) as store:
        for outcome in outcomes:
            found = store.outcome(outcome.task)
            assert found is not None
            assert found.task == outcome.task
            assert as_json(found.record) == as_json(outcome.record)
            for name in ("theta0", "flow_theta", "course"):
                assert np.array_equal(getattr(found, name), getattr(outcome, name))
            assert found.theta == outcome.theta
            # To all digits: thirty, but for trailing zeros.
            assert max(len(x.lstrip("-0.")) for row in found.theta for x in row) >= (3 if outcome.task.n == 3 else 28)
            assert (found.assignment, found.step_size, found.parts) == (outcome.assignment, outcome.step_size, 1)
            assert found.seconds == outcome.seconds
            assert found.versions == outcome.versions
            assert store.has(outcome.task)
            assert not store.has(replace(outcome.task, rtol=1e-7))
            # A bound on steps does not make another run: --continue goes on with one that was cut short.
            assert store.has(replace(outcome.task, max_steps=7))
        assert len(list(store.outcomes())) == len(outcomes) == len(store.states())
        assert store.commands() == ["a test"]
    assert not Path(f"{store_path}-wal").exists()


def test_predictions_are_read_as_they_were_written(store_path: Path, outcomes: list[Outcome]) -> None:
    task = replace(outcomes[0].task, n=4, k=6, dim=7)
    predicted = predict(task.problem(), dps=30)
    assert len(predicted) == 2
    with open_store(store_path) as store:
        store.add_theory("erf", 4, 6, 7, 30, False, predicted)
        store.add_theory("erf", 4, 6, 7, 30, False, predicted)
        found = store.theory("erf", 4, 6, 7, 30, False)
        assert found is not None
        assert [(p.structure, p.partition, p.certified) for p in found] == [
            (p.structure, p.partition, p.certified) for p in predicted
        ]
        # Thirty digits were written.
        assert max(abs(x.loss - y.loss) for x, y in zip(found, predicted, strict=True)) < 1e-29
        assert store.theory("erf", 4, 6, 7, 30, True) is None


def test_the_run_gone_on_with_more_often_stays(store_path: Path, outcomes: list[Outcome]) -> None:
    first = outcomes[0]
    further = replace(first, parts=2, step_size=7.0)
    with open_store(store_path) as store:
        store.begin("another test")
        store.add(replace(first, step_size=9.0))
        assert store.outcome(first.task).step_size == first.step_size
        store.add(further)
        store.add(first)
        assert store.outcome(first.task).step_size == 7.0
        assert len(store.states()) == len(outcomes)
        assert store.commands() == ["a test", "another test"]


def _add_both(store: Store, *outcomes: Outcome) -> None:
    with store.transaction():
        for outcome in outcomes:
            store.add_within(outcome)


def test_a_failing_transaction_changes_nothing(store_path: Path, outcomes: list[Outcome]) -> None:
    with open_store(store_path) as store:
        store.begin("test")
        before = store.states()
        with pytest.raises(AttributeError):
            _add_both(store, replace(outcomes[0], parts=2), replace(outcomes[1], parts=2, task=None))
        assert store.states() == before
        with pytest.raises(ValueError, match="begin"), open_store(store_path) as other:
            other.add(outcomes[0])


COLUMNS = [
    ("n", 8), ("k", 9), ("dim", 5), ("seed", 77), ("parts", 2), ("max_steps", 1), ("record", "{}"),
    ("theta0", b"\0" * 40), ("flow_theta", b"\0" * 40), ("step_size", 0.5), ("rejected", -1), ("hessians", -1),
    ("theta", "[]"), ("assignment", "null"), ("course", b""), ("digest", "0" * 64), ("theta0", "text"),
    ("record", b"{}"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value"), COLUMNS, ids=[f"{name}-{i}" for i, (name, _) in enumerate(COLUMNS)])
def test_a_change_of_any_part_of_a_run_is_found(store_path: Path, column: str, value: object) -> None:
    _change(store_path, f"UPDATE run SET {column} = ? WHERE id = 1", value)
    before = store_path.read_bytes()
    with pytest.raises(StoreError, match=r"digest of the run .* does not hold"):
        Store(store_path)
    assert store_path.read_bytes() == before


def test_a_change_of_a_setting_is_found(store_path: Path) -> None:
    _change(store_path, "UPDATE setting SET rtol = 1e-9")
    with pytest.raises(StoreError, match="digest"):
        Store(store_path)


OTHERS = [
    ("PRAGMA user_version = 3", "its schema has version 3, this copy-average reads and writes versions 1 and 2"),
    ("PRAGMA application_id = 5", "an SQLite file of another program"),
    ("CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM run; END", "not those of schema version"),
    ("CREATE VIEW v AS SELECT 1", "not those of schema version"),
    ("DROP TABLE theory", "not those of schema version"),
]


@pytest.mark.parametrize(("statement", "message"), OTHERS, ids=[s.split(" ON")[0] for s, _ in OTHERS])
def test_other_databases_are_refused_untouched(store_path: Path, statement: str, message: str) -> None:
    _change(store_path, statement)
    before, stamp = store_path.read_bytes(), store_path.stat().st_mtime_ns
    for write in (False, True):
        with pytest.raises(StoreError, match=message):
            Store(store_path, write=write)
    assert (store_path.read_bytes(), store_path.stat().st_mtime_ns) == (before, stamp)
    assert [p.name for p in store_path.parent.iterdir()] == [store_path.name]


def test_every_truncation_is_refused_untouched(store_path: Path) -> None:
    whole = store_path.read_bytes()
    for length in (0, 1, 15, 16, 99, 100, 4095, 4096, 8192, len(whole) // 2, len(whole) - 4096, len(whole) - 1):
        store_path.write_bytes(whole[:length])
        with pytest.raises(StoreError, match=r"it is truncated|it is empty"):
            Store(store_path, write=True)
        assert store_path.read_bytes() == whole[:length]


def test_pages_that_were_overwritten_are_found(store_path: Path) -> None:
    whole = store_path.read_bytes()
    generator = np.random.default_rng(0)
    found = 0
    for page in range(len(whole) // 4096):
        damaged = bytearray(whole)
        # Behind the file's header, which has tests of its own.
        start = page * 4096 + (100 if page == 0 else 0)
        damaged[start : (page + 1) * 4096] = generator.bytes((page + 1) * 4096 - start)
        store_path.write_bytes(damaged)
        try:
            Store(store_path).close()
        except StoreError:
            found += 1
        assert store_path.read_bytes() == damaged
    # The table of origins, which no result depends on, may be unreadable without being looked at; nothing else.
    assert found >= len(whole) // 4096 - 1


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="it is a directory"):
        open_store(tmp_path)
    with pytest.raises(StoreError, match="no such file"):
        Store(tmp_path / "nothing.db")
    with pytest.raises(StoreError, match="not a regular file"):
        open_store(Path("/dev/null"))
    text = tmp_path / "notes.txt"
    text.write_text("These are notes, not a store, and longer than a header of a hundred bytes would be.\n" * 2)
    with pytest.raises(StoreError, match="not an SQLite file"):
        open_store(text)
    (tmp_path / "dangling.db").symlink_to(tmp_path / "gone.db")
    with pytest.raises(StoreError, match="no such file"):
        open_store(tmp_path / "dangling.db")
    assert not (tmp_path / "gone.db").exists()


def test_a_full_disk_costs_one_run(store_path: Path, outcomes: list[Outcome]) -> None:
    task = replace(outcomes[0].task, n=6, k=8, dim=9, certify=False)
    large = carry_out((task, None))
    with open_store(store_path) as store:
        store.begin("test")
        (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="the disk is full; what was committed is safe"):
            store.add(large)
        assert len(store.states()) == len(outcomes)
        store._connection.execute(f"PRAGMA max_page_count = {pages + 100}")
        store.add(large)
    with Store(store_path) as store:
        assert len(store.states()) == len(outcomes) + 1


def test_making_a_store_leaves_a_whole_one_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(script: str) -> object:
        yield "CREATE TABLE half (x)"
        raise sqlite3.OperationalError("planted")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "_statements", fail)
        with pytest.raises(StoreError, match="planted"):
            connection.create(tmp_path / "a.db")
    assert list(tmp_path.iterdir()) == []
    connection.create(tmp_path / "a.db")
    before = (tmp_path / "a.db").read_bytes()
    # Where another was faster, its store stays.
    connection.create(tmp_path / "a.db")
    assert (tmp_path / "a.db").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.db"]


def test_bytes_that_are_no_matrix() -> None:
    for data, columns in ((b"123", 1), (b"\0" * 16, 3), (b"\0" * 16, 0)):
        with pytest.raises(ValueError, match="whole rows"):
            from_bytes(data, columns)

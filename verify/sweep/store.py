"""The store of a sweep: one SQLite file with a write-ahead log, one transaction for each run.

Killing a process at any moment loses at most what it has not yet committed. Nothing read from a store is executed or
unpickled: the schema must be, to the letter, the one that this version writes (no triggers, no other views), and rows
are numbers, JSON and raw doubles.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from numerics.teacher import Teacher, parse_teacher
from verify.prediction import Prediction
from verify.runs import Task
from verify.sweep.connection import connect, create, explained, now
from verify.sweep.guard import StoreError, check_file, expected_objects, objects
from verify.sweep.outcome import KEY, SETTING, Outcome, as_json, key, teacher_text
from verify.sweep.rows import (
    State,
    check_digest,
    predictions,
    read_outcome,
    read_state,
    run_values,
    theory_values,
)

JOIN = "FROM run AS r JOIN setting AS s ON s.id = r.setting"
COLUMNS = ", ".join([f"s.{name}" for name in SETTING] + [f"r.{name}" for name in KEY])


class Store:
    """An open store. Exact.

    Parameters
    ----------
    path : Path
    write : bool
        Whether runs are to be added.

    Raises
    ------
    StoreError
        If it is no store of this version, or damaged; it is then untouched.
    """

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self.path = path
        self._command: dict[str, Any] | None = None
        check_file(path)
        with explained(path):
            # First without the right to write: what is refused stays as it was, byte for byte.
            self._connection = connect(path, write=False)
            try:
                self._check()
                if write:
                    if not os.access(path, os.W_OK):
                        raise StoreError("it cannot be written")
                    self._connection.close()
                    self._connection = connect(path, write=True)
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close; the last one to do so empties the log into the file."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def _check(self) -> None:
        trouble = [row[0] for row in self._connection.execute("PRAGMA integrity_check(1)")]
        if trouble != ["ok"]:
            raise StoreError(f"it is corrupted ({' '.join(str(trouble[0]).split())})")
        self._version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if objects(self._connection) != expected_objects(self._version):
            raise StoreError(f"its tables are not those of schema version {self._version}")
        self.teacher()
        for row in self._rows(f"SELECT {self._columns}, r.* {JOIN}"):
            check_digest(row)
        # The schema is ours: its view may call the functions of JSON.
        self._connection.execute("PRAGMA trusted_schema = ON")

    def _rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[sqlite3.Row]:
        cursor = self._connection.cursor()
        cursor.row_factory = sqlite3.Row
        yield from cursor.execute(query, values)

    def identity(self) -> str:
        """The random name of this store."""
        with explained(self.path):
            return str(self._connection.execute("SELECT id FROM origin").fetchone()[0])

    @property
    def _columns(self) -> str:
        """What identifies a run, and the teacher of the store or NULL."""
        teacher = "(SELECT document FROM teacher)" if self._version > 1 else "NULL"
        return f"{COLUMNS}, {teacher} AS teacher"

    def teacher(self) -> Teacher | None:
        """The teacher of all runs here, or None where it is the first k unit vectors.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        if self._version < 2:
            return None
        with explained(self.path):
            row = self._connection.execute("SELECT document FROM teacher").fetchone()
        try:
            return None if row is None else parse_teacher("its teacher", row[0])
        except (TypeError, ValueError) as error:
            raise StoreError(str(error)) from None

    def settle_teacher(self, teacher: Teacher | None) -> None:
        """Make sure that runs with this teacher may be added: an empty store takes it, another must have it.

        Raises
        ------
        StoreError
            If the store has another teacher, or has runs with the first k unit vectors.
        """
        with self.transaction():
            self.settle_teacher_within(teacher)

    def settle_teacher_within(self, teacher: Teacher | None) -> None:
        """The same inside a transaction of the caller's."""
        own = self.teacher()
        if own == teacher:
            return
        if own is not None:
            held = f"its teacher, with k = {own.k}, is"
            raise StoreError(f"{held} {'from a file' if teacher is None else 'another'}")
        if self._version < 2:
            raise StoreError("it was made by a version that knew no other teacher than the first k unit vectors")
        used = self._connection.execute("SELECT EXISTS (SELECT 1 FROM run) OR EXISTS (SELECT 1 FROM theory)")
        if used.fetchone()[0]:
            raise StoreError("its teacher is the first k unit vectors, not one from a file")
        if teacher is not None:
            self._insert("teacher", document=teacher_text(teacher))

    def states(self) -> dict[tuple[Any, ...], State]:
        """What is known of every run, by its key, without its arrays."""
        with explained(self.path):
            timings = "r.flow_seconds, r.settle_seconds, r.certificate_seconds"
            query = f"SELECT {self._columns}, r.parts, r.record, r.digest, {timings} {JOIN}"
            return dict(map(read_state, self._rows(query)))

    def has(self, task: Task) -> bool:
        """Whether a run is there, be it another process that did it."""
        with explained(self.path):
            return next(self._rows(f"SELECT 1 {JOIN} WHERE {_where()}", key(task)), None) is not None

    def outcome(self, task: Task) -> Outcome | None:
        """A stored run, or None."""
        with explained(self.path):
            query = f"SELECT {self._columns}, r.*, w.versions {JOIN} JOIN software AS w ON w.id = r.software"
            row = next(self._rows(f"{query} WHERE {_where()}", key(task)), None)
            return None if row is None else read_outcome(row)

    def outcomes(self) -> Iterator[Outcome]:
        """All runs, in the order of their keys."""
        columns = f"{self._columns}, r.*, w.versions"
        query = f"SELECT {columns} {JOIN} JOIN software AS w ON w.id = r.software ORDER BY {COLUMNS}"
        with explained(self.path):
            yield from map(read_outcome, self._rows(query))

    def table(self) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        """Names of columns and rows of the view ``runs``."""
        with explained(self.path):
            order = "activation, init, k, n, dim, dps, grad_tol, rtol, early, certify, confirm, seed"
            cursor = self._connection.execute(f"SELECT * FROM runs ORDER BY {order}")
            return [column[0] for column in cursor.description], iter(cursor)

    def commands(self) -> list[str]:
        """The commands that wrote here, in order."""
        with explained(self.path):
            rows = self._connection.execute(
                "SELECT command FROM invocation WHERE id IN (SELECT invocation FROM run) ORDER BY started, id"
            )
            return [str(row[0]) for row in rows]

    def software(self) -> list[str]:
        """The versions that runs were made with, as JSON."""
        with explained(self.path):
            query = "SELECT versions FROM software WHERE id IN (SELECT software FROM run) ORDER BY versions"
            return [str(row[0]) for row in self._connection.execute(query)]

    def theory(
        self, activation: str, n: int, k: int, dim: int, dps: int, certified: bool
    ) -> tuple[Prediction, ...] | None:
        """The stored predictions of a cell, or None."""
        where = "activation = ? AND n = ? AND k = ? AND dim = ? AND dps = ? AND certified = ?"
        with explained(self.path):
            values = (activation, n, k, dim, dps, certified)
            row = self._connection.execute(f"SELECT predicted FROM theory WHERE {where}", values).fetchone()
            return None if row is None else predictions(row[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Another process's writing is waited for."""
        with explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # A failed COMMIT on a full disk may have rolled back by itself.
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def begin(self, command: str) -> None:
        """Say which command is about to write; noted down with its first run."""
        self._command = {"uuid": str(uuid.uuid4()), "started": now(), "command": command}

    def add(self, outcome: Outcome) -> None:
        """Commit one run; where it is there already, the one that was gone on with more often stays."""
        with self.transaction():
            self.add_within(outcome)

    def add_within(self, outcome: Outcome) -> None:
        """The same inside a transaction of the caller's."""
        if self._command is None:
            raise ValueError("store: begin() has not been called")
        # Another process may have given the store a teacher since this one opened it.
        self.settle_teacher_within(outcome.task.teacher)
        values = run_values(outcome)
        values["setting"] = self._number("setting", {name: getattr(outcome.task, name) for name in SETTING})
        values["software"] = self._number("software", {"versions": as_json(outcome.versions)})
        values |= {"invocation": self._number("invocation", self._command), "finished": now()}
        self._put(values)

    def _put(self, values: dict[str, Any]) -> None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        updates = ", ".join(f"{name} = excluded.{name}" for name in values)
        self._connection.execute(
            f"INSERT INTO run ({names}) VALUES ({marks}) ON CONFLICT (setting, n, k, dim, seed) "
            f"DO UPDATE SET {updates} WHERE excluded.parts > run.parts",
            tuple(values.values()),
        )

    def copy_within(self, source: Store, identity: tuple[Any, ...]) -> None:
        """Copy a run of another store with its timings, versions and command, inside a transaction."""
        tables = "JOIN software AS w ON w.id = r.software JOIN invocation AS i ON i.id = r.invocation"
        wanted = f"{source._columns}, r.*, w.versions, i.uuid, i.started, i.command"
        query = f"SELECT {wanted} {JOIN} {tables} WHERE {_where()}"
        row = next(source._rows(query, identity))
        check_digest(row)
        others = ("id", "setting", "software", "invocation")
        columns = [entry[1] for entry in self._connection.execute("PRAGMA table_info(run)") if entry[1] not in others]
        values = {name: row[name] for name in columns}
        values["setting"] = self._number("setting", {name: row[name] for name in SETTING})
        values["software"] = self._number("software", {"versions": row["versions"]})
        named = {name: row[name] for name in ("uuid", "started", "command")}
        self._put(values | {"invocation": self._number("invocation", named)})

    def copy_theory_within(self, source: Store) -> None:
        """Copy the predictions of another store, inside a transaction."""
        for row in source._rows("SELECT * FROM theory"):
            self._connection.execute("INSERT OR IGNORE INTO theory VALUES (?, ?, ?, ?, ?, ?, ?)", tuple(row))

    def add_theory(
        self, activation: str, n: int, k: int, dim: int, dps: int, certified: bool, found: Sequence[Prediction]
    ) -> None:
        """Commit the predictions of a cell."""
        values = theory_values(activation, n, k, dim, dps, certified, found)
        with self.transaction():
            self._connection.execute(
                f"INSERT OR IGNORE INTO theory ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
                tuple(values.values()),
            )

    def _number(self, table: str, values: dict[str, Any]) -> int:
        """The number of a row, made if it is not there."""
        where = " AND ".join(f"{name} = ?" for name in values)
        row = self._connection.execute(f"SELECT id FROM {table} WHERE {where}", tuple(values.values())).fetchone()
        return int(row[0]) if row is not None else self._insert(table, **values)

    def _insert(self, table: str, **values: Any) -> int:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        cursor = self._connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))
        return int(cursor.lastrowid or 0)


def _where() -> str:
    return " AND ".join([f"s.{name} = ?" for name in SETTING] + [f"r.{name} = ?" for name in KEY])


def open_store(path: Path) -> Store:
    """Open a store to write in, made if there is none. Exact.

    Raises
    ------
    StoreError
    """
    if not os.path.lexists(path):
        create(path)
    return Store(path, write=True)

"""Connections to stores: made whole or not at all, errors in words. Exact."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from verify.sweep.guard import APPLICATION, VERSION, StoreError, has_log, schema
from verify.versions import versions

#: Seconds to wait for another process that is writing.
PATIENCE = 120.0


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Errors of SQLite as clauses that say what is wrong with the store."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        reasons = {
            sqlite3.SQLITE_FULL: "the disk is full; what was committed is safe, the same command goes on from there",
            sqlite3.SQLITE_BUSY: f"another process has held it locked for {PATIENCE:.0f} s",
            sqlite3.SQLITE_CORRUPT: "it is corrupted",
            sqlite3.SQLITE_NOTADB: "it is corrupted",
            sqlite3.SQLITE_READONLY: "it cannot be written",
            sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
        }
        # Extended codes carry the primary one in their low byte.
        reason = None if code is None else reasons.get(code & 0xFF)
        if code is not None and code & 0xFF == sqlite3.SQLITE_IOERR:
            reason = f"reading or writing it failed ({error}); the disk may be full"
        raise StoreError(reason or str(error)) from None


def now() -> str:
    """The time as stored: UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """A connection that cannot make a file, and does not trust what it finds. Exact.

    To read, one that leaves the file as it is: also where a log lies beside, which a connection with the right to
    write would empty into the file when it is closed.
    """
    address = f"{path.absolute().as_uri()}?mode={_mode(path, write)}"
    connection = sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    if not write:
        connection.execute("PRAGMA query_only = ON")
        return connection
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode = WAL")
    # Each commit reaches the disk: what was reported as done survives a loss of power, too.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _mode(path: Path, write: bool) -> str:
    """How to open: a connection without the right to write leaves the files of the log behind, so not by default."""
    if write:
        return "rw"
    if has_log(path) or Path(f"{path}-journal").exists():
        return "ro"
    if os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK):
        return "rw"
    # Nobody can write there, so that there is nothing to lock.
    return "ro&immutable=1"


def create(path: Path) -> None:
    """Make an empty store, whole or not at all; where another process was faster, its store stays. Exact.

    Raises
    ------
    StoreError
        If the folder cannot be written, or its file system has no write-ahead logs (network file systems).
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
    except OSError as error:
        raise StoreError((error.strerror or str(error)).lower()) from None
    os.close(handle)
    beside = Path(name)
    try:
        with explained(path):
            _fill(beside)
        # mkstemp makes private files; a store is as readable as any other file of the user's.
        mask = os.umask(0)
        os.umask(mask)
        beside.chmod(0o666 & ~mask)
        with suppress(FileExistsError):
            os.link(beside, path)
    except OSError as error:
        raise StoreError((error.strerror or str(error)).lower()) from None
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(name + ending).unlink(missing_ok=True)


def _fill(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise StoreError(
                "its file system has no write-ahead logs; use a local disk, one store per machine, and merge"
            )
        connection.execute("BEGIN")
        for statement in _statements(schema()):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute(
            "INSERT INTO origin VALUES (?, ?, ?)", (str(uuid.uuid4()), now(), versions()["copy-average"])
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one, so that they can share a transaction."""
    gathered = ""
    for line in script.splitlines(keepends=True):
        gathered += line
        if sqlite3.complete_statement(gathered):
            yield gathered
            gathered = ""

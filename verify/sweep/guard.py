"""What is refused before a store is opened, from the bytes of the file alone: the file stays untouched."""

from __future__ import annotations

import sqlite3
import stat
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

#: "COAV", in bytes 68 .. 71 of the file.
APPLICATION = 0x434F4156
#: Version of the schema, in bytes 60 .. 63; and the older ones that are read and gone on with as they are.
VERSION = 2
KNOWN_VERSIONS = (1, 2)
#: The table that version 1 does not have.
TEACHER = "teacher"
MAGIC = b"SQLite format 3\x00"
HEADER = 100


class StoreError(Exception):
    """A store that cannot be used; the message is a clause that says why. Exact."""


def check_file(path: Path) -> None:
    """Refuse what is no store of this version, reading only the head of the file. Exact.

    Raises
    ------
    StoreError
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise StoreError("it is a directory")
        if not stat.S_ISREG(status.st_mode):
            raise StoreError("it is not a regular file")
        with path.open("rb") as stream:
            head = stream.read(HEADER)
    except OSError as error:
        raise StoreError((error.strerror or str(error)).lower()) from None
    if not head:
        raise StoreError("it is empty")
    if not head.startswith(MAGIC[: len(head)]):
        raise StoreError("it is not a store of copy-average (not an SQLite file)")
    if len(head) < HEADER:
        raise StoreError(f"it is truncated, to {len(head)} bytes")
    if int.from_bytes(head[68:72]) != APPLICATION:
        raise StoreError("it is not a store of copy-average (an SQLite file of another program)")
    version = int.from_bytes(head[60:64])
    if version not in KNOWN_VERSIONS:
        known = " and ".join(map(str, KNOWN_VERSIONS))
        raise StoreError(f"its schema has version {version}, this copy-average reads and writes versions {known}")
    _check_length(path, head, status.st_size)


def _check_length(path: Path, head: bytes, size: int) -> None:
    """A file that is shorter than its header says is truncated, unless a write-ahead log completes it."""
    page = int.from_bytes(head[16:18])
    page = 65536 if page == 1 else page
    expected = page * int.from_bytes(head[28:32])
    if size < expected and not has_log(path):
        raise StoreError(f"it is truncated, {size} of {expected} bytes are there")


def has_log(path: Path) -> bool:
    """Whether a write-ahead log lies beside a store, with something in it. Exact."""
    try:
        return Path(f"{path}-wal").stat().st_size > 0
    except OSError:
        return False


@lru_cache(maxsize=1)
def schema() -> str:
    """The documented schema. Exact."""
    return (files("verify") / "sweep" / "schema.sql").read_text(encoding="utf-8")


@lru_cache(maxsize=2)
def expected_objects(version: int = VERSION) -> frozenset[tuple[str, str, str | None]]:
    """Type, name and SQL of everything in a store of a version. Exact."""
    fresh = sqlite3.connect(":memory:")
    try:
        fresh.executescript(schema())
        found = objects(fresh)
        return found if version > 1 else frozenset(entry for entry in found if entry[1] != TEACHER)
    finally:
        fresh.close()


def objects(connection: sqlite3.Connection) -> frozenset[tuple[str, str, str | None]]:
    """Type, name and SQL of everything in a database. Exact."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'")
    return frozenset((str(kind), str(name), sql) for kind, name, sql in rows)

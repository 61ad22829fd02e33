"""Helpers of the tests of sweeps: the command as a subprocess, stores compared run for run."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

from verify.sweep.merge import differences
from verify.sweep.store import Store

COMMAND = [str(Path(sys.executable).with_name("copy-average"))]


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, check=False)


def differing(first: Path, second: Path) -> list[tuple[object, ...]]:
    """Keys of runs that are not the same to the bit in two stores."""
    with Store(first) as one, Store(second) as two:
        return differences(one, two)


def count(path: Path) -> int:
    with Store(path) as store:
        return len(store.states())


def committed(path: Path) -> int:
    """Committed runs, looked at from outside while another process may be writing."""
    if not path.exists():
        return 0
    other = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)
    try:
        return int(other.execute("SELECT count(*) FROM run").fetchone()[0])
    finally:
        other.close()


def one_line(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """Status 2 with one line that says all of this."""
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    for part in parts:
        assert part in done.stderr

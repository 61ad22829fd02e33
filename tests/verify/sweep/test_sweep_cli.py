"""``copy-average sweep``: resumes after kill -9 at any moment, shares stores, refuses in one line, survives."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sweeps import COMMAND, committed, count, differing, one_line, run

from verify.cli.main import main
from verify.sweep.store import Store

#: Enough runs for two processes to be at work for some seconds, and of many sizes.
GRID = ("-k", "6", "--seeds", "5", "--jobs", "2")
RUNS = 6 * 5


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sweep") / "whole.db"
    done = run("sweep", *GRID, "--store", path)
    assert done.returncode in (0, 1), done.stderr
    assert count(path) == RUNS
    return path


Here = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Here:
    """The command in this process, where no signal is sent and starting another would take most of the time."""

    def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        status = main([str(argument) for argument in arguments])
        output, errors = capsys.readouterr()
        return subprocess.CompletedProcess([], status, output, errors)

    return call


def _start(path: Path, *more: str) -> subprocess.Popen[str]:
    command = [*COMMAND, "sweep", *GRID, "--store", str(path), *more]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def _children(session: int) -> list[int]:
    """Processes of a session that are still there (and not merely waiting to be reaped)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def _kill_and_resume(path: Path, kills: int, seed: int) -> list[int]:
    """Kill the sweep that often at random moments, many while it writes; returns what was there after each."""
    moments, counts = random.Random(seed), []
    for _ in range(kills):
        before = committed(path)
        process = _start(path)
        # From before the store is opened to after some commits; never so late that all is done.
        target = before + moments.randint(0, max((RUNS - before) // (kills + 1), 1))
        while committed(path) < target and process.poll() is None:
            time.sleep(0.01)
        time.sleep(moments.uniform(0.0, 0.3))
        assert process.poll() is None, process.communicate()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        counts.append(committed(path))
        assert counts[-1] >= before
        deadline = time.monotonic() + 60
        while _children(process.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        # Workers end with their parent: nothing goes on computing what nobody would fetch.
        assert _children(process.pid) == []
    return counts


def _resumed(path: Path, uninterrupted: Path) -> None:
    done = run("sweep", *GRID, "--store", path)
    assert done.returncode in (0, 1), done.stderr
    assert count(path) == RUNS
    assert differing(path, uninterrupted) == []
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_kill_9_three_times(tmp_path: Path, uninterrupted: Path) -> None:
    path = tmp_path / "runs.db"
    _kill_and_resume(path, 3, seed=1)
    _resumed(path, uninterrupted)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_kill_9_ten_times(tmp_path: Path, uninterrupted: Path, seed: int) -> None:
    path = tmp_path / "runs.db"
    counts = _kill_and_resume(path, 10, seed)
    assert len(counts) == 10
    assert 0 < counts[-1] < RUNS
    _resumed(path, uninterrupted)


def test_two_sweeps_write_to_one_store_at_once(tmp_path: Path, uninterrupted: Path) -> None:
    path = tmp_path / "runs.db"
    both = [_start(path) for _ in range(2)]
    for process in both:
        _, errors = process.communicate(timeout=300)
        assert process.returncode in (0, 1), errors
    assert differing(path, uninterrupted) == []
    with Store(path) as store:
        # On a loaded machine one of them may find everything done.
        assert 1 <= len(store.commands()) <= 2


def test_ctrl_c_keeps_what_is_done(tmp_path: Path, uninterrupted: Path) -> None:
    path = tmp_path / "runs.db"
    process = _start(path)
    while committed(path) < 5 and process.poll() is None:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "Interrupted." in output
    assert "runs are left; the same command goes on with them" in errors
    _resumed(path, uninterrupted)


def test_a_killed_worker_is_named_and_costs_only_what_was_in_flight(tmp_path: Path, uninterrupted: Path) -> None:
    path = tmp_path / "runs.db"
    process = _start(path)
    while committed(path) < 3 and process.poll() is None:
        time.sleep(0.02)
    workers = [p for p in _children(process.pid) if b"spawn_main" in Path(f"/proc/{p}/cmdline").read_bytes()]
    os.kill(workers[0], signal.SIGKILL)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 3, errors
    assert "a worker process was killed" in errors
    assert "the same command goes on" in errors
    assert "Traceback" not in errors
    _resumed(path, uninterrupted)


def test_a_second_command_finds_nothing_to_do(tmp_path: Path, uninterrupted: Path, here: Here) -> None:
    path = tmp_path / "again.db"
    shutil.copy(uninterrupted, path)
    before = path.read_bytes()
    first = here("sweep", *GRID, "--store", path)
    assert path.read_bytes() == before
    assert "flows ended at a minimum of the theory" in first.stdout
    dry = here("sweep", *GRID, "--store", path, "--dry-run")
    assert f"{RUNS} runs, {RUNS} of them in" in dry.stdout
    assert "0 to do" in dry.stdout


def test_shards_merged_are_the_whole(tmp_path: Path, uninterrupted: Path) -> None:
    parts = [tmp_path / f"part-{i}.db" for i in (1, 2)]
    for i, part in enumerate(parts, start=1):
        assert run("sweep", *GRID, "--store", part, "--shard", f"{i}/2").returncode in (0, 1)
    assert sum(map(count, parts)) == RUNS
    done = run("merge", *parts, "--store", tmp_path / "all.db")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'all.db'}: {RUNS} runs added, 0 were there already\n")
    assert differing(tmp_path / "all.db", uninterrupted) == []


def test_both_initialisations_and_another_tolerance_share_a_store(tmp_path: Path, here: Here) -> None:
    path = tmp_path / "runs.db"
    first = here("sweep", "-n", "2", "-k", "3", "--seeds", "2", "--init", "glorot,gaussian", "--store", path)
    assert first.returncode == 0
    assert first.stdout.count("4 flows ended") == 0
    assert first.stdout.count("2 of 2 flows ended at a minimum") == 2
    assert "erf, glorot" in first.stdout
    assert "erf, gaussian" in first.stdout
    assert count(path) == 4
    second = here("sweep", "-n", "2", "-k", "3", "--seeds", "2", "--pure-flow", "--store", path)
    assert second.returncode == 0
    assert "2/2" in second.stdout
    assert count(path) == 6


def test_going_on_from_where_runs_stopped(tmp_path: Path, here: Here) -> None:
    path, grid = tmp_path / "runs.db", ("-n", "3", "-k", "6", "--seeds", "2", "--pure-flow")
    short = here("sweep", *grid, "--store", path, "--max-steps", "20")
    assert short.returncode == 3
    assert short.stdout.count("not converged: the limit on the number of steps") == 2
    assert "2 runs have not converged; --continue goes on with them" in short.stderr
    with Store(path) as store:
        before = {o.task.seed: o for o in store.outcomes()}
    # Without --continue they are left alone; with it, and still too few steps, they get further.
    assert here("sweep", *grid, "--store", path).returncode == 3
    assert here("sweep", *grid, "--store", path, "--continue", "--max-steps", "25").returncode == 3
    with Store(path) as store:
        for outcome in store.outcomes():
            first = before[outcome.task.seed]
            assert outcome.parts == 2
            assert outcome.record["steps"] + outcome.rejected == 45
            assert outcome.record["flow_time"] > first.record["flow_time"]
            assert outcome.course[1, -1] < first.course[1, -1]
            assert outcome.course[0, 1] == first.course[0, 1]
    dry = here("sweep", *grid, "--store", path, "--continue", "--dry-run")
    assert "of these 2 have not converged and will be gone on with" in dry.stdout
    last = here("sweep", *grid, "--store", path, "--continue")
    assert last.returncode == 0, last.stdout
    whole = tmp_path / "whole.db"
    here("sweep", *grid, "--store", whole)
    with Store(path) as store, Store(whole) as other:
        for outcome in store.outcomes():
            straight = other.outcome(outcome.task)
            assert outcome.parts == 3
            # Both were polished to fifty digits, and end in the same critical point.
            assert outcome.record["loss"][:40] == straight.record["loss"][:40]
            assert outcome.record["certified"]["basin"] is True


def test_a_dry_run_does_nothing(tmp_path: Path, here: Here) -> None:
    done = here("sweep", "-k", "50", "--seeds", "20", "--store", tmp_path / "runs.db", "--dry-run", "--shard", "2/4")
    assert done.returncode == 0
    assert "250 runs of shard 2/4, 0 of them in" in done.stdout
    assert "estimated cost:" in done.stdout
    assert list(tmp_path.iterdir()) == []


REFUSED = [
    (("-n", "2"), "Missing option '-k'"),
    (("-k", "3"), "Missing option '--store'"),
    (("-k", "3", "--store", "a.db", "--shard", "4/3"), "needs i/N with 1 <= i <= N"),
    (("-k", "3", "--store", "a.db", "--init", "glorot,xavier"), "got 'xavier', known are gaussian, glorot"),
    (("-n", "4", "-k", "3", "--store", "a.db"), "outside the theory"),
    (("-k", "3", "--store", "missing/a.db"), "its folder does not exist"),
    (("-k", "3", "--store", "a.db", "--scheduler", "x", "--jobs", "2"), "needs one or the other"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED, ids=[" ".join(a) for a, _ in REFUSED])
def test_bad_input_gets_one_clear_line(
    arguments: tuple[str, ...],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", *arguments]) == 2
    output, errors = capsys.readouterr()
    assert (output, errors.count("\n")) == ("", 1), errors
    assert message in errors
    assert list(tmp_path.iterdir()) == []


def _bad_stores(folder: Path, good: Path) -> dict[str, tuple[Path, str]]:
    text, short, other, damaged = (folder / name for name in ("notes.txt", "short.db", "other.db", "damaged.db"))
    text.write_text("Not a store.\n" * 20)
    whole = good.read_bytes()
    short.write_bytes(whole[: len(whole) // 2])
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE prime (p)")
    connection.close()
    damaged.write_bytes(whole[:8192] + os.urandom(4096) + whole[12288:])
    (folder / "folder").mkdir()
    (folder / "empty.db").touch()
    return {
        "a text file": (text, "not an SQLite file"),
        "truncated": (short, "it is truncated"),
        "another program's": (other, "an SQLite file of another program"),
        "corrupted": (damaged, "it is corrupted"),
        "a directory": (folder / "folder", "it is a directory"),
        "an empty file": (folder / "empty.db", "it is empty"),
    }


COMMANDS = [
    ("sweep", "-k", "3", "--store"),
    ("sweep", "-k", "3", "--dry-run", "--store"),
    ("export", "--out", "x.csv"),
    ("merge", "--store", "new.db"),
    ("plot", "--out", "figures"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:4]))
def test_what_is_no_store_is_refused_untouched(
    command: tuple[str, ...],
    tmp_path: Path,
    uninterrupted: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for path, reason in _bad_stores(tmp_path, uninterrupted).values():
        before = path.read_bytes() if path.is_file() else None
        names = sorted(p.name for p in tmp_path.iterdir())
        assert main([*command, str(path)]) == 2
        output, errors = capsys.readouterr()
        assert (output, errors.count("\n")) == ("", 1), errors
        assert reason in errors
        assert "needs a store that copy-average sweep wrote" in errors
        assert (path.read_bytes() if path.is_file() else None) == before
        assert sorted(p.name for p in tmp_path.iterdir()) == names


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 320 kB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=320k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a tmpfs")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as stream, suppress(OSError):
        while True:
            stream.write(bytes(4096))


def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    path = small_disk / "runs.db"
    done = run("sweep", *GRID, "--store", path)
    one_line(done, "the disk is full", "the same command goes on from there")
    # What was committed is there, whole, and can be taken elsewhere.
    kept = count(path)
    assert 0 < kept < RUNS
    _fill(small_disk / "filler")
    before = path.read_bytes()
    one_line(run("sweep", *GRID, "--store", path), "disk")
    assert count(path) == kept
    assert path.read_bytes() == before
    moved = tmp_path / "moved.db"
    assert run("merge", path, "--store", moved).returncode == 0
    assert count(moved) == kept


def test_no_room_for_a_new_store(small_disk: Path) -> None:
    _fill(small_disk / "filler")
    names = sorted(p.name for p in small_disk.iterdir())
    one_line(run("sweep", "-k", "3", "--store", small_disk / "runs.db"), "disk")
    assert sorted(p.name for p in small_disk.iterdir()) == names

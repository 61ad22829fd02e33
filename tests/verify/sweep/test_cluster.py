"""A real dask scheduler and two real worker processes, one of which is killed in the middle of a sweep."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sweeps import COMMAND, committed, count, differing, run

from verify.cli.main import main

GRID = ("-k", "6", "--seeds", "5")
RUNS = 6 * 5


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-dashboard", "--no-show"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"tcp://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


def _worker(address: str, folder: Path) -> subprocess.Popen[bytes]:
    """A worker without a nanny: when it is killed nobody starts another in its place."""
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny"]
    command += ["--no-dashboard", "--local-directory", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_a_worker_is_killed_in_the_middle(scheduler: str, tmp_path: Path) -> None:
    workers = [_worker(scheduler, tmp_path / f"worker-{i}") for i in range(2)]
    path = tmp_path / "runs.db"
    try:
        _wait_for_workers(scheduler, 2)
        command = [*COMMAND, "sweep", *GRID, "--store", str(path), "--scheduler", scheduler]
        sweep = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while committed(path) < RUNS // 4 and sweep.poll() is None:
            time.sleep(0.01)
        assert sweep.poll() is None
        os.kill(workers[0].pid, signal.SIGKILL)
        killed_at = committed(path)
        output, errors = sweep.communicate(timeout=300)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait(30)
    assert killed_at < RUNS
    assert sweep.returncode == 0, errors
    assert f"{RUNS} of {RUNS} flows ended at a minimum of the theory" in output
    assert count(path) == RUNS
    # The same to the bit as on this machine alone.
    alone = tmp_path / "alone.db"
    assert run("sweep", *GRID, "--store", alone).returncode == 0
    assert differing(path, alone) == []


def _wait_for_workers(address: str, number: int) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(number, timeout=60)


def test_refusals(
    scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("verify.sweep.cluster.PATIENCE", 1)
    nobody = f"tcp://127.0.0.1:{_free_port()}"
    for address, reason in (
        (nobody, "no scheduler answers there"),
        (scheduler, "its scheduler has had no workers"),
        ("nonsense", "no scheduler answers there"),
    ):
        assert main(["sweep", *GRID, "--store", str(tmp_path / "runs.db"), "--scheduler", address]) == 2
        output, errors = capsys.readouterr()
        assert (output, errors.count("\n")) == ("", 1), errors
        assert f"cannot use '{address}' ({reason}" in errors
        assert "needs a running dask scheduler with workers" in errors
    assert list(tmp_path.iterdir()) == []


def test_without_distributed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["sweep", *GRID, "--store", str(tmp_path / "runs.db"), "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "pip install 'copy-average[cluster]'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

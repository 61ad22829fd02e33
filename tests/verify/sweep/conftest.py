"""Shared by the tests of sweeps: a few outcomes, and a store that holds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.runs import Task
from verify.sweep.outcome import Outcome, carry_out
from verify.sweep.store import open_store

TASKS = [Task(n, 3, 4, "erf", "glorot", seed, 30, early=True) for n in (1, 2, 3) for seed in (0, 1)]


@pytest.fixture(scope="session")
def outcomes() -> list[Outcome]:
    return [carry_out((task, None)) for task in TASKS]


@pytest.fixture
def store_path(outcomes: list[Outcome], tmp_path: Path) -> Path:
    path = tmp_path / "runs.db"
    with open_store(path) as store:
        store.begin("a test")
        for outcome in outcomes:
            store.add(outcome)
    return path

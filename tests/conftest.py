"""Shared by all tests: the independent reference values."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="session")
def oracles() -> dict[str, Any]:
    """Reference values computed independently of the project."""
    return json.loads((Path(__file__).parent / "data" / "oracles.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session", autouse=True)
def _one_blas_thread() -> Iterator[None]:
    """As in the command: threads of small matrices only get in each other's way."""
    import scipy.linalg  # noqa: F401  (the limit holds for libraries that are loaded)

    with threadpool_limits(limits=1):
        yield


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The tests neither read nor write the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """Tests of Ctrl-C work in a background job, too, where shells have programs ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)

"""What is said while a sweep runs, where nobody watches a bar: counts, what is left, and for how long."""

from __future__ import annotations

import pytest

from verify.cli import progress
from verify.cli.progress import Bar, duration, name_of
from verify.runs import Task

CA = {"converged": True, "structure": "copy-average", "optimal": True}
TASKS = [Task(2, 3, 4, "erf", "glorot", seed, 30) for seed in range(4)]


def test_lines_tell_counts_and_time_left(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter([0.0, 30.0, 100.0, 130.0, 200.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    stuck = {"converged": False, "structure": "unclassified", "optimal": False}
    with Bar(TASKS, {TASKS[0]: CA, TASKS[1]: stuck}, {TASKS[1]}) as bar:
        bar.run(TASKS[1], CA, before=stuck)
        assert capsys.readouterr().err == ""
        bar.run(TASKS[2], {**CA, "structure": "perturbed-copy"}, before=None)
        # Three runs of equal cost were to do, two of them took 100 seconds.
        assert capsys.readouterr().err == "copy-average: 3/4 done, 1 left, about 50 s to go; 2 CA, 1 PC\n"
        bar.failed(TASKS[3], RuntimeError("two\nlines"))
        assert capsys.readouterr().err == "copy-average: (n, k) = (2, 3), glorot, seed 3 failed: two lines\n"
        assert bar.counts() == "2 CA, 1 PC, 1 failed"


def test_names() -> None:
    assert name_of(CA) == "CA"
    assert name_of({**CA, "optimal": False}) == "CA, not optimal"
    assert name_of({**CA, "converged": False, "structure": "channel-to-infinity"}) == "channel"
    assert name_of({**CA, "converged": False, "structure": "unclassified"}) == "not converged"
    assert name_of({**CA, "structure": "unclassified"}) == "unclassified"
    assert [duration(x) for x in (0.4, 89, 91, 5399, 5400, 1e6)] == [
        "0 s",
        "89 s",
        "2 min",
        "90 min",
        "1.5 h",
        "277.8 h",
    ]

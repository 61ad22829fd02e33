"""The table of ends of ReLU flows counts every run once, and says what died."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "rectified_ends.py"
spec = importlib.util.spec_from_file_location("rectified_ends_script", SCRIPT)
ends = importlib.util.module_from_spec(spec)
spec.loader.exec_module(ends)


def test_every_run_is_counted_once_and_as_predicted() -> None:
    counts = ends.count(1, 3, range(6), "glorot")
    assert sum(counts[name] for name in ends.COLUMNS) == 6
    assert counts["predicted"] == 6
    # One neuron averages, unless it died.
    assert counts["average"] + counts["all dead"] == 6
    assert counts["all dead"] == counts["dead"] == counts["died"] > 0
    assert counts["revived"] == 0


def test_the_table_and_its_refusals(capsys: pytest.CaptureFixture[str]) -> None:
    assert ends.main(["-n", "1:2", "-k", "2", "--seeds", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "4 runs, 4 as predicted"
    assert len(lines) == 5
    assert len({len(line) for line in lines[:-1]}) == 1
    for wrong, message in (
        (["-n", "2:1"], "in order"),
        (["-k", "x"], "an integer or a:b"),
        (["--seeds", "0"], "at least 1"),
    ):
        with pytest.raises(SystemExit) as stopped:
            ends.main(wrong)
        assert stopped.value.code == 2
        assert message in capsys.readouterr().err

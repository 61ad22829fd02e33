"""The table of ends is counted from what the command writes, each run once."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from verify.cells import make_cell
from verify.documents import verify_document
from verify.runs import Task

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "ends.py"
spec = importlib.util.spec_from_file_location("ends_script", SCRIPT)
ends = importlib.util.module_from_spec(spec)
spec.loader.exec_module(ends)


@pytest.fixture(scope="module")
def document() -> dict:
    from verify.runs import run_task

    cells = []
    for n, k, seeds in ((1, 2, (0, 1)), (4, 4, (58, 0)), (8, 8, (1,))):
        task = Task(n, k, k + 1, "erf", "glorot", 0, 30, certify=False)
        cell = make_cell(task.problem(), 30)
        for seed in seeds:
            cell.runs[seed] = run_task(Task(n, k, k + 1, "erf", "glorot", seed, 30, certify=False))
        cells.append(cell)
    written = verify_document(cells, activation="erf", init="glorot", dps=30, interrupted=False)
    return json.loads(json.dumps(written))


def test_each_run_counts_once(document: dict) -> None:
    counts = ends.count([document, document])
    assert counts[1, 2] == {"CA": 2}
    assert counts[4, 4] == {"CA": 1, "duplicated": 1}
    assert counts[8, 8] == {"channel": 1}
    assert ends.limits([document, document]) == {(8, 8): {"0.02059211": 1}}
    # The same seed under another initialisation is another run.
    other = {**document, "init": "gaussian"}
    assert ends.count([document, other])[8, 8] == {"channel": 2}


def test_the_table_and_its_refusals(document: dict, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.json").write_text(json.dumps(document), encoding="utf-8")
    assert ends.main([str(tmp_path / "a.json"), "--json", str(tmp_path / "b.json")]) == 0
    text = capsys.readouterr().out
    assert "channels at (8, 8), limit losses: 0.02059211 (1)" in text
    rows = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))["rows"]
    assert sum(row["CA"] for row in rows) == 3
    (tmp_path / "c.json").write_text("{}", encoding="utf-8")
    assert ends.main([str(tmp_path / "c.json")]) == 2
    assert ends.main([str(tmp_path / "nothing.json")]) == 2


def test_intervals_of_shares() -> None:
    # Wilson, 1927: 0 of n has the upper end z^2/(n + z^2).
    low, high = ends.wilson(0, 20)
    assert low == 0
    assert high == pytest.approx(1.96**2 / (20 + 1.96**2))
    low, high = ends.wilson(5, 20)
    assert low < 0.25 < high
    assert ends.wilson(0, 0) == (0.0, 1.0)

"""The notebook runs as a script, and the executed copy of it holds the same cells, all run without an error."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "notebooks"
SCRIPT, EXECUTED = FOLDER / "paper.py", FOLDER / "paper.ipynb"


def _cells(script: str) -> list[tuple[str, str]]:
    """Kind and text of the cells of a script in percent format."""
    _, *parts = re.split(r"^# %%(.*)\n", script, flags=re.M)
    found = []
    for head, body in zip(parts[::2], parts[1::2], strict=True):
        if "[markdown]" in head:
            found.append(("markdown", re.sub(r"^# ?", "", body.strip("\n"), flags=re.M)))
        else:
            found.append(("code", body.strip("\n")))
    return found


def test_the_script_runs(tmp_path: Path) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-P", str(SCRIPT)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "erf-optimum: PROVED" in done.stdout
    assert "47 of 48 ends are certified minima of the theory" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_executed_notebook_is_that_script() -> None:
    notebook = json.loads(EXECUTED.read_text(encoding="utf-8"))
    cells = [(cell["cell_type"], "".join(cell["source"]).strip("\n")) for cell in notebook["cells"]]
    assert cells == _cells(SCRIPT.read_text(encoding="utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    assert all(cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 6
    # Nothing of the machine that ran it.
    assert "/tmp/" not in EXECUTED.read_text(encoding="utf-8")

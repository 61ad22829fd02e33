"""``boundaries --activation relu``: its document holds to the schema, its table says the same."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from verify.rectified.survey import boundary_row, ranges, spans, survey

COMMAND = [str(Path(sys.executable).with_name("copy-average"))]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "boundaries", *arguments, "--activation", "relu"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_document_and_the_table() -> None:
    done = run("-k", "4,6", "--json", "-")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    schema = json.loads((files("verify") / "schema" / "documents.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    four, six = found["rows"]
    # At (3, 4) the perturbed copy is the only minimum; at (5, 6) the average is a saddle, at (4, 6) both are minima.
    keys = ("k", "pc_minimum_from", "pc_lower_from", "ca_minimum_up_to")
    assert [four[key] for key in keys] == [4, 3, 3, 2]
    assert [six[key] for key in keys] == [6, 4, 4, 4]
    families = {family["structure"]: family for family in six["families"]}
    assert families["negative-corrector"]["minimum"] == [5]
    assert families["against-teacher"]["minimum"] == [6]
    assert families["perturbed-copy-average"]["lowest"] == [2, 3]
    (one,) = [cell for cell in six["cells"] if cell["n"] == 1]
    assert one["structures"][0]["loss"].startswith("2.34254629")
    assert all(entry["certified"] for cell in six["cells"] for entry in cell["structures"])
    table = run("-k", "4")
    assert table.returncode == 0
    assert "negative-corrector" in table.stdout
    # One size: every structure is listed with its loss.
    assert "0.384746" in table.stdout
    assert "every index certified" in " ".join(table.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-k", "21"), "got 21, needs at most 20"),
        (("-k", "5", "--real"), "--real and --branch-end are for --activation erf"),
    ],
)
def test_refusals(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_ranges_are_those_of_the_cells() -> None:
    cells = survey(5)
    for family in ranges(cells):
        assert set(family.lowest) <= set(family.minimum) <= set(family.exists)
    lowest = sorted(n for family in ranges(cells) for n in family.lowest)
    # The networks of five neurons copy; every number of neurons has a lowest minimum.
    assert lowest == [1, 2, 3, 4, 5]
    assert boundary_row(cells)["pc_minimum_from"] == 3
    assert spans([1, 2, 4]) == "1..2, 4"

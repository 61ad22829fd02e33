"""Documents: valid against the schema in the package, whole or not at all."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from verify.documents import Target


def test_an_old_target_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("old", encoding="utf-8")
    target = Target(str(path))
    assert path.read_text(encoding="utf-8") == "old"
    with pytest.raises(ValueError, match="Out of range float"):
        target.write({"x": float("nan")})
    assert path.read_text(encoding="utf-8") == "old"
    target.write({"x": 1})
    assert json.loads(path.read_text(encoding="utf-8")) == {"x": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_a_discarded_target_leaves_nothing(tmp_path: Path) -> None:
    target = Target(str(tmp_path / "out.json"))
    target.discard()
    assert list(tmp_path.iterdir()) == []


def test_targets_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Target(str(tmp_path / "missing" / "out.json"))
    with pytest.raises(IsADirectoryError):
        Target(str(tmp_path))


def test_the_schema_is_in_the_package() -> None:
    schema = json.loads((files("verify") / "schema" / "documents.schema.json").read_text(encoding="utf-8"))
    assert {"verify", "flow", "match"} <= schema["$defs"].keys()

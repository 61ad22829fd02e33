"""The command notices somebody else's files in the place of its packages."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from verify.cli import guard


def _distribution(folder: Path) -> Path:
    """A miniature installed distribution with the three packages and a RECORD."""
    record = []
    for package in guard.PACKAGES:
        (folder / package).mkdir(parents=True)
        content = f'"""{package}"""\n'
        (folder / package / "__init__.py").write_text(content, encoding="utf-8")
        digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
        record.append(f"{package}/__init__.py,sha256={digest},{len(content)}")
    info = folder / "miniature-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: miniature\nVersion: 1.0\n", encoding="utf-8")
    (info / "RECORD").write_text("\n".join(record) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = _distribution(tmp_path / "site")
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_the_packages_under_test_are_their_own() -> None:
    assert guard.trouble() is None


def test_an_untouched_installation_passes(installed: Path) -> None:
    assert guard.trouble("miniature", [str(installed)]) is None


@pytest.mark.parametrize("package", guard.PACKAGES)
def test_a_file_written_over_is_noticed(installed: Path, package: str) -> None:
    (installed / package / "__init__.py").write_text("# somebody else's\n", encoding="utf-8")
    found = guard.trouble("miniature", [str(installed)])
    assert found is not None
    assert f"{package}/__init__.py is not the file that was installed" in found.replace(os.sep, "/")


def test_a_removed_file_is_noticed(installed: Path) -> None:
    (installed / "verify" / "__init__.py").unlink()
    assert "has no __init__.py" in (guard.trouble("miniature", [str(installed)]) or "")


def test_a_package_that_stands_before_is_noticed(installed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "numerics").mkdir(parents=True)
    (other / "numerics" / "__init__.py").write_text("", encoding="utf-8")
    found = guard.trouble("miniature", [str(other), str(installed)])
    assert found is not None
    assert "'numerics' is found at" in found


def test_the_real_command_refuses_a_foreign_package(tmp_path: Path) -> None:
    # A module of that name earlier on the path, as after installing another distribution: one line, status 2.
    (tmp_path / "verify").mkdir()
    (tmp_path / "verify" / "__init__.py").write_text("raise RuntimeError('foreign')\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-P", "-c", "import sys, copy_average_command as c; sys.exit(c.launch())", "--version"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "another one" in done.stderr or "different places" in done.stderr

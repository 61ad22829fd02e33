"""``copy-average certify --activation relu``, as a user types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from verify.recheck import recheck


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "verify", "certify", "--activation", "relu", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_published_spurious_minimum(tmp_path: Path) -> None:
    """Safran and Shamir's at n = k = 7: a minimum, both sides of its smallest eigenvalue, its published loss."""
    target = tmp_path / "minimum.json"
    done = run("-n", "7", "-k", "7", "--structure", "against-teacher", "--out", str(target))
    assert done.returncode == 0, done.stderr
    shown = {line[:20].strip(): line[20:] for line in done.stdout.splitlines()}
    assert shown["structure"] == "against-teacher 1 of 7"
    assert shown["index"].startswith("0 ")
    _, low, _, high = shown["smallest eigenvalue"].split()
    assert 0.028118026 < float(low) < float(high) < 0.028118027
    # Thirteen digits of the loss were published.
    assert shown["loss from"].startswith("0.04640542982713")
    verdict = recheck(json.loads(target.read_text(encoding="utf-8")))
    assert verdict.accepted, verdict.reasons


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-n", "2", "-k", "3", "--structure", "luck"), "there are with --activation relu: perturbed-copy-average"),
        (("-n", "7", "-k", "7", "--structure", "against-teacher", "--partition", "5"), "there are: 1,6"),
        (("-n", "2", "-k", "3", "--full"), "for --activation erf"),
    ],
)
def test_refusals(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.count("\n") == 1

"""The pytest plugin, in somebody else's repository: empty, with a false claim of one's own, under xdist."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from theory.claims import claims
from verify.ledger import BALLS

OWN = """
import sympy as sp
from theory import Claim, Kind, Step
from verify import register

m = sp.Symbol("m", positive=True)
register(Claim("mine", Kind.THEOREM, "An average costs a third of its teachers", "L = m/3", "all m",
               lambda: (Step("start", "", m, m), Step("loss", "", m / 3 - m**2 / 10, m / 3))))
"""

#: A few claims, one of them with numbers in balls. All are items of the project's own suite, over two processes.
SOME = ("erf-one", "erf-optimum", *BALLS)
CLAIMS = sum(any(part in claim.id for part in SOME) for claim in claims())


def _pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("pytest")), "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def test_some_claims_of_an_empty_repository(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "--copy-average", "-k", "erf-one")
    assert done.returncode == 0, done.stdout
    assert f"{sum('erf-one' in claim.id for claim in claims())} passed" in done.stdout
    assert "copy-average claims" in done.stdout


def test_an_empty_repository_over_processes(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "--copy-average", "-n", "2", "--junit-xml", "out.xml", "-k", " or ".join(SOME))
    assert done.returncode == 0, done.stdout
    assert f"{CLAIMS} passed" in done.stdout
    assert "copy-average claims" in done.stdout
    assert "erf-optimum" in done.stdout
    properties = [p.get("value") or "" for p in ET.parse(tmp_path / "out.xml").iter("property")]
    # The one with numbers enclosed in ball arithmetic is named in the ledger's own list of such claims.
    assert sum("|CERTIFIED|" in value for value in properties) == len(BALLS)
    assert sum("|PROVED|" in value for value in properties) == CLAIMS - len(BALLS)


def test_without_the_option_nothing_happens(tmp_path: Path) -> None:
    assert _pytest(tmp_path).returncode == 5  # no tests collected


def test_a_false_claim_of_ones_own_is_named_with_its_step(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(OWN, encoding="utf-8")
    (tmp_path / "test_own.py").write_text("def test_own():\n    assert True\n", encoding="utf-8")
    done = _pytest(tmp_path, "--copy-average", "-k", " or ".join((*SOME, "mine", "own")))
    assert done.returncode == 1
    assert f"{CLAIMS + 1} passed" in done.stdout
    assert "1 failed" in done.stdout
    assert "An average costs a third of its teachers" in done.stdout
    assert "step 'loss' fails" in done.stdout
    assert "what remains: -m**2/10" in done.stdout
    assert "Traceback" not in done.stdout


def test_simulations_for_chosen_sizes(tmp_path: Path) -> None:
    sizes = ("--copy-average-n", "1,2", "--copy-average-k", "3", "--copy-average-seeds", "2")
    done = _pytest(tmp_path, "--copy-average", "--copy-average-level", "simulated", *sizes, "-k", "erf-ca or erf-one")
    assert done.returncode == 0, done.stdout
    assert "OBSERVED" in done.stdout
    assert "(n, k) = (2, 3)" in done.stdout


def test_certificates_for_chosen_sizes(tmp_path: Path) -> None:
    sizes = ("--copy-average-n", "1,2", "--copy-average-k", "3", "--copy-average-seeds", "1")
    done = _pytest(tmp_path, "--copy-average", "--copy-average-level", "certified", *sizes, "-k", "erf-ca-critical")
    assert done.returncode == 0, done.stdout
    for standing in ("PROVED", "OBSERVED", "CERTIFIED"):
        assert standing in done.stdout
    assert done.stdout.count("CERTIFIED") == 2


@pytest.mark.parametrize("chosen", ["relu", "abs"])
def test_claims_of_one_activation(chosen: str, tmp_path: Path) -> None:
    done = _pytest(tmp_path, "--copy-average", "--copy-average-activation", chosen, "--collect-only", "-q")
    ids = {claim.id for claim in claims()}
    collected = {name for name in ids if f"copy-average::claim[{name}]" in done.stdout}
    others = tuple(f"{name}-" for name in ("erf", "relu", "leaky-relu", "abs") if name != chosen)
    assert collected == {name for name in ids if not name.startswith(others)}
    assert {"block-constant-critical", f"{chosen}-interaction"} <= collected < ids


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--copy-average-n", "3:1"), "reversed range"),
        (("--copy-average-n", "5", "--copy-average-k", "3"), "every pair has n > k"),
        (("--copy-average-activation", "tanh"), "got 'tanh', known are erf"),
        (("--copy-average-seeds", "0"), "needs at least 1"),
    ],
)
def test_bad_options_are_refused(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    done = _pytest(tmp_path, "--copy-average", *arguments)
    assert done.returncode == 4
    assert message in done.stderr


def test_the_plugin_is_light() -> None:
    code = "import sys, verify.pytest_plugin; print([m for m in ('sympy', 'numpy', 'flint') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

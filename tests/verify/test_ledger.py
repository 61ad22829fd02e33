"""The ledger: remembered only from an identical installation, extended by users, shown on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp

from theory import Claim, Kind, Step
from theory.claims import claims
from verify import ledger as module
from verify import register

COMMAND = str(Path(sys.executable).with_name("copy-average"))


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "_REGISTERED", {})


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, "claims", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> tuple[Claim, ...]:
    """A theory of three short claims: what is remembered does not depend on how many there are."""
    kept = claims()[:3]
    monkeypatch.setattr("theory.claims.claims", lambda: kept)
    return kept


def test_the_ledger_is_remembered_and_checked_again_when_asked(few: tuple[Claim, ...]) -> None:
    assert module.remembered() is None
    seen: list[str] = []
    first = module.ledger(progress=seen.append)
    assert len(seen) == len(first) == len(few)
    assert module.remembered() == first
    seen.clear()
    assert module.ledger(progress=seen.append) == first
    assert seen == []
    module.ledger(fresh=True, progress=seen.append)
    assert len(seen) == len(first)


@pytest.mark.parametrize(
    "damage", ["not json", "{}", '{"schema": "copy-average/claims-cache/1", "fingerprint": "x"}']
)
def test_a_foreign_or_broken_cache_counts_as_nothing(damage: str, few: tuple[Claim, ...]) -> None:
    module.ledger()
    module._cache_file().write_text(damage, encoding="utf-8")
    assert module.remembered() is None
    assert len(module.ledger()) == len(few)


def test_an_entry_tells_where_it_broke() -> None:
    m = sp.Symbol("m", positive=True)
    entry = module.check(Claim("mine", Kind.THEOREM, "Wrong", "", "all m", lambda: (Step("loss", "", m, 2 * m),)))
    assert entry.standing == "REFUTED"
    assert [step.name for step in entry.broken] == ["loss"]
    assert entry.broken[0].difference == "-m"
    assert module.exit_status([entry]) == 1


def test_exit_status() -> None:
    def entry(kind: str, standing: str) -> module.Entry:
        return module.Entry("x", kind, "", "", "", "", "", standing, 0.0, ())

    assert module.exit_status([entry("theorem", "PROVED"), entry("open", "UNKNOWN")]) == 0
    assert module.exit_status([entry("theorem", "UNKNOWN")]) == 3
    assert module.exit_status([entry("theorem", "UNKNOWN"), entry("theorem", "REFUTED")]) == 1


def test_registering() -> None:
    mine = Claim("mine", Kind.OPEN, "?", "", "", tuple)
    assert register(mine) is mine
    assert register(mine) is mine
    assert module.all_claims()[-1] is mine
    for other in (Claim("mine", Kind.OPEN, "!", "", "", tuple), Claim("erf-optimum", Kind.OPEN, "!", "", "", tuple)):
        with pytest.raises(ValueError, match="which another claim has"):
            register(other)


def test_the_command() -> None:
    done = _run("--json", "-")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["schema"] == "copy-average/claims/1"
    standings = {c["id"]: c["standing"] for c in found["claims"]}
    assert {name for name, standing in standings.items() if standing != "PROVED"} == set(module.BALLS)
    assert {standings[name] for name in module.BALLS} == {"CERTIFIED"}
    for field in ("id", "kind", "statement", "standing", "sizes", "seconds"):
        assert field in found["claims"][0]
    table = _run().stdout
    assert "erf-optimum" in table
    assert f"{len(claims()) - len(module.BALLS)} PROVED, {len(module.BALLS)} CERTIFIED" in table
    one = _run("erf-optimum").stdout
    assert "exchange: HOLDS" in one


def test_the_command_with_a_planted_fault() -> None:
    done = _run("erf-one-neuron-unique", "--fault", "root:factor")
    assert done.returncode == 1
    assert "root: FAILS" in done.stdout
    assert "what remains" in done.stdout
    # A planted fault is never remembered.
    assert _run("erf-one-neuron-unique").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing",), "got 'nothing', known are erf-interaction"),
        (("--fault", "root:sign"), "needs the ID of a claim"),
        (("erf-optimum", "--fault", "nothing"), "step: got 'nothing'"),
        (("erf-optimum", "--fault", "exchange:typo"), "fault: got 'typo'"),
    ],
)
def test_bad_input_gets_one_clear_line(arguments: tuple[str, ...], message: str) -> None:
    done = _run(*arguments)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert message in done.stderr


def test_what_balls_decide_makes_the_standing(monkeypatch: pytest.MonkeyPatch) -> None:
    from theory import Standing
    from verify.certificates import laws

    claim = next(c for c in claims() if c.id == "erf-pc-minimum-law")
    assert claim.standing(claim.check()) is Standing.UNKNOWN
    assert module.check(claim).standing == "CERTIFIED"
    for answer, standing in ((False, "REFUTED"), (None, "UNKNOWN")):
        monkeypatch.setattr(laws, "birth_findings", lambda answer=answer: (laws.Finding("x", "", answer, ""),))
        assert module.check(claim).standing == standing
    # A false step decides before any ball does.
    assert module.check(claim.with_fault("limit-a", "sign")).standing == "REFUTED"

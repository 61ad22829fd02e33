"""The ledger: every claim and its standing, checked now or remembered from an identical installation."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

if TYPE_CHECKING:
    from theory.claim import Claim
    from verify.certificates.laws import Finding

#: Changes when the meaning of what is stored changes.
CACHE_SCHEMA = "copy-average/claims-cache/1"

#: For each claim whose steps leave something to ball arithmetic: the function that decides it.
BALLS = {
    "erf-pc-minimum-law": "verify.certificates.laws:birth_findings",
    "one-neuron-equal-cosines-series": "verify.certificates.equal_cosines:equal_cosine_findings",
}

_REGISTERED: dict[str, Claim] = {}


@dataclass(frozen=True)
class Step:
    """One checked step of a claim, as text. Exact.

    Attributes
    ----------
    name, statement, relation : str
    verdict : str
        ``"HOLDS"``, ``"FAILS"`` or ``"UNDECIDED"``.
    left, right, difference : str
        The two sides and what remains of their difference.
    """

    name: str
    statement: str
    relation: str
    verdict: str
    left: str
    right: str
    difference: str


@dataclass(frozen=True)
class Entry:
    """A claim with its standing, as text. Exact.

    Attributes
    ----------
    id, kind, statement, latex, sizes, simulation, certificate : str
        As in :class:`theory.Claim`.
    standing : str
        ``"PROVED"``, ``"CERTIFIED"``, ``"OBSERVED"``, ``"REFUTED"`` or ``"UNKNOWN"``.
    seconds : float
        What the check took when it was run.
    steps : tuple of Step
    """

    id: str
    kind: str
    statement: str
    latex: str
    sizes: str
    simulation: str
    certificate: str
    standing: str
    seconds: float
    steps: tuple[Step, ...]

    @property
    def broken(self) -> tuple[Step, ...]:
        """Steps that do not hold."""
        return tuple(step for step in self.steps if step.verdict != "HOLDS")


def register(claim: Claim) -> Claim:
    """Enter a claim of one's own in the ledger of this process. Exact.

    Parameters
    ----------
    claim : theory.Claim

    Returns
    -------
    theory.Claim
        The same, so that it can be used in an assignment.

    Raises
    ------
    ValueError
        If another claim has that id.

    Examples
    --------
    In ``conftest.py`` of one's own repository, for ``pytest --copy-average``::

        import sympy as sp
        from theory import Claim, Kind, Step
        from verify import register

        m = sp.Symbol("m", positive=True)
        register(Claim("mine", Kind.THEOREM, "A square", r"(m+1)^2", "all m",
                       lambda: (Step("expand", "", (m + 1) ** 2, m**2 + 2 * m + 1),)))
    """
    from theory.claims import claims

    if _REGISTERED.get(claim.id, claim) is not claim or claim.id in {known.id for known in claims()}:
        raise ValueError(f"claim: got the id {claim.id!r}, which another claim has")
    _REGISTERED[claim.id] = claim
    return claim


def all_claims() -> tuple[Claim, ...]:
    """The claims of the theory and those registered in this process. Exact."""
    from theory.claims import claims

    return (*claims(), *_REGISTERED.values())


def check(claim: Claim) -> Entry:
    """Check a claim now: its steps, and what they leave to balls. Exact, or an enclosure where balls decide."""
    from theory.assertions import told
    from theory.latex.notebook import formula_latex

    start = time.perf_counter()
    steps, outcomes = claim.steps(), claim.check()
    written = tuple(
        Step(s.name, s.words(), s.relation.value, o.verdict.name, str(s.left), str(s.right), str(o.difference))
        for s, o in zip(steps, outcomes, strict=False)
    )
    # Of what sentences assert, what is wrong: that it holds is said by the steps.
    written += tuple(
        Step(o.step, "", "asserted in a sentence", o.verdict.name, *told(o.step)[1:], str(o.difference))
        for o in outcomes[len(steps) :]
        if not o
    )
    standing = claim.standing(outcomes).name
    if claim.balls and outcomes and all(outcomes) and claim.id in BALLS:
        found = in_balls(claim.id)
        written += found
        standing = _standing_of(found)
    seconds = time.perf_counter() - start
    return Entry(
        claim.id,
        claim.kind.value,
        str(claim.statement),
        formula_latex(claim),
        str(claim.sizes),
        str(claim.simulation),
        str(claim.certificate),
        standing,
        round(seconds, 3),
        written,
    )


def in_balls(claim_id: str) -> tuple[Step, ...]:
    """What the steps of a claim leave to balls, decided now. Enclosure."""
    verdicts = {True: "HOLDS", False: "FAILS", None: "UNDECIDED"}
    return tuple(
        Step(
            f"balls-{finding.name}",
            str(finding.statement),
            "decided in ball arithmetic",
            verdicts[finding.holds],
            finding.value,
            "",
            "",
        )
        for finding in findings(claim_id)
    )


def findings(claim_id: str) -> tuple[Finding, ...]:
    """The same with its sentences as objects. Enclosure."""
    module, _, function = BALLS[claim_id].partition(":")
    return tuple(getattr(import_module(module), function)())


def _standing_of(found: tuple[Step, ...]) -> str:
    """CERTIFIED if all was decided in favour."""
    verdicts = {step.verdict for step in found}
    return "REFUTED" if "FAILS" in verdicts else "CERTIFIED" if verdicts == {"HOLDS"} else "UNKNOWN"


@cache
def fingerprint() -> str:
    """Digest of what a check depends on: sources of theory and balls, and the versions under them. Exact."""
    digest = hashlib.sha256(CACHE_SCHEMA.encode())
    for library in ("sympy", "python-flint"):
        digest.update(version(library).encode())
    folder = Path(__file__).parent.parent
    balls = [*(folder / "verify" / "certificates").glob("*.py"), *(folder / "numerics").rglob("*.py")]
    for path in sorted([*(folder / "theory").rglob("*.py"), *balls]):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _cache_file() -> Path:
    return Path(platformdirs.user_cache_dir("copy-average")) / "claims.json"


def remembered() -> tuple[Entry, ...] | None:
    """Entries of the theory's own claims from an identical installation, or None. Exact.

    An unreadable or foreign file counts as nothing: the cache saves time and decides nothing.
    """
    try:
        stored = json.loads(_cache_file().read_text(encoding="utf-8"))
        if stored["schema"] != CACHE_SCHEMA or stored["fingerprint"] != fingerprint():
            return None
        return tuple(Entry(**{**e, "steps": tuple(Step(**s) for s in e["steps"])}) for e in stored["entries"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(entries: Iterable[Entry]) -> None:
    """Store entries for the next call; a folder that cannot be written is not an error. Exact."""
    from verify.documents import Target

    document = {"schema": CACHE_SCHEMA, "fingerprint": fingerprint(), "entries": [asdict(e) for e in entries]}
    target = _cache_file()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        Target(str(target)).write(document)
    except OSError:
        return


def ledger(*, fresh: bool = False, progress: Callable[[str], None] = lambda _: None) -> tuple[Entry, ...]:
    """Every claim of the theory with its standing. Exact.

    Parameters
    ----------
    fresh : bool
        Check again even if an identical installation has done so.
    progress : callable
        Called with the id of each claim before it is checked.

    Returns
    -------
    tuple of Entry
    """
    entries = None if fresh else remembered()
    if entries is None:
        from theory.claims import claims

        checked = []
        for claim in claims():
            progress(claim.id)
            checked.append(check(claim))
        entries = tuple(checked)
        remember(entries)
    return entries


def document(entries: Iterable[Entry]) -> dict[str, Any]:
    """The entries as in the JSON contract. Exact."""
    return {"schema": "copy-average/claims/1", "claims": [asdict(entry) for entry in entries]}


def exit_status(entries: Iterable[Entry]) -> int:
    """1 if a theorem is refuted, 3 if one is unknown, else 0. Exact."""
    standings = {entry.standing for entry in entries if entry.kind == "theorem"}
    return 1 if "REFUTED" in standings else 3 if "UNKNOWN" in standings else 0

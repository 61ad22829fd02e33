"""Regression suite for users: ``pytest --copy-average`` re-verifies every claim in their own repository.

Light to import: everything but pytest is loaded when the option is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

LEVELS = ("symbolic", "simulated", "certified")
PROPERTY = "copy-average"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options under one prefix."""
    group = parser.getgroup("copy-average", "claims on copying and averaging networks")
    group.addoption("--copy-average", action="store_true", help="verify every claim, one's own included")
    group.addoption(
        "--copy-average-level",
        choices=LEVELS,
        default="symbolic",
        help="symbolic; flows too; certificates in ball arithmetic too",
    )
    group.addoption("--copy-average-n", default="1:3", help="students for simulations: N, A:B or a comma list")
    group.addoption("--copy-average-k", default="3", help="teachers for simulations: N, A:B or a comma list")
    group.addoption("--copy-average-seeds", type=int, default=3, help="seeds for each (n, k)")
    group.addoption(
        "--copy-average-activation",
        default="all",
        help="activation whose claims are run, with those that concern every activation: erf, relu, leaky-relu, abs; "
        "default all",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; check the options early."""
    config.addinivalue_line("markers", "copy_average: a claim of the copy-average ledger")
    if config.getoption("--copy-average"):
        try:
            config.stash[SIZES] = _sizes(config)
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None


SIZES = pytest.StashKey[tuple[tuple[int, int], ...]]()
#: Activations with claims of their own, whose ids begin with their names.
ACTIVATIONS = ("erf", "relu", "leaky-relu", "abs")


def _sizes(config: pytest.Config) -> tuple[tuple[int, int], ...]:
    import click

    from verify.cli.options import Sizes

    found = config.getoption("--copy-average-activation")
    if found not in (*ACTIVATIONS, "all"):
        raise ValueError(f"--copy-average-activation: got {found!r}, known are {', '.join(ACTIVATIONS)}, all")
    if config.getoption("--copy-average-seeds") < 1:
        raise ValueError(f"--copy-average-seeds: got {config.getoption('--copy-average-seeds')}, needs at least 1")
    read = {}
    for name in ("n", "k"):
        try:
            read[name] = Sizes().convert(config.getoption(f"--copy-average-{name}"), None, None)
        except click.BadParameter as error:
            raise ValueError(f"--copy-average-{name}: {error.message}") from None
    pairs = tuple((n, k) for k in read["k"] for n in read["n"] if n <= k)
    if not pairs:
        raise ValueError("--copy-average-n: every pair has n > k, needs n <= k")
    return pairs


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Append the claims to whatever tests there are."""
    if config.getoption("--copy-average"):
        items.extend(_claim_items(session, config))


def _claim_items(session: pytest.Session, config: pytest.Config) -> Iterator[pytest.Item]:
    from verify.ledger import all_claims
    from verify.observations import CERTIFIED, OBSERVATIONS

    level = LEVELS.index(config.getoption("--copy-average-level"))
    chosen = config.getoption("--copy-average-activation")
    others = tuple(f"{name}-" for name in ACTIVATIONS if chosen not in (name, "all"))
    for claim in all_claims():
        if claim.id.startswith(others):
            continue
        yield _item(ClaimItem, session, f"claim[{claim.id}]", claim=claim)
        for n, k in config.stash[SIZES]:
            if level >= 1 and claim.id in OBSERVATIONS:
                yield _item(SimulationItem, session, f"claim[{claim.id}-n{n}-k{k}]", claim=claim, n=n, k=k)
            if level >= 2 and claim.id in CERTIFIED:
                name = f"claim[{claim.id}-n{n}-k{k}-certified]"
                yield _item(CertificateItem, session, name, claim=claim, n=n, k=k)


def _item(kind: type[pytest.Item], session: pytest.Session, name: str, **arguments: Any) -> pytest.Item:
    item: pytest.Item = kind.from_parent(session, name=name, nodeid=f"copy-average::{name}", **arguments)
    return item


class BrokenClaimError(Exception):
    """A claim does not hold; the message says which statement, in which step, for which sizes and by how much."""


class _Item(pytest.Item):
    """Common to both kinds: the claim, its marker and how a failure is shown."""

    def __init__(self, *, claim: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.claim = claim
        self.add_marker(pytest.mark.copy_average)

    def note(self, standing: str, sizes: str) -> None:
        """Pass the standing on in the report: it goes through xdist and into JUnit XML."""
        self.user_properties.append((PROPERTY, f"{self.claim.id}|{standing}|{sizes}|{self.claim.statement}"))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The message alone, for claims; the usual traceback for anything else."""
        if isinstance(excinfo.value, BrokenClaimError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Where the item is said to come from."""
        return self.path, None, self.name


class ClaimItem(_Item):
    """All steps of a claim, checked symbolically."""

    def runtest(self) -> None:
        """Check; raise with the broken steps."""
        from verify.ledger import check

        entry = check(self.claim)
        self.note(entry.standing, entry.sizes)
        if entry.broken and (entry.kind == "theorem" or entry.standing == "REFUTED"):
            lines = [f"{entry.id} ({entry.sizes}): {entry.statement}", f"standing: {entry.standing}"]
            for step in entry.broken:
                lines += [
                    f"step {step.name!r} {step.verdict.lower()}: {step.left}",
                    f"  [{step.relation}] {step.right}",
                ]
                lines.append(f"  what remains: {step.difference}")
            raise BrokenClaimError("\n".join(lines))


class _SizedItem(_Item):
    """Comparisons of a claim at one (n, k)."""

    established = ""

    def __init__(self, *, n: int, k: int, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.n, self.k = n, k

    def compare(self) -> list[Any]:
        """The comparisons; none where nothing can be said."""
        raise AssertionError("each kind of item has its own")

    def runtest(self) -> None:
        """Compare; raise with what is off and by how much."""
        found = self.compare()
        where = f"(n, k) = ({self.n}, {self.k})"
        if not found:
            self.note(f"NOT {self.established}", where)
            pytest.skip(f"{self.claim.id}: nothing to compare at {where}")
        wrong = [observation for observation in found if not observation]
        self.note("REFUTED" if wrong else self.established, where)
        if wrong:
            lines = [f"{self.claim.id} at {where}: {self.claim.statement}"]
            lines += [f"{o.what}: off by {o.gap:.3g}, allowed {o.allowed:.3g}" for o in wrong]
            raise BrokenClaimError("\n".join(lines))


class SimulationItem(_SizedItem):
    """What simulation shows of a claim at one (n, k)."""

    established = "OBSERVED"

    def compare(self) -> list[Any]:
        """Flows and evaluations beside what the claim says."""
        from verify.observations import OBSERVATIONS

        return list(OBSERVATIONS[self.claim.id](self.n, self.k, self.config.getoption("--copy-average-seeds")))


class CertificateItem(_SizedItem):
    """What certificates prove of a claim at one (n, k)."""

    established = "CERTIFIED"

    def compare(self) -> list[Any]:
        """Certificates in ball arithmetic."""
        from verify.observations import CERTIFIED

        return list(CERTIFIED[self.claim.id](self.n, self.k))


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """A table of claims, from the reports (which come back from xdist's workers too)."""
    rows: dict[str, list[str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) != "call":
                continue
            for name, value in getattr(report, "user_properties", ()):
                if name == PROPERTY:
                    claim, standing, sizes, statement = value.split("|", 3)
                    rows.setdefault(f"{claim}|{sizes}|{standing}", [claim, standing, sizes, statement])
    if not rows:
        return
    terminalreporter.section("copy-average claims")
    widths = [max(len(row[i]) for row in rows.values()) for i in range(3)]
    for row in sorted(rows.values()):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        terminalreporter.write_line(f"{cells}  {row[3]}")

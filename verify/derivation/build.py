"""From claims to a document: every claim checked and printed, in several processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from theory.latex.specialise import Sizes
from verify.derivation.parts import Broken, ClaimPart, Stopped, checked

#: Seconds that the longest checks take, on one core: they are handed out first.
_LONG = ("erf-pc-minimum-law", "erf-pc-branch", "erf-interaction", "erf-optimum-minimum", "erf-channel-coefficient")


@dataclass(frozen=True)
class Task:
    """A claim of the theory to be checked and printed. Exact.

    Attributes
    ----------
    claim : str
    line : float
    sizes : Sizes or None
    fault : (str, str) or None
        A step and a fault to plant in it, to see the build stop.
    """

    claim: str
    line: float
    sizes: Sizes | None = None
    fault: tuple[str, str] | None = None


def build_part(task: Task) -> ClaimPart | Broken:
    """Check and print one claim; a step that does not hold is answered with what is wrong. Exact."""
    from verify.ledger import all_claims

    claim = next(claim for claim in all_claims() if claim.id == task.claim)
    if task.fault is not None:
        claim = claim.with_fault(*task.fault)
    try:
        return checked(claim, task.line, task.sizes)
    except Stopped as stopped:
        return stopped.broken


def build_parts(
    names: Sequence[str],
    line: float,
    *,
    sizes: Sizes | None = None,
    fault: tuple[str, str] | None = None,
    jobs: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[ClaimPart, ...]:
    """Check and print claims, in the order of their names. Exact.

    Nothing is remembered from one call to the next: each step that is shown was checked for this document.

    Parameters
    ----------
    names : sequence of str
        Ids of claims of the ledger.
    line : float
        Width of a line in points at a font size of ten.
    sizes : Sizes, optional
        At which numbers are put beside the formulas.
    fault : (str, str), optional
        A step and a fault to plant in it, in every claim named.
    jobs : int
        Processes at most; claims registered in this process are checked in it.
    progress : callable
        Called with what was done.

    Raises
    ------
    Stopped
        If a step does not hold, with its label, both sides and the difference.
    """
    from theory.claims import claims
    from verify.pool import over_processes

    tasks = [Task(name, line, sizes, fault) for name in names]
    own = {claim.id for claim in claims()}
    tasks.sort(key=lambda task: _LONG.index(task.claim) if task.claim in _LONG else len(_LONG))
    shared = [task for task in tasks if task.claim in own] if jobs > 1 and len(tasks) > 2 else []
    found: dict[str, ClaimPart] = {}

    def take(task: Task, part: ClaimPart | Broken) -> None:
        if isinstance(part, Broken):
            raise Stopped(part)
        found[task.claim] = part
        progress(f"claims {len(found)} of {len(tasks)}: {task.claim}")

    for task in tasks:
        if task not in shared:
            take(task, build_part(task))
    if shared:
        for task, part in over_processes(shared, build_part, jobs):
            take(task, part)
    return tuple(found[name] for name in names)

"""Joining stores: every run of every store once, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verify.sweep.guard import StoreError
from verify.sweep.rows import State
from verify.sweep.store import Store

#: What two machines must agree on for the same run: where it ended. The last digits of a flow may differ.
SAME_END = ("converged", "structure", "partition", "index", "certificate")


@dataclass
class Merged:
    """How many runs were taken. Exact.

    Attributes
    ----------
    added, continued, known : int
        New runs; runs that had been gone on with; runs that were there already.
    """

    added: int = 0
    continued: int = 0
    known: int = 0


def merge(target: Store, sources: Sequence[Store]) -> Merged:
    """Copy all runs and predictions of some stores into another, in one transaction. Exact.

    A run that several stores hold is taken once: from the one in which it was gone on with most often, else from the
    first. Its timings, versions and command come with it.

    Parameters
    ----------
    target : Store
        Open for writing.
    sources : sequence of Store

    Returns
    -------
    Merged

    Raises
    ------
    StoreError
        If two stores say of the same run that it ends in different places, or have different teachers; the target
        is then unchanged.
    """
    found = Merged()
    states = target.states()
    with target.transaction():
        for source in sources:
            _same_teacher(target, source)
            for identity, state in source.states().items():
                before = states.get(identity)
                if before is not None and before.parts >= state.parts:
                    if before.parts == state.parts:
                        _check(identity, before, state, source)
                    found.known += 1
                    continue
                target.copy_within(source, identity)
                states[identity] = state
                found.added += before is None
                found.continued += before is not None
            target.copy_theory_within(source)
    return found


def _same_teacher(target: Store, source: Store) -> None:
    """An empty target takes the teacher of the first source; all others must have it."""
    try:
        target.settle_teacher_within(source.teacher())
    except StoreError:
        raise StoreError(f"the teacher of {source.path} is another") from None


def _check(identity: tuple[Any, ...], before: State, state: State, source: Store) -> None:
    """Refuse where a run that two stores hold ended in different places."""
    if before.digest == state.digest:
        return
    for name in SAME_END:
        first, second = before.record[name], state.record[name]
        if first != second:
            run = f"{identity[0]}, {identity[1]}, (n, k) = ({identity[8]}, {identity[9]}), seed {identity[11]}"
            raise StoreError(f"{source.path} and another store differ in the run {run}: {name} {second} and {first}")


def differences(first: Store, second: Store) -> list[tuple[Any, ...]]:
    """Keys of the runs that are not, to the bit, the same in two stores (timings and versions aside). Exact."""
    one = {identity: state.digest for identity, state in first.states().items()}
    two = {identity: state.digest for identity, state in second.states().items()}
    return sorted(
        (identity for identity in one.keys() | two.keys() if one.get(identity) != two.get(identity)), key=str
    )

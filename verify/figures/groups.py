"""The runs of a store in groups that belong in one figure: same settings, same k, same dimension."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from numerics.teacher import Teacher
from verify.names import COPY_AVERAGE, PERTURBED_COPY
from verify.runs import Task
from verify.sweep.outcome import SETTING
from verify.sweep.store import Store


@dataclass(eq=False)
class Group:
    """Runs over n and seeds. Approximation.

    Attributes
    ----------
    setting : dict
        What the runs have in common.
    k, dim : int
    teacher : Teacher or None
        That of a file, if the store has one.
    name : str
        For file names.
    records : dict
        Of each run as in the JSON contract, by (n, seed).
    digests : dict
        Of each run, by (n, seed).
    """

    setting: dict[str, Any]
    k: int
    dim: int
    teacher: Teacher | None = None
    name: str = ""
    records: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    digests: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def sizes(self) -> list[int]:
        """Values of n."""
        return sorted({n for n, _ in self.records})

    def structures(self) -> list[str]:
        """Structures that occur, the theory's first."""
        found = {r["structure"] for r in self.records.values()}
        order = [COPY_AVERAGE, PERTURBED_COPY]
        return [s for s in order if s in found] + sorted(found - set(order))

    def counts(self, n: int) -> Counter[str]:
        """How often each structure occurs at n."""
        return Counter(r["structure"] for (m, _), r in self.records.items() if m == n)

    def task(self, n: int, seed: int) -> Task:
        """The task of a run."""
        return Task(n=n, k=self.k, dim=self.dim, seed=seed, teacher=self.teacher, **self.setting)

    def most_divided(self) -> int:
        """The n at which seeds are divided most evenly among structures; of these the nearest to k/2, the larger."""

        def evenness(n: int) -> tuple[int, float, int]:
            counts = self.counts(n)
            second = sorted(counts.values())[-2] if len(counts) > 1 else 0
            return second, -abs(n - self.k / 2), n

        return max(self.sizes, key=evenness)

    def describe(self) -> str:
        """The group in words."""
        s = self.setting
        way = "early finish" if s["early"] else "pure flow"
        return (
            f"{s['activation']}, initialisation {s['init']}, k = {self.k}, d = {self.dim}, {way}, gradient tolerance "
            f"{s['grad_tol']:g}, relative tolerance {s['rtol']:g}, {s['dps']} digits"
        )


def groups(store: Store, n: Sequence[int] | None = None, k: Sequence[int] | None = None) -> list[Group]:
    """The groups of a store. Exact.

    Parameters
    ----------
    store : Store
    n, k : sequence of int, optional
        Only these sizes.

    Returns
    -------
    list of Group
        In a fixed order, with names that are different.
    """
    found: dict[tuple[Any, ...], Group] = {}
    teacher = store.teacher()
    for identity, state in sorted(store.states().items(), key=lambda item: str(item[0])):
        setting = dict(zip(SETTING, identity, strict=False))
        size, teachers, dim, seed = identity[len(SETTING) :]
        if (n is not None and size not in n) or (k is not None and teachers not in k):
            continue
        group = found.setdefault((*setting.values(), teachers, dim), Group(setting, teachers, dim, teacher))
        group.records[size, seed] = state.record
        group.digests[size, seed] = state.digest
    return _named(sorted(found.values(), key=lambda g: (g.k, g.dim, str(g.setting))))


def _named(found: list[Group]) -> list[Group]:
    """Names as short as they can be told apart."""
    plain = Counter(_plain(group) for group in found)
    numbers: Counter[str] = Counter()
    for group in found:
        group.name = _plain(group)
        if plain[group.name] > 1:
            numbers[group.name] += 1
            group.name += f"-setting{numbers[group.name]}"
    return found


def _plain(group: Group) -> str:
    usual = "" if group.dim == group.k + 1 else f"-d{group.dim}"
    # Slopes and expressions have characters that file names and LaTeX do not like.
    activation = re.sub(r"[^A-Za-z0-9]+", "-", group.setting["activation"]).strip("-")
    return f"k{group.k}{usual}-{activation}-{group.setting['init']}"

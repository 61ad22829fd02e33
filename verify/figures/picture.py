"""A figure with its caption: what it shows, and which command, store, seeds and versions made it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from verify.figures.groups import Group
from verify.sweep.store import Store
from verify.versions import versions


@dataclass(frozen=True, eq=False)
class Picture:
    """A drawn figure. Approximation.

    Attributes
    ----------
    kind : str
        What is drawn.
    group : Group
    figure : matplotlib Figure
    text : str
        What there is to see.
    runs : tuple of (n, seed), or None
        The runs that were drawn; all of the group if None.
    """

    kind: str
    group: Group
    figure: Any
    text: str
    runs: tuple[tuple[int, int], ...] | None = None

    @property
    def name(self) -> str:
        """For files."""
        chosen = sorted({n for n, _ in self.runs}) if self.runs else []
        return f"{self.kind}-{self.group.name}" + (f"-n{chosen[0]}" if len(chosen) == 1 else "")


def caption(picture: Picture, store: Store, command: str) -> str:
    """The caption file of a figure. Exact.

    Parameters
    ----------
    picture : Picture
    store : Store
    command : str
        That drew the figure.
    """
    from matplotlib import __version__ as matplotlib

    group = picture.group
    runs = sorted(group.records if picture.runs is None else picture.runs)
    found = hashlib.sha256("".join(group.digests[run] for run in runs).encode()).hexdigest()
    lines = [
        picture.text,
        "",
        f"Runs: {len(runs)}; {group.describe()}.",
        f"n = {spans(n for n, _ in runs)}; seeds {spans(seed for _, seed in runs)}.",
        f"Store: {store.path.name}, identity {store.identity()}; SHA-256 over the digests of these runs: {found}.",
        *(f"Made by: {made}" for made in store.commands()),
        *(f"With: {_versions(json.loads(software))}" for software in store.software()),
        f"Drawn by: {command}",
        f"With: {_versions({**versions(), 'matplotlib': matplotlib})}",
    ]
    return "\n".join(lines) + "\n"


def _versions(found: dict[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in found.items())


def spans(numbers: Iterable[int]) -> str:
    """Numbers in short form.

    Examples
    --------
    >>> spans([3, 1, 2, 7])
    '1:3,7'
    """
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in found)

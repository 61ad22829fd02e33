"""Where the runs of a cell ended, counted by structure and loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mpmath import mp

from verify.findings import named
from verify.names import UNCLASSIFIED
from verify.universality.known import is_one_average

#: Digits of losses by which ends are told apart.
DIGITS = 9
#: The same for limits of losses that are extrapolated.
SHORT = 6


@dataclass(frozen=True)
class Ended:
    """One kind of end. Approximation.

    Attributes
    ----------
    label : str
        The structure with its groups; ``not converged`` where there is none.
    count, certified, identified : int
        Runs; those certified as an isolated critical point; and as the one of this name.
    loss : float or None
        None where the runs have not converged.
    index : int or None
    one_average : bool
        Whether n - 1 students copy and one averages.
    continuum : bool
        Whether the ends are no isolated points, scales apart.
    """

    label: str
    count: int
    certified: int
    identified: int
    loss: float | None
    index: int | None
    one_average: bool
    continuum: bool


def tally(records: Sequence[dict[str, Any]], n: int, k: int, activation: str) -> tuple[Ended, ...]:
    """Ends of the runs of a cell, most frequent first. Approximation.

    Parameters
    ----------
    records : sequence of dict
        As in the JSON contract.
    n, k : int
    activation : str

    Examples
    --------
    >>> tally([], 2, 3, "sin")
    ()
    """
    groups: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    for record in records:
        loss = mp.nstr(mp.mpf(record["loss"]), DIGITS) if record["converged"] else None
        groups.setdefault((label_of(record), loss), []).append(record)
    found = [_ended(label, loss, same, n, k, activation) for (label, loss), same in groups.items()]
    return tuple(sorted(found, key=lambda end: (-end.count, end.loss is None, end.loss or 0.0)))


def label_of(record: dict[str, Any]) -> str:
    """A run's end in words. Exact.

    Examples
    --------
    >>> label_of({"converged": False, "structure": "unclassified"})
    'not converged'
    """
    structure = record["structure"]
    if not record["converged"]:
        return "not converged" if structure == UNCLASSIFIED else _away(record)
    if structure == UNCLASSIFIED:
        return "a critical point without a name"
    spare = [(len(record["dead"]), "dead"), (sum(len(group) - 1 for group in record["collinear"]), "collinear")]
    more = [f"{count} {what}" for count, what in spare if count and structure != "duplicated"]
    return ", ".join([named(structure, record["partition"] or (), record), *more])


def _away(record: dict[str, Any]) -> str:
    """An end without a critical point, with the limit of the loss where that is known."""
    limit = (record.get("evidence") or {}).get("limit_loss")
    return str(record["structure"]) + ("" if limit is None else f", loss to {mp.nstr(mp.mpf(limit), SHORT)}")


def _ended(label: str, loss: str | None, records: list[dict[str, Any]], n: int, k: int, activation: str) -> Ended:
    first = records[0]
    structure = (first.get("blocks") or {}).get("structure", first["structure"])
    partition = tuple(first["partition"]) if first["partition"] else None
    whole = not first["dead"] and not first["collinear"]
    return Ended(
        label,
        len(records),
        sum(record["certificate"] == "unique" for record in records),
        sum(bool((record["certified"] or {}).get("identity")) for record in records),
        None if loss is None else float(loss),
        first["index"],
        bool(first["converged"]) and whole and is_one_average(structure, partition, n, k, activation),
        bool(first["converged"]) and (first["structure"] in ("continuum", "duplicated") or bool(first["collinear"])),
    )

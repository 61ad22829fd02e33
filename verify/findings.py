"""Cells of which the theory says nothing: what their flows ended in, one line for each end; and one neuron."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from mpmath import mp

from verify.cells import Cell

#: Digits of losses by which ends are told apart.
DIGITS = 9


def findings(cell: Cell) -> list[str]:
    """Ends of converged runs by their losses, lowest first, and the comparison of one neuron with its theory."""
    where = f"(n, k) = ({cell.problem.n}, {cell.problem.k})"
    groups: dict[tuple[str, str, Any], list[dict[str, Any]]] = {}
    for record in cell.records():
        if record["converged"]:
            loss = mp.nstr(mp.mpf(record["loss"]), DIGITS)
            groups.setdefault((loss, record["structure"], record["index"]), []).append(record)
    lines = []
    for (loss, structure, index), records in sorted(groups.items(), key=lambda item: mp.mpf(item[0][0])):
        certified = sum(record["certificate"] == "unique" for record in records)
        asked = records[0]["certificate"] is not None
        dimension = (records[0]["evidence"] or {}).get("dimension")
        what = f"index {index}" if dimension is None else f"dimension {dimension}"
        proof = f", {certified} certified" if asked and dimension is None else ""
        name = "a critical point" if structure == "unclassified" else structure
        lines.append(f"{where}: {len(records)} ended at {name} of loss {loss}, {what}{proof}.")
    return lines + _one_neuron(where, cell.records())


def _one_neuron(where: str, records: Sequence[dict[str, Any]]) -> list[str]:
    found = [record["one_neuron"] for record in records if record.get("one_neuron")]
    if not found:
        return []
    if found[0]["structure"] is None:
        return [f"{where}: one neuron: {found[0]['why']}."]
    agree = sum(one["agrees"] is True and "ended_at" not in one for one in found)
    gone = sum("why" in one for one in found)
    gone_words = f", {gone} vanished" if gone else ""
    at = f"{found[0]['structure']} with {found[0]['teachers']} teachers"
    free = (
        f", up to {found[0]['free']}"
        if found[0]["free"]
        else ", a certified minimum"
        if found[0]["certified"]
        else ""
    )
    distances = [mp.mpf(one["distance"]) for one in found if one.get("distance")]
    worst = f" (distance {mp.nstr(max(distances), 1)})" if distances else ""
    first = (
        f"{where}: one neuron: {agree} of {len(found)} runs ended where the theory says{gone_words}: "
        f"{at}{free}{worst}."
    )
    return [first, *_other_ends(where, found)]


def _other_ends(where: str, found: Sequence[dict[str, Any]]) -> list[str]:
    """Runs of one neuron that ended at another of its critical points."""
    ends = [one["ended_at"] for one in found if "ended_at" in one]
    groups = Counter(
        (e["structure"], e["teachers"], mp.nstr(mp.mpf(e["loss"]), DIGITS), e["index"], e["certified"]) for e in ends
    )
    lines = []
    for (structure, teachers, loss, index, certified), count in sorted(
        groups.items(), key=lambda item: mp.mpf(item[0][2])
    ):
        kind = "minimum" if index == 0 else f"saddle of index {index}"
        lines.append(
            f"{where}: one neuron: {count} ended at another {kind}{' (certified)' if certified else ''}: {structure} "
            f"with {teachers} teachers, loss {loss}."
        )
    return lines

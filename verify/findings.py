"""Cells of which the theory says nothing: what their flows ended in, one line for each end; and one neuron."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpmath import mp

from verify.cells import Cell
from verify.names import CONTINUUM

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
        proof = f", {certified} certified" if asked and structure != CONTINUUM else ""
        proof += _claimed(records)
        name = "a critical point" if structure == "unclassified" else structure
        lines.append(f"{where}: {len(records)} ended at {name} of loss {loss}, {what}{proof}.")
    return lines + _one_neuron(where, cell.records())


def _claimed(records: Sequence[dict[str, Any]]) -> str:
    """What a claim says of the loss of a continuum."""
    found = [record["claimed"] for record in records if record.get("claimed")]
    if not found or any(one["agrees"] is None for one in found):
        return ""
    agree = all(one["agrees"] for one in found)
    return f", the loss of claim {found[0]['claim']}" if agree else f", against claim {found[0]['claim']}"


def _one_neuron(where: str, records: Sequence[dict[str, Any]]) -> list[str]:
    found = [record["one_neuron"] for record in records if record.get("one_neuron")]
    if not found:
        return []
    if found[0]["structure"] is None:
        return [f"{where}: one neuron: {found[0]['why']}."]
    agree = sum(one["agrees"] is True for one in found)
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
    return [
        f"{where}: one neuron: {agree} of {len(found)} runs ended where the theory says{gone_words}: "
        f"{at}{free}{worst}."
    ]

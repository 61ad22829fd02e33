"""Cells of which the theory says nothing: what their flows ended in, one line for each end; and one neuron."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from mpmath import mp

from verify.cells import Cell
from verify.names import CONTINUUM, UNBOUNDED, UNCLASSIFIED, describe_partition

#: Digits of losses by which ends are told apart.
DIGITS = 9


def findings(cell: Cell) -> list[str]:
    """Ends of converged runs by their losses, lowest first, and the comparison of one neuron with its theory."""
    where = f"(n, k) = ({cell.problem.n}, {cell.problem.k})"
    groups: dict[tuple[str, str, Any, tuple[int, ...]], list[dict[str, Any]]] = {}
    for record in cell.records():
        if record["converged"]:
            loss = mp.nstr(mp.mpf(record["loss"]), DIGITS)
            key = loss, record["structure"], record["index"], tuple(record["partition"] or ())
            groups.setdefault(key, []).append(record)
    lines = []
    lines += _away(where, cell.records())
    for (loss, structure, index, partition), records in sorted(groups.items(), key=lambda item: mp.mpf(item[0][0])):
        certified = sum(record["certificate"] == "unique" for record in records)
        asked = records[0]["certificate"] is not None
        dimension = (records[0]["evidence"] or {}).get("dimension")
        what = f"index {index}" if dimension is None else f"dimension {dimension}"
        proof = f", {certified} certified" if asked and structure != CONTINUUM else ""
        proof += _claimed(records)
        name = "a critical point" if structure == UNCLASSIFIED else named(structure, partition, records[0])
        lines.append(f"{where}: {len(records)} ended at {name} of loss {loss}, {what}{proof}.")
    return lines + _one_neuron(where, cell.records())


def named(structure: str, partition: Sequence[int], record: dict[str, Any]) -> str:
    """A structure with its groups; on a continuum what else is known of it. Exact.

    Examples
    --------
    >>> named("perturbed-copy", (1, 1), {})
    'perturbed-copy 2 x 1'
    """
    groups = f" {describe_partition(partition)}" if partition else ""
    blocks = record.get("blocks") or {}
    if "structure" in blocks:
        return f"{structure} ({blocks['structure']}{groups})"
    if "shared" in blocks:
        smaller = blocks["shared"]
        inner = f" {describe_partition(smaller['partition'])}" if smaller["partition"] else ""
        count = smaller["neurons"]
        return f"{structure} (the function of {count} student{'s' * (count > 1)}: {smaller['structure']}{inner})"
    if "same_loss" in blocks:
        equal = blocks["same_loss"]
        return f"{structure} (as {equal['structure']} {describe_partition(equal['partition'])})"
    return structure + groups


def _away(where: str, records: Sequence[dict[str, Any]]) -> list[str]:
    """Runs whose weights grow for ever, by the losses of their limits."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for record in records:
        if record["structure"] == UNBOUNDED:
            evidence = record["evidence"]
            loss = mp.nstr(mp.mpf(evidence["limit_loss"]), DIGITS)
            kinds = Counter(
                kind for kind, group in zip(evidence["kinds"], evidence["students"], strict=True) for _ in group
            )
            words = " and ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
            groups.setdefault((loss, words), []).append(evidence)
    lines = []
    for (loss, words), found in sorted(groups.items(), key=lambda item: mp.mpf(item[0][0])):
        rates = [rate for evidence in found for rate in evidence["rates"]]
        lines.append(
            f"{where}: {len(found)} ended at {UNBOUNDED}: {words} at infinity, a strict minimum of the limit, "
            f"loss {loss} (growth over the derived rate {min(rates):.2f} to {max(rates):.2f})."
        )
    return lines


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

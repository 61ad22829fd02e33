"""Tables for people: one row per (n, k), and every run that is not as predicted with its evidence."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from mpmath import mp
from rich.console import Console
from rich.table import Table

from verify.cells import Cell, as_predicted, undecided
from verify.course_report import not_as_asked, proved_flows
from verify.findings import findings
from verify.names import (
    ALL_DEAD,
    CHANNEL,
    COPY_AVERAGE,
    DEGENERATE,
    DORMANT,
    DUPLICATED,
    FINISHED_EARLY,
    PARTIAL_AVERAGE,
    PERTURBED_COPY,
    PERTURBED_COPY_AVERAGE,
    RAN_ON,
    UNBOUNDED,
    UNDECIDED,
    UP_TO_SCALE,
    describe_partition,
)
from verify.prediction import Prediction

#: Width of tables that do not go to a terminal.
WIDTH = 118
SHORT = {
    COPY_AVERAGE: "CA",
    ALL_DEAD: "all dead",
    PERTURBED_COPY: "PC",
    PERTURBED_COPY_AVERAGE: "PC + average",
    PARTIAL_AVERAGE: "partial",
    CHANNEL: "channel",
    DUPLICATED: "duplicated",
    DEGENERATE: "degenerate minimum",
    DORMANT: "dormant",
    UNBOUNDED: "norms to infinity",
    UP_TO_SCALE: "isolated up to scale",
}


def console() -> Console:
    """Standard output, as wide as the terminal or as a page."""
    width = shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else WIDTH
    return Console(width=max(width, 80), highlight=False, emoji=False)


def label(structure: str, partition: Sequence[int] | None) -> str:
    """Short name of a structure with its partition.

    Examples
    --------
    >>> label("copy-average", [1, 2])
    'CA 1 + 2'
    """
    name = SHORT.get(structure, structure)
    return f"{name} {describe_partition(partition)}" if partition else name


def _worst(values: Sequence[str | None]) -> str:
    numbers = [mp.mpf(value) for value in values if value is not None]
    return mp.nstr(max(numbers), 1) if numbers else ""


def _ends(records: Sequence[dict[str, Any]]) -> str:
    counts = Counter(ended(r) if r["converged"] or r["structure"] in SHORT else "not converged" for r in records)
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


def _predicted(cell: Cell) -> str:
    if cell.problem.why_no_theory():
        return "nothing"
    whole = [p for p in cell.predicted if p.neurons in (None, cell.problem.n)]
    reached = [
        p for p in cell.predicted if p not in whole and any(r["converged"] and p.holds(r) for r in cell.records())
    ]
    lines = [_prediction(p, cell.problem.n) for p in [*whole, *reached]]
    if cell.problem.n == cell.problem.k:
        lines.append("(every neuron copies)")
    if len(cell.predicted) > len(lines):
        lines.append(f"{len(cell.predicted) - len(whole) - len(reached)} more of fewer neurons")
    return "\n".join(lines)


def _prediction(p: Prediction, n: int) -> str:
    fewer = (
        ""
        if p.neurons == 0
        else f", {p.neurons} neuron{'' if p.neurons == 1 else 's'}"
        if p.neurons not in (None, n)
        else ""
    )
    return f"{label(p.structure, p.partition)}{fewer}  {float(p.loss):.6g}"


def ended(record: dict[str, Any]) -> str:
    """Short name of where a run ended, with its dead and collinear neurons.

    Examples
    --------
    >>> ended({"structure": "copy-average", "partition": [3], "dead": [1], "collinear": []})
    'CA 3, 1 dead'
    """
    name = label(record["structure"], record["partition"])
    if record["structure"] in (DUPLICATED, ALL_DEAD):
        return name
    spare = [(len(record["dead"]), "dead"), (sum(len(group) - 1 for group in record["collinear"]), "collinear")]
    return ", ".join([name, *(f"{count} {what}" for count, what in spare if count)])


def verify_table(cells: Sequence[Cell]) -> Table:
    """The table of ``copy-average verify``."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    asked = any("flow_proof" in record for cell in cells for record in cell.records())
    for name, justify in (
        ("n", "right"),
        ("k", "right"),
        ("predicted minima", "left"),
        ("flows ended at", "left"),
        ("index", "left"),
        ("|grad|", "left"),
        ("distance", "left"),
        ("certified", "left"),
        ("basins", "left"),
        ("ms", "right"),
        *([("flows", "left"), ("s", "right")] if asked else []),
        ("verdict", "left"),
    ):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for cell in cells:
        records = cell.records()
        done = [r for r in records if r["converged"]]
        indices = sorted({_index(r) for r in done} - {None})  # type: ignore[type-var]
        table.add_row(
            str(cell.problem.n),
            str(cell.problem.k),
            _predicted(cell),
            _ends(records) or "no run finished",
            ",".join(map(str, indices)),
            _worst([r["grad_inf"] for r in done]),
            _worst([r["distance"] for r in done]),
            *_certified(records, [run.certificate_seconds for run in cell.runs.values()]),
            *(proved_flows(records, [run.proof_seconds for run in cell.runs.values()]) if asked else ()),
            cell.verdict,
        )
    return table


def _index(record: dict[str, Any]) -> int | None:
    """The certified index where there is one."""
    proved = (record["certified"] or {}).get("index")
    found: int | None = record["index"] if proved is None else proved
    return found


def _certified(records: Sequence[dict[str, Any]], times: Sequence[float]) -> tuple[str, str, str]:
    """How many end points are certified (as unique, or on a line), how many basins, mean milliseconds of each."""
    asked = [r for r in records if r["certificate"] is not None]
    if not asked:
        return "", "", ""
    unique = [r for r in asked if r["certificate"] == "unique"]
    lines = sum(1 for r in asked if r["certified"].get("line"))
    basins = sum(1 for r in unique if r["certified"]["basin"])
    seconds = [time for time in times if time > 0]
    return (
        f"{len(unique)}/{len(asked)}" + (f", {lines} on lines" if lines else ""),
        f"{basins}/{len(asked)}",
        f"{1000 * sum(seconds) / len(seconds):.0f}" if seconds else "",
    )


def certificate_line(record: dict[str, Any]) -> str:
    """What was proved of one network, in a line."""
    proved = record["certified"]
    if proved is None:
        return "not asked for"
    if proved.get("line"):
        return f"a line of critical points; Hessian of rank {proved['rank']} of {proved['parameters']}"
    if record["certificate"] != "unique":
        return f"{record['certificate']}: {proved.get('why') or 'no reason is known'}"
    identity = {True: "it is the structure", False: "it is not the structure", None: "identity not decided"}
    parts = [f"exactly one critical point within {proved['uniqueness_radius']}", identity[proved["identity"]]]
    if proved["index"] is not None:
        parts.append(f"index {proved['index']}, |eigenvalues| >= {proved['lambda_min']}")
    parts.append("gradient flow goes there" if proved["basin"] else f"basin not proved: {proved.get('why')}")
    return "; ".join(parts)


def exceptions(cells: Sequence[Cell]) -> list[str]:
    """A paragraph for every run that did not end as predicted, with the evidence."""
    lines = []
    for cell in cells:
        if cell.problem.why_no_theory():
            lines.append(
                f"(n, k) = ({cell.problem.n}, {cell.problem.k}): nothing is claimed, {cell.problem.why_no_theory()}."
            )
        other = cell.problem.why_no_theory() is not None
        lines += findings(cell) if other else []
        for record in cell.records():
            told = record["converged"] or record["structure"] == UNBOUNDED
            if other and told and undecided(record) is None and not not_as_asked(record):
                continue
            where = f"(n, k) = ({cell.problem.n}, {cell.problem.k}), seed {record['seed']}"
            doubt = undecided(record)
            if doubt is not None:
                lines.append(f"{where}: {UNDECIDED} ({doubt['structure']}, at time {doubt['time']:.3g}).")
            if not as_predicted(record, cell.predicted):
                lines.append(f"{where}: {explain(record)}")
            lines += [f"{where}: {sentence}" for sentence in [*_not_certified(record), *not_as_asked(record)]]
    return lines


def explain(record: dict[str, Any]) -> str:
    """One run in words, with the numbers that show it."""
    shown = {CHANNEL: _channel, DUPLICATED: _duplicated, DORMANT: _dormant}.get(record["structure"])
    if shown is not None:
        return shown(record, record["evidence"])
    if not record["converged"]:
        return f"{record['stop']} (gradient {record['flow_grad_inf']:.1e} at time {record['flow_time']:.3g})."
    point = f"a critical point of index {record['index']}"
    if record["structure"] in (COPY_AVERAGE, PERTURBED_COPY):
        return f"{label(record['structure'], record['partition'])}, {point}, not a predicted minimum."
    described = (record["evidence"] or {}).get("description")
    if described:
        return f"{point} and loss {record['loss'][:14]} without a name: {described}{_spare(record)}."
    near = ""
    if record["runner_up"]:
        near = f"; nearest is {record['runner_up']} at distance {record['runner_up_distance']}"
    return f"{point} and loss {record['loss'][:14]} that the theory does not name{near}."


def _spare(record: dict[str, Any]) -> str:
    """Dead and collinear neurons of a run, in words."""
    dead = f"; dead: {', '.join(map(str, record['dead']))}" if record["dead"] else ""
    groups = ["{" + ", ".join(map(str, group)) + "}" for group in record["collinear"]]
    return dead + (f"; collinear: {', '.join(groups)}" if groups else "")


def _not_certified(record: dict[str, Any]) -> list[str]:
    """What was not proved of a converged run, and why."""
    proved = record["certified"]
    if proved is None or not record["converged"] or record["structure"] == DUPLICATED:
        return []
    why = proved.get("why", "no reason is known")
    if record["certificate"] != "unique":
        return [f"not certified ({record['certificate']}): {why}."]
    if proved["index"] is None or (proved["identity"] is None and record["distance"] is not None):
        return [f"index or identity not certified: {why}."]
    if proved["identity"] is False:
        return ["it is certainly not the structure that it was matched with."]
    # To finish early is to give up the basin, asked for and shown in the table: not an exception of each run. Nor are
    # dead and collinear neurons of ReLU, whose ends are continua.
    usual = why == FINISHED_EARLY or bool(record["dead"]) or bool(record["collinear"])
    return [] if proved["basin"] or usual else [f"basin not certified: {why}."]


def _channel(record: dict[str, Any], evidence: dict[str, Any]) -> str:
    if len(evidence["students"]) == 3:
        students = ", ".join(map(str, evidence["students"]))
        return (
            f"channel to infinity of second order. Students {students} are parallel to 1 - cos = "
            f"{evidence['one_minus_cosine']:.1e} with coefficients in the ratio -2 : 1 : 1, growing like "
            f"t^{evidence['growth_exponent']:.3f} (2/3 in such a channel), {evidence['rate']:.3f} of the derived "
            f"growth; the limit problem has a strict minimum of loss {evidence['limit_loss']:.8f}."
        )
    i, j = evidence["students"]
    first, second = evidence["outgoing"]
    return (
        f"channel to infinity. Students {i} and {j} are parallel to 1 - cos = {evidence['one_minus_cosine']:.1e} "
        f"with outgoing weights {first:.4g} and {second:.4g}, growing like t^{evidence['growth_exponent']:.3f} "
        f"(1/4 in a channel); the loss falls to {evidence['limit_loss']:.8f}.{_limit(evidence.get('limit'))}"
    )


def _limit(limit: dict[str, Any] | None) -> str:
    """What is known of the limit network, in a sentence."""
    if limit is None:
        return ""
    known = f"{str(limit['loss'])[:20]}, a critical value of the limit problem"
    if not limit["certified"]:
        return f" Limit network: {known} (numerical)."
    outward = {True: "the loss falls outwards", False: "the loss rises outwards", None: "direction not decided"}
    return f" Limit network: {known} (proved: index {limit['index']}, {outward[limit['outward']]})."


def _duplicated(record: dict[str, Any], evidence: dict[str, Any]) -> str:
    pairs = "; ".join(
        f"students {i} and {j} coincide, a = {a:.4f} and {b:.4f}"
        for (i, j), (a, b) in zip(evidence["students"], evidence["outgoing"], strict=True)
    )
    return (
        f"duplicated neuron: {pairs}. Merged they are {label(evidence['merged_structure'], record['partition'])}: "
        f"a line of critical points ({_rank(record)}), approached like t^-{evidence['shrinking_exponent']:.2f}."
    )


def _rank(record: dict[str, Any]) -> str:
    proved = record["certified"] or {}
    if proved.get("line"):
        return f"proved; Hessian of rank {proved['rank']} of {proved['parameters']}, index {proved['index']}"
    return f"Hessian with {record['zero_eigenvalues']} zero eigenvalues"


def _dormant(record: dict[str, Any], evidence: dict[str, Any]) -> str:
    others = label(evidence["others_structure"], evidence["others_partition"])
    return (
        f"not converged. Student {evidence['student']} has gone dormant (outgoing weight "
        f"{evidence['outgoing']:.1e}), the others are {others}: a degenerate saddle that double precision cannot "
        "leave."
    )


def summary(cells: Sequence[Cell], *, interrupted: bool) -> str:
    """The last line of ``copy-average verify``."""
    records = [(cell, record) for cell in cells for record in cell.records()]
    good = sum(as_predicted(record, cell.predicted) for cell, record in records)
    verdicts = Counter(cell.verdict for cell in cells)
    counted = ", ".join(f"{count} {name}" for name, count in verdicts.most_common())
    head = f"{good} of {len(records)} flows ended at a minimum of the theory; cells: {counted}."
    ran_on = sum(1 for _, record in records if any(e["event"] == RAN_ON for e in record["events"]))
    doubtful = sum(1 for _, record in records if undecided(record) is not None)
    head += _lives(records)
    if doubtful:
        head += f" {doubtful} are undecided: a more accurate flow ends elsewhere."
    if ran_on:
        head += f" {ran_on} flows were run on below the gradient tolerance, into the certified basin."
    return ("Interrupted. " if interrupted else "") + head


def lives(events: Sequence[dict[str, Any]]) -> str:
    """Deaths and revivals of a run, in words; empty if there are none.

    Examples
    --------
    >>> lives([{"event": "died", "neuron": 1, "time": 0.5, "balance": 2.0, "margin": 0.1}])
    'neuron 1 died at time 0.5 (a^2 - |w|^2 = 2)'
    """
    words = {"died": "died", "revived": "came back"}
    return "; ".join(
        f"neuron {e['neuron']} {words[e['event']]} at time {e['time']:.8g} (a^2 - |w|^2 = {e['balance']:.6g})"
        for e in events
        if e["event"] in words
    )


def _lives(records: Sequence[tuple[Cell, dict[str, Any]]]) -> str:
    """How many neurons died and came back, and how many runs end with dead or collinear ones (ReLU)."""
    rectified = [record for _, record in records if "spare" in record]
    if not rectified:
        return ""
    events = Counter(event["event"] for record in rectified for event in record["events"])
    dead = sum(1 for record in rectified if record["dead"])
    collinear = sum(1 for record in rectified if record["collinear"])
    return (
        f" Neurons died {events['died']} times and came back {events['revived']} times; {dead} flows end with dead "
        f"neurons, {collinear} with collinear ones."
    )


def neurons_table(theta: Any, problem: Any, assignment: Sequence[Sequence[int]] | None) -> Table:
    """The student's neurons: norms, outgoing weights and the teachers that they copy or average."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("student", "norm", "outgoing", "largest |cosine|", "teachers"):
        table.add_column(name, justify="left" if name == "teachers" else "right")
    weights = [[float(x) for x in row] for row in theta]
    for i, row in enumerate(weights):
        norm = sum(x * x for x in row[:-1]) ** 0.5
        overlaps = problem.teacher @ row[:-1]
        lengths = (problem.teacher**2).sum(axis=1) ** 0.5
        cosine = max(abs(overlaps / lengths)) / norm if norm > 0 else 0.0
        taken = ", ".join(str(j) for j in assignment[i]) if assignment and i < len(assignment) else ""
        table.add_row(str(i), f"{norm:.10f}", f"{row[-1]:.10f}", f"{cosine:.10f}", taken)
    return table

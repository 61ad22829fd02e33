"""A cell is one (n, k): its runs, its predictions and its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from numerics.problem import Problem
from verify.certificates.existence import Status
from verify.names import (
    AGREES,
    CHANNEL,
    CONTINUUM,
    CONTRADICTS,
    DEGENERATE,
    DUPLICATED,
    UNBOUNDED,
    UNCLASSIFIED,
    UNDECIDED,
    UNKNOWN,
    UNPREDICTED,
)
from verify.prediction import Prediction, predict

#: Ends that show by themselves that a flow went elsewhere.
ELSEWHERE = (CHANNEL, DUPLICATED)
#: Ends at infinity, with evidence of the limit: no point is converged to.
AWAY = (UNBOUNDED, CHANNEL)
#: What theory says of a run beside its structures; where one of these does not agree the cell contradicts.
COMPARED = ("one_neuron", "claimed")

#: Exit statuses of the command line.
EXIT = {AGREES: 0, UNPREDICTED: 0, CONTRADICTS: 1, UNKNOWN: 3}


class Recorded(Protocol):
    """What a cell needs of a finished run, just done or read from a store. Approximation."""

    @property
    def record(self) -> dict[str, Any]:
        """The run as in the JSON contract."""

    @property
    def certificate_seconds(self) -> float:
        """Time of the certificate."""

    @property
    def proof_seconds(self) -> float:
        """Time of the proof that the flow converges."""


@dataclass(eq=False)
class Cell:
    """Runs and predictions of one (n, k). Approximation.

    Attributes
    ----------
    problem : Problem
    dps : int
    predicted : tuple of Prediction
    runs : dict
        Finished runs by seed.
    """

    problem: Problem
    dps: int
    predicted: tuple[Prediction, ...]
    runs: dict[int, Recorded] = field(default_factory=dict)

    def records(self) -> list[dict[str, Any]]:
        """The finished runs in the order of their seeds."""
        return [self.runs[seed].record for seed in sorted(self.runs)]

    @property
    def verdict(self) -> str:
        """The cell's verdict as in the contract."""
        return verdict(self.records(), self.predicted, self.problem.why_no_theory())

    def exit_status(self) -> int:
        """0, 1 or 3; without predictions 0 only if every run converged, and was certified where that was asked.

        Named ends that are no isolated points count as converged.
        """
        if any(_compared(record, False) for record in self.records()):
            return EXIT[CONTRADICTS]
        if self.verdict == UNPREDICTED and not all(map(_settled, self.records())):
            return EXIT[UNKNOWN]
        return EXIT[self.verdict]

    def document(self) -> dict[str, Any]:
        """The cell as in the JSON contract."""
        document = {
            "n": self.problem.n,
            "k": self.problem.k,
            "dim": self.problem.dim,
            "verdict": self.verdict,
            "predicted": [p.document(self.dps) for p in self.predicted],
            "runs": self.records(),
        }
        why = self.problem.why_no_theory()
        return document if why is None else {**document, "why_unpredicted": why}


def _settled(record: dict[str, Any]) -> bool:
    if record["structure"] in AWAY:
        # Found and named with its limit network.
        evidence = record["evidence"] or {}
        return any(evidence.get(key) is not None for key in ("rates", "rate", "limit"))
    # On a continuum that was found and named there is nothing isolated to certify; nor on a line of minima.
    if record["structure"] == DUPLICATED and record["index"] == 0:
        return bool(record["converged"]) and _flow_proved(record)
    # A continuum has no isolated point to certify: there the loss that a claim proves for all its minima has to be
    # that of the run, or the function has to be that of a structure, or its loss. Other continua are not settled
    # where certificates were asked for.
    blocks = record.get("blocks") or {}
    shared = (blocks.get("shared") or {}).get("structure", UNCLASSIFIED) != UNCLASSIFIED
    called = shared or "structure" in blocks or "same_loss" in blocks
    known = record["structure"] == CONTINUUM and (_compared(record, True) or called)
    flat = known or record["structure"] == DEGENERATE
    certified = record.get("certificate") in (None, Status.UNIQUE.name.lower()) or flat
    return bool(record["converged"]) and certified and _flow_proved(record)


def _compared(record: dict[str, Any], agrees: bool) -> bool:
    """Whether a comparison with the theory came out like this. Exact."""
    return any((record.get(name) or {}).get("agrees") is agrees for name in COMPARED)


def _flow_proved(record: dict[str, Any]) -> bool:
    """Whether the flow from the initial point was proved to converge, where that was asked."""
    found = record.get("flow_proof")
    return found is None or bool(found["proved"])


def make_cell(problem: Problem, dps: int, *, certified: bool = False) -> Cell:
    """An empty cell with its predictions, proved to be minima if asked. Approximation."""
    return Cell(problem, dps, predict(problem, dps=dps, certified=certified))


def undecided(record: dict[str, Any]) -> dict[str, Any] | None:
    """The event of a run whose end a more accurate flow did not confirm. Exact."""
    return next((event for event in record.get("events", ()) if event["event"] == UNDECIDED), None)


def as_predicted(record: dict[str, Any], predicted: Sequence[Prediction]) -> bool:
    """Whether a run ended in one of the predicted structures. Approximation."""
    return bool(record["converged"]) and any(p.holds(record) for p in predicted)


def judge(record: dict[str, Any], predicted: Sequence[Prediction]) -> str:
    """What one run says of the theory: ``agrees``, ``contradicts`` or ``unknown``. Approximation.

    Where certificates were asked for, only what they prove counts: a run agrees if its end point is certified
    unique and identical with a predicted minimum; any other certified critical point contradicts. A run whose end
    a more accurate flow does not confirm says nothing.
    """
    if undecided(record) is not None:
        return UNKNOWN
    if record["structure"] in ELSEWHERE:
        return CONTRADICTS
    if not record["converged"]:
        return UNKNOWN
    named = as_predicted(record, predicted)
    if record.get("certificate") is None:
        return AGREES if named else UNKNOWN
    proved = record["certified"]
    if record["certificate"] != Status.UNIQUE.name.lower() or proved["index"] is None:
        return UNKNOWN
    if named and proved["identity"] is not False:
        # A prediction is of minima: the identical point with another index would refute it.
        if proved["identity"] is None:
            return UNKNOWN
        return CONTRADICTS if proved["index"] != 0 else AGREES if _flow_proved(record) else UNKNOWN
    return CONTRADICTS


def verdict(records: Sequence[dict[str, Any]], predicted: Sequence[Prediction], why_no_theory: str | None) -> str:
    """Verdict of a cell from its runs. Approximation.

    ``agrees`` if every run ended in a predicted structure; ``contradicts`` if one demonstrably ended elsewhere;
    ``unknown`` if one did not converge, or could not be certified where that was asked; ``unpredicted`` where the
    theory says nothing. No runs at all are ``unknown``.

    Examples
    --------
    >>> verdict([], (), None)
    'unknown'
    """
    if why_no_theory is not None:
        return UNPREDICTED
    judgements = {judge(record, predicted) for record in records}
    if CONTRADICTS in judgements:
        return CONTRADICTS
    return AGREES if judgements == {AGREES} else UNKNOWN


def exit_status(cells: Sequence[Cell]) -> int:
    """Exit status of a whole command: 1 comes before 3. Exact."""
    statuses = {cell.exit_status() for cell in cells}
    return 1 if 1 in statuses else 3 if 3 in statuses else 0

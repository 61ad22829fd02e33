"""A cell is one (n, k): its runs, its predictions and its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from numerics.precision import decimal
from numerics.problem import Problem
from verify.names import AGREES, CHANNEL, CONTRADICTS, DUPLICATED, UNKNOWN, UNPREDICTED
from verify.prediction import Prediction, predict
from verify.runs import Run

#: Ends that show by themselves that a flow went elsewhere.
ELSEWHERE = (CHANNEL, DUPLICATED)

#: Exit statuses of the command line.
EXIT = {AGREES: 0, UNPREDICTED: 0, CONTRADICTS: 1, UNKNOWN: 3}


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
    runs: dict[int, Run] = field(default_factory=dict)

    def records(self) -> list[dict[str, Any]]:
        """The finished runs in the order of their seeds."""
        return [self.runs[seed].record for seed in sorted(self.runs)]

    @property
    def verdict(self) -> str:
        """The cell's verdict as in the contract."""
        return verdict(self.records(), self.predicted, self.problem.why_no_theory())

    def exit_status(self) -> int:
        """0, 1 or 3; without predictions 0 only if every run converged."""
        if self.verdict == UNPREDICTED and not all(record["converged"] for record in self.records()):
            return EXIT[UNKNOWN]
        return EXIT[self.verdict]

    def document(self) -> dict[str, Any]:
        """The cell as in the JSON contract."""
        document = {
            "n": self.problem.n,
            "k": self.problem.k,
            "dim": self.problem.dim,
            "verdict": self.verdict,
            "predicted": [
                {
                    "structure": p.structure,
                    "partition": list(p.partition) if p.partition else None,
                    "loss": decimal(p.loss, self.dps),
                    "minimum": True,
                }
                for p in self.predicted
            ],
            "runs": self.records(),
        }
        why = self.problem.why_no_theory()
        return document if why is None else {**document, "why_unpredicted": why}


def make_cell(problem: Problem, dps: int) -> Cell:
    """An empty cell with its predictions. Approximation."""
    return Cell(problem, dps, predict(problem, dps=dps))


def as_predicted(record: dict[str, Any], predicted: Sequence[Prediction]) -> bool:
    """Whether a run ended in one of the predicted structures. Approximation."""
    if not record["converged"]:
        return False
    partition = tuple(record["partition"]) if record["partition"] else None
    return any((record["structure"], partition) == (p.structure, p.partition) for p in predicted)


def verdict(records: Sequence[dict[str, Any]], predicted: Sequence[Prediction], why_no_theory: str | None) -> str:
    """Verdict of a cell from its runs. Approximation.

    ``agrees`` if every run ended in a predicted structure; ``contradicts`` if one demonstrably ended elsewhere;
    ``unknown`` if one did not converge, or ended at a point that is not named and not certified;
    ``unpredicted`` where the theory says nothing. No runs at all are ``unknown``.

    Examples
    --------
    >>> verdict([], (), None)
    'unknown'
    """
    if why_no_theory is not None:
        return UNPREDICTED
    if any(record["structure"] in ELSEWHERE for record in records):
        return CONTRADICTS
    if records and all(as_predicted(record, predicted) for record in records):
        return AGREES
    return UNKNOWN


def exit_status(cells: Sequence[Cell]) -> int:
    """Exit status of a whole command: 1 comes before 3. Exact."""
    statuses = {cell.exit_status() for cell in cells}
    return 1 if 1 in statuses else 3 if 3 in statuses else 0

"""The flows and figures that the document brings along, run when it is built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mpmath import mp

from numerics.problem import Problem
from numerics.structures import copy_average_point, perturbed_copy_point
from verify import report
from verify.cells import Cell, make_cell
from verify.certificates.described import DIGITS, LOSS_DIGITS, rounded
from verify.certificates.structures import certify_structure
from verify.names import PERTURBED_COPY, describe_partition
from verify.pool import runs
from verify.runs import Task

#: Seeds for each number of students.
SEEDS = 4
#: Teachers of the sweep unless sizes are given, and most of them if they are.
TEACHERS, MOST = 6, 8


@dataclass(frozen=True)
class Row:
    """One line of the sweep's table, as text. Approximation.

    Attributes
    ----------
    n, predicted, ended, certified, verdict : str
    """

    n: str
    predicted: str
    ended: str
    certified: str
    verdict: str


@dataclass(frozen=True, eq=False)
class Sweep:
    """A small sweep. Approximation.

    Attributes
    ----------
    k, seeds : int
    cells : tuple of Cell
    """

    k: int
    seeds: int
    cells: tuple[Cell, ...]

    def rows(self) -> tuple[Row, ...]:
        """The table."""
        return tuple(map(_row, self.cells))


def sweep(k: int, *, jobs: int, progress: Callable[[str], None]) -> Sweep:
    """Run the flows for all n up to k. Approximation."""
    cells = {n: make_cell(Problem(n, k), 50, certified=True) for n in range(1, k + 1)}
    tasks = [Task(n, k, k + 1, "erf", "glorot", seed, 50) for n in cells for seed in range(SEEDS)]
    for count, (task, run) in enumerate(runs(tasks, jobs=jobs), start=1):
        cells[task.n].runs[task.seed] = run
        progress(f"flows {count} of {len(tasks)}")
    return Sweep(k, SEEDS, tuple(cells.values()))


def _row(cell: Cell) -> Row:
    records = cell.records()
    ends = Counter(report.label(r["structure"], r["partition"]) for r in records)
    proved = sum(r.get("certificate") == "unique" for r in records)
    predicted = "; ".join(f"{report.label(p.structure, p.partition)}: {mp.nstr(p.loss, 6)}" for p in cell.predicted)
    ended = ", ".join(f"{count} {name}" for name, count in ends.most_common())
    return Row(str(cell.problem.n), predicted, ended, f"{proved}/{len(records)}", cell.verdict)


@dataclass(frozen=True)
class Certified:
    """A structure at given sizes with what its certificate proves, as text. Enclosure.

    Attributes
    ----------
    structure, status, loss, index, eigenvalue, radius : str
    """

    structure: str
    status: str
    loss: str
    index: str
    eigenvalue: str
    radius: str


def certificates(n: int, k: int) -> tuple[tuple[Certified, dict[str, Any] | None], ...]:
    """Certificates of the optimal copy-average point and of the perturbed copy, with their files. Enclosure."""
    from verify.certificates.document import certificate_document

    problem = Problem(n, k)
    points: Sequence[Any] = [copy_average_point([1] * (n - 1) + [k - n + 1], dps=50)]
    if n < k and (found := perturbed_copy_point(n, k, dps=50)) is not None:
        points = [*points, found]
    answers = []
    for point in points:
        proof = certify_structure(problem, point)
        low, high = proof.loss if proof.loss is not None else (mp.nan, mp.nan)
        proved = proof.index is not None and proof.lambda_min is not None
        name = "PC" if point.name == PERTURBED_COPY else f"CA {describe_partition(point.partition)}"
        row = Certified(
            name,
            proof.status.name.lower(),
            f"[{rounded(low, LOSS_DIGITS, up=False)}, {rounded(high, LOSS_DIGITS, up=True)}]",
            str(proof.index) if proved else "not decided",
            rounded(proof.lambda_min, DIGITS, up=False) if proof.lambda_min is not None else "",
            rounded(proof.radius, DIGITS, up=True) if proof.radius is not None else "",
        )
        answers.append((row, certificate_document(problem, proof)))
    return tuple(answers)

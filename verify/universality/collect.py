"""From finished runs to answers: tallies and structures of every cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from verify.runs import Task
from verify.universality.answer import Answer, CellAnswer
from verify.universality.beyond import beyond
from verify.universality.criterion import criterion
from verify.universality.known import known
from verify.universality.tally import tally


def collect(
    tasks: Sequence[Task],
    records: Mapping[Task, dict[str, Any]],
    activations: Sequence[str],
    *,
    larger: Sequence[int] = (),
    tell: Callable[[str], None] = lambda line: None,
) -> tuple[Answer, ...]:
    """The answers for some activations. Approximation.

    Parameters
    ----------
    tasks : sequence of Task
        All runs that were planned.
    records : mapping
        Of the finished ones, as in the JSON contract.
    activations : sequence of str
    larger : sequence of int
        Numbers of teachers for which structures alone are solved.
    tell : callable, optional
        Called with a line on what is being solved.

    Returns
    -------
    tuple of Answer
    """
    cells: dict[tuple[str, int, int], list[dict[str, Any]]] = {}
    for task in sorted(tasks, key=lambda task: task.seed):
        found = cells.setdefault((task.activation, task.k, task.n), [])
        if task in records:
            found.append(records[task])
    answers = []
    for activation in activations:
        mine = sorted((k, n) for name, k, n in cells if name == activation)
        made = []
        for k, n in mine:
            tell(f"{activation}, (n, k) = ({n}, {k})")
            done = cells[activation, k, n]
            ends = tally(done, n, k, activation)
            made.append(CellAnswer(n, k, len(done), known(activation, n, k), ends))
        numbers = criterion(activation)
        answers.append(Answer(activation, numbers, tuple(made), beyond(activation, numbers, larger, tell=tell)))
    return tuple(answers)

"""The plan of a sweep: its runs in a fixed order, its shards, and what it is likely to cost. Exact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from numerics.problem import Problem
from verify.runs import Task
from verify.sweep.outcome import key
from verify.sweep.rows import State


@dataclass(frozen=True)
class Shard:
    """One of the parts into which the runs of a sweep are divided, counted from 1. Exact."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def parse_shard(text: str) -> Shard:
    """A shard as written on the command line. Exact.

    Raises
    ------
    ValueError
        Unless it is i/N with 1 <= i <= N.

    Examples
    --------
    >>> parse_shard("2/3")
    Shard(number=2, of=3)
    """
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text.strip())
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise ValueError(f"got {text!r}, needs i/N with 1 <= i <= N, like 2/8")
    return Shard(int(found[1]), int(found[2]))


def plan(
    problems: Sequence[Problem], inits: Sequence[str], seeds: int, template: Task, shard: Shard | None = None
) -> list[Task]:
    """The runs of a sweep, the longest first, or one shard of them. Exact.

    The order depends on the grid alone: all shards of a grid are disjoint and together the whole of it, and each has
    runs of all sizes.

    Parameters
    ----------
    problems : sequence of Problem
    inits : sequence of str
    seeds : int
        Seeds 0 .. seeds - 1.
    template : Task
        Everything else.
    shard : Shard, optional

    Returns
    -------
    list of Task
    """
    tasks = [
        replace(template, n=p.n, k=p.k, dim=p.dim, activation=p.activation, init=init, seed=seed)
        for p in problems
        for init in inits
        for seed in range(seeds)
    ]
    tasks.sort(key=lambda task: (-expected_seconds(task), key(task)))
    return tasks if shard is None else tasks[shard.number - 1 :: shard.of]


def expected_seconds(task: Task) -> float:
    """Rough cost of one run on one core: only order, estimates and time left depend on it. Approximation.

    From the order of the system, n (dim + 1): for k = 20 and 50 within a factor of two or three of what was measured.
    At n = k, where flows run into channels to infinity and have to be followed there, several times as much.
    """
    order = task.n * (task.dim + 1)
    flow = 0.02 + (0.5 if task.early else 0.8) * (order / 1000)
    proof = 0.01 + 0.55 * (order / 1300) ** 2 if task.certify else 0.0
    flow *= (4 if task.n == task.k else 1) * (4 if task.confirm else 1)
    return flow + proof


def expected_bytes(task: Task) -> int:
    """About what a run takes in a store."""
    numbers = task.n * (task.dim + 1)
    return numbers * (16 + task.dps + 6) + 8000


@dataclass(frozen=True)
class Estimate:
    """What a sweep still has to do. Approximation.

    Attributes
    ----------
    total, done, to_go_on, left : int
        Runs of the plan; of these in the store; of these not converged and to be gone on with; runs to do.
    seconds : float
        Of one core, for what is left.
    size : int
        Bytes by which the store grows.
    measured : int
        Finished runs of the store that the cost was scaled by.
    """

    total: int
    done: int
    to_go_on: int
    left: int
    seconds: float
    size: int
    measured: int


def estimate(tasks: Iterable[Task], states: dict[tuple[object, ...], State], *, go_on: bool) -> Estimate:
    """What is left of a plan and what it will cost, scaled by the runs that are done. Approximation.

    Parameters
    ----------
    tasks : iterable of Task
    states : dict
        Of the store, by key.
    go_on : bool
        Whether runs that have not converged count as left.

    Returns
    -------
    Estimate
    """
    tasks = list(tasks)
    known = [(task, states[key(task)]) for task in tasks if key(task) in states]
    again = [task for task, state in known if go_on and state.may_go_on]
    new = [task for task in tasks if key(task) not in states]
    expected = sum(expected_seconds(task) for task, _ in known)
    scale = sum(state.seconds for _, state in known) / expected if known else 1.0
    seconds = scale * sum(map(expected_seconds, [*new, *again]))
    size = sum(map(expected_bytes, new))
    return Estimate(len(tasks), len(known), len(again), len(new) + len(again), seconds, size, len(known))

"""What simulation shows of a claim at one (n, k): numbers beside what the claim says they should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from mpmath import mp

from numerics.initial import pack
from numerics.population import Population
from numerics.problem import Array, Problem
from numerics.structures import Point, copy_average_point
from verify.cells import Cell, make_cell
from verify.certificates.existence import Status
from verify.certificates.structures import certify_structure
from verify.names import COPY_AVERAGE
from verify.runs import Task, run_task

#: Digits to which end points are polished here.
DPS = 30


@dataclass(frozen=True)
class Observation:
    """One comparison of a claim with simulation. Approximation.

    Attributes
    ----------
    what : str
        What was compared.
    gap : float
        By how much it is off.
    allowed : float
        What rounding may do.
    """

    what: str
    gap: float
    allowed: float

    def __bool__(self) -> bool:
        return self.gap <= self.allowed


@lru_cache(maxsize=64)
def simulated(n: int, k: int, seeds: int) -> Cell:
    """Flows from seeds 0 .. seeds - 1, settled and matched; shared by the claims of one process. Approximation."""
    cell = make_cell(Problem(n, k), DPS)
    for seed in range(seeds):
        cell.runs[seed] = run_task(Task(n, k, k + 1, "erf", "glorot", seed, DPS))
    return cell


def _network(point: Point, problem: Problem) -> Array:
    coordinates, outgoing = point.doubles()
    W = np.zeros((problem.n, problem.dim))
    W[:, : problem.k] = coordinates
    return pack(W, outgoing)


def _gradient_at_averages(n: int, k: int, seeds: int) -> list[Observation]:
    problem = Problem(n, k)
    theta = _network(copy_average_point([1] * (n - 1) + [k - n + 1]), problem)
    gap = float(np.abs(Population(problem).gradient(theta)).max())
    # Terms of size k^2 cancel, each to a few units in the last place.
    return [Observation("gradient at the optimal copy-average point", gap, 1e-14 * k**2)]


def _loss_at_averages(n: int, k: int, seeds: int) -> list[Observation]:
    found = []
    for record in simulated(n, k, seeds).records():
        if record["converged"] and record["structure"] == COPY_AVERAGE:
            with mp.workdps(DPS + 15):
                predicted = copy_average_point(record["partition"], dps=DPS).loss
                gap = float(abs(mp.mpf(record["loss"]) - predicted))
            found.append(Observation(f"loss of seed {record['seed']}", gap, 10.0 ** (3 - DPS)))
    return found


def _ends_of_one_neuron(n: int, k: int, seeds: int) -> list[Observation]:
    if n != 1:
        return []
    return [
        Observation(f"end of seed {r['seed']}", 0.0 if r["partition"] == [k] else 1.0, 0.5)
        for r in simulated(n, k, seeds).records()
        if r["converged"]
    ]


def _partitions(n: int, k: int, seeds: int) -> list[Observation]:
    return [
        Observation(f"partition of seed {r['seed']}, {r['partition']}", 0.0 if r["optimal"] else 1.0, 0.5)
        for r in simulated(n, k, seeds).records()
        if r["converged"] and r["structure"] == COPY_AVERAGE
    ]


def _gradient_at_copies(n: int, k: int, seeds: int) -> list[Observation]:
    if n == k:
        return []
    problem = Problem(n, k)
    theta = pack(np.eye(n, problem.dim), np.ones(n))
    loss, gradient = Population(problem).value_and_gradient(theta)
    slope = float(np.abs(gradient[:, n:k] + 2 / np.pi).max())
    return [
        Observation("slope along uncopied teachers at exact copies", slope, 1e-14),
        Observation("loss at exact copies", abs(loss - (k - n) / 3), 1e-14 * k**2),
    ]


def _scaled_copies(n: int, k: int, seeds: int) -> list[Observation]:
    """Copies with the absolute value, at the length of the claim."""
    length = (np.pi + 2 * (k - 1)) / (np.pi + 2 * (n - 1))
    problem = Problem(n, k, activation="abs")
    loss, gradient = Population(problem).value_and_gradient(pack(length * np.eye(n, problem.dim), np.ones(n)))
    gap = abs(loss - (k - n) * (1 - 2 / np.pi) * length)
    # Terms of the size of k^2 cancel.
    return [
        Observation("gradient at scaled copies", float(np.abs(gradient).max()), 1e-14 * k**2),
        Observation("loss at scaled copies", float(gap), 1e-14 * k**2),
    ]


def _single_copy(n: int, k: int, seeds: int) -> list[Observation]:
    return _scaled_copies(n, k, seeds) if n == 1 else []


def _leaky_average(n: int, k: int, seeds: int) -> list[Observation]:
    """The neuron of leaky ReLU along the sum of all teachers, and the one against it."""
    if n != 1:
        return []
    problem, u, found = Problem(1, k, activation="leaky-relu"), 1 / np.sqrt(k), []
    for side in (1.0, -1.0):
        profile = (np.sqrt(1 - u * u) + side * u * (np.pi - np.arccos(side * u))) / (2 * np.pi)
        # The pull over the interaction of a unit vector with itself, by the slope 1/100.
        length = (0.99**2 * k * profile + side * 0.01 * k * u) / ((1 + 0.01**2) / 2)
        theta = np.zeros(problem.shape)
        theta[0, :k], theta[0, -1] = side * u * abs(length), np.sign(length)
        gap = float(np.abs(Population(problem).gradient(theta)).max())
        found.append(Observation(f"gradient of one neuron {'along' if side > 0 else 'against'}", gap, 1e-14 * k**2))
    return found


#: For each claim that speaks of points or flows: its comparisons at one (n, k).
OBSERVATIONS: dict[str, Callable[[int, int, int], list[Observation]]] = {
    "erf-one-neuron-critical": _loss_at_averages,
    "erf-one-neuron-unique": _ends_of_one_neuron,
    "erf-ca-critical": _gradient_at_averages,
    "erf-ca-loss": _loss_at_averages,
    "erf-optimum": _partitions,
    "erf-copies-not-critical": _gradient_at_copies,
    "abs-copies": _scaled_copies,
    "abs-one-neuron": _single_copy,
    "leaky-relu-one-neuron": _leaky_average,
}


def _certified_average(n: int, k: int) -> list[Observation]:
    """The optimal copy-average point, to many digits, in a box that holds one critical point: this one."""
    problem = Problem(n, k)
    point = copy_average_point([1] * (n - 1) + [k - n + 1], dps=DPS + 15)
    found = certify_structure(problem, point, dps=DPS)
    held = found.loss is not None and found.loss[0] <= point.loss <= found.loss[1]
    return [
        Observation(
            f"certificate {found.status.name.lower()} ({found.why})", float(found.status is not Status.UNIQUE), 0.5
        ),
        Observation(f"identity {found.identity}", float(found.identity is not True), 0.5),
        Observation("loss in its enclosure", float(not held), 0.5),
    ]


def _certified_one_neuron(n: int, k: int) -> list[Observation]:
    return _certified_average(n, k) if n == 1 else []


#: For each claim that certificates speak of: what they prove at one (n, k).
CERTIFIED: dict[str, Callable[[int, int], list[Observation]]] = {
    "erf-one-neuron-critical": _certified_one_neuron,
    "erf-ca-critical": _certified_average,
    "erf-ca-loss": _certified_average,
}

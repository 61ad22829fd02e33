"""What a homogeneous network is as a whole: its structure, its dead and collinear neurons. Approximation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from mpmath import mp
from numpy.typing import ArrayLike, NDArray

from numerics.newton import Polished, read_point
from numerics.precision import Exact, short
from numerics.problem import Problem
from numerics.rectified.description import roles
from numerics.rectified.gauge import reduced
from numerics.rectified.structures import structure_named
from verify.matching import ROUGH_TOLERANCE, Match
from verify.rectified.matching import identified
from verify.rectified.prediction import RectifiedPrediction

#: Neurons whose |a| |w| is below this are as good as dead: none of a structure is nearly as short.
IDLE = 1e-5


class InGauge(Protocol):
    """A network in the gauge ``omega = |a| w``, collinear neurons merged and dead ones left out. Approximation."""

    @property
    def signs(self) -> Sequence[int] | NDArray[np.intp]:
        """Signs of the merged neurons, shape (m,)."""

    @property
    def omega(self) -> Any:
        """Their vectors, shape (m, dim)."""

    @property
    def groups(self) -> Sequence[Sequence[int]]:
        """For each merged neuron the neurons of the network in it."""

    @property
    def dead(self) -> Sequence[int]:
        """Neurons whose incoming vector is zero."""


@dataclass(frozen=True, eq=False)
class Gauge:
    """Such a network, to any number of digits. Approximation."""

    signs: NDArray[np.intp]
    omega: Exact
    groups: tuple[tuple[int, ...], ...]
    dead: tuple[int, ...]


@dataclass(frozen=True)
class Company:
    """Several neurons along one of the structure's. Approximation.

    Attributes
    ----------
    neurons : tuple of int
    role : str or None
        What the one they lie along does, where the structure is named.
    same, opposite : int
        How many there are beside the longest, of the merged neuron's sign and of the opposite one.
    """

    neurons: tuple[int, ...]
    role: str | None
    same: int
    opposite: int


@dataclass(frozen=True, eq=False)
class Naming:
    """A network's structure, its dead neurons and its collinear ones. Approximation.

    Attributes
    ----------
    match : Match
        Of the living neurons, merged.
    neurons : int
        How many these are.
    dead : tuple of int
        Dead neurons.
    dead_signs : tuple of int
        Signs of their outgoing weights; 0 if that is zero.
    companies : tuple of Company
        Groups of collinear neurons.
    """

    match: Match
    neurons: int
    dead: tuple[int, ...]
    dead_signs: tuple[int, ...]
    companies: tuple[Company, ...]

    def record(self) -> dict[str, Any]:
        """The fields of a run's record that say where it ended."""
        match = self.match
        return {
            "structure": match.structure,
            "partition": None if match.partition is None else list(match.partition),
            "neurons": self.neurons,
            "distance": None if match.distance is None else short(match.distance),
            "runner_up": match.runner_up,
            "runner_up_distance": None if match.runner_up_distance is None else short(match.runner_up_distance),
            "dead": list(self.dead),
            "collinear": [list(company.neurons) for company in self.companies],
            "why": match.why,
        }


def name_network(
    problem: Problem,
    network: InGauge,
    outgoing: ArrayLike,
    *,
    dps: int = 50,
    tolerance: float = ROUGH_TOLERANCE,
) -> Naming:
    r"""Name what a network is, its dead and collinear neurons included. Approximation.

    Parameters
    ----------
    problem : Problem
    network : InGauge
        From ``numerics.rectified.gauge``.
    outgoing : array_like, shape (n,)
        The network's own outgoing weights, of which the signs are used.
    dps : int
        Digits of the structures.
    tolerance : float
        Largest distance at which a structure is named.

    Returns
    -------
    Naming
        Neurons with :math:`|a_i| |w_i| \le 10^{-5}` count as dead: some approach zero without reaching it in finite
        time. What is not checked: that the point is critical, or a minimum.
    """
    a = np.sign(np.asarray(outgoing, dtype=np.float64)).astype(int)
    omega = np.asarray(network.omega).reshape(-1, problem.dim)
    lengths = np.linalg.norm(omega.astype(np.float64), axis=1)
    living = [i for i in range(len(omega)) if lengths[i] > IDLE]
    signs = np.asarray(network.signs, dtype=np.intp)[living]
    groups = [tuple(map(int, network.groups[i])) for i in living]
    idle = (int(j) for i in range(len(omega)) if i not in living for j in network.groups[i])
    match, students = identified(problem, omega[living], signs, dps=dps, tolerance=tolerance)
    words = None if students is None or not len(students) else _roles(problem, match, students, dps)
    companies = []
    for i, group in enumerate(groups):
        if len(group) > 1:
            same = sum(int(a[j]) == int(signs[i]) for j in group) - 1
            companies.append(Company(group, words[i] if words else None, same, len(group) - 1 - same))
    dead = tuple(sorted((*map(int, network.dead), *idle)))
    return Naming(match, len(signs), dead, tuple(int(a[j]) for j in dead), tuple(companies))


def name_point(
    problem: Problem, theta: ArrayLike | Polished, *, dps: int = 50, tolerance: float | None = None
) -> Naming:
    r"""Name the network at a point, taken to the gauge first. Approximation.

    Parameters
    ----------
    problem : Problem
    theta : array_like, shape (n, dim + 1), or Polished
        A polished point is compared to all its digits.
    dps : int
        Digits of the structures, for a ``theta`` in double precision.
    tolerance : float, optional
        Largest distance at which a structure is named. Default: 0.05 for a point in double precision, for a converged
        polished point ``10**(-dps/2)``.

    Returns
    -------
    Naming

    Raises
    ------
    ValueError
        If ``theta`` has another shape or is not finite.

    Examples
    --------
    Two neurons along the average of all teachers, with opposite signs:

    >>> a = 1.1461
    >>> found = name_point(Problem(2, 3, activation="relu"), [[2 * a, 2 * a, 2 * a, 0, 1], [1, 1, 1, 0, -a]])
    >>> found.match.structure, found.companies[0].opposite, found.record()["collinear"]
    ('copy-average', 1, [[0, 1]])
    """
    rough, exact = read_point(problem, theta)
    converged = False
    if isinstance(theta, Polished):
        dps, converged = theta.dps, theta.converged
    if tolerance is None:
        tolerance = float(10.0 ** (-dps / 2)) if converged else ROUGH_TOLERANCE
    point = reduced(problem, rough)
    omega = np.full(point.omega.shape, mp.mpf(0), dtype=object)
    with mp.workdps(dps + 15):
        for row, sign, group in zip(omega, point.signs, point.groups, strict=True):
            for x in range(problem.dim):
                # a_i w_i is s_i |a_i| w_i.
                row[x] = int(sign) * mp.fsum(int(point.turned[i]) * exact[i, -1] * exact[i, x] for i in group)
    gauge = Gauge(point.signs.astype(np.intp), omega, point.groups, point.dead)
    return name_network(problem, gauge, rough[:, -1], dps=dps, tolerance=tolerance)


def _roles(problem: Problem, match: Match, students: NDArray[np.intp], dps: int) -> tuple[str, ...]:
    """What each merged neuron does in the structure that was found."""
    point = structure_named(
        match.structure, match.partition, len(students), problem.k, dps=dps, activation=problem.activation
    )
    assert point is not None, "it was matched before"
    words, classes = roles(point.pattern, point.values()), point.pattern.student_class()
    return tuple(words[classes[i]] for i in students)


def prediction_of(naming: Naming, predicted: Sequence[RectifiedPrediction]) -> RectifiedPrediction | None:
    """The prediction that a network has fulfilled, or None. Approximation.

    Its structure is the predicted one, and its dead and collinear neurons are among those that this leaves room for.
    """
    for prediction in predicted:
        key = (prediction.structure, prediction.partition, prediction.neurons)
        if key != (naming.match.structure, naming.match.partition, naming.neurons):
            continue
        allowed = {(companion.role, companion.sign) for companion in prediction.collinear}
        dead = all(sign == 0 or sign in prediction.dead for sign in naming.dead_signs)
        beside = all(
            (not company.same or (company.role, 1) in allowed)
            and (not company.opposite or (company.role, -1) in allowed)
            for company in naming.companies
        )
        if dead and beside:
            return prediction
    return None

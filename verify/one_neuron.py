"""One neuron with any activation: where the theory says that it ends, and whether a run ended there.

The critical point is that of a closed form (claims ``A-one-neuron``) or the root of one equation in the norm; either
way it is certified as an isolated minimum of the full problem, where it is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from mpmath import mp

from numerics.compile import FLOAT
from numerics.inertia import inertia
from numerics.initial import pack
from numerics.kernels import ACTIVATIONS, HOMOGENEOUS, degree_of, digits_of, parity
from numerics.newton import Polished, polish
from numerics.precision import decimal, infinity_norm, short, to_exact
from numerics.problem import Problem
from verify.certification import Certificate, certify
from verify.ends.infinity import Unbounded
from verify.names import COPY_AVERAGE, PARTIAL_AVERAGE
from verify.neuron_points import NeuronPoint, distance, neuron_points, tolerance, why_not_one_neuron
from verify.one_neuron_limits import compare_at_infinity

#: Norms at which the loss is looked at, and digits to which losses of continua have to agree.
NORMS, SERIES_NORMS = np.geomspace(0.05, 8.0, 400), np.geomspace(0.05, 4.0, 80)
LOSS_DIGITS = 18
#: Mean square below which a network is zero.
VANISHED = 1e-14
VANISHED_WORDS = "the neuron has vanished: the theory is of neurons that contribute"
#: Digits of closed forms.
DIGITS = 70


@dataclass(frozen=True, eq=False)
class OneNeuron:
    """Where one neuron ends. Approximation; its certificate is an enclosure.

    Attributes
    ----------
    structure : str
        ``"copy-average"`` (equal cosines with all teachers) or ``"partial-average"`` (with some).
    teachers : int
        With how many.
    coordinate, outgoing, loss : mpmath number
        In the teacher's basis.
    free : str
        What can be changed at no cost, as in ``theory.one_neuron``.
    certificate : Certificate or None
        None where the point is not isolated.
    """

    structure: str
    teachers: int
    coordinate: mp.mpf
    outgoing: mp.mpf
    loss: mp.mpf
    free: str = ""
    certificate: Certificate | None = None

    @property
    def certified(self) -> bool:
        """Whether it was proved to be an isolated minimum."""
        return self.certificate is not None and self.certificate.index == 0


@lru_cache(maxsize=64)
def one_neuron_point(k: int, activation: str, *, dps: int = 50) -> OneNeuron | None:
    """The lowest minimum of one neuron with equal cosines to all teachers, or to one. Approximation.

    Parameters
    ----------
    k : int
        Orthonormal teachers with outgoing weights 1.
    activation : str
    dps : int

    Returns
    -------
    OneNeuron or None
        None if no such point is a minimum: for GELU and SiLU the norm may have no finite optimum.

    Examples
    --------
    >>> found = one_neuron_point(4, "tanh", dps=20)
    >>> found.structure, found.certified
    ('copy-average', True)
    """
    closed = _closed(k, activation)
    if closed is not None and closed.free:
        return closed
    problem = Problem(1, k, activation=activation)
    found: list[OneNeuron] = []
    for teachers in dict.fromkeys((k, 1)):
        start = _start(k, activation, teachers)
        if start is None:
            continue
        point = polish(problem, start, dps=dps)
        if not point.converged or not inertia(problem, point.double()).minimum:
            continue
        name = COPY_AVERAGE if teachers == k else PARTIAL_AVERAGE
        row = point.theta[0]
        found.append(
            OneNeuron(name, teachers, row[0], row[-1], point.loss, "", certify(problem, point, dps=point.dps))
        )
    return min(found, key=lambda one: one.loss, default=None)


def _closed(k: int, activation: str) -> OneNeuron | None:
    """The closed form, for continua."""
    if degree_of(activation) is None and activation != "hermite2":
        return None
    from theory.activation.neuron import closed_solution

    star = closed_solution(activation, k)
    if star is None or not star.free:
        return None
    with mp.workdps(DIGITS):
        place, outgoing, loss = map(mp.mpf, star.decimals(DIGITS))
    return OneNeuron(COPY_AVERAGE, k, place, outgoing, loss, free=star.free)


def _start(k: int, activation: str, teachers: int) -> Any:
    """The best norm of a grid, refined: the maximum of N^2/H inside it."""
    kernel = ACTIVATIONS[activation]
    # Series take the longer the larger the norms are.
    norms = NORMS if digits_of(activation) is None else SERIES_NORMS

    def parts(r: Any) -> tuple[Any, Any]:
        p = r * r
        (own,) = kernel.value(p, p, p, FLOAT)
        (pulled,) = kernel.value(r / np.sqrt(teachers), p, np.ones_like(r), FLOAT)
        (others,) = kernel.value(np.zeros_like(r), p, np.ones_like(r), FLOAT)
        return own, teachers * pulled + (k - teachers) * others

    with np.errstate(all="ignore"):
        gains = []
        for r in norms:
            own, pulled = parts(np.array([r]))
            gains.append(float((pulled**2 / own)[0]))
    best = int(np.nanargmax(gains)) if np.isfinite(gains).any() else 0
    if best in (0, len(norms) - 1):
        return None
    own, pulled = parts(norms[best : best + 1])
    coordinates = np.zeros((1, k + 1))
    coordinates[0, :teachers] = norms[best] / np.sqrt(teachers)
    return pack(coordinates, np.array([float((pulled / own)[0])]))


def compare(
    problem: Problem, point: Polished, converged: bool, away: Unbounded | None = None
) -> dict[str, Any] | None:
    """What a run of one neuron says of the theory's point, for its record. Approximation.

    Parameters
    ----------
    problem : Problem
    point : Polished
    converged : bool
    away : Unbounded, optional
        Where its weights were found to grow for ever.

    Returns
    -------
    dict or None
        None where there is nothing to compare with: more neurons, teachers that are not orthonormal, or the standard
        teacher of erf and ReLU, whose theory says more. ``agrees`` is true where the run ended at a minimum of one
        neuron, null where it has not converged; ``ended_at`` names the critical point where it is not the lowest.
    """
    if problem.activation in HOMOGENEOUS:
        if problem.n != 1 or problem.activation == "relu" or problem.why_not_standard() is not None:
            return None
        # Imported here: it is built on modules that this one serves.
        from verify.rectified.one_neuron import compare_rectified

        return compare_rectified(problem, point, converged)
    if why_not_one_neuron(problem) is not None or (problem.activation == "erf" and problem.why_no_theory() is None):
        return None
    if not _alike(problem):
        return _among_all(problem, point, converged)
    star = one_neuron_point(problem.k, problem.activation, dps=max(point.dps, 15))
    if star is None:
        return compare_at_infinity(problem, away) or {
            "structure": None,
            "agrees": None,
            "why": "no norm is the best: its loss falls towards infinite norms",
        }
    found = {
        "structure": star.structure,
        "teachers": star.teachers,
        "loss": decimal(star.loss, min(point.dps, 50)),
        "certified": star.certified,
        "free": star.free,
        "agrees": None,
    }
    if not converged:
        return found
    if _vanished(problem, point):
        return {**found, "why": VANISHED_WORDS}
    if star.free:
        with mp.workdps(point.dps + 15):
            gap = abs(point.loss - star.loss)
        agrees = bool(gap < max(mp.mpf(10) ** -LOSS_DIGITS, tolerance(problem, point.dps)))
        return (
            found | {"agrees": agrees, "loss_difference": short(gap)} | ({} if agrees else _elsewhere(problem, point))
        )
    apart = _distance(problem, point, star)
    agrees = bool(apart < tolerance(problem, point.dps))
    return found | {"agrees": agrees, "distance": short(apart)} | ({} if agrees else _elsewhere(problem, point))


def _alike(problem: Problem) -> bool:
    """Whether all teachers are one teacher up to symmetry, so that the theory's closed forms speak of them."""
    b = problem.teacher_outgoing
    return bool((b == 1).all() or (parity(problem.activation) == -1 and (np.abs(b) == 1).all()))


def _among_all(problem: Problem, point: Polished, converged: bool) -> dict[str, Any] | None:
    """The comparison where outgoing weights differ: with all critical points of one neuron."""
    points = neuron_points(problem.activation, tuple(problem.teacher_outgoing.tolist()), dps=max(point.dps, 15))
    minima = [p for p in points if p.index == 0]
    if not minima:
        return {"structure": None, "agrees": None, "why": "no minimum of one neuron was found"}
    star = minima[0]
    found = {**_described(star, point.dps), "free": star.free, "agrees": None}
    if not converged:
        return found
    if _vanished(problem, point):
        return {**found, "why": VANISHED_WORDS}
    end = _elsewhere(problem, point)
    if "ended_at" in end and end["ended_at"]["loss"] == found["loss"]:
        del end["ended_at"]
    return {**found, "agrees": False} | end


def _elsewhere(problem: Problem, point: Polished) -> dict[str, Any]:
    """The critical point of one neuron at which a run has ended, and whether that is a minimum."""
    points = neuron_points(problem.activation, tuple(problem.teacher_outgoing.tolist()), dps=max(point.dps, 15))
    for other in points:
        with mp.workdps(point.dps + 15):
            gap = abs(point.loss - other.exact.loss)
        if other.free.endswith("direction"):
            near, measured = (
                gap < max(mp.mpf(10) ** -LOSS_DIGITS, tolerance(problem, point.dps)),
                {"loss_difference": short(gap)},
            )
        else:
            away = distance(problem, point, other)
            near, measured = away < tolerance(problem, point.dps), {"distance": short(away)}
        if near:
            at = {**_described(other, point.dps), "index": other.index}
            return {"agrees": other.index == 0, **measured, "ended_at": at}
    return {}


def _described(one: NeuronPoint, dps: int) -> dict[str, Any]:
    return {
        "structure": one.structure,
        "teachers": one.teachers,
        "loss": decimal(one.exact.loss, min(dps, 50)),
        "certified": one.certified,
    }


def _vanished(problem: Problem, point: Polished) -> bool:
    """Whether the network is zero: a run of a neuron that has died."""
    row = point.double()[0]
    p = np.float64(row[:-1] @ row[:-1])
    (own,) = ACTIVATIONS[problem.activation].value(p, p, p, FLOAT)
    return bool(row[-1] ** 2 * float(own) < VANISHED)


def _distance(problem: Problem, point: Polished, star: OneNeuron) -> mp.mpf:
    """Infinity norm of the difference, teachers permuted and signs undone."""
    with mp.workdps(point.dps + 15):
        teacher = to_exact(problem.teacher * problem.teacher_outgoing[:, None])
        row = point.theta[0]
        coordinates, outgoing = list(teacher @ row[:-1]), row[-1]
        even = parity(problem.activation)
        total = sum(coordinates)
        if (even == 1 and total < 0) or (even == -1 and outgoing < 0):
            coordinates = [-c for c in coordinates]
            outgoing = -outgoing if even == -1 else outgoing
        beside = row[:-1] - np.array(list(teacher.T @ (teacher @ row[:-1])))
        predicted = [star.coordinate] * star.teachers + [mp.mpf(0)] * (problem.k - star.teachers)
        gaps = [x - y for x, y in zip(sorted(coordinates), sorted(predicted), strict=True)]
        return infinity_norm(np.array([*gaps, outgoing - star.outgoing, *beside], dtype=object))

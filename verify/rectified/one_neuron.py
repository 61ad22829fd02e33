"""One neuron with leaky ReLU or the absolute value: where it ends by the theory, and whether a run ended there.

The minima are in closed form (claims ``leaky-relu-one-neuron-minimum``, ``abs-one-neuron``), up to rescaling of the
neuron; each but the dead one is certified as an isolated minimum up to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from mpmath import mp

from numerics.newton import Polished, evaluate
from numerics.precision import Exact, decimal, infinity_norm, short, to_exact
from numerics.problem import Problem
from verify.certification import certify
from verify.names import ALL_DEAD
from verify.rectified.matching import turned_over, upright
from verify.rectified.naming import IDLE

#: Digits of closed forms beyond those of a run.
SPARE = 15
#: Digits with which these points are certified.
CERTIFIED_DIGITS = 30


@dataclass(frozen=True, eq=False)
class Minimum:
    """A minimum of one neuron. Approximation; its certificate is an enclosure.

    Attributes
    ----------
    structure : str
    teachers : int
        With how many the cosine is not zero.
    coordinate, loss : mpmath number
        The former of ``|a| w``.
    sign : int
        Of the outgoing weight.
    certified : bool
        Whether the point was proved to be an isolated minimum up to rescaling.
    """

    structure: str
    teachers: int
    coordinate: mp.mpf
    sign: int
    loss: mp.mpf
    certified: bool


@lru_cache(maxsize=64)
def one_neuron_minima(k: int, activation: str, *, dps: int = 50) -> tuple[Minimum, ...]:
    """The minima of one neuron on k orthonormal teachers with outgoing weights 1. Approximation.

    Parameters
    ----------
    k : int
    activation : str
        ``leaky-relu``, ``leaky-relu:SLOPE`` or ``abs``.
    dps : int

    Returns
    -------
    tuple of Minimum
        In the order of their losses.

    Examples
    --------
    >>> [(one.structure, one.teachers, one.certified) for one in one_neuron_minima(4, "abs", dps=20)]
    [('scaled-copy', 1, True), ('all-dead', 0, False)]
    """
    from theory.homogeneous_neuron import minima

    found = []
    with mp.workdps(dps + SPARE):
        for one in minima(activation, k):
            place, loss = (mp.mpf(str(z.evalf(dps + SPARE))) for z in (one.coordinate, one.loss))
            teachers = int(one.teachers)
            proved = teachers > 0 and _certified(k, activation, teachers, place, one.sign)
            found.append(Minimum(one.structure, teachers, place, one.sign, loss, proved))
    return tuple(found)


def _certified(k: int, activation: str, teachers: int, place: mp.mpf, sign: int) -> bool:
    """Whether the point is proved to be a minimum with its outgoing weight held at its sign."""
    problem = Problem(1, k, activation=activation, fixed_outgoing=[float(sign)])
    theta = np.full(problem.shape, mp.mpf(0), dtype=object)
    theta[0, :teachers], theta[0, -1] = place, mp.mpf(sign)
    return certify(problem, evaluate(problem, theta, dps=CERTIFIED_DIGITS), dps=CERTIFIED_DIGITS).index == 0


def compare_rectified(problem: Problem, point: Polished, converged: bool) -> dict[str, Any]:
    """What a run of one neuron says of the theory's minima, for its record. Approximation.

    Parameters
    ----------
    problem : Problem
        Of one neuron, with a standard teacher.
    point : Polished
    converged : bool

    Returns
    -------
    dict
        ``structure`` and the others are those of the minimum that is nearest to the run's end; ``agrees`` is null
        where the run has not converged.
    """
    minima = one_neuron_minima(problem.k, problem.activation, dps=max(point.dps, 15))
    b = int(np.sign(problem.teacher_outgoing[0]))
    with mp.workdps(point.dps + SPARE):
        gaps = [(_distance(problem, point.theta[0], one, b), i) for i, one in enumerate(minima)]
        gap, nearest = min(gaps) if converged else (mp.mpf(0), 0)
        one = minima[nearest]
        found = {
            "structure": one.structure,
            "teachers": one.teachers,
            "loss": decimal(one.loss, min(point.dps, 50)),
            "certified": one.certified,
            "free": "scale" if one.structure != ALL_DEAD else "",
            "minima": [minimum.structure for minimum in minima],
            "agrees": None,
        }
        if not converged:
            return found
        return {**found, "agrees": bool(gap < mp.mpf(10) ** (-point.dps / 2)), "distance": short(gap)}


def _distance(problem: Problem, row: Exact, one: Minimum, b: int) -> mp.mpf:
    """Infinity norm of the difference in ``|a| w``; infinite if the outgoing weight has another sign."""
    if mp.sign(row[-1]) != one.sign * b:
        return mp.inf
    omega = abs(row[-1]) * row[:-1]
    if one.structure == ALL_DEAD:
        # Some neurons approach zero without reaching it in finite time.
        return mp.mpf(0) if infinity_norm(omega) <= IDLE else mp.inf
    omega = turned_over(omega[None], upright(problem, omega.astype(np.float64)[None]))[0]
    teacher = to_exact(problem.teacher)
    coordinates = teacher @ omega
    beside = omega - coordinates @ teacher
    # Teachers in the order of their coordinates: the copied ones have the largest modulus.
    order = np.argsort([-abs(float(x)) for x in coordinates], kind="stable")
    expected = np.array([one.coordinate if i < one.teachers else mp.mpf(0) for i in range(problem.k)], dtype=object)
    return infinity_norm(np.concatenate([coordinates[order] - expected, beside]))

"""What the theory predicts for one (n, k): the structures that are minima."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mpmath import mp

from numerics.inertia import inertia
from numerics.initial import pack
from numerics.precision import infinity_norm
from numerics.problem import Problem
from numerics.structures import Point, copy_average_point, perturbed_copy_point
from verify.certificates.structures import certify_structure


@dataclass(frozen=True, eq=False)
class Prediction:
    """A structure of the theory that is a strict minimum. Approximation.

    Attributes
    ----------
    structure : str
    partition : tuple of int or None
    loss : mpmath number
    certified : bool
        Whether it was proved to be a strict minimum.
    """

    structure: str
    partition: tuple[int, ...] | None
    loss: mp.mpf
    certified: bool = False


def predict(problem: Problem, *, dps: int = 50, certified: bool = False) -> tuple[Prediction, ...]:
    """List the theory's structures that are strict minima. Approximation.

    For erf: the optimal copy-average point and the perturbed copy, each where its Hessian (in double
    precision) is positive definite. Nothing is predicted where a hypothesis of the theory fails.

    Parameters
    ----------
    problem : Problem
    dps : int
        Digits of the losses.
    certified : bool
        Prove which are minima; else, and where no proof was found, the Hessian in double precision decides.

    Returns
    -------
    tuple of Prediction
        In the order of their losses.

    Examples
    --------
    >>> from numerics import Problem
    >>> [p.structure for p in predict(Problem(9, 10))]
    ['perturbed-copy']
    """
    if problem.why_no_theory() is not None:
        return ()
    n, k = problem.n, problem.k
    points: list[Point] = [copy_average_point([1] * (n - 1) + [k - n + 1], dps=dps)]
    if 1 < n < k:
        copy = perturbed_copy_point(n, k, dps=dps)
        if copy is not None and infinity_norm(copy.outgoing - points[0].outgoing) > 1e-9:
            points.append(copy)
    minima = []
    for point in points:
        minimum, proved = _is_minimum(point, n, k, problem.dim, certified, dps)
        if minimum:
            minima.append(Prediction(point.name, point.partition, point.loss, proved))
    return tuple(sorted(minima, key=lambda prediction: prediction.loss))


def _is_minimum(point: Point, n: int, k: int, dim: int, certified: bool, dps: int) -> tuple[bool, bool]:
    """Whether a structure is a strict minimum, and whether that was proved."""
    # All coordinates that the teacher ignores are alike: one stands for all.
    standard = Problem(n, k, dim=min(dim, k + 1))
    if certified:
        found = certify_structure(standard, point, dps=dps)
        if found.index is not None and found.identity:
            return found.index == 0, True
    coordinates, outgoing = point.doubles()
    W = np.zeros((n, standard.dim))
    W[:, :k] = coordinates
    return inertia(standard, pack(W, outgoing)).minimum, False

"""Certificates of the theory's own points, no flow needed."""

from __future__ import annotations

import numpy as np
from mpmath import mp

from numerics.newton import evaluate
from numerics.precision import Exact
from numerics.problem import Problem
from numerics.structures import Point
from verify.certification import Certificate, certify


def as_weights(problem: Problem, point: Point) -> Exact:
    """A structure as the weights of a network whose teacher is the first k unit vectors. Exact.

    Returns
    -------
    ndarray of mpmath numbers, shape (n, dim + 1)
    """
    theta = np.full(problem.shape, mp.mpf(0), dtype=object)
    theta[:, : problem.k], theta[:, -1] = point.coordinates, point.outgoing
    return theta


def certify_structure(problem: Problem, point: Point, *, dps: int = 50) -> Certificate:
    """Prove that a structure of the theory is a critical point, unique near by, and of which index. Enclosure.

    Parameters
    ----------
    problem : Problem
        With the standard teacher.
    point : Point
    dps : int

    Returns
    -------
    Certificate

    Examples
    --------
    >>> from numerics import Problem, copy_average_point
    >>> certify_structure(Problem(2, 4), copy_average_point([2, 2])).index
    2
    """
    return certify(problem, evaluate(problem, as_weights(problem, point), dps=dps), dps=dps)

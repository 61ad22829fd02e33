"""Structures of rectified-linear networks proved: critical, unique near by, of which index, and how far from flat."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from mpmath import mp

from numerics.newton import evaluate
from numerics.problem import Problem
from numerics.rectified.structures import Point, structure_named
from verify.certification import Certificate, certify


def certify_point(point: Point, *, dim: int | None = None, dps: int = 50) -> Certificate:
    """Prove that a structure is a critical point on the quotient by rescaling, and of which index. Enclosure.

    **Proves:** with status ``UNIQUE`` that near the structure's vectors there is exactly one critical point of the
    loss with outgoing weights held at the signs, and ``index`` is its index: the one on the quotient, where the
    weights are trained.

    Parameters
    ----------
    point : Point
        With at least one neuron.
    dim : int, optional
        Input dimension, at least k; default k + 1. Beyond k + 1 the index is the same: further dimensions repeat the
        eigenvalues of the first one that the teacher ignores.
    dps : int
        Digits.

    Returns
    -------
    Certificate

    Raises
    ------
    ValueError
        If the structure has no neuron, or the dimension is below k.

    Examples
    --------
    >>> from numerics.rectified.structures import structures
    >>> certificate = certify_point(structures(5, 6)[0], dps=30)
    >>> certificate.status.name, certificate.index
    ('UNIQUE', 0)
    """
    if point.n == 0:
        raise ValueError("point: got a network without neurons, needs at least one")
    width = min(dim or point.k + 1, point.k + 1)
    return _certified(point.name, point.partition, point.n, point.k, width, dps, point.activation)


@lru_cache(maxsize=1024)
def _certified(
    name: str, partition: tuple[int, ...] | None, n: int, k: int, dim: int, dps: int, activation: str
) -> Certificate:
    point = structure_named(name, partition, n, k, dps=dps, activation=activation)
    assert point is not None, "it was listed before"
    problem = Problem(n, k, activation=activation, dim=dim, fixed_outgoing=[float(sign) for sign in point.signs])
    theta = np.full(problem.shape, mp.mpf(0), dtype=object)
    theta[:, :k], theta[:, -1] = point.coordinates, point.outgoing
    return certify(problem, evaluate(problem, theta, dps=dps), dps=dps)


def smallest_eigenvalue(certificate: Certificate) -> tuple[mp.mpf, mp.mpf] | None:
    """The enclosure of the smallest eigenvalue on the quotient that a certificate carries, if any. Enclosure."""
    found: tuple[mp.mpf, mp.mpf] | None = getattr(certificate, "smallest", None)
    return found

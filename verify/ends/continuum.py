"""Ends of flows that are not isolated points: continua of critical points, and weights that grow for ever.

For activations other than erf and ReLU. A homogeneous activation has for every neuron the continuum (c w, a / c^h);
the identity and the square have much larger ones. GELU at large norms is ReLU: where that fits better, flows run
there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numerics.flat import Flat, polish_flat
from numerics.flow.result import Flow
from numerics.kernels import HOMOGENEOUS, degree_of
from numerics.problem import Problem
from verify.ends.pairs import SPAN, last_span, pairs_of

#: Activations, beside homogeneous ones, whose ends are told apart by the theory itself.
OWN_THEORY = ("erf",)
#: How far the flow's end may be from the continuum that it approaches.
NEAR = 0.05
#: Norm from which on growing weights are taken to grow for ever, and the least exponent of time.
LARGE, GROWING = 6.0, 0.02


@dataclass(frozen=True, eq=False)
class Continuum:
    """Evidence for a continuum of critical points. Approximation.

    Attributes
    ----------
    flat : Flat
    scaling : bool
        Whether it is accounted for by the scales of the neurons: as many dimensions as neurons, for a homogeneous
        activation.
    """

    flat: Flat
    scaling: bool


@dataclass(frozen=True)
class Unbounded:
    """Evidence that incoming vectors grow for ever while their outgoing weights vanish. Approximation.

    Attributes
    ----------
    neurons : tuple of int
    norms : tuple of float
        At the end of the flow.
    growth : float
        Least exponent of time with which they grow.
    products : tuple of float
        Outgoing weights times norms, finite in the limit.
    """

    neurons: tuple[int, ...]
    norms: tuple[float, ...]
    growth: float
    products: tuple[float, ...]


def _known(problem: Problem) -> bool:
    return problem.activation in OWN_THEORY or problem.activation in HOMOGENEOUS


def continuum(problem: Problem, flow: Flow, *, dps: int) -> Continuum | None:
    """Recognise the approach to a continuum of minima. Approximation.

    Returns
    -------
    Continuum or None
        None too where neurons coincide: those are lines of duplicated neurons.
    """
    if _known(problem) or problem.fixed_outgoing is not None:
        return None
    flat = polish_flat(problem, flow.theta, dps=dps)
    if flat is None or flat.negative or flat.moved > NEAR:
        return None
    degree = degree_of(problem.activation)
    scaling = degree is not None and flat.dimension == problem.n
    if not scaling and degree != 1 and pairs_of(problem.activation, flat.point.double(), closer_than=1e-8):
        return None
    return Continuum(flat, scaling)


def unbounded(problem: Problem, flow: Flow) -> Unbounded | None:
    """Recognise incoming vectors that grow like a power of time. Approximation."""
    if _known(problem) or problem.fixed_outgoing is not None:
        return None
    (time0, early), (time1, late) = last_span(flow)
    if time1 < SPAN * 0.9 * time0:
        return None
    before, after = (np.linalg.norm(x[:, :-1], axis=1) for x in (early, late))
    with np.errstate(all="ignore"):
        growth = np.log(after / before) / np.log(time1 / time0)
    growing = np.flatnonzero((after > LARGE) & (growth > GROWING) & (np.abs(late[:, -1]) < np.abs(early[:, -1])))
    if len(growing) == 0:
        return None
    return Unbounded(
        tuple(map(int, growing)),
        tuple(float(x) for x in after[growing]),
        float(growth[growing].min()),
        tuple(float(x) for x in (late[:, -1] * after)[growing]),
    )

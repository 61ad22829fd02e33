"""Ends of flows that are not isolated points: continua of critical points.

For activations other than erf and ReLU. A homogeneous activation has for every neuron the continuum (c w, a / c^h);
the identity and the square have much larger ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from numerics.flat import Flat, polish_flat
from numerics.flow.result import Flow
from numerics.kernels import HOMOGENEOUS, degree_of
from numerics.problem import Problem
from verify.ends.pairs import pairs_of

#: Activations, beside homogeneous ones, whose ends are told apart by the theory itself.
OWN_THEORY = ("erf",)
#: How far the flow's end may be from the continuum that it approaches.
NEAR = 0.05


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

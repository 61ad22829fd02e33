"""Dormant neurons: a student whose outgoing weight has vanished while the others are critical.

Let h(w) = E[sigma(w.x) (f - f*)(x)]. With a_i = 0 the whole network is critical where h(w_i) = 0. Where also
grad h(w_i) = 0 (for copy-average residuals: where w_i has equal inner products with the averaged teachers)
the Hessian is singular there, and the loss falls only at fourth order: -c^2 delta^4 / 4g. Flows pass such
points so slowly that double precision cannot say when and on which side they leave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numerics.flow.integrate import gradient_flow
from numerics.flow.result import Flow
from numerics.newton import polish
from numerics.problem import Problem
from verify.matching import Match, match

#: Outgoing weights below this count as vanished.
VANISHED = 1e-6
#: How near the other neurons have to be to a critical point of the smaller network.
NEAR = 1e-4


@dataclass(frozen=True)
class Dormant:
    """Evidence for a dormant neuron. Approximation.

    Attributes
    ----------
    neuron : int
    outgoing : float
        Its outgoing weight.
    match : Match
        What the network of the others is.
    distance : float
        Infinity norm from the others to their critical point.
    """

    neuron: int
    outgoing: float
    match: Match
    distance: float


def vanished(problem: Problem, flow: Flow) -> int | None:
    """The neuron whose outgoing weight has vanished, if there are others; None where they are held fixed."""
    if problem.n == 1 or problem.fixed_outgoing is not None:
        return None
    outgoing = np.abs(flow.theta[:, -1])
    neuron = int(outgoing.argmin())
    return None if outgoing[neuron] > VANISHED else neuron


def dormant(problem: Problem, flow: Flow, *, dps: int) -> Dormant | None:
    """Recognise a neuron whose outgoing weight has vanished. Approximation.

    Returns
    -------
    Dormant or None
    """
    neuron = vanished(problem, flow)
    if neuron is None:
        return None
    smaller = problem.with_neurons(problem.n - 1)
    others = np.delete(flow.theta, neuron, axis=0)
    polished = polish(smaller, gradient_flow(smaller, others).theta, dps=dps)
    distance = float(np.abs(polished.double() - others).max())
    if not polished.converged or distance > NEAR:
        return None
    return Dormant(neuron, float(flow.theta[neuron, -1]), match(smaller, polished), distance)

r"""Certificates with outgoing weights held fixed, and of points that are isolated up to scale.

If :math:`\sigma(c x) = c^h \sigma(x)` for c > 0, neurons :math:`(c w, a / c^h)` are one. Where no outgoing weight
vanishes the loss is a function F of :math:`\omega_i = |a_i|^{1/h} w_i` (and of the signs of the outgoing weights)
alone. With the outgoing weights held fixed, the incoming ones are coordinates of :math:`\omega`, so that existence,
uniqueness and index are those of F: of the loss on the quotient by rescaling. By Euler's identity
:math:`w_i \cdot \partial L/\partial w_i = h\, a_i\, \partial L/\partial a_i`, so that a point critical in the
incoming weights is critical. In all parameters its Hessian has one null direction for each neuron and the same index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from mpmath import mp

from numerics.precision import Exact, to_exact
from numerics.problem import Array, Problem
from verify.certificates.existence import Searcher
from verify.certificates.hessian import Curvature, curvature
from verify.certificates.midrad import MidRad


class HeldSearcher(Searcher):
    """The search in the incoming weights alone. Enclosure."""

    def _measure(self, gradient: Sequence[Any]) -> None:
        super()._measure([gradient[i] for i in self.problem.free])

    def curvature(self, within: float) -> Curvature:
        """The Hessian by the incoming weights, over the box of this radius around them."""
        radius = np.full(self.problem.shape, within)
        radius[:, -1] = 0.0
        whole = curvature(self.problem, self.rough, radius)
        place = np.ix_(self.problem.free, self.problem.free)
        return Curvature(MidRad(whole.hessian.mid[place], whole.hessian.rad[place]), whole.residual)


def held_point(problem: Problem, rough: Array, exact: Exact) -> tuple[Array, Exact]:
    """The same point with the outgoing weights that the problem holds fixed. Exact."""
    assert problem.fixed_outgoing is not None
    rough, exact = rough.copy(), exact.copy()
    rough[:, -1] = problem.fixed_outgoing
    exact[:, -1] = to_exact(problem.fixed_outgoing[None])[0]
    return rough, exact


def rescaled(problem: Problem, exact: Exact, degree: int, dps: int) -> tuple[Problem, Exact] | None:
    """The network with outgoing weights that are doubles, held fixed. Approximation, to ``dps`` digits.

    Returns
    -------
    (Problem, ndarray of mpmath numbers) or None
        None where an outgoing weight vanishes.
    """
    outgoing = np.array([float(a) for a in exact[:, -1]])
    if not (np.isfinite(outgoing).all() and outgoing.all()):
        return None
    point = exact.copy()
    with mp.workdps(dps):
        for row, a in zip(point, outgoing, strict=True):
            row[:-1] = row[:-1] * (row[-1] / mp.mpf(float(a))) ** (mp.mpf(1) / degree)
            row[-1] = mp.mpf(float(a))
    held = Problem(
        problem.n,
        problem.k,
        activation=problem.activation,
        dim=problem.dim,
        teacher=problem.teacher,
        teacher_outgoing=problem.teacher_outgoing,
        fixed_outgoing=outgoing,
    )
    return held, point

r"""Families of collinear ReLU neurons: several with one direction act as one, and their lengths are a continuum.

Let a network have members p with :math:`\omega_p = \ell_p e`, :math:`\ell_p > 0`, and signs :math:`\sigma_p`, and let
the merged neuron be :math:`s|\omega| = \sum_p \sigma_p \ell_p`, the other neurons as before. With :math:`h = \sum_j
c_j g(\cdot, z_j)` and M its Hessian on the tangent space at e, and :math:`\zeta_p = \sigma_p \eta_p` for a
displacement :math:`\eta_p` of a member, :math:`\eta = \sum_p \zeta_p`, the second variation of the loss is that of
the merged network under :math:`\eta` plus twice

.. math:: \sum_p \frac{1}{\sigma_p \ell_p} (\zeta_p - \tau_p \eta)^\top M (\zeta_p - \tau_p \eta), \qquad
          \tau_p = \frac{\sigma_p \ell_p}{s |\omega|},

for the members' own pairs have no second derivative in one of their vectors. The form
:math:`\sum_p y_p^2/(\sigma_p \ell_p)` on :math:`\sum_p y_p = 0` has as many positive and negative squares as there
are positive and negative signs, without one of sign s (its complement, :math:`y_p = \sigma_p \ell_p`, has the value
:math:`s|\omega|`). Let :math:`S = 2 s\, \nabla^2 h(\omega)`, which has the sign of s M and the null vector e. A
family with E + 1 members of sign s and O of the other therefore adds to the index of the merged network

.. math:: E \cdot \#\{\text{negative eigenvalues of } S\} + O \cdot \#\{\text{positive ones}\},

and its nullity is that of the family itself, its size minus 1, if S is nonsingular across e.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint
import numpy as np

from verify.certificates.definite import diagonalise
from verify.certificates.midrad import MidRad
from verify.certificates.rectified.existence import Search
from verify.certificates.rectified.pairs import Ball


@dataclass(frozen=True)
class Tangent:
    """Eigenvalues of S across the neuron's direction, at the critical point, counted by sign. Enclosure.

    Attributes
    ----------
    negative, positive : int
        They sum to dim - 1.
    smallest : float
        Lower bound on their absolute values (and on another number, in one dimension).
    """

    negative: int
    positive: int
    smallest: float


@dataclass(frozen=True)
class Family:
    """Several neurons that act as one. Enclosure.

    Attributes
    ----------
    neuron : int
        Of the merged network.
    same, opposite : int
        Members with the sign of the merged neuron, and with the other.
    tangent : Tangent or None
        None if it was not decided.
    """

    neuron: int
    same: int
    opposite: int
    tangent: Tangent | None

    @property
    def index(self) -> int | None:
        """What the family adds to the index of the merged network, for all lengths of its members."""
        if self.tangent is None:
            return None
        return (self.same - 1) * self.tangent.negative + self.opposite * self.tangent.positive


def tangent(search: Search, i: int, radius: Ball) -> Tangent | None:
    """Count the eigenvalues of S across the direction of neuron i, for all points within ``radius``. Enclosure.

    S has the null vector e; with a multiple of :math:`e e^\\top` added it is nonsingular if it is across e.
    """
    residual = search.at.residual(i)
    if not residual.known():
        return None
    lift = float(np.abs(residual.mid).max()) or 1.0
    e = search.at.direction(i)
    frame = diagonalise(residual + lift * (MidRad(e.mid[:, None], e.rad[:, None]) * e))
    signs = None if frame is None else frame.signs()
    if signs is None:
        return None
    # S is a diagonal block of the Hessian less a constant; |e e' - f f'| <= 2 |e - f| <= 2 |w - v| / |w| * 1 each.
    away = search.change(radius) + 2 * flint.arb(lift) * (2 * radius / search.shortest())
    least = (flint.arb(signs.smallest) - away).lower()
    if not least > 0:
        return None
    return Tangent(signs.negative, search.setting.dim - 1 - signs.negative, float(least) * (1 - 1e-15))


def families(search: Search, radius: Ball, members: list[tuple[int, int]]) -> tuple[Family, ...]:
    """One for each neuron of the merged network that stands for several. Enclosure.

    Parameters
    ----------
    search : Search
    radius : exact ball
        The critical point is within this of the point.
    members : list of (same, opposite)
        For each neuron of the merged network.
    """
    return tuple(
        Family(i, same, opposite, tangent(search, i, radius))
        for i, (same, opposite) in enumerate(members)
        if same + opposite > 1
    )

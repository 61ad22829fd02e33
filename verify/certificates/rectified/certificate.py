"""What was proved of a point of a ReLU network."""

from __future__ import annotations

from dataclasses import dataclass, field

from mpmath import mp

from numerics.problem import Array
from verify.certificates.existence import Status
from verify.certificates.rectified.collinear import Family
from verify.certificates.rectified.dead import Resting
from verify.certificates.rectified.existence import Found, Search
from verify.certificates.rectified.network import Setting
from verify.certificates.rectified.pairs import Ball
from verify.certification import Certificate


@dataclass(frozen=True, eq=False)
class RectifiedCertificate(Certificate):
    """What was proved of a point of a ReLU network. Enclosure.

    ``point``, ``radius`` and ``uniqueness_radius`` are those of the merged network: rows
    :math:`(\\omega_i, s_i)` with trained outgoing weights, :math:`(w_i, a_i)` with fixed ones. ``index`` counts on
    the quotient by rescaling, and with collinear neurons for every point of their continuum.

    Attributes
    ----------
    trained : bool
    smallest : tuple of two mpmath numbers, or None
        Enclosure of the smallest eigenvalue of the merged network's Hessian.
    merged_index : int or None
        Index of the merged network.
    families : tuple of Family
        Of collinear neurons.
    resting : tuple of Resting
        Of dead neurons, one for each sign of outgoing weights.
    region : exact ball or None
        Radius of the ball in which flows from ``start`` stay; with collinear neurons, of all neurons of the network.
    shares : tuple of exact balls
        With collinear neurons, the base of that ball: lengths of all neurons over that of the merged one.
    groups : tuple of tuples of int
        For each neuron of the merged network those that it stands for.
    turned : ndarray, shape (n,), or None
        For even activations -1 for neurons that stand for themselves turned over, w for -w.
    setting : Setting or None
    """

    trained: bool = False
    smallest: tuple[mp.mpf, mp.mpf] | None = None
    merged_index: int | None = None
    families: tuple[Family, ...] = ()
    resting: tuple[Resting, ...] = ()
    region: Ball = None
    shares: tuple[Ball, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()
    turned: Array | None = None
    setting: Setting | None = None
    search: Search | None = field(default=None, repr=False)
    found: Found | None = field(default=None, repr=False)

    @property
    def stationary(self) -> bool | None:
        """Whether 0 is in the regular subdifferential: every dead neuron stays so; None if that was not decided."""
        answers = [one.stays for one in self.resting]
        if self.status is not Status.UNIQUE:
            return None
        if False in answers:
            return False
        return None if None in answers else True

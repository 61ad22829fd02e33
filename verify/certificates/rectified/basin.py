r"""Which gradient flows end at a certified minimum of the loss of a ReLU network.

Let :math:`x^*` be a minimum of :math:`F_s` whose Hessian is at least :math:`\lambda > 0`, and let the Hessian change
by at most K d over a distance d, on the ball of radius r around :math:`x^*`, where no :math:`\omega_i` vanishes. If
:math:`K r < \lambda`, then on the sphere :math:`F_s \ge F_s(x^*) + \lambda r^2/2 - K r^3/6`, and :math:`x^*` is the
only critical point in the ball.

*Outgoing weights held fixed.* A flow that starts in the ball with less loss than that never reaches the sphere, for
the loss falls along it; it converges to :math:`x^*`.

*Trained outgoing weights.* With :math:`\omega_i = |a_i| w_i` and :math:`s_i = \mathrm{sign}\, a_i` the loss is
:math:`F_s(\omega)` as long as no outgoing weight changes its sign, and by the same argument :math:`\omega` stays in
the ball. There :math:`|a_i| |w_i|` is bounded away from zero and infinity, and :math:`a_i^2 - |w_i|^2` does not
change along the flow: the outgoing weights keep their signs, and (w, a) stays in a compact set in which the critical
points are those with :math:`\omega = x^*`. So :math:`\omega` converges to :math:`x^*`, and (w, a) to the one network
of these balances that has this :math:`\omega`.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint

from verify.certificates.existence import Status
from verify.certificates.rectified.existence import BITS, Found, Search
from verify.certificates.rectified.network import AtPoint, Rows
from verify.certificates.rectified.pairs import Ball, root_of

#: Candidates for the radius, as parts of the largest on which the loss is convex.
PARTS = (0.98, 0.7, 0.4)


@dataclass(frozen=True, eq=False)
class Basin:
    """Whether the flow from a point was proved to end at the minimum. Enclosure.

    Attributes
    ----------
    proved : bool
    radius : exact ball or None
        Of the ball around the given point in which the flow stays.
    distance, reach : float or None
        Of the start in the unknowns, and how far the ball reaches.
    why : str or None
    """

    proved: bool
    radius: Ball = None
    distance: float | None = None
    reach: float | None = None
    why: str | None = None


def gauge(outgoing: list[Ball], start: Rows, *, trained: bool) -> Rows | None:
    """The unknowns of a network with these signs of its outgoing weights, or None if it has others. Exact.

    Parameters
    ----------
    outgoing : list of exact balls
    start : rows of exact balls
        Incoming weights, and outgoing ones as last column where they are trained.
    """
    if not trained:
        return [list(row) for row in start]
    rows = []
    for s, row in zip(outgoing, start, strict=True):
        if not s * row[-1] > 0:
            return None
        rows.append([abs(row[-1]) * x for x in row[:-1]])
    return rows


def basin(search: Search, found: Found, start: Rows, *, trained: bool) -> Basin:
    """Whether gradient flow from ``start`` converges to the critical point found. Enclosure.

    Parameters
    ----------
    search : Search
    found : Found
        What was proved of its point.
    start : rows of exact balls
        Incoming weights, and outgoing ones as last column where they are trained.
    trained : bool
    """
    if found.status is not Status.UNIQUE or found.signs is None or found.signs.negative:
        return Basin(False, why="it is not a strict minimum")
    with flint.ctx.workprec(2 * BITS):
        omega = gauge(search.setting.outgoing, start, trained=trained)
        if omega is None:
            return Basin(False, why="an outgoing weight of the start has another sign")
        ways = [x - y for xs, ys in zip(omega, search.point, strict=True) for x, y in zip(xs, ys, strict=True)]
        distance = root_of(sum((t * t for t in ways), flint.arb(0))).upper()
        excess = (AtPoint(search.setting, omega).loss() - minimum_loss(search, found)).upper()
    least, wide = flint.arb(found.signs.smallest), found.uniqueness
    nearest, reach = float("inf"), 0.0
    for part in PARTS:
        radius = (flint.arb(part) * wide).lower()
        # Everything is about the ball around the critical point, which the larger one around the given point holds.
        outer = (radius + found.radius).upper()
        barrier = ((least / 2 - search.third(outer) * radius / 6) * radius**2).lower()
        # A thousandth is left for another's rounding.
        if 1.001 * (distance + found.radius) < radius and excess < barrier and 1.001 * excess < barrier:
            return Basin(True, radius, float(distance), float(radius))
        if barrier > 0:
            # Of the distance and of the loss, as a distance: both shrink with the gradient.
            parts = float(distance / radius), max(float(excess / barrier), 0.0) ** 0.5
            if max(parts) < nearest:
                nearest, reach = max(parts), float(radius)
    why = f"the flow's last point is {float(distance):.1e} away, with {float(excess):.1e} more loss than the minimum"
    return Basin(False, distance=nearest * reach if reach else None, reach=reach or None, why=why)


def minimum_loss(search: Search, found: Found) -> Ball:
    """The loss at the critical point: Taylor's theorem there, where the gradient vanishes. Enclosure."""
    if search.setting.n == 0:
        return search.loss
    most = (search.norm() + search.change(found.radius)) * found.radius**2 / 2
    with flint.ctx.workprec(search.bits + 64):
        return search.loss + flint.arb(0, most.upper())

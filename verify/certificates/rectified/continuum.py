r"""Gradient flows that end on a continuum of minima: networks with collinear neurons.

Let all neurons of the network have :math:`\omega_p = |a_p| w_p` and signs :math:`\sigma_p`, and let a family of
minima be :math:`\omega_p = \ell_p e_g` for the members p of each group g, :math:`\sum_p \sigma_p \ell_p` given: a
piece of an affine space, on which the loss F has the value :math:`F^*`, and whose directions T its Hessian
annihilates. At a base point :math:`\Omega^\circ` of it let the Hessian be at least :math:`\mu` across T, and let it
change by at most K d over a distance d on the ball of radius R around it, in which no :math:`\omega_p` vanishes and
:math:`\mu' = \mu - K R > 0`. On every line across the family F is strongly convex in the ball, hence

.. math:: |\nabla F|^2 \ge 2 \mu' (F - F^*),

and the only critical points are those of the family. Along gradient flow in (w, a),
:math:`\dot\omega_p = -(a_p^2 I + w_p w_p^\top) \nabla_p F`, a gradient flow in a metric whose eigenvalues are between
:math:`\gamma_- = \min a_p^2` and :math:`\gamma_+ = \max (a_p^2 + |w_p|^2)`; as :math:`a_p^2 - |w_p|^2` does not
change, both follow from bounds on :math:`|\omega_p|`. So :math:`\sqrt{F - F^*}` falls by at least
:math:`\sqrt{\gamma_- \mu' / (2 \gamma_+)}` times the length of the way, which is therefore at most

.. math:: \sqrt{F_0 - F^*}\, \sqrt{2 \gamma_+ / (\gamma_- \mu')} :

if this and the distance of the start from the base sum to less than R the flow stays in the ball, has a finite length
and converges to a point of the family.

References
----------
Łojasiewicz, *Une propriété topologique des sous-ensembles analytiques réels*, 1963; Polyak, *Gradient methods for the
minimisation of functionals*, 1963.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint
import numpy as np

from verify.certificates.definite import diagonalise
from verify.certificates.midrad import MidRad
from verify.certificates.rectified.basin import Basin, minimum_loss
from verify.certificates.rectified.existence import BITS, Found, Search
from verify.certificates.rectified.network import AtPoint, Rows, Setting
from verify.certificates.rectified.pairs import Ball, dot, root_of

#: Candidates for the radius, as parts of that on which the Hessian across the family may vanish.
PARTS = (0.5, 0.1, 0.02, 1e-3)


@dataclass(frozen=True, eq=False)
class Continuum(Basin):
    """A basin of a family of minima. Enclosure.

    Attributes
    ----------
    shares : list of exact balls
        Length of each neuron of the start over that of its merged neuron, at the base point.
    """

    shares: tuple[Ball, ...] = ()


@dataclass(frozen=True, eq=False)
class _Base:
    """The network with all its neurons, at the base point."""

    at: AtPoint
    blur: Ball
    shares: list[Ball]
    #: The Hessian across the family is at least this.
    least: Ball


def continuum(search: Search, found: Found, groups: tuple[tuple[int, ...], ...], start: Rows) -> Continuum:
    """Whether gradient flow from ``start`` converges to a point of the family found. Enclosure.

    Parameters
    ----------
    search : Search
        Of the merged network.
    found : Found
    groups : tuple of tuples of int
        For each merged neuron the rows of ``start`` that it stands for; together all rows.
    start : rows of exact balls
        Incoming weights, and outgoing ones as last column.
    """
    with flint.ctx.workprec(2 * BITS):
        members = [p for group in groups for p in group]
        omega = [[abs(start[p][-1]) * x for x in start[p][:-1]] for p in members]
        signs = [flint.arb(1 if start[p][-1] > 0 else -1) for p in members]
        base = _base(search, found, groups, omega, signs)
        if isinstance(base, str):
            return Continuum(False, why=base)
        ways = [x - y for xs, ys in zip(omega, base.at.point, strict=True) for x, y in zip(xs, ys, strict=True)]
        distance = (root_of(dot(ways, ways)) + base.blur).upper()
        excess = (AtPoint(base.at.setting, omega).loss() - minimum_loss(search, found)).upper()
        height = root_of(excess)
        balances = [start[p][-1] ** 2 - dot(start[p][:-1], start[p][:-1]) for p in members]
        widest = _widest(base)
        nearest, reach = float("inf"), 0.0
        for part in PARTS:
            radius = (flint.arb(part) * widest).lower()
            outer = (radius + base.blur).upper()
            least = base.least - base.at.third(outer) * radius
            low, high = metric(base.at.lengths()[: len(members)], balances, outer)
            if not (least > 0 and low > 0):
                continue
            way = height * (2 * high / (low * least)).sqrt()
            # A thousandth is left for another's rounding.
            if 1.001 * (distance + way) < radius:
                return Continuum(True, radius, float(distance), float(radius), None, tuple(base.shares))
            if float(distance + way) / float(radius) < nearest:
                nearest, reach = float(distance + way) / float(radius), float(radius)
    if not reach:
        return Continuum(False, why="no region was found in which the loss is convex across the family")
    why = f"the flow's last point is {float(distance):.1e} away from the family, and may go too far along it"
    # What stands against the reach is the way to go, too: both shrink with the gradient.
    return Continuum(False, distance=nearest * reach, reach=reach, why=why)


def _base(
    search: Search, found: Found, groups: tuple[tuple[int, ...], ...], omega: Rows, signs: list[Ball]
) -> _Base | str:
    """The point of the family next to a network, and the Hessian there."""
    shares, point, place = [], [], 0
    for i, group in enumerate(groups):
        s, centre = search.setting.outgoing[i], search.point[i]
        own = range(place, place + len(group))
        place += len(group)
        rough = [flint.arb(float(dot(omega[p], centre) / dot(centre, centre))) for p in own]
        # The last one makes the signed sum exact.
        last = signs[own[-1]] * (s - sum((signs[p] * t for p, t in zip(own[:-1], rough, strict=False)), flint.arb(0)))
        rough[-1] = last
        if not all(t > 0 and t.is_exact() for t in rough):
            return "the lengths of the collinear neurons are not all positive"
        shares += rough
        point += [[(t * x).mid() for x in centre] for t in rough]
    setting = Setting(
        signs, search.setting.teacher, search.setting.teacher_outgoing, search.setting.dim, search.setting.form
    )
    total = root_of(dot(shares, shares))
    with flint.ctx.workprec(BITS):
        at = AtPoint(setting, point)
        hessian = at.hessian()
    # From the rows here to those of the critical point: its radius, and the rounding of the products.
    rounding = sum(at.lengths()[: len(point)], flint.arb(0)) * flint.arb(2) ** (8 - 2 * BITS)
    blur = (total * found.radius + rounding).upper()
    lift = float(np.abs(np.diagonal(hessian.mid)).max())
    frame = diagonalise(hessian + lift * _along(search, groups, signs))
    spectrum = None if frame is None else frame.signs()
    if spectrum is None or spectrum.negative:
        return "the Hessian across the family is not shown to be positive"
    turned = 4 * found.radius / search.shortest()
    least = flint.arb(spectrum.smallest) - at.third(blur) * blur - flint.arb(lift) * turned
    return _Base(at, blur, shares, least.lower())


def _along(search: Search, groups: tuple[tuple[int, ...], ...], signs: list[Ball]) -> MidRad:
    """The projector to the directions of the family: lengths whose signed sum does not change."""
    dim, order = search.setting.dim, len(signs) * search.setting.dim
    mid, rad, place = np.zeros((order, order)), np.zeros((order, order)), 0
    for i, group in enumerate(groups):
        m = len(group)
        sigma = np.array([float(x) for x in signs[place : place + m]])
        # Of order m: entries are 1 - 1/m and -+1/m, rounded once.
        lengths = MidRad(np.eye(m)) - MidRad(np.outer(sigma, sigma)) / float(m)
        e = search.at.direction(i)
        square = MidRad(e.mid[:, None], e.rad[:, None]) * e
        for p in range(m):
            for q in range(m):
                block = lengths[p, q] * square
                rows = slice((place + p) * dim, (place + p + 1) * dim)
                columns = slice((place + q) * dim, (place + q + 1) * dim)
                mid[rows, columns], rad[rows, columns] = block.mid, block.rad
        place += m
    return MidRad(mid, rad)


def _widest(base: _Base) -> Ball:
    """A radius, nearly the largest, up to which the Hessian across the family stays positive. Approximation."""
    lengths = base.at.lengths()[: base.at.setting.n]
    radius = 0.5 * min(float(x) for x in lengths)
    for _ in range(60):
        third = float(base.at.third(flint.arb(radius)))
        if third * radius <= float(base.least):
            break
        radius = min(0.9 * radius, max(float(base.least) / third, 0.25 * radius))
    return flint.arb(radius)


def metric(lengths: list[Ball], balances: list[Ball], radius: Ball) -> tuple[Ball, Ball]:
    r"""Bounds on :math:`a^2` from below and :math:`a^2 + |w|^2` from above, for all neurons. Enclosure.

    From :math:`a^2 - |w|^2 = \beta` and :math:`|a| |w| = \ell`: :math:`a^2 + |w|^2 = \sqrt{\beta^2 + 4 \ell^2}`.
    """
    low, high = flint.arb.pos_inf(), flint.arb(0)
    for length, balance in zip(lengths, balances, strict=True):
        shortest = length - radius
        if not shortest > 0:
            return flint.arb(0), flint.arb.pos_inf()
        least = ((balance + (balance**2 + 4 * shortest**2).sqrt()) / 2).lower()
        most = (balance**2 + 4 * (length + radius) ** 2).sqrt().upper()
        low, high = (least if least < low else low), (most if most > high else high)
    return low, high

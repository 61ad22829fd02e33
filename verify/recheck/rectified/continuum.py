r"""Gradient flow ends on a family of minima, again.

All neurons of the network have omega_p = |a_p| w_p and signs sigma_p. The family is omega_p = l_p e_i for the members
p of each neuron i of x*, with sum_p sigma_p l_p = s_i |omega_i|: affine, of constant loss F*, null directions T of
the Hessian. At its base, l_p = share_p |omega_i|, let the Hessian be at least mu across T. On the ball of radius R
around the base, where the Hessian changes by at most K d over a distance d and no omega_p vanishes, it is at least
mu' = mu - K R > 0 across T; F is strongly convex on each line across the family, so that |grad F|^2 >=
2 mu' (F - F*) and nothing else is critical. Flow in (w, a) is omega_p' = -(a_p^2 I + w_p w_p') grad_p F: a gradient
flow for a metric with eigenvalues from g = min a_p^2 to G = max (a_p^2 + |w_p|^2), which a_p^2 - |w_p|^2, constant,
and |omega_p| bound. (F - F*)^(1/2) falls by (g mu' / (2 G))^(1/2) times the way. If the distance of the start and
((F_0 - F*) 2 G / (g mu'))^(1/2) sum to less than R, the flow stays and converges to a point of the family.
"""

from __future__ import annotations

from dataclasses import replace

import flint

from verify.recheck.findings import Findings
from verify.recheck.numbers import Ball
from verify.recheck.rectified.network import Network
from verify.recheck.rectified.relu import length, root, unit
from verify.recheck.rectified.schema import Rectified, Rows
from verify.recheck.spectra import greatest, inertia, row_sums

HESSIAN_BITS = 192


def prove_continuum(c: Rectified, loss: Ball, find: Findings) -> None:
    """For ``loss`` an enclosure of F*; to be called at the precision that it has."""
    assert c.start is not None
    assert c.region is not None
    assert c.shares is not None
    signs = [flint.arb(1 if row[-1] > 0 else -1) for row in c.start]
    if not find.demand(_proper(c, signs), "the shares and signs of the start are not those of the families"):
        return
    whole = replace(c, student_outgoing=signs)
    places = [i for i, size in enumerate(c.sizes) for _ in range(size)]
    base = [[share * x for x in c.point[i]] for share, i in zip(c.shares, places, strict=True)]
    omega = [[abs(row[-1]) * x for x in row[:-1]] for row in c.start]
    height = root(Network(whole, omega).loss() - loss)
    blur = (length(c.shares) * c.radius).upper()
    away = length([x - y for xs, ys in zip(omega, base, strict=True) for x, y in zip(xs, ys, strict=True)]) + blur
    with flint.ctx.workprec(HESSIAN_BITS):
        network = Network(whole, base)
        least = _across(c, network, signs, places, blur)
        outer = (c.region + blur).upper()
        mu = (least - network.third(outer) * c.region).lower()
        low, high = _metric(c.start, network.lengths, outer)
    find.note("basin_distance", away.upper())
    if not find.demand(
        bool(mu > 0) and bool(low > 0) and bool(c.region > 0), "the Hessian is not shown to be positive in the region"
    ):
        return
    way = height * (2 * high / (low * mu)).sqrt()
    find.demand(bool(away + way < c.region), "gradient flow from the start is not shown to stay in the region")


def _proper(c: Rectified, signs: list[Ball]) -> bool:
    """Positive shares whose signed sums are the signs of the merged neurons, and outgoing weights that are not 0."""
    assert c.start is not None
    assert c.shares is not None
    if not all(bool(row[-1] != 0) for row in c.start) or not all(bool(t > 0) for t in c.shares):
        return False
    place = 0
    families = {one.neuron: one for one in c.families}
    for i, size in enumerate(c.sizes):
        own = range(place, place + size)
        place += size
        total = sum((signs[p] * c.shares[p] for p in own), flint.arb(0))
        # A comparison of exact numbers.
        if not (total.is_exact() and total == c.student_outgoing[i]):
            return False
        same = sum(bool(signs[p] == c.student_outgoing[i]) for p in own)
        if same != (families[i].same if i in families else 1):
            return False
    return True


def _across(c: Rectified, network: Network, signs: list[Ball], places: list[int], blur: Ball) -> Ball:
    """Lower bound on the Hessian across the family at its base; not a number if it is not shown to be positive."""
    d = c.dim
    H = network.hessian()
    lift = greatest(row_sums(H))
    rows: Rows = H.tolist()
    directions = [unit(row) for row in c.point]
    for p, i in enumerate(places):
        for q, j in enumerate(places):
            if i != j:
                continue
            # Of the lengths with signed sum 0: I - sigma sigma' / size.
            weight = lift * (int(p == q) - signs[p] * signs[q] / c.sizes[i])
            for x in range(d):
                for y in range(d):
                    rows[p * d + x][q * d + y] += weight * (directions[i][x] * directions[i][y])
    form = inertia(flint.arb_mat(rows))
    if form is None or not form.proved or form.negatives:
        return flint.arb.nan()
    shortest = [length(row) - c.radius for row in c.point]
    if not all(bool(x > 0) for x in shortest):
        return flint.arb.nan()
    # |e e' - f f'| <= 2 |e - f| <= 2 |w - v| / |w|.
    turned = greatest([(2 * c.radius / x).upper() for x in shortest])
    return (form.gap() - network.third(blur) * blur - lift * turned).lower()


def _metric(start: Rows, lengths: list[Ball], radius: Ball) -> tuple[Ball, Ball]:
    """Bounds on a^2 from below and a^2 + |w|^2 from above, with |a||w| within ``radius`` of ``lengths``."""
    lows, highs = [], []
    for row, middle in zip(start, lengths, strict=False):
        low = middle - radius
        if not low > 0:
            return flint.arb.nan(), flint.arb.nan()
        balance = row[-1] ** 2 - sum((x * x for x in row[:-1]), flint.arb(0))
        lows.append((-(balance + root(balance**2 + 4 * low**2)) / 2).upper())
        highs.append(root(balance**2 + 4 * (middle + radius) ** 2).upper())
    return -greatest(lows), greatest(highs)

r"""The proof of a certificate of a ReLU network, again.

*The point.* Let mu > 0 bound the absolute eigenvalues of the Hessian at the point, and let it change by at most K d
over a distance d, within the uniqueness_radius R. If K R < mu then mean slopes on segments are nonsingular: at most
one critical point. With gamma = |grad L| and gamma <= (mu - K radius) radius, x -> x - H^-1 grad L(x) maps the ball
of radius into itself and contracts: one. Its eigenvalues have the signs of those at the point, and differ by at most
K radius.

*Trained outgoing weights.* Then the given ones are +-1, and the point stands for w_i |a_i|.

*Families.* Members sigma_p l_p of sum s |omega| with displacements sigma_p eta_p = zeta_p have the second variation
of the merged neuron and 2 sum_p (zeta_p - tau_p eta)' M (zeta_p - tau_p eta) / (sigma_p l_p), tau_p = sigma_p l_p /
(s |omega|). On sum_p y_p = 0, sum_p y_p^2 / (sigma_p l_p) has one square of sign s less than there are such members.
So ``same`` - 1 copies of S (the sign of s M) and ``opposite`` copies of -S add to the index. S annihilates the
direction e of the neuron; with t e e' added it is nonsingular if it is so across e.

*Basin.* With lambda the least eigenvalue at the critical point x*, L >= L(x*) + lambda rho^2 / 2 - K rho^3 / 6 on the
sphere of radius rho around it, if K is right up to there. A flow that starts inside with less loss stays inside.
Trained weights keep a_i^2 - |w_i|^2 and, as |a_i| |w_i| stays away from 0, their signs: omega stays in the ball, and
the only critical points there are those of x*.
"""

from __future__ import annotations

import flint

from verify.recheck.findings import Findings
from verify.recheck.numbers import Ball, mantissa_bits, size
from verify.recheck.rectified.continuum import prove_continuum
from verify.recheck.rectified.network import Network
from verify.recheck.rectified.relu import length, unit
from verify.recheck.rectified.resting import prove_resting
from verify.recheck.rectified.schema import Rectified, Rows
from verify.recheck.spectra import greatest, inertia, row_sums

#: Precision of Hessians.
HESSIAN_BITS = 192


def prove_rectified(certificate: Rectified, find: Findings) -> Ball | None:
    """Prove everything but the interval of the loss, of which an enclosure is returned."""
    if not _sane(certificate, find):
        return None
    bits = _bits(certificate)
    with flint.ctx.workprec(2 * bits):
        at_point = Network(certificate, certificate.point)
        gradient, value = length(at_point.gradient()).upper(), at_point.loss()
    find.note("gradient", gradient)
    if certificate.n == 0:
        find.demand(certificate.index == 0, "a network without neurons has index 0")
        norm, network = flint.arb(0), at_point
    else:
        with flint.ctx.workprec(HESSIAN_BITS):
            network = Network(certificate, certificate.point)
            norm = _point(certificate, network, gradient, find)
    if find.reasons:
        return None
    with flint.ctx.workprec(2 * bits):
        # Taylor at the critical point, where the gradient vanishes.
        loss = value + flint.arb(0, (norm * certificate.radius**2 / 2).upper())
        if certificate.start is not None:
            _basin(certificate, network, loss, find)
    with flint.ctx.workprec(HESSIAN_BITS):
        for one in certificate.resting:
            prove_resting(certificate, network, one, find)
    return loss


def _sane(certificate: Rectified, find: Findings) -> bool:
    c = certificate
    tests = [
        (c.uniqueness_radius > 0, "uniqueness_radius is not positive"),
        (c.radius >= 0, "radius is negative"),
        (c.radius <= c.uniqueness_radius, "radius is larger than uniqueness_radius"),
        (c.loss[0] <= c.loss[1], "the interval of the loss is empty"),
        (c.lambda_min is None or c.lambda_min > 0, "lambda_min is not positive"),
        (c.smallest is None or c.smallest[0] <= c.smallest[1], "the interval of the smallest eigenvalue is empty"),
        (
            not c.trained or all(abs(s) == 1 for s in c.student_outgoing),
            "trained outgoing weights are given by their signs, 1 or -1",
        ),
        (len({one.sign for one in c.resting}) == len(c.resting), "a sign of dead neurons occurs twice"),
    ]
    for certain, reason in tests:
        find.demand(bool(certain), reason)
    return not find.reasons


def _bits(certificate: Rectified) -> int:
    longest = max((mantissa_bits(x) for row in certificate.point for x in row), default=0)
    tiny = max(0, -size(certificate.radius)) if certificate.radius != 0 else 0
    return int(max(HESSIAN_BITS, longest + 64, 2 * tiny + 64))


def _point(c: Rectified, network: Network, gradient: Ball, find: Findings) -> Ball:
    """Existence, uniqueness, index and families; returns a bound on the Hessian's norm near by."""
    H = network.hessian()
    form = inertia(H)
    if form is None or not form.proved:
        find.demand(False, "the Hessian is not shown to be nonsingular at the point")
        return flint.arb.nan()
    mu = form.gap()
    wide = (network.third(c.uniqueness_radius) * c.uniqueness_radius).upper()
    find.note("third", network.third(c.uniqueness_radius))
    find.demand(bool(wide < mu), "the Hessian is not shown to be nonsingular up to uniqueness_radius")
    change = (network.third(c.radius) * c.radius).upper()
    find.demand(bool(gradient <= (mu - change) * c.radius), "no critical point is shown to lie within radius")
    least = (mu - change).lower()
    find.note("lambda_min", least)
    assert c.lambda_min is not None
    assert c.smallest is not None
    find.demand(bool(least >= c.lambda_min), "lambda_min is larger than what can be shown")
    low, high = _smallest(form.diagonal, form.discs, form.skew)
    find.demand(
        bool(c.smallest[0] <= low - change) and bool(high + change <= c.smallest[1]),
        "the smallest eigenvalue is not shown to lie in its interval",
    )
    total = form.negatives
    for family in c.families:
        added = _family(network, family.neuron, family.same, family.opposite, c.radius)
        if find.demand(added is not None, f"the sign test of the family of neuron {family.neuron} is not decided"):
            assert added is not None
            find.demand(
                added == family.index,
                f"the family of neuron {family.neuron} adds {added} to the index, stated are {family.index}",
            )
            total += added
    find.facts["index"] = total
    find.demand(total == c.index, f"the index is {total}, stated is {c.index}")
    return (greatest(row_sums(H)) + change).upper()


def _smallest(diagonal: list[Ball], discs: list[Ball], skew: Ball) -> tuple[Ball, Ball]:
    """Bounds on the least eigenvalue: of the nearly diagonal form, over the quadratic form of its basis."""
    low = -greatest([(abs(x) * disc - x).upper() for x, disc in zip(diagonal, discs, strict=True)])
    first = min(diagonal, key=float)
    disc = discs[diagonal.index(first)]
    high = (first + abs(first) * disc).upper()
    ends = []
    for value, outward in ((low, -1), (high, 1)):
        quotients = [value / (1 - skew), value / (1 + skew)]
        bounds = [(outward * x).upper() for x in quotients]
        ends.append(outward * greatest(bounds))
    return ends[0], ends[1]


def _family(network: Network, neuron: int, same: int, opposite: int, radius: Ball) -> int | None:
    S, e = network.residual(neuron), unit(network.Z[neuron])
    lift = greatest(row_sums(S)) + flint.arb(2) ** -200
    column = flint.arb_mat([[x] for x in e])
    form = inertia(S + column * column.transpose() * lift)
    if form is None or not form.proved:
        return None
    low = network.lengths[neuron] - radius
    change = network.third(radius) * radius + 2 * lift * radius / low
    if not (low > 0 and change < form.gap()):
        return None
    negative = form.negatives
    return (same - 1) * negative + opposite * (network.dim - 1 - negative)


def _basin(c: Rectified, network: Network, loss: Ball, find: Findings) -> None:
    assert c.start is not None
    assert c.region is not None
    if not find.demand(c.index == 0 and not c.resting, "a basin needs a minimum without dead neurons"):
        return
    if c.families:
        prove_continuum(c, loss, find)
        return
    assert c.smallest is not None
    omega = _unknowns(c)
    if not find.demand(omega is not None, "an outgoing weight of the start has another sign"):
        return
    assert omega is not None
    ways = [x - y for xs, ys in zip(omega, c.point, strict=True) for x, y in zip(xs, ys, strict=True)]
    away = (length(ways) + c.radius).upper()
    find.note("basin_distance", away)
    outer = (c.region + c.radius).upper()
    barrier = (c.smallest[0] / 2 - network.third(outer) * c.region / 6) * c.region**2
    inside = bool(c.region > 0) and bool(outer <= c.uniqueness_radius) and bool(away < c.region)
    below = bool(Network(c, omega).loss() - loss < barrier)
    find.demand(inside and below, "gradient flow from the start is not shown to stay in the region")


def _unknowns(c: Rectified) -> Rows | None:
    assert c.start is not None
    if not c.trained:
        return c.start
    rows = []
    for s, row in zip(c.student_outgoing, c.start, strict=True):
        if not s * row[-1] > 0:
            return None
        rows.append([abs(row[-1]) * x for x in row[:-1]])
    return rows

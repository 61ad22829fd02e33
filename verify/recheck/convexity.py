r"""Proof by convexity: one minimum in a box, in an ellipsoid around it, and gradient flow from points near by.

*Minimum.* If Hess L >= lambda > 0 on the box of radius r around a point and |grad L(point)|_2 <= lambda r, then on
the sphere of radius r <grad L(x), x - point> >= lambda r^2 - |grad L(point)| r >= 0: a critical point lies in its
ball, and only one in the box.

*Ellipsoid.* Let |u|_H^2 = u' Hess L(x*) u and |u|_D^2 = sum_i xi_i^2 |omega_i|^2 + eta_i^2 alpha_i^2 for
u_i = (omega_i, alpha_i), with Hess L(x*) >= mu D^2. From L = |r|^2 in L2,
D^3 L[u, u, u] = 6 <Df u, D^2 f[u, u]> + 2 <r, D^3 f[u, u, u]>. On E = {|x - x*|_H <= rho}, with c_m of
``bounded``,

    |D^2 f[u, u]| <= k2 |u|_H^2,  |D^3 f[u, u, u]| <= k3 |u|_H^3,  |Df u| <= p |u|_H,  |r| <= l + p rho,

since |Df(x*) u|^2 = (|u|_H^2 - S[u, u]) / 2 for the residual part S >= -s D^2 of the Hessian. So
|D^3 L[u, u, u]| <= M |u|_H^3, and Hess L(x) >= (1 - M |x - x*|_H) Hess L(x*): if M rho < 1, x* is the only critical
point in E. Flow from a point at distance T stays in E if its loss is below that on the boundary of E, which
L - L* between |d|^2/2 -+ M |d|^3/6 decides.
"""

from __future__ import annotations

import flint

from verify.recheck.bounded import norms_of
from verify.recheck.findings import Findings
from verify.recheck.network import Network
from verify.recheck.numbers import Ball
from verify.recheck.schema import Full, Rows
from verify.recheck.spectra import greatest, least_eigenvalue, row_sums


def prove_minimum(certificate: Full, H: flint.arb_mat, gradient: Ball, find: Findings) -> None:
    """S1 and S2 up to uniqueness: ``gradient`` bounds the Euclidean norm at the point, H holds the box of radius."""
    find.demand(certificate.index == 0, f"a proof by convexity has index 0, stated is {certificate.index}")
    least = least_eigenvalue(H)
    find.note("lambda_min", least)
    if find.demand(bool(least > 0), "the Hessian could not be shown to be positive definite"):
        find.demand(
            bool(least >= certificate.lambda_min),
            f"lambda_min is larger than what can be shown ({find.facts['lambda_min']})",
        )
        find.demand(bool(gradient <= least * certificate.radius), "the gradient at the point is too large for radius")


def prove_ellipsoid(
    certificate: Full, network: Network, H: flint.arb_mat, loss: Ball, total: Ball, find: Findings
) -> None:
    """Uniqueness in the box of uniqueness_radius, and the basin; ``loss`` bounds L(x*), ``total`` sum |H_ij|.

    The basin's start is that of the certificate, or where the flow from there was shown to be at a later time.
    """
    assert certificate.metric is not None
    assert certificate.rho is not None
    rho, metric = certificate.rho, certificate.metric
    positive = rho > 0 and all(x > 0 for row in metric for x in row)
    if not find.demand(bool(positive), "metric and rho have to be positive"):
        return
    wide = certificate.dim + 1
    scale = [1 / x for xi, eta in metric for x in [xi] * certificate.dim + [eta]]
    mu = least_eigenvalue(_scaled(H, scale))
    find.note("mu", mu)
    if not find.demand(bool(mu > 0), "the Hessian could not be bounded below in the metric"):
        return
    blocks = [
        least_eigenvalue(_scaled(network.residual_block(i), scale[i * wide : (i + 1) * wide]))
        for i in range(certificate.n)
    ]
    s = greatest([flint.arb(0), *((-x).upper() for x in blocks)])
    M = _third(certificate, network, mu, s, loss.sqrt())
    find.note("third", M)
    if not find.demand(bool(M * rho < 1), f"M rho < 1 could not be shown (M = {find.facts['third']})"):
        return
    distance = certificate.uniqueness_radius + certificate.radius
    find.demand(
        bool(distance**2 * total <= rho**2), "the box of uniqueness_radius is not shown to lie in the ellipsoid"
    )
    if certificate.passage is not None:
        _basin(certificate, H, M, certificate.passage.end, certificate.passage.error, find)
    elif certificate.start is not None:
        _basin(certificate, H, M, certificate.start, flint.arb(0), find)


def _third(certificate: Full, network: Network, mu: Ball, s: Ball, residual: Ball) -> Ball:
    """Upper bound M on the third derivative of the loss in the ellipsoid."""
    assert certificate.metric is not None
    assert certificate.rho is not None
    rho = certificate.rho
    tau, norm_of = rho / mu.sqrt(), norms_of(certificate.activation)
    seconds, thirds = [], []
    for i, (xi, eta) in enumerate(certificate.metric):
        A = (abs(network.a[i]) + tau / eta).upper()
        squared = network.norm(i)
        shortest = _at_least_zero(_at_least_zero(squared.lower()).sqrt() - tau / xi)
        longest = _at_least_zero(squared.upper()).sqrt() + tau / xi
        c1, c2, c3 = (norm_of(m, (shortest**2).lower(), (longest**2).upper()) for m in (1, 2, 3))
        seconds.append((A * c2 / xi**2 + c1 / (xi * eta)).upper())
        thirds.append((A * c3 / xi**3 + 2 * c2 / (flint.arb(3).sqrt() * xi**2 * eta)).upper())
    k2, k3 = greatest(seconds) / mu, greatest(thirds) / (mu * mu.sqrt())
    p = ((1 + s / mu) / 2).sqrt() + k2 * rho
    return (6 * p * k2 + 2 * (residual + p * rho) * k3).upper()


def _basin(certificate: Full, H: flint.arb_mat, M: Ball, start: Rows, error: Ball, find: Findings) -> None:
    """For every point within ``error`` of ``start`` in the 2-norm."""
    assert certificate.rho is not None
    rho, blur = certificate.rho, flint.arb(0, certificate.radius)
    ways = [
        x - y + blur for xs, ys in zip(start, certificate.point, strict=True) for x, y in zip(xs, ys, strict=True)
    ]
    d = flint.arb_mat([[x] for x in ways])
    away = _at_least_zero((d.transpose() * (H * d))[0, 0].upper()).sqrt()
    # |u|_H^2 <= |H| |u|^2, and the spectral norm of a symmetric matrix is at most its largest row sum.
    away = (away + error * greatest(row_sums(H)).sqrt()).upper()
    find.note("basin_distance", away)
    highest, boundary = away**2 / 2 + M * away**3 / 6, rho**2 / 2 - M * rho**3 / 6
    find.demand(
        bool(away <= rho) and bool(highest < boundary),
        "gradient flow from the start is not shown to stay in the ellipsoid",
    )


def _scaled(M: flint.arb_mat, scale: list[Ball]) -> flint.arb_mat:
    """D M D for a diagonal D, the same balls in symmetric places."""
    rows = M.tolist()
    for x, row in enumerate(rows):
        for y in range(x + 1):
            row[y] = rows[y][x] = row[y] * (scale[x] * scale[y])
    return flint.arb_mat(rows)


def _at_least_zero(x: Ball) -> Ball:
    """For a ball whose true value is known not to be negative, or is to be cut off at 0: the lower end raised."""
    return flint.arb(0) if x.upper() <= 0 else x.nonnegative_part()

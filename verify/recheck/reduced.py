r"""The reduced equations of the perturbed copy, and a proof of one solution.

Student i is alpha v_i + beta sum_{l != i, l < n} v_l + gamma sum_{j >= n} v_j with outgoing weight a. With
p = |w_i|^2, s = w_1.w_2, P = 1 + p and g of ``erf`` (q = 1 for teachers), dL/dw_1 = 2 a (R w_1 + X sum_{l > 1} w_l
- sum_j g_s(w_1.v_j) v_j) with X = a g_s(s), R = a (g_s(p) + 2 g_p(p)) + 2 a (n - 1) g_p(s) - 2 sum_j g_p(w_1.v_j).
Its coefficients at v_1, a copied v_j and an uncopied v_j, and dL/da / 2, are the four equations (times pi/2):

    R alpha + X (n-1) beta - g_s(alpha),    R beta + X (alpha + (n-2) beta) - g_s(beta),
    R gamma + X (n-1) gamma - g_s(gamma),
    a g(p) + a (n-1) g(s) - g(alpha) - (n-1) g(beta) - (k-n) g(gamma).

By chain rule they are the partial derivatives of the restricted loss, up to factors that vanish only with a.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import flint
import numpy as np

from verify.recheck.dual import Dual
from verify.recheck.numbers import Ball
from verify.recheck.spectra import approximate, exact, greatest, row_sums


@dataclass(frozen=True)
class Interaction:
    """(pi/2) g, g_s and g_p of a student with a neuron whose 1 + q is Q."""

    g: Dual
    s: Dual
    p: Dual


def _interaction(s: Dual, P: Dual, Q: Dual) -> Interaction:
    root = 1 / (P * Q - s * s).sqrt()
    return Interaction((s / (P * Q).sqrt()).asin(), root, -s * root / (2 * P))


def equations(x: list[Dual], n: int, k: int) -> list[Dual]:
    """The four equations at (alpha, beta, gamma, a)."""
    alpha, beta, gamma, a = x
    copied, rest = n - 1, k - n
    p = alpha * alpha + copied * (beta * beta) + rest * (gamma * gamma)
    s = 2 * alpha * beta + (n - 2) * (beta * beta) + rest * (gamma * gamma)
    P, two = 1 + p, Dual.constant(2)
    own, other = _interaction(p, P, P), _interaction(s, P, P)
    at = [_interaction(t, P, two) for t in (alpha, beta, gamma)]
    R = a * (own.s + 2 * own.p) + 2 * copied * (a * other.p) - 2 * (at[0].p + copied * at[1].p + rest * at[2].p)
    X = a * other.s
    return [
        R * alpha + copied * (X * beta) - at[0].s,
        R * beta + X * (alpha + (n - 2) * beta) - at[1].s,
        R * gamma + copied * (X * gamma) - at[2].s,
        a * own.g + copied * (a * other.g) - at[0].g - copied * at[1].g - rest * at[2].g,
    ]


def loss(point: list[Ball], error: Ball, n: int, k: int) -> Ball:
    """Enclosure of the loss on the box of radius ``error`` around a point, by the mean value theorem."""
    box = [Dual.constant(x + flint.arb(0, error)) for x in point]
    F = [abs(row.value) for row in equations(box, n, k)]
    slopes = abs(box[3].value) * (F[0] + (n - 1) * F[1] + (k - n) * F[2]) + F[3]
    width = 4 * n * slopes / flint.arb.pi() * error
    return _loss_at(point, n, k) + flint.arb(0, width.upper())


def _loss_at(point: list[Ball], n: int, k: int) -> Ball:
    alpha, beta, gamma, a = (Dual.constant(x) for x in point)
    copied, rest = n - 1, k - n
    p = alpha * alpha + copied * (beta * beta) + rest * (gamma * gamma)
    s = 2 * alpha * beta + (n - 2) * (beta * beta) + rest * (gamma * gamma)
    P, two = 1 + p, Dual.constant(2)
    at = [_interaction(t, P, two).g for t in (alpha, beta, gamma)]
    students = a * a * (_interaction(p, P, P).g + copied * _interaction(s, P, P).g)
    mixed = a * (at[0] + copied * at[1] + rest * at[2])
    return 2 * n * (students - 2 * mixed).value / flint.arb.pi() + flint.arb(k) / 3


class Solution(NamedTuple):
    """One zero of the equations: the only one in the wide box, within ``error`` of the point. Enclosure."""

    alpha: Ball
    error: Ball


def solve(point: list[Ball], radius: Ball, wide: Ball, n: int, k: int, small: int) -> Solution | None:
    """Krawczyk's test: exactly one zero in the box of ``wide``, near the point, or None if not shown. Enclosure.

    **Proves:** let A approximate the inverse Jacobian, alpha >= |I - A J| over the box of ``radius`` and
    Y >= |A F(point)|. If alpha < 1 and Y <= (1 - alpha) radius, x - A F(x) contracts that box into itself, A is
    invertible, and a zero lies within Y / (1 - alpha). There is no other in the wide box if |I - A J| d < d for a
    positive vector d there: then averages of J over segments are nonsingular. (The coefficients differ in scale by
    orders of magnitude for large k, which d makes up for.) ``small`` is the precision of J, the caller's that of F.
    """
    with flint.ctx.workprec(small):
        J = _jacobian([x + flint.arb(0, wide) for x in point], n, k)
        A = _inverse(J)
        if A is None:
            return None
        identity = exact(np.eye(4))
        defect = identity - A * J
        near = identity - A * _jacobian([x + flint.arb(0, radius) for x in point], n, k)
        alpha, contraction = _weighted(defect), greatest(row_sums(near))
    F = [row.value for row in equations([Dual.constant(x) for x in point], n, k)]
    Y = greatest(row_sums(A * flint.arb_mat([[x] for x in F])))
    if not (alpha < 1 and contraction < 1 and (1 - contraction) * radius >= Y):
        return None
    return Solution(alpha, (Y / (1 - contraction)).upper())


def _jacobian(box: list[Ball], n: int, k: int) -> flint.arb_mat:
    return flint.arb_mat(
        [list(row.slopes) for row in equations([Dual.variable(x, i) for i, x in enumerate(box)], n, k)]
    )


def _weighted(M: flint.arb_mat) -> Ball:
    """Least a with |M| d <= a d for a positive vector d near the best one. Enclosure."""
    bounds = flint.arb_mat(4, 4, [x.abs_upper() for x in M.entries()])
    middle = approximate(bounds)
    d = np.ones(4)
    for _ in range(60):
        # A little of all coordinates in each keeps d positive; what d is matters for sharpness only.
        d = middle @ d + 1e-12 * d.max()
        d = d / d.max() if np.isfinite(d).all() and d.max() > 0 else np.ones(4)
    weights = [flint.arb(max(float(x), 1e-300)) for x in d]
    sums = (bounds * flint.arb_mat([[x] for x in weights])).entries()
    return greatest([(x / w).upper() for x, w in zip(sums, weights, strict=True)])


def _inverse(J: flint.arb_mat) -> flint.arb_mat | None:
    middle = approximate(J)
    if not np.isfinite(middle).all():
        return None
    try:
        return exact(np.asarray(np.linalg.inv(middle), dtype=np.float64))
    except (np.linalg.LinAlgError, ValueError):
        return None


def improve(point: list[Ball], n: int, k: int, steps: int) -> list[Ball]:
    """Frozen Newton steps from an estimate. An approximation only: exact balls near a zero if all went well."""
    A = _inverse(_jacobian(point, n, k))
    if A is None:
        return point
    for _ in range(steps):
        F = flint.arb_mat([[row.value] for row in equations([Dual.constant(x) for x in point], n, k)])
        point = [(x - dx).mid() for x, dx in zip(point, (A * F).entries(), strict=True)]
    return point

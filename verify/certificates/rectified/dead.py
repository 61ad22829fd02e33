r"""Dead ReLU neurons: whether they stay so.

At :math:`w = 0` with outgoing weight a the loss changes by :math:`2 a\, h(w) + O(|w|^2)`,
:math:`h(w) = E[\sigma(w \cdot x)(f - f^*)]`: 0 is in its regular subdifferential if and only if :math:`a h(w) \ge 0`
for all w. The derivative by a is :math:`2 h(0) = 0`, and with a = 0 there is nothing to ask.

That the inequality holds is proved where all terms of :math:`a h = \sum_j a c_j\, g(\cdot, z_j)` have one sign
(:math:`g \ge 0` where :math:`\sigma \ge 0`), or over the sphere (``verify.certificates.rectified.sphere``); that it
fails, by one direction.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import flint
import numpy as np

from numerics.kernels.rectified import directions
from numerics.rectified.sphere import Lowest, Residual
from verify.certificates.rectified.existence import BITS, Found, Search
from verify.certificates.rectified.pairs import Ball, dot, exactly, pair
from verify.certificates.rectified.sphere import Sphere, sphere


@dataclass(frozen=True, eq=False)
class Resting:
    """Dead neurons with one sign of their outgoing weights. Enclosure.

    Attributes
    ----------
    sign, count : int
    stays : bool or None
        Whether 0 was proved to be in the regular subdifferential, or not to be; None if neither.
    method : str
        How: ``sign``, ``sphere``, ``direction`` (of descent), ``zero`` (outgoing weight 0) or ``none``.
    sphere : Sphere or None
    margin : float or None
        The least value of a h on the unit sphere that was seen, for |a| = 1: no proof.
    direction : tuple of float or None
        Where the inequality fails.
    """

    sign: int
    count: int
    stays: bool | None
    method: str
    sphere: Sphere | None = None
    margin: float | None = None
    direction: tuple[float, ...] | None = None


def resting(search: Search, found: Found, dead: list[int]) -> tuple[Resting, ...]:
    """One answer for each sign of the outgoing weights of dead neurons, for the critical point found. Enclosure."""
    return tuple(_one(search, found, sign, count) for sign, count in sorted(Counter(dead).items()))


def _one(search: Search, found: Found, sign: int, count: int) -> Resting:
    if sign == 0:
        return Resting(sign, count, True, "zero")
    if search.setting.form.positive and all(sign * c >= 0 for c in search.at.c):
        return Resting(sign, count, True, "sign")
    margin, direction = _least(search, sign)
    if margin < 0 and value_at(search, direction, found.radius) * sign < 0:
        return Resting(sign, count, False, "direction", margin=margin, direction=tuple(direction))
    proof = sphere(search, found) if sign < 0 else None
    if proof is not None:
        return Resting(sign, count, True, "sphere", proof, margin)
    return Resting(sign, count, None, "none", margin=margin)


def value_at(search: Search, direction: list[float], radius: Ball) -> Ball:
    """The function h in one direction, for all students within ``radius``. Enclosure.

    A derivative of g by one vector is at most half the norm of the other for ReLU; for others :math:`\\beta` times
    that and :math:`|\\gamma|` times the norm.
    """
    form = search.setting.form
    with flint.ctx.workprec(BITS):
        steepest = exactly(form.scale) / 2 + abs(exactly(form.shift))
        e = [flint.arb(x) for x in direction]
        p, total, weights = dot(e, e), flint.arb(0), flint.arb(0)
        for j, (c, z) in enumerate(zip(search.at.c, search.at.Z, strict=True)):
            total += c * pair(e, z, p, search.at.squares[j], form).value()
            weights += abs(c) if j < search.setting.n else flint.arb(0)
        return total + flint.arb(0, (p.sqrt() * weights * radius * steepest).upper())


def _least(search: Search, sign: int) -> tuple[float, list[float]]:
    """The least of a h on the unit sphere that a search finds, and where. Approximation."""
    Z = np.array([[float(x) for x in z] for z in search.at.Z])
    F, lengths = directions(Z)
    weights = lengths * np.array([float(x) for x in search.at.c])
    e, value = Lowest(sign).search(Residual(F, weights, search.setting.form))
    return value, [float(x) for x in e]

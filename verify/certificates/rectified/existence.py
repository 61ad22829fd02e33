r"""Existence, uniqueness and index of a critical point with outgoing weights held fixed.

Let H be the Hessian at a point :math:`\tilde x`, :math:`\mu > 0` a lower bound on the absolute values of its
eigenvalues, :math:`\gamma = |\nabla F(\tilde x)|` (Euclidean norms), and let the Hessian change by at most K d over a
distance d, on the ball of radius r.

- If :math:`K r < \mu` the gradient takes no value twice on the ball, for on every segment its mean slope is within
  K r of H: at most one critical point.
- If also :math:`\gamma \le (\mu - K r) r`, then :math:`x \mapsto x - H^{-1} \nabla F(x)` maps the ball into itself
  and contracts by :math:`K r / \mu`: exactly one.
- At it all eigenvalues have absolute value at least :math:`\mu - K r` and the signs of those of H, for none vanishes
  on the way.
- Let y be any vector and :math:`\epsilon = |\nabla F(\tilde x) - H y|`. If
  :math:`|y| - \epsilon/\mu > (1 + K r/\mu)\, r` no critical point lies in the ball, for
  :math:`|H^{-1} \nabla F(x)| \ge |H^{-1} \nabla F(\tilde x)| - (1 + K r / \mu) |x - \tilde x|`; likewise if
  :math:`\gamma > (\|H\| + K r)\, r`.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint
import numpy as np

from verify.certificates.definite import Diagonalised, Signs, diagonalise
from verify.certificates.existence import Status
from verify.certificates.midrad import UNIT, Array, MidRad, from_arb, row_sums
from verify.certificates.rectified.network import AtPoint, Rows, Setting
from verify.certificates.rectified.pairs import Ball, root_of

#: Part of the way to a singular Hessian that a ball of uniqueness may go; the rest is room for another's rounding.
AIM = 0.8
#: Bits of the Hessian's scalars.
BITS = 192
#: Frozen Newton steps; each gains about 14 digits.
STEPS = 60


@dataclass(frozen=True, eq=False)
class Found:
    """What was proved of the ball around a point. Enclosure.

    Attributes
    ----------
    status : Status
    radius, uniqueness : exact ball or None
        Euclidean distances: the critical point is within ``radius``, and no other within ``uniqueness``.
    signs : Signs or None
        Of the Hessian at the critical point.
    smallest : (exact ball, exact ball) or None
        Its smallest eigenvalue lies between these.
    why : str or None
    """

    status: Status
    radius: Ball = None
    uniqueness: Ball = None
    signs: Signs | None = None
    smallest: tuple[Ball, Ball] | None = None
    why: str | None = None


class Search:
    """Everything about one point: derivatives there, and what they prove of balls around it. Enclosure.

    Parameters
    ----------
    setting : Setting
    point : rows of exact balls
    bits : int
        Precision of the gradient.
    """

    def __init__(self, setting: Setting, point: Rows, bits: int) -> None:
        self.setting, self.point, self.bits = setting, point, bits
        with flint.ctx.workprec(bits):
            at = AtPoint(setting, point)
            gradient = at.gradient()
            self.gradient = [g for row in gradient for g in row]
            self.steepness = root_of(sum((g * g for g in self.gradient), flint.arb(0))).upper()
            self.loss = at.loss()
        with flint.ctx.workprec(BITS):
            self.at = AtPoint(setting, point)
            self.hessian = self.at.hessian()
        self.frame = diagonalise(self.hessian) if setting.n else None
        self.signs = None if self.frame is None else self.frame.signs()

    def norm(self) -> Ball:
        """Upper bound on the spectral norm of the Hessian at the point. Enclosure."""
        return flint.arb(float(row_sums(self.hessian.magnitude()).max()))

    def third(self, radius: Ball) -> Ball:
        """Lipschitz constant of the Hessian on a ball. Enclosure."""
        with flint.ctx.workprec(BITS):
            return self.at.third(radius)

    def shortest(self) -> Ball:
        """Lower bound on the norms of all students."""
        with flint.ctx.workprec(BITS):
            lengths = [x.lower() for x in self.at.lengths()[: self.setting.n]]
        return min(lengths, key=float)

    def change(self, radius: Ball) -> Ball:
        """How far the Hessian on a ball is from that at its centre, in the spectral norm. Enclosure."""
        return (self.third(radius) * radius).upper()

    def largest_convex(self, room: Ball) -> Ball:
        """A radius, nearly the largest, over which the Hessian changes by less than ``room``. Approximation."""
        radius = 0.5 * float(self.shortest())
        for _ in range(60):
            if self.change(flint.arb(radius)) <= room:
                return flint.arb(radius)
            # The constant grows with the radius: the quotient is a good next guess from above.
            radius = min(0.9 * radius, max(float(room) / float(self.third(flint.arb(radius))), 0.25 * radius))
        return flint.arb(0)

    def any_radius(self) -> Found:
        """Existence within as small a ball and uniqueness in as large a one as can be proved. Enclosure."""
        if self.setting.n == 0:
            # The zero function: nothing is unknown, and the one point is critical.
            return Found(Status.UNIQUE, flint.arb(0), flint.arb(1), Signs(0, np.inf))
        if not self.shortest() > 0:
            return Found(Status.UNKNOWN, why="a neuron's incoming weights may be zero")
        if self.signs is None:
            return Found(Status.UNKNOWN, why="the Hessian is not shown to be nonsingular at the point")
        mu = flint.arb(self.signs.smallest)
        near = (2 * self.steepness / mu).upper()
        wide = self.largest_convex(AIM * mu)
        if not (self.change(near) <= mu / 2 and near <= wide):
            why = f"a Newton step from the point may be {float(near):.1e} long, proved is {float(wide):.1e}"
            return Found(Status.UNKNOWN, why=why)
        # gamma <= (mu - K near) near since K near <= mu / 2; up to twice what is needed, room for another's rounding.
        return self._unique(near, wide)

    def given(self, radius: Ball) -> Found:
        """The same for one Euclidean ball: one critical point, none, or nothing proved. Enclosure."""
        if not self.third(radius).is_finite():
            return Found(Status.UNKNOWN, uniqueness=radius, why="a neuron's incoming weights may be zero in the box")
        change = self.change(radius)
        if self.steepness > 0 and self._steep() > (self.norm() + change) * radius:
            return Found(Status.EMPTY, uniqueness=radius)
        if self.signs is None:
            return Found(Status.UNKNOWN, why="the Hessian is not shown to be nonsingular at the point")
        mu = flint.arb(self.signs.smallest)
        if self._newton(mu) > (1 + change / mu) * radius:
            return Found(Status.EMPTY, uniqueness=radius)
        if not change < mu:
            why = (
                f"the Hessian may be singular somewhere: it changes by {float(change):.1e}, least is {float(mu):.1e}"
            )
            return Found(Status.UNKNOWN, why=why)
        if self.steepness <= (mu - change) * radius:
            near = (2 * self.steepness / mu).upper()
            small = near <= radius and self.change(near) <= mu / 2
            return self._unique(near if small else radius, radius)
        return Found(Status.UNKNOWN, why="a Newton step from the point may leave the box")

    def _steep(self) -> Ball:
        """Lower bound on the norm of the gradient at the point."""
        return root_of(sum((g.abs_lower() ** 2 for g in self.gradient), flint.arb(0))).lower()

    def _newton(self, mu: Ball) -> Ball:
        """Lower bound on the length of the Newton step, from an approximate one."""
        if not self.steepness > 0:
            return flint.arb(0)
        scaled = np.array([[from_arb(g / self.steepness)] for g in self.gradient])
        step = np.linalg.solve(self.hessian.mid, scaled[:, 0, 0])
        left = MidRad(scaled[:, :, 0], scaled[:, :, 1]) - self.hessian @ MidRad(step[:, None])
        error = root_of(sum((flint.arb(x) ** 2 for x in left.magnitude().ravel().tolist()), flint.arb(0)))
        length = root_of(sum((flint.arb(x) ** 2 for x in step.tolist()), flint.arb(0)))
        return ((length - error / mu) * self.steepness).lower()

    def _unique(self, radius: Ball, wide: Ball) -> Found:
        assert self.signs is not None
        assert self.frame is not None
        change = self.change(radius)
        low, high = smallest_eigenvalue(self.frame)
        # As much again as the interval is wide: room for another's rounding.
        room = (high - low) + 2.0**-40 * abs(low)
        ends = (flint.arb(low - room) - change).lower(), (flint.arb(high + room) + change).upper()
        least = (flint.arb(self.signs.smallest) - change).lower()
        sure = float(least) * (1 - 4 * UNIT)
        smallest = sure - room if room < sure else sure / 2
        return Found(Status.UNIQUE, radius, wide, Signs(self.signs.negative, smallest), ends)


def smallest_eigenvalue(frame: Diagonalised) -> tuple[float, float]:
    r"""Bounds on the smallest eigenvalue of every symmetric matrix that was diagonalised, both sides. Enclosure.

    With :math:`B = Q^\top A Q` and :math:`x = Q z`, :math:`x^\top A x / x^\top x = z^\top B z / z^\top Q^\top Q z`
    and the divisor is within ``skew`` of :math:`|z|^2`.
    """
    if not frame.skew < 0.5:
        return -np.inf, np.inf
    least = float((frame.diagonal - frame.spread).min())
    most = float((frame.diagonal + frame.spread).min())
    ends = []
    for value, outward in ((least, -1.0), (most, 1.0)):
        # Divided by what moves the quotient outward, and by more than the rounding of these few operations.
        shrinking = (value < 0) == (outward < 0)
        bound = value / (1 - frame.skew) if shrinking else value / (1 + frame.skew)
        ends.append(bound + outward * 16 * UNIT * abs(bound))
    return ends[0], ends[1]


def refined(setting: Setting, point: Rows, bits: int) -> Rows:
    """Newton's method with a frozen inverse, to the working precision. Approximation.

    Where it does not contract the point is returned as it was.
    """
    with flint.ctx.workprec(BITS):
        hessian = AtPoint(setting, point).hessian()
    if setting.order == 0 or not hessian.known():
        return point
    try:
        inverse = np.linalg.inv(hessian.mid)
    except np.linalg.LinAlgError:
        return point
    with flint.ctx.workprec(bits):
        best, found, target = None, point, flint.arb(2) ** (24 - bits)
        for _ in range(STEPS):
            gradient = [g.mid() for row in AtPoint(setting, found).gradient() for g in row]
            steep = max((abs(g) for g in gradient), key=float) if gradient else flint.arb(0)
            if best is not None and not steep < best / 2:
                return found if best < 1e-8 else point
            best = steep
            if not steep > target:
                return found
            move = inverse @ np.array([float(g / steep) for g in gradient])
            found = _moved(found, move, steep, setting.dim)
    return found


def _moved(point: Rows, move: Array, scale: Ball, dim: int) -> Rows:
    steps = move.reshape(-1, dim).tolist()
    return [
        [(x - scale * flint.arb(t)).mid() for x, t in zip(row, ts, strict=True)]
        for row, ts in zip(point, steps, strict=True)
    ]

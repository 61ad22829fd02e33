r"""Existence and uniqueness of a critical point in a box, for minima by convexity and for others by contraction.

*Convexity.* If every Hessian over a box is at least :math:`\lambda > 0` and the gradient at its midpoint has 2-norm g
with :math:`g/\lambda` at most its radius, exactly one critical point lies in it, within :math:`g/\lambda`.

*Contraction* (Newton and Kantorovich, in the basis of the eigenvectors). Let :math:`Q^\top H(x) Q = \Lambda + E(x)`
with :math:`\sum_j |E_{ij}| \le \alpha |\Lambda_i|`, :math:`\alpha < 1`, for all x in a box of radius r. Then the
gradient is injective on it, by its mean value form. With :math:`Y = \|\Lambda^{-1} Q^\top g\|` (infinity norms),
:math:`z \mapsto z - \Lambda^{-1} Q^\top \nabla L(\tilde x + Q z)` contracts :math:`|z| \le Y/(1 - \alpha)` into
itself if :math:`\|Q\|\,Y/(1 - \alpha) \le r`. If a component of :math:`\Lambda^{-1} Q^\top g` exceeds
:math:`(1 + \alpha) \sqrt N r / \sqrt{1 - \|I - Q^\top Q\|}`, no critical point lies in the box.

*Exclusion.* For any matrix A, if a component of :math:`|A g|` exceeds that of :math:`r |A H(x)| 1` for all x in the
box, no critical point lies in it, by the mean value form again. Tried with the identity and an approximate inverse.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import flint
import numpy as np

from numerics.precision import Exact, digits, to_ball
from numerics.problem import Problem
from verify.certificates.definite import Diagonalised, Signs, definite, diagonalise, inverse_of_definite
from verify.certificates.hessian import Curvature, curvature
from verify.certificates.midrad import ETA, UNIT, Array, MidRad, from_arb, row_sums
from verify.enclosures import Enclosures, Rows

#: Radii that are tried for uniqueness, after the one that linear extrapolation suggests.
ATTEMPTS = 6
#: Contraction that is aimed at; the rest of the way to 1 is room for another's rounding.
AIM = 0.4


#: Largest order at which the exclusion of a box is tried with an inverse, too.
LARGEST_EXCLUDED = 700


class Status(Enum):
    """What a certificate says; the value is a sentence."""

    UNIQUE = "the box holds exactly one critical point"
    EMPTY = "the box holds no critical point"
    UNKNOWN = "nothing was proved"


@dataclass(frozen=True, eq=False)
class Existence:
    """What was proved of the box around a point. Enclosure.

    Attributes
    ----------
    status : Status
    radius : ball or None
        Exact number: the critical point is within this of the point.
    uniqueness : ball or None
        Exact number: radius of the box.
    signs : Signs or None
        Of the Hessian at the critical point.
    local : Curvature or None
        Over a box that holds the critical point.
    within : float
        Radius of that box, around the point in double precision.
    inverse : ndarray or None
        Approximate inverse Hessian at a minimum.
    why : str or None
    """

    status: Status
    radius: Any = None
    uniqueness: Any = None
    signs: Signs | None = None
    local: Curvature | None = None
    within: float = 0.0
    inverse: Array | None = None
    why: str | None = None


class Searcher:
    """Everything that does not depend on the radius, once.

    Parameters
    ----------
    problem : Problem
    rough, exact : ndarray
        The point in double precision and to all its digits.
    dps : int
        Working digits of the gradient.
    """

    def __init__(self, problem: Problem, rough: Array, exact: Exact, dps: int) -> None:
        self.problem, self.rough = problem, rough
        with digits(dps) as arithmetic:
            self.point: Rows = [[to_ball(x) for x in row] for row in exact]
            self._measure(Enclosures(problem, arithmetic).gradient(self.point))

    def _measure(self, gradient: Sequence[Any]) -> None:
        """Take in the gradient at the exact point, an enclosure; to be called at working precision."""
        self.gradient = gradient
        self.steepest = largest(gradient)
        self.length = sum((g.abs_upper() ** 2 for g in gradient), flint.arb(0)).sqrt().abs_upper()
        # From the exact point to the doubles around which boxes of doubles are laid.
        self.offset = 2 * UNIT * float(np.abs(self.rough).max()) + ETA

    def curvature(self, within: float) -> Curvature:
        """The Hessian over the box of this radius around the point in double precision."""
        return curvature(self.problem, self.rough, within)

    def minimum(self) -> Existence | None:
        """Existence by convexity, or None if the point is not near enough to a strict minimum."""
        within = max(1e-13, 8 * self.offset)
        for _ in range(4):
            local = self.curvature(within)
            inverse = inverse_of_definite(local.hessian.mid) if local.hessian.known() else None
            bound = None if inverse is None else definite(local.hessian, inverse)
            if bound is None:
                return None
            radius = (self.length / flint.arb(bound)).abs_upper()
            if radius + self.offset <= within:
                wide = (flint.arb(within) - flint.arb(self.offset)).lower()
                wide = wide if wide >= radius else radius
                return Existence(Status.UNIQUE, radius, wide, Signs(0, bound), local, within, inverse)
            if not radius < 1e-2:
                return None
            within = 1.25 * float(radius) + 2 * self.offset
        return None

    def box(self, radius: Any, basis: Array | None = None) -> tuple[Existence, Diagonalised | None]:
        """Existence, uniqueness or emptiness for the box of one radius (an exact ball)."""
        within = float(radius) * (1 + 4 * UNIT) + self.offset
        local = self.curvature(within)
        if self._excluded(local.hessian, within):
            return Existence(Status.EMPTY, uniqueness=radius), None
        found = diagonalise(local.hessian, basis)
        if found is None:
            return Existence(Status.UNKNOWN, why="the box leaves the domain of the loss"), None
        alpha = found.contraction()
        if not (alpha < 1 and found.skew < 1):
            why = f"no contraction: {alpha:.2g} on the box of radius {float(radius):.1e}"
            return Existence(Status.UNKNOWN, why=why), found
        if not found.skew < 0.5:
            return Existence(Status.UNKNOWN, why="the eigenvectors are not orthogonal enough"), found
        least, most = self._moves(found)
        longest = flint.arb(most) * self.steepest
        reach = flint.arb(_row_norm(found.basis)) * longest / (1 - flint.arb(alpha))
        if reach <= radius:
            near = reach.abs_upper()
            return Existence(Status.UNIQUE, near, radius, found.signs(), local, within), found
        # |z| <= |Q^-1|_2 |x|_2 <= sqrt(N) r / sqrt(1 - skew)
        room = (
            flint.arb(self.rough.size).sqrt() / (1 - flint.arb(found.skew)).sqrt() * radius * (1 + flint.arb(alpha))
        )
        if flint.arb(least) * self.steepest > room:
            return Existence(Status.EMPTY, uniqueness=radius), found
        why = f"a Newton step from the point is {float(reach):.1e} long, the box has radius {float(radius):.1e}"
        return Existence(Status.UNKNOWN, why=why), found

    def _excluded(self, hessian: MidRad, within: float) -> bool:
        """Whether the mean value form keeps the gradient away from zero."""
        if not hessian.known() or not self.steepest > 0:
            return False
        slopes = self._scaled_gradient()
        if self._away(slopes, hessian, within):
            return True
        # The second try costs a product of matrices; a point that is near to critical needs none.
        if len(hessian.mid) > LARGEST_EXCLUDED or self.steepest < 1e-7:
            return False
        try:
            A = MidRad(np.asarray(np.linalg.inv(hessian.mid), dtype=np.float64))
        except np.linalg.LinAlgError:
            return False
        return self._away(A @ slopes, A @ hessian, within)

    def _away(self, slopes: MidRad, matrix: MidRad, within: float) -> bool:
        size = (np.abs(slopes.mid) - slopes.rad)[:, 0] * (1 - 4 * UNIT)
        # Divided by the steepest slope, as the slopes are; too small by rounding if anything.
        room = row_sums(matrix.magnitude()) * within * (1 + 8 * UNIT) / float(self.steepest.lower()) * (1 + 8 * UNIT)
        return bool((size > room).any())

    def _scaled_gradient(self) -> MidRad:
        """The gradient over the steepest slope, as a column: gradients far below the range of doubles survive."""
        scaled = [from_arb(g / self.steepest) if self.steepest > 0 else (0.0, 0.0) for g in self.gradient]
        mid, rad = np.array(scaled).T
        return MidRad(mid[:, None], rad[:, None])

    def _moves(self, found: Diagonalised) -> tuple[float, float]:
        """The largest component of the Newton step in the basis of eigenvectors, over the steepest slope: bounds."""
        step = (MidRad(found.basis.T) @ self._scaled_gradient()) / MidRad(found.diagonal[:, None])
        least = (np.abs(step.mid) - step.rad) * (1 - 4 * UNIT)
        return max(float(least.max()), 0.0), float(step.magnitude().max())

    def any_kind(self) -> Existence:
        """Existence by contraction on the largest box for which that works."""
        first = max(1e-13, 8 * self.offset)
        found, frame = self.box(flint.arb(first))
        if frame is None or not np.isfinite(frame.contraction()):
            return found
        per_radius = frame.contraction() / first
        radius = min(AIM / per_radius, 1e-2)
        last = found
        for _ in range(ATTEMPTS):
            if radius <= first:
                break
            last, wider = self.box(flint.arb(radius), frame.basis)
            if last.status is not Status.UNKNOWN and (wider is None or wider.contraction() < 0.7):
                return self._sharpened(last, frame.basis)
            radius /= 4
        return self._sharpened(found if found.status is not Status.UNKNOWN else last, frame.basis)

    def _sharpened(self, found: Existence, basis: Array) -> Existence:
        """With the count of eigenvalues over a small box around the critical point."""
        if found.status is not Status.UNIQUE:
            return found
        within = max(1e-13, float(found.radius) * (1 + 4 * UNIT) + 8 * self.offset)
        local = self.curvature(within)
        near = diagonalise(local.hessian, basis)
        signs = near.signs() if near is not None else None
        return Existence(Status.UNIQUE, found.radius, found.uniqueness, signs or found.signs, local, within)


def _row_norm(matrix: Array) -> float:
    return float(np.abs(matrix).sum(axis=1).max()) * (1 + (len(matrix) + 4) * UNIT)


def largest(balls: Iterable[Any]) -> Any:
    """An exact upper bound on the absolute values of balls; not finite if one of them is not. Enclosure."""
    bound = flint.arb(0)
    for ball in balls:
        above = ball.abs_upper()
        if not above.is_finite():
            return above
        # Comparisons of exact numbers are decided.
        if above > bound:
            bound = above
    return bound

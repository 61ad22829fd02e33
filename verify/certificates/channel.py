r"""The limit of a channel to infinity, proved: a critical point of its limit problem, and that the loss falls to it.

The limit problem (``numerics.channel``) is an ordinary smooth loss, so the certificates of isolated critical points
serve for it. Along the channel :math:`L = L_\infty + C \varepsilon^2 + O(\varepsilon^4)` with outgoing weights of
order :math:`1/\varepsilon`: where the critical point is a minimum and C > 0, the channel leads to infinity.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import flint
import numpy as np
from mpmath import mp
from threadpoolctl import threadpool_limits

from numerics.channel import ChannelLimit, LimitPoint
from numerics.channel_pair import ball_arrays, pair_hessian
from numerics.newton import GUARD_DIGITS
from numerics.precision import digits, from_ball, to_ball
from numerics.problem import Array
from verify.certificates.definite import definite
from verify.certificates.existence import Searcher, Status
from verify.certificates.hessian import Curvature, curvature, symmetrised
from verify.certificates.midrad import MIDRAD, MidRad, self_test

#: Radii of boxes on which convexity is tried, the largest first.
CONVEX = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)


@dataclass(frozen=True, eq=False)
class LimitCertificate:
    """What was proved of the limit of a channel. Enclosure.

    Attributes
    ----------
    status : Status
        Of the critical point of the limit problem.
    radius : mpmath number or None
        The critical point is within this of the point given (infinity norm), rounded up.
    uniqueness_radius : mpmath number or None
        Radius of the box that was proved to hold one critical point.
    loss : tuple of two mpmath numbers, or None
        Enclosure of the limit loss: the critical value.
    index : int or None
        Number of negative Hessian eigenvalues of the limit problem; None if not proved.
    lambda_min : mpmath number or None
        Lower bound on the absolute values of all its Hessian eigenvalues: no direction is null.
    coefficient : tuple of two mpmath numbers, or None
        Enclosure of C.
    outward : bool or None
        Whether the loss falls towards infinity, C > 0; None if not decided.
    why : str or None
    seconds : float
    """

    status: Status
    radius: mp.mpf | None = None
    uniqueness_radius: mp.mpf | None = None
    loss: tuple[mp.mpf, mp.mpf] | None = None
    index: int | None = None
    lambda_min: mp.mpf | None = None
    coefficient: tuple[mp.mpf, mp.mpf] | None = None
    outward: bool | None = None
    why: str | None = None
    seconds: float = 0.0

    @property
    def attracting(self) -> bool:
        """Whether it was proved that gradient flows near by run out to infinity: a minimum with C > 0."""
        return self.status is Status.UNIQUE and self.index == 0 and self.outward is True


def _full(value: Any, shape: tuple[int, ...]) -> MidRad:
    ball = value if isinstance(value, MidRad) else MidRad(np.asarray(value, dtype=np.float64))
    return MidRad(np.broadcast_to(ball.mid, shape).copy(), np.broadcast_to(ball.rad, shape).copy())


def _place(matrix: MidRad, rows: slice, columns: slice, block: MidRad) -> None:
    total = matrix[rows, columns] + block
    matrix.mid[rows, columns], matrix.rad[rows, columns] = total.mid, total.rad


#: The arithmetic of intervals of doubles, as ``numerics.channel`` needs it.
INTERVALS = SimpleNamespace(
    **vars(MIDRAD),
    full=_full,
    stack=lambda parts, axis: MidRad(np.stack([x.mid for x in parts], axis), np.stack([x.rad for x in parts], axis)),
    swap=lambda x: MidRad(np.swapaxes(x.mid, -1, -2), np.swapaxes(x.rad, -1, -2)),
    zeros=lambda order: MidRad(np.zeros((order, order))),
    place=_place,
)


def limit_curvature(limit: ChannelLimit, x: Array, within: float) -> MidRad:
    """Enclose the Hessian of the limit loss for all unknowns within a distance of x. Enclosure.

    **Proves:** for every point of the box, the Hessian lies entry by entry in the intervals returned.

    Parameters
    ----------
    limit : ChannelLimit
    x : ndarray
    within : float

    Returns
    -------
    MidRad
        With infinite radii where the box leaves the domain of the formulas.
    """
    with np.errstate(all="ignore"):
        others, w, delta, c = limit.unpack(x)

        def blurred(value: Any) -> MidRad:
            mid = np.asarray(value, dtype=np.float64)
            return MidRad(mid, np.full(mid.shape, within))

        V, b = limit.problem.teacher, limit.problem.teacher_outgoing
        W, a = blurred(others[:, :-1]), blurred(others[:, -1])
        y = SimpleNamespace(
            w=blurred(w),
            delta=blurred(delta),
            c=blurred(c),
            Z=MidRad(np.vstack([W.mid, V]), np.vstack([W.rad, np.zeros(V.shape)])),
            coefficients=MidRad(np.concatenate([a.mid, -b]), np.concatenate([a.rad, np.zeros(len(b))])),
        )
        H = pair_hessian(y, limit.others, INTERVALS)
        if limit.others:
            first = limit.others * (limit.dim + 1)
            rest = curvature(limit.problem.with_neurons(limit.others), others, within).hessian
            _place(H, slice(0, first), slice(0, first), rest)
        return symmetrised(H)


class _LimitSearcher(Searcher):
    """The search for a box around a critical point of the limit problem."""

    def __init__(self, limit: ChannelLimit, point: LimitPoint, dps: int) -> None:
        self.limit = limit
        self.rough = np.array([float(z) for z in point.x])
        with digits(dps) as arithmetic:
            self.balls = np.array([to_ball(z) for z in point.x], dtype=object)
            self._measure(list(limit.gradient(self.balls, ball_arrays(arithmetic))))

    def curvature(self, within: float) -> Curvature:
        hessian = limit_curvature(self.limit, self.rough, within)
        return Curvature(hessian, hessian)

    def convex_radius(self) -> Any:
        """The largest radius tried on which the limit loss is strictly convex: no other critical point is there."""
        for radius in CONVEX:
            if definite(self.curvature(radius + 2 * self.offset).hessian) is not None:
                return flint.arb(radius)
        return None


def certify_limit(limit: ChannelLimit, point: LimitPoint, *, dps: int = 50) -> LimitCertificate:
    """Prove a critical point of the limit problem, its value and index, and whether the loss falls to it. Enclosure.

    **Proves:** with ``UNIQUE``, that exactly one critical point of the limit loss lies within ``uniqueness_radius``
    of the point in the infinity norm, and within ``radius``; that its value, its Hessian and C are as enclosed. What
    that means for gradient flow says the claim ``erf-channel-rates``; not proved is that a given flow is near enough.

    Parameters
    ----------
    limit : ChannelLimit
    point : LimitPoint
    dps : int
        Working digits.

    Returns
    -------
    LimitCertificate
    """
    begun = time.perf_counter()
    if not point.converged:
        return LimitCertificate(
            Status.UNKNOWN, why="Newton's method does not contract to a critical point of the limit"
        )
    self_test()
    with threadpool_limits(limits=1, user_api="blas"), np.errstate(all="ignore"):
        search = _LimitSearcher(limit, point, dps + GUARD_DIGITS)
        found = search.minimum() or search.any_kind()
        if found.status is not Status.UNIQUE:
            return LimitCertificate(found.status, why=found.why, seconds=time.perf_counter() - begun)
        with digits(dps + GUARD_DIGITS) as arithmetic:
            m = ball_arrays(arithmetic)
            near = search.balls + flint.arb(0, found.radius)
            loss, coefficient = limit.value(near, m), limit.coefficient(near, m)
            if not (loss.is_finite() and coefficient.is_finite()):
                return LimitCertificate(Status.UNKNOWN, why="the limit loss could not be enclosed")
            outward = True if coefficient > 0 else False if coefficient < 0 else None
            signs = found.signs
            uniqueness = search.convex_radius() if signs is not None and signs.negative == 0 else None
            return LimitCertificate(
                found.status,
                from_ball(found.radius),
                from_ball(uniqueness or found.uniqueness),
                _ends(loss),
                None if signs is None else signs.negative,
                None if signs is None else mp.mpf(signs.smallest),
                _ends(coefficient),
                outward,
                None if signs is not None else "the discs of some eigenvalues meet zero",
                time.perf_counter() - begun,
            )


def _ends(ball: Any) -> tuple[mp.mpf, mp.mpf]:
    return from_ball(ball.lower()), from_ball(ball.upper())

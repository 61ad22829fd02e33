r"""Certificates in pure ball arithmetic: a critical point exists, is unique near by, and has a known index.

*Radii theorem.* Let A approximate the inverse Hessian and T(x) = x - A grad L(x). On the box of radius r around the
midpoint let Y >= \|T(mid) - mid\| and alpha >= \|I - A H(x)\| for all x in it (infinity norms). If alpha < 1 and
Y + alpha r <= r, then T maps the box into itself and contracts: exactly one critical point lies in it, within
Y / (1 - alpha) of the midpoint. If instead some component of \|A grad L(mid)\| exceeds (1 + alpha) r, none does.

*Index.* If Q has \|I - Q'Q\| < 1 it is invertible, and by Sylvester's law Q'HQ has the signs of H; Gershgorin's discs
count them if none meets zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import flint
import numpy as np
from mpmath import mp
from numpy.typing import ArrayLike, NDArray

from numerics.kernels import structures as kernel
from numerics.newton import GUARD_DIGITS, Polished, read_point
from numerics.precision import Exact, digits, from_ball, to_ball
from numerics.problem import Array, Problem
from verify.enclosures import Ball, Enclosures, Rows
from verify.matching import Match, match
from verify.names import COPY_AVERAGE

#: Radii tried for uniqueness, the largest first.
RADII = ("1e-3", "1e-4", "1e-5", "1e-6", "1e-8", "1e-10", "1e-12")
#: Largest order of a system for which pure balls are fast enough.
LARGEST = 160


class Status(Enum):
    """What a certificate says; the value is a sentence."""

    UNIQUE = "the box holds exactly one critical point"
    EMPTY = "the box holds no critical point"
    UNKNOWN = "nothing was proved"


@dataclass(frozen=True, eq=False)
class Certificate:
    """What was proved of a point. Enclosure.

    Attributes
    ----------
    status : Status
    radius : mpmath number or None
        The critical point is within this of the given point (infinity norm), rounded up.
    uniqueness_radius : mpmath number or None
        Radius of the box that was proved to hold one critical point (or none).
    index : int or None
        Number of negative Hessian eigenvalues at the critical point; None if not proved.
    lambda_min : mpmath number or None
        Lower bound on the smallest eigenvalue, where the index is 0.
    loss : tuple of two mpmath numbers, or None
        Enclosure of the loss at the critical point.
    identity : bool or None
        Whether the critical point is the predicted copy-average point; None if that was not decided.
    basin : None
        Not attempted.
    why : str or None
        What stood in the way, where something was not proved.
    """

    status: Status
    radius: mp.mpf | None = None
    uniqueness_radius: mp.mpf | None = None
    index: int | None = None
    lambda_min: mp.mpf | None = None
    loss: tuple[mp.mpf, mp.mpf] | None = None
    identity: bool | None = None
    basin: None = None
    why: str | None = None


def certify(
    problem: Problem, theta: ArrayLike | Polished, *, dps: int = 50, radius: str | None = None
) -> Certificate:
    r"""Prove that a critical point exists at a point, is unique near by, and what its index is. Enclosure.

    Pure ball arithmetic throughout; floating point only proposes the inverse and the eigenvectors.

    **Proves:** with ``UNIQUE``, that exactly one critical point of the full mean squared error lies within
    ``uniqueness_radius`` of ``theta`` in the infinity norm, and within ``radius``; with ``EMPTY``, that none lies
    within ``uniqueness_radius``. ``UNKNOWN`` proves nothing.

    Parameters
    ----------
    problem : Problem
    theta : array_like, shape (n, dim + 1), or Polished
    dps : int
        Working digits.
    radius : str, optional
        Radius of the only box to try, as a decimal string; default: several.

    Returns
    -------
    Certificate

    Raises
    ------
    ValueError
        If ``theta`` has another shape or is not finite, or ``radius`` is not a positive decimal.

    Examples
    --------
    >>> from numerics import Problem, gradient_flow, initial_weights, polish
    >>> problem = Problem(1, 2)
    >>> end = polish(problem, gradient_flow(problem, initial_weights(problem, seed=0)).theta)
    >>> found = certify(problem, end)
    >>> found.status.name, found.index, found.identity
    ('UNIQUE', 0, True)
    """
    rough, exact = read_point(problem, theta)
    if problem.fixed_outgoing is not None or rough.size > LARGEST:
        held = problem.fixed_outgoing is not None
        return Certificate(Status.UNKNOWN, why="outgoing weights are held fixed" if held else f"order over {LARGEST}")
    with digits(dps + GUARD_DIGITS) as arithmetic:
        work = _Certifier(problem, exact, Enclosures(problem, arithmetic))
        for text in (radius,) if radius is not None else RADII:
            found = work.box(_radius(text))
            if found.status is not Status.UNKNOWN:
                named = match(problem, theta, dps=dps) if found.status is Status.UNIQUE else None
                return work.complete(found, named, arithmetic)
    return found


def _radius(text: str) -> Ball:
    try:
        ball = flint.arb(text)
    except ValueError:
        ball = flint.arb(0)
    if not (ball > 0 and ball.is_finite()):
        raise ValueError(f"radius: got {text!r}, needs a positive decimal number")
    return ball


def _upper(ball: Ball) -> Ball:
    """An exact number not below any point of the ball's absolute value."""
    return ball.abs_upper()


def _largest(balls: list[Ball]) -> Ball:
    """An exact upper bound on the absolute values: comparisons of exact numbers are decided."""
    bound = flint.arb(0)
    for ball in balls:
        above = _upper(ball)
        if not above.is_finite():
            return above
        if above > bound:
            bound = above
    return bound


def _row_sum_norm(matrix: Any) -> Ball:
    rows = [[_upper(matrix[i, j]) for j in range(matrix.ncols())] for i in range(matrix.nrows())]
    return _largest([sum(row, flint.arb(0)) for row in rows])


class _Certifier:
    """Everything that does not depend on the radius, once."""

    def __init__(self, problem: Problem, exact: Exact, enclosures: Enclosures) -> None:
        self._problem, self._enclosures = problem, enclosures
        self._mid: Rows = [[to_ball(x) for x in row] for row in exact]
        order = exact.size
        middle = self._enclosures.hessian(self._mid)
        self._hessian: Array = np.array([[float(x) for x in row] for row in middle])
        usable = bool(np.isfinite(self._hessian).all()) and np.linalg.matrix_rank(self._hessian) == order
        self._inverse = _to_matrix(np.linalg.inv(self._hessian)) if usable else None
        gradient = flint.arb_mat([[g] for g in self._enclosures.gradient(self._mid)])
        self._step = None if self._inverse is None else self._inverse * gradient

    def _around(self, radius: Ball) -> Rows:
        blur = flint.arb(0, _upper(radius))
        return [[x + blur for x in row] for row in self._mid]

    def box(self, radius: Ball) -> Certificate:
        """Existence, uniqueness or emptiness for the box of one radius."""
        if self._inverse is None or self._step is None:
            return Certificate(Status.UNKNOWN, why="the Hessian is singular in double precision")
        radius = _upper(radius)
        hessian = flint.arb_mat(self._enclosures.hessian(self._around(radius)))
        order = hessian.nrows()
        identity = flint.arb_mat([[int(i == j) for j in range(order)] for i in range(order)])
        alpha = _row_sum_norm(identity - self._inverse * hessian)
        if not alpha.is_finite():
            return Certificate(Status.UNKNOWN, why="the box leaves the domain of the loss")
        moves = [self._step[i, 0] for i in range(order)]
        if any(move.abs_lower() > (1 + alpha) * radius for move in moves):
            return Certificate(Status.EMPTY, uniqueness_radius=from_ball(radius))
        Y = _largest(moves)
        if alpha < 1 and Y + alpha * radius < radius:
            near = _upper(Y / (1 - alpha))
            return Certificate(Status.UNIQUE, from_ball(near), from_ball(radius))
        why = f"no contraction: {float(alpha):.2g} on the box of radius {float(radius):.1e}"
        return Certificate(Status.UNKNOWN, why=why)

    def complete(self, found: Certificate, named: Match | None, arithmetic: Any) -> Certificate:
        """Index, loss and identity of a unique critical point."""
        if found.status is not Status.UNIQUE or found.radius is None or found.uniqueness_radius is None:
            return found
        tight = self._around(to_ball(found.radius))
        index, lambda_min = self._inertia(flint.arb_mat(self._enclosures.hessian(tight)))
        loss = self._enclosures.loss(tight)
        ends = (from_ball(loss.lower()), from_ball(loss.upper()))
        identity = None if named is None else self._identity(named, found, arithmetic)
        why = "the discs of some eigenvalues meet zero" if index is None else None
        return Certificate(
            found.status, found.radius, found.uniqueness_radius, index, lambda_min, ends, identity, why=why
        )

    def _inertia(self, hessian: Any) -> tuple[int | None, mp.mpf | None]:
        Q = _to_matrix(np.linalg.eigh(self._hessian)[1])
        order = hessian.nrows()
        identity = flint.arb_mat([[int(i == j) for j in range(order)] for i in range(order)])
        skew = _row_sum_norm(identity - Q.transpose() * Q)
        if not skew < 1:
            return None, None
        B = Q.transpose() * hessian * Q
        discs = []
        for i in range(order):
            off = sum((_upper(B[i, j]) for j in range(order) if j != i), flint.arb(0))
            discs.append((B[i, i] - off, B[i, i] + off))
        if not all(low > 0 or high < 0 for low, high in discs):
            return None, None
        index = sum(1 for _, high in discs if high < 0)
        if index:
            return index, None
        least = discs[0][0].lower()
        for low, _ in discs:
            least = low.lower() if low.lower() < least else least
        # x'Hx >= min |Q^-1 x|^2 >= min |x|^2 / |Q'Q|.
        return 0, from_ball((least / (1 + skew)).lower())

    def _identity(self, named: Match, found: Certificate, arithmetic: Any) -> bool | None:
        """Whether the copy-average point, which is critical by theorem, lies in the uniqueness box."""
        if named.structure != COPY_AVERAGE or named.assignment is None or named.signs is None:
            return None
        if not _exactly_orthonormal(self._problem):
            return None
        teacher = self._problem.teacher * self._problem.teacher_outgoing[:, None]
        signed = [[to_ball(float(x)) for x in row] for row in teacher]
        inside, outside = True, False
        uniqueness, radius = to_ball(found.uniqueness_radius), to_ball(found.radius)
        for i, group in enumerate(named.assignment):
            coordinate, weight, _ = kernel.averaging(flint.arb(len(group)), arithmetic)
            row = [sum((coordinate * signed[j][x] for j in group), flint.arb(0)) for x in range(self._problem.dim)]
            for predicted, given in zip([*row, weight], self._mid[i], strict=True):
                gap = predicted * named.signs[i] - given
                inside = inside and bool(_upper(gap) < uniqueness)
                outside = outside or bool(gap.abs_lower() > radius)
        return True if inside and not outside else False if outside else None


def _exactly_orthonormal(problem: Problem) -> bool:
    """Whether the theorem's hypothesis holds exactly and not to rounding: axes as vectors, signs +1 or -1."""
    entries = np.abs(problem.teacher)
    axes = bool(np.isin(entries, (0.0, 1.0)).all()) and bool((entries.sum(axis=1) == 1).all())
    return axes and bool((entries.sum(axis=0) <= 1).all()) and bool((np.abs(problem.teacher_outgoing) == 1).all())


def _to_matrix(array: NDArray[np.floating[Any]]) -> Any:
    return flint.arb_mat([[flint.arb(float(x)) for x in row] for row in array])

r"""Gradient flow to any number of digits: implicit collocation at Chebyshev's points, Newton in mixed precision.

On each piece the trajectory is a polynomial :math:`p` of degree m in Chebyshev's basis with
:math:`p' = -\nabla L(p)` at m points. The equations are solved by Newton's method with residuals in ball arithmetic
and one factorisation in doubles, which gives some 12 digits an iteration. The method is implicit, so that pieces are
as long as the trajectory is smooth, however stiff it is: the whole tail to a gradient of 1e-45 costs a few dozen
pieces, and nothing has to be handed over to a linearised flow. (An explicit Taylor series of order 60 takes steps of
about ten times the *shortest* time scale; ``benchmarks/precision.py`` compares.)

The error is estimated as in a proof: with the defect :math:`\delta = |p' + \nabla L(p)|`, measured between points,

.. math:: e' = -\lambda_{\min}(\nabla^2 L(p))\, e + \delta,

because the Jacobian of a gradient flow is symmetric and its logarithmic norm minus the smallest Hessian eigenvalue.
Here both are sampled; ``verify.certificates.flow`` encloses them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np
from numpy.typing import ArrayLike

from numerics.flow.chebyshev_series import Matrix, basis, derivative
from numerics.flow.collocation import Collocation, Solved
from numerics.kernels import HOMOGENEOUS
from numerics.precision import Exact, digits, from_ball
from numerics.problem import Array, Problem, finite_array

#: Digits beyond those asked for in which everything is computed.
GUARD = 12


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of a trajectory. Approximation.

    Attributes
    ----------
    start, end : float
        Times, exact doubles.
    coefficients : arb_mat, shape (m + 1, n (dim + 1))
        Chebyshev coefficients in tau, -1 at ``start`` and 1 at ``end``; exact balls.
    error_before, error_after : ball
        Estimates of the error (2-norm) at both ends.
    defect : ball
        Estimate of the largest defect.
    least : float
        Smallest Hessian eigenvalue on the piece.
    grad_inf : ball
        Infinity norm of the gradient at the end.
    """

    start: float
    end: float
    coefficients: Matrix
    error_before: Any
    error_after: Any
    defect: Any
    least: float
    grad_inf: Any


@dataclass(frozen=True, eq=False)
class PreciseFlow:
    """A trajectory to many digits. Approximation.

    Attributes
    ----------
    problem : Problem
    dps : int
        Digits asked for.
    degree : int
        Degree of the pieces.
    pieces : tuple of Piece
    stop : str
        Why it ended, a sentence.
    gradients : int
        Gradients evaluated in balls.
    reached : bool
        Whether the gradient asked for was reached.
    """

    problem: Problem
    dps: int
    degree: int
    pieces: tuple[Piece, ...]
    stop: str
    gradients: int
    reached: bool

    @property
    def time(self) -> float:
        """Time at the end; 0 where not one piece was found."""
        return self.pieces[-1].end if self.pieces else 0.0

    @property
    def grad_inf(self) -> Any:
        """Infinity norm of the gradient at the end, an mpmath number; not a number without pieces."""
        return from_ball(self.pieces[-1].grad_inf if self.pieces else flint.arb.nan())

    def at(self, time: float) -> Exact:
        """The point at a time, as mpmath numbers. Approximation.

        Parameters
        ----------
        time : float
            From 0 to :attr:`time`.

        Returns
        -------
        ndarray of mpmath numbers, shape (n, dim + 1)

        Raises
        ------
        ValueError
            If the trajectory does not reach that time.
        """
        piece = self._piece(time)
        with digits(self.dps + GUARD):
            row = _value(piece, time)
            flat = [from_ball(row[0, x]) for x in range(row.ncols())]
        return np.array(flat, dtype=object).reshape(self.problem.shape)

    def error_at(self, time: float) -> Any:
        """Estimate of the error (2-norm) at a time, an mpmath number: the larger of those at the piece's ends."""
        piece = self._piece(time)
        before, after = piece.error_before, piece.error_after
        return from_ball(before if before > after else after)

    def _piece(self, time: float) -> Piece:
        if not (self.pieces and 0 <= time <= self.time):
            raise ValueError(f"time: got {time!r}, needs a number from 0 to {self.time!r}, where the trajectory ends")
        ends = np.array([piece.end for piece in self.pieces])
        return self.pieces[min(int(np.searchsorted(ends, time)), len(ends) - 1)]


def _value(piece: Piece, time: float) -> Matrix:
    start, end = flint.arb(piece.start), flint.arb(piece.end)
    tau = (2 * flint.arb(time) - start - end) / (end - start)
    return (basis(piece.coefficients.nrows() - 1, tau) * piece.coefficients).mid()


def degree_for(dps: int) -> int:
    """Degree of the pieces for a number of digits: found by timing (``benchmarks/precision.py``). Approximation."""
    return 10 + round(0.75 * dps)


def precise_flow(
    problem: Problem,
    theta0: ArrayLike,
    *,
    dps: int = 50,
    grad_tol: str = "1e-45",
    max_time: float = 1e12,
    max_pieces: int = 20_000,
    degree: int | None = None,
    until: Callable[[Array, float], bool] | None = None,
    progress: Callable[[float, float], object] | None = None,
) -> PreciseFlow:
    r"""Integrate :math:`\dot\theta = -\nabla L(\theta)` to a number of digits. Approximation.

    Parameters
    ----------
    problem : Problem
    theta0 : array_like, shape (n, dim + 1)
        Initial point; its doubles are taken as exact numbers.
    dps : int
        Digits, at least 15: pieces are chosen so that the defect stays below ``10**-dps`` times their speed scale.
    grad_tol : str
        Infinity norm of the gradient at which to stop, a decimal string.
    max_time : float
        Time at which to stop.
    max_pieces : int
    degree : int, optional
        Degree of the pieces; default chosen from ``dps``.
    until : callable, optional
        Called with the point (in doubles) and the time after every piece; stops if true.
    progress : callable, optional
        Called with time and gradient after every piece.

    Returns
    -------
    PreciseFlow

    Raises
    ------
    ValueError
        If an argument has another shape, or is out of range.

    References
    ----------
    Hairer and Wanner, *Solving Ordinary Differential Equations II*, sections IV.5 (collocation) and IV.12
    (logarithmic norms); Trefethen, *Approximation Theory and Approximation Practice*, 2013.

    Examples
    --------
    >>> from numerics import initial_weights
    >>> problem = Problem(1, 2)
    >>> flow = precise_flow(problem, initial_weights(problem, seed=0), dps=30, grad_tol="1e-25")
    >>> flow.reached, flow.error_at(1.0) < 1e-28
    (True, True)
    """
    if isinstance(dps, bool) or not isinstance(dps, int) or dps < 15:
        raise ValueError(f"dps: got {dps!r}, needs an integer of at least 15")
    if not max_time > 0:
        raise ValueError(f"max_time: got {max_time!r}, needs a positive number")
    theta = finite_array("theta0", theta0, problem.shape)
    if problem.fixed_outgoing is not None:
        raise ValueError("problem: holds outgoing weights fixed, needs trained ones")
    if problem.activation in HOMOGENEOUS:
        raise ValueError(f"problem: its activation is {problem.activation}, needs a smooth one")
    with digits(dps + GUARD) as arithmetic:
        tolerance = flint.arb(grad_tol)
        if not tolerance > 0:
            raise ValueError(f"grad_tol: got {grad_tol!r}, needs a positive decimal number")
        run = _Integration(problem, arithmetic, dps, degree or degree_for(dps))
        return run.until(theta.ravel(), tolerance, max_time, max_pieces, until, progress)


class _Integration:
    """The loop over pieces; lives inside ``digits``."""

    def __init__(self, problem: Problem, arithmetic: Any, dps: int, degree: int) -> None:
        self._problem, self._dps, self._degree = problem, dps, degree
        self._collocation = Collocation(problem, arithmetic, dps, degree)
        self._order = int(np.prod(problem.shape))

    def until(
        self, flat: Array, tolerance: Any, max_time: float, max_pieces: int, until: Any, progress: Any
    ) -> PreciseFlow:
        y = [flint.arb(float(x)) for x in flat]
        start, error = 0.0, flint.arb(0)
        h = 0.1 / max(1.0, float(np.abs(self._collocation.gradient_rough(flat)).max()))
        pieces: list[Piece] = []
        stop, reached = "the limit on the number of pieces was reached", False
        while len(pieces) < max_pieces:
            h = min(h, max_time - start)
            end = start + h
            if not end > start or h < 1e-14 * start:
                stop = "the pieces became shorter than the resolution of the time"
                break
            solved = self._collocation.solve(y, flint.arb(end) - flint.arb(start))
            size = solved.tail if solved is not None else np.inf
            # The defect's tail decays like the degree-th power of the length.
            factor = 0.9 * max(size, 1e-300) ** (-1 / self._degree) if np.isfinite(size) else 0.35
            if solved is None or size > 1:
                h *= min(0.8, max(0.2, factor))
                continue
            piece = self._piece(solved, start, end, error)
            pieces.append(piece)
            start, error = end, piece.error_after
            last = solved.values.nrows() - 1
            y = [solved.values[last, x] for x in range(self._order)]
            if progress is not None:
                progress(start, float(piece.grad_inf))
            if piece.grad_inf <= tolerance:
                stop, reached = "the gradient's infinity norm reached grad_tol", True
                break
            if start >= max_time:
                stop = "the time limit was reached"
                break
            if until is not None and until(np.array([float(x) for x in y]).reshape(self._problem.shape), start):
                stop, reached = "the point asked for was reached", True
                break
            h *= min(3.0, max(0.5, factor))
        return PreciseFlow(
            self._problem, self._dps, self._degree, tuple(pieces), stop, self._collocation.gradients, reached
        )

    def _piece(self, solved: Solved, start: float, end: float, error: Any) -> Piece:
        length = flint.arb(end) - flint.arb(start)
        slopes = derivative(solved.coefficients) * (2 / length)
        defect = flint.arb(0)
        m = self._degree
        for j in (0, 1, m // 2, m - 1):
            tau = -(flint.arb.cos_pi_fmpq(flint.fmpq(2 * j + 1, 2 * m)))
            row = basis(m, tau.mid())
            at = (row * solved.coefficients).mid().tolist()[0]
            miss = [
                x + y for x, y in zip((row * slopes).mid().tolist()[0], self._collocation.gradient(at), strict=True)
            ]
            size = sum((x * x for x in miss), flint.arb(0)).mid().sqrt().mid()
            defect = size if size > defect else defect
        least = min(solved.least)
        mu = -flint.arb(least)
        grown = (mu * length).exp()
        # The integral of exp(mu (end - s)), stable where mu vanishes.
        push = length if abs(least) * (end - start) < 1e-8 else (grown - 1) / mu
        after = (grown * error + defect * push).mid()
        last = [solved.values[m, x] for x in range(self._order)]
        steepest = flint.arb(0)
        for x in self._collocation.gradient(last):
            steepest = abs(x) if abs(x) > steepest else steepest
        return Piece(start, end, solved.coefficients, error, after, defect, least, steepest)

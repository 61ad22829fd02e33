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
from dataclasses import dataclass, field
from math import log10
from typing import Any

import flint
import numpy as np
import scipy.linalg as sla
from numpy.typing import ArrayLike

from numerics.flow.chebyshev_series import Grid, Matrix, basis, derivative
from numerics.population import Population
from numerics.precise import PrecisePopulation
from numerics.precision import Exact, digits, from_ball
from numerics.problem import Array, Problem, finite_array

#: Digits beyond those asked for in which everything is computed.
GUARD = 12
#: Iterations of Newton's method in doubles at most.
ROUGH_ITERATIONS = 12
#: Chebyshev coefficients below this part of the largest are noise in doubles.
RESOLVED = 1e-12
#: A piece whose last coefficients promise to be this much too large is not refined.
HOPELESS = 1e6
#: Pieces that move less than this start from the linearised flow, which doubles resolve however little it moves.
LINEAR = 1e-5


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
        """Time at the end."""
        return self.pieces[-1].end

    @property
    def grad_inf(self) -> Any:
        """Infinity norm of the gradient at the end, an mpmath number."""
        return from_ball(self.pieces[-1].grad_inf)

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
        if not 0 <= time <= self.time:
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
    progress: Callable[[float, float], None] | None = None,
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
    with digits(dps + GUARD) as arithmetic:
        tolerance = flint.arb(grad_tol)
        if not tolerance > 0:
            raise ValueError(f"grad_tol: got {grad_tol!r}, needs a positive decimal number")
        run = _Integration(problem, arithmetic, dps, degree or degree_for(dps))
        return run.until(theta.ravel(), tolerance, max_time, max_pieces, until, progress)


@dataclass
class _Attempt:
    """A solved piece, before its error is known."""

    values: Matrix
    coefficients: Matrix
    tail: float
    least: list[float] = field(default_factory=list)


class _Integration:
    """The loop over pieces; lives inside ``digits``."""

    def __init__(self, problem: Problem, arithmetic: Any, dps: int, degree: int) -> None:
        self._problem, self._dps = problem, dps
        self._exact = PrecisePopulation(problem, arithmetic)
        self._rough = Population(problem)
        self._grid = Grid(degree)
        self._D = self._grid.float_differentiation()
        self._points = np.array([float(x) for x in self._grid.points])
        self._order = int(np.prod(problem.shape))
        self.gradients = 0

    def until(
        self, flat: Array, tolerance: Any, max_time: float, max_pieces: int, until: Any, progress: Any
    ) -> PreciseFlow:
        y = [flint.arb(float(x)) for x in flat]
        start, error = 0.0, flint.arb(0)
        h = 0.1 / max(1.0, float(np.abs(self._gradient_rough(flat)).max()))
        pieces: list[Piece] = []
        stop, reached = "the limit on the number of pieces was reached", False
        while len(pieces) < max_pieces:
            h = min(h, max_time - start)
            end = start + h
            if not end > start or h < 1e-14 * start:
                stop = "the pieces became shorter than the resolution of the time"
                break
            solved = self._solve(y, flint.arb(end) - flint.arb(start))
            size = solved.tail if solved is not None else np.inf
            # The defect's tail decays like the degree-th power of the length.
            factor = 0.9 * max(size, 1e-300) ** (-1 / self._grid.degree) if np.isfinite(size) else 0.35
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
        return PreciseFlow(self._problem, self._dps, self._grid.degree, tuple(pieces), stop, self.gradients, reached)

    def _gradient(self, flat: list[Any]) -> list[Any]:
        self.gradients += 1
        wide = self._problem.dim + 1
        rows = [flat[i : i + wide] for i in range(0, len(flat), wide)]
        _, grad_W, grad_a = self._exact.loss_and_gradient([row[:-1] for row in rows], [row[-1] for row in rows])
        out: list[Any] = []
        for i, row in enumerate(grad_W.tolist()):
            out.extend(row)
            out.append(grad_a[i])
        return out

    def _gradient_rough(self, flat: Array) -> Array:
        return self._rough.value_and_gradient(flat.reshape(self._problem.shape))[1].ravel()

    def _solve(self, y: list[Any], length: Any) -> _Attempt | None:
        """The collocation polynomial, or None if Newton's method does not converge."""
        h, origin = float(length), np.array([float(x) for x in y])
        rough = self._march(origin, h)
        if rough is None:
            return None
        if np.abs(rough - origin).max() < LINEAR:
            moves, factor, least, scale = self._linear(y, origin, h)
        else:
            rough, factor, least = self._newton(origin, rough, h)
            moves, scale = rough - origin, 0
        if factor is None:
            return None
        tail = self._tail(moves, scale)
        if tail > HOPELESS:
            return _Attempt(None, None, tail)
        values = self._refine(y, moves, scale, length, factor)
        if values is None:
            return None
        coefficients = (self._grid.transform * values).mid()
        return _Attempt(values, coefficients, self._precise_tail(coefficients), least)

    def _linear(self, y: list[Any], origin: Array, h: float) -> tuple[Array, Any, list[float], int]:
        """Collocation of the flow linearised at y: moves over 2**scale, however small they are."""
        m, N = self._grid.degree, self._order
        slope, scale = _as_doubles(flint.arb_mat([self._gradient(y)]), 0)
        H = self._rough.hessian_unchecked(origin.reshape(self._problem.shape))
        J = np.kron(self._D[1:, 1:] * (2 / h), np.eye(N)) + np.kron(np.eye(m), H)
        factor = sla.lu_factor(J, check_finite=False)
        moves = -sla.lu_solve(factor, np.tile(slope[0], m), check_finite=False).reshape(m, N)
        return np.vstack([np.zeros(N), moves]), factor, [float(np.linalg.eigvalsh(H)[0])], scale

    def _march(self, origin: Array, h: float) -> Array | None:
        """A first guess: linearly implicit Euler from point to point."""
        rows, current = [origin], origin
        for step in np.diff(self._points) * (h / 2):
            H = self._rough.hessian_unchecked(current.reshape(self._problem.shape))
            H[np.diag_indices(self._order)] += 1 / step
            try:
                current = current - sla.solve(H, self._gradient_rough(current), check_finite=False)
            except (sla.LinAlgError, ValueError):
                return None
            rows.append(current)
        guess = np.array(rows)
        return guess if np.isfinite(guess).all() else None

    def _newton(self, origin: Array, values: Array, h: float) -> tuple[Array, Any, list[float]]:
        """Newton's method in doubles; also the factorised Jacobian at the end, and eigenvalues."""
        m, N = self._grid.degree, self._order
        D = self._D * (2 / h)
        best, factor = np.inf, None
        for _ in range(ROUGH_ITERATIONS):
            gradients = np.array([self._gradient_rough(row) for row in values[1:]])
            residual = D[1:] @ values + gradients
            hessians = [self._rough.hessian_unchecked(row.reshape(self._problem.shape)) for row in values[1:]]
            J = np.kron(D[1:, 1:], np.eye(N)).reshape(m, N, m, N)
            for j, H in enumerate(hessians):
                J[j, :, j, :] += H
            try:
                factor = sla.lu_factor(J.reshape(m * N, m * N), check_finite=False)
            except (sla.LinAlgError, ValueError):
                return values, None, []
            move = sla.lu_solve(factor, residual.ravel(), check_finite=False).reshape(m, N)
            size = float(np.abs(move).max())
            if not np.isfinite(size) or size > 1e3:
                return values, None, []
            values = np.vstack([origin, values[1:] - move])
            if size < 1e-9 or (size < 1e-7 and size > 0.25 * best):
                least = [float(np.linalg.eigvalsh(H)[0]) for H in (hessians[0], hessians[m // 2], hessians[-1])]
                return values, factor, least
            best = min(best, size)
        return values, None, []

    def _tail(self, moves: Array, scale: int) -> float:
        """What the last coefficients will be over what is asked for, extrapolated from those that doubles resolve."""
        m = self._grid.degree
        angles = np.pi * np.arange(m, -1, -1) / m
        weights = np.ones(m + 1)
        weights[[0, -1]] = 0.5
        sizes = np.array([np.abs((weights * np.cos(j * angles)) @ moves).max() * 2 / m for j in range(1, m)])
        seen = np.flatnonzero(sizes < max(RESOLVED * sizes.max(), 1e-15 if scale == 0 else 0.0))
        last = int(seen[0]) + 1 if len(seen) else m - 1
        # Geometric decay from the first coefficient to the last that is resolved.
        logs = np.log10(np.maximum(sizes[[0, last - 1]], 1e-300))
        rate = (logs[1] - logs[0]) / max(last - 1, 1)
        return float(10.0 ** np.clip(logs[0] + rate * (m - 1) + scale * log10(2) + self._dps, -300, 300))

    def _refine(self, y: list[Any], moves: Array, scale: int, length: Any, factor: Any) -> Matrix | None:
        """Newton's method with residuals in balls and the factor in doubles."""
        m, N = self._grid.degree, self._order
        unit = flint.arb((1, scale))
        values = flint.arb_mat([[x + float(u) * unit for x, u in zip(y, row, strict=True)] for row in moves]).mid()
        D = self._grid.differentiation * (2 / length)
        before = np.inf
        for _ in range(4 + self._dps // 6):
            rows = values.tolist()
            gradients = flint.arb_mat([[flint.arb(0)] * N] + [self._gradient(row) for row in rows[1:]])
            residual = (D * values + gradients).mid()
            scaled, power = _as_doubles(residual, 1)
            move = sla.lu_solve(factor, scaled.ravel(), check_finite=False).reshape(m, N)
            size = log10(max(float(np.abs(move).max()), 1e-300)) + power * log10(2)
            if not np.isfinite(size) or (size > -6 and size > before):
                return None
            step = flint.arb_mat([[flint.arb(0)] * N] + [[flint.arb(float(x)) for x in row] for row in move])
            values = (values - step * flint.arb((1, power))).mid()
            if size < -self._dps - 3 or size > before - 1:
                return values if size < -self._dps + 3 else None
            before = size
        return None

    def _precise_tail(self, coefficients: Matrix) -> float:
        """Last coefficients over what is asked for."""
        m = self._grid.degree
        largest = flint.arb(0)
        for k in (m - 1, m):
            for x in range(self._order):
                size = abs(coefficients[k, x])
                if size > largest:
                    largest = size
        ratio = largest * flint.arb(10) ** self._dps
        return float(ratio) if ratio < flint.arb(10) ** 300 else np.inf

    def _piece(self, solved: _Attempt, start: float, end: float, error: Any) -> Piece:
        length = flint.arb(end) - flint.arb(start)
        slopes = derivative(solved.coefficients) * (2 / length)
        defect = flint.arb(0)
        m = self._grid.degree
        for j in (0, 1, m // 2, m - 1):
            tau = -(flint.arb.cos_pi_fmpq(flint.fmpq(2 * j + 1, 2 * m)))
            row = basis(m, tau.mid())
            at = (row * solved.coefficients).mid().tolist()[0]
            miss = [x + y for x, y in zip((row * slopes).mid().tolist()[0], self._gradient(at), strict=True)]
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
        for x in self._gradient(last):
            steepest = abs(x) if abs(x) > steepest else steepest
        return Piece(start, end, solved.coefficients, error, after, defect, least, steepest)


def _as_doubles(matrix: Matrix, skip: int) -> tuple[Array, int]:
    """Rows from ``skip`` on as doubles of size at most 1, and the power of two that was taken out."""
    entries = matrix.tolist()[skip:]
    exponents = [x.man_exp() for row in entries for x in row if x != 0]
    scale = max((abs(int(man)).bit_length() + int(exp) for man, exp in exponents), default=0)
    factor = flint.arb((1, -scale))
    return np.array([[float(x * factor) for x in row] for row in entries]), scale

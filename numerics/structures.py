"""The theory's structures as numbers: coordinates in the teacher's basis, to any number of digits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
from mpmath import mp

from numerics.kernels import structures as kernel
from numerics.precision import Exact, digits, from_ball, to_ball, to_double
from numerics.problem import Array

SCALAR = SimpleNamespace(sqrt=math.sqrt, asin=math.asin, pi=math.pi, rational=lambda a, b: a / b)

#: Shortest step in n, over k, before the branch of the perturbed copy is taken to end.
SHORTEST_STEP = 1e-7
#: Newton steps below this, relative to the largest unknown, may be rounding.
ROUNDING = 1e-9
#: Up to this k the branch is followed from integer to integer, each kept for the next n.
STEPWISE = 400


@dataclass(frozen=True, eq=False)
class Point:
    """A structure as numbers. Approximation.

    Attributes
    ----------
    name : str
        ``"copy-average"`` or ``"perturbed-copy"``.
    partition : tuple of int or None
        Group sizes in ascending order, for copy-average.
    coordinates : ndarray of mpmath numbers, shape (n, k)
        Inner products of the students' incoming vectors with the teachers (times their signs); students and
        teachers in a standard order: student i copies teacher i, averages take consecutive teachers.
    outgoing : ndarray of mpmath numbers, shape (n,)
    loss : mpmath number
    """

    name: str
    partition: tuple[int, ...] | None
    coordinates: Exact
    outgoing: Exact
    loss: mp.mpf

    def doubles(self) -> tuple[Array, Array]:
        """Coordinates and outgoing weights in double precision."""
        return (
            to_double(self.coordinates),
            np.array([float(x) for x in self.outgoing]),
        )


def copy_average_point(sizes: Sequence[int], *, dps: int = 50) -> Point:
    """The copy-average configuration of a partition as numbers. Approximation.

    Parameters
    ----------
    sizes : sequence of int
        Group sizes, in the order of the students.
    dps : int
        Digits.

    Returns
    -------
    Point

    Examples
    --------
    >>> point = copy_average_point([1, 2])
    >>> point.partition, float(point.outgoing[1])
    ((1, 2), 2.0)
    """
    k = sum(sizes)
    coordinates = np.full((len(sizes), k), mp.mpf(0), dtype=object)
    outgoing = np.full(len(sizes), mp.mpf(0), dtype=object)
    first = 0
    with digits(dps + 15) as arithmetic:
        loss = to_ball(0.0)
        for i, size in enumerate(sizes):
            coordinate, weight, own = kernel.averaging(to_ball(size), arithmetic)
            coordinates[i, first : first + size] = from_ball(coordinate)
            outgoing[i] = from_ball(weight)
            # A copy has loss 0 exactly; its ball would leave rounding in the last digits.
            loss += own if size > 1 else 0
            first += size
        return Point("copy-average", tuple(sorted(sizes)), coordinates, outgoing, from_ball(loss))


def perturbed_copy_point(n: int, k: int, *, dps: int = 50) -> Point | None:
    """The perturbed copy as numbers, or None where its branch does not reach. Approximation.

    The branch starts at n = k, where every neuron copies and the coefficient of (absent) uncopied teachers
    is determined by continuity, and is followed downwards in real n by a predictor and Newton's method.

    Parameters
    ----------
    n, k : int
        With 1 <= n < k.
    dps : int
        Digits.

    Returns
    -------
    Point or None
        None if the branch ends (in a fold) above n.

    Raises
    ------
    ValueError
        If not 1 <= n < k.

    Examples
    --------
    >>> float(perturbed_copy_point(9, 10).loss)
    0.01968215747342...
    """
    numbers = perturbed_copy_numbers(n, k, dps=dps)
    if numbers is None:
        return None
    alpha, beta, gamma, a = numbers
    coordinates = np.full((n, k), gamma, dtype=object)
    coordinates[:, :n] = beta
    for i in range(n):
        coordinates[i, i] = alpha
    with digits(dps + 15) as arithmetic:
        x = [to_ball(number) for number in numbers]
        (loss,) = kernel.perturbed_copy_loss(x[0], x[1], x[2], x[3], n, k, arithmetic)
        return Point("perturbed-copy", None, coordinates, np.full(n, a, dtype=object), from_ball(loss))


def perturbed_copy_numbers(n: int, k: int, *, dps: int = 50) -> tuple[mp.mpf, mp.mpf, mp.mpf, mp.mpf] | None:
    """The four numbers of the perturbed copy, or None where its branch does not reach. Approximation.

    Parameters
    ----------
    n, k : int
        With 1 <= n < k; of any size.
    dps : int
        Digits.

    Returns
    -------
    tuple of four mpmath numbers, or None
        alpha, beta, gamma, a; see :func:`perturbed_copy_point`.

    Raises
    ------
    ValueError
        If not 1 <= n < k.

    Examples
    --------
    >>> [f"{float(x):.3g}" for x in perturbed_copy_numbers(25_000, 50_000)]
    ['0.999', '-4.3e-08', '3.99e-05', '1']
    """
    if not 1 <= n < k:
        raise ValueError(f"n: got {n}, needs 1 <= n < k = {k}")
    start = _branch(k, n) if k <= STEPWISE else _far_along(k, n)
    if start is None:
        return None
    with digits(dps + 15) as arithmetic:
        x = [to_ball(float(value)) for value in start]
        inverse = np.linalg.inv(_jacobian(start, n, k))
        for _ in range(dps):
            residual = kernel.perturbed_copy(x[0], x[1], x[2], x[3], n, k, arithmetic)
            size = max(abs(from_ball(value)) for value in residual)
            if size < mp.mpf(10) ** -(dps + 8):
                break
            x = [(x[i] - sum(to_ball(float(inverse[i, j])) * residual[j] for j in range(4))).mid() for i in range(4)]
        alpha, beta, gamma, a = (from_ball(value) for value in x)
        return alpha, beta, gamma, a


def _jacobian(x: tuple[float, float, float, float], n: float, k: int) -> Array:
    """Derivatives of the four equations at real n."""
    alpha, beta, gamma, a = x
    return np.array(kernel.perturbed_copy_jacobian(alpha, beta, gamma, a, n, k, SCALAR)).reshape(4, 4)


def _newton(x: Array, n: float, k: int) -> Array | None:
    """Newton's method on the four equations at real n, or None unless it contracts down to rounding."""
    last = math.inf
    for _ in range(14):
        alpha, beta, gamma, a = map(float, x)
        try:
            residual = np.array(kernel.perturbed_copy(alpha, beta, gamma, a, n, k, SCALAR))
            step = np.linalg.solve(_jacobian((alpha, beta, gamma, a), n, k), residual)
        except (np.linalg.LinAlgError, ValueError, ZeroDivisionError):
            return None
        length = float(np.abs(step).max())
        size = max(1.0, float(np.abs(x).max()))
        if not length < last / 2:
            # Steps no longer shrink: rounding, if they are that small, whose level grows with the condition.
            return x if last < ROUNDING * size else None
        x = x - step
        if length < 1e-13 * size:
            return x
        last = length
    return x if last < ROUNDING * size else None


@lru_cache(maxsize=4096)
def _branch(k: int, n: int) -> tuple[float, float, float, float] | None:
    """The perturbed copy at (n, k) in double precision, continued from n + 1 (from n = k at n = k - 1)."""
    if n == k:
        x = _newton(np.array([1.0, 0.0, 0.0, 1.0]), float(k), k)
        return None if x is None else tuple(map(float, x))  # type: ignore[return-value]
    # Filled from above, so that the recursion is never deep.
    for higher in range(k, n + 1, -1):
        if _branch(k, higher) is None:
            return None
    start = _branch(k, n + 1)
    if start is None:
        return None
    return _follow(start, n + 1, n, k, 0.25)


#: Points of branches of large k, by k and n: where the next search may start.
_KNOWN: dict[int, dict[int, tuple[float, float, float, float]]] = {}
MOST_KNOWN = 64


def know(n: int, k: int, numbers: Sequence[mp.mpf]) -> None:
    """Enter a point of the branch found elsewhere (``numerics.curves``), where later searches may start."""
    alpha, beta, gamma, a = map(float, numbers)
    _KNOWN.setdefault(k, {})[n] = (alpha, beta, gamma, a)
    _forget()


def _forget() -> None:
    while len(_KNOWN) > MOST_KNOWN:
        _KNOWN.pop(next(iter(_KNOWN)))


@lru_cache(maxsize=256)
def _far_along(k: int, n: int) -> tuple[float, float, float, float] | None:
    """The same in as few steps as the branch allows, from the nearest n above that is known."""
    known = _KNOWN.setdefault(k, {})
    nearest = min((higher for higher in known if higher >= n), default=k)
    start = known.get(nearest) or _branch(k, k)
    found = None if start is None else _follow(start, nearest, n, k, max(0.25, (nearest - n) / 4))
    if found is not None:
        known[n] = found
        _forget()
    return found


def _follow(
    start: tuple[float, float, float, float], high: int, low: int, k: int, step: float
) -> tuple[float, float, float, float] | None:
    """Continuation in real n from high down to low, or None where the branch ends."""
    x, slope, at = np.array(start), np.zeros(4), float(high)
    while at > low:
        step = min(step, at - low)
        new = _newton(x - step * slope, at - step, k)
        # A point that moves much further than its predecessors did has jumped to another branch.
        if new is None or np.abs(new - x).max() > 0.1 * max(1.0, float(np.abs(x).max())):
            step /= 2
            if step < SHORTEST_STEP * k:
                return None
            continue
        slope, x, at = (x - new) / step, new, at - step
        step *= 1.5
    return tuple(map(float, x))  # type: ignore[return-value]

"""Critical points of block patterns: Newton's method, and continuation from one size to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np
from mpmath import mp

from numerics.kernels.homogeneous import RELU, Homogeneous, leaky
from numerics.precision import digits, from_ball
from numerics.problem import Array
from numerics.rectified.blocks import Blocks
from numerics.rectified.pattern import Pattern

#: Digits of the arithmetic in which a point is looked for, and of the step of its derivatives.
ROUGH = 40
#: Newton's method has arrived where a step is this short; the derivatives are good to some 14 digits.
ARRIVED = 1e-22
#: Most Newton steps of a search.
STEPS = 25
#: Shortest step of a continuation, as a part of the whole way.
SHORTEST = 2e-4
#: First step of a continuation in the slope.
FIRST_SLOPE = Fraction(1, 20)
#: A step of a continuation that moves an unknown further than this may have jumped to another branch.
FURTHEST = 0.1


@dataclass(frozen=True, eq=False)
class Solution:
    """A critical point of a block pattern. Approximation.

    Attributes
    ----------
    pattern : Pattern
    values : tuple of mpmath numbers
        The coefficients by ``pattern.slots``, to ``dps`` digits.
    loss : mpmath number
    dps : int
    """

    pattern: Pattern
    values: tuple[mp.mpf, ...]
    loss: mp.mpf
    dps: int

    def doubles(self) -> Array:
        """The coefficients in double precision."""
        return np.array([float(value) for value in self.values])

    def coordinates(self) -> np.ndarray:
        """Inner products of the students' vectors with the teachers, mpmath numbers, shape (n, k)."""
        values = np.array(self.values, dtype=object)
        return values[self.pattern.labels]


def search(
    pattern: Pattern, start: Sequence[float] | Array, *, furthest: float = np.inf, form: Homogeneous = RELU
) -> Array | None:
    """Newton's method on the reduced equations of a pattern. Approximation.

    Parameters
    ----------
    pattern : Pattern
        Its sizes may be real numbers.
    start : sequence of float
        By ``pattern.slots``.
    furthest : float
        Give up where an unknown moves further than this from the start.
    form : Homogeneous
        The activation.

    Returns
    -------
    ndarray or None
        None unless the steps become shorter than 1e-22.
    """
    found = _search(pattern, start, furthest, form)
    return None if found is None else np.array([float(value) for value in found[0]])


def solve(
    pattern: Pattern, start: Sequence[float] | Array, *, dps: int = 50, form: Homogeneous = RELU
) -> Solution | None:
    """A critical point of a pattern to any number of digits. Approximation.

    Newton's method in 40 digits, then with the last derivatives kept, some 14 digits a step, until the gradient is
    below ``10**-(dps + 5)``.

    Parameters
    ----------
    pattern : Pattern
        Of integer sizes.
    start : sequence of float
        By ``pattern.slots``.
    dps : int
        Digits.
    form : Homogeneous
        The activation.

    Returns
    -------
    Solution or None
        None if Newton's method does not arrive.

    Examples
    --------
    >>> found = solve(Pattern((1,), ((0, 1),), ((0, 2),)), [1.0])
    >>> mp.nstr(found.loss, 30)
    '0.177023873265766892787236773418'
    """
    found = _search(pattern, start, np.inf, form)
    if found is None:
        return None
    x, inverse = found
    # Rounding enters the area of nearly parallel vectors by its root.
    with digits(2 * dps + 40):
        blocks = Blocks(pattern, form)
        target = flint.arb(10) ** -(dps + 5)
        for _ in range(dps):
            gradient = blocks.gradient(x)
            if all(abs(g) < target for g in gradient):
                values = tuple(from_ball(value) for value in x)
                return Solution(pattern, values, from_ball(blocks.loss(x)), dps)
            scale = max((abs(g) for g in gradient), key=float)
            step = inverse @ np.array([float(g / scale) for g in gradient])
            x = [(value - flint.arb(float(move)) * scale).mid() for value, move in zip(x, step, strict=True)]
    return None


def _search(
    pattern: Pattern, start: Sequence[float] | Array, furthest: float, form: Homogeneous
) -> tuple[list[flint.arb], Array] | None:
    """The point in balls, and the inverse of the derivatives at it."""
    with digits(ROUGH):
        blocks = Blocks(pattern, form)
        begin = np.array(start, dtype=np.float64)
        x = [flint.arb(float(value)) for value in begin]
        last = np.inf
        for _ in range(STEPS):
            if not all(square > 0 for square in blocks.squares(x)):
                return None
            derivatives = blocks.jacobian(x)
            gradient = blocks.gradient(x)
            if not np.isfinite(derivatives).all():
                return None
            try:
                inverse = np.linalg.inv(derivatives)
            except np.linalg.LinAlgError:
                return None
            scale = max((abs(g) for g in gradient), key=float)
            step = inverse @ np.array([float(g / scale) if scale > 0 else 0.0 for g in gradient])
            length = float(np.abs(step).max()) * float(scale)
            x = [(value - flint.arb(float(move)) * scale).mid() for value, move in zip(x, step, strict=True)]
            moved = np.abs(np.array([float(value) for value in x]) - begin).max()
            if not np.isfinite(length) or moved > furthest or (length > 2 * last and length > 1e-3):
                return None
            if length < ARRIVED:
                return x, inverse
            last = length
    return None


def follow(start: Pattern, x: Array, end: Pattern, *, step: float = 0.25) -> Array | None:
    """Continue a critical point while the sizes of its pattern go straight from one set to another. Approximation.

    Parameters
    ----------
    start, end : Pattern
        With the same classes; frames and widths may differ, and be real.
    x : ndarray
        The point at the start, by ``start.slots``.
    step : float
        First step, as a part of the way.

    Returns
    -------
    ndarray or None
        The point at the end, or None where the branch ends before it.
    """
    slope, at = np.zeros(len(x)), 0.0
    while at < 1:
        step = min(step, 1 - at)
        new = search(between(start, end, at + step), x + step * slope, furthest=FURTHEST * max(1.0, np.abs(x).max()))
        if new is None:
            step /= 2
            if step < SHORTEST:
                return None
            continue
        slope, x, at = (new - x) / step, new, at + step
        step *= 1.5
    return x


def leak(pattern: Pattern, x: Array, slope: Fraction) -> Array | None:
    """Continue a critical point of ReLU to leaky ReLU while the slope grows from zero. Approximation.

    Parameters
    ----------
    pattern : Pattern
    x : ndarray
        The point for ReLU, by ``pattern.slots``.
    slope : Fraction
        Between 0 and 1.

    Returns
    -------
    ndarray or None
        None where the branch ends before that slope.
    """
    at, step, change = Fraction(0), min(slope, FIRST_SLOPE), np.zeros(len(x))
    while at < slope:
        step = min(step, slope - at)
        guess = x + float(step) * change
        furthest = FURTHEST * max(1.0, np.abs(x).max())
        new = search(pattern, guess, furthest=furthest, form=leaky(at + step))
        if new is None:
            step /= 2
            if step < SHORTEST:
                return None
            continue
        change, x, at = (new - x) / float(step), new, at + step
        step *= Fraction(3, 2)
    return x


def between(start: Pattern, end: Pattern, part: float) -> Pattern:
    """The pattern whose sizes lie between those of two others. Exact.

    Raises
    ------
    ValueError
        If the two have other classes or other unknowns.
    """
    alike = (
        start.students == end.students
        and [f for f, _ in start.teachers] == [f for f, _ in end.teachers]
        and start.split == end.split
    )
    if not alike:
        raise ValueError(f"end: got {end}, needs the classes and unknowns of {start}")
    if part >= 1:
        return end
    frames = tuple(a + part * (b - a) for a, b in zip(start.frames, end.frames, strict=True))
    widths = tuple((f, a + part * (b - a)) for (f, a), (_, b) in zip(start.teachers, end.teachers, strict=True))
    return Pattern(frames, start.students, widths, start.split)

"""The phase boundaries as curves: the real n at which a condition on the perturbed copy or copy-average is met.

Each is the root of five equations in (t, a, U, V, n) (``numerics.reduced``), found by Newton's method from the law
for large k, and for small k from there by continuation in log k; any real k, any size, any number of digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import flint
from mpmath import mp

from numerics.asymptotics import birth_constants, lower_constants
from numerics.kernels import normalised as kernel
from numerics.precision import digits, from_ball, to_ball
from numerics.reduced import Condition, birth, excess, five, newton, system

#: Digits of intermediate points of a continuation.
ROUGH = 20
#: Shortest step of a continuation in log k.
SHORTEST = 1e-3
BOUNDARIES = ("pc_minimum", "pc_lower", "ca_minimum")


@dataclass(frozen=True, eq=False)
class Critical:
    """A critical real n. Approximation.

    Attributes
    ----------
    boundary : str
    k : mpmath number
    n : mpmath number
    unknowns : tuple of mpmath numbers
        (t, a, U, V) of the perturbed copy there, empty for copy-average.
    dps : int
        Digits of n.
    """

    boundary: str
    k: mp.mpf
    n: mp.mpf
    unknowns: tuple[mp.mpf, ...]
    dps: int


def critical_n(boundary: str, k: int | mp.mpf, *, dps: int = 30) -> Critical | None:
    r"""The real n at which a phase boundary crosses k. Approximation.

    ``pc_minimum``: the block of the standard component is singular at the perturbed copy, above it is a minimum.
    ``pc_lower``: :math:`L_{PC} = L_{CA}`, with :math:`L^*_{erf}(k - n + 1)` continued to real n. ``ca_minimum``:
    :math:`(n-1)(3+2\sqrt3) + 1 = P(k-n+1)`.

    Parameters
    ----------
    boundary : {"pc_minimum", "pc_lower", "ca_minimum"}
    k : int or mpmath number
        At least 3; of any size.
    dps : int
        Digits.

    Returns
    -------
    Critical or None
        None if Newton's method finds no such n: for the smallest k there may be none.

    Raises
    ------
    ValueError
        If the boundary is another, or k is less than 3.

    Examples
    --------
    >>> [mp.nstr(critical_n(name, 20).n, 10) for name in BOUNDARIES]
    ['9.236884581', '14.99560846', '17.28062']
    """
    if boundary not in BOUNDARIES:
        raise ValueError(f"boundary: got {boundary!r}, needs one of {', '.join(BOUNDARIES)}")
    if not k >= 3:
        raise ValueError(f"k: got {k}, needs at least 3")
    with digits(working_digits(k, dps)) as m:
        size = flint.arb(k) if isinstance(k, int) else to_ball(k)
        if boundary == "ca_minimum":
            n = _average(size, m, dps)
            return Critical(boundary, from_ball(size), from_ball(n), (), dps)
        start = _rough(boundary, from_ball(size))
        x = None if start is None else newton(system(CURVES[boundary].condition), start, size, m, 10.0**-dps)
        if x is None:
            return None
        t, a, U, V, n = (from_ball(value) for value in x)
        return Critical(boundary, from_ball(size), n, (t, a, U, V), dps)


def working_digits(k: int | mp.mpf, dps: int) -> int:
    """Digits in which terms of order k^2 may cancel down to 1/k and leave ``dps``."""
    return dps + 20 + int(4 * mp.log10(k))


def average_condition(n: Any, k: Any, m: Any) -> Any:
    r""":math:`P(k-n+1) - 1 - (n-1)(3+2\sqrt3)`; positive where optimal CA is a minimum (``erf-ca-index``)."""
    size = k - n + 1
    N = 4 * size * size - 1
    stretch = 2 * size / m.sqrt(N)
    threshold = N * N * (N + (N - 1) * stretch) / (N * N + N - 1)
    return threshold - 1 - (n - 1) * (3 + 2 * m.sqrt(m.rational(3, 1)))


def _average(k: Any, m: Any, dps: int) -> Any:
    H = 3 + 2 * m.sqrt(m.rational(3, 1))
    # Two terms of the law; the condition is convex in n, so that Newton's method converges from there.
    n = (k - m.sqrt(H * k / 8) + H / 16 + 1).mid()
    for _ in range(100):
        value = average_condition(flint.arb_series([n, 1], 2), k, m)
        step = (value[0] / value[1]).mid()
        n = (n - step).mid()
        if abs(step) < abs(n) * flint.arb(10) ** (-dps):
            break
    return n


@dataclass(frozen=True)
class _Curve:
    """How one curve is found: its condition, its growth with k, and from which k on its law is a good start."""

    condition: Condition
    growth: float
    lawful: float
    law: Callable[[mp.mpf], Sequence[mp.mpf]]


def _born(k: mp.mpf) -> Sequence[mp.mpf]:
    """Two corrections of the law for n; without them Newton's method would start too far away."""
    with mp.workdps(ROUGH):
        found = birth_constants()
        small = mp.mpf(k) ** (-mp.mpf(1) / 5)
        n = found.scale * mp.mpf(k) ** (mp.mpf(3) / 5) * (1 + found.first * small + 30 * small**2)
        return found.t, found.a - mp.mpf(3) / 2 * small, mp.mpf(0), mp.mpf(0), n


def _lowered(k: mp.mpf) -> Sequence[mp.mpf]:
    with mp.workdps(ROUGH + int(mp.log10(k))):
        found = lower_constants()
        n = found.limit * k + found.shift
        return mp.mpf("0.5") + found.t / k, 1 + found.a / k, mp.mpf(0), mp.mpf(0), n


CURVES = {"pc_minimum": _Curve(birth, 0.6, 1e8, _born), "pc_lower": _Curve(excess, 1.0, 1e4, _lowered)}
#: Points known, by boundary and log k: where a continuation may start.
_ANCHORS: dict[str, dict[float, list[Any]]] = {name: {} for name in CURVES}
MOST_ANCHORS = 4096


def _rough(boundary: str, k: mp.mpf) -> list[Any] | None:
    """A point of the curve to a few digits."""
    curve, anchors = CURVES[boundary], _ANCHORS[boundary]
    target = float(mp.log(k))
    if k >= curve.lawful:
        return [to_ball(mp.mpf(value)) for value in curve.law(k)]
    if not anchors:
        first = mp.mpf(curve.lawful)
        x = _solve(boundary, math.log(curve.lawful), [to_ball(mp.mpf(value)) for value in curve.law(first)])
        if x is None:
            return None
        anchors[math.log(curve.lawful)] = x
    at = min(anchors, key=lambda known: abs(known - target))
    x, step = anchors[at], target - at
    while at != target:
        step = math.copysign(min(abs(step), abs(target - at)), target - at)
        goal = target if abs(target - at) <= abs(step) else at + step
        new = _solve(boundary, goal, [*x[:4], x[4] * flint.arb(math.exp(curve.growth * (goal - at)))])
        if new is None or _far(new, x):
            step /= 2
            if abs(step) < SHORTEST:
                return None
            continue
        x, at, step = new, goal, 2 * step
        if len(anchors) < MOST_ANCHORS:
            anchors[at] = x
    return x


def _far(new: Sequence[Any], old: Sequence[Any]) -> bool:
    """Whether a step is too long to be sure that it stayed on the curve."""
    return any(abs(float(p) / float(q) - 1) > 0.15 for p, q in zip(new[:2], old[:2], strict=True))


def _solve(boundary: str, log_k: float, start: Sequence[Any]) -> list[Any] | None:
    k = math.exp(log_k)
    with digits(working_digits(mp.mpf(k), ROUGH)) as m:
        return newton(system(CURVES[boundary].condition), start, flint.arb(k), m, 10.0**-ROUGH)


def point_near(found: Critical, n: int) -> tuple[mp.mpf, ...] | None:
    """(alpha, beta, gamma, a) of the perturbed copy at an n close to a critical one. Approximation.

    Examples
    --------
    >>> [mp.nstr(x, 5) for x in point_near(critical_n("pc_minimum", 20), 10)][::3]
    ['0.6281', '2.1691']
    """
    with digits(working_digits(found.k, ROUGH)) as m:
        k = to_ball(found.k)

        def condition(x: Sequence[Any], k: Any, m: SimpleNamespace) -> Any:
            return x[4] - n

        start = [to_ball(value) for value in (*found.unknowns, found.n)]
        x = newton(system(condition), start, k, m, 10.0**-ROUGH)
        return None if x is None else coefficients_at(x, k, m)


def coefficients_at(x: Sequence[Any], k: Any, m: SimpleNamespace) -> tuple[mp.mpf, ...]:
    """(alpha, beta, gamma, a) of the point (t, a, U, V, n). Approximation."""
    return (*(from_ball(value) for value in kernel.point(*five(x), k, m)), from_ball(x[1]))

r"""The branch of the perturbed copy in real n, from n = k down to where it ends, by pseudo-arclength.

It starts at n = k, where every neuron copies. Steps have a given length in (t, log a, log n), so that the branch may
turn: at a *fold* n is least, two solutions meet and there are none below; or it reaches n = 1 and *collides* there
with the neuron that averages all teachers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from types import SimpleNamespace
from typing import Any

import flint
import numpy as np
from mpmath import mp

from numerics.curves import ROUGH, coefficients_at, working_digits
from numerics.kernels import normalised as kernel
from numerics.precision import digits, from_ball, to_ball
from numerics.problem import Array
from numerics.reduced import five, fold, newton, system

#: First, longest and shortest step.
FIRST, LONGEST, SHORTEST = 1e-2, 0.25, 1e-13
#: Least cosine between successive steps.
STRAIGHT = 0.95


class Ending(Enum):
    """How a branch ends."""

    FOLD = "a fold: two solutions meet, below there are none"
    COLLISION = "a collision at n = 1 with the neuron that averages all teachers"


@dataclass(frozen=True, eq=False)
class End:
    """Where and how the branch of the perturbed copy ends. Approximation.

    Attributes
    ----------
    k : mpmath number
    ending : Ending
    n : mpmath number
        The least real n of the branch.
    coefficients : tuple of mpmath numbers
        (alpha, beta, gamma, a) there; at n = 1 beta has no meaning.
    points : int
        Points of the branch that were computed.
    """

    k: mp.mpf
    ending: Ending
    n: mp.mpf
    coefficients: tuple[mp.mpf, ...]
    points: int


@dataclass(frozen=True, eq=False)
class Place:
    """A point of the branch. Approximation.

    Attributes
    ----------
    n : mpmath number
    unknowns : tuple of mpmath numbers
        (t, a, U, V) of ``theory.normalised``.
    forward : bool
        Whether n still falls along the branch.
    """

    n: mp.mpf
    unknowns: tuple[mp.mpf, ...]
    forward: bool


def branch(k: int, *, down_to: float = 1.0, turns: int = 1) -> Iterator[Place]:
    """Points of the branch from n = k downwards, past folds if asked. Approximation.

    Parameters
    ----------
    k : int
        At least 3.
    down_to : float
        The last point has n below this, unless the branch turns before; at least 1.
    turns : int
        The branch is followed until n has turned round so often.

    Notes
    -----
    Near n = 2 the branch of large k passes another one at a distance of order 1/k and turns sharply away from it. A
    step across is refused, since the orientation (sign of the determinant of the equations' derivatives and the
    tangent) is constant along a branch and opposite on the other.

    Raises
    ------
    ValueError
        If k is less than 3.
    ArithmeticError
        If the shortest step does not lead on: the branch cannot be followed, which is no statement about it.

    Examples
    --------
    >>> [round(float(place.n), 1) for place in branch(10, down_to=9.0)][0]
    10.0
    """
    if k < 3:
        raise ValueError(f"k: got {k}, needs at least 3")
    with digits(working_digits(k, ROUGH)) as m:
        size = flint.arb(k)
        x = _start(k, m)
        found = _tangent(x, size, m, np.array([0.0, 0.0, -1.0]))
        if found is None:
            raise ArithmeticError(f"k = {k}: no direction at n = k")
        tangent, orientation = found
        yield _place(x, tangent)
        step = FIRST
    falling = True
    while turns and (x[4] > down_to or not falling):
        # The precision is set anew: a consumer may change it between two points.
        with digits(working_digits(k, ROUGH)) as m:
            new = _step(x, tangent, step, size, m)
            turned = None if new is None else _tangent(new, size, m, tangent)
            if new is None or turned is None or turned[0] @ tangent < STRAIGHT or turned[1] != orientation:
                step /= 2
                if step < SHORTEST:
                    raise ArithmeticError(f"k = {k}: the branch could not be followed below n = {float(x[4])}")
                continue
            x, tangent = new, turned[0]
            step = min(LONGEST, 1.5 * step)
            if bool(tangent[2] < 0) is not falling:
                falling = not falling
                turns -= 1
            place = _place(x, tangent)
        yield place


def branch_end(k: int, *, dps: int = 30) -> End:
    r"""Where the branch of the perturbed copy ends, and how. Approximation.

    For :math:`k \ge 22` in a fold just above n = 2, :math:`n = 2 + \frac{2048}{27} k^{-2} (1 + O(1/k))`; for
    :math:`k \le 21` at n = 1.

    Parameters
    ----------
    k : int
        At least 3.
    dps : int
        Digits of n.

    Examples
    --------
    >>> end = branch_end(50)
    >>> end.ending.name, mp.nstr(end.n, 8)
    ('FOLD', '2.0343767')
    >>> end = branch_end(10)
    >>> end.ending.name, [mp.nstr(value, 6) for value in end.coefficients[::3]]
    ('COLLISION', ['0.0725476', '10.0'])
    """
    places = list(branch(k))
    last = places[-1]
    with digits(working_digits(k, dps)) as m:
        size = flint.arb(k)
        if last.n > 1:
            # The last two points lie on both sides of the turn.
            near = min(places[-2:], key=lambda place: place.n)
            condition, ending = fold, Ending.FOLD
        else:
            near, ending = last, Ending.COLLISION

            def condition(x: Sequence[Any], k: Any, m: SimpleNamespace) -> Any:
                return x[4] - 1

        start = [to_ball(value) for value in (*near.unknowns, near.n)]
        x = newton(system(condition), start, size, m, 10.0**-dps)
        if x is None:
            raise ArithmeticError(f"k = {k}: the end of the branch near n = {float(near.n)} was not found")
        return End(mp.mpf(k), ending, from_ball(x[4]), coefficients_at(x, size, m), len(places))


def _start(k: int, m: SimpleNamespace) -> list[Any]:
    """The point at n = k: exact copies, with V by continuity."""

    def condition(x: Sequence[Any], k: Any, m: SimpleNamespace) -> Any:
        return x[4] - k

    found = newton(system(condition), [0.5, 1.0, 0.0, 0.0, float(k)], flint.arb(k), m, 10.0**-ROUGH)
    if found is None:
        raise ArithmeticError(f"k = {k}: no start at n = k")
    return found


def _scaled(x: Sequence[Any]) -> Array:
    """(t, log a, log n) as doubles."""
    return np.array([float(x[0]), float(x[1].log()), float(x[4].log())])


def _tangent(x: Sequence[Any], k: Any, m: SimpleNamespace, before: Array) -> tuple[Array, bool] | None:
    """Unit tangent in (t, log a, log n), in the direction of the one before, and the branch's orientation."""
    flat = kernel.jacobian(*five(x), k, m)
    rows = [list(flat[5 * i : 5 * i + 5]) for i in range(4)]
    scale = [flint.arb(1), x[1], flint.arb(1), flint.arb(1), x[4]]
    # Bordered by the direction before: regular at folds, too.
    border = [flint.arb(before[0]), flint.arb(before[1]), flint.arb(0), flint.arb(0), flint.arb(before[2])]
    matrix = flint.arb_mat([*([row[j] * scale[j] for j in range(5)] for row in rows), border]).mid()
    try:
        found = matrix.solve(flint.arb_mat([[0], [0], [0], [0], [1]]))
    except ZeroDivisionError:
        return None
    tangent = np.array([float(found[i, 0]) for i in (0, 1, 4)])
    length = float(np.linalg.norm(tangent))
    return (tangent / length, bool(matrix.det() > 0)) if np.isfinite(length) else None


def _step(x: Sequence[Any], tangent: Array, step: float, k: Any, m: SimpleNamespace) -> list[Any] | None:
    origin = [x[0], x[1].log(), x[4].log()]

    def condition(new: Sequence[Any], k: Any, m: SimpleNamespace) -> Any:
        moved = [new[0] - origin[0], new[1].log() - origin[1], new[4].log() - origin[2]]
        return sum(flint.arb(tangent[i]) * moved[i] for i in range(3)) - flint.arb(step)

    guess = [
        x[0] + flint.arb(step * tangent[0]),
        x[1] * flint.arb(np.exp(step * tangent[1])),
        x[2],
        x[3],
        x[4] * flint.arb(np.exp(step * tangent[2])),
    ]
    # Near its fold the branch differs from n = 2 by a multiple of 1/k^2.
    new = newton(system(condition), guess, k, m, 10.0**-ROUGH / float(k) ** 2)
    # A point further away than the step allows lies on another branch.
    if new is None or np.linalg.norm(_scaled(new) - _scaled(x)) > 1.5 * step:
        return None
    return new


def _place(x: Sequence[Any], tangent: Array) -> Place:
    t, a, U, V, n = (from_ball(value) for value in x)
    return Place(n, (t, a, U, V), bool(tangent[2] < 0))

r"""Phase boundaries at one k, certified: from where the perturbed copy is a minimum and lower, up to where CA is one.

Copy-average is decided exactly (claim ``erf-ca-index``). The perturbed copy is the certified root of its four reduced
equations; its Hessian splits into blocks (``numerics.blocks``), whose signs balls decide at any size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import flint
from mpmath import mp

from numerics.blocks import perturbed_copy_blocks
from numerics.curves import critical_n, point_near
from numerics.kernels import structures as kernel
from numerics.newton import GUARD_DIGITS
from numerics.precision import digits, to_ball
from numerics.structures import know
from verify.certificates.existence import Status
from verify.certificates.reduced import certify_perturbed_copy

#: Digits of the certificates.
DPS = 40
#: Up to this k every n is looked at; above, n and n - 1 where the curve in real n says, or else by bisection.
EVERY = 64


@dataclass(frozen=True)
class Boundaries:
    """The three critical n of one k. Enclosure.

    Attributes
    ----------
    k : int
    pc_minimum_from : int or None
        Least n in 2 .. k - 1 at which the perturbed copy is a strict minimum.
    pc_lower_from : int or None
        Least n at which its loss is below that of the optimal copy-average point.
    ca_minimum_up_to : int or None
        Greatest n at which the optimal copy-average point is a strict minimum.
    every : bool
        Whether the perturbed copy was looked at for every n; else each boundary is certified at n and (unless n - 1
        is undecided) at n - 1, and that there is no other change of sign is not proved.
    undecided : tuple of int
        Values of n at which nothing was proved of the perturbed copy: where its branch does not reach.
    """

    k: int
    pc_minimum_from: int | None
    pc_lower_from: int | None
    ca_minimum_up_to: int | None
    every: bool
    undecided: tuple[int, ...]


def perturbed_copy_index(n: int, k: int) -> int | None:
    """The number of negative Hessian eigenvalues at the perturbed copy, in dimension k + 1. Enclosure.

    Parameters
    ----------
    n, k : int
        With 2 <= n < k; of any size.

    Returns
    -------
    int or None
        None where the reduced equations or a sign could not be certified.

    Examples
    --------
    >>> perturbed_copy_index(5, 10), perturbed_copy_index(6, 10)
    (4, 0)
    """
    proof = certify_perturbed_copy(n, k, dps=DPS)
    if proof.status is not Status.UNIQUE:
        return None
    with digits(DPS + GUARD_DIGITS) as arithmetic:
        blocks = perturbed_copy_blocks(proof.balls(), n, k, arithmetic)
        trivial, standard = negative_pivots(blocks.trivial), negative_pivots(blocks.standard)
        if trivial is None or standard is None:
            return None
        index = trivial + (n - 1) * standard
        for value, count in blocks.scalars.values():
            if count and not (value > 0 or value < 0):
                return None
            index += count if value < 0 else 0
        return index


def negative_pivots(rows: list[list[Any]]) -> int | None:
    """Negative eigenvalues of a symmetric matrix of balls, by the signs of its pivots. Enclosure.

    Returns
    -------
    int or None
        None if a pivot may be zero.
    """
    rows = [list(row) for row in rows]
    negative = 0
    for i, pivot_row in enumerate(rows):
        pivot = pivot_row[i]
        if not (pivot > 0 or pivot < 0):
            return None
        negative += bool(pivot < 0)
        for row in rows[i + 1 :]:
            factor = row[i] / pivot
            for j in range(i, len(row)):
                row[j] = row[j] - factor * pivot_row[j]
    return negative


def perturbed_copy_is_lower(n: int, k: int) -> bool | None:
    """Whether the perturbed copy has a lower loss than the optimal copy-average point. Enclosure.

    Examples
    --------
    >>> perturbed_copy_is_lower(7, 10), perturbed_copy_is_lower(8, 10)
    (False, True)
    """
    proof = certify_perturbed_copy(n, k, dps=DPS)
    if proof.loss is None:
        return None
    with digits(DPS + GUARD_DIGITS) as arithmetic:
        _, _, average = kernel.averaging(flint.arb(k - n + 1), arithmetic)
        low, high = (to_ball(x) for x in proof.loss)
        return True if high < average else False if low > average else None


def _is_minimum(n: int, k: int) -> bool | None:
    index = perturbed_copy_index(n, k)
    return None if index is None else index == 0


@lru_cache(maxsize=4096)
def boundaries(k: int) -> Boundaries:
    """The critical n of one k, certified. Enclosure.

    Parameters
    ----------
    k : int
        At least 3.

    Returns
    -------
    Boundaries

    Raises
    ------
    ValueError
        If k is less than 3.

    Examples
    --------
    >>> found = boundaries(10)
    >>> found.pc_minimum_from, found.pc_lower_from, found.ca_minimum_up_to
    (6, 8, 8)
    """
    if k < 3:
        raise ValueError(f"k: got {k}, needs at least 3, so that there is an n with 2 <= n <= k - 1")
    undecided: set[int] = set()
    first_minimum = _first(_is_minimum, k, undecided, _guess("pc_minimum", k))
    first_lower = _first(perturbed_copy_is_lower, k, undecided, _guess("pc_lower", k))
    return Boundaries(k, first_minimum, first_lower, _last_average(k), k <= EVERY, tuple(sorted(undecided)))


def _guess(boundary: str, k: int) -> int | None:
    """The integer above the boundary's curve in real n, which certificates then confirm or not."""
    if k <= EVERY:
        return None
    found = critical_n(boundary, k, dps=20)
    if found is None:
        return None
    n = int(mp.ceil(found.n))
    near = point_near(found, n)
    if near is not None:
        know(n, k, near)
    return n


def _first(
    holds: Callable[[int, int], bool | None], k: int, undecided: set[int], guess: int | None = None
) -> int | None:
    """Least n at which a property of the perturbed copy is certified, with its failure certified at n - 1."""
    if k <= EVERY:
        answers = {n: holds(n, k) for n in range(2, k)}
        undecided.update(n for n, answer in answers.items() if answer is None)
        return min((n for n, answer in answers.items() if answer), default=None)
    if guess is not None and 2 < guess < k and holds(guess, k) and holds(guess - 1, k) is False:
        return guess
    low, high = 2, k - 1
    below, above = holds(low, k), holds(high, k)
    if below or not above:
        undecided.update(n for n, answer in ((low, below), (high, above)) if answer is None)
        return low if below else None
    # Invariant: it holds at high; it fails, or nothing was proved, at low.
    while high - low > 1:
        middle = (low + high) // 2
        answer = holds(middle, k)
        if answer:
            high = middle
        else:
            low, below = middle, answer
    if below is None:
        undecided.add(low)
    return high


def _last_average(k: int) -> int | None:
    """Greatest n < k at which the optimal copy-average point is a minimum; they are an initial segment."""
    from theory.stability import optimal_is_minimum

    if not optimal_is_minimum(2, k):
        return None
    low, high = 2, k
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if optimal_is_minimum(middle, k) else (low, middle)
    return low

"""Families of block patterns with a name, and where each begins before it is followed to other sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from numerics.kernels.homogeneous import RELU, Homogeneous
from numerics.problem import Array
from numerics.rectified.pattern import Pattern, Slot
from numerics.rectified.solve import follow, leak, search

#: Width of a class of teachers that is about to vanish.
VANISHING = 1e-6


@dataclass(frozen=True)
class Family:
    """A named family of block patterns, one for each number of students and of teachers. Approximation.

    Attributes
    ----------
    name : str
    pattern : callable
        From (n, k), real numbers, to the pattern, all of its frames of more than one element told apart.
    holds : callable
        Whether the family has a member at integers (n, k).
    seed : callable
        From (n, k) to sizes (n0, k0) and a point there, from which the branch is followed to (n, k), or None.
    groups : int or None
        How many neurons point against a teacher or are reflected, where a name has several families.
    direct : bool
        Whether the seed is at (n, k) already, for the activation itself; else it is one for ReLU.
    """

    name: str
    pattern: Callable[[float, float], Pattern]
    holds: Callable[[int, int], bool]
    seed: Callable[[int, int], tuple[float, float, tuple[float, ...]] | None]
    groups: int | None = None
    direct: bool = False


def _average(n: float, k: float) -> Pattern:
    return Pattern((1,), ((0, 1),), ((0, k),))


def _perturbed_copy(n: float, k: float) -> Pattern:
    return Pattern((n, 1), ((0, 1),), ((0, 1), (1, k - n)), (True, False))


def _perturbed_copy_average(n: float, k: float) -> Pattern:
    return Pattern((n - 1, 1), ((0, 1), (1, 1)), ((0, 1), (1, k - n + 1)), (True, False))


def _negative_corrector(n: float, k: float) -> Pattern:
    return Pattern((n - 2, 1), ((0, 1), (1, 1), (1, -1)), ((0, 1), (1, k - n + 2)), (True, False))


#: In the order in which they are listed; those with a number of neurons to choose follow in ``families``.
FAMILIES = (
    # One neuron along all teachers; a point on the diagonal has two directions, the other one is a saddle.
    Family("copy-average", _average, lambda n, k: n == 1, lambda n, k: (1, 2, (1.07,))),
    Family("against-average", _average, lambda n, k: n == 1, lambda n, k: (1, 2, (-0.05,))),
    # From n = k, where every neuron copies and the coefficient with (absent) uncopied teachers is a limit.
    Family(
        "perturbed-copy",
        _perturbed_copy,
        lambda n, k: 1 < n < k,
        lambda n, k: (n, n + VANISHING, (1.0, 0.0, 1 / (n + 1))),
    ),
    # From n = k, where the average is of one teacher.
    Family(
        "perturbed-copy-average",
        _perturbed_copy_average,
        lambda n, k: 1 < n < k,
        lambda n, k: (n, n + VANISHING, (1.0, 0.0, 0.0, 0.0, 1.0)),
    ),
    # Found by flows; the least n for which it was seen is 5.
    Family(
        "negative-corrector",
        _negative_corrector,
        lambda n, k: 3 < n <= k,
        lambda n, k: (5, 6, (1.4343, -0.0407, 0.0568, -0.2449, 0.814, 0.0559, -0.045)),
    ),
)


@cache
def against_teacher(number: int) -> Family:
    """A number of neurons that point against a teacher each, while the others copy the other teachers. Approximation.

    With one such neuron and n = k these are the minima of Safran and Shamir. They are followed from a larger n = k,
    where they are all minima, to n = k and then to more teachers, of which some are left over.
    """

    def pattern(n: float, k: float) -> Pattern:
        if n == k:
            return Pattern((n - number, number), ((0, 1), (1, 1)), ((0, 1), (1, 1)), (True, True))
        frames, rest = (n - number, number, 1), ((0, 1), (1, 1), (2, k - n))
        return Pattern(frames, ((0, 1), (1, 1)), rest, (True, True, False))

    def seed(n: int, k: int) -> tuple[float, float, tuple[float, ...]] | None:
        if n == k:
            larger = max(n, 2 * number + 8)
            return larger, larger, (1.003, -0.024, 0.158, 0.11, -0.755, 0.129)
        found = _reached(against_teacher(number), n, n)
        if found is None:
            return None
        # Coefficients with teachers about to appear: about these in all cases, and Newton's method does the rest.
        return n, n + VANISHING, (*found[:3], found[3] / 2, *found[3:], 0.3)

    def holds(n: int, k: int) -> bool:
        # With teachers left over only from members that are minima at n = k; others lead to other branches.
        return 2 * number + (0 if n == k else 3) < n <= k

    return Family("against-teacher", pattern, holds, seed, number)


@cache
def reflected(number: int) -> Family:
    r"""Copies of a number of teachers reflected in their mean: minus v_j plus twice the mean of them. Approximation.

    The reflection leaves the sum of these teachers as it is, so the linear part of the teacher network is kept. The
    other neurons copy, nearly; teachers may be left over.
    """

    def pattern(n: float, k: float) -> Pattern:
        frames, rest = (number, n - number, 1), ((0, 1), (1, 1), (2, k - n))
        return Pattern(frames, ((0, 1), (1, 1)), rest, (True, True, False))

    def seed(n: int, k: int) -> tuple[float, float, tuple[float, ...]]:
        teacher = (2 / number - 1, 2 / number)
        left = 1 / (n + 1)
        return n, n + VANISHING, (*teacher, 0.0, left, 0.0, 1.0, 0.0, left)

    return Family("reflected-copy", pattern, lambda n, k: 2 < number < n <= k, seed, number)


@cache
def all_reflected() -> Family:
    """The same, of all the neurons. Approximation."""

    def pattern(n: float, k: float) -> Pattern:
        return Pattern((n, 1), ((0, 1),), ((0, 1), (1, k - n)), (True, False))

    def seed(n: int, k: int) -> tuple[float, float, tuple[float, ...]]:
        return n, n + VANISHING, (2 / n - 1, 2 / n, 1 / (n + 1))

    return Family("reflected-copy", pattern, lambda n, k: 2 < n <= k, seed, 0)


def _scaled_copy(n: float, k: float) -> Pattern:
    return Pattern((n, 1), ((0, 1),), ((0, 1), (1, k - n)), (True, False))


#: Of the absolute value: students along different teachers, of one length (claim ``abs-copies``).
SCALED_COPY = Family(
    "scaled-copy",
    _scaled_copy,
    lambda n, k: 0 < n < k,
    lambda n, k: (n, k, (1 + (k - n) / (n - 1 + np.pi / 2), 0.0, 0.0)),
    direct=True,
)


def against_average(form: Homogeneous) -> Family:
    """The neuron of leaky ReLU against all teachers whose outgoing weight is negative. Approximation.

    It is there where the teachers' pull on the opposite of their sum is negative (claim ``leaky-relu-against``).
    """
    scale, shift = form.constants

    def pull(k: float) -> float:
        u = -1 / np.sqrt(k)
        return float(k * (scale * (np.sqrt(1 - u * u) + u * np.arccos(-u)) / (2 * np.pi) + shift * u))

    def seed(n: int, k: int) -> tuple[float, float, tuple[float, ...]]:
        # The coefficient of omega, of norm |T| / g(e, e).
        return 1, k, (pull(k) / float(form.own) / np.sqrt(k),)

    return Family(
        "against-average",
        lambda n, k: Pattern((1,), ((0, -1),), ((0, k),)),
        lambda n, k: n == 1 and pull(k) < 0,
        seed,
        direct=True,
    )


def families(n: int, k: int, form: Homogeneous = RELU) -> tuple[Family, ...]:
    """The families that have a member at (n, k). Approximation.

    Parameters
    ----------
    n, k : int
    form : Homogeneous
        The activation: leaky ReLU has the families of ReLU and one more, the absolute value its own.

    Examples
    --------
    >>> [(family.name, family.groups) for family in families(4, 5)]  # doctest: +NORMALIZE_WHITESPACE
    [('perturbed-copy', None), ('perturbed-copy-average', None), ('negative-corrector', None), ('reflected-copy', 3),
     ('reflected-copy', 0)]
    """
    if form.even:
        return (SCALED_COPY,) if SCALED_COPY.holds(n, k) else ()
    numbers = range(1, n)
    several = (*map(against_teacher, numbers), *map(reflected, numbers), all_reflected())
    own = () if form is RELU else (against_average(form),)
    return tuple(family for family in (*FAMILIES, *several, *own) if family.holds(n, k))


def member(family: Family, n: int, k: int, form: Homogeneous = RELU) -> tuple[Pattern, Array] | None:
    """The pattern and the point of a family at (n, k), in double precision. Approximation.

    The sizes go straight from the seed's to (n, k); where that branch ends, by another way. For leaky ReLU the slope
    then grows from zero.

    Returns
    -------
    (Pattern, ndarray) or None
        None if the family has no member there, or its branch ends before.

    Examples
    --------
    >>> pattern, x = member(FAMILIES[2], 9, 10)
    >>> pattern.frames, [round(float(v), 4) for v in x]
    ((9, 1), [1.0974, -0.011, 0.1085])
    """
    if not family.holds(n, k):
        return None
    if family.direct:
        seed = family.seed(n, k)
        return None if seed is None else _settled(family.pattern(n, k), np.array(seed[2]))
    found = _reached(family, n, k)
    if found is None:
        return None
    pattern, x = _settled(family.pattern(n, k), np.array(found))
    if form is RELU:
        return pattern, x
    leaked = leak(pattern, x, -form.left)
    return None if leaked is None else (pattern, leaked)


@lru_cache(maxsize=4096)
def _reached(family: Family, n: int, k: int) -> tuple[float, ...] | None:
    """The point of a family on the pattern with all frames told apart."""
    found = family.seed(n, k)
    if found is None:
        return None
    n0, k0, guess = found
    begin = search(family.pattern(n0, k0), guess)
    if begin is None:
        return None
    # Straight, or by a corner; where one size is right already these are the same way.
    corners = [None] if n0 == n or k0 == k else [None, (n0, k), (n, k0)]
    for corner in corners:
        x: Array | None = begin
        at = family.pattern(n0, k0)
        for size in ((n, k),) if corner is None else (corner, (n, k)):
            if x is not None:
                x, at = follow(at, x, family.pattern(*size)), family.pattern(*size)
        if x is not None:
            return tuple(map(float, x))
    return None


def _settled(pattern: Pattern, x: Array) -> tuple[Pattern, Array]:
    """The same point on the pattern of its integer sizes, without slots and classes that no neuron has."""
    keep = [q for q, (frame, width) in enumerate(pattern.teachers) if width * pattern.frames[frame] > 0]
    value: dict[Slot, float] = {slot: float(x[i]) for i, slot in enumerate(pattern.slots)}
    small = Pattern(
        tuple(map(int, pattern.frames)),
        pattern.students,
        tuple((pattern.teachers[q][0], int(pattern.teachers[q][1])) for q in keep),
    )
    values = [
        value[(p, keep[q], own)]
        if own or (p, keep[q], True) not in value or small.split[small.students[p][0]]
        # A single element: what was its own is all there is.
        else value[(p, keep[q], True)]
        for p, q, own in small.slots
    ]
    return small, np.array(values)

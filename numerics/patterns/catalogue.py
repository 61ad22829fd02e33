r"""Block structures of a smooth activation, solved without knowledge of any run. Approximation.

Each has an ideal to start from: every student is the one-neuron solution of its own group of teachers, as if it were
alone. The reduced equations of the pattern are solved from there by Newton's method, or by descent where that fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from numerics.compile import FLOAT
from numerics.kernels import ACTIVATIONS, degree_of, digits_of
from numerics.patterns.gauge import sign_symmetry
from numerics.patterns.reduced import Reduced, Solution
from numerics.problem import Array
from numerics.rectified.pattern import Pattern, detect

#: Norms among which the best one of a single neuron is looked for.
NORMS, FEW_NORMS = np.geomspace(0.1, 4.0, 120), np.geomspace(0.15, 3.0, 30)
#: Newton's method may move an unknown this far from the ideal, over the largest one.
FURTHEST = 0.6
#: A structure is exact if it differs from its ideal by less.
EXACT = 1e-9
#: Gradient of rounding.
STILL = 1e-12
#: Up to this k all partitions of the teachers are tried.
EVERY_PARTITION = 8
#: By which coordinates of weakened copies are multiplied.
WEAKER = 0.7
#: Length of the step that leaves a symmetric point.
LEAVE = 0.05


@dataclass(frozen=True, eq=False)
class Member:
    """A block structure in double precision. Approximation.

    Attributes
    ----------
    sizes : tuple of int
        Sizes of the students' groups of teachers, ascending.
    ignored : int
        Teachers in no group.
    exact : bool
        Whether every student is the one-neuron solution of its own group, to 1e-9.
    unequal : bool
        Whether students with groups of one size differ.
    reduced : Reduced
    x : ndarray
        Its unknowns.
    """

    sizes: tuple[int, ...]
    ignored: int
    exact: bool
    unequal: bool
    reduced: Reduced
    x: Array
    _known: dict[int, Solution | None] = field(default_factory=dict)

    @cached_property
    def theta(self) -> Array:
        """Coordinates and outgoing weights, shape (n, k + 1)."""
        return self.reduced.theta(self.x)

    def doubles(self) -> tuple[Array, Array]:
        """Coordinates and outgoing weights in double precision."""
        return self.theta[:, :-1], self.theta[:, -1]

    @property
    def signs(self) -> NDArray[np.intp]:
        """Signs of the outgoing weights, shape (n,)."""
        return np.where(self.theta[:, -1] < 0, -1, 1).astype(np.intp)

    @cached_property
    def loss(self) -> float:
        """The full mean squared error."""
        return self.reduced.loss(self.x)

    def solution(self, dps: int) -> Solution | None:
        """The structure to many digits, or None where Newton's method does not arrive. Approximation."""
        if dps not in self._known:
            self._known[dps] = self.reduced.refine(self.x, dps=dps)
        return self._known[dps]


@lru_cache(maxsize=256)
def alone(activation: str, m: int) -> tuple[float, float]:
    """Coordinate and outgoing weight of one neuron that averages m teachers, no others being there. Approximation.

    Examples
    --------
    >>> coordinate, outgoing = alone("sin", 2)
    >>> round(coordinate, 9), round(outgoing, 9)
    (0.5, 1.557601566)
    """
    if m == 1:
        return 1.0, 1.0
    kernel = ACTIVATIONS[activation]

    def outgoing(r: float) -> tuple[float, float]:
        p = np.array([r * r])
        (own,) = kernel.value(p, p, p, FLOAT)
        (pulled,) = kernel.value(np.array([r / np.sqrt(m)]), p, np.ones(1), FLOAT)
        return float(m * pulled[0] / own[0]), float((m * pulled[0]) ** 2 / own[0])

    degree = degree_of(activation)
    if degree is not None:
        weight = outgoing(1.0)[0]
        return float(np.abs(weight) ** (1 / degree) / np.sqrt(m)), float(np.sign(weight))
    with np.errstate(all="ignore"):
        norms = NORMS if digits_of(activation) is None else FEW_NORMS
        gains = np.array([outgoing(r)[1] for r in norms])
    r = float(norms[int(np.nanargmax(gains))])
    start = [r / np.sqrt(m), outgoing(r)[0]]
    found = Reduced(activation, Pattern((1,), ((0, 1),), ((0, m),))).search(start, furthest=1.0 + m)
    # Where no norm is the best, Newton's method may lead to a neuron without effect.
    if found is None or abs(found[1]) < 1e-6 or abs(found[0]) < 1e-6:
        return float(start[0]), float(start[1])
    return float(found[0]), float(found[1])


def groups(sizes: tuple[int, ...], ignored: int = 0) -> Pattern:
    """The pattern of students with groups of given sizes: those of one size are alike. Exact.

    Examples
    --------
    >>> groups((1, 1, 3)).frames, groups((1, 1), 2).teachers
    ((2, 1), ((0, 1), (1, 2)))
    """
    distinct = sorted(set(sizes))
    frames = [sizes.count(size) for size in distinct]
    teachers: list[tuple[int, float]] = [(place, size) for place, size in enumerate(distinct)]
    students = tuple((place, 1) for place in range(len(distinct)))
    if ignored:
        if 1 not in frames:
            frames.append(1)
        teachers.append((frames.index(1), ignored))
    return Pattern(tuple(frames), students, tuple(teachers), tuple(size > 1 for size in frames))


def ideal(activation: str, pattern: Pattern) -> Array:
    """Every student as if its own group were alone, by the unknowns of ``Reduced``. Approximation.

    The own group is the first class of teachers on the student's frame.
    """
    values = np.zeros(len(pattern.slots) + len(pattern.students))
    for p, (frame, _) in enumerate(pattern.students):
        q = next(q for q, (other, _) in enumerate(pattern.teachers) if other == frame)
        coordinate, outgoing = alone(activation, int(pattern.teachers[q][1]))
        values[pattern.slots.index((p, q, bool(pattern.split[frame])))] = coordinate
        values[len(pattern.slots) + p] = outgoing
    return values


def solved(activation: str, sizes: tuple[int, ...], ignored: int = 0) -> Member | None:
    """The structure of groups of given sizes, or None where its equations have no solution near by. Approximation.

    Parameters
    ----------
    activation : str
    sizes : tuple of int
        Ascending.
    ignored : int
        Teachers in no group.

    Examples
    --------
    >>> found = solved("tanh", (1, 2))
    >>> found.exact, round(found.loss, 6)
    (False, 0.043297)
    """
    pattern = groups(sizes, ignored)
    reduced = Reduced(activation, pattern)
    start = ideal(activation, pattern)
    # On continua, where Newton's method has no inverse, the ideal may be critical itself.
    still = float(np.abs(reduced.gradient(start)).max()) < STILL
    x = start if still else reduced.search(start, furthest=FURTHEST * max(1.0, float(np.abs(start).max())))
    if x is None:
        x = reduced.descend(start)
    if x is None or not genuine(reduced, x):
        return None
    return Member(sizes, ignored, bool(np.abs(x - start).max() < EXACT), False, reduced, x)


def genuine(reduced: Reduced, x: Array) -> bool:
    """Whether no two classes have become alike, and no student is without effect. Approximation."""
    theta, pattern = reduced.theta(x), reduced.pattern
    if np.abs(theta[:, :-1]).max(axis=1).min() < 1e-6 or np.abs(theta[:, -1]).min() < 1e-6:
        return False
    _, outgoing = np.unique(np.round(theta[:, -1], 6), return_inverse=True)
    found = detect(theta[:, :-1], outgoing).pattern
    return found is not None and len(found.slots) >= len(pattern.slots)


@lru_cache(maxsize=256)
def catalogue(activation: str, n: int, k: int) -> tuple[Member, ...]:
    """The block structures of n students and k teachers that are compared with. Approximation.

    Partitions of the teachers into n groups; copies of n teachers, the others being ignored; and where that is a
    saddle, copies that are not all alike.

    Parameters
    ----------
    activation : str
        A smooth one.
    n, k : int
        With n <= k.

    Returns
    -------
    tuple of Member

    Examples
    --------
    >>> [(member.sizes, member.ignored, member.exact) for member in catalogue("sin", 2, 3)]
    [((1, 2), 0, True), ((1, 1), 1, False)]
    """
    found = [solved(activation, sizes) for sizes in partitions(n, k)]
    if n < k:
        copies = solved(activation, (1,) * n, k - n)
        found.append(copies)
        if copies is not None and n > 1:
            found += _unequal(activation, copies, n, k)
    return tuple(member for member in found if member is not None)


def partitions(n: int, k: int) -> Iterator[tuple[int, ...]]:
    """Partitions of k into n groups, ascending; for large k the one with one average and its neighbours. Exact.

    Examples
    --------
    >>> list(partitions(3, 5))
    [(1, 1, 3), (1, 2, 2)]
    """
    if k <= EVERY_PARTITION:
        yield from _partitions(n, k, 1)
        return
    yield from dict.fromkeys(
        tuple(sorted((1,) * (n - 2) + (size, k - n + 2 - size) if n > 1 else (k,)))
        for size in ((1, 2) if k - n >= 2 else (1,))
    )


def _partitions(n: int, k: int, least: int) -> Iterator[tuple[int, ...]]:
    if n == 1:
        yield (k,)
        return
    for first in range(least, k // n + 1):
        for rest in _partitions(n - 1, k - first, first):
            yield (first, *rest)


def _unequal(activation: str, copies: Member, n: int, k: int) -> list[Member]:
    """Copies of which some are stronger than the others: below a saddle of copies that are alike."""
    found: list[Member] = []
    for number in range(1, n // 2 + 1):
        for member in _split(activation, copies, (number, n - number), k):
            if not any(_same(member.reduced, member.x, other) for other in found):
                found.append(member)
    return found


def _split(activation: str, copies: Member, frames: tuple[int, int], k: int) -> list[Member]:
    """The same with given numbers of the two kinds, left along the lowest direction in both senses.

    For even activations also from copies that are weakened by hand: equal and unequal ones may both be minima.
    """
    n = sum(frames)
    # Ignored teachers stand on a frame of one element.
    sizes = frames if 1 in frames else (*frames, 1)
    lone = sizes.index(1)
    split = tuple(size > 1 for size in sizes)
    pattern = Pattern(sizes, ((0, 1), (1, 1)), ((0, 1), (1, 1), (lone, k - n)), split)
    reduced = Reduced(activation, pattern)
    start = reduced.unknowns(*copies.doubles())
    free = reduced.free
    values, vectors = np.linalg.eigh(reduced.hessian(start)[np.ix_(free, free)])
    starts = []
    if values[0] < -1e-9 * float(np.abs(values).max()):
        starts = [start.copy(), start.copy()]
        starts[0][free] += LEAVE * vectors[:, 0]
        starts[1][free] -= LEAVE * vectors[:, 0]
    elif sign_symmetry(activation) == 1:
        weak = start.copy()
        weak[: reduced.slots] *= np.where([slot[0] == 0 for slot in pattern.slots], WEAKER, 1.0)
        starts = [weak]
    found: list[Member] = []
    for begin in starts:
        x = reduced.descend(begin)
        if x is not None and genuine(reduced, x) and not any(_same(reduced, x, other) for other in found):
            found.append(Member((1,) * n, k - n, False, True, reduced, x))
    return found


def _same(reduced: Reduced, x: Array, other: Member) -> bool:
    """Whether a point is another one with its students permuted, as told by its loss and its sorted entries."""
    theta = reduced.theta(x)
    return bool(np.allclose(np.sort(theta.ravel()), np.sort(other.theta.ravel()), atol=1e-7))

"""Block patterns: which students and which teachers are alike, and which student belongs to which teacher.

A *frame* is an index set. A class of students has one neuron for each element of its frame; a class of teachers has
``width`` neurons for each element. Permuting the elements of a frame permutes the students and teachers on it, so a
network that is fixed by all these permutations has one coefficient for each pair of classes, or two if both stand on
the same frame: of a student with its own teachers, and with those of others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

#: Class of students, class of teachers, and whether the teacher is the student's own.
Slot = tuple[int, int, bool]


@dataclass(frozen=True)
class Pattern:
    """A block pattern. Exact.

    Attributes
    ----------
    frames : tuple of int or float
        Number of elements of each frame. Real numbers serve to go from one size to another.
    students : tuple of (int, int)
        Frame and sign of the outgoing weight of each class of students.
    teachers : tuple of (int, int or float)
        Frame and width of each class of teachers.
    split : tuple of bool, optional
        On which frames the own coefficient is told from the others. Default: those with more than one element.

    Examples
    --------
    Three students that copy, and one that averages two teachers:

    >>> pattern = Pattern((3, 1), ((0, 1), (1, 1)), ((0, 1), (1, 2)))
    >>> pattern.n, pattern.k, len(pattern.slots)
    (4, 5, 5)
    """

    frames: tuple[float, ...]
    students: tuple[tuple[int, int], ...]
    teachers: tuple[tuple[int, float], ...]
    split: tuple[bool, ...] = ()

    def __post_init__(self) -> None:
        if not self.split:
            object.__setattr__(self, "split", tuple(size > 1 for size in self.frames))

    @property
    def n(self) -> float:
        """Number of students."""
        return sum(self.frames[frame] for frame, _ in self.students)

    @property
    def k(self) -> float:
        """Number of teachers."""
        return sum(self.frames[frame] * width for frame, width in self.teachers)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The unknown coefficients, by class of students and of teachers, own before others."""
        return tuple(
            (p, q, own)
            for p, (frame, _) in enumerate(self.students)
            for q, (other, _) in enumerate(self.teachers)
            for own in ((True, False) if frame == other and self.split[frame] else (False,))
        )

    def student_class(self) -> NDArray[np.intp]:
        """Class of each student, shape (n,)."""
        return np.repeat(np.arange(len(self.students)), [int(self.frames[frame]) for frame, _ in self.students])

    def teacher_class(self) -> NDArray[np.intp]:
        """Class of each teacher, shape (k,)."""
        counts = [int(self.frames[frame] * width) for frame, width in self.teachers]
        return np.repeat(np.arange(len(self.teachers)), counts)

    def signs(self) -> NDArray[np.intp]:
        """Sign of each student's outgoing weight, shape (n,)."""
        return np.array([self.students[p][1] for p in self.student_class()], dtype=np.intp)

    @cached_property
    def labels(self) -> NDArray[np.intp]:
        """Which unknown each coordinate is, shape (n, k): an index into ``slots``."""
        place = {slot: index for index, slot in enumerate(self.slots)}
        rows = []
        for p, i in self._elements(self.students, widths=False):
            frame = self.students[p][0]
            rows.append(
                [
                    place[p, q, bool(self.split[frame] and frame == self.teachers[q][0] and i == j)]
                    for q, j in self._elements(self.teachers, widths=True)
                ]
            )
        return np.array(rows, dtype=np.intp).reshape(len(rows), -1)

    def _elements(self, classes: Sequence[tuple[int, float]], *, widths: bool) -> Iterator[tuple[int, int]]:
        """Class and element of the frame of each neuron, in order."""
        for index, (frame, width) in enumerate(classes):
            for element in range(int(self.frames[frame])):
                for _ in range(int(width) if widths else 1):
                    yield index, element


@dataclass(frozen=True, eq=False)
class Detected:
    """The block pattern of a matrix of coordinates. Approximation.

    Attributes
    ----------
    pattern : Pattern or None
        None if the network is fixed by permutations that are not all permutations of frames.
    students, teachers : ndarray of int
        Permutations that bring the neurons into the pattern's order (into classes, if there is no pattern).
    values : ndarray
        The coefficients, by ``pattern.slots``; empty without a pattern.
    classes : (tuple of int, tuple of int)
        Sizes of the classes of students and of teachers.
    """

    pattern: Pattern | None
    students: NDArray[np.intp]
    teachers: NDArray[np.intp]
    values: NDArray[np.float64]
    classes: tuple[tuple[int, ...], tuple[int, ...]]


def detect(
    coordinates: NDArray[np.float64], signs: Sequence[int] | NDArray[np.intp], *, tolerance: float = 1e-6
) -> Detected:
    """Find which students and which teachers of a network are alike. Approximation.

    Entries are sorted into groups with gaps of more than the tolerance between them; classes are refined until all
    members of a class have the same entries with every other class.

    Parameters
    ----------
    coordinates : ndarray, shape (n, k)
        Inner products of the students' vectors with the teachers.
    signs : sequence of int, shape (n,)
        Signs of the outgoing weights.
    tolerance : float
        Entries this near are taken to be equal.

    Returns
    -------
    Detected
        ``coordinates[students][:, teachers]`` is ``values[pattern.labels]`` within the tolerance.

    Examples
    --------
    >>> found = detect(np.array([[0.1, 0.9, 0.1], [0.9, 0.1, 0.1]]), [1, 1])
    >>> found.pattern.frames, found.classes, found.teachers
    ((2, 1), ((2,), (1, 2)), array([2, 1, 0]))
    """
    coordinates = np.asarray(coordinates, dtype=np.float64)
    levels = _levels(coordinates, tolerance)
    rows, columns = _refine(levels, [int(s) for s in signs])
    return _frames(coordinates, levels, rows, columns, [int(s) for s in signs])


def _levels(values: NDArray[np.float64], tolerance: float) -> NDArray[np.intp]:
    """Number the groups of nearly equal entries."""
    flat = values.ravel()
    order = np.argsort(flat, kind="stable")
    steps = np.concatenate([[0], np.cumsum(np.diff(flat[order]) > tolerance)]) if len(flat) else np.zeros(0)
    found = np.empty(len(flat), dtype=np.intp)
    found[order] = steps
    return found.reshape(values.shape)


def _refine(levels: NDArray[np.intp], signs: list[int]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The coarsest classes of rows and columns that are alike in their entries with every class."""
    n, k = levels.shape
    rows, columns = _numbered([(-s,) for s in signs]), np.zeros(k, dtype=np.intp)
    while True:
        new_rows = _numbered([(rows[i], *sorted(zip(columns, levels[i], strict=True))) for i in range(n)])
        new_columns = _numbered([(columns[j], *sorted(zip(new_rows, levels[:, j], strict=True))) for j in range(k)])
        if new_rows.max(initial=0) == rows.max(initial=0) and new_columns.max(initial=0) == columns.max(initial=0):
            return new_rows, new_columns
        rows, columns = new_rows, new_columns


def _numbered(keys: list[tuple[object, ...]]) -> NDArray[np.intp]:
    """Replace each key by its number among the distinct ones, in their order."""
    numbers = {key: i for i, key in enumerate(sorted(set(keys)))}
    return np.array([numbers[key] for key in keys], dtype=np.intp)


def _frames(
    values: NDArray[np.float64],
    levels: NDArray[np.intp],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    signs: list[int],
) -> Detected:
    """Put classes on frames where every pair of them is constant, or own and others."""
    groups = [np.flatnonzero(rows == p) for p in range(rows.max(initial=-1) + 1)]
    others = [np.flatnonzero(columns == q) for q in range(columns.max(initial=-1) + 1)]
    found = {
        (p, q): _owners(values, levels, group, other)
        for p, group in enumerate(groups)
        for q, other in enumerate(others)
    }
    owners = {pair: owner for pair, owner in found.items() if owner is not None}
    frames: list[int] = []
    on_student, on_teacher = [-1] * len(groups), [-1] * len(others)
    elements = [np.arange(len(g)) for g in groups], [np.zeros(len(g), dtype=np.intp) for g in others]
    for start, group in enumerate(groups):
        if on_student[start] < 0:
            on_student[start] = len(frames)
            _spread(start, len(frames), owners, (on_student, on_teacher), elements)
            frames.append(len(group))
    # Teachers that belong to nobody stand on the frame of a single student, if there is one: a frame less.
    lone = next((f for f, size in enumerate(frames) if size == 1), len(frames))
    if -1 in on_teacher and lone == len(frames):
        frames.append(1)
    on_teacher = [lone if frame < 0 else frame for frame in on_teacher]
    sizes = tuple(len(g) for g in groups), tuple(len(g) for g in others)
    pattern = Pattern(
        tuple(frames),
        tuple((on_student[p], signs[int(group[0])]) for p, group in enumerate(groups)),
        tuple((on_teacher[q], len(group) // frames[on_teacher[q]]) for q, group in enumerate(others)),
    )
    students = np.concatenate([g[np.argsort(e, kind="stable")] for g, e in zip(groups, elements[0], strict=True)])
    teachers = np.concatenate([g[np.argsort(e, kind="stable")] for g, e in zip(others, elements[1], strict=True)])
    return _checked(values, levels, pattern, students, teachers, sizes)


def _spread(
    start: int,
    frame: int,
    owners: dict[tuple[int, int], NDArray[np.intp]],
    on: tuple[list[int], list[int]],
    elements: tuple[list[NDArray[np.intp]], list[NDArray[np.intp]]],
) -> None:
    """Put on a frame all classes that are tied to one of its classes of students, each with its elements."""
    queue = [start]
    while queue:
        p = queue.pop()
        for (p2, q), owner in owners.items():
            if p2 == p and on[1][q] < 0:
                on[1][q] = frame
                elements[1][q] = elements[0][p][owner]
                for (p3, q3), back in owners.items():
                    if q3 == q and on[0][p3] < 0:
                        on[0][p3] = frame
                        elements[0][p3] = np.array(
                            [elements[1][q][np.argmax(back == i)] for i in range(len(elements[0][p3]))], dtype=np.intp
                        )
                        queue.append(p3)


def _owners(
    values: NDArray[np.float64], levels: NDArray[np.intp], group: NDArray[np.intp], others: NDArray[np.intp]
) -> NDArray[np.intp] | None:
    """For each teacher the student (place in the group) that has it as its own, or None."""
    block, sizes = levels[np.ix_(group, others)], np.abs(values[np.ix_(group, others)])
    found, counts = np.unique(block, return_counts=True)
    m = len(group)
    if m == 1 or len(found) != 2 or len(others) % m:
        return None
    # With two students either coefficient may be called the own one: the larger, whatever its sign.
    own = found[np.argmin(counts)] if m > 2 else block.ravel()[np.argmax(sizes)]
    owned = block == own
    if (owned.sum(axis=0) != 1).any() or (owned.sum(axis=1) != len(others) // m).any():
        return None
    owner: NDArray[np.intp] = np.argmax(owned, axis=0)
    return owner


def _checked(
    values: NDArray[np.float64],
    levels: NDArray[np.intp],
    pattern: Pattern,
    students: NDArray[np.intp],
    teachers: NDArray[np.intp],
    sizes: tuple[tuple[int, ...], tuple[int, ...]],
) -> Detected:
    """Read the coefficients, if every unknown is one group of entries."""
    nothing = Detected(None, students, teachers, np.zeros(0), sizes)
    if (pattern.n, pattern.k) != values.shape:
        return nothing
    block, level = values[np.ix_(students, teachers)], levels[np.ix_(students, teachers)]
    found = np.zeros(len(pattern.slots))
    for index in range(len(pattern.slots)):
        here = pattern.labels == index
        if len(np.unique(level[here])) != 1:
            return nothing
        found[index] = block[here].mean()
    return Detected(pattern, students, teachers, found, sizes)

"""What a critical point is, in words: its classes of students and teachers and what each class does with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.rectified.pattern import Detected, Pattern, detect


def describe(
    coordinates: ArrayLike, signs: Sequence[int] | NDArray[np.intp] | None = None, *, tolerance: float = 1e-6
) -> str:
    """Describe a network by its block structure, whether or not that has a name. Approximation.

    Parameters
    ----------
    coordinates : array_like, shape (n, k)
        Inner products of the vectors ``|a_i| w_i`` with the teachers; collinear students merged, dead ones left out.
    signs : sequence of int, shape (n,), optional
        Signs of the outgoing weights; default all positive.
    tolerance : float
        Coefficients this near are taken to be equal.

    Returns
    -------
    str
        One clause for each class of students: how many there are, the sign, and the coefficient on its own and on the
        other teachers of each class. Without a pattern only the sizes of the classes.

    Examples
    --------
    >>> describe([[1.4, -0.1, 0.2, 0.2], [-0.1, 1.4, 0.2, 0.2]])
    '2 neurons (+) copy one of 2 teachers each (1.4, others -0.1; 2 more: 0.2)'
    >>> describe([[0.8, 0.8]])
    '1 neuron (+) averages all 2 teachers (0.8)'
    """
    matrix = np.asarray(coordinates, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError(f"coordinates: got shape {matrix.shape}, needs (n, k)")
    if matrix.shape[0] == 0:
        return "no neuron is left"
    s = np.ones(matrix.shape[0], dtype=np.intp) if signs is None else np.asarray(signs, dtype=np.intp)
    if s.shape != (matrix.shape[0],):
        raise ValueError(f"signs: got shape {s.shape}, needs {(matrix.shape[0],)}")
    found = detect(matrix, s, tolerance=tolerance)
    if found.pattern is None:
        return _classes(found, s)
    return "; ".join(_clause(found.pattern, found.values, p) for p in range(len(found.pattern.students)))


def roles(pattern: Pattern, values: Sequence[float] | NDArray[np.float64]) -> tuple[str, ...]:
    """One word for each class of students. Approximation.

    Returns
    -------
    tuple of str
        ``"corrector"`` for outgoing weights of negative sign; else by the teachers that make up most of the squared
        length: ``"against"`` for a negative coefficient, ``"copy"`` for a single teacher, ``"average"`` for several.

    Examples
    --------
    >>> roles(Pattern((3, 1), ((0, 1), (1, 1)), ((0, 1), (1, 4))), [1.7, -0.1, 0.1, -0.5, 0.8])
    ('copy', 'average')
    """
    words = []
    for p, (_, sign) in enumerate(pattern.students):
        main = max(_shares(pattern, values, p), key=lambda share: share.part)
        positive = "copy" if main.number == 1 else "average"
        words.append("corrector" if sign < 0 else positive if main.coefficient > 0 else "against")
    return tuple(words)


@dataclass(frozen=True)
class _Share:
    """Teachers with which a student has one coefficient. Exact."""

    teachers: int
    """Their class."""
    own: bool | None
    """Whether they are the student's own or those of others, where these are told apart."""
    number: int
    coefficient: float

    @property
    def part(self) -> float:
        """Their part of the squared length."""
        return self.number * self.coefficient**2


def _shares(pattern: Pattern, values: Sequence[float] | NDArray[np.float64], p: int) -> list[_Share]:
    """All teachers as a student of class p sees them."""
    found = []
    for (r, q, own), value in zip(pattern.slots, values, strict=True):
        if r == p:
            apart = (p, q, True) in pattern.slots
            frame, width = pattern.teachers[q]
            elements = pattern.frames[frame] - int(apart) if not own else 1
            found.append(_Share(q, own if apart else None, int(elements * width), float(value)))
    return found


def _classes(found: Detected, signs: NDArray[np.intp]) -> str:
    """Sizes of classes, where they are all there is to say."""
    first = np.cumsum([0, *found.classes[0]])[:-1]
    students = ", ".join(
        f"{size} ({_sign(int(signs[found.students[i]]))})" for size, i in zip(found.classes[0], first, strict=True)
    )
    teachers = ", ".join(map(str, found.classes[1]))
    return f"no block pattern: classes of {students} neurons and of {teachers} teachers"


def _clause(pattern: Pattern, values: NDArray[np.float64], p: int) -> str:
    """One class of students."""
    frame, sign = pattern.students[p]
    size = int(pattern.frames[frame])
    shares = _shares(pattern, values, p)
    main = max(shares, key=lambda share: share.part)
    order = [main.teachers, *(q for q in range(len(pattern.teachers)) if q != main.teachers)]
    parts = [_part([share for share in shares if share.teachers == q], lead=q == main.teachers) for q in order]
    neurons = "1 neuron" if size == 1 else f"{size} neurons"
    return f"{neurons} ({_sign(sign)}) {_verb(pattern, main, size)} ({'; '.join(parts)})"


def _part(shares: list[_Share], *, lead: bool) -> str:
    """Coefficients with one class of teachers."""
    text = ", others ".join(f"{share.coefficient:.3g}" for share in shares)
    if lead:
        return text
    return f"{sum(share.number for share in shares)} more: {'own ' if len(shares) > 1 else ''}{text}"


def _verb(pattern: Pattern, main: _Share, size: int) -> str:
    """What a class of students does with the teachers that matter to it most."""
    frame, width = pattern.teachers[main.teachers]
    count = int(pattern.frames[frame] * width)
    ending = "" if size > 1 else "s"
    if main.coefficient < 0:
        verb = f"point{ending} against"
    elif main.number == 1:
        verb = "copy" if size > 1 else "copies"
    else:
        verb = f"average{ending}"
    if main.own is True:
        return f"{verb} {'one' if main.number == 1 else main.number} of {count} teachers each"
    if main.own is False:
        return f"{verb} all but {count - main.number} of {count} teachers each"
    whole = "all " if main.number == int(pattern.k) and main.number > 1 else ""
    return f"{verb} {whole}{main.number} teacher{'s' if main.number > 1 else ''}"


def _sign(sign: int) -> str:
    return "+" if sign > 0 else "-"

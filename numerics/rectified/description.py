"""What a critical point is, in words: its classes of students and teachers and what each class does with each."""

from __future__ import annotations

from collections.abc import Sequence

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
        ``"corrector"`` for outgoing weights of negative sign; else ``"against"``, ``"copy"`` or ``"average"`` by the
        teachers with the largest absolute coefficient: negative, a single one, or several.

    Examples
    --------
    >>> roles(Pattern((3, 1), ((0, 1), (1, 1)), ((0, 1), (1, 4))), [1.7, -0.1, 0.1, -0.5, 0.8])
    ('copy', 'average')
    """
    value = {slot: float(values[i]) for i, slot in enumerate(pattern.slots)}
    words = []
    for p, (_, sign) in enumerate(pattern.students):
        best = max(range(len(pattern.teachers)), key=lambda q, p=p: abs(_main(value, p, q)))  # type: ignore[misc]
        apart = (p, best, True) in value
        number = pattern.teachers[best][1] * (1 if apart else pattern.frames[pattern.teachers[best][0]])
        if sign < 0:
            words.append("corrector")
        elif _main(value, p, best) < 0:
            words.append("against")
        else:
            words.append("copy" if number == 1 else "average")
    return tuple(words)


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
    value = {slot: float(values[i]) for i, slot in enumerate(pattern.slots)}
    best = max(range(len(pattern.teachers)), key=lambda q: abs(_main(value, p, q)))
    order = [best, *(q for q in range(len(pattern.teachers)) if q != best)]
    parts = [_part(pattern, value, p, q, lead=q == best) for q in order]
    neurons = "1 neuron" if size == 1 else f"{size} neurons"
    return f"{neurons} ({_sign(sign)}) {_verb(pattern, value, p, best)} ({'; '.join(parts)})"


def _main(value: dict[tuple[int, int, bool], float], p: int, q: int) -> float:
    """Coefficient on own teachers where they are told from others."""
    return value.get((p, q, True), value[p, q, False])


def _part(pattern: Pattern, value: dict[tuple[int, int, bool], float], p: int, q: int, *, lead: bool) -> str:
    """Coefficients with one class of teachers."""
    frame, width = pattern.teachers[q]
    count = int(pattern.frames[frame] * width)
    text = f"{_main(value, p, q):.3g}"
    if (p, q, True) in value:
        text += f", others {value[p, q, False]:.3g}"
        return text if lead else f"{count} more: own {text}"
    return text if lead else f"{count} more: {text}"


def _verb(pattern: Pattern, value: dict[tuple[int, int, bool], float], p: int, q: int) -> str:
    """What a class of students does with the teachers it attends to most."""
    frame, width = pattern.teachers[q]
    count = int(pattern.frames[frame] * width)
    apart = (p, q, True) in value
    number, several = (int(width), int(pattern.frames[pattern.students[p][0]]) > 1) if apart else (count, False)
    against = _main(value, p, q) < 0
    if number == 1:
        verb = "point" if against else "cop" + ("y" if several else "ies")
        verb += ("" if several else "s") + " against" if against else ""
    else:
        verb = ("point" + ("" if several else "s") + " against") if against else "average" + ("" if several else "s")
    if several:
        return f"{verb} {'one' if number == 1 else number} of {count} teachers each"
    whole = "all " if number == int(pattern.k) and number > 1 else ""
    return f"{verb} {whole}{number} teacher{'s' if number > 1 else ''}"


def _sign(sign: int) -> str:
    return "+" if sign > 0 else "-"

"""Which structure of a rectified-linear network is a minimum, and which lowest, for each number of neurons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mpmath import mp

from numerics.precision import decimal
from numerics.rectified.structures import Point, structures
from verify.rectified.proof import certify_point

#: Families in the order of the tables; others follow in the order in which they turn up.
ORDER = (
    "copy-average",
    "perturbed-copy-average",
    "perturbed-copy",
    "negative-corrector",
    "against-teacher",
    "reflected-copy",
)


@dataclass(frozen=True, eq=False)
class Cell:
    """The structures of n neurons on k teachers. Approximation.

    Attributes
    ----------
    n, k : int
    points : tuple of Point
        In the order of their losses.
    indices : tuple of int or None
        Their indices on the quotient by rescaling.
    certified : tuple of bool
        Which of these were proved.
    """

    n: int
    k: int
    points: tuple[Point, ...]
    indices: tuple[int | None, ...]
    certified: tuple[bool, ...]

    @property
    def minima(self) -> tuple[Point, ...]:
        """Those of index 0, in the order of their losses."""
        return tuple(point for point, index in zip(self.points, self.indices, strict=True) if index == 0)

    @property
    def lowest(self) -> Point | None:
        """The minimum of the lowest loss."""
        return next(iter(self.minima), None)


@dataclass(frozen=True)
class Range:
    """For which n a structure exists, is a minimum (in some partition), and is the lowest one. Approximation."""

    structure: str
    exists: tuple[int, ...]
    minimum: tuple[int, ...]
    lowest: tuple[int, ...]


def survey(k: int, *, dps: int = 20, activation: str = "relu") -> tuple[Cell, ...]:
    """The structures for all 1 <= n <= k, their indices certified. Approximation.

    Examples
    --------
    >>> [cell.lowest.name for cell in survey(3)]
    ['copy-average', 'perturbed-copy-average', 'copy-average']
    """
    return tuple(_cell(n, k, dps, activation) for n in range(1, k + 1))


def _cell(n: int, k: int, dps: int, activation: str) -> Cell:
    points = structures(n, k, dps=dps, activation=activation)
    proved = [certify_point(point, dps=dps).index for point in points]
    indices = tuple(point.index if index is None else index for point, index in zip(points, proved, strict=True))
    return Cell(n, k, points, indices, tuple(index is not None for index in proved))


def ranges(cells: Sequence[Cell]) -> tuple[Range, ...]:
    """By structure, the numbers of neurons at which it exists, is a minimum and is the lowest one. Approximation."""
    names = list(ORDER)
    for cell in cells:
        names += [point.name for point in cell.points if point.name not in names]
    found = []
    for name in names:
        exists = tuple(cell.n for cell in cells if any(p.name == name for p in cell.points))
        minimum = tuple(cell.n for cell in cells if any(p.name == name for p in cell.minima))
        lowest = tuple(cell.n for cell in cells if cell.lowest is not None and cell.lowest.name == name)
        if exists:
            found.append(Range(name, exists, minimum, lowest))
    return tuple(found)


def boundary_row(cells: Sequence[Cell], *, dps: int = 20) -> dict[str, Any]:
    """What ``boundaries --activation relu`` (or another homogeneous one) writes for one k. Approximation.

    Over 2 <= n <= k - 1, as for erf, with the perturbed-copy average in the place of copy-average: least n from which
    the perturbed copy stays a minimum, least n from which it stays the lower one of the two, greatest n up to which
    the other one is a minimum; then all families, and every structure with index and loss.
    """
    k = cells[0].k
    inner = [cell for cell in cells if 2 <= cell.n <= k - 1]
    copy, average = (
        {c.n: p for c in inner for p in c.points if p.name == name}
        for name in ("perturbed-copy", "perturbed-copy-average")
    )
    lower = [n for n in copy if n not in average or copy[n].loss < average[n].loss]
    return {
        "k": k,
        "pc_minimum_from": _from([n for n in copy if _minimal(inner, copy[n])], k - 1),
        "pc_lower_from": _from(lower, k - 1),
        "ca_minimum_up_to": max((n for n in average if _minimal(inner, average[n])), default=None),
        "families": [
            {"structure": r.structure, "exists": list(r.exists), "minimum": list(r.minimum), "lowest": list(r.lowest)}
            for r in ranges(cells)
        ],
        "cells": [
            {
                "n": cell.n,
                "structures": [
                    {
                        "structure": point.name,
                        "partition": list(point.partition) if point.partition else None,
                        "index": index,
                        "certified": certified,
                        "loss": decimal(mp.mpf(point.loss), dps),
                    }
                    for point, index, certified in zip(cell.points, cell.indices, cell.certified, strict=True)
                ],
            }
            for cell in cells
        ],
    }


def _minimal(cells: Sequence[Cell], point: Point) -> bool:
    return any(point in cell.minima for cell in cells)


def _from(members: Sequence[int], last: int) -> int | None:
    """The least number from which all up to the last one are members."""
    found = None
    for n in range(last, 0, -1):
        if n not in members:
            break
        found = n
    return found


def spans(numbers: Sequence[int]) -> str:
    """Integers in short form. Exact.

    Examples
    --------
    >>> spans([1, 2, 3, 6]), spans([])
    ('1..3, 6', '-')
    """
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{p[0]}..{p[-1]}" if len(p) > 1 else str(p[0]) for p in parts) or "-"

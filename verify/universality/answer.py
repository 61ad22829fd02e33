"""The answer for a cell and for an activation, from the structures that are known and the ends of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verify.universality.beyond import Reach
from verify.universality.criterion import Criterion
from verify.universality.known import Known
from verify.universality.tally import Ended

#: Losses are one if they differ by less, relative to the larger of them and 1.
SAME = 1e-8


@dataclass(frozen=True)
class CellAnswer:
    """One (n, k). Approximation.

    Attributes
    ----------
    n, k, runs : int
    known : tuple of Known
    ends : tuple of Ended
    """

    n: int
    k: int
    runs: int
    known: tuple[Known, ...]
    ends: tuple[Ended, ...]

    @property
    def one_average(self) -> Known | None:
        """The structure with n - 1 copies and one average, where there is one."""
        return next((one for one in self.known if one.one_average), None)

    @property
    def reached(self) -> int:
        """Runs that ended there."""
        return sum(end.count for end in self.ends if end.one_average)

    @property
    def least(self) -> float | None:
        """The lowest loss of all structures and converged ends."""
        losses = [one.loss for one in self.known] + [end.loss for end in self.ends if end.loss is not None]
        return min(losses, default=None)

    @property
    def lowest(self) -> bool:
        """Whether n - 1 copies and one average have the lowest loss of all that is known."""
        one, least = self.one_average, self.least
        return one is not None and least is not None and one.loss - least <= SAME * max(1.0, abs(least))

    @property
    def minimum(self) -> bool:
        """Whether they are a strict minimum (up to scales)."""
        one = self.one_average
        return one is not None and one.index == 0 and one.isolated

    def lowest_label(self) -> str:
        """Name of what has the lowest loss."""
        least = self.least
        if least is None:
            return "nothing known"
        names = [one.label() for one in self.known if one.loss - least <= SAME * max(1.0, abs(least))]
        names += [
            end.label
            for end in self.ends
            if end.loss is not None and end.loss - least <= SAME * max(1.0, abs(least)) and not names
        ]
        return names[0]


@dataclass(frozen=True)
class Answer:
    """One activation. Approximation.

    Attributes
    ----------
    activation : str
    criterion : Criterion
    cells : tuple of CellAnswer
    beyond : tuple of Reach
        Larger sizes, without flows.
    """

    activation: str
    criterion: Criterion
    cells: tuple[CellAnswer, ...]
    beyond: tuple[Reach, ...] = ()

    @property
    def under(self) -> tuple[CellAnswer, ...]:
        """Cells with n < k, in which one can average."""
        return tuple(cell for cell in self.cells if 1 < cell.n < cell.k)

    @property
    def flat(self) -> bool:
        """Whether most runs with n < k end on continua larger than scales."""
        ends = [end for cell in self.under for end in cell.ends]
        return 2 * sum(end.count for end in ends if end.continuum) > sum(end.count for end in ends)

    def counted(self) -> tuple[int, int, int, int]:
        """Of cells with n < k: all, and those where it is a minimum, is lowest, is reached by some run."""
        cells = self.under
        return (
            len(cells),
            sum(cell.minimum for cell in cells),
            sum(cell.lowest for cell in cells),
            sum(cell.reached > 0 for cell in cells),
        )

    def runs(self) -> tuple[int, int]:
        """Runs with n < k, and those that ended with n - 1 copies and one average."""
        return sum(cell.runs for cell in self.under), sum(cell.reached for cell in self.under)

    def largest_lowest(self) -> dict[int, int | None]:
        """For each k the largest n < k up to which it has the lowest loss from n = 2 on. Exact."""
        found: dict[int, int | None] = {}
        for k in sorted({cell.k for cell in self.under}):
            last = None
            for cell in sorted((c for c in self.under if c.k == k), key=lambda c: c.n):
                if not cell.lowest:
                    break
                last = cell.n
            found[k] = last
        return found

    def verdict(self) -> str:
        """The answer in a few words. Exact."""
        total, minima, lowest, reached = self.counted()
        if total == 0:
            return "nothing was run"
        if self.flat:
            return "neither: continua"
        if lowest == total:
            return "yes" if reached == total else "lowest, but not always reached"
        if lowest == 0 and minima == 0:
            return "no: never a minimum" if self.has_structure else "no: there is no such point"
        if lowest == 0:
            return "no: a minimum, never the lowest"
        return "for small n / k"

    @property
    def has_structure(self) -> bool:
        """Whether a point of n - 1 copies and one average was found in any cell."""
        return any(cell.one_average is not None for cell in self.under)


def words_of_range(largest: dict[int, int | None]) -> str:
    """For each k up to which n, in words. Exact.

    Examples
    --------
    >>> words_of_range({3: 2, 4: 3, 5: None})
    'k = 3: n <= 2; k = 4: n <= 3; k = 5: none'
    """
    return "; ".join(f"k = {k}: " + ("none" if n is None else f"n <= {n}") for k, n in largest.items())


def ordered(answers: Sequence[Answer]) -> list[Answer]:
    """Those that average most first. Exact."""

    def rank(answer: Answer) -> tuple[float, float, str]:
        total, _, lowest, _ = answer.counted()
        runs, reached = answer.runs()
        return -lowest / max(total, 1) + 2 * answer.flat, -reached / max(runs, 1), answer.activation

    return sorted(answers, key=rank)

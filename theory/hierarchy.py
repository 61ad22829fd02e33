r"""Counting in classes of neurons whose members are permuted together.

A class is a path of index sets, from the outermost inwards: its members carry one index from each. Two classes that
begin with the same sets are matched there, since the group permutes each index set as a whole (and, inside each
member of an outer set, the inner ones on their own): students ``("pair",)`` and teachers ``("pair",)`` are matched
one-to-one, a teacher class ``("group", "member")`` has as many members in each group, the empty path is one neuron.

The *level* of two neurons says in how many outer indices they agree. The group takes a pair of neurons into every
other pair of the same classes and level, so that these are its orbits on pairs, and levels are ultrametric.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

Path = tuple[str, ...]


def highest_level(first: Path, second: Path) -> int:
    """The level of the closest members of two classes: how many outer index sets they share. Exact."""
    level = 0
    while level < min(len(first), len(second)) and first[level] == second[level]:
        level += 1
    return level


@dataclass(frozen=True)
class Hierarchy:
    """Sizes of the index sets, and how many neurons stand in which relation. Exact.

    Parameters
    ----------
    sizes : mapping of str to sympy.Expr
        The number of indices in each set; may be symbols.

    Examples
    --------
    >>> pairs = Hierarchy({"pair": sp.Symbol("n")})
    >>> pairs.partners(("pair",), ("pair",), 0), pairs.partners(("pair",), ("pair",), 1)
    (n - 1, 1)
    """

    sizes: Mapping[str, sp.Expr]

    def number(self, path: Path, level: int = 0) -> sp.Expr:
        """Members of a class that share the first ``level`` indices; all of them for 0. Exact."""
        return sp.Mul(*(self.sizes[name] for name in path[level:]))

    def partners(self, first: Path, second: Path, level: int) -> sp.Expr:
        """Members of the second class at a level from a given member of the first. Exact."""
        closer = self.number(second, level + 1) if level < highest_level(first, second) else sp.S.Zero
        return self.number(second, level) - closer

    def pairs(self, first: Path, second: Path, level: int) -> sp.Expr:
        """Ordered pairs of members at a level: the size of an orbit. Exact."""
        return self.number(first) * self.partners(first, second, level)

    def thirds(self, first: Path, second: Path, third: Path, level: int, one: int, two: int) -> sp.Expr:
        """Members of a third class at levels one and two from a pair that is itself at ``level``. Exact.

        Of three levels the two lowest are equal; otherwise there is none.
        """
        if one == two == level:
            # All that share these indices with the pair, less those that share more with either of the two.
            closer = sp.Add(
                *(self.number(third, level + 1) for path in (first, second) if level < highest_level(path, third))
            )
            return self.number(third, level) - closer
        if (one == two < level) or (two == level < one):
            return self.partners(first, third, one)
        if one == level < two:
            return self.partners(second, third, two)
        return sp.S.Zero

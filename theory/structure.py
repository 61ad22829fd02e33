"""Exact descriptions of configurations: groups of teachers and the student neurons that take them."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True)
class Group:
    """Student neurons that each average a group of teachers of the same size. Exact.

    Attributes
    ----------
    size : sympy.Expr
        Number of teachers in each group; 1 is a copy.
    multiplicity : sympy.Expr
        Number of such groups.
    norm, cosine, outgoing : sympy.Expr
        Norm of the incoming vector, its cosine with each teacher of the group (zero with the others), and
        the outgoing weight.
    loss : sympy.Expr
        What one group adds to the loss.
    """

    size: sp.Expr
    multiplicity: sp.Expr
    norm: sp.Expr
    cosine: sp.Expr
    outgoing: sp.Expr
    loss: sp.Expr


@dataclass(frozen=True)
class Structure:
    """A configuration of student neurons, up to permutations and signs. Exact.

    Attributes
    ----------
    name : str
        ``"copy-average"``, or ``"partial-average"`` where teachers are idle.
    activation : str
    groups : tuple of Group
        Students of one group are alike; vectors of different groups are orthogonal.
    idle : sympy.Expr
        Teachers with which no student has anything in common.
    free : str
        What can be changed at no cost: ``""``, ``"scale"``, ``"direction"`` or ``"scale and direction"``.
    """

    name: str
    activation: str
    groups: tuple[Group, ...]
    idle: sp.Expr = sp.S.Zero
    free: str = ""

    def _repr_latex_(self) -> str:
        """Loss and groups, for notebooks. Exact."""
        from theory.latex.notebook import structure_latex

        return structure_latex(self)

    @property
    def n(self) -> sp.Expr:
        """Number of student neurons."""
        return sp.Add(*(group.multiplicity for group in self.groups))

    @property
    def k(self) -> sp.Expr:
        """Number of teacher neurons."""
        return sp.Add(*(group.multiplicity * group.size for group in self.groups), self.idle)

    @property
    def loss(self) -> sp.Expr:
        """Full mean squared error."""
        return sp.Add(*(group.multiplicity * group.loss for group in self.groups))

    @property
    def partition(self) -> tuple[int, ...]:
        """Sizes of all groups in ascending order; needs integer sizes.

        Raises
        ------
        ValueError
            If a size or multiplicity is symbolic.
        """
        sizes: list[int] = []
        for group in self.groups:
            if not (group.size.is_Integer and group.multiplicity.is_Integer):
                raise ValueError(
                    f"partition: got the symbolic group {group.multiplicity} x {group.size}, needs integers"
                )
            sizes += [int(group.size)] * int(group.multiplicity)
        return tuple(sorted(sizes))

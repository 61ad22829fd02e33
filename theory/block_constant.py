r"""Networks that are constant on blocks: their reduced loss, and the full gradient there.

Students and teachers are split into classes (:mod:`theory.hierarchy`). The loss of a block-constant point is a sum
over orbits of pairs, with their sizes as factors; entries of the gradient are sums over the partners of one neuron.
:func:`theory.reduction.reduce_by_symmetry` builds these objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import sympy as sp

from theory.hierarchy import Hierarchy, Path, highest_level
from theory.interactions import Interaction
from theory.symbols import p, q, s

#: Class of students, class of teachers or of other students, level.
Orbit = tuple[str, str, int]


@dataclass(frozen=True, eq=False)
class Reduction:
    """A block structure: reduced loss, reduced gradient and their meaning in the full network. Exact.

    Attributes
    ----------
    students, teachers : dict
        Paths of the classes by name.
    hierarchy : Hierarchy
        The sizes of the index sets.
    interaction : Interaction
    teacher_outgoing : dict
        Outgoing weight of each class of teachers.
    """

    students: Mapping[str, Path]
    teachers: Mapping[str, Path]
    hierarchy: Hierarchy
    interaction: Interaction
    teacher_outgoing: Mapping[str, sp.Expr]

    @property
    def n(self) -> sp.Expr:
        """Number of students."""
        return sp.Add(*(self.hierarchy.number(path) for path in self.students.values()))

    @property
    def k(self) -> sp.Expr:
        """Number of teachers."""
        return sp.Add(*(self.hierarchy.number(path) for path in self.teachers.values()))

    @cached_property
    def inner(self) -> dict[Orbit, sp.Symbol]:
        """Unknown inner products by class of students, class of teachers and level."""
        return {orbit: _symbol("c", orbit) for orbit in _orbits(self.students, self.teachers)}

    @cached_property
    def outgoing(self) -> dict[str, sp.Symbol]:
        """Unknown outgoing weights by class of students."""
        return {name: sp.Symbol(f"a_{{{name}}}", real=True) for name in self.students}

    @property
    def unknowns(self) -> tuple[sp.Symbol, ...]:
        """The inner products, then the outgoing weights."""
        return (*self.inner.values(), *self.outgoing.values())

    @cached_property
    def parameters(self) -> dict[sp.Symbol, sp.Expr]:
        """How many parameters of the network share an unknown: the size of its orbit."""
        found = {
            unknown: self.hierarchy.pairs(self.students[first], self.teachers[second], level)
            for (first, second, level), unknown in self.inner.items()
        }
        return found | {a: self.hierarchy.number(self.students[name]) for name, a in self.outgoing.items()}

    @cached_property
    def overlaps(self) -> dict[Orbit, sp.Expr]:
        """Inner products of two students by their classes and level."""
        return {orbit: self._overlap(*orbit) for orbit in _orbits(self.students, self.students)}

    @cached_property
    def norms(self) -> dict[str, sp.Expr]:
        """Squared norms of the students' incoming vectors."""
        return {name: self.overlaps[name, name, len(path)] for name, path in self.students.items()}

    @cached_property
    def loss(self) -> sp.Expr:
        """The full mean squared error on the block-constant points."""
        count = self.hierarchy.pairs
        own = sp.Add(
            *(
                count(self.students[i], self.students[j], level) * self.outgoing[i] * self.outgoing[j] * g
                for (i, j, level), g in self._between(self.interaction.value).items()
            )
        )
        mixed = sp.Add(
            *(
                count(self.students[i], self.teachers[j], level) * self.outgoing[i] * self.teacher_outgoing[j] * g
                for (i, j, level), g in self._to_teachers(self.interaction.value).items()
            )
        )
        return own - 2 * mixed + self._teacher_loss()

    @cached_property
    def gradient(self) -> dict[sp.Symbol, sp.Expr]:
        r"""Entries of the full gradient, in the weights that share an unknown.

        For an inner product that is :math:`\partial L / \partial w_i \cdot v_j`; components of the gradient off the
        teachers' span vanish. Times :attr:`parameters` these are the derivatives of :attr:`loss`.
        """
        d_s, d_p, value = (
            (self._between(f), self._to_teachers(f))
            for f in (self.interaction.d_s, self.interaction.d_p, self.interaction.value)
        )
        along = {z: self._along(orbit, d_s, d_p) for orbit, z in self.inner.items()}
        return along | {a: 2 * self._pull(name, value) for name, a in self.outgoing.items()}

    def network(self, **sizes: int) -> tuple[sp.Matrix, sp.Matrix]:
        """All inner products with the teachers, and all outgoing weights, for integer sizes. Exact.

        Parameters
        ----------
        **sizes : int
            Values of the symbols in the sizes, by name.

        Returns
        -------
        (sympy.Matrix, sympy.Matrix)
            Shapes (n, k) and (n, 1), of unknowns; neurons class by class, the last index fastest.

        Raises
        ------
        ValueError
            If a size is not a positive integer, or is still symbolic.
        """
        values = {name: size.subs(sizes) for name, size in self.hierarchy.sizes.items()}
        for name, value in values.items():
            if not (value.is_Integer and value >= 1):
                raise ValueError(f"network: got the size {value} of {name}, needs an integer of at least 1")

        def members(classes: Mapping[str, Path]) -> list[tuple[str, tuple[int, ...]]]:
            ranges = {name: [range(int(values[part])) for part in path] for name, path in classes.items()}
            return [(name, index) for name in classes for index in product(*ranges[name])]

        rows, columns = members(self.students), members(self.teachers)

        def entry(i: int, j: int) -> sp.Symbol:
            (first, one), (second, two) = rows[int(i)], columns[int(j)]
            level, most = 0, highest_level(self.students[first], self.teachers[second])
            while level < most and one[level] == two[level]:
                level += 1
            return self.inner[first, second, level]

        return sp.Matrix(len(rows), len(columns), entry), sp.Matrix([self.outgoing[name] for name, _ in rows])

    def _overlap(self, first: str, second: str, level: int) -> sp.Expr:
        i, j = self.students[first], self.students[second]
        terms = []
        for name, path in self.teachers.items():
            for one, two in product(range(highest_level(i, path) + 1), range(highest_level(j, path) + 1)):
                count = self.hierarchy.thirds(i, j, path, level, one, two)
                terms.append(count * self.inner[first, name, one] * self.inner[second, name, two])
        return sp.Add(*terms)

    def _between(self, f: sp.Expr) -> dict[Orbit, sp.Expr]:
        """An expression in (s, p, q) at pairs of students."""
        return {
            (i, j, level): f.subs({s: inner, p: self.norms[i], q: self.norms[j]}, simultaneous=True)
            for (i, j, level), inner in self.overlaps.items()
        }

    def _to_teachers(self, f: sp.Expr) -> dict[Orbit, sp.Expr]:
        """The same at a student and a teacher."""
        return {
            (i, j, level): f.subs({s: inner, p: self.norms[i], q: sp.S.One}, simultaneous=True)
            for (i, j, level), inner in self.inner.items()
        }

    def _teacher_loss(self) -> sp.Expr:
        """Teachers alone: the diagonal, and what orthogonal ones have in common."""
        own, other = (self.interaction.value.subs({s: inner, p: 1, q: 1}, simultaneous=True) for inner in (1, 0))
        counts = {name: self.hierarchy.number(path) for name, path in self.teachers.items()}
        weights = {name: counts[name] * self.teacher_outgoing[name] for name in counts}
        squares = sp.Add(*(weights[name] * self.teacher_outgoing[name] for name in counts))
        return squares * (own - other) + sp.Add(*weights.values()) ** 2 * other

    def _pull(self, name: str, f: tuple[dict[Orbit, sp.Expr], dict[Orbit, sp.Expr]]) -> sp.Expr:
        """Sum of an expression over all partners of one student, with their coefficients."""
        path, (between, to_teachers) = self.students[name], f
        partners = self.hierarchy.partners
        students = [
            self.outgoing[j] * partners(path, self.students[j], level) * value
            for (i, j, level), value in between.items()
            if i == name
        ]
        teachers = [
            self.teacher_outgoing[j] * partners(path, self.teachers[j], level) * value
            for (i, j, level), value in to_teachers.items()
            if i == name
        ]
        return sp.Add(*students) - sp.Add(*teachers)

    def _along(
        self,
        orbit: Orbit,
        d_s: tuple[dict[Orbit, sp.Expr], dict[Orbit, sp.Expr]],
        d_p: tuple[dict[Orbit, sp.Expr], dict[Orbit, sp.Expr]],
    ) -> sp.Expr:
        """2 a_i (sum_j c_j G_s z_j.v + 2 G_p w_i.v) for a teacher v at a level from student i."""
        name, teacher, level = orbit
        path, target = self.students[name], self.teachers[teacher]
        terms = []
        for (i, other, between), slope in d_s[0].items():
            if i != name:
                continue
            third = self.students[other]
            along = sp.Add(
                *(
                    self.hierarchy.thirds(path, target, third, level, between, two) * self.inner[other, teacher, two]
                    for two in range(highest_level(third, target) + 1)
                )
            )
            terms.append(self.outgoing[other] * slope * along)
        radial = 2 * self._pull(name, d_p) * self.inner[orbit]
        own = self.teacher_outgoing[teacher] * d_s[1][orbit]
        return 2 * self.outgoing[name] * (sp.Add(*terms) + radial - own)


def _orbits(rows: Mapping[str, Path], columns: Mapping[str, Path]) -> Iterator[Orbit]:
    for (first, one), (second, two) in product(rows.items(), columns.items()):
        for level in range(highest_level(one, two) + 1):
            yield first, second, level


def _symbol(letter: str, orbit: Orbit) -> sp.Symbol:
    first, second, level = orbit
    return sp.Symbol(f"{letter}_{{{first},{second},{level}}}", real=True)

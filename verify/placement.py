"""The structures of the theory put into place: for a network, each one's best permutation.

The squared distance of a network to a structure is a sum over students and teachers, so that the best permutations
are linear assignments; distances themselves are infinity norms, to all digits of the network.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint
import numpy as np
from mpmath import mp
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from numerics.precision import Exact, digits, from_ball, infinity_norm, to_ball
from numerics.problem import Array, Problem
from numerics.structures import Point, copy_average_point, perturbed_copy_point
from verify.names import COPY_AVERAGE, describe_partition


@dataclass(frozen=True, eq=False)
class Candidate:
    """A structure with its neurons permuted into place. Approximation."""

    point: Point
    students: NDArray[np.intp]
    """Structure's student for each student of the network."""
    teachers: NDArray[np.intp]
    """Structure's teacher for each teacher of the network."""

    def coordinates(self) -> Exact:
        return self.point.coordinates[np.ix_(self.students, self.teachers)]

    def outgoing(self) -> Exact:
        return self.point.outgoing[self.students]

    def key(self) -> tuple[str, tuple[int, ...] | None]:
        return self.point.name, self.point.partition

    def label(self) -> str:
        if self.point.partition is None:
            return self.point.name
        return f"{self.point.name} {describe_partition(self.point.partition)}"

    def assignment(self) -> tuple[tuple[int, ...], ...]:
        """Teachers of each student: those with which it has the largest coordinate in its row."""
        rows = self.coordinates()
        largest = [max(row) for row in rows]
        return tuple(
            tuple(int(j) for j, x in enumerate(row) if x == top) for row, top in zip(rows, largest, strict=True)
        )


class Network:
    """A network with its signs undone (outgoing weights positive), in the teacher's basis. Approximation."""

    def __init__(self, problem: Problem, signs: NDArray[np.intp], rough: Array, exact: Exact, dps: int) -> None:
        self.problem, self.signs, self.exact, self.dps = problem, signs, exact, dps
        rough = rough * signs[:, None]
        self.teacher = problem.teacher * problem.teacher_outgoing[:, None]
        self.C = rough[:, :-1] @ self.teacher.T
        self.a = rough[:, -1]

    def candidates(self) -> list[Candidate]:
        """The structures worth comparing with, each in its best position."""
        n, k = self.problem.n, self.problem.k
        found = {c.key(): c for c in self._one_average()}
        owner = np.argmax(self.a[:, None] * self.C, axis=0)
        counts = np.bincount(owner, minlength=n)
        partitions = [tuple(sorted(map(int, counts)))] if counts.all() else []
        if k - n >= 2 and n >= 2:
            # The neighbour of the optimum: one teacher moved from the average to a copy.
            partitions.append(tuple(sorted([1] * (n - 2) + [2, k - n])))
        for partition in partitions:
            if (COPY_AVERAGE, partition) not in found:
                found[COPY_AVERAGE, partition] = self._partition(partition)
        if n < k:
            point = perturbed_copy_point(n, k, dps=self.dps)
            if point is not None:
                candidate = self._perturbed_copy(point)
                # At n = 1 the branch has met copy-average: not a structure of its own.
                if n > 1 or infinity_norm(point.coordinates - point.coordinates[0, 0]) > 1e-9:
                    found[candidate.key()] = candidate
        return list(found.values())

    def _one_average(self) -> list[Candidate]:
        """n - 1 copies and one average: an assignment for every choice of the averaging student."""
        n, k = self.problem.n, self.problem.k
        point = copy_average_point([1] * (n - 1) + [k - n + 1], dps=self.dps)
        C, a = point.doubles()
        if n == k:
            rows, columns = linear_sum_assignment((self.C - 1) ** 2 - self.C**2)
            return [self._place(point, [(int(i), int(j)) for i, j in zip(rows, columns, strict=True)], None)]
        copy, average = 1.0, float(C[-1, -1])
        best, best_cost = None, np.inf
        for i in range(n):
            others = [x for x in range(n) if x != i]
            own = (self.C[i] - average) ** 2
            # Assigning teacher j to another student turns its coordinate in the average from c to 0.
            cost = (self.C[others] - copy) ** 2 - self.C[others] ** 2 + (self.C[i] ** 2 - own)[None, :]
            rows, columns = linear_sum_assignment(cost) if others else (np.array([], int), np.array([], int))
            total = cost[rows, columns].sum() + own.sum() - (self.C[i] ** 2).sum()
            total += (self.a[i] - a[-1]) ** 2 - (self.a[i] - 1) ** 2
            if total < best_cost:
                best_cost = total
                best = (i, [(others[int(x)], int(j)) for x, j in zip(rows, columns, strict=True)])
        if best is None:
            return []
        return [self._place(point, best[1], best[0])]

    def _place(self, point: Point, copies: list[tuple[int, int]], average: int | None) -> Candidate:
        """Candidate in which the l-th structure student copies for copies[l], the last one averages."""
        n, k = self.problem.n, self.problem.k
        students = np.full(n, n - 1)
        teachers = np.full(k, -1)
        for place, (i, j) in enumerate(copies):
            students[i], teachers[j] = place, place
        if average is not None:
            students[average] = n - 1
        rest = np.flatnonzero(teachers < 0)
        teachers[rest] = np.arange(len(copies), k)
        return Candidate(point, students, teachers)

    def _partition(self, partition: tuple[int, ...]) -> Candidate:
        """Any partition: sizes follow the outgoing weights, teachers an assignment to the groups' places."""
        point = copy_average_point(partition, dps=self.dps)
        C, _ = point.doubles()
        students = np.empty(self.problem.n, dtype=int)
        students[np.argsort(self.a, kind="stable")] = np.arange(self.problem.n)
        target = C[students]
        cost = ((self.C[:, :, None] - target[:, None, :]) ** 2).sum(axis=0)
        _, teachers = linear_sum_assignment(cost)
        return Candidate(point, students, teachers)

    def _perturbed_copy(self, point: Point) -> Candidate:
        """Perturbed copy: one assignment of n teachers to the n students."""
        C, _ = point.doubles()
        n, k = self.problem.n, self.problem.k
        alpha, gamma = C[0, 0], C[0, -1]
        beta = C[0, 1] if n > 1 else 0.0
        # Choosing teacher j at all turns gamma into beta in every row; assigning it to i, beta into alpha.
        chosen = ((self.C - beta) ** 2 - (self.C - gamma) ** 2).sum(axis=0)
        cost = chosen[None, :] + (self.C - alpha) ** 2 - (self.C - beta) ** 2
        rows, columns = linear_sum_assignment(cost)
        students = np.asarray(rows)
        teachers = np.full(k, -1)
        teachers[columns] = students
        rest = np.flatnonzero(teachers < 0)
        teachers[rest] = np.arange(n, k)
        return Candidate(point, students, teachers)

    def distance(self, candidate: Candidate) -> mp.mpf:
        """Infinity norm of the difference of all weights, to the digits of the network."""
        with digits(self.dps + 15):
            coordinates = flint.arb_mat([[to_ball(x) for x in row] for row in candidate.coordinates()])
            incoming = coordinates * flint.arb_mat([[to_ball(float(x)) for x in row] for row in self.teacher])
            outgoing = candidate.outgoing()
            worst = flint.arb(0)
            for i in range(self.problem.n):
                # Signs are undone on balls: mpmath would round to its own context.
                row = [to_ball(x) * int(self.signs[i]) for x in self.exact[i]]
                gaps = [abs(row[x] - incoming[i, x]) for x in range(self.problem.dim)]
                gaps.append(abs(row[-1] - to_ball(outgoing[i])))
                for gap in gaps:
                    if gap.mid() > worst.mid():
                        worst = gap
            return from_ball(worst)

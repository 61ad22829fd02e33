"""Blocks of copy-average's Hessian: against full Hessians, eigenvalue by eigenvalue, and against reduced losses."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from mpmath import mp
from sympy.utilities.iterables import partitions

import theory
from numerics import Population, Problem, copy_average_point, pack
from numerics.average_blocks import copy_average_blocks
from numerics.structures import SCALAR
from theory import Verdict
from theory.claims import minimum
from theory.claims import spectrum as spectrum_claims
from theory.reduction import reduce_by_symmetry
from theory.spectrum import copy_average_spectrum
from theory.symbols import k, n


def all_partitions(total: int) -> list[list[int]]:
    return [[size for size, count in found.items() for _ in range(count)] for found in partitions(total)]


def from_blocks(structure: theory.Structure, dim: int) -> np.ndarray:
    """All eigenvalues, repeated by their multiplicities; the entries evaluated with 30 digits."""
    values: list[float] = []
    for block in copy_average_spectrum(structure, dim):
        matrix = np.array(block.matrix.evalf(30).tolist(), dtype=float)
        assert np.array_equal(matrix, matrix.T)
        values += list(np.linalg.eigvalsh(matrix)) * int(block.multiplicity)
    return np.sort(values)


def from_the_full_hessian(sizes: list[int], dim: int) -> np.ndarray:
    students, teachers = len(sizes), sum(sizes)
    C, a = copy_average_point(sizes, dps=20).doubles()
    W = np.zeros((students, dim))
    W[:, :teachers] = C
    return np.linalg.eigvalsh(Population(Problem(students, teachers, dim=dim)).hessian(pack(W, a)))


@pytest.mark.parametrize("total", range(1, 9))
def test_every_partition(total: int) -> None:
    for sizes in all_partitions(total):
        for dim in (total, total + 2):
            full, split = from_the_full_hessian(sizes, dim), from_blocks(theory.copy_average(sizes), dim)
            # All n (d + 1) of them. Rounding of eigenvalues: the order, up to 90, times 1e-16 of the largest.
            assert len(full) == len(split) == len(sizes) * (dim + 1)
            assert np.abs(full - split).max() < 1e-13 * full[-1], sizes
            assert theory.copy_average_index(sizes) == int((split < 0).sum()), sizes


@pytest.mark.parametrize("teachers", range(1, 17))
def test_the_optimal_point_for_all_n_and_k_up_to_16(teachers: int) -> None:
    dim = teachers + 1
    for students in range(1, teachers + 1):
        full = from_the_full_hessian([1] * (students - 1) + [teachers - students + 1], dim)
        split = from_blocks(theory.optimal_copy_average(students, teachers), dim)
        assert len(full) == len(split) == students * (dim + 1)
        # Rounding as above; the order is up to 288.
        assert np.abs(full - split).max() < 1e-13 * full[-1], (students, teachers)
        # The index: 0 or k - n, as the inequality in (n, k) says.
        minimum = bool(theory.optimal_minimum_condition(students, teachers))
        assert int((full < 0).sum()) == (0 if minimum else teachers - students), (students, teachers)


@pytest.mark.parametrize(("students", "teachers"), [(3, 5), (4, 4 + 3), (9, 10), (12, 30)])
def test_symbolic_sizes_give_the_blocks_of_numbers(students: int, teachers: int) -> None:
    at = {n: students, k: teachers}
    symbolic = copy_average_spectrum(theory.optimal_copy_average(n, k))
    numbers = copy_average_spectrum(theory.optimal_copy_average(students, teachers))
    assert len(symbolic) == len(numbers) == 5
    for one, other in zip(symbolic, numbers, strict=True):
        assert (one.name, one.multiplicity.subs(at)) == (other.name, other.multiplicity)
        assert (one.matrix.subs(at) - other.matrix).applyfunc(sp.simplify).is_zero_matrix


def test_at_two_students_the_void_row_and_the_negative_multiplicity_cancel() -> None:
    """The formal blocks of (n, k) at n = 2: one contrast too many in the copy's block, one taken off."""
    at = {n: 2, k: 5}
    formal: list[float] = []
    for block in copy_average_spectrum(theory.optimal_copy_average(n, k)):
        values = list(np.linalg.eigvalsh(np.array(block.matrix.subs(at).evalf(30).tolist(), dtype=float)))
        count = int(block.multiplicity.subs(at))
        if count < 0:
            for value in values * -count:
                formal.remove(min(formal, key=lambda x: abs(x - value)))
        formal += values * max(count, 0)
    assert np.abs(np.sort(formal) - from_blocks(theory.optimal_copy_average(2, 5), 6)).max() < 1e-11


@pytest.mark.parametrize(("copies", "averaged"), [(2, 2), (3, 5), (40, 60), (99_000, 1_000)])
def test_the_symmetric_part_is_the_hessian_of_the_reduced_loss(copies: int, averaged: int) -> None:
    """At any size: the loss of copies and one average, differentiated twice in its seven unknowns."""
    reduction = reduce_by_symmetry(
        {"copy": ["pair"], "average": []},
        {"copied": ["pair"], "averaged": ["rest"]},
        {"pair": copies, "rest": averaged},
    )
    size = sp.Integer(averaged)
    at = dict.fromkeys(reduction.unknowns, sp.S.Zero)
    at[reduction.inner["copy", "copied", 1]] = at[reduction.outgoing["copy"]] = sp.S.One
    at[reduction.inner["average", "averaged", 0]] = 1 / sp.sqrt(size * (2 * size - 1))
    at[reduction.outgoing["average"]] = size
    numbers = {z: value.evalf(60) for z, value in at.items()}
    roots = [sp.sqrt(reduction.parameters[z]) for z in reduction.unknowns]
    hessian = sp.hessian(reduction.loss, reduction.unknowns)
    blocks = copy_average_spectrum(theory.optimal_copy_average(copies + 1, copies + averaged))
    with mp.workdps(50):

        def eigenvalues(matrix: sp.Matrix) -> list[mp.mpf]:
            return list(mp.eigsy(mp.matrix(matrix.evalf(50).tolist()), eigvals_only=True))

        reduced = sp.Matrix(7, 7, lambda i, j: hessian[i, j].subs(numbers).evalf(50) / roots[i] / roots[j])
        split = sorted(x for block in blocks if block.name == "neuron" for x in eigenvalues(block.matrix))
        assert len(split) == 7
        for x, y in zip(sorted(eigenvalues(reduced)), split, strict=True):
            # 60 digits at the start, at most 10 lost in differences of sizes 1e5, 50 in the eigenvalues.
            assert abs(x - y) < mp.mpf(10) ** -38 * max(1, abs(split[-1]))


@pytest.mark.parametrize("sizes", [[1], [4], [1, 1, 3], [2, 2, 2], [1, 2, 3], [1, 1, 4, 4, 6]])
def test_the_blocks_of_the_numerics_are_those_of_the_theory(sizes: list[int]) -> None:
    """They were derived for single groups, without putting equal ones together."""
    dim = sum(sizes) + 1
    parts = [
        np.linalg.eigvalsh(np.array(rows))
        for _, rows, count in copy_average_blocks(sizes, SCALAR, dim=dim)
        for _ in range(count)
    ]
    split = from_blocks(theory.copy_average(sizes), dim)
    assert np.abs(np.sort(np.concatenate(parts)) - split).max() < 1e-13 * split[-1]


def test_characteristic_polynomials() -> None:
    value = sp.Symbol("lambda")
    (block,) = (b for b in copy_average_spectrum(theory.copy_average([1, 1, 2]), 4) if b.name == "span")
    polynomial = block.characteristic(value)
    for x in np.linalg.eigvalsh(np.array(block.matrix.evalf(30).tolist(), dtype=float)):
        assert abs(polynomial.subs(value, float(x)).evalf()) < 1e-12


def test_the_inequality_in_n_and_k_decides() -> None:
    for teachers in range(2, 41):
        answers = [bool(theory.optimal_minimum_condition(i, teachers)) for i in range(1, teachers + 1)]
        assert answers == [theory.optimal_is_minimum(i, teachers) for i in range(1, teachers + 1)]
        # Once it fails it fails for all larger n < k.
        assert answers[:-1] == sorted(answers[:-1], reverse=True)
        assert answers[0]
        assert answers[-1]


def test_the_inequality_as_an_expression() -> None:
    condition = theory.optimal_minimum_condition(n, k)
    assert condition.free_symbols == {n, k}
    for teachers, last in ((6, 5), (8, 6), (10, 8), (20, 17), (50, 44)):
        assert condition.subs({n: last, k: teachers}) == sp.true
        if last + 1 < teachers:
            assert condition.subs({n: last + 1, k: teachers}) == sp.false


@pytest.mark.parametrize(
    ("module", "wrong", "derive"),
    [
        (spectrum_claims, "own_entries", "_blocks"),
        (spectrum_claims, "other_factors", "_blocks"),
        (spectrum_claims, "softness", "_blocks"),
        (minimum, "softness", "_optimal"),
        (minimum, "slope", "_optimal"),
    ],
)
def test_a_wrong_entry_is_caught_by_the_claims(
    module: object, wrong: str, derive: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = getattr(module, wrong)

    def mistaken(m: sp.Expr) -> object:
        value = right(m)
        return (2 * value[0], *value[1:]) if isinstance(value, tuple) else 2 * value

    monkeypatch.setattr(module, wrong, mistaken)
    assert any(step.check().verdict is Verdict.FAILS for step in getattr(module, derive).__wrapped__())


def test_refusals() -> None:
    for call, message in (
        (lambda: copy_average_spectrum(theory.copy_average([1, 2]), 2), "dim: got 2, needs at least k = 3"),
        (
            lambda: copy_average_spectrum(theory.Structure("other", "erf", ())),
            "structure: got other of erf, needs copy-average",
        ),
        (lambda: theory.optimal_minimum_condition(4, 3), "n: got 4, needs at most k = 3"),
    ):
        with pytest.raises(ValueError, match=message):
            call()

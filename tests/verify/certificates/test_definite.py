"""Eigenvalue bounds against exact inertia: characteristic polynomials of rational matrices, by Descartes' rule.

A check takes the module, so that ``test_mutations`` can run it on versions that lack an error term.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import flint
import numpy as np
import pytest
from exact_truth import (
    Array,
    Check,
    exact,
    identity,
    inertia,
    infinity_norm,
    member,
    rational_matrix,
    shifted,
    symmetric,
)

from verify.certificates import definite as definite_module
from verify.certificates.definite import definite, diagonalise
from verify.certificates.midrad import MidRad


def orthogonal(rng: np.random.Generator, order: int) -> flint.fmpq_mat:
    """A rational orthogonal matrix, by Cayley's transform."""
    K = rng.integers(-8, 9, size=(order, order))
    skew = flint.fmpq_mat([[flint.fmpq(int(K[i, j] - K[j, i]), 8) for j in range(order)] for i in range(order)])
    return (identity(order) - skew) * (identity(order) + skew).inv()


def with_eigenvalues(rng: np.random.Generator, values: list[flint.fmpq]) -> tuple[Array, Array]:
    """Midpoints and radii of an interval matrix that holds one with exactly these eigenvalues."""
    Q = orthogonal(rng, len(values))
    diagonal = identity(len(values))
    for i, value in enumerate(values):
        diagonal[i, i] = value
    A = Q * diagonal * Q.transpose()
    order = range(len(values))
    mid = symmetric(np.array([[float(A[i, j].p) / float(A[i, j].q) for j in order] for i in order]))
    return mid, np.abs(mid) * 2.0**-51


def patterns(rng: np.random.Generator, mid: Array) -> list[Array]:
    """Where in the interval: the middle, corners, and those that move the outer eigenvalues furthest."""
    vectors = np.linalg.eigh(mid)[1]
    extreme = [sign * np.sign(np.outer(v, v)) for v in (vectors[:, 0], vectors[:, -1]) for sign in (1.0, -1.0)]
    random = [symmetric(rng.choice([-1.0, 0.5, 1.0], size=mid.shape)) for _ in range(2)]
    return [np.zeros(mid.shape), -np.ones(mid.shape), np.ones(mid.shape), *extreme, *random]


def least_eigenvalue_at_least(A: flint.fmpq_mat, bound: flint.fmpq) -> bool:
    return inertia(shifted(A, bound))[0] == 0


def _hilbert(order: int) -> Array:
    return 1.0 / (np.arange(order)[:, None] + np.arange(order) + 1)


def _definite_cases(rng: np.random.Generator) -> list[tuple[str, Array, Array, float]]:
    """Name, midpoint, radii, and a number that the bound is to exceed."""
    cases = []
    for trial, least in enumerate((1, flint.fmpq(1, 100), flint.fmpq(1, 10**6), flint.fmpq(1, 10**9))):
        values = [flint.fmpq(int(v)) for v in rng.integers(2, 50, size=4)]
        mid, rad = with_eigenvalues(rng, [flint.fmpq(least), *values])
        expected = float(flint.fmpq(least).p) / float(flint.fmpq(least).q)
        cases.append((f"rational {trial}", mid, rad, 0.5 * expected))
        cases.append((f"wide {trial}", mid, np.full(mid.shape, 0.1 * expected), 0.3 * expected))
        cases.append((f"huge {trial}", mid * 2.0**500, rad * 2.0**500, 0.5 * expected * 2.0**500))
    cases.append(("hilbert", _hilbert(6), np.zeros((6, 6)), 1e-7))
    cases.append(("ill-conditioned hilbert", _hilbert(9), np.zeros((9, 9)), 1e-12))
    # The smallest eigenvalue belongs to the vector of ones, which the radii move most.
    ones = np.ones((4, 4))
    cases.append(("all in one direction", 3 * np.eye(4) - 0.5 * ones, 0.1 * ones, 0.59))
    cases.append(("one by one", np.array([[1 / 3]]), np.array([[0.1]]), 0.23))
    cases.append(("subnormal", np.diag([3.0, 5.0]) * 2.0**-1060, np.zeros((2, 2)), 2.0**-1060))
    return cases


def check_lower_bounds(m: Any) -> list[str]:
    """No matrix in the interval has an eigenvalue below the bound."""
    rng = np.random.default_rng(1)
    found = []
    for name, mid, rad, _ in _definite_cases(rng):
        bound = m.definite(MidRad(mid, rad))
        if bound is None:
            continue
        for signs in patterns(rng, mid):
            if not least_eigenvalue_at_least(member(mid, rad, signs), exact(bound)):
                found.append(name)
                break
    return found


def check_rounded_products(m: Any) -> list[str]:
    """A factor whose rounded product is the matrix, and its exact product is not: the matrix is not even definite.

    The factor is a single column, so that every entry of the product is one product of doubles, in any order.
    """
    rng = np.random.default_rng(2)
    found = []
    for scale in (1.0, 2.0**300, 2.0**-534):
        order = 100
        column = scale * rng.uniform(1, 1.4, size=order)
        mid = np.outer(column, column)
        exactly = rational_matrix(column[:, None])
        lost = (exactly * exactly.transpose() - rational_matrix(mid)) / (exact(scale) * exact(scale))
        errors = np.array([[float(lost[i, j].p) / float(lost[i, j].q) for j in range(order)] for i in range(order)])
        # Orthogonal to the column, and where rounding down took most away.
        unit = column / scale
        onto = np.eye(order) - np.outer(unit, unit) / (unit @ unit)
        x = np.linalg.eigh(onto @ (errors / np.abs(errors).max()) @ onto)[1][:, -1]
        witness = rational_matrix(x[:, None])
        quotient = (witness.transpose() * rational_matrix(mid) * witness)[0, 0] / (
            (witness.transpose() * witness)[0, 0]
        )
        factor = np.zeros((order, order))
        factor[:, 0] = column
        with _replaced(m, "sla", SimpleNamespace(lapack=_FalseLapack(factor))):
            bound = m._shifted(mid, 0.0, 0.0)
        # The smallest eigenvalue is at most Rayleigh's quotient.
        if exact(bound) > quotient:
            found.append(f"scale {scale}: {bound}")
    return found


def check_shifts_next_to_one(m: Any) -> list[str]:
    """All but a multiple of the identity: the subtraction from the shift itself is what rounds."""
    found = []
    for p in range(1, 24):
        for q in range(1, 24):
            for ulps in range(-2, 3):
                e = np.sqrt(float(p * q))
                for _ in range(abs(ulps)):
                    e = np.nextafter(e, np.inf * ulps)
                mid = np.eye(2) + 2.0**-52 * np.array([[p, 0.0], [0.0, q]])
                mid[0, 1] = mid[1, 0] = 2.0**-52 * e
                bound = m._shifted(mid, 1.0, 0.0)
                if bound is not None and not least_eigenvalue_at_least(rational_matrix(mid), exact(bound)):
                    found.append(f"{p}, {q}, {ulps}")
    return found


def check_subnormal_shifts(m: Any) -> list[str]:
    """Every product in the factor underflows, and loses up to half a unit."""
    rng = np.random.default_rng(3)
    found = []
    for trial in range(1500):
        order = int(rng.integers(4, 9))
        L = np.tril(rng.integers(0, 3, size=(order, order)) + rng.choice([0.62, 0.65, 0.68], size=(order, order)))
        mid = symmetric(np.rint(L @ L.T - 0.5 * rng.random((order, order)))) * 2.0**-1074
        shift = 0.0
        bound = m._shifted(mid, shift, 0.0)
        if bound is not None and not least_eigenvalue_at_least(rational_matrix(mid), exact(bound)):
            found.append(f"trial {trial}: {bound}")
    return found


@contextmanager
def _replaced(m: Any, name: str, value: Any) -> Iterator[None]:
    """Another value of a name in the module."""
    before = getattr(m, name)
    setattr(m, name, value)
    try:
        yield
    finally:
        setattr(m, name, before)


class Coarse(MidRad):
    """Products whose midpoints are far off, with radii that say so: intervals all the same."""

    @property
    def T(self) -> MidRad:
        return Coarse(self.mid.T, self.rad.T)

    def __matmul__(self, other: MidRad) -> MidRad:
        product = super().__matmul__(other)
        off = 1e-3 * np.abs(product.mid) + 1e-4
        signs = np.cos(np.arange(float(off.size))).reshape(off.shape)
        return Coarse(product.mid + signs * off, product.rad + off * (1 + 1e-9))


class _FalseLapack:
    """A Cholesky factorisation that answers with the factor of another matrix, and claims success."""

    def __init__(self, wrong: Array) -> None:
        self.wrong = wrong

    def dpotrf(self, A: Array, lower: int, clean: int = 1) -> tuple[Array, int]:
        return self.wrong[: len(A), : len(A)].copy(), 0

    def dpotri(self, factor: Array, lower: int) -> tuple[Array, int]:
        return factor, 0


def check_false_factors(m: Any) -> list[str]:
    """The factor is a proposal: whatever it is, no bound above the smallest eigenvalue comes of it."""
    rng = np.random.default_rng(4)
    found = []
    for trial in range(20):
        order = int(rng.integers(1, 6))
        mid = symmetric(rng.normal(size=(order, order))) + rng.uniform(0, 2) * np.eye(order)
        wrong = np.tril(np.ones((order, order)) if trial % 2 else 1e-3 * rng.normal(size=(order, order)))
        # Nor is the estimate of the eigenvalue more than a proposal.
        false = SimpleNamespace(lapack=_FalseLapack(wrong), eigvalsh=lambda A, subset_by_index: np.array([2.0]))
        with _replaced(m, "sla", false):
            bounds = [m._shifted(mid, 1.0, 0.0), m.definite(MidRad(mid))]
        for bound in bounds:
            if bound is not None and not least_eigenvalue_at_least(rational_matrix(mid), exact(bound)):
                found.append(f"trial {trial}")
    return found


def _indefinite_cases(rng: np.random.Generator) -> list[tuple[str, Array, Array, Array | None]]:
    """Name, midpoint, radii, basis."""
    cases: list[tuple[str, Array, Array, Array | None]] = []
    for trial in range(6):
        values = [flint.fmpq(int(v), 10) for v in rng.choice([-30, -20, -5, 1, 7, 7, 40], size=5)]
        mid, rad = with_eigenvalues(rng, values)
        cases.append((f"rational {trial}", mid, rad, None))
        cases.append((f"points {trial}", mid, np.zeros(mid.shape), None))
        cases.append((f"wide {trial}", mid, np.full(mid.shape, 0.015), None))
        rough = np.linalg.eigh(mid)[1] + 1e-4 * rng.normal(size=mid.shape)
        cases.append((f"rough basis {trial}", mid, rad, rough))
        cases.append((f"scaled basis {trial}", mid, np.zeros(mid.shape), 1.15 * np.linalg.eigh(mid)[1]))
        cases.append((f"huge {trial}", mid * 2.0**400, rad * 2.0**400, None))
        cases.append((f"small {trial}", mid * 2.0**-1060, np.zeros(mid.shape), None))
    axes = np.diag([-2.0, -1.0, 3.0])
    cases.append(("axes", axes, np.full((3, 3), 0.3), np.eye(3)))
    # Radii that do not couple, and that eat up the whole room.
    cases.append(("to the edge", np.diag([-1.0, 1.0]), np.diag([1 - 1e-9, 1 - 1e-9]), np.eye(2)))
    cases.append(("over the edge", np.diag([-1.0, 1.0]), np.diag([1.5, 1.0]), np.eye(2)))
    off = np.array([[1.0, 1.2], [1.2, 1.0]])
    cases.append(("off the diagonal", off, np.zeros((2, 2)), np.eye(2)))
    cases.append(("hilbert", _hilbert(6), np.zeros((6, 6)), None))
    # A basis that is none: its product with anything has other signs.
    flat = np.array([[1.0, 1.0], [0.0, 0.0]])
    cases.append(("singular basis", np.diag([-2.0, 1.0]), np.zeros((2, 2)), np.array([[0.0, 0.0], [1.0, 1.0]])))
    cases.append(("flat basis", np.diag([1.0, -1.0]), np.zeros((2, 2)), flat))
    cases.append(("long basis", np.diag([-1.0, 2.0]), np.zeros((2, 2)), 1.4 * np.eye(2)))
    return cases


def check_signs(m: Any) -> list[str]:
    """The count is that of every matrix in the interval, and no eigenvalue is nearer to zero than is said."""
    rng = np.random.default_rng(5)
    found = []
    for name, mid, rad, basis in _indefinite_cases(rng):
        diagonalised = m.diagonalise(MidRad(mid, rad), basis)
        signs = diagonalised.signs()
        if signs is None:
            continue
        for where in patterns(rng, mid):
            A = member(mid, rad, where)
            negative, zero, _ = inertia(A)
            gap = exact(signs.smallest)
            # No eigenvalue lies strictly between -gap and gap.
            below, above = inertia(shifted(A, -gap)), inertia(shifted(A, gap))
            if zero or negative != signs.negative or above[0] != below[0] + below[1]:
                found.append(name)
                break
    return found


def check_singular_bases(m: Any) -> list[str]:
    """From a basis that is none nothing follows, however diagonal the product is."""
    found = []
    for A in (np.diag([1.0, -1.0]), np.diag([-3.0, 2.0])):
        fake = m.Diagonalised(np.zeros((2, 2)), np.array([1.0, 1.0]), np.zeros(2), 1.0)
        if fake.signs() is not None:
            found.append(f"{A}")
    return found


def check_spread(m: Any) -> list[str]:
    """Row by row it bounds what is off the diagonal, and the diagonal's own error, in exact products."""
    rng = np.random.default_rng(6)
    found = []
    for name, mid, rad, basis in _indefinite_cases(rng):
        diagonalised = m.diagonalise(MidRad(mid, rad), basis)
        Q = rational_matrix(diagonalised.basis)
        for where in [*patterns(rng, mid), *_worst(diagonalised.basis)]:
            B = Q.transpose() * member(mid, rad, where) * Q
            for i in range(len(mid)):
                off = sum((abs(B[i, j]) for j in range(len(mid)) if j != i), flint.fmpq(0))
                if off + abs(B[i, i] - exact(diagonalised.diagonal[i])) > exact(diagonalised.spread[i]):
                    found.append(f"{name}, row {i}")
    # Nothing but radii, all equal: sums of equal numbers drift.
    order = 300
    for x in rng.uniform(1, 2, size=12):
        equal = m.diagonalise(MidRad(np.zeros((order, order)), np.full((order, order), x)), np.eye(order))
        if exact(equal.spread.min()) < order * exact(x):
            found.append(f"{order} equal radii {x}")
    return found


def _worst(Q: Array) -> list[Array]:
    """Signs that move a diagonal entry of the product most."""
    return [sign * np.sign(np.outer(q, q)) for q in Q.T for sign in (1.0, -1.0)]


def check_skew(m: Any) -> list[str]:
    """It bounds the distance of the basis from orthogonality."""
    rng = np.random.default_rng(7)
    found = []
    bases = [np.linalg.qr(rng.normal(size=(6, 6)))[0] for _ in range(3)]
    bases += [1.2 * bases[0], bases[1] + 0.1, np.eye(4), np.zeros((3, 3)), np.full((2, 2), 0.5), 1e3 * bases[2]]
    bases += [rng.normal(size=(5, 5)) for _ in range(3)]
    for which, Q in enumerate(bases):
        exactly = rational_matrix(Q)
        truth = infinity_norm(exactly.transpose() * exactly - identity(len(Q)))
        for arithmetic in (MidRad, Coarse):
            with _replaced(m, "MidRad", arithmetic):
                found_skew = m.diagonalise(MidRad(np.eye(len(Q))), Q).skew
            if exact(found_skew) < truth:
                found.append(f"basis {which} in {arithmetic.__name__}")
    return found


def check_contraction(m: Any) -> list[str]:
    rng = np.random.default_rng(8)
    found = []
    for _ in range(100):
        diagonal, spread = rng.normal(size=3), rng.random(3)
        bound = m.Diagonalised(np.eye(3), diagonal, spread, 0.0).contraction()
        if any(exact(s) / abs(exact(d)) > exact(bound) for s, d in zip(spread, diagonal, strict=True)):
            found.append(f"{spread} over {diagonal}")
    return found


CHECKS: dict[str, Check] = {
    name.removeprefix("check_"): value for name, value in list(globals().items()) if name.startswith("check_")
}


@pytest.mark.parametrize("name", CHECKS)
def test_no_bound_exceeds_the_exact_value(name: str) -> None:
    assert CHECKS[name](definite_module) == []


def test_bounds_are_close() -> None:
    for name, mid, rad, least in _definite_cases(np.random.default_rng(1)):
        bound = definite(MidRad(mid, rad))
        assert bound is not None, name
        assert bound > least, name


def test_what_is_not_definite_is_not_proved() -> None:
    rng = np.random.default_rng(9)
    half = flint.fmpq(1, 2)
    for values in ([-half, 1, 2], [0, 1, 2], [flint.fmpq(-1, 10**12), 1, 1], [0, 0, 0]):
        mid, rad = with_eigenvalues(rng, [flint.fmpq(v) for v in values])
        assert definite(MidRad(mid, rad)) is None
    # Exactly singular in doubles; indefinite; negative; zero; and only some of the interval is definite.
    for mid in (np.ones((3, 3)), np.diag([1.0, -1e-300]), -np.eye(2), np.zeros((2, 2))):
        assert definite(MidRad(mid)) is None
    assert definite(MidRad(np.eye(3), np.full((3, 3), 0.34))) is None
    assert definite(MidRad(np.eye(3), np.full((3, 3), 0.33))) is not None
    # Barely, and no more by one unit.
    tight = np.array([[1.0, 1 - 2.0**-40], [1 - 2.0**-40, 1.0]])
    bound = definite(MidRad(tight))
    assert bound is not None
    assert 0.5 * 2.0**-40 < bound <= 2.0**-40
    assert definite(MidRad(tight, np.full((2, 2), 2.0**-41))) is None


def test_unknown_entries_prove_nothing() -> None:
    for bad in (np.inf, np.nan):
        rad = np.zeros((2, 2))
        rad[0, 1] = rad[1, 0] = bad
        for matrix in (MidRad(np.eye(2), rad), MidRad(np.eye(2) + rad)):
            assert definite(matrix) is None
            assert diagonalise(matrix) is None


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_a_false_inverse_only_costs_the_answer(scale: float) -> None:
    order = definite_module.SMALL + 1
    A = np.eye(order) + np.full((order, order), 1e-3)
    bound = definite(MidRad(A), scale * np.eye(order))
    # The smallest eigenvalue is 1.
    assert bound is None or bound <= 1
    assert scale < 1 or bound is not None
    near = definite(MidRad(A))
    assert near is not None
    assert 0.99 < near <= 1


def test_signs_are_found_where_there_is_room() -> None:
    rng = np.random.default_rng(10)
    for values in ([-3, -2, 1, 5], [-1, 1, 1, 1], [2, 3, 4, 5], [-5, -4, -3, flint.fmpq(-1, 10**6)]):
        mid, rad = with_eigenvalues(rng, [flint.fmpq(v) for v in values])
        diagonalised = diagonalise(MidRad(mid, rad))
        assert diagonalised is not None
        signs = diagonalised.signs()
        assert signs is not None
        assert signs.negative == sum(v < 0 for v in values)
        least = min(abs(float(flint.fmpq(v).p) / float(flint.fmpq(v).q)) for v in values)
        assert 0.99 * least < signs.smallest <= least
        assert diagonalised.contraction() < 1


def test_signs_are_not_found_where_they_differ() -> None:
    rng = np.random.default_rng(11)
    for values in ([0, 1, 2], [-1, 0, 1], [0, 0, 0]):
        mid, rad = with_eigenvalues(rng, [flint.fmpq(v) for v in values])
        diagonalised = diagonalise(MidRad(mid, rad))
        assert diagonalised is not None
        assert diagonalised.signs() is None
        assert diagonalised.contraction() >= 1
    wide = diagonalise(MidRad(np.diag([-1.0, 1.0]), np.full((2, 2), 0.6)))
    assert wide is not None
    assert wide.signs() is None
    singular = diagonalise(MidRad(np.eye(2)), np.ones((2, 2)))
    assert singular is not None
    assert singular.skew >= 1
    assert singular.signs() is None

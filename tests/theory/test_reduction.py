"""Symmetry reduction: against full gradients, other activations' full losses, and the structures derived by hand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
import sympy as sp

import theory
from numerics import Population, Problem, pack
from theory import Verdict
from theory.claims import symmetry
from theory.hierarchy import Hierarchy, highest_level
from theory.interactions import Kernel
from theory.reduction import reduce_by_symmetry
from theory.symbols import k, m, n, p, q, s

M = sp.Symbol("M", integer=True, positive=True)
N = sp.Symbol("N", integer=True, positive=True)


@dataclass(frozen=True)
class Case:
    students: dict[str, list[str]]
    teachers: dict[str, list[str]]
    sizes: dict[str, int]


PERTURBED_COPY = Case({"i": ["pair"]}, {"copied": ["pair"], "other": ["rest"]}, {"pair": 3, "rest": 4})
CASES = {
    "perturbed copy": PERTURBED_COPY,
    "one neuron": Case({"i": []}, {"j": ["rest"]}, {"rest": 5}),
    "copies and an average": Case(
        {"i": ["pair"], "mean": []}, {"copied": ["pair"], "other": ["rest"]}, {"pair": 3, "rest": 4}
    ),
    "equal groups": Case({"i": ["group"]}, {"j": ["group", "member"]}, {"group": 3, "member": 2}),
    "two kinds of groups": Case(
        {"i": ["one"], "h": ["two"]},
        {"j": ["one", "a"], "l": ["two", "b"]},
        {"one": 2, "a": 2, "two": 3, "b": 2},
    ),
    "two students for each teacher": Case({"i": ["pair"], "h": ["pair"]}, {"j": ["pair"]}, {"pair": 4}),
    "duplicates": Case(
        {"i": ["pair", "double"]}, {"j": ["pair"], "l": ["rest"]}, {"pair": 2, "double": 3, "rest": 2}
    ),
    "three levels": Case(
        {"i": ["x", "y"], "h": ["x", "y", "z"], "mean": ["u"]},
        {"j": ["x", "y", "z"], "l": ["x", "t"], "o": []},
        {"x": 2, "y": 2, "z": 2, "t": 3, "u": 2},
    ),
}
#: sigma(x) = x^2: E[X^2 Y^2] = p q + 2 s^2.
SQUARE = Kernel(p * q + 2 * s**2, 4 * s, q)
_COSINE = s / sp.sqrt(p * q)
#: sigma(x) = max(0, x); the derivatives written so that they are regular for parallel vectors.
RELU = Kernel(
    (sp.sqrt(p * q - s**2) + s * (sp.pi - sp.acos(_COSINE))) / (2 * sp.pi),
    (sp.pi - sp.acos(_COSINE)) / (2 * sp.pi),
    sp.sqrt(p * q - s**2) / (4 * sp.pi * p),
)


def numbers(case: Case, activation: object = "erf", seed: int = 0) -> tuple:
    """A random block-constant point: the network, the reduction's loss and its gradient entries placed in it."""
    reduction = reduce_by_symmetry(case.students, case.teachers, case.sizes, activation=activation)
    x = np.random.default_rng(seed).uniform(-0.7, 1.1, len(reduction.unknowns))
    at = dict(zip(reduction.unknowns, x, strict=True))
    C, a = reduction.network()
    evaluate = sp.lambdify(reduction.unknowns, [reduction.loss, *(reduction.gradient[z] for z in reduction.unknowns)])
    loss, *entries = evaluate(*x)
    entry = dict(zip(reduction.unknowns, entries, strict=True))

    def placed(matrix: sp.Matrix, values: dict) -> np.ndarray:
        return np.array([[float(values[z]) for z in row] for row in matrix.tolist()])

    return placed(C, at), placed(a, at)[:, 0], loss, placed(C, entry), placed(a, entry)[:, 0]


@pytest.mark.parametrize("name", CASES)
def test_entries_are_those_of_the_full_gradient(name: str) -> None:
    C, a, loss, in_w, in_a = numbers(CASES[name])
    n, k = C.shape
    # Two ignored coordinates: nothing pulls there.
    W = np.hstack([C, np.zeros((n, 2))])
    population = Population(Problem(n, k, dim=k + 2))
    gradient = population.gradient(pack(W, a))
    scale = np.abs(gradient).max()
    assert scale > 0.1
    # Rounding of up to 40 terms of order one, on both sides.
    assert np.abs(gradient[:, :k] - in_w).max() < 1e-13 * scale
    assert np.abs(gradient[:, k:-1]).max() == 0
    assert np.abs(gradient[:, -1] - in_a).max() < 1e-13 * scale
    assert abs(population.loss(pack(W, a)) - loss) < 1e-13 * scale


@pytest.mark.parametrize("name", CASES)
def test_the_group_moves_no_entry_of_the_pattern(name: str) -> None:
    """Swapping two indices of one set, in students and teachers at once, leaves the matrix of unknowns as it is."""
    case = CASES[name]
    reduction = reduce_by_symmetry(case.students, case.teachers, case.sizes)
    C, a = reduction.network()

    def order(classes: dict[str, list[str]], swapped: str) -> list[int]:
        members = [
            (key, index) for key, path in classes.items() for index in product(*(range(case.sizes[x]) for x in path))
        ]
        place = {member: position for position, member in enumerate(members)}

        def image(key: str, index: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
            # An inner set is permuted in the first member of its outer sets alone.
            at = classes[key].index(swapped) if swapped in classes[key] else None
            if at is None or any(index[:at]) or index[at] > 1:
                return key, index
            return key, (*index[:at], 1 - index[at], *index[at + 1 :])

        return [place[image(*member)] for member in members]

    for swapped, size in case.sizes.items():
        assert size > 1
        rows, columns = order(case.students, swapped), order(case.teachers, swapped)
        assert C.extract(rows, columns) == C
        assert a.extract(rows, [0]) == a


def test_orbit_sizes_are_counted() -> None:
    for case in CASES.values():
        reduction = reduce_by_symmetry(case.students, case.teachers, case.sizes)
        C, a = reduction.network()
        assert (reduction.n, reduction.k) == C.shape
        for z, size in reduction.parameters.items():
            assert sum(entry == z for entry in [*C, *a]) == size


def relu_loss(W: np.ndarray, a: np.ndarray) -> float:
    """The arc-cosine kernel of Cho and Saul (2009) over all pairs, independent of the theory's expressions."""
    Z = np.vstack([W, np.eye(W.shape[1])])
    c = np.concatenate([a, -np.ones(W.shape[1])])
    norms = np.linalg.norm(Z, axis=1)
    angle = np.arccos(np.clip(Z @ Z.T / np.outer(norms, norms), -1, 1))
    return float(c @ (np.outer(norms, norms) * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)) @ c)


def square_loss(W: np.ndarray, a: np.ndarray) -> float:
    """f - f* is the quadratic form of A = sum a_i w_i w_i' - I, and E[(x'Ax)^2] = (tr A)^2 + 2 |A|^2."""
    A = W.T @ (a[:, None] * W) - np.eye(W.shape[1])
    return float(np.trace(A) ** 2 + 2 * (A**2).sum())


@pytest.mark.parametrize(("kernel", "loss"), [(RELU, relu_loss), (SQUARE, square_loss)], ids=["relu", "square"])
@pytest.mark.parametrize("name", ["perturbed copy", "two kinds of groups", "three levels"])
def test_any_activation_with_an_interaction_function(name: str, kernel: Kernel, loss: object) -> None:
    C, a, value, in_w, in_a = numbers(CASES[name], kernel, seed=1)
    assert abs(loss(C, a) - value) < 1e-12 * max(1, value)
    h = 1e-5
    for i, j in np.ndindex(C.shape):
        step = np.zeros_like(C)
        step[i, j] = h
        central = (loss(C + step, a) - loss(C - step, a)) / (2 * h)
        # Truncation h^2 = 1e-10 times third derivatives, rounding 1e-16 / h times the loss: below 1e-7 of both.
        assert abs(central - in_w[i, j]) < 1e-7 * max(1, np.abs(in_w).max(), value)
    for i in range(len(a)):
        step = np.eye(len(a))[i] * h
        central = (loss(C, a + step) - loss(C, a - step)) / (2 * h)
        assert abs(central - in_a[i]) < 1e-7 * max(1, np.abs(in_a).max(), value)


def test_the_perturbed_copy_is_an_instance() -> None:
    reduction = reduce_by_symmetry(PERTURBED_COPY.students, PERTURBED_COPY.teachers, {"pair": n, "rest": k - n})
    system = theory.perturbed_copy(n, k)
    alpha, beta, gamma, a = system.unknowns
    names = {("i", "copied", 1): alpha, ("i", "copied", 0): beta, ("i", "other", 0): gamma}
    at = {reduction.inner[orbit]: z for orbit, z in names.items()} | {reduction.outgoing["i"]: a}
    assert sp.expand(reduction.loss.subs(at) - system.loss) == 0
    by_unknown = {at[z]: entry.subs(at) for z, entry in reduction.gradient.items()}
    for z, equation in zip(system.unknowns, system.equations, strict=True):
        # There each entry is divided by 2 a, or by 2 for the outgoing weight.
        factor = 2 if z == a else 2 * a
        assert sp.expand(by_unknown[z] - sp.expand(factor * equation)) == 0, z


def test_copy_average_with_any_partition_is_an_instance() -> None:
    """M groups of m teachers and N of l: two kinds, since groups meet only in pairs."""
    size = sp.Symbol("l", integer=True, positive=True)
    case = CASES["two kinds of groups"]
    reduction = reduce_by_symmetry(case.students, case.teachers, {"one": M, "a": m, "two": N, "b": size})
    structure = theory.copy_average([m, size])
    at = dict.fromkeys(reduction.unknowns, sp.S.Zero)
    for student, teacher, group in zip("ih", "jl", structure.groups, strict=True):
        at[reduction.inner[student, teacher, 1]] = group.norm * group.cosine
        at[reduction.outgoing[student]] = group.outgoing
    assert (reduction.n, sp.expand(reduction.k - M * m - N * size)) == (M + N, 0)
    # 2 m - 1 = t and 2 l - 1 = r: the roots are then of products of positive numbers.
    t, r = sp.symbols("t r", positive=True)
    odd = {m: (1 + t) / 2, size: (1 + r) / 2}
    for z, entry in reduction.gradient.items():
        assert sp.simplify(entry.subs(at).subs(odd)) == 0, z
    loss = M * structure.groups[0].loss + N * structure.groups[1].loss
    assert sp.simplify(reduction.loss.subs(at) - loss) == 0


@pytest.mark.parametrize("name", CASES)
def test_thirds_are_counted(name: str) -> None:
    case = CASES[name]
    hierarchy = Hierarchy({key: sp.Integer(size) for key, size in case.sizes.items()})
    paths = [tuple(path) for path in [*case.students.values(), *case.teachers.values()]]

    def members(path: tuple[str, ...]) -> list[tuple[int, ...]]:
        return list(product(*(range(case.sizes[x]) for x in path)))

    def level(first: tuple, one: tuple, second: tuple, two: tuple) -> int:
        agree = 0
        while agree < highest_level(first, second) and one[agree] == two[agree]:
            agree += 1
        return agree

    for first, second, third in product(paths, repeat=3):
        one = members(first)[0]
        for two in members(second):
            found: dict[tuple[int, int], int] = {}
            for other in members(third):
                key = level(first, one, third, other), level(second, two, third, other)
                found[key] = found.get(key, 0) + 1
            between = level(first, one, second, two)
            for x, y in product(range(len(third) + 1), repeat=2):
                if x <= highest_level(first, third) and y <= highest_level(second, third):
                    count = hierarchy.thirds(first, second, third, between, x, y)
                    assert count == found.get((x, y), 0), (first, second, third, between, x, y)


@pytest.mark.parametrize("wrong", ["thirds", "partners"])
def test_wrong_counting_is_caught_by_the_claim(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = getattr(Hierarchy, wrong)

    def mistaken(self: Hierarchy, *arguments: object) -> sp.Expr:
        # One too many where all agree in nothing, or in all pairs: a usual slip.
        return right(self, *arguments) + (1 if arguments[-1] == 0 else 0)

    monkeypatch.setattr(Hierarchy, wrong, mistaken)
    assert any(step.check().verdict is Verdict.FAILS for step in symmetry._block_constant.__wrapped__())


def test_refusals() -> None:
    for call, message in (
        (lambda: reduce_by_symmetry({}, {"j": []}, {}), "no class of students"),
        (lambda: reduce_by_symmetry({"i": ["x"]}, {"j": []}, {}), "sizes: got none for 'x'"),
        (lambda: reduce_by_symmetry({"i": ["x"]}, {"j": []}, {"x": 0}), "x: got 0"),
        (
            lambda: reduce_by_symmetry({"i": ["x", "y"]}, {"j": ["y"]}, {"x": 2, "y": 2}),
            "below .'x',. and below .., needs one place",
        ),
        (lambda: reduce_by_symmetry({"i": []}, {"j": ["x"]}, {"x": k}).network(), "network: got the size k of x"),
        (lambda: reduce_by_symmetry({"i": []}, {"j": []}, {}, activation="tanh"), "activation: got 'tanh'"),
    ):
        with pytest.raises(ValueError, match=message):
            call()

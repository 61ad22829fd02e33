"""One neuron, copy-average and perturbed copy: critical, with the losses of the independent values."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
import sympy as sp

import theory
from theory.symbols import k, n


def test_one_neuron_losses(oracles: dict) -> None:
    for size, value in oracles["one_neuron_loss_erf"].items():
        assert abs(sp.N(theory.one_neuron(int(size)).loss, 45) - sp.Float(value, 45)) < sp.Float("1e-39", 45)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_one_neuron_is_critical_under_the_constraint(size: int) -> None:
    conditions, symbols = theory.one_neuron_conditions(size)
    (group,) = theory.one_neuron(size).groups
    at = dict(zip(symbols[:-1], [group.outgoing, group.norm, *[group.cosine] * size], strict=True))
    mu = symbols[-1]
    multiplier = sp.solve(conditions["u_1"].subs(at), mu)[0]
    for name, condition in conditions.items():
        assert sp.simplify(condition.subs(at).subs(mu, multiplier)) == 0, name


@pytest.mark.parametrize("sizes", [(1, 2), (3,), (2, 2), (1, 1, 3)])
def test_copy_average_has_zero_gradient_in_all_weights(sizes: tuple[int, ...]) -> None:
    total = sum(sizes)
    W, a, first = sp.zeros(len(sizes), total + 1), [], 0
    for i, size in enumerate(sizes):
        (group,) = theory.one_neuron(size).groups
        for j in range(first, first + size):
            W[i, j] = group.norm * group.cosine
        a.append(group.outgoing)
        first += size
    in_w, in_a = theory.gradient_in_weights(W, a, sp.eye(total, total + 1), [1] * total)
    assert all(sp.simplify(z) == 0 for z in [*in_w, *in_a])


@pytest.mark.parametrize("total", [3, 5, 8])
def test_the_optimum_is_the_lowest_of_all_partitions(total: int) -> None:
    for count in range(1, total + 1):
        partitions = [c for c in combinations_with_replacement(range(1, total + 1), count) if sum(c) == total]
        losses = {c: sp.N(theory.copy_average(c).loss, 30) for c in partitions}
        best = theory.optimal_copy_average(count, total)
        assert best.partition == min(losses, key=lambda c: losses[c])
        assert abs(sp.N(best.loss, 30) - min(losses.values())) < sp.Float("1e-25")


def test_symbolic_sizes() -> None:
    structure = theory.optimal_copy_average(n, k)
    assert sp.simplify(structure.n - n) == 0
    assert sp.simplify(structure.k - k) == 0
    assert sp.simplify(structure.loss - theory.one_neuron(k - n + 1).loss) == 0
    assert theory.optimal_copy_average(4, 4).loss == 0


@pytest.mark.parametrize("row", range(4))
def test_perturbed_copy_equations_vanish_at_the_independent_values(oracles: dict, row: int) -> None:
    values = oracles["perturbed_copy_erf"][row]
    system = theory.perturbed_copy(values["n"], values["k"])
    at = {z: sp.Float(values[z.name], 45) for z in system.unknowns}
    # Values of 40 digits, equations with derivatives of order one: 1e-38 and a margin.
    assert all(abs(sp.N(equation.subs(at), 45)) < sp.Float("1e-37") for equation in system.equations)
    assert abs(sp.N(system.loss.subs(at), 45) - sp.Float(values["loss"], 45)) < sp.Float("1e-38")


@pytest.mark.parametrize(("students", "teachers"), [(2, 3), (4, 7), (1, 3), (3, 3)])
def test_perturbed_copy_equations_are_the_reduced_gradient(students: int, teachers: int) -> None:
    system = theory.perturbed_copy(students, teachers)
    alpha, beta, gamma, a = system.unknowns
    # 2 a for each incoming weight of a class and 2 for each outgoing one: how many parameters share an unknown.
    shares = {
        alpha: 2 * a * students,
        beta: 2 * a * students * (students - 1),
        gamma: 2 * a * students * (teachers - students),
        a: 2 * students,
    }
    at = dict(zip(system.unknowns, [sp.Rational(7, 10), sp.Rational(-1, 30), sp.Rational(1, 13), 2], strict=True))
    for z, equation in zip(system.unknowns, system.equations, strict=True):
        difference = sp.diff(system.loss, z) - shares[z] * equation
        assert abs(sp.N(difference.subs(at), 60)) < sp.Float("1e-50"), z


def test_a_reduced_critical_point_is_critical_in_all_weights(oracles: dict) -> None:
    values = oracles["perturbed_copy_erf"][0]
    students, teachers = values["n"], values["k"]
    alpha, beta, gamma, a = (sp.Float(values[name], 45) for name in ("alpha", "beta", "gamma", "a"))
    W = sp.Matrix(students, teachers, lambda i, j: alpha if i == j else beta if j < students else gamma)
    in_w, in_a = theory.gradient_in_weights(W, [a] * students, sp.eye(teachers), [1] * teachers)
    assert max(abs(z) for z in [*in_w, *in_a]) < sp.Float("1e-36")


def test_refusals() -> None:
    for call, message in (
        (lambda: theory.one_neuron(0), "k: got 0, needs an integer of at least 1"),
        (lambda: theory.copy_average([]), "sizes: got none"),
        (lambda: theory.copy_average([1, -2]), "sizes: got -2"),
        (lambda: theory.optimal_copy_average(4, 3), "n: got 4, needs at most k = 3"),
        (lambda: theory.perturbed_copy(5, 4), "n: got 5, needs at most k = 4"),
        (lambda: theory.one_neuron(2, "tanh"), "activation: got 'tanh'"),
        (lambda: theory.copy_average([k, 1]).partition, "needs integers"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_no_float_reaches_the_theory() -> None:
    expressions = [
        theory.interaction("erf", 1, 2, sp.Rational(1, 3)),
        theory.interaction_derivation("erf").result,
        theory.optimal_copy_average(n, k).loss,
        *theory.perturbed_copy(n, k).equations,
        theory.perturbed_copy(3, 5).loss,
        *theory.one_neuron_conditions(3)[0].values(),
        *(side for step in theory.copy_average_derivation() for side in (step.left, step.right)),
        *(side for step in theory.interaction_derivation() for side in (step.left, step.right)),
    ]
    assert not any(sp.sympify(e).has(sp.Float) for e in expressions)

"""Structures as numbers: the independent values, the theory's expressions, and the known thresholds."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from mpmath import mp

import theory
from numerics import Population, Problem, copy_average_point, pack, perturbed_copy_point
from numerics.inertia import inertia
from numerics.structures import Point


def theta_of(point: Point, problem: Problem) -> np.ndarray:
    """A structure in double precision as a network of the standard teacher."""
    coordinates, outgoing = point.doubles()
    W = np.zeros((problem.n, problem.dim))
    W[:, : problem.k] = coordinates
    return pack(W, outgoing)


def test_copy_average_losses(oracles: dict) -> None:
    with mp.workdps(45):
        for size, value in oracles["one_neuron_loss_erf"].items():
            # To all the digits given: half a unit in the last of 40 places after the point or so.
            assert abs(copy_average_point([int(size)]).loss - mp.mpf(value)) < mp.mpf(10) ** -39
    assert copy_average_point([1, 1]).loss == 0


@pytest.mark.parametrize("row", range(4))
def test_perturbed_copy_values(oracles: dict, row: int) -> None:
    values = oracles["perturbed_copy_erf"][row]
    point = perturbed_copy_point(values["n"], values["k"])
    assert point is not None
    with mp.workdps(60):
        found = {
            "alpha": point.coordinates[0, 0],
            "beta": point.coordinates[0, 1],
            "gamma": point.coordinates[0, -1],
            "a": point.outgoing[0],
            "loss": point.loss,
        }
        for name, value in found.items():
            # 40 significant digits are given.
            assert abs(value - mp.mpf(values[name])) <= mp.mpf(10) ** -39 * abs(mp.mpf(values[name])), name


def test_the_paper_at_n_25_k_50(oracles: dict) -> None:
    norm, outgoing = oracles["paper_k50_n25"]["PC: norm, |outgoing|"]
    coordinates, a = perturbed_copy_point(25, 50).doubles()
    assert abs(np.linalg.norm(coordinates[0]) - norm) < 1e-9
    assert abs(a[0] - outgoing) < 1e-9


def test_digits_and_the_exact_expressions() -> None:
    point = copy_average_point([3], dps=80)
    (group,) = theory.one_neuron(3).groups
    with mp.workdps(90):
        assert abs(point.loss - mp.mpf(str(sp.N(group.loss, 90)))) < mp.mpf(10) ** -80
        coordinate = mp.mpf(str(sp.N(group.norm * group.cosine, 90)))
        assert abs(point.coordinates[0, 0] - coordinate) < mp.mpf(10) ** -80


def test_thresholds(oracles: dict) -> None:
    for size, (copy_from, lower_from, average_to) in oracles["erf_thresholds"]["values"].items():
        k = int(size)
        if k > 10:
            continue
        copies, lower, averages = [], [], []
        for n in range(2, k):
            problem = Problem(n, k)
            average = copy_average_point([1] * (n - 1) + [k - n + 1])
            copy = perturbed_copy_point(n, k)
            if inertia(problem, theta_of(average, problem)).minimum:
                averages.append(n)
            if copy is not None and inertia(problem, theta_of(copy, problem)).minimum:
                copies.append(n)
            if copy is not None and copy.loss < average.loss:
                lower.append(n)
        assert (min(copies), min(lower), max(averages)) == (copy_from, lower_from, average_to)


def test_below_its_threshold_the_perturbed_copy_is_a_saddle_of_index_n_minus_1() -> None:
    for n, k in ((3, 10), (5, 10), (4, 8)):
        problem = Problem(n, k)
        assert inertia(problem, theta_of(perturbed_copy_point(n, k), problem)).negative == n - 1


def test_where_the_branch_has_ended_there_is_no_perturbed_copy() -> None:
    # It folds just above n = 2 for k >= 22, and is followed down to n = 2 before.
    assert perturbed_copy_point(2, 22) is None
    assert perturbed_copy_point(2, 50) is None
    for n, k in ((2, 10), (3, 20), (3, 50), (4, 16), (15, 50)):
        problem, point = Problem(n, k), perturbed_copy_point(n, k)
        gradient = Population(problem).gradient(theta_of(point, problem))
        # Rounding of terms of order one, at outgoing weights up to 60.
        assert np.abs(gradient).max() < 1e-12
        assert inertia(problem, theta_of(point, problem)).negative == n - 1


def test_refusals() -> None:
    for n, k in ((3, 3), (0, 3), (4, 3)):
        with pytest.raises(ValueError, match="needs 1 <= n < k"):
            perturbed_copy_point(n, k)

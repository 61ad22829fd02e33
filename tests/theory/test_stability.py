"""The index of copy-average points in closed form against Hessians, thresholds and asymptotics found elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy.utilities.iterables import partitions

from numerics import Population, Problem, copy_average_point, pack
from theory.stability import copy_average_index, optimal_is_minimum, stiffness, threshold


def all_partitions(k: int) -> list[list[int]]:
    return [[size for size, count in found.items() for _ in range(count)] for found in partitions(k)]


@pytest.mark.parametrize("k", range(1, 9))
def test_the_index_is_that_of_the_full_hessian_for_every_partition(k: int) -> None:
    for sizes in all_partitions(k):
        n = len(sizes)
        C, a = copy_average_point(sizes, dps=20).doubles()
        W = np.zeros((n, k + 2))
        W[:, :k] = C
        eigenvalues = np.linalg.eigvalsh(Population(Problem(n, k, dim=k + 2)).hessian(pack(W, a)))
        # Eigenvalues come out to 1e-14; none is nearer to zero than 1e-4 here.
        assert np.abs(eigenvalues).min() > 1e-4
        assert copy_average_index(sizes) == int((eigenvalues < 0).sum()), sizes


def test_the_thresholds_of_the_oracle(oracles: dict[str, Any]) -> None:
    for k, (_, _, last) in oracles["erf_thresholds"]["values"].items():
        assert [n for n in range(2, int(k)) if optimal_is_minimum(n, int(k))] == list(range(2, last + 1))


def test_large_sizes_cost_nothing_and_follow_the_square_root_law() -> None:
    # 1 - n/k tends to sqrt((3 + 2 sqrt 3)/8) k^(-1/2), from the leading terms 8 m^2 of P and 6.46 of h(1).
    k = 10**8
    law = k - float(sp.sqrt((3 + 2 * sp.sqrt(3)) / 8 * k))
    # The next term, h(1)/16 + 1, is 1.4.
    assert optimal_is_minimum(int(law) - 5, k)
    assert not optimal_is_minimum(int(law) + 5, k)
    assert optimal_is_minimum(k, k)


def test_closed_forms_at_a_copy() -> None:
    assert sp.simplify(stiffness(sp.S.One) - 3 - 2 * sp.sqrt(3)) == 0
    # P(m) = 8 m^2 - 9/2 + O(m^-2)
    for m in (10, 100):
        assert float(threshold(sp.Integer(m))) == pytest.approx(8 * m**2 - 4.5, abs=2 / m**2 + 1e-9)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="sizes: got none"):
        copy_average_index([])
    with pytest.raises(ValueError, match="sizes: got 0"):
        copy_average_index([1, 0])
    with pytest.raises(ValueError, match="needs 1 <= n <= k = 3"):
        optimal_is_minimum(4, 3)

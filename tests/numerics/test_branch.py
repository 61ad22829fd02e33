"""The branch of the perturbed copy in real n: through the integers, to its fold or its collision."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp

from numerics.branch import Ending, branch, branch_end
from numerics.structures import perturbed_copy_numbers


def test_it_passes_through_the_integer_points() -> None:
    places = list(branch(20, down_to=2.0))
    assert places[0].n == 20
    for n in (5, 10, 15):
        a = float(perturbed_copy_numbers(n, 20)[3])
        above, below = (places[i] for i in (sum(p.n >= n for p in places) - 1, sum(p.n >= n for p in places)))
        assert float(above.unknowns[1]) <= a <= float(below.unknowns[1])


@pytest.mark.parametrize("k", [3, 10, 21])
def test_small_k_collides_with_the_one_neuron_point(k: int) -> None:
    end = branch_end(k)
    alpha, _, gamma, a = map(float, end.coefficients)
    assert end.ending is Ending.COLLISION
    assert end.n == 1
    # The neuron that averages k teachers: coordinates 1/sqrt(k(2k-1)), outgoing weight k.
    assert [alpha, gamma, a] == pytest.approx([(k * (2 * k - 1)) ** -0.5] * 2 + [k], rel=1e-14)


def test_large_k_folds_just_above_two() -> None:
    # (n - 2) k^2 = 2048/27 (1 + c/k + ...): extrapolated once, the error is of order k^-2.
    found = {}
    for k in (22, 1000, 2000):
        end = branch_end(k)
        assert end.ending is Ending.FOLD
        found[k] = (end.n - 2) * k**2
        if k > 22:
            assert float(end.coefficients[3]) * k**-1.5 == pytest.approx(3 / (8 * np.sqrt(2)), rel=5 / k)
    assert float(2 * found[2000] - found[1000]) == pytest.approx(2048 / 27, rel=100 / 1000**2)
    assert float(branch_end(22).n) == pytest.approx(2.17405, abs=1e-5)


def test_at_a_fold_n_is_least() -> None:
    end = branch_end(50)
    places = [place for place in branch(50, turns=2) if place.n < 3]
    assert all(place.n > end.n - mp.mpf("1e-12") for place in places)
    assert any(not place.forward for place in places)
    # Two solutions just above the fold: the branch comes and goes.
    assert sum(abs(place.n - end.n) < 0.01 for place in places) >= 2


def test_at_a_million() -> None:
    end = branch_end(10**6)
    assert float((end.n - 2) * 10**12) == pytest.approx(2048 / 27 * (1 + 7.4e-6), rel=1e-7)


def test_refusal() -> None:
    with pytest.raises(ValueError, match="k: got 2, needs at least 3"):
        list(branch(2))

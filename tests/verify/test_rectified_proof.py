"""Structures certified on the quotient: status, index, smallest eigenvalue; Safran and Shamir's minimum."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp
from rectified_network import rough_loss

from numerics.rectified.structures import all_dead, structures
from verify.certificates.existence import Status
from verify.rectified.proof import certify_point, smallest_eigenvalue


@pytest.mark.parametrize(("n", "k"), [(1, 4), (2, 6), (3, 6), (5, 6), (6, 6), (5, 10)])
def test_every_structure_is_certified_with_the_index_of_double_precision(n: int, k: int) -> None:
    for point in structures(n, k, dps=30):
        found = certify_point(point, dps=30)
        assert found.status is Status.UNIQUE, (point.name, found.why)
        assert found.index == point.index, point.name


def test_safran_and_shamirs_minimum_with_its_smallest_eigenvalue() -> None:
    point = next(p for p in structures(7, 7) if p.name == "against-teacher")
    found = certify_point(point)
    low, high = smallest_eigenvalue(found)
    assert (found.status, found.index) == (Status.UNIQUE, 0)
    assert 0 < low < high
    # Their Hessian by differences of a gradient that shares no code: good to 1e-8.
    omega, step = np.hstack([point.doubles()[0], np.zeros((7, 1))]), 1e-5
    rows = []
    for x in range(omega.size):
        move = np.zeros(omega.size)
        move[x] = step
        up, down = (rough_loss(omega + t * move.reshape(omega.shape), np.ones(7), 7)[1] for t in (1, -1))
        rows.append((up - down).ravel() / (2 * step))
    matrix = np.array(rows)
    lowest = np.linalg.eigvalsh((matrix + matrix.T) / 2)[0]
    assert abs(lowest - float(low)) < 1e-7
    assert high - low < mp.mpf("1e-9")


def test_what_cannot_be_certified_is_refused() -> None:
    with pytest.raises(ValueError, match="needs at least one"):
        certify_point(all_dead(3))

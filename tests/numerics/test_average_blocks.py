"""Blocks of copy-average's Hessian in closed form against the full one, eigenvalue by eigenvalue."""

from __future__ import annotations

import numpy as np
import pytest
from sympy.utilities.iterables import partitions

from numerics import Population, Problem, copy_average_point, pack
from numerics.average_blocks import copy_average_blocks
from numerics.structures import SCALAR


def spectra(sizes: list[int], dim: int) -> tuple[np.ndarray, np.ndarray]:
    k = sum(sizes)
    C, a = copy_average_point(sizes, dps=20).doubles()
    W = np.zeros((len(sizes), dim))
    W[:, :k] = C
    full = np.linalg.eigvalsh(Population(Problem(len(sizes), k, dim=dim)).hessian(pack(W, a)))
    blocks = copy_average_blocks(sizes, SCALAR, dim=dim)
    parts = [np.linalg.eigvalsh(np.array(rows)) for _, rows, count in blocks for _ in range(count)]
    return full, np.sort(np.concatenate(parts))


@pytest.mark.parametrize("k", range(1, 9))
def test_every_partition(k: int) -> None:
    for found in partitions(k):
        sizes = [size for size, count in found.items() for _ in range(count)]
        full, split = spectra(sizes, k + 2)
        assert len(full) == len(split)
        # Rounding of eigenvalues: the order times 1e-16, relative to the largest.
        assert np.abs(full - split).max() < 1e-13 * full[-1]


@pytest.mark.parametrize("k", range(9, 17))
def test_the_optimal_point_up_to_16(k: int) -> None:
    for n in range(1, k + 1):
        full, split = spectra([1] * (n - 1) + [k - n + 1], k)
        assert np.abs(full - split).max() < 1e-13 * full[-1]

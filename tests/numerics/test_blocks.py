"""Blocks of the perturbed copy's Hessian against the full one, eigenvalue by eigenvalue."""

from __future__ import annotations

import numpy as np
import pytest

from numerics import Population, Problem, pack, perturbed_copy_point
from numerics.blocks import perturbed_copy_blocks
from numerics.structures import SCALAR, perturbed_copy_numbers


@pytest.mark.parametrize("k", range(3, 17))
@pytest.mark.parametrize("extra", [0, 2])
def test_blocks_have_the_spectrum_of_the_full_hessian(k: int, extra: int) -> None:
    for n in range(2, k):
        point = perturbed_copy_point(n, k, dps=20)
        C, a = point.doubles()
        W = np.zeros((n, k + extra))
        W[:, :k] = C
        full = np.linalg.eigvalsh(Population(Problem(n, k, dim=k + extra)).hessian(pack(W, a)))
        numbers = [float(x) for x in perturbed_copy_numbers(n, k, dps=20)]
        blocks = perturbed_copy_blocks(numbers, n, k, SCALAR, dim=k + extra)
        assert len(blocks.standard) == (5 if n > 2 else 4)
        parts = [np.linalg.eigvalsh(np.array(blocks.trivial))]
        parts += [np.linalg.eigvalsh(np.array(blocks.standard))] * (n - 1)
        parts += [np.full(count, value) for value, count in blocks.scalars.values() if count]
        split = np.sort(np.concatenate(parts))
        assert len(split) == len(full)
        # Rounding of eigenvalues: the order times 1e-16, relative to the largest.
        assert np.abs(split - full).max() < 1e-13 * full[-1]

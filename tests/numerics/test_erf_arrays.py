"""The arrangement for speed against the kernel that is generated from the theory."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.compile import FLOAT
from numerics.kernels import erf, erf_arrays


@pytest.mark.parametrize("size", [1e-8, 0.1, 1.0, 30.0, 1e4])
def test_it_computes_what_the_generated_kernel_does(size: float) -> None:
    rng = np.random.default_rng(11)
    W, Z = size * rng.normal(size=(4, 5)), size * rng.normal(size=(9, 5))
    # Parallel, antiparallel, orthogonal and vanishing pairs among them.
    Z[0], Z[1], Z[2], W[3] = W[0], -W[1], 0.0, 0.0
    s, p, q = W @ Z.T, (W * W).sum(axis=1)[:, None], (Z * Z).sum(axis=1)
    c = rng.normal(size=9)
    g, g_s, g_p = erf.first(s, p, q, FLOAT)
    value, pulls, radial = erf_arrays.weighted(s, p, q, c, np.empty((2, 4, 9)))
    # Near-parallel long vectors: D = (1+p)(1+q) - s^2 loses the digits of p q, alike in both.
    loss = 1e-14 * (1 + size**2)
    assert np.abs(value - g).max() < max(1e-14, 1e-7 if size > 1e3 else loss)
    assert np.abs(pulls - g_s * c).max() <= loss * np.abs(g_s * c).max()
    assert np.abs(radial - 2 * (g_p @ c)).max() <= loss * np.abs(g_p).max() * np.abs(c).sum()

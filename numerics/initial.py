"""Parameters: packing, and the seeded initialisations of the paper's experiments."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from numerics.problem import Array, Problem, finite_array

#: Standard deviations of W and a for each initialisation.
INITIALISATIONS: dict[str, Callable[[int, int], tuple[float, float]]] = {
    "glorot": lambda n, dim: (sqrt(2 / (dim + n)), sqrt(2 / (n + 1))),
    "gaussian": lambda n, dim: (0.1, 0.1),
}


def pack(W: ArrayLike, a: ArrayLike) -> Array:
    """Join incoming and outgoing weights. Approximation.

    Parameters
    ----------
    W : array_like, shape (n, dim)
    a : array_like, shape (n,)

    Returns
    -------
    ndarray, shape (n, dim + 1)
        Row i is ``(w_i, a_i)``.

    Raises
    ------
    ValueError
        If the shapes do not belong together or an entry is not finite.
    """
    if np.ndim(W) != 2 or 0 in np.shape(W):
        raise ValueError(f"W: got shape {np.shape(W)}, needs (n, dim)")
    W = finite_array("W", W, np.shape(W))
    return np.column_stack([W, finite_array("a", a, (W.shape[0],))])


def unpack(theta: ArrayLike) -> tuple[Array, Array]:
    """Split ``theta`` into incoming weights (n, dim) and outgoing weights (n,). Approximation.

    Raises
    ------
    ValueError
        If ``theta`` is not a finite two-dimensional array with at least two columns.
    """
    if np.ndim(theta) != 2 or np.shape(theta)[1] < 2:
        raise ValueError(f"theta: got shape {np.shape(theta)}, needs (n, dim + 1)")
    theta = finite_array("theta", theta, np.shape(theta))
    return theta[:, :-1], theta[:, -1]


def initial_weights(problem: Problem, *, init: str = "glorot", seed: int) -> Array:
    r"""Random initial parameters, the same on every machine. Approximation.

    ``glorot``: independent normals with variance 2/(fan_in + fan_out), so 2/(d + n) for the incoming and
    2/(n + 1) for the outgoing weights. ``gaussian``: standard deviation 0.1 throughout. The generator is
    ``PCG64(SeedSequence(seed, spawn_key=(n, k)))``; all of W is drawn first, then a.

    Parameters
    ----------
    problem : Problem
    init : {"glorot", "gaussian"}
    seed : int
        At least 0.

    Returns
    -------
    ndarray, shape (n, dim + 1)
        With ``fixed_outgoing``, its last column is that array.

    Raises
    ------
    ValueError
        If ``init`` is unknown or ``seed`` is negative or not an integer.

    References
    ----------
    Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural networks*, 2010.

    Examples
    --------
    >>> initial_weights(Problem(2, 3), seed=0).shape
    (2, 5)
    """
    if init not in INITIALISATIONS:
        raise ValueError(f"init: got {init!r}, known are {', '.join(sorted(INITIALISATIONS))}")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"seed: got {seed!r}, needs an integer of at least 0")
    sequence = np.random.SeedSequence(int(seed), spawn_key=(problem.n, problem.k))
    generator = np.random.Generator(np.random.PCG64(sequence))
    scale_w, scale_a = INITIALISATIONS[init](problem.n, problem.dim)
    W = scale_w * generator.standard_normal((problem.n, problem.dim))
    a = scale_a * generator.standard_normal(problem.n)
    return pack(W, a if problem.fixed_outgoing is None else problem.fixed_outgoing)

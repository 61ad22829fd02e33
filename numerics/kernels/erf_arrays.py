r"""The erf interaction and its weighted derivatives on arrays of doubles, without temporaries.

What the generated ``erf.first`` computes, arranged for the gradient: with :math:`D = (1+p)(1+q) - s^2` the value is
:math:`\frac{2}{\pi} \arctan(s/\sqrt D)` (the arcsine of :math:`s/\sqrt{(1+p)(1+q)}`, better conditioned near
:math:`\pm 1`, and vectorised by numpy), :math:`g_s = \frac{2}{\pi} / \sqrt D` and :math:`g_p = -s\,g_s / (2 (1+p))`.
Tests compare it with the generated kernel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_FACTOR = 2 / np.pi


def weighted(s: Array, p: Array, q: Array, c: Array, work: Array) -> tuple[Array, Array, Array]:
    """Interactions, their pulls and radial parts. Approximation.

    Parameters
    ----------
    s : ndarray, shape (n, m)
        Inner products.
    p, q : ndarray, shapes (n, 1) and (m,)
        Squared norms.
    c : ndarray, shape (m,)
        Coefficients of the second arguments.
    work : ndarray, shape (2, n, m)
        Overwritten; holds the first two results.

    Returns
    -------
    (ndarray (n, m), ndarray (n, m), ndarray (n,))
        The values g, the weighted derivatives ``c g_s``, and ``2 sum_j c_j g_p``.
    """
    value, root = work
    first = p + 1
    np.multiply(first, q + 1, out=root)
    np.multiply(s, s, out=value)
    np.subtract(root, value, out=root)
    np.sqrt(root, out=root)
    np.divide(s, root, out=value)
    np.arctan(value, out=value)
    value *= _FACTOR
    pulls = np.divide(_FACTOR * c, root, out=root)
    return value, pulls, np.einsum("ij,ij->i", pulls, s) / -first[:, 0]

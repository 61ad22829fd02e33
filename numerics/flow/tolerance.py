"""When a step is accurate enough."""

from __future__ import annotations

import numpy as np

from numerics.flow.field import GradientField
from numerics.problem import Array

#: Default absolute tolerance per step.
ABSOLUTE = 1e-8


class Tolerance:
    """The tolerances of a flow: relative to each neuron, and absolute. Approximation."""

    def __init__(self, field: GradientField, rtol: float, atol: float) -> None:
        compiled = field.population.compiled
        self._norm = error_norm if compiled is None else compiled.error_norm
        self._shape, self._rtol, self._atol = field.shape, rtol, atol

    def norm(self, error: Array, old: Array, new: Array) -> float:
        """``error_norm`` of flat vectors."""
        shape = self._shape
        return self._norm(error.reshape(shape), old.reshape(shape), new.reshape(shape), self._rtol, self._atol)


def error_norm(error: Array, old: Array, new: Array, rtol: float, atol: float) -> float:
    """Root mean square of the local error over its tolerance, which is relative to each neuron. Approximation.

    The components of an incoming vector share one tolerance, relative to its length: that makes the norm invariant
    under rotations of the inputs, and does not ask for relative accuracy of components that are merely small.

    Parameters
    ----------
    error, old, new : ndarray, shape (n, dim + 1)
    rtol, atol : float

    Returns
    -------
    float
        At most 1 where the step is accurate enough.
    """
    incoming = np.sqrt(np.maximum(_row_squares(old), _row_squares(new)))
    outgoing = np.maximum(np.abs(old[:, -1]), np.abs(new[:, -1]))
    scaled_incoming = _row_squares(error) / (atol + rtol * incoming) ** 2
    scaled_outgoing = (error[:, -1] / (atol + rtol * outgoing)) ** 2
    return float(np.sqrt((scaled_incoming.sum() + scaled_outgoing.sum()) / error.size))


def _row_squares(theta: Array) -> Array:
    """Squared lengths of the incoming vectors."""
    W = theta[:, :-1]
    return np.asarray(np.einsum("ij,ij->i", W, W))

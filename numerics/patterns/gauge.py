r"""Networks with their signs and scales undone: what is left is compared up to permutations. Approximation.

Beside permutations the loss is unchanged by

* :math:`(w, a) \to (-w, -a)` for odd activations, and :math:`(v, b) \to (-v, -b)` of a teacher,
* :math:`w \to -w` for even ones, and :math:`v \to -v` of a teacher: a reflection of the input,
* :math:`(w, a) \to (c w, a / c^h)`, c > 0, for homogeneous ones of degree h.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from mpmath import mp
from numpy.typing import NDArray

from numerics.compile import FLOAT
from numerics.kernels import ACTIVATIONS, built_in, degree_of, parity
from numerics.precision import Exact, to_double, to_exact
from numerics.problem import Array, Problem

#: Coordinates below this part of the largest one have no sign to be undone.
SMALL = 1e-7
#: Relative difference at which two values of an interaction function are one; series are right to some 1e-13.
SAME = 1e-10


@dataclass(frozen=True, eq=False)
class Gauged:
    """A network in the teacher's basis, signs and scales undone. Approximation.

    Attributes
    ----------
    coordinates : ndarray of mpmath numbers, shape (n, k)
        Inner products of incoming vectors with the teachers. For even activations row i and column j are multiplied
        by signs that make the largest ones positive; for homogeneous ones incoming vectors are multiplied by
        ``abs(a_i) ** (1 / h)``.
    outgoing : ndarray of mpmath numbers, shape (n,)
        Positive for odd activations, +1 or -1 for homogeneous ones.
    signs : ndarray of int, shape (n,)
        By which incoming vectors were multiplied.
    teachers : ndarray of int, shape (k,)
        By which the teachers were multiplied.
    beside : mpmath number
        Infinity norm of what incoming vectors have outside the span of the teachers.
    """

    coordinates: Exact
    outgoing: Exact
    signs: NDArray[np.intp]
    teachers: NDArray[np.intp]
    beside: mp.mpf

    def doubles(self) -> tuple[Array, Array]:
        """Coordinates and outgoing weights in double precision. Approximation."""
        return to_double(self.coordinates), self.outgoing.astype(np.float64)


@lru_cache(maxsize=64)
def sign_symmetry(activation: str) -> int:
    """-1 for odd, +1 for even, 0 for other activations; a function without expression by its kernel. Approximation.

    Examples
    --------
    >>> sign_symmetry("tanh"), sign_symmetry("cos"), sign_symmetry("softplus")
    (-1, 1, 0)
    """
    known = parity(activation)
    if known or activation in built_in():
        return known
    s, p, q = np.array([0.3, 0.7]), np.array([0.8, 1.5]), np.array([1.1, 0.9])
    (value,), (mirrored,) = (ACTIVATIONS[activation].value(x, p, q, FLOAT) for x in (s, -s))
    near = SAME * np.abs(value).max()
    return -1 if np.abs(value + mirrored).max() < near else 1 if np.abs(value - mirrored).max() < near else 0


def why_no_gauge(problem: Problem) -> str | None:
    """Say why a problem has no such gauge, or None. Approximation."""
    why = problem.why_not_standard()
    if why is not None:
        return why
    if sign_symmetry(problem.activation) != -1 and len(set(np.sign(problem.teacher_outgoing))) > 1:
        return "the teacher's outgoing weights have different signs, and the activation is not odd"
    return None


def in_gauge(problem: Problem, theta: Exact, *, dps: int = 50) -> Gauged:
    """Undo signs and scales of a network. Approximation.

    Parameters
    ----------
    problem : Problem
        With ``why_no_gauge`` None.
    theta : ndarray of mpmath numbers, shape (n, dim + 1)
    dps : int

    Returns
    -------
    Gauged

    Examples
    --------
    >>> problem = Problem(1, 2, activation="sin", dim=2)
    >>> found = in_gauge(problem, to_exact(np.array([[-0.5, -0.5, -1.5]])))
    >>> found.doubles()[0].tolist(), float(found.outgoing[0]), found.signs.tolist()
    ([[0.5, 0.5]], 1.5, [-1])
    """
    odd, even = (sign_symmetry(problem.activation) == sign for sign in (-1, 1))
    degree = degree_of(problem.activation)
    with mp.workdps(dps + 15):
        W, a = theta[:, :-1], theta[:, -1]
        b = np.sign(problem.teacher_outgoing).astype(np.intp)
        V = to_exact(problem.teacher)
        coordinates = W.dot(V.T)
        beside = max((abs(x) for x in (W - coordinates.dot(V)).ravel()), default=mp.mpf(0))
        signs, teachers = np.ones(problem.n, dtype=np.intp), np.ones(problem.k, dtype=np.intp)
        if odd:
            teachers, signs = b, np.where(a.astype(np.float64) < 0, -1, 1)
            a = a * _exact(signs)
        else:
            a = a * int(b[0])
        coordinates = coordinates * _exact(teachers)
        if even:
            signs, teachers = _aligned(to_double(coordinates))
            coordinates = coordinates * _exact(teachers)
        coordinates = coordinates * _exact(signs)[:, None]
        if degree is not None:
            scale = np.array([mp.root(abs(x), degree) for x in a], dtype=object)
            coordinates = coordinates * scale[:, None]
            a = np.array([mp.mpf(-1 if x < 0 else 1) for x in a], dtype=object)
        return Gauged(coordinates, a, signs, teachers, beside)


def _exact(signs: NDArray[np.intp]) -> Exact:
    return np.array([mp.mpf(int(s)) for s in signs], dtype=object)


def _aligned(values: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Signs of rows and columns by which the largest entries become positive, as far as they do not contradict.

    Rows and columns are joined by the entries in descending order of size, each to what is joined already.
    """
    n, k = values.shape
    group, sign = np.arange(n + k), np.ones(n + k, dtype=np.intp)
    # Equal sizes are taken row by row, so that the order does not hang on rounding.
    order = np.argsort(-np.round(np.abs(values), 9).ravel(), kind="stable")
    for place in order:
        i, j = divmod(int(place), k)
        if abs(values[i, j]) <= SMALL * max(1.0, float(np.abs(values).max())):
            break
        if group[i] != group[n + j]:
            if sign[i] * sign[n + j] * values[i, j] < 0:
                sign[group == group[n + j]] *= -1
            group[group == group[n + j]] = group[i]
    return sign[:n], sign[n:]

"""Compiled kernels for the problems that are large enough to gain more than starting the compiler costs."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import lapack

from numerics.kernels import HOMOGENEOUS
from numerics.problem import Array, Problem

#: Modules by activation; numba is imported with the first one that is used.
MODULES = {"erf": "numerics.kernels.erf_compiled"}
PRODUCTS = {"erf": "numerics.kernels.erf_products"}
STEPS = "numerics.kernels.steps_compiled"
RECTIFIED = "numerics.kernels.rectified_compiled"
#: Up to this order the compiled factorisation is faster than a call of LAPACK's.
LAPACK_FROM = 80
#: From this order n (dim + 1) on the compiled kernels are used. Deliberately not from measured times: which kernel
#: runs, and with it the last digits of a result, must depend on the problem alone.
SMALLEST_ORDER = 50


class Compiled:
    """Loss, gradient, Hessian and Chebyshev stages of one problem, in compiled loops. Approximation.

    Parameters
    ----------
    problem : Problem
        One for which ``compiled`` finds a kernel.
    """

    def __init__(self, problem: Problem, module: Any, steps: Any) -> None:
        n, k, dim = problem.n, problem.k, problem.dim
        self._activation = problem.activation
        self._module, self._steps = module, steps
        # Fresh arrays, so that the compiler sees one type whatever the caller's arrays were.
        V = np.array(problem.teacher, order="C")
        b = np.array(-problem.teacher_outgoing)
        roots = np.sqrt(1 + np.einsum("ij,ij->i", V, V))
        unit = bool(np.array_equal(V, np.eye(k, dim)))
        work = tuple(np.empty(shape) for shape in ((n, dim), (n, n), (n, k), (n, n), (n, k)))
        self._setting = (V, b, roots, unit, problem.fixed_outgoing is None, *work)

    def value_and_gradient(self, theta: Array) -> tuple[float, Array]:
        """Loss without the teacher's own part, and the gradient of shape (n, dim + 1). Approximation."""
        gradient = np.empty(theta.shape)
        return self._module.gradient(writable(theta), *self._setting, gradient), gradient

    def hessian(self, theta: Array) -> Array:
        """Hessian, exactly symmetric, square of order n (dim + 1). Approximation."""
        n, width = theta.shape
        H = np.empty((n, width, n, width))
        self._module.hessian(writable(theta), *self._setting, H)
        return H.reshape(n * width, n * width)

    def hessian_vector(self, theta: Array, move: Array) -> Array:
        """The Hessian times a vector, all of shape (n, dim + 1), in O(n (n + k) dim). Approximation."""
        product = np.empty(theta.shape)
        module = import_module(PRODUCTS[self._activation])
        module.hessian_vector(writable(theta), writable(move), *self._setting[:5], product)
        return product

    def chebyshev(self, start: Array, slope: Array, h: float, first: float, rows: Array) -> Array:
        """The point after the stages of a Runge-Kutta-Chebyshev step, shape (n, dim + 1). Approximation."""
        result: Array = self._steps.chebyshev(start, slope, h, first, rows, self._setting)
        return result

    def rosenbrock(
        self, start: Array, slope: Array, L: Array, h: float, tableau: tuple[Array, Array, Array]
    ) -> tuple[Array, Array]:
        """New point and error estimate of a Rosenbrock step, with a factor by ``cholesky``. Approximation."""
        result: tuple[Array, Array] = self._steps.rosenbrock(start, slope, L, h, *tableau, self._setting)
        return result

    def error_norm(self, error: Array, old: Array, new: Array, rtol: float, atol: float) -> float:
        """As ``numerics.flow.tolerance.error_norm``. Approximation."""
        return float(self._steps.error_norm(error, old, new, rtol, atol))

    def cholesky(self, hessian: Array, shift: float) -> Array | None:
        """Lower factor of H + shift I with its diagonal inverted, or None if not positive definite. Approximation."""
        order = len(hessian)
        if order < LAPACK_FROM:
            L = np.empty((order, order))
            return L if self._steps.cholesky(hessian, shift, L) else None
        matrix = hessian.copy()
        diagonal = slice(None, None, order + 1)
        matrix.ravel()[diagonal] += shift
        # LAPACK is column-major: the upper factor of the transpose lies in memory as the lower one by rows.
        factor, failed = lapack.dpotrf(matrix.T, lower=0, overwrite_a=1, clean=0)
        if failed:
            return None
        L = np.ascontiguousarray(factor.T)
        L.ravel()[diagonal] = 1 / L.ravel()[diagonal]
        return L

    def solve(self, L: Array, side: Array) -> Array:
        """Solution of a linear system by a factor of ``cholesky``. Approximation."""
        solution = side.copy()
        self._steps.solve(L, solution)
        return solution


def writable(theta: Array) -> Array:
    """The array itself, or a copy where the compiler would see another type: read-only or not in rows."""
    return theta if theta.flags.writeable and theta.flags.c_contiguous else np.array(theta, order="C")


def available() -> bool:
    """Whether numba can be imported, without importing it. Approximation."""
    return find_spec("numba") is not None


def large(problem: Problem) -> bool:
    """Whether a problem is one for the compiled kernels. Exact."""
    known = problem.activation in MODULES or problem.activation in HOMOGENEOUS
    return known and problem.n * (problem.dim + 1) >= SMALLEST_ORDER


def first_use() -> bool:
    """Whether numba is there and its cache beside this file has no kernel yet, so that the first one compiles."""
    return available() and not any((Path(__file__).parent / "__pycache__").glob("*.nbi"))


def rectified_loops(problem: Problem) -> Any:
    """The module of compiled loops for rectified units, or None where the problem is small or numba is missing."""
    if not large(problem) or not available():
        return None
    try:
        return import_module(RECTIFIED)
    except ImportError:
        # A numba that refuses this version of numpy is as good as none.
        return None


def compiled(problem: Problem) -> Compiled | None:
    """The compiled kernels of a problem, or None where it is small, has none, or numba is missing. Approximation.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Compiled or None
    """
    if problem.activation not in MODULES or not large(problem) or not available():
        return None
    try:
        return Compiled(problem, import_module(MODULES[problem.activation]), import_module(STEPS))
    except ImportError:
        # A numba that refuses this version of numpy is as good as none.
        return None

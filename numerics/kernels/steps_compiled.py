"""Compiled steps of the integrators, around the compiled gradient: what a step costs beyond its gradients.

For systems of order 50 to 150 a call into numpy or LAPACK costs as much as the work that it does.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from numerics.kernels.erf_compiled import FAST, gradient


@njit(fastmath=FAST, error_model="numpy", cache=True)
def chebyshev(start, slope, h, first, rows, setting):
    """The stages of a Runge-Kutta-Chebyshev step of length h. Approximation.

    Parameters
    ----------
    start, slope : ndarray, shape (n, dim + 1)
        The point and its gradient.
    h, first : float
    rows : ndarray, shape (stages - 1, 5)
        As ``numerics.flow.chebyshev.coefficients`` gives them.
    setting : tuple
        The arguments of ``gradient`` between ``theta`` and ``out``.

    Returns
    -------
    ndarray, shape (n, dim + 1)
    """
    n, width = start.shape
    before, current = start.copy(), start - (first * h) * slope
    force = np.empty_like(start)
    for stage in range(len(rows)):
        rest, mu, nu, mu_tilde, gamma_tilde = rows[stage]
        gradient(current, *setting, force)
        for i in range(n):
            for x in range(width):
                before[i, x] = (
                    mu * current[i, x]
                    + nu * before[i, x]
                    + rest * start[i, x]
                    - h * (mu_tilde * force[i, x] + gamma_tilde * slope[i, x])
                )
        before, current = current, before
    return current


@njit(fastmath=FAST, error_model="numpy", cache=True)
def rosenbrock(point, slope, L, h, arguments, couplings, result, setting):
    """The stages of a Rosenbrock step of length h. Approximation.

    Parameters
    ----------
    point, slope : ndarray, shape (n, dim + 1)
        The point and its gradient.
    L : ndarray, shape (N, N)
        Lower Cholesky factor of H + I / (gamma h) with its diagonal inverted.
    h : float
    arguments, couplings : ndarray, shape (stages, stages)
        Row i holds the coefficients of the increments before i; the first is not used.
    result : ndarray, shape (stages,)
    setting : tuple
        The arguments of ``gradient`` between ``theta`` and ``out``.

    Returns
    -------
    (ndarray, ndarray)
        The new point and the error estimate, shape (n, dim + 1).
    """
    stages, order = len(result), len(L)
    new, error = np.empty_like(point), np.empty_like(point)
    increments = np.empty((stages, order))
    force, argument = np.empty_like(point), np.empty_like(point)
    y, flat = point.ravel(), argument.ravel()
    for i in range(stages):
        side = increments[i]
        if i == 0:
            side[:] = -slope.ravel()
        else:
            flat[:] = y
            side[:] = 0.0
            for j in range(i):
                for x in range(order):
                    flat[x] += arguments[i, j] * increments[j, x]
                    side[x] += couplings[i, j] / h * increments[j, x]
            gradient(argument, *setting, force)
            side -= force.ravel()
        solve(L, side)
    total = new.ravel()
    total[:] = y
    for j in range(stages):
        for x in range(order):
            total[x] += result[j] * increments[j, x]
    error.ravel()[:] = increments[stages - 1]
    return new, error


@njit(fastmath=FAST, error_model="numpy", cache=True)
def cholesky(H, shift, L):
    """Writes the lower Cholesky factor of H + shift I, its diagonal inverted; whether there is one. Approximation."""
    for i in range(len(H)):
        row = L[i]
        for j in range(i):
            other = L[j]
            value = H[i, j]
            for x in range(j):
                value -= row[x] * other[x]
            row[j] = value * other[j]
        value = H[i, i] + shift
        for x in range(i):
            value -= row[x] * row[x]
        if not value > 0:
            return False
        row[i] = 1 / np.sqrt(value)
    return True


@njit(fastmath=FAST, error_model="numpy", cache=True)
def solve(L, side):
    """Solves with a factor of ``cholesky``, in place. Approximation."""
    order = len(side)
    for i in range(order):
        value = side[i]
        for x in range(i):
            value -= L[i, x] * side[x]
        side[i] = value * L[i, i]
    for i in range(order - 1, -1, -1):
        value = side[i] * L[i, i]
        side[i] = value
        for x in range(i):
            side[x] -= value * L[i, x]


@njit(fastmath=FAST, error_model="numpy", cache=True)
def error_norm(error, old, new, rtol, atol):
    """As ``numerics.flow.tolerance.error_norm``. Approximation."""
    n, width = error.shape
    total = 0.0
    for i in range(n):
        before, after, wrong = 0.0, 0.0, 0.0
        for x in range(width - 1):
            before += old[i, x] ** 2
            after += new[i, x] ** 2
            wrong += error[i, x] ** 2
        total += wrong / (atol + rtol * np.sqrt(max(before, after))) ** 2
        outgoing = max(abs(old[i, width - 1]), abs(new[i, width - 1]))
        total += (error[i, width - 1] / (atol + rtol * outgoing)) ** 2
    return np.sqrt(total / (n * width))

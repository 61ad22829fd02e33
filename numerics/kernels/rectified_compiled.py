r"""Gradient and Hessian for homogeneous units as compiled loops: the formulas of ``rectified``, pair by pair.

Importing this module imports numba; the first use compiles, later ones read numba's cache.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from numerics.kernels.rectified import SERIES, SMALL, STEEP

_TURN = 1 / (2 * np.pi)
_SERIES = tuple(reversed(SERIES))

# Products may be contracted; sums keep their order, and infinities and NaN their meaning.
FAST = {"contract"}


@njit(fastmath=FAST, error_model="numpy")
def directions(theta, E, r):
    """Writes unit vectors and lengths of the incoming vectors, scaled before they are squared. Approximation."""
    n, dim = E.shape
    for i in range(n):
        largest = 0.0
        for x in range(dim):
            largest = max(largest, abs(theta[i, x]))
        if largest == 0.0:
            r[i] = 0.0
            E[i] = 0.0
            continue
        total = 0.0
        for x in range(dim):
            E[i, x] = theta[i, x] / largest
            total += E[i, x] * E[i, x]
        norm = np.sqrt(total)
        r[i] = largest * norm
        for x in range(dim):
            E[i, x] /= norm


@njit(fastmath=FAST, error_model="numpy")
def chords(e, f):
    """Lengths of the difference and of the sum of two unit vectors. Approximation."""
    u = 0.0
    for x in range(len(e)):
        u += e[x] * f[x]
    shorter = 0.0
    if u > STEEP:
        for x in range(len(e)):
            shorter += (e[x] - f[x]) * (e[x] - f[x])
        return np.sqrt(shorter), np.sqrt(2 + 2 * u)
    if u < -STEEP:
        for x in range(len(e)):
            shorter += (e[x] + f[x]) * (e[x] + f[x])
        return np.sqrt(2 - 2 * u), np.sqrt(shorter)
    return np.sqrt(2 - 2 * u), np.sqrt(2 + 2 * u)


@njit(fastmath=FAST, error_model="numpy")
def rectified_value(x, y, phi, sine):
    """(sin phi - phi cos phi) / 2 pi, the interaction of unit vectors for ReLU. Approximation."""
    if phi < SMALL:
        square, total = phi * phi, 0.0
        for coefficient in _SERIES:
            total = coefficient + square * total
        return _TURN * phi * square * total
    return _TURN * (sine - 0.25 * phi * (x * x - y * y))


@njit(fastmath=FAST, error_model="numpy")
def value(x, y, phi, sine, scale, shift):
    """The interaction of unit vectors. Approximation."""
    return scale * rectified_value(x, y, phi, sine) - 0.25 * shift * (x * x - y * y)


@njit(fastmath=FAST, error_model="numpy", cache=True)
def gradient(theta, V, F, lengths, b, trained, scale, shift, out):
    """Loss without the teacher's own part; writes the gradient. Approximation.

    Parameters
    ----------
    theta : ndarray, shape (n, dim + 1)
    V, F : ndarray, shapes (k, dim)
        The teacher's vectors and their directions.
    lengths, b : ndarray, shape (k,)
        Their lengths and outgoing weights, the latter with the sign reversed.
    trained : bool
        Whether outgoing weights are trained; else their gradient is zero.
    scale, shift : float
        Of the activation (``numerics.kernels.homogeneous``).
    out : ndarray, shape (n, dim + 1)
        Overwritten by the gradient.

    Returns
    -------
    float
    """
    n, dim = theta.shape[0], theta.shape[1] - 1
    k = len(b)
    E, r = np.empty((n, dim)), np.empty(n)
    directions(theta, E, r)
    out[:] = 0.0
    along, loss = np.zeros(n), 0.0
    linear = 2 * np.pi * shift
    # In the last column of out: sums of c g, doubled at the end.
    for i in range(n):
        if r[i] == 0.0:
            continue
        a, w, row = theta[i, dim], theta[i], out[i]
        row[dim] += (0.5 * scale + shift) * r[i] * r[i] * a
        for x in range(dim):
            row[x] += (np.pi * scale + linear) * a * w[x]
        for m in range(i):
            if r[m] == 0.0:
                continue
            x_, y_ = chords(E[i], E[m])
            phi, sine = 2 * np.arctan2(y_, x_), 0.5 * x_ * y_
            g = value(x_, y_, phi, sine, scale, shift) * r[i] * r[m]
            phi, sine = scale * phi + linear, scale * sine
            c, other, back = theta[m, dim], theta[m], out[m]
            row[dim] += c * g
            back[dim] += a * g
            along[i] += c * r[m] * sine
            along[m] += a * r[i] * sine
            for x in range(dim):
                row[x] += c * phi * other[x]
                back[x] += a * phi * w[x]
    for i in range(n):
        if r[i] == 0.0:
            continue
        row, students, teachers = out[i], out[i, dim], 0.0
        for j in range(k):
            x_, y_ = chords(E[i], F[j])
            phi, sine = 2 * np.arctan2(y_, x_), 0.5 * x_ * y_
            teachers += b[j] * value(x_, y_, phi, sine, scale, shift) * r[i] * lengths[j]
            phi, sine = scale * phi + linear, scale * sine
            along[i] += b[j] * lengths[j] * sine
            for x in range(dim):
                row[x] += b[j] * phi * V[j, x]
        loss += theta[i, dim] * (students + 2 * teachers)
        factor = 2 * _TURN * theta[i, dim]
        for x in range(dim):
            row[x] = factor * (row[x] + along[i] * E[i, x])
        row[dim] = 2 * (students + teachers) if trained else 0.0
    return loss


@njit(fastmath=FAST, error_model="numpy")
def _add_turning(block, e, f, x_, y_, sine, weight, normal):
    """Adds weight times 2 pi times the second derivatives of g(e, f) in e, for ReLU, to a block."""
    dim = len(e)
    near = x_ < y_
    short = x_ if near else y_
    sign = 1.0 if near else -1.0
    for x in range(dim):
        normal[x] = (f[x] - sign * e[x]) + sign * 0.5 * short * short * e[x]
    turning = weight * sine
    inverse = weight / sine if sine > 0.0 else 0.0
    for x in range(dim):
        block[x, x] += turning
        for y in range(dim):
            block[x, y] += inverse * normal[x] * normal[y] - turning * e[x] * e[y]


@njit(fastmath=FAST, error_model="numpy", cache=True)
def hessian(theta, V, F, lengths, b, trained, scale, shift, H):
    """Writes the Hessian, shape (n, dim + 1, n, dim + 1); the other arguments as in ``gradient``. Approximation."""
    n, dim = theta.shape[0], theta.shape[1] - 1
    k = len(b)
    E, r = np.empty((n, dim)), np.empty(n)
    directions(theta, E, r)
    H[:] = 0.0
    total, normal = np.empty(dim), np.empty(dim)
    linear = 2 * np.pi * shift
    own = 0.5 * scale + shift
    for i in range(n):
        if r[i] == 0.0:
            continue
        a, block = theta[i, dim], H[i, :dim, i, :dim]
        factor = 2 * _TURN * a / r[i]
        total[:] = (np.pi * scale + linear) * a * theta[i, :dim]
        for x in range(dim):
            block[x, x] += 2 * own * a * a
        H[i, dim, i, dim] = 2 * own * r[i] * r[i] if trained else 0.0
        along = 0.0
        for j in range(n + k):
            if j == i or (j < n and r[j] == 0.0):
                continue
            if j < n:
                f, z, c, R = E[j], theta[j], theta[j, dim], r[j]
            else:
                f, z, c, R = F[j - n], V[j - n], b[j - n], lengths[j - n]
            x_, y_ = chords(E[i], f)
            phi, sine = 2 * np.arctan2(y_, x_), 0.5 * x_ * y_
            _add_turning(block, E[i], f, x_, y_, sine, factor * scale * c * R, normal)
            along += c * R * scale * sine
            for x in range(dim):
                total[x] += c * (scale * phi + linear) * z[x]
            if j < n:
                _cross(H[i, :, j, :], a, c, E[i], f, z, r[i] * R, R, x_, y_, phi, sine, scale, shift, trained)
        if trained:
            for x in range(dim):
                # 2 a grad g(w, w) belongs to the derivative in a of the own term.
                entry = 2 * _TURN * (total[x] + along * E[i, x]) + 2 * own * a * theta[i, x]
                H[i, x, i, dim] = entry
                H[i, dim, i, x] = entry
    _symmetric(H, trained)


@njit(fastmath=FAST, error_model="numpy")
def _cross(block, a, c, e, f, z, product, R, x_, y_, phi, sine, scale, shift, trained):
    """Derivatives in two different students: rows belong to the first."""
    dim = len(e)
    weight = 2 * _TURN * a * c
    plus = 0.5 * scale * weight * x_ / y_ if y_ > 0.0 else 0.0
    minus = 0.5 * scale * weight * y_ / x_ if x_ > 0.0 else 0.0
    turn = scale * phi + 2 * np.pi * shift
    for x in range(dim):
        block[x, x] += weight * turn
        s, d = plus * (e[x] + f[x]), minus * (e[x] - f[x])
        for y in range(dim):
            block[x, y] += s * (e[y] + f[y]) - d * (e[y] - f[y])
        if trained:
            block[x, dim] = 2 * _TURN * a * (R * scale * sine * e[x] + turn * z[x])
    if trained:
        block[dim, dim] = 2 * value(x_, y_, phi, sine, scale, shift) * product


@njit(error_model="numpy")
def _symmetric(H, trained):
    """Completes the rows of outgoing weights and makes the matrix exactly symmetric."""
    n, width = H.shape[:2]
    last = width - 1
    for i in range(n):
        for m in range(n):
            if trained and m != i:
                for x in range(last):
                    H[m, last, i, x] = H[i, x, m, last]
        for m in range(i + 1):
            for x in range(width):
                for y in range(x + 1 if m == i else width):
                    mean = 0.5 * (H[i, x, m, y] + H[m, y, i, x])
                    H[i, x, m, y] = mean
                    H[m, y, i, x] = mean

r"""Gradient and Hessian for erf as compiled loops, for systems in which numpy's passes over memory would dominate.

The formulas are those of ``erf_arrays``, arranged for vector units: with :math:`C = \sqrt{(1+p)(1+q)}` (a product of
numbers that belong to single neurons), :math:`R = \sqrt{C^2 - s^2}` and :math:`t = s / (C + R)` the interaction is
:math:`\frac4\pi \arctan t` with :math:`|t| \le 1`, because :math:`\arcsin \frac sC` is twice that arctangent. The
arctangent is a polynomial in :math:`t^2`, which a compiler vectorises, as it does not the library's. Where the
teacher is the first k unit vectors its matrix products are copies.

Importing this module imports numba; the first use compiles, later ones read numba's cache.
"""

from __future__ import annotations

import numpy as np
from numba import njit

#: arctan(t)/t in powers of t^2 on [0, 1], interpolated at Chebyshev's points with the value at 0 kept:
#: the error is 2e-17 (a test compares it with mpmath).
ARCTANGENT = (
    1.0,
    -0.3333333333333333,
    0.1999999999999753,
    -0.14285714285384132,
    0.11111111093490827,
    -0.09090908590891934,
    0.07692298971033217,
    -0.06666564699289104,
    0.05881506877793656,
    -0.052579733342841106,
    0.04737749579527779,
    -0.04260356632601652,
    0.03749486812535247,
    -0.031277189066996385,
    0.023696731580048622,
    -0.015535152475414177,
    0.008368931178450162,
    -0.0034958859739163094,
    0.0010496035084968515,
    -0.00019996189377901382,
    1.806195461861215e-05,
)
_C0, _C1, _C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10 = ARCTANGENT[:11]
_C11, _C12, _C13, _C14, _C15, _C16, _C17, _C18, _C19, _C20 = ARCTANGENT[11:]
_TWO_OVER_PI = 2 / np.pi

#: Up to this many students the products are loops: a call of BLAS costs more, and it would start its threads.
OWN_PRODUCTS = 24

# Sums may be reordered and products contracted, which vector units need; infinities and NaN keep their meaning.
FAST = {"contract", "reassoc", "nsz", "arcp"}


@njit(fastmath=FAST, error_model="numpy", inline="always")
def arctangent(t):
    """Arctangent on [-1, 1]. Approximation."""
    z = t * t
    high = _C15 + z * (_C16 + z * (_C17 + z * (_C18 + z * (_C19 + z * _C20))))
    middle = _C8 + z * (_C9 + z * (_C10 + z * (_C11 + z * (_C12 + z * (_C13 + z * (_C14 + z * high))))))
    return t * (_C0 + z * (_C1 + z * (_C2 + z * (_C3 + z * (_C4 + z * (_C5 + z * (_C6 + z * (_C7 + z * middle))))))))


@njit(fastmath=FAST, error_model="numpy")
def gram(W, out):
    """Writes W W'. Approximation."""
    n, dim = W.shape
    if n > OWN_PRODUCTS:
        np.dot(W, W.T, out)
        return
    for i in range(n):
        for j in range(i + 1):
            total = 0.0
            for x in range(dim):
                total += W[i, x] * W[j, x]
            out[i, j] = total
            out[j, i] = total


@njit(fastmath=FAST, error_model="numpy")
def students_of(theta, W, SS):
    """Outgoing weights and sqrt(1 + |w_i|^2), shape (n,); writes W and W W'. Approximation."""
    n, dim = W.shape
    W[:] = theta[:, :dim]
    gram(W, SS)
    roots = np.empty(n)
    for i in range(n):
        roots[i] = np.sqrt(1 + SS[i, i])
    return theta[:, dim].copy(), roots


@njit(fastmath=FAST, error_model="numpy")
def product(P, W):
    """P W. Approximation."""
    n, dim = W.shape
    if n > OWN_PRODUCTS:
        return np.dot(P, W)
    out = np.zeros((n, dim))
    for i in range(n):
        row = out[i]
        for j in range(n):
            weight, other = P[i, j], W[j]
            for x in range(dim):
                row[x] += weight * other[x]
    return out


@njit(fastmath=FAST, error_model="numpy", inline="always")
def _row(s, root, roots, c, pulls):
    """One neuron against many: sum of c g (over 2/pi), of c g_s s, and the pulls c g_s."""
    total, along = 0.0, 0.0
    for j in range(len(s)):
        C = root * roots[j]
        R = np.sqrt(C * C - s[j] * s[j])
        total += c[j] * arctangent(s[j] / (C + R))
        pull = _TWO_OVER_PI * c[j] / R
        pulls[j] = pull
        along += pull * s[j]
    return 2 * _TWO_OVER_PI * total, along


@njit(fastmath=FAST, error_model="numpy", cache=True)
def gradient(theta, V, b, teacher_roots, unit, trained, W, SS, ST, PS, PT, out):
    """Loss without the teacher's own part; writes the gradient. Approximation.

    Parameters
    ----------
    theta : ndarray, shape (n, dim + 1)
    V, b : ndarray, shapes (k, dim) and (k,)
        The teacher; b with its sign reversed.
    teacher_roots : ndarray, shape (k,)
        sqrt(1 + |v_j|^2).
    unit : bool
        Whether V is the first k unit vectors.
    trained : bool
        Whether outgoing weights are trained; else their gradient is zero.
    W, SS, ST, PS, PT : ndarray, shapes (n, dim), (n, n), (n, k), (n, n), (n, k)
        Overwritten.
    out : ndarray, shape (n, dim + 1)
        Overwritten by the gradient.

    Returns
    -------
    float
    """
    n, dim = W.shape
    k = len(b)
    a, roots = students_of(theta, W, SS)
    if not unit:
        np.dot(W, V.T, ST)
    loss = 0.0
    radial = np.empty(n)
    for i in range(n):
        students, along = _row(SS[i], roots[i], roots, a, PS[i])
        if unit:
            teachers, more = _row(W[i, :k], roots[i], teacher_roots, b, PT[i])
        else:
            teachers, more = _row(ST[i], roots[i], teacher_roots, b, PT[i])
        loss += a[i] * (students + 2 * teachers)
        radial[i] = (along + more) / (roots[i] * roots[i])
        out[i, dim] = 2 * (students + teachers) if trained else 0.0
    pulled = product(PS, W)
    if not unit:
        pulled += np.dot(PT, V)
    for i in range(n):
        for x in range(dim):
            out[i, x] = 2 * a[i] * (pulled[i, x] - radial[i] * W[i, x])
        if unit:
            for x in range(k):
                out[i, x] += 2 * a[i] * PT[i, x]
    return loss


@njit(fastmath=FAST, error_model="numpy", cache=True)
def hessian(theta, V, b, teacher_roots, unit, trained, W, SS, ST, PS, PT, H):
    """Writes the Hessian, shape (n, dim + 1, n, dim + 1); the other arguments as in ``gradient``. Approximation."""
    n, dim = W.shape
    a, roots = students_of(theta, W, SS)
    if unit:
        ST[:] = W[:, : len(b)]
    else:
        np.dot(W, V.T, ST)
    for i in range(n):
        _cross_blocks(H[i], i, a, W, SS[i], roots)
        total = np.zeros(dim)
        _own_block(H[i, :, i, :], a[i], W[i], SS[i], roots[i], a, W, roots, False, total)
        _own_block(H[i, :, i, :], a[i], W[i], ST[i], roots[i], b, V, teacher_roots, unit, total)
        for x in range(dim):
            H[i, x, i, dim] += total[x]
    _mirror(H, trained)


@njit(error_model="numpy", inline="always")
def _mirror(H, trained):
    """Completes the row blocks of incoming weights, m <= i with all outgoing ones, to an exactly symmetric matrix."""
    n, width = H.shape[:2]
    last = width - 1
    for i in range(n):
        for m in range(n):
            for x in range(last):
                if not trained:
                    H[i, x, m, last] = 0.0
                H[m, last, i, x] = H[i, x, m, last]
            if not trained:
                H[i, last, m, last] = 0.0
        for m in range(i):
            H[m, last, i, last] = H[i, last, m, last]
            for x in range(last):
                for y in range(last):
                    H[m, y, i, x] = H[i, x, m, y]
        for x in range(last):
            for y in range(x):
                H[i, y, i, x] = H[i, x, i, y]


@njit(fastmath=FAST, error_model="numpy", inline="always")
def _cross_blocks(H, i, a, W, s, roots):
    """Row of blocks of neuron i: derivatives in (w_i, a_i) and (w_m, a_m) as different vectors; in w_m for m <= i."""
    n, dim = W.shape
    w = W[i]
    from_v, from_w = np.empty(dim), np.empty(dim)
    for m in range(n):
        v = W[m]
        P, Q = roots[i] ** 2, roots[m] ** 2
        D = P * Q - s[m] * s[m]
        R = np.sqrt(D)
        g_s = _TWO_OVER_PI / R
        cube = g_s / D
        weight = 2 * a[i] * a[m]
        for y in range(dim):
            # G_ss w + 2 G_sq v, and 2 G_sp w + 4 G_pq v.
            from_v[y] = weight * cube * (s[m] * w[y] - P * v[y])
            from_w[y] = weight * cube * (s[m] * v[y] - Q * w[y])
        push = 2 * a[i] * g_s
        for x in range(dim):
            along_v, along_w = v[x], w[x]
            line = H[x, m]
            line[dim] = push * (along_v - s[m] / P * along_w)
            if m <= i:
                for y in range(dim):
                    line[y] = along_v * from_v[y] + along_w * from_w[y]
                line[x] += weight * g_s
        H[dim, m, dim] = 4 * _TWO_OVER_PI * arctangent(s[m] / (np.sqrt(P * Q) + R))


@njit(fastmath=FAST, error_model="numpy", inline="always")
def _own_block(block, a_i, w, s, root, c, Z, roots, unit, total):
    """Adds derivatives twice in w_i with every partner z_j held; to ``total``, 2 sum_j c_j grad_w g(w, z_j)."""
    dim = len(w)
    P = root * root
    mixed = np.zeros(dim)
    isotropic, radial, along = 0.0, 0.0, 0.0
    for j in range(len(c)):
        Q = roots[j] ** 2
        D = P * Q - s[j] * s[j]
        g_s = _TWO_OVER_PI / np.sqrt(D)
        cube = g_s / D
        weight = 2 * a_i * c[j]
        isotropic -= weight * g_s * s[j] / P
        # 4 G_pp and 2 G_sp of each partner, and G_ss z z'.
        radial += weight * (2 * s[j] * g_s / (P * P) + s[j] * Q * cube / P)
        turn, bend = -weight * Q * cube, weight * s[j] * cube
        along -= 2 * c[j] * g_s * s[j] / P
        if unit:
            mixed[j] += turn
            total[j] += 2 * c[j] * g_s
            block[j, j] += bend
        else:
            z = Z[j]
            for x in range(dim):
                mixed[x] += turn * z[x]
                total[x] += 2 * c[j] * g_s * z[x]
                bent = bend * z[x]
                for y in range(dim):
                    block[x, y] += bent * z[y]
    for x in range(dim):
        total[x] += along * w[x]
        for y in range(dim):
            block[x, y] += mixed[x] * w[y] + w[x] * (mixed[y] + radial * w[y])
        block[x, x] += isotropic

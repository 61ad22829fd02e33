r"""The Hessian of the erf loss times a vector, without the matrix: for systems too large to store one.

The directional derivative of ``erf_compiled.gradient``: with :math:`D = (1+p)(1+q) - s^2`, :math:`f = 2/\pi`,
:math:`g_s = f D^{-1/2}` and :math:`g_p = -s g_s / (2(1+p))`, a change of (s, p, q) changes D by
:math:`\dot D = (1+q) \dot p + (1+p) \dot q - 2 s \dot s`, :math:`g_s` by :math:`-g_s \dot D / (2D)`, and
:math:`-2(1+p) g_p = s g_s` by :math:`\dot s g_s + s \dot g_s`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from numerics.kernels.erf_compiled import FAST, arctangent

_TWO_OVER_PI = 2 / np.pi


@njit(fastmath=FAST, error_model="numpy", inline="always")
def _row(s, ds, P, dP, Q, dQ, c, dc, pulls, dpulls):
    """One neuron against many: sum c g_s s with its change, the change of sum c g; the pulls c g_s with theirs.

    P and Q stand for 1 + p and 1 + q.
    """
    along, along_change, value_change = 0.0, 0.0, 0.0
    for j in range(len(s)):
        D = P * Q[j] - s[j] * s[j]
        R = np.sqrt(D)
        g_s = _TWO_OVER_PI / R
        dD = Q[j] * dP + P * dQ[j] - 2 * s[j] * ds[j]
        dg_s = -0.5 * g_s * dD / D
        pull, dpull = c[j] * g_s, dc[j] * g_s + c[j] * dg_s
        pulls[j], dpulls[j] = pull, dpull
        along += pull * s[j]
        along_change += dpull * s[j] + pull * ds[j]
        g = 2 * _TWO_OVER_PI * arctangent(s[j] / (np.sqrt(P * Q[j]) + R))
        # g_p = -s g_s / (2 P), g_q = -s g_s / (2 Q).
        value_change += dc[j] * g + pull * (ds[j] - 0.5 * s[j] * (dP / P + dQ[j] / Q[j]))
    return along, along_change, value_change


@njit(fastmath=FAST, error_model="numpy", cache=True)
def hessian_vector(theta, move, V, b, teacher_roots, unit, trained, out):
    """Writes the Hessian at ``theta`` times ``move``. Approximation.

    Parameters
    ----------
    theta, move, out : ndarray, shape (n, dim + 1)
    V, b, teacher_roots, unit, trained
        As in ``erf_compiled.gradient``.
    """
    n, dim, k = len(theta), theta.shape[1] - 1, len(b)
    W, U = theta[:, :dim].copy(), move[:, :dim].copy()
    a, da = theta[:, dim].copy(), move[:, dim].copy()
    if not trained:
        da[:] = 0.0
    S, half = np.dot(W, W.T), np.dot(U, W.T)
    dS = half + half.T
    P, dP = np.empty(n), np.empty(n)
    for i in range(n):
        P[i], dP[i] = 1 + S[i, i], dS[i, i]
    Q, still = teacher_roots**2, np.zeros(k)
    ST = W[:, :k].copy() if unit else np.dot(W, V.T)
    dST = U[:, :k].copy() if unit else np.dot(U, V.T)
    pulls, dpulls = np.empty((n, n)), np.empty((n, n))
    pulls_T, dpulls_T = np.empty((n, k)), np.empty((n, k))
    radial, dradial = np.empty(n), np.empty(n)
    for i in range(n):
        first, dfirst, dvalue = _row(S[i], dS[i], P[i], dP[i], P, dP, a, da, pulls[i], dpulls[i])
        more, dmore, dvalue_T = _row(ST[i], dST[i], P[i], dP[i], Q, still, b, still, pulls_T[i], dpulls_T[i])
        radial[i] = (first + more) / P[i]
        dradial[i] = (dfirst + dmore - radial[i] * dP[i]) / P[i]
        out[i, dim] = 2 * (dvalue + dvalue_T) if trained else 0.0
    force = np.dot(pulls, W)
    change = np.dot(dpulls, W) + np.dot(pulls, U)
    if not unit:
        force += np.dot(pulls_T, V)
        change += np.dot(dpulls_T, V)
    for i in range(n):
        for x in range(dim):
            here = force[i, x] - radial[i] * W[i, x]
            there = change[i, x] - dradial[i] * W[i, x] - radial[i] * U[i, x]
            out[i, x] = 2 * (da[i] * here + a[i] * there)
        if unit:
            for x in range(k):
                out[i, x] += 2 * (da[i] * pulls_T[i, x] + a[i] * dpulls_T[i, x])

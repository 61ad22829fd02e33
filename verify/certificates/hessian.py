"""The Hessian of the loss as intervals of doubles, over a box of parameters: fast enough for thousands of them.

The formulas are those of ``numerics.population``, evaluated in midpoint-radius arithmetic; ``verify.enclosures``
has them in balls, and tests demand that these intervals hold those.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from numerics.kernels import ACTIVATIONS
from numerics.problem import Problem
from verify.certificates.midrad import ETA, MIDRAD, UNIT, Array, MidRad

#: Order of the blocks in which triangles are compared.
BLOCK = 128


@dataclass(frozen=True, eq=False)
class Curvature:
    """Hessian of the loss over a box, and the part of it that the residual makes. Enclosure.

    Attributes
    ----------
    hessian : MidRad, shape (N, N)
        Symmetric, N = n (dim + 1), rows and columns in the row-major order of theta.
    residual : MidRad, shape (n, dim + 1, dim + 1)
        :math:`2 E[(f - f^*) D^2 f]`, which is block-diagonal over the neurons; without it the Hessian would be
        :math:`2 E[Df\\, Df^\\top]`.
    """

    hessian: MidRad
    residual: MidRad


def curvature(problem: Problem, theta: Array, radius: Array | float) -> Curvature:
    """Enclose the Hessian for all parameters within ``radius`` of ``theta``. Enclosure.

    **Proves:** for every theta in the box, the Hessian lies entry by entry in the intervals returned.

    Parameters
    ----------
    problem : Problem
    theta : ndarray, shape (n, dim + 1)
    radius : float or ndarray of the shape of theta

    Returns
    -------
    Curvature
        With infinite radii where the box leaves the domain of the formulas.
    """
    with np.errstate(all="ignore"):
        pairs = _pairs(problem, MidRad(theta, np.broadcast_to(np.float64(radius), theta.shape).copy()))
        n, dim = problem.n, problem.dim
        mid, rad = _cross_blocks(pairs)
        residual = _residual_blocks(pairs)
        outgoing = _outgoing(pairs)
        for array, columns in ((mid, outgoing.mid), (rad, outgoing.rad)):
            # Column (l, a) of the rows of neuron i, and its transpose.
            array[:, :, :, dim] = columns.transpose(0, 2, 1)
            array[:, dim, :, :] = columns.transpose(1, 0, 2)
        neuron = np.arange(n)
        own = MidRad(mid[neuron, :, neuron, :], rad[neuron, :, neuron, :]) + residual
        mid[neuron, :, neuron, :], rad[neuron, :, neuron, :] = own.mid, own.rad
        order = n * (dim + 1)
        return Curvature(_symmetric(mid.reshape(order, order), rad.reshape(order, order)), residual)


def _pairs(problem: Problem, theta: MidRad) -> SimpleNamespace:
    """Everything that depends on pairs of neurons: partners Z, coefficients c, derivatives of the interaction."""
    n, dim = problem.n, problem.dim
    kernel = ACTIVATIONS[problem.activation]
    W, a = theta[:, :dim], theta[:, dim]
    V = MidRad(problem.teacher)
    Z = MidRad(np.vstack([W.mid, V.mid]), np.vstack([W.rad, V.rad]))
    c = MidRad(np.concatenate([a.mid, -problem.teacher_outgoing]), np.concatenate([a.rad, np.zeros(problem.k)]))
    norms = (Z * Z).sum(axis=1)
    p = MidRad(norms.mid[:n, None], norms.rad[:n, None])
    inner = W @ Z.T
    second = kernel.second(inner, p, norms, MIDRAD)
    (value,) = kernel.value(inner[:, :n], p, norms[:n], MIDRAD)
    return SimpleNamespace(n=n, dim=dim, W=W, a=a, Z=Z, c=c, second=second, value=value)


def _column(x: MidRad) -> MidRad:
    return MidRad(x.mid[:, None], x.rad[:, None])


def _cross_blocks(pairs: SimpleNamespace) -> tuple[Array, Array]:
    """Derivatives in w_i and w_l, seen as different vectors: 2 a_i a_l d2g/dw dv, in (n, dim+1, n, dim+1)."""
    n, dim, W, a = pairs.n, pairs.dim, pairs.W, pairs.a
    weight = 2.0 * (_column(a) * a)
    d_s, _, d_ss, d_sp, d_sq, _, d_pq = (weight * f[:, :n] for f in pairs.second)

    def spread(f: MidRad) -> MidRad:
        return MidRad(f.mid[:, :, None], f.rad[:, :, None])

    rows, columns = MidRad(W.mid[:, None, :], W.rad[:, None, :]), MidRad(W.mid[None], W.rad[None])
    from_v = spread(d_ss) * rows + spread(2.0 * d_sq) * columns
    from_w = spread(2.0 * d_sp) * rows + spread(4.0 * d_pq) * columns
    mid = np.zeros((n, dim + 1, n, dim + 1))
    rad = np.zeros((n, dim + 1, n, dim + 1))
    # v (...)' + w (...)', the largest arrays of all: one neuron at a time keeps them in the cache.
    for i in range(n):
        left_v = MidRad(W.mid.T[:, :, None], W.rad.T[:, :, None])
        left_w = MidRad(W.mid[i][:, None, None], W.rad[i][:, None, None])
        block = left_v * from_v[i][None] + left_w * from_w[i][None]
        mid[i, :dim, :, :dim], rad[i, :dim, :, :dim] = block.mid, block.rad
    diagonal = np.arange(dim)
    trace = MidRad(mid[:, diagonal, :, diagonal], rad[:, diagonal, :, diagonal]) + MidRad(
        d_s.mid[None], d_s.rad[None]
    )
    mid[:, diagonal, :, diagonal], rad[:, diagonal, :, diagonal] = trace.mid, trace.rad
    return mid, rad


def _residual_blocks(pairs: SimpleNamespace) -> MidRad:
    """Twice in the parameters of one neuron: 2 E[(f - f*) D2 f_i], in (n, dim + 1, dim + 1)."""
    n, dim, W, Z, c = pairs.n, pairs.dim, pairs.W, pairs.Z, pairs.c
    weight = 2.0 * (_column(pairs.a) * c)
    _, d_p, d_ss, d_sp, _, d_pp, _ = (weight * f for f in pairs.second)
    left = MidRad(Z.mid.T[None], Z.rad.T[None]) * MidRad(d_ss.mid[:, None, :], d_ss.rad[:, None, :])
    block = left @ Z
    mixed = 2.0 * (d_sp @ Z)
    outer = MidRad(mixed.mid[:, :, None], mixed.rad[:, :, None]) * MidRad(W.mid[:, None, :], W.rad[:, None, :])
    block = block + outer + MidRad(outer.mid.transpose(0, 2, 1), outer.rad.transpose(0, 2, 1))
    own = MidRad(W.mid[:, :, None], W.rad[:, :, None]) * MidRad(W.mid[:, None, :], W.rad[:, None, :])
    of_w = 4.0 * d_pp.sum(axis=1)
    block = block + MidRad(of_w.mid[:, None, None], of_w.rad[:, None, None]) * own
    trace = 2.0 * d_p.sum(axis=1)
    diagonal = np.arange(dim)
    on = block[:, diagonal, diagonal] + _column(trace)
    block.mid[:, diagonal, diagonal], block.rad[:, diagonal, diagonal] = on.mid, on.rad
    d_s, d_p = pairs.second[0], pairs.second[1]
    pull = 2.0 * ((d_s * c) @ Z + 2.0 * (_column((d_p * c).sum(axis=1)) * W))
    whole = MidRad(np.zeros((n, dim + 1, dim + 1)), np.zeros((n, dim + 1, dim + 1)))
    whole.mid[:, :dim, :dim], whole.rad[:, :dim, :dim] = block.mid, block.rad
    whole.mid[:, :dim, dim], whole.rad[:, :dim, dim] = pull.mid, pull.rad
    whole.mid[:, dim, :dim], whole.rad[:, dim, :dim] = pull.mid, pull.rad
    return whole


def _outgoing(pairs: SimpleNamespace) -> MidRad:
    """Derivatives with an outgoing weight but for the residual: column l of neuron i, in (n, n, dim + 1)."""
    n, dim, W = pairs.n, pairs.dim, pairs.W
    d_s, d_p = pairs.second[0][:, :n], pairs.second[1][:, :n]

    def spread(f: MidRad) -> MidRad:
        return MidRad(f.mid[:, :, None], f.rad[:, :, None])

    others, own = MidRad(W.mid[None], W.rad[None]), MidRad(W.mid[:, None, :], W.rad[:, None, :])
    twice = MidRad(2 * pairs.a.mid[:, None, None], 2 * pairs.a.rad[:, None, None])
    incoming = twice * (spread(d_s) * others + spread(2.0 * d_p) * own)
    value = 2.0 * pairs.value
    mid, rad = np.empty((n, n, dim + 1)), np.empty((n, n, dim + 1))
    mid[:, :, :dim], rad[:, :, :dim] = incoming.mid, incoming.rad
    mid[:, :, dim], rad[:, :, dim] = value.mid, value.rad
    return MidRad(mid, rad)


def symmetrised(matrix: MidRad) -> MidRad:
    """The same matrix, known to be symmetric, with symmetric midpoints and radii; its arrays are overwritten."""
    return _symmetric(matrix.mid, matrix.rad)


def _symmetric(mid: Array, rad: Array) -> MidRad:
    """Both triangles enclose the same numbers: their mean does, too. Block by block, for the cache's sake."""
    for start in range(0, len(mid), BLOCK):
        rows = slice(start, start + BLOCK)
        for other in range(0, start + 1, BLOCK):
            columns = slice(other, other + BLOCK)
            mean, spread = _mean(mid[rows, columns], mid[columns, rows].T, rad[rows, columns], rad[columns, rows].T)
            mid[rows, columns], mid[columns, rows] = mean, mean.T
            rad[rows, columns], rad[columns, rows] = spread, spread.T
    return MidRad(mid, rad)


def _mean(mid: Array, mirrored: Array, rad: Array, mirrored_rad: Array) -> tuple[Array, Array]:
    mean = 0.5 * (mid + mirrored)
    return mean, (0.5 * (rad + mirrored_rad) + UNIT * np.abs(mean)) * (1 + 8 * UNIT) + ETA

r"""Where the loss is convex around a minimum, in the metric of its Hessian, and which flows end there.

Write the loss as :math:`L = \|r\|^2` with the residual :math:`r = f - f^*` in :math:`L^2` of the inputs. Then

.. math:: D^3 L[u,u,u] = 6 \langle Df\,u, D^2 f[u,u]\rangle + 2 \langle r, D^3 f[u,u,u]\rangle ,

and everything on the right is bounded by Cauchy and Schwarz. :math:`D^2 f` and :math:`D^3 f` are sums over neurons,
so their norms are those of single neurons, in closed form; :math:`\|Df\,u\|` is bounded by the Hessian itself. With
:math:`|u|_*^2 = u^\top H^* u` at a minimum :math:`x^*` this gives :math:`|D^3 L[u,u,u]| \le M |u|_*^3` on an
ellipsoid :math:`|x - x^*|_* \le \rho`, with no loss where the Hessian is flat. If :math:`M\rho < 1`, then there

- :math:`\nabla^2 L(x) \succeq (1 - M |x - x^*|_*) H^*`: the loss is strongly convex and :math:`x^*` the only
  critical point;
- :math:`|L(x) - L(x^*) - |x - x^*|_*^2/2| \le M |x - x^*|_*^3/6`: a flow that starts at distance t with
  :math:`t^2/2 + M t^3/6 < \rho^2/2 - M \rho^3/6` never reaches the boundary, because the loss falls along it, and
  converges to :math:`x^*`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np
import scipy.linalg as sla

from numerics.problem import Problem
from verify.certificates.definite import definite
from verify.certificates.existence import largest
from verify.certificates.hessian import Curvature, symmetrised
from verify.certificates.midrad import UNIT, Array, MidRad, spectral_bound
from verify.certificates.smoothness import derivative_norm_of

#: Product of M and rho that is aimed at; the rest of the way to 1 is room for another's rounding.
CONVEXITY = 0.95
#: Bits of the scalars.
BITS = 80


@dataclass(frozen=True, eq=False)
class Ellipsoid:
    r"""An ellipsoid :math:`|x - x^*|_* \le \rho` on which the loss is strongly convex. Enclosure.

    Attributes
    ----------
    weights : ndarray, shape (n, 2)
        The metric that stands in for the Hessian: weights of a neuron's incoming vector and outgoing weight.
    rho : float
    third : float
        Upper bound M on the third derivative there, in the metric of the Hessian.
    """

    weights: Array
    rho: float
    third: float

    def holds(self, distance: float) -> bool:
        """Whether flows from all points at this distance (or nearer) converge to the minimum. Enclosure."""
        with flint.ctx.workprec(BITS):
            t, rho, M = (flint.arb(x) for x in (distance, self.rho, self.third))
            inside = bool(t <= rho)
            return inside and bool(t**2 / 2 + M * t**3 / 6 < rho**2 / 2 - M * rho**3 / 6)

    def smallest_radius(self, hessian: MidRad) -> float:
        """Radius of a box around the minimum that lies inside: ``|d|_*^2 <= max|d|^2 sum |H_ij|``. Enclosure."""
        size = hessian.magnitude()
        total = float(size.sum()) * (1 + 2 * size.size * UNIT)
        return self.rho / math.sqrt(total) * (1 - 16 * UNIT)


def ellipsoid(
    problem: Problem, theta: Array, radius: float, local: Curvature, inverse: Array, loss: float
) -> Ellipsoid | None:
    """Find an ellipsoid around a minimum on which the loss is strongly convex. Enclosure.

    Parameters
    ----------
    problem : Problem
        With an activation of ``SMOOTH`` and trained outgoing weights.
    theta : ndarray, shape (n, dim + 1)
    radius : float
        The minimum lies within this of ``theta``.
    local : Curvature
        Over that box.
    inverse : ndarray, shape (N, N)
        Approximate inverse of the Hessian.
    loss : float
        Upper bound on the loss at the minimum.

    Returns
    -------
    Ellipsoid or None
        None if the metric could not be verified.
    """
    weights = metric(problem, inverse)
    wide = np.repeat(weights, [problem.dim, 1], axis=1)
    scale, back = 1 / wide, wide.ravel()
    mu = definite(_scaled(local.hessian, scale.ravel()), back[:, None] * inverse * back)
    if mu is None:
        return None
    pull = max(_most_negative(local.residual[i], scale[i]) for i in range(problem.n))
    # Reciprocals of the weights are rounded: two units each way, squared.
    mu, pull = mu * (1 - 16 * UNIT), pull * (1 + 16 * UNIT)
    with flint.ctx.workprec(BITS):
        neurons = [
            (_norm(row[:-1]) + flint.arb(0, radius * math.sqrt(problem.dim) * 1.01), flint.arb(abs(row[-1]), radius))
            for row in theta
        ]
        root = flint.arb(max(loss, 0.0)).sqrt()
        rho = 0.0
        for _ in range(12):
            scalars = (flint.arb(mu), flint.arb(pull), root, flint.arb(rho))
            M = third_derivative(neurons, weights, *scalars, problem.activation)
            if not M.is_finite():
                return None
            third = float(np.nextafter(float(M.abs_upper()), np.inf))
            if rho > 0 and third * rho * (1 + 4 * UNIT) < 0.99:
                return Ellipsoid(weights, rho, third)
            rho = CONVEXITY / third
    return None


def metric(problem: Problem, inverse: Array) -> Array:
    """Weights for which the metric lies below the Hessian, nearly as large as possible. Approximation.

    From the blocks of the inverse Hessian: how far each neuron can move at unit cost. Shape (n, 2).
    """
    n, dim = problem.n, problem.dim
    blocks = inverse.reshape(n, dim + 1, n, dim + 1)[np.arange(n), :, np.arange(n), :]
    reach = np.linalg.eigvalsh(blocks[:, :dim, :dim])[:, -1]
    return np.asarray(1 / np.sqrt(np.stack([reach, blocks[:, dim, dim]], axis=1)))


def third_derivative(
    neurons: Sequence[tuple[Any, Any]],
    weights: Array,
    mu: Any,
    pull: Any,
    root_loss: Any,
    rho: Any,
    activation: str = "erf",
) -> Any:
    r"""The bound M on the third derivative over the ellipsoid, in the metric of the Hessian. Enclosure.

    Parameters
    ----------
    neurons : sequence of (ball, ball)
        Norm of the incoming vector and absolute outgoing weight of each neuron.
    weights : ndarray, shape (n, 2)
    mu : ball
        The Hessian is at least mu times the metric.
    pull : ball
        The residual's part of the Hessian is at least minus this times the metric.
    root_loss : ball
        Square root of the loss at the minimum.
    rho : ball
    activation : str

    Returns
    -------
    ball
    """
    norm_of = derivative_norm_of(activation)
    reach = rho / mu.sqrt()
    second, third = flint.arb(0), flint.arb(0)
    for (norm, outgoing), (xi, eta) in zip(neurons, weights.tolist(), strict=True):
        xi, eta = flint.arb(xi), flint.arb(eta)
        weight = outgoing.abs_upper() + reach / eta
        low = norm.abs_lower() - reach / xi
        low = low if low > 0 else flint.arb(0)
        p = (low**2).union((norm.abs_upper() + reach / xi) ** 2)
        c1, c2, c3 = (norm_of(m, p) for m in (1, 2, 3))
        # On x^2 + y^2 = 1, 2xy <= 1 and 3 x^2 y <= 2/sqrt(3).
        second = largest((second, weight * c2 / xi**2 + c1 / (xi * eta)))
        third = largest((third, weight * c3 / xi**3 + 2 / flint.arb(3).sqrt() * c2 / (xi**2 * eta)))
    second, third = second / mu, third / mu ** flint.arb(1.5)
    first = ((1 + pull / mu) / 2).sqrt() + second * rho
    return 6 * first * second + 2 * (root_loss + first * rho) * third


def _norm(vector: Array) -> Any:
    return sum((flint.arb(float(x)) ** 2 for x in vector), flint.arb(0)).sqrt()


def _scaled(matrix: MidRad, scale: Array) -> MidRad:
    """Rows and columns of a symmetric matrix multiplied by a vector of positive doubles."""
    return symmetrised(MidRad(scale[:, None]) * matrix * MidRad(scale))


def _most_negative(block: MidRad, scale: Array) -> float:
    """A number s >= 0 with block >= -s diag(scale^-2). Enclosure."""
    scaled = _scaled(block, scale)
    if not scaled.known():
        return np.inf
    least = float(sla.eigvalsh(scaled.mid)[0])
    noise = 2 * spectral_bound(scaled.rad) + 1e-14 * float(np.abs(scaled.mid).max()) + 1e-300
    shift = 1.001 * max(-least, 0.0) + noise
    for _ in range(60):
        if definite(scaled + MidRad(np.eye(len(scale)) * shift)) is not None:
            return shift
        shift *= 2
    return np.inf

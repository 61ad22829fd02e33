"""Interactions of any activation by quadrature in the plane, derivatives from differentiated integrands.

Imports nothing of the project. The activations are written down from their definitions, with two derivatives, in
ball arithmetic whose midpoints are used. The trapezoidal rule under the normal density errs by about
exp(-2 pi c / h) times the growth of the integrand at height c above the plane: for entire functions that grow like
exp(g y^2 / 2) there c is chosen freely and the exponent is -2 pi^2 / (h^2 (1 + g)); for a function that is analytic
only below a height c / r it is -2 pi c / (h r), less the growth exp(c^2 / 2 r^2) of the density itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flint
from flint import arb

Triple = Callable[[Any], tuple[Any, Any, Any]]


def _phi(z: Any) -> Any:
    return (-(z * z) / 2).exp() / (2 * arb.pi()).sqrt()


def _Phi(z: Any) -> Any:
    return (1 + (z / arb(2).sqrt()).erf()) / 2


def _tanh(z: Any) -> tuple[Any, Any, Any]:
    t = z.tanh()
    return t, 1 - t * t, -2 * t * (1 - t * t)


def _logistic(z: Any) -> tuple[Any, Any, Any]:
    f = 1 / (1 + (-z).exp())
    return f, f * (1 - f), f * (1 - f) * (1 - 2 * f)


def _softplus(z: Any) -> tuple[Any, Any, Any]:
    f, d, _ = _logistic(z)
    return (1 + z.exp()).log(), f, d


def _silu(z: Any) -> tuple[Any, Any, Any]:
    f, d, dd = _logistic(z)
    return z * f, f + z * d, 2 * d + z * dd


#: Value, first and second derivative by name.
DEFINITIONS: dict[str, Triple] = {
    "erf": lambda z: ((z / arb(2).sqrt()).erf(), 2 * _phi(z), -2 * z * _phi(z)),
    "normal-cdf": lambda z: (_Phi(z), _phi(z), -z * _phi(z)),
    "gelu": lambda z: (z * _Phi(z), _Phi(z) + z * _phi(z), (2 - z * z) * _phi(z)),
    "linear": lambda z: (z, arb(1), arb(0)),
    "square": lambda z: (z * z, 2 * z, arb(2)),
    "cube": lambda z: (z**3, 3 * z * z, 6 * z),
    "hermite2": lambda z: (z * z - 1, 2 * z, arb(2)),
    "hermite3": lambda z: (z**3 - 3 * z, 3 * z * z - 3, 6 * z),
    "hermite4": lambda z: (z**4 - 6 * z * z + 3, 4 * z**3 - 12 * z, 12 * z * z - 12),
    "sin": lambda z: (z.sin(), z.cos(), -z.sin()),
    "cos": lambda z: (z.cos(), -z.sin(), -z.cos()),
    "exp": lambda z: (z.exp(), z.exp(), z.exp()),
    "tanh": _tanh,
    "sigmoid": _logistic,
    "softplus": _softplus,
    "silu": _silu,
}

#: Heights below which those that are not entire are analytic.
HEIGHTS = {"tanh": math.pi / 2, "sigmoid": math.pi, "softplus": math.pi, "silu": math.pi}
#: Those that grow like exp(y^2 / 2) at imaginary arguments iy.
GAUSSIAN = ("erf", "normal-cdf", "gelu")


@dataclass(frozen=True)
class Expectations:
    """Interaction of w and v in the plane: value, gradient in w, second derivatives in w, w and in w, v."""

    value: Any
    gradient: list[Any]
    own: list[list[Any]]
    mixed: list[list[Any]]


def step(name: str, w: tuple[float, float], v: tuple[float, float], digits: int) -> float:
    """Step at which the discretisation error is about 10^-digits."""
    target = math.log(10) * digits
    p, q = w[0] ** 2 + w[1] ** 2, v[0] ** 2 + v[1] ** 2
    if name in HEIGHTS:
        c = HEIGHTS[name] / math.sqrt(max(p, q))
        # At half of the height or 12, whichever is less: nearer to the poles the bound on the integrand explodes.
        c = min(0.9 * c, 12.0)
        return 2 * math.pi * c / (target + c * c / 2 + 8)
    growth = p + q if name in GAUSSIAN else 0.0
    # exp, sin and cos grow like exp(r y): as much as 20 in the exponent on the way.
    return math.sqrt(2 * math.pi**2 / ((target + 20) * (1 + growth)))


def expectations(
    name: str, w: tuple[Any, Any], v: tuple[Any, Any], digits: int = 32, sigma: Triple | None = None
) -> Expectations:
    """By the trapezoidal rule, to about ``digits`` digits after the point; to be called at a higher precision."""
    sigma = sigma or DEFINITIONS[name]
    rough = tuple(float(x) for x in w), tuple(float(x) for x in v)
    h = step(name, *rough, digits)
    # Weights are exp(-T^2/2); exp shifts the mass by w + v.
    reach = math.hypot(rough[0][0] + rough[1][0], rough[0][1] + rough[1][1]) if name == "exp" else 0.0
    cut = math.sqrt(2 * math.log(10) * (digits + 2)) + reach
    count = int(cut / h) + 1
    h = arb(h).mid()
    points = [i * h for i in range(-count, count + 1)]
    weights = [(h * _phi(x)).mid() for x in points]
    # Weights below this are left out, of which there are fewer than a million; for exp the integrand is as large as
    # exp(cut * reach) there.
    least = (arb(10) ** -(digits + 6) * arb(-cut * reach).exp()).mid()
    total = [arb(0)] * 9
    for x, wx in zip(points, weights, strict=True):
        for y, wy in zip(points, weights, strict=True):
            weight = wx * wy
            if weight < least:
                continue
            f, df, ddf = sigma(w[0] * x + w[1] * y)
            g, dg, _ = sigma(v[0] * x + v[1] * y)
            slope, curved, both = weight * df * g, weight * ddf * g, weight * df * dg
            terms = (
                weight * f * g,
                x * slope,
                y * slope,
                x * x * curved,
                x * y * curved,
                y * y * curved,
                x * x * both,
                x * y * both,
                y * y * both,
            )
            total = [(t + u).mid() for t, u in zip(total, terms, strict=True)]
    value, gx, gy, xx, xy, yy, mxx, mxy, myy = total
    return Expectations(value, [gx, gy], [[xx, xy], [xy, yy]], [[mxx, mxy], [mxy, myy]])


def precision(digits: int = 32) -> Any:
    """A context with room for the cancellation of the largest terms."""
    return flint.ctx.workdps(digits + 18)

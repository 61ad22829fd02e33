r"""Two homogeneous neurons in balls, in Cartesian form: nothing is lost at parallel and antiparallel vectors.

First for ReLU. With :math:`p = |w|^2`, :math:`q = |z|^2`, :math:`s = w \cdot z`, the root of Gram's determinant
:math:`\varrho = \sqrt{pq - s^2}`, the angle :math:`\theta` between the two and :math:`\psi = \pi - \theta`,

.. math:: g(w, z) = E[\sigma(w \cdot x)\, \sigma(z \cdot x)] = \frac{\varrho + s \psi}{2 \pi}, \qquad
          \nabla_w g = \frac{1}{2 \pi} \Big( \frac{\varrho}{p} w + \psi z \Big),

.. math:: \nabla_w^2 g = \frac{\varrho}{2 \pi p} (I - e e^\top + \nu \nu^\top), \qquad
          \nabla_w \nabla_z g = \frac{1}{2 \pi} \big( \psi I + \sin\theta\, R \big),

.. math:: R = \cos\theta\, (e e^\top - \nu \nu^\top) + \sin\theta\, (e \nu^\top + \nu e^\top),

e the direction of w and :math:`\nu` the unit vector across it towards z. Where the two are parallel nothing is known
of :math:`\nu` but that its entries lie between -1 and 1, and every term that has it has the factor
:math:`\varrho` or :math:`\sin\theta`, too: no quotient 0/0 arises.

*How fast the Hessian changes.* Third derivatives exist except where the two are parallel, and there the second ones
are continuous, so a bound on the third is a Lipschitz constant of the second. In the plane of e, :math:`\nu` and for
unit directions :math:`\delta` across it (:math:`|w| = |z| = 1`, times :math:`2 \pi`)

.. math:: g_{www}[e, \tau, \tau] = -\sin\theta\, (1 + t^2), \qquad
          g_{www}[\tau, \tau, \tau] = -\cos\theta\, (3 t - t^3)

for a unit tangent :math:`\tau = t \nu + \sqrt{1 - t^2}\, \delta`, and :math:`g_{www}[e, e, \cdot] = 0`. With
:math:`c^2 + y = 1`, :math:`|g_{www}[ce + \sqrt y \tau]^3| \le 6 c y \sin\theta + 2 y^{3/2} |\cos\theta| \le
2 y \sqrt{9 - 8 y} \le 3 \sqrt 3 / 2`. Turning e by a small angle within the plane changes
:math:`\psi I + \sin\theta R` by :math:`-I` and a reflection, across the plane by a matrix with eigenvalues
:math:`\pm 1`; together the norm is at most 2. Hence, as both are symmetric forms of degree -2 + 1 and -1 in (w, z),

.. math:: |g_{www}| \le \frac{3 \sqrt 3}{4 \pi} \frac{|z|}{|w|^2}, \qquad |g_{wwz}| \le \frac{1}{\pi |w|}.

*Other activations* :math:`p \max(x, 0) + q \max(-x, 0)` have the interaction :math:`\beta g + \gamma\, w \cdot z`,
:math:`\beta = (p + q)^2`, :math:`\gamma = -pq`. It follows from the same formulas with :math:`\beta \varrho`,
:math:`\beta \sin\theta` and :math:`\beta \psi + 2 \pi \gamma` in place of :math:`\varrho`, :math:`\sin\theta`
(before R) and :math:`\psi`; third derivatives are :math:`\beta` times those of ReLU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import flint

from numerics.kernels.homogeneous import RELU, Homogeneous

Ball: TypeAlias = Any
Vector: TypeAlias = Sequence[Ball]


@dataclass(frozen=True)
class Pair:
    r"""What the formulas need of two vectors. Enclosure.

    Attributes
    ----------
    inner, root, supplement : ball
        :math:`s`, and :math:`\beta\varrho` and :math:`\beta\psi + 2\pi\gamma`, which are :math:`\varrho` and
        :math:`\psi` for ReLU.
    sine, cosine : ball
        Of the angle.
    bend : ball
        :math:`\beta` times the sine.
    across : list of balls
        The unit vector :math:`\nu`.
    """

    inner: Ball
    root: Ball
    supplement: Ball
    sine: Ball
    cosine: Ball
    bend: Ball
    across: list[Ball]

    def value(self) -> Ball:
        """The interaction of the two vectors. Enclosure."""
        return (self.root + self.inner * self.supplement) / (2 * flint.arb.pi())


def dot(w: Vector, z: Vector) -> Ball:
    """Inner product. Enclosure."""
    return sum((x * y for x, y in zip(w, z, strict=True)), flint.arb(0))


def root_of(square: Ball) -> Ball:
    """The square root of a number that is known not to be negative, whatever its ball says. Enclosure."""
    if not square.is_finite():
        return flint.arb.nan()
    high, low = square.upper(), square.lower()
    if low > 0:
        return square.sqrt()
    return flint.arb(0).union(high.sqrt().upper()) if high > 0 else flint.arb(0)


def supplement_of(root: Ball, inner: Ball) -> Ball:
    r""":math:`\pi - \theta` from :math:`\varrho` and s: no inverse cosine of balls around 1. Enclosure."""
    if inner > 0:
        return flint.arb.pi() - (root / inner).atan()
    if inner < 0:
        return (root / -inner).atan()
    if root > 0:
        return flint.arb.pi() / 2 + (inner / root).atan()
    return flint.arb(0).union(flint.arb.pi().upper())


def exactly(number: Fraction) -> Ball:
    """A rational number at the working precision. Enclosure."""
    return flint.arb(flint.fmpq(*number.as_integer_ratio()))


def pair(w: Vector, z: Vector, p: Ball, q: Ball, form: Homogeneous = RELU) -> Pair:
    """The pair of two vectors that are not zero, with the squares of their norms. Enclosure.

    To be called at working precision; Gram's determinant cancels, so it gets twice the digits.
    """
    precision = flint.ctx.prec
    with flint.ctx.workprec(2 * precision + 64):
        inner = dot(w, z)
        square = dot(w, w) * dot(z, z) - inner**2
    root = root_of(square)
    scale = (p * q).sqrt()
    sine, cosine = root / scale, inner / scale
    scale, shift = exactly(form.scale), exactly(form.shift)
    supplement = scale * supplement_of(root, inner) + 2 * flint.arb.pi() * shift
    return Pair(inner, scale * root, supplement, sine, cosine, scale * sine, _across(w, z, inner / p, root, p))


def _across(w: Vector, z: Vector, share: Ball, root: Ball, p: Ball) -> list[Ball]:
    """The unit vector across w towards z: what is left of z, over its norm."""
    unknown = flint.arb(0, 1)
    if not root > 0:
        return [unknown for _ in w]
    factor = p.sqrt() / root
    entries = ((y - share * x) * factor for x, y in zip(w, z, strict=True))
    return [x if x.is_finite() and x.rad() < 1 else unknown for x in entries]

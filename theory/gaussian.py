"""The bivariate normal density and the integrals over it that the derivations need."""

from __future__ import annotations

import sympy as sp

from theory import names
from theory.derivation import Relation, Step
from theory.notation import Mean, Partial, Primed
from theory.prose import asserted, called, defined, sentence
from theory.symbols import p, q, s, x, y

#: Determinant of the covariance matrix, positive where the density exists.
DETERMINANT = p * q - s**2

# Coefficients of a quadratic form A x^2 - 2 B x y + C y^2, and what completing the square leaves.
A, C, K = sp.symbols("A C K", positive=True)
B = sp.Symbol("B", real=True)


def density() -> sp.Expr:
    r"""Density of the centred normal law with variances p, q and covariance s. Exact.

    .. math:: \varphi = \frac{1}{2\pi\sqrt{pq-s^2}} \exp\left(-\frac{q x^2 - 2 s x y + p y^2}{2 (pq - s^2)}\right)
    """
    form = (q * x**2 - 2 * s * x * y + p * y**2) / (2 * DETERMINANT)
    return sp.exp(-form) / (2 * sp.pi * sp.sqrt(DETERMINANT))


def price_step() -> Step:
    r"""Price's theorem, as the identity of densities that proves it. Exact.

    :math:`\partial_s \varphi = \partial_x \partial_y \varphi`; two integrations by parts then give
    :math:`\partial_s E[\sigma(X)\sigma(Y)] = E[\sigma'(X)\sigma'(Y)]` for smooth bounded ``sigma``
    (Price, *A useful theorem for nonlinear devices having Gaussian inputs*, 1958).
    """
    phi, letter = density(), sp.Symbol("phi")
    X, Y = sp.symbols("X Y")
    # Divided by the density, both sides are rational, so that the check is an exact cancellation.
    return Step(
        "price",
        sentence(
            "The density {} obeys {} (over {} both sides are rational), hence by parts the slope {} is the mean {}",
            called(letter, phi),
            asserted(Partial(letter, s), "=", Partial(Partial(letter, y), x)),
            letter,
            Partial(Mean(names.sigma(X) * names.sigma(Y)), s),
            Mean(Primed(names.sigma_letter, 1, X) * Primed(names.sigma_letter, 1, Y)),
        ),
        sp.simplify(sp.diff(phi, s) / phi),
        sp.simplify(sp.diff(phi, x, y) / phi),
    )


def quadratic_steps() -> tuple[Step, Step]:
    r"""The Gaussian integral over the plane, one variable at a time. Exact.

    .. math:: \iint e^{-(A x^2 - 2 B x y + C y^2)/2} \, dx \, dy = \frac{2\pi}{\sqrt{AC - B^2}}
    """
    inner_value = sp.sqrt(2 * sp.pi / A) * sp.exp(-(C - B**2 / A) * y**2 / 2)
    inner = Step(
        "inner-integral",
        sentence("Integrate over {}", x),
        sp.exp(-(A * x**2 - 2 * B * x * y + C * y**2) / 2),
        inner_value,
        Relation.INTEGRAL,
        x,
    )
    outer = Step(
        "outer-integral",
        sentence("Integrate over {}, with {}", y, defined(K, C - B**2 / A)),
        sp.sqrt(2 * sp.pi / A) * sp.exp(-K * y**2 / 2),
        2 * sp.pi / sp.sqrt(A * K),
        Relation.INTEGRAL,
        y,
    )
    return inner, outer

r"""A bound on the gradient in the complex, which bounds how fast its Chebyshev coefficients decay along a curve.

Let w_i(z) = w_i + Delta with |Delta| <= d_i on an ellipse, w_i real, and likewise a_i. With s = w.z, P = 1 + w.w,
Q = 1 + z.z (bilinear) and D = P Q - s^2, |s - s0| <= |w| d' + |z| d + d d', |P - P0| <= 2 |w| d + d^2, so that D
stays in a disc around D0 > 0. Where the discs of P, Q and D leave out 0, g and its derivatives are analytic (their
domain, a product of discs, is simply connected, and dg = g_s ds + g_p dp + g_q dq has analytic coefficients), with

    |g_s| <= (2/pi) min|D|^(-1/2),  |g_p| <= |g_s| max|s| / (2 min|P|),
    |g| <= |g(s0, P0, Q0)| + |g_s| |s - s0| + |g_p| |P - P0| + |g_q| |Q - Q0|,  |g(s0, P0, Q0)| <= 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint

from verify.recheck.numbers import Ball
from verify.recheck.series import norm


@dataclass(frozen=True)
class Disc:
    """A neuron on an ellipse: centre of its incoming vector, radius, and bounds on that and the outgoing weight."""

    centre: list[Ball]
    radius: Ball
    length: Ball
    outgoing: Ball


def disc(centre: list[Ball], radius: Ball, outgoing: Ball) -> Disc:
    """With its length, an upper bound on |centre|."""
    return Disc(centre, radius, norm(centre), outgoing)


def gradient_bound(students: list[Disc], teachers: list[Disc]) -> Ball | None:
    """Upper bound on the Euclidean norm of the gradient over the discs; None if they may meet a singularity."""
    everyone = students + teachers
    P0 = [1 + sum((x * x for x in one.centre), flint.arb(0)) for one in everyone]
    slack = [(2 * one.length * one.radius + one.radius**2).upper() for one in everyone]
    two_over_pi = 2 / flint.arb.pi()
    square = flint.arb(0)
    for i, one in enumerate(students):
        longest = one.length + one.radius
        pull, value = flint.arb(0), flint.arb(0)
        for j, other in enumerate(everyone):
            s0 = sum((x * y for x, y in zip(one.centre, other.centre, strict=True)), flint.arb(0))
            ds = one.length * other.radius + other.length * one.radius + one.radius * other.radius
            D0 = P0[i] * P0[j] - s0 * s0
            dD = P0[i] * slack[j] + P0[j] * slack[i] + slack[i] * slack[j] + 2 * abs(s0) * ds + ds * ds
            D, P, Q = (D0 - dD).lower(), (P0[i] - slack[i]).lower(), (P0[j] - slack[j]).lower()
            if not (D > 0 and P > 0 and Q > 0):
                return None
            g_s = two_over_pi / D.sqrt()
            top = abs(s0) + ds
            g_p, g_q = g_s * top / (2 * P), g_s * top / (2 * Q)
            value += other.outgoing * (1 + g_s * ds + g_p * slack[i] + g_q * slack[j])
            pull += other.outgoing * (g_s * (other.length + other.radius) + 2 * g_p * longest)
        square += (2 * one.outgoing * pull) ** 2 + (2 * value) ** 2
    return square.upper().sqrt().upper() if square.is_finite() else None

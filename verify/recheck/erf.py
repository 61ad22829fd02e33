r"""The interaction of two erf neurons and its derivatives, in balls.

With sigma(t) = erf(t / sqrt 2), x ~ N(0, I), s = w.z, p = |w|^2, q = |z|^2, P = 1 + p, Q = 1 + q and D = P Q - s^2:
g(s, p, q) = E[sigma(w.x) sigma(z.x)] = (2/pi) asin(s / sqrt(P Q)). Only g itself is not algebraic, since
d/dt asin(t) = (1 - t^2)^(-1/2) and 1 - s^2 / (P Q) = D / (P Q):

    g_s = (2/pi) D^(-1/2),    g_p = -(1/pi) s / (P D^(1/2)),    g_ss = (2/pi) s D^(-3/2),
    g_sp = -(1/pi) Q D^(-3/2),    g_sq = -(1/pi) P D^(-3/2),    g_pq = (1/(2 pi)) s D^(-3/2),
    g_pp = (1/pi) s [1 / (P^2 D^(1/2)) + Q / (2 P D^(3/2))].
"""

from __future__ import annotations

from typing import NamedTuple

import flint

from verify.recheck.numbers import Ball


class First(NamedTuple):
    """First derivatives by s and p."""

    s: Ball
    p: Ball


class Second(NamedTuple):
    """First and second derivatives."""

    s: Ball
    p: Ball
    ss: Ball
    sp: Ball
    sq: Ball
    pp: Ball
    pq: Ball


def value(s: Ball, P: Ball, Q: Ball) -> Ball:
    """g, for P = 1 + p and Q = 1 + q."""
    if s.is_zero():
        return flint.arb(0)
    return 2 * (s / (P * Q).sqrt()).asin() / flint.arb.pi()


def first(s: Ball, P: Ball, Q: Ball) -> First:
    """g_s and g_p."""
    root = (P * Q - s * s).rsqrt() / flint.arb.pi()
    return First(2 * root, -s * root / P)


def second(s: Ball, P: Ball, Q: Ball) -> Second:
    """All derivatives up to the second that Hessians need."""
    inverse = 1 / (P * Q - s * s)
    root = inverse.sqrt() / flint.arb.pi()
    cube = root * inverse
    return Second(
        2 * root,
        -s * root / P,
        2 * s * cube,
        -Q * cube,
        -P * cube,
        s * (root / (P * P) + Q * cube / (2 * P)),
        s * cube / 2,
    )

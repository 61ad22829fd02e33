"""Interaction function of cos and its derivatives; s = w.v, p = |w|^2, q = |v|^2.

Generated from theory.interactions by `python -m numerics.compile`: change the theory,
not this file. m is the arithmetic.
"""

from typing import Any


def value(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """The interaction function. Returns g."""
    c0 = (m.rational(1, 2)*p + m.rational(1, 2)*q)
    return ((m.rational(1, 2)*m.exp((-1*c0 + -1*s)) + m.rational(1, 2)*m.exp((-1*c0 + s))),)


def first(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """Value and first derivatives. Returns g, g_s, g_p."""
    c0 = (m.rational(1, 2)*p + m.rational(1, 2)*q)
    c1 = m.exp((-1*c0 + s))
    c2 = m.exp((-1*c0 + -1*s))
    return ((m.rational(1, 2)*c1 + m.rational(1, 2)*c2), (m.rational(1, 2)*c1 + -1*m.rational(1, 2)*c2), (-1*m.rational(1, 4)*c1 + -1*m.rational(1, 4)*c2),)


def second(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """First and second derivatives. Returns d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq."""
    c0 = (m.rational(1, 2)*p + m.rational(1, 2)*q)
    c1 = (c0 + s)
    c2 = m.exp(-1*c1)
    c3 = m.exp((-1*c0 + s))
    c4 = -1*c3
    c5 = m.exp(-1*c1)
    c6 = (c3 + c5)
    c7 = (m.rational(1, 4)*c4 + m.rational(1, 4)*c5)
    c8 = m.rational(1, 8)*c6
    return ((-1*m.rational(1, 2)*c2 + -1*m.rational(1, 2)*c4), (-1*m.rational(1, 4)*c2 + -1*m.rational(1, 4)*c3), m.rational(1, 2)*c6, c7, c7, c8, c8,)

"""Interaction function of normal-cdf and its derivatives; s = w.v, p = |w|^2, q = |v|^2.

Generated from theory.interactions by `python -m numerics.compile`: change the theory,
not this file. m is the arithmetic.
"""

from typing import Any


def value(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """The interaction function. Returns g."""
    return ((m.rational(1, 2)*m.asin(s/(m.sqrt((p + 1))*m.sqrt((q + 1))))/(m.pi) + m.rational(1, 4)),)


def first(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """Value and first derivatives. Returns g, g_s, g_p."""
    c0 = (p + 1)
    c1 = (q + 1)
    c2 = 1/((m.pi))
    c3 = m.rational(1, 2)*c2
    c4 = 1/(m.sqrt((c0*c1 + -1*(s)*(s))))
    return ((c3*m.asin(s/(m.sqrt(c0)*m.sqrt(c1))) + m.rational(1, 4)), c3*c4, -1*m.rational(1, 4)*c2*c4*s/(c0),)


def second(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """First and second derivatives. Returns d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq."""
    c0 = (p + 1)
    c1 = (q + 1)
    c2 = (c0*c1 + -1*(s)*(s))
    c3 = 1/(m.sqrt(c2))
    c4 = 1/((m.pi))
    c5 = m.rational(1, 2)*c4
    c6 = m.rational(1, 4)*c4
    c7 = 1/((c0))
    c8 = c3*c7*s
    c9 = 1/((c2)*m.sqrt(c2))
    c10 = c9*s
    c11 = c6*c9
    c12 = m.rational(1, 8)*c4
    return (c3*c5, -1*c6*c8, c10*c5, -1*c1*c11, -1*c0*c11, c12*c8*(c1/(c2) + 2*c7), c10*c12,)

"""Interaction function of erf and its derivatives; s = w.v, p = |w|^2, q = |v|^2.

Generated from theory.interactions by `python -m numerics.compile`: change the theory,
not this file. m is the arithmetic.
"""

from typing import Any


def value(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """The interaction function. Returns g."""
    return (2*m.asin(s/(m.sqrt((p + 1))*m.sqrt((q + 1))))/(m.pi),)


def first(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """Value and first derivatives. Returns g, g_s, g_p."""
    c0 = (p + 1)
    c1 = (q + 1)
    c2 = 2/(m.pi)
    c3 = c2/(m.sqrt((c0*c1 + -1*(s)*(s))))
    return (c2*m.asin(s/(m.sqrt(c0)*m.sqrt(c1))), c3, -1*c3*s/((2*p + 2)),)


def second(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """First and second derivatives. Returns d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq."""
    c0 = (p + 1)
    c1 = (q + 1)
    c2 = (c0*c1 + -1*(s)*(s))
    c3 = 1/(m.sqrt(c2))
    c4 = 1/((m.pi))
    c5 = 2*c4
    c6 = c3*c5
    c7 = 1/((c2)*m.sqrt(c2))
    c8 = c4*c7
    c9 = 1/((c0))
    return (c6, -1*c6*s/((2*p + 2)), c5*c7*s, -1*c1*c8, -1*c0*c8, c3*c4*c9*s*(m.rational(1, 2)*c1/(c2) + c9), m.rational(1, 2)*c8*s,)

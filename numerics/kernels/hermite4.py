"""Interaction function of hermite4 and its derivatives; s = w.v, p = |w|^2, q = |v|^2.

Generated from theory.interactions by `python -m numerics.compile`: change the theory,
not this file. m is the arithmetic.
"""

from typing import Any


def value(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """The interaction function. Returns g."""
    c0 = (p + -1)
    c1 = (q + -1)
    return ((9*(c0)*(c0)*(c1)*(c1) + 72*c0*c1*(s)*(s) + 24*(s)*(s)*(s)*(s)),)


def first(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """Value and first derivatives. Returns g, g_s, g_p."""
    c0 = (s)*(s)
    c1 = (p + -1)
    c2 = (q + -1)
    c3 = c1*c2
    return ((72*c0*c3 + 9*(c1)*(c1)*(c2)*(c2) + 24*(s)*(s)*(s)*(s)), 48*s*(2*c0 + 3*c3), 18*c2*(4*c0 + c3),)


def second(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """First and second derivatives. Returns d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq."""
    c0 = (s)*(s)
    c1 = 2*c0
    c2 = (p + -1)
    c3 = (q + -1)
    c4 = c2*c3
    c5 = (c1 + c4)
    c6 = 144*s
    return (48*s*(c1 + 3*c4), 18*c3*(4*c0 + c4), 144*c5, c3*c6, c2*c6, 18*(c3)*(c3) + 0*s, 36*c5,)

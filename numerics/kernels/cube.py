"""Interaction function of cube and its derivatives; s = w.v, p = |w|^2, q = |v|^2.

Generated from theory.interactions by `python -m numerics.compile`: change the theory,
not this file. m is the arithmetic.
"""

from typing import Any


def value(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """The interaction function. Returns g."""
    return ((9*p*q*s + 6*(s)*(s)*(s)),)


def first(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """Value and first derivatives. Returns g, g_s, g_p."""
    c0 = p*q
    c1 = 9*s
    return ((c0*c1 + 6*(s)*(s)*(s)), (9*c0 + 18*(s)*(s)), c1*q,)


def second(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """First and second derivatives. Returns d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq."""
    c0 = 9*q
    return (9*(p*q + 2*(s)*(s)), c0*s, 36*s, c0 + 0*s, 9*p + 0*s, 0 + 0*s, 9*s,)

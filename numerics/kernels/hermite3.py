"""Interaction function of hermite3 and its derivatives; s = w.v, p = |w|^2, q = |v|^2.

Generated from theory.interactions by `python -m numerics.compile`: change the theory,
not this file. m is the arithmetic.
"""

from typing import Any


def value(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """The interaction function. Returns g."""
    return ((6*(s)*(s)*(s) + 9*s*(p + -1)*(q + -1)),)


def first(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """Value and first derivatives. Returns g, g_s, g_p."""
    c0 = (q + -1)
    c1 = c0*(p + -1)
    c2 = 9*s
    return ((c1*c2 + 6*(s)*(s)*(s)), (9*c1 + 18*(s)*(s)), c0*c2,)


def second(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """First and second derivatives. Returns d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq."""
    c0 = (p + -1)
    c1 = (q + -1)
    c2 = 9*s
    return ((9*c0*c1 + 18*(s)*(s)), c1*c2, 36*s, 9*c1 + 0*s, 9*c0 + 0*s, 0 + 0*s, c2,)

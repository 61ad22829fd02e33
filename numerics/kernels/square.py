"""Interaction function of square and its derivatives; s = w.v, p = |w|^2, q = |v|^2.

Generated from theory.interactions by `python -m numerics.compile`: change the theory,
not this file. m is the arithmetic.
"""

from typing import Any


def value(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """The interaction function. Returns g."""
    return ((p*q + 2*(s)*(s)),)


def first(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """Value and first derivatives. Returns g, g_s, g_p."""
    return ((p*q + 2*(s)*(s)), 4*s, q + 0*s,)


def second(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """First and second derivatives. Returns d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq."""
    return (4*s, q + 0*s, 4 + 0*s, 0 + 0*s, 0 + 0*s, 0 + 0*s, 1 + 0*s,)

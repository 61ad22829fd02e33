"""Interaction function of exp and its derivatives; s = w.v, p = |w|^2, q = |v|^2.

Generated from theory.interactions by `python -m numerics.compile`: change the theory,
not this file. m is the arithmetic.
"""

from typing import Any


def value(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """The interaction function. Returns g."""
    return (m.exp((m.rational(1, 2)*p + m.rational(1, 2)*q + s)),)


def first(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """Value and first derivatives. Returns g, g_s, g_p."""
    c0 = m.exp((m.rational(1, 2)*p + m.rational(1, 2)*q + s))
    return (c0, c0, m.rational(1, 2)*c0,)


def second(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """First and second derivatives. Returns d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq."""
    c0 = m.exp((m.rational(1, 2)*p + m.rational(1, 2)*q + s))
    c1 = m.rational(1, 2)*c0
    c2 = m.rational(1, 4)*c0
    return (c0, c1, c0, c1, c1, c2, c2,)

"""Interaction function of gelu and its derivatives; s = w.v, p = |w|^2, q = |v|^2.

Generated from theory.interactions by `python -m numerics.compile`: change the theory,
not this file. m is the arithmetic.
"""

from typing import Any


def value(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """The interaction function. Returns g."""
    c0 = (p + 1)
    c1 = (q + 1)
    c2 = m.rational(1, 2)/(m.pi)
    c3 = (s)*(s)
    return ((c2*s*m.asin(s/(m.sqrt(c0)*m.sqrt(c1))) + c2*(c3 + p*q + -1*c3*q/(c1) + -1*c3*p/(c0))/(m.sqrt((c0*c1 + -1*c3))) + m.rational(1, 4)*s),)


def first(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """Value and first derivatives. Returns g, g_s, g_p."""
    c0 = (p + 1)
    c1 = (q + 1)
    c2 = 1/((m.pi))
    c3 = m.rational(1, 2)*c2
    c4 = c3*m.asin(s/(m.sqrt(c0)*m.sqrt(c1)))
    c5 = (s)*(s)
    c6 = 1/((c0))
    c7 = c6*p
    c8 = q/(c1)
    c9 = (-1*c5*c7 + -1*c5*c8 + c5 + p*q)
    c10 = (c0*c1 + -1*c5)
    c11 = 1/(m.sqrt(c10))
    c12 = c11*c3
    c13 = c11*c2
    return ((c12*c9 + c4*s + m.rational(1, 4)*s), (c12*s + c13*s*(-1*c7 + -1*c8 + 1) + c4 + m.rational(1, 4) + c3*c9*s/((c10)*m.sqrt(c10))), m.rational(1, 4)*c13*(-1*c1*c9/(c10) + -1*3*c5*c6 + 2*q + 2*c5*p/((c0)*(c0))),)


def second(s: Any, p: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """First and second derivatives. Returns d_s, d_p, d_ss, d_sp, d_sq, d_pp, d_pq."""
    c0 = (p + 1)
    c1 = (q + 1)
    c2 = 1/((m.pi))
    c3 = m.rational(1, 2)*c2
    c4 = (s)*(s)
    c5 = (c0*c1 + -1*c4)
    c6 = 1/(m.sqrt(c5))
    c7 = c3*s
    c8 = 1/((c1))
    c9 = c8*q
    c10 = 1/((c0))
    c11 = c10*p
    c12 = (c11 + -1)
    c13 = (-1*c12 + -1*c9)
    c14 = c2*c6
    c15 = c14*s
    c16 = (-1*c11*c4 + -1*c4*c9 + c4 + p*q)
    c17 = c10*c4
    c18 = 1/((c0)*(c0))
    c19 = c18*c4*p
    c20 = 1/((c5))
    c21 = c16*c20
    c22 = (-1*c1*c21 + -1*3*c17 + 2*c19 + 2*q)
    c23 = m.rational(1, 2)*c20
    c24 = 2*c20
    c25 = 1/((c5)*(c5))
    c26 = c16*c25
    c27 = m.rational(1, 4)*c20
    c28 = c13*c23
    c29 = (-1*c17 + c19 + q)
    c30 = m.rational(3, 4)*c26
    c31 = (c1)*(c1)
    c32 = (-1*c4*c8 + p + c4*q/(c31))
    c33 = c1*c24
    c34 = c20*c22
    c35 = m.rational(1, 8)*c14
    return ((c13*c15 + c16*c7/((c5)*m.sqrt(c5)) + c3*m.asin(s/(m.sqrt(c0)*m.sqrt(c1))) + c6*c7 + m.rational(1, 4)), m.rational(1, 4)*c14*c22, c14*(-1*c11 + c13*c24*c4 + m.rational(1, 2)*c21 + c23*c4 + m.rational(3, 2)*c26*c4 + -1*c9 + 2), c15*(-1*c1*c27 + -1*c1*c28 + -1*c1*c30 + c10*c12 + -1*m.rational(1, 4)*c10 + m.rational(1, 2)*c20*c29), c15*(-1*c0*c27 + -1*c0*c28 + -1*c0*c30 + m.rational(1, 2)*c20*c32 + c8*(c9 + -1) + -1*m.rational(1, 4)*c8), c35*(-1*c1*c34 + 2*c16*c25*c31 + 10*c18*c4 + -1*c29*c33 + -1*8*c4*p/((c0)*(c0)*(c0))), c35*(2*c0*c1*c16*c25 + -1*c0*c34 + -1*2*c21 + -1*c32*c33 + 4),)

"""A pair of neurons in a channel to infinity, in the limit: s = w.v, t = delta.v, l = w.delta,
p = |w|^2, e = |delta|^2, q = |v|^2.

Generated from theory.channel by `python -m numerics.compile`: change the theory,
not this file. m is the arithmetic.
"""

from typing import Any


def mixed(c: Any, s: Any, t: Any, p: Any, l: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """The pair with another neuron. Returns g."""
    c0 = (p + 1)
    c1 = (q + 1)
    c2 = 1/((m.pi))
    c3 = 2*c2
    c4 = 1/(m.sqrt((c0*c1 + -1*(s)*(s))))
    return ((c*c3*m.asin(s/(m.sqrt(c0)*m.sqrt(c1))) + -1*4*c2*c4*l*s/((2*p + 2)) + c3*c4*t),)


def mixed_derivatives(c: Any, s: Any, t: Any, p: Any, l: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """Its derivatives. Returns d_c, d_s, d_t, d_p, d_l, d_q, d_cc, d_cs, d_ct, d_cp, d_cl, d_cq, d_ss, d_st, d_sp, d_sl, d_sq, d_tt, d_tp, d_tl, d_tq, d_pp, d_pl, d_pq, d_ll, d_lq, d_qq."""
    c0 = (p + 1)
    c1 = 1/(m.sqrt(c0))
    c2 = (q + 1)
    c3 = 1/(m.sqrt(c2))
    c4 = c1*c3
    c5 = 1/((m.pi))
    c6 = 2*c5
    c7 = (s)*(s)
    c8 = (c0*c2 + -1*c7)
    c9 = 1/((c8)*m.sqrt(c8))
    c10 = c9*t
    c11 = 1/((c0))
    c12 = 1/(m.sqrt(c8))
    c13 = c12*l
    c14 = c9*l
    c15 = c11*c7
    c16 = (-1*c15/(c2) + 1)
    c17 = 1/(m.sqrt(c16))
    c18 = c*c17
    c19 = (c0)*(c0)
    c20 = 1/((c19))
    c21 = 1/((c0)*m.sqrt(c0))
    c22 = c21*c3
    c23 = c18*c22
    c24 = c5*s
    c25 = 2*c11
    c26 = c12*c25
    c27 = 1/((c2)*m.sqrt(c2))
    c28 = c1*c27
    c29 = c18*c28
    c30 = c17*c24
    c31 = 1/((c8)*(c8)*m.sqrt(c8))
    c32 = c31*t
    c33 = c14*s
    c34 = 3*c11
    c35 = (s)*(s)*(s)
    c36 = c31*l
    c37 = c/((c16)*m.sqrt(c16))
    c38 = c27*c37
    c39 = c21*s
    c40 = 3*c32
    c41 = c40*s
    c42 = 2*c20
    c43 = 1/((c0)*(c0)*m.sqrt(c0))
    c44 = 1/((c8))
    c45 = 1/((c2)*(c2)*m.sqrt(c2))
    c46 = c21*c37
    c47 = c5*c9
    c48 = (c2)*(c2)
    c49 = m.rational(3, 2)*c32
    c50 = c36*s
    c51 = m.rational(3, 2)*c50
    c52 = c18*s
    c53 = m.rational(1, 2)*c35
    return (c6*m.asin(c4*s), c6*(c10*s + -1*c11*c13 + -1*c14*c15 + c18*c4), c12*c6, c5*(-1*c10*c2 + c11*c2*c9*l*s + 2*c12*c20*l*s + -1*c23*s), -1*c24*c26, c5*(-1*c0*c10 + -1*c29*s + c9*l*s), 0, c17*c4*c6, 0, -1*c22*c30, 0, -1*c28*c30, c6*(c10 + 3*c32*c7 + -1*c33*c34 + -1*c34*c35*c36 + c38*c39), c6*c9*s, c5*(c11*c14*c2 + c13*c42 + c14*c42*c7 + 3*c15*c2*c36 + -1*c2*c41 + -1*c23 + -1*c38*c43*c7), -1*c26*c5*(c44*c7 + 1), c5*(-1*c0*c41 + -1*c29 + 3*c31*c7*l + -1*c45*c46*c7 + c9*l), 0, -1*c2*c47, 0, -1*c0*c47, c5*(-1*c11*c48*c51 + -1*c2*c33*c42 + m.rational(3, 2)*c3*c43*c52 + c48*c49 + -1*4*c13*s/((c0)*(c0)*(c0)) + c38*c53/((c0)*(c0)*(c0)*m.sqrt(c0))), c11*c12*c24*(c2*c44 + c25), c5*(c0*c2*c49 + -1*c10 + m.rational(1, 2)*c18*c27*c39 + -1*c2*c51 + c37*c43*c45*c53), 0, c47*s, m.rational(1, 2)*c5*(-1*3*c0*c50 + 3*c1*c45*c52 + c19*c40 + c35*c46/((c2)*(c2)*(c2)*m.sqrt(c2))),)


def own(c: Any, p: Any, l: Any, e: Any, m: Any) -> tuple[Any, ...]:
    """The pair with itself. Returns g."""
    c0 = 1/((m.pi))
    c1 = 1/(((p + 1)))
    c2 = (2*p + 1)
    return ((2*(c)*(c)*c0*m.asin(c1*p) + 4*c*c0*c1*l/(m.sqrt(c2)) + c0*(2*c2*e + -1*4*(l)*(l))/((c2)*m.sqrt(c2))),)


def own_derivatives(c: Any, p: Any, l: Any, e: Any, m: Any) -> tuple[Any, ...]:
    """Its derivatives. Returns d_c, d_p, d_l, d_e, d_cc, d_cp, d_cl, d_ce, d_pp, d_pl, d_pe, d_ll, d_le, d_ee."""
    c0 = (p + 1)
    c1 = 1/((c0))
    c2 = c1*p
    c3 = m.asin(c2)
    c4 = (2*p + 1)
    c5 = 1/(m.sqrt(c4))
    c6 = c1*c5
    c7 = c6*l
    c8 = 1/((m.pi))
    c9 = 4*c8
    c10 = 1/((c4)*m.sqrt(c4))
    c11 = 1/((c0)*(c0))
    c12 = c*c11
    c13 = 2*l
    c14 = c*c1
    c15 = c10*l
    c16 = 1/((c4)*(c4)*m.sqrt(c4))
    c17 = (c4*e + -1*2*(l)*(l))
    c18 = (c)*(c)
    c19 = (c2 + -1)
    c20 = (-1*c11*(p)*(p) + 1)
    c21 = 1/(m.sqrt(c20))
    c22 = 2*c8
    c23 = 1/((c4))
    c24 = c5*c9
    c25 = c19*c21
    c26 = 1/((c0)*(c0)*(c0))
    return (c9*(c*c3 + c7), c22*(-1*c1*c18*c19*c21 + 2*c10*e + -1*c12*c13*c5 + -1*2*c14*c15 + -1*3*c16*c17), c24*(-1*c13*c23 + c14), c22*c5, c3*c9, -1*c1*c9*(c*c25 + c15 + c7), c6*c9, 0, c22*(4*c*c26*c5*l + 2*c11*c18*c25 + 4*c12*c15 + 6*c14*c16*l + -1*12*c16*e + 15*c17/((c4)*(c4)*(c4)*m.sqrt(c4)) + c18*(c19)*(c19)*c26*p/((c20)*m.sqrt(c20))), c24*(-1*c12 + -1*c14*c23 + 6*l/((c4)*(c4))), -1*2*c10*c8, -1*8*c10*c8, 0, 0,)


def mixed_third(s: Any, t: Any, p: Any, l: Any, e: Any, q: Any, m: Any) -> tuple[Any, ...]:
    """Third derivative along delta. Returns g."""
    c0 = (s)*(s)
    c1 = (p + 1)
    c2 = (q + 1)
    c3 = (-1*c0 + c1*c2)
    c4 = l*s
    c5 = e*(-1*6*c0 + 6*c1*c2)
    return ((18*(c2)*(c2)*(l)*(l)*t + -1*18*c2*c4*(t)*(t) + -1*c2*c5*t + (t)*(t)*(t)*(4*c0 + 2*c1*c2) + c4*c5*(-1*2*c0 + 3*c1*c2)/((c1)*(c1)) + -1*2*(l)*(l)*(l)*s*(c0*(-1*10*c0 + 10*c1*c2) + 15*(c3)*(c3) + 3*(s)*(s)*(s)*(s))/((c1)*(c1)*(c1)))/(m.pi*(c3)*(c3)*m.sqrt(c3)),)


def own_third(c: Any, p: Any, l: Any, e: Any, m: Any) -> tuple[Any, ...]:
    """Third derivative along delta. Returns g."""
    c0 = (p + 1)
    c1 = (2*p + 1)
    c2 = 1/((c1)*m.sqrt(c1))
    c3 = 1/((c1)*(c1)*m.sqrt(c1))
    c4 = 3*(p)*(p)
    return ((6*c*c2*e*l*(c4 + -1)/((c0)*(c0)) + -1*4*c*c3*(l)*(l)*(l)*(-1*c4 + 9*(p)*(p)*(p) + -1*13*p + -5)/((c0)*(c0)*(c0)) + -1*6*c0*c2*(e)*(e) + 24*c3*e*(l)*(l)*(p + 2) + -1*24*(l)*(l)*(l)*(l)*(p + 3)/((c1)*(c1)*(c1)*m.sqrt(c1)))/(m.pi),)

"""The perturbed copy of erf in normalised coordinates; n and k may be real.

Generated from theory.normalised by `python -m numerics.compile`: change the theory,
not this file. m is the arithmetic.
"""

from typing import Any


def point(t: Any, a: Any, U: Any, V: Any, n: Any, k: Any, m: Any) -> tuple[Any, ...]:
    """Coefficients of the incoming vectors. Returns alpha, beta, gamma."""
    c0 = 1/((n))
    c1 = c0*t
    c2 = (U + 1)
    c3 = 1/((a))
    c4 = m.rational(1, 2)*c0
    c5 = c3*c4
    c6 = (t)*(t)
    c7 = 1/((a)*(a))
    c8 = (V + 1)
    c9 = m.sqrt(m.rational(2, 1))*m.sqrt(1/(((2*c0*c6 + -1*(c2)*(c2)*c4*c7 + -1*2*c6 + -1*m.rational(1, 2)*c7*(c8)*(c8)*(k + -1*n)/((n)*(n)) + 1))))
    return (c9*(c1*(n + -1) + c2*c5), c9*(m.rational(1, 2)*c0*c2*c3 + -1*c1), c5*c8*c9,)


def equations(t: Any, a: Any, U: Any, V: Any, n: Any, k: Any, m: Any) -> tuple[Any, ...]:
    """The reduced equations. Returns e0, e1, e2, e3."""
    c0 = 1/((n))
    c1 = c0*t
    c2 = 1/((a))
    c3 = (U + 1)
    c4 = (-1*m.rational(1, 2)*c0*c2*c3 + c1)
    c5 = 1/(m.sqrt((1 + -1*(c4)*(c4))))
    c6 = (n + -1)
    c7 = m.rational(1, 2)*c0
    c8 = c2*c7
    c9 = (c1*c6 + c3*c8)
    c10 = 1/(m.sqrt((1 + -1*(c9)*(c9))))
    c11 = 2*(t)*(t)
    c12 = 1/((a)*(a))
    c13 = (k + -1*n)
    c14 = (V + 1)
    c15 = c12*(c14)*(c14)/((n)*(n))
    c16 = (-1*c0*c11 + c12*(c3)*(c3)*c7 + m.rational(1, 2)*c13*c15)
    c17 = 1/(m.sqrt((1 + -1*(c16)*(c16))))
    c18 = (c11 + c16)
    c19 = 1/(m.sqrt((1 + -1*(c18)*(c18))))
    c20 = (c17*c6 + c19)
    return ((2*a*t*(-1*c17 + c19) + -1*c10 + c5), (a*(c6*m.asin(c16) + m.asin(c18)) + -1*c13*m.asin(c14*c8) + c6*m.asin(c4) + -1*m.asin(c9)), (c0*c20*c3 + -1*c0*(c10 + c5*c6)), (c0*c14*c20 + -1/(m.sqrt((1 + -1*m.rational(1, 4)*c15)))),)


def jacobian(t: Any, a: Any, U: Any, V: Any, n: Any, k: Any, m: Any) -> tuple[Any, ...]:
    """Their derivatives in t, a, U, V, n, row by row. Returns e0_t, e0_a, e0_U, e0_V, e0_n, e1_t, e1_a, e1_U, e1_V, e1_n, e2_t, e2_a, e2_U, e2_V, e2_n, e3_t, e3_a, e3_U, e3_V, e3_n."""
    c0 = 1/((n))
    c1 = c0*t
    c2 = 1/((a))
    c3 = (U + 1)
    c4 = (-1*m.rational(1, 2)*c0*c2*c3 + c1)
    c5 = -1*c4
    c6 = (1 + -1*(c5)*(c5))
    c7 = c5/((c6)*m.sqrt(c6))
    c8 = c0*c7
    c9 = (n + -1)
    c10 = c0*c9
    c11 = c1*c9
    c12 = c0*c3
    c13 = m.rational(1, 2)*c2
    c14 = (c11 + c12*c13)
    c15 = (1 + -1*(c14)*(c14))
    c16 = c14/((c15)*m.sqrt(c15))
    c17 = c10*c16
    c18 = (t)*(t)
    c19 = 2*c18
    c20 = (c3)*(c3)
    c21 = c0*c20
    c22 = 1/((a)*(a))
    c23 = m.rational(1, 2)*c22
    c24 = (k + -1*n)
    c25 = (V + 1)
    c26 = (c25)*(c25)
    c27 = 1/((n)*(n))
    c28 = c22*c27
    c29 = c26*c28
    c30 = m.rational(1, 2)*c29
    c31 = (-1*c0*c19 + c21*c23 + c24*c30)
    c32 = (1 + -1*(c31)*(c31))
    c33 = 1/(m.sqrt(c32))
    c34 = (c19 + c31)
    c35 = (1 + -1*(c34)*(c34))
    c36 = 1/(m.sqrt(c35))
    c37 = (-1*2*c33 + 2*c36)
    c38 = 4*c1
    c39 = c31/((c32)*m.sqrt(c32))
    c40 = c34/((c35)*m.sqrt(c35))
    c41 = m.rational(1, 2)*c40
    c42 = c41*(-1*8*c1 + 8*t)
    c43 = 2*a*t
    c44 = c23*c3
    c45 = c12*c23
    c46 = c16*c45
    c47 = 1/((a)*(a)*(a))
    c48 = c21*c47
    c49 = c24*c26
    c50 = c27*c47
    c51 = c49*c50
    c52 = (-1*2*c48 + -1*2*c51)
    c53 = m.rational(1, 2)*c39
    c54 = c52*c53
    c55 = c41*c52
    c56 = c0*c13
    c57 = c16*c56
    c58 = c23*(2*U + 2)
    c59 = c0*c58
    c60 = c40*c59
    c61 = c28*(2*V + 2)
    c62 = c24*c61
    c63 = c53*c62
    c64 = c41*c62
    c65 = c27*t
    c66 = 2*c65
    c67 = c27*c3
    c68 = c2*c67
    c69 = m.rational(1, 2)*c7*(c66 + -1*c68)
    c70 = m.rational(1, 2)*c16*(2*c0*t + -1*c66*c9 + -1*c68)
    c71 = c20*c28
    c72 = c22/((n)*(n)*(n))
    c73 = c49*c72
    c74 = (4*c18*c27 + -1*c29 + -1*c71 + -1*2*c73)
    c75 = c53*c74
    c76 = c41*c74
    c77 = 1/(m.sqrt((1 + -1*(c4)*(c4))))
    c78 = c10*c77
    c79 = 1/(m.sqrt(c15))
    c80 = c33*c9
    c81 = c0*c25
    c82 = (1 + -1*m.rational(1, 4)*c29)
    c83 = c24/(m.sqrt(c82))
    c84 = m.asin(c31)
    c85 = (-1*c48 + -1*c51)
    c86 = m.rational(1, 2)*c62
    c87 = c25*c27
    c88 = m.rational(1, 2)*c68
    c89 = (2*c18*c27 + -1*c30 + -1*m.rational(1, 2)*c71 + -1*c73)
    c90 = c8*c9
    c91 = (-1*4*c11*c39 + c42)
    c92 = (c54*c9 + c55)
    c93 = (c36 + c80)
    c94 = c0*c93
    c95 = (c10*c39*c58 + c60)
    c96 = (c63*c9 + c64)
    c97 = 1/(m.sqrt(c6))
    c98 = (c33 + c75*c9 + c76)
    c99 = 1/((c82)*m.sqrt(c82))
    c100 = m.rational(1, 4)*c26*c99
    return ((a*c37 + -1*c17 + c43*(c38*c39 + c42) + -1*c8), (c37*t + c43*(-1*c54 + c55) + -1*c44*c8 + c46), (c13*c8 + c43*(-1*c39*c59 + c60) + -1*c57), c43*(-1*c63 + c64), (c43*(-1*c75 + c76) + c69 + -1*c70), (a*(c36*(-1*c38 + 4*t) + -1*c38*c80) + -1*c10*c79 + c78), (a*(c36*c85 + c80*c85) + c23*c81*c83 + c44*c78 + c45*c79 + c84*c9 + m.asin(c34)), (a*(c36*c59 + c59*c80) + -1*c13*c78 + -1*c56*c79), (a*(c36*c86 + c80*c86) + -1*c56*c83), (a*(c36*c89 + c80*c89 + c84) + c13*c83*c87 + c77*c9*(-1*c65 + c88) + -1*c79*(c1 + -1*c65*c9 + -1*c88) + m.asin(c4) + m.asin(c13*c81)), (-1*c0*(c17 + -1*c90) + c12*c91), (-1*c0*(-1*c44*c90 + -1*c46) + c12*c92), (-1*c0*(c13*c90 + c57) + c12*c95 + c94), c12*c96, (-1*c0*(c69*c9 + c70 + c97) + c12*c98 + c27*(c79 + c9*c97) + -1*c67*c93), c81*c91, (c100*c50 + c81*c92), c81*c95, (-1*m.rational(1, 8)*c61*c99 + c81*c96 + c94), (c100*c72 + c81*c98 + -1*c87*c93),)


def standard(t: Any, a: Any, U: Any, V: Any, n: Any, k: Any, m: Any) -> tuple[Any, ...]:
    """The standard component's block, its upper half. Returns s00, s01, s02, s03, s04, s11, s12, s13, s14, s22, s23, s24, s33, s34, s44."""
    c0 = (n + -1)
    c1 = 2*t
    c2 = c0*c1
    c3 = (U + 1)
    c4 = c3/(a)
    c5 = (c2 + c4)
    c6 = (c5)*(c5)
    c7 = 1/((n)*(n))
    c8 = m.rational(1, 4)*c7
    c9 = (-1*c6*c8 + 1)
    c10 = 1/((n))
    c11 = m.rational(1, 2)*c10
    c12 = (t)*(t)
    c13 = 4*c12
    c14 = (a)*(a)
    c15 = 1/((c14))
    c16 = c15*(c3)*(c3)
    c17 = c10*c16
    c18 = (k + -1*n)
    c19 = (V + 1)
    c20 = (c19)*(c19)
    c21 = c15*c20
    c22 = c18*c21
    c23 = (-1*c10*c13 + c13 + c17 + c22*c7)
    c24 = (1 + -1*m.rational(1, 4)*(c23)*(c23))
    c25 = 1/(m.sqrt(c24))
    c26 = 2*c25
    c27 = a*c26
    c28 = -1*c4
    c29 = (c1 + c28)
    c30 = (c29)*(c29)
    c31 = 1/((n)*(n)*(n))
    c32 = (n + -2)
    c33 = (c10*c22 + -1*c13 + c16)
    c34 = (-1*(c33)*(c33)*c8 + 1)
    c35 = 1/((c34)*m.sqrt(c34))
    c36 = c33*c35
    c37 = c32*c36
    c38 = c31*c37
    c39 = m.rational(1, 2)*a*c38
    c40 = c23/((c24)*m.sqrt(c24))
    c41 = c40*c7
    c42 = a*c41
    c43 = 1/(m.sqrt(c34))
    c44 = c29*c32
    c45 = c10*c44
    c46 = (-1*c44 + c5)
    c47 = m.rational(1, 4)*c31*c36*c44
    c48 = m.rational(1, 2)*c29*c41*c5
    c49 = 2*c14
    c50 = c0*c43
    c51 = (c2 + c28 + 4*t)
    c52 = 2*c40
    c53 = m.rational(1, 2)*c18
    c54 = a*c19*c53*c7
    c55 = 2*c12
    c56 = c21*c53
    c57 = (-1*(c29)*(c29)*c8 + 1)
    c58 = 1/(m.sqrt(c57))
    c59 = c0*c27
    c60 = c32*c43
    c61 = a*c60
    c62 = (-1*c21*c8 + 1)
    c63 = c10*c19
    c64 = 2*c61
    c65 = c30*c42
    c66 = c11*c29/((c57)*m.sqrt(c57))
    c67 = (c0*c66 + c59)
    c68 = c29*c52
    c69 = 4*c14
    c70 = c18*c20
    return (a*(-1*c11*c5/((c9)*m.sqrt(c9)) + c27 + c30*c39 + c42*c6), (2*a*c10*c25*c5 + -1*a*c43*c45 + -1/(m.sqrt(c9))), -1*c49*(c0*c48 + c43 + c46*c47), c49*(-1*c47*c51 + c48 + c50), c54*(-1*c36*c45 + c5*c52), (-1*m.asin(c10*(c10*c56 + m.rational(1, 2)*c16 + -1*c55)) + m.asin((-1*c10*c55 + m.rational(1, 2)*c17 + c55 + c56*c7))), (a*c10*c32*c43*c46 + -1*c0*c58 + -1*c10*c29*c59), (c10*c27*c29 + c10*c51*c61 + c58), c18*(c26*c63 + c60*c63 + -1/(m.sqrt(c62))), a*((c0)*(c0)*c65 + c39*(c46)*(c46) + -1*c64 + c67), a*(m.rational(1, 2)*a*c31*c32*c33*c35*c46*c51 + -1*c0*c65 + -1*c27 + -1*c64 + -1*c66), c54*(-1*c0*c68 + c10*c32*c33*c35*c46), a*(2*a*c32*c50 + c39*(c51)*(c51) + c65 + c67), c54*(c10*c37*c51 + c68), c53*(c25*c69 + c38*c70 + -1*c43*c69 + c52*c7*c70 + -1*c63/((c62)*m.sqrt(c62))),)


def loss(t: Any, a: Any, U: Any, V: Any, n: Any, k: Any, m: Any) -> tuple[Any, ...]:
    """The loss. Returns loss."""
    c0 = (k + -1*n)
    c1 = (V + 1)
    c2 = 1/((n))
    c3 = m.rational(1, 2)*c2
    c4 = c3/(a)
    c5 = (n + -1)
    c6 = c2*t
    c7 = (U + 1)
    c8 = c4*c7
    c9 = (a)*(a)
    c10 = 2*(t)*(t)
    c11 = 1/((c9))
    c12 = (m.rational(1, 2)*c0*(c1)*(c1)*c11/((n)*(n)) + -1*c10*c2 + c11*c3*(c7)*(c7))
    return ((-1*4*a*n*(c0*m.asin(c1*c4) + -1*c5*m.asin((c6 + -1*c8)) + m.asin((c5*c6 + c8))) + 2*c9*n*(c5*m.asin(c12) + m.asin((c10 + c12))) + m.rational(1, 3)*m.pi*k)/(m.pi),)

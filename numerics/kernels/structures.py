"""Copy-average and perturbed-copy structures of erf.

Generated from theory.neuron and theory.copying by `python -m numerics.compile`: change the theory,
not this file. m is the arithmetic.
"""

from typing import Any


def averaging(size: Any, m: Any) -> tuple[Any, ...]:
    """The neuron that averages a group of teachers. Returns coordinate, outgoing, loss."""
    return (1/(m.sqrt(size)*m.sqrt((2*size + -1))), size, (-1*2*(size)*(size)*m.asin(m.rational(1, 2)/(size))/(m.pi) + m.rational(1, 3)*size),)


def perturbed_copy(alpha: Any, beta: Any, gamma: Any, a: Any, n: Any, k: Any, m: Any) -> tuple[Any, ...]:
    """The reduced equations. Returns e_alpha, e_beta, e_gamma, e_a."""
    c0 = (alpha)*(alpha)
    c1 = (beta)*(beta)
    c2 = (n + -1)
    c3 = c1*c2
    c4 = (gamma)*(gamma)
    c5 = (k + -1*n)
    c6 = c4*c5
    c7 = (2*c3 + 2*c6 + 2)
    c8 = 1/(m.sqrt((c0 + c7)))
    c9 = 1/((m.pi))
    c10 = 2*c9
    c11 = (c0 + c3 + c6)
    c12 = (c11 + 1)
    c13 = -1*(c12)*(c12)
    c14 = 1/(m.sqrt((-1*(c11)*(c11) + -1*c13)))
    c15 = 2*alpha
    c16 = (n + -2)
    c17 = (beta*c15 + c1*c16 + c6)
    c18 = c10/(m.sqrt((-1*c13 + -1*(c17)*(c17))))
    c19 = c18*c2
    c20 = (2*c0 + c7)
    c21 = 1/((c20))
    c22 = 4*c21*c9
    c23 = 1/(m.sqrt((-1*c1 + c20)))
    c24 = 1/(m.sqrt((c20 + -1*c4)))
    c25 = c10*c14
    c26 = (2*a*(-1*c11*c21*c25 + -1*c17*c19*c21) + alpha*c22*c8 + beta*c2*c22*c23 + c22*c24*c5*gamma)
    c27 = m.rational(1, 2)*m.sqrt(m.rational(2, 1))/(m.sqrt(c12))
    c28 = c10*c2
    c29 = 1/((c12))
    return ((a*(beta*c19 + c14*c15*c9) + alpha*c26 + -1*c10*c8), (a*(beta*c25 + c18*(alpha + beta*c16)) + beta*c26 + -1*c10*c23), (a*(c19*gamma + c25*gamma) + -1*c10*c24 + c26*gamma), (a*(c10*m.asin(c11*c29) + c28*m.asin(c17*c29)) + -1*c10*c5*m.asin(c27*gamma) + -1*c10*m.asin(alpha*c27) + -1*c28*m.asin(beta*c27)),)


def perturbed_copy_jacobian(alpha: Any, beta: Any, gamma: Any, a: Any, n: Any, k: Any, m: Any) -> tuple[Any, ...]:
    """Their derivatives, row by row. Returns e_alpha_alpha, e_alpha_beta, e_alpha_gamma, e_alpha_a, e_beta_alpha, e_beta_beta, e_beta_gamma, e_beta_a, e_gamma_alpha, e_gamma_beta, e_gamma_gamma, e_gamma_a, e_a_alpha, e_a_beta, e_a_gamma, e_a_a."""
    c0 = (alpha)*(alpha)
    c1 = (beta)*(beta)
    c2 = (n + -1)
    c3 = c1*c2
    c4 = (gamma)*(gamma)
    c5 = (k + -1*n)
    c6 = c4*c5
    c7 = (c0 + c3 + c6)
    c8 = (c7)*(c7)
    c9 = (c7 + 1)
    c10 = (c9)*(c9)
    c11 = -1*c10
    c12 = (-1*c11 + -1*c8)
    c13 = 1/(m.sqrt(c12))
    c14 = 1/((m.pi))
    c15 = 2*c14
    c16 = c13*c15
    c17 = 2*alpha
    c18 = c17*c7
    c19 = c17*c9
    c20 = (c18 + -1*c19)
    c21 = 1/((c12)*m.sqrt(c12))
    c22 = c14*c17
    c23 = c21*c22
    c24 = (n + -2)
    c25 = (beta*c17 + c1*c24 + c6)
    c26 = (c25)*(c25)
    c27 = (-1*c11 + -1*c26)
    c28 = 1/((c27)*m.sqrt(c27))
    c29 = c28*(2*beta*c25 + -1*c19)
    c30 = c15*c2
    c31 = beta*c30
    c32 = (2*c3 + 2*c6 + 2)
    c33 = (c0 + c32)
    c34 = 1/(m.sqrt(c33))
    c35 = (2*c0 + c32)
    c36 = 1/((c35))
    c37 = 1/((c33)*m.sqrt(c33))
    c38 = c14*c36
    c39 = 4*c38
    c40 = 1/((c35)*(c35))
    c41 = 16*c14*c40
    c42 = c34*c41
    c43 = (-1*c1 + c35)
    c44 = 1/(m.sqrt(c43))
    c45 = c41*c44
    c46 = beta*c2
    c47 = alpha*c46
    c48 = 1/((c43)*m.sqrt(c43))
    c49 = 8*alpha*c38
    c50 = c46*c49
    c51 = (c35 + -1*c4)
    c52 = 1/(m.sqrt(c51))
    c53 = c41*c52
    c54 = c5*gamma
    c55 = alpha*c54
    c56 = 1/((c51)*m.sqrt(c51))
    c57 = c49*c54
    c58 = 4*alpha
    c59 = c38*c58
    c60 = 1/(m.sqrt(c27))
    c61 = c2*c39
    c62 = beta*c61
    c63 = c36*c7
    c64 = c15*c21
    c65 = c63*c64
    c66 = c25*c30*c36
    c67 = (2*a*(8*alpha*c13*c14*c40*c7 + 8*alpha*c14*c2*c25*c40*c60 + -1*c13*c59 + -1*c20*c65 + -1*c29*c66 + -1*c60*c62) + -1*c0*c37*c39 + -1*c0*c42 + 4*c14*c34*c36 + -1*c45*c47 + -1*c48*c50 + -1*c53*c55 + -1*c56*c57)
    c68 = c15*c60
    c69 = c2*c68
    c70 = c36*c69
    c71 = (2*a*(-1*c16*c63 + -1*c25*c70) + beta*c44*c61 + c34*c59 + c39*c52*c54)
    c72 = 4*c14
    c73 = c37*c72
    c74 = 2*beta
    c75 = c2*c74
    c76 = c7*c75
    c77 = c75*c9
    c78 = (c76 + -1*c77)
    c79 = beta*c24
    c80 = (m.rational(1, 2)*c25*(c58 + 4*c79) + -1*c77)
    c81 = c28*c31
    c82 = (c2)*(c2)
    c83 = c46*c54
    c84 = c46*c56
    c85 = 8*c38
    c86 = (beta + -1*c75)
    c87 = (c17 + 2*c79)
    c88 = c28*c66
    c89 = (2*a*(8*beta*c13*c14*c2*c40*c7 + 8*beta*c14*c25*c40*c60*c82 + -1*c13*c62 + -1*c65*c78 + -1*c70*c87 + -1*c80*c88) + 4*beta*c14*c2*c36*c48*c86 + -1*c1*c45*c82 + 4*c14*c2*c36*c44 + -1*c37*c50 + -1*c42*c47 + -1*c53*c83 + -1*c54*c84*c85)
    c90 = 2*c54
    c91 = c7*c90
    c92 = -1*c9*c90
    c93 = (c91 + c92)
    c94 = c25*c90
    c95 = (c92 + c94)
    c96 = c48*c54
    c97 = (-1*c90 + gamma)
    c98 = (2*a*(8*c13*c14*c40*c5*c7*gamma + -1*c13*c39*c54 + 8*c14*c2*c25*c40*c5*c60*gamma + -1*c54*c60*c61 + -1*c65*c93 + -1*c88*c95) + 4*c14*c36*c5*c52 + 4*c14*c36*c5*c56*c97*gamma + -1*c37*c57 + -1*c4*(c5)*(c5)*c53 + -1*c42*c55 + -1*c45*c83 + -1*c46*c85*c96)
    c99 = (-1*c13*c39*c7 + -1*c25*c60*c61)
    c100 = c14*c58
    c101 = beta*c64
    c102 = (alpha + c79)
    c103 = c102*c15
    c104 = c103*c28
    c105 = c64*gamma
    c106 = c30*gamma
    c107 = c106*c28
    c108 = 1/((c9))
    c109 = m.rational(1, 2)*c108
    c110 = 1/(m.sqrt((-1*c1*c109 + 1)))
    c111 = m.sqrt(m.rational(2, 1))
    c112 = 1/((c9)*m.sqrt(c9))
    c113 = c111*c112*c14
    c114 = c113*c47
    c115 = 1/(m.sqrt((-1*c109*c4 + 1)))
    c116 = c113*c55
    c117 = 1/(m.sqrt((-1*c0*c109 + 1)))
    c118 = -1*m.rational(1, 2)*c111/(m.sqrt(c9))
    c119 = m.rational(1, 2)*c111*c112
    c120 = 1/((c10))
    c121 = c15/(m.sqrt((-1*c120*c8 + 1)))
    c122 = c30/(m.sqrt((-1*c120*c26 + 1)))
    c123 = c113*c83
    c124 = -1*2*c108*c5*gamma
    return ((a*(c16 + c20*c23 + c29*c31) + alpha*c67 + c22*c37 + c71), (a*(c23*c78 + c69 + c80*c81) + alpha*c89 + c46*c73), (a*(c23*c93 + c81*c95) + alpha*c98 + c54*c73), (alpha*c99 + beta*c69 + c13*c22), (a*(c101*c20 + c103*c29 + c68) + beta*c67 + c100*c48), (a*(c101*c78 + c104*c80 + c16 + c24*c68) + beta*c89 + -1*c15*c48*c86 + c71), (a*(c101*c93 + c104*c95) + beta*c98 + c72*c96), (beta*c16 + beta*c99 + c102*c68), (a*(c105*c20 + c106*c29) + c100*c56 + c67*gamma), (a*(c105*c78 + c107*c80) + c72*c84 + c89*gamma), (a*(c105*c93 + c107*c95 + c16 + c69) + -1*c15*c56*c97 + c71 + c98*gamma), (c16*gamma + c69*gamma + c99*gamma), (a*(c121*(2*alpha*c108 + -1*c120*c18) + c122*(2*beta*c108 + -1*c120*c17*c25)) + c110*c114 + c115*c116 + -1*c117*c15*(-1*c0*c119 + -1*c118)), (a*(c121*(2*beta*c108*c2 + -1*c120*c76) + c122*(c108*c87 + -1*c120*c2*c25*c74)) + -1*c110*c30*(-1*c118 + -1*c119*c3) + c114*c117 + c115*c123), (a*(c121*(-1*c120*c91 + -1*c124) + c122*(-1*c120*c94 + -1*c124)) + c110*c123 + -1*c115*c15*c5*(-1*c118 + -1*c119*c6) + c116*c117), (c15*m.asin(c108*c7) + c30*m.asin(c108*c25)),)


def perturbed_copy_loss(alpha: Any, beta: Any, gamma: Any, a: Any, n: Any, k: Any, m: Any) -> tuple[Any, ...]:
    """The loss. Returns loss."""
    c0 = (beta)*(beta)
    c1 = (n + -1)
    c2 = (k + -1*n)
    c3 = c2*(gamma)*(gamma)
    c4 = ((alpha)*(alpha) + c0*c1 + c3)
    c5 = (c4 + 1)
    c6 = 1/((c5))
    c7 = 2/(m.pi)
    c8 = c1*c7
    c9 = m.rational(1, 2)*m.sqrt(m.rational(2, 1))/(m.sqrt(c5))
    return (((a)*(a)*n*(c7*m.asin(c4*c6) + c8*m.asin(c6*(2*alpha*beta + c0*(n + -2) + c3))) + -1*2*a*n*(c2*c7*m.asin(c9*gamma) + c7*m.asin(alpha*c9) + c8*m.asin(beta*c9)) + m.rational(1, 3)*k),)

"""Letters that sentences name: vectors, functions and quantities that no step computes with."""

from __future__ import annotations

import sympy as sp

from theory.notation import Dot, Norm, Slope
from theory.symbols import p, q, s

#: Input, student and teacher vectors with their outgoing weights, cosines.
x, d, w, v, w_i, v_i, v_j, w_j, a_i, b_j, u_j, c_j, z_j = sp.symbols("x d w v w_i v_i v_j w_j a_i b_j u_j c_j z_j")
i, j = sp.symbols("i j")
#: Loss, student, teacher.
L, f, f_star = sp.symbols("L f f*")
#: Activation and interaction function as functions; the latter's derivatives in s, p, q.
sigma, g = sp.Function("sigma"), sp.Function("g_sigma")
sigma_letter = sp.Symbol("sigma")
G = sp.Symbol("G")
G_s, G_p, G_ss, G_sp, G_sq, G_pq = (Slope(G, *below) for below in ((s,), (p,), (s, s), (s, p), (s, q), (p, q)))
#: What one neuron that averages m teachers costs.
L_star = sp.Function("L*_erf")


def pre(vector: sp.Expr) -> sp.Expr:
    """The pre-activation of a vector."""
    return Dot(vector, x)


def square(vector: sp.Expr) -> sp.Expr:
    """The squared norm of a vector."""
    return Norm(vector) ** 2

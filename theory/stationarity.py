"""Critical-point conditions: the gradient of the population loss, in weights and in order parameters."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from theory.interactions import pair
from theory.loss import loss_in_order_parameters
from theory.symbols import p, q, s


def gradient_in_weights(
    W: sp.Matrix, a: Sequence[sp.Expr], V: sp.Matrix, b: Sequence[sp.Expr], activation: str = "erf"
) -> tuple[sp.Matrix, sp.Matrix]:
    r"""Gradient of the full mean squared error in the weights. Exact.

    With :math:`g = G(s, p, q)` at :math:`s = w\cdot v, p = |w|^2, q = |v|^2` and the joined list of partners
    :math:`z_j` with coefficients :math:`c_j` (students with :math:`a`, teachers with :math:`-b`),

    .. math:: \frac{\partial L}{\partial w_i} = 2 a_i \sum_j c_j (G_s z_j + 2 G_p w_i), \qquad
              \frac{\partial L}{\partial a_i} = 2 \sum_j c_j g(w_i, z_j).

    Parameters
    ----------
    W, a, V, b, activation
        As for :func:`theory.loss.loss_in_weights`.

    Returns
    -------
    (sympy.Matrix, sympy.Matrix)
        Shapes (n, d) and (n, 1). A point is critical if and only if both vanish.
    """
    exact = pair(activation)
    n, d = W.shape
    partners = [(W.row(j), a[j]) for j in range(n)] + [(V.row(j), -b[j]) for j in range(V.shape[0])]
    in_w, in_a = sp.zeros(n, d), sp.zeros(n, 1)
    for i in range(n):
        w = W.row(i)
        for z, c in partners:
            at = {s: w.dot(z), p: w.dot(w), q: z.dot(z)}
            d_s, d_p, value = (f.subs(at, simultaneous=True) for f in (exact.d_s, exact.d_p, exact.value))
            in_w[i, :] += 2 * a[i] * c * (d_s * z + 2 * d_p * w)
            in_a[i] += 2 * c * value
    return in_w, in_a


def one_neuron_conditions(k: int, activation: str = "erf") -> tuple[dict[str, sp.Expr], tuple[sp.Symbol, ...]]:
    r"""Critical-point conditions of one neuron in order parameters, with a multiplier. Exact.

    The direction of the neuron enters through its cosines :math:`u_j` with the teachers alone, subject to
    :math:`\sum_j u_j^2 \le 1`; on the boundary the Lagrangian is :math:`L + \mu (\sum_j u_j^2 - 1)`.

    Parameters
    ----------
    k : int
        Number of orthonormal teachers with outgoing weights 1.
    activation : str

    Returns
    -------
    (dict, tuple of sympy.Symbol)
        Expressions that vanish at critical points, by name (``"a"``, ``"r"``, ``"u_1"``, ..., ``"mu"``), and
        the symbols ``(a, r, u_1, ..., u_k, mu)``.

    Raises
    ------
    ValueError
        If ``k`` is less than 1.
    """
    if k < 1:
        raise ValueError(f"k: got {k}, needs an integer of at least 1")
    a, mu = sp.symbols("a mu", real=True)
    r = sp.Symbol("r", positive=True)
    u = sp.symbols(f"u_1:{k + 1}", real=True)
    loss = loss_in_order_parameters([r], [a], sp.eye(1), sp.Matrix([u]), [sp.S.One] * k, activation=activation)
    lagrangian = loss + mu * (sum(uj**2 for uj in u) - 1)
    symbols = (a, r, *u, mu)
    return {str(z): sp.diff(lagrangian, z) for z in symbols}, symbols

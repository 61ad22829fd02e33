"""The population loss as an exact expression, in weights and in order parameters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import sympy as sp

from theory.interactions import interaction, interaction_of


def _loss(students: sp.Matrix, mixed: sp.Matrix, teachers: sp.Matrix, a: sp.Matrix, b: sp.Matrix) -> sp.Expr:
    """Sum over pairs: a' G_ww a - 2 a' G_wv b + b' G_vv b."""
    return (a.T * students * a - 2 * a.T * mixed * b + b.T * teachers * b)[0, 0]


def loss_in_weights(
    W: sp.Matrix, a: Sequence[sp.Expr], V: sp.Matrix, b: Sequence[sp.Expr], activation: str = "erf"
) -> sp.Expr:
    r"""Full mean squared error as a function of all weights. Exact.

    .. math:: L = \sum_{ij} a_i a_j g(w_i, w_j) - 2\sum_{ij} a_i b_j g(w_i, v_j) + \sum_{ij} b_i b_j g(v_i, v_j)

    Parameters
    ----------
    W : sympy.Matrix, shape (n, d)
    a : sequence of n expressions
    V : sympy.Matrix, shape (k, d)
        Any teacher, not only an orthonormal one.
    b : sequence of k expressions
    activation : str

    Returns
    -------
    sympy.Expr

    Raises
    ------
    ValueError
        If the shapes do not belong together.

    Examples
    --------
    >>> loss_in_weights(sp.Matrix([[1, 0]]), [1], sp.Matrix([[1, 0]]), [1])
    0
    """
    if W.shape[1] != V.shape[1] or W.shape[0] != len(a) or V.shape[0] != len(b):
        raise ValueError(f"loss_in_weights: got shapes {W.shape}, {len(a)}, {V.shape}, {len(b)}, which do not fit")

    def pairs(X: sp.Matrix, Y: sp.Matrix) -> sp.Matrix:
        def entry(i: int, j: int) -> sp.Expr:
            x, y = X.row(i), Y.row(j)
            return interaction_of(activation, x.dot(y), x.dot(x), y.dot(y))

        return sp.Matrix(X.shape[0], Y.shape[0], lambda i, j: entry(int(i), int(j)))

    return _loss(pairs(W, W), pairs(W, V), pairs(V, V), sp.Matrix(a), sp.Matrix(b))


def loss_in_order_parameters(
    norms: Sequence[sp.Expr],
    a: Sequence[sp.Expr],
    overlaps: sp.Matrix,
    cosines: sp.Matrix,
    b: Sequence[sp.Expr],
    teacher_norms: Sequence[sp.Expr] | None = None,
    teacher_cosines: sp.Matrix | None = None,
    activation: str = "erf",
) -> sp.Expr:
    r"""Full mean squared error as a function of the order parameters. Exact.

    Parameters
    ----------
    norms : sequence of n expressions
        :math:`r_i = |w_i|`.
    a : sequence of n expressions
        Outgoing weights.
    overlaps : sympy.Matrix, shape (n, n)
        Cosines between students, with ones on the diagonal.
    cosines : sympy.Matrix, shape (n, k)
        :math:`u_{ij}`, cosines between students and teachers.
    b : sequence of k expressions
        Outgoing weights of the teacher.
    teacher_norms, teacher_cosines : optional
        Default: an orthonormal teacher.
    activation : str

    Returns
    -------
    sympy.Expr
    """
    k = len(b)
    rho = [sp.S.One] * k if teacher_norms is None else list(teacher_norms)
    between = sp.eye(k) if teacher_cosines is None else teacher_cosines

    def pairs(left: Sequence[sp.Expr], right: Sequence[sp.Expr], cosine: sp.Matrix) -> sp.Matrix:
        entries = {
            (i, j): interaction(activation, left[i], right[j], cosine[i, j])
            for i, j in product(range(len(left)), range(len(right)))
        }
        return sp.Matrix(len(left), len(right), lambda i, j: entries[int(i), int(j)])

    return _loss(
        pairs(norms, norms, overlaps),
        pairs(norms, rho, cosines),
        pairs(rho, rho, between),
        sp.Matrix(a),
        sp.Matrix(b),
    )

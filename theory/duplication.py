r"""Duplicated neurons: what lies around the line of critical points that a split neuron makes (erf).

A neuron (w, a) of a critical network is split into (w, t a) and (w, (1 - t) a). With :math:`D = w_1 - w_2` the two
act like one neuron at the weighted mean M, plus

.. math:: a\,t(1-t)\bigl(\tfrac12 (D\cdot x)^2\sigma'' + \tfrac{1-2t}6 (D\cdot x)^3\sigma''' + \dots\bigr).
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from theory.neuron import exact_size
from theory.stability import stiffness

#: Share of the outgoing weight that the first of the two has.
t = sp.Symbol("t", real=True)
#: Stiffness of the other neurons along the duplicated one, together.
H = sp.Symbol("H", positive=True)


def split_curvature(m: sp.Expr) -> sp.Expr:
    r""":math:`S` on a group of m teachers is this times :math:`I - 1 1^\top/m`. Exact.

    .. math:: -\tfrac4\pi\, m^2 (2m-1)^{-1/2} (2m+1)^{-3/2}

    Examples
    --------
    >>> split_curvature(sp.Integer(2))
    -16*sqrt(15)/(75*pi)
    """
    return -4 / sp.pi * m**2 / sp.sqrt(2 * m - 1) / sp.sqrt(2 * m + 1) ** 3


def split_cubic(t: sp.Expr, m: sp.Expr, total: sp.Expr, cubes: sp.Expr) -> sp.Expr:
    r"""Third order in D around the line of a split copy, from one averaged group of m teachers. Exact.

    .. math:: \frac{t(1-t)(1-2t)}{12\pi} \Bigl(\frac{(\sum_j D_j)^3}{m^2} - \sum_j D_j^3\Bigr)

    Parameters
    ----------
    t : sympy.Expr
        Share of the first.
    m : sympy.Expr
        Size of the group.
    total, cubes : sympy.Expr
        :math:`\sum_j D_j` and :math:`\sum_j D_j^3` over the group's teachers.
    """
    return t * (1 - t) * (1 - 2 * t) / (12 * sp.pi) * (total**3 / m**2 - cubes)


def gram(p: sp.Expr, H: sp.Expr) -> sp.Matrix:
    r"""Inner products of :math:`X^2\sigma''(rX), \sigma(rX), X\sigma'(rX), X` for standard normal X. Exact.

    :math:`r^2 = p`. The first and the second function are divided by r; the last square has 1/H added.
    """
    c2, one, two = 2 / sp.pi, 1 + p, 1 + 2 * p
    c = sp.sqrt(c2)
    first = c / (one * sp.sqrt(two))  # E[X exp(-p X^2/2) sigma(rX)] / r
    third = (2 * first + c / sp.sqrt(two) ** 3) / one  # the same with X^3
    value = c2 * sp.asin(p / one) / p
    return sp.Matrix(
        [
            [15 * c2 / sp.sqrt(two) ** 7, -c * third, -3 * c2 / sp.sqrt(two) ** 5, -3 * c / sp.sqrt(one) ** 5],
            [-c * third, value, c * first, c / sp.sqrt(one)],
            [-3 * c2 / sp.sqrt(two) ** 5, c * first, c2 / sp.sqrt(two) ** 3, c / sp.sqrt(one) ** 3],
            [-3 * c / sp.sqrt(one) ** 5, c / sp.sqrt(one), c / sp.sqrt(one) ** 3, 1 + 1 / H],
        ]
    )


def split_quartic(size: int, others: Sequence[int]) -> sp.Expr:
    r"""Q: fourth order in the gap D along a split neuron of a copy-average point. Exact.

    .. math:: L = L^* + \tfrac14 m^2 t^2 (1-t)^2\, Q\, |D|^4 + O(|D|^5)

    once the other parameters have relaxed: the squared distance of :math:`(D\cdot x)^2\sigma''` from what they
    can do.

    Parameters
    ----------
    size : int
        m, the size of the split neuron's group.
    others : sequence of int
        Sizes of the other groups; none, and X is no function that the others can add.

    Returns
    -------
    sympy.Expr
        Positive.

    Examples
    --------
    >>> round(float(split_quartic(1, [1, 2])), 12)
    0.014238877899
    """
    m = exact_size("size", size)
    stiff = sp.Add(*(stiffness(exact_size("others", other)) for other in others))
    p = 1 / (2 * m - 1)
    matrix = gram(p, stiff) if others else gram(p, H)[:3, :3]
    return p * matrix.det() / matrix[1:, 1:].det()

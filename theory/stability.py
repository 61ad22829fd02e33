r"""Which copy-average points are minima: the index for every partition, in closed form (erf).

With group sizes :math:`m_i` write :math:`N = 4m^2 - 1`, :math:`c = 2m/\sqrt N`, :math:`q^2 = m(2m-1)/2`,
:math:`\tau = q^2 (c - 1)`, :math:`\nu = q^2 (c-1)(c^2+c-1)`. Moving the incoming vectors along one direction u that
is orthogonal to all of them, :math:`dw_i = c_i u`, gives the Hessian

.. math:: \tfrac4\pi \bigl( q q^\top + \mathrm{diag}(\tau_i) \bigr)

for every u, except that :math:`\tau_g` is replaced by :math:`-\nu_g` if u lies in the span of group g. In the
remaining directions the residual has no part in the Hessian, which is then twice the Gram matrix of linearly
independent functions: positive definite (in closed form in the claim ``erf-ca-definite``). So negative directions
come from the groups' own spans (dimension :math:`m_g - 1`), one for each such u if the determinant is negative.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isqrt

import sympy as sp

from theory.neuron import exact_size


def stretch(m: sp.Expr) -> sp.Expr:
    r""":math:`c(m) = 2m/\sqrt{4m^2 - 1}`. Exact."""
    return 2 * m / sp.sqrt(4 * m**2 - 1)


def coupling(m: sp.Expr) -> sp.Expr:
    r""":math:`q^2(m) = m(2m-1)/2 = a^2/(1 + |w|^2)`. Exact."""
    return m * (2 * m - 1) / 2


def stiffness(m: sp.Expr) -> sp.Expr:
    r""":math:`h(m) = q^2/\tau = N + 2m\sqrt N`. Exact."""
    N = 4 * m**2 - 1
    return N + 2 * m * sp.sqrt(N)


def threshold(m: sp.Expr) -> sp.Expr:
    r""":math:`P(m) = q^2/\nu = N^2 (N + (N-1) c)/(N^2 + N - 1)`. Exact.

    A group of m >= 2 teachers is stable exactly if :math:`P(m) > 1 + \sum_{i \ne g} h(m_i)` over the other groups.
    """
    N = 4 * m**2 - 1
    return N**2 * (N + (N - 1) * stretch(m)) / (N**2 + N - 1)


def copy_average_index(sizes: Sequence[int]) -> int:
    r"""The number of negative Hessian eigenvalues at a copy-average point (erf). Exact.

    .. math:: \sum_{g:\; m_g \ge 2,\; P(m_g) < 1 + \sum_{i \ne g} h(m_i)} (m_g - 1)

    Parameters
    ----------
    sizes : sequence of int
        Sizes of the groups.

    Returns
    -------
    int
        0 exactly for strict minima: no copy-average point is degenerate.

    Raises
    ------
    ValueError
        If there is no group, or a size is not a positive integer.

    References
    ----------
    The statement and its derivation are the claim ``erf-ca-index``.

    Examples
    --------
    >>> copy_average_index([1, 1, 2]), copy_average_index([2, 2]), copy_average_index([1] * 7 + [3, 5])
    (0, 2, 2)
    """
    if not sizes:
        raise ValueError("sizes: got none, needs at least one group")
    groups = [int(exact_size("sizes", size)) for size in sizes]
    counts = Counter(groups)
    return sum(
        count * (own - 1) for own, count in counts.items() if own > 1 and not _stable(own, counts - Counter([own]))
    )


def optimal_is_minimum(n: int, k: int) -> bool:
    r"""Whether the optimal copy-average point of (n, k) is a strict minimum (erf). Exact.

    For n < k that is :math:`(n-1)(3 + 2\sqrt 3) < P(k-n+1) - 1`; otherwise the index is k - n.

    Examples
    --------
    >>> [max(n for n in range(2, k) if optimal_is_minimum(n, k)) for k in (6, 8, 10, 20)]
    [5, 6, 8, 17]
    """
    if not 1 <= n <= k:
        raise ValueError(f"n: got {n}, needs 1 <= n <= k = {k}")
    return n == k or _stable(k - n + 1, {1: n - 1})


def optimal_minimum_condition(n: int | sp.Expr, k: int | sp.Expr) -> sp.Basic:
    r"""The condition for a strict minimum at the optimal copy-average point, as an inequality in (n, k) (erf). Exact.

    .. math:: (n-1)(3 + 2\sqrt 3) + 1 < \frac{N^2}{N^2+N-1} \Bigl(N + (N-1)\frac{2m}{\sqrt N}\Bigr), \qquad
              m = k - n + 1, \quad N = 4m^2 - 1

    Parameters
    ----------
    n, k : int or sympy.Expr
        With 1 <= n <= k; symbols stand for n < k.

    Returns
    -------
    sympy relational, or true
        For n < k the index is 0 where it holds and k - n where not, and there is never equality; at n = k every
        neuron copies, a strict minimum. Once it fails it fails up to n = k - 1 (claim ``erf-optimum-minimum``).

    Raises
    ------
    ValueError
        If n or k is a number other than a positive integer, or n > k.

    Examples
    --------
    >>> [bool(optimal_minimum_condition(n, 10)) for n in (8, 9, 10)]
    [True, False, True]
    """
    n, k = exact_size("n", n), exact_size("k", k)
    if (k - n).is_negative:
        raise ValueError(f"n: got {n}, needs at most k = {k}")
    if n == k:
        return sp.true
    return sp.Lt((n - 1) * stiffness(sp.S.One) + 1, threshold(sp.expand(k - n + 1)))


def _stable(own: int, others: Mapping[int, int]) -> bool:
    """Decide P(own) > 1 + sum of h(others) from rational bounds on square roots; they are never equal."""
    digits = 20
    while True:
        low, high = _threshold_bounds(own, digits)
        least = most = Fraction(1)
        for other, count in others.items():
            N = 4 * other**2 - 1
            below, above = _root_bounds(N, digits)
            least += count * (N + 2 * other * below)
            most += count * (N + 2 * other * above)
        if low > most:
            return True
        if high < least:
            return False
        digits *= 2


def _root_bounds(N: int, digits: int) -> tuple[Fraction, Fraction]:
    scale = 10**digits
    root = isqrt(N * scale**2)
    return Fraction(root, scale), Fraction(root + 1, scale)


def _threshold_bounds(m: int, digits: int) -> tuple[Fraction, Fraction]:
    N = 4 * m**2 - 1
    below, above = _root_bounds(N, digits)
    low, high = (Fraction(N**2, N**2 + N - 1) * (N + (N - 1) * 2 * m / root) for root in (above, below))
    return low, high

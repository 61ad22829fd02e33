r"""Which copy-average points are minima: the index for every partition, in closed form (erf).

With group sizes :math:`m_i` write :math:`N = 4m^2 - 1`, :math:`c = 2m/\sqrt N`, :math:`q^2 = m(2m-1)/2`,
:math:`\tau = q^2 (c - 1)`, :math:`\nu = q^2 (c-1)(c^2+c-1)`. Moving the incoming vectors along one direction u that
is orthogonal to all of them, :math:`dw_i = c_i u`, gives the Hessian

.. math:: \tfrac4\pi \bigl( q q^\top + \mathrm{diag}(\tau_i) \bigr)

for every u, except that :math:`\tau_g` is replaced by :math:`-\nu_g` if u lies in the span of group g. In the
remaining directions the residual has no part in the Hessian, which is then twice the Gram matrix of linearly
independent functions: positive definite. So negative directions come from the groups' own spans (dimension
:math:`m_g - 1`), one for each such u if the determinant is negative.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import isqrt

import sympy as sp

from theory.derivation import Derivation, Relation, Step
from theory.interactions import pair
from theory.neuron import exact_size
from theory.symbols import k, m, n, p, q, s

#: Size of another group.
j = sp.Symbol("j", integer=True, positive=True)
#: Scale of an incoming vector, 2m - 1 (all roots are then of positive numbers), and a real group size.
z, t = sp.symbols("z t", positive=True)
size = sp.Symbol("mu", real=True)


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


@cache
def copy_average_index_derivation() -> Derivation:
    """Check the closed form of the index for symbolic group sizes. Exact.

    Examples
    --------
    >>> all(copy_average_index_derivation().check())
    True
    """
    steps = tuple(_in_odd(step) for step in (*_residual_steps(), *_block_steps())) + _determinant_steps()
    return Derivation("erf-ca-index", steps, threshold(m))


def _in_odd(step: Step) -> Step:
    """The step with t = 2m - 1 for m."""

    def rewritten(side: sp.Expr) -> sp.Expr:
        return sp.simplify(side.subs(m, (1 + t) / 2)) if side.has(m) else side

    return replace(step, left=rewritten(step.left), right=rewritten(step.right))


def _own(f: sp.Expr) -> sp.Expr:
    """At a neuron and itself."""
    norm2 = 1 / (2 * m - 1)
    return f.subs({s: norm2, p: norm2, q: norm2}, simultaneous=True)


def _teacher(f: sp.Expr) -> sp.Expr:
    """At a neuron and one of its teachers."""
    return f.subs({s: 1 / sp.sqrt(m * (2 * m - 1)), p: 1 / (2 * m - 1), q: 1}, simultaneous=True)


def _residual_steps() -> tuple[Step, ...]:
    exact = pair("erf")
    norm2, inner = 1 / (2 * m - 1), 1 / sp.sqrt(m * (2 * m - 1))

    def along(at: Callable[[sp.Expr], sp.Expr], part: sp.Expr) -> sp.Expr:
        """The second derivative of an interaction along the neuron's own direction; part = u . z."""
        mixed = at(exact.d_ss) * part**2 + 4 * at(exact.d_sp) * part * sp.sqrt(norm2)
        return mixed + 4 * at(exact.d_pp) * norm2 + 2 * at(exact.d_p)

    return (
        Step(
            "silent",
            r"The residual of a group is orthogonal to $\sigma(z\,w \cdot x)$ for every $z$: the arcsines have the "
            r"same argument (here squared)",
            (z * norm2) ** 2 / ((1 + norm2) * (1 + z**2 * norm2)),
            (z * inner) ** 2 / (2 * (1 + z**2 * norm2)),
        ),
        Step(
            "radial",
            r"$\sum_j c_j G_p = 0$ over the own group ($m$ teachers, outgoing weight $m$)",
            m * _own(exact.d_p),
            m * _teacher(exact.d_p),
        ),
        Step("other-radial", r"and $G_p = 0$ for other groups", exact.d_p.subs(s, 0), sp.S.Zero),
        Step("other-square", r"$G_{ss} = 0$ for other groups", exact.d_ss.subs(s, 0), sp.S.Zero),
        Step(
            "other-mixed",
            r"The terms in $G_{sp}$ of another group cancel: its neuron and its teachers pull alike",
            sp.simplify(m * inner * exact.d_sp.subs({s: 0, q: norm2}, simultaneous=True)),
            exact.d_sp.subs({s: 0, q: 1}, simultaneous=True),
        ),
        Step(
            "own-direction",
            r"so the residual's part $S = 2 a E[r \sigma'' x x^\top]$ lives on the group; along $w$ it vanishes",
            m * along(_own, sp.sqrt(norm2)),
            m * along(_teacher, 1 / sp.sqrt(m)),
        ),
        Step(
            "curvature",
            r"and for unit $u \perp w$ in the group $u^\top S u = -2 a G_{ss} = -\frac4\pi \lambda$, "
            r"$\lambda = m^2 (2m-1)^{-1/2} (2m+1)^{-3/2}$",
            2 * m * _teacher(exact.d_ss),
            4 / sp.pi * m**2 * (2 * m - 1) ** sp.Rational(-1, 2) * (2 * m + 1) ** sp.Rational(-3, 2),
        ),
    )


def _block_steps() -> tuple[Step, ...]:
    exact = pair("erf")
    lam = m**2 * (2 * m - 1) ** sp.Rational(-1, 2) * (2 * m + 1) ** sp.Rational(-3, 2)
    c, square = stretch(m), coupling(m)
    return (
        Step(
            "diagonal",
            r"Moving $w_i$ along $u$: $2 a^2 G_s = \frac4\pi (q^2 + \tau)$",
            2 * m**2 * _own(exact.d_s),
            4 / sp.pi * (square + square * (c - 1)),
        ),
        Step(
            "off-diagonal",
            r"and two neurons together, squared: $(2 a_i a_l G_s)^2 = (\frac4\pi)^2 q_i^2 q_l^2$",
            (2 * m * j * exact.d_s.subs({s: 0, p: 1 / (2 * m - 1), q: 1 / (2 * j - 1)}, simultaneous=True)) ** 2,
            (4 / sp.pi) ** 2 * square * coupling(j),
        ),
        Step(
            "own-span",
            r"In the group's own span $\tau$ becomes $\tau - \lambda = -\nu$, $\nu = q^2 (c-1)(c^2+c-1)$",
            square * (c - 1) - lam,
            -square * (c - 1) * (c**2 + c - 1),
        ),
        Step("above-one", r"$c > 1$, since $c^2 - 1 = 1/N$", c**2 - 1, 1 / (4 * m**2 - 1)),
        Step(
            "positive",
            r"is positive for $m \ge 1$, so $\tau > 0$ and $\nu > 0$",
            1 / (4 * size**2 - 1),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((size, sp.Rational(1, 2), sp.oo),),
        ),
    )


def _determinant_steps() -> tuple[Step, ...]:
    c, square = stretch(m), coupling(m)
    N = 4 * m**2 - 1
    first, tau, nu = coupling(sp.S.One), sp.Symbol("tau", positive=True), sp.Symbol("nu", positive=True)
    copies = sp.Symbol("M", positive=True)
    return (
        Step("stiffness", r"$h = q^2/\tau = 1/(c-1) = N + 2m\sqrt N$", (c - 1) * stiffness(m), sp.S.One),
        Step(
            "threshold",
            r"$P = q^2/\nu = 1/((c-1)(c^2+c-1)) = N^2 (N + (N-1) c)/(N^2+N-1)$",
            (c - 1) * (c**2 + c - 1) * threshold(m),
            sp.S.One,
        ),
        Step(
            "determinant",
            r"A diagonal matrix plus $qq^\top$ has determinant $\prod_i d_i (1 + \sum_i q_i^2/d_i)$ and at most as "
            r"many negative eigenvalues as negative $d_i$: one, exactly if $P(m_g) < 1 + \sum_{i \ne g} h(m_i)$. For "
            r"$M$ copies together and one average",
            (tau + copies * first) * (square - nu) - copies * first * square,
            tau * nu * (square / nu - 1 - copies * first / tau),
        ),
        Step(
            "never-equal",
            r"Equality would make the rational part $N^3/(N^2+N-1)$ of $P$ an integer, but $N (N+1) - (N^2+N-1) = 1$ "
            r"leaves no common factor, and $\sqrt N$ is irrational",
            N * (N + 1) - (N**2 + N - 1),
            sp.S.One,
        ),
        Step(
            "count",
            r"Directions: $n$ for each of the $k - n$ sum-zero vectors of the groups and of the $d - k$ ignored "
            r"coordinates, and $n + 1$ for each of the $n$ groups' own directions, where $S$ vanishes",
            n * (k - n) + n * (s - k) + n * (n + 1),
            n * (s + 1),
        ),
    )

"""Claims on the index of copy-average points (erf), for every partition."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import sympy as sp

from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.stability import coupling, stiffness, stretch, threshold
from theory.symbols import k, m, n, p, q, s
from theory.unevaluated import at, quantity, quantity_of

#: Size of another group.
j = sp.Symbol("j", integer=True, positive=True)
#: Scale of an incoming vector, 2m - 1 (all roots are then of positive numbers), and a real group size.
z, t = sp.symbols("z t", positive=True)
size = sp.Symbol("mu", real=True)


@cache
def _index() -> tuple[Step, ...]:
    return tuple(in_odd(step) for step in (*_residual_steps(), *_block_steps())) + _determinant_steps()


def in_odd(step: Step) -> Step:
    """The step, checked with t = 2m - 1 > 0 for m. Exact."""
    return replace(step, through=((m, (1 + t) / 2),)) if step.left.has(m) or step.right.has(m) else step


def at_itself(f: sp.Expr) -> sp.Expr:
    """A derivative of the interaction at a neuron and itself. Exact."""
    norm2 = 1 / (2 * m - 1)
    return at(f, {s: norm2, p: norm2, q: norm2})


def at_teacher(f: sp.Expr) -> sp.Expr:
    """The same at a neuron and one of its teachers. Exact."""
    return at(f, {s: 1 / sp.sqrt(m * (2 * m - 1)), p: 1 / (2 * m - 1), q: 1})


def _residual_steps() -> tuple[Step, ...]:
    exact = pair("erf")
    norm2, inner = 1 / (2 * m - 1), 1 / sp.sqrt(m * (2 * m - 1))
    (argument,) = exact.value.atoms(sp.asin).pop().args

    def along(part: sp.Expr) -> sp.Expr:
        """The second derivative of an interaction along the neuron's own direction; part = u . z."""
        mixed = exact.d_ss * part**2 + 4 * exact.d_sp * part * sp.sqrt(norm2)
        return mixed + 4 * exact.d_pp * norm2 + 2 * exact.d_p

    return (
        Step(
            "silent",
            r"The residual of a group is orthogonal to $\sigma(z\,w \cdot x)$ for every $z$: the arcsines have the "
            r"same argument (here squared)",
            at(argument, {s: z * norm2, p: z**2 * norm2, q: norm2}) ** 2,
            at(argument, {s: z * inner, p: z**2 * norm2, q: 1}) ** 2,
        ),
        Step(
            "radial",
            r"$\sum_j c_j G_p = 0$ over the own group ($m$ teachers, outgoing weight $m$)",
            m * at_itself(exact.d_p),
            m * at_teacher(exact.d_p),
        ),
        Step("other-radial", r"and $G_p = 0$ for other groups", at(exact.d_p, {s: 0}), sp.S.Zero),
        Step("other-square", r"$G_{ss} = 0$ for other groups", at(exact.d_ss, {s: 0}), sp.S.Zero),
        Step(
            "other-mixed",
            r"The terms in $G_{sp}$ of another group cancel: its neuron and its teachers pull alike",
            m * inner * at(exact.d_sp, {s: 0, q: norm2}),
            at(exact.d_sp, {s: 0, q: 1}),
        ),
        Step(
            "own-direction",
            r"so the residual's part $S = 2 a E[r \sigma'' x x^\top]$ lives on the group; along $w$ it vanishes",
            m * at_itself(along(sp.sqrt(norm2))),
            m * at_teacher(along(1 / sp.sqrt(m))),
        ),
        Step(
            "curvature",
            r"and for unit $u \perp w$ in the group $u^\top S u = -2 a G_{ss} = -\frac4\pi \lambda$, "
            r"$\lambda = m^2 (2m-1)^{-1/2} (2m+1)^{-3/2}$",
            2 * m * at_teacher(exact.d_ss),
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
            2 * m**2 * at_itself(exact.d_s),
            4 / sp.pi * (square + square * (c - 1)),
        ),
        Step(
            "off-diagonal",
            r"and two neurons together, squared: $(2 a_i a_l G_s)^2 = (\frac4\pi)^2 q_i^2 q_l^2$",
            (2 * m * j * at(exact.d_s, {s: 0, p: 1 / (2 * m - 1), q: 1 / (2 * j - 1)})) ** 2,
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


def _index_formulas() -> tuple[Formula, ...]:
    over = r"\sum_{g \,:\, m_g \ge 2,\; P(m_g) < 1 + \sum_{i \ne g} h(m_i)} (m_g - 1)"
    return (
        Formula(quantity(r"\mathrm{index}"), "=", quantity(over), tail="with"),
        Formula(quantity_of("h")(m), "=", stiffness(m)),
        Formula(quantity_of("P")(m), "=", threshold(m)),
    )


CLAIMS = (
    Claim(
        "erf-ca-index",
        Kind.THEOREM,
        "Copy-average points are non-degenerate, with their index in closed form for every partition",
        r"\mathrm{index} = \sum_{g : m_g \ge 2,\, P(m_g) < 1 + \sum_{i \ne g} h(m_i)} (m_g - 1), \quad "
        r"h(m) = N + 2m\sqrt N, \; P(m) = \frac{N^2 (N + (N-1) 2m/\sqrt N)}{N^2 + N - 1}, \; N = 4m^2 - 1",
        "all partitions, all d >= k",
        _index,
        title="The index of copy-average points",
        formulas=_index_formulas,
    ),
)

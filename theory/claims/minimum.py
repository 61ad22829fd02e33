"""The claim on the optimal copy-average point (erf): a strict minimum exactly where an inequality in (n, k) holds."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.averaging import optimal_copy_average
from theory.claim import Claim, Formula, Kind
from theory.claims.stability import t
from theory.derivation import Relation, Step
from theory.neuron import group
from theory.spectrum import UNIT, copy_average_spectrum, slope, softness
from theory.stability import coupling, optimal_minimum_condition, threshold
from theory.structure import Structure
from theory.symbols import k, m, n
from theory.unevaluated import at

#: Input dimension, and the larger root of v + 1/v = 4m.
d = sp.Symbol("d", integer=True, positive=True)
v = sp.Symbol("v", real=True)


@cache
def _optimal() -> tuple[Step, ...]:
    return (*_determinant_steps(), *_threshold_steps())


def _determinant_steps() -> tuple[Step, ...]:
    (span,) = (block for block in copy_average_spectrum(optimal_copy_average(n, k), d) if block.name == "span")
    # In the size of the average, k = m + n - 1.
    matrix, one = sp.expand(span.matrix.subs(k, m + n - 1) / UNIT), sp.S.One
    (of_groups,) = (
        block
        for block in copy_average_spectrum(Structure("copy-average", "erf", (group(m), group(one, n - 1))), d)
        if block.name == "span"
    )
    tau, nu, q1, q2 = sp.symbols("tau nu q_1 q_2", positive=True)

    return (
        Step(
            "corner",
            r"By the claim erf-ca-definite only the block of the average's span can have negative eigenvalues. In units of $4/\pi$ the "
            r"average's corner ($m = k - n + 1$) is $q^2 - \nu$",
            matrix[0, 0],
            coupling(m) - slope(m),
            through=((m, (1 + t) / 2),),
        ),
        Step(
            "copies-corner",
            r"the copies' is $\tau_1 + (n-1) q_1^2$",
            at(span.matrix[1, 1] / UNIT, {k: m + n - 1}),
            at(softness(m) + (n - 1) * coupling(m), {m: 1}),
        ),
        Step(
            "off-corner",
            r"and the square of the mixed entry is $(n-1) q_1^2 q^2$",
            matrix[0, 1] ** 2,
            (n - 1) * coupling(one) * coupling(m),
        ),
        Step(
            "determinant",
            r"so the determinant is $\tau_1 \nu (P - 1 - (n-1) q_1^2/\tau_1)$ with $P = q^2/\nu$. The copies' corner is positive: there is "
            r"one negative eigenvalue exactly where this is negative, and by the claim erf-ca-index it is never zero",
            (tau + (n - 1) * q1**2) * (q2**2 - nu) - (n - 1) * q1**2 * q2**2,
            tau * nu * (q2**2 / nu - 1 - (n - 1) * q1**2 / tau),
        ),
        Step(
            "copies", r"where $q_1^2/\tau_1 = 3 + 2\sqrt3$", at(coupling(m) / softness(m), {m: 1}), 3 + 2 * sp.sqrt(3)
        ),
        Step("threshold", r"and $\nu P = q^2$", slope(m) * threshold(m), coupling(m), through=((m, (1 + t) / 2),)),
        Step(
            "index",
            r"It occurs $k - n$ times, once for each sum-zero vector",
            at(of_groups.multiplicity, {m: k - n + 1}),
            k - n,
        ),
    )


def _threshold_steps() -> tuple[Step, ...]:
    cosh, sinh = (v + 1 / v) / 2, (v - 1 / v) / 2
    square = sinh**2
    P = square**2 * (square + (square - 1) * cosh / sinh) / (square**2 + square - 1)
    large = ((v, sp.Integer(3), sp.oo),)
    return (
        Step(
            "hyperbolic",
            r"With $2m = (v + 1/v)/2$, $\sqrt N = (v - 1/v)/2$, and $v > 3$ for $m \ge 1$, since $2m = \frac53$ at $v = 3$",
            cosh**2 - sinh**2,
            sp.S.One,
        ),
        Step(
            "least",
            r"and $2m$ grows with $v$ from there",
            sp.Derivative(cosh, v),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=large,
        ),
        Step(
            "one-neuron",
            r"$P > 1$: for $n = 1$ the average is a minimum",
            P - 1,
            sp.S.Zero,
            Relation.POSITIVE,
            domain=large,
        ),
        Step(
            "monotone",
            r"and $P$ grows with $m$, so it falls with $n$ while the left side grows: where the inequality fails it fails for all larger "
            r"$n < k$",
            sp.Derivative(P, v),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=large,
        ),
    )


def _condition_formulas() -> tuple[Formula, ...]:
    left, right = optimal_minimum_condition(n, k).args
    return (Formula(left, "<", right),)


CLAIMS = (
    Claim(
        "erf-optimum-minimum",
        Kind.THEOREM,
        "The optimal copy-average point with n < k is a strict minimum exactly if an explicit inequality holds, and otherwise a saddle of "
        "index k - n; where it fails, it fails for all larger n < k",
        r"(n-1)(3+2\sqrt3) + 1 < \frac{N^2 (N + (N-1)\,2m/\sqrt N)}{N^2+N-1}, \quad m = k-n+1,\ N = 4m^2-1",
        "all n < k, all d >= k",
        _optimal,
        "flows end at copy-average only where it holds",
        "the index",
        title="When the optimum is a minimum",
        text="The optimal copy-average point with $n < k$ is a strict minimum exactly if the following holds, and "
        "otherwise a saddle of index $k - n$; where it fails, it fails for all larger $n < k$",
        formulas=_condition_formulas,
    ),
)

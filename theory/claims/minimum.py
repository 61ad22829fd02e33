"""The claim on the optimal copy-average point (erf): a strict minimum exactly where an inequality in (n, k) holds."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.averaging import optimal_copy_average
from theory.claim import Claim, Formula, Kind
from theory.claims.stability import t
from theory.derivation import Relation, Step
from theory.neuron import group
from theory.prose import defined, given, sentence
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
            sentence(
                "By the claim erf-ca-definite only the block of the average's span can have negative eigenvalues. In units of {} "
                "and with {} the average's corner is {}",
                UNIT,
                given(m, "=", k - n + 1),
                q2**2 - nu,
            ),
            matrix[0, 0],
            coupling(m) - slope(m),
            through=((m, (1 + t) / 2),),
        ),
        Step(
            "copies-corner",
            sentence("the copies' is {}", tau + (n - 1) * q1**2),
            at(span.matrix[1, 1] / UNIT, {k: m + n - 1}),
            at(softness(m) + (n - 1) * coupling(m), {m: 1}),
        ),
        Step(
            "off-corner",
            sentence("and the square of the mixed entry is {}", (n - 1) * q1**2 * q2**2),
            matrix[0, 1] ** 2,
            (n - 1) * coupling(one) * coupling(m),
        ),
        Step(
            "determinant",
            sentence(
                "so the determinant is as follows, with {}. The copies' corner is positive: there is one negative eigenvalue exactly "
                "where the bracket is negative, and by the claim erf-ca-index it is never zero",
                defined(sp.Symbol("P"), q2**2 / nu),
            ),
            (tau + (n - 1) * q1**2) * (q2**2 - nu) - (n - 1) * q1**2 * q2**2,
            tau * nu * (q2**2 / nu - 1 - (n - 1) * q1**2 / tau),
        ),
        Step(
            "copies",
            sentence("where {} is a number", q1**2 / tau),
            at(coupling(m) / softness(m), {m: 1}),
            3 + 2 * sp.sqrt(3),
        ),
        Step(
            "threshold",
            sentence("and {} times {} is {}", nu, sp.Symbol("P"), q2**2),
            slope(m) * threshold(m),
            coupling(m),
            through=((m, (1 + t) / 2),),
        ),
        Step(
            "index",
            sentence("It occurs as often as there are sum-zero vectors"),
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
            sentence(
                "With {} and {}, for {} the new variable {} is above {}, since {} is {} at {}",
                given(2 * m, "=", cosh),
                given(sp.sqrt(sp.Symbol("N")), "=", sinh),
                given(m, ">=", 1),
                v,
                3,
                2 * m,
                cosh.subs(v, 3),
                given(v, "=", 3),
            ),
            cosh**2 - sinh**2,
            sp.S.One,
        ),
        Step(
            "least",
            sentence("and {} grows with {} from there", 2 * m, v),
            sp.Derivative(cosh, v),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=large,
        ),
        Step(
            "one-neuron",
            sentence("The threshold is above one: for {} the average is a minimum", given(n, "=", 1)),
            P - 1,
            sp.S.Zero,
            Relation.POSITIVE,
            domain=large,
        ),
        Step(
            "monotone",
            sentence(
                "and {} grows with {}, so it falls with {} while the left side grows: where the inequality fails it fails for all "
                "larger {}",
                sp.Symbol("P"),
                m,
                n,
                given(n, "<", k),
            ),
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
        sentence(
            "The optimal copy-average point with {} is a strict minimum exactly if an explicit inequality holds, and otherwise a "
            "saddle of index {}; where it fails, it fails for all larger {}",
            given(n, "<", k),
            k - n,
            given(n, "<", k),
        ),
        "",
        sentence("all {}, all {}", given(n, "<", k), given(d, ">=", k)),
        _optimal,
        "flows end at copy-average only where it holds",
        "the index",
        title="When the optimum is a minimum",
        text=sentence(
            "The optimal copy-average point with {} is a strict minimum exactly if the following holds, and otherwise a saddle of "
            "index {}; where it fails, it fails for all larger {}",
            given(n, "<", k),
            k - n,
            given(n, "<", k),
        ),
        formulas=_condition_formulas,
    ),
)

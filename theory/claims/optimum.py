"""Claims on L*, the loss of averaging m teachers (erf): increasing, strictly concave, hence the optimum."""

from __future__ import annotations

import sympy as sp

from theory import names
from theory.averaging import optimal_copy_average
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.notation import LeastOver, Primed, SmallRest, Total
from theory.prose import asserted, called, defined, given, sentence
from theory.symbols import k, n
from theory.unevaluated import at

#: Number of averaged teachers, real.
M = sp.Symbol("m", positive=True)
z = sp.Symbol("z", positive=True)
j = sp.Symbol("j", integer=True, positive=True)
c = sp.Symbol("c_j", positive=True)
T = sp.Symbol("t", real=True)
d = sp.Symbol("d_j", positive=True)

LOSS = M / 3 - 2 / sp.pi * M**2 * sp.asin(1 / (2 * M))


def _series_steps() -> tuple[Step, ...]:
    central = sp.binomial(2 * j, j) / 4**j
    step = sp.Rational(1)
    return (
        Step(
            "derivative",
            sentence("With {} the derivative of {} is", given(z, "=", 1 / (2 * M)), called(names.L_star(M), LOSS)),
            at(sp.Derivative(LOSS, M), {M: 1 / (2 * z)}),
            sp.Rational(1, 3) - 2 / sp.pi * (sp.asin(z) / z - 1 / (2 * sp.sqrt(1 - z**2))),
        ),
        Step(
            "binomial-series",
            sentence(
                "The binomial series of {} has the terms {}, with {}, since it solves {}, which for the coefficients means",
                (1 - z**2) ** sp.Rational(-1, 2),
                c * z ** (2 * j),
                given(c, "=", central),
                given((1 - z**2) * Primed(sp.Symbol("y"), 1), "=", z * sp.Symbol("y")),
            ),
            (2 * j + 2) * at(central, {j: j + step}) / central,
            2 * j + 1,
        ),
        Step(
            "differential-equation",
            sentence("and {} does so indeed", (1 - z**2) ** sp.Rational(-1, 2)),
            (1 - z**2) * sp.Derivative((1 - z**2) ** sp.Rational(-1, 2), z),
            z * (1 - z**2) ** sp.Rational(-1, 2),
        ),
        Step(
            "arcsine-series",
            sentence(
                "Integrated term by term it gives {} the terms {}, since",
                sp.asin(z) / z,
                c * z ** (2 * j) / (2 * j + 1),
            ),
            c * z ** (2 * j + 1) / (2 * j + 1),
            c * z ** (2 * j),
            Relation.DERIVATIVE,
            z,
        ),
        Step(
            "coefficient",
            sentence(
                "so the bracket in the derivative is {} less the terms {} for {}, with the coefficients {}",
                sp.S.Half,
                d * z ** (2 * j),
                given(j, ">=", 1),
                called(d, c * (2 * j - 1) / (2 * (2 * j + 1))),
            ),
            c / 2 - c / (2 * j + 1),
            c * (2 * j - 1) / (2 * (2 * j + 1)),
        ),
        Step(
            "coefficients-positive",
            sentence("which are positive: {} for {}", asserted(d, ">", 0), given(j, ">=", 1)),
            c * (2 * j - 1) / (2 * (2 * j + 1)),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((j, sp.S.Half, sp.oo),),
        ),
    )


def _increasing() -> tuple[Step, ...]:
    return (
        *_series_steps(),
        Step(
            "slope-positive",
            sentence(
                "The bracket is less than {}, so the derivative of {} is above {}",
                sp.S.Half,
                names.L_star(M),
                asserted(sp.Rational(1, 3) - 1 / sp.pi, ">", 0),
            ),
            sp.Rational(1, 3) - 1 / sp.pi,
            sp.S.Zero,
            Relation.POSITIVE,
        ),
    )


def _concave() -> tuple[Step, ...]:
    return (
        *_series_steps(),
        Step(
            "slope-grows-with-z",
            sentence(
                "Each term {} grows with {}, so the derivative of {} does: the derivative of a term",
                d * z ** (2 * j),
                z,
                names.L_star(M),
            ),
            c * z ** (2 * j),
            2 * j * c * z ** (2 * j - 1),
            Relation.DERIVATIVE,
            z,
        ),
        Step(
            "terms-grow",
            sentence("is positive, as each factor is"),
            2 * j * c * z ** (2 * j - 1),
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "z-falls-with-m",
            sentence(
                "and {} falls with {}: the second derivative of {} is negative for real {}",
                given(z, "=", 1 / (2 * M)),
                M,
                names.L_star(M),
                given(M, ">=", 1),
            ),
            sp.Derivative(1 / (2 * M), M),
            -1 / (2 * M**2),
        ),
    )


def _optimum() -> tuple[Step, ...]:
    f = sp.Function("f")
    a, b = sp.symbols("a b", positive=True)
    more = sp.Symbol("e", nonnegative=True)  # b - a
    return (
        *_concave(),
        Step(
            "exchange",
            sentence(
                "Moving a teacher from a group of size {} to one of size {}, {}, changes the loss, {} for a group of {}, by the "
                "integral from {} to {} of the derivative in {} of",
                a,
                b,
                given(b, ">=", a, ">=", 2),
                f(M),
                M,
                0,
                1,
                T,
            ),
            f(b + T) - f(a - 1 + T),
            sp.diff(f(b + T), T) - sp.diff(f(a - 1 + T), T),
            Relation.DERIVATIVE,
            T,
        ),
        Step(
            "exchange-value",
            sentence("whose increments are the two changes of the loss"),
            at(f(b + T) - f(a - 1 + T), {T: 1}) - at(f(b + T) - f(a - 1 + T), {T: 0}),
            (f(b + 1) + f(a - 1)) - (f(b) + f(a)),
        ),
        Step(
            "lower",
            sentence(
                "and {} for {}: with a strictly decreasing derivative the loss falls at every exchange, until all groups but "
                "one are copies",
                asserted(b + T, ">", a - 1 + T),
                defined(b, a + more),
            ),
            at(b + T - (a - 1 + T), {b: a + more}),
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "value",
            sentence("where the loss is {}, since copies cost nothing", names.L_star(k - n + 1)),
            at(LOSS, {M: 1}),
            sp.S.Zero,
        ),
    )


def _asymptotics() -> tuple[Step, ...]:
    slope = sp.Rational(1, 3) - 1 / sp.pi
    return (
        Step(
            "slope",
            sentence("The loss {} per teacher tends to a constant", called(names.L_star(M), LOSS)),
            LOSS / M,
            slope,
            Relation.LIMIT,
            M,
        ),
        Step(
            "correction",
            sentence("and what is left of {} falls like {}", names.L_star(M), 1 / M),
            sp.expand(M * (LOSS - slope * M)),
            -1 / (24 * sp.pi),
            Relation.LIMIT,
            M,
        ),
    )


def _increasing_formulas() -> tuple[Formula, ...]:
    return (Formula(sp.Derivative(LOSS, M), ">", sp.Rational(1, 3) - 1 / sp.pi),)


def _concave_formulas() -> tuple[Formula, ...]:
    return (Formula(sp.Derivative(LOSS, (M, 2)), "<", sp.S.Zero),)


def _optimum_formulas() -> tuple[Formula, ...]:
    groups = sp.Symbol("k_i", integer=True, positive=True)
    least = LeastOver(Total(names.L_star(groups), names.i), Total(groups, names.i), k)
    return (Formula(least, "=", optimal_copy_average(n, k).loss),)


def _asymptotic_formulas() -> tuple[Formula, ...]:
    slope = sp.Rational(1, 3) - 1 / sp.pi
    rest = SmallRest(1 / M)
    return (Formula(names.L_star(M), "=", slope * M - 1 / (24 * sp.pi * M) + rest),)


CLAIMS = (
    Claim(
        "erf-average-increasing",
        Kind.THEOREM,
        sentence("The loss of averaging {} teachers increases with {}", M, M),
        "",
        sentence("all real {}", given(M, ">=", 1)),
        _increasing,
        sentence("the loss at the optimum falls with {}", n),
        "nothing further",
        title="The loss of an average increases",
        text=sentence("The loss of averaging {} teachers increases with {}:", M, M),
        formulas=_increasing_formulas,
    ),
    Claim(
        "erf-average-concave",
        Kind.THEOREM,
        sentence("The loss of averaging {} teachers is strictly concave in {}", M, M),
        "",
        sentence("all real {}", given(M, ">=", 1)),
        _concave,
        "nothing further",
        "nothing further",
        title="It is strictly concave",
        text=sentence("The loss of averaging {} teachers is strictly concave in {}:", M, M),
        formulas=_concave_formulas,
    ),
    Claim(
        "erf-optimum",
        Kind.THEOREM,
        sentence(
            "Among copy-average points the lowest has {} copies and one average, uniquely up to symmetry", n - 1
        ),
        "",
        sentence("all {}", given(n, "<=", k)),
        _optimum,
        "flows seen to end at copy-average end at this partition: observed, not implied",
        "losses of all partitions, enclosed",
        title="The optimum among copy-average points",
        text=sentence(
            "Among copy-average points the lowest has {} copies and one average, uniquely up to symmetry:", n - 1
        ),
        formulas=_optimum_formulas,
        references=("simsek2023",),
    ),
    Claim(
        "erf-average-asymptotics",
        Kind.THEOREM,
        sentence(
            "Averaging {} teachers costs {} per teacher in the limit, less {} in all",
            M,
            sp.Rational(1, 3) - 1 / sp.pi,
            1 / (24 * sp.pi * M),
        ),
        "",
        sentence("{} to infinity", M),
        _asymptotics,
        "nothing further",
        "nothing further",
        title="Averages of many teachers",
        text=sentence(
            "Averaging {} teachers costs a constant per teacher in the limit, less a constant over {} in all:", M, M
        ),
        formulas=_asymptotic_formulas,
    ),
)

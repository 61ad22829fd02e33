"""Claims on L*, the loss of averaging m teachers (erf): increasing, strictly concave, hence the optimum."""

from __future__ import annotations

import sympy as sp

from theory.averaging import optimal_copy_average
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.symbols import k, n
from theory.unevaluated import at, quantity, quantity_of

#: Number of averaged teachers, real.
M = sp.Symbol("m", positive=True)
z = sp.Symbol("z", positive=True)
j = sp.Symbol("j", integer=True, positive=True)
c = sp.Symbol("c_j", positive=True)
T = sp.Symbol("t", real=True)

LOSS = M / 3 - 2 / sp.pi * M**2 * sp.asin(1 / (2 * M))


def _series_steps() -> tuple[Step, ...]:
    central = sp.binomial(2 * j, j) / 4**j
    step = sp.Rational(1)
    return (
        Step(
            "derivative",
            r"With $z = 1/(2m)$ the derivative of $L^*$ is",
            at(sp.Derivative(LOSS, M), {M: 1 / (2 * z)}),
            sp.Rational(1, 3) - 2 / sp.pi * (sp.asin(z) / z - 1 / (2 * sp.sqrt(1 - z**2))),
        ),
        Step(
            "binomial-series",
            r"$(1-z^2)^{-1/2} = \sum_j c_j z^{2j}$ with $c_j = \binom{2j}{j}/4^j > 0$: it solves $(1-z^2) y' = z y$, so that "
            r"$(2j+2) c_{j+1} = (2j+1) c_j$",
            (2 * j + 2) * at(central, {j: j + step}) / central,
            2 * j + 1,
        ),
        Step(
            "differential-equation",
            r"which $(1-z^2)^{-1/2}$ satisfies indeed",
            (1 - z**2) * sp.Derivative((1 - z**2) ** sp.Rational(-1, 2), z),
            z * (1 - z**2) ** sp.Rational(-1, 2),
        ),
        Step(
            "arcsine-series",
            r"Integrated term by term, $\arcsin(z)/z = \sum_j c_j z^{2j}/(2j+1)$",
            c * z ** (2 * j + 1) / (2 * j + 1),
            c * z ** (2 * j),
            Relation.DERIVATIVE,
            z,
        ),
        Step(
            "coefficient",
            r"so the bracket is $\frac12 - \sum_{j \ge 1} d_j z^{2j}$ with $d_j = c_j \frac{2j - 1}{2(2j+1)}$",
            c / 2 - c / (2 * j + 1),
            c * (2 * j - 1) / (2 * (2 * j + 1)),
        ),
        Step(
            "coefficients-positive",
            r"and $d_j > 0$ for $j \ge 1$",
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
            r"The bracket is less than $\frac12$, so $\frac{dL^*}{dm} > \frac13 - \frac1\pi > 0$",
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
            r"Each term $d_j z^{2j}$ grows with $z$, so $\frac{dL^*}{dm}$ does: the derivative of a term",
            c * z ** (2 * j),
            2 * j * c * z ** (2 * j - 1),
            Relation.DERIVATIVE,
            z,
        ),
        Step(
            "terms-grow",
            r"is positive",
            2 * j * c * z ** (2 * j - 1),
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "z-falls-with-m",
            r"and $z = 1/(2m)$ falls with $m$: $\frac{d^2 L^*}{dm^2} < 0$ for real $m \ge 1$",
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
            r"Moving a teacher from a group of size $a$ to one of size $b \ge a \ge 2$ changes the loss by "
            r"$\int_0^1 (L^{*\prime}(b+t) - L^{*\prime}(a-1+t)) dt$: the integrand is the derivative of",
            f(b + T) - f(a - 1 + T),
            sp.diff(f(b + T), T) - sp.diff(f(a - 1 + T), T),
            Relation.DERIVATIVE,
            T,
        ),
        Step(
            "exchange-value",
            r"whose increments are the two changes of the loss",
            at(f(b + T) - f(a - 1 + T), {T: 1}) - at(f(b + T) - f(a - 1 + T), {T: 0}),
            (f(b + 1) + f(a - 1)) - (f(b) + f(a)),
        ),
        Step(
            "lower",
            r"and $b + t > a - 1 + t$ for $b = a + e$, $e \ge 0$, so with $L^{*\prime}$ strictly decreasing the loss falls at every exchange, until "
            r"all groups but one are copies",
            at(b + T - (a - 1 + T), {b: a + more}),
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "value",
            r"where the loss is $L^*_{\mathrm{erf}}(k - n + 1)$, since copies cost nothing",
            at(LOSS, {M: 1}),
            sp.S.Zero,
        ),
    )


def _asymptotics() -> tuple[Step, ...]:
    slope = sp.Rational(1, 3) - 1 / sp.pi
    return (
        Step("slope", r"$L^*(m)/m \to \frac13 - \frac1\pi$", LOSS / M, slope, Relation.LIMIT, M),
        Step(
            "correction",
            r"$m (L^*(m) - (\frac13 - \frac1\pi) m) \to -\frac{1}{24\pi}$",
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
    least = quantity(r"\min_{k_1 + \dots + k_n = k}\, \textstyle\sum_i L^*_{\mathrm{erf}}(k_i)")
    return (Formula(least, "=", optimal_copy_average(n, k).loss),)


def _asymptotic_formulas() -> tuple[Formula, ...]:
    slope = sp.Rational(1, 3) - 1 / sp.pi
    rest = quantity(r"o(m^{-1})")
    return (Formula(quantity_of(r"L^*_{\mathrm{erf}}")(M), "=", slope * M - 1 / (24 * sp.pi * M) + rest),)


CLAIMS = (
    Claim(
        "erf-average-increasing",
        Kind.THEOREM,
        "The loss of averaging m teachers increases with m",
        r"\frac{d}{dm} L^*_{\mathrm{erf}}(m) > \tfrac13 - \tfrac1\pi > 0",
        "all real m >= 1",
        _increasing,
        "the loss at the optimum falls with n",
        "nothing further",
        title="The loss of an average increases",
        text="The loss of averaging $m$ teachers increases with $m$:",
        formulas=_increasing_formulas,
    ),
    Claim(
        "erf-average-concave",
        Kind.THEOREM,
        "The loss of averaging m teachers is strictly concave in m",
        r"\frac{d^2}{dm^2} L^*_{\mathrm{erf}}(m) < 0",
        "all real m >= 1",
        _concave,
        "nothing further",
        "nothing further",
        title="It is strictly concave",
        text="The loss of averaging $m$ teachers is strictly concave in $m$:",
        formulas=_concave_formulas,
    ),
    Claim(
        "erf-optimum",
        Kind.THEOREM,
        "Among copy-average points the lowest has n - 1 copies and one average, uniquely up to symmetry",
        r"\min_{k_1+\dots+k_n = k} \textstyle\sum_i L^*_{\mathrm{erf}}(k_i) = L^*_{\mathrm{erf}}(k-n+1)",
        "all n <= k",
        _optimum,
        "flows seen to end at copy-average end at this partition: observed, not implied",
        "losses of all partitions, enclosed",
        title="The optimum among copy-average points",
        text="Among copy-average points the lowest has $n - 1$ copies and one average, uniquely up to symmetry:",
        formulas=_optimum_formulas,
        references=("simsek2023",),
    ),
    Claim(
        "erf-average-asymptotics",
        Kind.THEOREM,
        "Averaging m teachers costs (1/3 - 1/pi) per teacher in the limit, less 1/(24 pi m) in all",
        r"L^*_{\mathrm{erf}}(m) = (\tfrac13-\tfrac1\pi)m - \tfrac{1}{24\pi m} + o(1/m)",
        "m to infinity",
        _asymptotics,
        "nothing further",
        "nothing further",
        title="Averages of many teachers",
        text="Averaging $m$ teachers costs a constant per teacher in the limit, less a constant over $m$ in all:",
        formulas=_asymptotic_formulas,
    ),
)

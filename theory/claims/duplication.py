"""Claims on duplicated neurons (erf): lines of critical points, why they are degenerate, and where they are stable."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.duplication import split_cubic, split_curvature, t
from theory.interactions import pair
from theory.notation import Choices, Congruent, Dot, Hessian, Mean, Outer, Primed, Quadratic, Total
from theory.prose import asserted, defined, given, sentence
from theory.symbols import a, alpha, k, m, n, p, q, s
from theory.unevaluated import at

#: Variations: of the two vectors (along any direction), of the two outgoing weights; D.x; time; constants.
X1, X2, A1, A2, y, X = sp.symbols("X_1 X_2 A_1 A_2 y X", real=True)
S = sp.symbols("S_0:5", real=True)
d = sp.Symbol("d", integer=True, positive=True)
#: 2m - 1, positive, so that roots are of positive numbers.
odd = sp.Symbol("o", positive=True)
PULL = sp.sqrt(2 / sp.pi)
#: Sums of a displacement's components and of their cubes over a group; another variable; a number of directions.
P1, P3, z = sp.symbols("P_1 P_3 z", real=True)
dims = sp.Symbol("N", real=True)
#: What sentences name: mean and difference of two variations, what is off the group; the block and the residual; a split
#: neuron; the Hessian.
MEAN, GAP, OFF, MATRIX, RESIDUAL, h = sp.symbols("M D D_o S r h")
SPLIT = (sp.Tuple(names.w, t * a), sp.Tuple(names.w, (1 - t) * a))
HESSIAN = Congruent(sp.Symbol("H_n-1"), t * (1 - t) * MATRIX, 0)


ODD = ((m, (1 + odd) / 2),)


@cache
def _line() -> tuple[Step, ...]:
    g, N, dim = sp.symbols("g n d", real=True)
    mean, gap = t * X1 + (1 - t) * X2, X1 - X2
    return (
        Step(
            "function",
            sentence("Split into {} and {} a neuron is the same function", SPLIT[0], SPLIT[1]),
            t * a * S[0] + (1 - t) * a * S[0],
            a * S[0],
        ),
        Step(
            "incoming",
            sentence(
                "With {} the slopes {} and {} are parts of the slope before, which vanishes; the slopes in the outgoing weights are "
                "both the one before",
                given(
                    g,
                    "=",
                    Mean((names.f - names.f_star) * Primed(names.sigma_letter, 1, names.pre(names.w)) * names.x),
                ),
                2 * t * a * g,
                2 * (1 - t) * a * g,
            ),
            2 * t * a * g + 2 * (1 - t) * a * g,
            2 * a * g,
        ),
        Step(
            "first-order",
            sentence(
                "The network's first variation sees, of the variations {} and {} of the vectors and {} and {} of the weights, the mean {} "
                "and the sum only",
                X1,
                X2,
                A1,
                A2,
                defined(MEAN, mean),
            ),
            t * a * X1 * S[1] + (1 - t) * a * X2 * S[1] + A1 * S[0] + A2 * S[0],
            a * mean * S[1] + (A1 + A2) * S[0],
        ),
        Step(
            "second-order",
            sentence(
                "Its second variation is that of one neuron at {} and {}, with {} (products with variations of the weights meet the "
                "residual in {}, which vanishes, {})",
                MEAN,
                a * t * (1 - t) * names.pre(GAP) ** 2 * Primed(names.sigma_letter, 2),
                defined(GAP, gap),
                Mean(RESIDUAL * Primed(names.sigma_letter, 1) * names.x),
                given(a, "!=", 0),
            ),
            t * X1**2 + (1 - t) * X2**2,
            mean**2 + t * (1 - t) * gap**2,
        ),
        Step(
            "coordinates",
            sentence(
                "So {} are coordinates, by the determinant, and the Hessian is congruent to {} with {}",
                sp.Tuple(MEAN, GAP),
                HESSIAN,
                given(MATRIX, "=", 2 * a * Mean(RESIDUAL * Primed(names.sigma_letter, 2) * Outer(names.x))),
            ),
            sp.Determinant(sp.Matrix([[t, 1 - t], [1, -1]])),
            sp.Integer(-1),
        ),
        Step(
            "count",
            sentence("of sizes {}, {} and {}", (N - 1) * (dim + 1), dim, 1),
            (N - 1) * (dim + 1) + dim + 1,
            N * (dim + 1),
        ),
        Step(
            "outside",
            sentence(
                "The block {} vanishes in directions orthogonal to all vectors, by the slope of {} and since the mean of {} vanishes",
                MATRIX,
                Primed(names.sigma_letter, 1, y),
                RESIDUAL * y * Primed(names.sigma_letter, 1),
            ),
            PULL * sp.exp(-(y**2) / 2),
            -y * PULL * sp.exp(-(y**2) / 2),
            Relation.DERIVATIVE,
            y,
        ),
    )


def _cubic_steps() -> tuple[Step, ...]:
    total, cubes = P1, P3
    w, norm2 = 1 / sp.sqrt(odd * (odd + 1) / 2), 1 / odd
    size = (1 + odd) / 2
    slope, third = PULL / sp.sqrt(1 + p), -PULL / sp.sqrt(1 + p) ** 3
    taylor = [1, X, X**2 / 2, X**3 / 6, X**4 / 24]

    shifted = sum(S[j] * taylor[j] for j in range(5))

    return (
        Step(
            "expansion",
            sentence(
                "To fourth order {} at {} and {} is, for derivatives {} at {} and with {} for the gap,",
                t * names.sigma(sp.Symbol("y_1")) + (1 - t) * names.sigma(sp.Symbol("y_2")),
                given(sp.Symbol("y_1"), "=", MEAN + (1 - t) * GAP),
                given(sp.Symbol("y_2"), "=", MEAN - t * GAP),
                sp.Symbol("S_j"),
                MEAN,
                X,
            ),
            t * at(shifted, {X: (1 - t) * X}) + (1 - t) * at(shifted, {X: -t * X}),
            (
                S[0]
                + t
                * (1 - t)
                * (X**2 * S[2] / 2 + (1 - 2 * t) * X**3 * S[3] / 6 + (1 - 3 * t + 3 * t**2) * X**4 * S[4] / 24)
            ),
        ),
        Step(
            "slope",
            sentence("The mean {} for {} of variance {}", Mean(Primed(names.sigma_letter, 1, y)), y, p),
            PULL * sp.exp(-(y**2) / 2) * sp.exp(-(y**2) / (2 * p)) / sp.sqrt(2 * sp.pi * p),
            slope,
            Relation.INTEGRAL,
            y,
        ),
        Step(
            "third",
            sentence(
                "and {}, twice its derivative in {} by the heat equation", Mean(Primed(names.sigma_letter, 3, y)), p
            ),
            2 * slope,
            third,
            Relation.DERIVATIVE,
            p,
        ),
        Step(
            "linear",
            sentence("The residual of another group has no linear part: its neuron and its teachers pull alike"),
            size * w * at(slope, {p: norm2}),
            at(slope, {p: 1}),
        ),
        Step(
            "mean",
            sentence(
                "and odd parts only, so at a copy {} meets no even mean of it: {} vanishes, and all {} directions of {} are null, with "
                "the line {}: for each, {} is odd, too",
                Primed(names.sigma_letter, 2),
                MATRIX,
                d,
                GAP,
                d + 1,
                Primed(names.sigma_letter, 2),
            ),
            at(-y * PULL * sp.exp(-(y**2) / 2), {y: -z}),
            z * PULL * sp.exp(-(z**2) / 2),
        ),
        Step(
            "cubic-moment",
            sentence(
                "The third moment of the group's residual along {}, {}, with {} for the sums over the group",
                GAP,
                Mean(sp.Symbol("r_g") * names.pre(GAP) ** 3),
                given(sp.Symbol("P_i"), "=", Total(sp.Symbol("D_j") ** names.i, names.j)),
            ),
            size * (w * total) ** 3 * at(third, {p: norm2}) - cubes * at(third, {p: 1}),
            -PULL / (2 * sp.sqrt(2)) * (4 * total**3 / (1 + odd) ** 2 - cubes),
        ),
        Step(
            "cubic",
            sentence(
                "So at a copy the loss has the third order {} times the two means, summed over groups:",
                t * (1 - t) * (1 - 2 * t) / 3,
            ),
            t
            * (1 - t)
            * (1 - 2 * t)
            / 3
            * at(third, {p: 1})
            * (-PULL / (2 * sp.sqrt(2)))
            * (total**3 / m**2 - cubes),
            split_cubic(t, m, total, cubes),
        ),
    )


@cache
def _copy() -> tuple[Step, ...]:
    size = sp.Symbol("mu", real=True)
    return (
        *_cubic_steps(),
        Step(
            "one-direction",
            sentence("Along one teacher of the group, {}, it is", given(P1, "=", P3, "=", 1)),
            at(split_cubic(t, m, P1, P3), {P1: 1, P3: 1}),
            -t * (1 - t) * (1 - 2 * t) / (12 * sp.pi) * (m**2 - 1) / m**2,
        ),
        Step(
            "not-zero",
            sentence(
                "with {}: of one sign in {} and of the other in {}. Where {} is none of {} there is lower loss in every "
                "neighbourhood, and the other three are limits of such points with the same loss",
                asserted((size**2 - 1) / size**2, ">", 0),
                GAP,
                -GAP,
                t,
                Choices(0, sp.S.Half, 1),
            ),
            (size**2 - 1) / size**2,
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((size, sp.Integer(1), sp.oo),),
        ),
    )


def _own(f: sp.Expr) -> sp.Expr:
    norm2 = 1 / (2 * m - 1)
    return at(f, {s: norm2, p: norm2, q: norm2})


def _teacher(f: sp.Expr) -> sp.Expr:
    return at(f, {s: 1 / sp.sqrt(m * (2 * m - 1)), p: 1 / (2 * m - 1), q: 1})


@cache
def _average() -> tuple[Step, ...]:
    exact = pair("erf")
    rho = sp.Symbol("rho", positive=True)
    size, share = sp.Symbol("mu", real=True), sp.Symbol("theta", real=True)
    norm2, inner = 1 / (2 * m - 1), 1 / sp.sqrt(m * (2 * m - 1))
    (argument,) = exact.value.atoms(sp.asin).pop().args
    density = PULL * sp.exp(-(y**2) / 2)
    return (
        Step(
            "sum-zero",
            sentence(
                "In the group, for unit {}, the form {} is {} at the teachers, {} times their {}",
                given(sp.Symbol("u"), "perp", names.w),
                Quadratic(sp.Symbol("u"), MATRIX),
                2 * a * Total(names.c_j * names.G_ss * Dot(names.z_j, sp.Symbol("u")) ** 2, names.j),
                -2 * m,
                names.G_ss,
            ),
            -2 * m * _teacher(exact.d_ss),
            split_curvature(m),
            through=ODD,
        ),
        Step(
            "radial",
            sentence("(the terms in {} cancel over the group)", names.G_p),
            m * _own(exact.d_p),
            m * _teacher(exact.d_p),
            through=ODD,
        ),
        Step(
            "negative",
            sentence(
                "which is negative: so for {} there are {} negative directions, for {} or {} as many positive ones",
                given(0, "<", t, "<", 1),
                m - 1,
                given(t, "<", 0),
                given(t, ">", 1),
            ),
            -split_curvature(size),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((size, sp.Integer(1), sp.oo),),
        ),
        Step(
            "same-signs",
            sentence(
                "The factor is positive between, {} for {}",
                asserted(share * (1 - share), ">", 0),
                given(0, "<", share, "<", 1),
            ),
            share * (1 - share),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((share, sp.S.Zero, sp.S.One),),
        ),
        Step(
            "opposite-signs",
            sentence(
                "and negative beyond, {} for {} (below zero the two exchange)",
                asserted(share * (1 - share), "<", 0),
                given(share, ">", 1),
            ),
            share * (share - 1),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((share, sp.S.One, sp.oo),),
        ),
        Step(
            "null",
            sentence("Null are the other directions of {} and the line", GAP),
            at(dims - (m - 1), {dims: d + 1}),
            d + 2 - m,
        ),
        Step(
            "silent",
            sentence(
                "The residual of the group is orthogonal to {} for every {} (arguments of the arcsines, squared), so {} vanishes for all odd "
                "{}, with {}",
                names.sigma(rho * names.pre(names.w)),
                rho,
                Mean(RESIDUAL * y**names.j * Primed(names.sigma_letter, 1, y)),
                names.j,
                given(y, "=", names.pre(names.w)),
            ),
            at(argument, {s: rho * norm2, p: rho**2 * norm2, q: norm2}) ** 2,
            at(argument, {s: rho * inner, p: rho**2 * norm2, q: 1}) ** 2,
            through=ODD,
        ),
        Step(
            "third-derivative",
            sentence("The third derivative {} of the activation and", Primed(names.sigma_letter, 3, y)),
            -y * density,
            (y**2 - 1) * density,
            Relation.DERIVATIVE,
            y,
        ),
        Step(
            "fourth-derivative",
            sentence(
                "the fourth: with the others copies, every third and fourth order of the residual vanishes on the null directions {}, with {} "
                "orthogonal to the group ({} has odd powers of {} with {}, or {} is odd)",
                given(GAP, "=", alpha * names.w + OFF),
                OFF,
                Mean(
                    RESIDUAL * y**names.j * names.pre(OFF) ** names.i * Primed(names.sigma_letter, names.i + names.j)
                ),
                y,
                Primed(names.sigma_letter, 1),
                names.i,
            ),
            (y**2 - 1) * density,
            (3 * y - y**3) * density,
            Relation.DERIVATIVE,
            y,
        ),
        Step(
            "fourth-order",
            sentence(
                "What remains is {}, {} being what the other parameters do, positive by linear independence: for {}, {} a degenerate "
                "minimum, if the merged point is a strict one. Its factor",
                Mean((a * t * (1 - t) / 2 * names.pre(GAP) ** 2 * Primed(names.sigma_letter, 2) + h) ** 2),
                h,
                given(t, "<", 0),
                given(t, ">", 1),
            ),
            at(X**2, {X: a * t * (1 - t) / 2}),
            a**2 * t**2 * (1 - t) ** 2 / 4,
        ),
    )


def _line_formulas() -> tuple[Formula, ...]:
    bent = Primed(names.sigma_letter, 2, names.pre(names.w))
    residual = names.f - names.f_star
    words = sentence("with {}.", given(MATRIX, "=", 2 * a * Mean(residual * bent * Outer(names.x))))
    return (Formula(Hessian(names.L), "~=", HESSIAN, tail=words),)


def _copy_formulas() -> tuple[Formula, ...]:
    sums = given(sp.Symbol("P_i"), "=", Total(sp.Symbol("D_j") ** names.i, names.j))
    words = sentence("is what a group of {} teachers adds at third order, with {} over it.", m, sums)
    return (Formula(sp.Symbol("L_3"), "=", split_cubic(t, m, P1, P3), "cubic", tail=words),)


def _average_formulas() -> tuple[Formula, ...]:
    words = sentence("for unit vectors {} of sum zero in the group; {} vanishes elsewhere.", sp.Symbol("u"), MATRIX)
    return (Formula(Quadratic(sp.Symbol("u"), MATRIX), "=", split_curvature(m), "sum-zero", tail=words),)


CLAIMS = (
    Claim(
        "erf-duplicated-line",
        Kind.THEOREM,
        sentence(
            "Splitting a neuron of a critical network with {} neurons into {} and {} gives a line of critical points, whose Hessian is "
            "congruent to that of the {} neurons, a block and one zero",
            n - 1,
            SPLIT[0],
            SPLIT[1],
            n - 1,
        ),
        "",
        sentence("all {}, {}, {}", given(n, ">=", 2), k, d),
        _line,
        "the gradient of a split point is rounding",
        "the merged point certified, the rank on the line",
        title="Duplicated neurons: lines of critical points",
        text="",
        formulas=_line_formulas,
    ),
    Claim(
        "erf-duplicated-copy",
        Kind.THEOREM,
        sentence(
            "Splitting a copy of a copy-average point with some average leaves the Hessian null in {} directions, and no point of the "
            "line is a minimum: the third order does not vanish",
            d + 1,
        ),
        "",
        sentence("all partitions with a group of {}, all {}", given(m, ">=", 2), given(d, ">=", k)),
        _copy,
        sentence("zero eigenvalues of the Hessian at a split copy: {}", d + 1),
        "the rank on the line",
        title="A duplicated copy",
        text="",
        formulas=_copy_formulas,
    ),
    Claim(
        "erf-duplicated-average",
        Kind.THEOREM,
        sentence(
            "Splitting an average of {} teachers into neurons with outgoing weights of one sign gives a saddle with {} negative "
            "directions; into opposite signs, at an optimal copy-average point that is a strict minimum, a degenerate minimum",
            m,
            m - 1,
        ),
        "",
        sentence("all {}, all {}", given(m, ">=", 2), given(d, ">=", k)),
        _average,
        sentence("index {} for {}, as many more positive eigenvalues else", m - 1, given(0, "<", t, "<", 1)),
        "rank and index on the line",
        title="A duplicated average",
        text="",
        formulas=_average_formulas,
    ),
)

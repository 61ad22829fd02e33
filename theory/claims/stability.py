"""Claims on the index of copy-average points (erf), for every partition."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.notation import Mean, Outer, Primed, Product, Quadratic, Total, TotalIn
from theory.prose import asserted, called, defined, given, sentence
from theory.spectrum import UNIT
from theory.stability import coupling, stiffness, stretch, threshold
from theory.symbols import a, k, m, n, p, q, s
from theory.unevaluated import at

#: Size of another group.
j = sp.Symbol("j", integer=True, positive=True)
#: Scale of an incoming vector, 2m - 1 (all roots are then of positive numbers), and a real group size.
z, t = sp.symbols("z t", positive=True)
size = sp.Symbol("mu", real=True)
#: What sentences name: coupling q, softness tau, slope nu, stretch c, curvature lambda, N = 4m^2 - 1; a matrix of the
#: residual; entries of a diagonal matrix and of a vector; the threshold.
COUPLING, SOFT, SLOPE, STRETCH, LAMBDA, NUMBER = sp.symbols("q tau nu c lambda N", positive=True)
S, d_i, q_i = sp.symbols("S d_i q_i")
m_i = sp.Symbol("m_i", integer=True, positive=True)
P = sp.Function("P")


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

    lam = m**2 * (2 * m - 1) ** sp.Rational(-1, 2) * (2 * m + 1) ** sp.Rational(-3, 2)

    def along(part: sp.Expr) -> sp.Expr:
        """The second derivative of an interaction along the neuron's own direction; part = u . z."""
        mixed = exact.d_ss * part**2 + 4 * exact.d_sp * part * sp.sqrt(norm2)
        return mixed + 4 * exact.d_pp * norm2 + 2 * exact.d_p

    return (
        Step(
            "silent",
            sentence(
                "The residual of a group is orthogonal to {} for every {}: the arcsines have the same argument (here squared)",
                names.sigma(z * names.pre(names.w)),
                z,
            ),
            at(argument, {s: z * norm2, p: z**2 * norm2, q: norm2}) ** 2,
            at(argument, {s: z * inner, p: z**2 * norm2, q: 1}) ** 2,
        ),
        Step(
            "radial",
            sentence(
                "The terms in {} cancel over the own group, of {} teachers and with outgoing weight {}",
                names.G_p,
                m,
                m,
            ),
            m * at_itself(exact.d_p),
            m * at_teacher(exact.d_p),
        ),
        Step("other-radial", sentence("and vanish for other groups"), at(exact.d_p, {s: 0}), sp.S.Zero),
        Step(
            "other-square",
            sentence("So do those in {} for other groups", names.G_ss),
            at(exact.d_ss, {s: 0}),
            sp.S.Zero,
        ),
        Step(
            "other-mixed",
            sentence("and those in {} of another group cancel: its neuron and its teachers pull alike", names.G_sp),
            m * inner * at(exact.d_sp, {s: 0, q: norm2}),
            at(exact.d_sp, {s: 0, q: 1}),
        ),
        Step(
            "own-direction",
            sentence(
                "so the residual's part {} lives on the group; along {} it vanishes",
                defined(S, 2 * a * Mean(sp.Symbol("r") * Primed(names.sigma_letter, 2) * Outer(names.x))),
                names.w,
            ),
            m * at_itself(along(sp.sqrt(norm2))),
            m * at_teacher(along(1 / sp.sqrt(m))),
        ),
        Step(
            "curvature",
            sentence(
                "and for unit {} in the group {} is {} with {}: the teachers' terms in {}, turned round, are",
                given(sp.Symbol("u"), "perp", names.w),
                Quadratic(sp.Symbol("u"), S),
                -UNIT * LAMBDA,
                defined(LAMBDA, lam),
                names.G_ss,
            ),
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
            sentence(
                "Moving {} along {} costs {}, with {}, {} and {}: twice {} at the neuron itself, times the square of its outgoing weight",
                names.w_i,
                sp.Symbol("u"),
                asserted(UNIT * (COUPLING**2 + SOFT), "=", UNIT * COUPLING**2 * STRETCH),
                called(COUPLING, sp.sqrt(square)),
                defined(SOFT, COUPLING**2 * (STRETCH - 1)),
                defined(STRETCH, c),
                names.G_s,
            ),
            2 * m**2 * at_itself(exact.d_s),
            4 / sp.pi * (square + square * (c - 1)),
        ),
        Step(
            "off-diagonal",
            sentence(
                "and two neurons together, {} and {}, have {} times the outgoing weights, squared",
                names.w_i,
                sp.Symbol("w_l"),
                2 * names.G_s,
            ),
            (2 * m * j * at(exact.d_s, {s: 0, p: 1 / (2 * m - 1), q: 1 / (2 * j - 1)})) ** 2,
            (4 / sp.pi) ** 2 * square * coupling(j),
        ),
        Step(
            "own-span",
            sentence(
                "In the group's own span {} becomes {}, with {}",
                SOFT,
                asserted(SOFT - LAMBDA, "=", -SLOPE, by="own-span"),
                defined(SLOPE, COUPLING**2 * (STRETCH - 1) * (STRETCH**2 + STRETCH - 1)),
            ),
            square * (c - 1) - lam,
            -square * (c - 1) * (c**2 + c - 1),
        ),
        Step(
            "above-one",
            sentence("The stretch {} is above one, since with {}", STRETCH, defined(NUMBER, 4 * m**2 - 1)),
            c**2 - 1,
            1 / (4 * m**2 - 1),
        ),
        Step(
            "positive",
            sentence("is positive for every size {} of one and more, so {} and {} are", size, SOFT, SLOPE),
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
    copies, dim = sp.Symbol("M", positive=True), sp.Symbol("d", integer=True, positive=True)
    return (
        Step(
            "stiffness",
            sentence(
                "The ratio {} of coupling to softness, the stiffness, is {}, as",
                called(sp.Function("h")(m), COUPLING**2 / SOFT),
                asserted(
                    sp.Function("h")(m), "=", 1 / (STRETCH - 1), "=", NUMBER + 2 * m * sp.sqrt(NUMBER), by="stiffness"
                ),
            ),
            (c - 1) * stiffness(m),
            sp.S.One,
        ),
        Step(
            "threshold",
            sentence(
                "and the threshold is {}, as",
                asserted(COUPLING**2 / SLOPE, "=", 1 / ((STRETCH - 1) * (STRETCH**2 + STRETCH - 1))),
            ),
            (c - 1) * (c**2 + c - 1) * threshold(m),
            sp.S.One,
        ),
        Step(
            "determinant",
            sentence(
                "The sum of a diagonal matrix with entries {} and {} has the determinant {} times {}, and at most as many negative "
                "eigenvalues as there are negative {}: one, exactly if {}, with {} for a group and its threshold, and {} for the "
                "others. For {} copies together and one average",
                d_i,
                Outer(COUPLING),
                Product(d_i, names.i),
                1 + Total(q_i**2 / d_i, names.i),
                d_i,
                given(P(sp.Symbol("m_g")), "<", 1 + Total(sp.Function("h")(m_i), names.i)),
                sp.Symbol("g"),
                given(names.i, "!=", sp.Symbol("g")),
                copies,
            ),
            (tau + copies * first) * (square - nu) - copies * first * square,
            tau * nu * (square / nu - 1 - copies * first / tau),
        ),
        Step(
            "never-equal",
            sentence(
                "Equality would make the rational part {} of the threshold an integer, but its numerator and denominator have no "
                "common factor, by what follows, and {} is irrational",
                NUMBER**3 / (NUMBER**2 + NUMBER - 1),
                sp.sqrt(NUMBER),
            ),
            N * (N + 1) - (N**2 + N - 1),
            sp.S.One,
        ),
        Step(
            "count",
            sentence(
                "Directions: {} for each of the {} sum-zero vectors of the groups and of the {} ignored coordinates, and {} for "
                "each of the {} groups' own directions, where {} vanishes",
                n,
                k - n,
                names.d - k,
                n + 1,
                n,
                S,
            ),
            n * (k - n) + n * (dim - k) + n * (n + 1),
            n * (dim + 1),
        ),
    )


def _index_formulas() -> tuple[Formula, ...]:
    unstable = sp.Symbol("U", integer=True)
    members = sp.Symbol("m_g", integer=True, positive=True)
    others = Total(sp.Function("h")(m_i), names.i)
    words = sentence(
        "over the set {} of groups {} with {} and {}, the sum over all {}, where",
        unstable,
        sp.Symbol("g"),
        given(members, ">=", 2),
        given(P(members), "<", 1 + others),
        given(names.i, "!=", sp.Symbol("g")),
    )
    return (
        Formula(sp.Symbol("index"), "=", TotalIn(members - 1, sp.Symbol("g"), unstable), tail=words),
        Formula(sp.Function("h")(m), "=", stiffness(m)),
        Formula(P(m), "=", threshold(m)),
    )


CLAIMS = (
    Claim(
        "erf-ca-index",
        Kind.THEOREM,
        "Copy-average points are non-degenerate, with their index in closed form for every partition",
        "",
        sentence("all partitions, all {}", given(names.d, ">=", k)),
        _index,
        title="The index of copy-average points",
        formulas=_index_formulas,
    ),
)

"""Claims on the Hessian at copy-average points (erf): its blocks, and which of them are definite."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.averaging import optimal_copy_average
from theory.claim import Claim, Formula, Kind
from theory.claims.stability import COUPLING, NUMBER, SLOPE, SOFT, STRETCH, at_itself, in_odd, q_i, t
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.neuron import group
from theory.notation import Diagonal, Outer, Total
from theory.prose import asserted, called, defined, given, sentence
from theory.spectrum import UNIT, HessianBlock, copy_average_spectrum, other_factors, own_entries, slope, softness
from theory.stability import coupling, stretch
from theory.structure import Structure
from theory.symbols import k, m, n, p, q, s
from theory.unevaluated import at

#: Two sizes of groups with their numbers, and the input dimension.
M, N, j, d = sp.symbols("M N j d", integer=True, positive=True)
#: Tangent of half the angle whose sine is 1/(2m).
h = sp.Symbol("h", real=True)
#: What sentences name: couplings of others to a neuron's own block, their softness, the angle whose sine is 1/(2m).
z_1, z_2, TAU_i, theta = sp.symbols("z_1 z_2 tau_i theta", positive=True)
Z = sp.Symbol("z")


@cache
def _blocks() -> tuple[Step, ...]:
    return (*map(in_odd, _neuron_steps()), *_coupling_steps(), *_alike_steps(), *_count_steps())


def _neuron_steps() -> tuple[Step, ...]:
    exact = pair("erf")
    norm2 = 1 / (2 * m - 1)
    outgoing, mixed, own = own_entries(m)
    # d2g / dw dv at w = v, twice along w.
    along = exact.d_s + norm2 * (exact.d_ss + 2 * exact.d_sq + 2 * exact.d_sp + 4 * exact.d_pq)
    return (
        Step(
            "outgoing",
            sentence(
                "By the claim erf-ca-index the residual has no part along a neuron; its outgoing weight has {}, twice at the neuron "
                "itself",
                names.g(names.w, names.w),
            ),
            2 * at_itself(exact.value),
            UNIT * outgoing,
        ),
        Step(
            "outgoing-own",
            sentence(
                "with its component along itself the slope {} of that, the pull on {} being zero",
                names.G_s + 2 * names.G_p,
                names.w,
            ),
            2 * m * sp.sqrt(norm2) * at_itself(exact.d_s + 2 * exact.d_p),
            UNIT * mixed,
        ),
        Step(
            "own",
            sentence(
                "and that component has {}",
                names.G_s + names.square(names.w) * (names.G_ss + 2 * names.G_sp + 2 * names.G_sq + 4 * names.G_pq),
            ),
            2 * m**2 * at_itself(along),
            UNIT * own,
        ),
    )


def _coupling_steps() -> tuple[Step, ...]:
    exact = pair("erf")
    norm2, other2 = 1 / (2 * m - 1), 1 / (2 * j - 1)
    apart = {s: 0, p: other2, q: norm2}
    to_outgoing, to_own = other_factors(m)
    return (
        Step(
            "other-outgoing",
            sentence(
                "Another neuron's component along it, of coupling {}, with its outgoing weight (squares of positive numbers)",
                q_i,
            ),
            (2 * j * at(exact.d_s, apart)) ** 2 * norm2,
            UNIT**2 * coupling(j) * to_outgoing**2,
        ),
        Step(
            "other-own",
            sentence("and with its own component (squares of positive numbers)"),
            (2 * j * m * at(exact.d_s + 2 * norm2 * exact.d_sq, apart)) ** 2,
            UNIT**2 * coupling(j) * to_own**2,
            through=((m, (1 + t) / 2), (j, (1 + h**2) / 2)),
        ),
        Step(
            "other-own-positive",
            sentence("where, with {} for the squared norm, the ratio of the second to {} is positive", q, names.G_s),
            at((exact.d_s + 2 * q * exact.d_sq) / exact.d_s, {s: 0}),
            1 / (1 + q),
        ),
        Step(
            "apart-outgoing",
            sentence("Outgoing weights of two neurons are not coupled"),
            at(exact.value, {s: 0}),
            sp.S.Zero,
        ),
        Step(
            "apart-own",
            sentence("nor a neuron's with another's component along that other, by {}", names.G_p),
            at(exact.d_p, {s: 0}),
            sp.S.Zero,
        ),
        Step(
            "apart-components",
            sentence("and components of two neurons only along one direction, by {}", names.G_ss),
            at(exact.d_ss, {s: 0}),
            sp.S.Zero,
        ),
        Step("apart-norms", sentence("and by {}", names.G_pq), at(exact.d_pq, {s: 0}), sp.S.Zero),
    )


def _alike_steps() -> tuple[Step, ...]:
    a, b, c = sp.symbols("a b c", real=True)
    kinds_c, total, component = sp.symbols("X Sigma x_i", real=True)
    return (
        Step(
            "sum",
            sentence(
                "{} neurons that are alike, with {} on the diagonal and {} off it: the square of their normalised sum",
                N,
                a + b,
                a,
            ),
            (N * (a + b) + N * (N - 1) * a) / N,
            N * a + b,
        ),
        Step(
            "sum-coupled",
            sentence("coupled to others {} times as much as one of them, {}", sp.sqrt(N), c),
            at(kinds_c / sp.sqrt(N), {kinds_c: N * c}),
            sp.sqrt(N) * c,
        ),
        Step(
            "contrast",
            sentence(
                "and vectors {} of sum zero are eigenvectors: a component of the image over that of the vector, with {} for the sum",
                sp.Symbol("x"),
                total,
            ),
            at((a * total + b * component) / component, {total: 0}),
            b,
        ),
        Step(
            "contrast-value",
            sentence(
                "with the eigenvalue {}, the diagonal less {}, for {}",
                UNIT * SOFT,
                UNIT * COUPLING**2,
                called(SOFT, softness(m)),
            ),
            2 * m**2 * at_itself(pair("erf").d_s) - UNIT * coupling(m),
            UNIT * softness(m),
            through=((m, (1 + t) / 2),),
        ),
    )


def _rows(blocks: tuple[HessianBlock, ...]) -> sp.Expr:
    return sp.Add(*(block.matrix.shape[0] * block.multiplicity for block in blocks))


def _count_steps() -> tuple[Step, ...]:
    kinds = sp.Symbol("T", integer=True, positive=True)
    two = Structure("copy-average", "erf", (group(m, M), group(j, N)))
    return (
        Step(
            "count-optimal",
            sentence("Orders times multiplicities at the optimal point sum to the number of unknowns"),
            _rows(copy_average_spectrum(optimal_copy_average(n, k), d)),
            n * (d + 1),
        ),
        Step(
            "count-two",
            sentence("for groups of two sizes, {} and {} of them", M, N),
            _rows(copy_average_spectrum(two, d)),
            (M + N) * (d + 1),
        ),
        Step(
            "count",
            sentence(
                "and of {} sizes: {} rows for each ignored coordinate, {} for each of the {} sum-zero vectors, {} for each neuron, and "
                "{} contrasts",
                kinds,
                kinds,
                kinds + 1,
                k - n,
                kinds + 2,
                (n - kinds) * d - k,
            ),
            kinds * (d - k) + (kinds + 1) * (k - n) + (kinds + 2) * n + (n - kinds) * d - k,
            n * (d + 1),
        ),
    )


@cache
def _definite() -> tuple[Step, ...]:
    return (*_elimination_steps(), *map(in_odd, _limit_steps()), *_angle_steps())


def _elimination_steps() -> tuple[Step, ...]:
    q1, q2, t1, t2 = sp.symbols("q_1 q_2 tau_1 tau_2", positive=True)
    size = sp.Symbol("mu", real=True)
    H = sp.Symbol("H", positive=True)
    return (
        Step(
            "stretched",
            sentence("With {} for the stretch and {}", called(STRETCH, stretch(m)), defined(NUMBER, 4 * m**2 - 1)),
            stretch(m) ** 2 - 1,
            1 / (4 * m**2 - 1),
        ),
        Step(
            "softness",
            sentence(
                "is positive, so {} is above one and {} positive: along ignored coordinates the block {} is positive definite",
                STRETCH,
                SOFT,
                Outer(COUPLING) + Diagonal(SOFT),
            ),
            1 / (4 * size**2 - 1),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((size, sp.Rational(1, 2), sp.oo),),
        ),
        Step(
            "solve",
            sentence(
                "Along a neuron, eliminate the others: {} applied to the vector of {} is {} with {} (a row, two neurons)",
                Outer(COUPLING) + Diagonal(SOFT),
                q_i / TAU_i,
                (1 + H) * COUPLING,
                defined(H, Total(q_i**2 / TAU_i, names.i)),
            ),
            (q1**2 + t1) * q1 / t1 + q1 * q2 * q2 / t2,
            (1 + q1**2 / t1 + q2**2 / t2) * q1,
        ),
        Step(
            "eliminate",
            sentence(
                "so the neuron's own block loses {} with {}: what is left is the limit, all of {} lost, and what follows of it, "
                "not negative",
                H / (1 + H) * Outer(Z),
                given(Z, "=", (sp.Pow(2 * m, -sp.S.Half, evaluate=False), COUPLING * (2 * m - 1) / (2 * m))),
                Outer(Z),
            ),
            1 - H / (1 + H),
            1 / (1 + H),
        ),
    )


def _limit_steps() -> tuple[Step, ...]:
    outgoing, mixed, own = own_entries(m)
    to_outgoing, to_own = other_factors(m)
    c, stretched = stretch(m), sp.Symbol("c", positive=True)
    z = sp.Symbol("z", positive=True)
    return (
        Step(
            "limit-mixed",
            sentence(
                "In the limit the mixed entry is {}, with {} and {} for the other factors",
                asserted(mixed - z_1 * z_2, "=", z_1 * z_2 * (STRETCH - 1)),
                called(z_1, to_outgoing),
                called(z_2, to_own),
            ),
            mixed - to_outgoing * to_own,
            to_outgoing * to_own * (c - 1),
        ),
        Step(
            "limit-own",
            sentence("the component's {}", z_2**2 * (STRETCH**3 - 1)),
            own - to_own**2,
            to_own**2 * (c**3 - 1),
        ),
        Step(
            "limit-outgoing",
            sentence("and the outgoing weight's {} with {}", sp.asin(z) - z, asserted(z_1**2, "=", 1 / (2 * m))),
            outgoing - sp.Pow(to_outgoing, 2, evaluate=False),
            at(sp.asin(z) - z, {z: 1 / (2 * m)}),
        ),
        Step(
            "cosine",
            sentence(
                "With {}, {} the squares add up to one",
                given(z, "=", sp.sin(theta)),
                given(sp.cos(theta), "=", 1 / STRETCH),
            ),
            at(z**2, {z: 1 / (2 * m)}) + at(1 / stretched**2, {stretched: c}),
            sp.S.One,
        ),
    )


def _angle_steps() -> tuple[Step, ...]:
    S, C = sp.symbols("S C", positive=True)
    z2 = z_2
    sine, cosine = 2 * h / (1 + h**2), (1 - h**2) / (1 + h**2)
    c = 1 / C
    determinant = (theta - S) * z2**2 * (c**3 - 1) - S * z2**2 * (c - 1) ** 2
    ratio = sp.factor(sine * (1 + 2 * cosine) / (1 + cosine + cosine**2))
    unit = ((h, sp.S.Zero, sp.S.One),)
    gap = sp.factor(2 * (1 - cosine) ** 2 * (1 + cosine) * (2 + cosine) / (1 + cosine + cosine**2) ** 2 / (1 + h**2))
    return (
        Step(
            "determinant",
            sentence("The determinant, with {} and {} for sine and cosine of {}, is", S, C, theta),
            determinant,
            z2**2 * (c - 1) * c**2 * ((1 + C + C**2) * theta - S * (1 + 2 * C)),
        ),
        Step(
            "half-angle",
            sentence(
                "The angle is {} with {}, since {}: the tangent of its half",
                defined(theta, 2 * sp.atan(h)),
                given(0, "<", h, "<", 1),
                given(theta, "<", sp.pi / 2),
            ),
            (1 - cosine) / sine,
            h,
        ),
        Step(
            "circle",
            sentence("The sine is {}, the cosine {}: their squares add up to one", sine, cosine),
            sine**2 + cosine**2,
            sp.S.One,
        ),
        Step(
            "angle",
            sentence(
                "The angle is large enough, {}: equal at zero, and the difference grows with {}",
                asserted(theta, ">", ratio),
                h,
            ),
            2 * sp.atan(h) - ratio,
            gap,
            Relation.INCREASING,
            domain=unit,
        ),
        Step(
            "corner",
            sentence(
                "and above its sine, {}: both limits, corner and determinant, are positive",
                asserted(theta, ">", sine),
            ),
            2 * sp.atan(h) - sine,
            4 * h**2 / (1 + h**2) ** 2,
            Relation.INCREASING,
            domain=unit,
        ),
    )


#: What is said of the other blocks beside a neuron's own.
_OTHERS = sentence(
    "for a neuron's outgoing weight and its component along itself. The components of others along a direction not theirs have {}, "
    "with {} for {} in the group's own span, and are coupled to the first two by {} times",
    UNIT * (Outer(COUPLING) + Diagonal(SOFT)),
    -SLOPE,
    SOFT,
    UNIT * q_i,
)


def _block_formulas() -> tuple[Formula, ...]:
    outgoing, mixed, own = own_entries(m)
    own_block = UNIT * sp.Matrix([[outgoing, mixed], [mixed, own]])
    return (
        Formula(sp.Symbol("H_own"), "=", own_block, tail=_OTHERS),
        Formula(sp.Tuple(z_1, z_2), "=", sp.Matrix([other_factors(m)]), tail="where"),
        Formula(COUPLING**2, "=", coupling(m)),
        Formula(SOFT, "=", softness(m)),
        Formula(SLOPE, "=", slope(m)),
    )


def _definite_formulas() -> tuple[Formula, ...]:
    outgoing, mixed, own = own_entries(m)
    first, second = other_factors(m)
    off = mixed - first * second
    return (Formula(sp.Matrix([[outgoing - first**2, off], [off, own - second**2]]), ">>", sp.S.Zero),)


CLAIMS = (
    Claim(
        "erf-ca-blocks",
        Kind.THEOREM,
        "The Hessian at a copy-average point splits into blocks of at most two rows more than there are different group sizes, with entries "
        "and multiplicities in closed form",
        "",
        sentence("all partitions, all {}", given(d, ">=", k)),
        _blocks,
        "Hessians at copy-average points have these eigenvalues",
        "the index",
        title="The Hessian at copy-average points",
        formulas=_block_formulas,
    ),
    Claim(
        "erf-ca-definite",
        Kind.THEOREM,
        "All blocks of the Hessian at a copy-average point are positive definite but those of the groups' own spans",
        "",
        sentence("all partitions, all {}", given(d, ">=", k)),
        _definite,
        "nothing further",
        "the index",
        title="Which of its blocks are definite",
        text=sentence(
            "All blocks of the Hessian at a copy-average point are positive definite but those of the groups' own spans; what is "
            "left of a neuron's own block (in units of {}), however soft the others are, is at least",
            UNIT,
        ),
        formulas=_definite_formulas,
    ),
)

"""Claims on symmetry reduction: block-constant critical points, for any activation with an interaction function."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.claims.blocks import G, G_p, G_s, all_structure_steps
from theory.derivation import Step
from theory.hierarchy import Hierarchy, Path, highest_level
from theory.notation import Dot, Gradient, Partial
from theory.prose import given, sentence
from theory.symbols import k, q, s
from theory.unevaluated import at

# Sizes of three kinds of index sets inside an outer one of size S.
S, X, Y, Z = sp.symbols("S X Y Z", integer=True, positive=True)
M = sp.Symbol("M", integer=True, positive=True)


def triples(first: Path, second: Path, third: Path, sizes: Mapping[str, sp.Expr]) -> tuple[sp.Expr, sp.Expr]:
    """Triples of one member each by their three levels, counted from the first two and from the outer two. Exact."""
    count = Hierarchy(sizes)
    one_way, other_way = [], []
    for a in range(highest_level(first, second) + 1):
        for b in range(highest_level(first, third) + 1):
            for c in range(highest_level(second, third) + 1):
                weight = sp.Symbol(f"x_{a}{b}{c}", real=True)
                one_way.append(weight * count.pairs(first, second, a) * count.thirds(first, second, third, a, b, c))
                other_way.append(weight * count.pairs(first, third, b) * count.thirds(first, third, second, b, a, c))
    return sp.expand(sp.Add(*one_way)), sp.Add(*other_way)


def _principle_steps() -> tuple[Step, ...]:
    e = sp.Symbol("epsilon", real=True)
    i, count = sp.Symbol("i", integer=True, positive=True), sp.Symbol("N", integer=True, positive=True)
    h, slope = sp.Function("h"), sp.Symbol("g", real=True)
    w, v, P = sp.symbols("w v P", real=True)
    return (
        Step(
            "swap",
            sentence(
                "The loss {} depends on inner products and outgoing weights, so it does not change when two indices of a set are "
                "swapped in students and teachers at once. At a fixed point of the swap and in a direction {} whose image is {}, the "
                "loss at distance {} is even, so {} for some {}: its slope vanishes",
                names.L,
                sp.Symbol("u"),
                -sp.Symbol("u"),
                e,
                (h(e) + h(-e)) / 2,
                h(e),
            ),
            at(sp.Derivative((h(e) + h(-e)) / 2, e), {e: 0}),
            sp.S.Zero,
        ),
        Step(
            "orbit",
            sentence(
                "So the gradient is orthogonal to every such {}, that is, fixed by the swaps, which generate the group: its {} entries "
                "on an orbit are one number {}, and by the chain rule the derivative in the shared unknown is",
                sp.Symbol("u"),
                count,
                slope,
            ),
            sp.Sum(slope, (i, 1, count)),
            count * slope,
        ),
        Step(
            "reflection",
            sentence(
                "Off the teachers' span the same holds for the reflection there: with the squared norm {} the slope vanishes",
                P + e**2,
            ),
            at(sp.Derivative(G(s, P + e**2, q), e), {e: 0}),
            sp.S.Zero,
        ),
        Step(
            "entry",
            sentence(
                "In formulas, the gradient of {} is {}: in one coordinate",
                names.g(names.w, names.v),
                names.G_s * names.v + 2 * names.G_p * names.w,
            ),
            sp.Derivative(G(w * v + s, w**2 + P, q), w),
            v * G_s(w * v + s, w**2 + P, q) + 2 * w * G_p(w * v + s, w**2 + P, q),
        ),
    )


def _triple_steps() -> tuple[Step, ...]:
    sizes = {"s": S, "x": X, "y": Y, "z": Z}
    # Sets above the matched one are a common factor; those below it enter through their numbers of members.
    relations: tuple[tuple[str, str, Path, Path, Path], ...] = (
        ("triples", "no two of the classes matched", ("x",), ("y",), ("z",)),
        ("triples-students", "the students matched", ("s", "x"), ("s", "y"), ("z",)),
        ("triples-own", "the first student and the teacher matched", ("s", "x"), ("y",), ("s", "z")),
        ("triples-other", "the other student and the teacher matched", ("x",), ("s", "y"), ("s", "z")),
        ("triples-all", "all matched", ("s", "x"), ("s", "y"), ("s", "z")),
        ("triples-inner", "all matched, two of them further", ("s", "x"), ("s", "y"), ("s", "y")),
    )
    i, other, j = names.i, sp.Symbol("l"), names.j
    start = sentence(
        "Triples of two students {} and {} and a teacher {} by the levels of their pairs, counted from the two students and from "
        "the first and the teacher, are as many: so the number of pairs {} times the slope of their inner product in the unknown "
        "{} is the number of pairs {} times the sum of the unknowns of {} and {} over the partners {}; ",
        i,
        other,
        j,
        sp.Tuple(i, other),
        sp.Symbol("c_i,j"),
        sp.Tuple(i, j),
        other,
        j,
        other,
    )
    return tuple(
        Step(
            name,
            start + f"with {words}" if name == "triples" else f"with {words}",
            *triples(first, second, third, sizes),
        )
        for name, words, first, second, third in relations
    )


@cache
def _block_constant() -> tuple[Step, ...]:
    return (*_principle_steps(), *_triple_steps(), *all_structure_steps())


def _reduction_formulas() -> tuple[Formula, ...]:
    reduced, (N_c, N_a) = sp.Symbol("L_red"), sp.symbols("N_c N_a", integer=True, positive=True)
    whole = Dot(Gradient(names.L, names.w_i), names.v_j)
    words = sentence("with {}, {} the numbers of weights that share an unknown.", N_c, N_a)
    return (
        Formula(Partial(reduced, sp.Symbol("c")), "=", N_c * whole),
        Formula(Partial(reduced, sp.Symbol("a")), "=", N_a * Partial(names.L, names.a_i), tail=words),
    )


CLAIMS = (
    Claim(
        "block-constant-critical",
        Kind.THEOREM,
        "On networks that are constant on blocks the gradient is constant on blocks, each entry the derivative of the reduced loss over "
        "the number of weights that share the unknown: critical points of the reduced loss are critical points of the loss",
        "",
        sentence(
            "all classes of students and orthonormal teachers, all sizes, all {}, any activation with a smooth interaction function",
            given(names.d, ">=", k),
        ),
        _block_constant,
        "the gradient at a block-constant point has the entries of the reduction",
        "nothing: it is an identity",
        title="Networks that are constant on blocks",
        formulas=_reduction_formulas,
    ),
)

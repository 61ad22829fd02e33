"""Claims on symmetry reduction: block-constant critical points, for any activation with an interaction function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import sympy as sp

from theory import names
from theory.block_constant import Reduction
from theory.claim import Claim, Formula, Kind
from theory.derivation import Step
from theory.hierarchy import Hierarchy, Path, highest_level
from theory.interactions import Kernel
from theory.notation import Dot, Gradient, Partial
from theory.prose import Sentence, given, sentence
from theory.reduction import reduce_by_symmetry
from theory.symbols import k, m, n, p, q, s
from theory.unevaluated import at

# Sizes of three kinds of index sets inside an outer one of size S.
S, X, Y, Z = sp.symbols("S X Y Z", integer=True, positive=True)
M = sp.Symbol("M", integer=True, positive=True)


class _Slope(sp.Function):  # type: ignore[misc]
    """A first derivative of the generic interaction function."""

    nargs = 3


class G_s(_Slope):
    """In s; symmetric in p and q, which are kept in order."""

    @classmethod
    def eval(cls, s: sp.Expr, p: sp.Expr, q: sp.Expr) -> sp.Expr | None:
        """Arguments in a canonical order."""
        return _ordered(cls, s, p, q)


class G_p(_Slope):
    """In p."""


class G(sp.Function):  # type: ignore[misc]
    """The interaction function of any activation: symmetric in p and q, with first derivatives, nothing else known."""

    nargs = 3

    @classmethod
    def eval(cls, s: sp.Expr, p: sp.Expr, q: sp.Expr) -> sp.Expr | None:
        """Arguments in a canonical order."""
        return _ordered(cls, s, p, q)

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Derivative in one argument; that in q is that in p with the two exchanged."""
        s, p, q = self.args
        return (G_s(s, p, q), G_p(s, p, q), G_p(s, q, p))[argindex - 1]


def _ordered(function: type[sp.Function], s: sp.Expr, p: sp.Expr, q: sp.Expr) -> sp.Expr | None:
    return None if sp.default_sort_key(p) <= sp.default_sort_key(q) else function(s, q, p)


GENERIC = Kernel(G(s, p, q), G_s(s, p, q), G_p(s, p, q))


def _opaque(expressions: Sequence[sp.Expr]) -> list[sp.Expr]:
    """A symbol for each value of G and its slopes, whatever it is: what remains are polynomials."""
    symbols: dict[sp.Expr, sp.Symbol] = {}
    values = sorted(set().union(*(e.atoms(G, G_s, G_p) for e in expressions)), key=sp.default_sort_key)
    for value in values:
        symbols.setdefault(value.func(*map(sp.expand, value.args)), sp.Symbol(f"G_{len(symbols)}", real=True))
    named = {value: symbols[value.func(*map(sp.expand, value.args))] for value in values}
    return [e.xreplace(named) for e in expressions]


def structure_step(
    name: str,
    words: Sentence | str,
    students: Mapping[str, Path],
    teachers: Mapping[str, Path],
    sizes: Mapping[str, sp.Expr],
) -> Step:
    """The derivative of a reduced loss in any direction, against the entries of the full gradient. Exact."""
    reduction = reduce_by_symmetry(students, teachers, sizes, activation=GENERIC)
    left, right = directional_derivatives(reduction)
    return Step(name, words, left, right)


def directional_derivatives(reduction: Reduction) -> tuple[sp.Expr, sp.Expr]:
    """The same derivative twice: of the reduced loss, and summed over the parameters of the network. Exact."""
    direction = {z: sp.Symbol(f"y_{i}", real=True) for i, z in enumerate(reduction.unknowns)}
    by_loss = sp.Add(*(y * sp.diff(reduction.loss, z) for z, y in direction.items()))
    by_entries = sp.Add(*(y * reduction.parameters[z] * reduction.gradient[z] for z, y in direction.items()))
    left, right = _opaque([by_loss, by_entries])
    return left, right


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


def _structure_steps() -> tuple[Step, ...]:
    same = sentence(
        "the derivative of the reduced loss in any direction is that of the full loss, for any {}", G(s, p, q)
    )
    return (
        structure_step(
            "perturbed-copy",
            sentence("In full, for {} students that each copy a teacher, and {} others: ", n, k - n) + same,
            {"student": ("pair",)},
            {"copied": ("pair",), "uncopied": ("rest",)},
            {"pair": n, "rest": k - n},
        ),
        structure_step(
            "optimal-copy-average",
            sentence("for {} copies and one neuron that averages {} teachers", n, m),
            {"student": ("pair",), "average": ()},
            {"copied": ("pair",), "averaged": ("rest",)},
            {"pair": n, "rest": m},
        ),
        structure_step(
            "equal-groups",
            sentence("for {} students with groups of {} teachers", M, m),
            {"student": ("group",)},
            {"teacher": ("group", "member")},
            {"group": M, "member": m},
        ),
        structure_step(
            "two-students-a-teacher",
            sentence("and for two students that are matched with each of {} teachers", n),
            {"student": ("pair",), "other": ("pair",)},
            {"teacher": ("pair",)},
            {"pair": n},
        ),
    )


@cache
def _block_constant() -> tuple[Step, ...]:
    return (*_principle_steps(), *_triple_steps(), *_structure_steps())


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

"""Claims on copy-average configurations (erf): critical for every partition, how many, and signs of the teacher."""

from __future__ import annotations

import sympy as sp

from theory import names
from theory.averaging import copy_average_derivation
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.neuron import group, one_neuron_loss
from theory.notation import Dot, EitherSign, Gradient, Norm, Range, TotalIn
from theory.prose import asserted, called, defined, given, sentence
from theory.symbols import a, k, m, n, p, q, r, s
from theory.unevaluated import at

#: Numbers of maps onto.
maps = sp.Function("N")


def _critical() -> tuple[Step, ...]:
    return copy_average_derivation().steps


def _additive() -> tuple[Step, ...]:
    exact = pair("erf")
    star = group(m)
    return (
        Step(
            "no-cross-terms",
            sentence(
                "Vectors of different groups are orthogonal and do not interact: {}",
                called(names.g(names.w, names.v), 0),
            ),
            at(exact.value, {s: 0}),
            sp.S.Zero,
        ),
        Step(
            "group",
            sentence(
                "so each group adds the loss of one neuron with {} teachers, {}",
                m,
                called(names.L_star(m), star.loss),
            ),
            at(one_neuron_loss(a, r, star.cosine, m), {a: star.outgoing, r: star.norm}),
            star.loss,
        ),
        Step(
            "copy",
            sentence("and a copy adds nothing: {}", asserted(names.L_star(1), "=", 0)),
            at(star.loss, {m: 1}),
            sp.S.Zero,
        ),
    )


def _count() -> tuple[Step, ...]:
    i = sp.Symbol("i", integer=True, positive=True)

    def term(teachers: sp.Expr, students: sp.Expr) -> sp.Expr:
        return (-1) ** (students - i) * sp.binomial(students, i) * i**teachers

    # Factorials by their recursion, so that the check is a cancellation for symbolic n and i.
    recursion = n * (term(k - 1, n) + term(k - 1, n - 1)) / term(k, n)
    return (
        Step(
            "recursion",
            sentence(
                "The last teacher is alone in its group or joins others, which gives the numbers {} of maps of {} teachers "
                "onto {} students the recursion {}. The sum over {} of {} satisfies it term by term",
                maps(k, n),
                k,
                n,
                given(maps(k, n), "=", n * (maps(k - 1, n) + maps(k - 1, n - 1))),
                i,
                term(k, n),
            ),
            recursion,
            sp.S.One,
        ),
        Step(
            "start",
            sentence("One student takes all teachers in one way"),
            at(term(k, n), {n: 1, i: 1}),
            sp.S.One,
        ),
        Step(
            "one-teacher",
            sentence(
                "One teacher is not enough for {} students: by the binomial theorem the sum over {} of {} is the power {}, zero, "
                "times {}",
                given(n, ">=", 2),
                i,
                (-1) ** (n - i) * sp.binomial(n - 1, i - 1),
                sp.Pow(sp.Add(1, -1, evaluate=False), n - 1, evaluate=False),
                n,
            ),
            i * sp.binomial(n, i) / sp.binomial(n - 1, i - 1),
            n,
        ),
    )


def _signs() -> tuple[Step, ...]:
    exact = pair("erf")
    return (
        Step(
            "odd",
            sentence("The interaction {} changes its sign with {}", names.g(names.w, names.v), names.v),
            at(exact.value, {s: -s}),
            -exact.value,
        ),
        Step("odd-slope", sentence("and {} is even in {}", names.G_s, s), at(exact.d_s, {s: -s}), exact.d_s),
        Step(
            "norm-unchanged",
            sentence(
                "Norms do not see the sign, so the problem is that of the teacher {} with outgoing weights one",
                names.b_j * names.v_j,
            ),
            at(exact.value, {q: sp.Pow(-sp.sqrt(q), 2, evaluate=False)}),
            exact.value,
        ),
    )


def _copies() -> tuple[Step, ...]:
    exact = pair("erf")
    pull = at(exact.d_s, {s: 0, p: 1, q: 1})
    return (
        Step(
            "pull",
            sentence(
                "At exact copies {} each {} is pulled along every uncopied {} by {}, with {} at orthogonal unit vectors (and with "
                "the other sign for {})",
                (names.v_i, 1),
                names.w_i,
                names.v_j,
                asserted(-2 * names.G_s, "=", -2 / sp.pi),
                called(names.G_s, pull),
                (-names.v_i, -1),
            ),
            -2 * pull,
            -2 / sp.pi,
        ),
        Step(
            "not-zero",
            sentence("which is not zero, {}", asserted(2 * names.G_s, ">", 0)),
            2 * pull,
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "loss",
            sentence("and the loss is that of the uncopied teachers"),
            (k - n) * at(exact.value, {s: 1, p: 1, q: 1}),
            (k - n) / 3,
        ),
    )


def group_formulas(coordinate: sp.Expr, outgoing: sp.Expr) -> tuple[Formula, ...]:
    """A student that averages its group of m teachers: weights along each of them, and outgoing weight."""
    total = TotalIn(names.v_j, names.j, sp.Symbol("G_i"))
    tail = sentence("with {}, and", defined(m, Norm(sp.Symbol("G_i"))))
    return Formula(names.w_i, "=", coordinate * total, tail=tail), Formula(names.a_i, "=", outgoing)


def _critical_formulas() -> tuple[Formula, ...]:
    star = group(m)
    return group_formulas(star.norm * star.cosine, star.outgoing)


def _loss_formulas() -> tuple[Formula, ...]:
    i = sp.Symbol("i", integer=True, positive=True)
    star = names.L_star
    return (
        Formula(sp.Symbol("L"), "=", sp.Sum(star(sp.IndexedBase("k")[i]), (i, 1, n)), tail="with"),
        Formula(star(m), "=", group(m).loss, "group"),
        Formula(star(1), "=", group(1).loss, "copy"),
    )


def _count_formulas() -> tuple[Formula, ...]:
    i = sp.Symbol("i", integer=True, positive=True)
    onto = sp.Sum((-1) ** (n - i) * sp.binomial(n, i) * i**k, (i, 1, n))
    return (Formula(maps(k, n), "=", onto),)


def _sign_formulas() -> tuple[Formula, ...]:
    b, y = sp.symbols("b_j y_j", real=True)
    words = sentence("with {}, {}.", defined(y, names.pre(names.v_j)), given(b, "=", EitherSign(1)))
    return (Formula(b * names.sigma(y), "=", names.sigma(b * y), tail=words),)


def _copies_formulas() -> tuple[Formula, ...]:
    return (
        Formula(Dot(Gradient(names.L, names.w_i), names.v_j), "=", -2 / sp.pi, "pull"),
        Formula(sp.Symbol("L"), "=", (k - n) / 3, "loss"),
    )


CLAIMS = (
    Claim(
        "erf-ca-critical",
        Kind.THEOREM,
        "Copy-average points are critical for every partition",
        "",
        sentence("all partitions, all {}", given(names.d, ">=", k)),
        _critical,
        "the gradient at a copy-average point is rounding",
        "the point in a uniqueness box",
        title="Copy-average points are critical",
        text=sentence(
            "For every partition of the teachers into groups {} the copy-average point is critical:",
            Range(*sp.symbols("G_1 G_n")),
        ),
        formulas=_critical_formulas,
        references=("simsek2023",),
    ),
    Claim(
        "erf-ca-loss",
        Kind.THEOREM,
        "The loss of a copy-average point is the sum of its groups' losses, and copies cost nothing",
        "",
        "all partitions",
        _additive,
        "end points at copy-average have this loss",
        "an enclosure of the loss",
        title="The loss at copy-average points",
        formulas=_loss_formulas,
    ),
    Claim(
        "erf-ca-count",
        Kind.THEOREM,
        sentence(
            "There are {} copy-average points, {} being the number of maps of {} teachers onto {} students",
            2**n * maps(k, n),
            maps(k, n),
            k,
            n,
        ),
        "",
        sentence("all {}", given(n, "<=", k)),
        _count,
        "nothing: it is a count",
        "nothing: it is a count",
        title="How many copy-average points there are",
        text="",
        formulas=_count_formulas,
    ),
    Claim(
        "erf-signed-teacher",
        Kind.THEOREM,
        sentence("A teacher with outgoing weights {} is the same problem up to signs of its vectors", EitherSign(1)),
        "",
        sentence("all {}", k),
        _signs,
        "flows from sign images are sign images",
        "nothing: it is an identity",
        title="Signs of the teacher",
        text="",
        formulas=_sign_formulas,
    ),
    Claim(
        "erf-copies-not-critical",
        Kind.THEOREM,
        sentence(
            "For {}, exact copies (up to sign) are not critical; their loss is {}",
            given(n, "<", k),
            (k - n) / 3,
        ),
        "",
        sentence("all {}", given(n, "<", k)),
        _copies,
        "no flow ends at exact copies",
        "a gradient bounded away from zero",
        title="Exact copies are not critical",
        text=sentence(
            "For {}, {} exact copies (up to sign) are not critical; at {}, for uncopied {},",
            given(n, "<", k),
            n,
            given((names.w_i, names.a_i), "=", (names.v_i, 1)),
            names.v_j,
        ),
        formulas=_copies_formulas,
    ),
)

"""Claims on copy-average configurations (erf): critical for every partition, how many, and signs of the teacher."""

from __future__ import annotations

import sympy as sp

from theory.averaging import copy_average_derivation
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.neuron import group, one_neuron_loss
from theory.symbols import a, k, m, n, p, q, r, s
from theory.unevaluated import at, quantity, quantity_of


def _critical() -> tuple[Step, ...]:
    return copy_average_derivation().steps


def _additive() -> tuple[Step, ...]:
    exact = pair("erf")
    star = group(m)
    return (
        Step(
            "no-cross-terms",
            r"Vectors of different groups are orthogonal: $g = 0$",
            at(exact.value, {s: 0}),
            sp.S.Zero,
        ),
        Step(
            "group",
            r"so each group adds the loss of one neuron with $m$ teachers",
            at(one_neuron_loss(a, r, star.cosine, m), {a: star.outgoing, r: star.norm}),
            star.loss,
        ),
        Step("copy", r"and a copy adds nothing, $L^*_{\mathrm{erf}}(1) = 0$", at(star.loss, {m: 1}), sp.S.Zero),
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
            r"The k-th teacher is alone in its group or joins others: $N(k, n) = n (N(k-1, n) + N(k-1, n-1))$, satisfied "
            r"term by term by $N(k, n) = \sum_i (-1)^{n-i} \binom ni i^k$",
            recursion,
            sp.S.One,
        ),
        Step(
            "start",
            r"One student takes all teachers in one way",
            at(term(k, n), {n: 1, i: 1}),
            sp.S.One,
        ),
        Step(
            "one-teacher",
            r"One teacher is not enough for $n \ge 2$ students: $\sum_i (-1)^{n-i} \binom ni i = n \sum_i (-1)^{n-i} \binom{n-1}{i-1} = "
            r"n (1-1)^{n-1} = 0$",
            i * sp.binomial(n, i) / sp.binomial(n - 1, i - 1),
            n,
        ),
    )


def _signs() -> tuple[Step, ...]:
    exact = pair("erf")
    return (
        Step("odd", r"$g(w, -v) = -g(w, v)$", at(exact.value, {s: -s}), -exact.value),
        Step("odd-slope", r"$G_s$ is even in $s$", at(exact.d_s, {s: -s}), exact.d_s),
        Step(
            "norm-unchanged",
            r"Norms do not see the sign, so $b_j \sigma(v_j \cdot x) = \sigma(b_j v_j \cdot x)$ for $b_j = \pm 1$ and the "
            r"problem is that of the teacher $b_j v_j$",
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
            r"At $n$ exact copies $(v_i, 1)$ each $w_i$ is pulled along every uncopied $v_j$: $\partial L / \partial w_i \cdot v_j = -2 G_s(0, 1, 1)$ (with the other sign for $(-v_i, -1)$)",
            -2 * pull,
            -2 / sp.pi,
        ),
        Step("not-zero", r"which is not zero", 2 * pull, sp.S.Zero, Relation.POSITIVE),
        Step(
            "loss",
            r"and the loss is that of the uncopied teachers, $(k - n)/3$",
            (k - n) * at(exact.value, {s: 1, p: 1, q: 1}),
            (k - n) / 3,
        ),
    )


def _critical_formulas() -> tuple[Formula, ...]:
    star = group(m)
    total = quantity(r"\textstyle\sum_{j \in G_i} v_j")
    return (
        Formula(quantity("w_i"), "=", star.norm * star.cosine * total, tail=r"with $m = |G_i|$, and"),
        Formula(quantity("a_i"), "=", star.outgoing),
    )


def _loss_formulas() -> tuple[Formula, ...]:
    i = sp.Symbol("i", integer=True, positive=True)
    star = quantity_of(r"L^*_{\mathrm{erf}}")
    return (
        Formula(sp.Symbol("L"), "=", sp.Sum(star(sp.IndexedBase("k")[i]), (i, 1, n)), tail="with"),
        Formula(star(m), "=", group(m).loss, "group"),
        Formula(star(1), "=", group(1).loss, "copy"),
    )


def _count_formulas() -> tuple[Formula, ...]:
    i = sp.Symbol("i", integer=True, positive=True)
    onto = sp.Sum((-1) ** (n - i) * sp.binomial(n, i) * i**k, (i, 1, n))
    return (Formula(quantity_of("N")(k, n), "=", onto),)


def _sign_formulas() -> tuple[Formula, ...]:
    b, y = sp.symbols("b_j y_j", real=True)
    sigma = sp.Function("sigma")
    return (Formula(b * sigma(y), "=", sigma(b * y), tail=r"with $y_j = v_j \cdot x$, $b_j = \pm 1$."),)


def _copies_formulas() -> tuple[Formula, ...]:
    return (
        Formula(quantity(r"\nabla_{w_i} L \cdot v_j"), "=", -2 / sp.pi, "pull"),
        Formula(sp.Symbol("L"), "=", (k - n) / 3, "loss"),
    )


CLAIMS = (
    Claim(
        "erf-ca-critical",
        Kind.THEOREM,
        "Copy-average points are critical for every partition",
        r"w_i = \tfrac{1}{\sqrt{k_i(2k_i-1)}}\textstyle\sum_{j\in G_i} v_j,\ a_i = k_i \implies \nabla L = 0",
        "all partitions, all d >= k",
        _critical,
        "the gradient at a copy-average point is rounding",
        "the point in a uniqueness box",
        title="Copy-average points are critical",
        text=r"For every partition of the teachers into groups $G_1, \dots, G_n$ the copy-average point is critical:",
        formulas=_critical_formulas,
        references=("simsek2023",),
    ),
    Claim(
        "erf-ca-loss",
        Kind.THEOREM,
        "The loss of a copy-average point is the sum of its groups' losses, and copies cost nothing",
        r"L = \textstyle\sum_i L^*_{\mathrm{erf}}(k_i),\quad L^*_{\mathrm{erf}}(1) = 0",
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
        "There are 2^n N(k, n) copy-average points, N(k, n) being the number of maps of k teachers onto n students",
        r"2^n \sum_{i=1}^n (-1)^{n-i}\binom ni i^k",
        "all n <= k",
        _count,
        "nothing: it is a count",
        "nothing: it is a count",
        title="How many copy-average points there are",
        text="There are $2^n N(k, n)$ copy-average points, $N(k, n)$ being the number of maps of $k$ teachers onto $n$ "
        "students",
        formulas=_count_formulas,
    ),
    Claim(
        "erf-signed-teacher",
        Kind.THEOREM,
        "A teacher with outgoing weights +1 or -1 is the same problem up to signs of its vectors",
        r"b_j \sigma(v_j \cdot x) = \sigma(b_j v_j\cdot x),\quad b_j = \pm 1",
        "all k",
        _signs,
        "flows from sign images are sign images",
        "nothing: it is an identity",
        title="Signs of the teacher",
        text=r"A teacher with outgoing weights $\pm 1$ is the same problem up to signs of its vectors",
        formulas=_sign_formulas,
    ),
    Claim(
        "erf-copies-not-critical",
        Kind.THEOREM,
        "For n < k, n exact copies (up to sign) are not critical; their loss is (k - n)/3",
        r"(w_i, a_i) = \pm(v_i, 1) \implies \partial_{w_i} L\cdot v_j = \mp\tfrac2\pi \ne 0,\quad L = \tfrac{k-n}{3}",
        "all n < k",
        _copies,
        "no flow ends at exact copies",
        "a gradient bounded away from zero",
        title="Exact copies are not critical",
        text="For $n < k$, $n$ exact copies (up to sign) are not critical; at $(w_i, a_i) = (v_i, 1)$, for uncopied "
        "$v_j$,",
        formulas=_copies_formulas,
    ),
)

"""Claims on copy-average configurations (erf): critical for every partition, how many, and signs of the teacher."""

from __future__ import annotations

import sympy as sp

from theory.averaging import copy_average_derivation
from theory.claim import Claim, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.neuron import group, one_neuron_loss
from theory.symbols import k, m, n, p, q, s


def _critical() -> tuple[Step, ...]:
    return copy_average_derivation().steps


def _additive() -> tuple[Step, ...]:
    exact = pair("erf")
    star = group(m)
    return (
        Step(
            "no-cross-terms",
            r"Vectors of different groups are orthogonal: $g = 0$",
            exact.value.subs(s, 0),
            sp.S.Zero,
        ),
        Step(
            "group",
            r"so each group adds the loss of one neuron with $m$ teachers",
            one_neuron_loss(star.outgoing, star.norm, star.cosine, m),
            star.loss,
        ),
        Step("copy", r"and a copy adds nothing, $L^*_{\mathrm{erf}}(1) = 0$", group(1).loss, sp.S.Zero),
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
            sp.combsimp(sp.powsimp(sp.expand(recursion))),
            sp.S.One,
        ),
        Step(
            "start",
            r"One student takes all teachers in one way",
            term(k, sp.S.One).subs(i, 1),
            sp.S.One,
        ),
        Step(
            "one-teacher",
            r"One teacher is not enough for $n \ge 2$ students: $\sum_i (-1)^{n-i} \binom ni i = n \sum_i (-1)^{n-i} \binom{n-1}{i-1} = "
            r"n (1-1)^{n-1} = 0$",
            sp.combsimp(i * sp.binomial(n, i) / sp.binomial(n - 1, i - 1)),
            n,
        ),
    )


def _signs() -> tuple[Step, ...]:
    exact = pair("erf")
    return (
        Step("odd", r"$g(w, -v) = -g(w, v)$", exact.value.subs(s, -s), -exact.value),
        Step("odd-slope", r"$G_s$ is even in $s$", exact.d_s.subs(s, -s), exact.d_s),
        Step(
            "norm-unchanged",
            r"Norms do not see the sign, so $b_j \sigma(v_j \cdot x) = \sigma(b_j v_j \cdot x)$ for $b_j = \pm 1$ and the "
            r"problem is that of the teacher $b_j v_j$",
            exact.value.subs(q, (-sp.sqrt(q)) ** 2),
            exact.value,
        ),
    )


def _copies() -> tuple[Step, ...]:
    exact = pair("erf")
    pull = exact.d_s.subs({s: 0, p: 1, q: 1}, simultaneous=True)
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
            (k - n) * exact.value.subs({s: 1, p: 1, q: 1}, simultaneous=True),
            (k - n) / 3,
        ),
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
    ),
)

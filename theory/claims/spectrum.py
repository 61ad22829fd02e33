"""Claims on the Hessian at copy-average points (erf): its blocks, and which of them are definite."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.averaging import optimal_copy_average
from theory.claim import Claim, Formula, Kind
from theory.claims.stability import at_itself, in_odd, t
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.neuron import group
from theory.spectrum import UNIT, HessianBlock, copy_average_spectrum, other_factors, own_entries, slope, softness
from theory.stability import coupling, stretch
from theory.structure import Structure
from theory.symbols import k, m, n, p, q, s
from theory.unevaluated import at, quantity

#: Two sizes of groups with their numbers, and the input dimension.
M, N, j, d = sp.symbols("M N j d", integer=True, positive=True)
#: Tangent of half the angle whose sine is 1/(2m).
h = sp.Symbol("h", real=True)


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
            r"By the claim erf-ca-index the residual has no part along a neuron; its outgoing weight, $2 g(w, w)$",
            2 * at_itself(exact.value),
            UNIT * outgoing,
        ),
        Step(
            "outgoing-own",
            r"with its component along itself, $2 a |w| (G_s + 2 G_p)$, the pull on $w$ being zero",
            2 * m * sp.sqrt(norm2) * at_itself(exact.d_s + 2 * exact.d_p),
            UNIT * mixed,
        ),
        Step(
            "own",
            r"and that component, $2 a^2 (G_s + |w|^2 (G_{ss} + 2 G_{sp} + 2 G_{sq} + 4 G_{pq}))$",
            2 * m**2 * at_itself(along),
            UNIT * own,
        ),
    )


def _coupling_steps() -> tuple[Step, ...]:
    exact = pair("erf")
    norm2, other2 = 1 / (2 * m - 1), 1 / (2 * j - 1)
    apart = {s: 0, p: other2, q: norm2}
    to_outgoing, to_own = other_factors(m)
    squared = r" (squares of positive numbers)"
    return (
        Step(
            "other-outgoing",
            r"Another neuron's component along it, $2 a_i |w| G_s$, with its outgoing weight is $\frac4\pi q_i / \sqrt{2m}$"
            + squared,
            (2 * j * at(exact.d_s, apart)) ** 2 * norm2,
            UNIT**2 * coupling(j) * to_outgoing**2,
        ),
        Step(
            "other-own",
            r"and with its own component, $2 a_i a (G_s + 2 |w|^2 G_{sq})$, is $\frac4\pi q_i q \frac{2m-1}{2m}$"
            + squared,
            (2 * j * m * at(exact.d_s + 2 * norm2 * exact.d_sq, apart)) ** 2,
            UNIT**2 * coupling(j) * to_own**2,
            through=((m, (1 + t) / 2), (j, (1 + h**2) / 2)),
        ),
        Step(
            "other-own-positive",
            r"where $(G_s + 2 q G_{sq}) / G_s = 1/(1 + q)$ is positive",
            at((exact.d_s + 2 * q * exact.d_sq) / exact.d_s, {s: 0}),
            1 / (1 + q),
        ),
        Step(
            "apart-outgoing", r"Outgoing weights of two neurons are not coupled", at(exact.value, {s: 0}), sp.S.Zero
        ),
        Step(
            "apart-own",
            r"nor a neuron's with another's component along that other: $G_p = 0$",
            at(exact.d_p, {s: 0}),
            sp.S.Zero,
        ),
        Step(
            "apart-components",
            r"and components of two neurons only along one direction: $G_{ss} = 0$",
            at(exact.d_ss, {s: 0}),
            sp.S.Zero,
        ),
        Step("apart-norms", r"and $G_{pq} = 0$", at(exact.d_pq, {s: 0}), sp.S.Zero),
    )


def _alike_steps() -> tuple[Step, ...]:
    a, b, c = sp.symbols("a b c", real=True)
    kinds_c, total, component = sp.symbols("X Sigma x_i", real=True)
    return (
        Step(
            "sum",
            r"$N$ neurons that are alike, with $a + b$ on the diagonal and $a$ off it: the square of their normalised sum",
            (N * (a + b) + N * (N - 1) * a) / N,
            N * a + b,
        ),
        Step(
            "sum-coupled",
            r"coupled to others $\sqrt N$ times as much as one of them, $c$",
            at(kinds_c / sp.sqrt(N), {kinds_c: N * c}),
            sp.sqrt(N) * c,
        ),
        Step(
            "contrast",
            r"and vectors $x$ of sum zero are eigenvectors, $(a \sum_j x_j + b x_i) / x_i = b$",
            at((a * total + b * component) / component, {total: 0}),
            b,
        ),
        Step(
            "contrast-value",
            r"with $b = \frac4\pi \tau$, the diagonal $2 a^2 G_s$ less $\frac4\pi q^2$",
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
            r"Orders times multiplicities at the optimal point sum to $n (d + 1)$",
            _rows(copy_average_spectrum(optimal_copy_average(n, k), d)),
            n * (d + 1),
        ),
        Step(
            "count-two",
            r"for groups of two sizes, $M$ and $N$ of them",
            _rows(copy_average_spectrum(two, d)),
            (M + N) * (d + 1),
        ),
        Step(
            "count",
            r"and of $T$ sizes: $T$ rows for each ignored coordinate, $T + 1$ for each of the $k - n$ sum-zero vectors, $T + 2$ for each "
            r"neuron, and $\sum ((M_t - 1) d - M_t m_t) = (n - T) d - k$ contrasts",
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
        Step("stretched", r"$c^2 - 1 = 1/N$ with $N = 4m^2 - 1$", stretch(m) ** 2 - 1, 1 / (4 * m**2 - 1)),
        Step(
            "softness",
            r"is positive, so $c > 1$ and $\tau > 0$: along ignored coordinates the block $qq^\top + \mathrm{diag}(\tau)$ is positive definite",
            1 / (4 * size**2 - 1),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((size, sp.Rational(1, 2), sp.oo),),
        ),
        Step(
            "solve",
            r"Along a neuron, eliminate the others: $(qq^\top + \mathrm{diag}(\tau)) (q_i/\tau_i)_i = (1 + H) q$ with $H = \sum q_i^2/\tau_i$ "
            r"(a row, two neurons)",
            (q1**2 + t1) * q1 / t1 + q1 * q2 * q2 / t2,
            (1 + q1**2 / t1 + q2**2 / t2) * q1,
        ),
        Step(
            "eliminate",
            r"so the neuron's own $2 \times 2$ block loses $\frac{H}{1+H} z z^\top$ with $z = (1/\sqrt{2m}, q\frac{2m-1}{2m})$: what is left is "
            r"the limit, all of $zz^\top$ lost, and $\frac{1}{1 + H} zz^\top$, not negative",
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
            r"In the limit the mixed entry is $z_1 z_2 (c - 1)$",
            mixed - to_outgoing * to_own,
            to_outgoing * to_own * (c - 1),
        ),
        Step("limit-own", r"the component's $z_2^2 (c^3 - 1)$", own - to_own**2, to_own**2 * (c**3 - 1)),
        Step(
            "limit-outgoing",
            r"and the outgoing weight's $\arcsin z - z$ with $z = z_1^2 = 1/(2m)$",
            outgoing - sp.Pow(to_outgoing, 2, evaluate=False),
            at(sp.asin(z) - z, {z: 1 / (2 * m)}),
        ),
        Step(
            "cosine",
            r"With $z = \sin\theta$, $\cos\theta = 1/c$: the squares add up to one",
            at(z**2, {z: 1 / (2 * m)}) + at(1 / stretched**2, {stretched: c}),
            sp.S.One,
        ),
    )


def _angle_steps() -> tuple[Step, ...]:
    theta, S, C, z2 = sp.symbols("theta S C z_2", positive=True)
    sine, cosine = 2 * h / (1 + h**2), (1 - h**2) / (1 + h**2)
    c = 1 / C
    determinant = (theta - S) * z2**2 * (c**3 - 1) - S * z2**2 * (c - 1) ** 2
    ratio = sp.factor(sine * (1 + 2 * cosine) / (1 + cosine + cosine**2))
    unit = ((h, sp.S.Zero, sp.S.One),)
    gap = sp.factor(2 * (1 - cosine) ** 2 * (1 + cosine) * (2 + cosine) / (1 + cosine + cosine**2) ** 2 / (1 + h**2))
    return (
        Step(
            "determinant",
            r"The determinant is $z_2^2 (c-1) c^2 ((1 + \cos\theta + \cos^2\theta)\, \theta - \sin\theta\, (1 + 2\cos\theta))$",
            determinant,
            z2**2 * (c - 1) * c**2 * ((1 + C + C**2) * theta - S * (1 + 2 * C)),
        ),
        Step(
            "half-angle",
            r"$\theta = 2 \arctan h$ with $h$ in $(0, 1)$, since $\theta < \pi/2$: $\tan\frac\theta2 = \frac{1 - \cos\theta}{\sin\theta}$",
            (1 - cosine) / sine,
            h,
        ),
        Step(
            "circle",
            r"$\sin\theta = \frac{2h}{1 + h^2}$, $\cos\theta = \frac{1 - h^2}{1 + h^2}$",
            sine**2 + cosine**2,
            sp.S.One,
        ),
        Step(
            "angle",
            r"$\theta > \sin\theta \frac{1 + 2\cos\theta}{1 + \cos\theta + \cos^2\theta}$: equal at 0, and the difference grows with $h$",
            2 * sp.atan(h) - ratio,
            gap,
            Relation.INCREASING,
            domain=unit,
        ),
        Step(
            "corner",
            r"and $\theta > \sin\theta$: both limits, corner and determinant, are positive",
            2 * sp.atan(h) - sine,
            4 * h**2 / (1 + h**2) ** 2,
            Relation.INCREASING,
            domain=unit,
        ),
    )


#: What is said of the other blocks beside a neuron's own.
_OTHERS = (
    r"for a neuron's outgoing weight and its component along itself. The components of others along a direction not theirs "
    r"have $\frac4\pi (qq^\top + \mathrm{diag}(\tau))$, with $-\nu$ for $\tau$ in the group's own span, and are coupled to the "
    r"first two by $\frac4\pi q_i$ times"
)


def _block_formulas() -> tuple[Formula, ...]:
    outgoing, mixed, own = own_entries(m)
    own_block = UNIT * sp.Matrix([[outgoing, mixed], [mixed, own]])
    return (
        Formula(quantity(r"H_{\mathrm{own}}"), "=", own_block, tail=_OTHERS),
        Formula(quantity("(z_1, z_2)"), "=", sp.Matrix([other_factors(m)]), tail="where"),
        Formula(quantity("q^2"), "=", coupling(m)),
        Formula(sp.Symbol("tau"), "=", softness(m)),
        Formula(sp.Symbol("nu"), "=", slope(m)),
    )


def _definite_formulas() -> tuple[Formula, ...]:
    outgoing, mixed, own = own_entries(m)
    first, second = other_factors(m)
    off = mixed - first * second
    return (Formula(sp.Matrix([[outgoing - first**2, off], [off, own - second**2]]), r"\succ", sp.S.Zero),)


CLAIMS = (
    Claim(
        "erf-ca-blocks",
        Kind.THEOREM,
        "The Hessian at a copy-average point splits into blocks of at most two rows more than there are different group sizes, with entries "
        "and multiplicities in closed form",
        r"\tfrac4\pi (qq^\top + \mathrm{diag}(\tau)),\quad \tfrac4\pi\begin{pmatrix} \arcsin\frac1{2m} & \frac{2m-1}{2\sqrt{2m+1}} & "
        r"\frac{q_i}{\sqrt{2m}} \\ \cdot & m^2 \bigl(\frac{2m-1}{2m+1}\bigr)^{3/2} & q_i q \frac{2m-1}{2m} \\ \cdot & \cdot & q_i q_l + "
        r"\delta_{il}\tau_i \end{pmatrix}",
        "all partitions, all d >= k",
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
        r"\begin{pmatrix} \arcsin z - z & z_1 z_2 (c-1) \\ \cdot & z_2^2 (c^3 - 1) \end{pmatrix} > 0, \quad z = z_1^2 = \tfrac{1}{2m}",
        "all partitions, all d >= k",
        _definite,
        "nothing further",
        "the index",
        title="Which of its blocks are definite",
        text=r"All blocks of the Hessian at a copy-average point are positive definite but those of the groups' own "
        r"spans; what is left of a neuron's own block (in units of $4/\pi$), however soft the others are, is at "
        r"least",
        formulas=_definite_formulas,
    ),
)

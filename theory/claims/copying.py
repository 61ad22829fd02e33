"""Claims on the perturbed copy for large k (erf): its normal form, its branch, and from where its loss is lower."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory import normalised as normal
from theory.claim import Claim, Formula, Kind
from theory.claims.optimum import LOSS, M
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.normalised import U, V, slope, t
from theory.notation import And, Closed, Decimal, Dot, Norm, Rest, root
from theory.prose import asserted, called, defined, given, sentence
from theory.regular import (
    dependent,
    eta,
    excess_slope,
    f,
    in_parameters,
    kappa,
    named,
    omega,
    psi,
    regular_equations,
    rho,
    u,
    v,
    whole,
)
from theory.symbols import a, k, n, p, q, s
from theory.unevaluated import at

D, E, X = sp.symbols("D E X", positive=True)
x = sp.Symbol("x", positive=True)
Q, B, G, N = sp.symbols("Q B G N", real=True)
#: n/k, and 1/k.
c = sp.Symbol("c", positive=True)
eps = sp.Symbol("epsilon", positive=True)
HALF = sp.Rational(1, 2)
PHI = 2 / sp.sqrt(3) - 1
SOFT = sp.pi / 3 - 1
BEND = 4 / (3 * sp.sqrt(3))
#: What sentences name: a normalised vector; the limit function, the arcsine's excess and a square root; the bounds of a
#: range of n; a neighbourhood; the order 1/k.
q_i, psi_letter, ROOT, LOWEST, LARGE, delta = sp.symbols("q_i psi S M k_0 delta", positive=True)
F, W = sp.Function("f"), sp.Function("W")
STAR = sp.Symbol("c*")
REACH = k ** sp.Rational(3, 5)


def _normal_form() -> tuple[Step, ...]:
    z = normal.normalised()
    exact = pair("erf")
    squared = Q**2 + (n - 1) * B**2 + N * G**2
    products = 2 * Q * B + (n - 2) * B**2 + N * G**2
    star = {Q: z.Q, B: z.B, G: z.G, N: k - n}
    loss, (in_t, in_a, in_U, in_V) = normal.energy(), normal.equations()
    return (
        Step(
            "arcsine",
            sentence(
                "With {} and {} two students interact by what follows",
                given(names.w, "=", root(2 * D) * q_i),
                given(D, "=", 1 + names.square(names.w)),
            ),
            at(exact.value, {s: 2 * sp.sqrt(D * E) * s, p: D - 1, q: E - 1}),
            2 / sp.pi * sp.asin(2 * s),
        ),
        Step(
            "teacher",
            sentence("and a student with a teacher, at {}, so", given(s, "=", sp.Symbol("q_i,j"))),
            at(exact.value, {s: sp.sqrt(2 * D) * s, p: D - 1, q: 1}),
            2 / sp.pi * sp.asin(s),
        ),
        Step(
            "scale",
            sentence(
                "where {} is {}, so that every {} with {} occurs",
                2 * Norm(sp.Symbol("q")) ** 2,
                names.square(names.w) / D,
                sp.Symbol("q"),
                given(Norm(sp.Symbol("q")) ** 2, "<", HALF),
            ),
            (D - 1) / D,
            1 - 1 / D,
        ),
        Step(
            "norm",
            sentence("Twice a squared norm {}, in the unknowns {}, {}, {}, {}", Norm(q_i) ** 2, t, a, U, V),
            at(2 * squared, star),
            z.own,
        ),
        Step(
            "product", sentence("and twice a product {}", Dot(q_i, sp.Symbol("q_l"))), at(2 * products, star), z.pair
        ),
        Step(
            "linear",
            sentence(
                "With {} the linear terms remain, and the constant", given(sp.asin(x), "=", x + sp.Function("f")(x))
            ),
            normal.energy(whole(named())) - _without_linear_part(),
            (n * U**2 + (k - n) * V**2) / 2 - k / 2 + k * sp.pi / 6,
        ),
        Step("slope-t", sentence("The derivative in {}", t), sp.Derivative(loss, t), 2 * a * (n - 1) * in_t),
        Step("slope-U", sentence("in {}", U), sp.Derivative(loss, U), n * in_U),
        Step("slope-V", sentence("and in {}", V), sp.Derivative(loss, V), (k - n) * in_V),
        Step(
            "slope-a",
            sentence("In {}, where the mean coordinate {} and {} move with {}", a, sp.Symbol("b"), G, a),
            sp.Derivative(loss, a),
            2 * n * in_a - (n * (1 + U) * in_U + (k - n) * (1 + V) * in_V) / a,
        ),
    )


def _without_linear_part() -> sp.Expr:
    """The energy's terms in f = arcsin x - x."""
    z, left = normal.normalised(), named()
    students = left.arc("own") + (n - 1) * z.pair**3 * left.cubic("pair")
    teachers = left.arc("Q") + (n - 1) * z.B**3 * left.cubic("B") + (k - n) * z.G**3 * left.cubic("G")
    return n * a**2 * students - 2 * n * a * teachers


def regular_steps() -> tuple[Step, ...]:
    """The equations in parameters in which they are analytic at infinity. Exact."""
    symbols = named()
    left = [in_parameters(e) for e in normal.equations(whole(symbols))]
    right = [dependent(e) for e in regular_equations(symbols)]
    over = [sp.S.One, sp.S.One, 2 * eta / omega, 2 * eta / omega]
    unknowns = ("t", "a", "u", "v")
    parameters = sentence(
        " in {}, {}, {}, {} and with {}, {}: no negative power is left",
        given(omega, "=", 1 / n),
        given(rho, "=", n / k),
        given(eta, "=", k / (2 * n**2)),
        given(kappa, "=", k**3 / (48 * n**5)),
        given(U, "=", rho * u),
        given(V, "=", rho * v),
    )
    return (
        Step(
            "remainder",
            sentence(
                "The arcsine's slope less one is {} times a function that is analytic at zero, {} with {}; at {}",
                x**2,
                1 / (ROOT * (1 + ROOT)),
                given(ROOT, "=", sp.sqrt(1 - x**2)),
                given(x, "=", 1 / (1 + X)),
            ),
            at(slope(x) - 1, {x: 1 / (1 + X)}),
            at(x**2 * excess_slope(x), {x: 1 / (1 + X)}),
        ),
        Step(
            "sixth",
            sentence(
                "and what the arcsine has above its linear part is {} times an analytic {}, which at zero is the limit",
                x**3,
                sp.Function("r")(x),
            ),
            X**3 * f(1 / X),
            sp.Rational(1, 6),
            Relation.LIMIT,
            X,
        ),
        *(
            Step(
                f"regular-{name}",
                sentence("The equation of {}", sp.Symbol(name)) + (parameters if i == 0 else ", too"),
                over[i] * left[i],
                right[i],
            )
            for i, name in enumerate(unknowns)
        ),
        Step(
            "kappa",
            sentence("where {} is not a parameter of its own: {} is", kappa, eta**3 / (6 * omega)),
            at(eta**3 / (6 * omega), {eta: k / (2 * n**2), omega: 1 / n}),
            k**3 / (48 * n**5),
        ),
    )


def _branch() -> tuple[Step, ...]:
    limit = [at(e, {eta: 0, omega: 0, kappa: 0}) for e in regular_equations(named())]
    # At the limit what is left of the arcsine at `own` and `Q` is known: 2t^2 and t.
    known = {"f_own": f(2 * t**2), "f_Q": f(t), "F_own": slope(2 * t**2) - 1, "F_Q": slope(t) - 1}
    letters = {sp.Symbol(name): value for name, value in known.items()}
    energy = psi()
    copies = {t: HALF, a: 1}
    hessian = [[sp.diff(energy, x, y).subs(copies) for y in (t, a)] for x in (t, a)]
    there = sentence(
        "At {} that solution is the exact copy, so it is the branch that starts there: the equation ",
        given(n, "=", k),
    )
    start = [e.subs({t: HALF, a: 1, U: 0}, simultaneous=True).subs(n, k) for e in normal.equations()]
    return (
        *regular_steps(),
        Step(
            "limit-t",
            sentence(
                "At {}, for every {}, they are the vanishing of the slopes of {} with {}: of that in {},",
                given(eta, "=", omega, "=", kappa, "=", 0),
                rho,
                defined(psi_letter, a**2 * F(2 * t**2) - 2 * a * F(t)),
                defined(F(x), f(x)),
                t,
            ),
            2 * a * limit[0],
            sp.Derivative(energy, t),
            where=tuple(letters.items()),
        ),
        Step(
            "limit-a",
            sentence("of that in {}, but for terms in {} and {},", a, u, v),
            2 * limit[1],
            sp.Derivative(energy, a) + (rho * u * (1 + rho * u) + (1 - rho) * v * (1 + rho * v)) / a,
            where=tuple(letters.items()),
        ),
        Step("limit-u", sentence("and {} vanishes", u), limit[2], u),
        Step("limit-v", sentence("as {} does", v), limit[3], v),
        Step(
            "copies-t",
            sentence("Copies, {}, solve them", given((t, a), "=", (HALF, 1))),
            at(sp.Derivative(energy, t), copies),
            sp.S.Zero,
        ),
        Step("copies-a", sentence("both"), at(sp.Derivative(energy, a), copies), sp.S.Zero),
        Step(
            "hessian",
            sentence("and are not degenerate: the determinant of the second derivatives of {} there", psi_letter),
            hessian[0][0] * hessian[1][1] - hessian[0][1] ** 2,
            SOFT * (8 * BEND - 4) - 4 * PHI**2,
        ),
        Step(
            "regular",
            sentence(
                "is not zero. So by the implicit function theorem there are {} and one analytic solution {} near {} for {} and all "
                "{}",
                given(delta, ">", 0),
                sp.Tuple(t, a, u, v),
                sp.Tuple(HALF, 1, 0, 0),
                given(And(And(kappa, eta), omega), "<", delta),
                given(rho, "in", Closed(0, 1)),
            ),
            SOFT * (8 * BEND - 4) - 4 * PHI**2,
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        *(
            Step(
                f"start-{name}",
                (there if i == 0 else sentence("that ")) + sentence("of {}", sp.Symbol(name)),
                start[i],
                sp.S.Zero,
            )
            for i, name in enumerate("taU")
        ),
    )


#: First corrections at n = ck: t = 1/2 + t_1/k, a = 1 + a_1/k, U = U_1/k, V = V_1/k; those of t and a further on.
t1, a1, U1, V1, t2, a2, over_a = sp.symbols("t_1 a_1 U_1 V_1 t_2 a_2 o", real=True)
LINEAR = (1 - c) / (2 * c**2)
#: phi = f'(1/2), the second derivative f''(1/2), and psi_aa = 2 f(1/2) at the copies, as letters: what follows from
#: them is rational in them.
phi, bend, soft = sp.symbols("phi beta A", positive=True)
CONSTANTS = {phi: PHI, bend: BEND, soft: SOFT}
DET = soft * (8 * bend - 4) - 4 * phi**2
RATIO = phi / (phi + soft)


@cache
def _orders() -> list[sp.Expr]:
    r"""Coefficients of 1, eps, eps^2 in eps times the energy less :math:`(k-n)(\frac\pi6-\frac12)`, at n = c/eps."""
    scaled = sp.expand(_scaled())
    return [scaled.coeff(eps, i) for i in range(3)]


@cache
def _scaled() -> sp.Expr:
    """The energy so, with what is known of its terms to second order."""
    inner, outgoing = HALF + eps * t1 + eps**2 * t2, 1 + eps * a1 + eps**2 * a2
    # 1/a to the same order.
    inverse = 1 - eps * a1 + eps**2 * (a1**2 - a2)
    at = {t: inner, a: 1 / over_a, U: eps * U1, V: eps * V1, n: c / eps, k: 1 / eps}
    z = normal.normalised()

    def cut(name: str, by: sp.Expr, order: int) -> sp.Expr:
        value = sp.expand(sp.expand(getattr(z, name).subs(at, simultaneous=True) / by).subs(over_a, inverse))
        return sp.Add(*(value.coeff(eps, i) * eps**i for i in range(order + 1)))

    x = {"own": cut("own", sp.S.One, 2), "Q": cut("Q", sp.S.One, 2)}
    x |= {name: cut(name, eps, 0) for name in ("pair", "B", "G")}
    # r = 1/6 + x^2 (...): its remainder is of an order that is not looked at.
    sixth = sp.Rational(1, 6)

    def taylor(near_half: sp.Expr) -> sp.Expr:
        """f about 1/2, to second order: what follows is of an order that is not looked at."""
        step = near_half - HALF
        return soft / 2 + phi * step + bend * step**2 / 2

    return (
        c * outgoing**2 * taylor(x["own"])
        - 2 * c * outgoing * taylor(x["Q"])
        + c * soft / 2
        + eps**2 * c * (c - eps) * outgoing**2 * x["pair"] ** 3 * sixth
        - 2 * eps**2 * c * outgoing * ((c - eps) * x["B"] ** 3 + (1 - c) * x["G"] ** 3) * sixth
        + eps**2 * (c * U1**2 + (1 - c) * V1**2) / 2
    )


def _next_order() -> tuple[sp.Expr, sp.Expr]:
    """The energy's order 1/k as a function of the first corrections, and its value where it is stationary. Exact."""
    stiff = (8 * bend - 4) * t1**2 + 4 * phi * t1 * a1 + soft * a1**2
    constant = c**2 * LINEAR**3 / 6 + c * bend * LINEAR**2 / 2 - (1 - c) / (24 * c**2)
    forces = (1 - c) / c * (bend * t1 + phi * V1)
    value = constant - phi**2 * (1 - c) / (2 * c**2) - soft * bend**2 * (1 - c) ** 2 / (2 * c**3 * DET)
    return constant + forces + (c * stiff + c * U1**2 + (1 - c) * V1**2) / 2, value


def _lower() -> tuple[Step, ...]:
    _, first, second = _orders()
    scaled = _scaled()
    order, value = _next_order()
    force = (1 - c) / c**2 * bend
    star = {t1: -soft * force / DET, a1: 2 * phi * force / DET, U1: 0, V1: -phi / c}
    leading = (phi * (1 - c) / c - soft) / sp.pi
    correction = 2 / sp.pi * value + 1 / (24 * sp.pi * (1 - c))
    c1 = sp.Symbol("c_1", real=True)
    shift_in_c = correction / (phi / (sp.pi * c**2))
    shift = shift_in_c.subs(c, RATIO)
    return (
        Step(
            "letter-phi",
            sentence("The slope of {} at {}, below {},", called(F(X), f(X)), HALF, called(phi, PHI)),
            at(sp.Derivative(f(X), X), {X: HALF}),
            PHI,
        ),
        Step(
            "letter-beta",
            sentence("its second derivative {},", called(bend, BEND)),
            at(sp.Derivative(f(X), (X, 2)), {X: HALF}),
            BEND,
        ),
        Step("letter-A", sentence("and twice its value, {}:", called(soft, SOFT)), at(2 * f(X), {X: HALF}), SOFT),
        Step(
            "leading",
            sentence(
                "At {} the branch of claim erf-pc-branch is analytic in {}, with {}, {} and {}. There {} times {} has no constant "
                "term,",
                given(n, "=", c * k),
                given(eps, "=", 1 / k),
                given(eta, "=", eps / (2 * c**2)),
                given(omega, "=", eps / c),
                given(kappa, "=", eps**2 / (48 * c**5)),
                eps,
                sp.pi / 2 * names.L - (k - n) * (sp.pi / 6 - HALF),
            ),
            at(scaled, {eps: 0}),
            sp.S.Zero,
        ),
        Step(
            "fluctuations",
            sentence("and the linear one is the same whatever the corrections of {} and {}", t, a),
            first,
            phi * (1 - c) / (2 * c),
        ),
        Step(
            "order",
            sentence("The quadratic one holds the first corrections only"),
            second.subs(CONSTANTS),
            order.subs(CONSTANTS),
        ),
        *(
            Step(
                f"stationary-{x.name}",
                sentence("and is stationary in {}", x),
                at(sp.Derivative(order, x), star),
                sp.S.Zero,
            )
            for x in (t1, a1, U1, V1)
        ),
        Step("value", sentence("where it is {}", called(W(c), value)), at(order, star), value),
        Step(
            "average",
            sentence(
                "Copy-average has {}, less its linear part {} analytic in {}, at {}; the first term of that times {}",
                called(names.L_star(M), LOSS),
                (sp.Rational(1, 3) - 1 / sp.pi) * M,
                1 / M,
                given(M, "=", (1 - c) * k + 1),
                M,
            ),
            sp.expand(M**2 * (LOSS / M - sp.Rational(1, 3) + 1 / sp.pi)),
            -1 / (24 * sp.pi),
            Relation.LIMIT,
            M,
        ),
        Step(
            "equal",
            sentence(
                "So the difference {} of the losses tends to {}, which vanishes at {}",
                sp.Symbol("L_PC") - sp.Symbol("L_CA"),
                leading,
                defined(STAR, RATIO),
            ),
            at(leading, {c: RATIO}),
            sp.S.Zero,
        ),
        Step(
            "slope",
            sentence("and nowhere else: its derivative"),
            sp.Derivative(leading, c),
            -phi / (sp.pi * c**2),
        ),
        Step(
            "falls",
            sentence("is negative, as {}", asserted(phi / (sp.pi * c**2), ">", 0)),
            phi / (sp.pi * c**2),
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "near-k",
            sentence(
                "For {} close to {} the limit is not uniform for copy-average, but {} increases with {} (claim "
                "erf-average-increasing) and is positive at {}, while the perturbed copy's excess tends to zero",
                n,
                k,
                names.L_star(M) - (sp.Rational(1, 3) - 1 / sp.pi) * (M - 1),
                M,
                given(M, "=", 2),
            ),
            sp.Rational(2, 3) - 8 / sp.pi * sp.asin(sp.Rational(1, 4)) - (sp.Rational(1, 3) - 1 / sp.pi),
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "shift",
            sentence(
                "At the next order the difference has {} over {}, so by the implicit function theorem the boundary is {} up to {} "
                "with {}",
                2 / sp.pi * W(c) + 1 / (24 * sp.pi * (1 - c)),
                k,
                STAR * k + c1,
                Rest(1 / k),
                given(c1 * phi / (sp.pi * STAR**2), "=", 2 / sp.pi * W(STAR) + 1 / (24 * sp.pi * (1 - STAR))),
            ),
            at(c1 * phi / (sp.pi * c**2), {c1: correction * sp.pi * c**2 / phi}),
            correction,
        ),
        *_digits("ratio", STAR, RATIO.subs(CONSTANTS), "0.766230818252163187700843440548"),
        *_digits("constant", sp.Symbol("c_1"), shift.subs(CONSTANTS), "-1.490331854253671268322793"),
    )


def _digits(name: str, what: sp.Symbol, value: sp.Expr, text: str) -> tuple[Step, ...]:
    """That a number agrees with a decimal string but for a unit in its last place. Exact."""
    places = len(text.partition(".")[2])
    middle, unit = sp.Rational(text), sp.Rational(1, 10**places)
    return (
        Step(
            f"{name}-above",
            sentence(
                "The number {} is enclosed: {}",
                called(what, value),
                asserted(what, ">", Decimal(middle - unit, places)),
            ),
            value - middle + unit,
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            f"{name}-below",
            sentence("and {}", asserted(what, "<", Decimal(middle + unit, places))),
            middle + unit - value,
            sp.S.Zero,
            Relation.POSITIVE,
        ),
    )


def _normal_formulas() -> tuple[Formula, ...]:
    i, h, j = sp.symbols("i l j", integer=True, positive=True)
    weights, inner = sp.IndexedBase("a"), sp.IndexedBase("q")
    own = sp.Sum(weights[i] * weights[h] * sp.asin(2 * Dot(q_i, sp.Symbol("q_l"))), (i, 1, n), (h, 1, n))
    mixed = sp.Sum(weights[i] * sp.asin(inner[i, j]), (i, 1, n), (j, 1, k))
    whole = own - 2 * mixed + sp.pi * k / 6
    words = sentence("with {}.", given(sp.Symbol("q"), "=", names.w / root(2 * (1 + names.square(names.w)))))
    return (Formula(sp.pi / 2 * sp.Symbol("L"), "=", whole, tail=words),)


def _branch_formulas() -> tuple[Formula, ...]:
    words = sentence(
        "is the loss per student in the limit; exact copies, {}, are its critical point.",
        given((t, a), "=", (HALF, 1)),
    )
    return (Formula(sp.Function("psi")(t, a), "=", psi(), tail=words),)


def _lower_formulas() -> tuple[Formula, ...]:
    first, rest, star = sp.Symbol("c_1"), Rest(1 / k), STAR
    return (
        Formula(sp.Symbol("n"), "=", star * k + first + rest, tail="with"),
        Formula(star, "=", RATIO.subs(CONSTANTS)),
    )


CLAIMS = (
    Claim(
        "erf-normal-form",
        Kind.THEOREM,
        "In normalised coordinates the loss is an arcsine form, and only the sums over students are stiff",
        "",
        sentence("all {}", given(n, "<=", k)),
        _normal_form,
        "nothing: it is an identity",
        "nothing: it is an identity",
        title="The loss in normalised coordinates",
        formulas=_normal_formulas,
    ),
    Claim(
        "erf-pc-branch",
        Kind.THEOREM,
        sentence(
            "There are {} and {} so that for {} the perturbed copy exists for all real {} in {}, continued from {}, and tends to exact "
            "copies as {} and {} tend to zero",
            LOWEST,
            LARGE,
            given(k, ">=", LARGE),
            n,
            Closed(LOWEST * REACH, k),
            given(n, "=", k),
            k**3 / n**5,
            k / n**2,
        ),
        "",
        sentence("{} to infinity, {}", k, given(n, ">=", LOWEST * REACH)),
        _branch,
        "nothing further",
        "the reduced equations in a uniqueness box",
        title=sentence("The perturbed copy for large {}", k),
        text="",
        formulas=_branch_formulas,
    ),
    Claim(
        "erf-pc-lower-law",
        Kind.THEOREM,
        sentence(
            "For every {} and large {} the perturbed copy has a lower loss than optimal copy-average exactly for {} above {}, among "
            "{}",
            given(sp.Symbol("c_0"), ">", 0),
            k,
            n,
            STAR * k + sp.Symbol("c_1") + Rest(1 / k),
            given(sp.Symbol("c_0") * k, "<=", n, "<", k),
        ),
        "",
        sentence("{} to infinity, {}", k, given(n, ">=", sp.Symbol("c_0") * k)),
        _lower,
        "nothing further",
        "enclosures of both losses on both sides of the boundary",
        title="Where the perturbed copy is lower",
        text=sentence(
            "For every {} and large {} the perturbed copy has a lower loss than optimal copy-average exactly for {} above the "
            "following, among {}",
            given(sp.Symbol("c_0"), ">", 0),
            k,
            n,
            given(sp.Symbol("c_0") * k, "<=", n, "<", k),
        ),
        formulas=_lower_formulas,
    ),
)

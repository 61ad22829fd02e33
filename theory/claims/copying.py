"""Claims on the perturbed copy for large k (erf): its normal form, its branch, and from where its loss is lower."""

from __future__ import annotations

import sympy as sp

from theory import names
from theory import normalised as normal
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.normalised import U, V, slope, t
from theory.notation import And, Closed, Dot, Norm, root
from theory.prose import defined, given, sentence
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
HALF = sp.Rational(1, 2)
PHI = 2 / sp.sqrt(3) - 1
SOFT = sp.pi / 3 - 1
BEND = 4 / (3 * sp.sqrt(3))
#: What sentences name: a normalised vector; the limit function, the arcsine's excess and a square root; the bounds of a
#: range of n; a neighbourhood.
q_i, psi_letter, ROOT, LOWEST, LARGE, delta = sp.symbols("q_i psi S M k_0 delta", positive=True)
F = sp.Function("f")
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
)

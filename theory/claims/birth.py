r"""Claim on the n from which the perturbed copy is a minimum, for large k (erf).

At :math:`n = \nu k^{3/5}` everything is analytic in :math:`\varepsilon = k^{-1/5}`. What is stated of (t, a) rests on one
root and on the sign of one function along a curve, which balls decide (``verify.certificates.laws``).
"""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.claim import Claim, Formula, Kind
from theory.derivation import Step
from theory.normalised import Functions, Normalised, curve, slope, standard_form, t
from theory.notation import Rest, Slope
from theory.prose import called, given, sentence
from theory.regular import eta, kappa, omega, psi, r, regular_equations, rho, u, v
from theory.symbols import a, k, n
from theory.unevaluated import at

eps, nu = sp.symbols("epsilon nu", positive=True)
#: What sentences name: fluctuations of a student, and the matrix that decides.
FLUCTUATIONS, VALLEY = sp.Function("F"), sp.Symbol("T")
#: Analytic factors: pair = eps p, B = eps^3 B_0, G = eps^3 G_0.
p, B0, G0 = sp.symbols("p B_0 G_0", real=True)
VECTOR = x, b, y, z, g = sp.symbols("x b y zeta g", real=True)
#: Values of arcsin and its derivatives at P = 2t^2 (capital) and at t.
LETTERS = F0, F1, F2, F3, f0, f1, f2, f3 = sp.symbols("F_0 F_1 F_2 F_3 f_0 f_1 f_2 f_3", real=True)


def _letter(name: str) -> sp.Symbol:
    return sp.Symbol(name, real=True)


def _functions(c: Normalised) -> Functions:
    """Taylor's formula with its remainders as letters: at ``own`` about P, at Q about t, at the others about 0."""

    def taylor(kind: str, name: str, order: int) -> sp.Expr:
        capital, step = ((F0, F1, F2, F3), c.pair) if name == "own" else ((f0, f1, f2, f3), c.B)
        return capital[order] + capital[order + 1] * step + step**2 * _letter(f"R{kind}_{name}")

    def arc(name: str) -> sp.Expr:
        if name in ("own", "Q"):
            return taylor("a", name, 0)
        return getattr(c, name) + getattr(c, name) ** 3 * _letter(f"r_{name}")

    def first(name: str) -> sp.Expr:
        return taylor("s", name, 1) if name in ("own", "Q") else 1 + getattr(c, name) ** 2 * _letter(f"g_{name}")

    def second(name: str) -> sp.Expr:
        if name in ("own", "Q"):
            return taylor("c", name, 2)
        return getattr(c, name) * (1 + getattr(c, name) ** 2 * _letter(f"h_{name}"))

    return Functions(arc, first, second)


#: Second-order parts of what is known of u, v, p and g at eps = 0.
u1, v1, p2, g2 = sp.symbols("u_1 v_1 p_2 g_2", real=True)


def _known(entry: sp.Expr) -> sp.Expr:
    """With the unknowns of the equations put in: 2 a nu G_0 = 1 + V and so on, u and v from their equations."""
    drift = -1 / (8 * nu**5 * a**4)
    first = {
        G0: (1 + nu * eps**2 * v) / (2 * a * nu),
        B0: ((1 + nu * eps**2 * u) / (2 * a) - t) / nu,
        p: 1 / (2 * nu**2 * a**2) + eps**2 * p2,
        _letter("g_pair"): sp.Rational(1, 2) + eps**2 * g2,
    }
    entry = entry.subs(first, simultaneous=True)
    return sp.expand(entry.subs({u: drift + eps * u1, v: drift + eps * v1}, simultaneous=True))


@cache
def _block() -> dict[tuple[int, int], sp.Expr]:
    """The standard component's block, scaled, as Laurent polynomials in eps.

    In the coordinates x, b, y, zeta = b t + a (x - y + n z), g. The row of y is scaled by eps^2 and its column by eps, row
    and column of g by eps^3.
    """
    c = Normalised(t + eps**3 * B0, eps**3 * B0, eps**3 * G0, 2 * t**2 + eps * p, eps * p)
    third = (z - b * t - a * (x - y)) / (a * n)
    form = standard_form(x, b, y, third, g * eps**3, _functions(c), c)
    form = form.subs({n: nu / eps**3, k: eps**-5}, simultaneous=True)
    scale = {x: (1, 1), b: (1, 1), y: (eps**2, eps), z: (1, 1), g: (1, 1)}
    entries = {}
    for i, left in enumerate(VECTOR):
        for j, right in enumerate(VECTOR):
            entry = sp.expand(sp.diff(form, left, right) / 2 * scale[left][0] * scale[right][1])
            # Orders above the first are not looked at.
            low = sp.Add(*(term for term in sp.Add.make_args(entry) if _power(term) <= 1))
            entries[i, j] = _known(low)
    return entries


def _power(term: sp.Expr) -> int:
    """The power of eps in a monomial."""
    return int(term.as_coeff_exponent(eps)[1])


def _order(power: int) -> sp.Matrix:
    """The coefficient of a power of eps in the block."""
    return sp.Matrix(5, 5, lambda i, j: _block()[i, j].coeff(eps, power))


def _weighted(entries: sp.Matrix) -> sp.Expr:
    """All entries in one expression, each with a letter of its own."""
    return sp.Add(*(sp.Symbol(f"X_{i}{j}") * entries[i, j] for i in range(5) for j in range(5)))


def _negative() -> sp.Expr:
    def part(i: int, j: int) -> sp.Expr:
        return sp.Add(*(term for term in sp.Add.make_args(_block()[i, j]) if _power(term) < 0))

    return _weighted(sp.Matrix(5, 5, part))


def _valley() -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    r"""Half of the second derivatives of :math:`\psi + \eta F` in (t, a), with the outgoing weights' share. Exact."""
    share = eps / nu**2
    return (
        a**2 * (2 * (F1 - 1) + 8 * t**2 * F2) - a * f2 + share * (F2 + 4 * t**2 * F3),
        4 * t * a * (F1 - 1) - (f1 - 1) + share * 2 * t * F2 / a,
        F0 - 2 * t**2 + share * (F1 - 1) / (2 * a**2),
    )


def _fluctuations(x: sp.Expr) -> sp.Expr:
    return slope(2 * x**2) - 1


def _limits() -> tuple[Step, ...]:
    """The equations at eta = omega = rho = 0 and kappa = 1/(48 nu^5), and their derivatives in eta."""
    r2 = _letter("r_2")
    sixth = sp.Rational(1, 6)
    equations = [e.replace(r, lambda x: sixth + x**2 * r2) for e in regular_equations()]
    at_rest = {omega: 0, rho: 0}
    zeroth = [e.subs(at_rest, simultaneous=True).subs(eta, 0) for e in equations]
    shown = [e.subs(at_rest, simultaneous=True) for e in equations]
    first = [sp.diff(e, eta).subs(eta, 0) for e in shown]
    drift, more = -6 * kappa / a**4, -2 * _fluctuations(t)
    return (
        Step(
            "limit-t",
            sentence(
                "At {} and {} the parameters of claim erf-pc-branch are {}, {}, {}, {}. In the limit the slope of {} in {} vanishes,",
                given(n, "=", nu * k ** sp.Rational(3, 5)),
                given(eps, "=", k ** sp.Rational(-1, 5)),
                given(kappa, "=", 1 / (48 * nu**5)),
                given(eta, "=", eps / (2 * nu**2)),
                given(omega, "=", eps**3 / nu),
                given(rho, "=", nu * eps**2),
                sp.Symbol("psi"),
                t,
            ),
            2 * a * zeroth[0],
            sp.Derivative(psi(), t),
        ),
        Step(
            "limit-u",
            sentence(
                "The equation of {} holds it with the coefficient one, so that it is the negative of what follows;", u
            ),
            at(shown[2], {eta: 0, u: 0}),
            -drift,
        ),
        Step("limit-v", sentence("so is {},", v), at(shown[3], {eta: 0, v: 0}), -drift),
        Step(
            "limit-a",
            sentence(
                "and the equation of {} is that of a critical point of {}:",
                a,
                sp.Symbol("psi") + kappa * a**-4,
            ),
            2 * at(zeroth[1], {v: drift}),
            sp.Derivative(psi(), a) - 4 * kappa / a**5,
        ),
        Step(
            "first-t",
            sentence(
                "To the next order {} joins {} with {}: in {},",
                eta * FLUCTUATIONS(t),
                sp.Symbol("psi"),
                called(FLUCTUATIONS(t), _fluctuations(t)),
                t,
            ),
            2 * a * at(sp.Derivative(shown[0], eta), {eta: 0}),
            sp.Derivative(_fluctuations(t), t),
        ),
        Step(
            "first-v",
            sentence("{} changes by twice that, turned round,", v),
            at(sp.Derivative(shown[3], eta), {eta: 0}),
            -more,
        ),
        Step(
            "first-a",
            sentence("and the equation of {} remains", a),
            first[1] + sp.Derivative(zeroth[1], v) * more,
            sp.S.Zero,
        ),
    )


def _block_steps() -> tuple[Step, ...]:
    P, share = 2 * t**2, eps / nu**2
    values = dict(
        zip(
            LETTERS,
            (sp.asin(P), slope(P), curve(P), _third(P), sp.asin(t), slope(t), curve(t), _third(t)),
            strict=True,
        )
    )
    tt, ta, aa = _valley()
    hessian, fluctuations = psi(), share / 2 * _fluctuations(t)
    determinant = sp.expand((_order(0) + eps * _order(1)).det(method="berkowitz"))
    valley = sp.expand(tt * aa - ta**2)
    zeroth, first = valley.coeff(eps, 0), valley.coeff(eps, 1)
    stiff = 2 * (F1 - 1) / nu**2
    more = (8 * a**6 * nu**5 * (F1 - 1) ** 2 + F2) / (a**2 * nu**4)
    return (
        Step(
            "regular",
            sentence(
                "The block of the standard component, scaled, has no negative power of {} where the equations hold",
                eps,
            ),
            _negative(),
            sp.S.Zero,
        ),
        Step("third", sentence("(the arcsine's third derivative)"), sp.Derivative(curve(X), X), _third(X)),
        Step(
            "valley-tt",
            sentence(
                "With the matrix {} of half the second derivatives of {} in {},",
                VALLEY,
                sp.Symbol("psi") + eta * FLUCTUATIONS(t),
                sp.Tuple(t, a),
            ),
            tt,
            sp.Derivative(hessian + fluctuations, (t, 2)) / 2,
            where=tuple(values.items()),
        ),
        Step(
            "valley-ta",
            sentence("but with {} in the mixed entry", eta * Slope(FLUCTUATIONS(t), t) / a),
            ta,
            sp.Derivative(hessian, t, a) / 2 + sp.Derivative(fluctuations, t) / a,
            where=tuple(values.items()),
        ),
        Step(
            "valley-aa",
            sentence("and {} in the last,", eta * FLUCTUATIONS(t) / a**2),
            aa,
            sp.Derivative(hessian, (a, 2)) / 2 + fluctuations / a**2,
            where=tuple(values.items()),
        ),
        Step(
            "determinant",
            sentence("its determinant is {} times that of {}", 2 * FLUCTUATIONS(t) / nu**2, VALLEY),
            determinant.coeff(eps, 0),
            stiff * zeroth,
        ),
        Step(
            "determinant-first",
            sentence("to the next order, too, but for a regular factor"),
            determinant.coeff(eps, 1),
            stiff * first + more * zeroth,
        ),
    )


X = sp.Symbol("X", real=True)


def _third(x: sp.Expr) -> sp.Expr:
    return (1 + 2 * x**2) / (1 - x**2) ** sp.Rational(5, 2)


def _law() -> tuple[Step, ...]:
    base, change = sp.symbols("kappa_0 kappa_1", positive=True)
    scale = (48 * base) ** sp.Rational(-1, 5)
    return (
        *_limits(),
        *_block_steps(),
        Step(
            "scale",
            sentence(
                "With {} for {} where the slope of {} in {} and the determinant of its second derivatives vanish, {} is {}",
                base,
                a**5 * Slope(sp.Symbol("psi"), a) / 4,
                sp.Symbol("psi"),
                t,
                sp.Symbol("nu_0"),
                sp.Pow(48 * base, sp.Rational(-1, 5), evaluate=False),
            ),
            at(1 / (48 * nu**5), {nu: scale}),
            base,
        ),
        Step(
            "correction",
            sentence(
                "and with {} up to higher orders on the curve where {} is degenerate and the equation of {} holds, {} is {} up to higher "
                "orders, with {}",
                given(kappa, "=", base + change * eta),
                VALLEY,
                t,
                nu,
                sp.Symbol("nu_0") * (1 + sp.Symbol("C_1") * eps),
                given(sp.Symbol("C_1"), "=", -change / (10 * base * sp.Symbol("nu_0") ** 2)),
            ),
            at(sp.Derivative((48 * (base + change * eps / (2 * nu**2))) ** sp.Rational(-1, 5), eps), {eps: 0}),
            scale * (-change / (10 * base * nu**2)),
        ),
    )


def _law_formulas() -> tuple[Formula, ...]:
    scale, first = sp.symbols("nu_0 C_1")
    real = sp.Symbol("k", positive=True)
    rest = Rest(real ** sp.Rational(-2, 5))
    law = scale * real ** sp.Rational(3, 5) * (1 + first * real ** sp.Rational(-1, 5) + rest)
    return (Formula(sp.Symbol("n_c"), "=", law, tail="with the constants that ball arithmetic encloses below."),)


_PSI = sp.Symbol("psi")
_ALONG, _BENT = Slope(_PSI, t), Slope(_PSI, t, t) * Slope(_PSI, a, a) - Slope(_PSI, t, a) ** 2
#: What is left to balls, by the names of ``verify.certificates.laws``.
BALL_WORDS = {
    "root": sentence("{} and {} have a common simple root in a ball about these {}", _ALONG, _BENT, sp.Tuple(t, a)),
    "definite": sentence(
        "{} is positive where {} vanishes, from there, but for a neighbourhood, to the copies", _BENT, _ALONG
    ),
    "crossing": sentence("in that neighbourhood it increases with {}", t),
    "stiff": sentence("{} is positive on the whole curve", Slope(_PSI, t, t)),
    "path": sentence(
        "{} has no degenerate critical point on it: {} is positive",
        _PSI + kappa / a**4,
        _BENT + 5 * Slope(_PSI, a) * Slope(_PSI, t, t) / a,
    ),
    "scale": sentence("{} lies in", sp.Symbol("nu_0")),
    "first": sentence("{} lies in", sp.Symbol("C_1")),
}


CLAIMS = (
    Claim(
        "erf-pc-minimum-law",
        Kind.THEOREM,
        sentence(
            "For large {} the perturbed copy's block that decides on a minimum is regular from some {} down to one {}, where it is "
            "singular",
            k,
            sp.Symbol("M") * k ** sp.Rational(3, 5),
            sp.Symbol("n_c"),
        ),
        "",
        sentence("{} to infinity", k),
        _law,
        "nothing further",
        sentence("the sign of that block's determinant at {} and at {}", n, n - 1),
        balls=sentence(
            "the root {} at which the slope of {} in {} and the determinant of its second derivatives vanish, and that it is simple; "
            "that these are positive definite on the way there from the copies along the curve where the slope vanishes",
            sp.Tuple(t, a),
            sp.Symbol("psi"),
            t,
        ),
        title="Where the perturbed copy becomes a minimum",
        text=sentence(
            "For large {} the perturbed copy's block that decides on a minimum is regular from some {} down to one {}, where it is "
            "singular:",
            k,
            sp.Symbol("M") * k ** sp.Rational(3, 5),
            sp.Symbol("n_c"),
        ),
        formulas=_law_formulas,
    ),
)

"""Claim on the n up to which the optimal copy-average point is a minimum, for large k (erf)."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.notation import Rest, root
from theory.prose import asserted, defined, given, sentence
from theory.stability import stiffness, threshold
from theory.symbols import k
from theory.unevaluated import at

#: Size of the average, real; 2m = (z + 1/z)/2 and sqrt(4m^2 - 1) = (1/z - z)/2 make everything rational in z < 1.
m, z, Z, X, H = sp.symbols("m z Z X H", positive=True)
#: P(m) - 8 m^2 + 9/2 = rest/X^2, with a bounded rest.
rest = sp.Symbol("p", real=True)
ROOT = 3 + 2 * sp.sqrt(3)
P = sp.Function("P")


def _in_z() -> sp.Expr:
    """The threshold P as a function of z."""
    root, twice = (1 / z - z) / 2, (1 / z + z) / 2
    return root**4 * (root**2 + (root**2 - 1) * twice / root) / (root**4 + root**2 - 1)


def _replaced() -> sp.Expr:
    """The threshold of theory.stability with sqrt(4m^2 - 1) and m in z."""
    root, size = (1 / z - z) / 2, (1 / z + z) / 4
    free = threshold(m).replace(lambda e: e.is_Pow and e.exp == -sp.S.Half, lambda e: 1 / root)
    return free.subs(m, size)


def _teachers(size: sp.Expr, tail: sp.Expr) -> sp.Expr:
    """k at the boundary as a function of the size of the average, from (k - m) H + 1 = P(m); tail is P - 8m^2 + 9/2."""
    return size + (8 * size**2 - sp.Rational(9, 2) + tail - 1) / H


def _law() -> tuple[Step, ...]:
    first, second = -H / 16, (H**2 + 176) / 512
    # m = X + first + second/X + d/X^2, d bounded.
    third = sp.Symbol("d", real=True)
    size = X + first + second / X + third / X**2
    teachers = _teachers(size, rest / X**2)
    smooth = _in_z()
    return (
        Step(
            "copy",
            sentence(
                "By claim erf-ca-index the optimal point is a minimum exactly if {}, {}, with {} at one teacher",
                given(P(m), ">", 1 + (k - m) * H),
                given(m, "=", k - sp.Symbol("n") + 1),
                defined(H, sp.Function("h")(1)),
            ),
            at(stiffness(m), {m: 1}),
            ROOT,
        ),
        Step(
            "rational",
            sentence(
                "With {}, {} the threshold {} is rational in {}",
                given(2 * m, "=", (1 / z + z) / 2),
                given(sp.sqrt(4 * m**2 - 1), "=", (1 / z - z) / 2),
                P(m),
                z,
            ),
            ((1 / z + z) / 2) ** 2 - ((1 / z - z) / 2) ** 2,
            sp.S.One,
        ),
        Step("threshold", sentence("(the threshold with its root replaced so)"), _replaced(), smooth),
        Step(
            "falls",
            sentence("It falls with {} for {},", z, given(m, ">=", 1)),
            -sp.Derivative(smooth, z),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((z, sp.S.Zero, sp.Rational(2, 7)),),
        ),
        Step(
            "size-falls",
            sentence("as {} does", m),
            -sp.Derivative((1 / z + z) / 4, z),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((z, sp.S.Zero, sp.Rational(2, 7)),),
        ),
        Step(
            "initial",
            sentence(
                "and {} means that {} is at most {}. So {} increases with {}, and minima are those {} below one real {}",
                given(m, ">=", 1),
                z,
                asserted(2 - sp.sqrt(3), "<", sp.Rational(2, 7)),
                P(m),
                m,
                sp.Symbol("n"),
                sp.Symbol("n_c"),
            ),
            sp.Rational(2, 7) - (2 - sp.sqrt(3)),
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "square",
            sentence(
                "The threshold {} is {} up to a rest that vanishes: with {}",
                P(m),
                8 * m**2 - sp.Rational(9, 2),
                given(z, "=", 1 / Z),
            ),
            at(smooth - 8 * ((z + 1 / z) / 4) ** 2 + sp.Rational(9, 2), {z: 1 / Z}),
            sp.S.Zero,
            Relation.LIMIT,
            Z,
        ),
        Step(
            "rest",
            sentence("like {}", m**-2),
            sp.cancel(
                (smooth.subs(z, 1 / Z) - 8 * ((Z + 1 / Z) / 4) ** 2 + sp.Rational(9, 2)) * ((Z + 1 / Z) / 4) ** 2
            ),
            sp.Rational(31, 32),
            Relation.LIMIT,
            Z,
        ),
        Step(
            "order-2",
            sentence(
                "With {} and {} up to order {} the condition {} holds at order {},",
                given(X, "=", root(H * k / 8)),
                given(m, "=", X + first + sp.Mul(H**2 + 176, 1 / (512 * X), evaluate=False)),
                X**-2,
                given(k, "=", m + (P(m) - 1) / H),
                X**2,
            ),
            teachers / X**2,
            8 / H,
            Relation.LIMIT,
            X,
        ),
        Step("order-1", sentence("at order {}", X), (teachers - 8 * X**2 / H) / X, sp.S.Zero, Relation.LIMIT, X),
        Step(
            "order-0",
            sentence("and at order {}; {} increases, so that there is no other root", 1, P(m)),
            teachers - 8 * X**2 / H,
            sp.S.Zero,
            Relation.LIMIT,
            X,
        ),
        Step(
            "law",
            sentence(
                "So {} is {}, up to {}, where the last term is",
                sp.Symbol("n_c"),
                k + 1 - m,
                Rest(1 / k),
            ),
            at(second / X, {X: sp.sqrt(H * k / 8)}),
            (H**2 + 176) / (64 * sp.sqrt(8 * H)) / sp.sqrt(k),
        ),
    )


def _law_formulas() -> tuple[Formula, ...]:
    law = k - sp.sqrt(H * k / 8) + H / 16 + 1 - (H**2 + 176) / (64 * sp.sqrt(8 * H)) / sp.sqrt(k)
    return (Formula(sp.Symbol("n_c"), "=", law + Rest(1 / k), tail="with"), Formula(H, "=", ROOT, "copy"))


CLAIMS = (
    Claim(
        "erf-ca-boundary-law",
        Kind.THEOREM,
        sentence(
            "The optimal copy-average point is a minimum exactly for {} below one real {}, and {} grows like the square root of {}",
            sp.Symbol("n"),
            sp.Symbol("n_c"),
            k - sp.Symbol("n_c"),
            k,
        ),
        "",
        sentence("{} to infinity", k),
        _law,
        "nothing further",
        sentence("the index at {} and at {}", sp.Symbol("n"), sp.Symbol("n") + 1),
        title="Up to where copy-average is a minimum",
        text=sentence(
            "The optimal copy-average point is a minimum exactly for {} below one real {}, and",
            sp.Symbol("n"),
            sp.Symbol("n_c"),
        ),
        formulas=_law_formulas,
    ),
)

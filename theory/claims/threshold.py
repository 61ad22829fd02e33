"""Claim on the n up to which the optimal copy-average point is a minimum, for large k (erf)."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.stability import stiffness, threshold
from theory.symbols import k
from theory.unevaluated import at, quantity

#: Size of the average, real; 2m = (z + 1/z)/2 and sqrt(4m^2 - 1) = (1/z - z)/2 make everything rational in z < 1.
m, z, Z, X, H = sp.symbols("m z Z X H", positive=True)
#: P(m) - 8 m^2 + 9/2 = rest/X^2, with a bounded rest.
rest = sp.Symbol("p", real=True)
ROOT = 3 + 2 * sp.sqrt(3)


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
            r"By claim erf-ca-index the optimal point is a minimum exactly if $P(m) > 1 + (k - m) H$, $m = k - n + 1$, with $H = h(1) = 3 + 2\sqrt3$",
            at(stiffness(m), {m: 1}),
            ROOT,
        ),
        Step(
            "rational",
            r"With $2m = \frac12(\frac1z + z)$, $\sqrt{4m^2-1} = \frac12(\frac1z - z)$, $P$ is rational in $z$",
            ((1 / z + z) / 2) ** 2 - ((1 / z - z) / 2) ** 2,
            sp.S.One,
        ),
        Step("threshold", r"(the threshold with its root replaced so)", _replaced(), smooth),
        Step(
            "falls",
            r"$P$ falls with $z$ for $m \ge 1$,",
            -sp.Derivative(smooth, z),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((z, sp.S.Zero, sp.Rational(2, 7)),),
        ),
        Step(
            "size-falls",
            r"as $m$ does",
            -sp.Derivative((1 / z + z) / 4, z),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((z, sp.S.Zero, sp.Rational(2, 7)),),
        ),
        Step(
            "initial",
            r"and $m \ge 1$ means $z \le 2 - \sqrt3 < \frac27$. So $P(m)$ increases with m, and minima are those $n$ below one real $n_c$",
            sp.Rational(2, 7) - (2 - sp.sqrt(3)),
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "square",
            r"$P(m) - 8m^2 + \frac92 \to 0$",
            at(smooth - 8 * ((z + 1 / z) / 4) ** 2 + sp.Rational(9, 2), {z: 1 / Z}),
            sp.S.Zero,
            Relation.LIMIT,
            Z,
        ),
        Step(
            "rest",
            r"like $m^{-2}$",
            sp.cancel(
                (smooth.subs(z, 1 / Z) - 8 * ((Z + 1 / Z) / 4) ** 2 + sp.Rational(9, 2)) * ((Z + 1 / Z) / 4) ** 2
            ),
            sp.Rational(31, 32),
            Relation.LIMIT,
            Z,
        ),
        Step(
            "order-2",
            r"With $X = \sqrt{Hk/8}$ and $m = X - \frac{H}{16} + \frac{H^2+176}{512 X} + \dots$ the condition $k = m + (P(m) - 1)/H$ holds at order $X^2$,",
            teachers / X**2,
            8 / H,
            Relation.LIMIT,
            X,
        ),
        Step("order-1", r"at order $X$", (teachers - 8 * X**2 / H) / X, sp.S.Zero, Relation.LIMIT, X),
        Step(
            "order-0",
            r"and at order 1; $P$ increases, so that there is no other root",
            teachers - 8 * X**2 / H,
            sp.S.Zero,
            Relation.LIMIT,
            X,
        ),
        Step(
            "law",
            r"So $n_c = k + 1 - m = k - \sqrt{Hk/8} + \frac{H}{16} + 1 - \frac{H^2 + 176}{64 \sqrt{8H}} k^{-1/2} + O(1/k)$",
            at(second / X, {X: sp.sqrt(H * k / 8)}),
            (H**2 + 176) / (64 * sp.sqrt(8 * H)) / sp.sqrt(k),
        ),
    )


def _law_formulas() -> tuple[Formula, ...]:
    law = k - sp.sqrt(H * k / 8) + H / 16 + 1 - (H**2 + 176) / (64 * sp.sqrt(8 * H)) / sp.sqrt(k)
    return (Formula(quantity("n_c"), "=", law + quantity("O(k^{-1})"), tail="with"), Formula(H, "=", ROOT, "copy"))


CLAIMS = (
    Claim(
        "erf-ca-boundary-law",
        Kind.THEOREM,
        "The optimal copy-average point is a minimum exactly for n below one real n_c, and k - n_c grows like 0.8989 k^(1/2)",
        r"n_c = k - \sqrt{Hk/8} + \tfrac{H}{16} + 1 - \tfrac{H^2+176}{64\sqrt{8H}} k^{-1/2} + O(k^{-1}),\quad H = 3 + 2\sqrt3",
        "k to infinity",
        _law,
        "nothing further",
        "the index at n and at n + 1",
        title="Up to where copy-average is a minimum",
        text="The optimal copy-average point is a minimum exactly for $n$ below one real $n_c$, and",
        formulas=_law_formulas,
    ),
)

"""Claim on how flows approach a line of duplicated neurons (erf): the quartic growth of the loss, and the rates."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.claims.duplication import GAP, MEAN, PULL, X1, X2, X, y
from theory.derivation import Relation, Step
from theory.duplication import H, gram, t
from theory.notation import Gradient, Mean, Norm, Primed, Rate, Slope, Total
from theory.prose import given, sentence
from theory.symbols import a, p
from theory.unevaluated import at

T, Q, K = sp.symbols("tau Q K", positive=True)


def _moment_steps() -> tuple[Step, ...]:
    b = sp.Symbol("b", positive=True)
    normal = sp.exp(-(X**2) / 2) / sp.sqrt(2 * sp.pi)
    r, r_letter = sp.sqrt(p), sp.Symbol("r")
    sigma, density = sp.erf(r * X / sp.sqrt(2)), PULL * sp.exp(-p * X**2 / 2)
    weight = sp.exp(-p * X**2 / 2)
    first = PULL / ((1 + p) * sp.sqrt(1 + 2 * p))
    chain = [
        (1 + b) ** sp.Rational(-1, 2),
        (1 + b) ** sp.Rational(-3, 2),
        3 * (1 + b) ** sp.Rational(-5, 2),
        15 * (1 + b) ** sp.Rational(-7, 2),
    ]
    orders = ("second", "fourth", "sixth")
    half = sp.Rational(-1, 2)
    return (
        Step(
            "even-moments",
            sentence(
                "Along its own direction, {}, {} is {}. Moments of {} under {}:",
                given(names.pre(names.w), "=", r_letter * X),
                X**2 * Primed(names.sigma_letter, 2),
                -r_letter * X**3 * Primed(names.sigma_letter, 1),
                X,
                sp.exp(-b * X**2 / 2),
            ),
            sp.exp(-b * X**2 / 2) * normal,
            chain[0],
            Relation.INTEGRAL,
            X,
        ),
        *(
            Step(
                f"{name}-moment",
                sentence(f"the {name} is minus twice the derivative in {{}} of the one before", b),
                chain[j],
                half * chain[j + 1],
                Relation.DERIVATIVE,
                b,
            )
            for j, name in enumerate(orders)
        ),
        Step(
            "by-parts",
            sentence(
                "By parts, with {} for the Gaussian weight, {} times {} is {}: the derivative of what vanishes at the ends",
                weight,
                1 + p,
                Mean(X * weight * names.sigma_letter),
                r_letter * Mean(weight * Primed(names.sigma_letter, 1)),
            ),
            -weight * sigma * normal,
            ((1 + p) * X * sigma - r * density) * weight * normal,
            Relation.DERIVATIVE,
            X,
        ),
        Step(
            "by-parts-again",
            sentence(
                "and {} times {} is {}",
                1 + p,
                Mean(X**3 * weight * names.sigma_letter),
                2 * Mean(X * weight * names.sigma_letter)
                + r_letter * Mean(X**2 * weight * Primed(names.sigma_letter, 1)),
            ),
            -(X**2) * weight * sigma * normal,
            ((1 + p) * X**3 * sigma - 2 * X * sigma - r * X**2 * density) * weight * normal,
            Relation.DERIVATIVE,
            X,
        ),
        Step(
            "overlap",
            sentence("so that {} is", Mean(X**2 * Primed(names.sigma_letter, 2) * names.sigma_letter) / r_letter**2),
            at(-PULL * (2 * X1 + PULL * X2) / (1 + p), {X1: first, X2: chain[1].subs(b, 2 * p)}),
            gram(p, H)[0, 1],
        ),
        Step(
            "size",
            sentence("and {}", Mean((X**2 * Primed(names.sigma_letter, 2)) ** 2) / r_letter**2),
            2 / sp.pi * at(chain[3], {b: 2 * p}),
            gram(p, H)[0, 0],
        ),
    )


@cache
def _approach() -> tuple[Step, ...]:
    z, c2, stiff, tau = sp.symbols("z c_2 q_i tau_i", positive=True)
    square = t**2 + (1 - t) ** 2
    rate = a**2 * t**2 * (1 - t) ** 2 * Q / square
    gap = (2 * K * T) ** sp.Rational(-1, 2)
    u, v = sp.symbols("u v", real=True)
    return (
        *_moment_steps(),
        Step(
            "others",
            sentence(
                "The others move along {} at the cost of {} each and add {} with {}: at least {}, with {}, the stiffnesses (one of them)",
                names.w,
                2 / sp.pi * tau * sp.Symbol("y_i") ** 2,
                z * X,
                given(z, "=", PULL * Total(stiff * sp.Symbol("y_i"), names.i)),
                z**2 / H,
                given(H, "=", Total(stiff**2 / tau, names.i)),
            ),
            at(2 / sp.pi * tau * y**2, {y: z / (PULL * stiff)}),
            z**2 / (stiff**2 / tau),
        ),
        Step(
            "relaxed",
            sentence(
                "Relaxed in {} a quadratic is its Schur complement, so {} is {} with the Gram determinants of {} and of these but the first (the last "
                "entry with {})",
                u,
                Q,
                p * sp.Symbol("Gamma_4") / sp.Symbol("Gamma_3"),
                sp.Tuple(
                    X**2 * Primed(names.sigma_letter, 2), names.sigma_letter, X * Primed(names.sigma_letter, 1), X
                ),
                1 / H,
            ),
            c2 * u**2 + 2 * z * u + v**2,
            c2 * (u + z / c2) ** 2 + v**2 - z**2 / c2,
        ),
        Step(
            "metric",
            sentence(
                "With {} relaxed, {} and {}, with {} for the slope in {}, give the rate of the gap",
                MEAN,
                given(Rate(GAP), "=", -2 * v + (1 - 2 * t) * Slope(names.L, MEAN)),
                given(square * Slope(names.L, MEAN) + (2 * t - 1) * v, "=", 0),
                v,
                GAP,
            ),
            -2 * v + (1 - 2 * t) * (-(2 * t - 1) * v / square),
            -v / square,
        ),
        Step(
            "flow",
            sentence(
                "so with the loss {} above its limit and {} for the gap, that shrinks like {}, with {}",
                a**2 * t**2 * (1 - t) ** 2 * Q * X**4 / 4,
                X,
                -K * X**3,
                given(K, "=", rate),
            ),
            -sp.Derivative(a**2 * t**2 * (1 - t) ** 2 * Q * X**4 / 4, X) / square,
            -rate * X**3,
        ),
        Step(
            "gap",
            sentence(
                "which {} solves, since its derivative is",
                given(X, "=", sp.Pow(2 * K * T, -sp.S.Half, evaluate=False)),
            ),
            gap,
            -K * gap**3,
            Relation.DERIVATIVE,
            T,
        ),
        Step(
            "loss",
            sentence("The loss above its limit is"),
            at(K * square * X**4 / 4, {X: gap}),
            square / (16 * K) * T**-2,
        ),
        Step(
            "gradient",
            sentence(
                "which falls at the rate {}, so that the gradient goes like {}",
                -(Norm(Gradient(names.L)) ** 2),
                T ** sp.Rational(-3, 2),
            ),
            square / (16 * K) * T**-2,
            -square / (8 * K) * T**-3,
            Relation.DERIVATIVE,
            T,
        ),
    )


def _approach_formulas() -> tuple[Formula, ...]:
    square = t**2 + (1 - t) ** 2
    gap = Norm(GAP)
    return (
        Formula(names.L - sp.Symbol("L*"), "~", a**2 * t**2 * (1 - t) ** 2 * Q * gap**4 / 4),
        Formula(gap, "~", (2 * K * T) ** sp.Rational(-1, 2), tail="with"),
        Formula(K, "=", a**2 * t**2 * (1 - t) ** 2 * Q / square),
    )


CLAIMS = (
    Claim(
        "erf-duplicated-approach",
        Kind.THEOREM,
        sentence(
            "Along the split neuron's own direction the loss around the line grows like the fourth power of the gap, with {} in closed "
            "form; flows in that direction shrink the gap like {}, the loss like {}, the gradient like {} (that flows settle into that "
            "direction is seen, not proved)",
            given(Q, ">", 0),
            T ** sp.Rational(-1, 2),
            T**-2,
            T ** sp.Rational(-3, 2),
        ),
        "",
        "all partitions, to leading order in the gap",
        _approach,
        sentence("the inverse square of {} grows by {} in unit time", Norm(GAP), 2 * K),
        "nothing further",
        title="How flows approach the line",
        text="",
        formulas=_approach_formulas,
    ),
)

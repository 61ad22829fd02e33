"""Claim on the rates of gradient flow along a channel to infinity (erf)."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.channel import c
from theory.claim import Claim, Formula, Kind
from theory.claims.channel import L_INF, QUARTER, B, C, T, a_12, b, delta, eps, w_12, y
from theory.derivation import Relation, Step
from theory.notation import Gradient, Norm, PlusMinus, Rate, Rest
from theory.prose import given, sentence
from theory.symbols import k, n
from theory.unevaluated import at


def _dynamics_steps() -> tuple[Step, ...]:
    in_c, in_b, in_delta, A, kappa, P, X, h = sp.symbols("L_c L_b L_delta A kappa P X h", real=True)
    first, second = in_c + in_b / 2, in_c - in_b / 2
    return (
        Step(
            "clock",
            sentence(
                "In {} and {} the slopes in the outgoing weights are {}, so that {} moves at the rate",
                given(a_12, "=", PlusMinus(c / 2, b)),
                given(w_12, "=", PlusMinus(sp.Symbol("m"), h)),
                PlusMinus(in_c, in_b / 2),
                b,
            ),
            at((-b + B) / 2, {b: first, B: second}),
            -in_b / 2,
        ),
        Step(
            "metric",
            sentence("and the squared norm of the gradient holds"),
            first**2 + second**2,
            2 * in_c**2 + 2 * (in_b / 2) ** 2,
        ),
        Step(
            "stiff",
            sentence("With {} the part of {} is as follows: {} relaxes fast", given(delta, "=", 2 * b * h), h, delta),
            at(h**2 / 2, {h: 2 * b * in_delta}),
            2 * b**2 * in_delta**2,
        ),
        Step(
            "drift",
            sentence(
                "and the rate of {} has a second part by the chain rule, here for a loss {}",
                b,
                C / b**2 + delta * in_delta,
            ),
            -sp.Derivative(C / b**2 + 2 * b * h * in_delta, b) / 2,
            C / b**3 - h * in_delta,
        ),
        Step(
            "slow",
            sentence(
                "At the non-degenerate minimum in the other unknowns (a function of {}, by the implicit function theorem) the loss is "
                "{}, and the rate",
                given(eps**2, "=", b**-2),
                L_INF + C * eps**2 + Rest(eps**4),
            ),
            -sp.Derivative(C / b**2, b) / 2,
            C / b**3,
        ),
        Step(
            "excess",
            sentence(
                "The excess {} of the loss is of the order of the squared distance {} from there; it falls with the loss, at the rate {}, "
                "and less the drift of the minimum, through",
                sp.Symbol("E"),
                Norm(sp.Symbol("z")) ** 2,
                -(Norm(Gradient(names.L)) ** 2),
            ),
            sp.Derivative(1 / b**2, b) * X,
            -2 * X / b**3,
        ),
        Step(
            "square",
            sentence(
                "With {} for the rate at the minimum and {}, {}: the square of the rate is lost but for",
                P,
                given(Rate(b), "=", P + kappa),
                given(kappa, "=", Rest(eps**3 * Norm(sp.Symbol("z")) + eps * Norm(in_delta))),
            ),
            at(-2 * X**2 + 2 * P * X, {X: P + kappa}),
            -2 * P * kappa - 2 * kappa**2,
        ),
        Step(
            "young",
            sentence(
                "where by Young's inequality {} is at most the rest of the loss's fall and a multiple of {}: for a large factor and small "
                "{} the region where the excess is below that factor times {} is never left, and {} is {}. The square that is left over:",
                A * eps**4 * Norm(in_delta),
                eps**10,
                eps,
                eps**10,
                kappa,
                Rest(eps**6),
            ),
            2 * in_delta**2 / eps**2 - A * eps**4 * in_delta + A**2 * eps**10 / 8,
            2 * (in_delta / eps - A * eps**5 / 4) ** 2,
        ),
        Step(
            "turned",
            sentence("(that power itself changes slowly)"),
            sp.Derivative(b**-10, b) * C / b**3,
            -10 * C * b**-14,
        ),
    )


def _rate_steps() -> tuple[Step, ...]:
    half, start = sp.Rational(1, 2), sp.Symbol("B", positive=True)
    far = {b: (4 * C * T) ** sp.Rational(1, 4)}
    return (
        Step(
            "outgoing",
            sentence(
                "So {} moves at the rate {}, and its fourth power at a constant one: with {} the outgoing weights run away",
                b,
                C / b**3 * (1 + Rest(b**-2)),
                given(C, ">", 0),
            ),
            sp.Derivative(b**4, b) * C / b**3,
            4 * C,
        ),
        Step(
            "quarter",
            sentence("From any start {}, with {} for the time,", start, T),
            (4 * C + start / T) ** sp.Rational(1, 4),
            (4 * C) ** sp.Rational(1, 4),
            Relation.LIMIT,
            T,
        ),
        Step("loss", sentence("The loss above its limit goes like"), at(C / b**2, far), half * C**half * T**-half),
        Step(
            "slope",
            sentence(
                "which falls at the rate {}, so that the square of the gradient is", -(Norm(Gradient(names.L)) ** 2)
            ),
            -half * C**half * T**-half,
            half**2 * C**half * T ** (-3 * half),
            Relation.DERIVATIVE,
            T,
        ),
        Step(
            "gradient",
            sentence("as it should: by the rates of both weights it is"),
            at(2 * C**2 / b**6, far),
            half**2 * C**half * T ** (-3 * half),
        ),
        Step(
            "largest",
            sentence("and its largest component, in both outgoing weights, is"),
            at(C / b**3, far),
            C ** sp.Rational(1, 4) * (4 * T) ** sp.Rational(-3, 4),
        ),
        Step(
            "gap",
            sentence("The vectors draw together like {} over {}", Norm(delta), b),
            at(y / b, far),
            y * (4 * C * T) ** sp.Rational(-1, 4),
        ),
    )


@cache
def _rates() -> tuple[Step, ...]:
    return (*_dynamics_steps(), *_rate_steps())


def _rate_formulas() -> tuple[Formula, ...]:
    half = sp.Rational(1, 2)
    return (
        Formula((sp.Symbol("a_1") - sp.Symbol("a_2")) / 2, "~", (4 * C * T) ** sp.Rational(1, 4)),
        Formula(names.L - L_INF, "~", half * C**half * T**-half, "loss"),
        Formula(Norm(Gradient(names.L)) ** 2, "~", half**2 * C**half * T ** (-3 * half), "slope"),
    )


CLAIMS = (
    Claim(
        "erf-channel-rates",
        Kind.THEOREM,
        sentence(
            "At a non-degenerate minimum of the limit problem with {} an open set of flows runs to infinity: outgoing weights like {}, "
            "loss to its limit like {}, gradient like {}, with these constants ({}: the loss rises outwards)",
            given(C, ">", 0),
            T**QUARTER,
            T ** (-2 * QUARTER),
            T ** (-3 * QUARTER),
            given(C, "<", 0),
        ),
        "",
        sentence("all {}, {}, {}", given(n, ">=", 2), k, names.d),
        _rates,
        sentence("{} tends to one along a channel", b**4 / (4 * C * T)),
        sentence("index zero of the limit problem, and {}", given(C, ">", 0)),
        title="Rates along a channel",
        text=sentence(
            "At a non-degenerate minimum of the limit problem with {} an open set of flows runs to infinity, with these constants "
            "({}: the loss rises outwards)",
            given(C, ">", 0),
            given(C, "<", 0),
        ),
        formulas=_rate_formulas,
    ),
)

"""Claims on groups that do not see each other: copy-average is exact for more activations than erf."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from theory import names
from theory.activation.neuron import Solution, closed_solution, one_neuron_loss_of
from theory.claim import Claim, Formula, Kind
from theory.claims.averaging import group_formulas
from theory.claims.interactions import WORDS
from theory.derivation import Step
from theory.interactions import pair
from theory.prose import given, sentence
from theory.symbols import a, k, m, q, r, s
from theory.unevaluated import at

#: 2m - 1, so that all roots are of positive numbers.
_ODD = sp.Symbol("o", positive=True)
#: Activations with a mean, those without, and those whose mean depends on the norm.
_WITH_MEAN, _WITHOUT, _SEE_NORMS = ("normal-cdf", "exp"), ("sin",), ("exp",)


def _star(name: str) -> Solution:
    """The neuron of a group of m teachers."""
    found = closed_solution(name, m)
    if found is None:
        raise RuntimeError(f"{name} has no closed form")
    return found


def _own(name: str, star: Solution) -> tuple[Step, ...]:
    """The group's own terms: one neuron and its m teachers."""
    loss = one_neuron_loss_of(name, m, m)
    values = {a: star.outgoing, r: star.norm}
    through = ((m, (1 + _ODD) / 2),) if name == "normal-cdf" else ()
    return (
        Step(
            "own-outgoing",
            sentence("With its own group of {} teachers the neuron is stationary in {}", m, names.a_i),
            at(sp.Derivative(loss, a), values),
            sp.S.Zero,
            through=through,
        ),
        Step(
            "own-norm",
            sentence("and in the norm {} of {}", r, names.w_i),
            at(sp.Derivative(loss, r), values),
            sp.S.Zero,
            through=through,
        ),
    )


def _critical(name: str) -> Callable[[], tuple[Step, ...]]:
    def derive() -> tuple[Step, ...]:
        star, exact = _star(name), pair(name)
        neuron, teacher = {s: sp.S.Zero, q: star.norm**2}, {s: sp.S.Zero, q: sp.S.One}
        through = ((m, (1 + _ODD) / 2),) if name == "normal-cdf" else ()
        steps = [
            *_own(name, star),
            Step(
                "other-incoming",
                sentence(
                    "Vectors of different groups are orthogonal. Neuron and teachers of another group pull alike on {}, in "
                    "the direction of each of that group's teachers",
                    names.w_i,
                ),
                star.outgoing * star.norm * star.cosine * at(exact.d_s, neuron),
                at(exact.d_s, teacher),
                through=through,
            ),
        ]
        if name in _SEE_NORMS:
            steps.append(
                Step(
                    "other-norm",
                    sentence("They agree in what they do to the norm of {}", names.w_i),
                    star.outgoing * at(exact.d_p, neuron),
                    m * at(exact.d_p, teacher),
                    through=through,
                )
            )
        else:
            steps.append(
                Step(
                    "other-norm",
                    sentence(
                        "{} is zero at {}: they do nothing to the norm of {}", names.G_p, given(s, "=", 0), names.w_i
                    ),
                    at(exact.d_p, {s: 0}),
                    sp.S.Zero,
                )
            )
        if name in _SEE_NORMS:
            steps.append(
                Step(
                    "other-outgoing",
                    sentence(
                        "They have one mean and do the same to {}: other groups leave the student alone", names.a_i
                    ),
                    star.outgoing * at(exact.value, neuron),
                    m * at(exact.value, teacher),
                )
            )
        elif name in _WITH_MEAN:
            steps.append(
                Step(
                    "other-outgoing",
                    sentence(
                        "and the interaction is the same for all norms. With {} a student and its teachers do the same to "
                        "the outgoing weights of other groups",
                        given(names.a_i, "=", star.outgoing),
                    ),
                    at(exact.value, {s: 0}),
                    sp.Rational(1, 4),
                )
            )
        else:
            steps.append(
                Step(
                    "other-outgoing",
                    sentence("and the interaction itself is zero: other groups leave {} alone", names.a_i),
                    at(exact.value, {s: 0}),
                    sp.S.Zero,
                )
            )
        return tuple(steps)

    return derive


def _formulas(name: str) -> Callable[[], tuple[Formula, ...]]:
    def formulas() -> tuple[Formula, ...]:
        star = _star(name)
        return group_formulas(star.norm * star.cosine, star.outgoing)

    return formulas


def _claim(name: str) -> Claim:
    words = WORDS[name].split(",")[0]
    return Claim(
        f"{name}-ca-critical",
        Kind.THEOREM,
        f"With {words} as activation copy-average points are critical for every partition: groups do not see each other",
        "",
        sentence("all partitions, all {}", given(names.d, ">=", k)),
        _critical(name),
        "flows end at copy-average points, to all digits",
        "the point in a uniqueness box",
        title=f"Copy-average points are critical: {words}",
        text="For every partition of the teachers into groups the copy-average point is critical:",
        formulas=_formulas(name),
    )


CLAIMS = tuple(map(_claim, (*_WITH_MEAN, *_WITHOUT)))

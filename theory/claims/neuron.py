"""Claims on a student with one neuron (erf): its non-trivial critical point, and that there is no other."""

from __future__ import annotations

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import pair
from theory.neuron import group, one_neuron_derivation
from theory.notation import Dot, EitherSign, Total, root
from theory.prose import asserted, called, defined, given, sentence
from theory.symbols import a, m, n, p, q, s, u
from theory.symbols import k as COUNT
from theory.unevaluated import at

#: Real number of teachers: the theorems on L* hold between the integers too.
K = sp.Symbol("k", positive=True)
z = sp.Symbol("z", real=True)
P = sp.Symbol("p", positive=True)
T = sp.Symbol("t", real=True)
_UNIT = ((z, sp.S.Zero, sp.S.One),)


def _critical() -> tuple[Step, ...]:
    return one_neuron_derivation().steps


def _unique() -> tuple[Step, ...]:
    rho = sp.sqrt(P / (2 * (1 + P)))
    pull = sp.asin(rho * u)
    angle = sp.asin(z) - z * sp.sqrt(1 - z**2)
    ratio = sp.sqrt(1 - z**2) * sp.asin(z) / z
    x = P / (1 + P)
    own, mixed = sp.asin(x), sp.asin(sp.sqrt(P / (2 * K * (1 + P))))
    y = sp.Symbol("y", positive=True)
    X = sp.Symbol("x", positive=True)
    at_origin = {s: 0, p: 0, q: 1}
    slope_x, slope_y = sp.symbols("xi_x xi_y", positive=True)
    rho_letter = sp.Symbol("rho", positive=True)
    varphi, F = sp.Function("phi"), sp.Function("F")
    return (
        Step(
            "origin",
            sentence(
                "At {} the gradient along each {} is {} at the origin, not zero for {}: so {} from here on",
                given(names.w, "=", 0),
                names.v_j,
                -2 * a * names.G_s,
                given(a, "!=", 0),
                given(sp.Symbol("r"), ">", 0),
            ),
            -2 * a * at(pair("erf").d_s, at_origin),
            -2 * sp.sqrt(2) * a / sp.pi,
        ),
        Step(
            "pull",
            sentence(
                "With {} the loss depends on a cosine {} through {}, an arcsine whose slope is never zero for {}, {}: by the conditions in "
                "order parameters the cosines are on the boundary, {}, and {} is the same number for all {}. The slope, squared, is",
                defined(rho_letter, root(P / (2 * (1 + P)))),
                u,
                sp.asin(rho_letter * u),
                given(a, "!=", 0),
                given(sp.Symbol("r"), ">", 0),
                given(Total(names.u_j**2, names.j), "=", 1),
                names.u_j * sp.sqrt(1 - rho_letter**2 * names.u_j**2),
                names.j,
            ),
            sp.Derivative(pull, u) ** 2,
            rho**2 / (1 - rho**2 * u**2),
        ),
        Step(
            "monotone-slope",
            sentence("That function, {}, has the slope", called(varphi(u), u * sp.sqrt(1 - rho**2 * u**2))),
            sp.Derivative(u * sp.sqrt(1 - rho**2 * u**2), u),
            (1 - 2 * rho**2 * u**2) / sp.sqrt(1 - rho**2 * u**2),
        ),
        Step(
            "monotone",
            sentence(
                "which is positive: {} is odd and increasing, so all cosines are equal, {}",
                varphi(u),
                EitherSign(1 / sp.sqrt(K)),
            ),
            (1 - 2 * rho**2 * u**2) / sp.sqrt(1 - rho**2 * u**2),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((u, sp.S.Zero, sp.S.One),),
        ),
        Step(
            "own-slope",
            sentence(
                "With {} the neuron's interaction with itself has the arcsine {}, whose slope in {}, squared, is",
                defined(X, x),
                sp.asin(X),
                P,
            ),
            sp.Derivative(own, P) ** 2,
            (1 / ((1 + P) ** 2 * sp.sqrt(1 - x**2))) ** 2,
        ),
        Step(
            "mixed-slope",
            sentence(
                "and with {} that with a teacher has {}; squared, its slope is",
                defined(y, root(X / (2 * K))),
                sp.asin(y),
            ),
            sp.Derivative(mixed, P) ** 2,
            (1 / (1 + P) ** 2 / (4 * K)) ** 2 / (x / (2 * K) * (1 - x / (2 * K))),
        ),
        Step(
            "eliminate",
            sentence(
                "The slope of the loss in {} vanishes where {}, with the slopes {} and {} up to their common factor, the slope of "
                "{}: this gives the outgoing weight",
                P,
                given(a * slope_x, "=", 2 * K * slope_y),
                slope_x,
                slope_y,
                X,
            ),
            at(
                2 * K * slope_y / slope_x,
                {slope_y: 1 / (4 * K * y * sp.sqrt(1 - y**2)), slope_x: 1 / sp.sqrt(1 - X**2)},
            ),
            sp.sqrt(1 - X**2) / (2 * y * sp.sqrt(1 - y**2)),
        ),
        Step(
            "one-equation",
            sentence(
                "The slope in {} vanishes where {}. With that weight, and as {}, it is an equation between the values of {} at {} and "
                "{}, since",
                a,
                given(a * sp.asin(X), "=", K * sp.asin(y)),
                asserted(X, "=", 2 * K * y**2),
                defined(F(z), ratio),
                y,
                X,
            ),
            at(2 * K * y * sp.sqrt(1 - y**2) * sp.asin(y) / X, {X: 2 * K * y**2}),
            sp.sqrt(1 - y**2) * sp.asin(y) / y,
        ),
        Step(
            "decreasing-slope",
            sentence("It has the slope"),
            sp.Derivative(ratio, z),
            -angle / (z**2 * sp.sqrt(1 - z**2)),
        ),
        Step(
            "decreasing",
            sentence(
                "where {}, as that vanishes at zero and has a positive derivative: {} decreases, so that its two arguments are equal",
                asserted(angle, ">", 0),
                F(z),
            ),
            angle,
            2 * z**2 / sp.sqrt(1 - z**2),
            Relation.INCREASING,
            domain=_UNIT,
        ),
        Step(
            "root",
            sentence(
                "So {} is the root {} of {}: {} is {}, where it has the value",
                X,
                1 / (2 * K),
                2 * K * X**2 - X,
                P,
                1 / (2 * K - 1),
            ),
            at(x, {P: 1 / (2 * K - 1)}),
            1 / (2 * K),
        ),
        Step(
            "outgoing",
            sentence(
                "and the slope in {} gives the outgoing weight: the solution, and its image under {}",
                a,
                given((names.w, a), "->", (-names.w, -a)),
            ),
            at(K * mixed / own, {P: 1 / (2 * K - 1)}),
            K,
        ),
    )


def _trivial() -> tuple[Step, ...]:
    exact = pair("erf")
    inner = {s: T, q: 1}
    term = at(exact.value, inner)
    c, g = sp.symbols("c g", real=True)
    t_j, count = sp.Symbol("t_j"), sp.Symbol("k", positive=True)
    return (
        Step(
            "slope",
            sentence(
                "The loss is {}, so at {}, with {} and {}, its slope in the incoming vector vanishes and that in {}, turned round, "
                "is the sum over {} of what follows: the point is critical exactly where the sum vanishes",
                defined(
                    names.L,
                    count / 3
                    - 2 * a * Total(names.g(names.w, names.v_j), names.j)
                    + a**2 * names.g(names.w, names.w),
                ),
                given(a, "=", 0),
                given(t_j, "=", Dot(names.w, names.v_j)),
                given(p, "=", names.square(names.w)),
                a,
                names.j,
            ),
            2 * term,
            4 / sp.pi * sp.asin(T / sp.sqrt(2 * (1 + p))),
        ),
        Step(
            "mixed-derivative",
            sentence(
                "There the mixed derivative is {}, since for each {}",
                -2 * Total(names.G_s * (names.v_j - t_j / (1 + p) * names.w), names.j),
                names.j,
            ),
            2 * at(exact.d_p, inner),
            -T / (1 + p) * at(exact.d_s, inner),
        ),
        Step(
            "root",
            sentence(
                "with {} positive: under its root stands {}, and {} is at most {}",
                names.G_s,
                2 * (1 + p) - T**2,
                T**2,
                p,
            ),
            at((1 + p) * (1 + q) - s**2, inner),
            sp.Add(2 + p, p - T**2, evaluate=False),
        ),
        Step(
            "root-positive",
            sentence(
                "so that it is at least {}. If the mixed derivative vanished, every {} would be a positive multiple of one and the "
                "same number, non-zero, against the vanishing sum (at {} it is {}, not zero)",
                asserted(2 + p, ">", 0),
                t_j,
                given(names.w, "=", 0),
                -2 * Total(names.G_s * names.v_j, names.j),
            ),
            2 + p,
            sp.S.Zero,
            Relation.POSITIVE,
        ),
        Step(
            "saddle",
            sentence(
                "At {} the Hessian in the incoming vector vanishes; in a direction where the mixed derivative is {} and in {} the "
                "Hessian has a negative determinant, {}: a strict saddle",
                given(a, "=", 0),
                given(c, "!=", 0),
                a,
                -(c**2),
            ),
            sp.Determinant(sp.Matrix([[0, c], [c, 2 * g]])),
            -(c**2),
        ),
    )


def _critical_formulas() -> tuple[Formula, ...]:
    star = group(m)
    return (
        Formula(names.L_star(m), "=", star.loss, "loss", tail="at"),
        Formula(sp.Symbol("r"), "=", star.norm),
        Formula(names.u_j, "=", star.cosine),
        Formula(sp.Symbol("a"), "=", star.outgoing),
    )


def _unique_formulas() -> tuple[Formula, ...]:
    j = sp.Symbol("j", integer=True, positive=True)
    star = group(sp.Symbol("k", integer=True, positive=True))
    w = star.norm * star.cosine * sp.Sum(sp.IndexedBase("v")[j], (j, 1, star.size))
    return (Formula(sp.Symbol("w"), "=", w), Formula(sp.Symbol("a"), "=", star.outgoing))


def _trivial_formulas() -> tuple[Formula, ...]:
    j, count = sp.Symbol("j", integer=True, positive=True), sp.Symbol("k", integer=True, positive=True)
    total = sp.Sum(sp.asin(sp.IndexedBase("t")[j] / sp.sqrt(2 * (1 + p))), (j, 1, count))
    return (
        Formula(
            total,
            "=",
            sp.S.Zero,
            tail=sentence(
                "with {}, {}.",
                given(sp.Symbol("t_j"), "=", Dot(names.w, names.v_j)),
                given(p, "=", names.square(names.w)),
            ),
        ),
    )


CLAIMS = (
    Claim(
        "erf-one-neuron-critical",
        Kind.THEOREM,
        sentence(
            "The one-neuron student has the critical point with equal cosines, norm {} and outgoing weight {}",
            1 / sp.sqrt(2 * COUNT - 1),
            COUNT,
        ),
        "",
        sentence("{}, all {}", given(n, "=", 1), COUNT),
        _critical,
        "flows of one neuron that converge with a non-zero outgoing weight end there",
        "the point in a uniqueness box",
        title="One neuron: the critical point",
        text=sentence(
            "One neuron that learns {} orthonormal teachers has a critical point with equal cosines, whose loss is", m
        ),
        formulas=_critical_formulas,
        references=("simsek2023",),
    ),
    Claim(
        "erf-one-neuron-unique",
        Kind.THEOREM,
        "With a non-zero outgoing weight it is the only critical point of one neuron, up to the sign of the neuron",
        "",
        sentence("{}, all {}, {}", given(n, "=", 1), COUNT, given(names.d, ">=", COUNT)),
        _unique,
        "flows of one neuron that converge with a non-zero outgoing weight end there",
        "nothing further",
        title="One neuron: no other critical point",
        formulas=_unique_formulas,
        references=("simsek2023",),
    ),
    Claim(
        "erf-one-neuron-trivial",
        Kind.THEOREM,
        sentence(
            "A neuron with outgoing weight zero is critical where its interactions with the teachers sum to zero; these points "
            "are strict saddles of loss {}",
            COUNT / 3,
        ),
        "",
        sentence("{}, all {}, {}", given(n, "=", 1), COUNT, given(names.d, ">=", COUNT)),
        _trivial,
        "nothing: flows end at saddles from exceptional starting points only",
        "nothing further",
        title="One neuron: outgoing weight zero",
        text="",
        formulas=_trivial_formulas,
    ),
)

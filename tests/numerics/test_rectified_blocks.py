"""The reduced equations are the theory's, for integer and for symbolic sizes."""

from __future__ import annotations

from functools import cache

import flint
import numpy as np
import pytest
import sympy as sp

from numerics.precision import digits
from numerics.rectified.blocks import Blocks
from numerics.rectified.pattern import Pattern
from theory.block_constant import Reduction
from theory.reduction import reduce_by_symmetry

n, k = sp.symbols("n k", positive=True, integer=True)

#: The theory's classes, what stands for them in a pattern of real sizes, and these sizes.
SYSTEMS = {
    "perturbed copy": (
        ({"copy": ["pair"]}, {"own": ["pair"], "rest": ["rest"]}, {"pair": n, "rest": k - n}),
        lambda n, k: Pattern((n, 1), ((0, 1),), ((0, 1), (1, k - n)), (True, False)),
    ),
    "perturbed copies and an average": (
        ({"copy": ["pair"], "average": []}, {"own": ["pair"], "rest": ["rest"]}, {"pair": n - 1, "rest": k - n + 1}),
        lambda n, k: Pattern((n - 1, 1), ((0, 1), (1, 1)), ((0, 1), (1, k - n + 1)), (True, False)),
    ),
    "against a teacher": (
        ({"copy": ["pair"], "against": []}, {"own": ["pair"], "one": []}, {"pair": n - 1}),
        lambda n, k: Pattern((n - 1, 1), ((0, 1), (1, 1)), ((0, 1), (1, 1)), (True, False)),
    ),
    "negative corrector": (
        (
            {"copy": ["pair"], "average": [], "corrector": []},
            {"own": ["pair"], "rest": ["rest"]},
            {"pair": n - 2, "rest": k - n + 2},
        ),
        lambda n, k: Pattern((n - 2, 1), ((0, 1), (1, 1), (1, -1)), ((0, 1), (1, k - n + 2)), (True, False)),
    ),
    "two classes on one frame, averages of two": (
        (
            {"average": ["pair"], "corrector": ["pair"]},
            {"own": ["pair", "member"], "rest": ["rest"]},
            {"pair": n, "member": sp.Integer(2), "rest": k - 2 * n},
        ),
        lambda n, k: Pattern((n, 1), ((0, 1), (0, -1)), ((0, 2), (1, k - 2 * n)), (True, False)),
    ),
}


@cache
def reduced(name: str) -> Reduction:
    """The theory's reduction, once for all sizes."""
    return reduce_by_symmetry(*SYSTEMS[name][0], activation="relu")


@pytest.mark.parametrize(("name", "sizes"), [*((name, (3.5, 8.25)) for name in SYSTEMS), ("perturbed copy", (3, 7))])
def test_the_reduced_equations_are_the_theorys(name: str, sizes: tuple[float, float]) -> None:
    classes, make = SYSTEMS[name]
    reduction = reduced(name)
    pattern = make(*sizes)
    values = np.random.default_rng(len(name)).normal(size=len(pattern.slots))
    signs = [sign for _, sign in pattern.students]
    exact = [sp.Rational(float(value)) for value in values]
    unknowns = list(reduction.inner.values())
    # Slots of both are in the order of students and teachers; own coefficients stand at the theory's higher level.
    order = sorted(range(len(unknowns)), key=lambda i: _slot(list(reduction.inner)[i], classes))
    at = {unknowns[i]: value for i, value in zip(order, exact, strict=True)}
    at |= dict(zip(reduction.outgoing.values(), signs, strict=True))
    at |= {n: sp.Rational(sizes[0]), k: sp.Rational(sizes[1])}
    with digits(40):
        blocks = Blocks(pattern)
        x = [flint.arb(float(value)) for value in values]
        gradient, loss = blocks.gradient(x), blocks.loss(x)
        # The loss has terms of order 100, and 40 digits are carried.
        assert abs(float(loss - _ball(reduction.loss.subs(at)))) < 1e-35
        for place, i in enumerate(order):
            unknown, (p, _, _) = unknowns[i], pattern.slots[place]
            # dL / dw = 2 s grad h.
            expected = _ball(reduction.gradient[unknown].subs(at)) / (2 * signs[p])
            assert abs(float(gradient[place] - expected)) < 1e-35, (name, pattern.slots[place])


def _slot(orbit: tuple[str, str, int], classes: tuple[dict, dict, dict]) -> tuple[int, int, int]:
    students, teachers = list(classes[0]), list(classes[1])
    return students.index(orbit[0]), teachers.index(orbit[1]), -_rank(orbit, classes)


def _rank(orbit: tuple[str, str, int], classes: tuple[dict, dict, dict]) -> int:
    return orbit[2] if classes[0][orbit[0]] and classes[1][orbit[1]] else 0


def _ball(expression: sp.Expr) -> flint.arb:
    return flint.arb(str(sp.N(expression, 50)))


def test_the_derivatives_are_those_of_a_wider_difference() -> None:
    pattern = Pattern((3, 1), ((0, 1), (1, 1)), ((0, 1), (1, 4)))
    values = [1.7, -0.1, 0.1, -0.5, 0.8]
    with digits(40):
        blocks = Blocks(pattern)
        x = [flint.arb(v) for v in values]
        fine = blocks.jacobian(x)
        step = 1e-6
        for i in range(len(x)):
            up, down = (blocks.gradient([v + (t if j == i else 0) for j, v in enumerate(x)]) for t in (step, -step))
            wide = np.array([float((a - b) / (2 * step)) for a, b in zip(up, down, strict=True)])
            # The third derivative is of order one: the wide difference is good to 1e-12.
            assert np.abs(wide - fine[:, i]).max() < 1e-10


def test_exactly_parallel_and_antiparallel_vectors() -> None:
    # Two neurons along one diagonal, of any signs, act as one.
    with digits(60):
        pair = Blocks(Pattern((1, 1), ((0, 1), (1, -1)), ((0, 3),)))
        one = Blocks(Pattern((1,), ((0, 1),), ((0, 3),)))
        x = [flint.arb("1.5"), flint.arb("0.25")]
        assert abs(pair.loss(x) - one.loss([flint.arb("1.25")])) < 1e-25
        first = pair.gradient(x)
        assert abs(first[0] - one.gradient([flint.arb("1.25")])[0]) < 1e-25
        # The other way round: s = 1 and against it, an even function of the input remains.
        opposite = Blocks(Pattern((1, 1), ((0, 1), (1, 1)), ((0, 3),)))
        loss = opposite.loss([flint.arb("0.5"), flint.arb("-0.5")])
        # E (|omega.x| - f*)^2 with |omega|^2 = 3/4: 3/4 - 2 * 3 (g(omega, v) + g(-omega, v)) + E f*^2.
        u = 1 / flint.arb(3).sqrt()
        angle, r = u.acos(), flint.arb("0.75").sqrt()
        pi = flint.arb.pi()
        g = r / (2 * pi) * (2 * angle.sin() + (pi - angle) * u - angle * u)
        assert abs(loss - (flint.arb("0.75") - 6 * g + flint.arb(3) / 2 + 3 / pi)) < 1e-25

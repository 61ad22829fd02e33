"""The three answers on systems whose roots are known."""

from __future__ import annotations

import flint
import pytest

from verify.certificates.existence import Status
from verify.certificates.krawczyk import krawczyk


def answer(system: object, slope: object, middle: str, radius: str, digits: int = 30) -> Status:
    with flint.ctx.workdps(digits):
        found = krawczyk(
            lambda x: [system(x[0])],  # type: ignore[operator]
            lambda x: [[slope(x[0])]],  # type: ignore[operator]
            [flint.arb(middle).mid()],
            flint.arb(radius).mid(),
        )
        return found.status


@pytest.mark.parametrize(
    ("system", "slope", "middle", "radius", "expected"),
    [
        # A regular root: x^2 = 2.
        (lambda x: x**2 - 2, lambda x: 2 * x, "1.414", "0.1", Status.UNIQUE),
        # The same box a little off, without the root.
        (lambda x: x**2 - 2, lambda x: 2 * x, "1.6", "0.1", Status.EMPTY),
        # No root at all.
        (lambda x: x**2 + 1, lambda x: 2 * x, "0.5", "0.1", Status.EMPTY),
        # A double root: neither uniqueness nor absence can be proved.
        (lambda x: x**2, lambda x: 2 * x, "1e-9", "0.1", Status.UNKNOWN),
        (lambda x: x**2, lambda x: 2 * x, "0", "0.1", Status.UNKNOWN),
        # Two roots in one box.
        (lambda x: x**2 - 2, lambda x: 2 * x, "0.1", "3", Status.UNKNOWN),
        # A box that leaves the domain of the inverse sine; inside it the root is found.
        (lambda x: x.asin() - flint.arb(0.5), lambda x: 1 / (1 - x**2).sqrt(), "0.5", "0.6", Status.UNKNOWN),
        (lambda x: x.asin() - flint.arb(0.5), lambda x: 1 / (1 - x**2).sqrt(), "0.48", "0.01", Status.UNIQUE),
    ],
)
def test_three_answers(system: object, slope: object, middle: str, radius: str, expected: Status) -> None:
    assert answer(system, slope, middle, radius) is expected


def test_too_few_digits_are_unknown() -> None:
    # Near sqrt(2) 2^40 the terms are about 2^81: at 15 digits rounding moves the root by 1e-4, at 40 by 1e-29.
    def system(x: object) -> object:
        return x**2 - flint.arb(2) ** 81  # type: ignore[operator]

    def slope(x: object) -> object:
        return 2 * x  # type: ignore[operator]

    middle = "1554944255987.74"
    assert answer(system, slope, middle, "1e-2", digits=40) is Status.UNIQUE
    assert answer(system, slope, middle, "1e-2", digits=15) is Status.UNIQUE
    exact = "1554944255987.73744"
    assert answer(system, slope, exact, "1e-5", digits=40) is Status.UNIQUE
    assert answer(system, slope, exact, "1e-5", digits=15) is Status.UNKNOWN


def test_the_radius_is_close_and_holds_the_root() -> None:
    with flint.ctx.workdps(50):
        middle = flint.arb("1.41421356237309504880168872420969807856967187537694").mid()
        found = krawczyk(lambda x: [x[0] ** 2 - 2], lambda x: [[2 * x[0]]], [middle], flint.arb("1e-3").mid())
        assert found.status is Status.UNIQUE
    with flint.ctx.workdps(90):
        error = abs(middle - flint.arb(2).sqrt())
        assert error <= found.radius
        assert found.radius < flint.arb("1e-48")


def test_a_coupled_system() -> None:
    # x + y = 3, x y = 2: roots (1, 2) and (2, 1), singular between them at x = y.
    def system(x: object) -> list:
        return [x[0] + x[1] - 3, x[0] * x[1] - 2]  # type: ignore[index]

    def slope(x: object) -> list:
        return [[flint.arb(1), flint.arb(1)], [x[1], x[0]]]  # type: ignore[index]

    near, far = [flint.arb(1.01), flint.arb(1.99)], [flint.arb(1.25), flint.arb(1.75)]
    assert krawczyk(system, slope, near, flint.arb(0.125)).status is Status.UNIQUE
    assert krawczyk(system, slope, far, flint.arb(0.0625)).status is Status.EMPTY
    assert krawczyk(system, slope, [flint.arb(1.5), flint.arb(1.5)], flint.arb(0.25)).status is not Status.UNIQUE

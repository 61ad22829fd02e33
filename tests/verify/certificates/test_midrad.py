"""Midpoint-radius arithmetic against exact rational numbers: containment, and radii near the least possible.

A check takes the module, so that ``test_mutations`` can run it on versions that lack an error term.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import flint
import numpy as np
import pytest
from exact_truth import Array, Check, exact, inertia, member, outside, rational_matrix, shifted, symmetric
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.certificates import midrad
from verify.certificates.midrad import MidRad

UNIT, TINY = flint.fmpq(1, 2**53), flint.fmpq(1, 2**1074)
#: Places in an interval, from -1 to 1: both ends, the middle, in between.
PLACES = (flint.fmpq(-1), flint.fmpq(0), flint.fmpq(1), flint.fmpq(3, 8))


def intervals(kind: str, rng: np.random.Generator, size: int) -> tuple[Array, Array]:
    """Midpoints and radii of a kind."""
    sign = rng.choice([-1.0, 1.0], size=size)
    moderate = sign * rng.uniform(0.1, 10.0, size=size)
    none = np.zeros(size)
    if kind == "points":
        return moderate, none
    if kind == "narrow":
        return moderate, np.abs(moderate) * 2.0 ** rng.integers(-53, -30, size=size) * rng.uniform(1, 2, size=size)
    if kind == "wide":
        return moderate, np.abs(moderate) * rng.uniform(0.1, 0.999, size=size)
    if kind == "around zero":
        mid = np.where(rng.random(size) < 0.5, 0.0, -0.0)
        return mid, rng.uniform(0.1, 10.0, size=size)
    if kind == "huge range":
        mid = moderate * 10.0 ** rng.integers(-150, 150, size=size)
        return mid, np.abs(mid) * 2.0 ** rng.integers(-60, -1, size=size)
    if kind == "zeros":
        return np.where(rng.random(size) < 0.5, 0.0, -0.0), none
    if kind == "subnormal points":
        return sign * rng.integers(0, 2**20, size=size) * 2.0**-1074, none
    assert kind == "subnormal"
    mid = sign * rng.integers(0, 2**52, size=size) * 2.0**-1074
    return mid, rng.integers(0, 2**12, size=size) * 2.0**-1074


KINDS = ("points", "narrow", "wide", "around zero", "huge range", "zeros", "subnormal points", "subnormal")
#: What fits together: huge ranges only with themselves and with moderate numbers.
PAIRS = [(a, b) for a in KINDS for b in KINDS if "huge range" not in (a, b) or {a, b} <= set(KINDS[:5])]


def _inside(mid: Any, rad: Any) -> list[flint.fmpq]:
    return [exact(mid) + t * exact(rad) for t in PLACES]


def _elementwise(
    m: Any, name: str, apply: Callable[[Any, Any], Any], true: Callable[[flint.fmpq, flint.fmpq], flint.fmpq]
) -> list[str]:
    rng = np.random.default_rng(1)
    found = []
    for left, right in PAIRS:
        (a, ra), (b, rb) = intervals(left, rng, 12), intervals(right, rng, 12)
        with np.errstate(all="ignore"):
            result = apply(m.MidRad(a, ra), m.MidRad(b, rb))
        for i in range(len(a)):
            mid, rad = result.mid[i], result.rad[i]
            holds_zero = name == "quotient" and abs(b[i]) <= rb[i]
            if holds_zero:
                if np.isfinite(rad):
                    found.append(f"{left} / {right}: bounded, though the divisor may be zero")
                continue
            pairs = itertools.product(_inside(a[i], ra[i]), _inside(b[i], rb[i]))
            if any(outside(mid, rad, true(x, y)) for x, y in pairs):
                found.append(f"{name} of {left} {a[i]} +- {ra[i]} and {right} {b[i]} +- {rb[i]}")
    return found


def check_sum_of_two(m: Any) -> list[str]:
    return _elementwise(m, "sum", lambda x, y: x + y, lambda x, y: x + y)


def check_difference(m: Any) -> list[str]:
    return _elementwise(m, "difference", lambda x, y: x - y, lambda x, y: x - y)


def check_product_of_two(m: Any) -> list[str]:
    return _elementwise(m, "product", lambda x, y: x * y, lambda x, y: x * y)


def check_quotient(m: Any) -> list[str]:
    found = _elementwise(m, "quotient", lambda x, y: x / y, lambda x, y: x / y)
    # The spread of the divisor underflows, the divisor does not: 2^-1074 / (2^-500 +- 2^-502).
    a, b, rb = 2.0**-1074, 2.0**-500, 2.0**-502
    result = m.MidRad(np.array([a])) / m.MidRad(np.array([b]), np.array([rb]))
    if any(outside(result.mid[0], result.rad[0], exact(a) / y) for y in _inside(b, rb)):
        found.append("a subnormal numerator over a wide and small divisor")
    return found


def check_numbers_and_arrays(m: Any) -> list[str]:
    """Operands that are no intervals, on either side."""
    rng = np.random.default_rng(2)
    (a, ra), (b, _) = intervals("narrow", rng, 8), intervals("points", rng, 8)
    x, c = m.MidRad(a, ra), 1 / 3
    results: list[tuple[Any, Callable[[flint.fmpq, flint.fmpq], flint.fmpq], Array]] = [
        (x + b, lambda s, t: s + t, b),
        (b + x, lambda s, t: s + t, b),
        (x - b, lambda s, t: s - t, b),
        (b - x, lambda s, t: t - s, b),
        (x * b, lambda s, t: s * t, b),
        (b * x, lambda s, t: s * t, b),
        (x / b, lambda s, t: s / t, b),
        (b / x, lambda s, t: t / s, b),
        (c + x, lambda s, t: s + t, np.full(8, c)),
        (c - x, lambda s, t: t - s, np.full(8, c)),
        (x * c, lambda s, t: s * t, np.full(8, c)),
        (c / x, lambda s, t: t / s, np.full(8, c)),
        (-x, lambda s, t: -s, b),
    ]
    found = []
    for which, (result, true, other) in enumerate(results):
        for i in range(8):
            truths = (true(s, exact(other[i])) for s in _inside(a[i], ra[i]))
            if any(outside(result.mid[i], result.rad[i], truth) for truth in truths):
                found.append(f"operation {which}")
    return found


def check_views(m: Any) -> list[str]:
    """Transposing and indexing keep every radius at its place."""
    mid, rad = np.arange(12.0).reshape(3, 4), np.arange(12.0, 24.0).reshape(3, 4)
    x = m.MidRad(mid, rad)
    found = []
    if not (np.array_equal(x.T.mid, mid.T) and np.array_equal(x.T.rad, rad.T) and x.T.shape == (4, 3)):
        found.append("transposed")
    if not (np.array_equal(x[1:, 2].mid, mid[1:, 2]) and np.array_equal(x[1:, 2].rad, rad[1:, 2])):
        found.append("indexed")
    return found


def check_magnitude(m: Any) -> list[str]:
    rng = np.random.default_rng(3)
    found = []
    for kind in KINDS:
        mid, rad = intervals(kind, rng, 30)
        for bound, a, r in zip(m.MidRad(mid, rad).magnitude(), mid, rad, strict=True):
            if exact(bound) < abs(exact(a)) + exact(r):
                found.append(f"{kind}: {a} +- {r}")
    return found


def check_square_root(m: Any) -> list[str]:
    rng = np.random.default_rng(4)
    found = []
    samples = [intervals(kind, rng, 40) for kind in KINDS]
    samples.append((np.array([1.0, 2.0, 5e-324]), np.array([1.0, 3.0, 5e-324])))
    for mid, rad in samples:
        with np.errstate(all="ignore"):
            result = m.MidRad(np.abs(mid), rad).sqrt()
        for a, r, root, blur in zip(np.abs(mid), rad, result.mid, result.rad, strict=True):
            if a <= r:
                if np.isfinite(blur):
                    found.append(f"bounded at zero: {a} +- {r}")
                continue
            if not np.isfinite(blur):
                continue
            low, high = exact(root) - exact(blur), exact(root) + exact(blur)
            if any(high < 0 or high * high < x or (low > 0 and low * low > x) for x in _inside(a, r)):
                found.append(f"root of {a} +- {r}")
    return found


def _matrices(rng: np.random.Generator) -> list[tuple[str, Array, Array, Array, Array]]:
    """Name, midpoints and radii of the left and of the right factor."""

    def normal(*shape: int) -> Array:
        return rng.normal(size=shape)

    cancelling = normal(2, 24)
    cancelling[:, 12:] = cancelling[:, :12]
    against = normal(24, 2)
    against[12:] = -against[:12] * (1 + 2.0**-50 * rng.integers(-4, 4, size=(12, 2)))
    big, small = 10.0 ** rng.integers(-150, 150, size=(3, 4)), 10.0 ** rng.integers(-150, 150, size=(4, 3))
    grid = rng.integers(1, 2**20, size=(3, 2)) * 2.0**-540
    none = np.zeros
    return [
        ("points", normal(3, 5), none((3, 5)), normal(5, 2), none((5, 2))),
        ("one term", normal(6, 1), none((6, 1)), normal(1, 6), none((1, 6))),
        ("long", normal(2, 200), none((2, 200)), normal(200, 2), none((200, 2))),
        ("cancelling", cancelling, none((2, 24)), against, none((24, 2))),
        ("huge range", normal(3, 4) * big, none((3, 4)), normal(4, 3) * small, none((4, 3))),
        ("subnormal results", grid, none((3, 2)), grid.T.copy(), none((2, 3))),
        ("subnormal", grid * 2.0**-530, none((3, 2)), normal(2, 3), none((2, 3))),
        ("zeros", none((2, 3)), none((2, 3)), -none((3, 2)), none((3, 2))),
        ("wide right", normal(3, 4), none((3, 4)), normal(4, 3), rng.random((4, 3))),
        ("wide left", normal(3, 4), rng.random((3, 4)), normal(4, 3), none((4, 3))),
        ("wide", normal(3, 4), rng.random((3, 4)), normal(4, 3), rng.random((4, 3))),
        # Non-negative: the largest values of all entries are taken at once, where all factors are at their upper end.
        ("positive", rng.random((3, 4)), rng.random((3, 4)), rng.random((4, 3)), rng.random((4, 3))),
        # Midpoint zero: nothing covers the rounding of the radius but its own enlargement.
        ("around zero", none((5, 7)), rng.random((5, 7)), none((7, 5)), rng.random((7, 5))),
        ("around zero, narrow", none((5, 7)), 1e-9 * rng.random((5, 7)), none((7, 5)), rng.random((7, 5))),
        ("right around zero", normal(5, 7), none((5, 7)), none((7, 5)), rng.random((7, 5))),
    ]


def check_matrix_product(m: Any) -> list[str]:
    rng = np.random.default_rng(5)
    found = []
    for name, A, ra, B, rb in _matrices(rng):
        result = m.MidRad(A, ra) @ m.MidRad(B, rb)
        patterns = [(np.zeros(A.shape), np.zeros(B.shape)), (np.ones(A.shape), np.ones(B.shape))]
        # The largest deviation of one entry after the other, as far as signs agree.
        for i, j in ((0, 0), (1, 1)):
            s, t = np.ones(A.shape), np.ones(B.shape)
            s[i], t[:, j] = np.sign(B[:, j]), np.sign(A[i])
            patterns += [(s, t), (-s, -t)]
        patterns += [(rng.choice([-1.0, 0.25, 1.0], size=A.shape), rng.choice([-1.0, 1.0], size=B.shape))]
        if not (ra.any() or rb.any()):
            patterns = patterns[:1]
        for s, t in patterns:
            true = member(A, ra, s) * member(B, rb, t)
            for i, j in np.ndindex(*result.shape):
                if outside(result.mid[i, j], result.rad[i, j], true[i, j]):
                    found.append(f"{name}: entry {i}, {j}")
    return found


def check_stacked_product(m: Any) -> list[str]:
    rng = np.random.default_rng(6)
    A, ra = rng.normal(size=(4, 3, 6)), 1e-10 * rng.random((4, 3, 6))
    B, rb = rng.normal(size=(4, 6, 2)), 1e-12 * rng.random((4, 6, 2))
    found = []
    for left, right in ((np.zeros_like(ra), np.zeros_like(rb)), (ra, rb), (np.zeros_like(ra), rb)):
        stack = m.MidRad(A, left) @ m.MidRad(B, right)
        shared = m.MidRad(A, left) @ m.MidRad(B[0], right[0])
        for result, factors in ((stack, (0, 1, 2, 3)), (shared, (0, 0, 0, 0))):
            for k, other in enumerate(factors):
                s = np.ones(A[0].shape)
                s[0] = np.sign(B[other][:, 0])
                true = member(A[k], left[k], s) * member(B[other], right[other], np.sign(A[k][0])[:, None] * [1, 1])
                for i, j in np.ndindex(3, 2):
                    if outside(result.mid[k, i, j], result.rad[k, i, j], true[i, j]):
                        found.append(f"matrix {k}, entry {i}, {j}")
    return found


def check_sums(m: Any) -> list[str]:
    rng = np.random.default_rng(7)
    found = []
    for kind, shape in itertools.product(KINDS, ((40, 5), (3, 9), (1, 4))):
        mid, rad = intervals(kind, rng, shape[0] * shape[1])
        mid, rad = mid.reshape(shape), rad.reshape(shape)
        for axis in (0, 1):
            result = m.MidRad(mid, rad).sum(axis=axis)
            for place in range(shape[1 - axis]):
                a, r = np.take(mid, place, axis=1 - axis), np.take(rad, place, axis=1 - axis)
                for t in PLACES:
                    true = sum((exact(x) + t * exact(y) for x, y in zip(a, r, strict=True)), flint.fmpq(0))
                    if outside(result.mid[place], result.rad[place], true):
                        found.append(f"{kind}, axis {axis} of {shape}, at {t}")
    return found


def check_arcsine(m: Any) -> list[str]:
    rng = np.random.default_rng(8)
    mid = np.concatenate([rng.uniform(-0.999, 0.999, 30), rng.normal(size=10) * 1e-12, [0.0, -0.0, 5e-324, 1e-310]])
    found = []
    for scale in (0.0, 1e-16, 1e-9, 1e-3, 0.9):
        rad = scale * np.minimum(1 - np.abs(mid), np.abs(mid) + 1e-14)
        result = m.arcsine(m.MidRad(mid, rad))
        with flint.ctx.workprec(1400):
            for i in range(len(mid)):
                for x in _inside(mid[i], rad[i]):
                    gap = abs(flint.arb(x).asin() - flint.arb(float(result.mid[i])))
                    if gap > flint.arb(float(result.rad[i])):
                        found.append(f"{mid[i]} +- {rad[i]}")
    return found


def check_from_arb(m: Any) -> list[str]:
    """Ends of balls of many precisions, with radii from nothing to large."""
    rng = np.random.default_rng(9)
    found = []
    for bits, scale in itertools.product((20, 53, 54, 64, 100, 300), (None, -200, -60, -53, -50, -1, 20)):
        for _ in range(4):
            middle = flint.arb((int(rng.integers(-(2**62), 2**62)) << 240 | int(rng.integers(2**62)), -302))
            with flint.ctx.workprec(bits):
                middle = (middle * 1).mid()
            radius = flint.arb(0) if scale is None else flint.arb((int(rng.integers(1, 2**29)), scale - 29))
            with flint.ctx.workprec(800):
                ball = middle + flint.arb(0, radius)
            mid, rad = m.from_arb(ball)
            with flint.ctx.workprec(1200):
                low, high = ball.mid() - ball.rad(), ball.mid() + ball.rad()
                ends = flint.arb(mid) - flint.arb(rad), flint.arb(mid) + flint.arb(rad)
                if low < ends[0] or high > ends[1]:
                    found.append(f"{bits} bits, radius about 2^{scale}")
    return found


def check_rational(m: Any) -> list[str]:
    rng = np.random.default_rng(10)
    found = []
    for a, b in [(1, 2), (0, 7), (-1, 3), *rng.integers(1, 10**6, size=(30, 2)).tolist()]:
        result = m.rational(a, b)
        if outside(float(result.mid), float(result.rad), flint.fmpq(a, b)):
            found.append(f"{a}/{b}")
    return found


def check_pi(m: Any) -> list[str]:
    pi = m.MIDRAD.pi
    with flint.ctx.workprec(200):
        gap = abs(flint.arb.pi() - flint.arb(float(pi.mid)))
        return ["pi"] if gap > flint.arb(float(pi.rad)) else []


def check_row_sums(m: Any) -> list[str]:
    rng = np.random.default_rng(11)
    found = []
    for kind in KINDS:
        for columns in (1, 2, 3, 50, 300):
            matrix = np.abs(intervals(kind, rng, 4 * columns)[0]).reshape(4, columns)
            for row, bound in zip(matrix, m.row_sums(matrix), strict=True):
                if exact(bound) < sum((exact(x) for x in row), flint.fmpq(0)):
                    found.append(f"{columns} of {kind}")
    return found


def _radii(rng: np.random.Generator) -> list[Array]:
    order = 5
    loose = np.diag(rng.random(order))
    loose[0, 1] = loose[1, 0] = 2.0**-1074
    scales = 10.0 ** rng.uniform(-8, 8, size=order)
    return [
        symmetric(rng.random((order, order))),
        np.outer(scales, scales),
        np.ones((order, order)) / 3,
        loose,
        np.zeros((order, order)),
        symmetric(rng.integers(0, 100, size=(order, order)) * 2.0**-1074),
        symmetric(rng.random((order, order))) * 1e150,
        np.array([[1 / 3]]),
    ]


def check_spectral_bound(m: Any) -> list[str]:
    rng = np.random.default_rng(12)
    found = []
    for which, radii in enumerate(_radii(rng)):
        bound = exact(m.spectral_bound(radii))
        for _ in range(3):
            signs = symmetric(rng.choice([-1.0, 1.0], size=radii.shape))
            E = member(np.zeros(radii.shape), radii, signs)
            if inertia(shifted(E, bound))[2] or inertia(shifted(-E, bound))[2]:
                found.append(f"matrix {which} with signs")
        if inertia(shifted(rational_matrix(radii), bound))[2]:
            found.append(f"matrix {which} itself")
    # The radius of a matrix of equal entries is its order times the entry, and sums of equal numbers drift.
    for order in (300, 700):
        for x in rng.uniform(1, 2, size=12):
            if exact(m.spectral_bound(np.full((order, order), x))) < order * exact(x):
                found.append(f"{order} equal entries {x}")
    return found


CHECKS: dict[str, Check] = {
    name.removeprefix("check_"): value for name, value in list(globals().items()) if name.startswith("check_")
}


@pytest.mark.parametrize("name", CHECKS)
def test_every_exact_value_is_held(name: str) -> None:
    assert CHECKS[name](midrad) == []


finite = st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-100)
radius = st.floats(0, 1e100).filter(lambda x: x == 0 or x > 1e-100)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(finite, radius, finite, radius, st.integers(-16, 16), st.integers(-16, 16))
def test_operations_hold_every_value_and_are_narrow(a: float, ra: float, b: float, rb: float, s: int, t: int) -> None:
    x, y = MidRad(np.array([a]), np.array([ra])), MidRad(np.array([b]), np.array([rb]))
    A, RA, B, RB = exact(a), exact(ra), exact(b), exact(rb)
    p, q = A + flint.fmpq(s, 16) * RA, B + flint.fmpq(t, 16) * RB
    cases = [
        (x + y, p + q, A + B, RA + RB),
        (x - y, p - q, A - B, RA + RB),
        (x * y, p * q, A * B, abs(A) * RB + RA * abs(B) + RA * RB),
    ]
    if abs(B) > RB * (1 + 16 * UNIT):
        cases.append((x / y, p / q, A / B, (RA + abs(A / B) * RB) / (abs(B) - RB)))
    for result, true, middle, least in cases:
        assert not outside(result.mid[0], result.rad[0], true)
        assert result.known()
        # The least possible radius around the true middle, and a few units of rounding.
        assert exact(result.rad[0]) <= (least + 2 * UNIT * abs(middle)) * (1 + flint.fmpq(1, 10**6)) + 40 * TINY


def test_products_of_matrices_are_narrow() -> None:
    for name, A, ra, B, rb in _matrices(np.random.default_rng(13)):
        result = MidRad(A, ra) @ MidRad(B, rb)
        a, b, r, s = (rational_matrix(np.abs(x)) for x in (A, B, ra, rb))
        least, size, terms = a * s + r * (b + s), a * b, A.shape[1]
        for i, j in np.ndindex(*result.shape):
            rounding = (terms + 4) * UNIT * size[i, j] + (8 * terms + 9) * TINY
            assert exact(result.rad[i, j]) <= least[i, j] * (1 + flint.fmpq(1, 10**10)) + rounding, name


def test_roots_sums_and_inverse_sines_are_narrow() -> None:
    x = MidRad(np.array([2.0, 1e100]), np.array([1e-9, 1e90]))
    root = x.sqrt()
    # Half the radius over the root at the middle would do, the whole over it is what is proved.
    assert (root.rad <= (1 + 1e-5) * x.rad / root.mid).all()
    assert (MidRad(x.mid).sqrt().rad <= 1.01 * float(UNIT.p) / float(UNIT.q) * root.mid).all()
    total = MidRad(np.ones((10, 1)), np.full((10, 1), 1e-12)).sum(axis=0)
    assert 1e-11 <= total.rad[0] <= 1e-11 + 101 * 2.0**-53
    sine = midrad.arcsine(MidRad(np.array([0.5]), np.array([1e-9])))
    assert sine.rad[0] <= 1e-9 / np.sqrt(0.75) * (1 + 1e-6)
    assert midrad.arcsine(MidRad(np.array([0.5]))).rad[0] <= 2.0**-53
    assert midrad.from_arb(flint.arb(0.75)) == (0.75, 0.0)
    assert float(midrad.rational(1, 2).rad) <= 2.0**-53
    ones = np.ones((3, 40))
    assert (midrad.row_sums(ones) <= 40 * (1 + 50 * 2.0**-53)).all()
    radii = symmetric(np.random.default_rng(14).random((30, 30)))
    assert midrad.spectral_bound(radii) <= 1.01 * np.linalg.eigvalsh(radii)[-1]


def test_nothing_is_known_where_nothing_can_be() -> None:
    with np.errstate(all="ignore"):
        around = MidRad(np.array([1.0, 0.5]), np.array([1.0, 2.0]))
        at_zero = MidRad(np.zeros(2))
        for x in (1.0 / around, 1.0 / at_zero, at_zero / at_zero, around.sqrt(), at_zero.sqrt()):
            assert not np.isfinite(x.rad).any()
            assert not x.known()
        negative = MidRad(np.array([-1.0]), np.array([0.5])).sqrt()
        assert negative.rad[0] == np.inf
        beyond = midrad.arcsine(MidRad(np.array([1.0, 2.0]), np.array([1e-9, 0.0])))
        assert not np.isfinite(beyond.rad).any()
        # Once unknown, always unknown.
        unknown, zero = MidRad(np.array([[1.0]]), np.array([[np.inf]])), MidRad(np.zeros((1, 1)))
        for y in (
            unknown + 1.0,
            unknown - unknown,
            unknown * 0.0,
            0.0 * unknown,
            unknown / 2.0,
            1.0 / unknown,
            unknown @ zero,
            zero @ unknown,
            unknown.sqrt(),
            unknown.sum(axis=0),
            midrad.arcsine(unknown),
        ):
            assert not y.known()
        assert not MidRad(np.array([np.nan])).known()
        assert not MidRad(np.array([1.0]), np.array([np.nan])).known()
        overflow = MidRad(np.array([1e200])) * MidRad(np.array([1e200]))
        assert overflow.rad[0] == np.inf
        assert not (1.0 / overflow).known()
    assert midrad.from_arb(flint.arb("nan"))[1] == np.inf
    assert midrad.from_arb(flint.arb(0, flint.arb("inf")))[1] == np.inf
    assert midrad.from_arb(flint.arb(10) ** 400)[1] == np.inf
    assert midrad.spectral_bound(np.full((2, 2), np.inf)) == np.inf
    assert midrad.spectral_bound(np.full((2, 2), np.nan)) == np.inf


def test_self_test_passes_here() -> None:
    midrad.self_test()


@pytest.mark.parametrize(("a", "b", "rb"), [(2.0**-976, 2.0**100, 2.0**100 - 2.0**50), (3e-318, 3e10, 2.999999e10)])
def test_quotients_that_underflow_over_a_wide_divisor(a: float, b: float, rb: float) -> None:
    """The rounding error of the subnormal quotient is multiplied by rb / (b - rb)."""
    result = MidRad(np.array([a])) / MidRad(np.array([b]), np.array([rb]))
    assert not outside(result.mid[0], result.rad[0], exact(a) / (exact(b) - exact(rb)))


@pytest.mark.parametrize(("a", "b"), [(1e300 / 3, 1e-310 / 7), (1e9 / 3, 1.1e-310 / 7)])
def test_matrix_products_with_subnormal_factors(a: float, b: float) -> None:
    """Units of roundoff of a subnormal factor underflow before they are multiplied by the other, which is large."""
    result = MidRad(np.array([[a]])) @ MidRad(np.array([[b]]))
    assert not outside(result.mid[0, 0], result.rad[0, 0], exact(a) * exact(b))


@pytest.mark.parametrize("operation", ["product", "sum"])
def test_after_an_overflow_nothing_is_known(operation: str) -> None:
    """An infinite midpoint with a finite radius has a reciprocal that seems to be known to be zero."""
    with np.errstate(all="ignore"):
        if operation == "product":
            large = MidRad(np.array([[1e150]])) @ MidRad(np.array([[1e160]]))
        else:
            large = MidRad(np.full((2, 1), 1e308)).sum(axis=0)
        inverse = 1.0 / large
    assert not np.isfinite(large.rad).any()
    assert not inverse.known()


@pytest.mark.parametrize(("middle", "exponent"), [(0, -2000), (1, -2000), (0, -1076)])
def test_balls_with_radii_below_the_range_of_doubles(middle: int, exponent: int) -> None:
    ball = flint.arb(middle, flint.arb((1, exponent)))
    mid, rad = midrad.from_arb(ball)
    assert mid == middle
    assert rad > 0


def test_numbers_below_the_range_of_doubles() -> None:
    _, rad = midrad.from_arb(flint.arb((1, -2000)))
    assert rad > 0


def test_rationals_of_integers_that_are_no_doubles() -> None:
    rng = np.random.default_rng(15)
    for a, b in rng.integers(2**53, 2**62, size=(200, 2)).tolist():
        result = midrad.rational(a, b)
        assert not outside(float(result.mid), float(result.rad), flint.fmpq(a, b))

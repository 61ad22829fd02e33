"""Certificates: close and narrow, and each of the three answers on a case whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp

from numerics import Population, Problem, copy_average_point, pack, perturbed_copy_point
from numerics.newton import Polished, evaluate
from numerics.precision import digits, to_ball
from numerics.structures import Point
from verify import certify
from verify.certification import Status
from verify.enclosures import Enclosures


def polished(problem: Problem, point: Point) -> Polished:
    theta = np.full(problem.shape, mp.mpf(0), dtype=object)
    theta[:, : problem.k], theta[:, -1] = point.coordinates, point.outgoing
    return evaluate(problem, theta, dps=40)


def rough(problem: Problem, point: Point) -> np.ndarray:
    return polished(problem, point).double()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(3, 30))
def test_enclosures_hold_every_value_of_their_box_and_are_narrow(seed: int, places: int) -> None:
    rng = np.random.default_rng(seed)
    problem = Problem(2, 2, teacher=rng.normal(size=(2, 3)), teacher_outgoing=rng.normal(size=2))
    theta = rng.normal(size=(2, 4))
    inside = rng.uniform(-1, 1, size=(2, 4))
    with digits(60) as arithmetic:
        width = to_ball(10.0**-places)
        enclosures = Enclosures(problem, arithmetic)
        box = [[to_ball(x) + _blur(width) for x in row] for row in theta]
        point = [
            [to_ball(x) + to_ball(dx) * width for x, dx in zip(*rows, strict=True)]
            for rows in zip(theta, inside, strict=True)
        ]
        wide, exact = enclosures.gradient(box), enclosures.gradient(point)
        for a, b in zip(wide, exact, strict=True):
            assert a.contains(b)
        assert enclosures.loss(box).contains(enclosures.loss(point))
        H, h = enclosures.hessian(box), enclosures.hessian(point)
        assert all(a.contains(b) for rows in zip(H, h, strict=True) for a, b in zip(*rows, strict=True))
        # Narrow: a box of width w may blur values by its width times derivatives, here of order 10^3 at most.
        assert max(float(a.rad()) for row in H for a in row) < 1e4 * 10.0**-places
        middle = enclosures.hessian([[to_ball(x) for x in row] for row in theta])
    # Close: the double-precision Hessian is another code altogether.
    difference = np.array([[float(x) for x in row] for row in middle]) - Population(problem).hessian(theta)
    assert np.abs(difference).max() < 1e-12


def _blur(width: object) -> object:
    import flint

    return flint.arb(0, width)


@pytest.mark.parametrize(("n", "k"), [(1, 1), (1, 4), (2, 3), (3, 5), (4, 4)])
def test_copy_average_is_certified_with_identity(n: int, k: int) -> None:
    problem = Problem(n, k, teacher_outgoing=[(-1) ** j for j in range(k)])
    point = copy_average_point([1] * (n - 1) + [k - n + 1], dps=60)
    given = polished(problem, point)
    signs = np.array([(-1) ** j for j in range(k)], dtype=object)
    theta = given.theta.copy()
    with mp.workdps(70):
        theta[:, :k] = theta[:, :k] * signs
    given = evaluate(problem, theta, dps=40)
    found = certify(problem, given)
    assert found.status is Status.UNIQUE
    assert found.identity is True
    assert found.index == 0
    assert found.radius < mp.mpf(10) ** -38
    assert found.uniqueness_radius >= mp.mpf(10) ** -6
    # Close and narrow: the bound on the smallest eigenvalue is near its value, and below it.
    smallest = np.linalg.eigvalsh(Population(problem).hessian(given.double()))[0]
    assert smallest * (1 - 1e-3) < float(found.lambda_min) < smallest + 1e-12
    low, high = found.loss
    assert low <= point.loss <= high
    with mp.workdps(60):
        assert high - low < mp.mpf(10) ** -35


@pytest.mark.parametrize(
    ("point", "n", "k", "index"),
    [
        (copy_average_point([1] * 6 + [2]), 7, 8, 1),
        (copy_average_point([2, 2]), 2, 4, None),
        (perturbed_copy_point(4, 8), 4, 8, 3),
        (perturbed_copy_point(3, 4), 3, 4, 2),
    ],
)
def test_saddles_are_certified_with_their_index(point: Point, n: int, k: int, index: int | None) -> None:
    problem = Problem(n, k)
    given = polished(problem, point)
    found = certify(problem, given)
    assert found.status is Status.UNIQUE
    eigenvalues = np.linalg.eigvalsh(Population(problem).hessian(given.double()))
    expected = int((eigenvalues < 0).sum())
    assert found.index == expected
    assert index is None or expected == index
    assert expected >= 1
    # Double-precision eigenvalues err by 1e-16 of the largest, about 10.
    smallest = np.abs(eigenvalues).min()
    assert smallest * (1 - 1e-3) < float(found.lambda_min) < smallest + 1e-12
    assert found.identity is True


def test_where_there_is_no_critical_point_it_is_proved() -> None:
    problem = Problem(2, 3)
    theta = rough(problem, copy_average_point([1, 2]))
    assert certify(problem, theta + 1e-3, radius="1e-5").status is Status.EMPTY
    assert certify(problem, np.ones((2, 5)), radius="1e-3").status is Status.EMPTY


def test_a_wrong_prediction_is_refuted() -> None:
    # Norm 1/sqrt(2m + 1) in place of 1/sqrt(2m - 1).
    m = 3
    problem = Problem(1, m)
    theta = rough(problem, copy_average_point([m]))
    theta[:, :m] *= np.sqrt((2 * m - 1) / (2 * m + 1))
    assert certify(problem, theta, radius="1e-3").status is Status.EMPTY


def test_what_cannot_be_decided_is_unknown() -> None:
    problem = Problem(2, 3)
    theta = rough(problem, copy_average_point([1, 2]))
    # Too wide a box; a box that leaves the domain; a line of critical points; too few digits.
    assert certify(problem, theta, radius="0.3").status is Status.UNKNOWN
    assert certify(problem, theta, radius="1e6").status is Status.UNKNOWN
    C, _ = copy_average_point([2]).doubles()
    line = pack(np.column_stack([np.repeat(C, 2, axis=0), np.zeros(2)]), [0.5, 1.5])
    assert certify(Problem(2, 2), line).status is Status.UNKNOWN
    assert certify(problem, theta, radius="1e-30").status is not Status.UNIQUE
    vanishing = certify(Problem(1, 2, activation="cube"), np.array([[1.0, 1, 0, 0]]))
    assert vanishing.status is Status.UNKNOWN
    assert vanishing.why == "an outgoing weight vanishes"


def test_refusals() -> None:
    for radius in ("-1", "wide", "0"):
        with pytest.raises(ValueError, match="radius: got"):
            certify(Problem(1, 2), np.ones((1, 4)), radius=radius)
    with pytest.raises(ValueError, match="theta: got shape"):
        certify(Problem(1, 2), np.ones((2, 4)))

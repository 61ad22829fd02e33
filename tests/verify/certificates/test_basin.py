"""The ellipsoid of convexity: its constants by quadrature, its bound by the Hessian itself, its answer by flows."""

from __future__ import annotations

from dataclasses import replace

import flint
import numpy as np
import pytest
from scipy.integrate import quad

from numerics import Population, Problem, copy_average_point, gradient_flow, pack, perturbed_copy_point, polish
from numerics.structures import Point
from verify import certify
from verify.certificates.basin import Ellipsoid
from verify.certificates.smoothness import derivative_norm
from verify.certification import Certificate, with_basin

SIGMA = {
    1: lambda t: np.sqrt(2 / np.pi) * np.exp(-(t**2) / 2),
    2: lambda t: -t * np.sqrt(2 / np.pi) * np.exp(-(t**2) / 2),
    3: lambda t: (t**2 - 1) * np.sqrt(2 / np.pi) * np.exp(-(t**2) / 2),
}


def squared_norm(m: int, norm: float, cosine: float) -> float:
    """E[sigma^(m)(|w| t)^2 (cosine t + sine s)^(2m)] by quadrature in t; the moments in s are exact."""
    sine = np.sqrt(1 - cosine**2)
    moments = {0: 1, 2: 1, 4: 3, 6: 15}

    def integrand(t: float) -> float:
        power = sum(
            _choose(2 * m, 2 * i) * (cosine * t) ** (2 * m - 2 * i) * sine ** (2 * i) * moments[2 * i]
            for i in range(m + 1)
        )
        return SIGMA[m](norm * t) ** 2 * power * np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)

    return quad(integrand, -12, 12, epsabs=1e-13, epsrel=1e-12, limit=400)[0]


def _choose(n: int, k: int) -> int:
    import math

    return math.comb(n, k)


@pytest.mark.parametrize("m", [1, 2, 3])
@pytest.mark.parametrize("p", [0.0, 0.02, 0.2, 0.6, 1.0, 4.0])
def test_norms_of_derivatives_bound_those_by_quadrature_and_are_near_them(m: int, p: float) -> None:
    largest = max(squared_norm(m, np.sqrt(p), cosine) for cosine in np.linspace(0, 1, 33)) ** 0.5
    bound = float(derivative_norm(m, flint.arb(p)))
    # Quadrature is accurate to 1e-9 here.
    assert bound >= largest - 1e-9
    # The largest Bernstein coefficient overestimates the maximum of a cubic a little.
    assert bound <= 1.1 * largest + 1e-9


def test_norms_over_an_interval_hold_all_of_it() -> None:
    # For m = 2 the norm is not monotone in p: ends of the interval would not do.
    wide = derivative_norm(2, flint.arb(0.0).union(flint.arb(1.0)))
    for p in np.linspace(0, 1, 21):
        assert wide.abs_upper() >= derivative_norm(2, flint.arb(float(p)))


def certified(point: Point, n: int, k: int) -> tuple[Problem, np.ndarray, Certificate]:
    problem = Problem(n, k)
    C, a = point.doubles()
    W = np.zeros((n, k + 1))
    W[:, :k] = C
    polished = polish(problem, pack(W, a))
    return problem, polished.double(), certify(problem, polished)


POINTS = [
    (copy_average_point([3]), 1, 3),
    (copy_average_point([1, 2]), 2, 3),
    (copy_average_point([1, 1, 4]), 3, 6),
    (perturbed_copy_point(6, 7), 6, 7),
    (copy_average_point([1, 1, 1]), 3, 3),
]


@pytest.mark.parametrize(("point", "n", "k"), POINTS)
def test_the_hessian_obeys_the_bound_all_over_the_ellipsoid(point: Point, n: int, k: int) -> None:
    problem, minimum, proof = certified(point, n, k)
    assert proof.ellipsoid is not None
    population = Population(problem)
    H = population.hessian(minimum)
    root = np.linalg.cholesky(H)
    rng = np.random.default_rng(n + 10 * k)
    for trial in range(40):
        direction = rng.normal(size=len(H))
        if trial % 2:
            # Soft directions are where convexity is lost first.
            direction = np.linalg.eigh(H)[1][:, :n] @ rng.normal(size=n)
        direction /= np.linalg.norm(root.T @ direction)
        t = proof.ellipsoid.rho * rng.uniform(0.3, 1)
        there = population.hessian(minimum + (t * direction).reshape(minimum.shape))
        relative = np.linalg.eigvalsh(np.linalg.solve(root, np.linalg.solve(root, there).T))
        # Rounding: the relative eigenvalues err by 1e-16 times the condition number, below 1e-9.
        assert relative[0] >= 1 - proof.ellipsoid.third * t - 1e-9
        assert relative[-1] <= 1 + proof.ellipsoid.third * t + 1e-9


@pytest.mark.parametrize(("point", "n", "k"), POINTS[:4])
def test_flows_from_inside_end_at_the_minimum(point: Point, n: int, k: int) -> None:
    problem, minimum, proof = certified(point, n, k)
    assert proof.reach is None
    H = Population(problem).hessian(minimum)
    soft = np.linalg.eigh(H)[1][:, 0].reshape(minimum.shape)
    unit = soft / np.sqrt(soft.ravel() @ H @ soft.ravel())
    for sign in (1, -1):
        start = minimum + sign * 0.6 / proof.ellipsoid.third * unit
        inside = with_basin(proof, start)
        assert inside.basin is True
        assert inside.distance == pytest.approx(0.6 / proof.ellipsoid.third, rel=1e-6)
        end = gradient_flow(problem, start, grad_tol=1e-11, rtol=1e-8).theta
        # 1e-11 over the smallest eigenvalue, at least 1e-3 here.
        assert np.abs(end - minimum).max() < 1e-8
    outside = with_basin(proof, minimum + 1.2 / proof.ellipsoid.third * unit)
    assert outside.basin is False
    assert "away in the metric of the Hessian" in outside.why_no_basin


def test_the_sublevel_condition_is_strict() -> None:
    region = Ellipsoid(np.ones((1, 2)), 0.9, 1.0)
    # t^2/2 + t^3/6 = 0.81/2 - 0.729/6 at t = 0.6799...
    assert region.holds(0.67)
    assert not region.holds(0.69)
    assert not region.holds(0.95)
    assert not replace(region, third=50.0).holds(0.67)


def test_a_saddle_has_no_basin() -> None:
    _, saddle, proof = certified(copy_average_point([2, 2]), 2, 4)
    assert proof.index == 2
    found = with_basin(proof, saddle)
    assert found.basin is False
    assert found.why_no_basin == "it is not a strict minimum"

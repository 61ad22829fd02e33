"""Real critical n: the oracle's integers, the blocks in other coordinates, the law's orders, real k."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import flint
import numpy as np
import pytest
from mpmath import mp

from numerics import Population, Problem, pack, perturbed_copy_point
from numerics.asymptotics import laws, lower_constants
from numerics.blocks import perturbed_copy_blocks
from numerics.curves import BOUNDARIES, critical_n, point_near, working_digits
from numerics.kernels import normalised as kernel
from numerics.precision import digits, to_ball
from numerics.reduced import birth, derivatives, equations, excess, fold, system
from numerics.structures import SCALAR, perturbed_copy_numbers


def normalised(n: int, k: int) -> tuple[float, ...]:
    """(t, a, U, V, n) of a perturbed copy from its four coefficients, by their definition."""
    alpha, beta, gamma, a = map(float, perturbed_copy_numbers(n, k))
    scale = np.sqrt(2 * (1 + alpha**2 + (n - 1) * beta**2 + (k - n) * gamma**2))
    Q, B, G = alpha / scale, beta / scale, gamma / scale
    return Q - B, a, 2 * a * (Q + (n - 1) * B) - 1, 2 * n * a * G - 1, n


@pytest.mark.parametrize(("n", "k"), [(2, 5), (3, 7), (7, 10), (12, 16)])
def test_equations_and_loss_are_those_of_the_network(n: int, k: int) -> None:
    x = normalised(n, k)
    assert np.abs(equations(x, k, SCALAR)).max() < 1e-14
    point = perturbed_copy_point(n, k)
    assert kernel.loss(*x, k, SCALAR)[0] == pytest.approx(float(point.loss), abs=1e-14)
    assert kernel.point(*x, k, SCALAR)[0] == pytest.approx(float(point.coordinates[0, 0]), abs=1e-14)


@pytest.mark.parametrize(("n", "k"), [(4, 8), (5, 10), (6, 10), (9, 20), (10, 20), (12, 16)])
def test_the_standard_block_has_the_inertia_of_the_other_coordinates(n: int, k: int) -> None:
    flat = list(kernel.standard(*normalised(n, k), k, SCALAR))
    block = np.zeros((5, 5))
    block[np.triu_indices(5)] = flat
    other = perturbed_copy_blocks([float(z) for z in perturbed_copy_numbers(n, k)], n, k, SCALAR).standard
    negative = [int((np.linalg.eigvalsh(m, UPLO="U") < 0).sum()) for m in (block, np.array(other))]
    assert negative[0] == negative[1]


def test_the_standard_form_is_the_second_difference_of_the_loss() -> None:
    n, k = 6, 9
    x = normalised(n, k)
    problem = Problem(n, k, dim=k)
    tau = np.array([1.0, 1.0, 1.0, -1.0, -1.0, -1.0])
    move = np.array([0.3, -0.7, 0.2, 0.11, -0.4])
    t, a, U, V, _ = x
    b, G = (1 + U) / (2 * n * a), (1 + V) / (2 * n * a)

    def loss(step: float) -> float:
        q = np.full((n, k), G)
        q[:, :n] = b - t / n
        q[np.arange(n), np.arange(n)] += t
        dx, db, dy, dz, dg = step * move
        q[:, :n] += dy * tau[:, None] + dz * tau[None, :]
        q[np.arange(n), np.arange(n)] += (dx - dy - dz) * tau
        q[:, n:] += dg * tau[:, None]
        # w = sqrt(2D) q with D = 1/(1 - 2|q|^2).
        W = q * np.sqrt(2 / (1 - 2 * (q**2).sum(axis=1, keepdims=True)))
        return float(Population(problem).value_and_gradient(pack(W, a + db * tau))[0])

    h = 1e-3
    # Fourth order; pi/2 L is the energy, and the form is its second derivative over 2 sum tau^2 = 2n.
    second = (-loss(2 * h) + 16 * loss(h) - 30 * loss(0.0) + 16 * loss(-h) - loss(-2 * h)) / (12 * h**2)
    flat = list(kernel.standard(*x, k, SCALAR))
    block = np.zeros((5, 5))
    block[np.triu_indices(5)] = flat
    block = block + block.T - np.diag(np.diag(block))
    # Differences: rounding 1e-16/h^2 and truncation h^4.
    assert np.pi / 2 * second / (2 * n) == pytest.approx(move @ block @ move, abs=2e-9)


def test_the_thresholds_of_the_oracle_follow_from_the_curves(oracles: dict[str, Any]) -> None:
    for size, expected in oracles["erf_thresholds"]["values"].items():
        found = [critical_n(name, int(size)).n for name in BOUNDARIES]
        assert [int(mp.ceil(found[0])), int(mp.ceil(found[1])), int(mp.floor(found[2]))] == expected


@pytest.mark.parametrize("condition", [birth, fold, excess])
def test_derivatives_agree_with_differences(condition: Any) -> None:
    with digits(60) as m:
        x = [flint.arb(value) for value in ("0.41", "1.8", "0.001", "-0.003", "40.5")]
        values, rows = derivatives(system(condition), x, flint.arb(100), m)
        h = flint.arb("1e-20")
        for j in range(5):
            up = system(condition)([*x[:j], x[j] + h, *x[j + 1 :]], flint.arb(100), m)
            for i in range(5):
                # One-sided difference: error h times a second derivative.
                assert abs(float((up[i] - values[i]) / h) - float(rows[i][j])) < 1e-12 * max(
                    1.0, abs(float(rows[i][j]))
                )


def test_real_k_lies_between_integers_and_the_curves_are_smooth() -> None:
    for name in ("pc_minimum", "pc_lower", "ca_minimum"):
        low, middle, high = (critical_n(name, k).n for k in (30, mp.mpf("30.5"), 31))
        assert low < middle < high
        # The second derivative in k is below 0.02 there.
        assert abs(low + high - 2 * middle) < 0.005


def test_any_order_of_sizes_gives_the_same_numbers() -> None:
    from numerics import curves

    sizes = (6, 8, 10, 20, 3, 3000)
    found = []
    for order in (sizes, sizes[::-1], (3, *sizes)):
        for anchors in curves._ANCHORS.values():
            anchors.clear()
        found.append({k: critical_n("pc_minimum", k).n for k in order})
    assert all(abs(other[k] - found[0][k]) < 1e-28 * k for other in found for k in sizes)


def test_the_determinant_does_not_vanish_at_two() -> None:
    # Where the five coordinates are four; Newton's method once took that for the boundary of k = 3.
    assert float(critical_n("pc_minimum", 3).n) == pytest.approx(2.51424087)


def test_a_point_near_a_critical_one_is_the_branch() -> None:
    for n, k in ((10, 20), (42, 100)):
        near = point_near(critical_n("pc_minimum", k), n)
        assert all(abs(p - q) < 1e-18 for p, q in zip(near, perturbed_copy_numbers(n, k), strict=True))


@pytest.mark.parametrize("name", BOUNDARIES)
def test_corrections_to_the_laws_die_at_the_predicted_rate(name: str) -> None:
    # The next term in n/k is k^(-4/5), k^(-2) and k^(-3/2).
    rate = {"pc_minimum": mp.mpf(-4) / 5, "pc_lower": mp.mpf(-2), "ca_minimum": mp.mpf(-3) / 2}[name]
    errors = []
    # Copy-average nearer by: its error soon is below the thirty digits of the constants.
    low, high = (8, 12) if name == "ca_minimum" else (30, 35)
    for exponent in (low, high):
        k = 10**exponent
        with mp.workdps(200):
            law = laws()[name]
            if name == "pc_lower":
                # Thirty digits of the constants are not enough beyond k = 10^15.
                exact = lower_constants(150)
                errors.append(abs(critical_n(name, k, dps=150).n / k - exact.limit - exact.shift / k))
            else:
                errors.append(abs(critical_n(name, k, dps=60).n - law.at(k, 3, dps=60)) / k)
    found = mp.log10(errors[1] / errors[0]) / (high - low)
    assert abs(found - rate) < 0.01


def test_refusals_and_digits() -> None:
    with pytest.raises(ValueError, match="boundary: got 'x'"):
        critical_n("x", 10)
    with pytest.raises(ValueError, match="k: got 2, needs at least 3"):
        critical_n("pc_lower", 2)
    assert working_digits(10**30, 30) == 170
    with digits(100):
        few, many = critical_n("pc_minimum", 77, dps=20).n, critical_n("pc_minimum", 77, dps=80).n
        assert abs(to_ball(few) - to_ball(many)) < 1e-18


def test_the_system_without_a_condition_is_the_four_equations() -> None:
    m = SimpleNamespace(**vars(SCALAR))
    x = normalised(4, 8)
    assert system(None)(x, 8, m) == list(equations(x, 8, m))

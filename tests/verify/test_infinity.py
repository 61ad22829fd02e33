"""Weights that grow for ever: the limit problem against the full loss, and what counts as evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from numerics import Problem, gradient_flow, initial_weights
from numerics.flow.result import Flow, Stop
from numerics.population import Population
from numerics.ramps import RampLimit
from verify.cells import make_cell
from verify.ends.infinity import unbounded
from verify.names import UNBOUNDED
from verify.runs import Task, run_task


@pytest.mark.parametrize("activation", ["gelu", "silu"])
def test_the_full_loss_tends_to_the_limit_with_the_derived_coefficients(activation: str) -> None:
    problem = Problem(3, 4, activation=activation)
    limit = RampLimit(problem, ("rectified", "finite", "linear"), (-1, 1, -1))
    x = np.random.default_rng(1).normal(size=limit.size)
    u, finite, m = limit.rows(x)
    rectified, linear = limit.outward(x)
    far, size = 1e-7, np.linalg.norm(u)

    def loss(one: float, other: float) -> float:
        """With a neuron of norm 1 / one, and one of outgoing weight -1 / other."""
        rows = [[*(u / size / one), -size * one], finite, [*(-m * other), -1 / other]]
        return Population(problem).loss(np.array(rows)) - limit.loss(x)

    # Terms of the next order: 1/r^4 is 1e-8 over 1e-4, with constants of order ten; 1/a^2 is 1e-6 over 1e-3.
    assert loss(1e-2, far) / 1e-4 == pytest.approx(rectified, rel=0.05)
    assert loss(1e-6, 1e-3) / 1e-3 == pytest.approx(-linear, rel=0.01)
    differences = [(limit.loss(x + 1e-6 * row) - limit.loss(x - 1e-6 * row)) / 2e-6 for row in np.eye(limit.size)]
    # Rounding, 1e-15 over 1e-6, times a loss of order ten.
    assert np.abs(limit.gradient(x) - differences).max() < 1e-7
    assert RampLimit(problem, ("finite",) * 3, (1, 1, 1)).loss(
        initial_weights(problem, seed=0).ravel()
    ) == pytest.approx(Population(problem).loss(initial_weights(problem, seed=0)), rel=1e-13)


def _limit_loss_of_gelu(k: int) -> float:
    """E f*^2 - 2 E[max(0, e.x) f*]^2 with e = (1, ..., 1)/sqrt k, by one-dimensional quadrature."""
    rho = k**-0.5
    s2 = 1 - rho**2

    def smoothed(z: float) -> float:
        """E over y of gelu(rho z + s y)."""
        mean, scale = rho * z, np.sqrt(1 + s2)
        return float(mean * norm.cdf(mean / scale) + s2 / scale * norm.pdf(mean / scale))

    pulled = k * quad(lambda z: z * smoothed(z) * norm.pdf(z), 0, 12, epsabs=1e-13)[0]
    own = quad(lambda z: (z * norm.cdf(z)) ** 2 * norm.pdf(z), -12, 12, epsabs=1e-13)[0]
    mean = quad(lambda z: z * norm.cdf(z) * norm.pdf(z), -12, 12, epsabs=1e-13)[0]
    return float(k * own + k * (k - 1) * mean**2 - 2 * pulled**2)


def _flow(activation: str, n: int, seed: int, k: int = 4, **options: float) -> tuple[Problem, Flow]:
    problem = Problem(n, k, activation=activation)
    return problem, gradient_flow(problem, initial_weights(problem, seed=seed), **options)  # type: ignore[arg-type]


def test_a_neuron_of_gelu_becomes_rectified_and_one_with_the_wrong_sign_linear() -> None:
    cell = make_cell(Problem(1, 4, activation="gelu"), 20)
    for seed, kind in ((0, "rectified"), (3, "linear")):
        cell.runs[seed] = run_task(Task(1, 4, 5, "gelu", "glorot", seed, 20))
        record = cell.runs[seed].record
        evidence = record["evidence"]
        assert record["structure"] == UNBOUNDED
        assert record["converged"] is False
        assert evidence["kinds"] == [kind]
        assert record["one_neuron"]["agrees"] is True
        # Off by O(1/r^2) and O(1/a), and by the time that passed before growth began.
        assert evidence["rates"][0] == pytest.approx(1, abs=0.03)
        assert evidence["loss_excess_ratio"] == pytest.approx(1, abs=0.02)
    assert cell.runs[0].record["evidence"]["limit_loss"] == pytest.approx(_limit_loss_of_gelu(4), abs=1e-11)
    assert cell.exit_status() == 0


def test_what_is_not_on_its_way_to_infinity_is_not_said_to_be() -> None:
    # Stopped early; at a minimum; of an activation without such limits.
    problem, early = _flow("gelu", 1, 0, max_steps=60)
    assert early.stop is Stop.STEPS
    assert unbounded(problem, early) is None
    assert unbounded(*_flow("gelu", 4, 1)) is None
    assert unbounded(*_flow("erf", 2, 0)) is None
    # On its way, but with a loss that is not that of the limit, or weights that do not grow at its rate.
    problem, flow = _flow("gelu", 1, 0)
    assert flow.stop is Stop.FAR
    assert unbounded(problem, flow) is not None
    assert unbounded(problem, replace(flow, loss=flow.loss + 1e-3)) is None
    slow = replace(flow.trajectory, snapshot_time=3 * flow.trajectory.snapshot_time)
    assert unbounded(problem, replace(flow, trajectory=slow)) is None
    # One teacher: the same weights and times, but the loss falls inwards, to the copy.
    assert unbounded(Problem(1, 1, dim=5, activation="gelu"), flow) is None

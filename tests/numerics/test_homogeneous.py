"""Leaky ReLU and the absolute value: their names, precise arithmetic, the gauge, and flows."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from homogeneous_network import GENERIC, TEACHER, WEIGHTS, exact
from mpmath import mp

from numerics import Population, Problem, gradient_flow, initial_weights, polish
from numerics.inertia import inertia
from numerics.kernels import HOMOGENEOUS, degree_of, parity
from numerics.precise import precise_population
from numerics.precision import digits, from_ball, to_ball
from numerics.rectified.gauge import reduced
from theory.slopes import slope_of


def test_names_and_slopes() -> None:
    assert HOMOGENEOUS["leaky-relu"].left == Fraction(-1, 100)
    assert HOMOGENEOUS["leaky-relu:1/3"].scale == Fraction(4, 9)
    assert (parity("abs"), parity("leaky-relu"), degree_of("leaky-relu:0.5")) == (1, 0, 1)
    assert "leaky-relu:0.2" in HOMOGENEOUS
    assert "leaky" not in HOMOGENEOUS


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("0", "that is relu"),
        ("1", "that is linear"),
        ("-0.1", "slope between 0 and 1"),
        ("2", "both excluded"),
        ("nan", "slope between 0 and 1"),
        ("", "slope between 0 and 1"),
        ("1/0", "denominator zero"),
        ("0." + "1" * 40, "slope between 0 and 1"),
    ],
)
def test_a_slope_that_makes_no_sense(text: str, needs: str) -> None:
    with pytest.raises(ValueError, match=needs):
        slope_of(f"leaky-relu:{text}")
    with pytest.raises(ValueError, match="activation: got 'leaky-relu:"):
        Problem(1, 2, activation=f"leaky-relu:{text}")


@pytest.mark.parametrize("activation", ["leaky-relu:0.2", "abs"])
def test_precise_arithmetic_against_quadrature(activation: str) -> None:
    problem = Problem(4, 3, activation=activation, teacher=TEACHER, teacher_outgoing=WEIGHTS)
    with mp.workdps(45):
        loss, gradient, _ = exact(activation, "generic")
        with digits(40) as arithmetic:
            rows = [[to_ball(float(x)) for x in row] for row in GENERIC]
            value, in_w, in_a = precise_population(problem, arithmetic).loss_and_gradient(
                [row[:-1] for row in rows], [row[-1] for row in rows]
            )
        assert abs(from_ball(value) - loss) < mp.mpf(10) ** -30
        for i, row in enumerate(gradient):
            assert abs(from_ball(in_a[i]) - row[-1]) < mp.mpf(10) ** -30
            assert all(abs(from_ball(in_w[i, x]) - row[x]) < mp.mpf(10) ** -30 for x in range(4))


@pytest.mark.parametrize("activation", ["leaky-relu", "abs"])
def test_rescaling_is_a_symmetry_and_the_balance_is_conserved(activation: str) -> None:
    problem = Problem(3, 4, activation=activation)
    start = initial_weights(problem, seed=0)
    population = Population(problem)
    scaled = start * [[2.0] * 5 + [0.5], [1.0] * 6, [0.25] * 5 + [4.0]]
    assert population.loss(scaled) == pytest.approx(population.loss(start), rel=1e-14)
    flow = gradient_flow(problem, start)
    assert flow.balance_drift is not None
    # As for ReLU: the tolerance of the flow.
    assert flow.balance_drift < 1e-4


def test_antiparallel_neurons_of_an_even_activation_act_as_one() -> None:
    theta = np.array([[1.0, 0, 0, 0, 2.0], [-3.0, 0, 0, 0, 1.0], [0, 1.0, 0, 0, 1.0]])
    problem = Problem(3, 3, activation="abs")
    point = reduced(problem, theta)
    assert point.groups == ((0, 1), (2,))
    assert point.omega.tolist() == [[5.0, 0, 0, 0], [0, 1.0, 0, 0]]
    assert point.problem is not None
    assert Population(point.problem).loss(point.theta()) == pytest.approx(Population(problem).loss(theta), rel=1e-14)
    # Of leaky ReLU they are two.
    assert len(reduced(Problem(3, 3, activation="leaky-relu"), theta).groups) == 3


def test_the_polished_end_keeps_each_neuron_on_its_side() -> None:
    problem = Problem(4, 4, activation="abs")
    flow = gradient_flow(problem, initial_weights(problem, seed=0))
    found = polish(problem, flow.theta, dps=30)
    assert found.converged
    assert reduced(problem, found.double()).groups == ((0, 2), (1,), (3,))
    assert np.abs(found.double() - flow.theta).max() < 1e-4
    assert inertia(problem, found.double()).negative == 0
    # Three neurons, each along a teacher, as long as the sum of both networks' means demands.
    length = (mp.pi + 6) / (mp.pi + 4)
    omega = np.abs(reduced(problem, found.double()).omega).max(axis=1)
    assert omega == pytest.approx(float(length), abs=1e-12)

"""Whole networks, rescaled and with dead and collinear neurons: named, and held against what is predicted."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from mpmath import mp

from numerics import gradient_flow, initial_weights, polish
from numerics.problem import Problem
from numerics.rectified.gauge import reduced
from numerics.rectified.structures import structures
from verify.matching import match
from verify.rectified.naming import Naming, name_network, name_point, prediction_of
from verify.rectified.prediction import predict_rectified


@dataclass
class Gauge:
    signs: list[int]
    omega: np.ndarray
    groups: list[tuple[int, ...]]
    dead: tuple[int, ...] = field(default=())


def network(name: str, m: int, k: int) -> tuple[np.ndarray, list[int]]:
    point = next(p for p in structures(m, k) if p.name == name)
    return np.hstack([point.doubles()[0], np.zeros((m, 1))]), list(point.signs)


def named(n: int, k: int, gauge: Gauge, outgoing: list[float]) -> tuple[Naming, str | None]:
    problem = Problem(n, k, activation="relu")
    naming = name_network(problem, gauge, outgoing)
    found = prediction_of(naming, predict_rectified(problem, dps=20))
    return naming, None if found is None else found.structure


def test_a_dead_neuron_beside_an_average() -> None:
    omega, signs = network("copy-average", 1, 3)
    naming, predicted = named(2, 3, Gauge(signs, omega, [(1,)], (0,)), [-0.3, 2.0])
    record = naming.record()
    assert (record["structure"], record["partition"], record["neurons"]) == ("copy-average", [3], 1)
    assert (record["dead"], record["collinear"]) == ([0], [])
    assert predicted == "copy-average"
    # A dead neuron of positive outgoing weight would not stay dead: the field takes negative values.
    assert named(2, 3, Gauge(signs, omega, [(1,)], (0,)), [0.3, 2.0])[1] is None


@pytest.mark.parametrize(("other", "predicted"), [(-0.4, "perturbed-copy-average"), (0.4, None)])
def test_a_neuron_along_another_needs_the_opposite_sign(other: float, predicted: str | None) -> None:
    omega, signs = network("perturbed-copy-average", 2, 6)
    order = [1, 0]
    gauge = Gauge([signs[i] for i in order], omega[order], [(0, 2), (1,)])
    naming, found = named(3, 6, gauge, [1.5, 0.7, other])
    (company,) = naming.companies
    assert company.neurons == (0, 2)
    assert company.role in ("average", "copy")
    assert (company.same, company.opposite) == ((1, 0) if other > 0 else (0, 1))
    assert naming.record()["collinear"] == [[0, 2]]
    assert found == predicted


def test_the_same_structure_of_fewer_neurons_is_another_prediction() -> None:
    problem = Problem(3, 6, activation="relu")
    predictions = predict_rectified(problem, dps=20)
    omega, signs = network("perturbed-copy-average", 3, 6)
    naming = name_network(problem, Gauge(signs, omega, [(0,), (1,), (2,)]), [1.0, 1.0, 1.0])
    found = prediction_of(naming, predictions)
    assert found is not None
    assert found.neurons == 3
    # A saddle is named and not predicted.
    omega, signs = network("perturbed-copy", 3, 6)
    naming = name_network(problem, Gauge(signs, omega, [(0,), (1,), (2,)]), [1.0, 1.0, 1.0])
    assert naming.match.structure == "perturbed-copy"
    assert prediction_of(naming, predictions) is None


def test_the_network_that_has_died() -> None:
    gauge = Gauge([], np.zeros((0, 4)), [], (0, 1))
    naming, predicted = named(2, 3, gauge, [-1.0, -2.0])
    assert (naming.match.structure, naming.neurons, naming.dead_signs) == ("all-dead", 0, (-1, -1))
    assert predicted == "all-dead"
    assert named(2, 3, gauge, [-1.0, 2.0])[1] is None


def test_what_has_no_name_is_described() -> None:
    omega, signs = network("perturbed-copy-average", 2, 6)
    naming, predicted = named(2, 6, Gauge(signs, omega + 0.2, [(0,), (1,)]), [1.0, 1.0])
    record = naming.record()
    assert record["structure"] == "unclassified"
    assert record["why"].startswith("not yet named: 1 neuron (+)")
    assert record["runner_up"] is not None
    assert predicted is None


def test_a_neuron_on_its_way_to_zero_is_as_good_as_dead() -> None:
    # With a single teacher it gets there as t goes to infinity only.
    gauge = Gauge([-1], np.array([[-2e-8, 0.0]]), [(0,)])
    naming, predicted = named(1, 1, gauge, [-2.2])
    assert (naming.match.structure, naming.neurons, naming.dead) == ("all-dead", 0, (0,))
    assert predicted == "all-dead"


def test_what_the_flow_ends_at_is_predicted() -> None:
    for n, k, seeds in ((2, 3, range(4)), (3, 6, range(3))):
        problem = Problem(n, k, activation="relu")
        predictions = predict_rectified(problem, dps=20)
        for seed in seeds:
            flow = gradient_flow(problem, initial_weights(problem, seed=seed))
            polished = polish(problem, flow.theta, dps=30)
            naming = name_point(problem, polished)
            assert prediction_of(naming, predictions) is not None, (n, k, seed, naming.match.why)
            # Gradients below 1e-30, eigenvalues above 1e-3.
            assert naming.match.distance < mp.mpf(10) ** -26
            assert match(problem, polished).structure == naming.match.structure
            # In double precision the same is named, with room for its errors.
            rough = name_network(problem, reduced(problem, flow.theta), flow.theta[:, -1])
            assert rough.match.structure == naming.match.structure

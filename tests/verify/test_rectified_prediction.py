"""Predicted minima of rectified-linear networks: what is listed is reached or at least a minimum, with its room."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.initial import pack
from numerics.population import Population
from numerics.problem import Problem
from verify.rectified.prediction import RectifiedPrediction, predict_rectified


def predicted(n: int, k: int) -> tuple[RectifiedPrediction, ...]:
    return predict_rectified(Problem(n, k, activation="relu"), dps=20)


def test_the_network_that_copies_everything_is_lowest_at_n_equal_k() -> None:
    best = predicted(4, 4)[0]
    assert (best.structure, best.partition, best.loss) == ("copy-average", (1, 1, 1, 1), 0)


def test_a_neuron_of_negative_sign_dies_or_lies_along_the_average() -> None:
    full, fewer, dead = predicted(2, 3)
    assert (full.structure, full.neurons) == ("perturbed-copy-average", 2)
    assert (fewer.structure, fewer.partition, fewer.neurons, fewer.dead) == ("copy-average", (3,), 1, (-1,))
    assert [companion.sign for companion in fewer.collinear] == [-1]
    assert (dead.structure, dead.dead, dead.collinear) == ("all-dead", (-1,), ())


@pytest.mark.parametrize(("n", "k"), [(2, 3), (4, 6), (6, 6)])
def test_predicted_families_are_minima_of_the_whole_network(n: int, k: int) -> None:
    """No descent from points on the families: small random moves of all neurons raise the loss to second order."""
    generator = np.random.default_rng(n)
    for prediction in predicted(n, k):
        for companion in prediction.collinear:
            omega = np.zeros((prediction.neurons, k + 1))
            omega[:, :k] = prediction.point.doubles()[0]
            signs = prediction.point.signs.astype(float)
            extra, i = n - prediction.neurons, companion.neurons[0]
            part = 0.2 / extra * companion.sign
            W = np.vstack([omega, *[abs(part) * omega[i]] * extra])
            W[i] *= 1 - extra * part
            s = np.append(signs, [signs[i] * companion.sign] * extra)
            population = Population(Problem(n, k, activation="relu", fixed_outgoing=s))
            base, gradient = population.value_and_gradient(pack(W, s))
            assert np.abs(gradient).max() < 1e-12
            assert abs(base - float(prediction.loss)) < 1e-12
            for _ in range(20):
                move = generator.normal(size=W.shape)
                move *= 1e-4 / np.linalg.norm(move)
                # Curvatures are above 1e-3; the third derivative is bounded by some 10, times the cube 1e-12.
                assert population.loss(pack(W + move, s)) > base - 1e-11


def test_nothing_is_predicted_where_the_theory_does_not_apply() -> None:
    assert predict_rectified(Problem(2, 3)) == ()
    assert predict_rectified(Problem(2, 3, activation="relu", fixed_outgoing=[1.0, 1.0])) == ()
    assert predict_rectified(Problem(2, 3, activation="relu", teacher_outgoing=[1.0, 1.0, -1.0])) == ()


def test_negative_teachers_turn_the_signs() -> None:
    turned = predict_rectified(Problem(2, 3, activation="relu", teacher_outgoing=[-1.0] * 3), dps=20)
    assert [p.structure for p in turned] == [p.structure for p in predicted(2, 3)]
    assert turned[-1].dead == (1,)


def test_predictions_say_what_they_leave_to_further_neurons() -> None:
    texts = [p.describe(2) for p in predicted(2, 3)]
    assert texts[0] == "perturbed-copy-average"
    assert texts[1].startswith("copy-average 3 of 1 neuron; 1 more: dead (-) or ")


def test_companions_know_what_they_lie_along() -> None:
    corrected = next(p for p in predicted(6, 6) if p.structure == "negative-corrector")
    found = {(companion.role, companion.sign): len(companion.neurons) for companion in corrected.collinear}
    # More correctors share the first one's part; others go along the copies and the average with opposite signs.
    assert found == {("average", -1): 1, ("copy", -1): 3, ("corrector", 1): 1}
    assert "along the corrector (same sign)" in corrected.describe(6)


def test_minima_are_proved_where_that_is_asked() -> None:
    problem = Problem(5, 6, activation="relu")
    proved = predict_rectified(problem, dps=30, certified=True)
    assert [p.structure for p in proved] == [p.structure for p in predict_rectified(problem, dps=30)]
    assert all(p.certified for p in proved if p.neurons)


@pytest.mark.parametrize("dim", [6, 7, 9])
def test_the_input_dimension_may_be_any_from_k_on(dim: int) -> None:
    found = predict_rectified(Problem(6, 6, activation="relu", dim=dim), dps=20)
    assert [p.describe(6) for p in found] == [p.describe(6) for p in predicted(6, 6)]


def test_predictions_as_documents() -> None:
    full, fewer, dead = (p.document(2, 20) for p in predicted(2, 3))
    assert (full["structure"], full["neurons"], full["loss"][:12]) == ("perturbed-copy-average", 2, "0.1536677175")
    assert "dead" not in full
    assert fewer["partition"] == [3]
    assert fewer["dead"] == [-1]
    assert fewer["collinear"] == [{"along": "average", "sign": -1}]
    assert dead["collinear"] == []

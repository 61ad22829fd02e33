"""Room for further neurons: against the Hessians of families that have them, and values on the sphere."""

from __future__ import annotations

import numpy as np
import pytest
from rectified_network import rough_loss

from numerics.initial import pack
from numerics.population import Population
from numerics.problem import Problem
from numerics.rectified.structures import Point, structures
from numerics.rectified.transverse import Room, room


def vectors(point: Point) -> np.ndarray:
    return np.hstack([point.doubles()[0], np.zeros((point.n, 1))])


def rooms(n: int, k: int) -> list[tuple[Point, Room]]:
    return [(p, room(vectors(p), p.signs, np.eye(k, k + 1))) for p in structures(n, k) if p.loss > 0]


def split_hessian(point: Point, i: int, part: float) -> np.ndarray:
    """Eigenvalues of the network in which neuron i has become two along it, with (1 - part) and part of its length.

    A negative part makes the second one of opposite sign.
    """
    k, omega, signs = point.k, vectors(point), point.signs.astype(float)
    W = np.vstack([omega, abs(part) * omega[i]])
    W[i] *= 1 - part
    s = np.append(signs, signs[i] * np.sign(part))
    problem = Problem(len(W), k, activation="relu", fixed_outgoing=s)
    H = Population(problem).hessian(pack(W, s))
    return np.linalg.eigvalsh(H[np.ix_(problem.free, problem.free)])


@pytest.mark.parametrize(("n", "k"), [(1, 3), (2, 3), (3, 6), (4, 6), (5, 6), (5, 7)])
def test_a_further_neuron_adds_the_index_of_its_sign_test(n: int, k: int) -> None:
    for point, free in rooms(n, k):
        for i in range(n):
            low, high = free.transverse[i]
            for part, kappa in ((0.3, 1), (-0.4, -1)):
                values = split_hessian(point, i, part)
                # The family itself is a line of critical points: one zero. Rounding is near 1e-15.
                zero = np.abs(values) < 1e-9
                assert zero.sum() == 1, (point.name, i, part)
                added = int((values[~zero] < 0).sum()) - point.index
                definite = (low > 0) if kappa > 0 else (high < 0)
                allowed = free.same(i) if kappa > 0 else free.opposite(i)
                assert allowed == definite
                assert (added == 0) == definite, (point.name, i, part, added)


@pytest.mark.parametrize(("n", "k"), [(1, 3), (4, 6), (5, 6)])
def test_no_direction_tried_is_beyond_the_extremes_of_the_field(n: int, k: int) -> None:
    generator = np.random.default_rng(k)
    for point, free in rooms(n, k):
        omega, signs, t = vectors(point), point.signs.astype(float), 1e-6
        base = rough_loss(omega, signs, k)[0]
        # h(e) is half the derivative of the loss as a neuron of sign 1 grows from zero along e.
        directions = generator.normal(size=(300, k + 1))
        directions /= np.linalg.norm(directions, axis=1)[:, None]
        grown = [rough_loss(np.vstack([omega, t * e]), np.append(signs, 1.0), k)[0] for e in directions]
        # The neuron's own term is t^2 / 2; rounding of the losses is near 1e-15 / t.
        field = (np.array(grown) - base - t * t / 2) / (2 * t)
        assert field.min() > free.lowest - 1e-8
        assert field.max() < free.highest + 1e-8
        # They are values of the field: something comes near.
        assert free.lowest < 0


def test_where_perturbed_copy_average_has_no_room_for_the_dead_the_corrector_grows() -> None:
    average = next(p for p in structures(4, 6) if p.name == "perturbed-copy-average")
    free = room(vectors(average), average.signs, np.eye(6, 7))
    assert average.minimum
    assert not free.dead(-1)
    corrector = next(p for p in structures(5, 6) if p.name == "negative-corrector")
    assert corrector.loss < average.loss

"""Structures of rectified-linear networks: against published numbers, full gradients in mpmath, and scipy."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp
from rectified_network import loss_and_gradient, minimised, rough_loss

from numerics.rectified.structures import Point, all_dead, copies, fixed, structures

ORACLES = json.loads((Path(__file__).parents[1] / "data" / "oracles.json").read_text(encoding="utf-8"))
SIZES = [(1, 4), (2, 3), (2, 6), (3, 6), (4, 6), (5, 6), (6, 6), (7, 7), (4, 9)]


def named(n: int, k: int, name: str, dps: int = 50) -> Point:
    return next(point for point in structures(n, k, dps=dps) if point.name == name)


@pytest.mark.parametrize("known", ORACLES["relu_one_neuron"], ids=lambda known: f"k={known['k']}")
def test_one_neuron_is_the_published_one(known: dict[str, str]) -> None:
    k = int(known["k"])
    point = named(1, k, "copy-average")
    with mp.workdps(50):
        length = mp.sqrt(mp.fdot(point.coordinates[0], point.coordinates[0]))
        # The reference has 40 digits.
        assert abs(length - mp.mpf(known["a_times_r"])) < mp.mpf(10) ** -37
        assert abs(point.loss - mp.mpf(known["loss"])) < mp.mpf(10) ** -36
    assert point.partition == (k,)
    assert point.index == 0


def test_safran_and_shamirs_minimum() -> None:
    known = ORACLES["relu_spurious_minimum_safran_shamir"]
    point = named(7, 7, "against-teacher")
    C = point.doubles()[0]
    i = int(np.argmin(C.min(axis=1)))
    j = int(np.argmin(C[i]))
    others, rest = np.delete(C, i, axis=0), np.delete(C[i], j)
    copied = np.sort(np.delete(others, j, axis=1), axis=1)
    # Ten digits are given.
    tolerance = 1e-10
    assert abs(C[i, j] - known["w_11"]) < tolerance
    assert np.abs(others[:, j] - known["w_i1 (i>1)"]).max() < tolerance
    assert np.abs(rest - known["w_1j (j>1)"]).max() < tolerance
    assert np.abs(copied[:, -1] - known["w_ii (i>1)"]).max() < tolerance
    assert np.abs(copied[:, :-1] - known["w_ij (i!=j>1)"]).max() < tolerance
    assert abs(float(point.loss) - float(known["full_mse"])) < 1e-12
    assert point.minimum


@pytest.mark.parametrize(("n", "k"), SIZES)
def test_the_full_gradient_vanishes_and_the_loss_is_that_of_the_network(n: int, k: int) -> None:
    found = structures(n, k, dps=40)
    assert found
    for point in found:
        # An angle near zero from an arccosine has half the digits.
        with mp.workdps(100):
            vectors = [[*row, mp.mpf(0)] for row in point.coordinates]
            loss, gradient = loss_and_gradient(vectors, [int(s) for s in point.signs], k)
            assert max(abs(x) for row in gradient for x in row) < mp.mpf(10) ** -38, point.name
            assert abs(loss - point.loss) < mp.mpf(10) ** -38, point.name


@pytest.mark.parametrize(("n", "k"), SIZES)
def test_the_index_is_that_of_differences_of_the_gradient(n: int, k: int) -> None:
    step = 1e-5
    for point in structures(n, k):
        if point.loss == 0:
            continue
        _, theta = fixed(point.doubles()[0], point.signs)
        start, signs = theta[:, :-1], theta[:, -1]
        rows = []
        for x in range(start.size):
            move = np.zeros(start.size)
            move[x] = step
            up, down = (rough_loss(start + t * move.reshape(start.shape), signs, k)[1] for t in (1, -1))
            rows.append((up - down).ravel() / (2 * step))
        values = np.linalg.eigvalsh(_symmetric(rows))
        # Differences are good to step**2 and 1e-16 / step, far below the smallest eigenvalues here.
        assert np.abs(values).min() > 1e-6
        assert point.index == int((values < 0).sum()), (point.name, n, k)


def _symmetric(rows: list[np.ndarray]) -> np.ndarray:
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2


@pytest.mark.parametrize(
    ("n", "k", "name"),
    [
        (3, 6, "perturbed-copy-average"),
        (5, 6, "perturbed-copy"),
        (5, 6, "negative-corrector"),
        (6, 6, "against-teacher"),
    ],
)
def test_scipy_comes_back_to_a_minimum(n: int, k: int, name: str) -> None:
    point = named(n, k, name)
    assert point.minimum
    coordinates, signs = point.doubles()
    exact = np.hstack([coordinates, np.zeros((n, 1))])
    start = exact + 0.01 * np.random.default_rng(n).normal(size=exact.shape)
    found, loss = minimised(start, signs, k)
    # BFGS ends at gradients near 1e-9; eigenvalues are above 1e-3.
    assert np.abs(found - exact).max() < 1e-5
    assert abs(loss - float(point.loss)) < 1e-10


def test_digits_are_what_was_asked_for() -> None:
    low, high = named(3, 6, "perturbed-copy-average", 30), named(3, 6, "perturbed-copy-average", 90)
    with mp.workdps(100):
        gap = max(abs(x - y) for x, y in zip(low.coordinates.ravel(), high.coordinates.ravel(), strict=True))
        # The gradient is below 1e-35, the smallest eigenvalue of the reduced system above 1e-2.
        assert gap < mp.mpf(10) ** -32
        vectors = [[*row, mp.mpf(0)] for row in high.coordinates]
        _, gradient = loss_and_gradient(vectors, [1, 1, 1], 6)
        assert max(abs(x) for row in gradient for x in row) < mp.mpf(10) ** -88


def test_structures_come_in_the_order_of_their_losses() -> None:
    for n, k in SIZES:
        losses = [point.loss for point in structures(n, k)]
        assert all(a < b for a, b in pairwise(losses))


def test_copies_and_the_dead_network() -> None:
    assert copies(3).loss == 0
    assert copies(3).partition == (1, 1, 1)
    assert copies(3).index == 0
    with mp.workdps(50):
        # E[f*^2] for independent inputs: k/2 + k (k - 1) / (2 pi).
        assert abs(all_dead(3).loss - (mp.mpf(3) / 2 + 3 / mp.pi)) < mp.mpf(10) ** -45


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((3, 2), "n: got 3, needs at most k = 2"), ((-1, 2), "n: got -1"), ((1, 0), "k: got 0"), ((1.5, 2), "n: got")],
)
def test_sizes_that_make_no_sense_are_refused(arguments: tuple[int, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        structures(*arguments)
    with pytest.raises(ValueError, match="dps: got 5"):
        structures(1, 2, dps=5)

"""Around the line that a split neuron makes: the claims' numbers against the loss itself and quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp

from numerics import Population, Problem
from numerics.structures import copy_average_point
from theory.duplication import gram, split_cubic, split_curvature, split_quartic
from theory.stability import stiffness


def _split(sizes: list[int], student: int, share: float, gap: np.ndarray) -> np.ndarray:
    """A copy-average network with one student split, at the weighted mean."""
    coordinates, outgoing = copy_average_point(sizes, dps=30).doubles()
    W = np.zeros((len(sizes), len(gap)))
    W[:, : coordinates.shape[1]] = coordinates
    w, a = W[student], outgoing[student]
    others = np.column_stack([np.delete(W, student, 0), np.delete(outgoing, student)])
    pair = [[*(w + (1 - share) * gap), share * a], [*(w - share * gap), (1 - share) * a]]
    return np.vstack([others, pair])


@pytest.mark.parametrize("share", [-0.4, 0.3, 0.7, 1.4])
@pytest.mark.parametrize("sizes", [[1, 1, 2], [1, 3], [1, 2, 2]])
def test_null_directions_and_index_of_splits(sizes: list[int], share: float) -> None:
    k, n = sum(sizes), len(sizes) + 1
    dim = k + 1
    population = Population(Problem(n, k))
    before = np.linalg.eigvalsh(Population(Problem(n - 1, k)).hessian(_split(sizes, 0, 1.0, np.zeros(dim))[:-1]))
    for student, m in enumerate(sizes):
        point = _split(sizes, student, share, np.zeros(dim))
        assert np.abs(population.gradient(point)).max() < 1e-14
        values = np.linalg.eigvalsh(population.hessian(point))
        # Rounding of Hessian entries of order 10; the smallest of the others is above 1e-4 at these sizes.
        assert (np.abs(values) < 1e-12).sum() == dim + 1 - (m - 1)
        lost = m - 1 if 0 < share < 1 else 0
        assert (values < -1e-12).sum() == (before < 0).sum() + lost


def test_curvature_of_a_split_average() -> None:
    for m in (2, 3, 5):
        dim = m + 1
        gap = np.zeros(dim)
        gap[0], gap[1] = np.sqrt(0.5), -np.sqrt(0.5)
        population, h, share = Population(Problem(2, m)), 1e-3, 0.3
        start = population.loss(_split([m], 0, share, 0 * gap))
        change = population.loss(_split([m], 0, share, h * gap)) - start
        # Half of t (1 - t) S h^2; the error is of relative order h^2, and rounding 1e-16 over 1e-8.
        assert change == pytest.approx(share * (1 - share) * float(split_curvature(m)) * h**2 / 2, rel=1e-5)


@pytest.mark.parametrize("share", [-0.2, 0.3, 0.7, 1.4])
@pytest.mark.parametrize("sizes", [[1, 2], [1, 3], [1, 2, 3]])
def test_third_order_around_a_split_copy(sizes: list[int], share: float) -> None:
    dim = sum(sizes) + 1
    population = Population(Problem(len(sizes) + 1, sum(sizes)))
    gap = 0.01 * np.random.default_rng(3).normal(size=dim)
    odd = (population.loss(_split(sizes, 0, share, gap)) - population.loss(_split(sizes, 0, share, -gap))) / 2
    start, predicted = 1, 0.0
    for m in sizes[1:]:
        D = gap[start : start + m]
        predicted += float(split_cubic(share, m, D.sum(), (D**3).sum()))
        start += m
    # The next odd order is of relative order |D|^2 = 5e-4 times a constant; rounding is 1e-16.
    assert odd == pytest.approx(predicted, rel=2e-2, abs=3e-15)


def test_the_quartic_coefficient_against_quadrature() -> None:
    with mp.workdps(25):
        for m, others in ((1, [1, 2]), (2, [1, 1]), (3, [2])):
            r = 1 / mp.sqrt(2 * m - 1)

            def slope(x: mp.mpf, r: mp.mpf = r) -> mp.mpf:
                return mp.sqrt(2 / mp.pi) * mp.exp(-((r * x) ** 2) / 2)

            functions = [
                lambda x, r=r, slope=slope: -r * x**3 * slope(x),
                lambda x, r=r: mp.erf(r * x / mp.sqrt(2)),
                lambda x, slope=slope: x * slope(x),
                lambda x: x,
            ]
            inner = mp.matrix(4, 4) + mp.matrix(
                [
                    [mp.quad(lambda x, f=f, g=g: f(x) * g(x) * mp.npdf(x), [-14, -4, 0, 4, 14]) for g in functions]
                    for f in functions
                ]
            )
            inner[3, 3] += 1 / sum(mp.mpf(str(stiffness(o).evalf(25))) for o in others)
            expected = mp.det(inner) / mp.det(inner[1:, 1:])
            assert abs(mp.mpf(str(split_quartic(m, others).evalf(25))) - expected) < mp.mpf(10) ** -18
    with pytest.raises(ValueError, match="size: got 0"):
        split_quartic(0, [1])
    # Without others the linear function is not to be had, and the loss rises faster.
    assert float(split_quartic(1, [])) > float(split_quartic(1, [1, 2])) > 0
    assert gram(1, 2).is_symmetric()

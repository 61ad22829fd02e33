"""The compiled kernels against the numpy ones, which are refereed by quadrature, and against mpmath."""

import subprocess
import sys

import numpy as np
import pytest
from mpmath import mp

from numerics import Population, Problem
from numerics.flow.chebyshev import Chebyshev
from numerics.flow.field import GradientField
from numerics.kernels.compiled import SMALLEST_ORDER, compiled

pytest.importorskip("numba")

rng = np.random.default_rng(7)
PROBLEMS = {
    "unit": Problem(5, 9),
    "one neuron": Problem(1, 60),
    "general teacher": Problem(
        6, 8, dim=9, teacher=rng.standard_normal((8, 9)), teacher_outgoing=rng.standard_normal(8)
    ),
    "narrow": Problem(12, 3, dim=4),
    "held": Problem(5, 9, fixed_outgoing=rng.standard_normal(5)),
}


def by_numpy(problem: Problem) -> Population:
    population = Population(problem)
    population.compiled = None
    return population


def point(problem: Problem, scale: float = 1.0) -> np.ndarray:
    theta = scale * rng.standard_normal(problem.shape)
    if problem.fixed_outgoing is not None:
        theta[:, -1] = problem.fixed_outgoing
    return theta


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 30.0])
def test_loss_gradient_and_hessian_equal_those_of_numpy(name: str, scale: float) -> None:
    problem = PROBLEMS[name]
    theta = point(problem, scale)
    fast, slow = compiled(problem), by_numpy(problem)
    assert fast is not None
    # Sums of at most 200 terms in another order: 200 rounding units of the largest.
    tolerance = 200 * np.finfo(float).eps
    loss, gradient = Population(problem).value_and_gradient(theta)
    expected_loss, expected = slow.value_and_gradient(theta)
    terms = (np.abs(theta[:, -1]).sum() + np.abs(problem.teacher_outgoing).sum()) ** 2
    assert abs(loss - expected_loss) <= tolerance * terms
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=tolerance * terms)
    hessian, wanted = fast.hessian(theta), slow.hessian_unchecked(theta)
    assert np.array_equal(hessian, hessian.T)
    # At norms of 30 the determinant (1+p)(1+q) - s^2 of parallel vectors cancels to 1 / |w|^2 of its terms, and
    # second derivatives carry its power 3/2.
    worst = 1.5 * (1 + np.square(theta[:, :-1]).sum(axis=1).max())
    np.testing.assert_allclose(hessian, wanted, rtol=0, atol=tolerance * worst * np.abs(wanted).max())


@pytest.mark.parametrize("name", PROBLEMS)
def test_products_with_the_hessian_need_no_matrix(name: str) -> None:
    problem = PROBLEMS[name]
    theta, move = point(problem), rng.standard_normal(problem.shape)
    fast = compiled(problem)
    assert fast is not None
    expected = by_numpy(problem).hessian_unchecked(theta)
    # Rows of 70 terms at most, each a few rounding units.
    tolerance = 500 * np.finfo(float).eps * np.abs(expected).sum(axis=1).max() * np.abs(move).max()
    product = fast.hessian_vector(theta, move).ravel()
    np.testing.assert_allclose(product, expected @ move.ravel(), rtol=0, atol=tolerance)


def test_the_arctangent_is_that_of_mpmath() -> None:
    from numerics.kernels.erf_compiled import arctangent

    for t in [*np.linspace(-1, 1, 401), 1e-300, 1e-17, 1e-8]:
        with mp.workdps(40):
            exact = mp.atan(mp.mpf(float(t)))
            # 2 units in the last place: one of the product, one of the last sum.
            assert abs(mp.mpf(float(arctangent(t))) - exact) <= abs(exact) * 2 * mp.mpf(2) ** -52


def test_the_compiled_stages_are_those_of_the_loop() -> None:
    problem = PROBLEMS["unit"]
    state = GradientField(problem).state(point(problem, 0.3).ravel())
    ends = []
    for population in (Population(problem), by_numpy(problem)):
        field = GradientField(problem)
        field.population = population
        stepper = Chebyshev(field)
        attempt = stepper.attempt(state, 0.5)
        assert attempt is not None
        ends.append((*attempt, field.evaluations))
    np.testing.assert_allclose(ends[0][0], ends[1][0], rtol=0, atol=1e-13)
    np.testing.assert_allclose(ends[0][1], ends[1][1], rtol=0, atol=1e-13)
    assert abs(ends[0][2] - ends[1][2]) <= 1


def test_small_problems_run_on_numpy_and_do_not_import_the_compiler() -> None:
    assert compiled(Problem(2, 3)) is None
    assert compiled(Problem(1, SMALLEST_ORDER - 2)) is not None
    code = (
        "import sys; from numerics import Problem, gradient_flow, initial_weights; p = Problem(2, 3);"
        "gradient_flow(p, initial_weights(p, seed=0), max_steps=5); sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_numba_the_numpy_kernels_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numerics.kernels.compiled.find_spec", lambda name: None)
    population = Population(PROBLEMS["unit"])
    assert population.compiled is None
    assert np.isfinite(population.loss(point(PROBLEMS["unit"])))

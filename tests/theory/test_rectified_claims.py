"""What the claims on ReLU say, seen in networks that know nothing of them: eigenvalues, root searches and flows."""

from __future__ import annotations

import numpy as np
import pytest
import relu_network as relu
import sympy as sp
from mpmath import mp
from scipy.integrate import solve_ivp
from scipy.optimize import root

import theory
from theory.claims.relu_death import LEAST_PULL
from theory.claims.relu_interaction import EO, X, Z, mixed_hessian, own_hessian
from theory.rectified_neuron import curvature, length, loss, pull
from theory.symbols import r1, r2, u

#: Differences of gradients with step 1e-5: rounding 1e-11, the next order 1e-10 times third derivatives. With jumps
#: of these, at parallel vectors, 1e-5 times the jump.
SMOOTH, KINK = 1e-7, 1e-4


def _direction(k: int, dim: int) -> np.ndarray:
    e = np.zeros(dim)
    e[:k] = 1 / np.sqrt(k)
    return e


def _fixed(signs: np.ndarray, V: np.ndarray):  # type: ignore[no-untyped-def]
    """Gradient with outgoing weights fixed."""
    return lambda omega: relu.gradient(omega.reshape(len(signs), -1), signs, V)[0].ravel()


def _trained(n: int, V: np.ndarray):  # type: ignore[no-untyped-def]
    """Gradient in rows (w_i, a_i)."""

    def gradient(theta: np.ndarray) -> np.ndarray:
        rows = theta.reshape(n, -1)
        in_w, in_a = relu.gradient(rows[:, :-1], rows[:, -1], V)
        return np.column_stack([in_w, in_a]).ravel()

    return gradient


@pytest.mark.parametrize("k", [1, 2, 5, 50])
def test_one_neuron_against_independent_values(k: int, oracles: dict) -> None:
    structure = theory.one_neuron(k, "relu")
    group = structure.groups[0]
    assert (structure.n, structure.k, structure.partition) == (1, k, (k,))
    rows = {row["k"]: row for row in oracles["relu_one_neuron"]} | {1: {"a_times_r": "1", "loss": "0"}}
    with mp.workdps(45):
        for value, name in ((group.norm * group.outgoing, "a_times_r"), (structure.loss, "loss")):
            assert abs(mp.mpf(str(sp.N(value, 45))) - mp.mpf(rows[k][name])) < mp.mpf(10) ** -36


@pytest.mark.parametrize("k", [2, 3, 5, 10])
@pytest.mark.parametrize("sign", [1, -1])
def test_eigenvalues_at_the_critical_points_of_one_neuron(k: int, sign: int) -> None:
    dim = k + 2
    V, rho = np.eye(k, dim), float(length(sp.Integer(k), sign))
    omega = sign * rho * _direction(k, dim)
    one = np.ones(1)
    assert np.abs(_fixed(one, V)(omega)).max() < 1e-14
    assert relu.loss(omega[None], one, V) == pytest.approx(float(loss(sp.Integer(k), sign)), abs=1e-13 * k)
    inside, outside = (float(curvature(sp.Integer(k), sign, inside=z)) for z in (True, False))
    expected = np.sort([1.0, *[inside] * (k - 1), *[outside] * (dim - k)])
    H = relu.hessian(_fixed(one, V), omega)
    assert np.abs(np.linalg.eigvalsh(H) - expected).max() < SMOOTH * max(1, abs(expected).max())
    assert relu.inertia(H, SMOOTH) == ((0, 0) if sign == 1 else (dim - 1, 0))
    # Without fixing the gauge, in any representative: the same inertia and one zero.
    full = relu.hessian(_trained(1, V), np.append(omega / 0.7, 0.7))
    assert relu.inertia(full, 1e-6) == ((0, 1) if sign == 1 else (dim - 1, 1))


@pytest.mark.parametrize(("k", "dim"), [(1, 2), (2, 3), (3, 3), (4, 5)])
def test_a_search_finds_no_other_critical_point_of_one_neuron(k: int, dim: int) -> None:
    V, rng = np.eye(k, dim), np.random.default_rng(k)
    found = set()
    for _ in range(60):
        end = root(_fixed(np.ones(1), V), rng.normal(size=dim), tol=1e-13)
        # Ends near zero are dead neurons, others without success no critical points.
        if np.abs(end.fun).max() > 1e-10 or np.linalg.norm(end.x) < 1e-3:
            continue
        side = 1 if end.x[0] > 0 else -1
        assert np.abs(end.x - side * float(length(sp.Integer(k), side)) * _direction(k, dim)).max() < 1e-8
        found.add(side)
    assert found == ({1} if k == 1 else {1, -1})


def test_the_pull_of_two_and_more_teachers_is_never_below_its_bound() -> None:
    rng = np.random.default_rng(0)
    for k in (2, 3, 6):
        worst = min(
            sum(relu.interaction(e, v) for v in np.eye(k, k + 1))
            for e in rng.normal(size=(300, k + 1))
            for e in [e / np.linalg.norm(e)]
        )
        assert float(LEAST_PULL) < float(pull(sp.Integer(k), -1)) <= worst + 1e-12


def _flow(W: np.ndarray, a: np.ndarray, V: np.ndarray, time: float):  # type: ignore[no-untyped-def]
    """Until a norm falls to 1e-7 or the time is over: time, incoming vectors, outgoing weights."""
    shape = W.shape

    def rate(_: float, y: np.ndarray) -> np.ndarray:
        in_w, in_a = relu.gradient(y[: W.size].reshape(shape), y[W.size :], V)
        return -np.concatenate([in_w.ravel(), in_a])

    def smallest(_: float, y: np.ndarray) -> float:
        return float(np.linalg.norm(y[: W.size].reshape(shape), axis=1).min() - 1e-7)

    smallest.terminal = True  # type: ignore[attr-defined]
    done = solve_ivp(
        rate, (0, time), np.concatenate([W.ravel(), a]), "DOP853", events=smallest, rtol=1e-10, atol=1e-12
    )
    y = done.y[:, -1]
    return done.t[-1], y[: W.size].reshape(shape), y[W.size :], done.status == 1


@pytest.mark.parametrize("k", [2, 3])
def test_a_single_neuron_dies_exactly_if_the_claim_says_so(k: int) -> None:
    rng, V = np.random.default_rng(k), np.eye(k, k + 1)
    deaths = 0
    for _ in range(8):
        w, a = rng.normal(size=k + 1), rng.normal() * 1.5
        time, end, out, died = _flow(w[None], np.array([a]), V, 40.0)
        assert died == (a < -np.linalg.norm(w))
        deaths += died
        if died:
            balance = a**2 - w @ w
            assert time <= np.linalg.norm(w) / (2 * np.sqrt(balance) * float(LEAST_PULL))
            assert out[0] == pytest.approx(-np.sqrt(balance), rel=1e-7)
        else:
            assert out[0] ** 2 - end[0] @ end[0] == pytest.approx(a**2 - w @ w, abs=1e-7)
    assert 0 < deaths < 8


def test_with_one_teacher_only_a_parallel_neuron_dies() -> None:
    V = np.eye(1, 2)
    assert _flow(np.array([[0.5, 0.0]]), np.array([-1.0]), V, 20.0)[3]
    # At a slight angle it turns round, is left with a pull that vanishes, and shrinks like exp(-B t).
    _, w, a, died = _flow(np.array([[0.5, 0.01]]), np.array([-1.0]), V, 8.0)
    assert not died
    assert relu.angle(w[0], -V[0]) < 1e-4
    balance = 1 - 0.5**2 - 0.01**2
    later = _flow(w, a, V, 2.0)[1]
    assert np.log(np.linalg.norm(w) / np.linalg.norm(later)) / 2 == pytest.approx(balance, rel=1e-4)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_example_of_a_neuron_with_positive_outgoing_weight_dies(k: int) -> None:
    e, rho = _direction(k, k + 1), float(length(sp.Integer(k)))
    size = np.sqrt(6 * rho)
    time, W, a, died = _flow(np.array([e, size * e]), np.array([2.0, size]), np.eye(k, k + 1), 5.0)
    assert died
    assert np.linalg.norm(W[0]) < 1e-6 < np.linalg.norm(W[1])
    assert time < np.log(3) / 2 / rho
    assert a[0] == pytest.approx(np.sqrt(3), rel=1e-6)
    assert np.linalg.norm(W[1]) == pytest.approx(np.sqrt(2 * rho), rel=1e-6)


def test_slopes_at_a_dead_neuron_and_limits_of_gradients() -> None:
    k, dim, a = 3, 4, 0.8
    V, e = np.eye(k, dim), _direction(3, 4)
    at_zero = relu.loss(np.zeros((1, dim)), np.array([a]), V)
    rise = (relu.loss(1e-6 * e[None], np.array([a]), V) - at_zero) / 1e-6
    assert rise == pytest.approx(-a * float(length(sp.Integer(k))), rel=1e-5)
    forward, backward = (float(pull(sp.Integer(k), sign)) for sign in (1, -1))
    share = backward / (forward + backward)
    limits = [relu.gradient(sign * 1e-9 * e[None], np.array([a]), V)[0][0] for sign in (1, -1)]
    assert np.abs(share * limits[0] + (1 - share) * limits[1]).max() < 1e-8


@pytest.mark.parametrize("signs", [(1, 1), (1, -1), (1, 1, -1), (1, -1, -1)])
def test_collinear_students_that_average(signs: tuple[int, ...]) -> None:
    k, dim, m = 3, 4, len(signs)
    V, e, rho = np.eye(k, dim), _direction(3, 4), float(length(sp.Integer(3)))
    s = np.array(signs, dtype=float)
    # Lengths 0.3, 0.5 for all but the first, which makes up the sum.
    lengths = np.array([0.0, 0.3, 0.5])[:m]
    lengths[0] = rho - s[1:] @ lengths[1:]
    omega = (lengths[:, None] * e).ravel()
    assert np.abs(_fixed(s, V)(omega)).max() < 1e-14
    positive = signs.count(1)
    expected = ((positive - 1) * (dim - 1), m - 1)
    assert relu.inertia(relu.hessian(_fixed(s, V), omega), KINK) == expected


@pytest.mark.parametrize("other", [1, -1])
def test_splitting_a_neuron_of_any_network_adds_the_index_of_its_matrix(other: int) -> None:
    k, dim = 4, 4
    V, rng = np.eye(k, dim), np.random.default_rng(3)
    seen = set()
    for _ in range(30):
        end = root(_fixed(np.ones(2), V), rng.normal(size=2 * dim), tol=1e-13)
        W = end.x.reshape(2, dim)
        if np.abs(end.fun).max() > 1e-10 or np.linalg.norm(W, axis=1).min() < 0.05 or relu.angle(*W) < 0.1:
            continue
        H = relu.hessian(_fixed(np.ones(2), V), end.x)
        index, null = relu.inertia(H, SMOOTH)
        e = W[0] / np.linalg.norm(W[0])
        others = lambda w: relu.slope(w, W[1]) - sum(relu.slope(w, v) for v in V)  # noqa: B023, E731
        M = relu.hessian(others, e)
        across = np.linalg.svd(e[None])[2][1:]
        values = np.linalg.eigvalsh(across @ M @ across.T)
        if null or np.abs(values).min() < 0.01:
            continue
        extra = int(np.sum(values * other < 0))
        part = 0.4 * np.linalg.norm(W[0]) * e
        split = np.concatenate([W[0] - other * part, W[1], part])
        signs = np.array([1.0, 1.0, other])
        assert np.abs(_fixed(signs, V)(split)).max() < 1e-9
        assert relu.inertia(relu.hessian(_fixed(signs, V), split), KINK) == (index + extra, 1)
        seen.add((index, extra))
    assert len(seen) >= 2


@pytest.mark.parametrize("cosine", ["3/10", "-99/100", "1", "-1"])
def test_second_derivatives_against_differences(cosine: str) -> None:
    """Also at exactly parallel and antiparallel vectors, where the function is not three times differentiable."""
    c, rng = sp.Rational(cosine), np.random.default_rng(1)
    w = np.array([1.5, 0, 0, 0])
    v = 0.7 * np.array([float(c), float(sp.sqrt(1 - c**2)), 0, 0])
    for _ in range(3):
        x, z = rng.normal(size=(2, 4))
        values = dict(zip((*X[:2], *Z[:2]), (*x[:2], *z[:2]), strict=True))
        values |= {u: c, r1: 1.5, r2: 0.7, EO: x[2:] @ z[2:], sp.Symbol("E", real=True): x[2:] @ x[2:]}
        step = 1e-6
        own = (relu.slope(w + step * x, v) - relu.slope(w - step * x, v)) @ x / (2 * step)
        assert own == pytest.approx(float(own_hessian().subs(values)), abs=1e-5)
        mixed = (relu.slope(w, v + step * z) - relu.slope(w, v - step * z)) @ x / (2 * step)
        assert mixed == pytest.approx(float(mixed_hessian().subs(values)), abs=1e-5)

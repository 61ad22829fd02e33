"""Certificates of other activations proved again: formulas by another route, true files accepted, lies refused."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import certificates as made
import flint
import numpy as np
import pytest
from mpmath import mp

from numerics import Problem, gradient_flow, initial_weights, polish
from numerics.kernels import ACTIVATIONS
from numerics.precision import digits
from verify.certificates.document import certificate_document
from verify.certificates.smoothness import derivative_norm_of
from verify.certification import certify
from verify.recheck import Unreadable, recheck
from verify.recheck.bounded import KNOWN, norms_of
from verify.recheck.expression import read_terms
from verify.recheck.interaction import formula, interaction_of
from verify.recheck.logistic import Logistic
from verify.recheck.network import Network
from verify.recheck.schema import contents
from verify.recheck.trapezoid import Product, Sheared

Document = dict[str, Any]

CLOSED = ("erf", "normal-cdf", "gelu", "linear", "square", "cube", "hermite2", "hermite3", "hermite4", "sin", "cos",
          "exp", "x*exp(-x**2)", "cosh(x/2) - 0.3*x**2")  # fmt: skip
SERIES = ("tanh", "sigmoid", "softplus", "silu")
#: s, p, q: generic, orthogonal, nearly parallel, parallel and antiparallel vectors, and a short one.
PLACES = (
    (0.25, 1.1, 0.75),
    (0.0, 1.0, 0.5),
    (0.9999, 1.0, 1.0),
    (1.0, 1.0, 1.0),
    (-0.5, 1.0, 0.25),
    (1e-4, 1e-4, 1.0),
)


def _flat(interaction: Any, s: Any, p: Any, q: Any) -> list[Any]:
    return [interaction.value(s, p, q), *interaction.first(s, p, q), *interaction.second(s, p, q)]


def _kernel(name: str, arithmetic: Any, s: Any, p: Any, q: Any) -> list[Any]:
    """The same from the kernels that the search uses, another derivation."""
    kernel = ACTIVATIONS[name]
    return [
        kernel.value(s, p, q, arithmetic)[0],
        *kernel.first(s, p, q, arithmetic)[1:],
        *kernel.second(s, p, q, arithmetic),
    ]


@pytest.mark.parametrize("name", [*CLOSED, *SERIES])
def test_interactions_agree_with_those_of_the_search(name: str) -> None:
    for place in PLACES:
        s, p, q = map(flint.arb, place)
        if name == "erf" and place[0] ** 2 > 0.9 * place[1] * place[2]:
            continue
        with digits(26) as arithmetic:
            ours, theirs = _flat(interaction_of(name, 55), s, p, q), _kernel(name, arithmetic, s, p, q)
        for x, y in zip(ours, theirs, strict=True):
            assert x.overlaps(y), (name, place)
            # exp(-55) is 1e-24; the rule of the plane loses the growth on its strip, which its nats make up for.
            assert float(x.rad()) < 1e-20 * (1 + abs(float(x)))


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("nats", [2, 5, 9, 16])
def test_the_error_of_the_rule_holds_where_it_is_large(name: str, nats: int) -> None:
    """With few nodes the sums are visibly wrong, and the balls have to hold the truth all the same."""
    rule = Logistic(name, nats)
    orders = tuple((i, j) for i in range(5) for j in range(5))
    for place in PLACES:
        s, p, q = map(flint.arb, place)
        with flint.ctx.workprec(128):
            truth = Logistic(name, 45)(orders, s, p, q)
            for x, y in zip(rule(orders, s, p, q), truth, strict=True):
                assert y in x or x.overlaps(y)
                assert float(x.rad()) < 30 * np.exp(-nats)


def test_a_rule_without_its_error_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    orders, (s, p, q) = ((0, 0), (1, 1)), map(flint.arb, (0.25, 1.1, 0.75))
    truth = Logistic("tanh", 45)(orders, s, p, q)
    assert all(x.overlaps(y) for x, y in zip(Logistic("tanh", 2)(orders, s, p, q), truth, strict=True))
    for law in (Product, Sheared):
        sums = law.sums
        monkeypatch.setattr(law, "sums", lambda *args, sums=sums: (sums(*args)[0], flint.arb(0)))
    # The strip's constants ask for some nodes even here, so that the true error is small; it is there.
    assert not all(x.overlaps(y) for x, y in zip(Logistic("tanh", -12)(orders, s, p, q), truth, strict=True))


@pytest.mark.parametrize("name", ["hermite4", "gelu", "x*exp(-x**2)", *SERIES])
def test_balls_hold_the_values_in_them(name: str) -> None:
    s, p, q = 0.25, 1.1, 0.75
    wide = [flint.arb(x, 1e-3) for x in (s, p, q)]
    found = _flat(interaction_of(name, 40), *wide)
    for signs in ((1, 1, 1), (-1, 1, -1), (1, -1, 0)):
        there = [flint.arb(x) + sign * flint.arb(0.9e-3) for x, sign in zip((s, p, q), signs, strict=True)]
        for x, y in zip(found, _flat(interaction_of(name, 40), *there), strict=True):
            assert y in x or x.overlaps(y)
            # First order in the radius: ten times the sum of the slopes, which are at most of the order of 10^3.
            assert float(x.rad()) < 10


def test_expressions() -> None:
    with flint.ctx.workprec(128):
        for text, same in (
            ("(x+1)**2-2*x-1", "square"),
            ("(exp(x)+exp(-x))/2", "cosh(x)"),
            ("x*(x**2-3)", "hermite3"),
        ):
            for x, y in zip(*(_flat(interaction_of(t, 40), *map(flint.arb, (0.3, 1, 0.5))) for t in (text, same)),
                            strict=True):  # fmt: skip
                assert x.overlaps(y)
                assert float(x.rad()) < 1e-30
    assert formula("hermite2") == "sigma(x) = x**2 - 1"
    for wrong in (
        *("exp(x**2)", "x*y", "sin(x**2)", "1/x", "tanh(x", "3", "x**(1/2)", "abs(x)", "__import__('os')", "x.real"),
        *("exp(exp(x))", "x**25", "(x+exp(x)+sin(x))**24", "x if x else 1", "'x'", "0*x", "x*1e400000"),
    ):
        with pytest.raises(Unreadable, match=r"system\.activation"):
            read_terms(wrong)


@cache
def _document(name: str, n: int = 1, k: int = 2) -> Document:
    problem = Problem(n, k, activation=name)
    dps = 16 if name in SERIES else 50
    point = polish(problem, gradient_flow(problem, initial_weights(problem, seed=1)).theta, dps=dps)
    document = certificate_document(problem, certify(problem, point, dps=dps))
    assert document is not None
    return document


@pytest.mark.parametrize("name", ["normal-cdf", "hermite3", "hermite4", "cos", "exp", "x*exp(-x**2)", "tanh", "silu"])
def test_true_certificates_are_accepted(name: str) -> None:
    verdict = recheck(_document(name))
    assert verdict.accepted, verdict.reasons
    assert ("alpha" in verdict.facts) is (name not in KNOWN)
    # Not a box of rounding errors: where exactly one critical point was proved to be is visible in double precision.
    low, exponent = _document(name)["states"]["uniqueness_radius"]
    assert low * 2.0**exponent > 1e-8


def _altered(document: Document, part: str, name: str, value: Any) -> Document:
    document = copy.deepcopy(document)
    document[part][name] = value
    return document


@pytest.mark.parametrize("name", ["exp", "sigmoid"])
def test_lies_are_refused(name: str) -> None:
    document = _document(name)
    teacher = copy.deepcopy(document["system"]["teacher"])
    teacher[0][0] = made.exact(1.0625)
    # In a box, and by convexity.
    lies = (
        ("states", "index", 1, ("negative eigenvalues", "has index 0")),
        ("states", "lambda_min", made.exact(1024.0), ("lambda_min is larger",) * 2),
        ("states", "radius", made.exact(2.0**-300), ("no critical point is shown", "too large for radius")),
        ("states", "uniqueness_radius", made.exact(0.5), ("not shown to be nonsingular", "to lie in the ellipsoid")),
        ("states", "loss", [[0, 0], [1, -40]], ("loss is not shown",) * 2),
        ("system", "activation", "sin", ("shown",) * 2),
        ("system", "teacher", teacher, ("shown", "too large for radius")),
    )
    assert recheck(document).accepted
    for part, field, value, words in lies:
        lie = _altered(document, part, field, value)
        assert any("digest" in reason for reason in recheck(lie).reasons)
        assert any("the text is not" in reason for reason in recheck(made.sealed(lie)).reasons)
        found = recheck(made.finished(lie)).reasons
        assert any(words[name != "exp"] in reason for reason in found), (field, found)
    moved = copy.deepcopy(document)
    moved["point"][0][0] = made.exact(0.4375)
    assert recheck(made.finished(moved)).reasons


@pytest.mark.parametrize("name", ["sin", "softplus"])
def test_basins_are_proved_and_false_ones_refused(name: str) -> None:
    document = _document(name)
    basin = {"start": [[[x, y] for x, y in row] for row in document["point"]]}
    document = _altered(document, "states", "basin", basin)
    verdict = recheck(made.finished(document))
    assert verdict.accepted, verdict.reasons
    assert "converges to x*" in made.finished(document)["theorem"]["text"]
    basin["start"][0][-1] = made.exact(0.25)
    refused = recheck(made.finished(_altered(document, "states", "basin", basin)))
    assert any("not shown to stay in the ellipsoid" in reason for reason in refused.reasons)
    rho, exponent = document["proof"]["rho"]
    wide = recheck(made.finished(_altered(document, "proof", "rho", [rho, exponent + 1])))
    assert any("M rho < 1 could not be shown" in reason for reason in wide.reasons)


@pytest.mark.parametrize("name", KNOWN)
def test_bounds_on_derivatives(name: str) -> None:
    """No smaller than the norm in the worst of many directions, by quadrature; and the search's are as good."""
    tau, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    for p in (0.0, 0.3, 1.5):
        for m in (1, 2, 3):
            bound = float(norms_of(name)(m, flint.arb(p), flint.arb(p)))
            theirs = float(derivative_norm_of(name)(m, flint.arb(p)).abs_upper())
            # The search bounds Bernstein coefficients at one p, the checker over an interval of p.
            assert bound == pytest.approx(theirs, rel=1e-6)
            slope = _derivative(name, m, np.sqrt(p) * tau)
            worst = 0.0
            for phi in np.linspace(0, np.pi, 13):
                along = np.cos(phi) * tau[:, None] + np.sin(phi) * tau[None, :]
                worst = max(worst, float(weights @ (slope[:, None] ** 2 * along ** (2 * m)) @ weights) ** 0.5)
            assert worst <= bound * (1 + 1e-9)
            assert bound <= 8 * worst or worst < 1e-9


def _derivative(name: str, m: int, x: np.ndarray) -> np.ndarray:
    """By differences of high order in mpmath."""
    functions: dict[str, Any] = {
        "erf": lambda z: mp.erf(z / mp.sqrt(2)),
        "normal-cdf": mp.ncdf,
        "tanh": mp.tanh,
        "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
        "softplus": lambda z: mp.log(1 + mp.exp(z)),
        "sin": mp.sin,
        "cos": mp.cos,
    }
    values: dict[float, float] = {}
    for z in x:
        if z not in values:
            values[z] = float(mp.diff(functions[name], mp.mpf(z), m))
    return np.array([values[z] for z in x])


def test_theorems_of_erf_are_not_lent_to_others() -> None:
    document = _document("exp")
    identity = {"structure": "copy-average", "partition": [2], "assignment": [[0, 1]], "signs": [1]}
    for field, value in (("identity", identity), ("line", {"splits": [], "rank": 4, "index": 0})):
        with pytest.raises(Unreadable, match=f"states.{field}: there is none"):
            recheck(_altered(document, "states", field, value))
    convex = {"method": "convexity", "metric": [[[1, 0], [1, 0]]], "rho": [1, -9]}
    with pytest.raises(Unreadable, match=r"proof\.method"):
        recheck({**document, "proof": convex})
    basin = recheck(made.finished(_altered(document, "states", "basin", {"start": document["point"]})))
    assert "a basin needs a proof by convexity" in basin.reasons
    for activation in ("relu", "x**x", "exp(x**2)", 3, "a\nb"):
        with pytest.raises(Unreadable, match=r"system\.activation"):
            recheck(_altered(document, "system", "activation", activation))


def test_networks_of_several_neurons() -> None:
    """Loss, gradient and Hessian of the network against the search's, which has other formulas for them."""
    from verify.enclosures import Enclosures

    document = _document("sin", 2, 3)
    problem = Problem(2, 3, activation="sin")
    found = contents(document)
    with digits(30) as arithmetic:
        network, theirs = Network(found, flint.arb(0)), Enclosures(problem, arithmetic)  # type: ignore[arg-type]
        balls = [[x + 0 for x in row] for row in found.point]  # type: ignore[union-attr]
        assert network.loss().overlaps(theirs.loss(balls))
        for x, y in zip(network.gradient(), theirs.gradient(balls), strict=True):
            assert x.overlaps(y)
        H, rows = network.hessian(), theirs.hessian(balls)
        for i, row in enumerate(rows):
            for j, y in enumerate(row):
                assert H[i, j].overlaps(y)
                assert float(H[i, j].rad()) < 1e-25
    assert recheck(document).accepted

"""A user's own activation: what is accepted, how exact it is, and what is refused with which words."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

import theory
from numerics import Population, Problem
from numerics.compile import FLOAT
from numerics.kernels import ACTIVATIONS, degree_of, encloses, parity
from numerics.own import check_activation, register_callable
from theory.activation.expression import parse

PAGE = Path(__file__).parents[2] / "docs" / "own-activation.md"


def test_a_closed_form_is_derived_and_compiled() -> None:
    check_activation("x*exp(-x**2)")
    derivation = theory.interaction_derivation("x*exp(-x**2)")
    assert all(derivation.check())
    # E[x^2 exp(-2 x^2)] = 5^(-3/2) for a standard normal x.
    assert sp.simplify(theory.interaction("x*exp(-x**2)", 1, 1, 1) - sp.Integer(5) ** sp.Rational(-3, 2)) == 0
    assert encloses("x*exp(-x**2)")
    assert parity("x*exp(-x**2)") == -1


def test_a_wrong_interaction_would_not_pass() -> None:
    from theory.activation.exponential import exponential_derivation, exponential_value, terms_of

    terms = terms_of(parse("x*exp(-x**2)"))
    assert terms is not None
    value = exponential_value(terms)
    false = exponential_derivation("mine", parse("x*exp(-x**2)"), terms, 2 * value)
    assert [o.step for o in false.check() if not o] == ["value"]


@pytest.mark.parametrize(("own", "known"), [("tanh(x)", "tanh"), ("sin(x)", "sin"), ("x**3 - 3*x", "hermite3")])
def test_expressions_agree_with_the_kernels_of_the_project(own: str, known: str) -> None:
    rng = np.random.default_rng(2)
    theta = rng.normal(size=(2, 4)) / 2
    values = [Population(Problem(2, 3, dim=3, activation=name)).value_and_gradient(theta) for name in (own, known)]
    # The windowed series of tanh is good to a few units of 1e-14; closed forms to rounding.
    assert abs(values[0][0] - values[1][0]) < 2e-13
    assert np.abs(values[0][1] - values[1][1]).max() < 2e-13


def test_windowed_series_are_not_called_enclosures() -> None:
    from verify.certification import certify

    check_activation("atan(x)")
    assert not encloses("atan(x)")
    problem = Problem(1, 2, activation="atan(x)")
    found = certify(problem, np.array([[0.4, 0.4, 0.0, 2.0]]))
    assert found.status.name == "UNKNOWN"
    assert "no enclosure" in str(found.why)


def test_waves_and_real_exponentials_together_go_by_the_series() -> None:
    # Their interaction holds complex exponentials, which are not compiled.
    assert not encloses("exp(x/2) + sin(x)")
    assert encloses("exp(x/2) + x**2")
    assert encloses("x*sin(x) + cos(2*x) + x")
    check_activation("exp(x/2) + sin(x)")


def test_large_norms_are_not_a_number() -> None:
    (value,) = ACTIVATIONS.find("atan(x)").value(np.float64(1.0), np.float64(1e4), np.float64(1.0), FLOAT)
    assert np.isnan(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x*y", "where y is not x, pi or e"),
        ("exp(x**2)", "no finite moments"),
        ("1/x", "no finite moments"),
        ("tanhh", "known are abs, cos, cube"),
        ("sqrt(x**2)", "with a kink"),
        ("2", "does not depend on x"),
        ("tanh(", "needs an expression in x"),
        ("__import__('os').getcwd()", "needs an expression in x"),
        ("x**99", "rational exponents up to 12"),
        ("sign", "not differentiable where a student is parallel"),
    ],
)
def test_refusals(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"^activation: got") as caught:
        check_activation(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_callables_are_checked() -> None:
    register_callable("tested-tanh", np.tanh, lambda x: 1 / np.cosh(x) ** 2)
    assert Problem(1, 2, activation="tested-tanh").activation == "tested-tanh"
    with pytest.raises(ValueError, match="differs from its differences"):
        register_callable("bad-tanh", np.tanh, np.cosh)
    with pytest.raises(ValueError, match="second derivative"):
        register_callable("bad-sin", np.sin, np.cos, second=np.sin)
    with pytest.raises(ValueError, match="none that is taken"):
        register_callable("erf", np.tanh, np.cosh)
    with pytest.raises(ValueError, match=r"finite moments|does not converge"):
        register_callable("kink", np.abs, np.sign)


def test_names_and_degrees() -> None:
    assert degree_of("3*x**2") == 2
    assert parity("3*x**2") == 1
    assert theory.register_activation("half-sine", sp.sin(sp.Symbol("t") / 2)).odd
    with pytest.raises(ValueError, match="taken by"):
        theory.register_activation("tanh", "x**2")
    with pytest.raises(ValueError, match="needs one variable"):
        theory.register_activation("two", sp.Symbol("t") * sp.Symbol("z"))


@pytest.mark.skipif(not PAGE.exists(), reason="the page is in the source tree only")
def test_the_page_is_true() -> None:
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried >= 8
    assert failed == 0

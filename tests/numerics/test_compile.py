"""Generated code: it is what the theory generates now, and nothing unsound can be compiled."""

from __future__ import annotations

from pathlib import Path

import pytest
import sympy as sp

import numerics.kernels
from numerics.compile import FLOAT, smooth, source_of, sources

x = sp.Symbol("x", positive=True)


def test_kernels_are_up_to_date() -> None:
    written = sources()
    # One module for every closed form of which flows are run, and four more of erf.
    assert len(written) == len(smooth()) + 3 >= 15
    for name, source in written.items():
        installed = Path(numerics.kernels.__file__).with_name(name)
        assert installed.read_text(encoding="utf-8") == source, f"{name}: run python -m numerics.compile"


def test_source_evaluates_to_the_expression() -> None:
    for expression in (
        x / 3,
        sp.sqrt(2) * x,
        x**3 - 1 / x**2,
        sp.asin(x / 7) / sp.pi,
        sp.exp(1 - x**2),
        (1 + x) ** sp.Rational(-3, 2),
    ):
        value = eval(source_of(expression), {"m": FLOAT, "x": 0.7})
        assert abs(value - float(expression.subs(x, sp.Rational(7, 10)))) < 1e-15


@pytest.mark.parametrize(
    "expression", [sp.Float("0.1") * x, sp.log(x), x ** sp.Rational(1, 3), sp.GoldenRatio * x, x ** sp.Symbol("z")]
)
def test_what_is_not_on_the_list_is_refused(expression: sp.Expr) -> None:
    with pytest.raises(TypeError, match="cannot compile"):
        source_of(expression)

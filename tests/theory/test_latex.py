"""LaTeX of the key results, and that what is printed fits its line and shows what is checked."""

from __future__ import annotations

import re

import pytest
import sympy as sp

from theory import Relation, Step, copy_average, optimal_minimum_condition
from theory.claims import claims
from theory.latex.layout import Layout
from theory.latex.printer import latex
from theory.latex.specialise import FailsThere, Sizes
from theory.latex.steps import is_evident, step_display
from theory.latex.width import width
from theory.unevaluated import at, evaluated

CLAIMS = {claim.id: claim for claim in claims()}
#: Lines of the document, and of a fragment in the column of an article.
LINES = (420.0, 345.0)


def printed(name: str) -> list[str]:
    layout = Layout(1e6)
    return [layout.relation(f.left, f.sign, f.right).latex for f in CLAIMS[name].formulas()]


@pytest.mark.parametrize(
    ("name", "golden"),
    [
        (
            "erf-interaction",
            r"E[\sigma\left(v \cdot x\right) \sigma\left(w \cdot x\right)] = "
            r"\frac{2}{\pi} \arcsin\left(\frac{s}{\sqrt{p + 1} \sqrt{q + 1}}\right)",
        ),
        (
            "erf-one-neuron-critical",
            r"L^*_{\mathrm{erf}}\left(m\right) = \frac{m}{3} - \frac{2}{\pi} m^{2} \arcsin\left(\frac{1}{2 m}\right)",
        ),
        ("erf-ca-critical", r"w_{i} = \frac{\sum_{j \in G_{i}} v_{j}}{\sqrt{m} \sqrt{2 m - 1}}"),
        (
            "erf-optimum",
            r"\min_{\sum_{i} k_{i} = k} \sum_{i} L^*_{\mathrm{erf}}\left(k_{i}\right) = \frac{k}{3} - \frac{n}{3} - "
            r"\frac{2}{\pi} \left(k - n + 1\right)^{2} \arcsin\left(\frac{1}{2 k - 2 n + 2}\right) + \frac{1}{3}",
        ),
        (
            "erf-optimum-minimum",
            r"\left(3 + 2 \sqrt{3}\right) \left(n - 1\right) + 1 < "
            r"\frac{\left(4 \left(k - n + 1\right)^{2} - 1\right)^{2} "
            r"\left(\frac{\left(4 \left(k - n + 1\right)^{2} - 2\right) \left(2 k - 2 n + 2\right)}"
            r"{\sqrt{4 \left(k - n + 1\right)^{2} - 1}} + 4 \left(k - n + 1\right)^{2} - 1\right)}"
            r"{\left(4 \left(k - n + 1\right)^{2} - 1\right)^{2} + 4 \left(k - n + 1\right)^{2} - 2}",
        ),
    ],
)
def test_the_latex_of_key_results(name: str, golden: str) -> None:
    assert printed(name)[0] == golden


@pytest.mark.parametrize("name", CLAIMS)
def test_formulas_of_statements_are_sides_of_their_steps(name: str) -> None:
    claim = CLAIMS[name]
    assert claim.title
    assert claim.formulas(), "a statement without a formula"
    steps = {step.name: step for step in claim.steps()}
    for formula in claim.formulas():
        if formula.step:
            step = steps[formula.step]
            assert any(sp.expand(evaluated(side) - formula.right) == 0 for side in (step.left, step.right)), formula


@pytest.mark.parametrize("line", LINES)
def test_no_line_is_wider_than_asked(line: float) -> None:
    layout = Layout(line)
    for claim in CLAIMS.values():
        for step in claim.steps():
            display = step_display(step, layout)
            wide = [text for text in (*display.lines, *display.names) if width(text) > line]
            assert not wide, f"{claim.id}, {step.name}"


def test_steps_show_more_than_their_value() -> None:
    # Where both sides are the same as they stand, a formula would say nothing.
    evident = [f"{c.id}:{s.name}" for c in CLAIMS.values() for s in c.steps() if is_evident(s)]
    assert set(evident) <= {
        "block-constant-critical:triples",
        "block-constant-critical:optimal-copy-average-a_2",
        "erf-pc-minimum-law:regular",
        *(f"erf-channel-coefficient:third-own-{i}" for i in range(1, 6)),
    }


def test_every_relation_is_shown_as_it_is_checked() -> None:
    x = sp.Symbol("x", real=True)
    layout = Layout(400)

    def shown(*arguments: object, **options: object) -> str:
        return step_display(Step("s", "", *arguments, **options), layout).latex

    assert shown(x**2, 2 * x, Relation.DERIVATIVE, x) == r"\frac{d}{d x} x^{2} = 2 x"
    assert shown(sp.exp(-(x**2)), sp.sqrt(sp.pi), Relation.INTEGRAL, x).startswith(r"\int_{-\infty}^{\infty}")
    assert shown(1 / x, sp.S.Zero, Relation.LIMIT, x) == r"\lim_{x \to \infty} \frac{1}{x} = 0"
    box = ((x, sp.S.Zero, sp.S.One),)
    assert shown(1 - x, sp.S.Zero, Relation.POSITIVE, domain=box) == r"1 - x > 0\quad (0 < x < 1)"
    assert "> 0" in shown(x**2, 2 * x, Relation.INCREASING, domain=box)
    assert shown(at(x**2, {x: 3}), sp.Integer(9)) == r"\left.x^{2}\right|_{x=3} = 9"


def test_values_are_put_in_at_once() -> None:
    p, q = sp.symbols("p q", positive=True)
    assert evaluated(at(p / q, {p: q, q: p})) == q / p
    f = sp.Function("f")
    assert evaluated(at(sp.Derivative(f(p), p), {p: 2})) == sp.Subs(sp.Derivative(f(p), p), p, 2)


def test_long_sums_and_products_are_broken_and_say_the_same() -> None:
    x = sp.symbols("x_1:30")
    total = sp.Add(*(z**3 / 7 for z in x))
    display = Layout(200).relation(sp.Symbol("y"), "=", total)
    assert len(display.lines) > 5
    together = re.sub(r"[§&]|\\quad|\{\}|\s", "", " ".join(display.lines))
    assert together == re.sub(r"\s", "", "y = " + latex(total))


def test_recurring_parts_get_names_that_stand_for_them() -> None:
    x, y = sp.symbols("x y", positive=True)
    part = sp.sqrt(1 + x**3 + y**5) + sp.sqrt(7 + x * y)
    long = sp.Add(*(sp.sin(part + i) * sp.cos(part * i + x) for i in range(1, 9)))
    display = Layout(150).relation(sp.Symbol("z"), "=", long)
    assert display.names
    assert display.names[0].startswith(r"\text{with } X_{1} = ")


def test_numbers_at_given_sizes() -> None:
    sizes, layout = Sizes(2, 5), Layout(400)
    claim = CLAIMS["erf-optimum"]
    (formula,) = claim.formulas()
    (numbers,) = sizes.formula(claim, formula, layout)
    # L*(4), from the independent oracle.
    assert numbers.value == "0.0567545277407"
    wrong = Step("s", "", sp.Symbol("n", positive=True), sp.Symbol("n", positive=True) + 1)
    with pytest.raises(FailsThere, match="difference -1"):
        sizes.step(claim, wrong, layout)


def test_notebooks() -> None:
    assert copy_average([1, 2])._repr_latex_().startswith("$$")
    claim = CLAIMS["erf-optimum"]
    assert r"\arcsin" in claim._repr_latex_()
    assert "13 steps, not checked here" in claim._repr_html_()
    assert optimal_minimum_condition(2, 5)

"""Sentences: formulas are objects, what they assert is checked, and what they define is put in."""

from __future__ import annotations

import pytest
import sympy as sp

from theory import Claim, Kind, Relation, Standing, Step, Verdict, asserted, called, defined, given, sentence
from theory.assertions import Scope
from theory.latex.layout import Layout
from theory.latex.words import TYPED, sentence_latex
from theory.notation import Dot, Mean, Norm, Primed, Slope, Total
from theory.plain import plain
from theory.prose import Definition

LAYOUT = Layout(400)
m, p = sp.symbols("m p", positive=True)
x, y = sp.symbols("x y", real=True)


def claim(*steps: Step, text: object = "") -> Claim:
    return Claim("mine", Kind.THEOREM, "Mine", "", "all m", lambda: steps, text=text)  # type: ignore[arg-type]


def step(words: object, left: sp.Expr = (m + 1) ** 2, right: sp.Expr = m**2 + 2 * m + 1, **options: object) -> Step:
    return Step("s", words, left, right, **options)  # type: ignore[arg-type]


def test_one_sentence_in_latex_and_in_plain_characters() -> None:
    w, v = sp.symbols("w v")
    line = sentence("With {}, {} and {}:", defined(x, p / (1 + p)), Norm(w) ** 2, Mean(Dot(w, v)))
    assert sentence_latex(line, LAYOUT) == r"With $x = \frac{p}{p + 1}$, $|w|^{2}$ and $E[w \cdot v]$:"
    assert str(line) == "With x = p/(p + 1), |w|^2 and E[w.v]:"


def test_the_sides_of_its_own_step() -> None:
    line = step(sentence("{left} is {right}, so {relation}"))
    assert line.words() == "(m + 1)^2 is m^2 + 2*m + 1, so (m + 1)^2 = m^2 + 2*m + 1"
    assert sentence_latex(line.statement, LAYOUT, line).startswith("$(m + 1)^{2}$ is $m^{2} + 2 m + 1$")
    with pytest.raises(ValueError, match="got no step"):
        sentence_latex(sentence("{left}"), LAYOUT)


@pytest.mark.parametrize(
    ("words", "objects", "message"),
    [
        ("with $x$", (), "got a typed formula"),
        (r"with \alpha", (), "got a typed formula"),
        ("with {} and {}", (x,), "got nothing for"),
        ("with {}", (x, y), "got more objects than places"),
        ("with {}", ("x",), "got the text 'x'"),
        ("with {}", (x < y,), "got the relation x < y"),
    ],
)
def test_refusals(words: str, objects: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sentence(words, *objects)


def test_refusals_of_relations() -> None:
    with pytest.raises(ValueError, match="needs objects with one of"):
        asserted(x, "~", y)
    with pytest.raises(ValueError, match="in its own definition"):
        defined(x, x + 1)
    wrong = claim(step(sentence("{}", asserted(x, "=", x, by="nothing"))))
    with pytest.raises(ValueError, match="by: got 'nothing' in s"):
        wrong.check()


@pytest.mark.parametrize(
    "true",
    [
        asserted((m + 1) ** 2, "=", m**2 + 2 * m + 1),
        asserted(2 * (m + 1) ** 2, "=", 2 * m**2 + 4 * m + 2),
        asserted(m + 1, ">", m),
        asserted(m, "<=", m + 1),
        asserted(m, ">=", m),
        asserted(m + 1, "!=", 0),
        asserted(1 / m, "->", 0, variable=m),
        asserted(0, "<", y, "<", 1),
        asserted(sp.asin(x) - x, ">", 0, by="grows", domain=((x, sp.S.Zero, sp.S.One),)),
    ],
    ids=str,
)
def test_a_true_assertion_holds_and_its_false_twin_is_named(true: object) -> None:
    unit = ((x, sp.S.Zero, sp.S.One),)
    grows = Step("grows", "", sp.asin(x) - x, 1 / sp.sqrt(1 - x**2) - 1, Relation.INCREASING, domain=unit)
    # Not what this test is about: the slope at hand is shown by no rule of the prover.
    slope = Step("slope", "", m, sp.S.Zero, Relation.POSITIVE)
    words = sentence("with {} then {}", defined(y, m / (1 + m)), true)
    mine = claim(step(words), slope, grows)
    by_name = {outcome.step: outcome for outcome in mine.check_sentences()}
    assert len(by_name) == 1
    assert all(by_name.values()), by_name
    (false,) = mine.with_fault("s", "words").check_sentences()
    assert not false
    assert false.step.startswith("s, in its words: ")


def test_a_false_assertion_refutes_the_claim() -> None:
    good, bad = (claim(step(sentence("since {}", asserted(m, sign, 0)))) for sign in (">", "<"))
    assert good.standing(good.check()) is Standing.PROVED
    assert bad.standing(bad.check()) is Standing.REFUTED
    (wrong,) = (outcome for outcome in bad.check() if not outcome)
    assert wrong.step == "s, in its words: m < 0"


def test_what_is_neither_proved_nor_refuted_is_not_let_pass() -> None:
    opaque = claim(step(sentence("{}", asserted(Mean(x) ** 2, ">", 0))))
    assert opaque.check_sentences()[0].verdict is not Verdict.HOLDS


def test_letters_have_one_meaning() -> None:
    words = sentence("{} and {}", defined(x, 2 * m), called(y, x**2))
    assert Scope(words.definitions()).resolved(y + 1) == 4 * m**2 + 1
    twice = claim(step(words), text=sentence("for {}", defined(x, 3 * m)))
    (wrong,) = twice.check_sentences()
    assert wrong.step == "definition of x"
    assert wrong.verdict is Verdict.FAILS
    # Nor may a step abbreviate otherwise than its sentence says.
    other = claim(step(words, x, 3 * m, where=((x, 3 * m),)))
    (wrong,) = other.check_sentences()
    assert wrong.step == "s, in its words: definition of x"


def test_functions_and_their_slopes_are_put_in() -> None:
    f = sp.Function("f")
    scope = Scope([Definition(f(x), sp.asin(x) - x), Definition(y, f(m))])
    assert scope.resolved(Slope(y, m)) == 1 / sp.sqrt(1 - m**2) - 1
    assert scope.resolved(f(2 * p)) == sp.asin(2 * p) - 2 * p


def test_notation() -> None:
    sigma, j = sp.Symbol("sigma"), sp.Symbol("j")
    assert plain(Primed(sigma, 1, x) * Total(x**2, j)) == "sigma'(x)*(sum_j x^2)"
    layout = Layout(400)
    assert layout.latex(Primed(sigma, 2)) == r"\sigma''"
    assert layout.latex(Slope(sp.Symbol("G"), sp.Symbol("s"), sp.Symbol("s"))) == "G_{s s}"
    assert layout.latex(Dot(x, y) ** 2) == r"\left(x \cdot y\right)^{2}"


def test_a_typed_formula_of_ones_own_is_marked() -> None:
    assert sentence_latex("plain words", LAYOUT) == "plain words"
    assert sentence_latex("so $x = 1$", LAYOUT) == "so $x = 1$" + TYPED


def test_given_is_not_checked() -> None:
    assert claim(step(sentence("for {}", given(m, "<", 0)))).check_sentences() == ()

"""A claim: one mathematical statement with its derivation, and what it means for simulations and certificates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

import sympy as sp

from theory.derivation import Outcome, Relation, Step, Verdict, nonzero_somewhere
from theory.prose import Sentence
from theory.unevaluated import evaluated


class Kind(Enum):
    """What a claim is."""

    THEOREM = "theorem"
    OPEN = "open"


class Standing(Enum):
    """How well a claim is established; a weaker standing is never shown as a stronger one."""

    PROVED = "proved symbolically, for symbolic sizes"
    CERTIFIED = "proved in ball arithmetic, for the stated sizes"
    OBSERVED = "seen in simulation only"
    REFUTED = "a step is false"
    UNKNOWN = "not decided"


@dataclass(frozen=True)
class Formula:
    r"""A formula of a statement, as objects. Exact.

    Parameters
    ----------
    left : sympy.Expr
        Often a symbol that names the quantity, printed by the claim's notation.
    sign : str
        ``=``, ``<``, ``>``, ``<=``, ``>=``, ``~`` (asymptotically), ``~=`` (congruent), ``>>`` (definite matrices) or
        another relation in LaTeX.
    right : sympy.Expr
    step : str
        The step that establishes it, if one does by itself: the right side is one of that step's sides.
    tail : Sentence or str
        Words that follow, for example the range of a letter.
    """

    left: sp.Basic
    sign: str
    right: sp.Basic
    step: str = ""
    tail: Sentence | str = ""


@dataclass(frozen=True)
class Claim:
    """One statement, carried by one object. Exact.

    Parameters
    ----------
    id : str
        Stable name, for example ``"erf-ca-critical"``.
    kind : Kind
        Theorems must be proved; open questions may stay unknown.
    statement : Sentence or str
        In words, for a reader of the paper.
    latex : str
        The same as a formula, for claims without ``formulas``.
    sizes : Sentence or str
        For which sizes it is stated.
    derive : callable
        Gives the derivation, a tuple of steps; called when the claim is checked.
    simulation : Sentence or str
        What simulation should show for given (n, k).
    certificate : Sentence or str
        What a certificate must contain to prove it for given (n, k).
    title : Sentence or str
        A few words for a heading.
    text : Sentence or str
        The statement in the documents, where its formulas follow, if it is to be shorter there.
    formulas : callable
        What is claimed, as objects: the formulas of the statement, printed from the expressions that the derivation
        and the numerics use.
    notation : mapping
        Letters of this claim's derivation that are printed otherwise than they are named.
    references : tuple of str
        Keys of the bibliography.
    balls : Sentence or str
        What the steps leave to ball arithmetic, if anything: such a claim is never PROVED by its steps, and CERTIFIED
        only by ``verify``, which has both.

    Examples
    --------
    A claim of one's own takes a few lines; this one is false, and the step says so:

    >>> from theory import Claim, Kind, Step
    >>> m = sp.Symbol("m", positive=True)
    >>> steps = lambda: (Step("loss", "Averages cost nothing", m / 3, 0 * m),)
    >>> wrong = Claim("mine", Kind.THEOREM, "Averages are free", "L = 0", "all m", steps)
    >>> wrong.standing(wrong.check()).name, wrong.check()[0].step
    ('REFUTED', 'loss')
    """

    id: str
    kind: Kind
    statement: Sentence | str
    latex: str
    sizes: Sentence | str
    derive: Callable[[], tuple[Step, ...]]
    simulation: Sentence | str = ""
    certificate: Sentence | str = ""
    balls: Sentence | str = ""
    title: Sentence | str = ""
    text: Sentence | str = ""
    formulas: Callable[[], tuple[Formula, ...]] = tuple
    notation: Mapping[sp.Basic, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()

    def _repr_latex_(self) -> str:
        """What is claimed, for notebooks. Exact."""
        from theory.latex.notebook import claim_latex

        return claim_latex(self)

    def _repr_html_(self) -> str:
        """The statement and its derivation, for notebooks. Exact."""
        from theory.latex.notebook import claim_html

        return claim_html(self)

    def steps(self) -> tuple[Step, ...]:
        """The derivation. Exact.

        Raises
        ------
        ValueError
            If two steps have one name: a failure could not be told by it.
        """
        steps = tuple(self.derive())
        names = [step.name for step in steps]
        if len(set(names)) != len(names):
            raise ValueError(f"claim {self.id}: got two steps of one name in {names}, needs different names")
        return steps

    def check(self) -> tuple[Outcome, ...]:
        """Check every step, and then what the sentences assert. Exact."""
        steps = self.steps()
        return (*(step.check() for step in steps), *self.check_sentences(steps))

    def check_sentences(self, steps: tuple[Step, ...] | None = None) -> tuple[Outcome, ...]:
        """Check what the sentences assert: one outcome for each assertion, named by place and relation. Exact."""
        from theory.assertions import checked_sentences

        steps = self.steps() if steps is None else steps
        return checked_sentences(self.sentences(steps), steps)

    def sentences(self, steps: tuple[Step, ...]) -> list[tuple[str, Sentence | str, Step | None]]:
        """Every sentence with its place and step, in the order in which they are read. Exact."""
        words = (("title", self.title), ("sizes", self.sizes), ("statement", self.statement), ("text", self.text))
        tails = ((f"formula {i}", formula.tail) for i, formula in enumerate(self.formulas(), start=1))
        return [*((name, line, None) for name, line in (*words, *tails)), *((s.name, s.statement, s) for s in steps)]

    def standing(self, outcomes: tuple[Outcome, ...]) -> Standing:
        """Standing that follows from checked steps; unknown where they leave something to balls. Exact."""
        if any(outcome.verdict is Verdict.FAILS for outcome in outcomes):
            return Standing.REFUTED
        return Standing.PROVED if outcomes and all(outcomes) and not self.balls else Standing.UNKNOWN

    def with_fault(self, step: str, fault: str) -> Claim:
        """The claim with a fault planted in one step, to see it caught. Exact.

        Parameters
        ----------
        step : str
            Name of the step.
        fault : str
            A name from :func:`faults` of that step, or ``words``: the first assertion of its sentence is made false.

        Raises
        ------
        ValueError
            If there is no such step or no such fault in it.
        """
        steps = self.steps()
        wrong = next((s for s in steps if s.name == step), None)
        if wrong is None:
            raise ValueError(f"step: got {step!r}, claim {self.id} has {', '.join(s.name for s in steps)}")
        planted = faults(wrong)
        if isinstance(wrong.statement, Sentence) and any(wrong.statement.assertions()):
            planted["words"] = replace(wrong, statement=wrong.statement.with_false(0))
        if fault not in planted:
            raise ValueError(f"fault: got {fault!r}, step {step} knows {', '.join(planted)}")
        return replace(self, derive=lambda: tuple(planted[fault] if s.name == step else s for s in steps))


def faults(step: Step) -> dict[str, Step]:
    """False variants of a step, by the kind of mistake. Exact.

    ``sign`` turns a side round, ``constant`` adds 1/7, ``factor`` multiplies by 3/2, ``size`` replaces a size m by
    m + 1, ``exponent`` raises a power by one.
    """
    found: dict[str, Step] = {}
    if step.relation is Relation.POSITIVE:
        found["sign"] = replace(step, left=-step.left)
        return found
    right = step.right
    if isinstance(right, sp.MatrixExpr):
        return {"sign": replace(step, right=-right), "factor": replace(step, right=sp.Rational(3, 2) * right)}
    right = sp.sympify(right)
    found["constant"] = replace(step, right=right + sp.Rational(1, 7))
    if right != 0:
        found["sign"] = replace(step, right=-right)
        found["factor"] = replace(step, right=sp.Rational(3, 2) * right)
    power = next((x for x in sp.preorder_traversal(right) if x.is_Pow and x.base.free_symbols), None)
    if power is not None:
        found["exponent"] = replace(step, right=right.xreplace({power: power.base ** (power.exp + 1)}))
    for symbol in sorted(right.free_symbols, key=lambda z: z.name):
        if symbol.is_integer:
            shifted = right.subs(symbol, symbol + 1)
            if nonzero_somewhere(evaluated(shifted) - evaluated(right)):
                found["size"] = replace(step, right=shifted)
                break
    return found

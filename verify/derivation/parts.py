"""A claim checked and printed: what the documents show of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from theory.assertions import told
from theory.claim import Claim, Formula, Standing
from theory.derivation import Outcome, Step, Verdict
from theory.latex.layout import Display, Layout
from theory.latex.printer import SIGNS
from theory.latex.specialise import FailsThere, Numbers, Sizes
from theory.latex.steps import check_words, is_evident, step_display
from theory.latex.words import sentence_latex

#: Lines from which on a display may be broken over pages.
TALL = 7


@dataclass(frozen=True)
class Shown:
    """One displayed relation. Exact.

    Attributes
    ----------
    label : str
        For references, beginning with ``eq:``.
    body : str
        LaTeX, several lines aligned at ``&``.
    lines : int
    """

    label: str
    body: str
    lines: int

    @property
    def tall(self) -> bool:
        """Whether it may have to be broken over pages."""
        return self.lines > TALL

    @property
    def one_number(self) -> str:
        """Its lines with the number at the first, for an environment that numbers each."""
        first, *others = self.body.split(" \\\\\n")
        return " \\\\\n".join([rf"{first} \label{{{self.label}}}", *(rf"{line} \notag" for line in others)])


@dataclass(frozen=True)
class StepPart:
    """A step as the documents show it. Exact.

    Attributes
    ----------
    name, prose : str
    check : str
        How it was checked.
    verdict : str
    shown : Shown or None
        The checked relation; None where both sides are the same as they stand.
    value : str
        That expression then.
    numbers : tuple of Numbers
        The relation at the sizes asked for.
    """

    name: str
    prose: str
    check: str
    verdict: str
    shown: Shown | None
    value: str = ""
    numbers: tuple[Numbers, ...] = ()


@dataclass(frozen=True)
class ClaimPart:
    """A claim as the documents show it: checked, then printed. Exact, or an enclosure where balls decide.

    Attributes
    ----------
    id, kind, title, text, sizes, standing, simulation, certificate : str
    formulas : tuple of Shown
        The formulas of the statement.
    tails : tuple of str
        Words after each.
    steps : tuple of StepPart
    balls : tuple of (str, str)
        What ball arithmetic decided: sentence and enclosure.
    typed : bool
        Whether a sentence holds formulas that somebody typed.
    references : tuple of str
    """

    id: str
    kind: str
    title: str
    text: str
    sizes: str
    standing: str
    simulation: str
    certificate: str
    formulas: tuple[Shown, ...]
    tails: tuple[str, ...]
    steps: tuple[StepPart, ...]
    numbers: tuple[Numbers, ...] = ()
    balls: tuple[tuple[str, str], ...] = ()
    typed: bool = False
    references: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Broken:
    """Why a document is not built: a step whose check did not hold. Exact.

    Attributes
    ----------
    claim, label, step, verdict, left, right, difference : str
    """

    claim: str
    label: str
    step: str
    verdict: str
    left: str
    right: str
    difference: str

    def sentence(self) -> str:
        """All of it, in four lines."""
        what = "is false" if self.verdict == Verdict.FAILS.name else "was neither proved nor refuted"
        return (
            f"{self.label}: step {self.step} of {self.claim} {what}\n"
            f"  left:       {self.left}\n  right:      {self.right}\n  difference: {self.difference}"
        )


class Stopped(Exception):
    """A step did not hold, so that nothing is written. Exact."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(broken.sentence())
        self.broken = broken


def label(claim_id: str, step: str = "") -> str:
    """The label of a claim's statement or of one of its steps. Exact.

    Examples
    --------
    >>> label("erf-optimum"), label("erf-optimum", "exchange")
    ('eq:erf-optimum', 'eq:erf-optimum:exchange')
    """
    return f"eq:{claim_id}" + (f":{step}" if step else "")


def checked(claim: Claim, line: float, sizes: Sizes | None = None) -> ClaimPart:
    """Check a claim's steps, one after the other, and print each one that holds. Exact.

    Parameters
    ----------
    claim : theory.Claim
    line : float
        Width of a line in points at a font size of ten.
    sizes : Sizes, optional
        At which to write the relations with numbers, too.

    Raises
    ------
    Stopped
        At the first step whose check does not hold.
    """
    layout = Layout(line, claim.notation)
    outcomes: list[Outcome] = []
    steps: list[StepPart] = []
    claim_steps = claim.steps()
    for step in claim_steps:
        outcome = step.check()
        if not outcome:
            raise Stopped(_broken(claim, step, outcome))
        outcomes.append(outcome)
        try:
            steps.append(_step_part(claim, step, outcome, layout, sizes))
        except FailsThere as failure:
            raise Stopped(_broken(claim, failure.step, failure.outcome)) from None
    asserted = claim.check_sentences(claim_steps)
    for outcome in asserted:
        if not outcome:
            raise Stopped(_broken_words(claim, outcome))
    outcomes += asserted
    balls, standing = _balls(claim, tuple(outcomes))
    formulas = claim.formulas()
    return ClaimPart(
        claim.id,
        claim.kind.value,
        sentence_latex(claim.title or claim.id, layout),
        sentence_latex(claim.text or claim.statement, layout),
        sentence_latex(claim.sizes, layout),
        standing,
        str(claim.simulation),
        str(claim.certificate),
        tuple(_formula(claim, formula, index, layout) for index, formula in enumerate(formulas)),
        tuple(sentence_latex(formula.tail, layout) for formula in formulas),
        tuple(steps),
        () if sizes is None else tuple(n for f in formulas for n in sizes.formula(claim, f, layout)),
        balls,
        any(isinstance(words, str) and "$" in words for _, words, _ in claim.sentences(claim_steps)),
        claim.references,
    )


def _broken(claim: Claim, step: Step, outcome: Outcome) -> Broken:
    return Broken(
        claim.id,
        label(claim.id, step.name),
        step.name,
        outcome.verdict.name,
        str(step.left),
        str(step.right),
        str(outcome.difference),
    )


def _broken_words(claim: Claim, outcome: Outcome) -> Broken:
    """An assertion in a sentence, named by its place and relation."""
    place, left, right = told(outcome.step)
    named = label(claim.id, place if any(place == step.name for step in claim.steps()) else "")
    return Broken(claim.id, named, outcome.step, outcome.verdict.name, left, right, str(outcome.difference))


def _step_part(claim: Claim, step: Step, outcome: Outcome, layout: Layout, sizes: Sizes | None) -> StepPart:
    prose, check = sentence_latex(step.statement, layout, step), sentence_latex(check_words(step), layout)
    part = StepPart(step.name, prose, check, outcome.verdict.name, None)
    if is_evident(step):
        return replace(part, value=layout.latex(step.left))
    shown = _shown(label(claim.id, step.name), step_display(step, layout))
    numbers = () if sizes is None else sizes.step(claim, step, layout)
    return replace(part, shown=shown, numbers=numbers)


def _shown(name: str, display: Display) -> Shown:
    return Shown(name, display.latex, len(display.lines) + len(display.names))


def _formula(claim: Claim, formula: Formula, index: int, layout: Layout) -> Shown:
    name = label(claim.id) + (f":{index + 1}" if index else "")
    return _shown(name, layout.relation(formula.left, SIGNS.get(formula.sign, formula.sign), formula.right))


def _balls(claim: Claim, outcomes: tuple[Outcome, ...]) -> tuple[tuple[tuple[str, str], ...], str]:
    """What the steps leave to balls, decided now; and the standing that follows."""
    from verify.ledger import BALLS, findings

    if not claim.balls or claim.id not in BALLS:
        return (), claim.standing(outcomes).name
    found, layout = findings(claim.id), Layout(1e6, claim.notation)
    for finding in found:
        if not finding.holds:
            verdict = Verdict.UNDECIDED if finding.holds is None else Verdict.FAILS
            name = f"balls-{finding.name}"
            raise Stopped(Broken(claim.id, label(claim.id, name), name, verdict.name, finding.value, "", ""))
    return tuple((sentence_latex(f.statement, layout), f.value) for f in found), Standing.CERTIFIED.name

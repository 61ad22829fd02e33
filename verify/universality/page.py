"""The page of results in Markdown: the answer, why, and a table for each activation. Every number is computed."""

from __future__ import annotations

from collections.abc import Sequence

from verify.universality.answer import Answer, CellAnswer, ordered, words_of_range
from verify.universality.known import Known
from verify.universality.tally import Ended

#: What is smaller is written as zero in the table of criteria.
NOTHING = 1e-9

WHY = r"""## Why

**Averaging pays by the linear part.** Let $c_p(r) = E[\sigma(r z) h_p(z)]$, z standard normal and $h_p$ the
orthonormal Hermite polynomials. One neuron of norm r with equal cosines to m orthonormal teachers has $N =
\sum_p c_p(r)\, c_p(1)\, m^{1 - p/2}$ with them and $H = \sum_p c_p(r)^2$ with itself, and explains $N^2 / H \le
\sum_p c_p(1)^2\, m^{2 - p}$ (Cauchy and Schwarz) of their mean square. Each order p of the sum gains the factor
$m^{2 - p}$ over a copy of one teacher: the mean gains $m^2$ but needs no direction, the linear part gains m,
the second order gains nothing (hence continua for the square and the second Hermite polynomial), all higher
ones lose. So an activation without mean and linear part does not average: the neuron explains at most what a
copy of a single teacher does, and the teachers that cannot be copied are ignored. That is the case of the third
and fourth Hermite polynomial, and, its mean apart, of the cosine. Copies capture linear parts, too, by small
coefficients with teachers of others; a perturbed copy is therefore the rival at n near k, and for the cube,
where the third order is large, sooner.

**When groups do not see each other.** Orthogonal vectors meet with $G = c_0(r) c_0(r')$ and $G_s = c_1(r)
c_1(r') / (r r')$, where G is the interaction function and $G_s$ its derivative in the inner product. The
gradient that a student gets from another group is therefore a multiple of that group's remaining mean, plus a
multiple of its remaining linear part, and copy-average is an exact critical point where both vanish for every
group (necessary, too, unless $c_0$ or $c_1$ vanishes at the student's own norm). The columns "left of" say how
much one average of two teachers leaves. Where both are zero copy-average points are exact for every partition;
that is proved for symbolic sizes for erf, the normal distribution function, the exponential and the sine
(claims `erf-ca-critical`, `normal-cdf-ca-critical`, `exp-ca-critical`, `sin-ca-critical`). Elsewhere the groups
perturb each other. That a function is odd is not enough: $G_s$ does not vanish at orthogonal vectors.
"""


def page(answers: Sequence[Answer], *, command: str, seeds: int, init: str, figure: str | None, left: int = 0) -> str:
    """The page as Markdown. Approximation.

    Parameters
    ----------
    answers : sequence of Answer
    command : str
        That wrote it.
    seeds : int
    init : str
    figure : str or None
        Name of the figure's file, beside the page.
    left : int
        Flows that were planned and are not there.
    """
    found = ordered(answers)
    runs = sum(cell.runs for answer in found for cell in answer.cells)
    parts = [
        '# Is "n - 1 copy, one averages" universal?\n',
        f"Written by `{command}` ({runs} flows from {init} initialisations, {seeds} seeds for each n and k, unit-"
        "orthonormal teachers; all numbers below are computed by it, and stand in `universality.json` with all their "
        f"digits{_missing(left)}).\n",
        "For erf, k teachers are best fitted by n < k students of which n - 1 copy one teacher each and one averages "
        "the others (for n near k a perturbed copy is better). Is that so for other activations?\n",
        "## Answer\n",
        _answer(found),
        _summary(found),
    ]
    if figure is not None:
        parts.append(
            f"![Where the flows of each activation end]({figure})\n\n"
            "Part of the flows that end with n - 1 copies and one average, for n students (across) and k teachers "
            "(down). Dot: it has the lowest loss that is known. Ring: it is a minimum, but not the lowest. Cross: it "
            "is a saddle. Empty: there is no such point.\n"
        )
    parts += [_beyond(found), WHY, "## Each activation\n", _legend(), *map(_details, found)]
    return "\n".join(parts)


def _missing(left: int) -> str:
    return f"; {left} flows of the plan are not done yet, so that some cells have fewer" if left else ""


def _names(answers: Sequence[Answer]) -> str:
    return ", ".join(answer.activation for answer in answers) or "none of these"


def _answer(answers: Sequence[Answer]) -> str:
    """Activations by their answers, each with the numbers that say so."""
    flat = [answer for answer in answers if answer.flat]
    rest = [answer for answer in answers if not answer.flat and answer.under]
    good = [answer for answer in rest if answer.counted()[2] > 0]
    never = [answer for answer in rest if answer.counted()[2] == 0 and answer.has_structure]
    without = [answer for answer in rest if answer.counted()[2] == 0 and not answer.has_structure]
    lines = [_verdict(answers, good) + "\n"]
    for answer in good:
        total, reached = answer.runs()
        lines.append(
            f"- **{answer.activation}**: it has the lowest loss for {words_of_range(answer.largest_lowest())} "
            f"(n from 2 on); {reached} of {total} flows with n < k end there{_others(answer)}."
        )
    for answer in never:
        total, reached = answer.runs()
        cells, minima, _, _ = answer.counted()
        lines.append(
            f"- **{answer.activation}**: never the lowest, a minimum in {minima} of {cells} cells, and {reached} of "
            f"{total} flows end there{_others(answer)}."
        )
    for answer in without:
        total, reached = answer.runs()
        lines.append(
            f"- **{answer.activation}**: no such critical point was found, and {reached} of {total} flows end "
            f"there{_others(answer)}."
        )
    for answer in flat:
        total, _ = answer.runs()
        lines.append(f"- **{answer.activation}**: flows end on continua of minima{_others(answer)}.")
    return "\n".join(lines) + "\n"


def _verdict(answers: Sequence[Answer], good: Sequence[Answer]) -> str:
    """One paragraph from the numbers alone: for whom it is the rule, and what these have in common."""
    asked = [answer for answer in answers if answer.under]
    if not asked:
        return "Nothing was run with n < k."
    linear = [answer for answer in asked if answer.criterion.linear > NOTHING]
    without = [answer for answer in asked if answer not in linear]
    exceptions = [answer for answer in linear if answer not in good]
    universal = len(good) == len(asked)
    text = (
        f"{'Yes, among these' if universal else 'No'}. Of {len(asked)} activations it is somewhere the lowest point "
        f"for {_names(good)}. Of the {len(linear)} that have a linear part it is so for "
        f"{len(linear) - len(exceptions)}"
    )
    text += f" (not for {_names(exceptions)})" if exceptions else ""
    lucky = [answer for answer in without if answer in good]
    text += f", of the {len(without)} that have none for {len(lucky)}"
    return text + (f" ({_names(lucky)})." if lucky else ".")


def _others(answer: Answer) -> str:
    """The most frequent other ends of n < k, without their sizes."""
    counts: dict[str, int] = {}
    for cell in answer.under:
        for end in cell.ends:
            if not end.one_average:
                kind = _kind(end.label)
                counts[kind] = counts.get(kind, 0) + end.count
    several = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "; others: " + ", ".join(f"{count} {kind}" for kind, count in several) if several else ""


def _kind(label: str) -> str:
    """A label without its partition.

    Examples
    --------
    >>> _kind("isolated-up-to-scale (perturbed-copy 2 x 1)"), _kind("copy-average 2 x 1 + 3")
    ('perturbed-copy', 'copy-average, other groups')
    """
    inner = label
    if label.startswith("isolated-up-to-scale (") and label.endswith(")"):
        inner = label[len("isolated-up-to-scale (") : -1]
    word = inner.split(" (")[0].split(", loss to ")[0].rstrip("0123456789x+ ")
    return f"{word}, other groups" if word in ("copy-average", "perturbed-copy-average") else word


def _summary(answers: Sequence[Answer]) -> str:
    rows = [
        "| activation | mean | linear | left of mean | left of linear | minimum | lowest | reached | flows there "
        "| answer |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for answer in answers:
        total, minima, lowest, reached = answer.counted()
        runs, there = answer.runs()
        c = answer.criterion
        cells = [
            answer.activation,
            f"{c.mean:.3f}",
            f"{c.linear:.3f}",
            _left(c.mean_left),
            _left(c.linear_left),
            f"{minima}/{total}",
            f"{lowest}/{total}",
            f"{reached}/{total}",
            f"{there}/{runs}",
            answer.verdict(),
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return (
        "Mean, linear: parts of the mean square of the activation in its mean and linear function. Left of: what one "
        "average of two teachers leaves of theirs (a dash: they have none, or no norm is the best). Minimum, lowest, "
        "reached: in how many cells with n < k the point of n - 1 copies and one average is a strict minimum, has "
        "the lowest loss of all structures and ends that are known, and is the end of some flow.\n\n"
        + "\n".join(rows)
        + "\n"
    )


def _left(value: float | None) -> str:
    if value is None:
        return "-"
    return "0" if abs(value) < NOTHING else f"{value:.1e}"


def _beyond(answers: Sequence[Answer]) -> str:
    """Larger k without flows, for activations that do not end on continua."""
    shown = [answer for answer in answers if answer.beyond and not answer.flat]
    if not shown:
        return ""
    sizes = [reach.k for reach in shown[0].beyond]
    rows = [
        "| activation | " + " | ".join(f"k = {k}: lower | a minimum" for k in sizes) + " |",
        "|---|" + "---|---|" * len(sizes),
    ]
    for answer in shown:
        cells = [part for reach in answer.beyond for part in (_up_to(reach.lower), _up_to(reach.minimum))]
        rows.append("| " + " | ".join([answer.activation, *cells]) + " |")
    return (
        "## Larger sizes, without flows\n\n"
        "Up to which n, from n = 2 on, the point of n - 1 copies and one average has a lower loss than (perturbed) "
        "copies of n teachers, and is a strict minimum (double precision).\n\n" + "\n".join(rows) + "\n"
    )


def _up_to(n: int | None) -> str:
    return "none" if n is None else str(n)


def _legend() -> str:
    return (
        "Ends with their losses, how many flows, their index, and how many were certified as isolated critical "
        "points (c) and as the structure named (i). Of the point of n - 1 copies and one average the loss and the "
        "index, with a c if that is certified. Names are those of `verify/blocks/naming.py`.\n"
    )


def _details(answer: Answer) -> str:
    rows = [
        f"### {answer.activation}\n",
        "| n | k | flows end at | n - 1 copies, one average | lowest of all known |",
        "|---|---|---|---|---|",
    ]
    for cell in sorted(answer.cells, key=lambda cell: (cell.k, cell.n)):
        rows.append(f"| {cell.n} | {cell.k} | {_ends(cell.ends)} | {_point(cell)} | {_lowest(cell)} |")
    return "\n".join(rows) + "\n"


def _ends(ends: Sequence[Ended]) -> str:
    return "<br>".join(
        f"{end.count} {end.label}"
        + ("" if end.loss is None else f" {end.loss:.9g}")
        + ("" if end.loss is None or end.index is None else f", index {end.index}")
        + (f", {end.certified}c" if end.certified else "")
        + (f" {end.identified}i" if end.identified else "")
        for end in ends
    )


def _point(cell: CellAnswer) -> str:
    if cell.n >= cell.k:
        return ""
    one = cell.one_average
    if one is None:
        return "no such point"
    return f"{_short(one)}: " + (
        "lowest" if cell.lowest else "a minimum" if cell.minimum else "a saddle" if one.index else "not isolated"
    )


def _short(one: Known) -> str:
    return f"{one.loss:.9g}, index {one.index}{'c' if one.proved else ''}"


def _lowest(cell: CellAnswer) -> str:
    least = cell.least
    return "" if least is None else f"{cell.lowest_label()} {least:.9g}"

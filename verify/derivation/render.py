"""From checked parts to files: the templates, and what they may use."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from theory.latex.nomenclature import nomenclature
from theory.latex.wording import wording
from verify.derivation.parts import ClaimPart
from verify.derivation.prose import escaped, html_prose, latex_prose, markdown_prose
from verify.derivation.references import REFERENCES
from verify.derivation.sweep import Certified, Sweep

#: Widths of lines in points at a font size of ten: of the document, and of a fragment, which suits an article.
DOCUMENT_LINE, ARTICLE_LINE = 420.0, 345.0
TITLE = "Copying and averaging in two-layer networks: the derivations, each step checked"


@dataclass(frozen=True)
class Document:
    """Everything that a document shows.

    Attributes
    ----------
    parts : tuple of ClaimPart
    command, versions : str
        What made it.
    sizes : (int, int), optional
        The n and k asked for.
    sweep : Sweep or None
    certified : tuple of Certified
    pictures : tuple of (str, str)
        Captions of figures, and the figures: SVG for HTML, file names for Markdown; for LaTeX they only have to be
        there.
    single : bool
        Whether it is about one claim.
    """

    parts: tuple[ClaimPart, ...]
    command: str
    versions: str
    sizes: tuple[int, int] | None = None
    sweep: Sweep | None = None
    certified: tuple[Certified, ...] = ()
    pictures: tuple[tuple[str, str], ...] = ()
    single: bool = False
    known: tuple[str, ...] = field(default=())

    def header(self) -> str:
        """Comment at the head of LaTeX files."""
        return f"% Made by: {self.command}\n% Versions: {self.versions}"

    def context(self) -> dict[str, Any]:
        """What templates see."""
        return {
            "parts": self.parts,
            "command": self.command,
            "versions": self.versions,
            "header": self.header(),
            "sweep": self.sweep,
            "rows": self.sweep.rows() if self.sweep is not None else (),
            "certified": self.certified,
            "figures": bool(self.pictures),
            "pictures": self.pictures,
            "single": self.single,
            "words": wording(self.sizes, None if self.sweep is None else self.sweep.k),
            "typed": any(part.typed for part in self.parts),
            "nomenclature": nomenclature(),
            "references": REFERENCES,
            "title": TITLE if not self.single else self.parts[0].title,
            "textwidth": DOCUMENT_LINE,
        }


def _environment(filters: dict[str, Callable[..., str]]) -> Environment:
    environment = Environment(
        loader=PackageLoader("verify.derivation"),
        block_start_string="((*",
        block_end_string="*))",
        variable_start_string="(((",
        variable_end_string=")))",
        comment_start_string="((=",
        comment_end_string="=))",
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )
    environment.filters.update(filters)
    return environment


def latex_files(document: Document) -> dict[str, str]:
    """The LaTeX document: main file and parts by name. Exact."""
    environment = _latex(document, linked=True)
    names = ["derivation", "nomenclature", "ledger", "references"]
    names += ["sweep"] if document.sweep is not None else []
    names += ["certificates"] if document.certified else []
    files = {
        f"{name}.tex": _tidy(environment.get_template(f"{name}.tex.j2").render(document.context())) for name in names
    }
    template = environment.get_template("claim.tex.j2")
    for part in document.parts:
        files[f"{part.id}.tex"] = _tidy(template.render({**document.context(), "part": part, "cite": _cite}))
    return files


def fragment_file(document: Document) -> str:
    """One claim, to be put into an article by ``input``. Exact."""
    environment = _latex(document, linked=False)
    context = {**document.context(), "part": document.parts[0], "cite": _written_out}
    return _tidy(environment.get_template("fragment.tex.j2").render(context))


def standalone_files(document: Document) -> dict[str, str]:
    """One claim as a document of its own. Exact."""
    environment = _latex(document, linked=False)
    context = {**document.context(), "part": document.parts[0], "cite": _cite}
    name = document.parts[0].id
    files = {
        f"{name}.tex": _tidy(environment.get_template("standalone.tex.j2").render(context)),
        f"{name}-claim.tex": _tidy(environment.get_template("claim.tex.j2").render(context)),
    }
    if document.parts[0].references:
        files["references.tex"] = _tidy(environment.get_template("references.tex.j2").render(context))
    return files


def html_file(document: Document) -> str:
    """The whole document as one HTML file whose formulas are MathML. Exact."""
    from latex2mathml.converter import convert

    def inline(body: str) -> str:
        return str(convert(body, display="inline"))

    def display(body: str, lines: int) -> str:
        return str(convert(body if lines == 1 else rf"\begin{{split}}{body}\end{{split}}", display="block"))

    def prose(text: str) -> str:
        return html_prose(text, inline, document.known)

    environment = _environment(
        {"e": html.escape, "inline": inline, "display": display, "prose": prose, "sizes": lambda t: prose(sizes(t))}
    )
    return _tidy(environment.get_template("derivation.html.j2").render(document.context()))


def markdown_file(document: Document) -> str:
    """The whole document as Markdown with formulas between dollar signs. Exact."""

    def display(body: str, lines: int) -> str:
        return body if lines == 1 else f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"

    environment = _environment(
        {
            "display": display,
            "prose": lambda text: markdown_prose(text, document.known),
            "sizes": lambda text: markdown_prose(sizes(text), document.known),
            "cell": lambda text: text.replace("|", r"\vert "),
        }
    )
    return _tidy(environment.get_template("derivation.md.j2").render(document.context()))


def sizes(text: str) -> str:
    """The sizes for which a claim is stated, with their letters as formulas. Exact.

    Examples
    --------
    >>> sizes("all n <= k, all d >= k")
    'all $n \\\\le k$, all $d \\\\ge k$'
    """
    if "$" in text:
        return text
    relation = re.compile(r"\b([A-Za-z](?:_0)?) ?(<=|>=|<|!=|=) ?([0-9A-Za-z_^()/ ]*?)(?=$|,| or| and)")
    signs = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne"}

    def formula(match: re.Match[str]) -> str:
        right = re.sub(r"\^\(([^)]*)\)", r"^{\1}", match.group(3).strip())
        return f"${match.group(1)} {signs.get(match.group(2), match.group(2))} {right}$"

    text = relation.sub(formula, text)
    return re.sub(r"(?<![\w$\\{^])([nkdm])(?![\w$])(?=[^$]*(?:\$[^$]*\$[^$]*)*$)", r"$\1$", text)


def _latex(document: Document, *, linked: bool) -> Environment:
    def prose(text: str) -> str:
        return latex_prose(text, document.known, linked=linked)

    def sentence(text: str) -> str:
        return prose(text[:1].upper() + text[1:] if text[:1].islower() and not linked else text)

    return _environment(
        {
            "prose": prose,
            "sentence": sentence,
            "escaped": escaped,
            "sizes": lambda text: prose(sizes(text)),
            "decimal": _decimal,
            "breakable": _breakable,
        }
    )


def _decimal(text: str) -> str:
    """A decimal string as a formula: powers of ten are written as such."""
    mantissa, _, exponent = text.partition("e")
    return mantissa if not exponent else rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


def _breakable(text: str) -> str:
    """Digits that may be broken over lines, in groups of ten after the point."""
    return re.sub(r"(\d{10})(?=\d)", r"\1\\hspace{0pt}", escaped(text))


def _cite(key: str) -> str:
    return rf"\cite{{{key}}}"


def _written_out(key: str) -> str:
    """A reference in words, for articles with a bibliography of their own."""
    work = next(work for work in REFERENCES if work.key == key)
    return latex_prose(f"{work.authors}, ") + rf"\emph{{{escaped(work.title)}}}, {work.year}"


def _tidy(text: str) -> str:
    """No trailing spaces, no runs of empty lines, one newline at the end."""
    lines = [line.rstrip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"

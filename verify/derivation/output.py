"""The files of a document, whatever its format."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from theory.latex.specialise import Sizes
from verify.derivation.parts import ClaimPart
from verify.derivation.render import Document, fragment_file, html_file, latex_files, markdown_file, standalone_files
from verify.derivation.sweep import MOST, TEACHERS, Sweep, certificates, sweep
from verify.versions import versions

#: Figures by file name, with their captions.
CAPTIONS = {
    "sweep": "Losses at which flows ended (areas: numbers of flows), and of the predicted minima (dashed)",
    "phase": "Which structure is a minimum, and which is lower; certified for each k drawn",
}


@dataclass(frozen=True)
class Order:
    """What is to be made.

    Attributes
    ----------
    command : str
        In its normal form, for the header.
    kind : str
        ``"tex"``, ``"pdf"``, ``"html"`` or ``"md"``.
    single, fragment : bool
    sizes : Sizes or None
    flows, figures : bool
        Whether to run the sweep, and whether it can be drawn.
    """

    command: str
    kind: str
    single: bool
    fragment: bool
    sizes: Sizes | None
    flows: bool
    figures: bool


def make_files(
    order: Order, parts: tuple[ClaimPart, ...], folder: Path, jobs: int, progress: Callable[[str], None]
) -> str:
    """Write all files into a folder and return the name of the main one. Approximation."""
    document = Document(
        parts,
        order.command,
        ", ".join(f"{name} {number}" for name, number in _recorded().items()),
        None if order.sizes is None else (order.sizes.n, order.sizes.k),
        single=order.single,
        known=_known(),
    )
    if order.sizes is not None:
        progress("certificates")
        found = certificates(order.sizes.n, order.sizes.k)
        document = replace(document, certified=tuple(row for row, _ in found))
        for row, content in found:
            if content is None:
                continue
            text = json.dumps(content, indent=1, allow_nan=False) + "\n"
            name = "perturbed-copy" if row.structure == "PC" else "copy-average"
            (folder / f"certificate-{name}.json").write_text(text, encoding="utf-8")
    if order.flows and not order.single:
        document = _flowed(document, order, folder, jobs, progress)
    return _written(document, order, folder)


def _recorded() -> dict[str, str]:
    """Versions that what is printed depends on."""
    from importlib.metadata import version

    return {**versions(), "sympy": version("sympy")}


def _known() -> tuple[str, ...]:
    from verify.ledger import all_claims

    return tuple(claim.id for claim in all_claims())


def _flowed(document: Document, order: Order, folder: Path, jobs: int, progress: Callable[[str], None]) -> Document:
    """With the sweep, and its figures if they can be drawn."""
    k = TEACHERS if order.sizes is None else max(3, min(order.sizes.k, MOST))
    found: Sweep = sweep(k, jobs=jobs, progress=progress)
    document = replace(document, sweep=found)
    if not order.figures:
        return document
    from verify.figures.sweep import draw_diagram, draw_sweep

    progress("figures")
    ending = {"html": "svg", "md": "svg"}.get(order.kind, "pdf")
    draw_sweep(found.cells, folder / f"sweep.{ending}")
    draw_diagram(folder / f"phase.{ending}")
    pictures = []
    for name, caption in CAPTIONS.items():
        path = folder / f"{name}.{ending}"
        if order.kind == "html":
            text = path.read_text(encoding="utf-8")
            pictures.append((caption, text[text.index("<svg") :]))
            path.unlink()
        else:
            pictures.append((caption, path.name))
    return replace(document, pictures=tuple(pictures))


def _written(document: Document, order: Order, folder: Path) -> str:
    if order.kind in ("html", "md"):
        name = (document.parts[0].id if order.single else "derivation") + f".{order.kind}"
        text = html_file(document) if order.kind == "html" else markdown_file(document)
        (folder / name).write_text(text, encoding="utf-8")
        return name
    if order.fragment:
        files = {f"{document.parts[0].id}.tex": fragment_file(document)}
    else:
        files = standalone_files(document) if order.single else latex_files(document)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return next(iter(files))

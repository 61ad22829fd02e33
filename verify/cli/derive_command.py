"""``copy-average derive``: the derivations as a document, each step checked while it is written."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import click
from rich.console import Console

from theory.latex.specialise import Sizes
from verify.cli.options import Count, Known, cores
from verify.derivation.build import build_parts
from verify.derivation.output import Order, make_files
from verify.derivation.parts import Stopped
from verify.derivation.pdf import NotCompiled, compile_pdf, latexmk

FORMATS = ["tex", "pdf", "html", "md"]
FAILED, UNKNOWN = 1, 3
MISSING = "latexmk is not installed (Debian: apt-get install latexmk lmodern texlive-latex-recommended)"


@click.command("derive")
@click.option("--out", "folder", metavar="DIR", default="derivation", show_default=True, help="Folder of the files.")
@click.option("--claim", "claim_id", metavar="ID", default=None, help="One claim (copy-average claims lists them).")
@click.option("--fragment", is_flag=True, help="With --claim: a file to \\input into an article of your own.")
@click.option(
    "--format",
    "kind",
    type=Known(FORMATS),
    default=None,
    help="LaTeX, LaTeX and PDF, HTML or Markdown.  [default: pdf where latexmk is installed, else tex]",
)
@click.option("-n", "n", type=Count(1), default=None, help="Put numbers beside the formulas, at this n (needs -k).")
@click.option("-k", "k", type=Count(1), default=None, help="The k of these numbers.")
@click.option(
    "--line",
    type=Count(200),
    default=None,
    help="Width of a line of formulas in points at a font size of ten.  [default: 420, of a fragment 345]",
)
@click.option("--flows/--no-flows", default=True, show_default=True, help="Run a small sweep and draw its figures.")
@click.option("--jobs", type=Count(1), default=None, help="Processes at most.  [default: all cores]")
@click.option(
    "--fault", metavar="STEP:KIND", default=None, help="With --claim: plant a fault, to see the build stop."
)
def derive_command(
    folder: str,
    claim_id: str | None,
    fragment: bool,
    kind: str | None,
    n: int | None,
    k: int | None,
    line: int | None,
    flows: bool,
    jobs: int | None,
    fault: str | None,
) -> int:
    """Write the theory as a paper would: statements, derivations, and beside each step the check that was run.

    Every numbered formula is printed from the objects that are checked. A step whose check fails stops the build
    with its label, both sides and the difference, and nothing is written. Exit status: 0 written, 1 a step is false
    or the PDF has overfull lines or undefined references, 2 bad input, 3 a step could not be decided.

    \b
    Examples:
      copy-average derive                                  # derivation/derivation.tex (and .pdf)
      copy-average derive --format html --out web
      copy-average derive -n 2 -k 5                        # with numbers and certificates
      copy-average derive --claim erf-optimum --fragment   # derivation/erf-optimum.tex, for \\input
    """
    wish = _wish(folder, claim_id, fragment, kind, n, k, line, flows, fault)
    made = _make(wish.folder)
    with _status() as progress:
        try:
            files, report = _write(wish, jobs or cores(), progress)
        except Stopped as stopped:
            if made:
                wish.folder.rmdir()
            click.echo(f"copy-average derive: stopped, nothing was written\n{stopped}", err=True)
            return FAILED if stopped.broken.verdict == "FAILS" else UNKNOWN
        except NotCompiled as error:
            click.echo(f"copy-average derive: error: {error}", err=True)
            return FAILED
    for name in files:
        click.echo(str(Path(folder) / name))
    for complaint in report:
        click.echo(f"copy-average derive: {complaint}", err=True)
    return FAILED if report else 0


@dataclass(frozen=True)
class Wish:
    """What is asked for, checked."""

    folder: Path
    claims: tuple[str, ...]
    single: bool
    fragment: bool
    kind: str
    sizes: Sizes | None
    line: float
    flows: bool
    fault: tuple[str, str] | None

    def command(self) -> str:
        """The command in its normal form: what the content depends on, not where it goes."""
        words = ["copy-average derive"]
        words += [f"--claim {self.claims[0]}"] if self.single else []
        words += ["--fragment"] if self.fragment else []
        words += [f"--format {self.kind}"]
        words += [f"-n {self.sizes.n} -k {self.sizes.k}"] if self.sizes is not None else []
        words += [] if self.flows or self.single else ["--no-flows"]
        return " ".join(words)


def _wish(
    folder: str,
    claim_id: str | None,
    fragment: bool,
    kind: str | None,
    n: int | None,
    k: int | None,
    line: int | None,
    flows: bool,
    fault: str | None,
) -> Wish:
    """Refuse before any work what could not be done after it."""
    from verify.derivation.render import ARTICLE_LINE, DOCUMENT_LINE
    from verify.ledger import all_claims

    known = [claim.id for claim in all_claims()]
    if claim_id is not None and claim_id not in known:
        raise click.BadParameter(f"got {claim_id!r}, known are {', '.join(known)}", param_hint="--claim")
    for option, given in (("--fragment", fragment), ("--fault", fault is not None)):
        if given and claim_id is None:
            raise click.BadParameter("needs --claim", param_hint=option)
    if fragment and kind not in (None, "tex"):
        raise click.BadParameter(f"got --format {kind}, a fragment is LaTeX: tex", param_hint="--fragment")
    if kind == "pdf" and latexmk() is None:
        raise click.BadParameter(f"{MISSING}; tex, html and md need nothing", param_hint="--format")
    sizes = _sizes(n, k)
    path = Path(folder)
    if path.is_dir() and not os.access(path, os.W_OK):
        raise click.BadParameter(f"cannot write {folder!r}, needs a folder that can be written", param_hint="--out")
    chosen = kind or ("tex" if fragment or latexmk() is None else "pdf")
    if kind is None and not fragment and chosen == "tex":
        click.echo(f"copy-average derive: LaTeX only: {MISSING}", err=True)
    planted = None if fault is None else _fault(claim_id or "", fault)
    width = float(line) if line is not None else ARTICLE_LINE if fragment else DOCUMENT_LINE
    claims = (claim_id,) if claim_id is not None else tuple(known)
    return Wish(path, claims, claim_id is not None, fragment, chosen, sizes, width, flows, planted)


def _make(folder: Path) -> bool:
    """Make the folder, before any work; whether it was not there."""
    if folder.is_dir():
        return False
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise click.BadParameter(
            f"cannot write {str(folder)!r} ({reason}), needs a folder that can be written", param_hint="--out"
        ) from None
    return True


def _sizes(n: int | None, k: int | None) -> Sizes | None:
    if (n is None) != (k is None):
        raise click.BadParameter("got one of -n and -k, needs both or none", param_hint="-n" if k is None else "-k")
    if n is None or k is None:
        return None
    if n > k:
        raise click.BadParameter(f"got n = {n}, needs n <= k = {k}", param_hint="-n")
    return Sizes(n, k)


def _fault(claim_id: str, fault: str) -> tuple[str, str]:
    from verify.ledger import all_claims

    step, _, kind = fault.partition(":")
    claim = next(claim for claim in all_claims() if claim.id == claim_id)
    try:
        claim.with_fault(step, kind or "constant")
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--fault") from None
    return step, kind or "constant"


@contextmanager
def _status() -> Iterator[Callable[[str], None]]:
    """Progress on standard error, if somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(stderr=True).status("checking") as status:
        yield lambda text: status.update(text)


def _write(wish: Wish, jobs: int, progress: Callable[[str], None]) -> tuple[list[str], list[str]]:
    """Make all files in a folder beside, then put them in place: names, and what LaTeX complained of."""
    parts = build_parts(wish.claims, wish.line, sizes=wish.sizes, fault=wish.fault, jobs=jobs, progress=progress)
    with tempfile.TemporaryDirectory(prefix=".derive-", dir=wish.folder) as name:
        beside = Path(name)
        figures = find_spec("matplotlib") is not None
        if wish.flows and not wish.single and not figures:
            click.echo(
                "copy-average derive: no figures: matplotlib is missing (pip install 'copy-average[plot]')", err=True
            )
        main = make_files(_order(wish, figures), parts, beside, jobs, progress)
        complaints: list[str] = []
        if wish.kind == "pdf":
            progress("latexmk")
            found = compile_pdf(beside / main)
            complaints = [*found.overfull, *found.undefined]
        names = sorted(path.name for path in beside.iterdir())
        for written in names:
            shutil.move(beside / written, wish.folder / written)
    return [main, *(written for written in names if written != main)], complaints


def _order(wish: Wish, figures: bool) -> Order:
    """What is to be made, without where it goes."""
    return Order(wish.command(), wish.kind, wish.single, wish.fragment, wish.sizes, wish.flows, figures)

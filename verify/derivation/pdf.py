"""PDF by latexmk, and what its log says about overfull lines and undefined references."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

#: Points by which a line may stick out before it counts.
ALLOWED = 1.0
_OVERFULL = re.compile(r"Overfull \\hbox \(([0-9.]+)pt too wide\)[^\n]*")
_UNDEFINED = re.compile(
    r"(?:Reference|Citation) `[^']*' .*undefined|There were undefined references|multiply[- ]defined"
)


@dataclass(frozen=True)
class Report:
    """What a log says. Exact.

    Attributes
    ----------
    overfull : tuple of str
        Lines that stick out by more than a point.
    undefined : tuple of str
        References and labels that are not defined once.
    """

    overfull: tuple[str, ...]
    undefined: tuple[str, ...]

    def __bool__(self) -> bool:
        return not self.overfull and not self.undefined


class NotCompiled(Exception):
    """LaTeX stopped; the message holds its last lines."""


def latexmk() -> str | None:
    """Path of latexmk, if it and pdflatex are installed."""
    found = shutil.which("latexmk")
    return found if found and shutil.which("pdflatex") else None


def read_log(text: str) -> Report:
    """Overfull lines and undefined references of a LaTeX log. Exact.

    Examples
    --------
    >>> for points in ("0.5", "9.0"):
    ...     bool(read_log(f"Overfull \\\\hbox ({points}pt too wide) in paragraph at lines 1--2"))
    True
    False
    """
    overfull = tuple(m.group(0) for m in _OVERFULL.finditer(text) if float(m.group(1)) > ALLOWED)
    return Report(overfull, tuple(m.group(0) for m in _UNDEFINED.finditer(text)))


def compile_pdf(main: Path) -> Report:
    """Compile a document beside its main file, in a folder of its own so that only the PDF is left. Exact.

    Raises
    ------
    NotCompiled
        If latexmk is missing or LaTeX stops.
    """
    tool = latexmk()
    if tool is None:
        raise NotCompiled(
            "latexmk is not installed (Debian: apt-get install latexmk lmodern texlive-latex-recommended)"
        )
    folder = main.parent / f".{main.stem}.latex"
    # The same bytes each time: no date but this one.
    fixed = {"SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1"}
    command = [tool, "-pdf", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error", "-norc"]
    try:
        run = subprocess.run(
            [*command, f"-outdir={folder.name}", main.name],
            cwd=main.parent,
            env={**os.environ, **fixed, "max_print_line": "1000"},
            capture_output=True,
            text=True,
            errors="replace",
        )
        log_file = folder / f"{main.stem}.log"
        log = log_file.read_text(encoding="utf-8", errors="replace") if log_file.exists() else run.stdout
        if run.returncode != 0:
            wrong = [line for line in log.splitlines() if re.match(r"(.*:\d+: |! )", line)]
            raise NotCompiled("; ".join(wrong[:3]) or run.stderr.strip()[-300:] or "latexmk failed")
        (folder / f"{main.stem}.pdf").replace(main.with_suffix(".pdf"))
        return read_log(log)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""The files of ``copy-average derive``: LaTeX that compiles without complaint, HTML, Markdown; the same bytes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.dom import minidom

import pytest

from verify.derivation.pdf import compile_pdf, latexmk

COMMAND = [str(Path(sys.executable).with_name("copy-average")), "derive"]
needs_latex = pytest.mark.skipif(latexmk() is None, reason="latexmk or pdflatex is not installed")


def derive(*arguments: str, status: int = 0, seed: str = "0") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_the_whole_document(tmp_path: Path) -> None:
    """One test, for the document takes a minute: compiled where LaTeX is installed."""
    derive("--out", str(tmp_path), "--format", "tex" if latexmk() is None else "pdf")
    parts = {path: path.read_text(encoding="utf-8") for path in sorted(tmp_path.glob("*.tex"))}
    _labels_are_unique("".join(parts.values()))
    for path, text in parts.items():
        _no_equation_is_filler(text)
        _header_names_command_and_versions_and_no_path(text, tmp_path)
        assert path.stat().st_size > 0
    if latexmk() is not None:
        # Lines that are too wide and undefined references would have ended the command with status 1.
        assert (tmp_path / "derivation.pdf").stat().st_size > 100_000
        assert not list(tmp_path.glob(".*"))


def _labels_are_unique(text: str) -> None:
    labels = re.findall(r"\\label\{(eq:[^}]*)\}", text)
    assert len(labels) == len(set(labels)) >= 30
    assert {"eq:erf-interaction", "eq:erf-one-neuron-critical", "eq:erf-optimum", "eq:erf-optimum-minimum"} <= set(
        labels
    )
    others = set(re.findall(r"\\label\{([^}]*)\}", text)) - set(labels)
    assert all(other.startswith(("claim:", "tab:", "fig:")) for other in others)


def _no_equation_is_filler(text: str) -> None:
    # A relation whose sides are the same text would say nothing.
    for body in re.findall(r"\\begin\{equation\}\\label\{[^}]*\}\n(.*?)\\end\{equation\}", text, re.S):
        left, _, right = body.partition(" = ")
        assert left.strip() != right.strip(), body


def _header_names_command_and_versions_and_no_path(text: str, folder: Path) -> None:
    first, second, *_ = text.splitlines()
    assert first.startswith("% Made by: copy-average derive --format ")
    assert str(folder) not in text
    assert "sympy" in second
    assert "python" in second


def test_no_template_holds_a_formula() -> None:
    import verify.derivation

    for path in (Path(verify.derivation.__file__).parent / "templates").glob("*.j2"):
        # What the program puts in, taken out: between dollar signs nothing remains.
        text = re.sub(r"\(\(\(.*?\)\)\)|\(\(\*.*?\*\)\)", "", path.read_text(encoding="utf-8"), flags=re.S)
        for formula in re.findall(r"(?<![\\$])\$([^$\n]+)\$(?!\$)", text):
            assert not formula.strip(), f"{path.name}: {formula}"
        for environment in re.findall(r"\\begin\{(?:equation|align\*?|split)\}(.*?)\\end", text, re.S):
            assert not re.sub(r"\\label\{\}|\\begin\{split\}|\s", "", environment), path.name


@needs_latex
def test_overfull_lines_and_undefined_references_are_seen(tmp_path: Path) -> None:
    main = tmp_path / "bad.tex"
    body = " + ".join(["x_{12345}"] * 40)
    main.write_text(
        "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n"
        f"\\begin{{equation}}\\label{{eq:a}}\n{body}\n\\end{{equation}}\nSee \\ref{{eq:b}}.\n"
        f"\\begin{{align}}\n{body} &= 0\n\\end{{align}}\n"
        f"\\begin{{equation}}\\begin{{split}}{body} &= 0\\\\ &= 1\\end{{split}}\\end{{equation}}\n"
        "\\end{document}\n"
    )
    report = compile_pdf(main)
    assert len(report.overfull) == 3
    assert any("eq:b" in line for line in report.undefined)


@needs_latex
@pytest.mark.parametrize("claim", ["erf-optimum", "erf-ca-index", "erf-interaction"])
def test_a_fragment_compiles_in_somebody_elses_article(claim: str, tmp_path: Path) -> None:
    derive("--claim", claim, "--fragment", "--out", str(tmp_path))
    main = tmp_path / "article.tex"
    main.write_text(
        "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n\\section{Theirs}\n"
        f"\\input{{{claim}}}\nAs \\eqref{{eq:{claim}}} says.\n\\end{{document}}\n"
    )
    report = compile_pdf(main)
    assert report, report


@needs_latex
def test_the_same_bytes_each_time(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder, seed in zip(folders, ("1", "2"), strict=True):
        derive("--claim", "erf-ca-definite", "--format", "pdf", "-n", "2", "-k", "5", "--out", str(folder), seed=seed)
    names = sorted(path.name for path in folders[0].iterdir())
    assert names == sorted(path.name for path in folders[1].iterdir())
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name


def test_html_needs_no_network_and_its_formulas_are_mathml(tmp_path: Path) -> None:
    derive("--claim", "erf-optimum-minimum", "--format", "html", "--out", str(tmp_path))
    text = (tmp_path / "erf-optimum-minimum.html").read_text(encoding="utf-8")
    formulas = re.findall(r"<math.*?</math>", text, re.S)
    assert len(formulas) > 20
    for formula in formulas:
        minidom.parseString(formula)
        assert "\\" not in formula, "a command was not understood"
    assert not re.search(r"(src|href)=\"(?!#)", text)
    assert not re.search(r"https?://(?!www\.w3\.org/1998/Math)", text)


def test_markdown(tmp_path: Path) -> None:
    derive("--claim", "erf-optimum", "--format", "md", "--out", str(tmp_path))
    text = (tmp_path / "erf-optimum.md").read_text(encoding="utf-8")
    assert text.count("\n$$\n") % 2 == 0
    assert r"\arcsin\left(\frac{1}{2 k - 2 n + 2}\right)" in text


def test_numbers_and_certificates(tmp_path: Path) -> None:
    derive("--claim", "erf-optimum", "--format", "md", "-n", "2", "-k", "5", "--out", str(tmp_path))
    text = (tmp_path / "erf-optimum.md").read_text(encoding="utf-8")
    assert "0.0567545277407" in text
    assert "| CA 1 + 4 | unique |" in text
    recheck = [COMMAND[0], "recheck", *map(str, sorted(tmp_path.glob("certificate-*.json")))]
    assert subprocess.run(recheck, capture_output=True, check=False).returncode == 0


def test_a_planted_fault_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    done = derive("--claim", "erf-optimum", "--fault", "value:constant", "--out", str(folder), status=1)
    assert "eq:erf-optimum:value: step value of erf-optimum is false" in done.stderr
    for word in ("left:", "right:", "difference:"):
        assert word in done.stderr
    assert not folder.exists()


def test_a_false_assertion_in_a_sentence_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    done = derive("--claim", "erf-signed-teacher", "--out", str(folder), "--format", "md")
    assert "typed" not in (folder / "erf-signed-teacher.md").read_text(encoding="utf-8")
    done = derive("--claim", "erf-copies-not-critical", "--fault", "pull:words", "--out", str(folder / "b"), status=1)
    assert "eq:erf-copies-not-critical:pull: step pull, in its words: -2*G_s = 1/7 - 2/pi of" in done.stderr
    assert "left:       -2*G_s" in done.stderr
    assert "difference: -1/7" in done.stderr
    assert not (folder / "b").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--claim", "none"], "got 'none', known are erf-interaction"),
        (["--fragment"], "needs --claim"),
        (["--claim", "erf-optimum", "--fragment", "--format", "html"], "a fragment is LaTeX"),
        (["-n", "2"], "got one of -n and -k"),
        (["-n", "5", "-k", "2"], "got n = 5, needs n <= k = 2"),
        (["--format", "docx"], "got 'docx', known are html, md, pdf, tex"),
        (["--claim", "erf-optimum", "--fault", "nothing:sign"], "got 'nothing', claim erf-optimum has"),
        (["--out", "/proc/nowhere"], "cannot write '/proc/nowhere'"),
    ],
)
def test_bad_input_gets_one_line(arguments: list[str], message: str) -> None:
    done = derive(*arguments, status=2)
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_without_latexmk_the_message_says_what_to_install(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--claim", "erf-signed-teacher", "--format", "pdf", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": ""},
    )
    assert done.returncode == 2
    assert "latexmk is not installed (Debian: apt-get install latexmk" in done.stderr
    assert not list(tmp_path.iterdir())

"""What the documentation shows is what happens: every docstring example, and the README's Python."""

from __future__ import annotations

import doctest
import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

MODULES = sorted(
    name
    for package in ("theory", "numerics", "verify")
    for _, name, _ in walk_packages(import_module(package).__path__, package + ".")
    if not name.endswith("__main__")
)
README = Path(__file__).parent.parent / "README.md"


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str) -> None:
    result = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def test_some_examples_were_found() -> None:
    finder = doctest.DocTestFinder()
    assert sum(len(test.examples) for name in MODULES for test in finder.find(import_module(name))) > 30


def test_the_python_of_the_readme_runs() -> None:
    codes = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.S)
    space: dict[str, object] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("verify.ledger._REGISTERED", {})
        for code in codes:
            exec(code, space)
    assert len(codes) == 2
    assert space["polished"].converged


def test_the_readme_shows_what_the_command_prints() -> None:
    from verify.report import label

    text = README.read_text(encoding="utf-8")
    # The first table is real output: its losses are those of the predictions, its labels those of the report.
    from numerics import Problem
    from verify import predict

    for n in (1, 5, 7, 9):
        for prediction in predict(Problem(n, 10)):
            assert f"{label(prediction.structure, prediction.partition)}  {float(prediction.loss):.6g}" in text

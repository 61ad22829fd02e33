"""The question of universality end to end on small cells, and each of its parts by hand."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from numerics.patterns.catalogue import solved
from numerics.structures import copy_average_point, perturbed_copy_point
from verify.cli.main import main
from verify.sweep.conduct import Sweep
from verify.universality.answer import Answer, CellAnswer
from verify.universality.criterion import Criterion, criterion
from verify.universality.known import Known, known
from verify.universality.page import page
from verify.universality.tally import Ended, tally


def test_criteria_are_hermite_coefficients() -> None:
    # Quadrature that knows nothing of interaction functions: E[s] and E[z s] for s(z), over E[s^2].
    z, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    functions = {
        "sin": np.sin,
        "cos": np.cos,
        "exp": np.exp,
        "cube": lambda x: x**3,
        "tanh": np.tanh,
        "hermite3": lambda x: x**3 - 3 * x,
    }
    for name, function in functions.items():
        s = function(z)
        whole = weights @ s**2
        found = criterion(name)
        # Gauss's rule of 80 nodes is right to some 1e-8 for tanh, whose nearest pole is at pi/2.
        assert found.mean == pytest.approx((weights @ s) ** 2 / whole, abs=1e-7), name
        assert found.linear == pytest.approx((weights @ (z * s)) ** 2 / whole, abs=1e-7), name
    assert criterion("relu").mean == pytest.approx(1 / np.pi)
    assert criterion("abs").linear == 0.0


def test_exact_groups_are_those_that_leave_nothing() -> None:
    for name in ("erf", "normal-cdf", "sin", "cos", "exp", "hermite3", "cube", "tanh", "sigmoid"):
        found = criterion(name)
        left = max(abs(found.mean_left or 0.0), abs(found.linear_left or 0.0))
        average = solved(name, (1, 2))
        assert average is not None, name
        assert average.exact == (left < 1e-8), name
    # The best norm of GELU is infinite.
    assert criterion("gelu").linear_left is None


def test_erf_has_the_structures_of_its_own_theory() -> None:
    # Solved by other code: copy-average in closed form, the perturbed copy on its branch from n = k.
    for n, k in ((2, 4), (5, 6)):
        average, copies = copy_average_point([1] * (n - 1) + [k - n + 1]), perturbed_copy_point(n, k)
        assert copies is not None
        found = {one.structure: one.loss for one in known("erf", n, k) if one.one_average or "copy" in one.structure}
        assert found["perturbed-copy"] == pytest.approx(float(copies.loss), rel=1e-11)
        (one,) = (one for one in known("erf", n, k) if one.one_average)
        assert one.loss == pytest.approx(float(average.loss), rel=1e-11)


def test_known_structures() -> None:
    assert [(one.label(), one.index, one.proved) for one in known("cos", 2, 3)] == [
        ("perturbed-copy 2 x 1", 0, True),
        ("copy-average 1 + 2", 1, True),
    ]
    average, copies = known("relu", 2, 3)
    assert average.one_average
    assert not copies.one_average
    # He2: all points of the continuum lose 2 for each teacher that is left over.
    assert known("hermite2", 2, 3)[0].loss == pytest.approx(2.0)
    assert not known("hermite2", 2, 3)[0].isolated
    assert all(one.isolated for one in known("cube", 2, 3))
    assert not any(one.proved for one in known("cube", 2, 3))


def _known(loss: float, index: int, *, average: bool) -> Known:
    name = "copy-average" if average else "perturbed-copy"
    return Known(name, (1, 2) if average else (1, 1), loss, index, True, True, average)


def _cell(known: list[Known], *, reached: int = 0, loss: float = 1.0) -> CellAnswer:
    ends = (
        Ended("copy-average 1 + 2", reached, reached, reached, loss, 0, True, False),
        Ended("not converged", 10 - reached, 0, 0, None, None, False, False),
    )
    return CellAnswer(2, 3, 10, tuple(known), ends)


def test_verdicts() -> None:
    def verdict(*cells: CellAnswer) -> str:
        return Answer("x", Criterion(0.0, 1.0, None, 0.0), cells).verdict()

    low, high = _known(1.0, 0, average=True), _known(2.0, 0, average=False)
    assert verdict(_cell([low, high], reached=10)) == "yes"
    assert verdict(_cell([low, high])) == "lowest, but not always reached"
    higher = _known(3.0, 0, average=True)
    assert verdict(_cell([high, higher], loss=3.0)) == "no: a minimum, never the lowest"
    assert verdict(_cell([high, _known(3.0, 1, average=True)], loss=3.0)) == "no: never a minimum"
    assert verdict(_cell([high], loss=3.0)) == "no: there is no such point"
    assert verdict() == "nothing was run"
    # A run that ends lower than everything known takes away the lowest place.
    assert not _cell([low, high], reached=1, loss=0.5).lowest


def test_tallies_tell_losses_apart() -> None:
    record = {
        "converged": True, "structure": "copy-average", "partition": [1, 2], "loss": "0.5", "index": 0, "dead": [],
        "collinear": [], "certificate": "unique", "certified": {"identity": True},
    }  # fmt: skip
    other = {**record, "loss": "0.6", "certificate": "unknown", "certified": {}}
    lost = {**record, "converged": False, "structure": "unclassified", "certificate": None, "certified": None}
    found = tally([record, record, other, lost], 2, 3, "sin")
    assert [(end.label, end.count, end.identified, end.one_average) for end in found] == [
        ("copy-average 1 + 2", 2, 2, True),
        ("copy-average 1 + 2", 1, 0, True),
        ("not converged", 1, 0, False),
    ]


def test_the_command_and_its_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, out = str(tmp_path / "u.db"), tmp_path / "results"
    asked = ["universality", "-k", "3", "--activations", "sin,hermite3", "--seeds", "2", "--jobs", "1"]
    arguments = [*asked, "--store", store, "--out", str(out), "--no-figure", "--beyond", "5"]
    assert main(arguments) == 0
    first = (out / "universality.md").read_text(encoding="utf-8")
    found = json.loads((out / "universality.json").read_text(encoding="utf-8"))
    assert [one["activation"] for one in found["activations"]] == ["sin", "hermite3"]
    schema = json.loads((files("verify") / "schema" / "documents.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    answers = {one["activation"]: one for one in found["activations"]}
    assert answers["sin"]["answer"] == "yes"
    assert answers["sin"]["runs"] == {"all": 2, "one_average": 2}
    assert answers["hermite3"]["answer"] == "no: never a minimum"
    # What the page says of a cell is what the document holds.
    (cell,) = (cell for cell in answers["sin"]["cells"] if cell["n"] == 2)
    assert cell["one_average"]["proved"]
    assert f"{cell['one_average']['loss']:.9g}, index 0c: lowest" in first
    assert re.search(r"\| sin \| 0\.000 \| 0\.851 \| - \| 0 \| 1/1 \| 1/1 \| 1/1 \| 2/2 \| yes \|", first)
    assert answers["sin"]["beyond"] == [{"k": 5, "lower": 3, "minimum": 4}]
    assert "| sin | 3 | 4 |" in first
    assert "| hermite3 | none | none |" in first
    # A second time nothing is run, and the page is the same.
    capsys.readouterr()
    assert main(arguments) == 0
    assert "done" not in capsys.readouterr().err
    assert (out / "universality.md").read_text(encoding="utf-8") == first
    # More seeds than there are runs of, and none to be run.
    capsys.readouterr()
    assert main([*arguments, "--seeds", "3", "--no-flows"]) == 0
    assert "4 of 12 runs are not in the store" in capsys.readouterr().err
    assert "4 flows of the plan are not done yet" in (out / "universality.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-k", "3", "--activations", "sine"], "--activations"),
        (["-k", "2", "-n", "3"], "every pair has n > k"),
        (["-k", "1"], "needs 2 <= n <= k"),
        (["-k", "3", "--out", "FILE"], "needs a folder"),
        (["-k", "3", "--store", "FILE"], "needs a store"),
    ],
)
def test_refusals(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    (tmp_path / "file").write_text("text", encoding="utf-8")
    given = [str(tmp_path / "file") if word == "FILE" else word for word in arguments]
    rest = [] if "--out" in given else ["--out", str(tmp_path / "out")]
    rest += [] if "--store" in given else ["--store", str(tmp_path / "u.db")]
    assert main(["universality", *given, *rest]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert len(err.strip().splitlines()) == 1
    assert (tmp_path / "file").read_text(encoding="utf-8") == "text"


def test_an_interrupted_command_leaves_the_page_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "results"
    out.mkdir()
    for name in ("universality.md", "universality.json"):
        (out / name).write_text("old", encoding="utf-8")

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Sweep, "carry_out", interrupted)
    arguments = ["universality", "-k", "3", "--activations", "sin", "--jobs", "1", "--store", str(tmp_path / "u.db")]
    assert main([*arguments, "--out", str(out)]) == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert {path.name for path in out.iterdir()} == {"universality.md", "universality.json"}
    assert (out / "universality.md").read_text(encoding="utf-8") == "old"
    assert (out / "universality.json").read_text(encoding="utf-8") == "old"


def test_the_first_paragraph_follows_the_numbers() -> None:
    low, high = _known(1.0, 0, average=True), _known(2.0, 0, average=False)
    linear, none = Criterion(0.0, 0.5, None, 0.0), Criterion(0.0, 0.0, None, None)
    cell = _cell([low, high], reached=10)
    worse = _cell([high, _known(3.0, 1, average=True)], loss=3.0)

    def text(*answers: Answer) -> str:
        return page(answers, command="c", seeds=1, init="glorot", figure=None)

    good, bad = Answer("a", linear, (cell,)), Answer("b", none, (worse,))
    assert "Yes, among these. Of 1 activations" in text(good)
    assert "for a. Of the 1 that have a linear part it is so for 1, of the 1 that have none for 0." in text(good, bad)
    exception = Answer("c", linear, (worse,))
    assert "it is so for 1 (not for c)" in text(good, exception)
    assert "that have none for 1 (d)." in text(Answer("d", none, (cell,)))

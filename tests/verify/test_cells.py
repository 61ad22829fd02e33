"""Verdicts: every case of the contract, and predictions against the independent thresholds."""

from __future__ import annotations

from typing import Any

import pytest
from mpmath import mp

from numerics import Problem
from verify.cells import Cell, exit_status, verdict
from verify.prediction import Prediction, predict

PREDICTED = (Prediction("copy-average", (1, 2), mp.mpf("0.0232")),)


def record(structure: str, partition: list[int] | None = None, converged: bool = True) -> dict[str, Any]:
    return {"structure": structure, "partition": partition, "converged": converged}


GOOD = record("copy-average", [1, 2])


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([GOOD, GOOD], "agrees"),
        ([GOOD, record("channel-to-infinity", converged=False)], "contradicts"),
        ([GOOD, record("duplicated", [1, 2])], "contradicts"),
        ([GOOD, record("unclassified", converged=False)], "unknown"),
        ([GOOD, record("unclassified")], "unknown"),
        ([GOOD, record("dormant", converged=False)], "unknown"),
        # Another partition, or a structure that is no minimum here, is not what was predicted.
        ([record("copy-average", [3])], "unknown"),
        ([record("perturbed-copy")], "unknown"),
        # A contradiction comes before what is merely unknown.
        ([record("unclassified", converged=False), record("duplicated", [1, 2])], "contradicts"),
        ([], "unknown"),
    ],
)
def test_verdicts(records: list[dict[str, Any]], expected: str) -> None:
    assert verdict(records, PREDICTED, None) == expected


def test_without_hypotheses_nothing_is_predicted() -> None:
    problem = Problem(2, 2, teacher_outgoing=[1.0, 2.0])
    assert predict(problem) == ()
    cell = Cell(problem, 50, ())
    assert cell.verdict == "unpredicted"
    assert "not all +1 or -1" in cell.document()["why_unpredicted"]


def test_exit_status_puts_contradiction_before_doubt() -> None:
    class Fixed:
        def __init__(self, status: int) -> None:
            self._status = status

        def exit_status(self) -> int:
            return self._status

    assert exit_status([Fixed(0), Fixed(0)]) == 0
    assert exit_status([Fixed(0), Fixed(3)]) == 3
    assert exit_status([Fixed(3), Fixed(1), Fixed(0)]) == 1


def test_predictions_follow_the_independent_thresholds(oracles: dict) -> None:
    copy_from, lower_from, average_to = oracles["erf_thresholds"]["values"]["8"]
    for n in range(2, 8):
        predicted = predict(Problem(n, 8))
        names = [p.structure for p in predicted]
        assert ("perturbed-copy" in names) == (n >= copy_from)
        assert ("copy-average" in names) == (n <= average_to)
        # In the order of their losses.
        if len(names) == 2:
            assert names[0] == ("perturbed-copy" if n >= lower_from else "copy-average")
        assert [p.loss for p in predicted] == sorted(p.loss for p in predicted)


def test_at_n_equal_k_every_neuron_copies() -> None:
    (prediction,) = predict(Problem(4, 4))
    assert prediction.structure == "copy-average"
    assert prediction.partition == (1, 1, 1, 1)
    assert prediction.loss == 0


def test_predictions_do_not_depend_on_ignored_dimensions() -> None:
    for dim in (3, 4, 9):
        assert [p.structure for p in predict(Problem(2, 3, dim=dim))] == ["copy-average"]

"""The results as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from verify.universality.answer import Answer, CellAnswer
from verify.versions import versions


def document(answers: Sequence[Answer], *, command: str, seeds: int, init: str) -> dict[str, Any]:
    """The document ``copy-average/universality/1``. Approximation."""
    return {
        "schema": "copy-average/universality/1",
        "versions": versions(),
        "command": command,
        "seeds": seeds,
        "init": init,
        "activations": [_activation(answer) for answer in answers],
    }


def _activation(answer: Answer) -> dict[str, Any]:
    cells, minima, lowest, reached = answer.counted()
    runs, there = answer.runs()
    return {
        "activation": answer.activation,
        "answer": answer.verdict(),
        "criterion": asdict(answer.criterion),
        "under_parameterized_cells": {"all": cells, "minimum": minima, "lowest": lowest, "reached": reached},
        "runs": {"all": runs, "one_average": there},
        "largest_lowest": {str(k): n for k, n in answer.largest_lowest().items()},
        "beyond": [asdict(reach) for reach in answer.beyond],
        "cells": [_cell(cell) for cell in answer.cells],
    }


def _cell(cell: CellAnswer) -> dict[str, Any]:
    one = cell.one_average
    return {
        "n": cell.n,
        "k": cell.k,
        "runs": cell.runs,
        "one_average": None
        if one is None
        else {**asdict(one), "lowest": cell.lowest, "minimum": cell.minimum, "reached": cell.reached},
        "structures": [asdict(known) for known in cell.known],
        "ends": [asdict(end) for end in cell.ends],
    }

"""Rows of a store, and what they stand for. Exact."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mpmath import mp

from numerics.teacher import parse_teacher
from verify.names import CHANNEL
from verify.prediction import Prediction, read_prediction
from verify.runs import Task
from verify.sweep.guard import StoreError
from verify.sweep.outcome import KEY, SETTING, Outcome, as_json, blobs, digest, from_bytes, identity, texts

NUMBERS = ("parts", "max_steps", "step_size", "rejected", "hessians")
PARTS = ("record", "theta", "assignment", "theta0", "flow_theta", "course")
#: Settings that are stored as 0 or 1.
YES_OR_NO = ("early", "certify", "confirm")


@dataclass(frozen=True)
class State:
    """What is known of a stored run without its arrays. Exact.

    Attributes
    ----------
    record : dict
    parts : int
    digest : str
    seconds : float
        Of computation.
    certificate_seconds : float
    proof_seconds : float
        Of proofs that flows converge, which sweeps do not make.
    """

    record: dict[str, Any]
    parts: int
    digest: str
    seconds: float
    certificate_seconds: float
    proof_seconds: float = 0.0

    @property
    def may_go_on(self) -> bool:
        """Whether the run has not converged, and not found out either that it never will."""
        return not self.record["converged"] and self.record["structure"] != CHANNEL


def run_values(outcome: Outcome) -> dict[str, Any]:
    """The columns of a run, but those that refer to other tables."""
    task = outcome.task
    numbers = (outcome.parts, task.max_steps, float(outcome.step_size), outcome.rejected, outcome.hessians)
    parts: dict[str, str | bytes] = {**texts(outcome), **blobs(outcome)}
    return {
        **{name: getattr(task, name) for name in KEY},
        **dict(zip(NUMBERS, numbers, strict=True)),
        **parts,
        "digest": digest(identity(task), numbers, parts),
        **{f"{name}_seconds": float(outcome.seconds[name]) for name in ("flow", "settle", "certificate")},
    }


def _identity(row: sqlite3.Row) -> tuple[Any, ...]:
    values = [bool(row[name]) if name in YES_OR_NO else row[name] for name in SETTING]
    return (*values, *(row[name] for name in KEY))


def _whole(row: sqlite3.Row) -> tuple[Any, ...]:
    """The key, and the teacher of the store if it has one."""
    return _identity(row) if row["teacher"] is None else (*_identity(row), row["teacher"])


def check_digest(row: sqlite3.Row) -> None:
    """Refuse a run that is not, to the bit, what was written.

    Raises
    ------
    StoreError
    """
    parts = {name: row[name] for name in PARTS}
    try:
        good = digest(_whole(row), [row[name] for name in NUMBERS], parts) == row["digest"]
    except (AttributeError, TypeError, ValueError):
        good = False
    if not good:
        raise StoreError(f"it is corrupted (the digest of the run {describe_row(row)} does not hold)")


def describe_row(row: sqlite3.Row) -> str:
    """A run in words."""
    return f"(n, k) = ({row['n']}, {row['k']}), {row['init']}, seed {row['seed']}"


def read_state(row: sqlite3.Row) -> tuple[tuple[Any, ...], State]:
    """Key and state of a run."""
    seconds = row["flow_seconds"] + row["settle_seconds"] + row["certificate_seconds"]
    state = State(json.loads(row["record"]), row["parts"], row["digest"], seconds, row["certificate_seconds"])
    return _identity(row), state


def read_outcome(row: sqlite3.Row) -> Outcome:
    """A run with its arrays.

    Raises
    ------
    StoreError
        If it is not what was written, or shapes do not fit.
    """
    check_digest(row)
    fields = dict(zip(SETTING + KEY, _identity(row), strict=True))
    teacher = None if row["teacher"] is None else parse_teacher("its teacher", row["teacher"])
    task = Task(**fields, max_steps=row["max_steps"], teacher=teacher)
    columns = task.dim + 1
    try:
        assignment = json.loads(row["assignment"])
        course = from_bytes(row["course"], len(row["course"]) // 24)
        found = Outcome(
            task,
            json.loads(row["record"]),
            from_bytes(row["theta0"], columns),
            from_bytes(row["flow_theta"], columns),
            json.loads(row["theta"]),
            None if assignment is None else tuple(map(tuple, assignment)),
            course,
            row["step_size"],
            row["rejected"],
            row["hessians"],
            row["parts"],
            {name: row[f"{name}_seconds"] for name in ("flow", "settle", "certificate")},
            json.loads(row["versions"]),
        )
    except (TypeError, ValueError):
        raise StoreError(f"the run {describe_row(row)} cannot be read") from None
    shapes = {found.theta0.shape, found.flow_theta.shape, (len(found.theta), len(found.theta[0]))}
    if shapes != {(task.n, columns)} or len(course) != 3:
        raise StoreError(f"the run {describe_row(row)} has arrays of another size")
    return found


def theory_values(
    activation: str, n: int, k: int, dim: int, dps: int, certified: bool, found: Sequence[Prediction]
) -> dict[str, Any]:
    """The columns of the predictions of a cell."""
    names = {"activation": activation, "n": n, "k": k, "dim": dim, "dps": dps, "certified": certified}
    return {**names, "predicted": as_json([p.document(dps) for p in found])}


def predictions(text: str) -> tuple[Prediction, ...]:
    """Predictions as they were stored."""
    with mp.workdps(15 + max((len(p["loss"]) for p in json.loads(text)), default=0)):
        return tuple(map(read_prediction, json.loads(text)))

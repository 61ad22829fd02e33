"""The outcome of one run as it is stored: plain numbers and text, nothing to be executed."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from numerics.flow.result import Flow, Stop, Trajectory
from numerics.problem import Array
from numerics.teacher import Teacher
from verify.ends.settle import continue_flow
from verify.runs import Task, finish, start, weights_as_rows
from verify.sweep.course import course
from verify.versions import versions

#: What identifies a run, and what else determines how it ends. ``max_steps`` only cuts it short: see ``parts``.
KEY = ("n", "k", "dim", "seed")
SETTING = ("activation", "init", "dps", "grad_tol", "rtol", "early", "certify", "confirm")


@dataclass(frozen=True, eq=False)
class Outcome:
    """One finished run. Approximation.

    Attributes
    ----------
    task : Task
    record : dict
        The run as in the JSON contract.
    theta0, flow_theta : ndarray, shape (n, dim + 1)
        Initial point, and last point of the flow.
    theta : list of list of str
        End point to all digits, as decimal strings.
    assignment : tuple of tuple of int, or None
        The teachers of each student.
    course : ndarray, shape (3, m)
        Time, loss and gradient norm.
    step_size : float
        The step that the flow would have tried next.
    rejected, hessians : int
    parts : int
        1, and 1 more each time the flow was gone on with.
    seconds : dict
        Timings: flow, settle, certificate.
    versions : dict
        Of the machine that did the run.
    """

    task: Task
    record: dict[str, Any]
    theta0: Array
    flow_theta: Array
    theta: list[list[str]]
    assignment: tuple[tuple[int, ...], ...] | None
    course: Array
    step_size: float
    rejected: int
    hessians: int
    parts: int = 1
    seconds: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def certificate_seconds(self) -> float:
        """Time of the certificate."""
        return self.seconds.get("certificate", 0.0)


def carry_out(job: tuple[Task, Outcome | None]) -> Outcome:
    """Do one run, or go on with one from where it stopped. Approximation.

    Parameters
    ----------
    job : (Task, Outcome or None)
        The outcome to go on with, if any; ``max_steps`` of the task then bounds the further steps.

    Returns
    -------
    Outcome
    """
    task, before = job
    begun = time.perf_counter()
    if before is None:
        theta0, flow = start(task)
    else:
        theta0 = before.theta0
        flow = _gone_on(task, before)
    flowed = time.perf_counter()
    done = finish(task, theta0, flow)
    finished = time.perf_counter()
    certificate = done.run.certificate_seconds
    old = before.seconds if before is not None else {}
    end = done.end.flow
    return Outcome(
        task,
        done.run.record,
        theta0,
        end.theta,
        weights_as_rows(done.run.theta, task.dps),
        done.run.assignment,
        course(end.trajectory),
        end.step_size,
        end.rejected,
        end.hessians,
        1 if before is None else before.parts + 1,
        {
            "flow": flowed - begun + old.get("flow", 0.0),
            "settle": finished - flowed - certificate + old.get("settle", 0.0),
            "certificate": certificate + old.get("certificate", 0.0),
        },
        versions(),
    )


def _gone_on(task: Task, before: Outcome) -> Flow:
    """The flow of a stored run, integrated further under the settings of the task."""
    time, loss, grad_inf = before.course
    record = before.record
    ends = np.array([before.theta0, before.flow_theta])
    stopped = Flow(
        before.flow_theta,
        record["flow_time"],
        float(loss[-1]),
        record["flow_grad_inf"],
        record["steps"],
        before.rejected,
        record["evaluations"],
        before.hessians,
        record["method"],
        Stop.STEPS,
        before.step_size,
        Trajectory(time, loss, grad_inf, np.array([0.0, record["flow_time"]]), ends),
    )
    return continue_flow(
        task.problem(),
        stopped,
        grad_tol=task.grad_tol,
        rtol=task.rtol,
        max_steps=task.max_steps,
        early_finish=task.early,
    )


def key(task: Task) -> tuple[Any, ...]:
    """What identifies a run in a store. Exact."""
    fields = asdict(task)
    return tuple(fields[name] for name in SETTING + KEY)


def identity(task: Task) -> tuple[Any, ...]:
    """All that a run depends on, for its digest: its key, and the teacher where it is another. Exact."""
    return key(task) if task.teacher is None else (*key(task), teacher_text(task.teacher))


def teacher_text(teacher: Teacher) -> str:
    """A teacher as it is stored. Exact."""
    return as_json(teacher.document())


def texts(outcome: Outcome) -> dict[str, str]:
    """The parts of a run that are stored as text. Exact."""
    return {
        "record": as_json(outcome.record),
        "theta": as_json(outcome.theta),
        "assignment": as_json(outcome.assignment),
    }


def blobs(outcome: Outcome) -> dict[str, bytes]:
    """The parts of a run that are stored as bytes. Exact."""
    return {
        "theta0": to_bytes(outcome.theta0),
        "flow_theta": to_bytes(outcome.flow_theta),
        "course": to_bytes(outcome.course),
    }


def digest(identity: Sequence[Any], numbers: Sequence[Any], parts: Mapping[str, str | bytes]) -> str:
    """SHA-256 over everything of a run but its timings and versions: equal runs have equal digests. Exact.

    Parameters
    ----------
    identity : sequence
        As :func:`identity` gives it.
    numbers : sequence
        ``parts``, ``max_steps``, ``step_size``, ``rejected``, ``hessians``.
    parts : mapping
        What :func:`texts` and :func:`blobs` give.
    """
    found = hashlib.sha256(as_json([list(identity), list(numbers)]).encode())
    for name in ("record", "theta", "assignment", "theta0", "flow_theta", "course"):
        part = parts[name]
        data = part.encode() if isinstance(part, str) else part
        found.update(f"\n{name} {len(data)}\n".encode() + data)
    return found.hexdigest()


def to_bytes(array: Array) -> bytes:
    """Doubles as stored: little-endian, row by row. Exact."""
    return np.ascontiguousarray(array, dtype="<f8").tobytes()


def from_bytes(data: bytes, columns: int) -> Array:
    """Doubles as they were stored. Exact.

    Raises
    ------
    ValueError
        If there are not whole rows of ``columns`` numbers.
    """
    if not isinstance(data, bytes) or columns < 1 or len(data) % (8 * columns):
        raise ValueError("data: not whole rows of doubles")
    return np.frombuffer(data, dtype="<f8").astype(np.float64).reshape(-1, columns)


def as_json(value: Any) -> str:
    """JSON in one fixed form; what is not a finite number becomes null. Exact."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value

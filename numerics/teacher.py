"""A teacher from a file: incoming vectors of any length and angle, outgoing weights of any sign and size."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from numerics.problem import Array, Problem

#: Largest file that is read, in bytes.
LARGEST = 50_000_000


@dataclass(frozen=True)
class Teacher:
    """A teacher as plain numbers, so that tasks that hold it can be compared and sent. Exact.

    Attributes
    ----------
    incoming : tuple of tuple of float
        k rows of dim numbers.
    outgoing : tuple of float
    """

    incoming: tuple[tuple[float, ...], ...]
    outgoing: tuple[float, ...]

    @property
    def k(self) -> int:
        """Number of teacher neurons."""
        return len(self.incoming)

    @property
    def dim(self) -> int:
        """Input dimension."""
        return len(self.incoming[0])

    def document(self) -> dict[str, Any]:
        """The teacher as the JSON that :func:`read_teacher` reads. Exact."""
        return {"teacher": list(map(list, self.incoming)), "teacher_outgoing": list(self.outgoing)}

    def problem(self, n: int, activation: str) -> Problem:
        """The problem of n students with this teacher. Approximation."""
        return Problem(
            n,
            self.k,
            activation=activation,
            teacher=np.array(self.incoming),
            teacher_outgoing=np.array(self.outgoing),
        )


def read_teacher(name: str) -> Teacher:
    """Read and check a teacher. Approximation.

    Parameters
    ----------
    name : str
        A ``.npy`` file with the incoming vectors (k, dim); a ``.npz`` archive or a ``.json`` file with ``teacher``
        (k, dim) and optionally ``teacher_outgoing`` (k,), default ones.

    Raises
    ------
    ValueError
        With one line that says what is wrong: unreadable, wrong shapes, NaN, a zero vector, a zero outgoing weight.
    """
    path = Path(name)
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"got {name} with more than {LARGEST // 10**6} MB, needs a smaller file")
        incoming, outgoing = _json(path) if path.suffix.lower() == ".json" else _numpy(path)
    except OSError as error:
        raise ValueError(f"cannot read {name}: {error.strerror or 'not a file that can be read'}") from None
    return _checked(name, incoming, outgoing)


def parse_teacher(name: str, text: str) -> Teacher:
    """The teacher of a JSON text. Approximation.

    Parameters
    ----------
    name : str
        What the text is called where it is refused.
    text : str

    Raises
    ------
    ValueError
        As :func:`read_teacher`.

    Examples
    --------
    >>> parse_teacher("text", '{"teacher": [[1, 0, 0], [0, 2, 0]]}').outgoing
    (1.0, 1.0)
    """
    return _checked(name, *_parsed(Path(name), text))


def _checked(name: str, incoming: Any, outgoing: Any) -> Teacher:
    rows = _array(name, "teacher", incoming, 2)
    weights = np.ones(len(rows)) if outgoing is None else _array(name, "teacher_outgoing", outgoing, 1)
    if weights.shape != (len(rows),):
        raise ValueError(f"got {name} with teacher_outgoing of shape {weights.shape}, needs ({len(rows)},)")
    zero = np.flatnonzero((np.linalg.norm(rows, axis=1) == 0) | (weights == 0))
    if len(zero):
        what = "a zero vector" if not rows[zero[0]].any() else "the outgoing weight 0"
        raise ValueError(f"got {name} with {what} as teacher {zero[0]}, needs teachers that are not zero")
    return Teacher(tuple(tuple(map(float, row)) for row in rows), tuple(map(float, weights)))


def _array(name: str, what: str, value: Any, dimensions: int) -> Array:
    shape = "(k, d)" if dimensions == 2 else "(k,)"
    try:
        if np.iscomplexobj(value):
            raise TypeError
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"got {name} whose {what} is not an array of real numbers, needs shape {shape}") from None
    if array.ndim != dimensions or array.size == 0:
        raise ValueError(f"got {name} with {what} of shape {array.shape}, needs {shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"got {name} with NaN or infinite numbers in {what}, needs finite numbers")
    return array


def _json(path: Path) -> tuple[Any, Any]:
    return _parsed(path, path.read_bytes())


def _parsed(path: Path, text: str | bytes) -> tuple[Any, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(
            f"got {path}, which is not JSON; needs an object with teacher and teacher_outgoing"
        ) from None
    return _named(path, found) if isinstance(found, dict) else (found, None)


def _numpy(path: Path) -> tuple[Any, Any]:
    try:
        found = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, zipfile.BadZipFile):
        raise ValueError(f"got {path}, which is neither .npy, .npz nor .json") from None
    if isinstance(found, np.ndarray):
        return found, None
    with found:
        try:
            return _named(path, {key: found[key] for key in found.files})
        except (ValueError, EOFError, zipfile.BadZipFile) as error:
            if str(error).startswith("got "):
                raise
            raise ValueError(f"got {path}, whose arrays cannot be read without unpickling") from None


def _named(path: Path, found: dict[str, Any]) -> tuple[Any, Any]:
    unknown = set(found) - {"teacher", "teacher_outgoing"}
    if "teacher" not in found or unknown:
        names = ", ".join(sorted(found)) or "nothing"
        raise ValueError(f"got {path} with {names}, needs teacher and optionally teacher_outgoing")
    return found["teacher"], found.get("teacher_outgoing")

"""The shape of certificates: a document becomes typed data, or is refused with one line that says where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verify.recheck.bounded import KNOWN
from verify.recheck.curve import Passage, Piece, basin_of, pieces_of
from verify.recheck.expression import homogeneous_degree
from verify.recheck.interaction import formula
from verify.recheck.numbers import Ball, Unreadable, parse
from verify.recheck.rectified.schema import Rectified, rectified
from verify.recheck.shapes import array, count, exactly, fields, matrix, numbers, text
from verify.recheck.structures import Identity, Line, identity_of, line_of

SCHEMA = "copy-average/certificate/1"
#: Largest number of parameters of a full system: the Hessian has its square many balls.
LARGEST = 6000
LARGEST_TEACHER = 5000
LARGEST_REDUCED = 10**6

Rows = list[list[Ball]]


@dataclass(frozen=True, eq=False)
class Full:
    """A certificate for the network; the attributes are the fields of the file, numbers as exact balls.

    Where outgoing weights are held fixed (not ``trained``) they are the last column of ``point`` all the same.
    """

    activation: str
    trained: bool
    n: int
    k: int
    dim: int
    teacher: Rows
    outgoing: list[Ball]
    point: Rows
    radius: Ball
    uniqueness_radius: Ball
    index: int
    lambda_min: Ball
    loss: tuple[Ball, Ball]
    identity: Identity | None
    start: Rows | None
    line: Line | None
    metric: Rows | None
    rho: Ball | None
    passage: Passage | None = None
    pieces: list[Piece] | None = None

    @property
    def order(self) -> int:
        """Number of unknowns."""
        return self.n * (self.dim + int(self.trained))


@dataclass(frozen=True, eq=False)
class Reduced:
    """A certificate for the reduced equations of the perturbed copy."""

    n: int
    k: int
    point: list[Ball]
    radius: Ball
    uniqueness_radius: Ball
    loss: tuple[Ball, Ball]


def envelope(document: Any) -> None:
    """Check what surrounds the theorem: schema, versions, text, assumptions, digest."""
    names = ("schema", "versions", "theorem", "system", "point", "states", "proof", "digest")
    fields(document, "the document", names)
    exactly(document["schema"], SCHEMA, "schema")
    if not isinstance(document["versions"], dict):
        raise Unreadable("versions: needs an object")
    for name, value in document["versions"].items():
        text(value, f"versions.{name[:40]!r}")
    fields(document["theorem"], "theorem", ("text", "assumptions"))
    text(document["theorem"]["text"], "theorem.text")
    _assumptions(document)
    text(document["digest"], "digest")


def contents(document: Any) -> Full | Reduced | Rectified:
    """The system, point, statements and proof of a document."""
    for name in ("system", "point", "states", "proof"):
        if not isinstance(document, dict) or name not in document:
            raise Unreadable(f"the document: the field {name!r} is missing")
    _assumptions(document)
    system = document["system"]
    if not isinstance(system, dict) or system.get("kind") not in ("full", "held", "reduced", "rectified"):
        raise Unreadable("system.kind: needs 'full', 'held', 'reduced' or 'rectified'")
    if system["kind"] == "rectified":
        return rectified(document)
    if system["kind"] == "held":
        return _held(document)
    return _full(document) if system["kind"] == "full" else _reduced(document)


#: Fields that all systems of networks share, and those of all their statements.
_SYSTEM = ("kind", "activation", "n", "k", "dim", "teacher", "teacher_outgoing")
_STATES = ("status", "radius", "uniqueness_radius", "index", "lambda_min", "loss")


def _full(document: dict[str, Any]) -> Full:
    system = fields(document["system"], "system", _SYSTEM)
    n, k, dim = _sizes(system)
    states = fields(document["states"], "states", (*_STATES, "identity", "basin", "line"))
    metric, rho, pieces = _proof(document["proof"], n, dim)
    start, passage = basin_of(states["basin"], n, dim)
    if (pieces is None) != (passage is None):
        raise Unreadable("proof.flow: needs a curve where states.basin names a time, and only there")
    if system["activation"] != "erf":
        # Theorems that this package has for erf alone.
        for name, value in (("identity", states["identity"]), ("line", states["line"]), ("basin.time", passage)):
            if value is not None:
                raise Unreadable(f"states.{name}: there is none for another activation than erf")
        if system["activation"] not in KNOWN:
            exactly(document["proof"]["method"], "box", "proof.method")
    return Full(
        system["activation"],
        True,
        n,
        k,
        dim,
        *_teacher(system, k, dim),
        matrix(document["point"], "point", n, dim + 1),
        *_radii(states),
        count(states["index"], "states.index"),
        parse(states["lambda_min"], "states.lambda_min"),
        _loss(states),
        identity_of(states["identity"], n),
        start,
        line_of(states["line"]),
        metric,
        rho,
        passage,
        pieces,
    )


def _held(document: dict[str, Any]) -> Full:
    system = fields(document["system"], "system", (*_SYSTEM, "student_outgoing"))
    n, k, dim = _sizes(system)
    states = fields(document["states"], "states", (*_STATES, "up_to_scale"))
    exactly(fields(document["proof"], "proof", ("method",))["method"], "box", "proof.method")
    held = numbers(system["student_outgoing"], "system.student_outgoing", n)
    if type(states["up_to_scale"]) is not bool:
        raise Unreadable("states.up_to_scale: needs true or false")
    if states["up_to_scale"]:
        if homogeneous_degree(system["activation"]) is None:
            raise Unreadable("states.up_to_scale: needs false, for the activation is not homogeneous")
        if any(a == 0 for a in held):
            raise Unreadable("states.up_to_scale: needs false where an outgoing weight is 0")
    point = [[*row, a] for row, a in zip(matrix(document["point"], "point", n, dim), held, strict=True)]
    return Full(
        system["activation"],
        False,
        n,
        k,
        dim,
        *_teacher(system, k, dim),
        point,
        *_radii(states),
        count(states["index"], "states.index"),
        parse(states["lambda_min"], "states.lambda_min"),
        _loss(states),
        identity=None,
        start=None,
        line=None,
        metric=None,
        rho=None,
    )


def _sizes(system: dict[str, Any]) -> tuple[int, int, int]:
    if not isinstance(system["activation"], str) or not system["activation"].isprintable():
        raise Unreadable("system.activation: needs a string of printable characters")
    formula(system["activation"])
    n, k, dim = (count(system[name], f"system.{name}", 1, LARGEST) for name in ("n", "k", "dim"))
    if n * (dim + 1) > LARGEST or k > LARGEST_TEACHER:
        raise Unreadable(
            f"system: {n * (dim + 1)} parameters and {k} teachers, at most {LARGEST} and {LARGEST_TEACHER} are read"
        )
    return n, k, dim


def _teacher(system: dict[str, Any], k: int, dim: int) -> tuple[Rows, list[Ball]]:
    rows = matrix(system["teacher"], "system.teacher", k, dim)
    return rows, numbers(system["teacher_outgoing"], "system.teacher_outgoing", k)


def _reduced(document: dict[str, Any]) -> Reduced:
    system = fields(document["system"], "system", ("kind", "structure", "activation", "n", "k"))
    exactly(system["structure"], "perturbed-copy", "system.structure")
    exactly(system["activation"], "erf", "system.activation")
    n, k = (count(system[name], f"system.{name}", 1, LARGEST_REDUCED) for name in ("n", "k"))
    states = fields(document["states"], "states", ("status", "radius", "uniqueness_radius", "loss"))
    proof = fields(document["proof"], "proof", ("method",))
    exactly(proof["method"], "krawczyk", "proof.method")
    return Reduced(n, k, numbers(document["point"], "point", 4), *_radii(states), _loss(states))


def _proof(value: Any, n: int, dim: int) -> tuple[Rows | None, Ball | None, list[Piece] | None]:
    if isinstance(value, dict) and value.get("method") == "box":
        fields(value, "proof", ("method",))
        return None, None, None
    curve = isinstance(value, dict) and "flow" in value
    proof = fields(value, "proof", ("method", "metric", "rho", "flow") if curve else ("method", "metric", "rho"))
    exactly(proof["method"], "convexity", "proof.method")
    pieces = pieces_of(proof["flow"], n * (dim + 1)) if curve else None
    return matrix(proof["metric"], "proof.metric", n, 2), parse(proof["rho"], "proof.rho"), pieces


def _radii(states: dict[str, Any]) -> tuple[Ball, Ball]:
    exactly(states["status"], "unique", "states.status")
    return parse(states["radius"], "states.radius"), parse(states["uniqueness_radius"], "states.uniqueness_radius")


def _loss(states: dict[str, Any]) -> tuple[Ball, Ball]:
    low, high = numbers(states["loss"], "states.loss", 2)
    return low, high


def _assumptions(document: dict[str, Any]) -> None:
    theorem = document.get("theorem")
    listed = theorem.get("assumptions") if isinstance(theorem, dict) else None
    for i, entry in enumerate(array(listed, "theorem.assumptions")):
        text(entry, f"theorem.assumptions[{i}]")

"""The shape of certificates of homogeneous networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verify.recheck.numbers import Ball, Unreadable, parse
from verify.recheck.rectified.units import Units, units
from verify.recheck.shapes import array, count, counts, exactly, fields, matrix, numbers

Rows = list[list[Ball]]

LARGEST = 6000
LARGEST_TEACHER = 5000


@dataclass(frozen=True, eq=False)
class Family:
    """Members of a family of collinear neurons, and what it adds to the index."""

    neuron: int
    same: int
    opposite: int
    index: int


@dataclass(frozen=True, eq=False)
class Resting:
    """Dead neurons of one sign, and how it is proved that they stay so."""

    sign: int
    count: int
    method: str
    classes: list[list[int]]
    caps: list[Ball]


@dataclass(frozen=True, eq=False)
class Rectified:
    """A certificate for a homogeneous network; attributes are the fields of the file, numbers as exact balls."""

    units: Units
    n: int
    k: int
    dim: int
    trained: bool
    teacher: Rows
    outgoing: list[Ball]
    student_outgoing: list[Ball]
    point: Rows
    radius: Ball
    uniqueness_radius: Ball
    index: int
    lambda_min: Ball | None
    smallest: tuple[Ball, Ball] | None
    loss: tuple[Ball, Ball]
    families: list[Family]
    resting: list[Resting]
    start: Rows | None
    region: Ball | None
    shares: list[Ball] | None

    @property
    def sizes(self) -> list[int]:
        """How many neurons each of the merged ones stands for."""
        return sizes_of(self.n, self.families)


SYSTEM = ("kind", "activation", "trained", "n", "k", "dim", "teacher", "teacher_outgoing", "student_outgoing")
STATES = ("status", "radius", "uniqueness_radius", "index", "lambda_min", "smallest", "loss", "families", "resting",
          "basin")  # fmt: skip


def rectified(document: dict[str, Any]) -> Rectified:
    """The parts of a document of this kind, or ``Unreadable`` saying where they are not."""
    system = fields(document["system"], "system", SYSTEM)
    activation = units(system["activation"])
    n = count(system["n"], "system.n", 0, LARGEST)
    k, dim = (count(system[name], f"system.{name}", 1, LARGEST) for name in ("k", "dim"))
    if n * dim > LARGEST or k > LARGEST_TEACHER:
        raise Unreadable(
            f"system: {n * dim} unknowns and {k} teachers, at most {LARGEST} and {LARGEST_TEACHER} are read"
        )
    trained = _flag(system["trained"], "system.trained")
    states = fields(document["states"], "states", STATES)
    exactly(states["status"], "unique", "states.status")
    proof = fields(document["proof"], "proof", ("method", "region", "shares", "resting"))
    exactly(proof["method"], "ball", "proof.method")
    low, high = numbers(states["loss"], "states.loss", 2)
    families = _families(states["families"], n, trained)
    rows = sum(sizes_of(n, families))
    start, region, shares = _basin(states["basin"], proof, rows, dim + trained, bool(families))
    least, ends = _spectrum(states, n)
    return Rectified(
        activation,
        n,
        k,
        dim,
        trained,
        matrix(system["teacher"], "system.teacher", k, dim),
        numbers(system["teacher_outgoing"], "system.teacher_outgoing", k),
        numbers(system["student_outgoing"], "system.student_outgoing", n),
        matrix(document["point"], "point", n, dim),
        parse(states["radius"], "states.radius"),
        parse(states["uniqueness_radius"], "states.uniqueness_radius"),
        count(states["index"], "states.index"),
        least,
        ends,
        (low, high),
        families,
        _resting(states["resting"], proof["resting"], trained),
        start,
        region,
        shares,
    )


def sizes_of(n: int, families: list[Family]) -> list[int]:
    """How many neurons each of n merged ones stands for."""
    sizes = [1] * n
    for family in families:
        sizes[family.neuron] = family.same + family.opposite
    return sizes


def _flag(value: Any, where: str) -> bool:
    if type(value) is not bool:
        raise Unreadable(f"{where}: needs true or false")
    return bool(value)


def _spectrum(states: dict[str, Any], n: int) -> tuple[Ball | None, tuple[Ball, Ball] | None]:
    """Bounds on eigenvalues; null where there are none."""
    if n == 0:
        for name in ("lambda_min", "smallest"):
            if states[name] is not None:
                raise Unreadable(f"states.{name}: needs null where there are no neurons")
        return None, None
    low, high = numbers(states["smallest"], "states.smallest", 2)
    return parse(states["lambda_min"], "states.lambda_min"), (low, high)


def _families(value: Any, n: int, trained: bool) -> list[Family]:
    found = []
    for i, entry in enumerate(array(value, "states.families")):
        where = f"states.families[{i}]"
        fields(entry, where, ("neuron", "same", "opposite", "index"))
        neuron = count(entry["neuron"], f"{where}.neuron", 0, n - 1) if n else -1
        same, opposite = count(entry["same"], f"{where}.same", 1), count(entry["opposite"], f"{where}.opposite")
        found.append(Family(neuron, same, opposite, count(entry["index"], f"{where}.index")))
    if found and not trained:
        raise Unreadable("states.families: needs trained outgoing weights")
    if len({one.neuron for one in found}) != len(found) or (found and n == 0):
        raise Unreadable("states.families: names a neuron twice, or one that is not there")
    return found


def _resting(value: Any, proofs: Any, trained: bool) -> list[Resting]:
    found = []
    entries = array(value, "states.resting")
    for i, (entry, proof) in enumerate(zip(entries, array(proofs, "proof.resting", len(entries)), strict=True)):
        where = f"states.resting[{i}]"
        fields(entry, where, ("sign", "count"))
        if type(entry["sign"]) is not int or entry["sign"] not in (-1, 0, 1):
            raise Unreadable(f"{where}.sign: needs -1, 0 or 1")
        fields(proof, f"proof.resting[{i}]", ("method", "classes", "caps"))
        if proof["method"] not in ("sign", "zero", "sphere"):
            raise Unreadable(f"proof.resting[{i}].method: needs 'sign', 'zero' or 'sphere'")
        classes = [
            counts(c, f"proof.resting[{i}].classes[{j}]")
            for j, c in enumerate(array(proof["classes"], f"proof.resting[{i}].classes"))
        ]
        if not all(classes):
            raise Unreadable(f"proof.resting[{i}].classes: needs classes that are not empty")
        caps = array(proof["caps"], f"proof.resting[{i}].caps")
        balls = [parse(x, f"proof.resting[{i}].caps[{j}]") for j, x in enumerate(caps)]
        found.append(
            Resting(entry["sign"], count(entry["count"], f"{where}.count", 1), proof["method"], classes, balls)
        )
    if found and not trained:
        raise Unreadable("states.resting: needs trained outgoing weights")
    return found


def _basin(
    value: Any, proof: dict[str, Any], rows: int, columns: int, continuum: bool
) -> tuple[Rows | None, Ball | None, list[Ball] | None]:
    region, shares = proof["region"], proof["shares"]
    if (value is None) != (region is None):
        raise Unreadable("proof.region: needs a number where a basin is stated, and only there")
    if (shares is None) == (value is not None and continuum):
        raise Unreadable("proof.shares: needs numbers where a basin of a family is stated, and only there")
    if value is None:
        return None, None, None
    if not 1 <= rows <= LARGEST:
        raise Unreadable("states.basin: needs neurons")
    fields(value, "states.basin", ("start",))
    start = matrix(value["start"], "states.basin.start", rows, columns)
    own = None if shares is None else numbers(shares, "proof.shares", rows)
    return start, parse(region, "proof.region"), own

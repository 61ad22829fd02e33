"""The structures that a certificate may name: copies and averages, and lines of duplicated students."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verify.recheck.numbers import Ball, Unreadable, parse
from verify.recheck.shapes import array, count, counts, fields


@dataclass(frozen=True, eq=False)
class Identity:
    structure: str
    partition: list[int] | None
    assignment: list[list[int]]
    signs: list[int]


@dataclass(frozen=True, eq=False)
class Line:
    splits: list[tuple[int, Ball]]
    rank: int
    index: int


def identity_of(value: Any, n: int) -> Identity | None:
    if value is None:
        return None
    where = "states.identity"
    fields(value, where, ("structure", "partition", "assignment", "signs"))
    structure, partition = value["structure"], value["partition"]
    if structure not in ("copy-average", "perturbed-copy"):
        raise Unreadable(f"{where}.structure: needs 'copy-average' or 'perturbed-copy'")
    if structure == "perturbed-copy":
        if partition is not None:
            raise Unreadable(f"{where}.partition: needs null for a perturbed copy")
    else:
        partition = counts(partition, f"{where}.partition")
    assignment = [
        counts(group, f"{where}.assignment[{i}]")
        for i, group in enumerate(array(value["assignment"], f"{where}.assignment", n))
    ]
    signs = array(value["signs"], f"{where}.signs", n)
    if any(type(sign) is not int or sign not in (1, -1) for sign in signs):
        raise Unreadable(f"{where}.signs: needs 1 and -1")
    return Identity(structure, partition, assignment, signs)


def line_of(value: Any) -> Line | None:
    if value is None:
        return None
    fields(value, "states.line", ("splits", "rank", "index"))
    splits = []
    for i, split in enumerate(array(value["splits"], "states.line.splits")):
        where = f"states.line.splits[{i}]"
        fields(split, where, ("student", "share"))
        splits.append((count(split["student"], f"{where}.student"), parse(split["share"], f"{where}.share")))
    return Line(splits, count(value["rank"], "states.line.rank"), count(value["index"], "states.line.index"))

"""Curves in certificates: the flow from a start is enclosed along one, and ends in a basin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verify.recheck.numbers import Ball, Unreadable, parse
from verify.recheck.shapes import array, fields, matrix

#: Pieces of a curve, and their degree.
LARGEST_CURVE, LARGEST_DEGREE = 10**5, 400

Rows = list[list[Ball]]


@dataclass(frozen=True, eq=False)
class Passage:
    """Where the flow from the start is at a time: within ``error`` of ``end``, in the 2-norm."""

    time: Ball
    end: Rows
    error: Ball


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of a curve up to a time: rows of Chebyshev coefficients, one column for each parameter."""

    end: Ball
    coefficients: Rows


def pieces_of(value: Any, order: int) -> list[Piece]:
    """The field "proof.flow"."""
    pieces = []
    for i, piece in enumerate(array(value, "proof.flow")):
        where = f"proof.flow[{i}]"
        fields(piece, where, ("end", "coefficients"))
        rows = array(piece["coefficients"], f"{where}.coefficients")
        if not 3 <= len(rows) <= LARGEST_DEGREE + 1:
            raise Unreadable(f"{where}.coefficients: needs 3 to {LARGEST_DEGREE + 1} rows")
        coefficients = matrix(rows, f"{where}.coefficients", len(rows), order)
        pieces.append(Piece(parse(piece["end"], f"{where}.end"), coefficients))
    if not 1 <= len(pieces) <= LARGEST_CURVE:
        raise Unreadable(f"proof.flow: needs 1 to {LARGEST_CURVE} pieces")
    return pieces


def basin_of(value: Any, n: int, dim: int) -> tuple[Rows | None, Passage | None]:
    """The field "states.basin": start, and where the flow from there is stated to be later."""
    if value is None:
        return None, None
    where = "states.basin"
    passing = isinstance(value, dict) and "time" in value
    fields(value, where, ("start", "time", "end", "error") if passing else ("start",))
    start = matrix(value["start"], f"{where}.start", n, dim + 1)
    if not passing:
        return start, None
    end = matrix(value["end"], f"{where}.end", n, dim + 1)
    return start, Passage(parse(value["time"], f"{where}.time"), end, parse(value["error"], f"{where}.error"))

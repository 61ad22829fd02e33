"""Shapes of the parts of a document, refused with one line that says where."""

from __future__ import annotations

from typing import Any

from verify.recheck.numbers import Ball, Unreadable, parse


def fields(value: Any, where: str, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"{where}: needs an object with the fields {', '.join(names)}")
    for name in names:
        if name not in value:
            raise Unreadable(f"{where}: the field {name!r} is missing")
    for name in value:
        if name not in names:
            raise Unreadable(f"{where}: unknown field {str(name)[:40]!r}, known are {', '.join(names)}")
    return value


def array(value: Any, where: str, length: int | None = None) -> list[Any]:
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise Unreadable(f"{where}: needs an array" + ("" if length is None else f" of length {length}"))
    return value


def numbers(value: Any, where: str, length: int) -> list[Ball]:
    return [parse(entry, f"{where}[{i}]") for i, entry in enumerate(array(value, where, length))]


def matrix(value: Any, where: str, rows: int, columns: int) -> list[list[Ball]]:
    return [numbers(row, f"{where}[{i}]", columns) for i, row in enumerate(array(value, where, rows))]


def count(value: Any, where: str, least: int = 0, most: int = 10**9) -> int:
    if type(value) is not int or not least <= value <= most:
        raise Unreadable(f"{where}: needs an integer from {least} to {most}")
    return value


def counts(value: Any, where: str) -> list[int]:
    return [count(entry, f"{where}[{i}]") for i, entry in enumerate(array(value, where))]


def text(value: Any, where: str) -> None:
    # Texts are shown to people: no line breaks, no control characters of terminals, no halves of characters.
    if not isinstance(value, str) or not value.isprintable():
        raise Unreadable(f"{where}: needs a string of printable characters")


def exactly(value: Any, needed: str, where: str) -> None:
    if not isinstance(value, str) or value != needed:
        got = repr(value[:40]) if isinstance(value, str) else f"another type ({type(value).__name__})"
        raise Unreadable(f"{where}: got {got}, needs {needed!r}")

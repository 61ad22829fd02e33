"""Certificates as files and bytes: reading, canonical form, digest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from verify.recheck.numbers import Unreadable, long_integers

LARGEST_FILE = 2**29


def canonical(document: Any) -> bytes:
    """The one JSON text of a document: sorted names, no spaces, ASCII. Exact.

    Examples
    --------
    >>> canonical({"b": [1, -2], "a": None})
    b'{"a":null,"b":[1,-2]}'
    """
    with long_integers():
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.encode("ascii")


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of the canonical form of a document without its field "digest". Exact.

    Examples
    --------
    >>> digest({"a": 1}) == digest({"a": 1, "digest": "anything"})
    True
    """
    rest = {name: value for name, value in document.items() if name != "digest"}
    return "sha256:" + hashlib.sha256(canonical(rest)).hexdigest()


def read(path: str | Path) -> dict[str, Any]:
    """Read a certificate file as JSON; nothing of it is executed. Exact.

    Raises
    ------
    Unreadable
        If there is no such file, or it is not one JSON object with unique names and finite numbers.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Unreadable(f"the file has more than {LARGEST_FILE} bytes")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unreadable((error.strerror or str(error)).lower()) from None
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8 at byte {error.start}") from None
    try:
        with long_integers():
            document = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg.lower()} in line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    except Unreadable:
        raise
    except ValueError:
        # What is left: an integer with more digits than the longest mantissa has.
        raise Unreadable("it holds an integer with too many digits") from None
    if not isinstance(document, dict):
        raise Unreadable("needs a JSON object")
    return document


def _no_constant(name: str) -> Any:
    raise Unreadable(f"it holds {name}, needs finite numbers")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"the field {twice[:40]!r} occurs twice in one object")
    return found

"""The runs of a store as a table for other programs: CSV, and Parquet (needs pyarrow, extra ``parquet``)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from verify.sweep.store import Store

FORMATS = ("csv", "parquet")
#: Columns that are integers, numbers or yes-or-no; all others, also numbers of more than double precision, are text.
INTEGERS = frozenset(
    {"n", "k", "dim", "seed", "index", "certified_index", "steps", "evaluations", "parts", "max_steps", "dps"}
)
NUMBERS = frozenset(
    {"flow_grad_inf", "flow_time", "flow_seconds", "settle_seconds", "certificate_seconds", "grad_tol", "rtol"}
)
TRUTHS = frozenset({"optimal", "converged", "certified_identity", "certified_basin", "early", "certify", "confirm"})
#: Rows of a group in a Parquet file: so many are in memory at once.
GROUP = 5000


class NoParquet(Exception):
    """pyarrow is not installed; the message says how to get it. Exact."""


def write_csv(store: Store, path: Path) -> int:
    """Write the view ``runs`` as CSV (RFC 4180, UTF-8); returns the number of runs. Exact.

    What is not known is empty; truths are ``true`` and ``false``.
    """
    names, rows = store.table()
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for count, row in enumerate(_typed(names, rows), start=1):  # noqa: B007  (counted)
            writer.writerow(["" if x is None else str(x).lower() if isinstance(x, bool) else x for x in row])
    return count


def write_parquet(store: Store, path: Path) -> int:
    """Write the view ``runs`` as Parquet, with types; returns the number of runs. Exact.

    Raises
    ------
    NoParquet
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise NoParquet("needs pyarrow: pip install 'copy-average[parquet]'") from None
    names, rows = store.table()
    kinds = {name: pyarrow.int64() for name in INTEGERS}
    kinds |= {name: pyarrow.float64() for name in NUMBERS} | {name: pyarrow.bool_() for name in TRUTHS}
    schema = pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in names])
    typed, count = _typed(names, rows), 0
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while group := list(islice(typed, GROUP)):
            columns = [list(column) for column in zip(*group, strict=True)]
            writer.write_table(pyarrow.table(columns, schema=schema))
            count += len(group)
    return count


def _typed(names: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[list[Any]]:
    """SQLite knows no truths: 0 and 1 as what they are."""
    truths = [name in TRUTHS for name in names]
    for row in rows:
        yield [bool(x) if truth and x is not None else x for x, truth in zip(row, truths, strict=True)]

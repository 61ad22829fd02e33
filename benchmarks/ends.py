"""How often flows end where: counts for each (n, k) from the JSON of ``copy-average verify``.

    copy-average verify -n 1:16 -k 1:16 --seeds 50 --no-certify --json ends.json
    python benchmarks/ends.py ends.json [more.json ...] [--json counts.json]

Several files are added up; a run of the same (n, k), initialisation and seed counts once. Cells with n > k are left
out. The last columns hold the share of runs that ended in a channel or on a duplicated line, with Wilson's 95 %
interval.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

#: Ends in the order of the columns: the optimal copy-average point, other partitions, and so on.
ENDS = ("CA", "other CA", "PC", "channel", "duplicated", "dormant", "other", "not converged")
NAMES = {"perturbed-copy": "PC", "channel-to-infinity": "channel", "duplicated": "duplicated", "dormant": "dormant"}


def end_of(run: dict[str, Any]) -> str:
    """The column that a run belongs to."""
    if run["structure"] == "copy-average":
        return "CA" if run["optimal"] else "other CA"
    if run["structure"] in NAMES:
        return NAMES[run["structure"]]
    return "other" if run["converged"] else "not converged"


def runs_of(documents: Iterable[dict[str, Any]]) -> Iterator[tuple[tuple[int, int], dict[str, Any]]]:
    """(n, k) and record of every run with n <= k; the same run in two documents comes once."""
    seen: set[tuple[Any, ...]] = set()
    for document in documents:
        if document.get("schema") != "copy-average/verify/1":
            raise ValueError(f"schema: got {document.get('schema')!r}, needs 'copy-average/verify/1'")
        for cell in document["cells"]:
            size = cell["n"], cell["k"]
            for run in cell["runs"]:
                name = (*size, cell["dim"], document["activation"], document["init"], run["seed"])
                if name not in seen and size[0] <= size[1]:
                    seen.add(name)
                    yield size, run


def count(documents: Iterable[dict[str, Any]]) -> dict[tuple[int, int], Counter[str]]:
    """Counts of ends by (n, k)."""
    counts: dict[tuple[int, int], Counter[str]] = {}
    for size, run in runs_of(documents):
        counts.setdefault(size, Counter())[end_of(run)] += 1
    return counts


def limits(documents: Iterable[dict[str, Any]]) -> dict[tuple[int, int], Counter[str]]:
    """The limit losses of channels, by (n, k), to eight digits."""
    found: dict[tuple[int, int], Counter[str]] = {}
    for size, run in runs_of(documents):
        if run["structure"] == "channel-to-infinity":
            limit = (run["evidence"] or {}).get("limit")
            found.setdefault(size, Counter())[f"{float(limit['loss']):.8f}" if limit else "unknown"] += 1
    return found


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Interval for a share, of about 95 %."""
    if total == 0:
        return 0.0, 1.0
    share, shrink = hits / total, 1 + z**2 / total
    middle = (share + z**2 / (2 * total)) / shrink
    half = z * math.sqrt(share * (1 - share) / total + z**2 / (4 * total**2)) / shrink
    return max(middle - half, 0.0), min(middle + half, 1.0)


def table(counts: dict[tuple[int, int], Counter[str]]) -> str:
    """The counts as text, one row for each (n, k) and one for each n - k."""
    header = f"{'n':>3}{'k':>4}{'runs':>7}" + "".join(f"{name:>15}" for name in ENDS) + f"{'channels %':>20}"
    lines = [header + f"{'duplicated %':>20}"]

    def row(label: str, found: Counter[str]) -> str:
        total = found.total()
        shares = "".join(
            f"{100 * found[name] / total:>9.2f} ({100 * low:.1f}-{100 * high:.1f})".rjust(20)
            for name in ("channel", "duplicated")
            for low, high in [wilson(found[name], total)]
        )
        return label + f"{total:>7}" + "".join(f"{found[name] or '.':>15}" for name in ENDS) + shares

    lines += [row(f"{n:>3}{k:>4}", found) for (n, k), found in sorted(counts.items(), key=lambda item: item[0][::-1])]
    by_gap: dict[int, Counter[str]] = {}
    for (n, k), found in counts.items():
        by_gap.setdefault(k - n, Counter()).update(found)
    lines += ["by k - n", *(row(f"{'':>3}{gap:>4}", by_gap[gap]) for gap in sorted(by_gap))]
    whole: Counter[str] = Counter()
    for found in counts.values():
        whole.update(found)
    return "\n".join([*lines, row(f"{'all':>7}", whole)])


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--json", type=Path, help="write the counts to this file")
    options = parser.parse_args(arguments)
    try:
        documents = [json.loads(path.read_text(encoding="utf-8")) for path in options.files]
        counts = count(documents)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"ends: {error}", file=sys.stderr)
        return 2
    if not counts:
        print("ends: no run with n <= k in these files", file=sys.stderr)
        return 2
    print(table(counts))
    for (n, k), found in sorted(limits(documents).items()):
        print(f"channels at ({n}, {k}), limit losses: " + ", ".join(f"{x} ({c})" for x, c in found.most_common()))
    if options.json is not None:
        rows = [{"n": n, "k": k, **{name: found[name] for name in ENDS}} for (n, k), found in sorted(counts.items())]
        options.json.write_text(json.dumps({"rows": rows}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

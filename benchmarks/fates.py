"""What becomes of ReLU neurons: how often they die, come back, collapse, copy or average, counted in JSON.

    copy-average verify -n 1:6 -k 6 --seeds 20 --activation relu --no-certify --json relu.json
    python benchmarks/fates.py relu.json [more.json ...]

One row for each initialisation and (n, k), each run counted once. ``died``: share of runs in which some neuron's
incoming vector reached zero on the way, where the loss is not differentiable: an integrator for smooth equations
cannot pass there. The paper's authors report that a fraction of their ReLU seeds did not converge and leave them out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

#: Structures by column; copies are exact at n = k and perturbed below.
COLUMNS = {
    "copy-average": "copies",
    "perturbed-copy": "copies",
    "perturbed-copy-average": "average",
    "negative-corrector": "corrector",
    "against-teacher": "against",
    "reflected-copy": "reflected",
    "all-dead": "all dead",
}
HEADER = (
    "init", "n", "k", "runs", "died", "came back", "end dead", "collinear", "copies", "average", "corrector",
    "against", "reflected", "all dead", "unnamed", "failed",
)  # fmt: skip

Key = tuple[str, int, int]


def column(n: int, run: dict[str, Any]) -> str:
    """The column that the end of a run belongs to."""
    if not run["converged"]:
        return "failed"
    if run["structure"] == "unclassified":
        return "unnamed"
    if run["structure"] == "copy-average" and run["neurons"] == 1 and len(run["partition"]) == 1:
        # One neuron along all teachers averages them, unless there is one only.
        return "average" if run["partition"][0] > 1 else "copies"
    return COLUMNS.get(run["structure"], "unnamed")


def count(documents: Iterable[dict[str, Any]]) -> dict[Key, Counter[str]]:
    """Counts by initialisation and (n, k).

    Raises
    ------
    ValueError
        If a document is not of ``copy-average verify --activation relu``.
    """
    counts: dict[Key, Counter[str]] = {}
    seen: set[tuple[Any, ...]] = set()
    for document in documents:
        if document.get("schema") != "copy-average/verify/1" or document.get("activation") != "relu":
            raise ValueError("document: needs the JSON of copy-average verify --activation relu")
        for cell in document["cells"]:
            key = document["init"], cell["n"], cell["k"]
            for run in cell["runs"]:
                name = (*key, cell["dim"], run["seed"])
                if name in seen:
                    continue
                seen.add(name)
                happened = {event["event"] for event in run["events"]}
                row = counts.setdefault(key, Counter())
                row["runs"] += 1
                row["died"] += "died" in happened
                row["came back"] += "revived" in happened
                row["end dead"] += bool(run["dead"])
                row["collinear"] += bool(run["collinear"])
                row[column(cell["n"], run)] += 1
    return counts


def table(counts: dict[Key, Counter[str]]) -> str:
    """Rows of percentages, with all runs of an initialisation at the end."""
    rows: dict[tuple[str, str, str], Counter[str]] = {}
    for (init, n, k), row in sorted(counts.items(), key=lambda item: (item[0][0], item[0][2], item[0][1])):
        rows[init, str(n), str(k)] = row
    for init in sorted({init for init, _, _ in counts}):
        rows[init, "all", ""] = sum((row for (i, _, _), row in counts.items() if i == init), Counter())
    lines = [HEADER]
    for (init, n, k), row in rows.items():
        shares = [f"{100 * row[name] / row['runs']:.0f}%" if row[name] else "" for name in HEADER[4:]]
        lines.append((init, n, k, str(row["runs"]), *shares))
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
    return "\n".join("  ".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True)) for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="JSON of copy-average verify --activation relu")
    chosen = parser.parse_args(arguments)
    try:
        documents = [json.loads(path.read_text(encoding="utf-8")) for path in chosen.files]
        print(table(count(documents)))
    except (OSError, ValueError, KeyError) as error:
        print(f"fates.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

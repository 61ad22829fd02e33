"""Where flows of ReLU networks end: counts for each (n, k), with deaths, dead and collinear neurons.

    python benchmarks/rectified_ends.py -n 1:10 -k 1:10 --seeds 10 --init glorot

Each flow runs to a gradient of 5e-8, is polished on the quotient by rescaling, named, and held against what is
predicted. A run counts for the structure of its living neurons, collinear ones merged: "copies" is n = k with every
neuron a copy, "average" one neuron for all teachers, PC the perturbed copy, PCA perturbed copies and an average. Of
all runs then: how many have dead neurons at the end, how many neurons that lie along another, how many flows lost a
neuron and how many got one back. The paper reports on the runs that converged; here every run is counted.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

from numerics import Problem, gradient_flow, initial_weights, polish
from verify.rectified.naming import Naming, name_point, prediction_of
from verify.rectified.prediction import predict_rectified

COLUMNS = ("copies", "PC", "PCA", "average", "corrector", "against", "reflected", "all dead", "unnamed", "no point")
NAMES = {
    "perturbed-copy": "PC",
    "perturbed-copy-average": "PCA",
    "negative-corrector": "corrector",
    "against-teacher": "against",
    "reflected-copy": "reflected",
    "all-dead": "all dead",
    "unclassified": "unnamed",
}
REMARKS = ("fewer", "dead", "along", "died", "revived", "predicted")


def column(naming: Naming) -> str:
    """The column that a run belongs to."""
    if naming.match.structure == "copy-average":
        return "copies" if naming.neurons > 1 or naming.match.partition == (1,) else "average"
    return NAMES.get(naming.match.structure, "unnamed")


def count(n: int, k: int, seeds: Sequence[int], init: str) -> Counter[str]:
    """Counts of one cell."""
    problem = Problem(n, k, activation="relu")
    predicted = predict_rectified(problem, dps=20)
    counts: Counter[str] = Counter()
    for seed in seeds:
        flow = gradient_flow(problem, initial_weights(problem, init=init, seed=seed))
        point = polish(problem, flow.theta, dps=30)
        naming = name_point(problem, point if point.converged else flow.theta)
        named = point.converged or naming.match.structure == "all-dead"
        counts[column(naming) if named else "no point"] += 1
        counts["fewer"] += naming.neurons < n
        counts["dead"] += bool(naming.dead)
        counts["along"] += bool(naming.companies)
        counts["died"] += any(event.kind == "died" for event in flow.events)
        counts["revived"] += any(event.kind == "revived" for event in flow.events)
        counts["predicted"] += prediction_of(naming, predicted) is not None
    return counts


def sizes(text: str) -> range:
    """An integer, or a range a:b with both ends."""
    first, _, last = text.partition(":")
    try:
        found = range(int(first), int(last or first) + 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"got {text!r}, needs an integer or a:b") from None
    if not found or found[0] < 1:
        raise argparse.ArgumentTypeError(f"got {text!r}, needs integers of at least 1, in order")
    return found


def row(title: Sequence[object], counts: Counter[str] | None = None) -> str:
    """One line of the table; the names of the columns without counts."""
    cells = [f"{name if counts is None else counts[name] or '-':>10}" for name in (*COLUMNS, *REMARKS)]
    return "".join(f"{entry:>4}" for entry in title) + "".join(cells)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, a line as soon as it is known; 3 if some run is not as predicted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=sizes, default=range(1, 7), help="students, an integer or a:b (default 1:6)")
    parser.add_argument("-k", type=sizes, default=range(1, 7), help="teachers, an integer or a:b (default 1:6)")
    parser.add_argument("--seeds", type=int, default=10, help="seeds 0 .. N - 1 (default 10)")
    parser.add_argument("--init", choices=("glorot", "gaussian"), default="glorot", help="initialisation")
    options = parser.parse_args(arguments)
    if options.seeds < 1:
        parser.error(f"argument --seeds: got {options.seeds}, needs at least 1")
    total: Counter[str] = Counter()
    print(row(("n", "k")), flush=True)
    for k in options.k:
        for n in options.n:
            if n <= k:
                found = count(n, k, range(options.seeds), options.init)
                total += found
                print(row((n, k), found), flush=True)
    runs = sum(total[name] for name in COLUMNS)
    print(row(("", "all"), total))
    print(f"{runs} runs, {total['predicted']} as predicted")
    return 0 if total["predicted"] == runs else 3


if __name__ == "__main__":
    sys.exit(main())

"""Seconds and memory of certificates, side by side with pure ball arithmetic on the same points in the same run.

    python benchmarks/certificates.py [--sizes 9,10 15,30 ...] [--recheck-up-to 400]

The structure certified is copy-average with n - 1 copies where that is a minimum, else the perturbed copy. "balls" is
the independent re-verification of the certificate's file (verify.recheck), which does in balls what the certificate
does in doubles with bounds; it is left out above a number of parameters. One BLAS thread. Each size runs in a
process of its own, so that the peak of its memory is its own. Ratios are what counts; absolute times are those of the
machine.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import time

from numerics import Problem, copy_average_point, perturbed_copy_point
from numerics.newton import evaluate


def measure(n: int, k: int, recheck_up_to: int) -> dict[str, float | str | int]:
    """One size: the better of two certificates, and one re-verification."""
    from verify.certificates.document import certificate_document
    from verify.certificates.structures import as_weights
    from verify.certification import certify
    from verify.recheck import recheck

    problem, name = Problem(n, k), "CA"
    point = copy_average_point([1] * (n - 1) + [k - n + 1])
    given = evaluate(problem, as_weights(problem, point))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    proof = certify(problem, given)
    if proof.index != 0 and n < k:
        copy = perturbed_copy_point(n, k)
        if copy is not None:
            given, name = evaluate(problem, as_weights(problem, copy)), "PC"
            proof = certify(problem, given)
    again = certify(problem, given)
    order = n * (problem.dim + 1)
    found: dict[str, float | str | int] = {
        "n": n,
        "k": k,
        "order": order,
        "structure": name,
        "status": proof.status.name.lower(),
        "index": -1 if proof.index is None else proof.index,
        "seconds": min(proof.seconds, again.seconds),
        "megabytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
    }
    if order <= recheck_up_to:
        document = certificate_document(problem, proof)
        start = time.perf_counter()
        verdict = recheck(document) if document else None
        found["balls"] = time.perf_counter() - start
        found["accepted"] = "yes" if verdict and verdict.accepted else "no"
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--sizes", nargs="*", default=["2,3", "9,10", "12,12", "10,20", "25,50", "50,50"])
    parser.add_argument("--recheck-up-to", type=int, default=400, help="parameters up to which balls are timed, too")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        n, k = map(int, arguments.one.split(","))
        print(json.dumps(measure(n, k, arguments.recheck_up_to)))
        return
    print(f"{platform.machine()}, Python {platform.python_version()}")
    print(f"{'n':>4} {'k':>4} {'order':>6} {'':>4} {'index':>6} {'seconds':>9} {'MB':>7} {'balls':>9} {'ratio':>7}")
    for size in arguments.sizes:
        command = [sys.executable, __file__, "--one", size, "--recheck-up-to", str(arguments.recheck_up_to)]
        row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        balls = (
            f"{row['balls']:9.3f} {row['balls'] / row['seconds']:7.1f}" if "balls" in row else f"{'-':>9} {'-':>7}"
        )
        print(
            f"{row['n']:4} {row['k']:4} {row['order']:6} {row['structure']:>4} {row['index']:6} "
            f"{row['seconds']:9.3f} {row['megabytes']:7.0f} {balls}"
        )


if __name__ == "__main__":
    main()

"""Gradient flow beyond double precision: what it costs, against digits, dimension and the alternatives.

``python benchmarks/precision.py`` prints four tables, each with the command line option that leaves it out:

- digits: (2, 3) to a gradient of 10^(5 - digits), its error against a trajectory of 30 digits more (--no-digits);
- degrees: the same at 50 digits with other degrees of the pieces (--no-degrees);
- alternatives: explicit Taylor series in ball arithmetic on the first stretch of the same flow, and how many steps of
  that length the whole would take (--no-alternatives);
- proofs: flows proved to converge, against the dimension (--no-proofs; --sizes n,k,d ... chooses).

Times are seconds of one processor, whatever else the machine does; memory is the process's largest.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import Any

import flint
import numpy as np
from mpmath import mp
from threadpoolctl import threadpool_limits

from numerics import Population, Problem, gradient_flow, initial_weights, precise_flow
from numerics.flow.precise import degree_for
from verify import match, prove_flow
from verify.certificates.attempt import prove
from verify.ends.settle import settle
from verify.recheck import recheck

TIMES = (0.1, 1.0, 10.0, 100.0, 1000.0, 5000.0)


def memory() -> float:
    """Largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def distance(x: np.ndarray, y: np.ndarray) -> mp.mpf:
    """2-norm of a difference of mpmath numbers."""
    with mp.workdps(150):
        return mp.sqrt(mp.fsum((a - b) ** 2 for a, b in zip(x.ravel(), y.ravel(), strict=True)))


def digits_table(all_digits: list[int]) -> None:
    """Cost and true error against digits."""
    problem = Problem(2, 3)
    theta = initial_weights(problem, seed=0)
    print("digits  degree  pieces  gradients       s    MB     time   |grad|  error: true  estimated, at time")
    for dps in all_digits:
        begun = time.process_time()
        flow = precise_flow(problem, theta, dps=dps, grad_tol=f"1e-{dps - 5}")
        seconds, used = time.process_time() - begun, memory()
        finer = precise_flow(problem, theta, dps=dps + 30, grad_tol=f"1e-{dps - 5}")
        ratios = [
            (distance(flow.at(t), finer.at(t)), flow.error_at(t), t) for t in TIMES if t <= min(flow.time, finer.time)
        ]
        true, estimate, when = max(ratios, key=lambda row: row[0] / row[1])
        print(
            f"{dps:6d}  {flow.degree:6d}  {len(flow.pieces):6d}  {flow.gradients:9d}  {seconds:6.1f}  {used:4.0f}  "
            f"{flow.time:7.0f}  {mp.nstr(flow.grad_inf, 2):>7}  {mp.nstr(true, 2):>11}  {mp.nstr(estimate, 2):>9}, "
            f"{when:g}",
            flush=True,
        )


def degrees_table(degrees: list[int]) -> None:
    """Cost at 50 digits against the degree."""
    problem = Problem(2, 3)
    theta = initial_weights(problem, seed=0)
    print(f"\nfifty digits, by degree (chosen: {degree_for(50)})\ndegree  pieces  gradients       s")
    for degree in degrees:
        begun = time.process_time()
        flow = precise_flow(problem, theta, dps=50, grad_tol="1e-45", degree=degree)
        print(
            f"{degree:6d}  {len(flow.pieces):6d}  {flow.gradients:9d}  {time.process_time() - begun:6.1f}", flush=True
        )


class Taylor:
    """Explicit Taylor series of the flow by power series in ball arithmetic, a coefficient for each evaluation."""

    def __init__(self, problem: Problem, order: int) -> None:
        self._problem, self._order = problem, order
        self._V = [[flint.arb(float(x)) for x in row] for row in problem.teacher]
        self._b = [flint.arb(float(x)) for x in problem.teacher_outgoing]

    def coefficients(self, flat: list[Any]) -> list[list[Any]]:
        """Taylor coefficients of every weight, by Picard's iteration: each evaluation gives one more."""
        rows = [[x] for x in flat]
        for known in range(1, self._order + 1):
            flint.ctx.cap = known
            slopes = self._gradient([flint.arb_series(row, known) for row in rows])
            for row, slope in zip(rows, slopes, strict=True):
                row.append((-slope[known - 1] / known).mid())
        return rows

    def _gradient(self, series: list[Any]) -> list[Any]:
        n, dim = self._problem.n, self._problem.dim
        one = [flint.arb_series([1])]
        theta = [series[i * (dim + 1) : (i + 1) * (dim + 1)] for i in range(n)]
        W, a = [row[:-1] for row in theta], [row[-1] for row in theta]
        Z = W + [[flint.arb_series([x]) for x in row] for row in self._V]
        c = a + [flint.arb_series([-b]) for b in self._b]
        P = [sum((x * x for x in z), one[0]) for z in Z]
        out = []
        for i in range(n):
            pull = [flint.arb_series([0]) for _ in range(dim)]
            radial, value = flint.arb_series([0]), flint.arb_series([0])
            for j, z in enumerate(Z):
                s = sum((x * y for x, y in zip(W[i], z, strict=True)), flint.arb_series([0]))
                root = (P[i] * P[j] - s * s).rsqrt()
                g_s = 2 / flint.arb.pi() * root
                value += c[j] * ((s * root).atan() * (2 / flint.arb.pi()))
                weight = c[j] * g_s
                radial += weight * s
                pull = [x + weight * y for x, y in zip(pull, z, strict=True)]
            along = radial / P[i]
            out += [2 * a[i] * (x - along * y) for x, y in zip(pull, W[i], strict=True)]
            out.append(2 * value)
        return out


def taylor_flow(problem: Problem, theta: np.ndarray, *, dps: int, order: int, until: float) -> tuple[list[Any], int]:
    """The point at a time by Taylor steps, with the steps that took; the last coefficients choose the step."""
    with flint.ctx.workdps(dps + 12):
        method = Taylor(problem, order)
        flat, now, steps = [flint.arb(float(x)) for x in theta.ravel()], flint.arb(0), 0
        while now < until:
            rows = method.coefficients(flat)
            last = max(float(abs(row[-1])) for row in rows)
            h = flint.arb(0.9 * (10.0**-dps / max(last, 1e-300)) ** (1 / order))
            h = h if now + h < until else flint.arb(until) - now
            flat = [sum((x * h**i for i, x in enumerate(row)), flint.arb(0)).mid() for row in rows]
            now, steps = (now + h).mid(), steps + 1
        return flat, steps


def alternatives_table(until: float) -> None:
    """Taylor series on a first stretch, and at the end where the flow is stiff."""
    problem = Problem(2, 3)
    theta = initial_weights(problem, seed=0)
    flow = precise_flow(problem, theta, dps=50, grad_tol="1e-45")
    pieces = sum(1 for piece in flow.pieces if piece.end <= until)
    print(f"\nfifty digits to time {until:g} by explicit Taylor series (collocation: {pieces} pieces)")
    print("order  steps       s  difference   step at the end  steps to time", f"{flow.time:.0f}, and hours")
    for order in (40, 60, 80):
        begun = time.process_time()
        flat, steps = taylor_flow(problem, theta, dps=50, order=order, until=until)
        seconds = time.process_time() - begun
        with mp.workdps(60):
            exact = [mp.mpf(str(x.str(60, radius=False))) for x in flat]
            gap = max(abs(x - y) for x, y in zip(exact, flow.at(until).ravel(), strict=True))
        # On the slow tail a term of the fastest scale must not grow: |R(-h l)| <= 1 for the truncated exponential.
        fastest = float(np.linalg.eigvalsh(Population(problem).hessian(flow.at(flow.time).astype(float)))[-1])
        longest = stability(order) / fastest
        needed = flow.time / longest
        print(
            f"{order:5d}  {steps:5d}  {seconds:6.1f}  {mp.nstr(gap, 2):>10}  {longest:16.3g}  {needed:13.0f}  "
            f"{needed * seconds / steps / 3600:.2f}",
            flush=True,
        )


def stability(order: int) -> float:
    """Length of the real stability interval of the truncated exponential series."""
    with mp.workdps(order + 30):
        z = mp.mpf(1)
        while abs(mp.fsum((-z) ** i / mp.factorial(i) for i in range(order + 1))) <= 1:
            z += mp.mpf("0.05")
        return float(z)


def proofs_table(sizes: list[tuple[int, int, int]], seeds: int) -> None:
    """Flows proved from their initial points."""
    print("\nflows proved to converge")
    print(" n  k  d  dimension  seed  curve s  proof s  recheck s    MB  pieces  Hessians  growth")
    for n, k, dim in sizes:
        for seed in range(seeds):
            problem = Problem(n, k, dim=dim)
            theta = initial_weights(problem, seed=seed)
            end = settle(problem, gradient_flow(problem, theta))
            certificate = prove(problem, end, match(problem, end.polished), dps=50).certificate
            found = prove_flow(problem, theta, certificate, duration=end.flow.time, clock=time.process_time)
            begun = time.process_time()
            accepted = found.document is not None and recheck(found.document).accepted
            rechecked = time.process_time() - begun
            growth = "-" if found.growth is None else f"exp({found.growth:.1f})"
            print(
                f"{n:2d} {k:2d} {dim:2d}  {n * (dim + 1):9d}  {seed:4d}  {found.seconds_curve:7.1f}  "
                f"{found.seconds_proof:7.1f}  {rechecked:9.1f}  {memory():4.0f}  {found.pieces:6d}  "
                f"{found.hessians:8d}  {growth}  "
                f"{'proved' if found.proved and accepted else f'NOT PROVED: {found.why}'}",
                flush=True,
            )


def _size(text: str) -> tuple[int, int, int]:
    n, k, dim = (int(part) for part in text.split(","))
    return n, k, dim


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("digits", "degrees", "alternatives", "proofs"):
        parser.add_argument(f"--no-{name}", dest=name, action="store_false")
    parser.add_argument("--sizes", nargs="+", type=_size, metavar="n,k,d")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--until", type=float, default=5.0, help="time to which Taylor series are followed")
    options = parser.parse_args()
    with threadpool_limits(limits=1):
        if options.digits:
            digits_table([20, 30, 50, 80, 100])
        if options.degrees:
            degrees_table([24, 32, 40, 48, 60, 80])
        if options.alternatives:
            alternatives_table(options.until)
        if options.proofs:
            default = [(1, 3, 4), (2, 3, 4), (2, 4, 4), (3, 6, 6), (4, 8, 8), (5, 10, 11)]
            proofs_table(options.sizes or default, options.seeds)


if __name__ == "__main__":
    main()

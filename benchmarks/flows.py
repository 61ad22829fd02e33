"""Flows per second, side by side with SciPy's LSODA and BDF on the same problem in the same run.

    python benchmarks/flows.py [--sizes 2,3 5,10 ...] [--seeds 1] [--limit 60] [--bdf] [--alone]

All integrate the same field (our gradient and Hessian, one BLAS thread) from the same seeds at the same
relative and absolute tolerance until the gradient's infinity norm is at most 5e-8, which the others are asked
after every step. A solver that needs more than the limit for one flow is cut off and reported as a bound.
Ratios are what counts; absolute times are those of the machine.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from scipy.integrate import BDF, LSODA
from threadpoolctl import threadpool_limits

from numerics import Population, Problem, gradient_flow, initial_weights
from numerics.flow.integrate import rosenbrock_cost

GRAD_TOL, RTOL, ATOL = 5e-8, 1e-6, 1e-8


def ours(problem: Problem, theta: np.ndarray, limit: float, *, early: bool = False) -> tuple[float, str]:
    """Seconds of one flow, and the method that ran."""
    start = time.perf_counter()
    flow = gradient_flow(problem, theta, grad_tol=GRAD_TOL, rtol=RTOL, atol=ATOL, early_finish=early)
    return time.perf_counter() - start, flow.method


def scipys(kind: type, problem: Problem, theta: np.ndarray, limit: float) -> tuple[float, str]:
    """Seconds of one flow by a SciPy solver with the exact gradient and Hessian."""
    population, shape = Population(problem), theta.shape

    def field(_: float, y: np.ndarray) -> np.ndarray:
        return -population.value_and_gradient(y.reshape(shape))[1].ravel()

    def jacobian(_: float, y: np.ndarray) -> np.ndarray:
        return -population.hessian_unchecked(y.reshape(shape))

    start = time.perf_counter()
    solver = kind(field, 0.0, theta.ravel().copy(), 1e16, rtol=RTOL, atol=ATOL, jac=jacobian)
    while solver.status == "running":
        solver.step()
        if np.abs(field(0.0, solver.y)).max() <= GRAD_TOL:
            return time.perf_counter() - start, "converged"
        if time.perf_counter() - start > limit:
            return time.perf_counter() - start, "cut off"
    return time.perf_counter() - start, solver.status


def measure(
    solve: Callable[[Problem, np.ndarray, float], tuple[float, str]], n: int, k: int, seeds: int, limit: float
) -> tuple[float, str]:
    """Median seconds per flow and what was said of the last one."""
    times, said = [], ""
    for seed in range(seeds):
        problem = Problem(n, k)
        seconds, said = solve(problem, initial_weights(problem, seed=seed), limit)
        times.append(seconds)
    return median(times), said


SIZES = ["2,3", "5,10", "10,20", "1,50", "2,50", "5,50", "10,50", "15,50", "20,50", "25,50", "40,50", "50,50"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=SIZES, help="pairs n,k")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds after which a flow is cut off")
    parser.add_argument("--bdf", action="store_true", help="SciPy's BDF too")
    parser.add_argument("--alone", action="store_true", help="without the others: growth with k, for instance")
    options = parser.parse_args()
    others = {} if options.alone else {"LSODA": LSODA, **({"BDF": BDF} if options.bdf else {})}
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}, one BLAS thread")
    print(f"{'n':>3} {'k':>3} {'order':>6} {'pure s':>8} {'method':<14} {'early s':>8} {'gradient':>9}", end="")
    print("".join(f"{name + ' s':>12} {'ratio':>7}" for name in others) + f"{'cost model':>12}")
    with threadpool_limits(limits=1):
        for size in options.sizes:
            row(*(int(x) for x in size.split(",")), others, options)
    print("early: with early finish; gradient: its time over that of its two matrix products; ratio: other / pure")
    print("cost model: a Rosenbrock step over a gradient, measured / as the choice of method assumes")


def row(n: int, k: int, others: dict[str, type], options: argparse.Namespace) -> None:
    """One line of the table."""
    seconds, method = measure(ours, n, k, options.seeds, options.limit)
    quick, _ = measure(lambda p, t, s: ours(p, t, s, early=True), n, k, options.seeds, options.limit)
    order = n * (k + 2)
    print(f"{n:>3} {k:>3} {order:>6} {seconds:>8.3g} {method:<14} {quick:>8.3g} {gradient_ratio(n, k):>9.1f}", end="")
    for kind in others.values():
        other, said = measure(lambda p, t, s, kind=kind: scipys(kind, p, t, s), n, k, options.seeds, options.limit)
        bound = ">" if said == "cut off" else " "
        print(f"{bound}{other:>11.3g} {other / seconds:>7.2f}", end="", flush=True)
    model = f"{step_cost_ratio(n, k):>6.0f}/{rosenbrock_cost(order):<5.0f}" if order <= 3000 else ""
    print(model, flush=True)


def gradient_ratio(n: int, k: int) -> float:
    """Time of a gradient over that of its two matrix products alone."""
    problem = Problem(n, k)
    population, theta = Population(problem), initial_weights(problem, seed=0)
    W, Z, S = theta[:, :-1].copy(), np.vstack([theta[:, :-1], problem.teacher]), np.ones((n, n + k))
    times = []
    for work in (lambda: population.value_and_gradient(theta), lambda: (W @ Z.T, S @ Z)):
        repeats = []
        for _ in range(7):
            start = time.perf_counter()
            for _ in range(50):
                work()
            repeats.append(time.perf_counter() - start)
        times.append(min(repeats))
    return times[0] / times[1]


def step_cost_ratio(n: int, k: int) -> float:
    """Measured cost of a Rosenbrock step in gradients."""
    from numerics.flow.field import GradientField
    from numerics.flow.rosenbrock import Rosenbrock

    problem = Problem(n, k)
    field = GradientField(problem)
    state = field.state(initial_weights(problem, seed=0).ravel())
    step, gradient = [], []
    for _ in range(5):
        start = time.perf_counter()
        Rosenbrock(field).attempt(state, 1e-3)
        step.append(time.perf_counter() - start)
        start = time.perf_counter()
        for _ in range(20):
            field.state(state.y)
        gradient.append((time.perf_counter() - start) / 20)
    return median(step) / median(gradient)


if __name__ == "__main__":
    main()

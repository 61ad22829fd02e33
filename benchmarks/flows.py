"""Flows per second, side by side with SciPy's LSODA and BDF on the same problem in the same run.

    python benchmarks/flows.py [--sizes 2,3 5,10 ...] [--seeds 3] [--limit 120]

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


def ours(problem: Problem, theta: np.ndarray, limit: float) -> tuple[float, str]:
    """Seconds of one flow, and the method that ran."""
    start = time.perf_counter()
    flow = gradient_flow(problem, theta, grad_tol=GRAD_TOL, rtol=RTOL, atol=ATOL)
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


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["2,3", "5,10", "10,20", "25,50"], help="pairs n,k")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds after which a flow is cut off")
    parser.add_argument("--bdf", action="store_true", help="SciPy's BDF too")
    options = parser.parse_args()
    others = {"LSODA": LSODA, **({"BDF": BDF} if options.bdf else {})}
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}, one BLAS thread")
    print(f"{'n':>3} {'k':>3} {'order':>6} {'flows/s':>9} {'method':<14}", end="")
    print("".join(f"{name + ' flows/s':>15} {'ratio':>7}" for name in others) + f"{'cost model':>12}")
    with threadpool_limits(limits=1):
        for size in options.sizes:
            n, k = (int(x) for x in size.split(","))
            seconds, method = measure(ours, n, k, options.seeds, options.limit)
            order = n * (k + 2)
            print(f"{n:>3} {k:>3} {order:>6} {1 / seconds:>9.3g} {method:<14}", end="", flush=True)
            for kind in others.values():
                other, said = measure(
                    lambda p, t, s, kind=kind: scipys(kind, p, t, s), n, k, options.seeds, options.limit
                )
                bound = "<" if said == "cut off" else " "
                print(f"{bound}{1 / other:>14.3g} {other / seconds:>7.2f}", end="", flush=True)
            print(f"{step_cost_ratio(n, k):>6.0f}/{rosenbrock_cost(order):<5.0f}")
    print("cost model: a Rosenbrock step over a gradient, measured / as the choice of method assumes")


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

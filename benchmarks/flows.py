"""Time per flow, side by side with SciPy's LSODA and BDF, and with diffrax, on the same problems in the same run.

    python benchmarks/flows.py [--sizes 2,3 5,10 ...] [--seeds 3] [--limit 60] [--bdf] [--diffrax] [--alone]
    python benchmarks/flows.py --growth            # k = 25, 50, 100, 200 at n = k/2, and where their time goes

SciPy's solvers integrate the same field (our compiled gradient and Hessian) from the same seeds at the same relative
and absolute tolerance until the gradient's infinity norm is at most 5e-8, which they are asked after every step;
all are given one and two BLAS threads, and the better time counts. diffrax (Kvaerno5, `pip install ".[bench]"`)
differentiates the closed-form loss itself, to the same gradient norm, compilation not counted. A solver that needs
more than the limit for one flow is cut off and reported as a bound. Medians over the seeds; ratios are what counts,
absolute times are those of the machine.
"""

from __future__ import annotations

import argparse
import platform
import resource
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from scipy.integrate import BDF, LSODA
from threadpoolctl import threadpool_limits

from numerics import Population, Problem, gradient_flow, initial_weights
from numerics.flow.choice import rosenbrock_cost
from numerics.flow.field import GradientField
from numerics.flow.rosenbrock import Rosenbrock

GRAD_TOL, RTOL, ATOL = 5e-8, 1e-6, 1e-8
SIZES = ["2,3", "5,10", "10,20", "1,50", "2,50", "5,50", "10,50", "15,50", "20,50", "25,50", "40,50", "50,50"]
#: diffrax gets no larger system: its linear solves are dense and differentiated.
LARGEST_FOR_DIFFRAX = 210

Solver = Callable[[Problem, np.ndarray, float], tuple[float, str]]


def ours(threads: int, *, early: bool = False) -> Solver:
    """Our flow on a number of BLAS threads."""

    def solve(problem: Problem, theta: np.ndarray, limit: float) -> tuple[float, str]:
        with threadpool_limits(limits=threads):
            start = time.perf_counter()
            flow = gradient_flow(problem, theta, grad_tol=GRAD_TOL, rtol=RTOL, atol=ATOL, early_finish=early)
            return time.perf_counter() - start, flow.method

    return solve


def scipys(kind: type, threads: int) -> Solver:
    """A SciPy solver with the exact gradient and Hessian, on a number of BLAS threads."""

    def solve(problem: Problem, theta: np.ndarray, limit: float) -> tuple[float, str]:
        population, shape = Population(problem), theta.shape

        def field(_: float, y: np.ndarray) -> np.ndarray:
            return -population.value_and_gradient(y.reshape(shape))[1].ravel()

        def jacobian(_: float, y: np.ndarray) -> np.ndarray:
            return -population.hessian_unchecked(y.reshape(shape))

        with threadpool_limits(limits=threads):
            start = time.perf_counter()
            solver = kind(field, 0.0, theta.ravel().copy(), 1e16, rtol=RTOL, atol=ATOL, jac=jacobian)
            while solver.status == "running":
                solver.step()
                if np.abs(field(0.0, solver.y)).max() <= GRAD_TOL:
                    return time.perf_counter() - start, "converged"
                if time.perf_counter() - start > limit:
                    return time.perf_counter() - start, "cut off"
            return time.perf_counter() - start, solver.status

    return solve


def diffraxs() -> Solver:
    """diffrax' Kvaerno5 on JAX' derivative of the closed-form loss."""
    import diffrax
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def solve(problem: Problem, theta: np.ndarray, limit: float) -> tuple[float, str]:
        V, b = jnp.array(problem.teacher), jnp.array(problem.teacher_outgoing)

        def loss(theta: jax.Array) -> jax.Array:
            Z = jnp.vstack([theta[:, :-1], V])
            c = jnp.concatenate([theta[:, -1], -b])
            size = 1 + (Z * Z).sum(axis=1)
            return c @ (2 / jnp.pi * jnp.arcsin(Z @ Z.T / jnp.sqrt(jnp.outer(size, size)))) @ c

        slope = jax.grad(loss)
        small = diffrax.Event(lambda t, y, args, **_: jnp.abs(slope(y)).max() <= GRAD_TOL)

        @jax.jit
        def run(theta: jax.Array) -> jax.Array:
            return diffrax.diffeqsolve(
                diffrax.ODETerm(lambda t, y, args: -slope(y)),
                diffrax.Kvaerno5(),
                0.0,
                1e12,
                1e-4,
                theta,
                stepsize_controller=diffrax.PIDController(rtol=RTOL, atol=ATOL),
                event=small,
                max_steps=20_000,
                throw=False,
            ).ys[-1]

        run(jnp.array(theta)).block_until_ready()
        start = time.perf_counter()
        end = run(jnp.array(theta)).block_until_ready()
        seconds = time.perf_counter() - start
        return seconds, "converged" if float(jnp.abs(slope(end)).max()) <= 2 * GRAD_TOL else "cut off"

    return solve


def measure(solve: Solver, n: int, k: int, seeds: int, limit: float) -> tuple[float, str]:
    """Median seconds per flow and what was said of the last one; a flow before the first loads what is compiled."""
    problem = Problem(n, k)
    times, said = [], ""
    for seed in range(seeds):
        seconds, said = solve(problem, initial_weights(problem, seed=seed), limit)
        times.append(seconds)
        if said == "cut off":
            break
    return median(times), said


def best_of(solvers: list[Solver], n: int, k: int, seeds: int, limit: float) -> tuple[float, str]:
    """The fastest of several."""
    return min((measure(solver, n, k, seeds, limit) for solver in solvers), key=lambda result: result[0])


def warm_up() -> None:
    """Load or compile every kernel before anything is timed; they are the same for every size."""
    problem = Problem(5, 10)
    for method in ("Rodas5P", "RKC2"):
        gradient_flow(problem, initial_weights(problem, seed=0), method=method, max_steps=2)


def row(n: int, k: int, others: dict[str, list[Solver]], options: argparse.Namespace) -> None:
    """One line of the table."""
    order = n * (k + 2)
    seconds, method = best_of([ours(1), ours(2)], n, k, options.seeds, options.limit)
    quick, _ = best_of([ours(1, early=True), ours(2, early=True)], n, k, options.seeds, options.limit)
    with threadpool_limits(limits=1):
        ratio = gradient_ratio(n, k)
    print(f"{n:>3} {k:>3} {order:>6} {seconds:>8.3g} {method:<14} {quick:>8.3g} {ratio:>9.1f}", end="", flush=True)
    for name, solvers in others.items():
        if name == "diffrax" and order > LARGEST_FOR_DIFFRAX:
            print(f"{'-':>12} {'-':>7}", end="")
            continue
        other, said = best_of(solvers, n, k, options.seeds, options.limit)
        bound = ">" if said == "cut off" else " "
        print(f"{bound}{other:>11.3g} {other / seconds:>7.2f}", end="", flush=True)
    with threadpool_limits(limits=1):
        fast = Population(Problem(n, k)).compiled is not None
        model = f"{step_cost_ratio(n, k):>6.0f}/{rosenbrock_cost(order, compiled=fast):<5.0f}"
    print(model if order <= 3000 else "", flush=True)


def seconds_of(work: Callable[[], object], repeats: int) -> float:
    """Least mean seconds of a call, over seven rounds."""
    rounds = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(repeats):
            work()
        rounds.append((time.perf_counter() - start) / repeats)
    return min(rounds)


def gradient_ratio(n: int, k: int) -> float:
    """Time of a gradient over that of its matrix products alone: with the students, the teacher's being copies."""
    problem = Problem(n, k)
    population, theta = Population(problem), initial_weights(problem, seed=0).copy()
    W, S = theta[:, :-1].copy(), np.ones((n, n))
    products = seconds_of(lambda: (W @ W.T, S @ W), 50)
    return seconds_of(lambda: population.value_and_gradient(theta), 50) / products


def step_cost_ratio(n: int, k: int) -> float:
    """Measured cost of a Rosenbrock step in gradients."""
    problem = Problem(n, k)
    field = GradientField(problem)
    state = field.state(initial_weights(problem, seed=0).ravel().copy())
    step = seconds_of(lambda: Rosenbrock(field).attempt(state, 1e-3), 1)
    return step / seconds_of(lambda: field.state(state.y), 20)


def growth(seeds: int) -> None:
    """The table of --growth."""
    print(f"{'n':>4} {'k':>4} {'order':>6} {'pure s':>8} {'early s':>8} {'method':<14} {'evaluations':>11}")
    for k in (25, 50, 100, 200):
        n = k // 2
        problem = Problem(n, k)
        theta = initial_weights(problem, seed=0).copy()
        pure, _ = measure(ours(1), n, k, seeds, 1e9)
        early, _ = measure(ours(1, early=True), n, k, seeds, 1e9)
        with threadpool_limits(limits=1):
            flow = gradient_flow(problem, theta)
        line = f"{n:>4} {k:>4} {n * (k + 2):>6} {pure:>8.3g} {early:>8.3g} {flow.method:<14} {flow.evaluations:>11}"
        print(line, flush=True)
        parts = profile(problem, theta)
        print("     " + ", ".join(f"{name} {1e6 * seconds:.3g} us" for name, seconds in parts.items()), flush=True)
    print(f"largest memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def profile(problem: Problem, theta: np.ndarray) -> dict[str, float]:
    """Where the time of a gradient goes: products, and a root, two quotients and a polynomial for each pair."""
    n, k = problem.n, problem.k
    W, S = theta[:, :-1].copy(), np.ones((n, n))
    population = Population(problem)
    with threadpool_limits(limits=1):
        whole = seconds_of(lambda: population.value_and_gradient(theta), 20)
        first, second = seconds_of(lambda: W @ W.T, 20), seconds_of(lambda: S @ W, 20)
    rest = whole - first - second
    return {"W W'": first, "pulls W": second, f"{n * (n + k)} pairs and the rest": rest, "gradient": whole}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=SIZES, help="pairs n,k")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds after which a flow is cut off")
    parser.add_argument("--bdf", action="store_true", help="SciPy's BDF too")
    parser.add_argument("--diffrax", action="store_true", help=f"diffrax too, up to order {LARGEST_FOR_DIFFRAX}")
    parser.add_argument("--alone", action="store_true", help="without the others")
    parser.add_argument("--growth", action="store_true", help="growth with k at n = k/2, and a profile")
    options = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}")
    warm_up()
    if options.growth:
        growth(options.seeds)
        return
    kinds = {} if options.alone else {"LSODA": LSODA, **({"BDF": BDF} if options.bdf else {})}
    others = {name: [scipys(kind, threads) for threads in (1, 2)] for name, kind in kinds.items()}
    if options.diffrax:
        others["diffrax"] = [diffraxs()]
    print(f"{'n':>3} {'k':>3} {'order':>6} {'pure s':>8} {'method':<14} {'early s':>8} {'gradient':>9}", end="")
    print("".join(f"{name + ' s':>12} {'ratio':>7}" for name in others) + f"{'cost model':>12}")
    for size in options.sizes:
        row(*(int(x) for x in size.split(",")), others, options)
    print("early: with early finish; gradient: its time over that of its matrix products; ratio: other / pure")
    print("cost model: a Rosenbrock step over a gradient, measured / as the choice of method assumes")


if __name__ == "__main__":
    main()

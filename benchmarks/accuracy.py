"""Errors of whole trajectories beside seconds: ours and LSODA at several tolerances, against a tight reference.

    python benchmarks/accuracy.py [--sizes 10,50 15,50] [--seed 0]

The reference is LSODA at a relative tolerance of 1e-9, read between its steps by cubic Hermite interpolation. The
error at a time is the root mean square over neurons of the relative errors of incoming vector and outgoing weight;
the table gives its median over log-spaced times, its largest value and that at the end. Methods are to be compared
at equal errors and not at equal tolerances: ours are relative to each neuron, LSODA's to each component.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy.integrate import LSODA
from threadpoolctl import threadpool_limits

from numerics import Population, Problem, gradient_flow, initial_weights

GRAD_TOL = 5e-8
TOLERANCES = (1e-4, 1e-5, 1e-6)
REFERENCE = 1e-9


class Course:
    """Times, points and velocities of a trajectory."""

    def __init__(self, times: list[float], points: list[np.ndarray], slopes: list[np.ndarray]) -> None:
        self.times, self.points, self.slopes = np.array(times), np.array(points), np.array(slopes)

    def at(self, t: float) -> np.ndarray:
        """The point at a time, by cubic Hermite interpolation."""
        i = int(np.clip(np.searchsorted(self.times, t), 1, len(self.times) - 1))
        h = self.times[i] - self.times[i - 1]
        x = (t - self.times[i - 1]) / h
        ends = (1 + 2 * x) * (1 - x) ** 2 * self.points[i - 1] + x * x * (3 - 2 * x) * self.points[i]
        return np.asarray(ends + h * (x * (1 - x) ** 2 * self.slopes[i - 1] + x * x * (x - 1) * self.slopes[i]))


def lsoda(problem: Problem, start: np.ndarray, rtol: float) -> tuple[Course, float]:
    """LSODA's course and its seconds, with the exact gradient and Hessian."""
    population, shape = Population(problem), start.shape

    def field(_: float, y: np.ndarray) -> np.ndarray:
        return -population.value_and_gradient(y.reshape(shape))[1].ravel()

    def jacobian(_: float, y: np.ndarray) -> np.ndarray:
        return -population.hessian_unchecked(y.reshape(shape))

    begun = time.perf_counter()
    solver = LSODA(field, 0.0, start.ravel().copy(), 1e16, rtol=rtol, atol=rtol / 100, jac=jacobian)
    times, points, slopes = [0.0], [solver.y.copy()], [field(0.0, solver.y)]
    while solver.status == "running" and np.abs(slopes[-1]).max() > GRAD_TOL:
        solver.step()
        times.append(solver.t)
        points.append(solver.y.copy())
        slopes.append(field(0.0, solver.y))
    return Course(times, points, slopes), time.perf_counter() - begun


def errors(times: np.ndarray, points: np.ndarray, reference: Course, shape: tuple[int, int]) -> np.ndarray:
    """Errors at the times that the reference covers."""
    kept = times <= reference.times[-1]
    right = np.array([reference.at(t) for t in times[kept]]).reshape(-1, *shape)
    wrong = points[kept].reshape(-1, *shape) - right
    incoming = np.linalg.norm(wrong[:, :, :-1], axis=2) / np.linalg.norm(right[:, :, :-1], axis=2)
    outgoing = np.abs(wrong[:, :, -1] / right[:, :, -1])
    return np.asarray(np.sqrt((incoming**2 + outgoing**2).mean(axis=1)))


def line(name: str, rtol: float, seconds: float, found: np.ndarray) -> None:
    """One row."""
    print(
        f"{name:<16} {rtol:>8.0e} {seconds:>8.2f} {np.median(found):>10.1e} {found.max():>10.1e} {found[-1]:>10.1e}"
    )


def compare(n: int, k: int, seed: int) -> None:
    """The table of one problem."""
    problem = Problem(n, k)
    start = initial_weights(problem, seed=seed)
    reference, _ = lsoda(problem, start, REFERENCE)
    print(f"\n(n, k) = ({n}, {k}), seed {seed}: {len(reference.times)} steps of the reference")
    print(f"{'':<16} {'rtol':>8} {'seconds':>8} {'median':>10} {'largest':>10} {'at the end':>10}")
    for rtol in (1e-6, 1e-7, 1e-8):
        begun = time.perf_counter()
        flow = gradient_flow(problem, start, grad_tol=GRAD_TOL, rtol=rtol, atol=rtol / 100, max_steps=100_000)
        seconds = time.perf_counter() - begun
        course = flow.trajectory
        line(flow.method, rtol, seconds, errors(course.snapshot_time, course.snapshots, reference, start.shape))
    for rtol in TOLERANCES:
        course, seconds = lsoda(problem, start, rtol)
        # At times as those above.
        keep = np.unique(np.searchsorted(course.times, flow.trajectory.snapshot_time).clip(max=len(course.times) - 1))
        line("LSODA", rtol, seconds, errors(course.times[keep], course.points[keep], reference, start.shape))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["10,50", "15,50"], help="pairs n,k")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    problem = Problem(5, 10)
    gradient_flow(problem, initial_weights(problem, seed=0), max_steps=2)
    with threadpool_limits(limits=1):
        for size in options.sizes:
            compare(*map(int, size.split(",")), options.seed)


if __name__ == "__main__":
    main()

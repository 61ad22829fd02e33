"""``copy-average sweep``: many flows into a store that loses nothing."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from numerics.initial import INITIALISATIONS
from numerics.problem import Problem
from numerics.teacher import Teacher
from verify import report
from verify.cells import Cell, exit_status
from verify.cli.options import (
    Count,
    Several,
    SeveralActivations,
    Sizes,
    cores,
    integration_options,
    teacher_option,
)
from verify.cli.output import announce_compilation
from verify.cli.progress import Bar, duration
from verify.cli.stores import reading, refused, writing
from verify.cli.verify_command import problems
from verify.pool import SMALL
from verify.runs import Task
from verify.sweep.conduct import Broken, Sweep, theory_key
from verify.sweep.engines import Engine, local
from verify.sweep.guard import StoreError
from verify.sweep.outcome import key
from verify.sweep.plan import Shard, estimate, expected_seconds, parse_shard, plan

INTERRUPTED, UNKNOWN = 130, 3


def _shard(ctx: click.Context, param: click.Parameter, value: str | None) -> Shard | None:
    try:
        return None if value is None else parse_shard(value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None


EXAMPLES = """\b
Examples:
  copy-average sweep -k 50 --seeds 20 --store runs.db             # n = 1:k; again: resumes
  copy-average sweep -k 20,50 --init glorot,gaussian --store runs.db --dry-run
  copy-average sweep -k 50 --store runs.db --continue --max-steps 100000
  copy-average sweep -k 3 --teacher teacher.json --store taught.db   # one teacher for all runs of a store
  copy-average sweep -k 50 --store part-3.db --shard 3/8          # job 3 of 8; then:
  copy-average merge part-*.db --store all.db
  copy-average sweep -k 50 --store runs.db --scheduler tcp://10.0.0.1:8786"""


@click.command("sweep", epilog=EXAMPLES)
@click.option("-n", "n", type=Sizes(), default=None, help="Student neurons.  [default: 1:k]")
@click.option("-k", "k", type=Sizes(), required=True, help="Teacher neurons. All pairs (n, k) are run.")
@click.option("--seeds", type=Count(1), default=10, show_default=True, help="Seeds 0 .. SEEDS - 1 for each (n, k).")
@click.option("--store", "name", metavar="FILE", required=True, help="The store, made if there is none (SQLite).")
@click.option(
    "--activation", "activations", type=SeveralActivations(), default="erf", show_default=True,
    help="Activation functions.",
)  # fmt: skip
@click.option(
    "--init", "inits", type=Several(list(INITIALISATIONS)), default="glorot", show_default=True,
    help="Initialisations.",
)  # fmt: skip
@teacher_option
@click.option(
    "--continue", "go_on", is_flag=True, help="Go on with runs that have not converged, from where they stopped."
)
@click.option("--dry-run", is_flag=True, help="Print the number of runs and an estimated cost, and do nothing.")
@click.option("--shard", metavar="i/N", callback=_shard, default=None, help="Only part i of N, for array jobs.")
@click.option(
    "--jobs", type=Count(1), default=None, help="Processes; results do not depend on it.  [default: all cores]"
)
@click.option(
    "--scheduler", metavar="ADDRESS", default=None, help="Run on the workers of this dask scheduler instead."
)
@partial(integration_options, early=True)
@click.option(
    "--certify/--no-certify", "certifying", default=True, show_default=True, help="Prove where each flow ends."
)
@click.option("--confirm", is_flag=True, help="Integrate every flow a second time, as verify --confirm does.")
def sweep_command(
    n: tuple[int, ...] | None,
    k: tuple[int, ...],
    seeds: int,
    name: str,
    activations: tuple[str, ...],
    teacher: Teacher | None,
    inits: tuple[str, ...],
    go_on: bool,
    dry_run: bool,
    shard: Shard | None,
    jobs: int | None,
    scheduler: str | None,
    dim: int | None,
    dps: int,
    grad_tol: float,
    rtol: float,
    early: bool,
    max_steps: int,
    certifying: bool,
    confirm: bool,
) -> int:
    """Run flows from seeds, as verify does, into a store: one transaction for each run.

    Whatever ends it, kill -9 included, costs at most the runs in flight, and the same command goes on with the rest.
    Several sweeps may write to one store at once; on network file systems each machine needs a store of its own.
    The store is a documented SQLite file (verify/sweep/schema.sql); copy-average export writes CSV and Parquet,
    copy-average plot draws it. Flows finish early where that is safe; then no basin is certified (--pure-flow).

    The exit status is that of copy-average verify for the runs of this command.
    """
    if jobs is not None and scheduler is not None:
        raise click.BadParameter("got it together with --jobs, needs one or the other", param_hint="--scheduler")
    grid = [p for activation in activations for p in _grid(n, k, activation, dim, teacher)]
    template = Task(1, 1, 2, "erf", "glorot", 0, dps, grad_tol, rtol, max_steps, certifying, False, early, confirm)
    template = replace(template, teacher=teacher)
    tasks = plan(grid, inits, seeds, template, shard)
    if dry_run:
        return _dry_run(tasks, name, go_on, jobs or cores(), shard)
    with _remote(scheduler) as remote, writing(name) as store:
        try:
            store.settle_teacher(teacher)
        except StoreError as error:
            raise refused(name, error, "--store") from None
        sweep = Sweep(store, tasks, go_on)
        try:
            interrupted = _carry_out(sweep, jobs, remote, grid)
            return _present(sweep, interrupted)
        except Broken as error:
            click.echo(
                f"copy-average: {error}; {len(sweep.left())} runs are left, the same command goes on", err=True
            )
            return UNKNOWN
        except StoreError as error:
            raise refused(name, error, "--store") from None


def _grid(
    n: tuple[int, ...] | None, k: tuple[int, ...], activation: str, dim: int | None, teacher: Teacher | None
) -> list[Problem]:
    if n is not None or teacher is not None:
        return problems(n or range(1, max(k) + 1), k, activation, dim, teacher)
    return [p for size in k for p in problems(range(1, size + 1), [size], activation, dim)]


def _dry_run(tasks: list[Task], name: str, go_on: bool, jobs: int, shard: Shard | None) -> int:
    states = {}
    if Path(name).exists():
        with reading(name, "--store") as store:
            states = store.states()
            if states and tasks and store.teacher() != tasks[0].teacher:
                raise refused(name, StoreError("its teacher is another"), "--store")
    cost = estimate(tasks, states, go_on=go_on)
    part = f" of shard {shard}" if shard else ""
    click.echo(f"{cost.total} runs{part}, {cost.done} of them in {name}; {cost.left} to do")
    if cost.to_go_on:
        click.echo(f"of these {cost.to_go_on} have not converged and will be gone on with")
    basis = f"scaled by {cost.measured} runs of the store" if cost.measured else "rough, before any run"
    click.echo(
        f"estimated cost: {duration(cost.seconds)} of one core ({basis}), about {duration(cost.seconds / jobs)} on "
        f"{jobs} processes; the store grows by {cost.size / 1e6:.1f} MB"
    )
    return 0


def _carry_out(sweep: Sweep, jobs: int | None, remote: Engine | None, grid: list[Problem]) -> bool:
    """Do what is left; returns whether Ctrl-C ended it."""
    states = sweep.store.states()
    records = {task: states[key(task)].record for task in sweep.tasks if key(task) in states}
    again = {task for task in records if sweep.go_on and states[key(task)].may_go_on}
    left = [task for task in sweep.tasks if task not in records or task in again]
    if not left and not sweep.cells():
        return False
    announce_compilation(grid)
    try:
        with _engine(left, jobs, remote) as engine, Bar(list(sweep.tasks), records, again) as bar:
            sweep.store.begin(shlex.join(["copy-average", *sys.argv[1:]]))
            sweep.carry_out(engine, bar)
    except KeyboardInterrupt:
        return True
    return False


@contextmanager
def _engine(left: list[Task], jobs: int | None, remote: Engine | None) -> Iterator[Engine]:
    """The cluster, or processes; few runs are done in this one, unless a number was asked for."""
    if remote is not None:
        yield remote
        return
    few = sum(map(expected_seconds, left)) < SMALL or len(left) < 2
    with local(jobs or (1 if few else cores())) as engine:
        yield engine


@contextmanager
def _remote(scheduler: str | None) -> Iterator[Engine | None]:
    """The cluster that was asked for, before a store is opened or made."""
    if scheduler is None:
        yield None
        return
    from verify.sweep.cluster import NoCluster, cluster

    try:
        with cluster(scheduler) as engine:
            yield engine
    except NoCluster as error:
        raise click.BadParameter(
            f"cannot use {scheduler!r} ({error}), needs a running dask scheduler with workers",
            param_hint="--scheduler",
        ) from None


def _present(sweep: Sweep, interrupted: bool) -> int:
    """A table for each activation and initialisation, and every run that is not as predicted."""
    states = sweep.store.states()
    tables: dict[tuple[str, str], dict[tuple[int, int], Cell]] = {}
    for task in sorted(sweep.tasks, key=lambda t: (t.k, t.n, t.seed)):
        state = states.get(key(task))
        predicted = sweep.store.theory(*theory_key(task))
        if state is None or predicted is None:
            continue
        row = tables.setdefault((task.activation, task.init), {})
        cell = row.setdefault((task.n, task.k), Cell(task.problem(), task.dps, predicted))
        cell.runs[task.seed] = state
    out = report.console()
    groups = {name: list(found.values()) for name, found in tables.items()}
    for (activation, init), cells in groups.items():
        out.print(f"{activation}, {init}", style="bold")
        out.print(report.verify_table(cells))
        for line in report.exceptions(cells):
            out.print(line, soft_wrap=True)
        out.print(report.summary(cells, interrupted=interrupted), soft_wrap=True)
    return _status(sweep, [cell for cells in groups.values() for cell in cells], interrupted)


def _status(sweep: Sweep, cells: list[Cell], interrupted: bool) -> int:
    left = len(sweep.left())
    stuck = sum(1 for state in _states_of(sweep) if state.may_go_on)
    if left:
        click.echo(f"copy-average: {left} runs are left; the same command goes on with them", err=True)
    if stuck and not interrupted:
        click.echo(f"copy-average: {stuck} runs have not converged; --continue goes on with them", err=True)
    if interrupted:
        return INTERRUPTED
    status = exit_status(cells)
    return UNKNOWN if status == 0 and (left or sweep.failures) else status


def _states_of(sweep: Sweep) -> list[Any]:
    states = sweep.store.states()
    return [states[key(task)] for task in sweep.tasks if key(task) in states]

"""``copy-average verify``: the main job."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from numerics.problem import Problem
from numerics.teacher import Teacher
from verify import report
from verify.cells import Cell, exit_status, make_cell
from verify.cli.folder import Folder, open_folder
from verify.cli.options import (
    Count,
    Sizes,
    certificate_options,
    check_course,
    cores,
    course_options,
    flow_options,
    json_option,
    limited,
)
from verify.cli.output import announce_compilation, open_target
from verify.documents import Target, verify_document
from verify.pool import runs
from verify.runs import Task

INTERRUPTED = 130


def problems(
    n: Sequence[int], k: Sequence[int], activation: str, dim: int | None, teacher: Teacher | None = None
) -> list[Problem]:
    """All problems of a grid; pairs with n > k are skipped with a remark, and refused if none remain."""
    if teacher is not None:
        return _taught(n, k, activation, dim, teacher)
    pairs = [(size_n, size_k) for size_k in k for size_n in n]
    kept = [(size_n, size_k) for size_n, size_k in pairs if size_n <= size_k]
    if not kept:
        raise click.BadParameter(
            "every pair has n > k, outside the theory of under-parameterized students; needs n <= k", param_hint="-n"
        )
    if len(kept) < len(pairs):
        click.echo(
            f"copy-average: {len(pairs) - len(kept)} pairs with n > k are outside the theory and skipped", err=True
        )
    largest = max(size_k for _, size_k in kept)
    if dim is not None and dim < largest:
        raise click.BadParameter(f"got {dim}, needs at least k = {largest}", param_hint="--dim")
    return [Problem(size_n, size_k, activation=activation, dim=dim) for size_n, size_k in kept]


def _taught(n: Sequence[int], k: Sequence[int], activation: str, dim: int | None, teacher: Teacher) -> list[Problem]:
    """The problems of a teacher from a file; -k and --dim must be its own."""
    if tuple(k) != (teacher.k,):
        raise click.BadParameter(
            f"got {','.join(map(str, k))}, the teacher of --teacher has k = {teacher.k}", param_hint="-k"
        )
    if dim is not None and dim != teacher.dim:
        raise click.BadParameter(
            f"got {dim}, the teacher of --teacher has dimension {teacher.dim}", param_hint="--dim"
        )
    found = [teacher.problem(size, activation) for size in n]
    why = found[0].why_no_theory()
    if why is not None:
        click.echo(f"copy-average: no theorem is compared with: {why}", err=True)
    return found


@click.command("verify")
@click.option("-n", "n", type=Sizes(), required=True, help="Student neurons.")
@click.option("-k", "k", type=Sizes(), required=True, help="Teacher neurons. All pairs (n, k) are run.")
@click.option("--seeds", type=Count(1), default=10, show_default=True, help="Seeds 0 .. SEEDS - 1 for each (n, k).")
@click.option(
    "--jobs", type=Count(1), default=None, help="Processes; results do not depend on it.  [default: all cores]"
)
@click.option(
    "--confirm",
    is_flag=True,
    help="Integrate every flow a second time at a thousandth of the tolerances; runs that then end elsewhere are "
    "named as undecided.",
)
@flow_options
@certificate_options
@course_options
@json_option
def verify_command(
    n: tuple[int, ...],
    k: tuple[int, ...],
    seeds: int,
    jobs: int | None,
    confirm: bool,
    activation: str,
    teacher: Teacher | None,
    init: str,
    dim: int | None,
    dps: int,
    grad_tol: float,
    rtol: float,
    early: bool,
    max_steps: int,
    certifying: bool,
    folder: str | None,
    flow_dps: int | None,
    prove_flow: bool,
    json_target: str | None,
) -> int:
    """Run flows from seeds and compare their ends with the theory.

    For each (n, k), gradient flow on the full mean squared error is integrated from each seed, its end is
    polished to --dps digits, matched to the theory's structures modulo all symmetries, and certified: that
    exactly one critical point is there, of which index, that it is the predicted one, and that the flow from
    its last point converges to it. Every run that did not end at a predicted minimum is named, with what shows it.

    CA: copy-average, with the sizes of the groups of teachers; PC: perturbed copy.

    With --activation relu deaths and revivals of neurons are events of the flow, and ends are named and certified up
    to rescaling, dead neurons left out and collinear ones merged. With other activations nothing is predicted but
    where one neuron ends.
    """
    check_course(activation=activation, flow_dps=flow_dps, prove_flow=prove_flow, certifying=certifying)
    dps = limited(activation, dps)
    grid = problems(n, k, activation, dim, teacher)
    tasks = [
        Task(
            p.n,
            p.k,
            p.dim,
            activation,
            init,
            seed,
            dps,
            grad_tol,
            rtol,
            max_steps,
            certifying,
            folder is not None,
            early,
            confirm,
            flow_dps,
            prove_flow,
            None,
            teacher,
        )
        for p in grid
        for seed in range(seeds)
    ]
    announce_compilation(grid)
    cells: dict[tuple[int, int], Cell] = {}
    interrupted = False
    certificates = open_folder(folder, certifying=certifying)
    with open_target(json_target) as target:
        try:
            _collect(grid, tasks, cells, jobs or cores(), certificates)
        except KeyboardInterrupt:
            interrupted = True
        _present(list(cells.values()), target, json_target == "-", interrupted, activation, init, dps)
    return INTERRUPTED if interrupted else exit_status(list(cells.values()))


def _collect(
    grid: Sequence[Problem],
    tasks: Sequence[Task],
    cells: dict[tuple[int, int], Cell],
    jobs: int,
    certificates: Folder | None,
) -> None:
    """Fill the cells with predictions and runs, under a progress bar if somebody watches."""
    dps = tasks[0].dps
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as progress:
        bar = progress.add_task("theory", total=len(grid))
        for problem in grid:
            cells[problem.n, problem.k] = make_cell(problem, dps, certified=tasks[0].certify)
            progress.advance(bar)
        progress.reset(bar, total=len(tasks), description="flows")
        for task, run in runs(tasks, jobs=jobs):
            cells[task.n, task.k].runs[task.seed] = run
            if certificates is not None:
                certificates.add(task, run)
            progress.advance(bar)


def _present(
    cells: list[Cell], target: Target | None, only_json: bool, interrupted: bool, activation: str, init: str, dps: int
) -> None:
    if target is not None:
        target.write(verify_document(cells, activation=activation, init=init, dps=dps, interrupted=interrupted))
    if only_json:
        return
    out = report.console()
    out.print(report.verify_table(cells))
    for line in report.exceptions(cells):
        out.print(line, soft_wrap=True)
    out.print(report.summary(cells, interrupted=interrupted), soft_wrap=True)

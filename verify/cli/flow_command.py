"""``copy-average flow``: one flow, with the network where it ends."""

from __future__ import annotations

from typing import Any

import click
from threadpoolctl import threadpool_limits

from numerics.teacher import Teacher
from verify import report
from verify.cells import Cell, make_cell
from verify.cli.folder import open_folder
from verify.cli.options import (
    Count,
    Moment,
    certificate_options,
    check_course,
    course_options,
    flow_options,
    json_option,
    limited,
)
from verify.cli.output import announce_compilation, open_target
from verify.cli.verify_command import problems
from verify.cli.watch import watched
from verify.course_report import course_rows
from verify.runs import Run, Task, run_task, weights_as_rows
from verify.versions import versions

#: Digits that identify a double.
DOUBLE_DIGITS = 17


@click.command("flow")
@click.option("-n", "n", type=Count(1), required=True, help="Student neurons.")
@click.option("-k", "k", type=Count(1), required=True, help="Teacher neurons.")
@click.option("--seed", type=Count(0), default=0, show_default=True, help="Seed of the initial point.")
@flow_options
@certificate_options
@course_options
@click.option(
    "--at", "at", type=Moment(), default=None, help="Also give the point of the trajectory at this time (theta_at)."
)
@json_option
def flow_command(
    n: int,
    k: int,
    seed: int,
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
    at: float | None,
    json_target: str | None,
) -> int:
    """Run one flow and show the network where it ends.

    The JSON holds the initial point and the polished point (as decimal strings of --dps digits), row i being
    (w_i, a_i); with --at T also the point at time T. Examples:

    copy-average flow -n 2 -k 3 --flow-dps 50 --at 100 --json flow.json

    copy-average flow -n 2 -k 4 --dim 4 --prove-flow --certificates DIR
    """
    check_course(activation=activation, flow_dps=flow_dps, prove_flow=prove_flow, certifying=certifying)
    dps = limited(activation, dps)
    (problem,) = problems([n], [k], activation, dim, teacher)
    task = Task(
        n,
        k,
        problem.dim,
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
        False,
        flow_dps,
        prove_flow,
        at,
        teacher,
    )
    announce_compilation([problem])
    certificates = open_folder(folder, certifying=certifying)
    with open_target(json_target) as target:
        with threadpool_limits(limits=1):
            cell = make_cell(problem, dps, certified=certifying)
            with watched("flow", wanted=flow_dps is not None or prove_flow) as progress:
                cell.runs[seed] = done = run_task(task, progress)
        if certificates is not None:
            certificates.add(task, done)
        if target is not None:
            target.write(_document(cell, done, task))
    if json_target != "-":
        _show(cell, done)
    return cell.exit_status()


def _document(cell: Cell, done: Run, task: Task) -> dict[str, Any]:
    document = {
        "schema": "copy-average/flow/1",
        "versions": versions(),
        "activation": task.activation,
        "init": task.init,
        "dps": task.dps,
        "n": task.n,
        "k": task.k,
        "dim": task.dim,
        "verdict": cell.verdict,
        **done.record,
        "theta0": done.theta0.tolist(),
        "theta": weights_as_rows(done.theta, task.dps),
    }
    if done.at is not None:
        document |= {"at": task.at, "theta_at": weights_as_rows(done.at, task.flow_dps or DOUBLE_DIGITS)}
    return document


def _show(cell: Cell, done: Run) -> None:
    record = done.record
    out = report.console()
    rows = [
        ("structure", report.label(record["structure"], record["partition"])),
        ("verdict", cell.verdict),
        ("loss", record["loss"]),
        ("gradient", f"{record['grad_inf']} (at the end of the flow {record['flow_grad_inf']:.1e})"),
        ("distance", f"{record['distance']} (runner-up: {record['runner_up']}, {record['runner_up_distance']})"),
        ("index", str(record["index"])),
        ("certificate", report.certificate_line(record)),
        (
            "flow",
            f"{record['method']}, {record['steps']} steps, {record['evaluations']} gradients, "
            f"time {record['flow_time']:.6g}",
        ),
        ("stopped", record["stop"]),
        *((("lives", report.lives(record["events"])),) if report.lives(record["events"]) else ()),
        *course_rows(record),
    ]
    for name, value in rows:
        out.print(f"{name:13}{value}", soft_wrap=True)
    out.print(report.neurons_table(done.theta, cell.problem, done.assignment))
    for line in report.exceptions([cell]):
        out.print(line, soft_wrap=True)

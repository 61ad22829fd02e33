"""``copy-average universality``: is "n - 1 copy, one averages" the rule for every activation?"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from numerics.initial import INITIALISATIONS
from numerics.kernels import built_in
from numerics.problem import Problem
from verify.cli.folder import output_folder
from verify.cli.options import ActivationName, Count, Known, Sizes, cores
from verify.cli.output import announce_compilation, open_target
from verify.cli.progress import Bar
from verify.cli.stores import refused, writing
from verify.runs import Task
from verify.sweep.conduct import Broken, Sweep
from verify.sweep.engines import local
from verify.sweep.guard import StoreError
from verify.sweep.outcome import key
from verify.sweep.plan import plan

INTERRUPTED, UNKNOWN = 130, 3
#: Digits of polished points: names and certificates need no more.
DIGITS = 30
EXAMPLES = """\b
Examples:
  copy-average universality -k 3:5 --seeds 10 --out docs          # again: goes on, or writes the page anew
  copy-average universality -k 3:6 --activations sin,cube,tanh --out results
  copy-average universality -k 4 --activations "x*exp(-x**2/2)" --store own.db --out results"""


class Activations(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """``all``, or a comma list of names and expressions."""

    name = "activations"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        if str(value).strip() == "all":
            return built_in()
        single = ActivationName()
        return tuple(dict.fromkeys(single.convert(part, param, ctx) for part in str(value).split(",")))

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "all|NAME,EXPRESSION,..."


@click.command("universality", epilog=EXAMPLES)
@click.option("-k", "k", type=Sizes(), default="3:5", show_default=True, help="Teacher neurons.")
@click.option(
    "-n", "n", type=Sizes(), default=None, help="Student neurons; those above k are left out.  [default: 2:k]"
)
@click.option(
    "--beyond", "larger", type=Sizes(), default="6,8,12", show_default=True,
    help="Larger k, for which structures are solved without flows.",
)  # fmt: skip
@click.option(
    "--activations", type=Activations(), default="all", show_default=True,
    help="Activations, names or expressions in x.",
)  # fmt: skip
@click.option("--seeds", type=Count(1), default=10, show_default=True, help="Seeds 0 .. SEEDS - 1 for each (n, k).")
@click.option(
    "--init", type=Known(list(INITIALISATIONS)), default="glorot", show_default=True, help="Initialisation."
)
@click.option(
    "--store", "name", metavar="FILE", default="universality.db", show_default=True,
    help="The runs (SQLite, as of copy-average sweep), made if there is none.",
)  # fmt: skip
@click.option("--out", "target", metavar="DIR", default="docs", show_default=True, help="Folder of the results.")
@click.option(
    "--max-steps",
    type=Count(1),
    default=20_000,
    show_default=True,
    help="Steps of a flow at most; it is then unconverged.",
)
@click.option(
    "--flows/--no-flows", "flowing", default=True, show_default=True,
    help="Without flows: the page of those that the store has already.",
)  # fmt: skip
@click.option("--figure/--no-figure", "figure", default=True, show_default=True, help="Draw, with matplotlib.")
@click.option(
    "--jobs", type=Count(1), default=None, help="Processes; results do not depend on it.  [default: all cores]"
)
def universality_command(
    k: tuple[int, ...],
    n: tuple[int, ...] | None,
    larger: tuple[int, ...],
    activations: tuple[str, ...],
    seeds: int,
    init: str,
    name: str,
    target: str,
    max_steps: int,
    flowing: bool,
    figure: bool,
    jobs: int | None,
) -> int:
    """Ask of every activation whether flows end with n - 1 copies and one average, and whether that is lowest.

    Flows from seeds are named, certified and counted; for every (n, k) the block structures are solved without them,
    with their losses and indices. Writes universality.md, universality.json and, with matplotlib, universality.png.

    Runs go into a store, one transaction each: whatever ends the command, the same command goes on.
    """
    grid = _grid(activations, n, k)
    template = Task(1, 1, 2, "erf", init, 0, DIGITS, max_steps=max_steps)
    tasks = plan(grid, (init,), seeds, template, None)
    folder = output_folder(target)
    command = shlex.join(["copy-average", *sys.argv[1:]])
    with open_target(str(folder / "universality.json"), "--out") as results, writing(name) as store:
        sweep = Sweep(store, tasks)
        try:
            if flowing and _carry_out(sweep, jobs or cores(), grid, command):
                click.echo("copy-average: interrupted; the same command goes on, the page was not touched", err=True)
                return INTERRUPTED
            answers = _answers(sweep, activations, larger)
        except Broken as error:
            click.echo(f"copy-average: {error}; the same command goes on", err=True)
            return UNKNOWN
        except StoreError as error:
            raise refused(name, error, "--store") from None
        except KeyboardInterrupt:
            click.echo("copy-average: interrupted; all runs are in the store, the page was not touched", err=True)
            return INTERRUPTED
        left = len(sweep.left())
        from verify.universality.document import document

        assert results is not None, "it was opened with a name"
        results.write(document(answers, command=command, seeds=seeds, init=init))
    _write(folder, answers, command, seeds, init, left, drawing=figure)
    _show(answers)
    if left:
        again = "the same command" if flowing else "the same command with --flows"
        click.echo(f"copy-average: {left} of {len(tasks)} runs are not in the store; {again} does them", err=True)
    return UNKNOWN if left and flowing else 0


def _grid(activations: Sequence[str], n: tuple[int, ...] | None, k: Sequence[int]) -> list[Problem]:
    found = [
        Problem(students, teachers, activation=activation)
        for activation in activations
        for teachers in k
        for students in (n or range(2, teachers + 1))
        if students <= teachers
    ]
    if not found:
        raise click.BadParameter("every pair has n > k, or k = 1 without -n; needs 2 <= n <= k", param_hint="-k")
    return found


def _carry_out(sweep: Sweep, jobs: int, grid: list[Problem], command: str) -> bool:
    """Do the runs that are left; returns whether Ctrl-C ended it."""
    states = sweep.store.states()
    records = {task: states[key(task)].record for task in sweep.tasks if key(task) in states}
    if len(records) == len(sweep.tasks):
        return False
    announce_compilation(grid)
    try:
        with local(jobs) as engine, Bar(list(sweep.tasks), records, set()) as bar:
            sweep.store.begin(command)
            sweep.carry_out(engine, bar)
    except KeyboardInterrupt:
        return True
    return False


def _answers(sweep: Sweep, activations: Sequence[str], larger: Sequence[int]) -> Any:
    """The answers, with the structures of every cell solved and certified under a status line."""
    from verify.universality.collect import collect

    states = sweep.store.states()
    records = {task: states[key(task)].record for task in sweep.tasks if key(task) in states}
    with Console(stderr=True).status("structures") as status:
        return collect(
            sweep.tasks,
            records,
            activations,
            larger=larger,
            tell=lambda line: status.update(f"structures: {line}"),
        )


def _write(folder: Path, answers: Any, command: str, seeds: int, init: str, left: int, *, drawing: bool) -> None:
    from verify.universality.answer import ordered
    from verify.universality.page import page

    figure = None
    if drawing and find_spec("matplotlib") is not None:
        from verify.figures.universality import draw_universality

        figure = "universality.png"
        draw_universality(ordered(answers), folder / figure)
    elif drawing:
        click.echo("copy-average: no figure without matplotlib: pip install 'copy-average[plot]'", err=True)
    text = page(answers, command=command, seeds=seeds, init=init, figure=figure, left=left)
    beside = folder / ".universality.md.part"
    beside.write_text(text, encoding="utf-8")
    beside.replace(folder / "universality.md")
    for written in ("universality.md", "universality.json", *([figure] if figure else [])):
        click.echo(str(folder / written))


def _show(answers: Any) -> None:
    """The answers in short."""
    from rich.table import Table

    from verify import report
    from verify.universality.answer import ordered

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("activation", "minimum", "lowest", "reached", "flows there", "answer"):
        table.add_column(heading, overflow="fold")
    for answer in ordered(answers):
        total, minima, lowest, reached = answer.counted()
        runs, there = answer.runs()
        numbers = f"{minima}/{total}", f"{lowest}/{total}", f"{reached}/{total}", f"{there}/{runs}"
        table.add_row(answer.activation, *numbers, answer.verdict())
    report.console().print(table)

"""``copy-average separatrix``: where the basins of copy-average and of the perturbed copy meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
from mpmath import mp
from threadpoolctl import threadpool_limits

from numerics.initial import INITIALISATIONS, initial_weights
from numerics.problem import Array, Problem
from verify import report
from verify.certificates.described import DIGITS, LOSS_DIGITS, rounded
from verify.certificates.document import certificate_document
from verify.certification import Certificate
from verify.cli.folder import open_folder
from verify.cli.options import Count, Known, Positive, json_option
from verify.cli.output import open_target
from verify.cli.watch import watched
from verify.course import Progress
from verify.names import COPY_AVERAGE, PERTURBED_COPY
from verify.runs import Task, run_task, weights_as_rows
from verify.separatrices import Separatrix, Side, separatrix
from verify.versions import versions

UNKNOWN = 3
#: Seeds that are tried until both structures were found.
TRIED = 100
#: Narrower than this, doubles do not resolve the segment.
NARROWEST = 1e-13


@click.command("separatrix")
@click.option("-n", "n", type=Count(2), required=True, help="Student neurons.")
@click.option("-k", "k", type=Count(3), required=True, help="Teacher neurons.")
@click.option("--seed-ca", type=Count(0), default=None, help="Seed that ends at CA.  [default: the first that does]")
@click.option("--seed-pc", type=Count(0), default=None, help="Seed that ends at PC.  [default: the first that does]")
@click.option(
    "--init", type=Known(list(INITIALISATIONS)), default="glorot", show_default=True, help="Initialisation."
)
@click.option(
    "--width", type=Positive(), default=1e-8, show_default=True, help="Distance to which the two points are brought."
)
@click.option("--dps", type=Count(15), default=50, show_default=True, help="Digits of critical points.")
@click.option(
    "--certificates", "folder", metavar="DIR", default=None, help="Write the certificates into DIR: flows and saddle."
)
@json_option
def separatrix_command(
    n: int,
    k: int,
    seed_ca: int | None,
    seed_pc: int | None,
    init: str,
    width: float,
    dps: int,
    folder: str | None,
    json_target: str | None,
) -> int:
    """Bisect between a flow to copy-average (CA) and one to the perturbed copy (PC), and find the saddle between.

    The segment between two initial points is halved until its ends are --width apart; both flows are then proved
    from their initial points. The saddle that they pass is certified, with its index, its loss and the height of
    the barrier, and two flows from beside it, along its unstable direction, are proved to go to the two minima.

    Needs a size at which both are minima (copy-average boundaries); the smallest is (4, 5):

    copy-average separatrix -n 4 -k 5 --width 1e-8 --certificates DIR

    Exit status: 0 all proved, 3 something is not.
    """
    if n >= k:
        raise click.BadParameter(f"got n = {n}, needs n < k = {k}", param_hint="-n")
    if width < NARROWEST:
        raise click.BadParameter(f"got {width:g}, needs at least {NARROWEST:g}", param_hint="--width")
    problem = Problem(n, k)
    certificates = open_folder(folder, certifying=True)
    with open_target(json_target) as target, threadpool_limits(limits=1), watched("separatrix") as say:
        first = _point(problem, init, COPY_AVERAGE, seed_ca, "--seed-ca", say)
        second = _point(problem, init, PERTURBED_COPY, seed_pc, "--seed-pc", say)
        found = separatrix(problem, first[1], second[1], width=width, dps=dps, progress=say)
        if certificates is not None:
            for name, document in _documents(found):
                certificates.put(f"n{n}-k{k}-{name}.json", document)
        if target is not None:
            target.write(_document(found, (first[0], second[0]), init, dps))
    if json_target != "-":
        _show(found, (first[0], second[0]))
    return 0 if found.complete else UNKNOWN


def _point(
    problem: Problem, init: str, structure: str, seed: int | None, option: str, say: Progress
) -> tuple[int, Array]:
    """The seed and the initial point of a flow to a structure."""
    label = report.SHORT[structure]
    for tried in range(TRIED) if seed is None else (seed,):
        say(f"looking for a flow to {label}: seed {tried}")
        task = Task(problem.n, problem.k, problem.dim, problem.activation, init, tried, 15, certify=False)
        record = run_task(task).record
        # Only minima attract: a copy-average point that is not optimal would be a saddle.
        if record["structure"] == structure and record["converged"]:
            return tried, initial_weights(problem, init=init, seed=tried)
    which = f"seeds 0 .. {TRIED - 1}" if seed is None else f"seed {seed}"
    raise click.BadParameter(
        f"got no flow to {label} from {which}, needs one (both are minima where copy-average boundaries says so)",
        param_hint=option,
    )


def _documents(found: Separatrix) -> Iterator[tuple[str, dict[str, Any]]]:
    """Certificates that were proved, with names for files."""
    for name, side in [*zip(("side-ca", "side-pc"), found.sides, strict=True), *_beside(found)]:
        if side.flow is not None and side.flow.document is not None:
            yield name, side.flow.document
    document = None if found.saddle is None else certificate_document(found.problem, found.saddle)
    if document is not None:
        yield "saddle", document


def _beside(found: Separatrix) -> list[tuple[str, Side]]:
    return [
        (f"beside-saddle-{report.SHORT.get(side.match.structure, 'other').lower()}", side) for side in found.beside
    ]


def _document(found: Separatrix, seeds: tuple[int, int], init: str, dps: int) -> dict[str, Any]:
    return {
        "schema": "copy-average/separatrix/1",
        "versions": versions(),
        "n": found.problem.n,
        "k": found.problem.k,
        "dim": found.problem.dim,
        "init": init,
        "dps": dps,
        "seeds": list(seeds),
        "width": found.width,
        "sides": [_side(side) for side in found.sides],
        "saddle": _saddle(found, dps),
        "beside": [_side(side) for side in found.beside],
        "complete": found.complete,
        "why": found.why,
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "place": side.place,
        "theta0": side.theta0.tolist(),
        "structure": side.match.structure,
        "assignment": None if side.match.assignment is None else [list(group) for group in side.match.assignment],
        "proved": side.proved,
        "time": None if side.flow is None else side.flow.time,
        "growth": None if side.flow is None else side.flow.growth,
        "why": None if side.flow is None else side.flow.why,
    }


def _saddle(found: Separatrix, dps: int) -> dict[str, Any] | None:
    c = found.saddle
    if c is None or found.point is None:
        return None
    return {
        "theta": weights_as_rows(found.point.theta, dps),
        "certificate": c.status.name.lower(),
        "index": c.index,
        "lambda_min": None if c.lambda_min is None else rounded(c.lambda_min, DIGITS, up=False),
        "loss": None if c.loss is None else _interval(c.loss),
        "barriers": [_barrier(c, side) for side in found.sides],
    }


def _interval(loss: tuple[mp.mpf, mp.mpf]) -> list[str]:
    return [rounded(x, LOSS_DIGITS, up=i == 1) for i, x in enumerate(loss)]


def _barrier(saddle: Certificate, side: Side) -> list[str] | None:
    """Height of the saddle over the minimum of one side, enclosed."""
    bottom = None if side.proof is None else side.proof.certificate.loss
    if saddle.loss is None or bottom is None:
        return None
    with mp.workdps(200):
        heights = saddle.loss[0] - bottom[1], saddle.loss[1] - bottom[0]
        return [rounded(x, LOSS_DIGITS, up=i == 1) for i, x in enumerate(heights)]


def _show(found: Separatrix, seeds: tuple[int, int]) -> None:
    out = report.console()
    rows = [("segment", f"seeds {seeds[0]} (CA) and {seeds[1]} (PC), bisected to {found.width:.2e}")]
    rows += [(f"flow to {report.SHORT.get(side.match.structure, '?')}", _in_words(side)) for side in found.sides]
    c = found.saddle
    if c is None or c.loss is None:
        rows.append(("saddle", found.why or (c.why if c is not None and c.why else "not certified")))
    else:
        rows.append(("saddle", f"{c.status.value}; index {c.index}, |eigenvalues| >= {float(c.lambda_min or 0):.3g}"))
        rows.append(("loss from", _interval(c.loss)[0]))
        rows.append(("loss to", _interval(c.loss)[1]))
        for side in found.sides:
            height = _barrier(c, side)
            if height is not None:
                rows.append((f"above {report.SHORT[side.match.structure]}", height[0]))
    rows += [(f"beside it to {report.SHORT.get(s.match.structure, '?')}", _in_words(s)) for s in found.beside]
    if found.beside and not found.connects:
        rows.append(("", "the flows from beside the saddle do not end at the minima of the two sides"))
    for name, value in rows:
        out.print(f"{name:18}{value}", soft_wrap=True)


def _in_words(side: Side) -> str:
    if side.proved and side.flow is not None:
        return f"proved; in the basin at time {side.flow.time:.6g}, growth exp({side.flow.growth:.1f})"
    why = side.flow.why if side.flow is not None and side.flow.why else "its end is not certified"
    return f"not proved: {why}"

"""``copy-average match``: name the structure of a network that was trained elsewhere."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import Any

import click
import numpy as np
from threadpoolctl import threadpool_limits

from numerics.inertia import inertia
from numerics.initial import pack
from numerics.kernels import HOMOGENEOUS
from numerics.newton import Polished, evaluate, polish
from numerics.precision import decimal, short, to_exact
from numerics.problem import Array, Problem
from numerics.teacher import Teacher
from verify import report
from verify.certificates.attempt import prove_line
from verify.certificates.described import certified_line, certified_point
from verify.certificates.identity import identity_of
from verify.certificates.rectified.certify import RectifiedCertificate
from verify.certification import certify
from verify.cli.options import ActivationName, Count, json_option, limited, teacher_option
from verify.cli.output import open_target
from verify.ends.duplicated import Duplicated, merged_point, unmerged
from verify.ends.pairs import close_pairs
from verify.matching import Match, match
from verify.names import COPY_AVERAGE, DUPLICATED, UNCLASSIFIED
from verify.rectified.identity import identical
from verify.rectified.record import fields
from verify.runs import weights_as_rows
from verify.versions import versions

ACCEPTED = "a NumPy .npz archive with W (n, d) and a (n,), and optionally teacher (k, d) and teacher_outgoing (k,)"


def load(path: str, k: int | None, activation: str, given: Teacher | None = None) -> tuple[Problem, Array]:
    """Read a network, and its teacher if the file has one and none is given.

    Raises
    ------
    click.BadParameter
        With one line on what is wrong with the file.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            if not hasattr(archive, "files"):
                raise ValueError("it is a single array")
            arrays = {name: np.asarray(archive[name]) for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise click.BadParameter(
            f"cannot read {path!r} ({reason.lower()}), needs {ACCEPTED}", param_hint="FILE"
        ) from None
    missing = [name for name in ("W", "a") if name not in arrays]
    if missing:
        raise click.BadParameter(f"{path!r} has no {' and no '.join(missing)}, needs {ACCEPTED}", param_hint="FILE")
    try:
        # The last layer of most frameworks is a matrix with one row.
        theta = pack(arrays["W"], arrays["a"].ravel() if 1 in arrays["a"].shape else arrays["a"])
        return _problem(theta, arrays, k, activation, given), theta
    except ValueError as error:
        raise click.BadParameter(f"{path!r}: {error}", param_hint="FILE") from None


def _problem(theta: Array, arrays: dict[str, Any], k: int | None, activation: str, given: Teacher | None) -> Problem:
    n, dim = theta.shape[0], theta.shape[1] - 1
    if given is not None:
        if "teacher" in arrays or "teacher_outgoing" in arrays:
            raise ValueError("it has a teacher, and --teacher gives another; needs one of them")
        if given.dim != dim:
            raise ValueError(f"W: got dimension {dim}, the teacher of --teacher has {given.dim}")
        if k is not None and k != given.k:
            raise ValueError(f"-k: got {k}, but the teacher of --teacher has {given.k} neurons")
        return given.problem(n, activation)
    teacher, outgoing = arrays.get("teacher"), arrays.get("teacher_outgoing")
    if teacher is not None:
        if teacher.ndim != 2:
            raise ValueError(f"teacher: got shape {teacher.shape}, needs (k, {dim})")
        if k is not None and k != teacher.shape[0]:
            raise ValueError(f"-k: got {k}, but the file's teacher has {teacher.shape[0]} neurons")
        k = int(teacher.shape[0])
    elif k is None:
        k = max(dim - 1, 1)
        click.echo(
            f"copy-average: no teacher in the file and no -k: taking the first k = d - 1 = {k} unit vectors", err=True
        )
    return Problem(n, k, activation=activation, dim=dim, teacher=teacher, teacher_outgoing=outgoing)


@click.command("match")
@click.argument("file", metavar="FILE")
@click.option(
    "-k", "k", type=Count(1), default=None, help="Teacher neurons, if the file has no teacher.  [default: d - 1]"
)
@click.option(
    "--activation",
    type=ActivationName(),
    default="erf",
    show_default=True,
    help="Activation function, or an expression in x.",
)
@teacher_option
@click.option(
    "--polish/--no-polish", "polishing", default=True, show_default=True, help="Refine by Newton's method first."
)
@click.option("--dps", type=Count(15), default=50, show_default=True, help="Digits of the polished point.")
@click.option(
    "--certify/--no-certify",
    "certifying",
    default=True,
    show_default=True,
    help="Prove the polished point (ball arithmetic), and whether gradient flow from FILE goes there.",
)
@json_option
def match_command(
    file: str,
    k: int | None,
    activation: str,
    teacher: Teacher | None,
    polishing: bool,
    dps: int,
    certifying: bool,
    json_target: str | None,
) -> int:
    """Name the structure of a network that was trained elsewhere.

    FILE is a NumPy .npz archive with W (n, d) and a (n,), and optionally teacher (k, d) and teacher_outgoing
    (k,). A network trained on half the mean squared error has the same critical points.
    """
    dps = limited(activation, dps)
    problem, theta = load(file, k, activation, teacher)
    with open_target(json_target) as target:
        with threadpool_limits(limits=1):
            record, point = examine(problem, theta, polishing, dps, certifying)
        if target is not None:
            head = {"schema": "copy-average/match/1", "versions": versions(), "activation": activation, "dps": dps}
            sizes = {"n": problem.n, "k": problem.k, "dim": problem.dim}
            target.write({**head, **sizes, **record, "theta": weights_as_rows(point.theta, dps)})
    if json_target != "-":
        _show(problem, record, point)
    if record["structure"] != UNCLASSIFIED:
        return 0
    return 0 if problem.why_no_theory() and (record["converged"] or not polishing) else 3


def examine(
    problem: Problem, theta: Array, polishing: bool, dps: int, certifying: bool = True
) -> tuple[dict[str, Any], Polished]:
    """Match a network as it is, and polished where Newton's method contracts. Approximation.

    Returns
    -------
    (dict, Polished)
        The JSON fields and the point that was matched.
    """
    rough = match(problem, theta, dps=dps)
    point = polish(problem, theta, dps=dps) if polishing else evaluate(problem, to_exact(theta), dps=dps)
    line: Duplicated | None = None
    # For ReLU polishing merges neurons of one direction itself.
    if polishing and not point.converged and problem.activation not in HOMOGENEOUS:
        line = merged_point(problem, theta, close_pairs(theta), dps=dps)
    if line is not None:
        point, found = line.point, line.match
    else:
        found = match(problem, point) if polishing and point.converged else rough
    groups = unmerged(found.assignment, line.pairs) if line and found.assignment else found.assignment
    converged = polishing and point.converged
    critical = inertia(problem, point.double()) if converged else None
    record = {
        "polished": converged,
        "converged": converged,
        "moved": max(point.moved, line.distance if line else 0.0) if converged else None,
        "loss": decimal(point.loss, dps),
        "grad_inf": short(point.grad_inf),
        "structure": DUPLICATED if line else found.structure,
        "partition": list(found.partition) if found.partition else None,
        "optimal": line is None
        and found.structure == COPY_AVERAGE
        and found.partition == tuple([1] * (problem.n - 1) + [problem.k - problem.n + 1]),
        "assignment": [list(group) for group in groups] if groups else None,
        "signs": list(found.signs) if found.signs else None,
        "distance": None if found.distance is None else short(found.distance),
        "distance_as_given": None if rough.distance is None else short(rough.distance),
        "runner_up": found.runner_up,
        "runner_up_distance": None if found.runner_up_distance is None else short(found.runner_up_distance),
        "index": critical.negative if critical else None,
        "zero_eigenvalues": critical.zero if critical else None,
        "certificate": None,
        "certified": None,
        "collinear": [[pair.first, pair.second] for pair in line.pairs] if line else [],
        "why": found.why,
    }
    record |= fields(problem, found, point.double())
    if certifying and converged:
        record |= _proved(problem, theta, point, found, line, dps)
    return record, point


def _proved(
    problem: Problem, theta: Array, point: Polished, found: Match, line: Duplicated | None, dps: int
) -> dict[str, Any]:
    """The fields on certificates; the basin is asked of the network as it was given."""
    if line is not None:
        return {"certificate": "unknown", "certified": certified_line(*prove_line(problem, line, dps=dps))}
    proof = certify(problem, point, dps=dps, start=theta, named=identity_of(found))
    if isinstance(proof, RectifiedCertificate):
        proof = replace(proof, identity=identical(problem, proof, found, dps=dps))
    return {"certificate": proof.status.name.lower(), "certified": certified_point(proof)}


def _show(problem: Problem, record: dict[str, Any], point: Polished) -> None:
    out = report.console()
    rows = [
        ("structure", report.label(record["structure"], record["partition"])),
        ("loss", record["loss"]),
        ("gradient", record["grad_inf"]),
        (
            "distance",
            f"{record['distance']} (as given: {record['distance_as_given']}; "
            f"runner-up: {record['runner_up']}, {record['runner_up_distance']})",
        ),
        ("index", str(record["index"])),
        ("certificate", report.certificate_line(record)),
        ("polished", f"moved by {record['moved']:.1e}" if record["polished"] else "no: taken as given"),
    ]
    if record["why"]:
        rows.append(("because", record["why"]))
    for name, value in rows:
        out.print(f"{name:13}{value}", soft_wrap=True)
    out.print(report.neurons_table(point.theta, problem, record["assignment"]))

"""``copy-average certify`` for teachers and networks from files, and for one neuron with any activation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from mpmath import mp
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from numerics.initial import pack
from numerics.kernels import HOMOGENEOUS
from numerics.newton import polish
from numerics.precision import short
from numerics.problem import Problem
from numerics.structures import copy_average_point
from numerics.teacher import Teacher
from verify import report
from verify.certificates.described import DIGITS, LOSS_DIGITS, rounded
from verify.certificates.document import certificate_document
from verify.certificates.existence import Status
from verify.certificates.rectified.certificate import RectifiedCertificate
from verify.certification import Certificate, certify
from verify.cli.match_command import load
from verify.cli.options import limited
from verify.cli.output import open_target, print_rows
from verify.neuron_points import NeuronPoint, neuron_points, why_not_one_neuron

UNKNOWN = 3
#: Digits of losses, norms and weights in the table of one neuron.
SHOWN = 10


def problem_of(n: int, k: int, activation: str, teacher: Teacher | None) -> Problem:
    """The problem of a command, with the teacher of a file if there is one.

    Raises
    ------
    click.BadParameter
        If the teacher has another k.
    """
    if teacher is None:
        return Problem(n, k, activation=activation)
    if teacher.k != k:
        raise click.BadParameter(f"got {k}, the teacher of --teacher has k = {teacher.k}", param_hint="-k")
    return teacher.problem(n, activation)


def one_neuron_certificates(problem: Problem, dps: int, target_name: str | None) -> int:
    """Print every critical point of one neuron that the search finds, and write the certificate of the lowest."""
    why = why_not_one_neuron(problem)
    if why is not None:
        raise click.BadParameter(f"one neuron is solved for other cases: {why}", param_hint="--structure")
    dps = limited(problem.activation, dps)
    with open_target(target_name, "--out") as target:
        watched = Console(stderr=True)
        with watched.status("searching the critical points of one neuron"), threadpool_limits(limits=1):
            points = neuron_points(problem.activation, tuple(problem.teacher_outgoing.tolist()), dps=dps)
        proof = points[0].certificate if points else None
        document = None if proof is None else certificate_document(points[0].problem, proof)
        if target is not None and document is not None:
            target.write(document)
    out = report.console()
    if not points:
        out.print(
            "no critical point with a non-zero neuron was found, up to the norms that are searched", soft_wrap=True
        )
        return UNKNOWN
    out.print(_table(points))
    for line in _remarks(points):
        out.print(line, soft_wrap=True)
    return 0 if all(p.certified for p in points) else UNKNOWN


def _table(points: Sequence[NeuronPoint]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("structure", "cosines", "norm", "outgoing", "loss", "index", "points", "certified", "within"):
        table.add_column(name, justify="left" if name in ("structure", "cosines") else "right", overflow="fold")
    for p in points:
        row = p.exact.theta[0]
        with mp.workdps(p.exact.dps):
            norm = mp.sqrt(sum(x * x for x in row[:-1]))
        proof = p.certificate
        table.add_row(
            f"{p.structure} ({p.teachers})",
            cosines(p),
            mp.nstr(norm, SHOWN),
            mp.nstr(row[-1], SHOWN),
            mp.nstr(p.exact.loss, SHOWN),
            str(p.index),
            str(p.copies) if not p.free.endswith("direction") else "continuum",
            "yes" if p.certified else f"no: free {p.free}" if p.free else "no",
            "" if proof is None or proof.radius is None else rounded(proof.radius, DIGITS, up=True),
        )
    return table


def cosines(point: NeuronPoint) -> str:
    """Cosines in short form: equal ones of neighbouring teachers counted. Approximation.

    Examples
    --------
    >>> cosines(neuron_points("cos", (1.0, 1.0, 1.0), dps=15)[1])
    '2 x 0.707107, 0'
    """
    parts: list[list[Any]] = []
    for value in point.found.cosines():
        if parts and abs(parts[-1][1] - value) < 1e-9:
            parts[-1][0] += 1
        else:
            parts.append([1, value])
    texts = [(count, f"{value:.6g}" if abs(value) > 1e-12 else "0") for count, value in parts]
    return ", ".join(text if count == 1 else f"{count} x {text}" for count, text in texts)


def _remarks(points: Sequence[NeuronPoint]) -> list[str]:
    minima = [p for p in points if p.index == 0]
    lines = [
        f"lowest: {points[0].structure} with {points[0].teachers} teachers; minima: {len(minima)} of {len(points)} "
        "critical points up to symmetry, saddles: "
        + (", ".join(f"index {p.index}" for p in points if p.index) or "none")
    ]
    flat = [p for p in points if p.free]
    if flat:
        lines.append(f"not isolated, free: {', '.join(dict.fromkeys(p.free for p in flat))}; index across it")
    return lines


def weights_certificate(
    file: str,
    n: int | None,
    k: int | None,
    activation: str,
    teacher: Teacher | None,
    dps: int,
    target_name: str | None,
) -> int:
    """Polish a network from a file, print what is proved of it, and write its certificate."""
    dps = limited(activation, dps)
    problem, theta = load(file, k, activation, teacher)
    if n is not None and n != problem.n:
        raise click.BadParameter(f"got {n}, the network of {file!r} has n = {problem.n}", param_hint="-n")
    return _certified(problem, theta, f"network of {file}", dps, target_name)


def taught_copy_average(problem: Problem, partition: Sequence[int] | None, dps: int, target_name: str | None) -> int:
    """The certificate of copy-average with a teacher from a file that fulfils the theory's hypotheses."""
    why = problem.why_no_theory()
    if why is not None:
        raise click.BadParameter(
            f"got copy-average with a teacher of which it is no structure ({why}), needs --structure one-neuron or "
            "--weights FILE",
            param_hint="--structure",
        )
    sizes = list(partition or [1] * (problem.n - 1) + [problem.k - problem.n + 1])
    coordinates, outgoing = copy_average_point(sizes, dps=dps).doubles()
    theta = pack(coordinates @ (problem.teacher * problem.teacher_outgoing[:, None]), outgoing)
    return _certified(problem, theta, report.label("copy-average", sizes), dps, target_name)


def _certified(problem: Problem, theta: Any, label: str, dps: int, target_name: str | None) -> int:
    with open_target(target_name, "--out") as target, threadpool_limits(limits=1):
        point = polish(problem, theta, dps=dps)
        if not point.converged:
            why = f"unknown: no critical point is near (gradient {short(point.grad_inf)})"
            rows = [("network", label), ("status", why)]
            status = Status.UNKNOWN
        else:
            proof = certify(problem, point, dps=point.dps, start=theta)
            status, rows = proof.status, _rows(problem, label, point.moved, proof)
            document = certificate_document(problem, proof)
            if target is not None and document is not None:
                target.write(document)
    print_rows(rows)
    return 0 if status is Status.UNIQUE else UNKNOWN


def _rows(
    problem: Problem, label: str, moved: float, proof: Certificate | RectifiedCertificate
) -> list[tuple[str, str]]:
    rows = [("network", label), ("status", proof.status.value), ("polished", f"moved by {moved:.1e}")]
    why = problem.why_no_theory()
    if why is not None:
        rows.append(("no theorem", why))
    if proof.why:
        rows.append(("why", proof.why))
    if proof.radius is not None:
        rows.append(("within", rounded(proof.radius, DIGITS, up=True)))
    if proof.loss is not None:
        low, high = proof.loss
        rows.append(("loss from", rounded(low, LOSS_DIGITS, up=False)))
        rows.append(("loss to", rounded(high, LOSS_DIGITS, up=True)))
    if proof.index is not None:
        rows.append(("index", str(proof.index)))
    if problem.activation not in HOMOGENEOUS and proof.lambda_min is not None:
        rows.append(("least |eigenvalue|", f">= {rounded(proof.lambda_min, DIGITS, up=False)}"))
    if proof.identity is not None:
        rows.append(("identity", "proved" if proof.identity else "refuted"))
    return rows

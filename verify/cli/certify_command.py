"""``copy-average certify``: certificates of the theory's structures, without a flow."""

from __future__ import annotations

from typing import Any

import click
from mpmath import mp

from numerics.precision import decimal
from numerics.problem import Problem
from numerics.structures import copy_average_point, perturbed_copy_point
from verify import report
from verify.certificates.described import DIGITS, LOSS_DIGITS, rounded
from verify.certificates.document import certificate_document, reduced_document
from verify.certificates.existence import Status
from verify.certificates.reduced import ReducedCertificate, certify_perturbed_copy
from verify.certificates.structures import certify_structure
from verify.certification import Certificate
from verify.cli.options import Count, Sizes, WithStructures
from verify.cli.output import open_target
from verify.cli.rectified_certificates import rectified_certificate
from verify.names import COPY_AVERAGE, PERTURBED_COPY

#: Parameters up to which the certificate speaks of the full system unless told otherwise.
FULL_UP_TO = 2600
UNKNOWN = 3


@click.command("certify")
@click.option("-n", "n", type=Count(1), required=True, help="Student neurons.")
@click.option("-k", "k", type=Count(1), required=True, help="Teacher neurons.")
@click.option(
    "--structure",
    default=None,
    metavar="NAME",
    help=f"Structure of the theory: for erf {COPY_AVERAGE} or {PERTURBED_COPY}; for relu, leaky-relu "
    "and abs one of those that copy-average boundaries --activation relu lists.  "
    "[default: copy-average; for relu and its kind the lowest]",
)
@click.option(
    "--activation",
    type=WithStructures(),
    default="erf",
    show_default=True,
    help="Activation function; but for erf on the quotient by rescaling.",
)
@click.option(
    "--partition",
    type=Sizes(repeated=True),
    default=None,
    help="Sizes of the groups of copy-average; for relu the numbers of neurons by which structures of one name "
    "differ.  [default: 1,...,1,k-n+1; for relu of the lowest]",
)
@click.option(
    "--reduced/--full",
    "reduced",
    default=None,
    help=f"Perturbed copy: in the four unknowns that symmetry leaves, or in all parameters (then with its index).  "
    f"[default: all, up to {FULL_UP_TO} parameters]",
)
@click.option("--dps", type=Count(15), default=50, show_default=True, help="Digits of the point.")
@click.option(
    "--out", "target_name", metavar="FILE", default=None, help="Write the certificate, for copy-average recheck."
)
def certify_command(
    n: int,
    k: int,
    structure: str | None,
    activation: str,
    partition: tuple[int, ...] | None,
    reduced: bool | None,
    dps: int,
    target_name: str | None,
) -> int:
    """Prove that a structure of the theory is a critical point, and of which index.

    With --reduced the perturbed copy is certified through its four equations at any size: a point that is critical
    among those of its symmetry is critical among all. Exit status: 0 proved, 3 unknown.

    Example: the spurious minimum of ReLU networks of Safran and Shamir,
    copy-average certify -n 7 -k 7 --activation relu --structure against-teacher
    """
    if activation != "erf":
        if reduced is not None:
            raise click.UsageError("--reduced and --full are for --activation erf")
        return rectified_certificate(n, k, activation, structure, partition, dps, target_name)
    structure = COPY_AVERAGE if structure is None else structure
    if structure not in (COPY_AVERAGE, PERTURBED_COPY):
        known = f"{COPY_AVERAGE}, {PERTURBED_COPY}"
        raise click.BadParameter(f"got {structure!r}, known are {known}", param_hint="--structure")
    _check(n, k, structure, partition, reduced)
    if reduced is None:
        reduced = structure == PERTURBED_COPY and n * (k + 2) > FULL_UP_TO
    with open_target(target_name, "--out") as target:
        if reduced:
            small = certify_perturbed_copy(n, k, dps=dps)
            status, rows, document = small.status, _reduced_rows(small), reduced_document(small)
        else:
            status, rows, document = _full(n, k, structure, partition, dps)
        if target is not None and document is not None:
            target.write(document)
    out = report.console()
    for name, value in rows:
        out.print(f"{name:20}{value}", soft_wrap=True)
    return 0 if status is Status.UNIQUE else UNKNOWN


def _check(n: int, k: int, structure: str, partition: tuple[int, ...] | None, reduced: bool | None) -> None:
    least = 1 if structure == PERTURBED_COPY else 0
    if n > k - least:
        raise click.BadParameter(f"got n = {n}, needs n {'<' if least else '<='} k = {k}", param_hint="-n")
    if structure == PERTURBED_COPY and partition is not None:
        raise click.BadParameter("got a partition for the perturbed copy, needs none", param_hint="--partition")
    if structure == COPY_AVERAGE and reduced:
        raise click.BadParameter(
            "got it for copy-average, which is exact at any size (claim erf-ca-critical); needs perturbed-copy",
            param_hint="--reduced",
        )
    if partition is not None and (len(partition) != n or sum(partition) != k):
        raise click.BadParameter(
            f"got {len(partition)} groups with sum {sum(partition)}, needs n = {n} groups with sum k = {k}",
            param_hint="--partition",
        )


def _full(
    n: int, k: int, structure: str, partition: tuple[int, ...] | None, dps: int
) -> tuple[Status, list[tuple[str, str]], dict[str, Any] | None]:
    problem = Problem(n, k)
    if structure == COPY_AVERAGE:
        point = copy_average_point(partition or [1] * (n - 1) + [k - n + 1], dps=dps)
    else:
        found = perturbed_copy_point(n, k, dps=dps)
        if found is None:
            why = "the branch from n = k - 1 ends above n"
            return Status.UNKNOWN, [("status", f"unknown: {why}")], None
        point = found
    proof = certify_structure(problem, point, dps=dps)
    return (
        proof.status,
        _full_rows(report.label(point.name, point.partition), proof),
        certificate_document(problem, proof),
    )


def _full_rows(label: str, proof: Certificate) -> list[tuple[str, str]]:
    rows = [("structure", label), ("status", proof.status.value)]
    if proof.why:
        rows.append(("why", proof.why))
    rows += _bounds(proof.radius, proof.uniqueness_radius, proof.loss)
    if proof.index is not None and proof.lambda_min is not None:
        rows.append(("index", str(proof.index)))
        rows.append(("least |eigenvalue|", f">= {rounded(proof.lambda_min, DIGITS, up=False)}"))
    if proof.ellipsoid is not None:
        rows.append(("strongly convex on", f"|x - x*| <= {proof.ellipsoid.rho:.3g} in the metric of the Hessian"))
    rows.append(("identity", {True: "proved", False: "refuted", None: "not decided"}[proof.identity]))
    rows.append(("seconds", f"{proof.seconds:.3f}"))
    return rows


def _reduced_rows(proof: ReducedCertificate) -> list[tuple[str, str]]:
    rows = [("structure", "PC, four reduced equations"), ("status", proof.status.value)]
    if proof.why:
        rows.append(("why", proof.why))
    for name, value in zip(("alpha", "beta", "gamma", "a"), proof.numbers, strict=False):
        rows.append((name, decimal(value, proof.dps)))
    rows += _bounds(proof.radius, proof.uniqueness_radius, proof.loss)
    rows.append(("seconds", f"{proof.seconds:.3f}"))
    return rows


def _bounds(
    radius: mp.mpf | None, uniqueness: mp.mpf | None, loss: tuple[mp.mpf, mp.mpf] | None
) -> list[tuple[str, str]]:
    rows = []
    if radius is not None:
        rows.append(("within", rounded(radius, DIGITS, up=True)))
    if uniqueness is not None:
        rows.append(("only one within", rounded(uniqueness, DIGITS, up=False)))
    if loss is not None:
        low, high = loss
        rows.append(("loss from", rounded(low, LOSS_DIGITS, up=False)))
        rows.append(("loss to", rounded(high, LOSS_DIGITS, up=True)))
    return rows

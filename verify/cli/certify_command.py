"""``copy-average certify``: certificates of the theory's structures, without a flow."""

from __future__ import annotations

from typing import Any

import click
from mpmath import mp

from numerics.kernels import HOMOGENEOUS
from numerics.precision import decimal
from numerics.problem import Problem
from numerics.structures import copy_average_point, perturbed_copy_point
from numerics.teacher import Teacher
from verify import report
from verify.certificates.described import DIGITS, LOSS_DIGITS, rounded
from verify.certificates.document import certificate_document, reduced_document
from verify.certificates.existence import Status
from verify.certificates.reduced import ReducedCertificate, certify_perturbed_copy
from verify.certificates.structures import certify_structure
from verify.certification import Certificate
from verify.cli.network_certificates import (
    one_neuron_certificates,
    problem_of,
    taught_copy_average,
    weights_certificate,
)
from verify.cli.options import ActivationName, Count, Sizes, teacher_option
from verify.cli.output import open_target, print_rows
from verify.cli.rectified_certificates import rectified_certificate
from verify.names import COPY_AVERAGE, PERTURBED_COPY

#: Parameters up to which the certificate speaks of the full system unless told otherwise.
FULL_UP_TO = 2600
UNKNOWN = 3
ONE_NEURON = "one-neuron"

EXAMPLES = """\b
Examples:
  copy-average certify -n 2 -k 4 --partition 2,2
  copy-average certify -n 7 -k 7 --activation relu --structure against-teacher   # of Safran and Shamir
  copy-average certify -n 1 -k 4 --activation cos --structure one-neuron
  copy-average certify -n 1 --teacher teacher.json --activation tanh
  copy-average certify --weights weights.npz --activation gelu --teacher teacher.npz"""


@click.command("certify", epilog=EXAMPLES)
@click.option("-n", "n", type=Count(1), default=None, help="Student neurons.  [required without --weights]")
@click.option("-k", "k", type=Count(1), default=None, help="Teacher neurons.  [default: those of --teacher]")
@click.option(
    "--structure",
    default=None,
    metavar="NAME",
    help=f"Structure of the theory: for erf {COPY_AVERAGE} or {PERTURBED_COPY}; for relu and its kind one of "
    f"those that copy-average boundaries --activation relu lists; for all others {ONE_NEURON}: every critical point "
    "of n = 1 that a systematic search finds.  [default: copy-average; for relu and its kind the lowest; for others "
    "one-neuron]",
)
@click.option(
    "--activation",
    type=ActivationName(),
    default="erf",
    show_default=True,
    help="Activation function, or an expression in x; with relu and its kind on the quotient by rescaling.",
)
@teacher_option
@click.option(
    "--weights",
    metavar="FILE",
    default=None,
    help="Certify the network of a NumPy .npz archive with W (n, d) and a (n,), polished first, as match reads it.",
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
    n: int | None,
    k: int | None,
    structure: str | None,
    activation: str,
    teacher: Teacher | None,
    weights: str | None,
    partition: tuple[int, ...] | None,
    reduced: bool | None,
    dps: int,
    target_name: str | None,
) -> int:
    """Prove that a structure of the theory is a critical point, and of which index.

    With --reduced the perturbed copy is certified through its four equations at any size: a point that is critical
    among those of its symmetry is critical among all. Exit status: 0 proved, 3 unknown.

    For one neuron and orthonormal teachers of any outgoing weights --structure one-neuron lists its critical points,
    the lowest first; --out then has the certificate of the lowest. No search shows that there are no others: that is
    what the claims are for.
    """
    if weights is not None:
        for given, name in ((structure, "--structure"), (partition, "--partition"), (reduced, "--reduced")):
            if given is not None:
                raise click.BadParameter("got it together with --weights, needs one or the other", param_hint=name)
        return weights_certificate(weights, n, k, activation, teacher, dps, target_name)
    k = teacher.k if k is None and teacher is not None else k
    if n is None or k is None:
        raise click.UsageError(f"Missing option '{'-n' if n is None else '-k'}'.")
    if structure == ONE_NEURON or (activation != "erf" and activation not in HOMOGENEOUS):
        problem = problem_of(n, k, activation, teacher)
        if structure not in (None, ONE_NEURON):
            raise click.BadParameter(
                f"got {structure!r}, with --activation {activation} there is {ONE_NEURON}; or --weights FILE",
                param_hint="--structure",
            )
        return one_neuron_certificates(problem, dps, target_name)
    if teacher is not None:
        if activation != "erf" or structure not in (None, COPY_AVERAGE):
            raise click.BadParameter(
                f"got it with --structure {structure or f'of {activation}'}, needs {COPY_AVERAGE}, "
                f"{ONE_NEURON} or --weights FILE",
                param_hint="--teacher",
            )
        _check(n, k, COPY_AVERAGE, partition, reduced)
        return taught_copy_average(problem_of(n, k, activation, teacher), partition, dps, target_name)
    if activation in HOMOGENEOUS:
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
    print_rows(rows)
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

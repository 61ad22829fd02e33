"""``copy-average certify --activation relu``: certificates of structures of ReLU and its kind."""

from __future__ import annotations

import click
import numpy as np
from mpmath import mp

from numerics.newton import evaluate
from numerics.problem import Problem
from numerics.rectified.structures import Point, structures
from verify.certificates.described import DIGITS, LOSS_DIGITS, rounded
from verify.certificates.document import certificate_document
from verify.certificates.existence import Status
from verify.certificates.rectified.certificate import RectifiedCertificate
from verify.certification import certify
from verify.cli.output import open_target, print_rows
from verify.rectified.matching import label

#: Unknowns of the largest network whose Hessian is formed here.
LARGEST = 3000
UNKNOWN = 3
#: Digits of the enclosure of the smallest eigenvalue.
EIGENVALUE_DIGITS = 12


def rectified_certificate(
    n: int,
    k: int,
    activation: str,
    structure: str | None,
    partition: tuple[int, ...] | None,
    dps: int,
    target_name: str | None,
) -> int:
    """Print what was proved, and write the certificate; returns the exit status."""
    if n > k:
        raise click.BadParameter(f"got n = {n}, needs n <= k = {k}", param_hint="-n")
    if n * (k + 1) > LARGEST:
        raise click.BadParameter(
            f"got n = {n} and k = {k}, needs n (k + 1) of at most {LARGEST} with --activation {activation}",
            param_hint="-n",
        )
    point = _chosen(n, k, activation, structure, partition, dps)
    with open_target(target_name, "--out") as target:
        problem = Problem(n, k, activation=activation)
        theta = np.full(problem.shape, mp.mpf(0), dtype=object)
        theta[:, :k], theta[:, -1] = point.coordinates, point.outgoing
        proof = certify(problem, evaluate(problem, theta, dps=dps), dps=dps)
        document = certificate_document(problem, proof)
        if target is not None and document is not None:
            target.write(document)
    print_rows(_rows(point, proof))
    return 0 if proof.status is Status.UNIQUE else UNKNOWN


def _chosen(
    n: int, k: int, activation: str, structure: str | None, partition: tuple[int, ...] | None, dps: int
) -> Point:
    """The structure asked for, the one of the lowest loss where several are left."""
    known = structures(n, k, dps=dps, activation=activation)
    named = [p for p in known if structure in (None, p.name)]
    if not named:
        names = ", ".join(dict.fromkeys(p.name for p in known)) or "none"
        raise click.BadParameter(
            f"got {structure!r}, at n = {n} and k = {k} there are with --activation {activation}: {names}",
            param_hint="--structure",
        )
    found = [p for p in named if partition in (None, p.partition)]
    if not found:
        there = "; ".join(",".join(map(str, p.partition)) for p in named if p.partition) or "none"
        raise click.BadParameter(
            f"got {','.join(map(str, partition or ()))}, at n = {n} and k = {k} there are: {there}",
            param_hint="--partition",
        )
    return found[0]


def _rows(point: Point, proof: object) -> list[tuple[str, str]]:
    assert isinstance(proof, RectifiedCertificate)
    rows = [("structure", label(point)), ("status", proof.status.value)]
    if proof.why:
        rows.append(("why", proof.why))
    if proof.radius is not None and proof.uniqueness_radius is not None:
        rows.append(("within", rounded(proof.radius, DIGITS, up=True)))
        rows.append(("only one within", rounded(proof.uniqueness_radius, DIGITS, up=False)))
    if proof.loss is not None:
        for name, value, up in zip(("loss from", "loss to"), proof.loss, (False, True), strict=True):
            rows.append((name, rounded(value, LOSS_DIGITS, up=up)))
    if proof.index is not None and proof.lambda_min is not None:
        rows.append(("index", f"{proof.index} (on the quotient by rescaling)"))
        rows.append(("least |eigenvalue|", f">= {rounded(proof.lambda_min, DIGITS, up=False)}"))
    if proof.smallest is not None:
        ends = [rounded(x, EIGENVALUE_DIGITS, up=up) for x, up in zip(proof.smallest, (False, True), strict=True)]
        rows.append(("smallest eigenvalue", f"from {ends[0]} to {ends[1]}"))
    rows.append(("seconds", f"{proof.seconds:.3f}"))
    return rows

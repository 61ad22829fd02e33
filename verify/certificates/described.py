"""Proofs as they appear in records, tables and files: nothing in them that was not proved."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import Any

from mpmath import mp

from numerics.problem import Problem
from verify.certificates.attempt import Proof
from verify.certificates.document import certificate_document
from verify.certificates.existence import Status
from verify.certificates.line import Line
from verify.certificates.rectified.certify import RectifiedCertificate
from verify.certificates.rectified.document import rectified_document
from verify.certification import Certificate

#: Digits of bounds in records.
DIGITS = 3
#: Digits of enclosures of the loss in records.
LOSS_DIGITS = 30


def rounded(value: mp.mpf, digits: int, *, up: bool) -> str:
    """A bound as a decimal string, rounded so that it stays a bound. Exact.

    Examples
    --------
    >>> rounded(mp.mpf("0.125"), 2, up=False), rounded(mp.mpf("0.125"), 2, up=True)
    ('0.12', '0.13')
    """
    if not mp.isfinite(value):
        raise ValueError(f"value: got {value}, needs a finite number")
    sign, mantissa, exponent, _ = value._mpf_
    signed = -int(mantissa) if sign else int(mantissa)
    wide = Context(prec=max(60, int(mantissa).bit_length() + abs(exponent) + 20), Emin=-(10**9), Emax=10**9)
    exact = wide.multiply(wide.create_decimal(signed), wide.power(wide.create_decimal(2), exponent))
    context = Context(prec=digits, rounding=ROUND_CEILING if up else ROUND_FLOOR, Emin=-(10**9), Emax=10**9)
    return str(context.plus(exact)).lower()


def status(proof: Proof) -> str:
    """``unique``, ``empty`` or ``unknown``, of the run's end point. Exact."""
    if proof.line is not None or proof.end.duplicated is not None:
        # Not isolated: no box around it holds one critical point only.
        return Status.UNKNOWN.name.lower()
    return proof.certificate.status.name.lower()


def certified(proof: Proof) -> dict[str, Any]:
    """The field ``certified`` of the JSON contract: what was proved, null where it was not. Exact."""
    if proof.end.duplicated is not None:
        return certified_line(proof.certificate, proof.line)
    return certified_point(proof.certificate)


def certified_line(merged: Certificate, line: Line | None) -> dict[str, Any]:
    """The same for a network on a line of critical points. Exact."""
    nothing = dict.fromkeys(("index", "lambda_min", "identity", "basin"))
    if line is None:
        return {**nothing, "why": merged.why or "the rank on the line was not proved"}
    proved = {"line": True, "rank": line.rank, "parameters": line.order, "merged_identity": merged.identity}
    return {**nothing, "index": line.index, **proved}


def certified_point(c: Certificate) -> dict[str, Any]:
    """The same for an isolated point. Exact."""
    found: dict[str, Any] = {
        "index": c.index,
        "lambda_min": None if c.lambda_min is None else rounded(c.lambda_min, DIGITS, up=False),
        "identity": c.identity,
        "basin": c.basin or None,
        "radius": None if c.radius is None else rounded(c.radius, DIGITS, up=True),
        "uniqueness_radius": None if c.uniqueness_radius is None else rounded(c.uniqueness_radius, DIGITS, up=False),
        "loss": None if c.loss is None else [rounded(x, LOSS_DIGITS, up=i == 1) for i, x in enumerate(c.loss)],
    }
    if c.degree is not None:
        found["up_to_scale"] = True
    if isinstance(c, RectifiedCertificate):
        found["families"] = [
            {"neuron": f.neuron, "same": f.same, "opposite": f.opposite, "index": f.index} for f in c.families
        ]
        found["dead"] = [
            {"sign": r.sign, "count": r.count, "stays": r.stays, "method": r.method, "margin": r.margin}
            for r in c.resting
        ]
    if c.ellipsoid is not None:
        found["basin_radius"] = float(c.ellipsoid.rho)
    if c.distance is not None:
        found["basin_distance"] = float(c.distance)
    why = c.why or (None if c.basin else c.why_no_basin)
    return {**found, "why": why} if why else found


def proof_document(problem: Problem, proof: Proof) -> dict[str, Any] | None:
    """The certificate file of a run, or None if nothing was proved that a file can state. Exact."""
    if isinstance(proof.certificate, RectifiedCertificate):
        return rectified_document(problem, proof.certificate)
    if proof.end.duplicated is None:
        return certificate_document(problem, proof.certificate)
    if proof.line is None:
        return None
    smaller = problem.with_neurons(problem.n - len(proof.line.splits))
    return certificate_document(smaller, proof.certificate, proof.line)

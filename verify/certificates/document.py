"""Certificates as files: the theorem, the system it speaks of, and what its proof needs.

The format belongs to ``verify.recheck``, which proves a file again without any of the code that made it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from mpmath import mp

from numerics.kernels import HOMOGENEOUS
from numerics.problem import Problem
from verify.certificates.existence import Status
from verify.certificates.line import Line
from verify.certificates.rectified.certify import RectifiedCertificate
from verify.certificates.rectified.document import rectified_document
from verify.certificates.reduced import ReducedCertificate
from verify.certification import Certificate
from verify.recheck import Unreadable, digest, number, statement
from verify.recheck.interaction import formula
from verify.recheck.schema import SCHEMA
from verify.versions import versions

#: Of every file; between them stands what sigma is.
ASSUMPTIONS = (
    "Inputs are standard normal; the loss is the full mean squared error E[(f - f*)^2] without further factors",
    "The search used IEEE 754 doubles, rounded to nearest, with a priori bounds on sums in any order; what it found "
    "is checked again in ball arithmetic from this file, so that the theorem does not rest on the search",
)

#: By how much radii of proofs in boxes are widened: another basis of a multiple eigenvalue bounds them differently.
ROOM = 4


def certificate_document(
    problem: Problem, certificate: Certificate, line: Line | None = None
) -> dict[str, Any] | None:
    """The file of a certificate, or None if it proves nothing that a file can state. Exact.

    Parameters
    ----------
    problem : Problem
        Of the certificate: of the merged network, where there is a line.
    certificate : Certificate
    line : Line, optional

    Returns
    -------
    dict or None
    """
    if problem.activation in HOMOGENEOUS:
        return rectified_document(problem, certificate) if isinstance(certificate, RectifiedCertificate) else None
    c = certificate
    if c.status is not Status.UNIQUE or c.index is None or c.point is None or c.loss is None:
        return None
    if c.radius is None or c.uniqueness_radius is None:
        return None
    sigma = _sigma(problem.activation)
    if sigma is None:
        return None
    # Structures of other activations have no proof in verify.recheck.
    named = c.named if c.identity and sigma == "erf" else None
    system = {
        "kind": "full",
        "activation": sigma,
        "n": problem.n,
        "k": problem.k,
        "dim": problem.dim,
        "teacher": _rows(problem.teacher),
        "teacher_outgoing": [_number(x) for x in problem.teacher_outgoing],
    }
    states: dict[str, Any] = {
        "status": "unique",
        "radius": _number(c.radius if c.ellipsoid is not None else min(ROOM * c.radius, c.uniqueness_radius)),
        "uniqueness_radius": _number(c.uniqueness_radius),
        "index": c.index,
        "lambda_min": _number(c.lambda_min),
        "loss": [_number(x) for x in c.loss],
    }
    if c.held:
        system |= {"kind": "held", "student_outgoing": [_number(x) for x in c.point[:, -1]]}
        states["up_to_scale"] = c.degree is not None
        return _complete(system, _rows(c.point[:, :-1]), states, {"method": "box"})
    states |= {"identity": None, "basin": None, "line": None}
    if named is not None:
        states["identity"] = {
            "structure": named.structure,
            "partition": None if named.partition is None else list(named.partition),
            "assignment": [list(group) for group in named.assignment],
            "signs": list(named.signs),
        }
    if c.basin and c.start is not None:
        states["basin"] = {"start": _rows(c.start)}
    if line is not None:
        splits = [{"student": s.student, "share": _number(s.share)} for s in line.splits]
        states["line"] = {"splits": splits, "rank": line.rank, "index": line.index}
    proof: dict[str, Any] = {"method": "box"}
    if c.ellipsoid is not None:
        proof = {"method": "convexity", "metric": _rows(c.ellipsoid.weights), "rho": _number(c.ellipsoid.rho)}
    return _complete(system, _rows(c.point), states, proof)


def _sigma(activation: str) -> str | None:
    """What ``verify.recheck`` calls the activation: a name of its own or the expression; None if it knows neither."""
    try:
        formula(activation)
        return activation
    except Unreadable:
        pass
    from theory.activations import activation as known

    try:
        written = str(known(activation).expression)
        formula(written)
    except ValueError:
        return None
    return written


def with_passage(
    document: dict[str, Any], start: Any, time: float, end: Any, error: float, pieces: list[dict[str, Any]]
) -> dict[str, Any]:
    """A certificate that also states where the flow from ``start`` is at a time, proved by a curve. Exact."""
    basin = {"start": _rows(start), "time": _number(time), "end": _rows(end), "error": _number(error)}
    return _complete(
        document["system"],
        document["point"],
        {**document["states"], "basin": basin},
        {**document["proof"], "flow": pieces},
    )


def reduced_document(certificate: ReducedCertificate) -> dict[str, Any] | None:
    """The file of a reduced certificate, or None if it proves nothing. Exact."""
    c = certificate
    if c.status is not Status.UNIQUE or c.loss is None:
        return None
    states = {
        "status": "unique",
        "radius": _number(c.radius),
        "uniqueness_radius": _number(c.uniqueness_radius),
        "loss": [_number(x) for x in c.loss],
    }
    system = {"kind": "reduced", "structure": "perturbed-copy", "activation": "erf", "n": c.n, "k": c.k}
    return _complete(system, [_number(x) for x in c.numbers], states, {"method": "krawczyk"})


def _complete(system: Any, point: Any, states: Any, proof: Any) -> dict[str, Any]:
    document = {
        "schema": SCHEMA,
        "versions": versions(),
        "theorem": {"text": "", "assumptions": [ASSUMPTIONS[0], _of_sigma(system), *ASSUMPTIONS[1:]]},
        "system": system,
        "point": point,
        "states": states,
        "proof": proof,
    }
    document["theorem"]["text"] = statement(document)
    return {**document, "digest": digest(document)}


def _of_sigma(system: dict[str, Any]) -> str:
    return f"{formula(system['activation'])}; the teacher's weights are exactly the numbers written here"


def _number(value: Any) -> list[int]:
    """A double or an mpmath number as mantissa and exponent, exactly."""
    if isinstance(value, mp.mpf):
        if not mp.isfinite(value):
            raise ValueError(f"value: got {value}, needs a finite number")
        sign, mantissa, exponent, _ = value._mpf_
        return list(number((-int(mantissa) if sign else int(mantissa), int(exponent))))
    return list(number(float(value)))


def _rows(array: Any) -> list[list[list[int]]]:
    return [[_number(x) for x in row] for row in np.asarray(array)]

"""Certificates of homogeneous networks as files. The format belongs to ``verify.recheck``."""

from __future__ import annotations

from typing import Any

from numerics.precision import to_ball
from numerics.problem import Problem
from verify.certificates.existence import Status
from verify.certificates.rectified.certify import RectifiedCertificate
from verify.certificates.rectified.dead import Resting
from verify.recheck import digest, number, statement
from verify.recheck.rectified.units import units
from verify.recheck.schema import SCHEMA
from verify.versions import versions

ASSUMPTIONS = (
    "Inputs are standard normal; the loss is the full mean squared error E[(f - f*)^2] without further factors",
    "sigma(t) = {sigma}; the weights of the teacher are exactly the numbers written here",
    "The search used IEEE 754 doubles, rounded to nearest, with a priori bounds on sums in any order; what it found "
    "is checked again in ball arithmetic from this file, so that the theorem does not rest on the search",
)


def rectified_document(problem: Problem, certificate: RectifiedCertificate) -> dict[str, Any] | None:
    """The file of a certificate, or None if it proves nothing that a file can state. Exact.

    Where dead neurons were not proved to stay dead there is none either, for the point is not shown to be critical.
    """
    c = certificate
    if c.status is not Status.UNIQUE or c.index is None or c.found is None or c.loss is None:
        return None
    if c.setting is None or c.search is None or not c.stationary:
        return None
    found, setting = c.found, c.setting
    states: dict[str, Any] = {
        "status": "unique",
        "radius": number(found.radius),
        "uniqueness_radius": number(found.uniqueness),
        "index": c.index,
        "lambda_min": None if c.lambda_min is None else _number(c.lambda_min),
        "smallest": None if c.smallest is None else [_number(x) for x in c.smallest],
        "loss": [_number(x) for x in c.loss],
        "families": [
            {"neuron": one.neuron, "same": one.same, "opposite": one.opposite, "index": one.index}
            for one in c.families
        ],
        "resting": [{"sign": one.sign, "count": one.count} for one in c.resting],
        "basin": None,
    }
    proof: dict[str, Any] = {
        "method": "ball",
        "region": None,
        "shares": None,
        "resting": [_resting(one) for one in c.resting],
    }
    if c.basin and c.start is not None and c.region is not None:
        start = c.start if c.trained else c.start[:, :-1]
        if c.families:
            start = c.start[[p for group in c.groups for p in group]]
            proof["shares"] = [number(x) for x in c.shares]
        states["basin"] = {"start": [[number(x) for x in row] for row in start.tolist()]}
        proof["region"] = number(c.region)
    system = {
        "kind": "rectified",
        "activation": problem.activation,
        "trained": c.trained,
        "n": setting.n,
        "k": problem.k,
        "dim": problem.dim,
        "teacher": [[number(x) for x in row] for row in setting.teacher],
        "teacher_outgoing": [number(x) for x in setting.teacher_outgoing],
        "student_outgoing": [number(x) for x in setting.outgoing],
    }
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "versions": versions(),
        "theorem": {"text": "", "assumptions": _assumptions(problem)},
        "system": system,
        "point": [[number(x) for x in row] for row in c.search.point],
        "states": states,
        "proof": proof,
    }
    document["theorem"]["text"] = statement(document)
    return {**document, "digest": digest(document)}


def _assumptions(problem: Problem) -> list[str]:
    words = units(problem.activation).words()
    return [text.format(sigma=words) if "{sigma}" in text else text for text in ASSUMPTIONS]


def _number(x: object) -> list[int]:
    """A double or an mpmath number as mantissa and exponent, exactly."""
    return list(number(to_ball(x)))


def _resting(one: Resting) -> dict[str, Any]:
    if one.sphere is None:
        return {"method": one.method, "classes": [], "caps": []}
    return {
        "method": one.method,
        "classes": [list(c) for c in one.sphere.classes],
        "caps": [number(x) for x in one.sphere.caps],
    }

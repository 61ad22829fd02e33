r"""That gradient flow from an initial point converges to a minimum: a curve is found, and checked in balls.

The curve is a trajectory to many digits (``numerics.flow.precise``), followed until it is well inside the certified
basin of the minimum. It is untrusted: ``verify.recheck.flow`` encloses the flow around it by its defect and the
logarithmic norm, which for a gradient flow is minus the smallest Hessian eigenvalue, and states the theorem.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.flow.precise import GUARD, PreciseFlow, precise_flow
from numerics.precision import to_double
from numerics.problem import Array, Problem
from verify.certificates.document import certificate_document, with_passage
from verify.certificates.midrad import ETA, UNIT, row_sums
from verify.certification import Certificate, with_basin
from verify.recheck import number
from verify.recheck.findings import Findings
from verify.recheck.flow import follow
from verify.recheck.schema import Full, contents

#: Digits of the curves that are tried, one after the other.
DIGITS = (20, 32, 48)
#: Part of the basin's reach that the end of the curve has to be within.
INSIDE = 0.5
#: Times the duration of the simulated flow after which a curve is given up, and the same in units of the slowest
#: time scale at the minimum: a simulation may have finished early.
PATIENCE, SLOWEST = 20.0, 40.0
#: The error stated is this much larger than the one that was shown, room for another's rounding.
ROOM = 2.0


@dataclass(frozen=True, eq=False)
class FlowProof:
    """What was proved of the flow from an initial point. Enclosure.

    Attributes
    ----------
    proved : bool
        Whether the flow from the initial point converges to the certified minimum.
    why : str or None
        What stood in the way.
    time : float or None
        Time at which the flow is inside the certified basin.
    error : float or None
        How near the curve the flow is then, in the 2-norm.
    growth : float or None
        Exponent of the largest growth of errors that had to be allowed for.
    pieces, hessians : int
        Pieces of the curve, and Hessians bounded.
    digits : int
        Digits of the curve.
    grad_inf : float or None
        Infinity norm of the gradient at the end of the curve.
    seconds_curve, seconds_proof : float
    document : dict or None
        The certificate as a file's document.
    """

    proved: bool
    why: str | None = None
    time: float | None = None
    error: float | None = None
    growth: float | None = None
    pieces: int = 0
    hessians: int = 0
    digits: int = 0
    grad_inf: float | None = None
    seconds_curve: float = 0.0
    seconds_proof: float = 0.0
    document: dict[str, Any] | None = None


def prove_flow(
    problem: Problem,
    theta0: Array,
    certificate: Certificate,
    *,
    duration: float,
    tries: tuple[int, ...] = DIGITS,
    progress: Callable[[str], object] = lambda line: None,
    clock: Callable[[], float] = time.perf_counter,
) -> FlowProof:
    r"""Prove that gradient flow from a point converges to a certified minimum. Enclosure.

    **Proves:** where ``proved``, that the solution of :math:`\dot\theta = -\nabla L(\theta)` from exactly the doubles
    of ``theta0`` converges to the critical point of ``certificate``. Otherwise nothing.

    Parameters
    ----------
    problem : Problem
    theta0 : ndarray, shape (n, dim + 1)
    certificate : Certificate
        Of a minimum, with its ellipsoid.
    duration : float
        Time that the simulated flow took; the curve is given up after a multiple of it.
    tries : tuple of int
        Digits of the curve, tried in turn: where errors grow, more are needed.
    progress : callable, optional
        Called with a line on how far the work has come.
    clock : callable
        By which the work is timed.

    Returns
    -------
    FlowProof

    References
    ----------
    Hairer, Nørsett and Wanner, *Solving Ordinary Differential Equations I*, section I.10 (the logarithmic norm).
    """
    if certificate.ellipsoid is None or certificate.existence is None or certificate.existence.local is None:
        return FlowProof(False, "there is no certified basin to arrive in")
    target = _target(certificate)
    longest = PATIENCE * duration + SLOWEST / float(certificate.lambda_min or 1.0)
    last = FlowProof(False, "nothing was tried")
    for dps in tries:
        begun = clock()
        curve = precise_flow(
            problem,
            theta0,
            dps=dps,
            grad_tol="1e-300",
            max_time=longest,
            until=target,
            progress=told(progress),
        )
        middle = clock()
        if not curve.reached:
            return FlowProof(
                False,
                f"the curve did not come to the basin by time {curve.time:.6g}: {curve.stop}",
                pieces=len(curve.pieces),
            )
        last = _attempt(problem, theta0, certificate, curve, middle - begun, clock, progress)
        if last.proved or last.error is None:
            return last
    return last


def told(progress: Callable[[str], object]) -> Callable[[float, float], object]:
    """What an integrator calls with time and gradient, for somebody who wants lines. Exact."""
    return lambda time, gradient: progress(f"trajectory: time {time:.6g}, gradient {gradient:.1e}")


def _target(certificate: Certificate) -> Callable[[Array, float], bool]:
    """Whether a point is well inside the basin; approximately, in the metric of the Hessian."""
    assert certificate.existence is not None
    assert certificate.existence.local is not None
    assert certificate.ellipsoid is not None
    assert certificate.point is not None
    H, centre = certificate.existence.local.hessian.mid, to_double(certificate.point).ravel()
    reach = INSIDE / certificate.ellipsoid.third

    def inside(theta: Array, _: float) -> bool:
        d = theta.ravel() - centre
        return bool(d @ H @ d < reach**2)

    return inside


def _attempt(
    problem: Problem,
    theta0: Array,
    certificate: Certificate,
    curve: PreciseFlow,
    seconds: float,
    clock: Callable[[], float],
    progress: Callable[[str], object],
) -> FlowProof:
    """Enclose the flow along a curve, and see whether it ends in the certified basin."""
    begun = clock()
    bare = certificate_document(problem, certificate)
    if bare is None:
        return FlowProof(False, "there is no certificate of the minimum")
    end, pieces = curve.at(curve.time), _pieces(curve)
    draft = contents(with_passage(bare, theta0, curve.time, end, 0.0, pieces))
    assert isinstance(draft, Full)
    assert draft.pieces is not None
    assert draft.start is not None
    assert draft.passage is not None
    findings = Findings()
    arrival = follow(
        draft, draft.pieces, draft.start, findings, lambda i: progress(f"proof: piece {i + 1} of {len(pieces)}")
    )
    common: dict[str, Any] = {
        "time": curve.time,
        "growth": _fact(findings, "growth"),
        "pieces": len(curve.pieces),
        "hessians": int(findings.facts.get("hessians", 0)),
        "digits": curve.dps,
        "seconds_curve": seconds,
        "grad_inf": float(curve.grad_inf),
    }
    if arrival is None:
        why = "; ".join(findings.reasons)
        return FlowProof(False, why, **common, seconds_proof=clock() - begun)
    error = np.nextafter(ROOM * float((arrival.error + arrival.gap(draft.passage.end)).upper()), np.inf)
    inside = _inside(certificate, to_double(end), float(error))
    why_not = None if inside else f"the flow is enclosed with an error of {error:.1e}, too much for the basin"
    document = with_passage(bare, theta0, curve.time, end, float(error), pieces) if inside else None
    return FlowProof(inside, why_not, **common, error=float(error), seconds_proof=clock() - begun, document=document)


def _inside(certificate: Certificate, end: Array, error: float) -> bool:
    """Whether every point within ``error`` of the end (in the 2-norm) flows to the minimum."""
    assert certificate.existence is not None
    assert certificate.existence.local is not None
    assert certificate.ellipsoid is not None
    found = with_basin(certificate, end)
    if found.distance is None or not np.isfinite(error):
        return False
    # |u|_H^2 <= |H| |u|^2; the end was rounded to doubles.
    norm = float(row_sums(certificate.existence.local.hessian.magnitude()).max())
    rounded = np.sqrt(end.size) * UNIT * 2 * float(np.abs(end).max()) + ETA
    return certificate.ellipsoid.holds((found.distance + (error + rounded) * np.sqrt(norm)) * (1 + 1e-12))


def _fact(findings: Findings, name: str) -> float | None:
    value = findings.facts.get(name)
    return None if value is None else float(value)


def _pieces(curve: PreciseFlow) -> list[dict[str, Any]]:
    """The pieces as numbers of files, rounded to the digits that matter."""
    bits = math.ceil((curve.dps + GUARD // 2) / math.log10(2))
    return [
        {
            "end": number(piece.end),
            "coefficients": [[_rounded(x, bits) for x in row] for row in piece.coefficients.tolist()],
        }
        for piece in curve.pieces
    ]


def _rounded(ball: Any, bits: int) -> list[int]:
    """The multiple of 2**-bits next to an exact ball."""
    mantissa, exponent = (int(part) for part in ball.man_exp())
    excess = -bits - exponent
    if excess <= 0:
        return number((mantissa, exponent))
    return number(((mantissa + (1 << (excess - 1))) >> excess, -bits))

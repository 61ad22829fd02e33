"""The re-verification of one document, from its shape to the mathematics."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import flint

from verify.recheck.box import prove_box
from verify.recheck.convexity import prove_ellipsoid, prove_minimum
from verify.recheck.document import digest
from verify.recheck.findings import Findings
from verify.recheck.flow import prove_passage
from verify.recheck.identity import prove_identity
from verify.recheck.line import prove_line
from verify.recheck.network import Network
from verify.recheck.numbers import Ball, mantissa_bits, size
from verify.recheck.rectified.proof import prove_rectified
from verify.recheck.rectified.schema import Rectified
from verify.recheck.reduced import loss as reduced_loss
from verify.recheck.reduced import solve
from verify.recheck.schema import Full, Reduced, Rows, contents, envelope
from verify.recheck.spectra import row_sums
from verify.recheck.wording import statement

#: Precision of Hessians: well beyond the doubles that factor them.
HESSIAN_BITS = 128
#: Nats beyond the smallest number that has to be seen, for sums over neurons.
_SPARE = 14


@dataclass(frozen=True)
class Verdict:
    """What became of a certificate. Enclosure.

    Attributes
    ----------
    accepted : bool
        Whether everything that the document states was proved again from its numbers.
    reasons : tuple of str
        What failed, a sentence each; empty where accepted.
    facts : dict
        What was recomputed, for display.
    seconds : float
    """

    accepted: bool
    reasons: tuple[str, ...]
    facts: dict[str, str | int]
    seconds: float


def recheck(document: dict[str, Any]) -> Verdict:
    """Prove the theorem of a certificate again, in ball arithmetic, from the document alone. Enclosure.

    **Proves:** where accepted, every statement of the document's text. Where refused, nothing: a true statement may
    be refused because this proof of it fails.

    Raises
    ------
    Unreadable
        If the document is no certificate.
    """
    begin, find = time.perf_counter(), Findings()
    envelope(document)
    certificate = contents(document)
    if find.demand(document["digest"] == digest(document), "the digest is not that of the document") and find.demand(
        document["theorem"]["text"] == statement(document), "the text is not the statement of the document"
    ):
        if isinstance(certificate, Full):
            _full(certificate, find)
        elif isinstance(certificate, Rectified):
            _rectified(certificate, find)
        else:
            _reduced(certificate, find)
    return Verdict(not find.reasons, tuple(find.reasons), find.facts, time.perf_counter() - begin)


def _sane(certificate: Full | Reduced, find: Findings) -> bool:
    low, high = certificate.loss
    tests = [
        (certificate.uniqueness_radius > 0, "uniqueness_radius is not positive"),
        (certificate.radius >= 0, "radius is negative"),
        (certificate.radius <= certificate.uniqueness_radius, "radius is larger than uniqueness_radius"),
        (low <= high, "the interval of the loss is empty"),
    ]
    if isinstance(certificate, Full):
        tests.append((certificate.lambda_min > 0, "lambda_min is not positive"))
        tests.append((certificate.index <= certificate.order, "index is larger than the number of parameters"))
    else:
        tests.append((2 <= certificate.n < certificate.k, "a perturbed copy needs 2 <= n < k"))
    for certain, reason in tests:
        find.demand(bool(certain), reason)
    return not find.reasons


def _bits(rows: Rows, *small: Ball) -> int:
    """Working precision for what is nearly zero at the point: gradient, and loss to the size of the radius."""
    longest = max((mantissa_bits(x) for row in rows for x in row), default=0)
    tiny = sum(max(0, -size(x)) for x in small if x != 0)
    return int(max(HESSIAN_BITS, longest + 64, tiny + 64))


def _nats(certificate: Full) -> int:
    """How exact gradient and loss have to be, as exp(-nats)."""
    low, high = certificate.loss
    small = [certificate.radius * certificate.lambda_min, high - low]
    return max([_SPARE, *(_SPARE - math.ceil(size(x.mid()) * math.log(2)) for x in small if x.mid() != 0)])


def _full(certificate: Full, find: Findings) -> None:
    if not _sane(certificate, find):
        return
    bits = _bits(certificate.point, certificate.radius, certificate.lambda_min)
    with flint.ctx.workprec(bits):
        at_point = Network(certificate, flint.arb(0), _nats(certificate))
        gradient, value = at_point.gradient(), at_point.loss()
        norm = sum((x * x for x in gradient), flint.arb(0)).upper()
        norm = (norm if norm > 0 else flint.arb(0)).sqrt().upper() if norm.is_finite() else norm
    find.note("gradient", norm)
    by_convexity = certificate.metric is not None
    with flint.ctx.workprec(HESSIAN_BITS):
        network = Network(certificate, certificate.radius)
        wide = network if by_convexity else Network(certificate, certificate.uniqueness_radius)
        H = wide.hessian()
        if by_convexity:
            prove_minimum(certificate, H, norm, find)
        else:
            prove_box(certificate, H, gradient, find)
        total = sum(row_sums(H), flint.arb(0))
    # Everything else is about the critical point.
    if find.reasons:
        return
    with flint.ctx.workprec(bits):
        # Taylor at x*, where the gradient vanishes: L(point) - L(x*) = d'Hd / 2, |d|_inf <= radius.
        enclosure = (value + flint.arb(0, (certificate.radius**2 * total / 2).upper())).nonnegative_part()
    _interval(certificate, enclosure, bits, find)
    with flint.ctx.workprec(HESSIAN_BITS):
        if by_convexity:
            if certificate.pieces is not None:
                prove_passage(certificate, find)
            prove_ellipsoid(certificate, network, H, enclosure.upper(), total, find)
        elif certificate.start is not None:
            find.demand(False, "a basin needs a proof by convexity")
        if certificate.line is not None:
            prove_line(certificate, network, find)
    if certificate.identity is not None:
        prove_identity(certificate, bits, find)


def _interval(certificate: Full | Reduced | Rectified, enclosure: Ball, bits: int, find: Findings) -> None:
    """The stated interval must hold the enclosure of the loss."""
    low, high = certificate.loss
    with flint.ctx.workprec(bits):
        find.note("loss", enclosure)
        # A loss is never negative, so that a lower end of 0 or below is always right.
        above = bool(low <= 0) or bool(low <= enclosure.lower())
        find.demand(above and bool(enclosure.upper() <= high), "the loss is not shown to lie in its interval")


def _rectified(certificate: Rectified, find: Findings) -> None:
    enclosure = prove_rectified(certificate, find)
    if enclosure is not None:
        # A loss is never negative, whatever its ball says.
        bits = 2 * _bits(certificate.point, certificate.radius, certificate.radius)
        with flint.ctx.workprec(bits):
            enclosure = enclosure.nonnegative_part()
        _interval(certificate, enclosure, bits, find)


def _reduced(certificate: Reduced, find: Findings) -> None:
    if not _sane(certificate, find):
        return
    n, k, point = certificate.n, certificate.k, certificate.point
    bits = _bits([point], certificate.radius) + 2 * k.bit_length()
    with flint.ctx.workprec(bits):
        found = solve(point, certificate.radius, certificate.uniqueness_radius, n, k, HESSIAN_BITS)
        if found is None:
            find.demand(False, "radius and uniqueness_radius are not shown to hold exactly one solution")
            return
        find.note("alpha", found.alpha)
        find.note("error", found.error)
        find.demand(bool(found.error <= certificate.radius), "the solution is not shown to lie within radius")
        # Critical points with a = 0 need not solve the equations: they have to be elsewhere.
        find.demand(
            bool(abs(point[3]) > certificate.uniqueness_radius),
            "the box of uniqueness_radius holds outgoing weights 0",
        )
        enclosure = reduced_loss(point, found.error, n, k)
    _interval(certificate, enclosure, bits, find)

r"""Gradient flow enclosed along a curve, by its defect and the logarithmic norm.

*Theorem.* Let p be smooth in pieces on [0, T], and e >= 0 with e >= |p(0) - x0|, at every joint at least as large as
before plus the jump of p, and on the pieces e' >= -lambda e + delta, where delta >= |p' + grad L(p)| and the Hessian
of L is at least lambda on the ball of radius e around p. Then the flow x' = -grad L(x), x(0) = x0, obeys
|x(t) - p(t)| <= e(t).

For x in the ball, <x - p, -(grad L(x) - grad L(p))> <= -lambda |x - p|^2, since the Hessian between them is at least
lambda: the Jacobian of a gradient flow is symmetric, so there is no wrapping, and stiffness only helps. Hence
|x - p|' <= -lambda |x - p| + delta as long as x is in the ball; x leaves it nowhere, for lambda is shown to hold on
balls larger than e.

*Hessian.* Between two times the smallest eigenvalue is at least that of the chord, by concavity, less h^2/8 times the
second derivative along the curve (``derivatives``), less K e for the ball around it. Intervals are halved until that
is little.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flint

from verify.recheck.curve import Piece
from verify.recheck.defect import Defect, network_at, neuron_norms
from verify.recheck.derivatives import Bounds, Motion, neuron
from verify.recheck.findings import Findings, show
from verify.recheck.numbers import Ball
from verify.recheck.schema import Full, Rows
from verify.recheck.series import derivative, halving, norm, total
from verify.recheck.spectra import least_eigenvalue

#: Precision of the defects, and of Hessians and bounds.
BITS, COARSE = 160, 80
#: Exponent of growth that the curvature between two Hessians may cost, and part of a positive eigenvalue.
_LOSS, _PART = flint.arb(flint.fmpq(1, 100)), flint.arb(flint.fmpq(1, 4))
#: Halvings of a piece at most.
_DEPTH = 14


@dataclass(frozen=True, eq=False)
class Arrival:
    """Where the flow is at the end of the curve. Enclosure.

    Attributes
    ----------
    time : exact ball
    end : rows of balls
        The curve's last point.
    error : exact ball
        The flow is within this of it, in the 2-norm.
    """

    time: Ball
    end: Rows
    error: Ball

    def gap(self, stated: Rows) -> Ball:
        """Upper bound on the distance of a point from the end."""
        with flint.ctx.workprec(BITS):
            return norm([x - y for xs, ys in zip(self.end, stated, strict=True) for x, y in zip(xs, ys, strict=True)])


@dataclass(frozen=True, eq=False)
class _Place:
    """A point of the curve: lower bound on the Hessian, upper bound on the residual's norm."""

    least: Ball
    residual: Ball


def prove_passage(certificate: Full, find: Findings) -> None:
    """That the flow from the start is where the passage says, at its time."""
    passage, start, pieces = certificate.passage, certificate.start, certificate.pieces
    assert passage is not None
    assert start is not None
    assert pieces is not None
    found = follow(certificate, pieces, start, find)
    if found is None:
        return
    find.demand(bool(found.time == passage.time), "the curve does not end at the stated time")
    within = (found.error + found.gap(passage.end)).upper() <= passage.error
    find.demand(bool(within), "the flow is not shown to be within error of the stated end")


def follow(
    certificate: Full,
    pieces: list[Piece],
    start: Rows,
    find: Findings,
    passed: Callable[[int], object] = lambda number: None,
) -> Arrival | None:
    """Enclose the flow from ``start`` along the pieces; None, with a reason, where that fails. Enclosure.

    ``passed`` is called with the number of every piece that has been passed.
    """
    curve = _Curve(certificate)
    time, error = flint.arb(0), flint.arb(0)
    before = [x for row in start for x in row]
    for number, piece in enumerate(pieces):
        if not find.demand(bool(piece.end > time), f"piece {number} of the curve does not end after it begins"):
            return None
        with flint.ctx.workprec(BITS):
            C, length = flint.arb_mat(piece.coefficients), piece.end - time
            first, last = _ends(C)
            error = (error + norm([x - y for x, y in zip(first, before, strict=True)])).upper()
        reached = curve.advance(C, length, error)
        if reached is None or not reached.is_finite():
            find.demand(False, f"the flow is not enclosed on piece {number} of the curve (to time {show(piece.end)})")
            return None
        time, error, before = piece.end, reached, last
        passed(number)
    wide = certificate.dim + 1
    find.facts["hessians"] = curve.hessians
    find.note("flow_time", time)
    find.note("flow_error", error)
    find.note("growth", curve.growth)
    return Arrival(time, [before[i : i + wide] for i in range(0, len(before), wide)], error)


def _ends(C: flint.arb_mat) -> tuple[list[Ball], list[Ball]]:
    """The values at -1 and 1."""
    rows = C.tolist()
    left = [
        sum((x if k % 2 == 0 else -x for k, x in enumerate(column)), flint.arb(0))
        for column in zip(*rows, strict=True)
    ]
    return left, [sum(column, flint.arb(0)) for column in zip(*rows, strict=True)]


class _Curve:
    """Carries the error along one piece after the other."""

    def __init__(self, certificate: Full) -> None:
        self._certificate = certificate
        self._n, self._wide = certificate.n, certificate.dim + 1
        self.hessians = 0
        self.growth = flint.arb(0)
        self._defect = Defect(certificate)

    def advance(self, C: flint.arb_mat, length: Ball, error: Ball, depth: int = 0) -> Ball | None:
        """Error at the end of a piece from that at its beginning."""
        with flint.ctx.workprec(BITS):
            defect = self._defect.bound(C, length)
            if defect is None:
                if depth == _DEPTH:
                    return None
                for half in self._halves(C):
                    reached = self.advance(half, length / 2, error, depth + 1)
                    if reached is None:
                        return None
                    error = reached
                return error
        with flint.ctx.workprec(COARSE):
            left, right = (self._place(values) for values in _ends(C))
            return self._across(C, length, error, defect, left, right, depth)

    def _halves(self, C: flint.arb_mat) -> list[flint.arb_mat]:
        return [halving(C.nrows() - 1, right, flint.ctx.prec) * C for right in (False, True)]

    def _place(self, values: list[Ball]) -> _Place:
        self.hessians += 1
        network = network_at(self._certificate, values)
        return _Place(least_eigenvalue(network.hessian()), _root(network.loss()))

    def _across(
        self, C: flint.arb_mat, length: Ball, error: Ball, defect: Ball, left: _Place, right: _Place, depth: int
    ) -> Ball | None:
        """The error across an interval whose ends are known, halved until the Hessian is known well enough."""
        if not (left.least.is_finite() and right.least.is_finite()):
            return None
        lower = left.least if left.least < right.least else right.least
        loss, room = self._uncertainty(C, length, error, defect, lower, left)
        fine = loss is not None and (loss * length <= _LOSS or loss <= _PART * lower)
        if not fine and depth < _DEPTH:
            halves = self._halves(C)
            middle = self._place(_ends(halves[0])[1])
            for half, (a, b) in zip(halves, ((left, middle), (middle, right)), strict=True):
                reached = self._across(half, length / 2, error, defect, a, b, depth + 1)
                if reached is None:
                    return None
                error = reached
            return error
        if loss is None:
            return None
        # Along the chord the eigenvalue is at least the straight line between the two: its mean is theirs.
        exponent = (-length * ((left.least + right.least) / 2 - loss)).upper()
        self.growth = (self.growth + (exponent if exponent > 0 else flint.arb(0))).upper()
        reached = (exponent.exp() * error + defect * length * self._worst(length, lower, loss)).upper()
        return reached if self._within(length, error, defect, lower, loss) < room else None

    @staticmethod
    def _worst(length: Ball, lower: Ball, loss: Ball) -> Ball:
        """Upper bound on the growth between any two times of an interval."""
        worst = (length * (loss - lower)).upper()
        return worst.exp().upper() if worst > 0 else flint.arb(1)

    def _within(self, length: Ball, error: Ball, defect: Ball, lower: Ball, loss: Ball) -> Ball:
        """Upper bound on the error within an interval."""
        return (self._worst(length, lower, loss) * (error + defect * length)).upper()

    def _uncertainty(
        self, C: flint.arb_mat, length: Ball, error: Ball, defect: Ball, lower: Ball, left: _Place
    ) -> tuple[Ball | None, Ball]:
        """What the smallest eigenvalue may be below the chord, and the radius of the ball for which that holds."""
        growth = (-length * lower + 1).upper()
        # At most a factor of e more than without what is not known yet; checked where it is used.
        grown = growth.exp() if growth > 1 else flint.arb(1).exp()
        room = (grown * (error + defect * length)).upper()
        if not room < flint.arb(1) / 4:
            return None, room
        slope = derivative(C) * (2 / length)
        bend = derivative(slope) * (2 / length)
        speed, acceleration = self._motions(slope), self._motions(bend)
        bounds = self._bounds(C, left, room)
        loss = length**2 / 8 * bounds.second_along(speed, acceleration) + bounds.third() * room
        loss = loss.upper()
        return (loss if loss.is_finite() else None), room

    def _motions(self, C: flint.arb_mat) -> list[Motion]:
        return [
            Motion(total(incoming), total(outgoing)) for incoming, outgoing in neuron_norms(C, self._n, self._wide)
        ]

    def _bounds(self, C: flint.arb_mat, left: _Place, room: Ball) -> Bounds:
        """Over the ball of radius ``room`` around every point of the interval."""
        neurons, moves, centre = [], [], C.tolist()[0]
        for i, (incoming, outgoing) in enumerate(neuron_norms(C, self._n, self._wide)):
            # The constant term is the centre, the others move away from it.
            radius, change = total(incoming[1:]) + room, total(outgoing[1:]) + room
            square = sum((x * x for x in centre[i * self._wide : (i + 1) * self._wide - 1]), flint.arb(0)).lower()
            shortest = (square.sqrt() - radius).lower() if square > 0 else flint.arb(0)
            shortest = shortest if shortest > 0 else flint.arb(0)
            neurons.append(neuron(shortest, (incoming[0] + radius).upper(), (outgoing[0] + change).upper()))
            # From the beginning of the interval, where the residual is known, to any of its points.
            moves += [2 * radius, 2 * change]
        still = Bounds(neurons, flint.arb(0))
        return Bounds(neurons, (left.residual + still.slope * norm(moves)).upper())


def _root(square: Ball) -> Ball:
    """Upper bound on the root of a number that is not negative."""
    top = square.upper()
    return top.sqrt().upper() if top > 0 else (flint.arb(0) if top.is_finite() else top)

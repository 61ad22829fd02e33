r"""Dead ReLU neurons stay so, again.

Near w = 0 the loss changes by 2 a h(w), h(w) = sum_j c_j g(w, z_j): 0 is in the regular subdifferential exactly if
a h >= 0 everywhere. *sign*: all a c_j >= 0, for g >= 0 if sigma >= 0. *zero*: a = 0. *sphere* (a < 0): Phi = -h >= 0.

Teachers are different unit vectors of axes with positive weights; Phi = sum_j b_j phi(u_j) - sum_i gamma_i phi(e_i.e)
on unit vectors e with the coordinates u_j at teachers, gamma_i = s_i |omega_i|, phi the interaction of unit vectors
as a function of the cosine, convex. In a class all b_j are equal, and all columns of the critical point: exchanging
two of its axes is a symmetry of the loss, and moves the critical point by so little that it remains the only one in
the ball of uniqueness. The same for the reflection of axes without teachers, along which it is 0 therefore. By Jensen
Phi(e) >= F(t) = sum_c m_c b_c phi(t_c) - sum_i gamma_i phi(way_i.t), t the means over classes, sum_c m_c t_c^2 <= 1.

Within the cap |e - e_i| <= d: Phi and its gradient vanish at e_i; its second derivative is at least lambda across
e_i, where e - e_i has d^2 (1 - d^2 / 4), and its third at most T / (1 - d^2 / 4) on the segment, for that keeps the
distance (1 - d^2/4)^(1/2) from 0. So Phi >= 0 if 3 lambda (1 - d^2 / 4)^2 >= T d. If sigma is even so is Phi, and the
same holds around -e_i.

Elsewhere the mean value theorem in boxes of t, for phi extended beyond [-1, 1] by its tangents: its slope increases.
To F any mu >= 0 times sum_c m_c t_c^2 - 1 <= 0 may be added.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint

from verify.recheck.findings import Findings
from verify.recheck.numbers import Ball
from verify.recheck.rectified.network import Network
from verify.recheck.rectified.relu import between, length, root, unit
from verify.recheck.rectified.schema import Rectified, Resting
from verify.recheck.rectified.units import Units
from verify.recheck.spectra import greatest, inertia, row_sums

BOXES = 400_000
BITS = 80


def prove_resting(certificate: Rectified, network: Network, resting: Resting, find: Findings) -> None:
    """That 0 is in the regular subdifferential for dead neurons of a sign."""
    who = f"dead neurons of sign {resting.sign:+d}"
    if resting.method == "zero":
        find.demand(resting.sign == 0, f"{who}: the method 'zero' needs outgoing weight 0")
    elif resting.method == "sign":
        one_sign = network.of.positive and all(bool(resting.sign * c >= 0) for c in network.c)
        find.demand(one_sign, f"{who}: not all terms have one sign")
    elif find.demand(resting.sign == -1, f"{who}: the method 'sphere' needs negative outgoing weights"):
        axes = _axes(certificate)
        if find.demand(axes is not None, f"{who}: the teacher is not of the kind that the method 'sphere' needs"):
            assert axes is not None
            symmetric = _symmetric(certificate, axes, resting.classes)
            if find.demand(symmetric, f"{who}: the classes are not those of equal columns") and find.demand(
                _caps(certificate, network, resting.caps), f"{who}: the function is not shown to be positive in caps"
            ):
                with flint.ctx.workprec(BITS):
                    small = _small(certificate, axes, resting)
                    find.demand(_positive(small), f"{who}: the function is not shown to be positive on the sphere")


def _axes(certificate: Rectified) -> list[int] | None:
    axes = []
    for row, b in zip(certificate.teacher, certificate.outgoing, strict=True):
        places = [x for x, entry in enumerate(row) if entry != 0]
        if len(places) != 1 or row[places[0]] != 1 or not b > 0:
            return None
        axes.append(places[0])
    return axes if len(set(axes)) == len(axes) else None


def _symmetric(c: Rectified, axes: list[int], classes: list[list[int]]) -> bool:
    if sorted(j for group in classes for j in group) != list(range(c.k)):
        return False

    def near(ways: list[Ball]) -> bool:
        return bool(length(ways) + c.radius <= c.uniqueness_radius)

    silent = [x for x in range(c.dim) if x not in axes]
    if not all(near([2 * row[x] for row in c.point]) for x in silent):
        return False
    for first, *others in classes:
        for j in others:
            x, y = axes[first], axes[j]
            ways = [sign * (row[x] - row[y]) for row in c.point for sign in (1, -1)]
            if not (c.outgoing[first] == c.outgoing[j] and near(ways)):
                return False
    return True


def _caps(c: Rectified, network: Network, caps: list[Ball]) -> bool:
    if len(caps) != c.n or not all(bool(d > 0) and bool(d < 1) for d in caps):
        return False
    pulls = sum((abs(x) * (t + c.radius) for x, t in zip(network.c, network.lengths, strict=True)), flint.arb(0))
    T = network.of.whole * 3 * flint.arb(3).sqrt() * pulls / (4 * flint.arb.pi())
    for i, d in enumerate(caps):
        s, S, e = network.c[i], network.residual(i), flint.arb_mat([[x] for x in unit(network.Z[i])])
        lift = greatest(row_sums(S)) + flint.arb(2) ** -200
        # -s S should be positive across e.
        form = inertia(e * e.transpose() * lift - S * s)
        low = network.lengths[i] - c.radius
        if form is None or not form.proved or form.negatives or not low > 0:
            return False
        room = form.gap() - abs(s) * network.third(c.radius) * c.radius - 2 * lift * c.radius / low
        # S = 2 s h''(omega), and h'' is of degree -1: at the unit vector |omega| times as large.
        least = room * low / (2 * s * s)
        if not (room > 0 and 3 * least * (1 - d * d / 4) ** 2 >= T * d):
            return False
    return True


@dataclass(frozen=True, eq=False)
class _Small:
    """F: sizes and weights of classes; factors, ways and caps of students; the activation."""

    sizes: list[int]
    weights: list[Ball]
    students: list[tuple[Ball, list[Ball], Ball]]
    units: Units


def _small(c: Rectified, axes: list[int], resting: Resting) -> _Small:
    blur, students = flint.arb(0, c.radius), []
    for s, row, cap in zip(c.student_outgoing, c.point, resting.caps, strict=True):
        columns = [row[axes[group[0]]] + blur for group in resting.classes]
        squares = (len(group) * x * x for group, x in zip(resting.classes, columns, strict=True))
        norm = root(sum(squares, flint.arb(0)))
        way = [len(group) * x / norm for group, x in zip(resting.classes, columns, strict=True)]
        students.append((s * norm, way, cap))
    weights = [c.outgoing[group[0]] for group in resting.classes]
    return _Small([len(group) for group in resting.classes], weights, students, c.units)


def _positive(small: _Small) -> bool:
    # Halves of 1 are exact, so that nothing is left out between boxes.
    stack = [[(flint.arb(0), flint.arb(1)) for _ in small.sizes]]
    for _ in range(BOXES):
        if not stack:
            return True
        box = stack.pop()
        if _done(small, box):
            continue
        wide = max(range(len(box)), key=lambda i: float(box[i][1]) * small.sizes[i] ** 0.5)
        t, r = box[wide]
        for side in (-1, 1):
            half = list(box)
            half[wide] = (t + side * r / 2, r / 2)
            stack.append(half)
    return False


def _done(small: _Small, box: list[tuple[Ball, Ball]]) -> bool:
    """No unit vector has these means, or all are in one cap, or F is positive."""
    sides = [t + flint.arb(0, r) for t, r in box]
    if sum((m * side.abs_lower() ** 2 for m, side in zip(small.sizes, sides, strict=True)), flint.arb(0)) > 1:
        return True
    total, slopes = flint.arb(0), []
    for m, b, (t, _), side in zip(small.sizes, small.weights, box, sides, strict=True):
        total += m * b * between(t, small.units)[0]
        slopes.append(m * b * _slope(side, small.units))
    for gamma, way, cap in small.students:
        cosine = sum((x * side for x, side in zip(way, sides, strict=True)), flint.arb(0))
        if cosine.lower() > 1 - cap * cap / 2 or (small.units.even and -cosine.upper() > 1 - cap * cap / 2):
            return True
        middle = sum((x * t for x, (t, _) in zip(way, box, strict=True)), flint.arb(0))
        # The slope is at most (p^2 + q^2) / 2: what the ball of the cosine adds.
        blur = flint.arb(0, (middle.rad() * small.units.both / 2).upper())
        total -= gamma * (between(middle.mid(), small.units)[0] + blur)
        slope = _slope(cosine, small.units)
        slopes = [g - gamma * slope * x for g, x in zip(slopes, way, strict=True)]
    square = sum((m * t * t for m, (t, _) in zip(small.sizes, box, strict=True)), flint.arb(0))
    inward = -sum((g * t for g, (t, _) in zip(slopes, box, strict=True)), flint.arb(0))
    guess = float(inward) / (2 * float(square)) if square > 0 else 0.0
    for mu in (flint.arb(0), flint.arb(guess if guess > 0 else 0.0)):
        steep = zip(slopes, small.sizes, sides, box, strict=True)
        spread = sum((abs(g + 2 * mu * m * side).upper() * r for g, m, side, (_, r) in steep), flint.arb(0))
        if total + mu * (square - 1) > spread:
            return True
    return False


def _slope(cosine: Ball, units: Units) -> Ball:
    """All slopes of phi over a ball of cosines: it increases."""
    return between(cosine.lower(), units)[1].union(between(cosine.upper(), units)[1])

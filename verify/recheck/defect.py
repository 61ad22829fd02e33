r"""The defect |p' + grad L(p)| of a polynomial curve p, and what the curve's coefficients say of each neuron.

grad L(p) is interpolated at Chebyshev's points, with the error 4 B r^-M / (r - 1) for a bound B on the ellipse of r
(Trefethen, *Approximation Theory and Approximation Practice*, theorem 8.2, applied to u' grad L(p) for every unit u).
What is left is a polynomial, bounded by its coefficients.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import flint

from verify.recheck.analytic import Disc, disc, gradient_bound
from verify.recheck.network import Network
from verify.recheck.numbers import Ball
from verify.recheck.schema import Full
from verify.recheck.series import basis, derivative, interpolation, norm, on_ellipse, points, total

#: Precision of the bounds on ellipses.
_COARSE = 80
#: Parameters of the ellipses that are tried, largest first, times 10.
_ELLIPSES = (160, 120, 90, 70, 55, 45, 36, 30, 25, 21, 18, 16, 14)
#: Bounds on an ellipse beyond this are useless.
_LARGEST_BOUND = 10**8
#: Most points at which the gradient is interpolated, and the error of interpolation that is aimed at.
_MOST_POINTS, _REST = 160, flint.arb(10) ** -40


def neuron_norms(C: flint.arb_mat, n: int, wide: int) -> list[tuple[list[Ball], list[Ball]]]:
    """For each neuron upper bounds on its coefficients: of the incoming vector, and of the outgoing weight."""
    rows, found = C.tolist(), []
    for i in range(n):
        first, last = i * wide, (i + 1) * wide - 1
        found.append(([norm(row[first:last]) for row in rows], [row[last].abs_upper() for row in rows]))
    return found


def network_at(certificate: Full, values: list[Ball]) -> Network:
    """The network of a certificate at a point, its weights one after the other."""
    wide = certificate.dim + 1
    rows = [values[i : i + wide] for i in range(0, len(values), wide)]
    return Network(replace(certificate, point=rows), flint.arb(0))


class Defect:
    """Bounds the defects of curves, at the working precision of each call. Enclosure."""

    def __init__(self, certificate: Full) -> None:
        self._certificate = certificate
        self._teachers = [
            disc(row, flint.arb(0), abs(b)) for row, b in zip(certificate.teacher, certificate.outgoing, strict=True)
        ]

    def bound(self, C: flint.arb_mat, length: Ball) -> Ball | None:
        """Upper bound on |p' + grad L(p)| over a piece; None if no ellipse leaves out the singularities."""
        found = self._ellipse(C)
        if found is None:
            return None
        M, rest = found
        degree = C.nrows() - 1
        values = flint.arb_mat([basis(degree, x) for x in points(M, flint.ctx.prec)]) * C
        gradients = flint.arb_mat([network_at(self._certificate, row).gradient() for row in values.tolist()])
        slopes = interpolation(M, flint.ctx.prec) * gradients
        speed = (derivative(C) * (2 / length)).tolist()
        defects = slopes.tolist()
        for k, row in enumerate(speed):
            defects[k] = [x + y for x, y in zip(defects[k], row, strict=True)]
        return (total([norm(row) for row in defects]) + rest).upper()

    def _ellipse(self, C: flint.arb_mat) -> tuple[int, Ball] | None:
        """Number of points and the error of interpolation for the largest ellipse that works."""
        wide = self._certificate.dim + 1
        norms, centre = neuron_norms(C, self._certificate.n, wide), C.tolist()[0]
        with flint.ctx.workprec(_COARSE):
            for tenths in _ELLIPSES:
                r = flint.arb(flint.fmpq(tenths, 10))
                students: list[Disc] = []
                for i, (incoming, outgoing) in enumerate(norms):
                    first = i * wide
                    largest = (outgoing[0] + on_ellipse(outgoing, r)).upper()
                    students.append(disc(centre[first : first + wide - 1], on_ellipse(incoming, r), largest))
                B = gradient_bound(students, self._teachers)
                if B is None or not (B < _LARGEST_BOUND):
                    continue
                M = self._points(C.nrows() - 1, B, r)
                return M, (4 * B / r**M / (r - 1)).upper()
        return None

    @staticmethod
    def _points(degree: int, B: Ball, r: Ball) -> int:
        needed: Any = ((4 * (B + 1) / (r - 1) / _REST).log() / r.log()).upper().ceil().unique_fmpz()
        return int(min(_MOST_POINTS, max(degree, int(needed))))

r"""What the claim ``erf-pc-minimum-law`` leaves to balls: one root, and the sign of a determinant along a curve.

The curve is :math:`\psi_t = 0` between the exact copies, (t, a) = (1/2, 1), and a little beyond the root. It is a
graph, :math:`a = f'(t) / (2 t f'(2t^2))`. Along it, :math:`h = \det \psi''` and :math:`4\kappa = a^5 \psi_a`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import flint

from numerics.asymptotics import birth_constants, valley
from numerics.precision import digits, to_ball
from numerics.reduced import derivatives
from theory.claims.birth import BALL_WORDS
from theory.prose import Sentence
from verify.certificates.existence import Status
from verify.certificates.krawczyk import krawczyk

#: Digits of the enclosures.
DPS = 40
#: How far beyond the root the curve is followed, and half the interval on which h is shown to increase.
BEYOND, AROUND = "1e-3", "2e-3"
#: Shortest box of a subdivision.
SHORTEST = 1e-7
NARROW = "1e-30"


@dataclass(frozen=True)
class Finding:
    """One statement decided in balls. Enclosure.

    Attributes
    ----------
    name : str
    statement : Sentence or str
    holds : bool or None
        None: not decided.
    value : str
        The enclosure that decided.
    """

    name: str
    statement: Sentence | str
    holds: bool | None
    value: str


@dataclass(frozen=True, eq=False)
class BirthEnclosure:
    """Balls that hold the constants of the law. Enclosure."""

    t: Any
    a: Any
    scale: Any
    first: Any


def _jacobian(
    function: Callable[[Sequence[Any]], list[Any]], x: Sequence[Any], m: SimpleNamespace
) -> list[list[Any]]:
    return derivatives(lambda z, _, __: function(z), x, None, m)[1]


def enclose_birth(m: SimpleNamespace) -> BirthEnclosure | None:
    """The root (t, a) of :math:`\\psi_t = \\det\\psi'' = 0` near (0.4313, 1.6251), and the constants. Enclosure.

    **Proves:** that the root exists and is simple, and that the balls hold it, nu_0 and C_1. None: not proved.
    """
    zero = flint.arb(0)

    def system(z: Sequence[Any]) -> list[Any]:
        return list(valley(z[0], z[1], zero, m)[:2])

    found = birth_constants()
    middle = [to_ball(found.t), to_ball(found.a)]
    root = krawczyk(system, lambda z: _jacobian(system, z, m), middle, flint.arb(NARROW).mid())
    if root.status is not Status.UNIQUE:
        return None
    box = [x + flint.arb(0, root.radius) for x in middle]
    rows = _jacobian(lambda z: list(valley(z[0], z[1], z[2], m)), [*box, zero], m)
    kappa = valley(box[0], box[1], zero, m)[2]
    determinant = rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]
    if determinant.contains(0) or not kappa > 0:
        return None
    t1 = (rows[1][2] * rows[0][1] - rows[0][2] * rows[1][1]) / determinant
    a1 = (rows[0][2] * rows[1][0] - rows[1][2] * rows[0][0]) / determinant
    change = rows[2][0] * t1 + rows[2][1] * a1 + rows[2][2]
    scale = (48 * kappa) ** (-flint.arb(1) / 5)
    return BirthEnclosure(box[0], box[1], scale, -change / (10 * kappa * scale * scale))


def _on_curve(t: Any, m: SimpleNamespace) -> tuple[Any, Any, Any]:
    """h, psi_tt and psi_a on the curve at t (a ball, or a power series)."""
    P = 2 * t * t

    def bend(x: Any) -> Any:
        return x / ((1 - x * x) * m.sqrt(1 - x * x))

    slope_P, slope_t = 1 / m.sqrt(1 - P * P) - 1, 1 / m.sqrt(1 - t * t) - 1
    a = slope_t / (2 * t * slope_P)
    f_P, f_t = m.asin(P) - P, m.asin(t) - t
    tt = a * a * (4 * slope_P + 16 * t * t * bend(P)) - 2 * a * bend(t)
    ta = 8 * t * a * slope_P - 2 * slope_t
    return tt * 2 * f_P - ta * ta, tt, 2 * (a * f_P - f_t) / a


def _sharp(function: Callable[[Any], Any], box: Any) -> Any:
    """A function's range over a box by the mean value theorem. Enclosure."""
    middle = box.mid()
    slope = function(flint.arb_series([box, 1], 2))[1]
    return function(flint.arb_series([middle, 0], 2))[0] + slope * flint.arb(0, box.rad())


def _positive(function: Callable[[Any], Any], low: Any, high: Any) -> bool | None:
    """Whether a function is positive on an interval: True if proved, False if refuted on a box, None otherwise."""
    boxes, proved = [(low, high)], True
    while boxes:
        left, right = boxes.pop()
        box = left.union(right)
        value = _sharp(function, box)
        if value > 0:
            continue
        if value < 0:
            return False
        if float(right - left) < SHORTEST:
            proved = False
            continue
        middle = ((left + right) / 2).mid()
        boxes += [(left, middle), (middle, right)]
    return proved or None


def birth_findings() -> tuple[Finding, ...]:
    """What the law of the perturbed copy's birth leaves to balls. Enclosure.

    **Proves:** where all hold, that psi'' is positive definite on the curve from the copies to the root and singular
    there and nowhere else, that the critical points of psi + kappa/a^4 on it are not degenerate, and the digits of
    nu_0 and C_1.

    Examples
    --------
    >>> all(finding.holds for finding in birth_findings())
    True
    """
    with digits(DPS) as m:
        root = enclose_birth(m)
        if root is None:
            return (_finding("root", None, "not found"),)
        half, end, near = flint.arb("0.5"), root.t.mid() - flint.arb(BEYOND), flint.arb(AROUND)
        end, before, after = end.mid(), (root.t.mid() - near).mid(), (root.t.mid() + near).mid()

        def h(t: Any) -> Any:
            return _on_curve(t, m)[0]

        def rise(t: Any) -> Any:
            return flint.arb_series(h(flint.arb_series([t, 1], 2)), 2)[1]

        def whole(t: Any) -> Any:
            value, tt, slope = _on_curve(t, m)
            return value + 5 * slope * tt

        return (
            _finding("root", True, _text(root.t, root.a)),
            _finding("definite", _positive(h, after, half)),
            _finding("crossing", _increases(rise, before, after)),
            _finding("stiff", _positive(lambda t: _on_curve(t, m)[1], end, half)),
            _finding("path", _positive(whole, end, half)),
            _finding("scale", root.scale > 0, _text(root.scale)),
            _finding("first", bool(root.first > 0 or root.first < 0), _text(root.first)),
        )


def _finding(name: str, holds: bool | None, value: str = "") -> Finding:
    return Finding(name, BALL_WORDS[name], holds, value)


def _increases(slope: Callable[[Any], Any], low: Any, high: Any) -> bool | None:
    """Whether a derivative is positive on an interval, by plain boxes."""
    boxes = 64
    for i in range(boxes):
        left, right = (low + (high - low) * i / boxes), (low + (high - low) * (i + 1) / boxes)
        value = slope(left.union(right))
        if not value > 0:
            return False if value < 0 else None
    return True


def _text(*balls: Any) -> str:
    return ", ".join(ball.str(25) for ball in balls)

"""The real critical n as certified roots: of five equations for the perturbed copy, of one for copy-average.

The unknowns (t, a, U, V, n) differ by many orders of magnitude, so the system is scaled and preconditioned, in balls,
before Krawczyk's test: at the middle its derivative is nearly the identity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import flint
from mpmath import mp

from numerics.curves import CURVES, Critical, average_condition, critical_n, working_digits
from numerics.precision import digits, from_ball, to_ball
from numerics.reduced import derivatives, system
from verify.certificates.existence import Status
from verify.certificates.krawczyk import krawczyk

#: Exponents of ten of the radii tried, relative to the unknowns; then every ten, as far as the digits reach.
RADII = (4, 6, 8, 10, 12, 16, 20, 30)


@dataclass(frozen=True, eq=False)
class CriticalEnclosure:
    """A critical real n, proved. Enclosure.

    Attributes
    ----------
    boundary : str
    k : mpmath number
    status : Status
    n : tuple of two mpmath numbers, or None
        The critical n lies between them.
    isolation : mpmath number or None
        No other root has unknowns within this, relative to their size.
    dps : int
    why : str or None
    """

    boundary: str
    k: mp.mpf
    status: Status
    n: tuple[mp.mpf, mp.mpf] | None = None
    isolation: mp.mpf | None = None
    dps: int = 30
    why: str | None = None

    @property
    def integer(self) -> int | None:
        """The least integer not below n (for copy-average the greatest not above), if the enclosure decides it."""
        if self.n is None:
            return None
        # Rounding in the surroundings' precision could step over an integer.
        with mp.workdps(working_digits(self.k, self.dps)):
            low, high = (int(mp.floor(x) if self.boundary == "ca_minimum" else mp.ceil(x)) for x in self.n)
        return low if low == high else None


def certify_critical(boundary: str, k: int | mp.mpf, *, dps: int = 30) -> CriticalEnclosure:
    """Enclose the real n at which a phase boundary crosses k. Enclosure.

    **Proves:** with ``UNIQUE`` that the equations of the perturbed copy and the condition of the boundary (a singular
    block of the standard component, or equal losses) have exactly one common solution near the numbers found, with n
    between the two given. That it lies on the branch continued from n = k, and that it is the only one there, is not
    proved. For copy-average both are (claim ``erf-ca-boundary-law``).

    Parameters
    ----------
    boundary : {"pc_minimum", "pc_lower", "ca_minimum"}
    k : int or mpmath number
        At least 3; of any size.
    dps : int
        Digits of n.

    Raises
    ------
    ValueError
        If the boundary is another, or k is less than 3.

    Examples
    --------
    >>> found = certify_critical("pc_lower", 20)
    >>> found.status.name, found.integer, mp.nstr(found.n[0], 12)
    ('UNIQUE', 15, '14.9956084595')
    """
    found = critical_n(boundary, k, dps=dps)
    if found is None:
        return CriticalEnclosure(boundary, mp.mpf(k), Status.UNKNOWN, dps=dps, why="no root was found")
    with digits(working_digits(k, dps)) as m:
        size = to_ball(found.k)
        residuals = _average if boundary == "ca_minimum" else system(CURVES[boundary].condition)
        middle = [to_ball(value) for value in (*found.unknowns, found.n)]
        return _prove(found, residuals, middle, size, m, dps)


def _average(x: Sequence[Any], k: Any, m: SimpleNamespace) -> list[Any]:
    return [average_condition(x[0], k, m)]


def _prove(
    found: Critical,
    residuals: Callable[[Sequence[Any], Any, SimpleNamespace], list[Any]],
    middle: list[Any],
    k: Any,
    m: SimpleNamespace,
    dps: int,
) -> CriticalEnclosure:
    sizes = [abs(x).mid() for x in middle]
    if any(x == 0 for x in sizes):
        return CriticalEnclosure(found.boundary, found.k, Status.UNKNOWN, dps=dps, why="an unknown is zero")
    _, rows = derivatives(residuals, middle, k, m)
    order = len(middle)
    scaled = flint.arb_mat([[row[j] * sizes[j] for j in range(order)] for row in rows])
    try:
        inverse = scaled.mid().inv().mid()
    except ZeroDivisionError:
        return CriticalEnclosure(found.boundary, found.k, Status.UNKNOWN, dps=dps, why="a singular derivative")

    def place(y: Sequence[Any]) -> list[Any]:
        return [x + size * move for x, size, move in zip(middle, sizes, y, strict=True)]

    def function(y: Sequence[Any]) -> list[Any]:
        return list((inverse * flint.arb_mat([[value] for value in residuals(place(y), k, m)])).entries())

    def jacobian(y: Sequence[Any]) -> list[list[Any]]:
        _, rows = derivatives(residuals, place(y), k, m)
        product = inverse * flint.arb_mat([[row[j] * sizes[j] for j in range(order)] for row in rows])
        return [[product[i, j] for j in range(order)] for i in range(order)]

    why = None
    for exponent in (*RADII, *range(40, working_digits(found.k, 0), 10)):
        radius = (flint.arb(10) ** -exponent).mid()
        try:
            root = krawczyk(function, jacobian, [flint.arb(0)] * order, radius)
        except (ValueError, ZeroDivisionError):
            # The box leaves the domain of a root or a quotient.
            continue
        if root.status is Status.UNIQUE:
            n = middle[-1] + sizes[-1] * flint.arb(0, root.radius)
            ends = from_ball(n.lower()), from_ball(n.upper())
            return CriticalEnclosure(found.boundary, found.k, root.status, ends, from_ball(radius), dps)
        why = root.why
    return CriticalEnclosure(found.boundary, found.k, Status.UNKNOWN, dps=dps, why=why)

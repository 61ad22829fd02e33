r"""How the phase boundaries of erf behave as k tends to infinity.

*Copy-average minimum*: from the closed form of the index, claim ``erf-ca-boundary-law``. *Perturbed copy lower*:
claim ``erf-pc-lower-law``; both losses are :math:`(\frac13 - \frac1\pi)` per uncopied teacher to leading order, at
the next one the perturbed copy pays :math:`\frac{\varphi}{\pi} \frac{1-c}{c}`, :math:`\varphi = 2/\sqrt3 - 1`, for
the fluctuations of :math:`\sigma'` over the copies that carry the linear part of the uncopied teachers, and
copy-average pays one whole neuron. *Perturbed copy minimum*: claim ``erf-pc-minimum-law``; at :math:`n = \nu k^{3/5}`
the energy per neuron is :math:`\psi(t, a) + \kappa a^{-4} + \eta F(2 t^2)` with

.. math:: \psi = a^2 f(2t^2) - 2 a f(t), \quad \kappa = \frac{k^3}{48 n^5}, \quad \eta = \frac{k}{2 n^2}, \quad
   f(x) = \arcsin x - x, \quad F = f',

and the minimum is lost where the Hessian of :math:`\psi + \eta F` in (t, a) becomes singular.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import flint
from mpmath import mp

from numerics.precision import digits, from_ball

#: Digits of the constants.
DPS = 30


@dataclass(frozen=True)
class Law:
    r"""One boundary, :math:`n/k = \texttt{limit} + \texttt{constant}\, k^{\texttt{exponent}} + \texttt{correction}\,
    k^{\texttt{next\_exponent}} + \dots`. Approximation.

    Attributes
    ----------
    limit, constant, correction : mpmath number
    exponent, next_exponent : str
        Rational numbers.
    claim : str
        The claim of the ledger that states the law.
    standing : str
        That claim's standing.
    remark : str
        What the standing does not cover.
    """

    limit: mp.mpf
    exponent: str
    constant: mp.mpf
    next_exponent: str
    correction: mp.mpf
    claim: str
    standing: str
    remark: str

    def at(self, k: float | mp.mpf, terms: int = 2, *, dps: int = DPS) -> mp.mpf:
        """The law's first terms (one, two or three) for n, whose constants have 30 digits. Approximation."""
        with mp.workdps(dps):
            found = self.limit
            for exponent, constant in ((self.exponent, self.constant), (self.next_exponent, self.correction))[
                : terms - 1
            ]:
                found += constant * mp.mpf(k) ** _rational(exponent)
            return k * found


def _rational(text: str) -> mp.mpf:
    top, _, bottom = text.partition("/")
    return mp.mpf(top) / mp.mpf(bottom or 1)


def laws() -> dict[str, Law]:
    """The three boundaries as k tends to infinity. Approximation.

    Examples
    --------
    >>> {name: float(law.limit) for name, law in laws().items()}
    {'pc_minimum': 0.0, 'pc_lower': 0.7662308182521632, 'ca_minimum': 1.0}
    """
    with mp.workdps(DPS):
        born, lower = birth_constants(), lower_constants()
        root = 3 + 2 * mp.sqrt(3)
        return {
            "pc_minimum": Law(
                mp.mpf(0),
                "-2/5",
                born.scale,
                "-3/5",
                born.scale * born.first,
                "erf-pc-minimum-law",
                "CERTIFIED",
                "that no other block has become singular above n is certified at single k only",
            ),
            "pc_lower": Law(
                lower.limit,
                "-1",
                lower.shift,
                "-2",
                _second_shift(),
                "erf-pc-lower-law",
                "PROVED",
                "the correction is numerical",
            ),
            "ca_minimum": Law(
                mp.mpf(1), "-1/2", -mp.sqrt(root / 8), "-1", root / 16 + 1, "erf-ca-boundary-law", "PROVED", ""
            ),
        }


@dataclass(frozen=True)
class Lower:
    """Where the losses are equal: n = limit k + shift, t = 1/2 + t/k, a = 1 + a/k there. Approximation."""

    limit: mp.mpf
    shift: mp.mpf
    t: mp.mpf
    a: mp.mpf


@lru_cache(maxsize=8)
def lower_constants(dps: int = DPS) -> Lower:
    """Constants of the law for ``pc_lower``. Approximation."""
    with mp.workdps(dps + 10):
        phi, third, steep = 2 / mp.sqrt(3) - 1, mp.pi / 3 - 1, 8 / (3 * mp.sqrt(3))
        c = phi / (phi + third)
        linear = (1 - c) / (2 * c**2)
        # The Hessian of psi at (1/2, 1) is [[32/(3 sqrt 3) - 4, 2 phi], [2 phi, pi/3 - 1]]; the force, along t alone.
        soft = third * (4 * steep - 4) - 4 * phi**2
        t, a = -third * steep * linear / soft, 2 * phi * steep * linear / soft
        next_order = (
            c**2 * linear**3 / 6
            + 2 * c * linear**2 / (3 * mp.sqrt(3))
            - (1 - c) / (24 * c**2)
            - phi**2 * (1 - c) / (2 * c**2)
            + c * steep * linear * t / 2
        )
        shift = mp.pi * c**2 / phi * (2 / mp.pi * next_order + 1 / (24 * mp.pi * (1 - c)))
        return Lower(c, shift, t, a)


@lru_cache(maxsize=1)
def _second_shift() -> mp.mpf:
    """k (n - limit k - shift) at k = 10^45: the next coefficient but for 1/k. Approximation."""
    from numerics.curves import critical_n

    k = 10**45
    with mp.workdps(3 * DPS + 60):
        found = critical_n("pc_lower", k, dps=DPS + 100)
        if found is None:
            raise ArithmeticError("pc_lower: no critical n at k = 10^45")
        # The constants have to be as sharp as n.
        exact = lower_constants(DPS + 100)
        return k * (found.n - exact.limit * k - exact.shift)


@dataclass(frozen=True)
class Birth:
    """Where the perturbed copy becomes a minimum: n = scale k^(3/5) (1 + first k^(-1/5)). Approximation."""

    t: mp.mpf
    a: mp.mpf
    scale: mp.mpf
    first: mp.mpf


def valley(t: Any, a: Any, eta: Any, m: Any) -> tuple[Any, Any, Any]:
    """Derivative in t of psi + eta F, determinant of its second derivatives, and kappa where its derivative in a is
    that of -kappa/a^4.
    """
    P = 2 * t * t

    def bend(x: Any) -> Any:
        return x / ((1 - x * x) * m.sqrt(1 - x * x))

    f_P, f_t = m.asin(P) - P, m.asin(t) - t
    slope_P, slope_t = 1 / m.sqrt(1 - P * P) - 1, 1 / m.sqrt(1 - t * t) - 1
    third = (1 + 2 * P * P) / ((1 - P * P) * (1 - P * P) * m.sqrt(1 - P * P))
    # Per neuron eta a^2 F(P)/a^2: the derivatives of F(2 t^2), the coupling 2 eta F_t/a and the stiffness 2 eta F/a^2
    # come from c^2 a^2 F at fixed c, c^2 = eta/a^2 (theory.claims.boundaries).
    F_t, F_tt = 4 * t * bend(P), 4 * bend(P) + 16 * t * t * third
    in_t = 4 * t * a * a * slope_P - 2 * a * slope_t + eta * F_t
    tt = a * a * (4 * slope_P + 16 * t * t * bend(P)) - 2 * a * bend(t) + eta * F_tt
    ta = 8 * t * a * slope_P - 2 * slope_t + 2 * eta * F_t / a
    aa = 2 * f_P + 2 * eta * slope_P / (a * a)
    return in_t, tt * aa - ta * ta, a**5 * (2 * a * f_P - 2 * f_t) / 4


@lru_cache(maxsize=8)
def birth_constants(dps: int = DPS) -> Birth:
    """Constants of the law for ``pc_minimum``. Approximation."""
    with digits(dps + 20) as m:
        x = [flint.arb("0.43128"), flint.arb("1.6251")]
        zero = flint.arb(0)
        # Digits double: from five.
        for _ in range(max(8, dps.bit_length() + 2)):
            values, rows = _slopes(lambda z: valley(z[0], z[1], zero, m)[:2], x)
            step = flint.arb_mat(rows).solve(flint.arb_mat([[value] for value in values]))
            x = [(x[i] - step[i, 0]).mid() for i in range(2)]
        values, rows = _slopes(lambda z: valley(z[0], z[1], z[2], m), [*x, zero])
        # kappa = kappa_0 + kappa_1 eta along the roots of the other two.
        moved = flint.arb_mat([row[:2] for row in rows[:2]]).solve(flint.arb_mat([[-row[2]] for row in rows[:2]]))
        kappa, change = values[2], rows[2][0] * moved[0, 0] + rows[2][1] * moved[1, 0] + rows[2][2]
        scale = (48 * kappa) ** (-flint.arb(1) / 5)
        first = -change / (10 * kappa * scale * scale)
        return Birth(*(from_ball(value.mid()) for value in (x[0], x[1], scale, first)))


def _slopes(
    functions: Callable[[Sequence[Any]], Sequence[Any]], x: Sequence[Any]
) -> tuple[list[Any], list[list[Any]]]:
    """Values and derivatives of several functions, row by row."""
    found = [
        functions([flint.arb_series([value, int(i == j)], 2) for j, value in enumerate(x)]) for i in range(len(x))
    ]
    return [value[0] for value in found[0]], [[column[row][1] for column in found] for row in range(len(found[0]))]

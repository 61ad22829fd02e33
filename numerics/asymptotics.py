r"""How the phase boundaries of erf behave as k tends to infinity.

*Copy-average minimum* (proved): from :math:`P(m) = 8 m^2 - 9/2 + O(m^{-2})` in the claim ``erf-ca-index``,
:math:`n = k - \sqrt{(3 + 2\sqrt 3)\,k/8} + O(1)`.

*Perturbed copy lower* (formal expansion of the reduced equations at n = ck): both losses are
:math:`(\frac13 - \frac1\pi)` per uncopied teacher to leading order. At the next one the perturbed copy pays
:math:`\frac{\varphi}{\pi} \frac{1-c}{c}`, :math:`\varphi = 2/\sqrt3 - 1`, for the fluctuations of :math:`\sigma'`
over the copies that carry the linear part of the uncopied teachers, and copy-average pays one whole neuron.

*Perturbed copy minimum* (formal expansion at :math:`n = \nu k^{3/5}`): per neuron the energy is
:math:`\psi(Q, a) + k^3/(48 n^5 a^4)` with :math:`\psi = a^2 f(2Q^2) - 2 a f(Q)`, :math:`f(x) = \arcsin x - x`; the
minimum is lost where :math:`\psi` becomes degenerate along its valley :math:`\psi_Q = 0`.

Approximation: formal means that no error bounds are proved; the expansions agree with certified boundaries.
"""

from __future__ import annotations

from dataclasses import dataclass

from mpmath import mp

#: Digits of the constants.
DPS = 30


@dataclass(frozen=True)
class Law:
    r"""One boundary: :math:`n/k = \texttt{limit} + \texttt{constant}\, k^{\texttt{exponent}} + \dots`. Approximation.

    Attributes
    ----------
    limit, constant : mpmath number
    exponent : str
        A rational number.
    standing : str
        ``"PROVED"`` or ``"OBSERVED"`` (a formal expansion that certified boundaries follow).
    """

    limit: mp.mpf
    exponent: str
    constant: mp.mpf
    standing: str

    def at(self, k: float) -> mp.mpf:
        """The law's first two terms for n. Approximation."""
        top, _, bottom = self.exponent.partition("/")
        with mp.workdps(DPS):
            return k * (self.limit + self.constant * mp.mpf(k) ** (mp.mpf(top) / mp.mpf(bottom or 1)))


def laws() -> dict[str, Law]:
    """The three boundaries as k tends to infinity. Approximation.

    Examples
    --------
    >>> {name: float(law.limit) for name, law in laws().items()}
    {'pc_minimum': 0.0, 'pc_lower': 0.7662308182521632, 'ca_minimum': 1.0}
    """
    with mp.workdps(DPS):
        limit, constant = _lower()
        return {
            "pc_minimum": Law(mp.mpf(0), "-2/5", _birth(), "OBSERVED"),
            "pc_lower": Law(limit, "-1", constant, "OBSERVED"),
            "ca_minimum": Law(mp.mpf(1), "-1/2", -mp.sqrt((3 + 2 * mp.sqrt(3)) / 8), "PROVED"),
        }


def _lower() -> tuple[mp.mpf, mp.mpf]:
    """Where the losses are equal: to leading order, and the next."""
    phi, third = 2 / mp.sqrt(3) - 1, mp.pi / 3 - 1
    c = phi / (phi + third)
    linear = (1 - c) / (2 * c**2)
    soft = third * (32 / (3 * mp.sqrt(3)) - 4) - 4 * phi**2
    next_order = (
        c**2 * linear**3 / 6
        + 2 * c * linear**2 / (3 * mp.sqrt(3))
        - (1 - c) / (24 * c**2)
        - phi**2 * (1 - c) / (2 * c**2)
        - mp.mpf(8) / 27 * (1 - c) ** 2 / c**3 * third / soft
    )
    constant = mp.pi * c**2 / phi * (2 / mp.pi * next_order + 1 / (24 * mp.pi * (1 - c)))
    return c, constant


def _birth() -> mp.mpf:
    """The constant nu of n = nu k^(3/5), where the perturbed copy becomes a minimum."""

    def f(x: mp.mpf) -> mp.mpf:
        return mp.asin(x) - x

    def slope(x: mp.mpf) -> mp.mpf:
        return 1 / mp.sqrt(1 - x**2) - 1

    def curve(x: mp.mpf) -> mp.mpf:
        return x / (1 - x**2) ** mp.mpf(1.5)

    def conditions(Q: mp.mpf, a: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
        P = 2 * Q**2
        in_Q = 4 * Q * a**2 * slope(P) - 2 * a * slope(Q)
        in_QQ = a**2 * (4 * slope(P) + 16 * Q**2 * curve(P)) - 2 * a * curve(Q)
        in_Qa = 8 * Q * a * slope(P) - 2 * slope(Q)
        return in_Q, in_QQ * 2 * f(P) - in_Qa**2

    Q, a = mp.findroot(conditions, (mp.mpf("0.4313"), mp.mpf("1.6251")))
    kappa = a**5 * (2 * a * f(2 * Q**2) - 2 * f(Q)) / 4
    return (48 * kappa) ** (-mp.mpf(1) / 5)

"""The perturbed copy as a certified root of its four reduced equations, at any size.

A point that is critical among the points fixed by a symmetry of the loss is critical among all (the gradient is
fixed by the symmetry, too), so four equations prove a critical point of any number of parameters.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import flint
from mpmath import mp

from numerics.kernels import structures as kernel
from numerics.newton import GUARD_DIGITS
from numerics.precision import digits, from_ball, to_ball
from numerics.structures import perturbed_copy_numbers
from verify.certificates.existence import Status
from verify.certificates.krawczyk import krawczyk

#: Radii tried for uniqueness, over the size of the solution, the largest first.
RADII = ("1e-2", "1e-3", "1e-4", "1e-5", "1e-6", "1e-7", "1e-8", "1e-10", "1e-12", "1e-14", "1e-16", "1e-20")


@dataclass(frozen=True, eq=False)
class ReducedCertificate:
    """A perturbed copy, proved. Enclosure.

    Attributes
    ----------
    n, k : int
    status : Status
    numbers : tuple of mpmath numbers
        alpha, beta, gamma, a: student i is ``alpha v_i + beta (other copied) + gamma (uncopied)``, outgoing a.
    radius : mpmath number or None
        The solution is within this of the numbers (infinity norm).
    uniqueness_radius : mpmath number or None
        The box of this radius holds no other.
    loss : tuple of two mpmath numbers, or None
    dps : int
    why : str or None
    seconds : float
    """

    n: int
    k: int
    status: Status
    numbers: tuple[mp.mpf, ...] = ()
    radius: mp.mpf | None = None
    uniqueness_radius: mp.mpf | None = None
    loss: tuple[mp.mpf, mp.mpf] | None = None
    dps: int = 50
    why: str | None = None
    seconds: float = 0.0

    def balls(self) -> list[Any]:
        """The four numbers as balls that hold the solution. Enclosure."""
        blur = flint.arb(0, to_ball(self.radius))
        return [to_ball(x) + blur for x in self.numbers]


@lru_cache(maxsize=256)
def certify_perturbed_copy(n: int, k: int, *, dps: int = 50) -> ReducedCertificate:
    """Prove that the perturbed copy of (n, k) exists, in the four unknowns that symmetry leaves. Enclosure.

    **Proves:** with ``UNIQUE``, that the loss has a critical point of the form of a perturbed copy whose four numbers
    lie within ``radius`` of those given, and no other within ``uniqueness_radius``. That it lies on the branch
    continued from n = k - 1 is not proved, nor whether it is a minimum.

    Parameters
    ----------
    n, k : int
        With 1 <= n < k.
    dps : int
        Digits.

    Returns
    -------
    ReducedCertificate

    Raises
    ------
    ValueError
        If not 1 <= n < k.

    Examples
    --------
    >>> certify_perturbed_copy(9, 10).status.name
    'UNIQUE'
    """
    begun = time.perf_counter()
    found = _attempt(n, k, dps)
    return replace(found, seconds=time.perf_counter() - begun)


def _attempt(n: int, k: int, dps: int) -> ReducedCertificate:
    numbers = perturbed_copy_numbers(n, k, dps=dps)
    if numbers is None:
        return ReducedCertificate(n, k, Status.UNKNOWN, dps=dps, why="the branch from n = k - 1 ends above n")
    with digits(dps + GUARD_DIGITS) as arithmetic:
        middle = [to_ball(x) for x in numbers]
        sizes = flint.arb(n), flint.arb(k)

        def system(x: Any) -> Any:
            return kernel.perturbed_copy(x[0], x[1], x[2], x[3], *sizes, arithmetic)

        def jacobian(x: Any) -> Any:
            flat = kernel.perturbed_copy_jacobian(x[0], x[1], x[2], x[3], *sizes, arithmetic)
            return [flat[4 * i : 4 * i + 4] for i in range(4)]

        found = None
        for text in RADII:
            radius = flint.arb(text).mid()
            found = krawczyk(system, jacobian, middle, radius)
            if found.status is Status.UNIQUE:
                near = [x + flint.arb(0, found.radius) for x in middle]
                (loss,) = kernel.perturbed_copy_loss(near[0], near[1], near[2], near[3], *sizes, arithmetic)
                if not loss.is_finite():
                    continue
                # Twice as wide as proved: room for another's rounding.
                ends = from_ball((loss - loss.rad()).lower()), from_ball((loss + loss.rad()).upper())
                return ReducedCertificate(
                    n, k, found.status, numbers, from_ball(found.radius), from_ball(radius), ends, dps
                )
        return ReducedCertificate(n, k, Status.UNKNOWN, numbers, dps=dps, why=found.why if found else None)

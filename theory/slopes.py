r"""Positively homogeneous activations of degree one, :math:`p \max(x, 0) + q \max(-x, 0)`, by name. Exact.

Without sympy: these are the constants that everything else is parametrised by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

#: Slope of ``leaky-relu`` where none is given.
DEFAULT_SLOPE = Fraction(1, 100)
#: Longest text of a slope that is read: exact numbers of any length would enter every formula.
LONGEST_SLOPE = 24

_NUMBER = re.compile(r"[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?|[0-9]+/[0-9]+")
_WITH_SLOPE = "leaky-relu:"


@dataclass(frozen=True)
class Homogeneous:
    r"""A function :math:`p \max(x, 0) + q \max(-x, 0)`. Exact.

    Attributes
    ----------
    right, left : Fraction
        p and q, with :math:`p + q \ne 0`.

    Examples
    --------
    >>> Homogeneous(Fraction(1), Fraction(1)).constants
    (4.0, -1.0)
    """

    right: Fraction
    left: Fraction

    @property
    def scale(self) -> Fraction:
        """The factor of the interaction of ReLU."""
        return (self.right + self.left) ** 2

    @property
    def shift(self) -> Fraction:
        """The factor of the inner product."""
        return -self.right * self.left

    @property
    def own(self) -> Fraction:
        """The interaction of a unit vector with itself."""
        return (self.right**2 + self.left**2) / 2

    @property
    def constants(self) -> tuple[float, float]:
        """``scale`` and ``shift`` in double precision."""
        return float(self.scale), float(self.shift)

    @property
    def even(self) -> bool:
        """Whether ``(w, a)`` and ``(-w, a)`` are one neuron."""
        return self.right == self.left

    @property
    def positive(self) -> bool:
        """Whether no value is negative; then no interaction is, either."""
        return self.right >= 0 and self.left >= 0


RELU = Homogeneous(Fraction(1), Fraction(0))
ABS = Homogeneous(Fraction(1), Fraction(1))


def leaky(slope: Fraction) -> Homogeneous:
    """Leaky ReLU with a slope on the negative side. Exact."""
    return Homogeneous(Fraction(1), -slope)


#: Those with a name of their own.
NAMED = {"relu": RELU, "leaky-relu": leaky(DEFAULT_SLOPE), "abs": ABS}


def has_slope(name: str) -> bool:
    """Whether a name is of the kind ``leaky-relu:0.2``, whatever follows the colon. Exact."""
    return name.startswith(_WITH_SLOPE)


def slope_of(name: str) -> Fraction:
    """The slope in a name like ``leaky-relu:0.2`` or ``leaky-relu:1/5``. Exact.

    Raises
    ------
    ValueError
        If it is no number between 0 and 1 (both excluded: these are ReLU and the identity).

    Examples
    --------
    >>> slope_of("leaky-relu:1e-2")
    Fraction(1, 100)
    """
    text = name.removeprefix(_WITH_SLOPE)
    if len(text) > LONGEST_SLOPE or not _NUMBER.fullmatch(text):
        raise ValueError(
            f"activation: got {name!r}, needs a slope between 0 and 1 like leaky-relu:0.2 or leaky-relu:1/5"
        )
    denominator = text.partition("/")[2]
    if denominator and int(denominator) == 0:
        raise ValueError(f"activation: got {name!r}, whose slope has the denominator zero")
    slope = Fraction(text)
    if not 0 < slope < 1:
        other = " (that is relu)" if slope == 0 else " (that is linear)" if slope == 1 else ""
        raise ValueError(f"activation: got {name!r}, needs a slope between 0 and 1, both excluded{other}")
    return slope

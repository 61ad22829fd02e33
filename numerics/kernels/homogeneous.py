r"""Positively homogeneous activations of degree one, by name: ReLU, leaky ReLU and the absolute value. Exact.

Every such function is :math:`\sigma(x) = p \max(x, 0) + q \max(-x, 0)`, and with :math:`x = \max(x, 0) - \max(-x, 0)`

.. math:: E[\sigma(w \cdot x)\, \sigma(z \cdot x)] = (p + q)^2\, g_{\mathrm{relu}}(w, z) - p q\, (w \cdot z)

(claim ``homogeneous-interaction``): what is known of ReLU serves all of them, with two constants.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

#: Slope of ``leaky-relu`` where none is given.
DEFAULT_SLOPE = Fraction(1, 100)
#: Longest text of a slope that is read: exact numbers of any length would enter every ball.
LONGEST_SLOPE = 24

_DECIMAL = re.compile(r"[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?|[0-9]+/[0-9]+")


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


class Forms(Mapping[str, Homogeneous]):
    """Homogeneous activations by the name used on the command line; ``leaky-relu:0.2`` has its slope in it. Exact.

    Examples
    --------
    >>> forms = Forms()
    >>> forms["leaky-relu:0.2"].left, "erf" in forms, list(forms)
    (Fraction(-1, 5), False, ['relu', 'leaky-relu', 'abs'])
    """

    _named = {"relu": RELU, "leaky-relu": leaky(DEFAULT_SLOPE), "abs": ABS}

    def __getitem__(self, name: str) -> Homogeneous:
        """The function of a name.

        Raises
        ------
        KeyError
            If the name is of another kind.
        ValueError
            If the slope in it is no number between 0 and 1.
        """
        if name in self._named:
            return self._named[name]
        if not _has_slope(name):
            raise KeyError(name)
        return leaky(slope_of(name))

    def __contains__(self, name: object) -> bool:
        return name in self._named or (isinstance(name, str) and _has_slope(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)


def _has_slope(name: str) -> bool:
    return name.startswith("leaky-relu:")


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
    text = name.partition(":")[2].strip()
    if len(text) > LONGEST_SLOPE or not _DECIMAL.fullmatch(text):
        raise ValueError(
            f"activation: got {name!r}, needs a slope between 0 and 1 like leaky-relu:0.2 or leaky-relu:1/5"
        )
    numerator, _, denominator = text.partition("/")
    if denominator and int(denominator) == 0:
        raise ValueError(f"activation: got {name!r}, whose slope has the denominator zero")
    slope = Fraction(int(numerator), int(denominator)) if denominator else Fraction(text)
    if not 0 < slope < 1:
        other = "relu" if slope == 0 else "linear" if slope == 1 else ""
        hint = f" (that is {other})" if other else ""
        raise ValueError(f"activation: got {name!r}, needs a slope between 0 and 1, both excluded{hint}")
    return slope


#: The homogeneous activations, by the name used on the command line.
HOMOGENEOUS = Forms()

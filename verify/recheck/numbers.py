"""Numbers of certificate files: pairs [mantissa, exponent] of integers, standing for mantissa * 2**exponent."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import flint

#: A python-flint ball; the library ships no types.
Ball: TypeAlias = Any

MANTISSA_BITS = 10**5
LARGEST_EXPONENT = 10**5
#: Decimal digits of the largest mantissa, with some to spare.
_DIGITS = 31_000


class Unreadable(ValueError):
    """A file or document that is no certificate; the message is one line. Exact."""


def number(value: Any) -> list[int]:
    """A number of certificate files: [mantissa, exponent], the mantissa odd or zero. Exact.

    Parameters
    ----------
    value : float, int, pair of int, or exact python-flint ball

    Returns
    -------
    list of two int

    Raises
    ------
    ValueError
        If the value is not finite, not exact, or of another type.

    Examples
    --------
    >>> number(0.75), number(40), number((12, -3))
    ([3, -2], [5, 3], [3, -1])
    """
    if isinstance(value, bool):
        raise ValueError(f"value: got {value!r}, needs a number")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"value: got {value!r}, needs a finite number")
        numerator, denominator = float(value).as_integer_ratio()
        return _odd(numerator, 1 - denominator.bit_length())
    if isinstance(value, int):
        return _odd(value, 0)
    if isinstance(value, flint.arb):
        if not (value.is_finite() and value.is_exact()):
            raise ValueError(f"value: got the ball {value}, needs an exact number")
        mantissa, exponent = value.man_exp()
        return _odd(int(mantissa), int(exponent))
    if isinstance(value, (tuple, list)) and len(value) == 2 and all(type(part) is int for part in value):
        return _odd(*value)
    raise ValueError(f"value: got {type(value).__name__}, needs a float, an int, a pair of int or an exact ball")


def _odd(mantissa: int, exponent: int) -> list[int]:
    if mantissa == 0:
        return [0, 0]
    zeros = (mantissa & -mantissa).bit_length() - 1
    return [mantissa >> zeros, exponent + zeros]


def to_ball(num: list[int]) -> Ball:
    """The number as a ball of radius zero, whatever the working precision. Exact.

    Examples
    --------
    >>> to_ball([3, -2])
    0.750000000000000
    """
    return flint.arb((num[0], num[1]))


def parse(value: Any, where: str) -> Ball:
    """The ball of radius zero for a number of a file, or ``Unreadable`` saying where it is none."""
    if not isinstance(value, list) or len(value) != 2 or any(type(part) is not int for part in value):
        raise Unreadable(f"{where}: needs a number, [mantissa, exponent] with two integers")
    if value[0].bit_length() > MANTISSA_BITS:
        raise Unreadable(f"{where}: the mantissa has {value[0].bit_length()} bits, at most {MANTISSA_BITS} are read")
    if abs(value[1]) > LARGEST_EXPONENT:
        raise Unreadable(f"{where}: the exponent is beyond +-{LARGEST_EXPONENT}")
    return to_ball(value)


def size(ball: Ball) -> int:
    """Least e with abs(ball) <= 2**e, for an exact ball that is not zero."""
    mantissa, exponent = ball.man_exp()
    return abs(int(mantissa)).bit_length() + int(exponent)


def mantissa_bits(ball: Ball) -> int:
    """Length of the mantissa of an exact ball."""
    return abs(int(ball.man_exp()[0])).bit_length()


@contextmanager
def long_integers() -> Iterator[None]:
    """Let integers of the longest mantissas be read and written in decimal."""
    before = sys.get_int_max_str_digits()
    if 0 < before < _DIGITS:
        sys.set_int_max_str_digits(_DIGITS)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(before)

"""Forward-mode automatic differentiation in four variables over balls."""

from __future__ import annotations

from dataclasses import dataclass

import flint

from verify.recheck.numbers import Ball

_SIZE = 4


@dataclass(frozen=True)
class Dual:
    """A ball and the balls of its partial derivatives."""

    value: Ball
    slopes: tuple[Ball, ...]

    @staticmethod
    def constant(value: Ball | int) -> Dual:
        return Dual(flint.arb(value), (flint.arb(0),) * _SIZE)

    @staticmethod
    def variable(value: Ball, place: int) -> Dual:
        return Dual(value, tuple(flint.arb(int(i == place)) for i in range(_SIZE)))

    def _chain(self, value: Ball, slope: Ball) -> Dual:
        return Dual(value, tuple(slope * x for x in self.slopes))

    def __add__(self, other: Dual | int) -> Dual:
        if isinstance(other, int):
            return Dual(self.value + other, self.slopes)
        return Dual(self.value + other.value, tuple(x + y for x, y in zip(self.slopes, other.slopes, strict=True)))

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return self._chain(-self.value, flint.arb(-1))

    def __sub__(self, other: Dual) -> Dual:
        return self + -other

    def __mul__(self, other: Dual | int) -> Dual:
        if isinstance(other, int):
            return self._chain(self.value * other, flint.arb(other))
        slopes = (x * other.value + self.value * y for x, y in zip(self.slopes, other.slopes, strict=True))
        return Dual(self.value * other.value, tuple(slopes))

    __rmul__ = __mul__

    def reciprocal(self) -> Dual:
        inverse = 1 / self.value
        return self._chain(inverse, -inverse * inverse)

    def __truediv__(self, other: Dual) -> Dual:
        return self * other.reciprocal()

    def __rtruediv__(self, other: int) -> Dual:
        return other * self.reciprocal()

    def sqrt(self) -> Dual:
        root = self.value.sqrt()
        return self._chain(root, 1 / (2 * root))

    def asin(self) -> Dual:
        return self._chain(self.value.asin(), (1 - self.value * self.value).rsqrt())

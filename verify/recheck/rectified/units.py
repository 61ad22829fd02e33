"""The homogeneous activations of certificates, by name: sigma(t) = p max(0, t) + q max(0, -t)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import flint

from verify.recheck.numbers import Ball, Unreadable

#: Longest name that is read.
LONGEST = 40


@dataclass(frozen=True)
class Units:
    """The two slopes as exact fractions."""

    p: Any
    q: Any

    def ball(self, fraction: Any) -> Ball:
        """A fraction at the working precision. Enclosure."""
        return flint.arb(fraction)

    @property
    def both(self) -> Ball:
        """p^2 + q^2: the weight of the pairs (w, z) and (-w, -z)."""
        return self.ball(self.p * self.p + self.q * self.q)

    @property
    def mixed(self) -> Ball:
        """2 p q: that of (w, -z) and (-w, z)."""
        return self.ball(2 * self.p * self.q)

    @property
    def whole(self) -> Ball:
        """(p + q)^2: that of everything that does not tell z from -z."""
        return self.ball((self.p + self.q) * (self.p + self.q))

    @property
    def even(self) -> bool:
        """Whether sigma(-t) = sigma(t)."""
        return bool(self.p == self.q)

    @property
    def positive(self) -> bool:
        """Whether sigma is nowhere negative."""
        return bool(self.p >= 0) and bool(self.q >= 0)

    def words(self) -> str:
        """The function in words."""
        if self.q == 0:
            return "max(0, t)"
        return "|t|" if self.even else f"max(0, t) + ({self.q}) max(0, -t)"


def units(name: Any) -> Units:
    """The activation of a name, or ``Unreadable``."""
    one = flint.fmpq(1)
    named = {"relu": flint.fmpq(0), "leaky-relu": flint.fmpq(-1, 100), "abs": one}
    if isinstance(name, str) and name in named:
        return Units(one, named[name])
    slope = re.fullmatch(r"leaky-relu:(?:(\d*)\.?(\d+)(?:[eE]([+-]?\d{1,2}))?|(\d+)/(\d+))", str(name)[:LONGEST])
    if slope is None:
        raise Unreadable("system.activation: needs 'relu', 'leaky-relu', 'leaky-relu:SLOPE' or 'abs'")
    whole, part, exponent, above, below = slope.groups()
    if below is not None:
        found = flint.fmpq(int(above), int(below)) if int(below) else flint.fmpq(0)
    else:
        point = len(part) if "." in str(name) else 0
        power = int(exponent or 0) - point
        digits = int((whole or "") + part)
        found = flint.fmpq(digits * 10 ** max(power, 0), 10 ** max(-power, 0))
    if not 0 < found < 1:
        raise Unreadable("system.activation: needs a slope between 0 and 1")
    return Units(one, -found)

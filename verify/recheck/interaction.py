r"""Interactions of two neurons of any activation that a certificate may name: value and derivatives, in balls.

For X = w.x, Y = z.x with s = w.z, p = |w|^2, q = |z|^2, let E_ij = E[sigma^(i)(X) sigma^(j)(Y)]. The normal density
solves heat equations in the entries of its covariance matrix (Price), so that for g = E_00

    g_s = E_11,  g_p = E_20 / 2,  g_ss = E_22,  g_sp = E_31 / 2,  g_sq = E_13 / 2,  g_pp = E_40 / 4,  g_pq = E_22 / 4.

``expectation`` has E_ij for polynomials, exponentials and the normal distribution function, ``logistic`` for the
logistic function and its relatives; erf has formulas of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from verify.recheck import erf
from verify.recheck.erf import First, Second
from verify.recheck.expectation import Expectations
from verify.recheck.expression import BUILT_IN, read_terms
from verify.recheck.logistic import FORMULAS, Logistic
from verify.recheck.numbers import Ball

Order = tuple[int, int]

_VALUE: tuple[Order, ...] = ((0, 0),)
_FIRST: tuple[Order, ...] = ((1, 1), (2, 0))
_SECOND: tuple[Order, ...] = ((1, 1), (2, 0), (2, 2), (3, 1), (1, 3), (4, 0))


class Interaction(Protocol):
    """g(s, p, q) and what gradients and Hessians need of it. Enclosure."""

    def value(self, s: Ball, p: Ball, q: Ball, /) -> Ball:
        """g."""

    def first(self, s: Ball, p: Ball, q: Ball, /) -> First:
        """g_s and g_p."""

    def second(self, s: Ball, p: Ball, q: Ball, /) -> Second:
        """All derivatives up to the second that Hessians need."""


class _Moments(Protocol):
    def __call__(self, orders: tuple[Order, ...], s: Ball, p: Ball, q: Ball, /) -> list[Ball]: ...


class _Erf:
    """With the formulas of ``erf``."""

    def value(self, s: Ball, p: Ball, q: Ball) -> Ball:
        return erf.value(s, 1 + p, 1 + q)

    def first(self, s: Ball, p: Ball, q: Ball) -> First:
        return erf.first(s, 1 + p, 1 + q)

    def second(self, s: Ball, p: Ball, q: Ball) -> Second:
        return erf.second(s, 1 + p, 1 + q)


class ByPrice:
    """From the expectations E_ij. Enclosure."""

    def __init__(self, moments: _Moments) -> None:
        self._moments = moments

    def value(self, s: Ball, p: Ball, q: Ball) -> Ball:
        """g."""
        return self._moments(_VALUE, s, p, q)[0]

    def first(self, s: Ball, p: Ball, q: Ball) -> First:
        """g_s and g_p."""
        both, twice = self._moments(_FIRST, s, p, q)
        return First(both, twice / 2)

    def second(self, s: Ball, p: Ball, q: Ball) -> Second:
        """All derivatives up to the second that Hessians need."""
        g_s, g_p, g_ss, g_sp, g_sq, g_pp = self._moments(_SECOND, s, p, q)
        return Second(g_s, g_p / 2, g_ss, g_sp / 2, g_sq / 2, g_pp / 4, g_ss / 4)


@lru_cache(maxsize=16)
def interaction_of(activation: str, nats: int) -> Interaction:
    """The interaction of an activation; where it is summed numerically, to about exp(-nats).

    Raises
    ------
    Unreadable
        If it is neither a name that is known here nor an expression of the family of ``expression``.
    """
    if activation == "erf":
        return _Erf()
    if activation in FORMULAS:
        return ByPrice(Logistic(activation, nats))
    return ByPrice(Expectations(read_terms(activation)))


def formula(activation: str) -> str:
    """sigma(t) in words. Exact.

    Raises
    ------
    Unreadable
        As in ``interaction_of``.

    Examples
    --------
    >>> formula("erf"), formula("hermite2"), formula("x*exp(-x**2)")
    ('sigma(t) = erf(t/sqrt 2)', 'sigma(x) = x**2 - 1', 'sigma(x) = x*exp(-x**2)')
    """
    if activation == "erf":
        return "sigma(t) = erf(t/sqrt 2)"
    if activation in FORMULAS:
        return f"sigma(x) = {FORMULAS[activation]}"
    read_terms(activation)
    return f"sigma(x) = {BUILT_IN.get(activation, activation)}"

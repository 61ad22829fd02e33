r"""The Hessian at a perturbed copy, split by its symmetry into blocks of size 4, 5 and 1, in any arithmetic.

The points are fixed by permutations of the n copied teachers with their students, and of the N = k - n uncopied ones.
With t a vector that sums to zero, a perturbation of the standard component is :math:`da_i = b t_i`,
:math:`dW_{ii} = x t_i`, :math:`dW_{ij} = y t_i + z t_j`, :math:`dW_{iu} = g t_i`: five unknowns, n - 1 choices of t.
The trivial component has :math:`da_i = b, dW_{ii} = x, dW_{ij} = y, dW_{iu} = g`. All others are one-dimensional.
Quadratic forms are written down and polarised; the interaction's derivatives are those of the generated kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from numerics.kernels import erf

Number = Any


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks in orthonormal coordinates, and how often each occurs. Approximation or enclosure, as the arithmetic.

    Attributes
    ----------
    trivial : list of 4 rows
        Once.
    standard : list of 5 rows (4 for n = 2)
        n - 1 times.
    scalars : dict
        Eigenvalue and multiplicity of each one-dimensional component, by its name.
    """

    trivial: list[list[Number]]
    standard: list[list[Number]]
    scalars: dict[str, tuple[Number, int]]


def perturbed_copy_blocks(
    numbers: Sequence[Number], n: int, k: int, m: SimpleNamespace, *, dim: int | None = None
) -> Blocks:
    """The Hessian at a perturbed copy, by components of its symmetry.

    Parameters
    ----------
    numbers : sequence of four numbers
        alpha, beta, gamma, a, in the arithmetic m.
    n, k : int
        With 2 <= n < k.
    m : SimpleNamespace
        The arithmetic: sqrt, asin, pi, rational.
    dim : int, optional
        Input dimension; default k + 1.

    Returns
    -------
    Blocks
    """
    point = _Point(numbers, n, k, m)
    one, zero = m.rational(1, 1), m.rational(0, 1)
    half, uncopied = 1 / m.sqrt(m.rational(2 * n, 1)), 1 / m.sqrt(m.rational(k - n, 1))
    basis = [(one, zero, zero, zero, zero), (zero, one, zero, zero, zero)]
    if n > 2:
        both = 1 / m.sqrt(m.rational(2 * (n - 2), 1))
        basis.append((zero, zero, both, both, zero))
    basis += [(zero, zero, half, -half, zero), (zero, zero, zero, zero, uncopied)]
    few = [
        (one, zero, zero, zero),
        (zero, one, zero, zero),
        (zero, zero, 1 / m.sqrt(m.rational(n - 1, 1)), zero),
        (zero, zero, zero, uncopied),
    ]
    return Blocks(
        _matrix(point.trivial, few), _matrix(point.standard, basis), point.scalars(k + 1 if dim is None else dim)
    )


def _matrix(form: Callable[[Any, Any], Number], basis: Sequence[Any]) -> list[list[Number]]:
    return [[form(left, right) for right in basis] for left in basis]


def _polar(u: Number, v: Number, u2: Number, v2: Number) -> Number:
    """The bilinear form of the product u v."""
    return (u * v2 + u2 * v) / 2


class _Point:
    """What the quadratic forms need to know of the point."""

    def __init__(self, numbers: Sequence[Number], n: int, k: int, m: SimpleNamespace) -> None:
        self.n, self.k, self.N = n, k, k - n
        self.alpha, self.beta, self.gamma, self.a = alpha, beta, gamma, a = numbers
        p = alpha * alpha + (n - 1) * beta * beta + self.N * gamma * gamma
        s = 2 * alpha * beta + (n - 2) * beta * beta + self.N * gamma * gamma
        one = m.rational(1, 1)
        self.pair = _second(s, p, p, m)
        self.own, self.copy, self.other = (_second(x, p, one, m) for x in (alpha, beta, gamma))
        # A neuron with itself: derivatives of g(p, p, p) along the diagonal.
        root, c = m.sqrt(1 + 2 * p), 2 / m.pi
        self.self0 = c * m.asin(p / (1 + p))
        self.self1 = c / ((1 + p) * root)
        self.self2 = -c * (1 / ((1 + p) * (1 + p) * root) + 1 / ((1 + p) * root * root * root))
        teachers = self.own.p + (n - 1) * self.copy.p + self.N * self.other.p
        self.D0 = 2 * a * a * (2 * (n - 1) * self.pair.p + self.self1) - 4 * a * teachers
        curved = self.own.pp + (n - 1) * self.copy.pp + self.N * self.other.pp
        self.D4 = 8 * a * a * (n - 1) * self.pair.pp + 4 * a * a * self.self2 - 8 * a * curved
        self.A = alpha - beta

    def _standard_parts(self, v: Any) -> tuple[Number, ...]:
        b, x, y, z, g = v
        rest = x - y - z
        R = self.A * y + self.beta * (rest + self.n * y) + self.gamma * self.N * g
        return b, x, y, z, g, rest, R, self.A * z, R + self.A * (x - y)

    def standard(self, left: Any, right: Any) -> Number:
        """The form of the standard component."""
        b, x, y, z, g, e, R, Z, Q = self._standard_parts(left)
        b2, x2, y2, z2, g2, e2, R2, Z2, Q2 = self._standard_parts(right)
        n, a, S = self.n, self.a, self.pair
        mutual = S.s * (
            2 * (n - 1) * _polar(e, z, e2, z2)
            + n * (n - 1) * z * z2
            - 2 * _polar(e, y, e2, y2)
            - n * y * y2
            - self.N * g * g2
        )
        mutual += S.ss * (2 * (n - 1) * _polar(R, Z, R2, Z2) - R * R2 - Z * Z2)
        mutual += 4 * S.sp * ((n - 1) * _polar(Z, Q, Z2, Q2) - _polar(R, Q, R2, Q2)) - 4 * S.pq * Q * Q2
        norm = e * e2 + 2 * _polar(e, y, e2, y2) + 2 * _polar(e, z, e2, z2) + n * (y * y2 + z * z2) + self.N * g * g2
        twice = S.ss * ((n - 1) * (R * R2 + Z * Z2) - 2 * _polar(R, Z, R2, Z2))
        twice += 4 * S.sp * ((n - 1) * _polar(R, Q, R2, Q2) - _polar(Z, Q, Z2, Q2))
        copies = self.copy.ss * ((n - 1) * (y * y2 + z * z2) - 2 * _polar(y, z, y2, z2))
        copies += 4 * self.copy.sp * ((n - 1) * _polar(y, Q, y2, Q2) - _polar(z, Q, z2, Q2))
        teachers = self._teachers(x, x2, g, g2, Q, Q2) + copies

        def outgoing(R: Number, Z: Number, Q: Number) -> Number:
            return 2 * a * (S.s * ((n - 1) * Z - R) + (self.self1 - 2 * S.p) * Q)

        incoming = self.D0 * norm + self.D4 * Q * Q2 + 2 * a * a * (mutual + twice) - 2 * a * teachers
        return incoming + b * outgoing(R2, Z2, Q2) + b2 * outgoing(R, Z, Q) + 2 * (self.self0 - S.g) * b * b2

    def trivial(self, left: Any, right: Any) -> Number:
        """The form of the trivial component: the reduced Hessian."""
        b, x, y, g, e, R, Q = self._trivial_parts(left)
        b2, x2, y2, g2, e2, R2, Q2 = self._trivial_parts(right)
        n, a, S = self.n, self.a, self.pair
        norm = e * e2 + 2 * _polar(e, y, e2, y2) + n * y * y2 + self.N * g * g2
        shared = norm - e * e2
        mutual = S.s * shared + S.ss * R * R2 + 4 * S.sp * _polar(R, Q, R2, Q2) + 4 * S.pq * Q * Q2
        twice = S.ss * R * R2 + 4 * S.sp * _polar(R, Q, R2, Q2)
        copies = (n - 1) * (self.copy.ss * y * y2 + 4 * self.copy.sp * _polar(y, Q, y2, Q2))
        teachers = self._teachers(x, x2, g, g2, Q, Q2) + copies

        def outgoing(R: Number, Q: Number) -> Number:
            return 2 * a * ((n - 1) * (S.s * R + 2 * S.p * Q) + self.self1 * Q)

        incoming = self.D0 * norm + self.D4 * Q * Q2 + 2 * a * a * (n - 1) * (mutual + twice) - 2 * a * teachers
        return incoming + b * outgoing(R2, Q2) + b2 * outgoing(R, Q) + 2 * (self.self0 + (n - 1) * S.g) * b * b2

    def _trivial_parts(self, v: Any) -> tuple[Number, ...]:
        b, x, y, g = v
        rest = x - y
        R = self.A * y + self.beta * (rest + self.n * y) + self.gamma * self.N * g
        return b, x, y, g, rest, R, R + self.A * (x - y)

    def _teachers(self, x: Number, x2: Number, g: Number, g2: Number, Q: Number, Q2: Number) -> Number:
        """Own and uncopied teachers."""
        own = self.own.ss * x * x2 + 4 * self.own.sp * _polar(x, Q, x2, Q2)
        return own + self.N * (self.other.ss * g * g2 + 4 * self.other.sp * _polar(g, Q, g2, Q2))

    def scalars(self, dim: int) -> dict[str, tuple[Number, int]]:
        """The one-dimensional components with their multiplicities."""
        n, N = self.n, self.N
        together, square = 2 * self.a * self.a * self.pair.s, 2 * self.a * self.a * self.pair.ss * self.A * self.A
        alike, apart = self.D0 + (n - 1) * together, self.D0 - together
        among = apart + square - 2 * self.a * self.copy.ss
        unseen = 2 * self.a * self.other.ss
        return {
            "copied, symmetric": (among + square, n * (n - 3) // 2 if n > 3 else 0),
            "copied, antisymmetric": (among - square, (n - 1) * (n - 2) // 2),
            "uncopied, alike": (alike - unseen, N - 1),
            "uncopied, apart": (apart - unseen, (n - 1) * (N - 1)),
            "ignored, alike": (alike, dim - self.k),
            "ignored, apart": (apart, (n - 1) * (dim - self.k)),
        }


def _second(s: Number, p: Number, q: Number, m: SimpleNamespace) -> SimpleNamespace:
    """The interaction's value and derivatives by name."""
    (value,) = erf.value(s, p, q, m)
    d_s, d_p, d_ss, d_sp, _, d_pp, d_pq = erf.second(s, p, q, m)
    return SimpleNamespace(g=value, s=d_s, p=d_p, ss=d_ss, sp=d_sp, pp=d_pp, pq=d_pq)

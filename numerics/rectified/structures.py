"""The structures of homogeneous networks as numbers: to any number of digits, with index and loss.

In the gauge ``omega_i = |a_i| w_i`` a network is its vectors and the signs of its outgoing weights: a network in
which neuron i is ``(c w_i, a_i / c)`` is the same one. Critical points are those of the loss with outgoing weights
held at the signs, and so is their index: that of the Hessian on the quotient by rescaling.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from mpmath import mp
from numpy.typing import NDArray

from numerics.inertia import inertia
from numerics.initial import pack
from numerics.kernels import HOMOGENEOUS
from numerics.kernels.homogeneous import RELU
from numerics.precision import Exact, digits, from_ball
from numerics.problem import Array, Problem
from numerics.rectified.blocks import teacher_loss
from numerics.rectified.families import Family, families, member
from numerics.rectified.pattern import Pattern, detect
from numerics.rectified.solve import Solution, solve


@dataclass(frozen=True, eq=False)
class Point:
    """A structure as numbers, all of its neurons alive and no two collinear. Approximation.

    Attributes
    ----------
    name : str
    partition : tuple of int or None
        Sizes of the groups of teachers in ascending order for ``"copy-average"``, which is exact; for
        ``"against-teacher"`` and ``"reflected-copy"`` the numbers of neurons that do so, and of those that copy.
    pattern : Pattern
        Which students and teachers are alike.
    coordinates : ndarray of mpmath numbers, shape (n, k)
        Inner products of ``|a_i| w_i`` with the teachers, in the pattern's order.
    outgoing : ndarray of mpmath numbers, shape (n,)
        Signs of the outgoing weights.
    loss : mpmath number
    activation : str
    """

    name: str
    partition: tuple[int, ...] | None
    pattern: Pattern
    coordinates: Exact
    outgoing: Exact
    loss: mp.mpf
    activation: str = "relu"

    @cached_property
    def index(self) -> int | None:
        """Negative eigenvalues of the Hessian on the quotient by rescaling; None if one is too near to zero to say.

        In double precision, in one input dimension more than there are teachers: further ones repeat its eigenvalues.
        """
        return self.index_in(self.k + 1)

    def index_in(self, dim: int) -> int | None:
        """The same in another input dimension, at least k. Approximation."""
        if self.n == 0:
            return 0
        found = inertia(*fixed(self.doubles()[0], self.signs, dim=min(dim, self.k + 1), activation=self.activation))
        return found.negative if found.zero == 0 else None

    @property
    def n(self) -> int:
        """Number of neurons."""
        return int(self.coordinates.shape[0])

    @property
    def k(self) -> int:
        """Number of teachers."""
        return int(self.coordinates.shape[1])

    @property
    def signs(self) -> NDArray[np.intp]:
        """Signs of the outgoing weights, shape (n,)."""
        return self.pattern.signs()

    @property
    def minimum(self) -> bool:
        """Whether it is a strict minimum on the quotient, in double precision."""
        return self.index == 0

    def values(self) -> Array:
        """The coefficients by the pattern's slots, in double precision."""
        found = np.zeros(len(self.pattern.slots))
        found[self.pattern.labels] = self.doubles()[0]
        return found

    def doubles(self) -> tuple[Array, Array]:
        """Coordinates and outgoing weights in double precision."""
        return self.coordinates.astype(np.float64).reshape(self.n, self.k), self.signs.astype(np.float64)


def structures(n: int, k: int, *, dps: int = 50, activation: str = "relu") -> tuple[Point, ...]:
    """All named structures of n neurons on k unit-orthonormal teachers. Approximation.

    Parameters
    ----------
    n : int
        Neurons that are alive, collinear ones counted once; 0 is the network that has died.
    k : int
        Teachers, at least n.
    dps : int
        Digits, at least 15.
    activation : str
        A homogeneous one: ``relu``, ``leaky-relu`` (those of ReLU, followed from slope zero), or ``abs``.

    Returns
    -------
    tuple of Point
        In the order of their losses; minima and saddles. A family whose branch ends before (n, k) is missing.

    Raises
    ------
    ValueError
        If not 0 <= n <= k, k is below 1 or dps below 15.

    References
    ----------
    Şimşek, Bendjeddou, Gerstner and Brea, *Should Under-parameterized Student Networks Copy or Average Teacher
    Weights?*, NeurIPS 2023. Safran and Shamir, *Spurious Local Minima are Common in Two-Layer ReLU Neural Networks*,
    ICML 2018.

    Examples
    --------
    >>> for point in structures(2, 3):
    ...     print(point.name, point.index, mp.nstr(point.loss, 12))
    perturbed-copy-average 0 0.153667717531
    perturbed-copy 1 0.155324732796
    """
    for name, value, least in (("n", n, 0), ("k", k, 1), ("dps", dps, 15)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"{name}: got {value!r}, needs an integer of at least {least}")
    if n > k:
        raise ValueError(f"n: got {n}, needs at most k = {k}")
    return _structures(int(n), int(k), int(dps), activation)


def structure_named(
    name: str, partition: tuple[int, ...] | None, n: int, k: int, *, dps: int = 50, activation: str = "relu"
) -> Point | None:
    """The structure of n neurons with a name and a partition, or None. Approximation.

    Parameters
    ----------
    name : str
    partition : tuple of int or None
    n, k, dps : int
    activation : str
        As of :func:`structures`.
    """
    found = structures(n, k, dps=dps, activation=activation)
    return next((p for p in found if (p.name, p.partition) == (name, partition)), None)


@lru_cache(maxsize=512)
def _structures(n: int, k: int, dps: int, activation: str) -> tuple[Point, ...]:
    form = HOMOGENEOUS[activation]
    found: list[Point] = []
    if n == 0:
        found.append(all_dead(k, dps=dps, activation=activation))
    exact = n == k and (n > 1 or form is not RELU)
    if exact:
        found.append(copies(k, activation=activation))
    for family in families(n, k, form):
        if exact and family.name == "copy-average":
            continue
        start = member(family, n, k, form)
        solution = None if start is None else solve(*start, dps=dps, form=form)
        if solution is not None and _genuine(solution):
            found.append(_point(family, solution, activation))
    return tuple(sorted(found, key=lambda point: point.loss))


def _genuine(solution: Solution) -> bool:
    """Whether no two classes of the pattern have become alike: else the branch has run into one of another family."""
    pattern = solution.pattern
    found = detect(solution.coordinates().astype(np.float64), pattern.signs()).pattern
    return found is not None and len(found.slots) == len(pattern.slots)


def all_dead(k: int, *, dps: int = 50, activation: str = "relu") -> Point:
    """The network without a living neuron: a minimum if no outgoing weight is positive. Approximation."""
    with digits(dps + 15):
        loss = from_ball(teacher_loss(k, HOMOGENEOUS[activation]))
    empty = np.empty((0, k), dtype=object)
    nobody = Pattern((1,), (), ((0, k),))
    return Point("all-dead", None, nobody, empty, np.empty(0, dtype=object), loss, activation)


def copies(k: int, *, activation: str = "relu") -> Point:
    """Every neuron copies a teacher: the loss is zero. Exact."""
    pattern = Pattern((k,), ((0, 1),), ((0, 1),))
    coordinates = np.array([mp.mpf(1), mp.mpf(0)], dtype=object)[pattern.labels]
    return Point("copy-average", (1,) * k, pattern, coordinates, _ones(pattern), mp.mpf(0), activation)


def _point(family: Family, solution: Solution, activation: str) -> Point:
    pattern = solution.pattern
    n, k = int(pattern.n), int(pattern.k)
    partition: tuple[int, ...] | None = (k,) if family.name == "copy-average" else None
    if family.groups is not None:
        partition = (family.groups, n - family.groups) if family.groups else (n,)
    return Point(family.name, partition, pattern, solution.coordinates(), _ones(pattern), solution.loss, activation)


def _ones(pattern: Pattern) -> Exact:
    return np.array([mp.mpf(int(s)) for s in pattern.signs()], dtype=object)


def fixed(
    coordinates: Array, signs: NDArray[np.intp], *, dim: int | None = None, activation: str = "relu"
) -> tuple[Problem, Array]:
    """The problem whose outgoing weights are held at the signs, and a network of it. Approximation.

    Parameters
    ----------
    coordinates : ndarray, shape (n, k)
    signs : ndarray, shape (n,)
    dim : int, optional
        Input dimension; default k + 1, the last of which neither teachers nor students use.
    activation : str

    Returns
    -------
    (Problem, ndarray of shape (n, dim + 1))
    """
    n, k = coordinates.shape
    problem = Problem(n, k, activation=activation, dim=dim, fixed_outgoing=signs.astype(np.float64))
    W = np.zeros(problem.shape)[:, :-1]
    W[:, :k] = coordinates
    return problem, pack(W, signs.astype(np.float64))

r"""All critical points of one neuron and orthonormal teachers that a systematic search finds.

With :math:`w = \sum_j z_j v_j + t v_\perp`, :math:`p = |w|^2`, :math:`G` at :math:`|v| = 1` and
:math:`h(p) = G(p, p, p)`, a neuron with a non-zero outgoing weight is critical exactly if

.. math:: b_j G_s(z_j, p) = \mu z_j, \quad 0 = \mu t, \quad
          \mu = a h'(p) - 2 \sum_i b_i G_p(z_i, p), \quad a = \sum_i b_i G(z_i, p) / h(p).

Teachers with one outgoing weight are alike, so that coordinates fall into groups of one value; Newton's method with
the exact Jacobian runs from a grid of starts for every way to divide them. A direction that costs nothing (the scale
of a homogeneous activation, rotations) makes the Jacobian singular; steps are then the shortest ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product

import numpy as np

from numerics.compile import FLOAT
from numerics.kernels import ACTIVATIONS, degree_of, digits_of, parity
from numerics.problem import Array

#: Different values of the coordinates along teachers with one outgoing weight.
VALUES = 3
#: Groups up to which teachers that are alike are divided, and of which all subsets are starts.
GROUPS = 8
#: Ways to divide teachers into groups that are searched.
DIVISIONS = 60

#: Norms below are flights to zero.
SMALLEST = 1e-3
#: Residual, relative to the terms of the equations, that counts as zero; and part of the norm that counts as equal.
RESIDUAL, SAME = 1e-11, 1e-6
#: Relative singular value below which a direction costs nothing.
FLAT = 1e-8


@dataclass(frozen=True)
class _Effort:
    """How far a search goes: where it starts, how many steps it makes, up to which norm.

    ``levels`` are the coordinates of directions of at most ``dense`` groups, ``values`` the different coordinates of
    teachers that are alike.
    """

    norms: tuple[float, ...]
    levels: tuple[float, ...]
    random: int
    largest: float
    values: int
    steps: int
    dense: int


#: Closed forms, and series, whose evaluation takes the longer the larger norms are.
_CLOSED = _Effort((0.2, 0.35, 0.6, 1.0, 1.7, 3.0), (-1.0, -0.35, 0.0, 0.35, 1.0), 60, 40.0, VALUES, 60, 3)
_SERIES = _Effort((0.35, 0.75, 1.4), (-0.5, 0.0, 0.4, 1.0), 6, 2.5, 2, 20, 2)


@dataclass(frozen=True)
class CriticalPoint:
    """A critical point of one neuron up to the symmetries of its teachers. Approximation.

    Attributes
    ----------
    coordinates : tuple of float
        Along each teacher, in the order of the teachers; largest first among those that are alike.
    outside : float
        Length of the part orthogonal to all teachers.
    outgoing : float
    loss_below : float
        By how much the loss is lower than without a neuron.
    """

    coordinates: tuple[float, ...]
    outside: float
    outgoing: float
    loss_below: float

    @property
    def norm(self) -> float:
        """Length of the incoming vector."""
        return float(np.sqrt(np.sum(np.square(self.coordinates)) + self.outside**2))

    def cosines(self) -> tuple[float, ...]:
        """Cosines with the teachers."""
        return tuple(c / self.norm for c in self.coordinates)


@dataclass(frozen=True, eq=False)
class _System:
    """The equations for groups of teachers: outgoing weights and sizes; 0 and 1 for the part outside."""

    activation: str
    weights: Array
    sizes: Array

    def __call__(self, z: Array) -> tuple[Array, Array, Array, Array]:
        """Residuals (B, G), Jacobians (B, G, G), outgoing weights and sizes of the terms (B,)."""
        kernel = ACTIVATIONS[self.activation]
        b, m = self.weights, self.sizes
        p = (m * z**2).sum(axis=1)
        one, square = np.ones_like(z), np.broadcast_to(p[:, None], z.shape)
        (value,) = kernel.value(z, square, one, FLOAT)
        d_s, d_p, d_ss, d_sp, _, d_pp, _ = kernel.second(z, square, one, FLOAT)
        (h,) = kernel.value(p, p, p, FLOAT)
        o_s, o_p, o_ss, o_sp, o_sq, o_pp, o_pq = kernel.second(p, p, p, FLOAT)
        slope, curve = o_s + 2 * o_p, o_ss + 2 * (o_sp + o_sq + o_pp + o_pq)
        pull, radial = (m * b * value).sum(axis=1), (m * b * d_p).sum(axis=1)
        a = pull / h
        mu = a * slope - 2 * radial
        turn = 2 * m * z
        of_pull = m * b * d_s + turn * radial[:, None]
        of_a = (of_pull - (a * slope)[:, None] * turn) / h[:, None]
        of_radial = m * b * d_sp + turn * (m * b * d_pp).sum(axis=1)[:, None]
        of_mu = of_a * slope[:, None] + (a * curve)[:, None] * turn - 2 * of_radial
        jacobian = (b * d_sp)[:, :, None] * turn[:, None, :] - z[:, :, None] * of_mu[:, None, :]
        each = np.arange(len(b))
        jacobian[:, each, each] += b * d_ss - mu[:, None]
        size = np.abs(b * d_s).max(axis=1) + np.abs(mu) * np.abs(z).max(axis=1)
        return b * d_s - mu[:, None] * z, jacobian, a, size


def critical_points(activation: str, weights: Sequence[float], *, values: int | None = None) -> list[CriticalPoint]:
    """Critical points with non-zero incoming and outgoing weights, by the loss. Approximation.

    Parameters
    ----------
    activation : str
        Smooth.
    weights : sequence of float
        Outgoing weights of the orthonormal teachers, none zero.
    values : int, optional
        Different coordinates at most along teachers with one outgoing weight; default three, for activations that
        are evaluated by series two.

    Returns
    -------
    list of CriticalPoint
        One for each class under permutations of teachers that are alike and signs. Of a continuum one or a few
        points. What a search does not find may exist all the same.

    Examples
    --------
    >>> found = critical_points("cos", [1.0, 1.0, 1.0])
    >>> [sum(c > 0.01 for c in point.coordinates) for point in found]
    [1, 2, 3]
    """
    b = np.asarray(weights, dtype=np.float64)
    effort = _CLOSED if digits_of(activation) is None else _SERIES
    found: list[CriticalPoint] = []
    with np.errstate(all="ignore"):
        for groups in _divisions(b, values or effort.values):
            found += _search(activation, b, groups, effort, outside=False)
            if len(groups) <= 2:
                found += _search(activation, b, groups, effort, outside=True)
    return _different(found, b)


def _divisions(b: Array, values: int) -> list[list[list[int]]]:
    """Ways to divide the teachers into groups of one coordinate: those alike into at most so many parts.

    The coarsest first, and no more than are searched; that with those alike undivided is always there.
    """
    classes = [np.flatnonzero(b == weight).tolist() for weight in dict.fromkeys(b.tolist())]
    ways = islice(_divided(classes, values, max(GROUPS, len(classes))), 20 * DIVISIONS)
    return sorted(ways, key=len)[:DIVISIONS]


def _divided(classes: list[list[int]], values: int, most: int) -> Iterator[list[list[int]]]:
    """The same for some classes, into at most so many groups altogether."""
    if not classes:
        yield []
        return
    members, *others = classes
    for parts in _parts(len(members), min(values, most - len(others))):
        ends = np.cumsum([0, *parts])
        first = [members[i:j] for i, j in pairwise(ends)]
        for rest in _divided(others, values, most - len(first)):
            yield first + rest


def _parts(total: int, most: int, largest: int | None = None) -> Iterator[tuple[int, ...]]:
    """Ways to write a number as a sum of at most so many positive ones, largest first."""
    largest = total if largest is None else largest
    if total == 0:
        yield ()
    elif most > 0:
        for first in range(min(total, largest), 0, -1):
            for rest in _parts(total - first, most - 1, first):
                yield (first, *rest)


def _starts(b: Array, sizes: Array, effort: _Effort, outside: bool) -> Array:
    """Directions times norms, shape (B, G), with a last column for the part outside where that is wanted."""
    G = len(b)
    if outside:
        directions = np.vstack([np.eye(G + 1)[-1], np.random.default_rng(1).normal(size=(effort.random // 2, G + 1))])
        sizes = np.append(sizes, 1.0)
    else:
        levels = effort.levels if effort.dense >= G else (0.0, 1.0)
        # Beyond so many groups single ones and all instead of every subset.
        grid = np.array(list(product(levels, repeat=G))) if G <= GROUPS else np.vstack([np.eye(G), np.ones((1, G))])
        signed = np.sign(b) * np.abs(grid)
        random = np.random.default_rng(0).normal(size=(effort.random if G > 1 else 0, G))
        directions = np.vstack([grid, signed, signed * np.abs(b), signed / np.abs(b), random])
    length = np.sqrt((directions**2 * sizes).sum(axis=1))
    directions = np.unique((directions[length > 0] / length[length > 0, None]).round(12), axis=0)
    starts: Array = (directions[None] * np.array(effort.norms)[:, None, None]).reshape(-1, len(sizes))
    return starts


def _search(
    activation: str, b: Array, groups: list[list[int]], effort: _Effort, *, outside: bool
) -> list[CriticalPoint]:
    """What Newton's method finds for one division into groups."""
    weights = np.array([b[g[0]] for g in groups])
    sizes = np.array([len(g) for g in groups], dtype=np.float64)
    starts = _starts(weights, sizes, effort, outside)
    if outside:
        weights, sizes = np.append(weights, 0.0), np.append(sizes, 1.0)
    found = []
    for z, a, below in _newton(_System(activation, weights, sizes), starts, effort):
        coordinates = np.zeros(len(b))
        for group, value in zip(groups, z, strict=False):
            coordinates[group] = value
        point = CriticalPoint(tuple(coordinates), float(z[-1]) if outside else 0.0, a, below)
        found.append(_canonical(point, b, activation))
    return found


def _newton(system: _System, z: Array, effort: _Effort) -> Iterator[tuple[Array, float, float]]:
    """Newton's method from many points at once; what has converged to a neuron that is neither zero nor infinite."""
    homogeneous = degree_of(system.activation) is not None
    largest = effort.largest
    for _ in range(effort.steps):
        residual, jacobian, a, size = system(z)
        norm = np.sqrt((system.sizes * z**2).sum(axis=1))
        done = np.abs(residual).max(axis=1) < RESIDUAL * size
        p = norm**2
        (h,) = ACTIVATIONS[system.activation].value(p, p, p, FLOAT)
        for index in np.flatnonzero(done & (norm > SMALLEST) & (norm < largest) & (a**2 * h > RESIDUAL)):
            yield z[index], float(a[index]), float(a[index] ** 2 * h[index])
        alive = ~done & np.isfinite(jacobian).all(axis=(1, 2)) & (norm > SMALLEST / 2) & (norm < largest)
        if not alive.any():
            return
        z, residual, jacobian, norm = (x[alive] for x in (z, residual, jacobian, norm))
        if homogeneous:
            # The equations scale with the neuron, so that a Newton step would only shrink it: its norm is held.
            scale = np.abs(jacobian).max(axis=(1, 2))[:, None, None]
            held = scale * (system.sizes * z / norm[:, None])[:, None, :]
            jacobian = np.concatenate([jacobian, held], axis=1)
            residual = np.concatenate([residual, np.zeros((len(z), 1))], axis=1)
        step = -(np.linalg.pinv(jacobian, rcond=FLAT) @ residual[:, :, None])[:, :, 0]
        length = np.abs(step).max(axis=1)
        z = z + step * np.minimum(1.0, 0.3 * norm / np.maximum(length, 1e-300))[:, None]


def _canonical(point: CriticalPoint, b: Array, activation: str) -> CriticalPoint:
    """Signs undone and teachers that are alike in the order of their coordinates."""
    z, a = np.array(point.coordinates), point.outgoing
    z[np.abs(z) < SAME * point.norm] = 0.0
    outside = 0.0 if abs(point.outside) < SAME * point.norm else abs(point.outside)
    degree = degree_of(activation)
    if degree is not None:
        scale = point.norm
        z, outside, a = z / scale, outside / scale, a * scale**degree
    sign = parity(activation)
    if sign == 1:
        z = np.abs(z)
    elif sign == -1 and a < 0:
        z, a = -z, -a
    for weight in set(b.tolist()):
        alike = np.flatnonzero(b == weight)
        z[alike] = np.sort(z[alike])[::-1] + 0.0
    return CriticalPoint(tuple(float(x) for x in z), outside, a, point.loss_below)


def _different(found: list[CriticalPoint], b: Array) -> list[CriticalPoint]:
    """One of each class, the lowest loss first."""
    kept: list[CriticalPoint] = []
    for point in sorted(found, key=lambda one: (-one.loss_below, -sum(one.coordinates))):
        here = np.array([*point.coordinates, point.outside, point.outgoing])
        others = (np.array([*o.coordinates, o.outside, o.outgoing]) for o in kept)
        if all(np.abs(here - there).max() > 1e3 * SAME * np.abs(here).max() for there in others):
            kept.append(point)
    return kept

r"""Homogeneous units up to rescaling: :math:`s\,\sigma(\omega \cdot x)`, :math:`\omega = |a| w`, s the sign of a.

Critical points with w and a not zero are those of the loss in :math:`\omega` with outgoing weights held at s, local
minima included. Neurons of one direction act as one, of the signed length :math:`\sum_i s_i |\omega_i|`; dead ones do
not act. What remains is an ordinary problem with outgoing weights held at signs; its critical points can be isolated.

In a family of neurons of one direction e, let M be the Hessian on the sphere of the residual that a unit in direction
e sees. To second order the loss is that of the merged neuron plus :math:`\sum_i s_i |\omega_i|\, \eta_i' M \eta_i`
for deviations :math:`\eta_i` from the common direction with :math:`\sum_i s_i |\omega_i| \eta_i = 0`. So each further
member adds the signature of M or of minus M: with p positive and q negative members and a positive sum M for p - 1
and minus M for q, with a negative sum M for p and minus M for q - 1.

For an even activation w and -w are one neuron: antiparallel vectors are of one direction, too, and are turned over
before they are merged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as sla
from mpmath import mp
from numpy.typing import ArrayLike, NDArray

from numerics.kernels import HOMOGENEOUS
from numerics.kernels.rectified import directions
from numerics.population import Population
from numerics.precision import Exact
from numerics.problem import Array, Problem, finite_array
from numerics.rectified.sphere import Residual

#: Directions closer than this are one: rounding of a direction, with room for its condition.
SAME_ANGLE = 1e-9
#: Newton's method on the sphere must bring two directions together to this part of the way it goes.
MEETING = 0.25
#: Ways longer than this are no evidence.
LONGEST_WAY = 0.2
#: Eigenvalues below this fraction of the largest are taken to be zero.
RELATIVE_ZERO = 1e-11


@dataclass(frozen=True, eq=False)
class Reduced:
    r"""A point up to rescaling, with dead neurons removed and collinear ones merged. Approximation.

    Attributes
    ----------
    problem : Problem or None
        The problem of the m merged neurons, outgoing weights held at their signs; None if m = 0.
    signs : ndarray, shape (m,)
        1 or -1.
    omega : ndarray, shape (m, dim)
    groups : tuple of tuples of int
        The neurons that each merged one stands for.
    dead : tuple of int
        Neurons that contribute nothing.
    lengths : ndarray, shape (n,)
        :math:`s_i |\omega_i| = a_i |w_i|` of the original neurons.
    turned : ndarray, shape (n,)
        -1 for those that point against their merged neuron (of even activations), else 1.
    """

    problem: Problem | None
    signs: Array
    omega: Array
    groups: tuple[tuple[int, ...], ...]
    dead: tuple[int, ...]
    lengths: Array
    turned: Array

    @property
    def collinear(self) -> tuple[tuple[int, ...], ...]:
        """The groups of more than one neuron."""
        return tuple(group for group in self.groups if len(group) > 1)

    def theta(self) -> Array:
        """The merged point with its signs as outgoing weights, shape (m, dim + 1)."""
        return np.column_stack([self.omega, self.signs])


def reduced(problem: Problem, theta: ArrayLike) -> Reduced:
    """Remove dead neurons, merge those of one direction, and fix the scale. Approximation.

    Near a critical point the direction of each neuron is near a critical point of the residual on the sphere, and
    Newton's method there says where: two neurons are taken to have one direction if it carries both, by a short way,
    to the same place up to a quarter of that way. Angles up to 1e-9 are zero in any case.

    Parameters
    ----------
    problem : Problem
        Of a positively homogeneous activation.
    theta : array_like, shape (n, dim + 1)

    Returns
    -------
    Reduced

    Raises
    ------
    ValueError
        If ``theta`` has another shape or is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> problem = Problem(3, 3, activation="relu")
    >>> point = reduced(problem, [[1, 0, 0, 0, 2.0], [3, 0, 0, 0, -1.0], [0, 0, 0, 0, -1.0]])
    >>> point.groups, point.dead, point.signs, point.omega
    (((0, 1),), (2,), array([-1.]), array([[1., 0., 0., 0.]]))
    """
    theta = finite_array("theta", theta, problem.shape)
    E, r = directions(theta[:, :-1])
    turned = np.ones(problem.n)
    lengths = theta[:, -1] * r
    alive = np.flatnonzero(lengths != 0)
    dead = tuple(int(i) for i in np.flatnonzero(lengths == 0))
    groups = _groups(problem, theta, E, alive)
    for group in groups if HOMOGENEOUS[problem.activation].even else ():
        turned[list(group)] = np.where(E[list(group)] @ E[group[0]] < 0, -1.0, 1.0)
    signs, omega, kept = [], [], []
    for group in groups:
        own = list(group)
        vector = ((turned * lengths)[own, None] * E[own]).sum(axis=0)
        total = float(lengths[own].sum())
        sign = 1.0 if total >= 0 else -1.0
        kept.append(group)
        signs.append(sign)
        # Without negative zeros.
        omega.append(sign * vector + 0.0)
    if not kept:
        return Reduced(None, np.zeros(0), np.zeros((0, problem.dim)), (), dead, lengths, turned)
    merged = Problem(
        len(kept),
        problem.k,
        activation=problem.activation,
        dim=problem.dim,
        teacher=problem.teacher,
        teacher_outgoing=problem.teacher_outgoing,
        fixed_outgoing=signs,
    )
    return Reduced(merged, np.array(signs), np.array(omega), tuple(kept), dead, lengths, turned)


def _groups(problem: Problem, theta: Array, E: Array, alive: NDArray[np.intp]) -> list[tuple[int, ...]]:
    """Neurons by direction: each joins the first group with a member of its direction."""
    if len(alive) == 0:
        return []
    _, slope, matrix = Residual.of(problem, theta).tangent(E[alive])
    targets = E[alive] + _newton_ways(E[alive], slope, matrix)
    both = (1.0, -1.0) if HOMOGENEOUS[problem.activation].even else (1.0,)
    groups: list[list[int]] = []
    for i in range(len(alive)):
        for group in groups:
            if any(
                _one_direction(E[alive[i]], sign * E[alive[j]], targets[i], sign * targets[j])
                for j in group
                for sign in both
            ):
                group.append(i)
                break
        else:
            groups.append([i])
    return [tuple(int(alive[i]) for i in group) for group in groups]


def _newton_ways(E: Array, slope: Array, matrix: Array) -> Array:
    """Newton steps on the sphere; the radial direction, in the kernel, is left out."""
    radial = np.abs(matrix).max(axis=(1, 2), initial=0.0)[:, None, None] * E[:, :, None] * E[:, None, :]
    regular = matrix + radial
    tiny = np.finfo(float).tiny
    regular += np.maximum(1e-14 * np.abs(regular).max(axis=(1, 2)), tiny)[:, None, None] * np.eye(E.shape[1])
    return -np.linalg.solve(regular, slope[:, :, None])[:, :, 0]


def _one_direction(e: Array, f: Array, e_target: Array, f_target: Array) -> bool:
    angle = float(np.linalg.norm(e - f))
    if angle <= SAME_ANGLE:
        return True
    way = float(np.linalg.norm(e_target - e) + np.linalg.norm(f_target - f))
    left = float(np.linalg.norm(e_target - f_target))
    return way <= LONGEST_WAY and left <= MEETING * angle and angle <= 2 * way


def expand(problem: Problem, theta: Array, point: Reduced, omega: Exact) -> Exact:
    r"""The merged neurons' vectors, to many digits, back in the original coordinates. Approximation.

    Members of a group keep the ratios of their :math:`|\omega_i|`, and each neuron its :math:`a_i^2 - |w_i|^2`; with
    outgoing weights held, each its outgoing weight. Dead neurons have a vector that is exactly zero.

    Parameters
    ----------
    problem : Problem
    theta : ndarray, shape (n, dim + 1)
        The point that was reduced.
    point : Reduced
    omega : ndarray of mpmath numbers, shape (m, dim)

    Returns
    -------
    ndarray of mpmath numbers, shape (n, dim + 1)
    """
    n, width = theta.shape
    result = np.full((n, width), mp.mpf(0), dtype=object)
    for i in point.dead:
        result[i, -1] = mp.mpf(float(theta[i, -1]))
    for group, vector in zip(point.groups, omega, strict=True):
        length = mp.sqrt(mp.fsum(x * x for x in vector))
        total = abs(mp.fsum(mp.mpf(float(point.lengths[i])) for i in group))
        for i in group:
            own = abs(mp.mpf(float(point.lengths[i]))) * length / total
            r, a = _split(own, [mp.mpf(float(x)) for x in theta[i]], held=problem.fixed_outgoing is not None)
            result[i, :-1] = [int(point.turned[i]) * r * x / length for x in vector]
            result[i, -1] = a
    return result


def _split(product: mp.mpf, row: list[mp.mpf], *, held: bool) -> tuple[mp.mpf, mp.mpf]:
    """Length and outgoing weight with a given product of absolute values, at the balance of a row (w, a)."""
    a = row[-1]
    if held:
        return product / abs(a), a
    balance = a * a - mp.fsum(x * x for x in row[:-1])
    larger = mp.sqrt((abs(balance) + mp.sqrt(balance * balance + 4 * product * product)) / 2)
    outgoing, r = (larger, product / larger) if balance > 0 else (product / larger, larger)
    return r, mp.sign(a) * outgoing


def quotient_inertia(problem: Problem, theta: ArrayLike) -> tuple[int, int, float]:
    """Negative and zero eigenvalues on the quotient, and the threshold between them. Approximation.

    Parameters
    ----------
    problem : Problem
    theta : array_like, shape (n, dim + 1)
        Near a critical point.

    Returns
    -------
    (int, int, float)
        Of the merged neurons' Hessian, and for each further member of a collinear family of plus or minus the
        residual's Hessian on the sphere. Dead neurons do not count.
    """
    point = reduced(problem, theta)
    if point.problem is None:
        return 0, 0, 0.0
    hessian = _free_hessian(point)
    threshold = RELATIVE_ZERO * float(np.abs(hessian).sum(axis=1).max())
    values = sla.eigvalsh(hessian)
    negative, zero = int((values < -threshold).sum()), int((np.abs(values) <= threshold).sum())
    for group, sign, vector in zip(point.groups, point.signs, point.omega, strict=True):
        if len(group) > 1:
            curvatures = residual_curvatures(point, vector)
            below, flat = int((curvatures < -threshold).sum()), int((np.abs(curvatures) <= threshold).sum())
            above = len(curvatures) - below - flat
            positive = int((point.lengths[list(group)] > 0).sum())
            with_plus = positive - (sign > 0)
            with_minus = len(group) - positive - (sign < 0)
            negative += with_plus * below + with_minus * above
            zero += (len(group) - 1) * flat
    return negative, zero, threshold


def _free_hessian(point: Reduced) -> Array:
    """The Hessian in the merged neurons' vectors."""
    if point.problem is None:
        return np.zeros((0, 0))
    free = point.problem.free
    return Population(point.problem).hessian_unchecked(point.theta())[np.ix_(free, free)]


def lowest_quotient_eigenvalue(problem: Problem, theta: ArrayLike) -> float:
    """The lowest eigenvalue of the merged neurons' Hessian; infinite if all are dead. Approximation."""
    hessian = _free_hessian(reduced(problem, theta))
    return float(sla.eigvalsh(hessian, subset_by_index=[0, 0])[0]) if len(hessian) else float("inf")


def residual_curvatures(point: Reduced, vector: Array) -> Array:
    """Eigenvalues, dim - 1, of the residual's Hessian on the sphere at a merged neuron's direction. Approximation.

    Parameters
    ----------
    point : Reduced
    vector : ndarray, shape (dim,)
        One of ``point.omega``.
    """
    if point.problem is None:
        raise ValueError("point: got one whose neurons are all dead, needs a merged neuron")
    e = directions(vector[None])[0]
    matrix = Residual.of(point.problem, point.theta()).tangent(e)[2][0]
    # An orthonormal basis of the tangent space: the last columns of a Householder reflection that maps e to an axis.
    basis = np.linalg.qr(np.column_stack([e[0], np.eye(len(vector))]))[0][:, 1 : len(vector)]
    return np.asarray(sla.eigvalsh(basis.T @ matrix @ basis))

"""What is predicted for homogeneous networks: minima of n neurons, and of fewer with room for the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mp

from numerics.precision import decimal
from numerics.problem import Problem
from numerics.rectified.description import roles
from numerics.rectified.structures import Point, structures
from numerics.rectified.transverse import Room, room
from verify.prediction import Prediction
from verify.rectified.matching import labelled, why_no_rectified_theory
from verify.rectified.proof import certify_point


@dataclass(frozen=True)
class Companion:
    """Neurons that may lie along those of one class of a structure. Approximation.

    Attributes
    ----------
    neurons : tuple of int
        The structure's neurons (0-based, in its order) of the class.
    role : str
        ``copy``, ``average``, ``against`` or ``corrector``.
    sign : int
        1 if of the same sign as these, -1 if of the opposite one (and shorter, together).
    """

    neurons: tuple[int, ...]
    role: str
    sign: int


@dataclass(frozen=True, eq=False)
class RectifiedPrediction:
    """A structure that is a minimum, with what the neurons beyond its own may do. Approximation.

    Attributes
    ----------
    structure : str
    partition : tuple of int or None
    loss : mpmath number
    neurons : int
        Neurons of the structure; the other n minus these are dead or collinear with one of them.
    dead : tuple of int
        Signs of the outgoing weights that dead neurons may have.
    collinear : tuple of Companion
    certified : bool
        Whether it was proved to be a minimum.
    point : Point
    """

    structure: str
    partition: tuple[int, ...] | None
    loss: mp.mpf
    neurons: int
    dead: tuple[int, ...]
    collinear: tuple[Companion, ...]
    point: Point
    certified: bool = False

    def document(self, n: int, dps: int) -> dict[str, Any]:
        """The prediction as in the JSON contract, with what further neurons may do. Approximation."""
        found: dict[str, Any] = {
            "structure": self.structure,
            "partition": list(self.partition) if self.partition else None,
            "neurons": self.neurons,
            "loss": decimal(self.loss, dps),
            "minimum": True,
            "certified": self.certified,
        }
        if n > self.neurons:
            found["dead"] = list(self.dead)
            found["collinear"] = [{"along": c.role, "sign": c.sign} for c in self.collinear]
        return found

    def describe(self, n: int) -> str:
        """The structure in words, with what is said of the neurons that it does not have. Exact."""
        name = labelled(self.structure, self.partition, self.neurons)
        if n == self.neurons:
            return name
        others = []
        for sign, word in ((-1, "-"), (1, "+")):
            if sign in self.dead:
                others.append(f"dead ({word})")
        for companion in self.collinear:
            kind = "same" if companion.sign > 0 else "opposite"
            which = f"the {companion.role}" if len(companion.neurons) == 1 else f"a {companion.role}"
            others.append(f"along {which} ({kind} sign)")
        size = {0: "", 1: " of 1 neuron"}.get(self.neurons, f" of {self.neurons} neurons")
        return f"{name}{size}; {n - self.neurons} more: {' or '.join(others)}"


def predict_rectified(problem: Problem, *, dps: int = 50, certified: bool = False) -> tuple[RectifiedPrediction, ...]:
    """List the structures that are minima for a network of n neurons. Approximation.

    Those of n neurons, and those of m < n for which a further neuron has room: dead, if ``a h >= 0`` on the unit
    sphere, or collinear with one of the structure's, if the sign test holds (``numerics.rectified.transverse``).

    Parameters
    ----------
    problem : Problem
        Nothing is predicted where a hypothesis fails: unit-orthonormal teacher with outgoing weights of one sign,
        n <= k, trained outgoing weights.
    dps : int
        Digits of the losses.
    certified : bool
        Prove which are minima; else, and where no proof was found, the Hessian in double precision decides. What is
        said of further neurons is not proved.

    Returns
    -------
    tuple of RectifiedPrediction
        In the order of their losses.

    Examples
    --------
    >>> for found in predict_rectified(Problem(2, 3, activation="relu")):
    ...     print(found.describe(2))
    perturbed-copy-average
    copy-average 3 of 1 neuron; 1 more: dead (-) or along the average (opposite sign)
    all-dead; 2 more: dead (-)
    """
    if why_no_rectified_theory(problem, problem.n) is not None or problem.fixed_outgoing is not None:
        return ()
    found = []
    for m in range(problem.n + 1):
        for point in structures(m, problem.k, dps=dps, activation=problem.activation):
            minimum, proved = _is_minimum(point, problem.dim, certified, dps)
            if minimum:
                dead, collinear = _others(problem, point) if m < problem.n else ((), ())
                if m == problem.n or dead or collinear:
                    partition, loss = point.partition, point.loss
                    found.append(RectifiedPrediction(point.name, partition, loss, m, dead, collinear, point, proved))
    return tuple(sorted(found, key=lambda prediction: prediction.loss))


def _is_minimum(point: Point, dim: int, certified: bool, dps: int) -> tuple[bool, bool]:
    """Whether a structure is a strict minimum on the quotient, and whether that was proved."""
    if certified and point.n:
        found = certify_point(point, dim=dim, dps=dps)
        if found.index is not None:
            return found.index == 0, True
    # Without neurons there is nothing to prove but what is said of the dead.
    return point.index_in(dim) == 0, False


def room_beside(point: Point, dim: int) -> Room:
    """The room that a structure leaves for further neurons, in an input dimension. Approximation."""
    k = point.k
    # Dimensions beyond k + 1 repeat what holds in one of them.
    width = min(max(dim, k), k + 1)
    omega = np.zeros((point.n, width))
    omega[:, :k] = point.doubles()[0]
    return room(omega, point.signs, np.eye(k, width), point.activation)


def _others(problem: Problem, point: Point) -> tuple[tuple[int, ...], tuple[Companion, ...]]:
    """Signs of dead neurons, and companions of the structure's classes."""
    free = room_beside(point, problem.dim)
    b = int(np.sign(problem.teacher_outgoing[0]))
    dead = tuple(sign * b for sign in (-1, 1) if free.dead(sign))
    companions = []
    classes = point.pattern.student_class() if point.n else np.zeros(0, dtype=np.intp)
    words = roles(point.pattern, point.values()) if point.n else ()
    for p in np.unique(classes):
        neurons = tuple(map(int, np.flatnonzero(classes == p)))
        for sign, allowed in ((1, free.same), (-1, free.opposite)):
            if allowed(neurons[0]):
                companions.append(Companion(neurons, words[p], sign))
    return dead, tuple(companions)


def predictions(problem: Problem, *, dps: int = 50, certified: bool = False) -> tuple[Prediction, ...]:
    """The same as :func:`predict_rectified`, as predictions of the JSON contract. Approximation."""
    return tuple(
        Prediction(
            found.structure,
            found.partition,
            found.loss,
            found.certified,
            found.neurons,
            found.dead,
            tuple(sorted({(companion.role, companion.sign) for companion in found.collinear})),
        )
        for found in predict_rectified(problem, dps=dps, certified=certified)
    )

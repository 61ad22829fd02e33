"""What the theory predicts for one (n, k): the structures that are minima."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mp

from numerics.inertia import inertia
from numerics.initial import pack
from numerics.kernels import HOMOGENEOUS
from numerics.precision import decimal, infinity_norm
from numerics.problem import Problem
from numerics.structures import Point, copy_average_point, perturbed_copy_point
from verify.certificates.structures import certify_structure


@dataclass(frozen=True, eq=False)
class Prediction:
    """A structure of the theory that is a strict minimum. Approximation.

    Attributes
    ----------
    structure : str
    partition : tuple of int or None
    loss : mpmath number
    certified : bool
        Whether it was proved to be a strict minimum.
    neurons : int or None
        Neurons of the structure, where further ones may be dead or collinear with them (ReLU); else None.
    dead : tuple of int
        Signs of the outgoing weights that dead neurons may have.
    collinear : tuple of (str, int)
        What the structure's neurons do along which a further one may lie, and 1 if with the same sign, -1 if with the
        other.
    """

    structure: str
    partition: tuple[int, ...] | None
    loss: mp.mpf
    certified: bool = False
    neurons: int | None = None
    dead: tuple[int, ...] = ()
    collinear: tuple[tuple[str, int], ...] = ()

    def holds(self, record: dict[str, Any]) -> bool:
        """Whether a run ended in this structure, its other neurons dead or collinear as it allows. Exact."""
        partition = tuple(record["partition"]) if record["partition"] else None
        if (record["structure"], partition) != (self.structure, self.partition):
            return False
        if self.neurons is None:
            return True
        spare = record["spare"]
        return (
            record["neurons"] == self.neurons
            and set(spare["dead"]) <= {0, *self.dead}
            and {(c["role"], c["sign"]) for c in spare["collinear"]} <= set(self.collinear)
        )

    def document(self, dps: int) -> dict[str, Any]:
        """The prediction as in the JSON contract, its loss to ``dps`` digits. Exact."""
        document = {
            "structure": self.structure,
            "partition": list(self.partition) if self.partition else None,
            "loss": decimal(self.loss, dps),
            "minimum": True,
            "certified": self.certified,
        }
        if self.neurons is None:
            return document
        companions = [{"role": role, "sign": sign} for role, sign in self.collinear]
        return {**document, "neurons": self.neurons, "dead": list(self.dead), "collinear": companions}


def read_prediction(document: dict[str, Any]) -> Prediction:
    """A prediction from the JSON contract. Exact."""
    return Prediction(
        document["structure"],
        tuple(document["partition"]) if document["partition"] else None,
        mp.mpf(document["loss"]),
        bool(document["certified"]),
        document.get("neurons"),
        tuple(document.get("dead", ())),
        tuple((c["role"], c["sign"]) for c in document.get("collinear", ())),
    )


def predict(problem: Problem, *, dps: int = 50, certified: bool = False) -> tuple[Prediction, ...]:
    """List the theory's structures that are strict minima. Approximation.

    For erf: the optimal copy-average point and the perturbed copy, each where its Hessian (in double
    precision) is positive definite. For ReLU and its kind: every named structure that is a minimum on the quotient by
    rescaling, also those of fewer neurons, where the others may be dead or collinear. Nothing is predicted
    where a hypothesis of the theory fails.

    Parameters
    ----------
    problem : Problem
    dps : int
        Digits of the losses.
    certified : bool
        Prove which are minima; else, and where no proof was found, the Hessian in double precision decides.

    Returns
    -------
    tuple of Prediction
        In the order of their losses.

    Examples
    --------
    >>> from numerics import Problem
    >>> [p.structure for p in predict(Problem(9, 10))]
    ['perturbed-copy']
    """
    if problem.why_no_theory() is not None:
        return ()
    if problem.activation in HOMOGENEOUS:
        # Imported here, for it is built on this module.
        from verify.rectified.prediction import predictions

        return predictions(problem, dps=dps, certified=certified)
    n, k = problem.n, problem.k
    points: list[Point] = [copy_average_point([1] * (n - 1) + [k - n + 1], dps=dps)]
    if 1 < n < k:
        copy = perturbed_copy_point(n, k, dps=dps)
        if copy is not None and infinity_norm(copy.outgoing - points[0].outgoing) > 1e-9:
            points.append(copy)
    minima = []
    for point in points:
        minimum, proved = _is_minimum(point, n, k, problem.dim, certified, dps)
        if minimum:
            minima.append(Prediction(point.name, point.partition, point.loss, proved))
    return tuple(sorted(minima, key=lambda prediction: prediction.loss))


def _is_minimum(point: Point, n: int, k: int, dim: int, certified: bool, dps: int) -> tuple[bool, bool]:
    """Whether a structure is a strict minimum, and whether that was proved."""
    # All coordinates that the teacher ignores are alike: one stands for all.
    standard = Problem(n, k, dim=min(dim, k + 1))
    if certified:
        found = certify_structure(standard, point, dps=dps)
        if found.index is not None and found.identity:
            return found.index == 0, True
    coordinates, outgoing = point.doubles()
    W = np.zeros((n, standard.dim))
    W[:, :k] = coordinates
    return inertia(standard, pack(W, outgoing)).minimum, False

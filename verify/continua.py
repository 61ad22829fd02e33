r"""Continua of minima of linear, quadratic and second Hermite networks: the loss that the theory claims for them.

The claims ``A-minima`` say what loss every local minimum has whose outgoing weights do not vanish: with m the smaller
of k and the number of students whose outgoing weight has the teachers' sign,

- linear: 0;
- square: :math:`2 (k - m)(k + 2)/(m + 2)`;
- second Hermite polynomial: :math:`2 (k - m)`.

One neuron of the third Hermite polynomial may die: with the incoming vector zero it is at a minimum of loss
:math:`6 k` for every outgoing weight.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp

from numerics.newton import Polished
from numerics.precision import decimal, short
from numerics.problem import Array, Problem

#: Digits to which losses have to agree.
LOSS_DIGITS = 18
#: Weights and eigenvalues below this do not contribute.
VANISHED = 1e-7
#: Activations whose minima are claimed, and the claims.
CLAIMS = {
    "linear": "linear-minima",
    "square": "square-minima",
    "hermite2": "hermite2-minima",
    "hermite3": "hermite3-zero",
}


def claimed_loss(activation: str, k: int, m: int) -> Fraction:
    """The loss of local minima with m students of the teachers' sign that contribute. Exact.

    Examples
    --------
    >>> claimed_loss("square", 3, 1), claimed_loss("hermite2", 3, 2), claimed_loss("linear", 3, 1)
    (Fraction(20, 3), Fraction(2, 1), Fraction(0, 1))
    """
    if activation == "linear":
        return Fraction(0)
    if activation == "hermite3":
        return Fraction(6 * k)
    left = Fraction(2 * (k - m))
    return left * Fraction(k + 2, m + 2) if activation == "square" else left


def compare(problem: Problem, point: Polished, converged: bool) -> dict[str, Any] | None:
    """Whether a continuum that a run ended on has the loss that is claimed for it. Approximation.

    Returns
    -------
    dict or None
        None where no claim speaks of it. ``agrees`` is null where the claim does not apply to the point.
    """
    claim = CLAIMS.get(problem.activation)
    signs = set(np.sign(problem.teacher_outgoing))
    if claim is None or problem.why_not_standard() is not None or len(signs) > 1:
        return None
    found: dict[str, Any] = {"claim": claim, "loss": None, "agrees": None}
    if not converged:
        return found
    theta = point.double() * np.array([1.0] * problem.dim + [signs.pop()])
    if np.abs(theta[:, -1]).min() < VANISHED:
        return {**found, "why": "an outgoing weight vanishes: the claim is of points where none does"}
    m = min(problem.k, int((theta[:, -1] > 0).sum()))
    if problem.activation == "hermite3" and (problem.n > 1 or np.abs(theta[:, :-1]).max() > VANISHED):
        return {**found, "why": "the claim is of one neuron with the incoming vector zero"}
    if problem.activation in ("square", "hermite2") and _rank(theta) < m:
        return {**found, "why": "a student of the teachers' sign does not contribute: the point is a saddle"}
    claimed = claimed_loss(problem.activation, problem.k, m)
    with mp.workdps(point.dps + 15):
        loss = mp.mpf(claimed.numerator) / claimed.denominator
        gap = abs(point.loss - loss)
        return {
            **found,
            "loss": decimal(loss, min(point.dps, 50)),
            "agrees": bool(gap < mp.mpf(10) ** -LOSS_DIGITS),
            "loss_difference": short(gap),
        }


def _rank(theta: Array) -> int:
    """Of the matrix of the quadratic form that the network is."""
    incoming = theta[:, :-1]
    values = np.linalg.eigvalsh(incoming.T @ (theta[:, -1:] * incoming))
    return int((np.abs(values) > VANISHED).sum())

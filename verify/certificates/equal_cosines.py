"""What claim ``one-neuron-equal-cosines-series`` leaves to balls: two signs on a rectangle of norms and cosines."""

from __future__ import annotations

from typing import Any

import flint

from numerics.kernels import ACTIVATIONS, parity
from numerics.precision import digits
from theory.claims.one_neuron_enclosed import BALL_WORDS, NORMS
from verify.certificates.laws import Finding

#: Working digits, and the side below which a box is not divided any more.
DPS, SHORTEST = 16, 1e-4


def equal_cosine_findings() -> tuple[Finding, ...]:
    """For each activation, whether all cosines are equal up to the norm of the claim. Enclosure.

    **Proves:** where a finding holds, that G_s and G_s - s G_ss are positive for every norm and cosine of the
    rectangle, with q = 1.

    Examples
    --------
    >>> [finding.name for finding in equal_cosine_findings() if finding.holds]
    ['tanh', 'sigmoid', 'softplus', 'silu', 'gelu']
    """
    found = []
    for name, norm in NORMS.items():
        holds, boxes = cosines_are_equal(name, float(norm))
        value = f"{boxes} boxes" if holds is not None else f"not decided in {boxes} boxes"
        found.append(Finding(name, BALL_WORDS[name], holds, value))
    return tuple(found)


def cosines_are_equal(activation: str, norm: float) -> tuple[bool | None, int]:
    """Whether the condition for equal cosines holds up to a norm. Enclosure.

    Parameters
    ----------
    activation : str
        Whose kernel encloses.
    norm : float

    Returns
    -------
    (bool or None, int)
        True if it was proved, False if it was refuted, None if it was not decided; and how many boxes were looked at.

    Examples
    --------
    >>> cosines_are_equal("gelu", 1.0)[0], cosines_are_equal("exp", 1.5)[0], cosines_are_equal("linear", 1.0)[0]
    (True, False, True)
    """
    kernel = ACTIVATIONS[activation]
    # For odd activations both are even in the cosine, for others every sign is looked at.
    boxes = [(0.0 if parity(activation) == -1 else -1.0, 1.0, 0.0, norm)]
    count, decided = 0, True
    with digits(DPS) as m:
        while boxes:
            low, high, inner, outer = boxes.pop()
            count += 1
            answer = _sign(kernel, _ball(low, high), _ball(inner, outer), m)
            if answer is False:
                return False, count
            if answer:
                continue
            if max(high - low, outer - inner) < SHORTEST:
                decided = False
                continue
            # Across the longer side in the inner product.
            if (high - low) * outer > outer - inner:
                middle = (low + high) / 2
                boxes += [(low, middle, inner, outer), (middle, high, inner, outer)]
            else:
                middle = (inner + outer) / 2
                boxes += [(low, high, inner, middle), (low, high, middle, outer)]
    return (True if decided else None), count


def _ball(low: float, high: float) -> Any:
    """A ball that holds an interval with dyadic ends."""
    return flint.arb(low).union(flint.arb(high))


def _sign(kernel: Any, cosine: Any, norm: Any, m: Any) -> bool | None:
    """Whether both are positive on a box; False if one is negative all over it."""
    s = cosine * norm
    d_s, _, d_ss, *_ = kernel.second(s, norm * norm, flint.arb(1), m)
    condition = d_s - s * d_ss
    if d_s > 0 and condition > 0:
        return True
    return False if d_s < 0 or condition < 0 else None

r"""Krawczyk's test for small systems, in pure ball arithmetic: unique, empty or unknown.

Let A approximate the inverse Jacobian at the midpoint of a box of radius r, Y bound :math:`\|A F(mid)\|` and
:math:`\alpha` bound :math:`\|I - A F'(x)\|` over the box (infinity norms). If :math:`\alpha < 1` and
:math:`Y + \alpha r < r`, exactly one root lies in the box, within :math:`Y/(1 - \alpha)` of the midpoint. If a
component of :math:`A F(mid)` exceeds :math:`(1 + \alpha) r`, none does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np

from verify.certificates.existence import Status, largest

Balls = Sequence[Any]


@dataclass(frozen=True)
class Root:
    """What was proved of a box. Enclosure.

    Attributes
    ----------
    status : Status
    radius : ball or None
        Exact number: the root is within this of the midpoint.
    why : str or None
    """

    status: Status
    radius: Any = None
    why: str | None = None


def krawczyk(
    system: Callable[[Balls], Balls], jacobian: Callable[[Balls], Sequence[Balls]], middle: Balls, radius: Any
) -> Root:
    """Decide whether a box holds exactly one root of a square system, or none. Enclosure.

    **Proves:** with ``UNIQUE`` that exactly one root lies in the box; with ``EMPTY`` that none does.

    Parameters
    ----------
    system, jacobian : callable
        Enclosures: for balls, balls (rows of balls) that hold every value taken there.
    middle : sequence of exact balls
    radius : exact ball

    Returns
    -------
    Root

    Examples
    --------
    >>> root = krawczyk(lambda x: [x[0] ** 2 - 2], lambda x: [[2 * x[0]]], [flint.arb(1.5)], flint.arb(0.25))
    >>> root.status.name
    'UNIQUE'
    """
    order = len(middle)
    box = [x + flint.arb(0, radius) for x in middle]
    slopes = flint.arb_mat([list(row) for row in jacobian(box)])
    at_middle = np.array([[float(x) for x in row] for row in jacobian(middle)])
    value = flint.arb_mat([[x] for x in system(middle)])
    if not np.isfinite(at_middle).all() or not all(x.is_finite() for x in (*slopes.entries(), *value.entries())):
        return Root(Status.UNKNOWN, why="the box leaves the domain of the system")
    try:
        A = flint.arb_mat([[float(x) for x in row] for row in np.linalg.inv(at_middle)])
    except np.linalg.LinAlgError:
        return Root(Status.UNKNOWN, why="the Jacobian is singular in double precision")
    defect = flint.arb_mat([[int(i == j) for j in range(order)] for i in range(order)]) - A * slopes
    if not all(x.is_finite() for x in (*A.entries(), *defect.entries())):
        return Root(Status.UNKNOWN, why="the Jacobian is singular in double precision")
    alpha = largest(sum((defect[i, j].abs_upper() for j in range(order)), flint.arb(0)) for i in range(order))
    moves = [(A * value)[i, 0] for i in range(order)]
    if any(move.abs_lower() > (1 + alpha) * radius for move in moves):
        return Root(Status.EMPTY)
    Y = largest(moves)
    if alpha < 1 and Y + alpha * radius < radius:
        return Root(Status.UNIQUE, (Y / (1 - alpha)).abs_upper())
    why = (
        f"no contraction: {float(alpha):.2g}" if not alpha < 1 else f"a Newton step of {float(Y):.1e} leaves the box"
    )
    return Root(Status.UNKNOWN, why=why)

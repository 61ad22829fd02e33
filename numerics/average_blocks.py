r"""The Hessian at a copy-average point (erf), split into blocks in closed form, in any arithmetic.

With group sizes :math:`m_i`, :math:`c = 2m/\sqrt{4m^2-1}`, :math:`q^2 = m(2m-1)/2`, :math:`\tau = q^2(c-1)`,
:math:`\nu = q^2(c-1)(c^2+c-1)`, up to the factor :math:`4/\pi`:

- along an ignored coordinate u, :math:`dw_i = c_i u`: :math:`q q^\top + \mathrm{diag}(\tau_i)`, d - k times;
- along a sum-zero vector u of group g: the same with :math:`-\nu_g` for :math:`\tau_g`, :math:`m_g - 1` times;
- along the direction of neuron j, with :math:`da_j`: a block of size n + 1, once for each j.

The derivation of the first two is the claim ``erf-ca-index``.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

Number = Any


def copy_average_blocks(
    sizes: Sequence[int], m: SimpleNamespace, *, dim: int | None = None
) -> list[tuple[str, list[list[Number]], int]]:
    """The blocks of the Hessian at a copy-average point, with their names and multiplicities.

    Parameters
    ----------
    sizes : sequence of int
        Sizes of the groups.
    m : SimpleNamespace
        The arithmetic: sqrt, asin, pi, rational.
    dim : int, optional
        Input dimension; default k + 1.

    Returns
    -------
    list of (name, rows, multiplicity)
    """
    n, k = len(sizes), sum(sizes)
    squares = [m.rational(size * (2 * size - 1), 2) for size in sizes]
    roots = [m.sqrt(square) for square in squares]
    stretch = [m.rational(2 * size, 1) / m.sqrt(m.rational(4 * size * size - 1, 1)) for size in sizes]
    tau = [square * (c - 1) for square, c in zip(squares, stretch, strict=True)]
    nu = [square * (c - 1) * (c * c + c - 1) for square, c in zip(squares, stretch, strict=True)]

    def shared(diagonal: Sequence[Number]) -> list[list[Number]]:
        return [[roots[i] * roots[j] + (diagonal[i] if i == j else 0) for j in range(n)] for i in range(n)]

    blocks = [("ignored", shared(tau), (k + 1 if dim is None else dim) - k)]
    for g, size in enumerate(sizes):
        if size > 1:
            blocks.append((f"span of group {g}", shared([*tau[:g], -nu[g], *tau[g + 1 :]]), size - 1))
        blocks.append((f"direction of neuron {g}", _own(g, size, shared(tau), roots, m), 1))
    scale = 4 / m.pi
    return [(name, [[scale * x for x in row] for row in rows], count) for name, rows, count in blocks]


def _own(g: int, size: int, block: list[list[Number]], roots: Sequence[Number], m: SimpleNamespace) -> Any:
    """Neuron g's outgoing weight and its vector along itself, and the other neurons along it, too."""
    ratio = m.rational(2 * size - 1, 2 * size + 1)
    rows = [list(row) for row in block]
    along = m.rational(2 * size - 1, 2 * size)
    for i, root in enumerate(roots):
        rows[g][i] = rows[i][g] = root * roots[g] * along
    rows[g][g] = m.rational(size * size, 1) * ratio * m.sqrt(ratio)
    outgoing = [root / m.sqrt(m.rational(2 * size, 1)) for root in roots]
    outgoing[g] = m.rational(2 * size - 1, 2) / m.sqrt(m.rational(2 * size + 1, 1))
    first = [m.asin(m.rational(1, 2 * size)), *outgoing]
    return [first, *([x, *row] for x, row in zip(outgoing, rows, strict=True))]

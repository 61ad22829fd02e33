r"""The Hessian at a copy-average point (erf), split by its symmetry into small blocks with exact entries.

Every direction of the inputs is one of three: ignored by the teacher, a sum-zero vector of one group, or the
direction of one neuron. The Hessian couples no two of them: along one direction the unknowns are the components of
the n incoming vectors, and along the direction of a neuron also its outgoing weight. Neurons with groups of the same
size that are not singled out by the direction are alike: their normalised sum is one coordinate of the block, and
their contrasts are eigenvectors. So blocks have at most two rows more than there are different sizes, whatever n, k
and d.

Up to the factor :math:`4/\pi`, with :math:`q^2 = m(2m-1)/2`, :math:`c = 2m/\sqrt{4m^2-1}`, :math:`\tau = q^2(c-1)`,
:math:`\nu = q^2(c-1)(c^2+c-1)`: the components of neurons along a direction that is not theirs have the block
:math:`qq^\top + \mathrm{diag}(\tau)`, with :math:`-\nu_g` for :math:`\tau_g` in the span of group g.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy as sp

from theory.stability import coupling, stretch
from theory.structure import Group, Structure

#: What all entries are in units of.
UNIT = 4 / sp.pi


def softness(m: sp.Expr) -> sp.Expr:
    r""":math:`\tau(m) = q^2 (c - 1)`: what a component adds to the diagonal. Exact."""
    return coupling(m) * (stretch(m) - 1)


def slope(m: sp.Expr) -> sp.Expr:
    r""":math:`\nu(m) = q^2 (c - 1)(c^2 + c - 1)`: what it takes off in the group's own span. Exact."""
    c = stretch(m)
    return coupling(m) * (c - 1) * (c**2 + c - 1)


def own_entries(m: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    r"""The outgoing weight and the component along itself of one neuron. Exact.

    .. math:: \arcsin\tfrac{1}{2m}, \qquad \frac{2m-1}{2\sqrt{2m+1}}, \qquad
              m^2 \Bigl(\frac{2m-1}{2m+1}\Bigr)^{3/2}

    Returns
    -------
    tuple of three sympy.Expr
        The square of the outgoing weight, the mixed entry, the square of the component.
    """
    ratio = (2 * m - 1) / (2 * m + 1)
    return sp.asin(1 / (2 * m)), (2 * m - 1) / (2 * sp.sqrt(2 * m + 1)), m**2 * ratio * sp.sqrt(ratio)


def other_factors(m: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    r"""What another neuron's q is multiplied by beside the outgoing weight and the component of this one. Exact.

    .. math:: \frac{1}{\sqrt{2m}}, \qquad q(m) \frac{2m-1}{2m}
    """
    return 1 / sp.sqrt(2 * m), sp.sqrt(coupling(m)) * (2 * m - 1) / (2 * m)


@dataclass(frozen=True)
class HessianBlock:
    """One block of a Hessian, in orthonormal coordinates. Exact.

    Attributes
    ----------
    name : str
        ``"ignored"``, ``"span"``, ``"neuron"`` or ``"contrast"``.
    size : sympy.Expr or None
        Size of the group in whose span or along whose neuron it acts; None for ignored directions.
    coordinates : tuple of str
    matrix : sympy.Matrix
        Symmetric.
    multiplicity : sympy.Expr
        How often each of its eigenvalues occurs.
    """

    name: str
    size: sp.Expr | None
    coordinates: tuple[str, ...]
    matrix: sp.Matrix
    multiplicity: sp.Expr

    def characteristic(self, value: sp.Symbol) -> sp.Expr:
        """The polynomial whose roots are the eigenvalues. Exact."""
        return self.matrix.charpoly(value).as_expr()


def copy_average_spectrum(structure: Structure, dim: int | sp.Expr | None = None) -> tuple[HessianBlock, ...]:
    r"""The Hessian at a copy-average point in blocks whose eigenvalues and multiplicities are its spectrum. Exact.

    Parameters
    ----------
    structure : Structure
        From :func:`theory.copy_average` or :func:`theory.optimal_copy_average`; sizes and multiplicities may be
        symbols.
    dim : int or sympy.Expr, optional
        Input dimension d; default k + 1.

    Returns
    -------
    tuple of HessianBlock
        Orders times multiplicities sum to n (d + 1). A symbolic number M of groups of one size counts as at least 2:
        at M = 1 the row of the other such neurons is void, and the contrasts' negative multiplicity takes it off.

    Raises
    ------
    ValueError
        If the structure is no copy-average point of erf, or d is less than k.

    References
    ----------
    The entries and multiplicities are the claim ``erf-ca-blocks``.

    Examples
    --------
    >>> from theory import optimal_copy_average
    >>> from theory.symbols import k, n
    >>> for block in copy_average_spectrum(optimal_copy_average(n, k)):
    ...     print(block.name, block.size, block.matrix.shape[0], block.multiplicity)
    ignored None 2 1
    neuron 1 4 n - 1
    span k - n + 1 2 k - n
    neuron k - n + 1 3 1
    contrast 1 1 k*n - 2*k - 1
    """
    if structure.name != "copy-average" or structure.activation != "erf":
        raise ValueError(f"structure: got {structure.name} of {structure.activation}, needs copy-average of erf")
    groups, k = structure.groups, structure.k
    d = sp.expand(k + 1) if dim is None else sp.sympify(dim)
    if (d - k).is_negative:
        raise ValueError(f"dim: got {d}, needs at least k = {k}")
    blocks = [_ignored(groups, d - k)]
    for group in groups:
        others = [replace(g, multiplicity=g.multiplicity - int(g is group)) for g in groups]
        if group.size != 1:
            blocks.append(_span(group, others))
        blocks.append(_neuron(group, others))
    # M - 1 for each direction, one less for those that single out a neuron of this kind.
    blocks += [
        _contrast(g, sp.expand((g.multiplicity - 1) * d - g.multiplicity * g.size))
        for g in groups
        if g.multiplicity != 1
    ]
    return tuple(block for block in blocks if block.multiplicity != 0)


def _alike(groups: Sequence[Group]) -> tuple[list[str], list[sp.Expr], list[sp.Expr]]:
    """Normalised sums over alike neurons: names, q times the root of their number, and what is on the diagonal."""
    present = [group for group in groups if group.multiplicity != 0]
    roots = [sp.sqrt(group.multiplicity) * sp.sqrt(coupling(group.size)) for group in present]
    return [f"neurons of {group.size}" for group in present], roots, [softness(group.size) for group in present]


def _matrix(roots: Sequence[sp.Expr], diagonal: Sequence[sp.Expr]) -> sp.Matrix:
    return sp.Matrix(len(roots), len(roots), lambda i, j: roots[i] * roots[j] + (diagonal[i] if i == j else 0))


def _ignored(groups: Sequence[Group], count: sp.Expr) -> HessianBlock:
    names, roots, diagonal = _alike(groups)
    return HessianBlock("ignored", None, tuple(names), UNIT * _matrix(roots, diagonal), count)


def _span(group: Group, others: Sequence[Group]) -> HessianBlock:
    """Along a sum-zero vector of one group: its own neuron, then the others."""
    names, roots, diagonal = _alike(others)
    matrix = _matrix([sp.sqrt(coupling(group.size)), *roots], [-slope(group.size), *diagonal])
    count = group.multiplicity * (group.size - 1)
    return HessianBlock("span", group.size, ("own component", *names), UNIT * matrix, count)


def _neuron(group: Group, others: Sequence[Group]) -> HessianBlock:
    """Along one neuron: its outgoing weight, its own component, then the others'."""
    names, roots, diagonal = _alike(others)
    outgoing, mixed, own = own_entries(group.size)
    to_outgoing, to_own = other_factors(group.size)
    rows = [
        [outgoing, mixed, *(root * to_outgoing for root in roots)],
        [mixed, own, *(root * to_own for root in roots)],
    ]
    rest = _matrix(roots, diagonal)
    rows += [[rows[0][i + 2], rows[1][i + 2], *rest.row(i)] for i in range(len(roots))]
    coordinates = ("outgoing weight", "own component", *names)
    return HessianBlock("neuron", group.size, coordinates, UNIT * sp.Matrix(rows), group.multiplicity)


def _contrast(group: Group, count: sp.Expr) -> HessianBlock:
    return HessianBlock(
        "contrast", group.size, ("difference of neurons",), UNIT * sp.Matrix([[softness(group.size)]]), count
    )

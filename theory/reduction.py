r"""Symmetry reduction: the loss and its gradient on networks that are constant on blocks.

Students and teachers are split into classes (:mod:`theory.hierarchy`). A group of permutations acts on both at once
and leaves the loss unchanged; the points that it fixes have one outgoing weight for each class of students and one
inner product :math:`w_i \cdot v_j` for each class of students, class of teachers and level. For orthonormal teachers
with :math:`g = G(s, p, q)` the loss of such a point is a sum over orbits of pairs, with their sizes as factors, and
its gradient in the weights is again constant on blocks: the derivative of the reduced loss over the size of the
orbit (claim ``block-constant-critical``). So critical points of the reduced loss are critical points of the loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from theory.block_constant import Reduction
from theory.hierarchy import Hierarchy, Path
from theory.interactions import Interaction, pair
from theory.neuron import exact_size


def reduce_by_symmetry(
    students: Mapping[str, Sequence[str]],
    teachers: Mapping[str, Sequence[str]],
    sizes: Mapping[str, int | sp.Expr],
    *,
    activation: str | Interaction = "erf",
    teacher_outgoing: Mapping[str, sp.Expr] | None = None,
) -> Reduction:
    r"""The loss and gradient of networks that are constant on blocks. Exact.

    .. math:: L = \sum_{AA'\ell} N_{AA'\ell}\, a_A a_{A'}\, G(s_{AA'\ell}, p_A, p_{A'})
              - 2 \sum_{AB\ell} N_{AB\ell}\, a_A b_B\, G(c_{AB\ell}, p_A, 1) + L_*, \qquad
              \frac{\partial L}{\partial c_{AB\ell}} = N_{AB\ell}\, (\nabla_{w_i} L) \cdot v_j

    Parameters
    ----------
    students, teachers : mapping of str to sequence of str
        Classes by name; each is a path of index sets (:mod:`theory.hierarchy`). Classes whose paths begin with the
        same sets are matched there; the empty path is a single neuron.
    sizes : mapping of str to int or sympy.Expr
        Sizes of the index sets; may be symbols.
    activation : str or Interaction
        The name of an activation, or its interaction function with first derivatives, for example a :class:`Kernel`.
    teacher_outgoing : mapping of str to sympy.Expr, optional
        By class of teachers; default ones. The teachers are orthonormal.

    Returns
    -------
    Reduction
        Its derivatives are those of the full loss: ``diff(loss, z) = parameters[z] * gradient[z]``.

    Raises
    ------
    ValueError
        If there is no student or no teacher, a size is missing or is no positive integer, or a path repeats a set.

    References
    ----------
    Palais, *The principle of symmetric criticality*, 1979.

    Examples
    --------
    The perturbed copy, and copy-average points with M groups of m teachers each:

    >>> from theory.symbols import k, m, n
    >>> copies = reduce_by_symmetry(
    ...     {"student": ["pair"]}, {"copied": ["pair"], "uncopied": ["rest"]}, {"pair": n, "rest": k - n}
    ... )
    >>> len(copies.unknowns), copies.n, copies.k
    (4, n, k)
    >>> groups = reduce_by_symmetry(
    ...     {"student": ["group"]}, {"teacher": ["group", "member"]}, {"group": sp.Symbol("M"), "member": m}
    ... )
    >>> groups.unknowns, groups.k
    ((c_{student,teacher,0}, c_{student,teacher,1}, a_{student}), M*m)
    """
    rows = {name: tuple(path) for name, path in students.items()}
    columns = {name: tuple(path) for name, path in teachers.items()}
    if not rows or not columns:
        raise ValueError("reduce_by_symmetry: got no class of students or none of teachers, needs one of each")
    paths = [*rows.values(), *columns.values()]
    _check_paths(paths, sizes)
    exact = {name: exact_size(name, size) for name, size in sizes.items()}
    outgoing = dict.fromkeys(columns, sp.S.One) | {
        name: sp.sympify(b) for name, b in (teacher_outgoing or {}).items()
    }
    interaction = pair(activation) if isinstance(activation, str) else activation
    return Reduction(rows, columns, Hierarchy(exact), interaction, outgoing)


def _check_paths(paths: Sequence[Path], sizes: Mapping[str, int | sp.Expr]) -> None:
    """Every index set has a size and one place in the hierarchy."""
    above: dict[str, Path] = {}
    for path in paths:
        for level, name in enumerate(path):
            if name not in sizes:
                raise ValueError(f"sizes: got none for {name!r}, needs one for every index set")
            if above.setdefault(name, path[:level]) != path[:level]:
                raise ValueError(f"paths: got {name!r} below {above[name]} and below {path[:level]}, needs one place")

"""The perturbed copy: each student approximately copies a different teacher.

It is invariant under permuting the copied teachers (with their students) and the uncopied ones, so four
numbers describe it for every (n, k):

    w_i = alpha v_i + beta sum_{j copied, j != i} v_j + gamma sum_{j uncopied} v_j,    outgoing weight a.

A critical point of the loss restricted to this subspace is a critical point of the whole loss (claim
``block-constant-critical``; ``theory.reduce_by_symmetry`` gives the same equations for any classes).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sympy as sp

from theory.interactions import interaction_of, pair
from theory.neuron import exact_size
from theory.symbols import a, alpha, beta, gamma, k, n, p, q, s


@dataclass(frozen=True)
class ReducedSystem:
    """Equations of a structure in few unknowns. Exact.

    Attributes
    ----------
    name : str
    activation : str
    n, k : sympy.Expr
        Numbers of student and teacher neurons.
    unknowns : tuple of sympy.Symbol
    loss : sympy.Expr
        The loss restricted to the structure's subspace.
    equations : tuple of sympy.Expr
        Derivatives of that loss in the unknowns, each over the number of parameters of the network that
        share it, so that they stay regular where a class is empty. All vanish at the structure.
    """

    name: str
    activation: str
    n: sp.Expr
    k: sp.Expr
    unknowns: tuple[sp.Symbol, ...]
    loss: sp.Expr
    equations: tuple[sp.Expr, ...]


@cache
def _system(activation: str) -> ReducedSystem:
    """The system for symbolic n and k."""
    exact = pair(activation)
    norm2 = alpha**2 + (n - 1) * beta**2 + (k - n) * gamma**2
    overlap = 2 * alpha * beta + (n - 2) * beta**2 + (k - n) * gamma**2

    def at(expression: sp.Expr, inner: sp.Expr, other: sp.Expr) -> sp.Expr:
        return expression.subs({s: inner, p: norm2, q: other}, simultaneous=True)

    one = sp.S.One
    pulls = {alpha: one, beta: n - 1, gamma: k - n}
    teachers = sp.Add(*(count * interaction_of(activation, inner, norm2, one) for inner, count in pulls.items()))
    students = interaction_of(activation, norm2, norm2, norm2) + (n - 1) * interaction_of(
        activation, overlap, norm2, norm2
    )
    loss = n * a**2 * students - 2 * n * a * teachers + k * interaction_of(activation, one, one, one)

    # Gradient in w_1 along v_j over 2 a: every partner z with coefficient c adds
    # c (G_s z.v_j + 2 G_p w_1.v_j); the students other than the first are summed by symmetry.
    own_s, own_p = at(exact.d_s, norm2, norm2), at(exact.d_p, norm2, norm2)
    other_s, other_p = at(exact.d_s, overlap, norm2), at(exact.d_p, overlap, norm2)
    radial = a * (own_p + (n - 1) * other_p) - sp.Add(
        *(count * at(exact.d_p, inner, one) for inner, count in pulls.items())
    )

    def along(own: sp.Expr, others: sp.Expr) -> sp.Expr:
        """own = w_1.v_j; others = sum of w_l.v_j over the other students."""
        return a * (own_s * own + other_s * others) + 2 * radial * own - at(exact.d_s, own, one)

    equations = (
        along(alpha, (n - 1) * beta),
        along(beta, alpha + (n - 2) * beta),
        along(gamma, (n - 1) * gamma),
        a * students - teachers,
    )
    return ReducedSystem("perturbed-copy", activation, n, k, (alpha, beta, gamma, a), loss, equations)


def perturbed_copy(n: int | sp.Expr, k: int | sp.Expr, activation: str = "erf") -> ReducedSystem:
    r"""The reduced equations of the perturbed copy. Exact.

    They have many solutions. *The* perturbed copy is the branch continued from n = k - 1 downwards in real
    n; ``numerics.perturbed_copy_point`` follows it.

    Parameters
    ----------
    n, k : int or sympy.Expr
        Numbers of student and teacher neurons; may be symbolic.
    activation : {"erf"}

    Returns
    -------
    ReducedSystem
        In the unknowns :math:`(\alpha, \beta, \gamma, a)`.

    Raises
    ------
    ValueError
        If n or k is a number other than a positive integer, or n > k.

    Examples
    --------
    >>> system = perturbed_copy(9, 10)
    >>> len(system.equations), system.loss.free_symbols == set(system.unknowns)
    (4, True)
    """
    size_n, size_k = exact_size("n", n), exact_size("k", k)
    if (size_k - size_n).is_negative:
        raise ValueError(f"n: got {size_n}, needs at most k = {size_k}")
    system = _system(activation)
    at = {system.n: size_n, system.k: size_k}
    equations = tuple(equation.subs(at, simultaneous=True) for equation in system.equations)
    loss = system.loss.subs(at, simultaneous=True)
    return ReducedSystem(system.name, activation, size_n, size_k, system.unknowns, loss, equations)

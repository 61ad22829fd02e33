r"""One neuron for every activation: the constrained problem in order parameters, and its closed-form solutions.

With :math:`H(r) = G(r^2, r^2, r^2)` and :math:`N(r, u) = \sum_j b_j G(r u_j, r^2, 1)` the loss of one neuron is
:math:`a^2 H - 2aN + C` under :math:`\sum_j u_j^2 \le 1`. So :math:`a = N/H`, and :math:`N^2/H` is to be maximal.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from theory.activations import activation as find_activation
from theory.interactions import interaction_of
from theory.symbols import a, r


@dataclass(frozen=True)
class Solution:
    """The lowest critical points of one neuron and k orthonormal teachers. Exact.

    Attributes
    ----------
    teachers : sympy.Expr
        How many teachers have a non-zero cosine, all the same.
    norm, outgoing, loss : sympy.Expr
    free : str
        What can be changed at no cost: ``""``, ``"scale"``, ``"direction"`` or ``"scale and direction"``; norm and
        outgoing weight are then those of one of them.
    """

    teachers: sp.Expr
    norm: sp.Expr
    outgoing: sp.Expr
    loss: sp.Expr
    free: str = ""

    @property
    def cosine(self) -> sp.Expr:
        """The cosine with each of these teachers."""
        return 1 / sp.sqrt(self.teachers)

    def decimals(self, digits: int) -> tuple[str, str, str]:
        """Coordinate along a teacher, outgoing weight and loss as decimal strings, where k is a number. Exact.

        Examples
        --------
        >>> closed_solution("square", 4).decimals(5)
        ('0.50000', '2.0000', '12.000')
        """
        place, outgoing, loss = (str(sp.N(z, digits)) for z in (self.norm * self.cosine, self.outgoing, self.loss))
        return place, outgoing, loss


def closed_solution(name: str, k: int | sp.Expr) -> Solution | None:
    """The solution in closed form, or None where the norm is the root of an equation. Exact.

    Examples
    --------
    >>> closed_solution("sin", sp.Integer(4)).outgoing
    4*exp(-3/8)
    """
    k = sp.sympify(k)
    root = sp.sqrt(k)
    table = {
        # The square of the difference of the means, (a - k)/2, and a quarter of the loss of erf.
        "normal-cdf": Solution(k, 1 / sp.sqrt(2 * k - 1), k, k / 12 - k**2 / (2 * sp.pi) * sp.asin(1 / (2 * k))),
        "linear": Solution(k, sp.S.One, root, sp.S.Zero, "scale"),
        "square": Solution(k, sp.S.One, (k + 2) / 3, 2 * (k + 2) * (k - 1) / 3, "scale and direction"),
        "cube": Solution(
            k, sp.S.One, (3 * k + 2) / (5 * root), 15 * k - sp.Rational(3, 5) * (3 * k + 2) ** 2 / k, "scale"
        ),
        "hermite2": Solution(k, sp.S.One, sp.S.One, 2 * (k - 1), "direction"),
        "hermite3": Solution(sp.S.One, sp.S.One, sp.S.One, 6 * (k - 1)),
        "hermite4": Solution(sp.S.One, sp.S.One, sp.S.One, 24 * (k - 1)),
        "sin": Solution(
            k,
            1 / root,
            k * sp.exp((1 / k - 1) / 2),
            (k * sp.sinh(1) - k**2 * sp.sinh(1 / k)) * sp.exp(-1),
        ),
        "exp": Solution(
            k,
            1 / root,
            k * sp.exp((1 - 1 / k) / 2),
            k * sp.exp(2) + k * (k - 1) * sp.exp(1) - k**2 * sp.exp(1 + 1 / k),
        ),
    }
    return table.get(name)


def one_neuron_parts(name: str, k: sp.Expr, teachers: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """H, N and C where the neuron has equal cosines with some teachers and none with the others. Exact.

    Parameters
    ----------
    name : str
        Activation with an interaction function in closed form.
    k, teachers : sympy.Expr

    Returns
    -------
    (sympy.Expr, sympy.Expr, sympy.Expr)
        In the symbol r.
    """
    one, zero = sp.S.One, sp.S.Zero
    own = interaction_of(name, r**2, r**2, r**2)
    pulled = teachers * interaction_of(name, r / sp.sqrt(teachers), r**2, one)
    if teachers != k:
        pulled += (k - teachers) * interaction_of(name, zero, r**2, one)
    constant = k * interaction_of(name, one, one, one) + k * (k - 1) * interaction_of(name, zero, one, one)
    return own, pulled, constant


def one_neuron_loss_of(name: str, k: sp.Expr, teachers: sp.Expr) -> sp.Expr:
    """The loss in the symbols a and r. Exact."""
    own, pulled, constant = one_neuron_parts(name, k, teachers)
    return a**2 * own - 2 * a * pulled + constant


def one_neuron_equation(name: str, k: int | sp.Expr, teachers: int | sp.Expr | None = None) -> sp.Expr:
    r"""The equation of the norm: :math:`2 N' H - N H' = 0`, with :math:`a = N/H`. Exact.

    Parameters
    ----------
    name : str
        Activation with an interaction function in closed form.
    k : int or sympy.Expr
    teachers : int or sympy.Expr, optional
        Teachers with a non-zero cosine; default all.

    Raises
    ------
    ValueError
        If the activation has no interaction function in closed form.

    Examples
    --------
    >>> sp.simplify(one_neuron_equation("exp", 4).subs(r, sp.Rational(1, 2)))
    0
    """
    find_activation(name)
    size = sp.sympify(k)
    own, pulled, _ = one_neuron_parts(name, size, size if teachers is None else sp.sympify(teachers))
    return 2 * sp.diff(pulled, r) * own - pulled * sp.diff(own, r)

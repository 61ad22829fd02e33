r"""One neuron with leaky ReLU or the absolute value and k orthonormal teachers; and copies with the absolute value.

As in ``theory.rectified_neuron`` with :math:`\omega = |a| w = \rho e` and s the sign of a the loss is

.. math:: g_0 \rho^2 - 2 s \rho\, T(e) + C, \qquad g_0 = g(e, e),

so :math:`\rho = s T(e) / g_0` and the loss :math:`C - T(e)^2/g_0` at critical points e of the pull T on the sphere.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from theory import rectified_neuron
from theory.homogeneous import form_of
from theory.rectified import profile


@dataclass(frozen=True)
class Neuron:
    """A minimum of one neuron, up to rescaling. Exact.

    Attributes
    ----------
    structure : str
        ``"copy-average"`` (along the sum of the teachers), ``"against-average"`` (against it, with a negative
        outgoing weight), ``"scaled-copy"`` (along one of them) or ``"all-dead"``.
    teachers : sympy.Expr
        How many teachers have a non-zero cosine.
    coordinate : sympy.Expr
        Inner product of :math:`|a| w` with each of these.
    sign : int
        Of the outgoing weight.
    loss : sympy.Expr
    """

    structure: str
    teachers: sp.Expr
    coordinate: sp.Expr
    sign: int
    loss: sp.Expr


def own(slope: sp.Expr) -> sp.Expr:
    """Interaction of a unit vector with itself, for leaky ReLU. Exact."""
    return (1 + slope**2) / 2


def leaky_pull(k: sp.Expr, slope: sp.Expr, sign: int = 1) -> sp.Expr:
    r"""The pull of k teachers on the unit vector along their sum, or against it, for leaky ReLU. Exact.

    .. math:: T_\pm = (1 - \alpha)^2\, k\, \gamma(\pm 1/\sqrt k) \pm \alpha \sqrt k

    Examples
    --------
    >>> leaky_pull(sp.Integer(1), sp.Rational(1, 100), -1)
    -1/100
    """
    return (1 - slope) ** 2 * rectified_neuron.pull(k, sign) + sign * slope * sp.sqrt(k)


def leaky_teacher_loss(k: sp.Expr, slope: sp.Expr) -> sp.Expr:
    """Loss of k orthonormal teachers alone, for leaky ReLU. Exact."""
    return k * own(slope) + (1 - slope) ** 2 * k * (k - 1) / (2 * sp.pi)


def leaky_length(k: sp.Expr, slope: sp.Expr, sign: int = 1) -> sp.Expr:
    """Norm times outgoing weight, negative where the outgoing weight is. Exact."""
    return leaky_pull(k, slope, sign) / own(slope)


def leaky_loss(k: sp.Expr, slope: sp.Expr, sign: int = 1) -> sp.Expr:
    """Loss at the critical point along the sum of the teachers, or against it. Exact."""
    return leaky_teacher_loss(k, slope) - leaky_pull(k, slope, sign) ** 2 / own(slope)


def abs_profile(u: sp.Expr) -> sp.Expr:
    r"""Interaction of unit vectors for the absolute value. Exact.

    .. math:: \gamma(u) = \frac{2}{\pi}\left(\sqrt{1 - u^2} + u \arcsin u\right)

    Examples
    --------
    >>> abs_profile(sp.Integer(1)), abs_profile(sp.Integer(0))
    (1, 2/pi)
    """
    return 2 * (sp.sqrt(1 - u**2) + u * sp.asin(u)) / sp.pi


def abs_teacher_loss(k: sp.Expr) -> sp.Expr:
    """Loss of k orthonormal teachers alone, for the absolute value. Exact."""
    return k + 2 * k * (k - 1) / sp.pi


def copy_length(n: sp.Expr, k: sp.Expr) -> sp.Expr:
    r"""Norm times outgoing weight of n students along as many of k teachers, for the absolute value. Exact.

    .. math:: \rho = \frac{\pi + 2(k - 1)}{\pi + 2(n - 1)}
    """
    return (sp.pi + 2 * (k - 1)) / (sp.pi + 2 * (n - 1))


def copy_loss(n: sp.Expr, k: sp.Expr) -> sp.Expr:
    r"""The loss of these. Exact.

    .. math:: L = (k - n)\left(1 - \frac{2}{\pi}\right) \frac{\pi + 2(k - 1)}{\pi + 2(n - 1)}

    Examples
    --------
    >>> copy_loss(sp.Integer(3), sp.Integer(3)), copy_loss(sp.Integer(3), sp.Integer(4)).evalf(10)
    (0, 0.4651447066)
    """
    return (k - n) * (1 - 2 / sp.pi) * copy_length(n, k)


def minima(activation: str, k: int) -> tuple[Neuron, ...]:
    """The minima of one neuron, a number of teachers given, in the order of their losses. Exact.

    Parameters
    ----------
    activation : str
        Leaky ReLU, by its name with or without a slope, or ``"abs"``.
    k : int

    Returns
    -------
    tuple of Neuron
        Claims ``leaky-relu-one-neuron-minimum`` and ``abs-one-neuron``. A dead neuron is a minimum with a negative
        outgoing weight only, where the pull is nowhere negative.

    Raises
    ------
    ValueError
        If the activation is another one.

    Examples
    --------
    >>> [(one.structure, one.sign) for one in minima("leaky-relu", 1)]
    [('copy-average', 1), ('against-average', -1)]
    >>> [(one.structure, one.loss.evalf(6)) for one in minima("abs", 4)]
    [('scaled-copy', 3.17216), ('all-dead', 11.6394)]
    """
    form, size = form_of(activation), sp.Integer(k)
    if form is None or activation == "relu":
        raise ValueError(f"activation: got {activation!r}, needs leaky-relu, leaky-relu:SLOPE or abs")
    one = sp.Integer(1)
    if form.even:
        name = "copy-average" if k == 1 else "scaled-copy"
        copied = Neuron(name, one, copy_length(one, size), 1, copy_loss(one, size))
        return copied, Neuron("all-dead", sp.Integer(0), sp.Integer(0), -1, abs_teacher_loss(size))
    slope = sp.Rational(-form.left.numerator, form.left.denominator)
    found = [Neuron("copy-average", size, leaky_length(size, slope) / sp.sqrt(size), 1, leaky_loss(size, slope))]
    against = leaky_pull(size, slope, -1)
    if against.evalf(30) < 0:
        # w is against the teachers, and the outgoing weight is negative.
        place = leaky_length(size, slope, -1) / sp.sqrt(size)
        found.append(Neuron("against-average", size, place, -1, leaky_loss(size, slope, -1)))
    else:
        found.append(Neuron("all-dead", sp.Integer(0), sp.Integer(0), -1, leaky_teacher_loss(size, slope)))
    return tuple(found)


def leaky_profile(u: sp.Expr, slope: sp.Expr) -> sp.Expr:
    """Interaction of unit vectors for leaky ReLU. Exact."""
    return (1 - slope) ** 2 * profile(u) + slope * u

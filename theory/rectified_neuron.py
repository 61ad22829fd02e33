r"""One ReLU neuron and k orthonormal teachers: its critical points, in closed form.

Up to the rescaling :math:`(w, a) \to (cw, a/c)` a neuron with :math:`w, a \ne 0` is :math:`s\,\sigma(\omega\cdot x)`,
:math:`\omega = |a| w`, s the sign of a. With :math:`\omega = \rho e` its loss is

.. math:: \tfrac12\rho^2 - 2 s \rho\,T(e) + C, \qquad T(e) = \sum_j \gamma(e \cdot v_j),

where T is the pull of the teachers and C their own loss. So :math:`s = 1` and :math:`\rho = 2T(e)`, at a critical
point e of T on the sphere; claim ``relu-one-neuron`` shows that there are two, where all cosines are
:math:`\pm 1/\sqrt k`.
"""

from __future__ import annotations

import sympy as sp

from theory.derivation import Relation, Step
from theory.prose import given, sentence
from theory.rectified import profile
from theory.structure import Group
from theory.symbols import k
from theory.unevaluated import at


def teacher_loss(k: sp.Expr) -> sp.Expr:
    r"""Loss of k orthonormal teachers alone, with every student dead. Exact.

    .. math:: C = \frac k2 + \frac{k(k-1)}{2\pi}

    Examples
    --------
    >>> teacher_loss(sp.Integer(2))
    1/pi + 1
    """
    return k / 2 + k * (k - 1) / (2 * sp.pi)


def length(k: sp.Expr, sign: int = 1) -> sp.Expr:
    r"""Norm times outgoing weight of the neuron in the direction of the sum of the teachers, or against it. Exact.

    .. math:: \rho_+ = \frac{\sqrt k}{\pi}\left(\sqrt{k-1} + \pi - \arccos\tfrac1{\sqrt k}\right), \qquad
              \rho_- = \frac{\sqrt k}{\pi}\left(\sqrt{k-1} - \arccos\tfrac1{\sqrt k}\right)

    Parameters
    ----------
    k : sympy.Expr
        Number of teachers.
    sign : {1, -1}
        1 for the minimum, -1 for the saddle.

    Examples
    --------
    >>> length(sp.Integer(1)), length(sp.Integer(1), -1), length(sp.Integer(2)).evalf(10)
    (1, 0, 1.510818330)
    """
    open_angle = sp.pi if sign == 1 else sp.S.Zero
    return sp.sqrt(k) / sp.pi * (sp.sqrt(k - 1) + open_angle - sp.acos(1 / sp.sqrt(k)))


def pull(k: sp.Expr, sign: int = 1) -> sp.Expr:
    r"""The pull T of k teachers on a unit vector that has the same cosine with each. Exact.

    .. math:: T = k\,\gamma\bigl(\pm\tfrac{1}{\sqrt k}\bigr)

    Examples
    --------
    >>> sp.expand(pull(sp.Integer(4), -1) - 4 * profile(-sp.Rational(1, 2)))
    0
    """
    cosine = 1 / sp.sqrt(k)
    if sign == 1:
        return k * profile(cosine)
    # The profile at -u, with the arccosine of -u as pi less that of u.
    return k * (sp.sqrt(1 - cosine**2) - cosine * sp.acos(cosine)) / (2 * sp.pi)


def loss(k: sp.Expr, sign: int = 1) -> sp.Expr:
    r"""Loss at the critical point. Exact.

    .. math:: L = \frac k2 + \frac{k(k-1)}{2\pi} - \frac{\rho^2}{2}
    """
    return teacher_loss(k) - length(k, sign) ** 2 / 2


def curvature(k: sp.Expr, sign: int = 1, *, inside: bool) -> sp.Expr:
    r"""Eigenvalue of the Hessian across the neuron's direction, with the outgoing weight fixed to 1. Exact.

    .. math:: 1 - \frac{1}{\pi\rho}\left(k \sin\theta + \frac{1}{\sin\theta}\right), \qquad
              1 - \frac{k \sin\theta}{\pi\rho}, \qquad \sin\theta = \sqrt{1 - 1/k}

    inside the span of the teachers (k - 1 times) and outside it (d - k times); along the neuron it is 1.

    Parameters
    ----------
    k : sympy.Expr
        Number of teachers, at least 2 inside the span.
    sign : {1, -1}
    inside : bool
    """
    sine = sp.sqrt(k - 1) / sp.sqrt(k)
    total = k * sine + (1 / sine if inside else 0)
    return 1 - total / (sp.pi * length(k, sign))


def opposite_steps(tangent: sp.Symbol) -> tuple[Step, ...]:
    r"""That :math:`\rho_- > 0` for more than one teacher. Exact.

    .. math:: \frac{\pi}{\sqrt k} \rho_- = \tau - \arctan\tau, \qquad \tau = \sqrt{k - 1}

    Parameters
    ----------
    tangent : sympy.Symbol
        The letter for :math:`\tau`, positive.
    """
    angle = sp.acos(1 / sp.sqrt(1 + tangent**2))
    return (
        Step(
            "arctangent",
            sentence("With {} the arccosine has the slope", given(tangent, "=", sp.sqrt(k - 1))),
            angle,
            1 / (1 + tangent**2),
            Relation.DERIVATIVE,
            tangent,
        ),
        Step("arctangent-origin", "and vanishes at zero: it is the arctangent", at(angle, {tangent: 0}), sp.S.Zero),
        Step(
            "opposite-positive",
            sentence("So the length against the sum is, times {},", sp.pi / sp.sqrt(k)),
            tangent - sp.atan(tangent),
            tangent**2 / (1 + tangent**2),
            Relation.INCREASING,
            domain=((tangent, sp.S.Zero, sp.oo),),
        ),
    )


def average(k: sp.Expr) -> Group:
    r"""The neuron that averages k orthonormal teachers, with outgoing weight 1. Exact.

    .. math:: a r = \rho_+, \quad u = \frac{1}{\sqrt k}, \quad L = \frac k2 + \frac{k(k-1)}{2\pi} - \frac{\rho_+^2}{2}

    Of the neurons :math:`(cw, a/c)` the one with :math:`a = 1` stands for all.
    """
    return Group(k, sp.S.One, length(k), 1 / sp.sqrt(k), sp.S.One, loss(k))

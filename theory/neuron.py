"""The one-neuron student: its non-trivial critical point in closed form."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.activations import activation as find_activation
from theory.derivation import Derivation, Step
from theory.interactions import interaction
from theory.prose import called, given, sentence
from theory.rectified_neuron import average
from theory.structure import Group, Structure
from theory.symbols import a, m, r
from theory.unevaluated import at


def exact_size(name: str, value: int | sp.Expr) -> sp.Expr:
    """A size as an exact expression: a positive integer or a symbolic expression. Exact.

    Raises
    ------
    ValueError
        If it is a number but not a positive integer.
    """
    size = sp.sympify(value)
    if size.is_number and not (size.is_Integer and size >= 1):
        raise ValueError(f"{name}: got {value}, needs an integer of at least 1")
    return size


def group(size: int | sp.Expr, multiplicity: int | sp.Expr = 1) -> Group:
    r"""The neuron that averages a group of m orthonormal teachers (erf). Exact.

    .. math:: r = \frac{1}{\sqrt{2m - 1}}, \quad u = \frac{1}{\sqrt m}, \quad a = m, \quad
              L^*_{\mathrm{erf}}(m) = \frac m3 - \frac 2\pi m^2 \arcsin\frac1{2m}

    For m = 1 this is a copy, with loss 0.
    """
    m = exact_size("size", size)
    loss = m / 3 - 2 / sp.pi * m**2 * sp.asin(1 / (2 * m))
    return Group(m, sp.sympify(multiplicity), 1 / sp.sqrt(2 * m - 1), 1 / sp.sqrt(m), m, loss)


def one_neuron_loss(outgoing: sp.Expr, norm: sp.Expr, cosine: sp.Expr, size: sp.Expr) -> sp.Expr:
    """Loss of one neuron with equal cosines to ``size`` orthonormal teachers. Exact."""
    own = interaction("erf", norm, norm, 1)
    return (
        outgoing**2 * own
        - 2 * outgoing * size * interaction("erf", norm, 1, cosine)
        + size * interaction("erf", 1, 1, 1)
    )


@cache
def one_neuron_derivation() -> Derivation:
    r"""Check the one-neuron solution for symbolic k. Exact.

    The gradient in w is :math:`2a(2a(\dot g) w - G_s \sum_j v_j + \dots)`: at equal cosines it lies along
    :math:`\sum_j v_j`, so that the derivative along the norm decides. That no other non-trivial critical
    point exists is not shown here.

    Returns
    -------
    Derivation
        Its result is the loss :math:`L^*_{\mathrm{erf}}(m)`.

    Examples
    --------
    >>> all(one_neuron_derivation().check())
    True
    """
    star = group(m)
    star_values = {a: star.outgoing, r: star.norm}
    loss = one_neuron_loss(a, r, star.cosine, m)
    # 2m - 1, so that all roots are of positive numbers.
    odd = sp.Symbol("o", positive=True)
    steps = (
        Step(
            "outgoing",
            sentence("The slope in {} vanishes at the solution {}", a, given(a, "=", star.outgoing)),
            at(sp.Derivative(loss, a), star_values),
            sp.S.Zero,
        ),
        Step(
            "norm",
            sentence("and so does that in {}, where {}", r, given(r, "=", star.norm)),
            at(sp.Derivative(loss, r), star_values),
            sp.S.Zero,
            through=((m, (1 + odd) / 2),),
        ),
        Step(
            "loss",
            sentence("The loss there is {}", called(names.L_star(m), star.loss)),
            at(loss, star_values),
            star.loss,
        ),
    )
    return Derivation("erf-one-neuron", steps, star.loss)


def one_neuron(k: int | sp.Expr, activation: str = "erf") -> Structure:
    r"""The non-trivial critical point of a student with one neuron. Exact.

    .. math:: u_j = \frac{1}{\sqrt k}, \quad r = \frac{1}{\sqrt{2k-1}}, \quad a = k, \quad
              L^*_{\mathrm{erf}}(k) = \frac k3 - \frac{2}{\pi} k^2 \arcsin\frac{1}{2k}

    for erf; for relu see :func:`theory.rectified_neuron.average`, which stands for all neurons that it becomes by
    rescaling: norm times outgoing weight counts.

    Parameters
    ----------
    k : int or sympy.Expr
        Number of teachers (orthonormal, outgoing weights 1); may be symbolic.
    activation : str
        One with a closed form: erf, relu, linear, square, cube, hermite2, hermite3, hermite4, sin or exp.

    Returns
    -------
    Structure
        One group of size k, or of the teachers that the neuron copies; the others are idle, and their loss is in the
        group's. Checked by :func:`one_neuron_derivation`, for other activations by the claims ``A-one-neuron``; that
        of relu has the outgoing weight 1.

    Raises
    ------
    ValueError
        If k is a number other than a positive integer, or the activation has no closed form here.

    References
    ----------
    Şimşek, Bendjeddou, Gerstner and Brea, *Should Under-parameterized Student Networks Copy or Average
    Teacher Weights?*, NeurIPS 2023.

    Examples
    --------
    >>> one_neuron(2).loss
    -8*asin(1/4)/pi + 2/3
    >>> one_neuron(2, "relu").groups[0].norm.evalf(10)
    1.510818330
    """
    size, name = exact_size("k", k), find_activation(activation).name
    if name == "relu":
        return Structure("copy-average", name, (average(size),))
    if name == "erf":
        return Structure("copy-average", activation, (group(size),))
    from theory.activation.neuron import closed_solution

    star = closed_solution(activation, size)
    if star is None:
        raise ValueError(
            f"activation: got {activation!r}, whose neuron has no closed form; its norm is the root of "
            "theory.one_neuron_equation, enclosed by verify.one_neuron_point"
        )
    idle = size - star.teachers
    found = Group(star.teachers, sp.S.One, star.norm, star.cosine, star.outgoing, star.loss)
    kind = "copy-average" if idle == 0 else "partial-average"
    return Structure(kind, activation, (found,), idle, star.free)

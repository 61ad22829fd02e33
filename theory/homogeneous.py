r"""The interaction function of :math:`c_1 \max(x, 0) + c_2 \max(-x, 0)`, from that of ReLU.

.. math:: G = (c_1 + c_2)^2\, G_{\mathrm{relu}} - c_1 c_2\, s

Leaky ReLU has :math:`c_1 = 1` and :math:`c_2` minus its slope, the absolute value :math:`c_1 = c_2 = 1`.
"""

from __future__ import annotations

import sympy as sp

from theory import rectified
from theory.derivation import Derivation, Step
from theory.prose import defined, given, sentence
from theory.rectified import phi, theta
from theory.slopes import NAMED, Homogeneous, has_slope, leaky, slope_of
from theory.symbols import p, q, r1, r2, s, x, y
from theory.unevaluated import at

#: Slopes on the positive side and, of minus the argument, on the negative one.
c1, c2 = sp.symbols("c_1 c_2", real=True)
#: Positive parts of the two pre-activations, and the interaction of ReLU.
X, Y, g = sp.symbols("X Y g_relu", real=True)


def form_of(name: str) -> Homogeneous | None:
    """The slopes of an activation with a name of this family, else None. Exact."""
    if has_slope(name):
        return leaky(slope_of(name))
    return NAMED.get(name)


def constants(form: Homogeneous) -> tuple[sp.Rational, sp.Rational]:
    """The factors of the interaction of ReLU and of the inner product. Exact.

    Examples
    --------
    >>> constants(NAMED["abs"])
    (4, -1)
    """
    return tuple(sp.Rational(z.numerator, z.denominator) for z in (form.scale, form.shift))


def derivatives(form: Homogeneous) -> dict[str, sp.Expr]:
    """The interaction function and its derivatives in (s, p, q), as ``theory.rectified.derivatives``. Exact.

    Examples
    --------
    >>> own = {s: 2, p: 2, q: 2}
    >>> [derivatives(NAMED["abs"])[name].subs(own) for name in ("value", "d_s", "d_p")]
    [2, 1, 0]
    """
    scale, shift = constants(form)
    found = {name: scale * value for name, value in rectified.derivatives().items()}
    return {**found, "value": found["value"] + shift * s, "d_s": found["d_s"] + shift}


def profile(form: Homogeneous, u: sp.Expr) -> sp.Expr:
    """Interaction of two unit vectors with cosine u. Exact.

    Examples
    --------
    >>> profile(NAMED["leaky-relu"], sp.S.NegativeOne)
    -1/100
    """
    scale, shift = constants(form)
    return scale * rectified.profile(u) + shift * u


def derivation(name: str) -> Derivation:
    """The interaction function of a member of the family. Exact."""
    form = form_of(name)
    if form is None:
        raise ValueError(f"name: got {name!r}, needs relu, leaky-relu, leaky-relu:SLOPE or abs")
    right, left = (sp.Rational(z.numerator, z.denominator) for z in (form.right, form.left))
    result = derivatives(form)["value"]
    general = (c1 + c2) ** 2 * g - c1 * c2 * s
    steps = (
        *general_steps(),
        Step(
            "here",
            sentence(
                "Here {} and {}, with the interaction function of ReLU", given(c1, "=", right), given(c2, "=", left)
            ),
            at(general, {c1: right, c2: left, g: rectified.derivatives()["value"]}),
            result,
        ),
    )
    return Derivation(f"{name}-interaction", steps, result)


def general_steps() -> tuple[Step, ...]:
    """That two constants lead from ReLU to every member. Exact."""
    product = sp.cos(phi) * sp.cos(phi - theta)
    return (
        Step(
            "halves",
            sentence(
                "The positive part of {} is that of {} less {}: so the activation, with positive parts by absolute "
                "values,",
                -x,
                x,
                x,
            ),
            c1 * (x + sp.Abs(x)) / 2 + c2 * (sp.Abs(x) - x) / 2,
            (c1 + c2) * (x + sp.Abs(x)) / 2 - c2 * x,
        ),
        Step(
            "product",
            sentence(
                "With the positive parts {} and {} of two pre-activations {} and {} the product of two neurons is",
                X,
                Y,
                x,
                y,
            ),
            ((c1 + c2) * X - c2 * x) * ((c1 + c2) * Y - c2 * y),
            (c1 + c2) ** 2 * X * Y - c2 * (c1 + c2) * (X * y + x * Y) + c2**2 * x * y,
        ),
        Step(
            "half-plane",
            sentence(
                "The mean of {} is the integral over the half plane where {} is positive, in polar coordinates as "
                "for ReLU (claim relu-interaction)",
                X * y,
                x,
            ),
            r1 * r2 / sp.pi * sp.Integral(product, (phi, -sp.pi / 2, sp.pi / 2)),
            r1 * r2 * sp.cos(theta) / 2,
        ),
        Step(
            "value",
            sentence(
                "half of {}; by symmetry that of {}, too. With the interaction {} of ReLU the mean of the product is",
                defined(s, r1 * r2 * sp.cos(theta)),
                x * Y,
                g,
            ),
            (c1 + c2) ** 2 * g - c2 * (c1 + c2) * s + c2**2 * s,
            (c1 + c2) ** 2 * g - c1 * c2 * s,
        ),
    )


def own_step() -> Step:
    """The interaction of a neuron with itself. Exact."""
    return Step(
        "own",
        "A neuron with itself",
        at((c1 + c2) ** 2 * g - c1 * c2 * s, {g: at(rectified.derivatives()["value"], {s: p, q: p}), s: p}),
        (c1**2 + c2**2) * p / 2,
    )

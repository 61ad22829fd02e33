r"""The interaction function of ReLU, derived in polar coordinates and again by Price's theorem.

With the angle :math:`\theta` between the two vectors and :math:`D = \sqrt{pq - s^2} = |w||v|\sin\theta`,

.. math:: g = \frac{D + s(\pi - \theta)}{2\pi}, \qquad G_s = \frac{\pi - \theta}{2\pi}, \qquad G_p = \frac{D}{4\pi p}.

The first derivatives are regular at parallel vectors, :math:`s = p = q` included; the second ones in (s, p, q) are
not, though those in the vectors are (claim ``relu-smoothness``).
"""

from __future__ import annotations

import sympy as sp

from theory.derivation import Derivation, Step
from theory.notation import Dot
from theory.prose import defined, given, sentence
from theory.symbols import p, q, r1, r2, s, u, x
from theory.unevaluated import at

#: Polar coordinates in the plane of the two vectors, and the angle between them.
rho, theta = sp.symbols("rho theta", positive=True)
phi = sp.Symbol("phi", real=True)
#: The two pre-activations and the two vectors, as sentences name them.
X, Y, w, v = sp.symbols("X Y w v")

#: |w||v| times the sine of the angle.
AREA = sp.sqrt(p * q - s**2)


def angle() -> sp.Expr:
    r"""The angle between the vectors, in a form that is exactly 0 at s = p = q. Exact.

    .. math:: \theta = \operatorname{atan2}\bigl(\sqrt{pq - s^2},\, s\bigr)

    An arccosine would have an infinite slope there, and an argument that rounds to more than 1.
    """
    return sp.atan2(AREA, s)


def profile(u: sp.Expr) -> sp.Expr:
    r"""Interaction of two unit vectors with cosine u. Exact.

    .. math:: \gamma(u) = \frac{1}{2\pi}\left(\sqrt{1 - u^2} + u\,(\pi - \arccos u)\right)

    Its derivative is :math:`(\pi - \arccos u)/(2\pi)`.

    Parameters
    ----------
    u : sympy.Expr

    References
    ----------
    Cho and Saul, *Kernel methods for deep learning*, 2009.

    Examples
    --------
    >>> profile(sp.Integer(1)), profile(sp.Integer(0)), profile(sp.Integer(-1))
    (1/2, 1/(2*pi), 0)
    """
    return (sp.sqrt(1 - u**2) + u * (sp.pi - sp.acos(u))) / (2 * sp.pi)


def derivatives() -> dict[str, sp.Expr]:
    """The interaction function and its derivatives in (s, p, q), by the names of ``theory.interactions.Pair``. Exact.

    The value and the first derivatives are exact at s = p = q; the second derivatives are infinite where vectors are
    parallel or antiparallel.

    Examples
    --------
    >>> own = {s: 2, p: 2, q: 2}
    >>> [derivatives()[name].subs(own) for name in ("value", "d_s", "d_p")]
    [1, 1/2, 0]
    """
    rest = sp.pi - angle()
    return {
        "value": (AREA + s * rest) / (2 * sp.pi),
        "d_s": rest / (2 * sp.pi),
        "d_p": AREA / (4 * sp.pi * p),
        "d_ss": 1 / (2 * sp.pi * AREA),
        "d_sp": -s / (4 * sp.pi * p * AREA),
        "d_sq": -s / (4 * sp.pi * q * AREA),
        "d_pp": (2 * s**2 - p * q) / (8 * sp.pi * p**2 * AREA),
        "d_pq": 1 / (8 * sp.pi * AREA),
    }


def derivation() -> Derivation:
    """The interaction function of ReLU, by two routes. Exact."""
    value = derivatives()["value"]
    return Derivation("relu-interaction", (*_polar_steps(), *_price_steps()), value)


def _polar_steps() -> tuple[Step, ...]:
    wedge = (sp.sin(theta) + (sp.pi - theta) * sp.cos(theta)) / 2
    product = sp.cos(phi) * sp.cos(phi - theta)
    cosine = s / sp.sqrt(p * q)
    usual = (AREA + s * (sp.pi - sp.acos(cosine))) / (2 * sp.pi)
    return (
        Step(
            "radial",
            sentence(
                "In polar coordinates the pre-activations are {} and {}, with the density {}; the radial integral",
                defined(X, r1 * rho * sp.cos(phi)),
                defined(Y, r2 * rho * sp.cos(phi - theta)),
                rho * sp.exp(-(rho**2) / 2) / (2 * sp.pi),
            ),
            sp.Integral(rho**3 * sp.exp(-(rho**2) / 2), (rho, 0, sp.oo)),
            sp.Integer(2),
        ),
        Step(
            "covariance",
            sentence(
                "{} and {} have the covariance {} if {} is the angle between the vectors", X, Y, Dot(w, v), theta
            ),
            r1 * r2 / sp.pi * sp.Integral(product, (phi, -sp.pi, sp.pi)),
            r1 * r2 * sp.cos(theta),
        ),
        Step(
            "wedge",
            "Both are positive on a wedge; over it",
            sp.Integral(product, (phi, theta - sp.pi / 2, sp.pi / 2)),
            wedge,
        ),
        Step(
            "value",
            "Two over two pi times that, in norms and cosine",
            at(r1 * r2 / sp.pi * wedge, {theta: sp.acos(u)}),
            r1 * r2 * profile(u),
        ),
        Step(
            "inner-products",
            "In inner products",
            at(r1 * r2 * profile(u), {u: cosine, r1: sp.sqrt(p), r2: sp.sqrt(q)}),
            usual,
        ),
        Step(
            "angle",
            "The angle in a form that is regular at parallel vectors has the same slope",
            sp.Derivative(angle(), s),
            sp.diff(sp.acos(cosine), s),
        ),
        Step("right-angle", "and the same value for orthogonal vectors", at(angle(), {s: 0}), sp.pi / 2),
    )


def _price_steps() -> tuple[Step, ...]:
    forms = derivatives()
    normal = sp.exp(-(x**2) / (2 * p)) / sp.sqrt(2 * sp.pi * p)
    return (
        Step(
            "quadrant",
            sentence(
                "Independently, by Price's theorem the slope of the value in {} is the chance that both {} and {} "
                "are positive, the share of the wedge",
                s,
                X,
                Y,
            ),
            sp.Integral(1 / (2 * sp.pi), (phi, theta - sp.pi / 2, sp.pi / 2)),
            (sp.pi - theta) / (2 * sp.pi),
        ),
        Step("slope", "which is the slope of the value", sp.Derivative(forms["value"], s), forms["d_s"]),
        Step(
            "mean",
            sentence("and at {} the factors are independent, of mean", given(s, "=", 0)),
            sp.Integral(x * normal, (x, 0, sp.oo)),
            sp.sqrt(p / (2 * sp.pi)),
        ),
        Step(
            "independent",
            "with this product",
            at(forms["value"], {s: 0}),
            sp.sqrt(p / (2 * sp.pi)) * sp.sqrt(q / (2 * sp.pi)),
        ),
        Step("slope-in-p", "The slope in the squared norm", sp.Derivative(forms["value"], p), forms["d_p"]),
        Step(
            "own",
            "A neuron with itself: half its squared norm",
            at(forms["value"], {s: p, q: p}),
            p / 2,
        ),
    )

r"""Sums of powers times exponentials: interactions from one generating function.

A function :math:`\sum c\, x^n e^{\alpha x^2 + \beta x}` (polynomials, sine, cosine, exponential, Gaussians and their
products) is a sum of derivatives in :math:`\lambda` of :math:`e^{\alpha x^2 + \lambda x}` at :math:`\lambda = \beta`,
so its interaction function is the same sum of derivatives of one generating function. The numbers :math:`\beta` may
be complex: both sides are entire in them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import sympy as sp

from theory import gaussian
from theory.activation.kind import Activation
from theory.derivation import Derivation, Step
from theory.prose import called, sentence
from theory.symbols import p, q, s, x, y
from theory.unevaluated import at, evaluated

LAMBDA, MU = sp.symbols("lambda mu", real=True)
_R = sp.Symbol("R", positive=True)


@dataclass(frozen=True)
class Term:
    r"""One term :math:`c\, x^n e^{\alpha x^2 + \beta x}`. Exact."""

    coefficient: sp.Expr
    power: int
    quadratic: sp.Expr
    linear: sp.Expr


def terms_of(expression: sp.Expr) -> tuple[Term, ...] | None:
    """The terms of a function of x, or None if it is not of this family. Exact.

    Examples
    --------
    >>> [(str(t.coefficient), t.power, str(t.linear)) for t in terms_of(sp.sin(x)) or ()]
    [('I/2', 0, '-I'), ('-I/2', 0, 'I')]
    """
    plain = sp.expand(sp.powsimp(sp.expand(expression.rewrite(sp.exp))))
    found: dict[tuple[int, sp.Expr, sp.Expr], sp.Expr] = {}
    for summand in sp.Add.make_args(plain):
        power, exponent, coefficient = 0, sp.S.Zero, sp.S.One
        for factor in sp.Mul.make_args(summand):
            if not factor.has(x):
                coefficient *= factor
            elif isinstance(factor, sp.exp):
                exponent += factor.args[0]
            elif factor == x or (factor.is_Pow and factor.base == x and factor.exp.is_Integer and factor.exp > 0):
                power += int(factor.as_base_exp()[1])
            else:
                return None
        if not exponent.is_polynomial(x) or sp.degree(exponent, x) > 2:
            return None
        quadratic, linear, constant = (sp.expand(exponent).coeff(x, i) for i in (2, 1, 0))
        key = (power, quadratic, linear)
        found[key] = sp.expand(found.get(key, sp.S.Zero) + coefficient * sp.exp(constant))
    terms = tuple(Term(c, *key) for key, c in found.items() if c != 0)
    # Square integrable under every normal law of variance p only if no exponent grows like x^2.
    decaying = all(term.quadratic.is_real and term.quadratic <= 0 for term in terms)
    return tuple(sorted(terms, key=lambda t: (t.power, str(t.linear), str(t.quadratic)))) if decaying else None


def generating(alpha: sp.Expr, beta: sp.Expr) -> sp.Expr:
    r""":math:`E[e^{\alpha X^2 + \lambda X + \beta Y^2 + \mu Y}]`. Exact.

    .. math:: \frac{1}{\sqrt{R}} \exp\frac{p(1 - 2\beta q)\lambda^2 + 2 s\lambda\mu + q(1 - 2\alpha p)\mu^2
              + 2 s^2(\beta\lambda^2 + \alpha\mu^2)}{2R}, \quad
              R = (1 - 2\alpha p)(1 - 2\beta q) - 4\alpha\beta s^2
    """
    room, (first, second) = _room(alpha, beta), _variances(alpha, beta)
    return sp.exp((first * LAMBDA**2 + 2 * s * LAMBDA * MU + second * MU**2) / (2 * room)) / sp.sqrt(room)


def _room(alpha: sp.Expr, beta: sp.Expr) -> sp.Expr:
    return (1 - 2 * alpha * p) * (1 - 2 * beta * q) - 4 * alpha * beta * s**2


def _variances(alpha: sp.Expr, beta: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Variances of the tilted law, times R."""
    return p * (1 - 2 * beta * q) + 2 * beta * s**2, q * (1 - 2 * alpha * p) + 2 * alpha * s**2


def generating_steps(name: str, alpha: sp.Expr, beta: sp.Expr) -> tuple[Step, ...]:
    """The generating function: a square completed, and one integral over the plane. Exact."""
    det, room = gaussian.DETERMINANT, _room(alpha, beta)
    first, second = _variances(alpha, beta)

    def form(z: sp.Expr, t: sp.Expr) -> sp.Expr:
        return (q * z**2 - 2 * s * z * t + p * t**2) / (2 * det) - alpha * z**2 - beta * t**2

    shift = (first * LAMBDA + s * MU) / room, (s * LAMBDA + second * MU) / room
    exponent = (first * LAMBDA**2 + 2 * s * LAMBDA * MU + second * MU**2) / (2 * room)
    return (
        Step(
            f"{name}square",
            sentence("A square is completed in {} plus the logarithm of the weights", LAMBDA * x + MU * y),
            LAMBDA * x + MU * y - form(x, y),
            exponent - form(x - shift[0], y - shift[1]),
        ),
        Step(
            f"{name}normalisation",
            sentence(
                "and what is left integrates to {}, where {} is this, with the coefficients of its form",
                1 / sp.sqrt(_R),
                called(_R, room),
            ),
            ((q / det - 2 * alpha) * (p / det - 2 * beta) - (s / det) ** 2) * det,
            room,
        ),
    )


def _pulled(term: Term, function: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """What a term does to a function of its symbol: derivatives at its number, only written."""
    inner = sp.Derivative(function, (symbol, term.power)) if term.power else function
    return at(inner, {symbol: term.linear})


def exponential_value(terms: tuple[Term, ...]) -> sp.Expr:
    """The interaction function, all terms carried out and collected. Exact."""
    total = sp.S.Zero
    for left in terms:
        for right in terms:
            whole = generating(left.quadratic, right.quadratic)
            value = evaluated(_pulled(left, evaluated(_pulled(right, whole, MU)), LAMBDA))
            total += left.coefficient * right.coefficient * value
    return tidy(total)


def tidy(value: sp.Expr) -> sp.Expr:
    """Powers and exponentials collected, so that equal terms meet. Exact."""
    total: dict[sp.Expr, sp.Expr] = {}
    for summand in sp.Add.make_args(sp.expand(value)):
        exponent, rest = sp.S.Zero, sp.S.One
        for factor in sp.Mul.make_args(summand):
            if isinstance(factor, sp.exp):
                exponent += factor.args[0]
            else:
                rest *= factor
        key = sp.exp(sp.simplify(exponent))
        total[key] = total.get(key, sp.S.Zero) + rest
    return sp.Add(*(sp.factor_terms(sp.simplify(rest)) * key for key, rest in total.items()))


def exponential_derivation(name: str, expression: sp.Expr, terms: tuple[Term, ...], value: sp.Expr) -> Derivation:
    """The chain of steps for one function of the family. Exact.

    Parameters
    ----------
    name : str
    expression : sympy.Expr
    terms : tuple of Term
    value : sympy.Expr
        The interaction function that the last step establishes.
    """
    written = sp.Add(
        *(t.coefficient * _pulled(t, sp.exp(t.quadratic * x**2 + LAMBDA * x), LAMBDA) for t in terms),
        evaluate=False,
    )
    weights = sorted({t.quadratic for t in terms}, key=str)
    lemmas: list[Step] = []
    for i, alpha in enumerate(weights):
        for beta in weights[i:]:
            prefix = "" if len(weights) == 1 else f"{weights.index(alpha)}{weights.index(beta)}-"
            lemmas += generating_steps(prefix, alpha, beta)
    total = sp.Add(
        *(
            a.coefficient * b.coefficient * _pulled(a, _pulled(b, generating(a.quadratic, b.quadratic), MU), LAMBDA)
            for a in terms
            for b in terms
        ),
        evaluate=False,
    )
    steps = (
        Step("activation", sentence("The activation from exponentials {}", sp.exp(LAMBDA * x)), written, expression),
        *gaussian.quadratic_steps(),
        *lemmas,
        Step(
            "value",
            sentence("The same operations on the generating function, once in {}, once in {}", LAMBDA, MU),
            total,
            value,
        ),
    )
    return Derivation(f"{name}-interaction", steps, value)


@cache
def _derivation(name: str) -> Derivation:
    expression, value = _TABLE[name].expression, _VALUES[name]
    terms = terms_of(expression)
    if terms is None:
        raise RuntimeError(f"{name} is not of this family")
    return exponential_derivation(name, expression, terms, value)


def _derive(name: str) -> Callable[[], Derivation]:
    return partial(_derivation, name)


_PLUS, _MINUS = sp.exp(s - (p + q) / 2), sp.exp(-s - (p + q) / 2)

#: The interaction functions as they are claimed and compiled; the last step of each derivation establishes them.
_VALUES: dict[str, sp.Expr] = {
    "linear": s,
    "square": p * q + 2 * s**2,
    "cube": 9 * p * q * s + 6 * s**3,
    "hermite2": (p - 1) * (q - 1) + 2 * s**2,
    "hermite3": 9 * s * (p - 1) * (q - 1) + 6 * s**3,
    "hermite4": 9 * (p - 1) ** 2 * (q - 1) ** 2 + 72 * s**2 * (p - 1) * (q - 1) + 24 * s**4,
    "sin": (_PLUS - _MINUS) / 2,
    "cos": (_PLUS + _MINUS) / 2,
    "exp": sp.exp(s + (p + q) / 2),
}


def hermite(degree: int) -> sp.Expr:
    """Probabilists' Hermite polynomial. Exact.

    Examples
    --------
    >>> hermite(3)
    x**3 - 3*x
    """
    lower, upper = sp.S.One, sp.sympify(x)
    for i in range(1, degree):
        lower, upper = upper, sp.expand(x * upper - i * lower)
    return upper if degree else lower


_TABLE: dict[str, Activation] = {
    a.name: a
    for a in (
        Activation("linear", sp.sympify(x), odd=True, derive=_derive("linear"), degree=1),
        Activation("square", x**2, odd=False, even=True, derive=_derive("square"), degree=2),
        Activation("cube", x**3, odd=True, derive=_derive("cube"), degree=3),
        Activation("hermite2", hermite(2), odd=False, even=True, derive=_derive("hermite2")),
        Activation("hermite3", hermite(3), odd=True, derive=_derive("hermite3")),
        Activation("hermite4", hermite(4), odd=False, even=True, derive=_derive("hermite4")),
        Activation("sin", sp.sin(x), odd=True, derive=_derive("sin")),
        Activation("cos", sp.cos(x), odd=False, even=True, derive=_derive("cos")),
        Activation("exp", sp.exp(x), odd=False, derive=_derive("exp")),
    )
}

EXPONENTIAL = tuple(_TABLE.values())

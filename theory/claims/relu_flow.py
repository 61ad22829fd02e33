"""Claims on ReLU networks under rescaling: what the flow conserves, and critical points with the gauge fixed."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Step
from theory.interactions import pair
from theory.notation import Dot, Gradient, Norm
from theory.prose import given, sentence
from theory.symbols import a, k, n, p, s
from theory.unevaluated import at

#: h(w), its slope along w, |a|, sign of a, a step, variation of the outgoing weight, pre-activation.
H, slope = sp.symbols("h D", real=True)
A = sp.Symbol("A", positive=True)
sign, eps, b, y = sp.symbols("s epsilon b y", real=True)
#: The vector, the neuron's pull and the gauge-fixed loss, as sentences name them.
w, F_letter = sp.symbols("w F")
h = sp.Function("h")
#: Two coordinates of an incoming vector, of its variation, and of a gauge-fixed vector.
w1, w2, d1, d2, omega = sp.symbols("w_1 w_2 delta_1 delta_2 omega", real=True)


@cache
def _balance() -> tuple[Step, ...]:
    exact = pair("relu")
    euler = ((slope, H),)
    return (
        Step("homogeneous", "The interaction is homogeneous of degree one in a vector, so its slope along the vector is its value (Euler)", s * exact.d_s + 2 * p * exact.d_p, exact.value),
        Step("incoming", sentence("Let {} be the sum of the neuron's interactions with all students and teachers, times their outgoing weights, and {} its slope along the vector, {}. The squared norm of the incoming vector changes at the rate", h(w), slope, given(slope, "=", Dot(w, Gradient(H)))), 2 * (-2 * a * slope), -4 * a * H, where=euler),
        Step("outgoing", "and the square of the outgoing weight at the same", 2 * a * (-2 * slope), -4 * a * H, where=euler),
        Step("balance", "so their difference is conserved", 2 * a * (-2 * H) - 2 * (-2 * a * slope), sp.S.Zero, where=euler),
    )  # fmt: skip


@cache
def _gauge() -> tuple[Step, ...]:
    F = sp.Function("F")
    X, Y = sp.symbols("X Y", real=True)
    form = F(X, Y)

    def network(first: sp.Expr, second: sp.Expr, outgoing: sp.Expr) -> sp.Expr:
        return F(sign * outgoing * first, sign * outgoing * second)

    def inside(derivative: sp.Expr) -> sp.Expr:
        return sp.Subs(derivative, (X, Y), (sign * a * w1, sign * a * w2)).doit()

    # Two coordinates of the network, of one neuron or of two: each has its outgoing weight, sign and variations.
    a1, a2, b1, b2, s1, s2 = sp.symbols("a_1 a_2 b_1 b_2 s_1 s_2", real=True)
    turned = [s1 * (a1 * d1 + b1 * w1), s2 * (a2 * d2 + b2 * w2)]
    f1, f2, f11, f12, f22 = sp.symbols("f_1 f_2 f_11 f_12 f_22", real=True)
    X_eps = s1 * (a1 + eps * b1) * (w1 + eps * d1) - s1 * a1 * w1
    Y_eps = s2 * (a2 + eps * b2) * (w2 + eps * d2) - s2 * a2 * w2
    taylor = f1 * X_eps + f2 * Y_eps + (f11 * X_eps**2 + 2 * f12 * X_eps * Y_eps + f22 * Y_eps**2) / 2
    second = f11 * turned[0] ** 2 + 2 * f12 * turned[0] * turned[1] + f22 * turned[1] ** 2
    n, dim = sp.symbols("n d", integer=True, positive=True)
    return (
        Step("rescaling", "The modulus of the outgoing weight moves into the incoming vector, by homogeneity of the activation", A * (y + sp.Abs(y)) / 2, (A * y + sp.Abs(A * y)) / 2),
        Step("slope-incoming", sentence("So the loss is {}, the loss with outgoing weights fixed to their signs, at the rescaled vector. By the chain rule, in any two of its coordinates, the slope in the incoming vector is that of {} times {}", F_letter, F_letter, given(sign * a, "=", Norm(a))), sp.Derivative(network(w1, w2, a), w1), sign * a * inside(sp.diff(form, X))),
        Step("slope-outgoing", sentence("and the slope in the outgoing weight vanishes with it: critical points are those of {}", F_letter), sp.Derivative(network(w1, w2, a), a), sign * (w1 * inside(sp.diff(form, X)) + w2 * inside(sp.diff(form, Y)))),
        Step("onto", "Every nearby gauge-fixed vector is reached by the incoming vector alone, so the rescaling is continuous and open: minima correspond to minima", at(sign * a * w1, {w1: omega / (sign * a)}), omega),
        Step("second-variation", sentence("The second variation of the loss in any two coordinates, from the Taylor polynomial of {}, is that of {} in the variations of the rescaled vectors, and a part with the slope of {}", F_letter, F_letter, F_letter), at(sp.Derivative(taylor, (eps, 2)), {eps: 0}), second + 2 * (f1 * s1 * b1 * d1 + f2 * s2 * b2 * d2)),
        Step("null", "At a critical point that part vanishes. The variation of the rescaled vector vanishes on the direction of the rescaling", at(sign * (a * d1 + b * w1), {d1: w1, b: -a}), sp.S.Zero),
        Step("only-null", "and on its multiples only, where", at(sign * (a * d1 + b * w1), {d1: -b * w1 / a}), sp.S.Zero),
        Step("index", sentence("So by Sylvester's law the Hessian has the inertia of that of {} and one zero for each of the {} neurons: the dimensions fit", F_letter, n), n * (dim + 1) - n, n * dim),
    )  # fmt: skip


def _balance_formulas() -> tuple[Formula, ...]:
    t = sp.Symbol("t")
    balance = sp.Function("a_i")(t) ** 2 - Norm(sp.Function("w_i")(t)) ** 2
    return (Formula(sp.Derivative(balance, t), "=", sp.S.Zero, "balance"),)


def _gauge_formulas() -> tuple[Formula, ...]:
    a_i, w_i, omega_i, s_i = sp.symbols("a_i w_i omega_i s_i")
    L, F = sp.Function("L"), sp.Function("F_s")
    return (
        Formula(L(w, a), "=", F(omega), tail="with"),
        Formula(omega_i, "=", Norm(a_i) * w_i, tail="and"),
        Formula(s_i, "=", a_i / Norm(a_i)),
    )


CLAIMS = (
    Claim(
        "relu-balance",
        Kind.THEOREM,
        "Gradient flow conserves, for each ReLU neuron, the square of its outgoing weight less the squared norm of its incoming vector",
        "",
        sentence("all {}, {}, {}, every teacher, while {} is not zero", n, k, names.d, names.w_i),
        _balance,
        "the drift of the balance is the integrator's error",
        "nothing: it is an identity",
        title="What the flow conserves",
        text="Gradient flow conserves the balance of each ReLU neuron, the square of its outgoing weight less the squared norm of "
        "its incoming vector, as long as that is not zero",
        formulas=_balance_formulas,
    ),
    Claim(
        "relu-gauge",
        Kind.THEOREM,
        "Where no incoming vector and no outgoing weight vanishes, critical points and minima of the loss are those of the loss with "
        "outgoing weights fixed to their signs; the Hessian has the same inertia and one zero for each neuron",
        "",
        sentence("all {}, {}, {}, every teacher", n, k, names.d),
        _gauge,
        "the Hessian at a critical point has as many more zero eigenvalues as neurons than with fixed outgoing weights",
        "the point with outgoing weights fixed to their signs in a uniqueness box",
        title="Fixing the gauge",
        text="Where no incoming vector and no outgoing weight vanishes, critical points and minima of the loss are those of the loss "
        "with outgoing weights fixed to their signs, at the rescaled vectors; the Hessian has the same inertia and one zero for each "
        "neuron",
        formulas=_gauge_formulas,
    ),
)

"""Claims on ReLU neurons whose incoming vector reaches zero: which can, and which cannot."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import interaction
from theory.notation import Norm, Partial, Rate
from theory.prose import given, sentence
from theory.rectified import profile, theta
from theory.rectified_neuron import length, pull
from theory.symbols import a, k, n, r, r1, r2, u
from theory.unevaluated import at

#: A rate, G(e), time, loss at the start, the root of minus the balance, the balance, the pull T(e), |a|.
H, G, t = sp.symbols("H G t", real=True)
L0, beta, B, T, b = sp.symbols("L_0 beta B T b", positive=True)
#: pi - theta through half its tangent; time in units of the residual.
kappa = sp.Symbol("kappa", positive=True)
tau = sp.Symbol("tau", real=True)

#: Vectors and functions that sentences name.
e, w, v = sp.symbols("e w v")
h = sp.Function("h")

#: The least pull of two and more orthonormal teachers is more than this.
LEAST_PULL = sp.sqrt(2) * (4 - sp.pi) / (16 * sp.pi)


@cache
def _balance_steps() -> tuple[Step, ...]:
    R, c = sp.Function("r")(t), sp.Symbol("c", real=True)
    r0 = sp.Symbol("r_0", positive=True)
    return (
        Step("norm", sentence("With {} and {} the squared norm changes at the rate {} (claim relu-balance), so the norm {} at", given(h(w), "=", Norm(w) * sp.Function("G")(e)), given(e, "=", w / Norm(w)), -4 * a * h(w), r), at(H / (2 * r), {H: -4 * a * r * G}), -2 * a * G),
        Step("activation", "where by the inequality of Cauchy and Schwarz the square of the last factor is at most the loss times that of the activation at a unit vector, in the mean", at(interaction("relu"), {r1: 1, r2: 1, u: 1}), sp.Rational(1, 2)),
        Step("rate", sentence("The loss does not rise, so twice the modulus of {} is at most a constant {}, whose square is", G, c), at((2 * G) ** 2, {G: sp.sqrt(L0 / 2)}), 2 * L0),
        Step("not-above", sentence("If the balance is {}, the modulus of {} is at most {}, since the difference of their squares is", given(-(beta**2), "<=", 0), a, r), at(r**2 - H, {H: r**2 - beta**2}), beta**2),
        Step("grows", sentence("so {} and this does not fall: the norm stays above {}, and the neuron does not die", given(Rate(r), ">=", -c * r), r0 * sp.exp(-c * t)), sp.Derivative(R * sp.exp(c * t), t), (sp.Derivative(R, t) + c * R) * sp.exp(c * t)),
        Step("frozen", "If the balance is positive, the square of the outgoing weight is at least the balance, so its sign is frozen", r**2 + B, sp.S.Zero, Relation.POSITIVE),
    )  # fmt: skip


def _pull_steps() -> tuple[Step, ...]:
    return (
        Step("increasing", "The interaction of two unit vectors increases with the cosine: its slope is", sp.Derivative(profile(u), u), (sp.pi - sp.acos(u)) / (2 * sp.pi)),
        Step("slope-positive", "a share of the angle, positive except at antiparallel vectors, where", (sp.pi - theta) / (2 * sp.pi), sp.S.Zero, Relation.POSITIVE, domain=((theta, sp.S.Zero, sp.pi),)),
        Step("antiparallel", "the interaction vanishes: so it is never negative", at(profile(u), {u: -1}), sp.S.Zero),
        Step("one-of-two", "Of the cosines with two orthonormal teachers one is at least minus the root of one half, so the pull is at least", at(profile(u), {u: -1 / sp.sqrt(2)}), LEAST_PULL),
        Step("least-pull", "a positive number", LEAST_PULL, sp.S.Zero, Relation.POSITIVE),
    )  # fmt: skip


@cache
def _one_neuron() -> tuple[Step, ...]:
    R, A = sp.Function("r")(t), sp.Function("A")(t)
    r0 = sp.Symbol("r_0", positive=True)
    return (
        *_pull_steps(),
        Step("rate", sentence("With one neuron {}, {} being the pull of the teachers, so the norm changes at the rate {}, which is", given(G, "=", a * r / 2 - T), T, -2 * a * G), -2 * a * (a * r / 2 - T), 2 * a * T - a**2 * r),
        Step("falling", sentence("For {} that is at most", given(a, "=", -b, "<", 0)), at(2 * a * T - a**2 * r, {a: -b}) + b**2 * r, -2 * b * T),
        Step("time", sentence("and {} where the balance {} is positive: the norm falls at least at this rate and vanishes by the time {}, {} being the least pull", given(b, ">=", sp.sqrt(B)), B, r0 / (2 * sp.sqrt(B) * T), T), at(r0 - 2 * sp.sqrt(B) * T * t, {t: r0 / (2 * sp.sqrt(B) * T)}), sp.S.Zero),
        Step("rising", sentence("For {} let {}, finite at all times since the path of the flow until {} is at most {} long. Then", given(a, ">", 0), given(Rate(sp.Symbol("A")), "=", a**2), t, sp.sqrt(t * sp.Symbol("L_0"))), sp.Derivative(R * sp.exp(A), t), 2 * a * T * sp.exp(A), where=((sp.Derivative(R, t), 2 * a * T - a**2 * R), (sp.Derivative(A, t), a**2))),
        Step("never-positive", sentence("which is not negative: no neuron with {} and {} dies, and none with a balance of at most zero by claim relu-death", given(a, ">", 0), given(B, ">", 0)), 2 * b * T, sp.S.Zero, Relation.POSITIVE),
    )  # fmt: skip


@cache
def _one_teacher() -> tuple[Step, ...]:
    phi = sp.Symbol("phi", real=True)
    x, y, below, g = sp.symbols("x y xi g", real=True)
    wedge = 2 * sp.atan(kappa) - 2 * kappa * (1 - kappa**2) / (1 + kappa**2) ** 2
    # Gradient of g(w, v) for a unit vector v, along -v and across it, at the angle phi = pi - theta.
    g_x = (sp.sin(phi) * sp.cos(phi) - phi) / (2 * sp.pi)
    g_y = sp.sin(phi) * sp.sin(phi) / (2 * sp.pi)
    xi, z = r * sp.cos(theta), r * sp.sin(theta)
    dxi = -(b**2) * xi - b / sp.pi * (sp.pi - theta + sp.sin(theta) * sp.cos(theta))
    dz = -(b**2) * z - b / sp.pi * sp.sin(theta) ** 2
    ratio = sp.Symbol("q", positive=True)
    return (
        Step("along", sentence("One teacher {}, {}. Let {} be the component of {} along {} and {} the angle between them. From the gradient of the interaction {}, the last term being", v, given(a, "=", -b, "<", 0), x, w, -v, phi, given(Rate(x), "=", -(b**2) * x - 2 * b * Partial(g, x))), at(-2 * b * G, {G: g_x}), b / sp.pi * (phi - sp.sin(phi) * sp.cos(phi))),
        Step("positive", sentence("which is positive for {}: with the tangent of half the angle", given(0, "<", phi, "<", sp.pi)), wedge, 16 * kappa**2 / (1 + kappa**2) ** 3, Relation.INCREASING, domain=((kappa, sp.S.Zero, sp.oo),)),
        Step("half-angle", sentence("({} in it). So once {}, and {}, {} never vanishes again in finite time, and the neuron does not die", phi - sp.sin(phi) * sp.cos(phi), given(x, ">=", 0), given(phi, "<", sp.pi), x), at(phi - sp.sin(phi) * sp.cos(phi), {phi: 2 * sp.atan(kappa)}), wedge),
        Step("across", sentence("The component {} across it falls: {}, the last term being", y, given(Rate(y), "=", -(b**2) * y - 2 * b * Partial(g, y))), at(-2 * b * G, {G: g_y}), -b / sp.pi * sp.sin(phi) ** 2),
        Step("turn", sentence("While {} let {} be the angle to the teacher, {} and {}. Then {} is", given(x, "<", 0), given(theta, "=", sp.pi - phi), given(below, "=", -x, "=", xi), given(y, "=", z), Rate(y) * below - y * Rate(below)), dz * xi - z * dxi, b * r / sp.pi * sp.sin(theta) * (sp.pi - theta)),
        Step("limit", sentence("positive for {}: the angle grows. At a death it would tend to some {}, at most a right angle; {} is zero before, so in the limit of the rates {} would vanish, too. But at {} it is", given(0, "<", theta, "<", sp.pi), given(theta, ">", 0), y * sp.cos(theta) - below * sp.sin(theta), Rate(y) * sp.cos(theta) - Rate(below) * sp.sin(theta), given(r, "=", 0)), at(dz * sp.cos(theta) - dxi * sp.sin(theta), {r: 0}), b / sp.pi * sp.sin(theta) * (sp.pi - theta)),
        Step("not-zero", sentence("and not zero, {} being the sine: a contradiction", ratio), b / sp.pi * ratio * (sp.pi - theta), sp.S.Zero, Relation.POSITIVE, domain=((theta, sp.S.Zero, sp.pi),)),
        Step("parallel", "A neuron exactly parallel to the teacher stays so and dies as with more teachers, its pull being one half; the other cases are as there", at(profile(u), {u: 1}), sp.Rational(1, 2)),
    )  # fmt: skip


@cache
def _positive() -> tuple[Step, ...]:
    w, out = sp.cosh(tau) - 2 * sp.sinh(tau), 2 * sp.cosh(tau) - sp.sinh(tau)
    # The second neuron's norm and outgoing weight are both the root of 6 rho at the start.
    second = sp.sqrt(6) * sp.exp(-tau)
    residual = sp.Symbol("c", real=True)
    a1, a2, a_i, r_i = sp.symbols("a_1 a_2 a_i r_i")
    rho = sp.Symbol("rho", positive=True)
    product = sp.Symbol("m", positive=True)
    death = {tau: sp.log(3) / 2}
    return (
        Step("axis", sentence("Two neurons in the direction {} of the sum of {} orthonormal teachers stay there, by symmetry. Their products of norm and outgoing weight add up, so with the pull {} of the teachers they see {}, twice the pull being", e, k, T, given(G, "=", (a1 * r1 + a2 * r2 - 2 * T) / 2, "=", residual / 2)), 2 * pull(k), length(k)),
        Step("flow", sentence("and {}, {}, since {} is", given(Rate(r_i), "=", -a_i * residual), given(Rate(a_i), "=", -r_i * residual), -2 * a * G), at(-2 * a * G, {G: residual / 2}), -a * residual),
        Step("norm", sentence("In the time {} that runs faster by the factor {}, the first neuron with {} and {} at the start follows", tau, residual, given(r1, "=", 1), given(a1, "=", 2)), w, -out, Relation.DERIVATIVE, tau),
        Step("outgoing", "and", out, -w, Relation.DERIVATIVE, tau),
        Step("second", sentence("The second, of equal norm and outgoing weight whose square is {} at the start, follows a multiple of", 6 * rho), second, -second, Relation.DERIVATIVE, tau),
        Step("death", sentence("The first dies at {}", given(tau, "=", sp.log(3) / 2)), at(w, death), sp.S.Zero),
        Step("alive", "with a positive outgoing weight, the root of its balance", at(out, death), sp.sqrt(3)),
        Step("residual", sentence("where {} with {}, twice the pull, is", given(residual, "=", a1 * r1 + a2 * r2 - rho), rho), at(w * out + rho * second**2 - rho, death), rho),
        Step("before", sentence("Before, {} is larger, since its slope in {} is minus the sum of the squares of both norms and outgoing weights", residual, tau), w * out + rho * second**2 - rho, -(w**2) - out**2 - 2 * rho * second**2, Relation.DERIVATIVE, tau),
        Step("finite", sentence("so the time until then is at most {}, a finite one", sp.log(3) / (2 * rho)), at(tau / product, {**death, product: length(k)}), sp.pi * sp.log(3) / (2 * sp.sqrt(k) * (sp.sqrt(k - 1) + sp.pi - sp.acos(1 / sp.sqrt(k))))),
    )  # fmt: skip


def _balance_formulas() -> tuple[Formula, ...]:
    vector, outgoing = sp.Function("w"), sp.Function("a")
    not_above = sentence("if {}, and", given(outgoing(0) ** 2, "<=", Norm(vector(0)) ** 2))
    above = sentence("if {}", given(B, "=", outgoing(0) ** 2 - Norm(vector(0)) ** 2, ">", 0))
    return (
        Formula(Norm(vector(t)), r"\ge", Norm(vector(0)) * sp.exp(-sp.sqrt(2 * L0) * t), tail=not_above),
        Formula(outgoing(t) ** 2, r"\ge", B, tail=above),
    )


def _one_neuron_formulas() -> tuple[Formula, ...]:
    vector, outgoing = sp.Function("w"), sp.Function("a")
    balance = sentence("with {}", given(B, "=", outgoing(0) ** 2 - Norm(vector(0)) ** 2))
    return (
        Formula(outgoing(0), "<", -Norm(vector(0)), tail="and then before"),
        Formula(t, "=", Norm(vector(0)) / (2 * sp.sqrt(B) * LEAST_PULL), tail=balance),
    )


def _one_teacher_formulas() -> tuple[Formula, ...]:
    vector, outgoing = sp.Function("w"), sp.Function("a")
    also = sentence("and {}", given(outgoing(0), "<", -Norm(vector(0))))
    return (Formula(vector(0), "=", Norm(vector(0)) * v, tail=also),)


def _positive_formulas() -> tuple[Formula, ...]:
    rho = sp.Symbol("rho", positive=True)
    w1, a1, w2, a2 = sp.symbols("w_1 a_1 w_2 a_2")
    return (
        Formula(sp.Tuple(w1, a1), "=", sp.Tuple(e, 2), tail="and"),
        Formula(sp.Tuple(w2, a2), "=", sp.Tuple(sp.sqrt(6 * rho) * e, sp.sqrt(6 * rho)), tail="with"),
        Formula(rho, "=", length(k), "axis"),
    )


CLAIMS = (
    Claim(
        "relu-death",
        Kind.THEOREM,
        sentence(
            "A ReLU neuron whose balance is at most zero never reaches {} in finite time; where the balance is positive the sign of the outgoing weight is frozen",
            given(w, "=", 0),
        ),
        "",
        sentence("all {}, {}, {}, every teacher", n, k, names.d),
        _balance_steps,
        "no neuron dies whose balance is at most zero",
        "nothing further",
        title="Which neurons can die",
        text="A ReLU neuron whose balance is at most zero never reaches the zero vector in finite time; where the balance is positive the "
        "sign of the outgoing weight is frozen",
        formulas=_balance_formulas,
    ),
    Claim(
        "relu-death-one-neuron",
        Kind.THEOREM,
        "With two and more orthonormal teachers a single ReLU neuron dies exactly if at the start its outgoing weight is negative and larger in modulus than its incoming vector",
        "",
        sentence("{}, {}, {}", given(n, "=", 1), given(k, ">=", 2), given(names.d, ">=", k)),
        _one_neuron,
        "flows of one neuron die exactly then",
        "nothing further",
        title="Death of a single neuron",
        text="With two and more orthonormal teachers a single ReLU neuron dies exactly if at the start",
        formulas=_one_neuron_formulas,
    ),
    Claim(
        "relu-death-one-teacher",
        Kind.THEOREM,
        "With one teacher a single ReLU neuron dies in finite time exactly if besides its incoming vector is exactly parallel to the teacher",
        "",
        sentence("{}, all {}", given(n, "=", k, "=", 1), names.d),
        _one_teacher,
        "flows from random points do not die with one teacher: the neuron turns against it and shrinks exponentially",
        "nothing further",
        title="Death with a single teacher",
        text="With one teacher a single ReLU neuron dies in finite time exactly if at the start",
        formulas=_one_teacher_formulas,
    ),
    Claim(
        "relu-death-positive",
        Kind.THEOREM,
        "A ReLU neuron with a positive outgoing weight can die: an example with two neurons for every number of orthonormal teachers",
        "",
        sentence("{}, all {}, {}", given(n, "=", 2), k, given(names.d, ">=", k)),
        _positive,
        "the flow from that point ends with the first neuron dead and the second an average",
        "nothing further",
        title="A neuron with positive outgoing weight dies",
        text=sentence(
            "A ReLU neuron with a positive outgoing weight can die: for every number of orthonormal teachers the first of two "
            "neurons in the direction {} of their sum does, from",
            e,
        ),
        formulas=_positive_formulas,
    ),
)

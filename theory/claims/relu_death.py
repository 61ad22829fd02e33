"""Claims on ReLU neurons whose incoming vector reaches zero: which can, and which cannot."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.interactions import interaction
from theory.rectified import profile, theta
from theory.rectified_neuron import length, pull
from theory.symbols import a, k, r, r1, r2, u
from theory.unevaluated import at, quantity

#: A rate, G(e), time, loss at the start, the root of minus the balance, the balance, the pull T(e), |a|.
H, G, t = sp.symbols("H G t", real=True)
L0, beta, B, T, b = sp.symbols("L_0 beta B T b", positive=True)
#: pi - theta through half its tangent; time in units of the residual.
kappa = sp.Symbol("kappa", positive=True)
tau = sp.Symbol("tau", real=True)

#: The least pull of two and more orthonormal teachers is more than this.
LEAST_PULL = sp.sqrt(2) * (4 - sp.pi) / (16 * sp.pi)


@cache
def _balance_steps() -> tuple[Step, ...]:
    R, c = sp.Function("r")(t), sp.Symbol("c", real=True)
    return (
        Step("norm", r"With $h(w) = |w|\, G(e)$, $e = w/|w|$, the squared norm changes at the rate $-4ah$ (claim relu-balance), so the norm $r$ at", at(H / (2 * r), {H: -4 * a * r * G}), -2 * a * G),
        Step("activation", "where by the inequality of Cauchy and Schwarz the square of G is at most the loss times that of the activation at a unit vector, in the mean", at(interaction("relu"), {r1: 1, r2: 1, u: 1}), sp.Rational(1, 2)),
        Step("rate", "The loss does not rise, so two times the modulus of G is at most a constant c, whose square is", at((2 * G) ** 2, {G: sp.sqrt(L0 / 2)}), 2 * L0),
        Step("not-above", r"If the balance is $-\beta^2 \le 0$, then $|a| \le r$, since the difference of their squares is", at(r**2 - H, {H: r**2 - beta**2}), beta**2),
        Step("grows", r"so $\dot r \ge -c r$ and this does not fall: the norm stays above $r_0 e^{-ct}$, and the neuron does not die", sp.Derivative(R * sp.exp(c * t), t), (sp.Derivative(R, t) + c * R) * sp.exp(c * t)),
        Step("frozen", "If the balance is B > 0, the square of the outgoing weight is at least B, so its sign is frozen", r**2 + B, sp.S.Zero, Relation.POSITIVE),
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
        Step("rate", r"With one neuron $G = \frac12 a r - T$, T the pull of the teachers, so the norm changes at the rate $-2aG$", -2 * a * (a * r / 2 - T), 2 * a * T - a**2 * r),
        Step("falling", "For $a = -b < 0$ that is at most", at(2 * a * T - a**2 * r, {a: -b}) + b**2 * r, -2 * b * T),
        Step("time", r"and $b \ge \sqrt B$ where the balance B is positive: the norm falls at least at this rate and vanishes by the time $r_0 / (2 \sqrt B\, T)$, T the least pull", at(r0 - 2 * sp.sqrt(B) * T * t, {t: r0 / (2 * sp.sqrt(B) * T)}), sp.S.Zero),
        Step("rising", r"For a > 0 let $\dot A = a^2$, finite at all times since the path of the flow until t is at most $\sqrt{t L(0)}$ long. Then", sp.Derivative(R * sp.exp(A), t), 2 * a * T * sp.exp(A), where=((sp.Derivative(R, t), 2 * a * T - a**2 * R), (sp.Derivative(A, t), a**2))),
        Step("never-positive", "which is not negative: no neuron with a > 0 and B > 0 dies, and none with a balance of at most zero by claim relu-death", 2 * b * T, sp.S.Zero, Relation.POSITIVE),
    )  # fmt: skip


@cache
def _one_teacher() -> tuple[Step, ...]:
    phi = sp.Symbol("phi", real=True)
    wedge = 2 * sp.atan(kappa) - 2 * kappa * (1 - kappa**2) / (1 + kappa**2) ** 2
    # Gradient of g(w, v) for a unit vector v, along -v and across it, at the angle phi = pi - theta.
    g_x = (sp.sin(phi) * sp.cos(phi) - phi) / (2 * sp.pi)
    g_y = sp.sin(phi) * sp.sin(phi) / (2 * sp.pi)
    xi, z = r * sp.cos(theta), r * sp.sin(theta)
    dxi = -(b**2) * xi - b / sp.pi * (sp.pi - theta + sp.sin(theta) * sp.cos(theta))
    dz = -(b**2) * z - b / sp.pi * sp.sin(theta) ** 2
    ratio = sp.Symbol("q", positive=True)
    return (
        Step("along", r"One teacher v, $a = -b < 0$. Let x be the component of w along $-v$ and $\varphi$ the angle between w and $-v$. From the gradient of the interaction, $\dot x = -b^2 x - 2b\,\partial_x g$, the last term being", at(-2 * b * G, {G: g_x}), b / sp.pi * (phi - sp.sin(phi) * sp.cos(phi))),
        Step("positive", r"which is positive for $0 < \varphi < \pi$: with the tangent of half the angle", wedge, 16 * kappa**2 / (1 + kappa**2) ** 3, Relation.INCREASING, domain=((kappa, sp.S.Zero, sp.oo),)),
        Step("half-angle", r"($\varphi - \sin\varphi\cos\varphi$ in it). So once $x \ge 0$, and $\varphi < \pi$, x never vanishes again in finite time, and the neuron does not die", at(phi - sp.sin(phi) * sp.cos(phi), {phi: 2 * sp.atan(kappa)}), wedge),
        Step("across", r"The component across v falls: $\dot y = -b^2 y - 2b\,\partial_y g$, the last term being", at(-2 * b * G, {G: g_y}), -b / sp.pi * sp.sin(phi) ** 2),
        Step("turn", r"While $x < 0$ let $\theta = \pi - \varphi$ be the angle to the teacher, $\xi = -x = r \cos\theta$ and $y = r \sin\theta$. Then $\dot y \xi - y \dot\xi$ is", dz * xi - z * dxi, b * r / sp.pi * sp.sin(theta) * (sp.pi - theta)),
        Step("limit", r"positive for $0 < \theta < \pi$: the angle grows. At a death it would tend to some $\theta > 0$, at most $\pi/2$; $y \cos\theta - \xi \sin\theta$ is zero before, so in the limit of the rates $\dot y \cos\theta - \dot \xi \sin\theta$ would vanish, too. But at $r = 0$ it is", at(dz * sp.cos(theta) - dxi * sp.sin(theta), {r: 0}), b / sp.pi * sp.sin(theta) * (sp.pi - theta)),
        Step("not-zero", r"and not zero, q being the sine: a contradiction", b / sp.pi * ratio * (sp.pi - theta), sp.S.Zero, Relation.POSITIVE, domain=((theta, sp.S.Zero, sp.pi),)),
        Step("parallel", "A neuron exactly parallel to the teacher stays so and dies as with more teachers, its pull being one half; the other cases are as there", at(profile(u), {u: 1}), sp.Rational(1, 2)),
    )  # fmt: skip


@cache
def _positive() -> tuple[Step, ...]:
    w, out = sp.cosh(tau) - 2 * sp.sinh(tau), 2 * sp.cosh(tau) - sp.sinh(tau)
    # The second neuron's norm and outgoing weight are both the root of 6 rho at the start.
    second = sp.sqrt(6) * sp.exp(-tau)
    residual = sp.Symbol("c", real=True)
    rho = sp.Symbol("rho", positive=True)
    product = sp.Symbol("m", positive=True)
    death = {tau: sp.log(3) / 2}
    return (
        Step("axis", r"Two neurons in the direction $e$ of the sum of k orthonormal teachers stay there, by symmetry. Their products of norm and outgoing weight add up, so with the pull T they see $G = \frac12 (a_1 r_1 + a_2 r_2 - 2T) = \frac12 c$, 2T being", 2 * pull(k), length(k)),
        Step("flow", r"and $\dot r_i = -a_i c$, $\dot a_i = -r_i c$, since $-2 a G$ is", at(-2 * a * G, {G: residual / 2}), -a * residual),
        Step("norm", r"In the time $\tau$ with $d\tau = c\, dt$, the first neuron with $r_1 = 1$, $a_1 = 2$ at the start follows", w, -out, Relation.DERIVATIVE, tau),
        Step("outgoing", "and", out, -w, Relation.DERIVATIVE, tau),
        Step("second", r"The second, of equal norm and outgoing weight whose square is $6 \cdot 2T$ at the start, follows a multiple of", second, -second, Relation.DERIVATIVE, tau),
        Step("death", r"The first dies at $\tau = \frac12 \ln 3$", at(w, death), sp.S.Zero),
        Step("alive", "with a positive outgoing weight, the root of its balance 3", at(out, death), sp.sqrt(3)),
        Step("residual", r"where $c = a_1 r_1 + a_2 r_2 - 2T$ with $2T = \rho$ is", at(w * out + rho * second**2 - rho, death), rho),
        Step("before", r"Before, c is larger, since $c' = -(a_1^2 + r_1^2 + a_2^2 + r_2^2)$ in $\tau$,", w * out + rho * second**2 - rho, -(w**2) - out**2 - 2 * rho * second**2, Relation.DERIVATIVE, tau),
        Step("finite", r"so the time until then is at most $\frac12 \ln(3) / \rho$, a finite one", at(tau / product, {**death, product: length(k)}), sp.pi * sp.log(3) / (2 * sp.sqrt(k) * (sp.sqrt(k - 1) + sp.pi - sp.acos(1 / sp.sqrt(k))))),
    )  # fmt: skip


def _balance_formulas() -> tuple[Formula, ...]:
    r0, norm, c = sp.Symbol("r_0"), quantity("|w(t)|"), sp.sqrt(2 * L0)
    return (
        Formula(norm, r"\ge", r0 * sp.exp(-c * t), tail=r"if $a^2 \le |w|^2$, and"),
        Formula(quantity("a(t)^2"), r"\ge", B, tail=r"if $B = a^2 - |w|^2 > 0$"),
    )


def _one_neuron_formulas() -> tuple[Formula, ...]:
    r0 = sp.Symbol("r_0", positive=True)
    return (
        Formula(quantity("a(0)"), "<", -quantity("|w(0)|", positive=True), tail="and then before"),
        Formula(t, "=", r0 / (2 * sp.sqrt(B) * LEAST_PULL)),
    )


def _one_teacher_formulas() -> tuple[Formula, ...]:
    return (Formula(quantity("w(0)"), "=", quantity("|w(0)|") * quantity("v"), tail=r"and $a(0) < -|w(0)|$"),)


def _positive_formulas() -> tuple[Formula, ...]:
    rho = sp.Symbol("rho", positive=True)
    return (
        Formula(quantity("(w_1, a_1)"), "=", quantity("(e, 2)"), tail="and"),
        Formula(quantity("(w_2, a_2)"), "=", sp.sqrt(6 * rho) * quantity("(e, 1)"), tail="with"),
        Formula(rho, "=", length(k), "axis"),
    )


CLAIMS = (
    Claim(
        "relu-death",
        Kind.THEOREM,
        "A ReLU neuron whose balance is at most zero never reaches w = 0 in finite time; where the balance is positive the sign of the outgoing weight is frozen",
        r"a^2 \le |w|^2 \implies |w(t)| \ge |w(0)|\, e^{-t\sqrt{2 L(0)}};\qquad a^2 - |w|^2 = B > 0 \implies a(t)^2 \ge B",
        "all n, k, d, every teacher",
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
        r"w(t) = 0\ \text{for some}\ t < \infty \iff a(0) < -|w(0)|",
        "n = 1, k >= 2, all d >= k",
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
        r"w(t) = 0\ \text{for some}\ t < \infty \iff a(0) < -|w(0)|,\ w(0) = |w(0)|\, v",
        "n = k = 1, all d",
        _one_teacher,
        "flows from random points do not die for k = 1: the neuron turns against the teacher and shrinks exponentially",
        "nothing further",
        title="Death with a single teacher",
        text="With one teacher a single ReLU neuron dies in finite time exactly if at the start",
        formulas=_one_teacher_formulas,
    ),
    Claim(
        "relu-death-positive",
        Kind.THEOREM,
        "A ReLU neuron with a positive outgoing weight can die: an example with two neurons for every number of orthonormal teachers",
        r"w_1 = e,\ a_1 = 2,\ w_2 = \sqrt{6\rho}\, e,\ a_2 = \sqrt{6\rho},\quad e = \textstyle\sum_j v_j/\sqrt k",
        "n = 2, all k, d >= k",
        _positive,
        "the flow from that point ends with the first neuron dead and the second an average",
        "nothing further",
        title="A neuron with positive outgoing weight dies",
        text="A ReLU neuron with a positive outgoing weight can die: for every number of orthonormal teachers the first of two neurons in the "
        "direction $e$ of their sum does, from",
        formulas=_positive_formulas,
    ),
)

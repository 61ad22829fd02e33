"""Claims on a student with one neuron (erf): its non-trivial critical point, and that there is no other."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Kind
from theory.derivation import Relation, Step
from theory.neuron import group, one_neuron_derivation, one_neuron_loss
from theory.symbols import a, m, u

#: Real number of teachers: the theorems on L* hold between the integers too.
K = sp.Symbol("k", positive=True)
z = sp.Symbol("z", real=True)
P = sp.Symbol("p", positive=True)
_UNIT = ((z, sp.S.Zero, sp.S.One),)


def _critical() -> tuple[Step, ...]:
    return one_neuron_derivation().steps


def _unique() -> tuple[Step, ...]:
    rho = sp.sqrt(P / (2 * (1 + P)))
    pull = sp.asin(rho * u)
    angle = sp.asin(z) - z * sp.sqrt(1 - z**2)
    ratio = sp.sqrt(1 - z**2) * sp.asin(z) / z
    x = P / (1 + P)
    own, mixed = sp.asin(x), sp.asin(sp.sqrt(P / (2 * K * (1 + P))))
    y = sp.Symbol("y", positive=True)
    X = sp.Symbol("x", positive=True)
    return (
        Step(
            "pull",
            r"$L_{u_j} = -\frac{4a}{\pi} \rho / \sqrt{1 - \rho^2 u_j^2}$ with $\rho^2 = \frac{p}{2(1+p)}$, never zero for "
            r"$a \ne 0$: by the conditions in order parameters the cosines are on the boundary, $\sum u_j^2 = 1$, and "
            r"$u_j \sqrt{1 - \rho^2 u_j^2}$ is the same number for all $j$",
            sp.diff(pull, u) ** 2,
            rho**2 / (1 - rho**2 * u**2),
        ),
        Step(
            "monotone-slope",
            r"$\varphi(u) = u\sqrt{1 - \rho^2 u^2}$ has the slope",
            sp.diff(u * sp.sqrt(1 - rho**2 * u**2), u),
            (1 - 2 * rho**2 * u**2) / sp.sqrt(1 - rho**2 * u**2),
        ),
        Step(
            "monotone",
            r"which is positive on $(0, 1)$: $\varphi$ is odd and increasing, so all cosines are equal, $\pm 1/\sqrt k$",
            (1 - 2 * rho**2 * u**2) / sp.sqrt(1 - rho**2 * u**2),
            sp.S.Zero,
            Relation.POSITIVE,
            domain=((u, sp.S.Zero, sp.S.One),),
        ),
        Step(
            "own-slope",
            r"With $x = p/(1+p)$: $\partial_p \arcsin x$",
            sp.diff(own, P) ** 2,
            (1 / ((1 + P) ** 2 * sp.sqrt(1 - x**2))) ** 2,
        ),
        Step(
            "mixed-slope",
            r"With $y^2 = x/(2k)$: $\partial_p \arcsin y$ is $\partial_p x / (4 k y \sqrt{1 - y^2})$",
            sp.diff(mixed, P) ** 2,
            (1 / (1 + P) ** 2 / (4 * K)) ** 2 / (x / (2 * K) * (1 - x / (2 * K))),
        ),
        Step(
            "one-equation",
            r"$L_a = 0$ and $L_p = 0$ leave $2 k y \sqrt{1-y^2} \arcsin y = \sqrt{1-x^2} \arcsin x$; with $x = 2 k y^2$ "
            r"that is $F(y) = F(x)$ for $F(z) = \sqrt{1-z^2}\arcsin(z)/z$",
            (2 * K * y * sp.sqrt(1 - y**2) * sp.asin(y) / X).subs(X, 2 * K * y**2),
            sp.sqrt(1 - y**2) * sp.asin(y) / y,
        ),
        Step(
            "decreasing-slope",
            r"$F'(z) = -\frac{1}{z^2\sqrt{1-z^2}} (\arcsin z - z\sqrt{1-z^2})$",
            sp.diff(ratio, z),
            -angle / (z**2 * sp.sqrt(1 - z**2)),
        ),
        Step(
            "decreasing",
            r"$\arcsin z - z\sqrt{1-z^2}$ vanishes at 0 and has a positive derivative, so $F$ decreases and $y = x$",
            angle,
            2 * z**2 / sp.sqrt(1 - z**2),
            Relation.INCREASING,
            domain=_UNIT,
        ),
        Step(
            "root",
            r"$y = x$ and $x = 2ky^2$ give $x = 1/(2k)$, that is $p = 1/(2k - 1)$",
            x.subs(P, 1 / (2 * K - 1)),
            1 / (2 * K),
        ),
        Step(
            "outgoing",
            r"and $L_a = 0$ gives $a = k \arcsin y / \arcsin x = k$: the solution and its image under $(w, a) \to (-w, -a)$",
            (K * mixed / own).subs(P, 1 / (2 * K - 1)),
            K,
        ),
    )


def _only_trivial_otherwise() -> tuple[Step, ...]:
    r = sp.Symbol("r", positive=True)
    star = group(m)
    loss = one_neuron_loss(a, r, star.cosine, m)
    return (
        Step("constant", r"At $a = 0$ the loss is that of the zero network, $k/3$", loss.subs(a, 0), m / 3),
        Step(
            "descent",
            r"and the loss falls in $a$ wherever the cosines are positive: $L_a = -2 k g(w, v) < 0$",
            -sp.diff(loss, a).subs(a, 0) / m,
            4 / sp.pi * sp.asin(r / sp.sqrt(2 * m * (1 + r**2))),
        ),
    )


CLAIMS = (
    Claim(
        "erf-one-neuron-critical",
        Kind.THEOREM,
        "The one-neuron student has the critical point with equal cosines, norm 1/sqrt(2k - 1) and outgoing weight k",
        r"u_j = \tfrac{1}{\sqrt k},\ r = \tfrac{1}{\sqrt{2k-1}},\ a = k,\ "
        r"L^*_{\mathrm{erf}}(k) = \tfrac k3 - \tfrac2\pi k^2\arcsin\tfrac{1}{2k}",
        "n = 1, all k",
        _critical,
        "every flow of one neuron ends there",
        "the point in a uniqueness box",
    ),
    Claim(
        "erf-one-neuron-unique",
        Kind.THEOREM,
        "With a non-zero outgoing weight it is the only critical point of one neuron, up to the sign of the neuron",
        r"\nabla L = 0,\ a \ne 0 \implies (w, a) = \pm\left(\tfrac{1}{\sqrt{k(2k-1)}}\textstyle\sum_j v_j,\ k\right)",
        "n = 1, all k, d > k",
        _unique,
        "no flow of one neuron ends elsewhere",
        "nothing further",
    ),
    Claim(
        "erf-one-neuron-trivial",
        Kind.THEOREM,
        "A neuron with outgoing weight 0 has loss k/3, and the loss falls from there",
        r"L|_{a=0} = \tfrac k3,\quad -\partial_a L|_{a=0} = \tfrac{4k}{\pi}\arcsin\tfrac{r}{\sqrt{2k(1+r^2)}}",
        "n = 1, all k",
        _only_trivial_otherwise,
        "no flow of one neuron ends at loss k/3",
        "nothing further",
    ),
)

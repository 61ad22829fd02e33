"""Claim on enclosing gradient flows: defect and logarithmic norm, and the derivatives by which Hessians are bounded."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.unevaluated import at, quantity

#: A component of flow and curve with their velocities, and of the gradients there; time.
X, P, dX, dP, GX, GP, tau = sp.symbols("X P Xdot Pdot G_X G_P tau", real=True)
lam, h, e0, delta = sp.symbols("lambda h e_0 delta", positive=True)
x, y, z, u, v = sp.symbols("x y z u v", positive=True)
k = sp.Symbol("k", integer=True, positive=True)
#: Derivatives of the residual along two directions, by their orders.
R = {(i, j): sp.Symbol(f"r_{i}{j}", real=True) for i in range(3) for j in range(3)}


def _mixed(i: int, j: int) -> sp.Expr:
    """The derivative of the squared residual, i times along the one direction and j times along the other, at 0."""
    r = sum(R[p, q] * u**p * v**q / (sp.factorial(p) * sp.factorial(q)) for p, q in R)
    return at(sp.Derivative(r**2, (u, i), (v, j)), {u: sp.S.Zero, v: sp.S.Zero})


def _error() -> sp.Expr:
    """The solution of e' = -lambda e + delta."""
    return sp.exp(-lam * tau) * e0 + delta * (1 - sp.exp(-lam * tau)) / lam


def _theorem_steps() -> tuple[Step, ...]:
    moved = (X + tau * dX) - (P + tau * dP)
    error = _error()
    return (
        Step("distance", r"Half the squared distance of flow x and curve p has the derivative $\langle x - p, \dot x - \dot p\rangle$ (a component)", moved**2 / 2, moved * (dX - dP), Relation.DERIVATIVE, tau),
        Step("split", r"With $\dot x = -\nabla L(x)$ that is $-\langle x - p, \nabla L(x) - \nabla L(p)\rangle - \langle x - p, \dot p + \nabla L(p)\rangle$; the first is at most $-\lambda |x-p|^2$, since the Hessian between x and p is at least $\lambda$ (it is symmetric: the logarithmic norm of the flow is minus its smallest eigenvalue), the second at most $\delta |x-p|$", (X - P) * (-GX - dP), -(X - P) * (GX - GP) - (X - P) * (dP + GP)),
        Step("comparison", r"So $|x-p|$ stays below the solution of $\dot e = -\lambda e + \delta$, as long as that is within the ball on which $\lambda$ holds", error, -lam * error + delta, Relation.DERIVATIVE, tau),
    )  # fmt: skip


def _curvature_steps() -> tuple[Step, ...]:
    phi = (x + sp.sqrt(x**2 + 4 * y**2)) / 2
    root = 1 / sp.sqrt(3)
    return (
        Step("chord", r"Between two times the smallest eigenvalue is at least that of the chord (it is concave), less $\frac12 t(h-t)$ times the second derivative, and $t(h-t) \le h^2/4$", h**2 / 4 - tau * (h - tau), (tau - h / 2) ** 2),
        Step("third", r"$L = |r|^2$: $D^3 L[c,u,u] = 2\langle Df\,c, D^2 f[u,u]\rangle + 4\langle Df\,u, D^2 f[c,u]\rangle + 2\langle r, D^3 f[c,u,u]\rangle$", _mixed(1, 2), 2 * R[1, 0] * R[0, 2] + 4 * R[0, 1] * R[1, 1] + 2 * R[0, 0] * R[1, 2]),
        Step("fourth", r"$D^4 L[v,v,u,u] = 2\langle D^2 f[v,v], D^2 f[u,u]\rangle + 4|D^2 f[v,u]|^2 + 4\langle Df\,v, D^3 f[v,u,u]\rangle + 4\langle Df\,u, D^3 f[v,v,u]\rangle + 2\langle r, D^4 f[v,v,u,u]\rangle$", _mixed(2, 2), 2 * R[2, 0] * R[0, 2] + 4 * R[1, 1] ** 2 + 4 * R[1, 0] * R[1, 2] + 4 * R[0, 1] * R[2, 1] + 2 * R[0, 0] * R[2, 2]),
        Step("neuron", r"For one neuron $x|\omega|^2 + 2y|\omega||\alpha| \le \phi\,(|\omega|^2 + |\alpha|^2)$, $\phi$ the root of $\phi^2 - x\phi - y^2$", phi**2, x * phi + y**2),
        Step("cubic", r"and $3\omega^2\alpha \le 2/\sqrt 3$ on $\omega^2 + \alpha^2 = 1$", 2 * root - 3 * y * (1 - y**2), 3 * (y - root) ** 2 * (y + 2 * root)),
        Step("ellipse", r"$T_k(\frac{z + 1/z}2) = \frac{z^k + z^{-k}}2$, by the recurrence: so $|T_k| \le (r^k + r^{-k})/2$ on the ellipse $|z| = r$, which bounds the interpolation of the defect", (z + 1 / z) * (z**k + z**-k) / 2 - (z ** (k - 1) + z ** (1 - k)) / 2, (z ** (k + 1) + z ** (-k - 1)) / 2),
    )  # fmt: skip


@cache
def _enclosure() -> tuple[Step, ...]:
    return (*_theorem_steps(), *_curvature_steps())


CLAIMS = (
    Claim(
        "gradient-flow-enclosure",
        Kind.THEOREM,
        "A curve p with defect at most delta encloses the gradient flow from near its beginning: the flow is within e of it where e' = -lambda e + delta, lambda below the Hessian on the ball of radius e around p; the Hessian is bounded between two times by its chord and the second derivative of a squared residual",
        r"|x(0)-p(0)| \le e(0),\ |\dot p + \nabla L(p)| \le \delta,\ \nabla^2 L \ge \lambda \text{ on } B(p,e),\ \dot e = -\lambda e + \delta \ \Rightarrow\ |x - p| \le e",
        "every loss |r|^2 of a smooth network, all n, k, d",
        _enclosure,
        "two trajectories to different digits differ by less than their estimates",
        "the curve, and a certified basin in which it ends (--prove-flow)",
        title="Enclosing gradient flow",
        text=r"Let $p$ be a curve with $|\dot p + \nabla L(p)| \le \delta$, and let every eigenvalue of the Hessian be at "
        r"least $\lambda$ on the ball around $p$ of the radius below. Then gradient flow $x$ from within $e_0$ of its "
        r"beginning stays within that radius. Between two times the Hessian's lowest eigenvalue is bounded by its "
        r"chord and the second derivative of a squared residual",
        formulas=lambda: (Formula(quantity(r"|x(\tau) - p(\tau)|"), r"\le", _error(), "comparison"),),
    ),
)

"""Claim on enclosing gradient flows: defect and logarithmic norm, and the derivatives by which Hessians are bounded."""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory import names
from theory.claim import Claim, Formula, Kind
from theory.derivation import Relation, Step
from theory.notation import Gradient, Norm, Pairing, Rate
from theory.prose import asserted, given, sentence
from theory.unevaluated import at

#: A component of flow and curve with their velocities, and of the gradients there; time.
X, P, dX, dP, GX, GP, tau = sp.symbols("X P Xdot Pdot G_X G_P tau", real=True)
lam, h, e0, delta = sp.symbols("lambda h e_0 delta", positive=True)
x, y, z, u, v = sp.symbols("x y z u v", positive=True)
k = sp.Symbol("k", integer=True, positive=True)
#: What sentences name: parts of a direction, a root, a radius.
OMEGA, ALPHA, PHI, RADIUS = sp.symbols("omega alpha phi r")
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
        Step(
            "distance",
            sentence(
                "Half the squared distance of flow {} and curve {} has the derivative {} (a component)",
                X,
                P,
                Pairing(X - P, Rate(X) - Rate(P)),
            ),
            moved**2 / 2,
            moved * (dX - dP),
            Relation.DERIVATIVE,
            tau,
        ),
        Step(
            "split",
            sentence(
                "With {} that has two parts; the first is at most {}, since the Hessian between {} and {} is at least {} (it is symmetric: "
                "the logarithmic norm of the flow is minus its smallest eigenvalue), the second at most {}",
                given(Rate(X), "=", -Gradient(sp.Function("L")(X))),
                -lam * Norm(X - P) ** 2,
                X,
                P,
                lam,
                delta * Norm(X - P),
            ),
            (X - P) * (-GX - dP),
            -(X - P) * (GX - GP) - (X - P) * (dP + GP),
        ),
        Step(
            "comparison",
            sentence(
                "So the distance stays below the solution of {}, as long as that is within the ball on which {} holds",
                given(Rate(sp.Symbol("e")), "=", -lam * sp.Symbol("e") + delta),
                lam,
            ),
            error,
            -lam * error + delta,
            Relation.DERIVATIVE,
            tau,
        ),
    )


def _curvature_steps() -> tuple[Step, ...]:
    phi = (x + sp.sqrt(x**2 + 4 * y**2)) / 2
    root = 1 / sp.sqrt(3)
    return (
        Step(
            "chord",
            sentence(
                "Between two times the smallest eigenvalue is at least that of the chord (it is concave), less {} times the second "
                "derivative, and {}, by a square",
                tau * (h - tau) / 2,
                asserted(tau * (h - tau), "<=", h**2 / 4),
            ),
            h**2 / 4 - tau * (h - tau),
            (tau - h / 2) ** 2,
        ),
        Step(
            "third",
            sentence(
                "For {} the third derivative, once in a direction {} and twice in {}, is, with {} for the residual's derivatives,",
                given(names.L, "=", Norm(sp.Symbol("r")) ** 2),
                u,
                v,
                sp.Symbol("r_i,j"),
            ),
            _mixed(1, 2),
            2 * R[1, 0] * R[0, 2] + 4 * R[0, 1] * R[1, 1] + 2 * R[0, 0] * R[1, 2],
        ),
        Step(
            "fourth",
            sentence("and the fourth, twice in each,"),
            _mixed(2, 2),
            2 * R[2, 0] * R[0, 2]
            + 4 * R[1, 1] ** 2
            + 4 * R[1, 0] * R[1, 2]
            + 4 * R[0, 1] * R[2, 1]
            + 2 * R[0, 0] * R[2, 2],
        ),
        Step(
            "neuron",
            sentence(
                "For one neuron {} is at most {}, with {} the root of",
                x * Norm(OMEGA) ** 2 + 2 * y * Norm(OMEGA) * Norm(ALPHA),
                PHI * (Norm(OMEGA) ** 2 + Norm(ALPHA) ** 2),
                PHI,
            ),
            phi**2,
            x * phi + y**2,
        ),
        Step(
            "cubic",
            sentence(
                "and {} with {} and {}: the difference is a square times a positive factor",
                asserted(3 * y * (1 - y**2), "<=", 2 * root),
                given(OMEGA**2, "=", 1 - y**2),
                given(ALPHA, "=", y),
            ),
            2 * root - 3 * y * (1 - y**2),
            3 * (y - root) ** 2 * (y + 2 * root),
        ),
        Step(
            "ellipse",
            sentence(
                "Chebyshev's polynomial {} at {} is {}, by the recurrence: so it is at most {} on the ellipse {}, which bounds the "
                "interpolation of the defect",
                sp.Symbol("T_k"),
                (z + 1 / z) / 2,
                (z**k + z**-k) / 2,
                (RADIUS**k + RADIUS**-k) / 2,
                given(Norm(z), "=", RADIUS),
            ),
            (z + 1 / z) * (z**k + z**-k) / 2 - (z ** (k - 1) + z ** (1 - k)) / 2,
            (z ** (k + 1) + z ** (-k - 1)) / 2,
        ),
    )


@cache
def _enclosure() -> tuple[Step, ...]:
    return (*_theorem_steps(), *_curvature_steps())


CLAIMS = (
    Claim(
        "gradient-flow-enclosure",
        Kind.THEOREM,
        sentence(
            "A curve {} with defect at most {} encloses the gradient flow from near its beginning: the flow is within {} of it where {}, "
            "with {} below the Hessian on the ball of that radius around the curve; the Hessian is bounded between two times by its chord "
            "and the second derivative of a squared residual",
            P,
            delta,
            sp.Symbol("e"),
            given(Rate(sp.Symbol("e")), "=", -lam * sp.Symbol("e") + delta),
            lam,
        ),
        "",
        sentence(
            "every loss {} of a smooth network, all {}, {}, {}", Norm(sp.Symbol("r")) ** 2, sp.Symbol("n"), k, names.d
        ),
        _enclosure,
        "two trajectories to different digits differ by less than their estimates",
        "the curve, and a certified basin in which it ends (--prove-flow)",
        title="Enclosing gradient flow",
        text=sentence(
            "Let {} be a curve with {}, and let every eigenvalue of the Hessian be at least {} on the ball around it of the radius below. "
            "Then gradient flow {} from within {} of its beginning stays within that radius. Between two times the Hessian's lowest "
            "eigenvalue is bounded by its chord and the second derivative of a squared residual",
            P,
            given(Norm(Rate(P) + Gradient(sp.Function("L")(P))), "<=", delta),
            lam,
            X,
            e0,
        ),
        formulas=lambda: (
            Formula(Norm(sp.Function("X")(tau) - sp.Function("P")(tau)), "<=", _error(), "comparison"),
        ),
    ),
)

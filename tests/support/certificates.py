"""Certificates built by a little search of their own, for the tests of their re-verification.

The points are closed forms or Newton's method in mpmath, Hessians another derivation in double precision. Only the
format (numbers, text, digest) is taken from the package under test.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from mpmath import mp

from verify.recheck import digest, number, statement

Point = list[list[Any]]


def exact(value: Any) -> list[int]:
    """An mpmath number as a number of certificate files, without rounding."""
    if isinstance(value, (int, float)):
        return number(value)
    sign, mantissa, exponent, _ = mp.mpf(value)._mpf_
    return number((-int(mantissa) if sign else int(mantissa), int(exponent)))


def axes(k: int, dim: int) -> Point:
    """The first k unit vectors."""
    return [[int(x == j) for x in range(dim)] for j in range(k)]


def asin(z: Any) -> Any:
    """asin with an infinitesimal imaginary part, to first order in it: mpmath's loses the digits of tiny ones."""
    if not isinstance(z, mp.mpc):
        return mp.asin(z)
    return mp.mpc(mp.asin(z.real), z.imag / mp.sqrt(1 - z.real**2))


def interaction(w: Sequence[Any], z: Sequence[Any]) -> Any:
    """E[sigma(w.x) sigma(z.x)] at the precision of mpmath, also for complex steps."""
    s, p, q = (mp.fsum(a * b for a, b in zip(u, v, strict=True)) for u, v in ((w, z), (w, w), (z, z)))
    return 2 / mp.pi * asin(s / mp.sqrt((1 + p) * (1 + q)))


def mp_loss(point: Point, teacher: Point, outgoing: Sequence[Any]) -> Any:
    """Full mean squared error, at the precision of mpmath."""
    Z = [row[:-1] for row in point] + [list(row) for row in teacher]
    c = [row[-1] for row in point] + [-b for b in outgoing]
    return mp.fsum(c[i] * c[j] * interaction(Z[i], Z[j]) for i in range(len(Z)) for j in range(len(Z)))


def complex_step_gradient(point: Point, teacher: Point, outgoing: Sequence[Any]) -> list[Any]:
    """Gradient by complex steps: no differences, so right to the working precision."""
    step, flat = mp.mpf(10) ** (-mp.dps), []
    for i, row in enumerate(point):
        for x in range(len(row)):
            moved = [list(r) for r in point]
            moved[i][x] = moved[i][x] + mp.mpc(0, step)
            flat.append(mp.im(mp_loss(moved, teacher, outgoing)) / step)
    return flat


def mp_gradient(point: Point, teacher: Point, outgoing: Sequence[Any]) -> list[Any]:
    """Gradient by hand, with v = (2/pi) D^(-1/2) (z - (s/P) w), the derivative of the interaction by w."""
    Z = [row[:-1] for row in point] + [list(row) for row in teacher]
    c = [row[-1] for row in point] + [-b for b in outgoing]
    flat = []
    for w, a in zip(Z[: len(point)], c, strict=False):
        pull, value = [mp.mpf(0)] * len(w), mp.mpf(0)
        P = 1 + mp.fsum(x * x for x in w)
        for z, weight in zip(Z, c, strict=True):
            s, Q = mp.fsum(x * y for x, y in zip(w, z, strict=True)), 1 + mp.fsum(x * x for x in z)
            t = weight * 2 / mp.pi / mp.sqrt(P * Q - s * s)
            pull = [x + t * (y - s / P * u) for x, y, u in zip(pull, z, w, strict=True)]
            value += weight * 2 / mp.pi * mp.asin(s / mp.sqrt(P * Q))
        flat += [2 * a * x for x in pull] + [2 * value]
    return flat


def float_hessian(point: Point, teacher: Point, outgoing: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Hessian and its residual part in double precision, from derivatives of v by w and by z."""
    theta, V = np.array(point, dtype=float), np.array(teacher, dtype=float)
    n, dim = theta.shape[0], theta.shape[1] - 1
    Z, c = np.vstack([theta[:, :-1], V]), np.concatenate([theta[:, -1], -np.array(outgoing, dtype=float)])
    inner, eye = Z @ Z.T, np.eye(dim)
    P = 1 + np.diag(inner)
    H, S = np.zeros((n, dim + 1, n, dim + 1)), np.zeros((n, dim + 1, dim + 1))
    for i in range(n):
        for j in range(len(Z)):
            s, A, B, w, z = inner[i, j], P[i], P[j], Z[i], Z[j]
            D = A * B - s * s
            t, u = 2 / np.pi / np.sqrt(D), z - s / A * w
            by_w = -s / A * eye - np.outer(w, z) / A + 2 * s / A**2 * np.outer(w, w) - np.outer(u, B * w - s * z) / D
            by_z = eye - np.outer(w, w) / A - np.outer(u, A * z - s * w) / D
            S[i, :dim, :dim] += 2 * c[i] * c[j] * t * by_w
            S[i, :dim, dim] += 2 * c[j] * t * u
            S[i, dim, :dim] += 2 * c[j] * t * u
            if j < n:
                H[i, :dim, j, :dim] += 2 * c[i] * c[j] * t * by_z
                H[i, :dim, j, dim] += 2 * c[i] * t * u
                H[j, dim, i, :dim] += 2 * c[i] * t * u
                H[i, dim, j, dim] += 4 / np.pi * np.arcsin(s / np.sqrt(A * B))
        H[i, :, i, :] += S[i]
    return H.reshape(n * (dim + 1), -1), S


def newton(point: Point, teacher: Point, outgoing: Sequence[Any], steps: int = 60) -> Point:
    """Newton's method: in double precision until it stalls, then with the inverse Hessian frozen."""
    n, wide = len(point), len(point[0])
    inverse = np.linalg.inv(float_hessian(point, teacher, outgoing)[0])
    for _ in range(steps):
        gradient = mp_gradient(point, teacher, outgoing)
        size = max(abs(x) for x in gradient)
        if size < mp.mpf(10) ** (8 - mp.dps):
            return point
        if size > 1e-12:
            inverse = np.linalg.inv(float_hessian(point, teacher, outgoing)[0])
        # Scaled, so that the product in double precision has relative errors only.
        move = inverse @ np.array([float(x / size) for x in gradient])
        point = [[point[i][x] - size * mp.mpf(move[i * wide + x]) for x in range(wide)] for i in range(n)]
    raise AssertionError("Newton's method did not converge")


def copy_average(assignment: Sequence[Sequence[int]], signs: Sequence[int], dim: int) -> Point:
    """The copy-average point of unit vectors with outgoing weights 1."""
    rows = []
    for group, sign in zip(assignment, signs, strict=True):
        m = len(group)
        entry = sign / mp.sqrt(m * (2 * m - 1))
        rows.append([entry if x in group else mp.mpf(0) for x in range(dim)] + [mp.mpf(sign * m)])
    return rows


def perturbed_copy(x: Sequence[Any], copied: Sequence[int], signs: Sequence[int], k: int, dim: int) -> Point:
    """The network of (alpha, beta, gamma, a) for unit vectors with outgoing weights 1."""
    alpha, beta, gamma, a = x
    return [
        [sign * (alpha if j == own else beta if j in copied else gamma) for j in range(k)]
        + [mp.mpf(0)] * (dim - k)
        + [sign * a]
        for own, sign in zip(copied, signs, strict=True)
    ]


def brute_smoothness(m: int, p: float, angles: int, nodes: int = 40) -> float:
    """Greatest L2 norm of sigma^(m)(w.x) (omega.x)^m over directions omega, by Gauss-Hermite quadrature."""
    tau, weights = np.polynomial.hermite_e.hermegauss(nodes)
    weights = weights / weights.sum()
    t = np.sqrt(p) * tau
    derivative = {1: np.ones_like(t), 2: -t, 3: t * t - 1}[m] * np.sqrt(2 / np.pi) * np.exp(-t * t / 2)
    best = 0.0
    for phi in np.linspace(0, np.pi, angles):
        along = np.cos(phi) * tau[:, None] + np.sin(phi) * tau[None, :]
        best = max(best, float(weights @ (derivative[:, None] ** 2 * along ** (2 * m)) @ weights))
    return float(np.sqrt(best))


def _third(point: Point, H: np.ndarray, S: np.ndarray, loss: float, metric: np.ndarray, rho: float) -> float:
    """M of the ellipsoid in double precision, with the greatest of three norms for each neuron."""
    theta = np.array(point, dtype=float)
    dim = theta.shape[1] - 1
    scale = np.concatenate([[1 / xi] * dim + [1 / eta] for xi, eta in metric])
    mu = float(np.linalg.eigvalsh(H * np.outer(scale, scale))[0])
    s, tau, second, third = 0.0, rho / np.sqrt(mu), 0.0, 0.0
    for i, (xi, eta) in enumerate(metric):
        own = scale[i * (dim + 1) : (i + 1) * (dim + 1)]
        s = max(s, -float(np.linalg.eigvalsh(S[i] * np.outer(own, own))[0]))
        A, norm = abs(theta[i, -1]) + tau / eta, float(np.linalg.norm(theta[i, :-1]))
        norms = (max(norm - tau / xi, 0.0), norm, norm + tau / xi)
        c = [0.0] + [1.05 * max(brute_smoothness(m, r * r, 13) for r in norms) for m in (1, 2, 3)]
        second = max(second, A * c[2] / xi**2 + c[1] / xi / eta)
        third = max(third, A * c[3] / xi**3 + 2 / np.sqrt(3) * c[2] / xi**2 / eta)
    k2, k3 = second / mu, third / mu**1.5
    p = np.sqrt((1 + s / mu) / 2) + k2 * rho
    return float(6 * p * k2 + 2 * (np.sqrt(loss) + p * rho) * k3)


def full_document(
    point: Point,
    teacher: Point,
    outgoing: Sequence[Any],
    *,
    identity: dict[str, Any] | None = None,
    start: Point | None = None,
    line: dict[str, Any] | None = None,
    method: str = "convexity",
    radius: Any = None,
    uniqueness_radius: float = 2.0**-20,
) -> dict[str, Any]:
    """A certificate of a critical point known to the precision of mpmath."""
    radius = mp.mpf(10) ** (12 - mp.dps) if radius is None else radius
    theta = np.array(point, dtype=float)
    n, dim = theta.shape[0], theta.shape[1] - 1
    H, S = float_hessian(point, teacher, outgoing)
    values, loss = np.linalg.eigvalsh(H), mp_loss(point, teacher, outgoing)
    proof: dict[str, Any] = {"method": "box"}
    if method == "convexity":
        inverse = np.linalg.inv(H).reshape(n, dim + 1, n, dim + 1)
        blocks = [inverse[i, :, i, :] for i in range(n)]
        metric = np.array([[np.linalg.eigvalsh(B[:dim, :dim])[-1], B[dim, dim]] for B in blocks]) ** -0.5
        rho, value = 1.0, float(abs(loss))
        while rho * _third(point, H, S, value, metric, rho) > 0.95:
            rho *= 0.7
        uniqueness_radius = 0.9 * rho / float(np.sqrt(np.abs(H).sum()))
        proof = {"method": "convexity", "metric": [[exact(x) for x in row] for row in metric], "rho": exact(rho)}
    margin = mp.mpf(10) ** (10 - mp.dps)
    document = {
        "schema": "copy-average/certificate/1",
        "versions": {"tests": "0"},
        "theorem": {"text": "", "assumptions": ["the arithmetic of this machine is correct"]},
        "system": {
            "kind": "full",
            "activation": "erf",
            "n": n,
            "k": len(teacher),
            "dim": dim,
            "teacher": [[exact(x) for x in row] for row in teacher],
            "teacher_outgoing": [exact(x) for x in outgoing],
        },
        "point": [[exact(x) for x in row] for row in point],
        "states": {
            "status": "unique",
            "radius": exact(radius),
            "uniqueness_radius": exact(uniqueness_radius),
            "index": int((values < 0).sum()),
            "lambda_min": exact(0.99 * float(np.abs(values).min())),
            "loss": [exact(mp.mpf(loss) - margin), exact(mp.mpf(loss) + margin)],
            "identity": identity,
            "basin": None if start is None else {"start": [[exact(x) for x in row] for row in start]},
            "line": line,
        },
        "proof": proof,
    }
    return finished(document)


def reduced_document(
    x: Sequence[Any], n: int, k: int, loss: Any, radius: float = 2.0**-90, uniqueness_radius: float = 2.0**-30
) -> dict[str, Any]:
    """A certificate of a solution of the reduced equations."""
    margin = mp.mpf(2) ** -80
    document = {
        "schema": "copy-average/certificate/1",
        "versions": {},
        "theorem": {"text": "", "assumptions": []},
        "system": {"kind": "reduced", "structure": "perturbed-copy", "activation": "erf", "n": n, "k": k},
        "point": [exact(t) for t in x],
        "states": {
            "status": "unique",
            "radius": exact(radius),
            "uniqueness_radius": exact(uniqueness_radius),
            "loss": [exact(loss - margin), exact(loss + margin)],
        },
        "proof": {"method": "krawczyk"},
    }
    return finished(document)


def finished(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the text and digest that belong to it."""
    document = copy.deepcopy(document)
    document["theorem"]["text"] = statement(document)
    return sealed(document)


def sealed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its digest, whatever its text says."""
    document = copy.deepcopy(document)
    document["digest"] = digest(document)
    return document


def restricted_loss(x: Sequence[Any], n: Any, k: Any) -> Any:
    """Loss of the perturbed copy as a function of (alpha, beta, gamma, a), also for real n and k."""
    alpha, beta, gamma, a = x
    p = alpha**2 + (n - 1) * beta**2 + (k - n) * gamma**2
    s = 2 * alpha * beta + (n - 2) * beta**2 + (k - n) * gamma**2

    def g(inner: Any, q: Any) -> Any:
        return 2 / mp.pi * asin(inner / mp.sqrt((1 + p) * (1 + q)))

    teachers = g(alpha, 1) + (n - 1) * g(beta, 1) + (k - n) * g(gamma, 1)
    return n * a**2 * (g(p, p) + (n - 1) * g(s, p)) - 2 * n * a * teachers + mp.mpf(k) / 3


def restricted_gradient(x: Sequence[Any], n: Any, k: Any) -> list[Any]:
    """Its gradient by complex steps."""
    step = mp.mpf(10) ** (-mp.dps)
    moved = [[t + mp.mpc(0, step) * (i == j) for j, t in enumerate(x)] for i in range(4)]
    return [mp.im(restricted_loss(y, n, k)) / step for y in moved]


def restricted_solution(x: Sequence[Any], n: Any, k: Any) -> list[Any]:
    """A critical point of the restricted loss by Newton's method from an estimate, derivatives by differences."""
    point, h = [mp.mpf(t) for t in x], mp.mpf(10) ** (-mp.dps // 3)
    scale = (n, n * (n - 1), n * (k - n), n)

    def scaled(y: Sequence[Any]) -> Any:
        return mp.matrix([f / c for f, c in zip(restricted_gradient(y, n, k), scale, strict=True)])

    for _ in range(40):
        value = scaled(point)
        if mp.norm(value, mp.inf) < mp.mpf(10) ** (8 - mp.dps):
            return point
        jacobian = mp.matrix(4, 4)
        for j in range(4):
            moved = scaled([t + h * (i == j) for i, t in enumerate(point)])
            for i in range(4):
                jacobian[i, j] = (moved[i] - value[i]) / h
        step = mp.lu_solve(jacobian, value)
        point = [t - dt for t, dt in zip(point, step, strict=True)]
    raise AssertionError("Newton's method did not converge")

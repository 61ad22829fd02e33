"""An independent flow of rectified units up to deaths: another formula, another integrator, another regularisation.

The right-hand side takes the angle from an arccosine (in doubles that is accurate away from parallel vectors).
SciPy's DOP853 at a relative tolerance of 1e-12 integrates in t until some vector is short, and then LSODA in s with
dt = |w_i| ds, in Cartesian coordinates: a neuron that hovers about zero makes the others slow in s, which is stiff.
Imports nothing of the project.
"""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp

SHORT, END = 1e-2, 1e-14


def velocity(theta: np.ndarray, teacher: np.ndarray) -> np.ndarray:
    """Minus the gradient of the full mean squared error, for a teacher with outgoing weights 1."""
    W, a = theta[:, :-1], theta[:, -1]
    Z, c = np.vstack([W, teacher]), np.concatenate([a, -np.ones(len(teacher))])
    r, R = np.linalg.norm(W, axis=1), np.linalg.norm(Z, axis=1)
    scale = np.maximum(r[:, None] * R, 1e-300)
    u = np.clip(W @ Z.T / scale, -1, 1)
    angle = np.arccos(u)
    angle[np.arange(len(W)), np.arange(len(W))] = 0
    g = r[:, None] * R * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
    pull = ((np.pi - angle) * c) @ Z + (np.sin(angle) @ (c * R) / np.maximum(r, 1e-300))[:, None] * W
    pull[r == 0] = 0
    return -np.column_stack([2 * a[:, None] * pull / (2 * np.pi), 2 * g @ c])


def deaths(
    theta: np.ndarray, teacher: np.ndarray, count: int, until: float
) -> tuple[list[tuple[int, float]], np.ndarray]:
    """The first ``count`` deaths as (neuron, time), and the point at the last of them.

    No neuron may revive before.
    """
    found, time, y, shape = [], 0.0, theta.ravel().copy(), theta.shape

    def lengths(y: np.ndarray) -> np.ndarray:
        return np.linalg.norm(y.reshape(shape)[:, :-1], axis=1)

    while len(found) < count:
        dead = [i for i, _ in found]

        def short(_: float, y: np.ndarray, dead: list[int] = dead) -> float:
            alive = np.delete(lengths(y), dead)
            return float(alive.min() - SHORT)

        short.terminal, short.direction = True, -1
        options = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-14}
        run = solve_ivp(
            lambda _, y: velocity(y.reshape(shape), teacher).ravel(), (time, until), y, events=short, **options
        )
        assert run.status == 1, "no neuron came near zero"
        time, y = float(run.t[-1]), run.y[:, -1]
        r = lengths(y)
        r[dead] = np.inf
        i = int(np.argmin(r))

        def scaled(_: float, x: np.ndarray, i: int = i) -> np.ndarray:
            r = lengths(x[:-1])[i]
            return np.append(r * velocity(x[:-1].reshape(shape), teacher).ravel(), r)

        def there(_: float, x: np.ndarray, i: int = i) -> float:
            return float(np.log(lengths(x[:-1])[i] / END))

        there.terminal = True
        run = solve_ivp(scaled, (0, 1e9), np.append(y, time), method="LSODA", rtol=1e-11, atol=1e-16, events=there)
        assert run.status == 1, "the neuron turned away"
        y, time = run.y[:-1, -1].copy(), float(run.y[-1, -1])
        w = y.reshape(shape)[i, :-1]
        # END long, at a velocity of order one: the time left is far below what is compared.
        w[:] = 0
        found.append((i, time))
    return found, y.reshape(shape)

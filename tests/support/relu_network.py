"""ReLU networks in numpy, from the definition in angles; knows nothing of the project."""

from __future__ import annotations

import numpy as np


def angle(w: np.ndarray, v: np.ndarray) -> float:
    """Accurate for all pairs of non-zero vectors (Kahan)."""
    e, f = w / np.linalg.norm(w), v / np.linalg.norm(v)
    return 2 * np.arctan2(np.linalg.norm(e - f), np.linalg.norm(e + f))


def interaction(w: np.ndarray, v: np.ndarray) -> float:
    """E[max(0, w.x) max(0, v.x)]; 0 for a zero vector."""
    lengths = np.linalg.norm(w) * np.linalg.norm(v)
    if lengths == 0:
        return 0.0
    theta = angle(w, v)
    return lengths * (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / (2 * np.pi)


def slope(w: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Gradient of the interaction in its first vector, which is not zero."""
    theta = angle(w, v)
    return (np.linalg.norm(v) * np.sin(theta) * w / np.linalg.norm(w) + (np.pi - theta) * v) / (2 * np.pi)


def loss(W: np.ndarray, a: np.ndarray, V: np.ndarray) -> float:
    """Full mean squared error against teachers with outgoing weights 1."""
    Z, c = np.vstack([W, V]), np.concatenate([a, -np.ones(len(V))])
    return float(sum(c[i] * c[j] * interaction(Z[i], Z[j]) for i in range(len(Z)) for j in range(len(Z))))


def gradient(W: np.ndarray, a: np.ndarray, V: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """In all incoming vectors and all outgoing weights."""
    Z, c = np.vstack([W, V]), np.concatenate([a, -np.ones(len(V))])
    in_w = np.array([2 * a[i] * sum(c[j] * slope(w, Z[j]) for j in range(len(Z))) for i, w in enumerate(W)])
    in_a = np.array([2 * sum(c[j] * interaction(w, Z[j]) for j in range(len(Z))) for w in W])
    return in_w, in_a


def hessian(function, point: np.ndarray, step: float = 1e-5) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Central differences of a gradient, symmetrised."""
    rows = [(function(point + step * e) - function(point - step * e)) / (2 * step) for e in np.eye(len(point))]
    return (np.array(rows) + np.array(rows).T) / 2


def inertia(matrix: np.ndarray, tolerance: float) -> tuple[int, int]:
    """Numbers of negative and of zero eigenvalues."""
    values = np.linalg.eigvalsh(matrix)
    return int(np.sum(values < -tolerance)), int(np.sum(np.abs(values) <= tolerance))

"""Rectified-linear networks written out neuron by neuron with mpmath and scipy: nothing of the project is used."""

from __future__ import annotations

import numpy as np
from mpmath import mp
from scipy.optimize import minimize


def loss_and_gradient(vectors: list[list[mp.mpf]], signs: list[int], k: int) -> tuple[mp.mpf, list[list[mp.mpf]]]:
    """Loss with outgoing weights ``signs`` for k unit-orthonormal teachers, and its gradient in the vectors."""
    dim = len(vectors[0])
    teachers = [[mp.mpf(int(i == j)) for i in range(dim)] for j in range(k)]
    everybody = [*vectors, *teachers]
    weights = [*signs, *[-1] * k]
    loss = mp.mpf(0)
    for z, c in zip(everybody, weights, strict=True):
        for y, b in zip(everybody, weights, strict=True):
            loss += c * b * _interaction(z, y)
    gradient = []
    for i, w in enumerate(vectors):
        r = mp.sqrt(mp.fdot(w, w))
        row = [mp.mpf(0)] * dim
        for j, (z, c) in enumerate(zip(everybody, weights, strict=True)):
            theta = mp.mpf(0) if i == j else _angle(w, z)
            q = mp.sqrt(mp.fdot(z, z))
            for x in range(dim):
                row[x] += 2 * signs[i] * c * (q * mp.sin(theta) * w[x] / r + (mp.pi - theta) * z[x]) / (2 * mp.pi)
        gradient.append(row)
    return loss, gradient


def _angle(w: list[mp.mpf], z: list[mp.mpf]) -> mp.mpf:
    u = mp.fdot(w, z) / mp.sqrt(mp.fdot(w, w) * mp.fdot(z, z))
    return mp.acos(max(mp.mpf(-1), min(mp.mpf(1), u)))


def _interaction(w: list[mp.mpf], z: list[mp.mpf]) -> mp.mpf:
    theta, size = _angle(w, z), mp.sqrt(mp.fdot(w, w) * mp.fdot(z, z))
    return size * (mp.sin(theta) + (mp.pi - theta) * mp.cos(theta)) / (2 * mp.pi)


def rough_loss(vectors: np.ndarray, signs: np.ndarray, k: int) -> tuple[float, np.ndarray]:
    """The same in double precision, for minimisers."""
    Z = np.vstack([vectors, np.eye(k, vectors.shape[1])])
    c = np.concatenate([signs, -np.ones(k)])
    r = np.linalg.norm(Z, axis=1)
    u = np.clip(Z @ Z.T / np.outer(r, r), -1, 1)
    theta = np.arccos(u)
    g = np.outer(r, r) * (np.sin(theta) + (np.pi - theta) * u) / (2 * np.pi)
    n = len(vectors)
    sine = np.sin(theta[:n])
    sine[np.arange(n), np.arange(n)] = 0
    turned = np.pi - theta[:n]
    turned[np.arange(n), np.arange(n)] = np.pi
    gradient = ((sine * r) @ c / r[:n])[:, None] * vectors + (turned * c) @ Z
    return float(c @ g @ c), signs[:, None] * gradient / np.pi


def minimised(start: np.ndarray, signs: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    """A minimum of the loss near a start by scipy's BFGS."""
    shape = start.shape

    def both(x: np.ndarray) -> tuple[float, np.ndarray]:
        loss, gradient = rough_loss(x.reshape(shape), signs, k)
        return loss, gradient.ravel()

    found = minimize(both, start.ravel(), jac=True, method="BFGS", options={"gtol": 1e-10, "maxiter": 4000})
    return found.x.reshape(shape), float(found.fun)

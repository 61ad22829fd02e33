"""Loss, gradient and Hessian of the network as balls over boxes of weights.

With partners z_j (students, then teachers) and coefficients c_j (outgoing weights; those of teachers negative),
L = sum_ij c_i c_j g(z_i.z_j, |z_i|^2, |z_j|^2). The derivative of g by w (first argument) is v = g_s z + 2 g_p w, so

    dL/dw_i = 2 a_i sum_j c_j v_ij,    dL/da_i = 2 sum_j c_j g_ij,
    d2L/dw_i dw_j = 2 a_i a_j B_ij (+ S_i if i = j),    d2L/dw_i da_j = 2 a_i v_ij (+ m_i if i = j),
    d2L/da_i da_j = 2 g_ij,

with B = g_s I + z (g_ss w + 2 g_sq z)' + w (2 g_sp w + 4 g_pq z)', the mixed second derivative, and the part of the
residual r = f - f*: S_i = 2 a_i E[r sigma''(w_i.x) x x'] = 2 a_i sum_j c_j (2 g_p I + g_ss z z'
+ 2 g_sp (z w' + w z') + 4 g_pp w w'), m_i = 2 E[r sigma'(w_i.x) x] = 2 sum_j c_j v_ij.
"""

from __future__ import annotations

import flint

from verify.recheck.interaction import interaction_of
from verify.recheck.numbers import Ball
from verify.recheck.schema import Full, Rows


class Network:
    """Enclosures over the box of a radius around a point, at the working precision of its creation. Enclosure.

    **Proves:** every value that loss, gradient, Hessian or its residual part takes in the box lies in the balls
    returned. The box may be a single point. Outgoing weights that are held fixed are no unknowns of it, and gradient
    and Hessian leave them out; ``curvature`` and ``residual_block`` do not.

    Parameters
    ----------
    certificate : Full
    radius : ball
    nats : int
        Interactions that are summed numerically err by about exp(-nats).
    """

    def __init__(self, certificate: Full, radius: Ball, nats: int = 48) -> None:
        self.n, self.dim = certificate.n, certificate.dim
        self._g = interaction_of(certificate.activation, nats)
        self._free = [*range(self.dim), *([self.dim] if certificate.trained else [])]
        blur = flint.arb(0, radius)
        box = [[x + blur for x in row] for row in certificate.point]
        if not certificate.trained:
            box = [[*row[:-1], exact[-1]] for row, exact in zip(box, certificate.point, strict=True)]
        self.a = [row[-1] for row in box]
        self._Z = [row[:-1] for row in box] + [[x + 0 for x in row] for row in certificate.teacher]
        self._c = self.a + [-b for b in certificate.outgoing]
        self._matrix = flint.arb_mat(self._Z)
        inner = self._matrix * self._matrix.transpose()
        self._inner = inner.tolist()
        self._q = [self._inner[j][j] for j in range(len(self._Z))]

    def norm(self, i: int) -> Ball:
        """Squared norm of the incoming vector of student i."""
        return self._inner[i][i]

    def loss(self) -> Ball:
        """Full mean squared error."""
        total = flint.arb(0)
        for i, c in enumerate(self._c):
            row = sum((self._c[j] * self._value(i, j) for j in range(i)), flint.arb(0))
            total += c * (2 * row + c * self._value(i, i))
        return total

    def gradient(self) -> list[Ball]:
        """Gradient, in the row-major order of the unknowns."""
        flat: list[Ball] = []
        for i in range(self.n):
            flat.extend(self.a[i] * x for x in self._pull(i))
            if len(self._free) == self.dim:
                continue
            flat.append(2 * sum((c * self._value(i, j) for j, c in enumerate(self._c)), flint.arb(0)))
        return flat

    def hessian(self) -> flint.arb_mat:
        """Hessian, in the row-major order of the unknowns; symmetric entries are the same ball."""
        wide = self.dim + 1
        H: Rows = [[flint.arb(0)] * (self.n * wide) for _ in range(self.n * wide)]
        for i in range(self.n):
            for j in range(i + 1):
                self._place(H, i * wide, j * wide, self._gauss_newton(i, j))
            S = self.residual_block(i).tolist()
            for x in range(wide):
                for y in range(x + 1):
                    H[i * wide + x][i * wide + y] += S[x][y]
        for x in range(len(H)):
            row = H[x]
            for y in range(x):
                H[y][x] = row[y]
        kept = [i * wide + x for i in range(self.n) for x in self._free]
        return flint.arb_mat([[H[x][y] for y in kept] for x in kept])

    def residual_block(self, i: int) -> flint.arb_mat:
        """What the residual adds to the diagonal block of student i: S_i, m_i, and 0 for (a, a)."""
        rows: Rows = [[*row, x] for row, x in zip(self.curvature(i).tolist(), self._pull(i), strict=True)]
        rows.append([row[-1] for row in rows] + [flint.arb(0)])
        return flint.arb_mat(rows)

    def curvature(self, i: int) -> flint.arb_mat:
        """S_i = 2 a_i E[r sigma''(w_i.x) x x']."""
        two_a, w = 2 * self.a[i], self._Z[i]
        pairs = [self._g.second(self._inner[i][j], self._q[i], self._q[j]) for j in range(len(self._Z))]
        scaled = [[c * g.ss * z for z in row] for c, g, row in zip(self._c, pairs, self._Z, strict=True)]
        S = (self._matrix.transpose() * flint.arb_mat(scaled)).tolist()
        weights = flint.arb_mat([[2 * c * g.sp for c, g in zip(self._c, pairs, strict=True)]])
        u = (weights * self._matrix).entries()
        along = 4 * sum((c * g.pp for c, g in zip(self._c, pairs, strict=True)), flint.arb(0))
        round_ = 2 * sum((c * g.p for c, g in zip(self._c, pairs, strict=True)), flint.arb(0))
        for x in range(self.dim):
            u_x, w_x = u[x], w[x]
            mixed = u_x + along * w_x
            for y in range(x + 1):
                S[x][y] = S[y][x] = two_a * (S[x][y] + u[y] * w_x + mixed * w[y])
            S[x][x] += two_a * round_
        return flint.arb_mat(S)

    def _value(self, i: int, j: int) -> Ball:
        return self._g.value(self._inner[i][j], self._q[i], self._q[j])

    def _pull(self, i: int) -> list[Ball]:
        """2 sum_j c_j v_ij."""
        pairs = [self._g.first(self._inner[i][j], self._q[i], self._q[j]) for j in range(len(self._Z))]
        weights = [2 * c * g.s for c, g in zip(self._c, pairs, strict=True)]
        weights[i] += 4 * sum((c * g.p for c, g in zip(self._c, pairs, strict=True)), flint.arb(0))
        pull: list[Ball] = (flint.arb_mat([weights]) * self._matrix).entries()
        return pull

    def _gauss_newton(self, i: int, j: int) -> Rows:
        """Block 2 <df/d(w_i, a_i), df/d(w_j, a_j)> of the Hessian."""
        g = self._g.second(self._inner[i][j], self._q[i], self._q[j])
        w, z, scale = self._Z[i], self._Z[j], 2 * self.a[i] * self.a[j]
        left = flint.arb_mat([[x, y] for x, y in zip(w, z, strict=True)])
        middle = flint.arb_mat([[2 * g.sp, 4 * g.pq], [g.ss, 2 * g.sq]])
        block: Rows = (left * (scale * middle) * left.transpose()).tolist()
        diagonal = scale * g.s
        # By w_i and a_j, and by a_i and w_j: for the latter the roles of the two are exchanged.
        h = self._g.first(self._inner[i][j], self._q[j], self._q[i])
        for x in range(self.dim):
            block[x][x] += diagonal
            block[x].append(2 * self.a[i] * (g.s * z[x] + 2 * g.p * w[x]))
        last = [2 * self.a[j] * (h.s * x + 2 * h.p * y) for x, y in zip(w, z, strict=True)]
        block.append([*last, 2 * self._value(i, j)])
        return block

    @staticmethod
    def _place(H: Rows, row: int, column: int, block: Rows) -> None:
        for x, entries in enumerate(block):
            H[row + x][column : column + len(entries)] = entries

r"""Lines of critical points by splitting students.

Replace student i by (w_i, t a_i) and (w_i, (1 - t) a_i). The network function is the same, so criticality needs
E[r sigma(w_i.x)] = 0 and, as a_i is not 0, E[r sigma'(w_i.x) x] = 0: the same as before, for every t. In the
coordinates t omega + (1 - t) omega', omega - omega', alpha + alpha' and alpha of the two, the Hessian is congruent to
that of the merged network plus t (1 - t) S_i (S_i = 2 a_i E[r sigma''(w_i.x) x x']) plus 0.

*Silent axes.* Let every teacher be 0 along an axis e. Reflecting x* in it gives a critical point; if that lies in the
box of uniqueness it is x*, so every student is 0 along e. Then S_i has no mixed entries with e, and its entry (e, e)
vanishes too: 2 a_i E[r sigma''(w_i.x)] with sigma''(t) = -t sigma'(t) is -2 a_i w_i.E[r sigma'(w_i.x) x] = 0. So S_i
is exactly 0 along silent axes, and its rank is that of the rest.

*Copy-average points* have singular S_i even so. With the formulas of ``network`` for a group G of m teachers,
p = 1/(2m-1), x = w.u_j = (m (2m-1))^(-1/2), D = 1 + 2p = (2m+1)/(2m-1) with itself and D' = 2 (1+p) - x^2 = (2m+1)/m
with a teacher: other groups cancel (s = 0 leaves the sum of c_j z_j / sqrt(1 + q_j), which is 0 in each group),
sum_j c_j g_p = 0 because p / sqrt(D) = x / sqrt(D'), and w' S_i w = 0 because
-2p/D = (x^2 - 4p + 2p^2/(1+p)) / D' = -2/(2m+1). By symmetry in G what remains is
S_i = -(4/pi) |a_i| x D'^(-3/2) (I_G - 1 1'/m): m - 1 negative eigenvalues, the rest 0.
"""

from __future__ import annotations

import flint

from verify.recheck.findings import Findings
from verify.recheck.network import Network
from verify.recheck.schema import Full
from verify.recheck.spectra import inertia


def prove_line(certificate: Full, network: Network, find: Findings) -> None:
    """S6, for the network over the box of radius, which holds the critical point."""
    line = certificate.line
    assert line is not None
    students = [student for student, _ in line.splits]
    if not find.demand(bool(students), "the line has no splits"):
        return
    proper = len(set(students)) == len(students) and max(students) < certificate.n
    if not find.demand(proper, "the line splits a student twice, or one that is not there"):
        return
    index, rank = certificate.index, certificate.order
    for student, share in line.splits:
        if not find.demand(bool(share != 0) and bool(share != 1), f"the share of student {student} is 0 or 1"):
            return
        if not find.demand(
            bool(network.a[student] != 0), f"the outgoing weight of student {student} is not shown to be other than 0"
        ):
            return
        signs = _signs(certificate, network, student)
        if signs is None:
            find.demand(False, f"the rank of the residual part of the Hessian at student {student} is not shown")
            return
        between = bool(share > 0) and bool(share < 1)
        index += signs[0] if between else signs[1]
        rank += sum(signs)
    find.facts["line_rank"], find.facts["line_index"] = rank, index
    find.demand(rank == line.rank, f"the Hessian on the line has rank {rank}, stated is {line.rank}")
    find.demand(index == line.index, f"the Hessian on the line has index {index}, stated is {line.index}")


def _signs(certificate: Full, network: Network, student: int) -> tuple[int, int] | None:
    """Numbers of negative and positive eigenvalues of S_i, or None where they are not shown."""
    identity = certificate.identity
    if identity is not None and identity.structure == "copy-average":
        # Its proof is demanded elsewhere: without it the certificate is refused anyway.
        return len(identity.assignment[student]) - 1, 0
    loud = [x for x in range(certificate.dim) if not _silent(certificate, x)]
    if not loud:
        return 0, 0
    S = network.curvature(student)
    found = inertia(flint.arb_mat([[S[x, y] for y in loud] for x in loud]))
    if found is None or not found.proved:
        return None
    return found.negatives, len(loud) - found.negatives


def _silent(certificate: Full, axis: int) -> bool:
    """Whether teachers and critical point are shown to be exactly 0 along an axis."""
    if any(row[axis] != 0 for row in certificate.teacher):
        return False
    # The reflected critical point differs from the point by at most 2 |entry| + radius there.
    return all(2 * abs(row[axis]) + certificate.radius <= certificate.uniqueness_radius for row in certificate.point)

"""Structures that are critical points by a theorem: if one lies in the box of uniqueness, it is the critical point.

The teacher must be orthonormal along axes with outgoing weights 1 or -1; u_j = b_j v_j are its signed vectors.
*Copy-average*: student i with group G of m teachers and sign e is w = e sum_{j in G} u_j / sqrt(m (2m - 1)), a = e m.
*Perturbed copy*: w_i = e_i (alpha u_i + beta sum of the other copied + gamma sum of the uncopied), a_i = e_i a, for a
solution of the reduced equations; the restriction to such points is that to a symmetry's fixed points.
"""

from __future__ import annotations

import flint

from verify.recheck.findings import Findings
from verify.recheck.numbers import Ball
from verify.recheck.reduced import improve, solve
from verify.recheck.schema import Full, Rows
from verify.recheck.structures import Identity


def prove_identity(certificate: Full, bits: int, find: Findings) -> None:
    """S4: the named structure lies in the box of uniqueness_radius."""
    identity = certificate.identity
    assert identity is not None
    axes = _axes(certificate)
    if axes is None:
        find.demand(False, "the teacher is not orthonormal along axes with outgoing weights 1 or -1")
        return
    copied = [j for group in identity.assignment for j in group]
    if not find.demand(
        len(set(copied)) == len(copied) and max(copied, default=0) < certificate.k and all(identity.assignment),
        "the assignment has an empty group, a teacher twice, or one that is not there",
    ):
        return
    with flint.ctx.workprec(bits):
        if identity.structure == "copy-average":
            structure = _copy_average(certificate, identity, axes, find)
        else:
            structure = _perturbed_copy(certificate, identity, axes, bits, find)
        if structure is None:
            return
        inside = all(
            abs(x - y) <= certificate.uniqueness_radius
            for xs, ys in zip(structure, certificate.point, strict=True)
            for x, y in zip(xs, ys, strict=True)
        )
    find.demand(inside, f"the {identity.structure} point is not shown to lie in the box of uniqueness_radius")


def _axes(certificate: Full) -> list[tuple[int, int]] | None:
    """For each teacher its axis and the sign of u_j along it, or None if the teacher is not of this kind."""
    axes = []
    for row, b in zip(certificate.teacher, certificate.outgoing, strict=True):
        places = [x for x, entry in enumerate(row) if entry != 0]
        if len(places) != 1 or abs(row[places[0]]) != 1 or abs(b) != 1:
            return None
        axes.append((places[0], 1 if row[places[0]] * b > 0 else -1))
    return axes if len({axis for axis, _ in axes}) == len(axes) else None


def _copy_average(certificate: Full, identity: Identity, axes: list[tuple[int, int]], find: Findings) -> Rows | None:
    sizes = [len(group) for group in identity.assignment]
    if not find.demand(sum(sizes) == certificate.k, "the assignment does not cover every teacher"):
        return None
    if not find.demand(identity.partition == sorted(sizes), "the partition is not that of the assignment"):
        return None
    rows = []
    for group, sign in zip(identity.assignment, identity.signs, strict=True):
        m = len(group)
        row = [flint.arb(0)] * certificate.dim + [flint.arb(sign * m)]
        for j in group:
            axis, along = axes[j]
            row[axis] = sign * along / flint.arb(m * (2 * m - 1)).sqrt()
        rows.append(row)
    return rows


def _perturbed_copy(
    certificate: Full, identity: Identity, axes: list[tuple[int, int]], bits: int, find: Findings
) -> Rows | None:
    n, k = certificate.n, certificate.k
    if not find.demand(
        2 <= n < k and all(len(group) == 1 for group in identity.assignment),
        "a perturbed copy has 2 <= n < k students that copy one teacher each",
    ):
        return None
    copied = [group[0] for group in identity.assignment]
    uncopied = [j for j in range(k) if j not in set(copied)]
    first, sign = certificate.point[0], identity.signs[0]
    estimate = [sign * axes[j][1] * first[axes[j][0]] for j in (copied[0], copied[1], uncopied[0])]
    guess = improve([x.mid() for x in [*estimate, sign * first[-1]]], n, k, 3 + bits // 16)
    found = None
    # Which box works does not matter: a solution only has to be enclosed.
    for exponent in (-90, -60, -40, -30):
        width = flint.arb(2) ** exponent
        found = found or solve(guess, width, width, n, k, 128)
    if found is None:
        find.demand(False, "the reduced equations are not shown to have a solution near the point")
        return None
    blur = flint.arb(0, found.error)
    alpha, beta, gamma, a = (x + blur for x in guess)
    rows = []
    for i, e in enumerate(identity.signs):
        row: list[Ball] = [flint.arb(0)] * certificate.dim + [e * a]
        for j, (axis, along) in enumerate(axes):
            row[axis] = e * along * (alpha if j == copied[i] else gamma if j in uncopied else beta)
        rows.append(row)
    return rows

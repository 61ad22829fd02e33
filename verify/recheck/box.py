r"""Proof in a box, for any index: a nearly diagonal form of the Hessian over all of the box.

Let B = Q' Hess L(x) Q for approximate eigenvectors Q and x in the box of uniqueness_radius, Lambda its diagonal,
and alpha = |I - Lambda^-1 B|_inf < 1. Then B is nonsingular for every x and for averages over segments, so the
gradient takes no value twice: at most one critical point. z -> z - Lambda^-1 Q' grad L(point + Q z) contracts by
alpha, so with Y = |Lambda^-1 Q' grad L(point)|_inf one exists with |z|_inf <= Y / (1 - alpha). The signs of Lambda
are the inertia of B (no eigenvalue vanishes on the way from Lambda to B) and by Sylvester's law that of the Hessian.
Since Hess = Q^-T B Q^-1 and |Q|^2 <= 1 + |I - Q'Q|, its eigenvalues are at least the gap of B over that.
"""

from __future__ import annotations

import flint

from verify.recheck.findings import Findings
from verify.recheck.network import Network
from verify.recheck.numbers import Ball
from verify.recheck.schema import Full
from verify.recheck.spectra import greatest, inertia, row_sums


def prove_box(certificate: Full, H: flint.arb_mat, gradient: list[Ball], find: Findings) -> None:
    """S1 and S2, for H an enclosure over the box of uniqueness_radius and the gradient at the point."""
    found = inertia(H)
    if found is None or not find.demand(
        found.proved, "the Hessian is not shown to be nonsingular in the box of uniqueness_radius"
    ):
        if found is None:
            find.demand(False, "the Hessian could not be enclosed in the box of uniqueness_radius")
        return
    find.note("alpha", found.alpha)
    turned = (found.Q.transpose() * flint.arb_mat([[x] for x in gradient])).entries()
    Y = greatest([(abs(y) / abs(x)).upper() for y, x in zip(turned, found.diagonal, strict=True)])
    reach = greatest(row_sums(found.Q)) * Y / (1 - found.alpha)
    find.note("reach", reach)
    find.demand(bool(reach <= certificate.radius), "no critical point is shown to lie within radius")
    find.facts["index"] = found.negatives
    find.demand(
        found.negatives == certificate.index,
        f"the Hessian has {found.negatives} negative eigenvalues, stated are {certificate.index}",
    )
    gap = found.gap()
    if not gap >= certificate.lambda_min:
        # Smaller box, sharper bound; only now, since it costs as much as the rest.
        sharper = inertia(Network(certificate, certificate.radius).hessian())
        gap = sharper.gap() if sharper is not None and sharper.proved else gap
    find.note("lambda_min", gap)
    find.demand(
        bool(gap >= certificate.lambda_min),
        f"lambda_min is larger than what can be shown ({find.facts['lambda_min']})",
    )

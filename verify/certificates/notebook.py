"""How a certificate shows itself in notebooks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from verify.certificates.described import DIGITS, LOSS_DIGITS, rounded

if TYPE_CHECKING:
    from verify.certification import Certificate


def certificate_html(proof: Certificate) -> str:
    """What was proved, as a table; what was not is said to be so. Enclosure."""
    rows = [("answer", proof.status.value)]
    if proof.why:
        rows.append(("why", proof.why))
    if proof.named is not None:
        decided = {True: "proved", False: "refuted", None: "not decided"}[proof.identity]
        rows.append(("identity with the structure of the theory", decided))
    if proof.held:
        trained = "; with trained ones critical, and isolated up to scales" if proof.degree is not None else ""
        rows.append(("unknowns", f"the incoming weights, outgoing ones held fixed{trained}"))
    if proof.radius is not None:
        rows.append(("the critical point is within", rounded(proof.radius, DIGITS, up=True)))
    if proof.uniqueness_radius is not None:
        rows.append(("the only one within", rounded(proof.uniqueness_radius, DIGITS, up=False)))
    if proof.loss is not None:
        low, high = proof.loss
        rows.append(("loss", f"[{rounded(low, LOSS_DIGITS, up=False)}, {rounded(high, LOSS_DIGITS, up=True)}]"))
    rows.append(("index", str(proof.index) if proof.index is not None else "not decided"))
    if proof.lambda_min is not None:
        rows.append(("every |eigenvalue| at least", rounded(proof.lambda_min, DIGITS, up=False)))
    if proof.basin is not None:
        rows.append(("the flow converges to it", "proved" if proof.basin else f"not proved: {proof.why_no_basin}"))
    cells = "".join(f"<tr><th style='text-align:left'>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in rows)
    return f"<table>{cells}</table>"

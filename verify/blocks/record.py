"""Fields of the JSON contract on block structures of activations other than erf and ReLU. Exact."""

from __future__ import annotations

from typing import Any

from numerics.newton import Polished
from numerics.problem import Problem
from verify.blocks.matching import BlockMatch
from verify.blocks.shared import same_loss, shared
from verify.matching import Match
from verify.names import UNCLASSIFIED


def block_fields(
    problem: Problem, found: Match, point: Polished, *, scaling: bool, flat: bool, dps: int
) -> dict[str, Any]:
    """What a record says of the students; nothing where no block structure was looked for. Approximation.

    Parameters
    ----------
    problem : Problem
    found : Match
    point : Polished
    scaling, flat : bool
        Whether the point is isolated up to the scales of its neurons, or on another continuum.
    dps : int

    Returns
    -------
    dict
        ``blocks``: ``students``, a phrase for each; ``independent``, whether the structure was found without the run;
        on a continuum of scales ``structure``; where several students have one direction ``shared``, the groups and
        the smaller network of the same loss; ``same_loss``, a block structure with the loss of the continuum.
    """
    if not isinstance(found, BlockMatch):
        return {}
    blocks: dict[str, Any] = {
        "students": list(found.words),
        "independent": None if found.named is None else found.named.independent,
    }
    if scaling and found.structure != UNCLASSIFIED:
        blocks["structure"] = found.structure
    if flat:
        equal = same_loss(problem, float(point.loss))
        if equal is not None:
            blocks["same_loss"] = {
                "neurons": equal.neurons,
                "structure": equal.structure,
                "partition": list(equal.partition),
            }
        smaller = shared(problem, point, dps=dps)
        if smaller is not None:
            blocks["shared"] = {
                "students": [list(group) for group in smaller.groups],
                "neurons": smaller.neurons,
                "structure": smaller.match.structure,
                "partition": list(smaller.match.partition) if smaller.match.partition else None,
            }
    return {"blocks": blocks}

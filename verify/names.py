"""Names of structures and verdicts, as they stand in the JSON contract, and how partitions are written."""

from __future__ import annotations

from collections.abc import Sequence

COPY_AVERAGE = "copy-average"
PERTURBED_COPY = "perturbed-copy"
#: Structures of ReLU and its kind.
PERTURBED_COPY_AVERAGE = "perturbed-copy-average"
AGAINST_TEACHER = "against-teacher"
NEGATIVE_CORRECTOR = "negative-corrector"
REFLECTED_COPY = "reflected-copy"
AGAINST_AVERAGE = "against-average"
SCALED_COPY = "scaled-copy"
ALL_DEAD = "all-dead"
CHANNEL = "channel-to-infinity"
DUPLICATED = "duplicated"
DORMANT = "dormant"
PARTIAL_AVERAGE = "partial-average"
#: Structures of other activations, see ``verify.blocks.naming``.
PERTURBED_PARTIAL_AVERAGE = "perturbed-partial-average"
UNEQUAL_COPY = "unequal-copy"
REVERSED_COPY = "reversed-copy"
SHARED_TEACHER = "shared-teacher"
CONSTANT_NEURON = "constant-neuron"
#: One neuron: average of teachers with unequal outgoing weights; different cosines with teachers that are alike.
WEIGHTED_AVERAGE = "weighted-average"
UNEQUAL_COSINES = "unequal-cosines"
CONTINUUM = "continuum"
DEGENERATE = "degenerate-minimum"
UP_TO_SCALE = "isolated-up-to-scale"
UNBOUNDED = "norms-to-infinity"
UNCLASSIFIED = "unclassified"

AGREES = "agrees"
CONTRADICTS = "contradicts"
UNKNOWN = "unknown"
UNPREDICTED = "unpredicted"

#: Event of a flow that was continued below grad_tol until it was inside the certified basin.
RAN_ON = "ran on towards the certified basin"

#: Why no basin is certified where a flow was asked to finish early.
FINISHED_EARLY = "the flow finished early"

#: Event of a run whose end a more accurate flow does not confirm.
UNDECIDED = "undecided: a more accurate flow from the same start ends elsewhere"


def describe_partition(partition: Sequence[int]) -> str:
    """A partition in short form: 24 x 1 + 26. Exact.

    Examples
    --------
    >>> describe_partition((1, 1, 3))
    '2 x 1 + 3'
    """
    sizes = sorted(set(partition))
    counts = [(size, list(partition).count(size)) for size in sizes]
    return " + ".join(f"{count} x {size}" if count > 1 else str(size) for size, count in counts)

"""Names of structures and verdicts, as they stand in the JSON contract."""

from __future__ import annotations

COPY_AVERAGE = "copy-average"
PERTURBED_COPY = "perturbed-copy"
CHANNEL = "channel-to-infinity"
DUPLICATED = "duplicated"
DORMANT = "dormant"
UNCLASSIFIED = "unclassified"

AGREES = "agrees"
CONTRADICTS = "contradicts"
UNKNOWN = "unknown"
UNPREDICTED = "unpredicted"

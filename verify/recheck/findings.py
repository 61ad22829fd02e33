"""What a re-verification finds: reasons to refuse, and the quantities that were recomputed."""

from __future__ import annotations

from dataclasses import dataclass, field

from verify.recheck.numbers import Ball


@dataclass
class Findings:
    """Reasons to refuse (none: accepted) and recomputed quantities, as decimal strings or integers."""

    reasons: list[str] = field(default_factory=list)
    facts: dict[str, str | int] = field(default_factory=dict)

    def demand(self, certain: bool, reason: str) -> bool:
        """Keep the reason unless the condition is certainly true; comparisons of undecided balls are False."""
        if not certain:
            self.reasons.append(reason)
        return bool(certain)

    def note(self, name: str, ball: Ball) -> None:
        """Keep a quantity for display; decimals are rounded to nearest."""
        self.facts[name] = show(ball)


def show(ball: Ball) -> str:
    """A few decimals of a ball's midpoint."""
    return str(ball.mid().str(6, radius=False))

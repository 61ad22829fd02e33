"""What the loop over steps asks of a method."""

from __future__ import annotations

from abc import ABC, abstractmethod

from numerics.flow.field import State
from numerics.problem import Array


class Stepper(ABC):
    """A method that makes one step at a time. Approximation."""

    #: As results name it.
    name: str
    #: Exponent of the step-size controller: the inverse of the order of the local error estimate.
    exponent: float

    @abstractmethod
    def attempt(self, state: State, h: float) -> tuple[Array, Array] | None:
        """New point and local error estimate, or None if no step of length h can be made."""

    def complete_error(self, error: Array, new: State, h: float) -> Array:
        """Add what of the error estimate needs the gradient at the new point."""
        return error

    def factor(self, size: float) -> float:
        """By how much to change the step length, from the size of the error over its tolerance."""
        return float(min(8.0, max(0.2, 0.9 * max(size, 1e-12) ** -self.exponent)))

    def accepted(self, old: State, new: State, size: float) -> float:
        """Note an accepted step; by how much to change the step length."""
        return self.factor(size)

    def rejected(self) -> None:  # noqa: B027  (most methods have nothing to note)
        """Note a rejected step."""

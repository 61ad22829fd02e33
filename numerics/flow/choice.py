"""Which integrator takes the next step: the one that costs less, by a formula and not by a stopwatch."""

from __future__ import annotations

import numpy as np

from numerics.flow.chebyshev import MAX_STAGES, Chebyshev
from numerics.flow.field import GradientField, State
from numerics.flow.rosenbrock import Rosenbrock
from numerics.matrix_free import DENSE_LIMIT

#: Below this cost of a Rosenbrock step (in gradients) nothing explicit pays.
ALWAYS_IMPLICIT = 60
#: Steps of RKC2 are shorter at equal error: from this part of a Rosenbrock step's cost on they are given up.
SHORTER = 0.7


def rosenbrock_cost(order: int, *, compiled: bool = True) -> float:
    """Cost of a Rosenbrock step in gradient evaluations, from the order of the system. Approximation.

    Eight gradients and solutions, a Hessian and a factorisation, over a gradient; the constants were fitted to
    timings at orders 10 to 2080 (``benchmarks/flows.py`` prints them). Deliberately a formula and not a stopwatch:
    the choice of method, and with it every digit of a result, must not depend on the machine's load.
    """
    size = order / 1300
    return 20 + 2050 * size**2 if compiled else 15 + 700 * size**2 + 520 * size**3


class Choice:
    """Chooses the method of the next step by what it costs, with hysteresis."""

    def __init__(self, field: GradientField, method: str) -> None:
        order = int(np.prod(field.shape))
        self.implicit = Rosenbrock(field)
        self.explicit = Chebyshev(field)
        fast = field.population.compiled is not None
        self.cost = rosenbrock_cost(order, compiled=fast) if order <= DENSE_LIMIT else float("inf")
        self._free = method == "auto" and self.cost > ALWAYS_IMPLICIT
        start_implicit = method == "Rodas5P" or (method == "auto" and self.cost <= ALWAYS_IMPLICIT)
        self.current: Rosenbrock | Chebyshev = self.implicit if start_implicit else self.explicit
        self._steps = 0

    def limit(self, state: State, h: float) -> float:
        """Shorten h to what the current method can do; switch method where the other is cheaper."""
        self._steps += 1
        # RKC2 has order 2 and would take shorter steps: it must be clearly cheaper to come back to.
        look_back = self._free and self.current is self.implicit and self._steps % 5 == 0
        if look_back and self.implicit.stages_of_explicit(state, h) < self.cost / 8:
            self.current = self.explicit
            self.explicit.rejected()
        if self.current is self.explicit:
            if self._free and self.explicit.stages(state, h) > SHORTER * self.cost:
                self.current = self.implicit
            else:
                return min(h, self.explicit.longest_step(state, MAX_STAGES))
        return h

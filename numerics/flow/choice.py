"""Which integrator takes the next step: the one that costs less, by a formula and not by a stopwatch."""

from __future__ import annotations

import numpy as np

from numerics.flow.chebyshev import MAX_STAGES, Chebyshev
from numerics.flow.field import GradientField, State
from numerics.flow.multistep import Multistep
from numerics.flow.rosenbrock import Rosenbrock
from numerics.flow.stepper import Stepper
from numerics.flow.tolerance import Tolerance
from numerics.matrix_free import DENSE_LIMIT

#: Below this cost of a Rosenbrock step (in gradients) nothing explicit pays.
ALWAYS_IMPLICIT = 60
#: Steps of RKC2 are shorter at equal error: from this part of a Rosenbrock step's cost on they are given up.
SHORTER = 0.7
#: The same for steps of RKC2 beside those of the multistep formulas.
EARLIER = 0.5
#: Order from which on factorisations are so dear that the multistep formulas pay.
MULTISTEP_FROM = 250
#: Attempts without a step after which they are given up; steps until they are tried again, at first.
GIVE_UP, FIRST_PAUSE = 3, 10


def rosenbrock_cost(order: int, *, compiled: bool = True) -> float:
    """Cost of a Rosenbrock step in gradient evaluations, from the order of the system. Approximation.

    Eight gradients and solutions, a Hessian and a factorisation, over a gradient; the constants were fitted to
    timings at orders 10 to 2080 (``benchmarks/flows.py`` prints them). Deliberately a formula and not a stopwatch:
    the choice of method, and with it every digit of a result, must not depend on the machine's load.
    """
    size = order / 1300
    return 20 + 2050 * size**2 if compiled else 15 + 700 * size**2 + 520 * size**3


def multistep_cost(order: int) -> float:
    """Cost of a step of the multistep formulas in gradient evaluations, with compiled kernels. Approximation.

    An estimate from counts: eight solutions, six products by the Hessian and a tenth of a factorisation for a step.
    """
    return 40 + 700 * (order / 1300) ** 2


class Choice:
    """Chooses the method of the next step by what it costs, with hysteresis."""

    def __init__(self, field: GradientField, tolerance: Tolerance, method: str) -> None:
        order = int(np.prod(field.shape))
        self.implicit = Rosenbrock(field)
        self.explicit = Chebyshev(field)
        fast = field.population.compiled is not None
        self.cost = rosenbrock_cost(order, compiled=fast) if order <= DENSE_LIMIT else float("inf")
        self._free = method == "auto" and self.cost > ALWAYS_IMPLICIT
        start_implicit = method == "Rodas5P" or (method == "auto" and self.cost <= ALWAYS_IMPLICIT)
        self.current: Stepper = self.implicit if start_implicit else self.explicit
        self._steps = 0
        several = self._free and fast and MULTISTEP_FROM <= order <= DENSE_LIMIT
        self.multistep = Multistep(field, tolerance) if several else None
        # When to look next whether the flow is stable enough for it, and how long to wait after that.
        self._look, self._pause = 0, FIRST_PAUSE

    def limit(self, state: State, h: float) -> float:
        """Shorten h to what the current method can do; switch method where another is cheaper."""
        self._steps += 1
        if self.current is self.multistep and self.multistep is not None:
            if self.multistep.failures < GIVE_UP:
                return h
            self._wait()
            self.current = self.explicit
            self.explicit.rejected()
        if self.multistep is not None and self._steps >= self._look and self._stiff(state, h):
            started = self.multistep.start(state, h)
            if started is not None:
                self.current = self.multistep
                return started
            self._wait()
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

    def _stiff(self, state: State, h: float) -> bool:
        """Whether a step of the multistep formulas costs less than one of the current method."""
        if self.current is self.implicit:
            return True
        order = state.y.size
        return self.explicit.stages(state, h) > EARLIER * multistep_cost(order)

    def _wait(self) -> None:
        """Look less and less often."""
        self._look = self._steps + self._pause
        self._pause *= 2

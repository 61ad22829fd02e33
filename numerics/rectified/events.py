r"""Deaths and revivals of rectified units along a flow.

The loss is not differentiable where an incoming vector is zero. A neuron whose :math:`a_i^2 - |w_i|^2` is positive
may arrive there in finite time; it then stays, its outgoing weight frozen, as long as :math:`a_i\,G(e) \ge 0` for
every unit vector e, and leaves along the lowest local minimiser e of :math:`a_i G` as soon as that fails.

Errors of the flow make margins that are smaller (over the outgoing weight) meaningless: only below minus that does a
dead neuron leave, and then from the moment at which its margin vanished.

A neuron that leaves is *rising* at first: its direction relaxes to that minimiser at a rate of :math:`1/|w_i|`, so it
is the minimiser, and its length is the integral of :math:`-2 a_i G(e)`, while nothing feels it within the tolerance
of the flow. When it is long enough for its direction to be under the control of the step size, ten times the absolute
tolerance, it joins the others.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.optimize import brentq

from numerics.flow.field import GradientField, State
from numerics.flow.result import Event
from numerics.problem import Array
from numerics.rectified.approach import approach, times_left
from numerics.rectified.sphere import ROUNDING, Lowest, Residual

#: A step that would take this part of the time that is left to a neuron, or more, is one of its way to zero.
NEAR = 0.5
#: Length at which a rising neuron joins, over the absolute tolerance; the least length of one that is not zero.
JOINS, SHORTEST = 10.0, 1e-14
#: Below this part of that length a neuron on its way to zero is treated like a rising one.
HOVERS = 0.1
#: A rising neuron may be this much longer than it should be when it joins, without a shorter step.
OVERSHOOT = 10.0
#: A margin is negative by more than rounding below this multiple of it.
CLEARLY = 16.0
#: A margin is beyond the errors of the flow below minus this multiple of its relative tolerance and of |a|.
MEANT = 0.1
#: Steps between searches of the whole sphere.
SEARCH_EVERY = 20


class Watch:
    """Watches over the incoming vectors that are zero or about to be. Approximation.

    Parameters
    ----------
    field : GradientField
    state : State
        Where the flow begins; neurons with a zero incoming vector are dead.
    rtol, atol : float
        Tolerances of the flow.

    Attributes
    ----------
    events : list of Event
    dead : list of int
        Neurons whose incoming vector is zero in the states of the flow, rising ones included.
    """

    def __init__(self, field: GradientField, state: State, rtol: float, atol: float) -> None:
        self._field = field
        self.events: list[Event] = []
        theta = self._theta(state.y)
        self.dead = [int(i) for i in np.flatnonzero(~theta[:, :-1].any(axis=1))]
        self._floor = MEANT * rtol + atol
        self._joins = JOINS * max(atol, SHORTEST)
        self._leaving: set[int] = set()
        # Neurons that tend to zero without getting there in finite time.
        self._shrinking: set[int] = set()
        # Lengths of rising neurons, and their margins at the last state.
        self._rising: dict[int, tuple[float, float]] = {}
        self._lowest = {sign: Lowest(sign) for sign in (1.0, -1.0)}
        self._steps = 0

    def _theta(self, y: Array) -> Array:
        return y.reshape(self._field.shape)

    def _note(self, kind: str, neuron: int, time: float, y: Array, direction: Array, margin: float) -> None:
        a = float(self._theta(y)[neuron, -1])
        self.events.append(Event(kind, neuron, time, a * a, a, direction, margin))

    def _margin(self, y: Array, neuron: int, *, search: bool = False) -> tuple[float, Array]:
        """The lowest a G(e) and its direction."""
        theta = self._theta(y)
        a = float(theta[neuron, -1])
        if a == 0.0:
            return 0.0, np.zeros(theta.shape[1] - 1)
        residual = Residual.of(self._field.problem, theta)
        lowest = self._lowest[1.0 if a > 0 else -1.0]
        direction, value = lowest.search(residual) if search else lowest.follow(residual)
        return abs(a) * value, direction

    def _threshold(self, y: Array, neuron: int, floor: float = 0.0) -> float:
        """The margin below which a neuron leaves: negative by more than rounding, and than a floor."""
        theta = self._theta(y)
        rounding = CLEARLY * ROUNDING * Residual.of(self._field.problem, theta).size
        return -abs(float(theta[neuron, -1])) * max(rounding, floor)

    def approach(self, state: State, time: float, h: float, max_time: float) -> tuple[State, float] | None:
        """Take a neuron to zero if the step h would take it near: the new state and time, or None.

        Where the neuron turns away on its way the state is the one at which that showed.
        """
        left = times_left(self._field, state)
        neuron = int(np.argmin(left))
        if not left[neuron] < h / NEAR:
            return None
        w = self._theta(state.y)[neuron, :-1]
        if float(np.linalg.norm(w)) < HOVERS * self._joins:
            return self._sink(state, neuron), time
        if neuron in self._shrinking:
            return None
        arrival = approach(self._field, state, time, neuron, h, max_time, HOVERS * self._joins)
        new = self._field.state(arrival.y)
        if arrival.forever:
            self._shrinking.add(neuron)
        if arrival.dead:
            self.dead = sorted([*self.dead, neuron])
            margin, _ = self._margin(new.y, neuron, search=True)
            self._note("died", neuron, arrival.time, new.y, arrival.direction, margin)
        return new, arrival.time

    def _sink(self, state: State, neuron: int) -> State:
        """The state without a neuron that hovers about zero, which is like a rising one from now on."""
        y = state.y.copy()
        theta = self._theta(y)
        length = float(np.linalg.norm(theta[neuron, :-1]))
        theta[neuron, :-1] = 0.0
        self.dead = sorted([*self.dead, neuron])
        self._rising[neuron] = (length, self._margin(y, neuron, search=True)[0])
        return self._field.state(y)

    def rouse(self, state: State, time: float) -> bool:
        """Look for dead neurons that must leave zero at a state; whether any is rising. Searches the whole sphere."""
        for neuron in self.dead:
            if neuron not in self._rising:
                margin, direction = self._margin(state.y, neuron, search=True)
                if margin < self._threshold(state.y, neuron, self._floor):
                    self._rising[neuron] = (0.0, margin)
                    self._note("revived", neuron, time, state.y, direction, margin)
        return bool(self._rising)

    def settled(self, state: State, grad_tol: float) -> bool:
        r"""Whether the slopes :math:`2 a_i G(e)` at which dead neurons could leave zero are above ``-grad_tol``."""
        return all(2 * self._margin(state.y, neuron)[0] >= -grad_tol for neuron in self.dead)

    def lift(self, state: State) -> State:
        """The state with every rising neuron in its place, however short it is."""
        y = state.y.copy()
        for neuron in list(self._rising):
            self._place(y, neuron, max(self._rising[neuron][0], SHORTEST))
        return self._field.state(y)

    def _place(self, y: Array, neuron: int, length: float) -> None:
        direction = self._margin(y, neuron)[1]
        self._theta(y)[neuron, :-1] = length * direction
        self.dead.remove(neuron)
        del self._rising[neuron]

    def shorten(self, new: State, h: float, point: Callable[[float], Array | None]) -> float:
        """The part of a step up to the first moment at which a dead neuron leaves zero or a rising one joins.

        Parameters
        ----------
        new : State
            At the end of the step.
        h : float
        point : callable
            The flow's point after a part of the step, or None.

        Returns
        -------
        float
            At most h.
        """
        part, leaving = h, {}
        self._steps += bool(self.dead)
        search = self._steps % SEARCH_EVERY == 0
        for neuron in self.dead:
            margin, _ = self._margin(new.y, neuron, search=search)
            if neuron in self._rising:
                if self._length(neuron, h, margin) > OVERSHOOT * self._joins:
                    part = min(part, self._root(h, point, partial(self._joined, neuron)))
            elif margin < self._threshold(new.y, neuron, self._floor):
                leaving[neuron] = self._root(h, point, partial(self._excess, neuron))
                part = min(part, leaving[neuron])
        self._leaving = {neuron for neuron, at in leaving.items() if at <= part}
        return part

    def _length(self, neuron: int, h: float, margin: float) -> float:
        """Length of a rising neuron after a step h, at whose end it has a margin."""
        length, before = self._rising[neuron]
        return length - (before + margin) * h

    def _joined(self, neuron: int, y: Array, h: float) -> float:
        return 2 * self._joins - self._length(neuron, h, self._margin(y, neuron)[0])

    def _excess(self, neuron: int, y: Array, _: float) -> float:
        return self._margin(y, neuron)[0] - self._threshold(y, neuron)

    @staticmethod
    def _root(h: float, point: Callable[[float], Array | None], function: Callable[[Array, float], float]) -> float:
        """Where a function that is positive at the beginning of a step and negative at its end vanishes."""

        def value(part: float) -> float:
            y = point(part)
            return 1.0 if y is None else function(y, part)

        smallest = 1e-12 * h
        if value(h) >= 0:
            # The search at the end found more than what is followed from the beginning.
            return h
        if value(smallest) <= 0:
            return smallest
        return float(brentq(value, smallest, h, xtol=1e-14 * h, rtol=1e-12))

    def after(self, state: State, time: float, h: float) -> State:
        """Carry dead neurons over an accepted step: who leaves zero, who joins, who died while it was rising."""
        for neuron in list(self.dead):
            margin, direction = self._margin(state.y, neuron)
            if neuron not in self._rising:
                if neuron in self._leaving:
                    self._rising[neuron] = (0.0, margin)
                    self._note("revived", neuron, time, state.y, direction, margin)
                continue
            length = self._length(neuron, h, margin)
            self._rising[neuron] = (length, margin)
            if length <= 0 and margin >= 0:
                del self._rising[neuron]
                self._note("died", neuron, time, state.y, direction, margin)
            elif length >= self._joins:
                y = state.y.copy()
                self._place(y, neuron, length)
                state = self._field.state(y)
        return state

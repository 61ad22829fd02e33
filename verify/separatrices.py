r"""Where two basins meet: initial points bisected between a flow to one minimum and a flow to another.

On the segment between two initial points the flows change their end at a separatrix, in general the stable manifold
of a saddle of index 1. Flows from points near it pass the saddle, in whose neighbourhood Newton's method finds it.
What is proved: that the flows from the two points that are left go to the two different minima, that the saddle
exists, its index and its loss, and that the flows from two points beside it, along its unstable direction, go to the
two minima. That the separatrix that was met is this saddle's stable manifold is numerical.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.flow.integrate import gradient_flow
from numerics.flow.precise import PreciseFlow, precise_flow
from numerics.inertia import inertia
from numerics.newton import Polished, polish
from numerics.population import Population
from numerics.precision import to_double
from numerics.problem import Array, Problem
from verify.certificates.attempt import Proof, prove
from verify.certificates.flow import FlowProof, prove_flow
from verify.certification import Certificate, certify
from verify.course import Progress
from verify.ends.settle import End, settle
from verify.matching import Match, match
from verify.names import COPY_AVERAGE, PERTURBED_COPY

#: Digits of the trajectories that decide.
DIGITS = 20
#: Part of the segment down to which double precision decides where flows end.
COARSE = 1e-4
#: Ends of pieces in a row at which the loss is convex before double precision takes over.
CONVEX = 3
#: Times per piece at which the gradient is looked at for the saddle.
LOOKS = 8
#: How far beside the saddle flows start, along its unstable direction.
BESIDE = 1e-3
#: Time after which a flow that has not decided is given up.
LONGEST = 1e7


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a separatrix. Approximation.

    Attributes
    ----------
    place : float
        From 0 to 1 along the segment.
    theta0 : ndarray, shape (n, dim + 1)
        The initial point there.
    match : Match
        Where its flow ends.
    proof : Proof or None
        Of that end.
    flow : FlowProof or None
        Of the flow.
    """

    place: float
    theta0: Array
    match: Match
    proof: Proof | None = None
    flow: FlowProof | None = None

    @property
    def proved(self) -> bool:
        """Whether the flow was proved to go to a certified minimum that is the structure matched."""
        return bool(self.flow and self.flow.proved and self.proof and self.proof.certificate.identity)


@dataclass(frozen=True, eq=False)
class Separatrix:
    """A separatrix that was met by a segment. Approximation.

    Attributes
    ----------
    problem : Problem
    sides : tuple of two Side
    width : float
        Distance of their initial points, in the 2-norm.
    saddle : Certificate or None
        Of the saddle between; with its index and loss where they were proved.
    point : Polished or None
        The saddle.
    beside : tuple of Side
        Flows from beside the saddle, to both sides.
    trajectories : int
        Flows to many digits that were integrated.
    why : str or None
        What is missing.
    """

    problem: Problem
    sides: tuple[Side, Side]
    width: float
    saddle: Certificate | None
    point: Polished | None
    beside: tuple[Side, ...]
    trajectories: int
    why: str | None = None

    @property
    def complete(self) -> bool:
        """Whether both sides, the saddle with index 1 and the flows from beside it were proved."""
        proved = all(side.proved for side in (*self.sides, *self.beside)) and len(self.beside) == 2
        return proved and self.saddle is not None and self.saddle.index == 1 and self.connects

    @property
    def connects(self) -> bool:
        """Whether the flows from beside the saddle end at the minima of the two sides."""
        ends = [side.match for side in self.beside]
        return len(ends) == 2 and {_key(x) for x in ends} == {_key(side.match) for side in self.sides}


def _key(found: Match) -> Any:
    return found.structure, found.assignment, found.signs


def separatrix(
    problem: Problem,
    first: Array,
    second: Array,
    *,
    width: float,
    dps: int = 50,
    progress: Progress = lambda line: None,
) -> Separatrix:
    """Bisect between two initial points whose flows end at different structures, and find the saddle. Approximation.

    Parameters
    ----------
    problem : Problem
    first, second : ndarray, shape (n, dim + 1)
    width : float
        Distance (2-norm) to which the initial points are brought together.
    dps : int
        Digits of critical points.
    progress : callable, optional
        Called with a line on how far the work has come.

    Returns
    -------
    Separatrix

    Raises
    ------
    ValueError
        If the flows from the two points do not end at copy-average and the perturbed copy, one each.
    """
    return _Search(problem, first, second, dps, progress).run(width)


class _Search:
    def __init__(self, problem: Problem, first: Array, second: Array, dps: int, progress: Progress) -> None:
        self._problem, self._first, self._second, self._dps = problem, first, second, dps
        self._say = progress
        self._population = Population(problem)
        self._length = float(np.linalg.norm(second - first))
        self._last: PreciseFlow | None = None
        self.trajectories = 0

    def run(self, width: float) -> Separatrix:
        ends = [match(self._problem, self._double(point).polished) for point in (self._first, self._second)]
        if {end.structure for end in ends} != {COPY_AVERAGE, PERTURBED_COPY}:
            names = " and ".join(end.structure for end in ends)
            raise ValueError(f"first, second: got flows to {names}, needs one to copy-average, one to perturbed-copy")
        low, high = self._bisect(ends[0].structure, width)
        sides = self._side(low), self._side(high)
        gap = float(np.linalg.norm(sides[0].theta0 - sides[1].theta0))
        point = self._saddle()
        if point is None:
            why = "Newton's method found no saddle of index 1 from the slowest point of the last flow"
            return Separatrix(self._problem, sides, gap, None, None, (), self.trajectories, why)
        self._say("certifying the saddle")
        saddle = certify(self._problem, point, dps=self._dps)
        beside = tuple(self._prove(self._at_end(start, 0.0)) for start in self._beside(point))
        return Separatrix(self._problem, sides, gap, saddle, point, beside, self.trajectories)

    def _point(self, place: float) -> Array:
        """The point of the segment in doubles; what is proved speaks of exactly these."""
        if place in (0.0, 1.0):
            return self._first if place == 0.0 else self._second
        return np.asarray((1 - place) * self._first + place * self._second)

    def _double(self, theta: Array) -> End:
        return settle(self._problem, gradient_flow(self._problem, theta), dps=self._dps)

    def _structure(self, place: float, length: float) -> str:
        """The structure at the end of the flow from a place: by doubles as long as the segment is long."""
        theta = self._point(place)
        if length <= COARSE:
            theta = self._decided(theta)
        end = self._double(theta)
        return match(self._problem, end.polished).structure if end.converged else end.flow.stop.value

    def _decided(self, theta: Array) -> Array:
        """A point of the flow, to many digits, from which the loss stays convex."""
        row = 0

        def convex(point: Array, _: float) -> bool:
            nonlocal row
            H = self._population.hessian(point)
            row = row + 1 if np.linalg.eigvalsh(H)[0] > 0 else 0
            return row >= CONVEX

        flow = precise_flow(self._problem, theta, dps=DIGITS, grad_tol="1e-12", max_time=LONGEST, until=convex)
        self.trajectories += 1
        self._last = flow
        return to_double(flow.at(flow.time))

    def _bisect(self, structure: str, width: float) -> tuple[float, float]:
        """Two places at most ``width`` apart; the first flows to ``structure``, the second to the other."""
        low, high = 0.0, 1.0
        while (high - low) * self._length > width:
            middle = (low + high) / 2
            if not low < middle < high:
                break
            found = self._structure(middle, high - low)
            self._say(f"bisection: {(high - low) * self._length:.1e} left, {found}")
            if found == structure:
                low = middle
            else:
                # Something else than either is also beyond a separatrix; the last two decide whether it is the one.
                high = middle
        return low, high

    def _side(self, place: float) -> Side:
        return self._prove(self._at_end(self._point(place), place))

    def _at_end(self, theta: Array, place: float) -> tuple[Side, End]:
        end = self._double(self._decided(theta))
        found = match(self._problem, end.polished)
        return Side(place, theta, found), end

    def _prove(self, side_end: tuple[Side, End]) -> Side:
        """Certify where a flow ends, and prove that it does from its initial point."""
        side, end = side_end
        self._say(f"proving a flow to {side.match.structure}")
        if not end.converged:
            return side
        proof = prove(self._problem, end, side.match, dps=self._dps)
        assert self._last is not None
        duration = self._last.time + end.flow.time
        flow = prove_flow(self._problem, side.theta0, proof.certificate, duration=duration, progress=self._say)
        return Side(side.place, side.theta0, side.match, proof, flow)

    def _saddle(self) -> Polished | None:
        """Newton's method from the slowest points of the last flow that are not where it ends."""
        assert self._last is not None
        candidates = []
        for piece in self._last.pieces:
            for time in np.linspace(piece.start, piece.end, LOOKS + 1)[1:]:
                theta = to_double(self._last.at(float(time)))
                least = float(np.linalg.eigvalsh(self._population.hessian(theta))[0])
                slope = float(np.abs(self._population.value_and_gradient(theta)[1]).max())
                if least < 0:
                    candidates.append((slope, theta))
        for _, theta in sorted(candidates, key=lambda entry: entry[0])[:LOOKS]:
            point = polish(self._problem, theta, dps=self._dps)
            if point.converged and inertia(self._problem, point.double()).negative == 1:
                return point
        return None

    def _beside(self, point: Polished) -> tuple[Array, Array]:
        theta = point.double()
        direction = np.linalg.eigh(self._population.hessian(theta))[1][:, 0].reshape(theta.shape)
        return theta - BESIDE * direction, theta + BESIDE * direction

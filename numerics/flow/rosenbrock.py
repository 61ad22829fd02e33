"""Rodas5P: a stiffly accurate, A-stable Rosenbrock method of order 5(4) with the exact Hessian.

For a gradient flow the matrix of every stage, H + I / (gamma h), is symmetric, so one Cholesky factorisation
serves all eight stages.

Near a saddle the unstable part of the error can be too small for the step-size control to see. The stability
function R(z) approximates exp(z) within 3 % on (0, 2) but changes sign at 2.75, where a step would throw the
flow to the other side of the saddle. So a step is taken only if h lambda > -2 for every eigenvalue lambda of H,
which a second Cholesky factorisation decides; it is kept for a few steps, since H changes little in one.

References: Steinebach, *Construction of Rosenbrock-Wanner method Rodas5P and numerical benchmarks within the
Julia Differential Equations package*, BIT Numerical Mathematics 63, 2023; Hairer and Wanner, *Solving
Ordinary Differential Equations II*, section IV.7, for the transformed form used here.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack

from numerics.flow.field import GradientField, State
from numerics.flow.stepper import Stepper
from numerics.problem import Array

GAMMA = 0.21193756319429014
# Row i combines the increments U_1..U_i into the argument of stage i + 1.
_A5 = [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946]
_A = [
    [3.0],
    [2.849394379747939, 0.45842242204463923],
    [-6.954028509809101, 2.489845061869568, -10.358996098473584],
    [2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641],
    _A5,
    [*_A5, 1.0],
    [*_A5, 1.0, 1.0],
]
_C = [
    [-14.155112264123755],
    [-17.97296035885952, -2.859693295451294],
    [147.12150275711716, -1.41221402718213, 71.68940251302358],
    [165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306],
    [24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471],
    [
        30.91273214028599,
        -3.1208243349937974,
        77.79954646070892,
        34.28646028294783,
        -19.097331116725623,
        -28.087943162872662,
    ],
    [
        37.80277123390563,
        -3.2571969029072276,
        112.26918849496327,
        66.9347231244047,
        -40.06618937091002,
        -54.66780262877968,
        -9.48861652309627,
    ],
]
#: Longest step over the time scale of the local instability.
LONGEST_UNSTABLE = 2.0
#: A new check asks for this much longer steps, so that it serves for the next ones, too.
HEADROOM = 4.0
#: Steps that a check serves.
SERVES = 6
ARGUMENTS = [np.array(row) for row in _A]
COUPLINGS = [np.array(row) for row in _C]
RESULT = np.array([*_A5, 1.0, 1.0, 1.0])


def _square(rows: list[Array]) -> Array:
    """The rows below the diagonal of a square array, as the compiled stages read them."""
    table = np.zeros((len(rows) + 1, len(rows) + 1))
    for i, row in enumerate(rows, start=1):
        table[i, :i] = row
    return table


TABLEAU = (_square(ARGUMENTS), _square(COUPLINGS), RESULT)


def _shifted_cholesky(hessian: Array, shift: float) -> Array | None:
    """Lower Cholesky factor of H + shift I, or None if that is not positive definite."""
    matrix = hessian.copy()
    matrix.ravel()[:: len(matrix) + 1] += shift
    # LAPACK is column-major; the transpose of the symmetric matrix is the matrix, without a copy.
    factor, failed = lapack.dpotrf(matrix.T, lower=1, overwrite_a=1, clean=0)
    return None if failed else factor


class Rosenbrock(Stepper):
    """One step of Rodas5P at a time. Approximation."""

    name = "Rodas5P"
    #: Exponent of the step-size controller: the embedded error is of order 4 + 1.
    exponent = 1 / 5

    def __init__(self, field: GradientField) -> None:
        self._field = field
        self._compiled = field.population.compiled
        self._factor = _shifted_cholesky if self._compiled is None else self._compiled.cholesky
        self._hessian: Array | None = None
        self._at: Array | None = None
        self._direction: Array | None = None
        # Last shift that made a Hessian positive definite, and its age in steps.
        self._shift, self._age = np.inf, SERVES

    def hessian_at(self, state: State) -> Array:
        """The Hessian at a point, computed once for each."""
        if self._at is not state.y or self._hessian is None:
            self._hessian = self._field.hessian(state.y)
            self._at = state.y
        return self._hessian

    def attempt(self, state: State, h: float) -> tuple[Array, Array] | None:
        """New point and local error estimate, or None if h is too long for the local instability."""
        order = state.y.size
        hessian = self.hessian_at(state)
        if not self._short_enough(hessian, h):
            return None
        factor = self._factor(hessian, 1 / (GAMMA * h))
        if factor is None:
            return None
        if self._compiled is not None:
            self._field.evaluations += len(RESULT) - 1
            shape = self._field.shape
            new, error = self._compiled.rosenbrock(
                state.y.reshape(shape), state.gradient.reshape(shape), factor, h, TABLEAU
            )
            return new.ravel(), error.ravel()
        increments = np.empty((len(RESULT), order))
        increments[0] = lapack.dpotrs(factor, -state.gradient, lower=1)[0]
        for i, (argument, coupling) in enumerate(zip(ARGUMENTS, COUPLINGS, strict=True), start=1):
            done = increments[:i]
            side = (coupling / h) @ done
            side -= self._field.gradient(argument @ done + state.y)
            increments[i] = lapack.dpotrs(factor, side, lower=1, overwrite_b=1)[0]
        return RESULT @ increments + state.y, increments[-1]

    def _short_enough(self, hessian: Array, h: float) -> bool:
        """Whether a step is short for the local instability, by a check that may be some steps old."""
        self._age += 1
        if self._age <= SERVES and self._shift <= LONGEST_UNSTABLE / h:
            return True
        for room in (HEADROOM, 1.0):
            shift = LONGEST_UNSTABLE / (room * h)
            if self._factor(hessian, shift) is not None:
                self._shift, self._age = shift, 0
                return True
        self._shift = np.inf
        return False

    def stages_of_explicit(self, state: State, h: float) -> float:
        """Stages that a stabilised explicit step of length h would need here, from the Hessian's norm."""
        hessian = self.hessian_at(state)
        vector = np.ones(state.y.size) if self._direction is None else self._direction
        for _ in range(3):
            vector = hessian @ (vector / np.linalg.norm(vector))
        self._direction = vector
        return float(np.sqrt(1 + h * np.linalg.norm(vector) / 0.65))

"""The problem: a student with n neurons, a teacher with k, an activation and an input dimension."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.kernels import ACTIVATIONS, HOMOGENEOUS

Array = NDArray[np.float64]

#: Largest deviation from orthonormality that still counts as orthonormal, in double precision.
ORTHONORMAL_TOLERANCE = 1e-12


def _count(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name}: got {value!r}, needs an integer of at least 1")
    return int(value)


def finite_array(name: str, value: ArrayLike, shape: tuple[int, ...]) -> Array:
    """A read-only double-precision copy of an array of a given shape. Approximation.

    Raises
    ------
    ValueError
        If it is not numeric, has another shape, or holds NaN or infinities.
    """
    try:
        if np.iscomplexobj(value):
            raise TypeError
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: got something that is not an array of real numbers, needs shape {shape}") from None
    if array.shape != shape:
        raise ValueError(f"{name}: got shape {array.shape}, needs {shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: got NaN or infinite entries, needs finite numbers")
    array.flags.writeable = False
    return array


@dataclass(frozen=True, init=False, eq=False)
class Problem:
    r"""A student-teacher problem with standard normal input. Approximation.

    The loss is the full mean squared error

    .. math:: L = E[(f - f^*)^2], \quad f(x) = \sum_{i=1}^n a_i \sigma(w_i \cdot x), \quad
              f^*(x) = \sum_{j=1}^k b_j \sigma(v_j \cdot x), \quad x \sim N(0, I_d).

    Parameters
    ----------
    n, k : int
        Numbers of student and teacher neurons, at least 1.
    activation : str
        ``"erf"``, meaning :math:`\mathrm{erf}(x / \sqrt 2)`, ``"relu"``, meaning :math:`\max(0, x)`, another name
        from ``numerics.kernels``, or an expression in x like ``"x*exp(-x**2)"``.
    dim : int, optional
        Input dimension d; default the teacher's, or ``k + 1``.
    teacher : array_like, shape (k, dim), optional
        Incoming teacher weights; default the first k unit vectors, for which ``dim >= k`` is needed.
    teacher_outgoing : array_like, shape (k,), optional
        Outgoing teacher weights; default ones.
    fixed_outgoing : array_like, shape (n,), optional
        Holds the student's outgoing weights at these values; default: they are trained.

    Attributes
    ----------
    n, k, dim : int
    activation : str
    teacher : ndarray, shape (k, dim), read-only
    teacher_outgoing : ndarray, shape (k,), read-only
    fixed_outgoing : ndarray, shape (n,), read-only, or None

    Raises
    ------
    ValueError
        Naming the argument, what was got and what is needed.

    References
    ----------
    Şimşek, Bendjeddou, Gerstner and Brea, *Should Under-parameterized Student Networks Copy or Average
    Teacher Weights?*, NeurIPS 2023.

    Examples
    --------
    >>> problem = Problem(2, 3)
    >>> problem.dim, problem.teacher.shape, problem.why_no_theory()
    (4, (3, 4), None)
    """

    n: int
    k: int
    activation: str
    dim: int
    teacher: Array
    teacher_outgoing: Array
    fixed_outgoing: Array | None

    def __init__(
        self,
        n: int,
        k: int,
        *,
        activation: str = "erf",
        dim: int | None = None,
        teacher: ArrayLike | None = None,
        teacher_outgoing: ArrayLike | None = None,
        fixed_outgoing: ArrayLike | None = None,
    ) -> None:
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        put("n", _count("n", n))
        put("k", _count("k", k))
        if activation in HOMOGENEOUS:
            # Reads the slope, where there is one in the name.
            HOMOGENEOUS[activation]
        else:
            ACTIVATIONS.find(activation)
        put("activation", activation)
        if dim is None and teacher is not None and np.ndim(teacher) == 2:
            dim = int(np.shape(teacher)[1])
        put("dim", self.k + 1 if dim is None else _count("dim", dim))
        if teacher is None:
            if self.dim < self.k:
                raise ValueError(f"dim: got {dim}, needs at least k = {self.k} for an orthonormal teacher")
            teacher = np.eye(self.k, self.dim)
        put("teacher", finite_array("teacher", teacher, (self.k, self.dim)))
        outgoing = np.ones(self.k) if teacher_outgoing is None else teacher_outgoing
        put("teacher_outgoing", finite_array("teacher_outgoing", outgoing, (self.k,)))
        held = None if fixed_outgoing is None else finite_array("fixed_outgoing", fixed_outgoing, (self.n,))
        put("fixed_outgoing", held)

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of ``theta``: (n, dim + 1), row i is (w_i, a_i)."""
        return self.n, self.dim + 1

    @property
    def free(self) -> NDArray[np.intp]:
        """Indices of the trained parameters in the flattened ``theta``."""
        index = np.arange(self.n * (self.dim + 1)).reshape(self.shape)
        return (index if self.fixed_outgoing is None else index[:, : self.dim]).ravel()

    def why_no_theory(self) -> str | None:
        """Say which hypothesis of the theory fails, or None if all hold. Approximation.

        The theory is that of erf and, for structures that are known by their reduced equations, of relu and its kind
        (leaky-relu, abs). It needs an orthonormal teacher with outgoing weights of absolute value 1 (of one sign, but
        for erf), at most as many students as
        teachers, and trained outgoing weights. Orthonormality is tested to 1e-12.
        """
        if self.activation != "erf" and self.activation not in HOMOGENEOUS:
            return f"the theory of copies and averages is that of erf and relu, not of {self.activation}"
        return self.why_not_standard()

    def why_not_standard(self) -> str | None:
        """Say which hypothesis on teacher and sizes fails, for any activation; None if all hold. Approximation."""
        gram = self.teacher @ self.teacher.T
        if np.abs(gram - np.eye(self.k)).max() > ORTHONORMAL_TOLERANCE:
            return "the teacher's incoming weights are not orthonormal"
        if np.abs(np.abs(self.teacher_outgoing) - 1).max() > ORTHONORMAL_TOLERANCE:
            return "the teacher's outgoing weights are not all +1 or -1"
        if self.activation in HOMOGENEOUS and len(set(np.sign(self.teacher_outgoing))) > 1:
            return "the teacher's outgoing weights have different signs"
        if self.n > self.k:
            return f"the student has more neurons than the teacher (n = {self.n} > k = {self.k})"
        if self.fixed_outgoing is not None:
            return "the student's outgoing weights are held fixed"
        return None

    def with_neurons(self, n: int) -> Problem:
        """The same teacher with another number of trained student neurons. Approximation."""
        return Problem(
            n,
            self.k,
            activation=self.activation,
            dim=self.dim,
            teacher=self.teacher,
            teacher_outgoing=self.teacher_outgoing,
        )

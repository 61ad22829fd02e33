"""A user's own activation: its kernel, and the checks that it has to pass before anything is computed with it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from numerics.compile import FLOAT, activation_source
from numerics.kernels import ACTIVATIONS, Kernel
from numerics.kernels.windowed import windowed_kernel
from numerics.problem import Array

Function = Callable[[Array], Array]

#: Norms and cosines at which a kernel is compared with quadrature.
POINTS = ((0.3, 0.3, 1.0), (1.0, 1.0, 1.0), (1.0, 1.0, -1.0), (1.0, 0.5, 0.6), (1.4, 0.7, -0.3))
#: Agreement that is asked for, over the size of the function.
AGREEMENT = 1e-9
#: Points of the derivative checks.
PROBES = np.linspace(-3.0, 3.0, 25) + 0.013


def kernel_of(name: str) -> Kernel:
    """The kernel of an expression in x, or of one that was registered. Approximation.

    Compiled from the derivation where there is one in closed form, else by Fourier series.

    Raises
    ------
    ValueError
        If it is no such expression, has no finite moments, or is not smooth.
    """
    from theory.activations import activation

    found = activation(name)
    if found.obstacle:
        raise ValueError(f"activation: got {name!r}: {found.obstacle}")
    if found.derive is not None:
        space: dict[str, Any] = {}
        exec(compile(activation_source(name), f"<{name}>", "exec"), space)
        kernel: Kernel = SimpleNamespace(**{f: space[f] for f in ("value", "first", "second")})
        return kernel
    return windowed_kernel(functions_of(name)[0])


def functions_of(name: str) -> tuple[Function, Function, Function]:
    """An expression and its first two derivatives on arrays of doubles. Approximation."""
    import sympy as sp

    from theory.activations import activation
    from theory.symbols import x

    expression = activation(name).expression
    made = [sp.lambdify(x, sp.diff(expression, x, i), ["scipy", "numpy"]) for i in range(3)]

    def elementwise(f: Any) -> Function:
        def values(z: Array) -> Array:
            with np.errstate(all="ignore"):
                found = f(np.asarray(z, dtype=np.float64))
            return np.asarray(found + np.zeros(np.shape(z)))

        return values

    first, second, third = map(elementwise, made)
    return first, second, third


def register_callable(name: str, function: Function, derivative: Function, *, second: Function | None = None) -> None:
    """Give a name to an activation that is a Python function. Approximation.

    It is known in this process only: with ``--jobs`` and in stores, expressions are.

    Parameters
    ----------
    name : str
    function, derivative : callable
        Of arrays of doubles, elementwise.
    second : callable, optional
        The second derivative, checked too if given.

    Raises
    ------
    ValueError
        If the name is taken, the derivative is not that of the function, it has no finite moments or is not smooth,
        or the kernel does not agree with quadrature.

    Examples
    --------
    >>> register_callable("arc", np.arctan, lambda x: 1 / (1 + x * x))
    >>> from numerics import Problem
    >>> Problem(1, 2, activation="arc").activation
    'arc'
    """
    from theory.activation.expression import is_name

    if not is_name(name) or name in ACTIVATIONS:
        raise ValueError(f"name: got {name!r}, needs letters, digits and hyphens, and none that is taken")
    _check_moments(name, function)
    _check_derivative(name, function, derivative, "derivative")
    if second is not None:
        _check_derivative(name, derivative, second, "second derivative")
    kernel = windowed_kernel(function)
    _check_kernel(name, kernel, function, derivative, second)
    ACTIVATIONS.add(name, kernel)


def check_activation(name: str) -> None:
    """Referee and derivative checks of an expression's kernel. Approximation.

    Raises
    ------
    ValueError
        With one line on what is wrong with it.

    Examples
    --------
    >>> check_activation("x*exp(-x**2)")
    """
    kernel = ACTIVATIONS[name]
    function, derivative, second = functions_of(name)
    _check_moments(name, function)
    _check_derivative(name, function, derivative, "derivative")
    _check_kernel(name, kernel, function, derivative, second)


def _rule(step: float, reach: float) -> tuple[Array, Array]:
    """The trapezoidal rule for the normal law.

    For functions analytic within d of the axis its error is of the order of exp(-2 pi d / step), where Gauss and
    Hermite's has the square root of the number of nodes in the exponent.
    """
    # Off the middle, where a pole may lie.
    x = np.float64(step) * (np.arange(-round(reach / step), round(reach / step) + 1) + 0.37)
    weights: Array = step * np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
    return x, weights


def _check_moments(name: str, function: Function) -> None:
    """E[sigma^2] at standard deviation 3/2 by two rules that would differ were it infinite."""
    found = []
    for step, reach in ((0.08, 10.0), (0.05, 13.0)):
        x, w = _rule(step, reach)
        with np.errstate(all="ignore"):
            found.append(float(w @ np.asarray(function(1.5 * x)) ** 2))
    far = np.array([30.0, 60.0])
    with np.errstate(all="ignore"):
        growth = np.log(np.abs(np.asarray(function(far))) + np.abs(np.asarray(function(-far))) + 1e-300) / far**2
    finite = np.isfinite(found).all() and abs(found[0] - found[1]) <= 1e-6 * abs(found[1])
    if not finite or not growth[1] < max(0.75 * growth[0], 1e-2):
        raise ValueError(
            f"activation: got {name!r}, which has no finite moments under the normal law (or has a pole or a jump); "
            "needs a smooth function that grows slower than exp(c x^2) for every c"
        )


def _check_derivative(name: str, function: Function, derivative: Function, words: str) -> None:
    h = 1e-3
    with np.errstate(all="ignore"):
        steps = [(8, h), (-8, -h), (-1, 2 * h), (1, -2 * h)]
        slope = sum(c * np.asarray(function(PROBES + z)) for c, z in steps) / (12 * h)
        given = np.asarray(derivative(PROBES)) + np.zeros(PROBES.shape)
    # Fourth order: h^4 is 1e-12, rounding over h 1e-13.
    wrong = np.abs(slope - given) / (1 + np.abs(given))
    if not wrong.max() < 1e-7:
        place = float(PROBES[int(np.argmax(np.where(np.isfinite(wrong), wrong, np.inf)))])
        raise ValueError(
            f"activation: got a {words} of {name!r} that differs from its differences at x = {place:.3f}"
        )


def _check_kernel(
    name: str, kernel: Kernel, function: Function, derivative: Function, second: Function | None
) -> None:
    """Value and first derivatives against quadrature in the plane, with Price's theorem."""
    nodes, weights = _rule(0.08, 11.0)
    x, y = nodes[:, None], nodes[None, :]
    plane = weights[:, None] * weights
    for r1, r2, u in POINTS:
        X, Y = r1 * x, r2 * (u * x + np.sqrt(max(1 - u * u, 0.0)) * y)
        with np.errstate(all="ignore"):
            f, g, df, dg = function(X), function(Y), derivative(X), derivative(Y)
            expected = [float((plane * f * g).sum()), float((plane * df * dg).sum())]
            if second is not None:
                expected.append(0.5 * float((plane * second(X) * g).sum()))
        found = kernel.first(np.float64(r1 * r2 * u), np.float64(r1 * r1), np.float64(r2 * r2), FLOAT)
        size = 1 + max(map(abs, expected))
        wrong = max(abs(float(a) - b) for a, b in zip(found, expected, strict=False)) / size
        if not wrong < AGREEMENT:
            raise ValueError(
                f"activation: got {name!r}, whose interaction function differs from quadrature by {wrong:.1e} at "
                f"norms {r1}, {r2} and cosine {u}; needs a function that is smooth on the scale of the weights"
            )

"""The rectifier, and the other functions that are linear on both sides of zero."""

from __future__ import annotations

from functools import partial

import sympy as sp

from theory import homogeneous, rectified
from theory.activation.kind import Activation
from theory.slopes import DEFAULT_SLOPE, slope_of
from theory.symbols import x

RELU = Activation("relu", sp.Max(0, x), odd=False, derive=rectified.derivation, degree=1)
ABS = Activation("abs", sp.Abs(x), odd=False, even=True, derive=partial(homogeneous.derivation, "abs"), degree=1)


def leaky_relu(name: str = "leaky-relu") -> Activation:
    """Leaky ReLU, of the default slope or with another one in its name, as ``leaky-relu:0.2``. Exact.

    Raises
    ------
    ValueError
        If the slope is no number between 0 and 1.

    Examples
    --------
    >>> leaky_relu("leaky-relu:1/5").at(sp.Integer(-10))
    -2
    """
    slope = DEFAULT_SLOPE if name == "leaky-relu" else slope_of(name)
    left = sp.Rational(slope.numerator, slope.denominator)
    expression = sp.Max(0, x) - left * sp.Max(0, -x)
    return Activation(name, expression, odd=False, derive=partial(homogeneous.derivation, name), degree=1)


LEAKY_RELU = leaky_relu()

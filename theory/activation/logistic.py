"""Hyperbolic tangent and its relatives: no closed form is claimed for their interaction functions."""

from __future__ import annotations

import sympy as sp

from theory.activation.kind import Activation
from theory.symbols import x

#: Evaluated by Fourier series with a bound on the error: ``numerics.kernels.logistic``.
LOGISTIC = (
    Activation("tanh", sp.tanh(x), odd=True),
    Activation("sigmoid", 1 / (1 + sp.exp(-x)), odd=False),
    Activation("softplus", sp.log(1 + sp.exp(x)), odd=False),
    Activation("silu", x / (1 + sp.exp(-x)), odd=False),
)

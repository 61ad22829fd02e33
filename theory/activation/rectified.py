"""The rectifier."""

from __future__ import annotations

import sympy as sp

from theory import rectified
from theory.activation.kind import Activation
from theory.symbols import x

RELU = Activation("relu", sp.Max(0, x), odd=False, derive=rectified.derivation, degree=1)
